//! What happens to the hot spots that satellites see.

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    hotspot::{Detection, Finding},
    ids::{AreaCode, HotSpotId, IncidentId, PostId, TaskId},
    time::Timestamp,
};

group! {
    /// What happens to the hot spots that satellites see.
    HotSpotEvent in HotSpot {
        "hot_spot_found" 1 HotSpotFound => |data| &data.id;
        "hot_spot_seen_again" 1 HotSpotSeenAgain => |data| &data.id;
        "hot_spot_settled" 1 HotSpotSettled => |data| &data.id;
    }
}

/// Satellites see a fire where none was known; somebody has to go and look (核查).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HotSpotFound {
    pub id: HotSpotId,
    pub area: AreaCode,
    pub detections: Vec<Detection>,
    pub post: PostId,
    pub task: TaskId,
    pub due_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// More of the same fire was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HotSpotSeenAgain {
    pub id: HotSpotId,
    pub area: AreaCode,
    pub detections: Vec<Detection>,
}

/// Somebody has looked: what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotSpotSettled {
    pub id: HotSpotId,
    pub area: AreaCode,
    pub finding: Finding,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The incident that a true fire opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Seconds after it was due; 0 when in time.
    pub late_s: u64,
}
