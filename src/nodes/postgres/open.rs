//! Joining the other nodes: the tables, this node's name, and the end of the process before it.

use std::{fmt::Write as _, fs, io, path::Path, sync::Arc};

use tokio::sync::Mutex;
use tokio_postgres::Client;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    PostgresNodes,
    presence::{self, Here},
};
use crate::postgres::{Database, DatabaseError};

/// Steps from an empty database to today's tables. Never edited, only added to.
const MIGRATIONS: [&str; 2] = [include_str!("1_nodes.sql"), include_str!("2_heard.sql")];
/// One makes or changes the tables at a time: "JY-NODES" in ASCII.
const IN_TURN: &str = "BEGIN; SELECT pg_advisory_xact_lock(5357363046094488915)";
/// Name of the file in the data folder that names the process that last worked there.
const NAME_FILE: &str = "node.id";

/// Why a node could not join the others.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the nodes' tables have schema {found}, this program knows up to {known}; use a newer one"
    )]
    TooNew { found: usize, known: usize },
    #[error("the data folder cannot be written")]
    Folder(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        OpenError::Database(error.into())
    }
}

impl PostgresNodes {
    /// Joins the others, and stays among them until `stop`. `dir` is this node's own folder, which it holds alone:
    /// the process that worked there before is dead, and its calls need not wait until that is noticed.
    pub async fn open(
        database: &Database,
        dir: &Path,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, OpenError> {
        let path = dir.join(NAME_FILE);
        let before = fs::read_to_string(&path).unwrap_or_default();
        let me = random();
        // A session for good: whatever fails on the way, closing it leaves nothing half made.
        let client = database.own_session().await?;
        client.batch_execute(IN_TURN).await?;
        migrate(&client).await?;
        client.execute("DELETE FROM nodes WHERE node::text = $1", &[&before.trim()]).await?;
        client.query(presence::BEAT, &[&me]).await?;
        client.batch_execute("COMMIT").await?;
        fs::write(&path, &me)?;
        let here = Arc::new(Here::default());
        tasks.spawn(presence::keep(database.clone(), me.clone(), Arc::clone(&here), stop));
        Ok(Self { database: database.clone(), me, here, elsewhere: Mutex::new(None) })
    }
}

async fn migrate(client: &Client) -> Result<(), OpenError> {
    client
        .batch_execute("CREATE TABLE IF NOT EXISTS nodes_schema (version INTEGER NOT NULL)")
        .await?;
    let row = client.query_one("SELECT COALESCE(MAX(version), 0) FROM nodes_schema", &[]).await?;
    let found = usize::try_from(row.try_get::<_, i32>(0)?).unwrap_or(0);
    let known = MIGRATIONS.len();
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    for (step, sql) in (1_i32..).zip(MIGRATIONS).skip(found) {
        client.batch_execute(sql).await?;
        client.execute("INSERT INTO nodes_schema (version) VALUES ($1)", &[&step]).await?;
    }
    Ok(())
}

/// Returns a name that no other node has, as PostgreSQL writes it.
fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system's random source cannot fail");
    let mut name = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&place) {
            name.push('-');
        }
        let _ = write!(name, "{byte:02x}");
    }
    name
}
