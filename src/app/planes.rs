//! What comes in beside commands: where units are, what gauges show, who is asked for warnings, and the ground that all of
//! it lies on.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    coverage, exchange,
    gauges::{self, Plane},
    ground::Ground,
    look_ahead, paper, positions, sources, spot_checks,
};
use crate::{
    bus::{Bus, redis::LastPositions},
    clock::Clock,
    config::Config,
    dispatcher::Handle,
    gauges::{self as gauge_plane, Gauges},
    nodes::Nodes,
    positions::{Positions, Store},
    sources::Sources,
    telemetry::mqtt::Broker,
};

/// The ways to all of it.
pub(super) struct Planes {
    pub positions: Positions,
    pub tracks: Store,
    pub gauges: Gauges,
    pub readings: gauge_plane::Store,
    /// How the broker that gauges publish to fares; none where the settings name none.
    pub broker: Option<Broker>,
    pub sources: Sources,
    pub ground: Ground,
}

type Joining<'j> = (&'j Arc<dyn Nodes>, &'j Arc<dyn Bus>, Option<Arc<LastPositions>>);

impl Planes {
    pub async fn start(
        (config, demo): (&Config, bool),
        board: &Handle,
        clock: &Arc<dyn Clock>,
        (nodes, bus, last): Joining<'_>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let (positions, tracks) =
            positions::start(config, board, clock, last.clone(), tasks, stop).await?;
        let Plane { gauges, store: readings, broker } =
            gauges::start(config, board, clock, bus, tasks, stop).await?;
        let sources = sources::start(config, board, nodes, broker.as_ref(), tasks, stop).await?;
        exchange::start(&positions, bus, last, board, tasks, stop).await?;
        let ground = Ground::open(config, demo)?;
        let watch = coverage::Watch::new(board, &positions, &ground.advice, bus.health());
        tasks.spawn(positions::stopped_by(stop.clone(), watch.run()));
        let watch = look_ahead::Watch::new(board);
        tasks.spawn(positions::stopped_by(stop.clone(), watch.run()));
        tasks.spawn(positions::stopped_by(stop.clone(), spot_checks::draw(board.clone())));
        if let Some(every) = config.call_sheet_every() {
            let writing = paper::write(board.clone(), config.data_dir.clone(), every);
            tasks.spawn(positions::stopped_by(stop.clone(), writing));
        }
        Ok(Self { positions, tracks, gauges, readings, broker, sources, ground })
    }
}
