//! Posts that are handed over.

use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    handover::{Call, Matters, Side},
    ids::{HandoverId, PersonId, PostId},
    time::Timestamp,
};

group! {
    /// Posts that are handed over.
    HandoverEvent in Handover {
        "post_watched" 1 PostWatched => |data| &data.post;
        "handover_opened" 1 HandoverOpened => |data| &data.id;
        "handover_signed" 1 HandoverSigned => |data| &data.id;
    }
}

/// It was looked who is on duty at a post that is handed over by signature; there is nothing to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostWatched {
    pub post: PostId,
    /// Nobody in a gap.
    pub on_duty: Vec<PersonId>,
    /// When it is looked again; never where nothing changes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
}

/// Others come on duty than were: both sides are called to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOpened {
    pub id: HandoverId,
    pub post: PostId,
    /// When the shift changes.
    pub at: Timestamp,
    pub outgoing: Vec<PersonId>,
    pub incoming: Vec<PersonId>,
    /// The shift has changed; else it is still to come and somebody signs early.
    pub due: bool,
    /// Who is there until somebody who comes has signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub there: Vec<PersonId>,
    /// What makes those sign who have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
}

/// One side has signed, and what was open then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverSigned {
    pub id: HandoverId,
    pub post: PostId,
    pub side: Side,
    /// Who signed, where it is somebody this program knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub matters: Matters,
}
