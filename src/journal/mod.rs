//! The durable, append-only, hash-chained log. It holds texts and knows nothing of what they mean.
//!
//! Invariants: what [`Journal::append`] returned is durable; numbers start at 1 and have no gaps;
//! a record never changes; whatever a [`Reader`] returns is what was written, or it is an error.

pub mod chain;
pub mod memory;
pub mod postgres;
pub mod snapshot;
pub mod sqlite;
pub mod transfer;
pub mod verify;

mod anchor;

use std::{fmt, fs::File, io, path::Path, sync::Arc};

use async_trait::async_trait;
use compact_str::CompactString;

pub use anchor::Loss;
pub use chain::{Broken, Chain, Fault, Hash, Head};

use crate::domain::time::Timestamp;

/// Bytes of `actor`, `kind`, `subject` or a command id. They are names; longer ones are a mistake.
pub const NAME_BYTES_MAX: usize = 1024;
/// Bytes of one record's `data` or one receipt's `reply`: far above any event, far below what
/// would stall a commit for seconds.
pub const TEXT_BYTES_MAX: usize = 16 << 20;
/// Bytes of data after which [`Reader::read`] ends a page early, so that large records cannot
/// multiply into a page that does not fit in memory.
pub const PAGE_BYTES_MAX: usize = 16 << 20;

/// One entry as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub seq: u64,
    pub at: Timestamp,
    pub actor: CompactString,
    pub kind: CompactString,
    pub version: u16,
    pub subject: CompactString,
    /// Canonical JSON text, kept byte for byte.
    pub data: String,
    pub hash: Hash,
}

impl Record {
    /// Returns where the journal ended when this was its last record.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }
}

/// A record before it has a number and a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub at: Timestamp,
    pub actor: CompactString,
    pub kind: CompactString,
    pub version: u16,
    pub subject: CompactString,
    pub data: String,
}

/// What was answered to a command, kept so that its repetition gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The command's id.
    pub command: String,
    /// Hash of the request: the same id with another request is a mistake, not a repetition.
    pub fingerprint: Hash,
    /// The answer, as JSON text.
    pub reply: String,
}

/// What one transaction adds: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Where the caller believes the journal ends.
    pub expected: Head,
    pub drafts: Vec<Draft>,
    pub receipts: Vec<Receipt>,
}

/// The identity of one journal's history, made at random at its creation. A restore, or carrying
/// on after a lost tail, makes a new one: numbers may then name other records than before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Epoch([u8; 16]);

impl Epoch {
    /// Returns a new identity.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system's random source cannot fail");
        Self(bytes)
    }

    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// Writes 32 lowercase hexadecimal digits.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The writing side. Any number of journals, in any number of processes, may append to one log.
#[async_trait]
pub trait Journal: Send + 'static {
    /// Waits a moment for this writer's turn, and returns where the journal ends then. Whoever catches up with
    /// that and decides meets no conflict when it appends, as good as always: the turn saves work, and what
    /// holds is the head that an append expects. [`Journal::append`] ends the turn; one that is neither used
    /// nor left ends by itself within seconds.
    ///
    /// `None` where writers take no turns, which costs nothing.
    async fn take_turn(&mut self) -> Result<Option<Head>, AppendError> {
        Ok(None)
    }

    /// Gives back a turn in which there is nothing to append.
    async fn leave_turn(&mut self) {}

    /// Appends a batch and returns its records, which are durable by then.
    ///
    /// One call is one transaction and one flush to disk; who has many commands waiting puts them
    /// into one batch. Dropping the future does not call the batch back.
    async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError>;

    /// Returns the reading side, which is shared and may outlive the writing side.
    fn reader(&self) -> Arc<dyn Reader>;
}

/// The reading side. It sees every record as soon as the append that made it has returned.
#[async_trait]
pub trait Reader: Send + Sync + 'static {
    /// Returns the records after number `after`, oldest first, at most `limit` of them.
    ///
    /// A page also ends once it holds [`PAGE_BYTES_MAX`]; an empty page means the end. Each page
    /// is checked against the chain, including that it follows from record `after`.
    async fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, ReadError>;

    /// Returns where the journal ends now. Cheap enough to be asked every second in order to
    /// notice what another process appended.
    async fn head(&self) -> Result<Head, ReadError>;

    /// Returns the receipt of a command, if it has one.
    async fn receipt(&self, command: &str) -> Result<Option<Receipt>, ReadError>;

    /// Returns the identity of this history; clients may resume only within one.
    fn epoch(&self) -> Epoch;

    /// Returns whether the journal holds exactly the history that ended at `head`: what makes a
    /// snapshot usable.
    async fn holds(&self, head: Head) -> Result<bool, ReadError> {
        let Some(before) = head.seq.checked_sub(1) else {
            return Ok(head == Head::GENESIS);
        };
        let page = self.read(before, 1).await?;
        Ok(page.first().is_some_and(|record| record.head() == head))
    }
}

/// What made the storage engine fail; for the trace, not for decisions.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a batch was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: read the gap and decide again.
    #[error("the journal has moved on to {actual}")]
    Conflict { actual: Head },
    /// The command was answered before, perhaps by another node: its receipt has the answer.
    #[error("command {command} already has a receipt")]
    Repeated { command: String },
    /// A draft or receipt that no journal could hold. Nothing of the batch was appended.
    #[error("{what} {index} of the batch cannot be stored: {why}")]
    Unfit { what: &'static str, index: usize, why: Unfit },
    /// The engine failed. Rarely, the batch is in the journal all the same: the next append then
    /// meets a conflict, and the gap it reads is the batch.
    #[error("the journal is unavailable")]
    Unavailable(#[source] Cause),
}

/// Why a text cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("{field} has {bytes} bytes, at most {max} are possible")]
    TooLong { field: &'static str, bytes: usize, max: usize },
    /// Not every engine can hold it, and a journal may move between engines.
    #[error("{field} contains a NUL character")]
    Nul { field: &'static str },
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The records are there and are not what was written.
    #[error("the journal is damaged: {0}; run `jiaoying verify`, then restore a backup")]
    Damaged(#[from] Broken),
    #[error("the receipt of command {command} is not what was written; restore a backup")]
    ReceiptDamaged { command: String },
    #[error("the journal cannot be read")]
    Unavailable(#[source] Cause),
}

impl Batch {
    /// Refuses what not every engine could hold, before any engine sees it.
    fn check(&self) -> Result<(), AppendError> {
        for (index, draft) in self.drafts.iter().enumerate() {
            let fields = [
                ("actor", draft.actor.as_str(), NAME_BYTES_MAX),
                ("kind", draft.kind.as_str(), NAME_BYTES_MAX),
                ("subject", draft.subject.as_str(), NAME_BYTES_MAX),
                ("data", draft.data.as_str(), TEXT_BYTES_MAX),
            ];
            check_texts(fields).map_err(|why| AppendError::Unfit { what: "draft", index, why })?;
        }
        for (index, receipt) in self.receipts.iter().enumerate() {
            let fields = [
                ("command", receipt.command.as_str(), NAME_BYTES_MAX),
                ("reply", receipt.reply.as_str(), TEXT_BYTES_MAX),
            ];
            check_texts(fields).map_err(|why| AppendError::Unfit {
                what: "receipt",
                index,
                why,
            })?;
        }
        Ok(())
    }
}

fn check_texts<const N: usize>(fields: [(&'static str, &str, usize); N]) -> Result<(), Unfit> {
    for (field, text, max) in fields {
        if text.len() > max {
            return Err(Unfit::TooLong { field, bytes: text.len(), max });
        }
        if text.as_bytes().contains(&0) {
            return Err(Unfit::Nul { field });
        }
    }
    Ok(())
}

/// Makes a new or renamed file's entry in `dir` durable.
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Leaves a file to its owner: there are telephone numbers in it. It is done by name, since closing
/// a handle to a database would drop the locks that SQLite holds on it in this process.
fn keep_to_owner(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    std::fs::metadata(path).map(|_| ())
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
