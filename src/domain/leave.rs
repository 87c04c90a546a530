//! Leave (请假): who cannot be on duty for a stretch of time.
//!
//! Leave takes nobody off the roster: whoever stands there is called until somebody else does. It is found and said,
//! for people to mend.

use std::{collections::BTreeMap, time::Duration};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{LeaveEnded, LeaveEvent, LeaveTaken},
    ids::{LeaveId, PersonId},
    rejection::Rejection,
    time::Timestamp,
};

/// Longest leave: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);
/// How far from now leave may begin: farther off the year is a slip of the hand.
const FARTHEST: Duration = Duration::from_secs(2 * 366 * 24 * 3_600);
/// Longest reason, in characters.
const REASON_LIMIT: usize = 200;

/// One leave of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub id: LeaveId,
    pub person: PersonId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub reason: CompactString,
}

/// Every leave that was not taken back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Leaves {
    by_id: BTreeMap<LeaveId, Leave>,
    last: u64,
}

impl Leaves {
    pub fn get(&self, id: LeaveId) -> Option<&Leave> {
        self.by_id.get(&id)
    }

    /// Returns every leave, in the order in which they were entered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Leave> {
        self.by_id.values()
    }

    /// Returns the leave of `person` that shares any instant with `from..to`.
    pub fn of(&self, person: &PersonId, from: Timestamp, to: Timestamp) -> Option<&Leave> {
        let meets = |leave: &&Leave| leave.from < to && from < leave.to;
        self.by_id.values().filter(|leave| leave.person == *person).find(meets)
    }

    pub(in crate::domain) fn apply(&mut self, event: &LeaveEvent) {
        match event {
            LeaveEvent::LeaveTaken(taken) => {
                let LeaveTaken { id, person, from, to, reason, .. } = taken.clone();
                self.last = id.0;
                self.by_id.insert(id, Leave { id, person, from, to, reason });
            }
            LeaveEvent::LeaveEnded(ended) => drop(self.by_id.remove(&ended.id)),
        }
    }
}

/// What somebody does about leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveStep {
    Take(TakeLeave),
    End(LeaveId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeLeave {
    pub person: PersonId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub reason: CompactString,
}

/// Why a step with leave is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaveFault {
    #[error("no leave {0}; it may have been taken back already")]
    Unknown(LeaveId),
    #[error("the end is not after the start; correct the times")]
    EndsBeforeStart,
    #[error("leave lasts at most 366 days; correct the times")]
    TooLong,
    #[error("lies more than two years from now; correct the year")]
    FarOff,
    #[error("is on leave then already by {0}; take that back first")]
    Already(LeaveId),
}

impl LeaveFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            LeaveFault::Unknown(_) => "leave.unknown",
            LeaveFault::EndsBeforeStart => "leave.ends_before_start",
            LeaveFault::TooLong => "leave.too_long",
            LeaveFault::FarOff => "leave.far_off",
            LeaveFault::Already(_) => "leave.already",
        }
    }

    /// Returns the field of the request that is at fault.
    pub fn field(&self) -> &'static str {
        match self {
            LeaveFault::Unknown(_) => "id",
            LeaveFault::EndsBeforeStart | LeaveFault::TooLong => "to",
            LeaveFault::FarOff => "from",
            LeaveFault::Already(_) => "person",
        }
    }
}

/// Decides that somebody is on leave, or is not any more.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &LeaveStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::OverrideRoster)?;
    match step {
        LeaveStep::Take(take) => {
            let TakeLeave { person, from, to, reason } = take.clone();
            let area = area_of(board, actor, &person)?;
            check(take, draft.now)?;
            if let Some(other) = board.leaves.of(&person, from, to) {
                return Err(LeaveFault::Already(other.id).into());
            }
            let id = LeaveId(board.leaves.last + 1);
            draft.push(LeaveTaken { id, person, area, from, to, reason });
            Ok(draft.finish(Reply::Leave { id }))
        }
        LeaveStep::End(id) => {
            let leave = board.leaves.get(*id).ok_or(LeaveFault::Unknown(*id))?;
            let person = leave.person.clone();
            let area = area_of(board, actor, &person)?;
            draft.push(LeaveEnded { id: *id, person, area });
            Ok(draft.finish(Reply::Done))
        }
    }
}

fn area_of(
    board: &Board,
    actor: &Actor,
    person: &PersonId,
) -> Result<super::ids::AreaCode, Rejection> {
    let unknown = || Rejection::UnknownPerson { person: person.clone() };
    let area = board.people.get(person).ok_or_else(unknown)?.area;
    if actor.sees(area) { Ok(area) } else { Err(Rejection::OutsideArea(area)) }
}

fn check(take: &TakeLeave, now: Timestamp) -> Result<(), Rejection> {
    if take.to <= take.from {
        return Err(LeaveFault::EndsBeforeStart.into());
    }
    if take.to.since(take.from) > LONGEST {
        return Err(LeaveFault::TooLong.into());
    }
    if take.from.since(now).max(now.since(take.from)) > FARTHEST {
        return Err(LeaveFault::FarOff.into());
    }
    if take.reason.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
    }
    Ok(())
}
