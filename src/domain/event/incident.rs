//! What happens to incidents as they are reported, verified, dealt with and closed.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, IncidentId},
    incident::{Particulars, Stage},
};

group! {
    /// What happens to incidents.
    IncidentEvent in Incident {
        "incident_received" 1 IncidentReceived => |data| &data.id;
        "incident_edited" 1 IncidentEdited => |data| &data.id;
        "incident_advanced" 1 IncidentAdvanced => |data| &data.id;
        "incident_linked" 1 IncidentLinked => |data| &data.id;
        "incident_noted" 1 IncidentNoted => |data| &data.id;
    }
}

/// Somebody has reported it (接报).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentReceived {
    pub id: IncidentId,
    pub particulars: Box<Particulars>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// What is known of it has changed: the whole as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentEdited {
    pub id: IncidentId,
    pub particulars: Box<Particulars>,
    /// 2 for the first change, and so on.
    pub revision: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentAdvanced {
    pub id: IncidentId,
    pub area: AreaCode,
    pub from: Stage,
    pub to: Stage,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

/// It is another report of an incident that is known (关联接报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentLinked {
    pub id: IncidentId,
    pub area: AreaCode,
    pub to: IncidentId,
}

/// Something was said or seen (过程记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentNoted {
    pub id: IncidentId,
    pub area: AreaCode,
    pub text: String,
}
