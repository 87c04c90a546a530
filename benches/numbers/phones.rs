//! Telephones that note the instant of every call and ring nobody.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use async_trait::async_trait;
use jiaoying::{
    channels::{Call, Capacity, Gateway, PlaceError, Receipt},
    domain::{callout::attempt::Outcome, ids::AttemptId, person::Channel, time::Timestamp},
};
use tokio::sync::mpsc;

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It is on the line until somebody rings off.
    Rings,
    /// It is delivered in the same moment.
    Delivers,
}

/// A call as it was handed over.
#[derive(Clone, Copy)]
pub struct Placed {
    pub attempt: AttemptId,
    pub repeated: bool,
    pub at: Instant,
}

/// The gateway of one channel.
pub struct Phones {
    channel: Channel,
    manner: Manner,
    log: Option<(Mutex<File>, u64)>,
    book: Mutex<Book>,
}

#[derive(Default)]
pub struct Book {
    pub placed: Vec<Placed>,
    pub rung_off: Vec<(AttemptId, Instant)>,
    ringing: BTreeMap<AttemptId, mpsc::Sender<Receipt>>,
}

impl Phones {
    pub fn new(channel: Channel, manner: Manner) -> Self {
        Self { channel, manner, log: None, book: Mutex::default() }
    }

    /// Also writes each call to `log`, which outlives the process, with the number of this `run`.
    pub fn logging(channel: Channel, manner: Manner, log: File, run: u64) -> Self {
        Self { log: Some((Mutex::new(log), run)), ..Self::new(channel, manner) }
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    pub fn placed(&self) -> usize {
        self.book().placed.len()
    }

    pub fn forget(&self) {
        let mut book = self.book();
        book.placed.clear();
        book.rung_off.clear();
    }
}

#[async_trait]
impl Gateway for Phones {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn name(&self) -> &'static str {
        "bench"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    fn capacity(&self) -> Capacity {
        Capacity { at_once: NonZeroU32::new(100_000), per_second: None }
    }

    async fn place(&self, call: Call, receipts: mpsc::Sender<Receipt>) -> Result<(), PlaceError> {
        let (attempt, repeated) = (call.attempt, call.repeated);
        if let Some((log, run)) = &self.log {
            let line = format!("{run} {attempt} {repeated}\n");
            log.lock().unwrap().write_all(line.as_bytes()).unwrap();
        }
        {
            let mut book = self.book();
            book.placed.push(Placed { attempt, repeated, at: Instant::now() });
            if self.manner == Manner::Rings {
                book.ringing.insert(attempt, receipts.clone());
            }
        }
        if self.manner == Manner::Delivers {
            tell(&receipts, attempt, Outcome::Delivered).await;
        }
        Ok(())
    }

    async fn ring_off(&self, attempt: AttemptId) {
        let receipts = {
            let mut book = self.book();
            let receipts = book.ringing.remove(&attempt);
            if receipts.is_some() {
                book.rung_off.push((attempt, Instant::now()));
            }
            receipts
        };
        if let Some(receipts) = receipts {
            tell(&receipts, attempt, Outcome::RungOff).await;
        }
    }
}

async fn tell(receipts: &mpsc::Sender<Receipt>, attempt: AttemptId, outcome: Outcome) {
    // The outbox may have stopped.
    let _ = receipts.send(Receipt { attempt, outcome, at: Timestamp::from_millis(0) }).await;
}
