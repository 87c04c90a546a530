//! Who is on leave.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, LeaveId, PersonId},
    time::Timestamp,
};

group! {
    /// Who is on leave.
    LeaveEvent in Leave {
        "leave_taken" 1 LeaveTaken => |data| &data.id;
        "leave_ended" 1 LeaveEnded => |data| &data.id;
    }
}

/// Somebody is on leave for a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveTaken {
    pub id: LeaveId,
    pub person: PersonId,
    /// Where the person belongs.
    pub area: AreaCode,
    pub from: Timestamp,
    pub to: Timestamp,
    pub reason: CompactString,
}

/// It is taken back, or over before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveEnded {
    pub id: LeaveId,
    pub person: PersonId,
    pub area: AreaCode,
}
