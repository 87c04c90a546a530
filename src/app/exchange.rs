//! Positions between nodes: what one has taken in is on every node's map, and the last of each unit is where all
//! nodes find it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{broadcast::error::RecvError, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bus::{
        Bus, Health, Heard,
        redis::{self, LastPosition, LastPositions},
    },
    dispatcher::Handle,
    domain::{board::Board, ids::AreaCode, time::Timestamp},
    positions::{self, Fix, Flags, Positions, Record, Source, Speaker, StoreError, encode},
};

/// How often Redis is looked at, in case somebody has emptied it.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often what is in Redis is compared after it was found: at once, and until the other nodes, which may find
/// it seconds later, have written there what they could not meanwhile.
const LOOKS: u32 = 3;

/// Last positions that all nodes share.
pub(super) struct Shared(pub Arc<LastPositions>);

#[async_trait]
impl positions::LastPositions for Shared {
    async fn save(&self, last: Vec<Record>) -> Result<(), StoreError> {
        let last: Vec<_> = last.into_iter().map(shared).collect();
        match self.0.save(&last).await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError::Elsewhere(error.to_string())),
        }
    }

    async fn load(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let last = self.0.load().await.map_err(|error| StoreError::Elsewhere(error.to_string()))?;
        Ok(last.into_iter().map(|position| position.data.to_vec()).collect())
    }
}

fn shared(record: Record) -> LastPosition {
    let Record { unit, at, place: [lon, lat], bytes } = record;
    LastPosition { unit: unit.as_str().into(), at, lon, lat, data: bytes.into() }
}

/// Starts handing positions on, and taking in those of others.
pub(super) async fn start(
    positions: &Positions,
    bus: &Arc<dyn Bus>,
    last: Option<Arc<LastPositions>>,
    board: &Handle,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    // Alone there is nobody to tell.
    let Some(last) = last else { return Ok(()) };
    let area = board.read(Board::jurisdiction).await?.unwrap_or(AreaCode::UNSET);
    let (ours, theirs) = (
        hand_on(positions.clone(), Arc::clone(bus)),
        take_in(positions.clone(), Arc::clone(bus), board.clone(), Speaker::redis(area)),
    );
    for work in [
        Box::pin(ours) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>,
        Box::pin(theirs),
        Box::pin(compare(positions.clone(), last, bus.health(), board.clone())),
    ] {
        let stop = stop.clone();
        tasks.spawn(async move { stop.run_until_cancelled(work).await });
    }
    Ok(())
}

/// Tells the others what this node has taken in. What came over Redis itself they have heard.
async fn hand_on(positions: Positions, bus: Arc<dyn Bus>) {
    let mut fixes = positions.subscribe();
    loop {
        match fixes.recv().await {
            Ok(fixes) => {
                let own = |fix: &&Fix| {
                    fix.source != Source::Redis && !fix.flags.contains(Flags::FOLLOWED)
                };
                let own: Vec<Fix> = fixes.iter().filter(own).copied().collect();
                if !own.is_empty() {
                    bus.publish_positions(encode(&positions.registry(), &own).into());
                }
            }
            // Newer ones are on their way.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Puts on the map what other nodes have checked, and what outside gateways say after the same checks.
async fn take_in(positions: Positions, bus: Arc<dyn Bus>, board: Handle, outside: Speaker) {
    let mut heard = bus.positions();
    loop {
        match heard.next().await {
            Heard::Node { batch, .. } => positions.follow(&batch, board.now()),
            Heard::Outside(text) => {
                let text: Bytes = text;
                // What cannot be read is counted, and shown to the operator.
                let _ = positions.raw(&text, &outside, board.now());
            }
        }
    }
}

/// Keeps this node's map and Redis in step where the channel could not: Redis may have been emptied, and while it
/// was away, or before this node listened, others have said what was not heard here.
async fn compare(
    positions: Positions,
    last: Arc<LastPositions>,
    mut health: watch::Receiver<Health>,
    board: Handle,
) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    let mut looks = LOOKS;
    loop {
        tokio::select! {
            _ = every.tick() => {}
            changed = health.changed() => match changed {
                Ok(()) => looks = LOOKS,
                Err(_) => return,
            },
        }
        if *health.borrow_and_update() != Health::Sound {
            continue;
        }
        if looks > 0 && take_missed(&positions, &last, board.now()).await.is_ok() {
            looks -= 1;
        }
        fill_again(&positions, &last).await;
    }
}

/// Puts units on the map that Redis has at a later time than this node.
async fn take_missed(
    positions: &Positions,
    last: &LastPositions,
    now: Timestamp,
) -> Result<(), redis::Error> {
    let (kept, registry) = (last.load().await?, positions.registry());
    let is_news = |kept: &&LastPosition| {
        let unit = registry.by_id(&kept.unit);
        unit.is_some_and(|unit| positions.last(unit).is_none_or(|known| known.at < kept.at))
    };
    kept.iter().filter(is_news).for_each(|kept| positions.follow(&kept.data, now));
    Ok(())
}

/// Saves every unit's last position again where Redis has lost them.
async fn fill_again(positions: &Positions, last: &LastPositions) {
    let fixes = positions.latest();
    let Ok(kept) = last.count().await else { return };
    if kept >= fixes.len() {
        return;
    }
    let registry = positions.registry();
    let all = fixes.iter().filter_map(|fix| {
        let unit = registry.get(fix.unit)?.id.clone();
        let bytes = encode(&registry, &[*fix]);
        Some(shared(Record { unit, at: fix.at, place: fix.place(), bytes }))
    });
    let all: Vec<_> = all.collect();
    match last.save(&all).await {
        Ok(saved) => tracing::info!(saved, "last positions are in Redis again"),
        Err(error) => tracing::warn!(%error, "last positions could not be saved in Redis"),
    }
}
