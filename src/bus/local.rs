//! The bus of a node that runs alone: always sound, and nobody to hear it. Handles made of one another are
//! nodes in one process.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use super::{Bus, Counts, Health, Heard, NodeId, Nudge, Nudges, Positions, Readings, ears::Ears};

/// One node's place on a bus within the process.
#[derive(Debug)]
pub struct LocalBus {
    ears: Arc<Ears>,
    /// All nodes on this bus, this one included.
    nodes: Arc<Mutex<Vec<Arc<Ears>>>>,
    health: watch::Sender<Health>,
}

impl LocalBus {
    /// Returns the bus of a node that is alone.
    pub fn alone() -> Self {
        Self::join(Arc::default())
    }

    /// Returns another node on the same bus.
    pub fn beside(&self) -> Self {
        Self::join(Arc::clone(&self.nodes))
    }

    fn join(nodes: Arc<Mutex<Vec<Arc<Ears>>>>) -> Self {
        let ears = Arc::new(Ears::new(NodeId::random()));
        nodes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&ears));
        Self { ears, nodes, health: watch::Sender::new(Health::Sound) }
    }

    fn tell_others(&self, tell: impl Fn(&Ears)) {
        let me = self.ears.me();
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.iter().filter(|ears| ears.me() != me).for_each(|ears| tell(ears));
        self.ears.count_said(1);
    }
}

impl Bus for LocalBus {
    fn node(&self) -> NodeId {
        self.ears.me()
    }

    fn nudge(&self, nudge: Nudge) {
        self.tell_others(|ears| ears.hear_nudge(nudge));
    }

    fn publish_positions(&self, batch: Bytes) {
        let from = self.node();
        self.tell_others(|ears| ears.hear_positions(Heard::Node { from, batch: batch.clone() }));
    }

    fn publish_readings(&self, batch: Bytes) {
        self.tell_others(|ears| ears.hear_readings(&batch));
    }

    fn nudges(&self, epoch: [u8; 16]) -> Nudges {
        self.ears.nudges(epoch)
    }

    fn positions(&self) -> Positions {
        self.ears.positions()
    }

    fn readings(&self) -> Readings {
        self.ears.readings()
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    fn counts(&self) -> Counts {
        self.ears.counts()
    }
}

/// A node that has gone is not told any more.
impl Drop for LocalBus {
    fn drop(&mut self) {
        let me = self.ears.me();
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|ears| ears.me() != me);
    }
}
