//! SQLite files of what may be lost: tracks, last positions, readings. None of them keeps a node from starting.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode};

/// Waits for another connection of this process.
const BUSY: Duration = Duration::from_secs(5);

/// Opens the file, or makes it, with `schema` in it. One that is no database is put aside as `.broken`, and another
/// takes its place.
pub fn open(path: &Path, schema: &str) -> rusqlite::Result<Connection> {
    match connect(path, schema) {
        Err(error) if is_no_database(&error) => {
            let aside = path.with_extension("db.broken");
            tracing::error!(aside = %aside.display(), "this file is no database; it is put aside");
            std::fs::rename(path, aside).map_err(|_| error)?;
            connect(path, schema)
        }
        found => found,
    }
}

fn connect(path: &Path, schema: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(schema)?;
    Ok(connection)
}

fn is_no_database(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}
