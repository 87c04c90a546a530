//! The journal of several nodes: tables in PostgreSQL, flushed to disk by the server at each commit.
//!
//! Writers take turns by an advisory lock, so that they rarely meet. That only saves work: what makes a number
//! be given once is the expected head and the primary key.

mod append;
mod fill;
mod meta;
mod open;
mod read;
mod verify;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use tokio_postgres::error::SqlState;

pub use fill::PostgresFill;
pub use open::OpenError;
pub use read::PostgresReader;
pub use verify::verify;

use super::{
    AppendError, Batch, Epoch, Head, Journal, Loss, Reader, Record,
    anchor::{Anchor, Anchored},
    transfer::Origin,
};
use crate::postgres::{Database, DatabaseError};
use append::Writer;
use open::{OnLoss, Opened};

/// The writing side of a journal in PostgreSQL. A connection that is lost is made anew by the next append.
#[derive(Debug)]
pub struct PostgresJournal {
    writer: Writer,
    reader: Arc<PostgresReader>,
    anchor: Kept,
    /// An epoch in which something was lost, until what was accepted is on record.
    earlier: Option<Epoch>,
    database: Database,
}

impl PostgresJournal {
    /// Opens the journal, making its tables if there have never been any. `dir` is this node's own folder: its
    /// anchor remembers how far this node has seen the journal come. Refuses when that is no longer there.
    pub async fn open(database: &Database, dir: &Path) -> Result<Self, OpenError> {
        Ok(Self::start(database, open::open(database, dir, OnLoss::Refuse).await?, dir))
    }

    /// Opens the journal even if records are lost, and returns what is known about them. It carries on in a
    /// new epoch, which every other node learns when it starts; the caller appends a record of the loss.
    pub async fn open_accepting_loss(
        database: &Database,
        dir: &Path,
    ) -> Result<(Self, Option<Loss>), OpenError> {
        let opened = open::open(database, dir, OnLoss::Accept).await?;
        let loss = opened.loss;
        Ok((Self::start(database, opened, dir), loss))
    }

    /// Returns the reading side as what another engine is filled from.
    pub fn origin(&self) -> Arc<dyn Origin> {
        Arc::clone(&self.reader) as Arc<dyn Origin>
    }

    fn start(database: &Database, opened: Opened, dir: &Path) -> Self {
        Self {
            writer: Writer::new(database.clone()),
            reader: Arc::new(PostgresReader::new(database.clone(), opened.epoch)),
            anchor: Kept { anchor: opened.anchor, dir: dir.into() },
            earlier: opened.earlier,
            database: database.clone(),
        }
    }
}

impl PostgresJournal {
    /// The loss is on record with the first append, so the other nodes need not accept it once more.
    async fn let_others_carry_on(&mut self) {
        let Some(earlier) = self.earlier.take() else { return };
        let noted = async {
            let session = self.database.session().await?;
            meta::carry_on_from(&session, earlier).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "other nodes will ask for --accept-loss as well");
        }
    }
}

#[async_trait]
impl Journal for PostgresJournal {
    async fn take_turn(&mut self) -> Result<Option<Head>, AppendError> {
        Ok(Some(self.writer.take_turn().await?))
    }

    async fn leave_turn(&mut self) {
        self.writer.leave_turn().await;
    }

    async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        batch.check()?;
        let records = self.writer.append(batch).await?;
        if let Some(last) = records.last() {
            self.anchor.remember(Anchored { epoch: self.reader.epoch(), head: last.head() });
            self.let_others_carry_on().await;
        }
        Ok(records)
    }

    fn reader(&self) -> Arc<dyn Reader> {
        Arc::clone(&self.reader) as Arc<dyn Reader>
    }
}

/// This node's own memory of how far the journal had come.
#[derive(Debug)]
struct Kept {
    anchor: Option<Anchor>,
    dir: Box<Path>,
}

impl Kept {
    /// The records are durable whatever becomes of the anchor, so a failure here fails nothing. It is a page in
    /// the kernel's memory, some microseconds, and nothing waits for the disk.
    fn remember(&mut self, anchored: Anchored) {
        let remembered = match &mut self.anchor {
            Some(anchor) => anchor.remember(anchored),
            None => Anchor::create(&self.dir, anchored).map(|made| self.anchor = Some(made)),
        };
        if let Err(error) = remembered {
            tracing::warn!(seq = anchored.head.seq, %error, "journal anchor not written: a lost tail may go unnoticed");
        }
    }
}

/// Returns `seq` as PostgreSQL keeps it. No journal reaches the numbers that do not fit.
fn key(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Tells whether the server says that what is on its disk makes no sense.
fn is_corruption(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED)
}

impl From<DatabaseError> for AppendError {
    fn from(error: DatabaseError) -> Self {
        AppendError::Unavailable(error.into())
    }
}
