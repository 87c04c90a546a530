//! What happens to the roads.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, ClosureId},
    road::Closure,
    time::Timestamp,
};

group! {
    /// What happens to the roads.
    RoadEvent in Road {
        "road_closed" 1 RoadClosed => |data| &data.id;
        "road_opened" 1 RoadOpened => |data| &data.id;
    }
}

/// A road, or all that lie in a piece of ground, cannot be passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoadClosed {
    pub id: ClosureId,
    pub what: Closure,
    pub area: AreaCode,
    pub reason: CompactString,
    /// When somebody thinks that it will be open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_until: Option<Timestamp>,
}

/// It can be passed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoadOpened {
    pub id: ClosureId,
    pub area: AreaCode,
}
