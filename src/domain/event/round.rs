//! What happens to rounds in which every township reports (零报告, 一日三报, 每日调度).

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    deadline,
    ids::{AreaCode, CadenceId, PersonId, PostId, ResponseId, RoundId, TaskId},
    round::Return,
    time::Timestamp,
};

group! {
    /// What happens to rounds.
    RoundEvent in Round {
        "cadence_started" 1 CadenceStarted => |data| &data.id;
        "cadence_ended" 1 CadenceEnded => |data| &data.id;
        "round_opened" 1 RoundOpened => |data| &data.id;
        "round_returned" 1 RoundReturned => |data| &data.id;
    }
}

/// Townships report again and again from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CadenceStarted {
    pub id: CadenceId,
    pub area: AreaCode,
    /// As the rules had it at that moment.
    pub rule: deadline::Round,
    /// Townships, or a county for all of its.
    pub areas: Vec<AreaCode>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub reason: CompactString,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// The response that holds them; none where a person has switched them on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseId>,
    /// Until when the first round is answered.
    pub next_due: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CadenceEnded {
    pub id: CadenceId,
    pub area: AreaCode,
    pub reason: CompactString,
}

/// Each of these townships is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundOpened {
    pub id: RoundId,
    pub area: AreaCode,
    pub cadence: CadenceId,
    pub due_at: Timestamp,
    pub asked: Vec<Asked>,
    /// Until when the round after it is answered.
    pub next_due: Timestamp,
    /// Rounds before it that were never asked for, since no node ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub area: AreaCode,
    pub task: TaskId,
}

/// A township has answered, or corrects what it had answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundReturned {
    pub id: RoundId,
    pub post: PostId,
    pub answer: Return,
    /// Seconds after it was due; 0 when in time.
    pub late_s: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}
