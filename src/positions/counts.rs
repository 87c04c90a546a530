//! How much came, how much of it was believed, and how late it was.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use super::{check::Fault, report::Fix};

/// Sums since the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    pub accepted: u64,
    /// By reason, those of which there were any or none.
    pub refused: Vec<(Fault, u64)>,
    /// From other nodes.
    pub followed: u64,
    /// Messages of other nodes that were none.
    pub garbled: u64,
    /// Points of tracks that could not be kept.
    pub points_dropped: u64,
    /// Of the last batch: from when the units were there until it came, on average.
    pub lag_ms: i64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    accepted: AtomicU64,
    refused: [AtomicU64; Fault::ALL.len()],
    followed: AtomicU64,
    garbled: AtomicU64,
    points_dropped: AtomicU64,
    lag_ms: AtomicI64,
}

impl Counters {
    pub fn accepted(&self, fixes: &[Fix]) {
        let Ok(count @ 1..) = i64::try_from(fixes.len()) else { return };
        let late = fixes.iter().map(|fix| fix.received_at.millis() - fix.at.millis());
        self.lag_ms.store(late.sum::<i64>() / count, Relaxed);
        self.accepted.fetch_add(fixes.len() as u64, Relaxed);
    }

    pub fn refused(&self, fault: Fault, count: u64) {
        if let Some(place) = Fault::ALL.iter().position(|other| *other == fault) {
            self.refused[place].fetch_add(count, Relaxed);
        }
    }

    pub fn followed(&self, count: usize) {
        self.followed.fetch_add(count as u64, Relaxed);
    }

    pub fn garbled(&self) {
        self.garbled.fetch_add(1, Relaxed);
    }

    pub fn points_dropped(&self, count: usize) {
        self.points_dropped.fetch_add(count as u64, Relaxed);
    }

    pub fn read(&self) -> Counts {
        let refused = Fault::ALL.iter().zip(&self.refused);
        Counts {
            accepted: self.accepted.load(Relaxed),
            refused: refused.map(|(fault, count)| (*fault, count.load(Relaxed))).collect(),
            followed: self.followed.load(Relaxed),
            garbled: self.garbled.load(Relaxed),
            points_dropped: self.points_dropped.load(Relaxed),
            lag_ms: self.lag_ms.load(Relaxed),
        }
    }
}
