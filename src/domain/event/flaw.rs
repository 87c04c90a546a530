//! What is wrong with the roster ahead, and what is right again.

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    flaw::{First, Place},
    ids::ObligationId,
};

group! {
    /// What happens to flaws of the roster.
    FlawEvent in Flaw {
        "roster_flaw_found" 1 RosterFlawFound => |data| &data.place.post;
        "roster_flaw_mended" 1 RosterFlawMended => |data| &data.place.post;
    }
}

/// Something is wrong with a post ahead, or is nearer than was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterFlawFound {
    #[serde(flatten)]
    pub place: Place,
    #[serde(flatten)]
    pub first: First,
    /// It begins soon.
    pub soon: bool,
    /// By which whoever keeps the roster is called; several flaws share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ObligationId>,
}

/// It is right again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterFlawMended {
    #[serde(flatten)]
    pub place: Place,
}
