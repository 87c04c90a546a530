//! How the hub fares, counted where it happens and read by the metrics.

use std::{
    array,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use super::session::CloseReason;

/// Counts since the start.
#[derive(Debug)]
pub struct Meters {
    fan_outs: AtomicU64,
    fan_out_us: AtomicU64,
    slowest_us: AtomicU64,
    told: AtomicU64,
    behind: AtomicU64,
    closed: [AtomicU64; CloseReason::ALL.len()],
    position_frames: AtomicU64,
    position_frames_let_go: AtomicU64,
    positions: AtomicU64,
    /// Events that the slowest shard has still to tell.
    pub(super) lag: AtomicUsize,
    /// Clients that a shard tells; the others are new, or catch up.
    in_step: AtomicUsize,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            fan_outs: AtomicU64::new(0),
            fan_out_us: AtomicU64::new(0),
            slowest_us: AtomicU64::new(0),
            told: AtomicU64::new(0),
            behind: AtomicU64::new(0),
            closed: array::from_fn(|_| AtomicU64::new(0)),
            position_frames: AtomicU64::new(0),
            position_frames_let_go: AtomicU64::new(0),
            positions: AtomicU64::new(0),
            lag: AtomicUsize::new(0),
            in_step: AtomicUsize::new(0),
        }
    }
}

/// The counts as they are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Times that events were told to all clients of a shard, how long that took together, and the longest.
    pub fan_outs: u64,
    pub fan_out_s: f64,
    pub slowest_fan_out_s: f64,
    /// Writes of events to one client each.
    pub told: u64,
    /// Clients that fell behind and caught up by themselves, or did not.
    pub behind: u64,
    /// Sessions that the hub has ended, by reason.
    pub closed: Vec<(&'static str, u64)>,
    /// Frames of positions told, and those that a client had no room for.
    pub position_frames: u64,
    pub position_frames_let_go: u64,
    /// Positions in all frames together.
    pub positions: u64,
    /// Events that the slowest shard has still to tell.
    pub lag: usize,
    /// Clients that are told what happens at once, as of the last second; the others are new, or catch up.
    pub in_step: usize,
}

impl Meters {
    pub(super) fn fanned_out(&self, took: Duration, told: u64, behind: u64) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.fan_outs.fetch_add(1, Ordering::Relaxed);
        self.fan_out_us.fetch_add(took, Ordering::Relaxed);
        self.slowest_us.fetch_max(took, Ordering::Relaxed);
        self.told.fetch_add(told, Ordering::Relaxed);
        self.behind.fetch_add(behind, Ordering::Relaxed);
    }

    pub(super) fn positions(&self, told: u64, let_go: u64, positions: u64) {
        self.position_frames.fetch_add(told, Ordering::Relaxed);
        self.position_frames_let_go.fetch_add(let_go, Ordering::Relaxed);
        self.positions.fetch_add(positions, Ordering::Relaxed);
    }

    /// Notes that a shard which told `before` clients tells `now`.
    pub(super) fn in_step(&self, before: usize, now: usize) {
        self.in_step.fetch_add(now, Ordering::Relaxed);
        self.in_step.fetch_sub(before, Ordering::Relaxed);
    }

    pub(super) fn closed(&self, reason: CloseReason) {
        self.closed[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Reads the counts; the longest fan-out is that since the last reading.
    pub fn read(&self) -> Reading {
        let seconds = |us: u64| Duration::from_micros(us).as_secs_f64();
        let closed = CloseReason::ALL.iter().zip(&self.closed);
        Reading {
            fan_outs: self.fan_outs.load(Ordering::Relaxed),
            fan_out_s: seconds(self.fan_out_us.load(Ordering::Relaxed)),
            slowest_fan_out_s: seconds(self.slowest_us.swap(0, Ordering::Relaxed)),
            told: self.told.load(Ordering::Relaxed),
            behind: self.behind.load(Ordering::Relaxed),
            closed: closed.map(|(why, n)| (why.name(), n.load(Ordering::Relaxed))).collect(),
            position_frames: self.position_frames.load(Ordering::Relaxed),
            position_frames_let_go: self.position_frames_let_go.load(Ordering::Relaxed),
            positions: self.positions.load(Ordering::Relaxed),
            lag: self.lag.load(Ordering::Relaxed),
            in_step: self.in_step.load(Ordering::Relaxed),
        }
    }
}
