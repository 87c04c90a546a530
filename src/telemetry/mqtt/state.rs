//! How the connection to the broker fares, and what has come over it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::Trouble;
use crate::domain::time::Timestamp;

/// How the connection fares now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub link: Link,
    /// When something was published last that came here, to the second.
    pub heard_at: Option<Timestamp>,
}

/// Whether the broker can be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It lets this node listen since then.
    Connected { since: Timestamp },
    /// It cannot be heard since then. Nothing is known of why before the first try has ended.
    Away { since: Timestamp, why: Option<Trouble> },
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { link: Link::Away { since: now, why: None }, heard_at: None }
    }

    pub fn is_connected(&self) -> bool {
        matches!(self.link, Link::Connected { .. })
    }

    /// Notes that something came, and tells whether that is news.
    pub(super) fn hear(&mut self, now: Timestamp) -> bool {
        let is_news = self.heard_at.is_none_or(|at| at.millis() / 1_000 != now.millis() / 1_000);
        if is_news {
            self.heard_at = Some(now);
        }
        is_news
    }
}

impl Link {
    /// Returns the link after it could not be had, or was lost.
    pub(super) fn lost(&self, why: Trouble, now: Timestamp) -> Self {
        match self {
            Link::Connected { .. } => Link::Away { since: now, why: Some(why) },
            Link::Away { since, .. } => Link::Away { since: *since, why: Some(why) },
        }
    }
}

/// What came from the broker since the start.
#[derive(Debug, Default)]
pub struct Counters {
    heard: AtomicU64,
    kept: AtomicU64,
    postponed: AtomicU64,
    lost: AtomicU64,
    readings: AtomicU64,
    /// Reasons are names in this program, so there are few.
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

/// Sums since the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Messages.
    pub heard: u64,
    /// Messages that the sink has done with, whatever was in them.
    pub kept: u64,
    /// Messages that could not be kept and were handed over again.
    pub postponed: u64,
    /// Connections that were lost, or not had.
    pub lost: u64,
    /// Readings that were taken.
    pub readings: u64,
    /// Messages and readings by the reason for which they were refused.
    pub refused: Vec<(&'static str, u64)>,
}

impl Counters {
    pub fn read(&self) -> Counts {
        Counts {
            heard: self.heard.load(Relaxed),
            kept: self.kept.load(Relaxed),
            postponed: self.postponed.load(Relaxed),
            lost: self.lost.load(Relaxed),
            readings: self.readings.load(Relaxed),
            refused: self.reasons().iter().map(|(reason, count)| (*reason, *count)).collect(),
        }
    }

    /// Counts what was published and is not believed.
    pub fn refused(&self, reason: &'static str, count: usize) {
        *self.reasons().entry(reason).or_default() += count as u64;
    }

    /// Counts readings that were taken.
    pub fn readings(&self, count: usize) {
        self.readings.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn heard(&self) {
        self.heard.fetch_add(1, Relaxed);
    }

    pub(super) fn kept(&self, count: usize) {
        self.kept.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn postponed(&self, count: usize) {
        self.postponed.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn lost(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    fn reasons(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        // Whole between any two statements that can panic.
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
