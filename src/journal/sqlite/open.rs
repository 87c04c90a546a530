//! Opening the file: is it ours, is its end whole, and has it come at least as far as the anchor
//! beside it remembers? A journal that lost records is not opened unless an operator says so.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{read, schema};
use crate::journal::{
    Broken, Cause, Epoch, Head, Loss, ReadError,
    anchor::{self, Anchor, Anchored, Memory},
    sync_dir,
};

/// Records at the end whose chain is checked at each start: what a crash could have touched, and
/// few enough to take milliseconds.
const TAIL_CHECKED: usize = 4096;

/// Why a journal was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "{0}; put the newest jiaoying.db and its -wal file back, or restore a backup, or start \
         once with `jiaoying serve --accept-loss`"
    )]
    Lost(#[from] Loss),
    #[error("the journal is damaged: {0}; run `jiaoying verify`, then restore a backup")]
    Damaged(#[from] Broken),
    #[error("the journal file is damaged: {0}; restore a backup")]
    Corrupt(String),
    #[error("the file is not a journal of this program")]
    NotAJournal,
    #[error("the journal has schema {found}, this program knows up to {known}; use a newer one")]
    TooNew { found: usize, known: usize },
    #[error("the journal cannot be opened")]
    Unavailable(#[source] Cause),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt(error.to_string()),
            Some(ErrorCode::NotADatabase) => OpenError::NotAJournal,
            _ => OpenError::Unavailable(error.into()),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        OpenError::Unavailable(error.into())
    }
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(broken) => OpenError::Damaged(broken),
            ReadError::ReceiptDamaged { .. } => OpenError::Corrupt(error.to_string()),
            ReadError::Unavailable(cause) => OpenError::Unavailable(cause),
        }
    }
}

/// What to do about a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnLoss {
    Refuse,
    Accept,
}

/// An open journal file, before anybody appends to it.
pub(super) struct Opened {
    pub connection: Connection,
    pub path: PathBuf,
    pub epoch: Epoch,
    /// Missing after an accepted loss: the first append makes a new one, together with the
    /// caller's record of the loss. Until then a plain open still refuses.
    pub anchor: Option<Anchor>,
    pub loss: Option<Loss>,
}

/// Opens the journal in `dir`, making it if there has never been one.
pub(super) fn open(dir: &Path, on_loss: OnLoss) -> Result<Opened, OpenError> {
    create_dir(dir)?;
    let path = schema::path(dir);
    if on_loss == OnLoss::Refuse && !path.try_exists()? {
        refuse_to_start_over(dir)?;
    }
    let mut connection = schema::open_writer(&path)?;
    // Nobody else can append meanwhile, so the anchor cannot run ahead of what is read here.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema::migrate(&transaction)?;
    let head = read::head(&transaction)?;
    let found = Anchored { epoch: schema::epoch(&transaction)?, head };
    let memory = anchor::recall(dir)?;
    let fresh = is_fresh(memory, found);
    let loss = if fresh { None } else { compare(memory, found, &transaction)? };
    let (epoch, anchor) = match (loss, on_loss) {
        (Some(loss), OnLoss::Refuse) => return Err(OpenError::Lost(loss)),
        (Some(_), OnLoss::Accept) => {
            // Numbers will be given a second time; nobody may resume across that.
            let epoch = Epoch::random();
            schema::set_epoch(&transaction, epoch)?;
            (epoch, None)
        }
        (None, _) if fresh => (found.epoch, Some(Anchor::create(dir, found)?)),
        (None, _) => (found.epoch, Some(Anchor::open(dir)?)),
    };
    transaction.commit()?;
    check_tail(&connection, head)?;
    Ok(Opened { connection, path, epoch, anchor, loss })
}

fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.try_exists()? {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    match dir.canonicalize()?.parent() {
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

/// A missing file beside an anchor that remembers records is a lost journal, not a new one.
fn refuse_to_start_over(dir: &Path) -> Result<(), OpenError> {
    match anchor::recall(dir)? {
        Memory::Of(Anchored { head, .. }) if head != Head::GENESIS => {
            Err(Loss::Tail { anchored: head, found: Head::GENESIS }.into())
        }
        Memory::Unreadable => Err(Loss::Anchor { found: Head::GENESIS }.into()),
        Memory::Of(_) | Memory::Absent => Ok(()),
    }
}

/// Returns whether neither the journal nor the anchor ever held anything, so that a crash while
/// both were made leaves nothing to refuse.
fn is_fresh(memory: Memory, found: Anchored) -> bool {
    let nothing_remembered = match memory {
        Memory::Absent => true,
        // An anchor is made whole or not at all, so this one has been something.
        Memory::Unreadable => false,
        Memory::Of(anchored) => anchored.head == Head::GENESIS && anchored.epoch != found.epoch,
    };
    nothing_remembered && found.head == Head::GENESIS
}

/// Returns what `memory` proves, or fears, to be lost from the journal.
pub(in crate::journal) fn compare(
    memory: Memory,
    found: Anchored,
    connection: &Connection,
) -> rusqlite::Result<Option<Loss>> {
    let Memory::Of(anchored) = memory else {
        return Ok(Some(Loss::Anchor { found: found.head }));
    };
    // An empty journal is no other journal, whatever its epoch: it lost everything.
    if anchored.epoch != found.epoch && found.head != Head::GENESIS {
        return Ok(Some(Loss::Exchanged { anchored: anchored.head, found: found.head }));
    }
    let there = read::head_at(connection, anchored.head.seq)?.unwrap_or(found.head);
    Ok((there != anchored.head).then_some(Loss::Tail { anchored: anchored.head, found: there }))
}

fn check_tail(connection: &Connection, head: Head) -> Result<(), OpenError> {
    let mut after = head.seq.saturating_sub(TAIL_CHECKED as u64);
    while after < head.seq {
        let page = read::page(connection, after, TAIL_CHECKED)?;
        // Another process may have appended since; its records are not this start's concern.
        after = page.last().map_or(head.seq, |record| record.seq);
    }
    Ok(())
}
