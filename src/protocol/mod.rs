//! The wire: what pages and integrators see of the board. Times are RFC 3339, ids are texts.
//!
//! Views are made for one [`Viewer`]: somebody who may not see telephone numbers gets them masked.

mod assignment;
mod callout;
mod duty;
mod evacuation;
mod feature;
mod flaw;
mod hole;
mod hotspot;
mod incident;
mod line;
mod obligation;
mod response;
mod shelter;
mod silence;
mod task;
mod warning;

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::{
    assignment::AssignmentView,
    callout::{CalloutView, Counts, Forecast, RollupRow},
    duty::{DutyGap, DutyItem, DutyPlace, DutyView},
    evacuation::{EvacuationView, PlanView, TallyRow, TransferView},
    feature::{
        ContactView, FactsView, FeatureView, GeometryView, Properties, UnitFacts, UnitTask,
        UnitView,
    },
    flaw::{FlawView, FlawsView},
    hole::HoleView,
    hotspot::{HotSpotFacts, HotSpotView, StatisticsView, TakenView},
    incident::{IncidentDetail, IncidentView},
    line::LineView,
    obligation::{AboutView, AnswerView, AskedView, AttemptView, HandedView, ObligationView},
    response::ResponseLine,
    shelter::{FullnessView, ShelterView},
    silence::{SilenceView, SilencesView, SilentGauges},
    task::TaskView,
    warning::{WarningInput, WarningView},
};
use crate::domain::{
    actor::{Actor, PhoneNumbers},
    board::Board,
    ids::{PersonId, PostId},
    person::mask,
    time::Timestamp,
};

/// For whom a view is made, and when.
pub struct Viewer<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
}

impl Viewer<'_> {
    /// Returns a number as this viewer may see it.
    pub fn number(&self, board: &Board, person: &PersonId, on_duty: bool) -> Option<CompactString> {
        let person = board.people.get(person)?;
        let number = person.phone()?;
        let clear = self.actor.sees(person.area)
            && match self.actor.phone_numbers() {
                PhoneNumbers::OfEverybody => true,
                PhoneNumbers::OfPeopleOnDuty => on_duty,
                PhoneNumbers::Hidden => false,
            };
        Some(if clear { number.into() } else { mask(number) })
    }

    /// Tells whether this viewer may dial whoever reported something.
    pub fn sees_phones(&self) -> bool {
        match self.actor.phone_numbers() {
            PhoneNumbers::OfEverybody => true,
            PhoneNumbers::OfPeopleOnDuty | PhoneNumbers::Hidden => false,
        }
    }

    fn person(&self, board: &Board, id: &PersonId) -> PersonView {
        let known = board.people.get(id);
        PersonView {
            id: id.clone(),
            name: known.map(|person| person.name.clone()).unwrap_or_default(),
            title: known.map(|person| person.title.clone()).unwrap_or_default(),
            // Whoever is being called out is on duty for it.
            phone: self.number(board, id, true),
        }
    }
}

/// Somebody, as a screen names them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonView {
    #[schema(value_type = String)]
    pub id: PersonId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub title: CompactString,
    /// Masked where the viewer need not dial it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<CompactString>,
}

/// Returns the post's title, or its duty's name where the county gave it none.
pub fn post_title(board: &Board, post: &PostId) -> CompactString {
    let title = board.roster.get(post).map(|staffing| staffing.post.title.clone());
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| duty_name(board, post))
}

fn duty_name(board: &Board, post: &PostId) -> CompactString {
    let set = board.callouts.policies();
    let name = set.and_then(|set| set.duties.iter().find(|duty| duty.name == post.duty));
    name.map_or_else(|| post.duty.as_str().into(), |name| name.zh.clone())
}

/// Tells whether the policies know the duty of a post; before any are adopted, every duty will do.
pub fn duty_is_known(board: &Board, post: &PostId) -> bool {
    board.callouts.policies().is_none_or(|set| set.names_duty(&post.duty))
}

/// Finds the field that a message such as "missing field `area`" names.
pub(crate) fn named_field(message: &str) -> Option<String> {
    let of_field = message.starts_with("missing field") || message.starts_with("unknown field");
    let name = message.split('`').nth(1)?;
    of_field.then(|| name.to_owned())
}
