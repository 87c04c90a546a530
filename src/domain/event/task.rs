//! What happens to tasks: what somebody has to do by a time.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{ObligationId, PersonId, PostId, TaskId, UnitId},
    task::{Cause, Form, Outcome},
    time::Timestamp,
};

group! {
    /// What happens to tasks.
    TaskEvent in Task {
        "task_given" 1 TaskGiven => |data| &data.id;
        "task_signed" 1 TaskSigned => |data| &data.id;
        "task_progressed" 1 TaskProgressed => |data| &data.id;
        "task_done" 1 TaskDone => |data| &data.id;
        "task_reminded" 1 TaskReminded => |data| &data.id;
        "task_withdrawn" 1 TaskWithdrawn => |data| &data.id;
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskGiven {
    pub id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    pub form: Form,
    pub post: PostId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    pub title: CompactString,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whose words it carries out, such as a leader's whose instruction (批示) it is.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub on_word_of: CompactString,
    pub due_at: Timestamp,
    /// When the bearer is called if it is still not done.
    pub remind_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// The obligation to sign for it; none where it is not to be signed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<ObligationId>,
}

/// Its bearer has said that it has been received (签收).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSigned {
    pub id: TaskId,
    pub post: PostId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskProgressed {
    pub id: TaskId,
    pub post: PostId,
    pub outcome: Outcome,
}

/// It is done (办结): on time, or late and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDone {
    pub id: TaskId,
    pub post: PostId,
    pub outcome: Outcome,
    /// Seconds after it was due; 0 when in time.
    pub late_s: u64,
}

/// It should have been done: its bearer is called (催办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskReminded {
    pub id: TaskId,
    pub post: PostId,
    /// The obligation by which the bearer is called; none where no policy says how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<ObligationId>,
    /// When the next reminder is due if it is still not done.
    pub next_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskWithdrawn {
    pub id: TaskId,
    pub post: PostId,
    pub reason: CompactString,
}
