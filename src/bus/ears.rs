//! What was heard, handed to those who listen, each at its own pace.
//!
//! Invariant: handing over never waits. A listener that is late finds the highest number and the newest
//! positions.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use bytes::Bytes;
use tokio::sync::Notify;

use super::{
    Counts, Heard, MESSAGE_BYTES_MAX, NodeId, Nudge, Nudges, Positions, Readings, Word,
    burst::Burst, queue::Perishables, wire::Said,
};

/// Batches, and bytes of them, that wait for one listener; the oldest give way.
const EAR_BATCHES: usize = 4_096;
const EAR_BYTES: usize = 16 << 20;

/// Everybody who listens on this node.
#[derive(Debug)]
pub(super) struct Ears {
    me: NodeId,
    nudges: Mutex<Vec<Weak<NudgeEar>>>,
    positions: Mutex<Vec<Weak<PositionEar>>>,
    readings: Mutex<Vec<Weak<ReadingEar>>>,
    said: AtomicU64,
    heard: AtomicU64,
    dropped: AtomicU64,
    garbage: AtomicU64,
    foreign: AtomicU64,
    garbage_burst: Burst,
    foreign_burst: Burst,
}

/// One listener to nudges of one journal.
#[derive(Debug)]
pub(super) struct NudgeEar {
    epoch: [u8; 16],
    untold: Mutex<Untold>,
    bell: Notify,
}

/// A number and a mark: however many words come, no more than this waits.
#[derive(Debug, Default)]
struct Untold {
    up_to: Option<u64>,
    resubscribed: bool,
}

#[derive(Debug)]
pub(super) struct PositionEar {
    queue: Perishables<Heard>,
}

#[derive(Debug)]
pub(super) struct ReadingEar {
    queue: Perishables<Bytes>,
}

impl Ears {
    pub fn new(me: NodeId) -> Self {
        Self {
            me,
            nudges: Mutex::default(),
            positions: Mutex::default(),
            readings: Mutex::default(),
            said: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            garbage: AtomicU64::new(0),
            foreign: AtomicU64::new(0),
            garbage_burst: Burst::default(),
            foreign_burst: Burst::default(),
        }
    }

    pub fn me(&self) -> NodeId {
        self.me
    }

    pub fn nudges(&self, epoch: [u8; 16]) -> Nudges {
        let ear = Arc::new(NudgeEar { epoch, untold: Mutex::default(), bell: Notify::new() });
        listen(&self.nudges, &ear);
        Nudges { ear }
    }

    pub fn positions(&self) -> Positions {
        let ear = Arc::new(PositionEar { queue: Perishables::new(EAR_BATCHES, EAR_BYTES) });
        listen(&self.positions, &ear);
        Positions { ear }
    }

    pub fn readings(&self) -> Readings {
        let ear = Arc::new(ReadingEar { queue: Perishables::new(EAR_BATCHES, EAR_BYTES) });
        listen(&self.readings, &ear);
        Readings { ear }
    }

    /// Takes a message from the channel of nudges.
    pub fn take_nudge(&self, message: &Bytes) {
        let Some(said) = Said::read(message) else { return self.take_garbage("nudges", message) };
        if said.from == self.me || said.is_greeting() {
            return;
        }
        match said.nudge() {
            Some(nudge) => self.hear_nudge(nudge),
            None => self.take_garbage("nudges", message),
        }
    }

    /// Takes a message from the channel of the nodes' positions.
    pub fn take_positions(&self, message: &Bytes) {
        let Some(said) = Said::read(message) else {
            return self.take_garbage("positions of nodes", message);
        };
        if said.from == self.me || said.is_greeting() {
            return;
        }
        self.hear_positions(Heard::Node { from: said.from, batch: said.batch() });
    }

    /// Takes a message from the channel of the nodes' readings.
    pub fn take_readings(&self, message: &Bytes) {
        let Some(said) = Said::read(message) else {
            return self.take_garbage("readings of nodes", message);
        };
        if said.from != self.me && !said.is_greeting() {
            self.hear_readings(&said.batch());
        }
    }

    /// Takes a message from the channel that gateways outside write to.
    pub fn take_outside(&self, message: Bytes) {
        let sound = (1..=MESSAGE_BYTES_MAX).contains(&message.len())
            && std::str::from_utf8(&message).is_ok();
        if sound {
            self.hear_positions(Heard::Outside(message));
        } else {
            self.take_garbage("positions from outside", &message);
        }
    }

    pub fn take_garbage(&self, channel: &'static str, message: &Bytes) {
        self.garbage.fetch_add(1, Relaxed);
        if self.garbage_burst.begins() {
            let bytes = message.len();
            tracing::warn!(
                channel,
                bytes,
                "somebody writes what no node of ours understands; it is counted and left out"
            );
        }
    }

    pub fn hear_nudge(&self, nudge: Nudge) {
        self.heard.fetch_add(1, Relaxed);
        let mut foreign = false;
        each(&self.nudges, |ear| {
            let ours = ear.epoch == nudge.epoch;
            foreign |= !ours;
            if ours {
                ear.tell(|untold| untold.up_to = untold.up_to.max(Some(nudge.seq)));
            }
        });
        if foreign {
            self.foreign.fetch_add(1, Relaxed);
            if self.foreign_burst.begins() {
                tracing::warn!(
                    "another node of this county writes another journal; give both one database_url"
                );
            }
        }
    }

    pub fn hear_positions(&self, heard: Heard) {
        self.heard.fetch_add(1, Relaxed);
        let bytes = match &heard {
            Heard::Node { batch, .. } => batch.len(),
            Heard::Outside(text) => text.len(),
        };
        each(&self.positions, |ear| {
            let dropped = ear.queue.push(heard.clone(), bytes);
            self.count_dropped(dropped);
        });
    }

    pub fn hear_readings(&self, batch: &Bytes) {
        self.heard.fetch_add(1, Relaxed);
        each(&self.readings, |ear| {
            let dropped = ear.queue.push(batch.clone(), batch.len());
            self.count_dropped(dropped);
        });
    }

    pub fn count_said(&self, messages: u64) {
        self.said.fetch_add(messages, Relaxed);
    }

    pub fn count_dropped(&self, batches: u64) {
        self.dropped.fetch_add(batches, Relaxed);
    }

    pub fn resubscribed(&self) {
        each(&self.nudges, |ear| ear.tell(|untold| untold.resubscribed = true));
    }

    pub fn counts(&self) -> Counts {
        Counts {
            said: self.said.load(Relaxed),
            heard: self.heard.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            garbage: self.garbage.load(Relaxed),
            foreign: self.foreign.load(Relaxed),
        }
    }
}

impl NudgeEar {
    fn tell(&self, change: impl FnOnce(&mut Untold)) {
        change(&mut locked(&self.untold));
        self.bell.notify_one();
    }

    pub async fn next(&self) -> Word {
        loop {
            if let Some(word) = locked(&self.untold).take() {
                return word;
            }
            self.bell.notified().await;
        }
    }
}

impl Untold {
    fn take(&mut self) -> Option<Word> {
        if std::mem::take(&mut self.resubscribed) {
            return Some(Word::Resubscribed);
        }
        self.up_to.take().map(Word::UpTo)
    }
}

impl PositionEar {
    pub async fn next(&self) -> Heard {
        loop {
            if let Some(heard) = self.queue.pop() {
                return heard;
            }
            self.queue.ready().await;
        }
    }
}

impl ReadingEar {
    pub async fn next(&self) -> Bytes {
        loop {
            if let Some(batch) = self.queue.pop() {
                return batch;
            }
            self.queue.ready().await;
        }
    }
}

fn listen<T>(ears: &Mutex<Vec<Weak<T>>>, ear: &Arc<T>) {
    let mut ears = locked(ears);
    ears.retain(|ear| ear.strong_count() > 0);
    ears.push(Arc::downgrade(ear));
}

fn each<T>(ears: &Mutex<Vec<Weak<T>>>, tell: impl FnMut(Arc<T>)) {
    locked(ears).iter().filter_map(Weak::upgrade).for_each(tell);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each holds plain values that are set whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
