//! What every step with responses is checked for, and what those who are given tasks are told.

use std::collections::BTreeSet;

use compact_str::{CompactString, format_compact};

use super::{Grade, Order, Plan, Response, ResponseFault, propose::pruned};
use crate::domain::{
    actor::Actor,
    board::Board,
    decision::Draft,
    ids::{AreaCode, ResponseId},
    rejection::Rejection,
    roster::change::known_area,
    task::{Cause, Giving},
};

/// Longest reason, note and ground of a proposal, in characters.
const TEXT_LIMIT: usize = 1_000;
/// Most areas of one scope.
const SCOPE_LIMIT: usize = 500;

pub(super) fn plan<'b>(board: &'b Board, id: &CompactString) -> Result<&'b Plan, ResponseFault> {
    board.responses.plans().get(id).ok_or_else(|| ResponseFault::UnknownPlan(id.clone()))
}

/// Returns a response all of which lies in the actor's area.
pub(super) fn seen<'b>(
    board: &'b Board,
    actor: &Actor,
    id: ResponseId,
) -> Result<&'b Response, Rejection> {
    let response = board.responses.get(id).ok_or(ResponseFault::Unknown(id))?;
    match response.scope.iter().find(|area| !actor.sees(**area)) {
        Some(area) => Err(Rejection::OutsideArea(*area)),
        None => Ok(response),
    }
}

/// Returns a response that is open and as the actor has seen it.
pub(super) fn open<'b>(
    board: &'b Board,
    actor: &Actor,
    id: ResponseId,
    revision: u32,
) -> Result<&'b Response, Rejection> {
    let response = seen(board, actor, id)?;
    if !response.is_open() {
        return Err(ResponseFault::Over(id).into());
    }
    if response.revision != revision {
        let by = response.acts.last().map(|act| act.by.clone()).unwrap_or_default();
        return Err(ResponseFault::Changed { response: id, now: response.revision, by }.into());
    }
    Ok(response)
}

pub(super) fn checked_scope(
    board: &Board,
    actor: &Actor,
    scope: &BTreeSet<AreaCode>,
) -> Result<BTreeSet<AreaCode>, Rejection> {
    if scope.is_empty() {
        return Err(Rejection::Empty { field: "scope" });
    }
    if scope.len() > SCOPE_LIMIT {
        return Err(Rejection::TooLong { field: "scope", limit: SCOPE_LIMIT });
    }
    scope.iter().try_for_each(|area| known_area(board, actor, *area))?;
    Ok(pruned(scope.clone()))
}

/// Refuses the number of another order of the same year.
pub(super) fn free_number(
    board: &Board,
    order: &Order,
    draft: &Draft<'_>,
) -> Result<(), Rejection> {
    let zone = board.timezone();
    let year = draft.now.year(zone);
    let holder = board.responses.iter().find(|response| {
        let mut acts = response.acts.iter();
        acts.any(|act| act.order.number == order.number && act.at.year(zone) == year)
    });
    match holder {
        Some(Response { id, .. }) => {
            let (number, response) = (order.number.clone(), *id);
            Err(ResponseFault::NumberTaken { number, response }.into())
        }
        None => Ok(()),
    }
}

pub(super) fn within(field: &'static str, text: &str) -> Result<(), Rejection> {
    let fits = text.chars().count() <= TEXT_LIMIT;
    if fits { Ok(()) } else { Err(Rejection::TooLong { field, limit: TEXT_LIMIT }) }
}

/// Says what those who are given tasks are told.
pub(super) fn giving(
    board: &Board,
    (id, plan, level, drill): (ResponseId, &Plan, Grade, bool),
    scope: &BTreeSet<AreaCode>,
    order: &Order,
    verb: &str,
) -> Giving {
    let places: Vec<CompactString> = scope.iter().map(|area| board.areas.name(*area)).collect();
    let place = match &places[..] {
        [only] => only.clone(),
        [first, ..] => format_compact!("{first}等{}地", places.len()),
        [] => CompactString::default(),
    };
    Giving {
        cause: Some(Cause::Response(id)),
        on_word_of: order.approver.clone(),
        subject: format_compact!("{place}{verb}{}", plan.named(level)),
        text: format!("{}。{}", order.number, order.basis),
        severity: Some(level.colour()),
        drill,
    }
}
