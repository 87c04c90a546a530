//! When a deadline is tried again whose append has just failed, or that came to nothing.

use std::time::Duration;

use tokio::time::Instant;

/// How long a deadline waits whose append has just failed: it is still due, and trying it again at once would
/// do nothing but heat the machine.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    /// Until when nothing that is due is tried.
    until: Option<Instant>,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(50);
    pub const LONGEST: Duration = Duration::from_secs(5);

    pub fn failed(&mut self) {
        let wait = Self::FIRST.saturating_mul(1 << self.failures.min(7)).min(Self::LONGEST);
        self.failures += 1;
        self.until = Some(Instant::now() + wait);
    }

    /// A deadline came and there was nothing to do: an answer won the race, or the board names a deadline
    /// that it does not act upon. The second must not keep the writer from everything else.
    pub fn found_nothing(&mut self) {
        self.until = Some(Instant::now() + Self::FIRST);
    }

    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Tells whether the last append failed: until one succeeds, commands go one by one.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Returns how long nothing that is due is to be tried.
    pub fn held(&self) -> Duration {
        self.until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default()
    }
}
