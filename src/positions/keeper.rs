//! The task that writes what the feed leaves behind, a transaction a second, and forgets what is old.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    feed::{Pending, Positions},
    store::{LastPositions, Record, Store, StoreError},
    wire,
};
use crate::clock::Clock;

const WRITE_EVERY: Duration = Duration::from_secs(1);
/// Writes between two looks for what is too old: an hour of them.
const FORGET_EVERY: u32 = 3_600;
const DAY: Duration = Duration::from_secs(86_400);

/// What is written where.
pub struct Keeper {
    pub positions: Positions,
    pub store: Store,
    pub last: Arc<dyn LastPositions>,
    pub clock: Arc<dyn Clock>,
}

impl Keeper {
    /// Puts units back where they were when the program last ran. A failure is told: units report again.
    pub async fn restore(&self) {
        match self.last.load().await {
            Ok(records) => {
                let units = self.positions.restore(&records, self.clock.now());
                tracing::info!(units, "units are shown where they were last");
            }
            Err(error) => tracing::warn!(%error, "where units were last is not known"),
        }
    }

    /// Writes until `stop`, and then what is left.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(WRITE_EVERY);
        // A slow disk gets fewer writes, not all of them at once.
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut rounds, mut failing) = (0_u32, false);
        while stop.run_until_cancelled(every.tick()).await.is_some() {
            if rounds.is_multiple_of(FORGET_EVERY) {
                self.forget().await;
            }
            rounds = rounds.wrapping_add(1);
            failing = self.told(self.write().await, failing);
        }
        while let Ok(true) = self.write().await {}
    }

    /// Writes what waits, and tells whether there was anything. Last positions that cannot be written wait again:
    /// a unit may say nothing new for a long time.
    async fn write(&self) -> Result<bool, StoreError> {
        let pending = self.positions.take_pending();
        let any = !pending.points.is_empty() || !pending.last.is_empty();
        let units: Vec<_> = pending.last.iter().map(|fix| fix.unit).collect();
        let written = self.write_all(pending).await;
        written.inspect_err(|_| self.positions.save_again(&units)).map(|()| any)
    }

    async fn write_all(&self, pending: Pending) -> Result<(), StoreError> {
        let record = |fix: &super::Fix| {
            let unit = pending.registry.get(fix.unit)?.id.clone();
            let bytes = wire::encode(&pending.registry, &[*fix]);
            Some(Record { unit, at: fix.at, place: fix.place(), bytes })
        };
        let last: Vec<Record> = pending.last.iter().filter_map(record).collect();
        let points = pending.points.len();
        if points > 0 {
            let written = self.store.append(pending.registry, pending.points).await;
            written.inspect_err(|_| self.positions.counters().points_dropped(points))?;
        }
        if !last.is_empty() {
            self.last.save(last).await?;
        }
        Ok(())
    }

    async fn forget(&self) {
        let before = self.clock.now() - DAY * self.positions.settings().track_days;
        match self.store.forget(before).await {
            Ok(0) => {}
            Ok(points) => tracing::info!(points, "old tracks are forgotten"),
            Err(error) => tracing::warn!(%error, "old tracks are not forgotten"),
        }
    }

    /// Tells once when writing begins to fail, and once when it works again.
    fn told(&self, written: Result<bool, StoreError>, failing: bool) -> bool {
        match (written, failing) {
            (Ok(_), true) => {
                tracing::info!("positions are kept again");
                false
            }
            (Err(error), false) => {
                tracing::warn!(%error, "positions are shown, but not kept");
                true
            }
            (Ok(_), false) => false,
            (Err(_), true) => true,
        }
    }
}
