//! The embedded journal: one SQLite file in WAL mode, flushed to disk at each commit.
//!
//! A thread appends, another keeps house, a few read-only connections read. Several processes may
//! append to the same file: whoever meets a head it did not expect gets a conflict.

mod append;
mod backup;
mod fill;
mod housekeeping;
mod open;
mod read;
mod schema;

use std::{
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

pub use super::Loss;
pub use backup::{BackupError, Progress, RestoreError, Restored, backup, restore};
pub use fill::SqliteFill;
pub use open::OpenError;
pub use read::SqliteReader;

pub(super) use open::compare;
pub(super) use read::damaged_receipt;
pub(super) use schema::{ended_at, epoch, open_reader, path, recognise};

use super::{AppendError, Batch, Journal, Reader, Record, transfer::Origin};
use append::{Job, Writer};
use open::{OnLoss, Opened};

/// Batches on their way to the writing thread. An append waits for its reply, so a second one can
/// only follow a future that was dropped.
const JOBS_CAPACITY: usize = 1;

/// The writing side of a journal in a directory. Dropping it waits for the batch in hand, flushes
/// the anchor and leaves everything in the one database file.
#[derive(Debug)]
pub struct SqliteJournal {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    reader: Arc<SqliteReader>,
}

impl SqliteJournal {
    /// Opens the journal in `dir`, making it if there has never been one. Refuses when records
    /// are lost. Blocks for the time of a few reads.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::start(open::open(dir, OnLoss::Refuse)?, dir)
    }

    /// Opens the journal in `dir` even if records are lost, and returns what is known about them.
    ///
    /// The caller appends a record of the loss first of all: until then nothing is forgotten and
    /// a plain open still refuses. A journal that lost something carries on in a new epoch.
    pub fn open_accepting_loss(dir: &Path) -> Result<(Self, Option<Loss>), OpenError> {
        let opened = open::open(dir, OnLoss::Accept)?;
        let loss = opened.loss;
        Ok((Self::start(opened, dir)?, loss))
    }

    /// Returns the reading side as what another engine is filled from.
    pub fn origin(&self) -> Arc<dyn Origin> {
        Arc::clone(&self.reader) as Arc<dyn Origin>
    }

    fn start(opened: Opened, dir: &Path) -> Result<Self, OpenError> {
        let reader = Arc::new(SqliteReader::new(opened.path.clone(), opened.epoch));
        let writer = Writer::new(opened, dir)?;
        let (jobs, inbox) = mpsc::channel(JOBS_CAPACITY);
        let thread = thread::Builder::new()
            .name("journal-writer".into())
            .spawn(move || writer.run(inbox))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), reader })
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        batch.check()?;
        let stopped = || AppendError::Unavailable("the journal's writing thread has died".into());
        let (reply, outcome) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(Job { batch, reply }).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    fn reader(&self) -> Arc<dyn Reader> {
        Arc::clone(&self.reader) as Arc<dyn Reader>
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.reader.retire();
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was printed by the thread, and its caller got an error.
            let _ = thread.join();
        }
    }
}
