//! A journal file made from the records of another engine. It has no name until it is whole.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{
    backup::{RestoreError, Temporary, refuse_occupied},
    open::OpenError,
    read::key,
    schema,
};
use crate::journal::{
    Epoch, Record,
    anchor::{Anchor, Anchored},
    chain,
    transfer::{Fill, Kept, TransferError},
    verify::{Verified, verify_file},
};

/// A file being filled.
pub struct SqliteFill {
    dir: PathBuf,
    temporary: Temporary,
    connection: Connection,
}

impl SqliteFill {
    /// Begins a journal in `dir`, where none may be.
    pub fn begin(dir: &Path) -> Result<Self, TransferError> {
        std::fs::create_dir_all(dir).map_err(TransferError::unwritten)?;
        let destination = schema::path(dir);
        refuse_occupied(&destination).map_err(|error| match &error {
            RestoreError::Occupied(path) => TransferError::Occupied(path.display().to_string()),
            RestoreError::Source(_) | RestoreError::Unverified(_) | RestoreError::Unwritten(_) => {
                TransferError::unwritten(error)
            }
        })?;
        let temporary = Temporary::beside(&destination).map_err(TransferError::unwritten)?;
        let mut connection = Connection::open(&temporary.0)?;
        let transaction = connection.transaction()?;
        schema::migrate(&transaction)?;
        transaction.commit()?;
        // One flush at the end: until then there is no journal to lose.
        connection.execute_batch("PRAGMA synchronous = off; BEGIN")?;
        Ok(Self { dir: dir.to_owned(), temporary, connection })
    }
}

#[async_trait]
impl Fill for SqliteFill {
    async fn records(&mut self, records: Vec<Record>) -> Result<(), TransferError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO events (seq, at, actor, kind, version, subject, data, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for record in records {
            insert.execute(params![
                key(record.seq),
                record.at.millis(),
                record.actor.as_str(),
                record.kind.as_str(),
                record.version,
                record.subject.as_str(),
                record.data,
                record.hash.0,
            ])?;
        }
        Ok(())
    }

    async fn receipts(&mut self, receipts: Vec<Kept>) -> Result<(), TransferError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO receipts (command, fingerprint, reply, seq, seal)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for Kept { seq, receipt } in receipts {
            let seal = chain::seal_of(&receipt, seq);
            let (command, reply) = (receipt.command, receipt.reply);
            insert.execute(params![command, receipt.fingerprint.0, reply, key(seq), seal])?;
        }
        Ok(())
    }

    async fn finish(self: Box<Self>, epoch: Epoch) -> Result<Verified, TransferError> {
        let Self { dir, temporary, connection } = *self;
        schema::set_epoch(&connection, epoch)?;
        connection.execute_batch("COMMIT")?;
        connection.close().map_err(|(_, error)| error)?;
        let verified = verify_file(&temporary.0)?;
        let anchored = Anchored { epoch: verified.epoch, head: verified.head };
        // The anchor goes first. Whoever starts between the two is told that the journal is missing.
        Anchor::create(&dir, anchored).map_err(TransferError::unwritten)?;
        temporary.name(&schema::path(&dir)).map_err(TransferError::unwritten)?;
        Ok(verified)
    }
}

impl From<rusqlite::Error> for TransferError {
    fn from(error: rusqlite::Error) -> Self {
        TransferError::unwritten(error)
    }
}

impl From<OpenError> for TransferError {
    fn from(error: OpenError) -> Self {
        TransferError::unwritten(error)
    }
}
