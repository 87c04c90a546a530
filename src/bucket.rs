//! How much somebody may say: so much a second, and so much at once after a silence.

use crate::domain::time::Timestamp;

/// The bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_s: u32,
    pub burst: u32,
}

/// What one speaker has left of it.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    left: f64,
    filled_at: Timestamp,
}

impl Bucket {
    pub fn full(rate: Rate, now: Timestamp) -> Self {
        Self { left: f64::from(rate.burst), filled_at: now }
    }

    /// Takes up to `wanted` and returns how many there were.
    pub fn take(&mut self, wanted: usize, rate: Rate, now: Timestamp) -> usize {
        let gained = now.since(self.filled_at).as_secs_f64() * f64::from(rate.per_s);
        self.left = (self.left + gained).min(f64::from(rate.burst));
        self.filled_at = self.filled_at.max(now);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let taken = f64::from(wanted).min(self.left.floor());
        self.left -= taken;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=wanted")]
        let taken = taken as usize;
        taken
    }

    /// Tells whether it is as good as new.
    pub fn is_full(&self, rate: Rate, now: Timestamp) -> bool {
        let gained = now.since(self.filled_at).as_secs_f64() * f64::from(rate.per_s);
        self.left + gained >= f64::from(rate.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_784_592_000_000);

    #[test]
    fn a_flood_is_let_through_at_the_rate_that_is_set() {
        let rate = Rate { per_s: 10, burst: 100 };
        let mut bucket = Bucket::full(rate, NOW);
        assert_eq!(bucket.take(70, rate, NOW), 70);
        assert_eq!(bucket.take(70, rate, NOW), 30);
        assert_eq!(bucket.take(1, rate, NOW), 0);
        let later = NOW + Duration::from_millis(550);
        assert_eq!(bucket.take(70, rate, later), 5);
        assert!(!bucket.is_full(rate, later));
        let long_after = NOW + Duration::from_secs(1_000);
        assert!(bucket.is_full(rate, long_after));
        assert_eq!(bucket.take(1_000, rate, long_after), 100);
    }
}
