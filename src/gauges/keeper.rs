//! The task that writes readings, a transaction a second, and forgets what is old.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{
    feed::Gauges,
    store::{Store, StoreError},
};
use crate::domain::time::Timestamp;

const WRITE_EVERY: Duration = Duration::from_secs(1);
/// Writes between two looks for what is too old: an hour of them.
const FORGET_EVERY: u32 = 3_600;
const DAY: Duration = Duration::from_secs(86_400);

/// What is written where.
pub struct Keeper {
    pub gauges: Gauges,
    pub store: Store,
    /// Days that readings are kept.
    pub days: u32,
    pub now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Keeper {
    /// Puts back the readings of the last day. A failure is told: gauges report again.
    pub async fn restore(&self) {
        match self.store.since((self.now)() - DAY).await {
            Ok(records) => self.gauges.restore(&records),
            Err(error) => tracing::warn!(%error, "what gauges showed last is not known"),
        }
    }

    /// Writes until `stop`, and then what is left.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(WRITE_EVERY);
        // A slow disk gets fewer writes, not all of them at once.
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut rounds = 0_u32;
        while stop.run_until_cancelled(every.tick()).await.is_some() {
            if rounds.is_multiple_of(FORGET_EVERY)
                && let Err(error) = self.store.forget((self.now)() - DAY * self.days).await
            {
                tracing::warn!(%error, "old readings are not forgotten");
            }
            rounds = rounds.wrapping_add(1);
            self.write().await;
        }
        self.write().await;
    }

    async fn write(&self) {
        if let Err(error) = write(&self.gauges, &self.store).await {
            tracing::warn!(%error, "readings are judged, and not kept yet");
        }
    }
}

/// Writes what waits: for whoever has to know that it is on disk.
pub async fn write(gauges: &Gauges, store: &Store) -> Result<(), StoreError> {
    let _turn = gauges.turn_to_write().await;
    let pending = gauges.take_pending();
    if pending.is_empty() {
        return Ok(());
    }
    let written = store.append(pending.clone()).await;
    written.inspect_err(|_| gauges.put_back(pending))
}
