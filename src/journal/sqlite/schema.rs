//! The database file: how each kind of connection is set up, and which schema it carries.

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction};

use super::open::OpenError;
use crate::journal::{Epoch, Head, keep_to_owner};

const FILE_NAME: &str = "jiaoying.db";
/// "JYJL" in the file's header: tells our file from any other SQLite database.
const APPLICATION_ID: i32 = 0x4a59_4a4c;
/// How long to wait for another process that is appending. Its appends take milliseconds; a large
/// import takes a second or two.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause between two tries to switch a new file to WAL mode; another process needs a few commits.
const WAL_RETRY_AFTER: Duration = Duration::from_millis(5);
/// Page cache of one writing connection: holds the inner pages of the trees and the pages of an
/// ordinary commit. A larger commit spills into the WAL, where it has to go anyway.
const WRITER_CACHE_KIB: i32 = 16 * 1024;
/// Page cache of one reading connection. Reads are sequential; the kernel's cache does the rest.
const READER_CACHE_KIB: i32 = 2 * 1024;
/// Size to which the WAL file shrinks when it starts over: twice what it usually comes to, since
/// shrinking costs the next commits more than the space is worth.
const WAL_KEPT_BYTES: i64 = 128 << 20;

const MIGRATIONS: [&str; 1] = [include_str!("../migrations/sqlite/1.sql")];

/// Key in `journal_meta` of the number of migrations this file has seen.
const SCHEMA_KEY: &str = "schema";
const EPOCH_KEY: &str = "epoch";
/// Key in `journal_meta` of a backup's own note of where it ends.
const ENDED_AT_KEY: &str = "ended_at";

/// Returns where the journal in `dir` keeps its database.
pub fn path(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}

/// Opens a connection that appends. Making the file, when it is not there, is left to SQLite.
pub fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(path)?;
    // Before the WAL is made, which takes over the file's rights.
    keep_to_owner(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    use_wal(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    // Housekeeping copies the WAL back, beside the commits instead of inside them.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// Switches the file to WAL mode, which it keeps. While another connection does the same to a new
/// file SQLite refuses at once instead of waiting, so this waits.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries_left = BUSY_TIMEOUT.as_millis() / WAL_RETRY_AFTER.as_millis();
    loop {
        let switched = connection.pragma_update(None, "journal_mode", "wal");
        let busy = switched.as_ref().is_err_and(|error| {
            error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries_left > 0
        });
        if !busy {
            return switched;
        }
        tries_left -= 1;
        thread::sleep(WAL_RETRY_AFTER);
    }
}

/// Opens a connection that cannot change the file.
pub fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// Brings the file to the newest schema. Other parts may have made it and keep tables in it.
pub fn migrate(transaction: &Transaction<'_>) -> Result<(), OpenError> {
    let found = version(transaction)?;
    for migration in &MIGRATIONS[found..] {
        transaction.execute_batch(migration)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        set_epoch(transaction, Epoch::random())?;
    }
    if found < MIGRATIONS.len() {
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        set_meta(transaction, SCHEMA_KEY, known)?;
    }
    Ok(())
}

/// Refuses a file in which there is no journal that this program can read as it is.
pub fn recognise(connection: &Connection) -> Result<(), OpenError> {
    if version(connection)? < MIGRATIONS.len() {
        return Err(OpenError::NotAJournal);
    }
    Ok(())
}

pub fn epoch(connection: &Connection) -> rusqlite::Result<Epoch> {
    Ok(Epoch::from_bytes(meta(connection, EPOCH_KEY)?.unwrap_or_default()))
}

pub fn set_epoch(connection: &Connection, epoch: Epoch) -> rusqlite::Result<()> {
    set_meta(connection, EPOCH_KEY, epoch.bytes())
}

/// Returns where a backup says it ends; a journal in use says nothing.
pub fn ended_at(connection: &Connection) -> rusqlite::Result<Option<Head>> {
    Ok(meta(connection, ENDED_AT_KEY)?.map(Head::from_bytes))
}

/// Notes in a backup where it ends.
pub fn note_end(connection: &Connection, head: Head) -> rusqlite::Result<()> {
    set_meta(connection, ENDED_AT_KEY, head.to_bytes())
}

/// Removes the note that only a backup carries.
pub fn forget_end(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM journal_meta WHERE key = ?1", [ENDED_AT_KEY])?;
    Ok(())
}

/// Returns how many migrations the file has seen: 0 if there is no journal in it yet.
fn version(connection: &Connection) -> Result<usize, OpenError> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        return if id == 0 { Ok(0) } else { Err(OpenError::NotAJournal) };
    }
    let found: Option<i64> = meta(connection, SCHEMA_KEY)?;
    let found = found.and_then(|found| usize::try_from(found).ok()).unwrap_or(0);
    let known = MIGRATIONS.len();
    match found {
        0 => Err(OpenError::NotAJournal),
        _ if found > known => Err(OpenError::TooNew { found, known }),
        _ => Ok(found),
    }
}

fn meta<T: rusqlite::types::FromSql>(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<T>> {
    connection
        .query_row("SELECT value FROM journal_meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
}

fn set_meta(
    connection: &Connection,
    key: &str,
    value: impl rusqlite::ToSql,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO journal_meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        rusqlite::params![key, value],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no test by killing a process can tell: only these survive a loss of power.
    #[test]
    fn a_writer_flushes_its_wal_to_disk_at_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let writer = open_writer(&path(dir.path())).unwrap();
        let setting = |name| writer.pragma_query_value(None, name, |row| row.get::<_, String>(0));
        assert_eq!(setting("journal_mode").unwrap(), "wal");
        let synchronous = |row: &rusqlite::Row<'_>| row.get::<_, i32>(0);
        assert_eq!(writer.pragma_query_value(None, "synchronous", synchronous).unwrap(), 2);
    }

    #[test]
    fn a_reader_cannot_change_the_file() {
        let dir = tempfile::tempdir().unwrap();
        drop(open_writer(&path(dir.path())).unwrap());
        let reader = open_reader(&path(dir.path())).unwrap();
        assert!(reader.execute_batch("CREATE TABLE t (x)").is_err());
    }
}
