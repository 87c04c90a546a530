//! What nodes say to each other beside the journal: "there is something up to number N", where units are, and
//! what gauges show.
//!
//! Invariant: nothing said here is needed by the record. A lost word costs time, never data, and whoever says
//! something never waits for it to be heard.

mod burst;
mod ears;
pub mod local;
mod queue;
pub mod redis;
mod wire;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use tokio::sync::watch;

use self::ears::{NudgeEar, PositionEar, ReadingEar};
use crate::domain::time::Timestamp;

/// Bytes of one message, either way: far above any batch of positions; a longer one is garbage.
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// How a node knows its own words when it hears them again: made at random at each start.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId([u8; 16]);

impl NodeId {
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system's random source cannot fail");
        Self(bytes)
    }
}

/// Writes 32 lowercase hexadecimal digits.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// "The journal of this epoch goes up to `seq`": a number, never data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nudge {
    pub epoch: [u8; 16],
    pub seq: u64,
}

/// What a listener to nudges is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Another node's journal goes up to here; lower numbers that waited are left out.
    UpTo(u64),
    /// Words may have been missed until now: read the journal.
    Resubscribed,
}

/// Positions as they were said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A batch that another node has checked and encoded.
    Node { from: NodeId, batch: Bytes },
    /// A text from a gateway outside the program, as it came: UTF-8, and nothing else is known of it.
    Outside(Bytes),
}

/// Whether other nodes can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Sound,
    Down { since: Timestamp },
}

/// What has gone over the bus since the start, for the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages handed over to the bus and confirmed by it.
    pub said: u64,
    /// Messages of others.
    pub heard: u64,
    /// Positions and readings let go of because newer ones came while nobody took them.
    pub dropped: u64,
    /// Messages that nobody of ours can have written.
    pub garbage: u64,
    /// Nudges about another journal: two nodes of one county that share a bus but not a journal.
    pub foreign: u64,
}

/// The way to the other nodes. Saying returns at once, whatever the state of the bus.
pub trait Bus: Send + Sync + 'static {
    /// Returns the name under which this node speaks.
    fn node(&self) -> NodeId;

    /// Tells the others how far the journal goes. Of nudges that wait only the highest is said.
    fn nudge(&self, nudge: Nudge);

    /// Hands a batch of positions to the others. What waits too long gives way to what is newer.
    fn publish_positions(&self, batch: Bytes);

    /// Hands a batch of gauges' readings to the others. What waits too long gives way to what is newer.
    fn publish_readings(&self, batch: Bytes);

    /// Returns what others say about the journal of `epoch` from now on.
    fn nudges(&self, epoch: [u8; 16]) -> Nudges;

    /// Returns the positions that others say from now on.
    fn positions(&self) -> Positions;

    /// Returns the readings that others say from now on.
    fn readings(&self) -> Readings;

    fn health(&self) -> watch::Receiver<Health>;

    fn counts(&self) -> Counts;
}

/// A listener to nudges; dropping it ends the listening.
#[derive(Debug)]
pub struct Nudges {
    ear: Arc<NudgeEar>,
}

impl Nudges {
    /// Waits for the next word. May be given up and called again; nothing is lost by it.
    pub async fn next(&mut self) -> Word {
        self.ear.next().await
    }
}

/// A listener to positions; dropping it ends the listening.
#[derive(Debug)]
pub struct Positions {
    ear: Arc<PositionEar>,
}

impl Positions {
    /// Waits for the next batch. May be given up and called again; nothing is lost by it.
    pub async fn next(&mut self) -> Heard {
        self.ear.next().await
    }
}

/// A listener to readings; dropping it ends the listening.
#[derive(Debug)]
pub struct Readings {
    ear: Arc<ReadingEar>,
}

impl Readings {
    /// Waits for the next batch of another node. May be given up and called again; nothing is lost by it.
    pub async fn next(&mut self) -> Bytes {
        self.ear.next().await
    }
}
