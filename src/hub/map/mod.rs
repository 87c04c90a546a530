//! The position lane: ten times a second, to each client what has changed in the part of the map it looks at.
//!
//! It never holds up an event: it gives way whenever a shard is telling one. It never queues: a client that
//! takes nothing misses ticks and gets what is newest when it can again.

mod record;
mod sheet;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::{broadcast, mpsc},
    task::yield_now,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use self::sheet::{Sheet, Table};
use super::{Shared, connection::Connection};
use crate::{
    domain::ids::AreaCode,
    positions::{
        Fix, Positions,
        cells::{Tick, View},
    },
};

/// How often clients are told.
const TICK: Duration = Duration::from_millis(100);
/// Ticks in a second: so often ages are looked at, and clusters are counted.
const SECOND: Tick = 10;
/// Clients told between two looks at whether an event waits.
const SLICE: usize = 16;
/// Units in view above which a client that draws a map gets clusters, and below which units again.
const CLUSTERS_ABOVE: usize = 1_500;
const UNITS_BELOW: usize = 1_200;

/// In which form a client wants positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Text,
    /// 24 bytes a unit, see `live.txt`.
    Packed,
}

/// What a client wants to see from now on.
pub(super) struct Look {
    pub client: Arc<Connection>,
    /// What it may see.
    pub area: AreaCode,
    pub view: View,
    pub form: Form,
    /// It draws a map at some zoom, and takes clusters where there are too many units to draw.
    pub clusters: bool,
}

struct Viewer {
    look: Look,
    /// Up to which tick it has been told; nothing before it has been shown what is there.
    since: Option<Tick>,
    clustered: bool,
    /// What its clusters looked like when they were told last.
    clusters: u64,
}

pub(super) struct Lane {
    hub: Arc<Shared>,
    positions: Positions,
    fixes: broadcast::Receiver<Arc<[Fix]>>,
    looks: mpsc::Receiver<Look>,
    table: Table,
    viewers: BTreeMap<u64, Viewer>,
}

impl Lane {
    pub fn new(hub: Arc<Shared>, positions: Positions, looks: mpsc::Receiver<Look>) -> Self {
        let fixes = positions.subscribe();
        let mut table = Table::new(positions.registry());
        table.put(&positions.latest());
        Self { hub, positions, fixes, looks, table, viewers: BTreeMap::new() }
    }

    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                Some(look) = self.looks.recv() => self.look(look),
                _ = ticks.tick() => self.tick().await,
            }
        }
    }

    fn look(&mut self, look: Look) {
        let clustered = self.viewers.get(&look.client.id).is_some_and(|known| known.clustered);
        let viewer = Viewer { look, since: None, clustered, clusters: 0 };
        self.viewers.insert(viewer.look.client.id, viewer);
    }

    async fn tick(&mut self) {
        self.take_fixes();
        let now = self.hub.board.now();
        let each_second = self.table.tick().is_multiple_of(SECOND);
        if each_second {
            self.table.grow_old(now);
            self.viewers.retain(|_, viewer| !viewer.look.client.is_over());
        }
        let mut sheet = Sheet::new(&mut self.table, now);
        let (mut told, mut let_go) = (0, 0);
        for (index, viewer) in self.viewers.values_mut().enumerate() {
            match tell(viewer, &mut sheet, each_second) {
                Some(true) => told += 1,
                Some(false) => let_go += 1,
                None => {}
            }
            if index % SLICE == SLICE - 1 {
                give_way(&self.hub).await;
            }
        }
        self.hub.meters.positions(told, let_go, sheet.delivered());
    }

    fn take_fixes(&mut self) {
        let registry = self.positions.registry();
        self.table.renew(registry);
        loop {
            match self.fixes.try_recv() {
                Ok(fixes) => self.table.put(&fixes),
                Err(broadcast::error::TryRecvError::Lagged(_)) => {
                    self.table.put(&self.positions.latest());
                }
                Err(
                    broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed,
                ) => return,
            }
        }
    }
}

/// Tells one client what is new in its view, if anything is; and whether it took it.
fn tell(viewer: &mut Viewer, sheet: &mut Sheet<'_>, each_second: bool) -> Option<bool> {
    if viewer.look.clusters && (each_second || viewer.since.is_none()) {
        let count = sheet.count(&viewer.look);
        let limit = if viewer.clustered { UNITS_BELOW } else { CLUSTERS_ABOVE };
        let clustered = count > limit;
        if clustered != viewer.clustered {
            (viewer.clustered, viewer.since, viewer.clusters) = (clustered, None, 0);
        }
    }
    if viewer.clustered {
        return tell_clusters(viewer, sheet, each_second);
    }
    let frame = sheet.units(&viewer.look, viewer.since);
    let taken = frame.as_ref().map(|frame| viewer.look.client.offer(frame));
    if taken != Some(false) {
        viewer.since = Some(sheet.tick());
    }
    taken
}

fn tell_clusters(viewer: &mut Viewer, sheet: &mut Sheet<'_>, each_second: bool) -> Option<bool> {
    if viewer.since.is_some() && !each_second {
        return None;
    }
    let (frame, looks) = sheet.clusters(&viewer.look);
    if looks == viewer.clusters {
        return None;
    }
    let taken = viewer.look.client.offer(&frame);
    if taken {
        (viewer.since, viewer.clusters) = (Some(sheet.tick()), looks);
    }
    Some(taken)
}

/// Lets others go on, and events first.
async fn give_way(hub: &Shared) {
    yield_now().await;
    while hub.telling.load(Ordering::Relaxed) > 0 {
        yield_now().await;
    }
}
