//! The board as one client sees it on arrival: bounded, whatever is going on.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono_tz::Tz;
use compact_str::{CompactString, ToCompactString};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        actor::Actor,
        board::Board,
        callout::obligation::{Obligation, State},
        ids::{AreaCode, Level},
        time::Timestamp,
        warning::{Colour, Status, Warning},
    },
    health::{Ailment, Ailments},
    protocol::{
        CalloutView, DutyView, HoleView, LineView, ObligationView, PersonView, ResponseLine,
        SilencesView, Viewer, WarningView,
    },
};

/// Open obligations in a snapshot, the most severe and the longest wait first; the rest are counted and fetched
/// by page.
const OPEN_LIMIT: usize = 1_000;
/// Open callouts in a snapshot, the most severe first.
const CALLOUT_LIMIT: usize = 100;
/// Warnings in force in a snapshot, the most severe and the newest first.
const WARNING_LIMIT: usize = 100;

/// The board in a `snapshot` frame.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoardView {
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    pub jurisdiction: JurisdictionView,
    pub me: Me,
    /// Of areas, posts and people that are mentioned by id.
    #[schema(value_type = BTreeMap<String, String>)]
    pub names: BTreeMap<CompactString, CompactString>,
    pub warnings: Vec<WarningView>,
    /// Responses that are open here, the gravest first.
    pub responses: Vec<ResponseLine>,
    pub callouts: Vec<CalloutView>,
    pub open: Open,
    pub mine: Vec<ObligationView>,
    pub duty: DutyView,
    pub lines: Vec<LineView>,
    pub silences: SilencesView,
    /// Warned areas without a unit near.
    pub holes: Vec<HoleView>,
    pub degraded: Vec<Degraded>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct JurisdictionView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub timezone: Tz,
    /// Whoever answers a spot check on the page is asked where he is.
    pub asks_where: bool,
    /// A telephone that rings so often untaken is off its post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off_post_rings: Option<u8>,
}

/// Who the client is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    #[schema(value_type = String)]
    pub login: CompactString,
    pub role: &'static str,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonName>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PersonName {
    #[schema(value_type = String)]
    pub id: CompactString,
    #[schema(value_type = String)]
    pub name: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Open {
    /// All that are open; `items` holds the most pressing.
    pub total: usize,
    pub items: Vec<ObligationView>,
}

/// Something that does not work, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Degraded {
    pub what: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// Draws up the board for `actor`; `area` may be narrower than the actor's own.
pub(super) fn draw(
    board: &Board,
    actor: &Actor,
    area: AreaCode,
    ailments: &Ailments,
    now: Timestamp,
) -> BoardView {
    let narrowed = Actor { area, ..actor.clone() };
    let viewer = Viewer { actor: &narrowed, now };
    let jurisdiction = board.jurisdiction().unwrap_or(AreaCode::UNSET);
    let open = open(board, area, &viewer);
    let callouts = callouts(board, area, &viewer);
    let names = names(board, &callouts, &open.items);
    let wide = |post: &crate::domain::ids::PostId| post.area.level() <= Level::Township;
    BoardView {
        now,
        jurisdiction: JurisdictionView {
            area: jurisdiction,
            name: board.areas.name(jurisdiction),
            timezone: board.timezone(),
            asks_where: board.presence().is_some_and(|known| known.within_m.is_some()),
            off_post_rings: board.presence().and_then(|known| known.off_post_rings),
        },
        me: me(board, actor),
        names,
        warnings: warnings(board, area),
        responses: ResponseLine::all(board, area, now),
        callouts,
        open,
        mine: mine(board, actor, &viewer),
        duty: DutyView::of(board, area, now, &viewer, wide),
        lines: LineView::all(board),
        silences: SilencesView::of(board, area),
        holes: HoleView::all(board, area),
        degraded: ailments
            .iter()
            .map(|&Ailment { what, since }| Degraded { what, since })
            .collect(),
    }
}

/// Returns the warnings in force that touch `area`: in earnest before drills, the most severe and then the
/// newest first.
fn warnings(board: &Board, area: AreaCode) -> Vec<WarningView> {
    let touches = |warning: &&Warning| {
        warning.extent.named().any(|place| area.contains(place) || place.contains(area))
    };
    let mut active: Vec<&Warning> = board.active_warnings().filter(touches).collect();
    active.sort_by_key(|warning| {
        let message = &warning.message;
        let drill = message.status != Status::Actual;
        (drill, message.colour.is_none(), message.colour, Reverse(warning.id))
    });
    active.into_iter().take(WARNING_LIMIT).map(WarningView::of).collect()
}

fn me(board: &Board, actor: &Actor) -> Me {
    Me {
        login: actor.login.clone(),
        role: actor.role.as_str(),
        area: actor.area,
        person: actor
            .person
            .as_ref()
            .and_then(|id| board.people.get(id))
            .map(|person| PersonName { id: person.id.as_str().into(), name: person.name.clone() }),
    }
}

fn callouts(board: &Board, area: AreaCode, viewer: &Viewer<'_>) -> Vec<CalloutView> {
    let mut open: Vec<_> =
        board.callouts.open().filter(|callout| callout.rollup.of(area).total() > 0).collect();
    open.sort_by_key(|callout| (callout.drill, callout.severity, callout.id));
    open.truncate(CALLOUT_LIMIT);
    open.into_iter().map(|callout| CalloutView::of(board, callout, viewer)).collect()
}

/// Returns what waits for an answer: in earnest before drills, the most severe first, then the unreached and
/// the longest wait. What is beyond the limit must be what can wait longest.
fn open(board: &Board, area: AreaCode, viewer: &Viewer<'_>) -> Open {
    let of_callouts = board.callouts.open().flat_map(|callout| {
        let own = callout.obligations.iter().filter_map(|id| board.callouts.obligation(*id));
        own.map(move |obligation| ((callout.drill, callout.severity), obligation))
    });
    let mut waiting: Vec<(_, &Obligation)> = of_callouts
        .filter(|(_, obligation)| obligation.state.is_open())
        .filter(|(_, obligation)| area.contains(obligation.post.area))
        .collect();
    let total = waiting.len();
    let by_need = |(class, o): &((bool, Colour), &Obligation)| {
        (*class, !matches!(o.state, State::Unreached { .. }), o.opened_at, o.id)
    };
    if total > OPEN_LIMIT {
        waiting.select_nth_unstable_by_key(OPEN_LIMIT, by_need);
        waiting.truncate(OPEN_LIMIT);
    }
    waiting.sort_unstable_by_key(by_need);
    let views = waiting.into_iter().filter_map(|(_, o)| ObligationView::of(board, o, viewer));
    Open { total, items: views.collect() }
}

/// Returns what the actor must answer now, the most severe and the oldest first.
pub(crate) fn mine(board: &Board, actor: &Actor, viewer: &Viewer<'_>) -> Vec<ObligationView> {
    let Some(person) = &actor.person else { return Vec::new() };
    let mut resting: Vec<&Obligation> = board
        .callouts
        .resting_on(person)
        .filter(|obligation| !obligation.has_declined(person))
        .collect();
    resting.sort_by_key(|obligation| {
        let callout = board.callouts.get(obligation.callout);
        (callout.map(|callout| (callout.drill, callout.severity)), obligation.id)
    });
    resting.into_iter().filter_map(|o| ObligationView::of(board, o, viewer)).collect()
}

fn names(
    board: &Board,
    callouts: &[CalloutView],
    open: &[ObligationView],
) -> BTreeMap<CompactString, CompactString> {
    let mut names = BTreeMap::new();
    for row in callouts.iter().flat_map(|callout| &callout.rollup) {
        names.insert(row.area.to_compact_string(), row.name.clone());
    }
    for area in callouts.iter().flat_map(|callout| &callout.areas) {
        names.insert(area.to_compact_string(), board.areas.name(*area));
    }
    for obligation in open {
        names.insert(obligation.area.to_compact_string(), obligation.area_name.clone());
        names.insert(obligation.post.to_compact_string(), obligation.post_title.clone());
        for PersonView { id, name, .. } in obligation.asked.iter().map(|asked| &asked.person) {
            names.insert(id.as_str().into(), name.clone());
        }
    }
    names
}
