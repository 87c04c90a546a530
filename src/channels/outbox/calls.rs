//! Calls as gateways get them, made from attempts as the board stands.

use std::sync::Arc;

use crate::{
    channels::{Call, wording},
    domain::{board::Board, callout::attempt::Attempt, ids::AttemptId},
};

/// Tells whether an attempt whose end is unknown is still worth making.
pub(super) fn is_wanted(board: &Board, attempt: &Attempt) -> bool {
    let obligation = board.callouts.obligation(attempt.id.obligation);
    attempt.notice || obligation.is_some_and(|obligation| obligation.state.is_open())
}

/// Words an attempt; `None` where the person has lost the address since it was planned.
pub(super) fn call(board: &Board, id: AttemptId, repeated: bool) -> Option<Call> {
    let (obligation, attempt) = board.callouts.attempt(id)?;
    let callout = board.callouts.get(obligation.callout)?;
    Some(Call {
        attempt: id,
        key: format!(
            "{}/{}/r{}/{}/{}/{}",
            callout.id, obligation.id, attempt.rung, attempt.person, attempt.channel, id.number
        ),
        channel: attempt.channel,
        person: attempt.person.clone(),
        ordinal: attempt.ordinal,
        address: address(board, attempt)?,
        text: Arc::new(wording::message(board, callout, obligation, attempt.notice)),
        demands_answer: !attempt.notice,
        drill: callout.drill,
        repeated,
    })
}

/// Returns the address to try: several on one channel are tried in turn.
fn address(board: &Board, attempt: &Attempt) -> Option<compact_str::CompactString> {
    let person = board.people.get(&attempt.person)?;
    let addresses: Vec<&str> = person.addresses(attempt.channel).collect();
    let turn = usize::try_from(attempt.ordinal).unwrap_or(0) % addresses.len().max(1);
    addresses.get(turn).map(|address| (*address).into())
}
