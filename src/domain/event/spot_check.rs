//! Spot checks that come by themselves.

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{ids::CalloutId, time::Timestamp};

group! {
    /// Spot checks that come by themselves.
    SpotCheckEvent in SpotCheck {
        "spot_check_drawn" 1 SpotCheckDrawn => |data| &data.plan;
        "spot_check_held" 1 SpotCheckHeld => |data| &data.plan;
    }
}

/// It was drawn whether and when there is a check in a window, and of whom. Nobody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotCheckDrawn {
    pub plan: CompactString,
    /// The day on which the window opens.
    pub day: NaiveDate,
    /// Left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    pub seed: u64,
}

/// It was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotCheckHeld {
    pub plan: CompactString,
    pub day: NaiveDate,
    /// Left out where nobody could be called, or its time had passed while no node ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}
