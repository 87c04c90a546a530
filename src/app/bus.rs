//! The bus that the settings ask for, and the writer kept in step over it.

use std::sync::Arc;

use anyhow::Context;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bus::{Bus, local::LocalBus, redis::RedisBus},
    clock::Clock,
    config::Config,
    dispatcher::{self, Handle},
    domain::{board::Board, ids::AreaCode},
};

/// Connects to Redis if one is set. One that is away does not keep the node from starting; one that refuses the
/// user or the password does.
pub(super) async fn open(
    config: &Config,
    board: &Handle,
    clock: &Arc<dyn Clock>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Arc<dyn Bus>> {
    let Some(url) = config.redis_url.clone() else { return Ok(Arc::new(LocalBus::alone())) };
    let area = board.read(Board::jurisdiction).await?.unwrap_or(AreaCode::UNSET);
    let shown = url.to_string();
    let bus = RedisBus::start(url, area, Arc::clone(clock), tasks, stop.clone()).await;
    let bus: Arc<dyn Bus> = Arc::new(bus.with_context(|| format!("redis_url: {shown}"))?);
    let step = dispatcher::keep_in_step(board.clone(), Arc::clone(&bus), stop.clone());
    tasks.spawn(step);
    Ok(bus)
}
