//! The only reader of the wall clock.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::domain::time::Timestamp;

/// How far the wall clock may be from this program's before that is a step and not drift, in milliseconds.
const STEP_MS: i64 = 1_000;

/// Tells what time it is.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The machine's clock, except that it never runs backwards.
///
/// A deadline is an instant of the wall clock. Were the wall clock set back an hour, every call would
/// wait an hour longer, so a step back is not followed while the process lives; a step forward (a
/// suspended machine, a clock that was slow) is.
#[derive(Debug)]
pub struct SystemClock {
    anchor: Mutex<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    wall: Timestamp,
    instant: Instant,
    warned: bool,
}

impl SystemClock {
    pub fn new() -> Self {
        let anchor = Anchor { wall: wall(), instant: Instant::now(), warned: false };
        Self { anchor: Mutex::new(anchor) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A panic elsewhere cannot leave an anchor half written: it is three plain values.
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        anchor.read(wall(), Instant::now())
    }
}

impl Anchor {
    fn read(&mut self, wall: Timestamp, instant: Instant) -> Timestamp {
        let expected = self.wall + instant.saturating_duration_since(self.instant);
        let ahead_ms = wall.millis() - expected.millis();
        if ahead_ms > STEP_MS {
            *self = Anchor { wall, instant, warned: false };
            return wall;
        }
        if ahead_ms < -STEP_MS && !self.warned {
            self.warned = true;
            tracing::warn!(
                behind_ms = -ahead_ms,
                "the machine's clock was set back; deadlines keep running, restart when convenient"
            );
        }
        expected
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn wall() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Timestamp::from_millis(millis)
}

/// A clock that runs with the runtime's, for tests under paused time.
#[derive(Debug)]
pub struct RuntimeClock {
    start: Timestamp,
    instant: Instant,
}

impl RuntimeClock {
    /// Starts at `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, instant: Instant::now() }
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        self.start + self.instant.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_set_back_does_not_delay_deadlines() {
        let start = Instant::now();
        let mut anchor = anchored(start);
        let later = anchor.read(at(1_000_000 - 3_600_000), start + Duration::from_secs(5));
        assert_eq!(later, at(1_005_000));
    }

    #[test]
    fn a_clock_set_forward_is_followed() {
        let start = Instant::now();
        let mut anchor = anchored(start);
        assert_eq!(anchor.read(at(2_000_000), start + Duration::from_secs(5)), at(2_000_000));
        assert_eq!(anchor.read(at(2_001_000), start + Duration::from_secs(6)), at(2_001_000));
    }

    fn anchored(instant: Instant) -> Anchor {
        Anchor { wall: at(1_000_000), instant, warned: false }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }
}
