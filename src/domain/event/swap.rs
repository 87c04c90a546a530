//! Duty that changes hands among colleagues.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, ObligationId, PersonId, SwapId},
    swap::{Ask, SwapEnd, Turn},
    time::Timestamp,
};

group! {
    /// Duty that changes hands among colleagues.
    SwapEvent in Swap {
        "swap_asked" 1 SwapAsked => |data| &data.id;
        "swap_declined" 1 SwapDeclined => |data| &data.id;
        "swap_taken" 1 SwapTaken => |data| &data.id;
        "swap_ended" 1 SwapEnded => |data| &data.id;
    }
}

/// Somebody cannot be on duty and asks colleagues who can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapAsked {
    pub id: SwapId,
    /// Of the post.
    pub area: AreaCode,
    pub asker: PersonId,
    pub turn: Turn,
    /// What the asker takes over for it (串班); without it, it is a substitute (代班).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_return: Option<Turn>,
    pub asks: Vec<Ask>,
    pub reason: CompactString,
    /// Nobody who has not answered by then is asked any more.
    pub lapses_at: Timestamp,
}

/// One who was asked cannot either; or one who had taken it after all cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapDeclined {
    pub id: SwapId,
    pub area: AreaCode,
    pub person: PersonId,
}

/// Somebody takes it; whoever approves is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapTaken {
    pub id: SwapId,
    pub area: AreaCode,
    pub person: PersonId,
    /// What makes somebody approve it, where a post is there that may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ObligationId>,
}

/// It is in force, by the changes of the roster decided with it; or nothing comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapEnded {
    pub id: SwapId,
    pub area: AreaCode,
    pub end: SwapEnd,
    /// Who said so by answering; the desk's login stands with the event itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}
