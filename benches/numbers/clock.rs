//! The real clock, moved forward by hand so that a wait of minutes need not be waited for.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use jiaoying::{clock::Clock, domain::time::Timestamp};

/// Runs as fast as the machine's clock, from a fixed instant on.
pub struct ForwardClock {
    start: Timestamp,
    began: Instant,
    ahead_us: AtomicI64,
}

impl ForwardClock {
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, began: Instant::now(), ahead_us: AtomicI64::new(0) }
    }

    /// Moves on to `instant`; the caller pokes whoever sleeps towards a deadline.
    pub fn move_to(&self, instant: Timestamp) {
        let gap = instant.millis() * 1000 - self.now_us();
        self.ahead_us.fetch_add(gap.max(0), Ordering::Relaxed);
    }

    /// Returns how long ago `instant` was, with the fraction of a millisecond that a timestamp drops.
    pub fn since(&self, instant: Timestamp) -> Duration {
        let late = self.now_us() - instant.millis() * 1000;
        Duration::from_micros(u64::try_from(late).unwrap_or(0))
    }

    fn now_us(&self) -> i64 {
        let elapsed = i64::try_from(self.began.elapsed().as_micros()).unwrap();
        self.start.millis() * 1000 + elapsed + self.ahead_us.load(Ordering::Relaxed)
    }
}

impl Clock for ForwardClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_us().div_euclid(1000))
    }
}
