//! Shifts about to begin, and who was told of them.

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{duty_reminder::Turn, ids::ObligationId, time::Timestamp};

group! {
    /// Shifts about to begin, and who was told of them.
    DutyReminderEvent in DutyReminder {
        "duty_reminded" 1 DutyReminded => |data| &data.turn.post;
        "duty_reminder_void" 1 DutyReminderVoid => |data| &data.turn.post;
    }
}

/// Somebody is told of the shift that they have next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyReminded {
    #[serde(flatten)]
    pub turn: Turn,
    pub to: Timestamp,
    pub obligation: ObligationId,
}

/// The shift is somebody else's after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyReminderVoid {
    #[serde(flatten)]
    pub turn: Turn,
}
