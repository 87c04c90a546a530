//! Readings on disk: `readings.db` in the data folder, apart from the journal.
//!
//! A power cut may cost the last second, and a write that fails is told and forgotten; what people were called
//! for is in the journal.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        gauge::{Point, Value},
        ids::SiteId,
        time::Timestamp,
    },
    perishable,
};

const FILE: &str = "readings.db";

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS reading (
        gauge TEXT NOT NULL,
        exercise INTEGER NOT NULL,
        at INTEGER NOT NULL,
        level_m REAL,
        rain_mm REAL,
        over_s INTEGER,
        received_at INTEGER NOT NULL,
        PRIMARY KEY (gauge, exercise, at)
    ) STRICT, WITHOUT ROWID;
";

/// Why readings could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("readings cannot be kept: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the node is stopping")]
    Stopped,
}

/// A reading that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub gauge: SiteId,
    pub exercise: bool,
    pub point: Point,
    pub received_at: Timestamp,
}

/// The file.
#[derive(Debug, Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the file in `dir`, or makes it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let connection = perishable::open(&dir.join(FILE), SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Adds readings, all or none of them; the first of a moment stands.
    pub async fn append(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            let mut insert = transaction.prepare_cached(
                "INSERT OR IGNORE INTO reading VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for record in &records {
                let (level, rain, over_s) = match record.point.value {
                    Value::Level { metres } => (Some(metres), None, None),
                    Value::Rain { mm, over_s } => (None, Some(mm), Some(over_s)),
                };
                let (at, received_at) = (record.point.at.millis(), record.received_at.millis());
                let gauge = record.gauge.as_str();
                insert.execute(params![
                    gauge,
                    record.exercise,
                    at,
                    level,
                    rain,
                    over_s,
                    received_at
                ])?;
            }
            drop(insert);
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Returns a gauge's readings within `from..=to`, oldest first, at most `limit`.
    pub async fn readings(
        &self,
        gauge: SiteId,
        exercise: bool,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Point>, StoreError> {
        self.with(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT gauge, exercise, at, level_m, rain_mm, over_s, received_at FROM reading
                 WHERE gauge = ?1 AND exercise = ?2 AND at BETWEEN ?3 AND ?4 ORDER BY at LIMIT ?5",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let within = params![gauge.as_str(), exercise, from.millis(), to.millis(), limit];
            let rows = select.query_map(within, record)?;
            let records: Vec<_> = rows.collect::<Result<_, _>>()?;
            Ok(records.into_iter().flatten().map(|record| record.point).collect())
        })
        .await
    }

    /// Returns every real reading after `from`, oldest first.
    pub async fn since(&self, from: Timestamp) -> Result<Vec<Record>, StoreError> {
        self.with(move |connection| {
            let mut select = connection.prepare(
                "SELECT gauge, exercise, at, level_m, rain_mm, over_s, received_at FROM reading
                 WHERE exercise = 0 AND at > ?1 ORDER BY at",
            )?;
            let rows = select.query_map([from.millis()], record)?;
            let records: Vec<_> = rows.collect::<Result<_, _>>()?;
            Ok(records.into_iter().flatten().collect())
        })
        .await
    }

    /// Removes the readings before `before`, and returns how many there were.
    pub async fn forget(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.with(move |connection| {
            Ok(connection.execute("DELETE FROM reading WHERE at < ?1", [before.millis()])?)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.connection);
        let work = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
    }
}

/// Reads a row; `None` for what no gauge of this program can have written.
fn record(row: &Row<'_>) -> rusqlite::Result<Option<Record>> {
    let gauge: String = row.get(0)?;
    let (level, rain, over_s): (Option<f64>, Option<f64>, Option<u32>) =
        (row.get(3)?, row.get(4)?, row.get(5)?);
    let value = match (level, rain, over_s) {
        (Some(metres), _, _) => Some(Value::Level { metres }),
        (None, Some(mm), Some(over_s)) => Some(Value::Rain { mm, over_s }),
        (None, Some(_), None) | (None, None, _) => None,
    };
    let (exercise, at, received_at) = (row.get(1)?, row.get(2)?, row.get(6)?);
    let (Some(value), Ok(gauge)) = (value, gauge.parse()) else { return Ok(None) };
    let point = Point { at: Timestamp::from_millis(at), value };
    let received_at = Timestamp::from_millis(received_at);
    Ok(Some(Record { gauge, exercise, point, received_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_no_database_is_put_aside_and_what_is_kept_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "这不是数据库".repeat(400)).unwrap();
        let record = Record {
            gauge: "g-1".parse().unwrap(),
            exercise: false,
            point: Point {
                at: Timestamp::from_millis(2),
                value: Value::Rain { mm: 1.5, over_s: 300 },
            },
            received_at: Timestamp::from_millis(3),
        };
        Store::open(dir.path()).unwrap().append(vec![record.clone()]).await.unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.since(Timestamp::from_millis(1)).await.unwrap(), [record]);
        assert!(dir.path().join("readings.db.broken").exists());
    }
}
