//! Tracks and last positions on disk: `positions.db` in the data folder, apart from the journal.
//!
//! Perishable: a power cut may cost the last seconds, a file that is no database is put aside, and a write
//! that fails is told and forgotten. Nothing waits for it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    report::{Fix, Flags, Motion},
    units::Registry,
};
use crate::{
    domain::{area::LonLat, ids::UnitId, time::Timestamp},
    perishable,
};

const FILE: &str = "positions.db";
/// Waits for another connection of this process.
const BUSY: Duration = Duration::from_secs(5);
/// Units whose old points are removed between two chances for others.
const FORGOTTEN_AT_ONCE: usize = 64;
const PARTS: f64 = 1e7;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS unit (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE IF NOT EXISTS last (unit TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS track (
        unit INTEGER NOT NULL,
        at INTEGER NOT NULL,
        lon INTEGER NOT NULL,
        lat INTEGER NOT NULL,
        speed REAL,
        heading REAL,
        accuracy REAL,
        flags INTEGER NOT NULL,
        PRIMARY KEY (unit, at)
    ) STRICT, WITHOUT ROWID;
";

/// Why positions could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("positions cannot be kept: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("positions cannot be kept: {0}")]
    Io(#[from] std::io::Error),
    #[error("positions cannot be kept: {0}")]
    Elsewhere(String),
    #[error("the node is stopping")]
    Stopped,
}

/// The last position of one unit, as [`encode`](super::encode) writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub unit: UnitId,
    pub at: Timestamp,
    /// WGS-84.
    pub place: LonLat,
    pub bytes: Vec<u8>,
}

/// Where last positions survive a restart: the file beside the tracks when a node runs alone.
#[async_trait::async_trait]
pub trait LastPositions: Send + Sync + 'static {
    /// Keeps each of these as its unit's last, in place of the one before.
    async fn save(&self, last: Vec<Record>) -> Result<(), StoreError>;

    /// Returns the last of every unit there ever was.
    async fn load(&self) -> Result<Vec<Vec<u8>>, StoreError>;
}

/// One point of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at: Timestamp,
    pub lon: f64,
    pub lat: f64,
    pub motion: Motion,
    pub flags: Flags,
}

impl Point {
    pub fn place(&self) -> LonLat {
        [self.lon, self.lat]
    }
}

/// The file.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Arc<Mutex<Writer>>,
    /// Reads see the last commit and hold up no write.
    reader: Arc<Mutex<Connection>>,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Numbers in the file, by unit.
    numbers: HashMap<UnitId, i64>,
}

impl Store {
    /// Opens the file in `dir`, or makes it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        let writer = perishable::open(&path, SCHEMA)?;
        let reader = Connection::open(&path)?;
        reader.busy_timeout(BUSY)?;
        let writer = Writer { connection: writer, numbers: HashMap::new() };
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }

    /// Adds points to tracks, all or none of them.
    pub async fn append(
        &self,
        registry: Arc<Registry>,
        points: Vec<Fix>,
    ) -> Result<(), StoreError> {
        self.write(move |writer| writer.append(&registry, &points)).await
    }

    /// Returns a unit's points within `from..=to`, oldest first, at most `limit`.
    pub async fn track(
        &self,
        unit: UnitId,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Point>, StoreError> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT at, lon, lat, speed, heading, accuracy, flags FROM track
                 WHERE unit = (SELECT number FROM unit WHERE id = ?1) AND at BETWEEN ?2 AND ?3
                 ORDER BY at LIMIT ?4",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let within = params![unit.as_str(), from.millis(), to.millis(), limit];
            let points = select.query_map(within, |row| point(row, 0))?;
            Ok(points.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Returns where every unit was at `at`: its newest point that is not older than `from`.
    pub async fn at(
        &self,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(UnitId, Point)>, StoreError> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT unit.id, t.at, t.lon, t.lat, t.speed, t.heading, t.accuracy, t.flags
                 FROM unit JOIN track t ON t.unit = unit.number AND t.at =
                    (SELECT max(at) FROM track WHERE unit = unit.number AND at BETWEEN ?1 AND ?2)
                 ORDER BY unit.id",
            )?;
            let rows = select.query_map(params![from.millis(), at.millis()], |row| {
                Ok((row.get::<_, String>(0)?, point(row, 1)?))
            })?;
            let rows: Vec<(String, Point)> = rows.collect::<Result<_, _>>()?;
            let named = rows.into_iter().filter_map(|(id, point)| Some((id.parse().ok()?, point)));
            Ok(named.collect())
        })
        .await
    }

    /// Removes the points before `before`, and returns how many there were.
    pub async fn forget(&self, before: Timestamp) -> Result<usize, StoreError> {
        let all = |writer: &mut Writer| {
            let mut select = writer.connection.prepare("SELECT number FROM unit")?;
            let numbers = select.query_map([], |row| row.get(0))?;
            Ok(numbers.collect::<Result<Vec<i64>, _>>()?)
        };
        let mut forgotten = 0;
        for part in self.write(all).await?.chunks(FORGOTTEN_AT_ONCE) {
            let part = part.to_vec();
            forgotten += self.write(move |writer| writer.forget(&part, before)).await?;
        }
        Ok(forgotten)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let writer = Arc::clone(&self.writer);
        let work = move || work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let reader = Arc::clone(&self.reader);
        let work = move || work(&reader.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
    }
}

#[async_trait::async_trait]
impl LastPositions for Store {
    async fn save(&self, last: Vec<Record>) -> Result<(), StoreError> {
        self.write(move |writer| {
            let transaction = writer.connection.transaction()?;
            let mut put = transaction
                .prepare_cached("INSERT OR REPLACE INTO last (unit, record) VALUES (?1, ?2)")?;
            for Record { unit, bytes, .. } in &last {
                put.execute(params![unit.as_str(), bytes])?;
            }
            drop(put);
            Ok(transaction.commit()?)
        })
        .await
    }

    async fn load(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|connection| {
            let mut select = connection.prepare("SELECT record FROM last")?;
            let records = select.query_map([], |row| row.get(0))?;
            Ok(records.collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl Writer {
    fn append(&mut self, registry: &Registry, points: &[Fix]) -> Result<(), StoreError> {
        let Self { connection, numbers } = self;
        let transaction = connection.transaction()?;
        let mut put = transaction.prepare_cached(
            "INSERT OR IGNORE INTO track (unit, at, lon, lat, speed, heading, accuracy, flags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let mut fresh = Vec::new();
        for fix in points {
            let Some(known) = registry.get(fix.unit) else { continue };
            let number = match numbers.get(&known.id) {
                Some(number) => *number,
                None => {
                    let number = number(&transaction, &known.id)?;
                    numbers.insert(known.id.clone(), number);
                    fresh.push(known.id.clone());
                    number
                }
            };
            let Motion { speed_kmh, heading, accuracy_m } = fix.motion;
            let [lon, lat] = fix.place().map(parts);
            let flags = fix.flags.0;
            let at = fix.at.millis();
            put.execute(params![number, at, lon, lat, speed_kmh, heading, accuracy_m, flags])?;
        }
        drop(put);
        if let Err(error) = transaction.commit() {
            // What the transaction numbered is not in the file.
            numbers.retain(|id, _| !fresh.contains(id));
            return Err(error.into());
        }
        Ok(())
    }

    fn forget(&mut self, units: &[i64], before: Timestamp) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut remove =
            transaction.prepare_cached("DELETE FROM track WHERE unit = ?1 AND at < ?2")?;
        let mut removed = 0;
        for unit in units {
            removed += remove.execute(params![unit, before.millis()])?;
        }
        drop(remove);
        transaction.commit()?;
        Ok(removed)
    }
}

fn number(connection: &Connection, unit: &UnitId) -> Result<i64, rusqlite::Error> {
    let mut select = connection.prepare_cached("SELECT number FROM unit WHERE id = ?1")?;
    let known = select.query_row([unit.as_str()], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    connection.prepare_cached("INSERT INTO unit (id) VALUES (?1)")?.insert([unit.as_str()])
}

#[expect(clippy::cast_possible_truncation, reason = "180 degrees are 1.8e9 parts")]
fn parts(degrees: f64) -> i64 {
    (degrees * PARTS).round() as i64
}

fn point(row: &rusqlite::Row<'_>, first: usize) -> Result<Point, rusqlite::Error> {
    let degrees = |index: usize| -> Result<f64, rusqlite::Error> {
        Ok(f64::from(row.get::<_, i32>(first + index)?) / PARTS)
    };
    Ok(Point {
        at: Timestamp::from_millis(row.get(first)?),
        lon: degrees(1)?,
        lat: degrees(2)?,
        motion: Motion {
            speed_kmh: row.get(first + 3)?,
            heading: row.get(first + 4)?,
            accuracy_m: row.get(first + 5)?,
        },
        flags: Flags(row.get(first + 6)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positions::{
        encode,
        testing::{NOW, fix, registry},
    };

    #[tokio::test]
    async fn a_track_is_read_as_it_was_written_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let motion = Motion { speed_kmh: Some(41.5), heading: Some(270.0), accuracy_m: None };
        let moved = Fix { motion, flags: Flags::JUMP, ..fix(1, -114.123_456_7, -35.6, 60) };
        let store = Store::open(dir.path()).unwrap();
        let registry = Arc::new(registry(3));
        store
            .append(Arc::clone(&registry), vec![fix(1, 114.5, 35.6, 0), fix(2, 1.0, 1.0, 0)])
            .await
            .unwrap();
        drop(store);
        let store = Store::open(dir.path()).unwrap();
        store.append(registry, vec![moved, moved, fix(1, 114.5, 35.6, 120)]).await.unwrap();
        let track = store.track(unit("v-1"), at(0), at(60), 10).await.unwrap();
        assert_eq!(track.len(), 2);
        assert_eq!((track[1].lon, track[1].lat, track[1].motion), (-114.123_456_7, -35.6, motion));
        assert!(track[1].flags.contains(Flags::JUMP));
        assert_eq!(store.track(unit("v-1"), at(1), at(999), 1).await.unwrap(), track[1..]);
        assert_eq!(store.track(unit("nobody"), at(0), at(999), 9).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_past_moment_shows_each_unit_where_it_was_then() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let points = [(0, 1.0, 0), (0, 2.0, 100), (1, 3.0, 50), (2, 4.0, 150)];
        let points = points.map(|(unit, lon, second)| fix(unit, lon, 35.0, second));
        store.append(Arc::new(registry(3)), points.to_vec()).await.unwrap();
        let shown = store.at(at(20), at(120)).await.unwrap();
        let shown: Vec<_> = shown.iter().map(|(id, point)| (id.as_str(), point.lon)).collect();
        assert_eq!(shown, [("v-0", 2.0), ("v-1", 3.0)]);
        assert_eq!(store.at(at(20), at(99)).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_is_older_than_its_time_is_forgotten_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let points = (0..200).flat_map(|unit| [fix(unit, 1.0, 1.0, 0), fix(unit, 1.0, 1.0, 60)]);
        store.append(Arc::new(registry(200)), points.collect()).await.unwrap();
        assert_eq!(store.forget(at(60)).await.unwrap(), 200);
        assert_eq!(store.forget(at(60)).await.unwrap(), 0);
        assert_eq!(store.track(unit("v-7"), at(0), at(99), 9).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn last_positions_are_kept_one_a_unit() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let registry = registry(2);
        let record = |number: u32, lon| {
            let fix = fix(number, lon, 35.0, 0);
            let bytes = encode(&registry, &[fix]);
            let unit = unit(&format!("v-{number}"));
            Record { unit, at: fix.at, place: fix.place(), bytes }
        };
        store.save(vec![record(0, 1.0), record(1, 2.0)]).await.unwrap();
        store.save(vec![record(0, 3.0)]).await.unwrap();
        let mut loaded = Store::open(dir.path()).unwrap().load().await.unwrap();
        loaded.sort();
        let mut expected = vec![record(0, 3.0).bytes, record(1, 2.0).bytes];
        expected.sort();
        assert_eq!(loaded, expected);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), vec![7; 5_000]).unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.load().await.unwrap(), Vec::<Vec<u8>>::new());
        assert!(dir.path().join("positions.db.broken").exists());
    }

    fn unit(id: &str) -> UnitId {
        id.parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + second * 1_000)
    }
}
