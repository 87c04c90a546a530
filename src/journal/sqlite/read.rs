//! Reading: a small pool of read-only connections, used off the runtime's threads.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use compact_str::CompactString;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};
use tokio::sync::Semaphore;

use super::schema;
use crate::{
    domain::time::Timestamp,
    journal::{
        Broken, Cause, Chain, Epoch, Fault, Hash, Head, PAGE_BYTES_MAX, ReadError, Reader, Receipt,
        Record, chain,
        transfer::{Kept, Origin},
    },
};

/// Reads at the same time; further ones wait their turn. Pages take milliseconds and two cores
/// cannot do more of them at once.
const CONNECTIONS: usize = 4;

/// The reading side of a SQLite journal.
#[derive(Debug)]
pub struct SqliteReader {
    epoch: Epoch,
    turns: Semaphore,
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    /// Missing once the journal is closed: a connection kept open would keep the WAL from being
    /// removed. Reads still work then, each on a connection of its own.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl SqliteReader {
    pub(super) fn new(path: PathBuf, epoch: Epoch) -> Self {
        let pool = Arc::new(Pool { path, idle: Mutex::new(Some(Vec::new())) });
        Self { epoch, turns: Semaphore::new(CONNECTIONS), pool }
    }

    /// Keeps no connection open from now on.
    pub(super) fn retire(&self) {
        *self.pool.idle() = None;
    }

    async fn with<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _turn = self.turns.acquire().await.map_err(|closed| unavailable(closed.into()))?;
        let pool = Arc::clone(&self.pool);
        tokio::task::spawn_blocking(move || pool.with(read))
            .await
            .map_err(|panicked| unavailable(panicked.into()))?
    }
}

impl Pool {
    /// Runs `read` on an idle connection or a new one; one that failed is not used again.
    fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let idle = self.idle().as_mut().and_then(Vec::pop);
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)?,
        };
        let found = read(&connection)?;
        if let Some(idle) = self.idle().as_mut() {
            idle.push(connection);
        }
        Ok(found)
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Reader for SqliteReader {
    async fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, ReadError> {
        self.with(move |connection| page(connection, after, limit)).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.with(|connection| Ok(head(connection)?)).await
    }

    async fn receipt(&self, command: &str) -> Result<Option<Receipt>, ReadError> {
        let command = command.to_owned();
        self.with(move |connection| receipt(connection, &command)).await
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }
}

#[async_trait]
impl Origin for SqliteReader {
    async fn receipts(&self, after: Option<String>, limit: usize) -> Result<Vec<Kept>, ReadError> {
        self.with(move |connection| receipts(connection, after.as_deref(), limit)).await
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        unavailable(error.into())
    }
}

fn unavailable(cause: Cause) -> ReadError {
    ReadError::Unavailable(cause)
}

/// Returns where the journal ends.
pub(in crate::journal) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    connection
        .prepare_cached("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok(Head { seq: seq_of(row)?, hash: Hash(row.get(1)?) }))
        .optional()
        .map(|found| found.unwrap_or(Head::GENESIS))
}

/// Returns the head as it was when record `seq` was the last, if there is such a record.
pub(in crate::journal) fn head_at(
    connection: &Connection,
    seq: u64,
) -> rusqlite::Result<Option<Head>> {
    if seq == 0 {
        return Ok(Some(Head::GENESIS));
    }
    connection
        .prepare_cached("SELECT hash FROM events WHERE seq = ?1")?
        .query_row([key(seq)], |row| Ok(Head { seq, hash: Hash(row.get(0)?) }))
        .optional()
}

/// Returns the records after number `after`, each checked against the one before it.
pub(super) fn page(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<Record>, ReadError> {
    let mut page = Vec::new();
    // A reader that is up to date asks often and gets nothing.
    if limit == 0 || head(connection)?.seq <= after {
        return Ok(page);
    }
    let Some(before) = head_at(connection, after)? else {
        return Err(Broken { seq: after, fault: Fault::Missing }.into());
    };
    let mut chain = Chain::after(before);
    let unreadable = |chain: &Chain, error: rusqlite::Error| -> ReadError {
        if error.sqlite_error_code().is_some_and(|code| code != ErrorCode::DatabaseCorrupt) {
            return error.into();
        }
        let seq = chain.head().seq + 1;
        Broken { seq, fault: Fault::Unreadable(error.to_string()) }.into()
    };
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, actor, kind, version, subject, data, hash FROM events
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query([key(after), limit])?;
    let mut bytes = 0;
    while bytes < PAGE_BYTES_MAX {
        let Some(row) = rows.next().map_err(|error| unreadable(&chain, error))? else { break };
        let record = record_of(row).map_err(|error| unreadable(&chain, error))?;
        chain.check(&record)?;
        bytes += record.data.len();
        page.push(record);
    }
    Ok(page)
}

fn receipt(connection: &Connection, command: &str) -> Result<Option<Receipt>, ReadError> {
    connection
        .prepare_cached(
            "SELECT command, fingerprint, reply, seq, seal FROM receipts WHERE command = ?1",
        )?
        .query_row([command], sealed_receipt)
        .optional()?
        .map(|found| found.map(|kept| kept.receipt))
        .transpose()
        .map_err(|command| ReadError::ReceiptDamaged { command })
}

fn receipts(
    connection: &Connection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Kept>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT command, fingerprint, reply, seq, seal FROM receipts
         WHERE ?1 IS NULL OR command > ?1 ORDER BY command LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(rusqlite::params![after, limit], sealed_receipt)?;
    let kept = rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().collect::<Result<_, _>>();
    kept.map_err(|command| ReadError::ReceiptDamaged { command })
}

/// Returns the first receipt that is not what was written, by its command.
pub(in crate::journal) fn damaged_receipt(
    connection: &Connection,
) -> rusqlite::Result<Option<String>> {
    let mut statement =
        connection.prepare("SELECT command, fingerprint, reply, seq, seal FROM receipts")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Err(command) = sealed_receipt(row)? {
            return Ok(Some(command));
        }
    }
    Ok(None)
}

/// Returns the receipt in `row`, or only its command if its seal does not fit.
fn sealed_receipt(row: &Row<'_>) -> rusqlite::Result<Result<Kept, String>> {
    let fingerprint = Hash(row.get(1)?);
    let receipt = Receipt { command: row.get(0)?, fingerprint, reply: row.get(2)? };
    let seq = row.get::<_, i64>(3)?.cast_unsigned();
    let whole = chain::seal_of(&receipt, seq) == row.get::<_, [u8; 16]>(4)?;
    Ok(if whole { Ok(Kept { seq, receipt }) } else { Err(receipt.command) })
}

fn record_of(row: &Row<'_>) -> rusqlite::Result<Record> {
    let name = |index| -> rusqlite::Result<CompactString> {
        Ok(CompactString::from(row.get_ref(index)?.as_str()?))
    };
    Ok(Record {
        seq: seq_of(row)?,
        at: Timestamp::from_millis(row.get(1)?),
        actor: name(2)?,
        kind: name(3)?,
        version: row.get(4)?,
        subject: name(5)?,
        data: row.get(6)?,
        hash: Hash(row.get(7)?),
    })
}

fn seq_of(row: &Row<'_>) -> rusqlite::Result<u64> {
    let seq: i64 = row.get(0)?;
    u64::try_from(seq).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, seq))
}

/// Returns `seq` as SQLite keeps it. No journal reaches the numbers that do not fit.
pub(super) fn key(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
