//! The other nodes of the county, where the settings say that there may be any.

use std::sync::Arc;

use anyhow::Context;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Storage;
use crate::nodes::{Alone, Nodes, PostgresNodes};

/// Joins those who share the journal's database; beside a journal in the data folder there is nobody.
pub(super) async fn join(
    storage: &Storage,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Arc<dyn Nodes>> {
    let Some(database) = storage.database() else { return Ok(Arc::new(Alone)) };
    let joined = PostgresNodes::open(database, storage.dir(), tasks, stop.clone()).await;
    Ok(Arc::new(joined.context("cannot join the other nodes")?))
}
