//! What happens to the cover of warned areas.

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    hole::{Filled, Found, Nearest, Spot},
    ids::CalloutId,
};

group! {
    /// What happens to the cover of warned areas.
    CoverageEvent in Coverage {
        "coverage_hole_opened" 1 CoverageHoleOpened => |data| &data.spot.area;
        "coverage_hole_closed" 1 CoverageHoleClosed => |data| &data.spot.area;
    }
}

/// A warned area has had no unit near for a while that could help there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageHoleOpened {
    #[serde(flatten)]
    pub spot: Spot,
    #[serde(flatten)]
    pub found: Found,
    /// The callout by which somebody is told to look into it; several holes share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}

/// It has one near again, or need not have one any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageHoleClosed {
    #[serde(flatten)]
    pub spot: Spot,
    pub why: Filled,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}
