//! Checks a whole journal file from the first record to the last, in constant memory: one thread
//! reads, one hashes, one looks at the file around the records. Changes nothing; works on a backup
//! and while a node appends.

use std::{
    io,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use rusqlite::{Connection, Row, types::ValueRef};

use super::{
    Broken, Cause, Epoch, Fault, Hash, Head, Loss,
    anchor::{self, Anchored, Memory},
    chain::{self, Fields},
    sqlite::{self, OpenError},
};
use crate::domain::time::Timestamp;

/// Bytes read before they are handed over to be hashed: large enough that handing over costs
/// nothing, small enough to stay in the processor's cache.
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that reading may be ahead of hashing.
const CHUNKS_AHEAD: usize = 4;

/// What a whole journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub epoch: Epoch,
    pub events: u64,
    pub head: Head,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
}

/// Why a journal could not be called whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first record that is not what was written.
    #[error("the journal is broken: {0}")]
    Broken(#[from] Broken),
    /// All records are what was written, but nothing says that they are all there were.
    #[error("the journal may be incomplete: {0}")]
    Incomplete(Loss),
    /// Every record is whole, but the file around them is not.
    #[error("the journal file is damaged: {0}")]
    Corrupt(String),
    /// The records are whole; the answer kept for this command is not.
    #[error("the receipt of command {command} is not what was written")]
    ReceiptDamaged { command: String },
    #[error(transparent)]
    Unopened(OpenError),
    #[error("the journal cannot be read")]
    Unavailable(#[source] Cause),
}

/// Verifies the journal in `dir` against its chain and its anchor.
pub fn verify(dir: &Path) -> Result<Verified, VerifyError> {
    // The anchor is read first: it is written after the records, so they are at least as new.
    let memory = anchor::recall(dir)?;
    let anchored = match memory {
        Memory::Of(Anchored { head, .. }) => Some(head),
        Memory::Absent | Memory::Unreadable => None,
    };
    let path = sqlite::path(dir);
    let connection = open(&path, anchored)?;
    let verified = walk(&connection, &path, anchored)?;
    let found = Anchored { epoch: verified.epoch, head: verified.head };
    match sqlite::compare(memory, found, &connection)? {
        Some(loss) => Err(VerifyError::Incomplete(loss)),
        None => Ok(verified),
    }
}

/// Verifies a backup, or any journal file by itself, against its chain and its own note of where
/// it ends.
pub fn verify_file(path: &Path) -> Result<Verified, VerifyError> {
    let connection = open(path, None)?;
    let ended_at = sqlite::ended_at(&connection)?;
    walk(&connection, path, ended_at)
}

/// Opens the file. One that holds no journal at all, where one is known to have been, has lost it.
fn open(path: &Path, anchored: Option<Head>) -> Result<Connection, VerifyError> {
    let lost = anchored
        .filter(|anchored| anchored.seq > 0)
        .map(|anchored| Broken { seq: 1, fault: Fault::Truncated { anchored } });
    if !path.try_exists()? {
        return Err(lost.map_or_else(|| OpenError::NotAJournal.into(), VerifyError::from));
    }
    let connection = sqlite::open_reader(path)?;
    match (sqlite::recognise(&connection), lost) {
        (Err(OpenError::NotAJournal), Some(lost)) => Err(lost.into()),
        (recognised, _) => Ok(recognised.map(|()| connection)?),
    }
}

/// Walks the whole chain; `anchored` is a head that must be on the way.
fn walk(
    connection: &Connection,
    path: &Path,
    anchored: Option<Head>,
) -> Result<Verified, VerifyError> {
    let epoch = sqlite::epoch(connection)?;
    let (chunks, inbox) = sync_channel(CHUNKS_AHEAD);
    let (hashed, around) = thread::scope(|scope| {
        let hashing = scope.spawn(move || hash(&inbox, anchored));
        let around = scope.spawn(|| check_around(path));
        read(connection, &chunks);
        drop(chunks);
        (hashing.join(), around.join())
    });
    let panicked = |_| VerifyError::Unavailable("a thread of the verification panicked".into());
    // What is wrong with a record says more than what is wrong with the file around it.
    let verified = hashed.map_err(panicked)??;
    around.map_err(panicked)??;
    Ok(Verified { epoch, ..verified })
}

/// Records on their way to be hashed, already in the chain's layout, each with room in front for
/// the hash of the record before it.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    rows: Vec<RowMark>,
    /// What stopped the reading after these rows.
    end: Option<Broken>,
}

struct RowMark {
    seq: u64,
    at: i64,
    end: usize,
    hash: Hash,
}

fn read(connection: &Connection, chunks: &SyncSender<Chunk>) {
    let mut chunk = Chunk::default();
    let mut last = 0;
    let outcome = read_rows(connection, chunks, &mut chunk, &mut last);
    if let Err(error) = outcome {
        let fault = Fault::Unreadable(error.to_string());
        chunk.end = Some(Broken { seq: last + 1, fault });
    }
    // Nobody listens after a broken record was found.
    let _ = chunks.send(chunk);
}

fn read_rows(
    connection: &Connection,
    chunks: &SyncSender<Chunk>,
    chunk: &mut Chunk,
    last: &mut u64,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "SELECT seq, at, actor, kind, version, subject, data, hash FROM events ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        *last = take_row(row, chunk)?;
        if chunk.bytes.len() >= CHUNK_BYTES && chunks.send(std::mem::take(chunk)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn take_row(row: &Row<'_>, chunk: &mut Chunk) -> rusqlite::Result<u64> {
    let fields = Fields {
        // A negative number is nobody's; as 0 it is out of turn wherever it stands.
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        at: row.get(1)?,
        actor: bytes_of(row, 2)?,
        kind: bytes_of(row, 3)?,
        version: row.get(4)?,
        subject: bytes_of(row, 5)?,
        data: bytes_of(row, 6)?,
    };
    let hash = Hash(row.get(7)?);
    chain::lay_out(&mut chunk.bytes, Hash([0; 32]), &fields);
    let end = chunk.bytes.len();
    chunk.rows.push(RowMark { seq: fields.seq, at: fields.at, end, hash });
    Ok(fields.seq)
}

/// Returns a text without asking whether it is UTF-8: if it no longer is, its hash tells.
fn bytes_of<'row>(row: &'row Row<'_>, index: usize) -> rusqlite::Result<&'row [u8]> {
    match row.get_ref(index)? {
        ValueRef::Text(bytes) => Ok(bytes),
        other @ (ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_)) => {
            let name = format!("column {index}");
            Err(rusqlite::Error::InvalidColumnType(index, name, other.data_type()))
        }
    }
}

fn hash(chunks: &Receiver<Chunk>, anchored: Option<Head>) -> Result<Verified, Broken> {
    let mut verified = Verified {
        epoch: Epoch::from_bytes([0; 16]),
        events: 0,
        head: Head::GENESIS,
        first_at: None,
        last_at: None,
    };
    while let Ok(chunk) = chunks.recv() {
        hash_chunk(chunk, anchored, &mut verified)?;
    }
    match anchored {
        Some(anchored) if anchored.seq > verified.head.seq => {
            Err(Broken { seq: verified.head.seq + 1, fault: Fault::Truncated { anchored } })
        }
        Some(_) | None => Ok(verified),
    }
}

fn hash_chunk(chunk: Chunk, anchored: Option<Head>, verified: &mut Verified) -> Result<(), Broken> {
    let Chunk { mut bytes, rows, end } = chunk;
    let mut start = 0;
    for row in rows {
        let seq = verified.head.seq + 1;
        if row.seq != seq {
            return Err(Broken { seq, fault: Fault::Missing });
        }
        let content = &mut bytes[start..row.end];
        content[..32].copy_from_slice(&verified.head.hash.0);
        if Hash::of(content) != row.hash {
            return Err(Broken { seq, fault: Fault::Altered });
        }
        let head = Head { seq, hash: row.hash };
        if let Some(anchored) = anchored.filter(|anchored| anchored.seq == seq && *anchored != head)
        {
            return Err(Broken { seq, fault: Fault::Rewritten { anchored: anchored.hash } });
        }
        let at = Timestamp::from_millis(row.at);
        verified.events += 1;
        verified.head = head;
        verified.first_at.get_or_insert(at);
        verified.last_at = Some(at);
        start = row.end;
    }
    end.map_or(Ok(()), Err)
}

/// Checks what the walk along the records does not see.
fn check_around(path: &Path) -> Result<(), VerifyError> {
    let connection = sqlite::open_reader(path)?;
    check_structure(&connection)?;
    match sqlite::damaged_receipt(&connection)? {
        Some(command) => Err(VerifyError::ReceiptDamaged { command }),
        None => Ok(()),
    }
}

/// Asks the engine whether the file is sound where no record is: a key on an inner page leads a
/// search astray although a walk finds every record.
fn check_structure(connection: &Connection) -> Result<(), VerifyError> {
    let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" { Ok(()) } else { Err(VerifyError::Corrupt(finding)) }
}

impl From<rusqlite::Error> for VerifyError {
    fn from(error: rusqlite::Error) -> Self {
        match OpenError::from(error) {
            OpenError::Corrupt(finding) => VerifyError::Corrupt(finding),
            OpenError::Unavailable(cause) => VerifyError::Unavailable(cause),
            other @ (OpenError::Lost(_)
            | OpenError::Damaged(_)
            | OpenError::NotAJournal
            | OpenError::TooNew { .. }) => VerifyError::Unopened(other),
        }
    }
}

impl From<OpenError> for VerifyError {
    fn from(error: OpenError) -> Self {
        VerifyError::Unopened(error)
    }
}

impl From<io::Error> for VerifyError {
    fn from(error: io::Error) -> Self {
        VerifyError::Unavailable(error.into())
    }
}
