//! How long to wait before a server that is away is tried again.

use std::time::Duration;

/// Doublings after which a wait grows no more, whatever its longest.
const DOUBLINGS_MAX: u32 = 6;

/// Waits that grow, and are never the same for all nodes.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    tries: u32,
}

impl Backoff {
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, tries: 0 }
    }

    /// Returns the next wait: between half of what it has grown to and all of it, so that nodes that lost the server
    /// together do not come back together.
    pub fn wait(&mut self) -> Duration {
        let wait = self.first.saturating_mul(1 << self.tries.min(DOUBLINGS_MAX)).min(self.longest);
        self.tries = self.tries.saturating_add(1);
        let mut chance = [0];
        // Without chance they do, and no more comes of it than that.
        let _ = getrandom::fill(&mut chance);
        wait.mul_f64(0.5 + f64::from(chance[0]) / 510.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_to_the_longest_and_are_not_all_alike() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(3));
        let mut backoff = Backoff::new(first, longest);
        let waits: Vec<_> = (0..40).map(|_| backoff.wait()).collect();
        assert!(waits[0] >= first / 2 && waits[0] <= first);
        assert!(waits[8..].iter().all(|wait| *wait >= longest / 2));
        assert!(waits.iter().all(|wait| *wait <= longest));
        assert!(waits[8..].windows(2).any(|pair| pair[0] != pair[1]));
    }
}
