//! What the server says on a socket, besides events: each type of frame once.

use bytes::Bytes;
use compact_str::CompactString;
use serde::Serialize;

use super::{snapshot::BoardView, wire};
use crate::{
    domain::{
        ids::{AttemptId, UnitId},
        time::Timestamp,
    },
    protocol::{LineView, ObligationView},
};

/// A frame to one client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerFrame<'a> {
    Welcome {
        epoch: String,
        seq: u64,
        resumed: bool,
        now: Timestamp,
    },
    Snapshot {
        seq: u64,
        board: Box<BoardView>,
    },
    Reply {
        id: &'a str,
        seq: u64,
        late: bool,
    },
    #[serde(rename = "reply")]
    Refused {
        id: &'a str,
        error: Refusal,
    },
    #[serde(rename = "reply")]
    Taken {
        id: &'a str,
        accepted: usize,
        dropped: usize,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        refusals: Vec<Refused>,
    },
    Units {
        /// Number and unit.
        items: Vec<(u32, UnitId)>,
    },
    Call {
        attempt: AttemptId,
        obligation: Box<ObligationView>,
        notice: bool,
        title: &'a str,
        body: &'a str,
    },
    Lines {
        at: Timestamp,
        items: &'a [LineView],
    },
    Degraded {
        what: &'static str,
        since: Timestamp,
    },
    Ping {
        at: Timestamp,
    },
}

impl ServerFrame<'_> {
    /// Returns it as a WebSocket frame.
    pub fn encode(&self) -> Bytes {
        let text =
            serde_json::to_string(self).expect("a frame holds only strings, numbers and lists");
        wire::text(&text)
    }
}

/// One position that is not on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Refused {
    pub index: usize,
    pub unit: CompactString,
    pub code: &'static str,
    pub message: String,
}

/// Why what a client sent was refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Refusal {
    pub code: &'static str,
    pub message: String,
    /// The field at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
