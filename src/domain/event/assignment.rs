//! What happens to the units that are sent somewhere.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    area::LonLat,
    assignment::{Readiness, Status},
    ids::{AreaCode, AssignmentId, IncidentId, ObligationId, PersonId, UnitId},
    time::Timestamp,
};

group! {
    /// What happens to the units that are sent somewhere.
    AssignmentEvent in Assignment {
        "unit_assigned" 1 UnitAssigned => |data| &data.id;
        "assignment_advanced" 1 AssignmentAdvanced => |data| &data.id;
        "assignment_stalled" 1 AssignmentStalled => |data| &data.id;
        "unit_readied" 1 UnitReadied => |data| &data.unit;
    }
}

/// A unit is ordered to go to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitAssigned {
    pub id: AssignmentId,
    pub unit: UnitId,
    /// The division the unit belongs to, and that of the incident.
    pub home: AreaCode,
    pub area: AreaCode,
    pub incident: IncidentId,
    pub order: String,
    /// What it is sent for, such as `boat_rescue`.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub need: CompactString,
    /// Where to: WGS-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LonLat>,
    /// When it should be there, as it was reckoned when it was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta: Option<Timestamp>,
    pub obligation: ObligationId,
    /// When it is asked how it stands if nothing has been heard.
    pub watch_at: Timestamp,
}

/// A unit's part in an incident has come to another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentAdvanced {
    pub id: AssignmentId,
    pub unit: UnitId,
    pub home: AreaCode,
    pub area: AreaCode,
    pub incident: IncidentId,
    pub from: Status,
    pub to: Status,
    /// Who of the unit said so, where it was one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Why it declined or was recalled, or what it reports.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
    /// When it expects to be back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_at: Option<Timestamp>,
}

/// A unit has been in one status for longer than it should: it is asked how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentStalled {
    pub id: AssignmentId,
    pub unit: UnitId,
    pub home: AreaCode,
    pub area: AreaCode,
    pub incident: IncidentId,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<ObligationId>,
    pub watch_at: Timestamp,
}

/// How ready a unit is by its own word or the desk's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitReadied {
    pub unit: UnitId,
    pub home: AreaCode,
    pub readiness: Readiness,
}
