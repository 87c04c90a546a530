//! What is wrong with the roster ahead, as pages show it.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::DutyPlace;
use crate::domain::{
    board::Board,
    flaw::{Flaw, FlawKind},
    ids::{AreaCode, ObligationId, PersonId},
    time::Timestamp,
};

/// Most that a page is shown without asking.
const SHOWN_MAX: usize = 50;

/// What is wrong with the roster ahead and not mended yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlawsView {
    /// How many posts and kinds of flaw; more than `items` holds where they are very many.
    pub total: usize,
    /// Those in haste first, then by time; at most 50.
    pub items: Vec<FlawView>,
}

/// Something wrong with a post ahead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlawView {
    #[serde(flatten)]
    pub place: DutyPlace,
    /// `gap`, `two_posts`, `on_leave`, `no_telephone`, `dead_number` or `unverified`.
    #[schema(value_type = String)]
    pub flaw: FlawKind,
    /// The first time in which it is so.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How many such times lay ahead when it was found.
    pub times: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub person_name: Option<CompactString>,
    /// It begins soon.
    pub soon: bool,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// By which whoever keeps the roster is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub told: Option<ObligationId>,
}

impl FlawsView {
    /// Returns those that somebody with `area` is told of.
    pub fn of(board: &Board, area: AreaCode) -> Self {
        let seen = board.flaws.iter().filter(|flaw| area.contains(flaw.place.post.area));
        let mut seen: Vec<&Flaw> = seen.collect();
        seen.sort_by_key(|flaw| (!flaw.soon, flaw.first.from, &flaw.place));
        let items = seen.iter().take(SHOWN_MAX).map(|flaw| FlawView::of(board, flaw)).collect();
        Self { total: seen.len(), items }
    }
}

impl FlawView {
    fn of(board: &Board, flaw: &Flaw) -> Self {
        let Flaw { place, first, soon, since, told } = flaw.clone();
        let known = first.person.as_ref().and_then(|person| board.people.get(person));
        Self {
            place: DutyPlace::of(board, &place.post),
            flaw: place.flaw,
            from: first.from,
            to: first.to,
            times: first.times,
            person_name: known.map(|person| person.name.clone()),
            person: first.person,
            soon,
            since,
            told,
        }
    }
}
