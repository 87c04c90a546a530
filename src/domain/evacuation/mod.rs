//! People who are brought to safety (转移避险): orders to move those of a place to a shelter, how far each has come, how
//! full the shelters are, and the way home.
//!
//! Invariant: the places of a shelter that running transfers still need are kept for them, so that two orders never fill
//! one shelter twice. Of a drill nothing is kept and nobody counted in a shelter.

mod fault;
mod headcount;
mod order;
mod plan;
mod report;
mod responsible;
mod returning;
mod room;
mod state;
mod tally;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::Actor,
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    ids::{AreaCode, EvacuationId, IncidentId, PostId, SiteId, TaskId, TransferId},
    rejection::Rejection,
    site::Hazard,
    time::Timestamp,
};

pub use self::{
    fault::{Elsewhere, EvacuationFault, Place},
    headcount::{Headcount, ReportHeadcount},
    order::{Leg, OrderEvacuation, Whom},
    plan::{Plan, Planned, Skipped, Why},
    report::ReportTransfer,
    returning::PermitReturn,
    room::{Occupancy, Room, STALE_AFTER},
    state::Evacuations,
    tally::{AreaTally, Tally},
};
pub(in crate::domain) use self::{
    report::{called_off, reported},
    responsible::responsible,
    returning::returned,
};

/// What somebody does about people who are brought to safety.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvacuationStep {
    Order(OrderEvacuation),
    Report(ReportTransfer),
    CallOff { transfer: TransferId, reason: String },
    PermitReturn(PermitReturn),
    Returned { transfer: TransferId, people: Option<u32>, note: String },
    Count(ReportHeadcount),
}

/// Where people live who are moved: always an area; a point of risk or some words where they say more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_point: Option<SiteId>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub place: CompactString,
}

/// How many of those who are to be moved have been, and what keeps the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    pub moved: u32,
    /// 拒绝转移.
    #[serde(default)]
    pub refusing: u32,
    /// Cannot walk and wait to be carried (行动不便).
    #[serde(default)]
    pub immobile: u32,
    /// Nobody has reached them (失联).
    #[serde(default)]
    pub out_of_contact: u32,
}

impl Numbers {
    /// Returns everybody who is accounted for.
    pub fn all(self) -> u32 {
        let kept = self.refusing.saturating_add(self.immobile);
        self.moved.saturating_add(kept).saturating_add(self.out_of_contact)
    }
}

/// Where a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Running,
    Done,
    CalledOff,
    /// They may go home.
    Returning,
    Returned,
}

/// Those of one place who are brought to one shelter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub id: TransferId,
    pub evacuation: EvacuationId,
    pub from: Origin,
    pub to: SiteId,
    pub to_area: AreaCode,
    pub people: u32,
    pub post: PostId,
    pub task: TaskId,
    pub due_at: Timestamp,
    pub drill: bool,
    pub stage: Stage,
    pub numbers: Numbers,
    /// The task to see them home.
    pub returning: Option<TaskId>,
    pub changed_at: Timestamp,
    pub changed_by: CompactString,
    /// What was last said of it.
    pub note: String,
}

impl Transfer {
    /// Returns how many places its shelter keeps for those who have not come yet.
    pub fn expected(&self) -> u32 {
        let running = self.stage == Stage::Running && !self.drill;
        if running { self.people.saturating_sub(self.numbers.moved) } else { 0 }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.stage == Stage::Running && self.due_at < now
    }

    /// Tells whether somebody of it is where it took him.
    fn has_people_away(&self) -> bool {
        self.numbers.moved > 0 && self.stage != Stage::Returned
    }
}

/// People who are brought to safety on one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evacuation {
    pub id: EvacuationId,
    pub area: AreaCode,
    pub hazard: Option<Hazard>,
    pub title: CompactString,
    pub text: String,
    pub on_word_of: CompactString,
    pub incident: Option<IncidentId>,
    pub due_at: Timestamp,
    pub over_capacity: CompactString,
    pub drill: bool,
    pub ordered_at: Timestamp,
    pub ordered_by: CompactString,
    pub ended: Option<Ended>,
    pub transfers: Vec<TransferId>,
}

/// Who let people go home, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    pub by: CompactString,
    pub permitted_by: CompactString,
    pub note: String,
}

/// Decides a step with people who are brought to safety.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &EvacuationStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        EvacuationStep::Order(wanted) => return order::decide(board, actor, wanted, draft),
        EvacuationStep::Report(report) => reported(board, actor, report, &mut draft)?,
        EvacuationStep::CallOff { transfer, reason } => {
            called_off(board, actor, *transfer, reason, &mut draft)?;
        }
        EvacuationStep::PermitReturn(permit) => {
            returning::permit(board, actor, permit, &mut draft)?;
        }
        EvacuationStep::Returned { transfer, people, note } => {
            returned(board, actor, (*transfer, *people, note), &mut draft)?;
        }
        EvacuationStep::Count(counted) => headcount::decide(board, actor, counted, &mut draft)?,
    }
    Ok(draft.finish(Reply::Done))
}
