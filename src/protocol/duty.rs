//! Who is on duty, and where nobody is.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FlawsView, Viewer, duty_name, post_title};
use crate::domain::{
    board::Board,
    handover::Handover,
    ids::{AreaCode, Duty, PersonId, PostId},
    roster::{Source, Staffing},
    time::Timestamp,
};

/// Who is on duty at an instant, and where nobody is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub items: Vec<DutyItem>,
    pub gaps: Vec<DutyGap>,
    /// The holiday notice of this year has not been entered, so rotations by day type may be wrong.
    pub calendar_missing: bool,
    /// What is wrong with the roster ahead.
    pub flaws: FlawsView,
}

/// Somebody on duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyItem {
    #[serde(flatten)]
    pub place: DutyPlace,
    #[schema(value_type = String)]
    pub person: PersonId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = Option<String>)]
    pub phone: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub source: Option<Source>,
    /// The shift has changed and nobody who came has signed for the post: those who went are called as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

/// A post that nobody holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyGap {
    #[serde(flatten)]
    pub place: DutyPlace,
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// A post as lists of duty name it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DutyPlace {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    #[schema(value_type = String)]
    pub duty: Duty,
    #[schema(value_type = String)]
    pub duty_name: CompactString,
}

impl DutyPlace {
    pub fn of(board: &Board, post: &PostId) -> Self {
        Self {
            area: post.area,
            area_name: board.areas.name(post.area),
            post: post.clone(),
            post_title: post_title(board, post),
            duty: post.duty.clone(),
            duty_name: duty_name(board, post),
        }
    }
}

impl DutyView {
    /// Lists the posts in `area` that `wanted` picks.
    pub fn of(
        board: &Board,
        area: AreaCode,
        at: Timestamp,
        viewer: &Viewer<'_>,
        wanted: impl Fn(&PostId) -> bool,
    ) -> Self {
        let date = at.local(board.timezone()).date();
        let calendar_missing = !board.calendar.knows(date);
        let flaws = FlawsView::of(board, area);
        let mut view = Self { at, items: Vec::new(), gaps: Vec::new(), calendar_missing, flaws };
        let posts = board.roster.within(area).filter(|staffing| wanted(&staffing.post.id));
        posts.for_each(|staffing| view.add(board, staffing, viewer));
        view
    }

    fn add(&mut self, board: &Board, staffing: &Staffing, viewer: &Viewer<'_>) {
        let duty = board.on_duty(staffing, self.at);
        let place = DutyPlace::of(board, &staffing.post.id);
        let unsigned = board.handovers.last(&staffing.post.id).is_some_and(Handover::is_untaken);
        let (from, to) = (duty.from, duty.to);
        if duty.people.is_empty() {
            self.gaps.push(DutyGap { place: place.clone(), from, to });
        }
        for person in duty.people {
            let known = board.people.get(person);
            self.items.push(DutyItem {
                place: place.clone(),
                person: person.clone(),
                name: known.map(|person| person.name.clone()).unwrap_or_default(),
                phone: viewer.number(board, person, true),
                from,
                to,
                source: duty.source,
                unsigned,
            });
        }
    }
}
