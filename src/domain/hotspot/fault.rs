//! Why a step with hot spots is refused.

use super::{Finding, NotAFinding};
use crate::domain::ids::{AreaCode, HotSpotId, IncidentId};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HotSpotFault {
    #[error("no hot spot {0}; see GET /api/v1/hotspots")]
    Unknown(HotSpotId),
    #[error("{0}")]
    Finding(#[from] NotAFinding),
    #[error("detection {index}: {field} cannot be; correct it")]
    Detection { index: usize, field: &'static str },
    #[error("detections: send at most {limit} at once")]
    Count { limit: usize },
    #[error("nobody in or above {0} has a post that could be sent; import posts first")]
    NobodyResponsible(AreaCode),
    #[error("hot spot {id} was found to be {finding}; only the desk corrects that, and says why")]
    Settled { id: HotSpotId, finding: Finding },
    #[error("hot spot {id} is a fire, incident {incident} is open for it; close that instead")]
    Burns { id: HotSpotId, incident: IncidentId },
}

impl HotSpotFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            HotSpotFault::Unknown(_) => "hot_spot.unknown",
            HotSpotFault::Finding(_) => "hot_spot.finding",
            HotSpotFault::Detection { .. } => "hot_spot.detection",
            HotSpotFault::Count { .. } => "hot_spot.count",
            HotSpotFault::NobodyResponsible(_) => "hot_spot.nobody_responsible",
            HotSpotFault::Settled { .. } => "hot_spot.settled",
            HotSpotFault::Burns { .. } => "hot_spot.burns",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            HotSpotFault::Unknown(_) => None,
            HotSpotFault::Finding(_) | HotSpotFault::Burns { .. } => Some("finding"),
            HotSpotFault::Settled { .. } => Some("note"),
            HotSpotFault::Detection { field, .. } => Some(field),
            HotSpotFault::Count { .. } => Some("detections"),
            HotSpotFault::NobodyResponsible(_) => Some("area"),
        }
    }
}
