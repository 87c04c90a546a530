//! What waits to be said.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::bus::{NodeId, Nudge, queue::Perishables, wire};

/// Batches of positions or of readings, and bytes of them, that wait for Redis; the oldest give way.
const BATCHES_MAX: usize = 1_024;
const BYTES_MAX: usize = 8 << 20;
/// Batches that go at once: enough that a trip costs little for each, few enough that a nudge that comes
/// meanwhile does not wait long.
const FLUSH_BATCHES: usize = 256;

/// Waits for the one who says it.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// The highest that has not been said: one number, however many come.
    nudge: Mutex<Option<Nudge>>,
    nudged: Notify,
    positions: Perishables<Bytes>,
    readings: Perishables<Bytes>,
}

/// What is said in one trip.
#[derive(Debug, Default)]
pub(super) struct Flush {
    pub nudge: Option<Nudge>,
    pub positions: Vec<Bytes>,
    pub readings: Vec<Bytes>,
}

impl Default for Outgoing {
    fn default() -> Self {
        Self {
            nudge: Mutex::default(),
            nudged: Notify::new(),
            positions: Perishables::new(BATCHES_MAX, BYTES_MAX),
            readings: Perishables::new(BATCHES_MAX, BYTES_MAX),
        }
    }
}

impl Outgoing {
    pub fn nudge(&self, nudge: Nudge) {
        self.raise(nudge);
        self.nudged.notify_one();
    }

    /// Returns how many older batches had to go for this one.
    pub fn positions(&self, batch: Bytes) -> u64 {
        let bytes = batch.len();
        self.positions.push(batch, bytes)
    }

    /// Returns how many older batches had to go for this one.
    pub fn readings(&self, batch: Bytes) -> u64 {
        let bytes = batch.len();
        self.readings.push(batch, bytes)
    }

    /// Waits until something waits, and takes it.
    pub async fn take(&self) -> Flush {
        loop {
            let nudge = self.nudge.lock().unwrap_or_else(PoisonError::into_inner).take();
            let some = |waiting: &Perishables<Bytes>| -> Vec<Bytes> {
                std::iter::from_fn(|| waiting.pop()).take(FLUSH_BATCHES).collect()
            };
            let (positions, readings) = (some(&self.positions), some(&self.readings));
            if nudge.is_some() || !positions.is_empty() || !readings.is_empty() {
                return Flush { nudge, positions, readings };
            }
            tokio::select! {
                () = self.nudged.notified() => {}
                () = self.positions.ready() => {}
                () = self.readings.ready() => {}
            }
        }
    }

    /// Takes back what could not be said. Only the nudge: positions and readings are old by the time it could be.
    pub fn give_back(&self, flush: &Flush) {
        if let Some(nudge) = flush.nudge {
            self.raise(nudge);
            self.nudged.notify_one();
        }
    }

    fn raise(&self, nudge: Nudge) {
        let mut waiting = self.nudge.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = match *waiting {
            Some(known) if known.epoch == nudge.epoch && known.seq > nudge.seq => Some(known),
            _ => Some(nudge),
        };
    }
}

impl Flush {
    pub fn messages(&self) -> u64 {
        (self.positions.len() + self.readings.len()) as u64 + u64::from(self.nudge.is_some())
    }

    pub fn messages_at_most(&self) -> usize {
        self.positions.len() + self.readings.len() + 1
    }

    /// Returns the messages in the order they are to go: the nudge before any position.
    pub fn nudge_message(&self, from: NodeId) -> Option<Bytes> {
        self.nudge.map(|nudge| wire::nudge(from, nudge))
    }

    pub fn position_messages(&self, from: NodeId) -> impl Iterator<Item = Bytes> {
        self.positions.iter().map(move |batch| wire::batch(from, batch))
    }

    pub fn reading_messages(&self, from: NodeId) -> impl Iterator<Item = Bytes> {
        self.readings.iter().map(move |batch| wire::batch(from, batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_highest_nudge_goes_and_goes_first() {
        let outgoing = Outgoing::default();
        outgoing.positions(Bytes::from_static(b"a"));
        for seq in [3, 9, 4] {
            outgoing.nudge(nudge(seq));
        }
        let flush = outgoing.take().await;
        assert_eq!(flush.nudge, Some(nudge(9)));
        assert_eq!(flush.positions.len(), 1);
    }

    #[tokio::test]
    async fn what_could_not_be_said_does_not_hide_what_is_newer() {
        let outgoing = Outgoing::default();
        outgoing.nudge(nudge(5));
        let failed = outgoing.take().await;
        outgoing.nudge(nudge(6));
        outgoing.give_back(&failed);
        assert_eq!(outgoing.take().await.nudge, Some(nudge(6)));
        outgoing.give_back(&failed);
        assert_eq!(outgoing.take().await.nudge, Some(nudge(5)));
    }

    #[tokio::test]
    async fn a_flood_goes_in_trips() {
        let outgoing = Outgoing::default();
        for _ in 0..FLUSH_BATCHES + 1 {
            assert_eq!(outgoing.positions(Bytes::from_static(b"a")), 0);
        }
        assert_eq!(outgoing.take().await.positions.len(), FLUSH_BATCHES);
        assert_eq!(outgoing.take().await.positions.len(), 1);
    }

    fn nudge(seq: u64) -> Nudge {
        Nudge { epoch: [1; 16], seq }
    }
}
