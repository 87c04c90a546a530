//! The one thread that appends: takes a batch, makes it one transaction, moves the anchor, replies.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use super::{
    housekeeping::Housekeeper,
    open::Opened,
    read::{self, key},
};
use crate::journal::{
    AppendError, Batch, Chain, Draft, Epoch, Head, Receipt, Record,
    anchor::{Anchor, Anchored},
    chain,
};

/// Bytes a record or receipt takes besides its texts, roughly: hash, numbers, the tree's own.
const ROW_BYTES: usize = 80;

/// A batch on its way to the writing thread.
pub(super) struct Job {
    pub batch: Batch,
    pub reply: oneshot::Sender<Result<Vec<Record>, AppendError>>,
}

/// What the writing thread owns.
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    identity: FileIdentity,
    dir: PathBuf,
    epoch: Epoch,
    anchor: Option<Anchor>,
    housekeeper: Housekeeper,
}

impl Writer {
    pub fn new(opened: Opened, dir: &Path) -> io::Result<Self> {
        Ok(Self {
            identity: FileIdentity::of(&opened.path)?,
            housekeeper: Housekeeper::spawn(opened.path.clone(), dir.to_owned())?,
            connection: opened.connection,
            path: opened.path,
            dir: dir.to_owned(),
            epoch: opened.epoch,
            anchor: opened.anchor,
        })
    }

    /// Serves batches until nobody can send any more.
    pub fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(Job { batch, reply }) = jobs.blocking_recv() {
            let bytes = size_of(&batch);
            let outcome = self.append(batch);
            if outcome.is_ok() {
                self.housekeeper.note(bytes);
            }
            // Who dropped the future does not want the answer.
            let _ = reply.send(outcome);
            self.housekeeper.shorten_wal(&self.connection);
        }
        self.housekeeper.close(&self.connection);
    }

    fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        self.identity.check(&self.path)?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let records = insert(&transaction, batch)?;
        transaction.commit()?;
        if let Some(last) = records.last() {
            self.remember(last.head());
        }
        Ok(records)
    }

    /// The records are durable whatever becomes of the anchor, so a failure here fails nothing.
    fn remember(&mut self, head: Head) {
        let anchored = Anchored { epoch: self.epoch, head };
        let remembered = match &mut self.anchor {
            Some(anchor) => anchor.remember(anchored),
            None => Anchor::create(&self.dir, anchored).map(|made| self.anchor = Some(made)),
        };
        if let Err(error) = remembered {
            warn!(seq = head.seq, %error, "journal anchor not written: a lost tail may go unnoticed");
        }
    }
}

fn insert(transaction: &Transaction<'_>, batch: Batch) -> Result<Vec<Record>, AppendError> {
    let actual = read::head(transaction)?;
    if batch.expected != actual {
        return Err(AppendError::Conflict { actual });
    }
    let mut chain = Chain::after(actual);
    let records = insert_records(transaction, &mut chain, batch.drafts)?;
    insert_receipts(transaction, chain.head(), &batch.receipts)?;
    Ok(records)
}

fn insert_records(
    transaction: &Transaction<'_>,
    chain: &mut Chain,
    drafts: Vec<Draft>,
) -> rusqlite::Result<Vec<Record>> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (seq, at, actor, kind, version, subject, data, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut records = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let record = chain.seal(draft);
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
        records.push(record);
    }
    Ok(records)
}

fn insert_receipts(
    transaction: &Transaction<'_>,
    head: Head,
    receipts: &[Receipt],
) -> Result<(), AppendError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO receipts (command, fingerprint, reply, seq, seal)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for receipt in receipts {
        let Receipt { command, fingerprint, reply } = receipt;
        let seal = chain::seal_of(receipt, head.seq);
        let inserted = insert.execute(params![command, fingerprint.0, reply, key(head.seq), seal]);
        inserted.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                AppendError::Repeated { command: command.clone() }
            }
            Some(_) | None => error.into(),
        })?;
    }
    Ok(())
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        AppendError::Unavailable(error.into())
    }
}

fn size_of(batch: &Batch) -> usize {
    let drafts = batch.drafts.iter().map(|draft| draft.data.len() + draft.subject.len());
    let receipts = batch.receipts.iter().map(|receipt| receipt.reply.len() + receipt.command.len());
    drafts.chain(receipts).map(|texts| texts + ROW_BYTES).sum()
}

/// Which file this is. One moved or removed while open still takes writes, and they are gone when
/// the program ends; so each append makes sure that the path leads to the file it writes.
struct FileIdentity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;

        let found = fs::metadata(path)?;
        Ok(Self { device_and_inode: (found.dev(), found.ino()) })
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|_| Self {})
    }

    fn check(&self, path: &Path) -> Result<(), AppendError> {
        let moved = || AppendError::Unavailable("the journal file was moved or removed".into());
        let found = Self::of(path).map_err(|_| moved())?;
        #[cfg(unix)]
        if found.device_and_inode != self.device_and_inode {
            return Err(moved());
        }
        Ok(())
    }
}
