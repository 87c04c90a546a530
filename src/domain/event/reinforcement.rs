//! More people on duty than usual, as it was decided.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{ids::PersonId, reinforcement::Need, time::Timestamp};

group! {
    /// More people on duty than usual, as it was decided.
    ReinforcementEvent in Reinforcement {
        "reinforcement_sent" 1 ReinforcementSent => |data| &data.need.post;
        "reinforcement_declined" 1 ReinforcementDeclined => |data| &data.need.post;
    }
}

/// People are put on duty beside those who are, by the changes of the roster decided with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReinforcementSent {
    #[serde(flatten)]
    pub need: Need,
    pub people: Vec<PersonId>,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Somebody does not want more people there; it is not asked again before `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReinforcementDeclined {
    #[serde(flatten)]
    pub need: Need,
    pub until: Timestamp,
    pub reason: CompactString,
}
