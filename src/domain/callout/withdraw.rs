//! A callout that somebody withdraws by hand, and why.

use compact_str::CompactString;

use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::CloseReason,
    ids::CalloutId,
    rejection::Rejection,
};

/// Longest reason for withdrawing a callout, in characters.
const REASON_LIMIT: usize = 1_000;

/// Decides that a callout is over because somebody says so.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    id: CalloutId,
    note: &CompactString,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::OpenCallouts)?;
    let callout = board.callouts.get(id).ok_or(Rejection::UnknownCallout(id))?;
    if let Some(area) = callout.extent.named().find(|area| !actor.sees(*area)) {
        return Err(Rejection::OutsideArea(area));
    }
    if !callout.is_open() {
        return Err(Rejection::CalloutClosed(id));
    }
    if note.trim().is_empty() {
        return Err(Rejection::Empty { field: "reason" });
    }
    if note.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
    }
    draft.end_callout(callout, CloseReason::ByHand, note.clone());
    Ok(())
}
