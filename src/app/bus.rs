//! The bus that the settings ask for, and the writer kept in step over it.

use std::sync::Arc;

use anyhow::Context;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bus::{
        Bus,
        local::LocalBus,
        redis::{LastPositions, RedisBus},
    },
    clock::Clock,
    config::Config,
    dispatcher::{self, Handle},
    domain::{board::Board, ids::AreaCode},
};

/// The bus, and where last positions are shared when it is Redis.
pub(super) struct Joined {
    pub bus: Arc<dyn Bus>,
    pub last: Option<Arc<LastPositions>>,
}

/// Connects to Redis if one is set. One that is away does not keep the node from starting; one that refuses the
/// user or the password does.
pub(super) async fn open(
    config: &Config,
    board: &Handle,
    clock: &Arc<dyn Clock>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Joined> {
    let Some(url) = config.redis_url.clone() else {
        return Ok(Joined { bus: Arc::new(LocalBus::alone()), last: None });
    };
    let area = board.read(Board::jurisdiction).await?.unwrap_or(AreaCode::UNSET);
    let shown = url.to_string();
    let bus = RedisBus::start(url, area, Arc::clone(clock), tasks, stop.clone()).await;
    let bus = bus.with_context(|| format!("redis_url: {shown}"))?;
    let last = Some(Arc::clone(bus.last_positions()));
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let step = dispatcher::keep_in_step(board.clone(), Arc::clone(&bus), stop.clone());
    tasks.spawn(step);
    Ok(Joined { bus, last })
}
