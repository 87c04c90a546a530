//! What happens while people are brought to safety, and how full shelters are.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    evacuation::{Headcount, Numbers, Origin},
    ids::{AreaCode, EvacuationId, IncidentId, PostId, SiteId, TaskId, TransferId},
    site::Hazard,
    time::Timestamp,
};

group! {
    /// What happens while people are brought to safety.
    EvacuationEvent in Evacuation {
        "evacuation_ordered" 1 EvacuationOrdered => |data| &data.id;
        "transfer_ordered" 1 TransferOrdered => |data| &data.id;
        "transfer_progressed" 1 TransferProgressed => |data| &data.id;
        "transfer_ended" 1 TransferEnded => |data| &data.id;
        "evacuation_ended" 1 EvacuationEnded => |data| &data.id;
        "transfer_returning" 1 TransferReturning => |data| &data.id;
        "transfer_returned" 1 TransferReturned => |data| &data.id;
        "shelter_counted" 1 ShelterCounted => |data| &data.shelter;
    }
}

/// People are to be brought to safety (转移命令).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvacuationOrdered {
    pub id: EvacuationId,
    /// The division in which they all live.
    pub area: AreaCode,
    /// What threatens them, where the order named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard: Option<Hazard>,
    pub title: CompactString,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub on_word_of: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub due_at: Timestamp,
    /// Why more people are sent to a shelter than it holds; empty where there is room.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub over_capacity: CompactString,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// Those of one place are to be brought to one shelter; so many places are kept for them there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOrdered {
    pub id: TransferId,
    pub evacuation: EvacuationId,
    pub from: Origin,
    pub to: SiteId,
    /// The division that the shelter lies in.
    pub to_area: AreaCode,
    pub people: u32,
    pub post: PostId,
    pub task: TaskId,
    pub due_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// How far it has come: the numbers as they are now, not what was added to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferProgressed {
    pub id: TransferId,
    pub area: AreaCode,
    pub to: SiteId,
    pub to_area: AreaCode,
    pub numbers: Numbers,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub over_capacity: CompactString,
}

/// Everybody who is to be moved has been, or nobody else will be: the places kept are free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferEnded {
    pub id: TransferId,
    pub area: AreaCode,
    pub to: SiteId,
    pub to_area: AreaCode,
    /// It was called off before it was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub called_off: bool,
    /// Why not all of them were moved, or why it was called off.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// People may go home (允许返回).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvacuationEnded {
    pub id: EvacuationId,
    pub area: AreaCode,
    pub permitted_by: CompactString,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Somebody has to see those of one place home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReturning {
    pub id: TransferId,
    pub area: AreaCode,
    pub to: SiteId,
    pub to_area: AreaCode,
    pub task: TaskId,
}

/// They have left the shelter: so many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReturned {
    pub id: TransferId,
    pub area: AreaCode,
    pub to: SiteId,
    pub to_area: AreaCode,
    pub people: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Somebody at a shelter has said how many people are there, came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelterCounted {
    pub shelter: SiteId,
    pub area: AreaCode,
    pub said: Headcount,
    /// How many are there now.
    pub people: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Why there are more than it holds.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub over_capacity: CompactString,
}
