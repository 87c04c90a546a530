//! What happens to callouts, their obligations and the attempts to reach people.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    area::Extent,
    callout::{
        attempt::{Outcome, Planned},
        obligation::{Answer, EscalateReason, Handed, Skipped, StateName, Step, WithdrawReason},
        policy::CalloutKind,
    },
    ids::{AreaCode, AttemptId, CalloutId, ObligationId, PersonId, PostId, UnitId, WarningId},
    person::Channel,
    warning::Colour,
};

group! {
    /// What happens to callouts, their obligations and the attempts to reach people.
    CalloutEvent in Callout {
        "callout_opened" 1 CalloutOpened => |data| &data.id;
        "callout_revised" 1 CalloutRevised => |data| &data.id;
        "callout_closed" 1 CalloutClosed => |data| &data.id;
        "callout_reopened" 1 CalloutReopened => |data| &data.id;
        "quorum_met" 1 QuorumMet => |data| &data.area;
        "obligation_opened" 1 ObligationOpened => |data| &data.id;
        "obligation_escalated" 1 ObligationEscalated => |data| &data.id;
        "obligation_moved" 1 ObligationMoved => |data| &data.id;
        "obligation_declined" 1 ObligationDeclined => |data| &data.id;
        "obligation_answered" 1 ObligationAnswered => |data| &data.id;
        "obligation_unreached" 1 ObligationUnreached => |data| &data.id;
        "obligation_handed_on" 1 ObligationHandedOn => |data| &data.id;
        "obligation_withdrawn" 1 ObligationWithdrawn => |data| &data.id;
        "obligation_told" 1 ObligationTold => |data| &data.id;
        "attempt_started" 1 AttemptStarted => |data| &data.id;
        "attempt_repeated" 1 AttemptRepeated => |data| &data.id;
        "attempt_recorded" 1 AttemptRecorded => |data| &data.id;
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalloutOpened {
    pub id: CalloutId,
    pub kind: CalloutKind,
    pub subject: CompactString,
    /// What those who are called are told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    pub severity: Colour,
    pub drill: bool,
    pub extent: Extent,
    pub policy: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<WarningId>,
    /// The callout whose unreached this one sends people to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CalloutId>,
}

/// A message changed what an open callout is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalloutRevised {
    pub id: CalloutId,
    pub warning: WarningId,
    pub change: Change,
    pub subject: CompactString,
    pub text: String,
    pub severity: Colour,
    pub extent: Extent,
    pub policy: CompactString,
}

/// How an update compares with what it replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Upgraded,
    Downgraded,
    /// The same colour for another hazard.
    HazardChanged,
    /// The same colour for other areas.
    AreaChanged,
    /// The same colour and areas again.
    Repeated,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalloutClosed {
    pub id: CalloutId,
    pub reason: CloseReason,
    /// The operator's words.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Everybody has answered.
    Complete,
    Cancelled,
    Expired,
    /// Another message took the warning's place, and another callout this one's.
    Superseded,
    ByHand,
}

/// Everybody had answered, and somebody cannot come after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalloutReopened {
    pub id: CalloutId,
}

/// Enough of an area's posts have answered for it to count as manned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuorumMet {
    pub callout: CalloutId,
    pub area: AreaCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationOpened {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    /// The unit whose people have to answer, where it is not whoever holds the post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The one person who has to answer, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    pub ladder: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub task: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ObligationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ObligationId>,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationEscalated {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    /// Other than ringing only where somebody who had answered says that they cannot come after all.
    pub was: StateName,
    pub from: u8,
    pub reason: EscalateReason,
    pub step: Step,
}

/// A change of shift gave the post to others while it was being rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationMoved {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub gone: Vec<PersonId>,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationDeclined {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub person: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<CompactString>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationAnswered {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub was: StateName,
    pub answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationUnreached {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub was: StateName,
    pub reason: EscalateReason,
    pub handed: Handed,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// The human it was handed to has not reached the post in time; the next one has it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationHandedOn {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub handed: Handed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationWithdrawn {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub was: StateName,
    pub reason: WithdrawReason,
    /// Notices to those who had been called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Planned>,
}

/// Those who had been called are told of a change that demands nothing of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObligationTold {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: PostId,
    pub notices: Vec<Planned>,
}

/// An attempt has a line and is on its way to the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptStarted {
    pub id: AttemptId,
    pub callout: CalloutId,
    pub person: PersonId,
    pub channel: Channel,
    /// The other errands that the call is about: an answer to it is an answer to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ObligationId>,
}

/// A crash left its end unknown, so it is handed over once more and may ring twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRepeated {
    pub id: AttemptId,
    pub callout: CalloutId,
    pub person: PersonId,
    pub channel: Channel,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecorded {
    pub id: AttemptId,
    pub callout: CalloutId,
    pub person: PersonId,
    pub channel: Channel,
    pub outcome: Outcome,
    /// The next try, where the policy has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Planned>,
}

impl AttemptRecorded {
    /// Tells whether a telephone begins to ring with it.
    pub fn begins_to_ring(&self) -> bool {
        self.channel == Channel::Voice && self.outcome == Outcome::Delivered
    }
}
