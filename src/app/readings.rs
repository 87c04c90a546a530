//! Readings between nodes: what one has heard of a gauge, every node knows.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::positions::stopped_by;
use crate::{
    bus::Bus,
    dispatcher::Handle,
    gauges::{Gauges, encode},
};

/// Readings in one message: some 400 KB, of the megabyte that one may have.
const AT_ONCE: usize = 4_000;

/// Starts handing readings on, and taking in those of others.
pub(super) fn share(
    gauges: &Gauges,
    bus: &Arc<dyn Bus>,
    board: &Handle,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    tasks.spawn(stopped_by(stop.clone(), hand_on(gauges.clone(), Arc::clone(bus))));
    let theirs = take_in(gauges.clone(), Arc::clone(bus), board.clone());
    tasks.spawn(stopped_by(stop.clone(), theirs));
}

async fn hand_on(gauges: Gauges, bus: Arc<dyn Bus>) {
    let mut taken = gauges.subscribe();
    loop {
        match taken.recv().await {
            Ok(records) => {
                let batches = records.chunks(AT_ONCE);
                batches.for_each(|some| bus.publish_readings(encode(some).into()));
            }
            // Newer ones are on their way.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn take_in(gauges: Gauges, bus: Arc<dyn Bus>, board: Handle) {
    let mut said = bus.readings();
    loop {
        let batch = said.next().await;
        if gauges.follow(&batch, board.now()).is_err() {
            tracing::debug!(bytes = batch.len(), "another node says what are no readings");
        }
    }
}
