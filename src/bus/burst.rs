//! Says something once, however often it happens in a row.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Quiet after which the next one is news again.
const QUIET: Duration = Duration::from_secs(10);

/// A row of the same mishap.
#[derive(Debug, Default)]
pub(super) struct Burst {
    last: Mutex<Option<Instant>>,
}

impl Burst {
    /// Notes that it happened, and tells whether that is news.
    pub fn begins(&self) -> bool {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.replace(now);
        before.is_none_or(|before| now.saturating_duration_since(before) > QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_row_is_told_once_and_again_after_a_quiet_while() {
        let burst = Burst::default();
        assert!(burst.begins());
        for _ in 0..100 {
            tokio::time::advance(QUIET / 2).await;
            assert!(!burst.begins(), "it never stopped");
        }
        tokio::time::advance(QUIET * 2).await;
        assert!(burst.begins());
    }
}
