//! What a commit must not wait for: copying the WAL back into the database and flushing the anchor.
//! A thread of its own does both beside the commits.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;
use tracing::warn;

use super::schema;
use crate::journal::anchor;

/// Bytes committed after which the WAL is copied back: as much as SQLite's own default.
const CHECKPOINT_BYTES: u64 = 4 << 20;
/// Bytes a commit adds to the WAL besides its texts, roughly: the last pages of two trees are
/// written anew each time.
const COMMIT_BYTES: u64 = 12 << 10;
/// Looks at the WAL in a row, each copying what was committed since the last. Only a WAL that is
/// copied whole is flushed to the database, and it starts over only if it still is when the next
/// transaction begins. Beside a writer that never pauses both take some luck.
const LOOKS_MAX: usize = 16;
/// Bytes in the WAL from which on luck is not waited for: the writer itself copies the rest between
/// two commits, which holds the next one up for some milliseconds.
const WAL_BYTES_MAX: u64 = 64 << 20;
/// SQLite's page size, which the schema leaves as it is.
const PAGE_BYTES: u64 = 4096;
/// How old the anchor on disk may be; a loss of power can hide a lost tail no older than this.
const ANCHOR_FLUSH_EVERY: Duration = Duration::from_secs(2);

/// The writer's link to the housekeeping thread.
pub(super) struct Housekeeper {
    shared: Arc<Shared>,
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Counts of bytes, rough as they are.
#[derive(Default)]
struct Shared {
    /// Committed since the thread last looked.
    committed: AtomicU64,
    /// In the WAL, as of the last look and what was committed since.
    wal: AtomicU64,
}

impl Shared {
    fn is_wal_too_long(&self) -> bool {
        self.wal.load(Ordering::Relaxed) >= WAL_BYTES_MAX
    }
}

impl Housekeeper {
    pub fn spawn(database: PathBuf, dir: PathBuf) -> io::Result<Self> {
        let left = wal_bytes(&database);
        let shared = Shared { committed: AtomicU64::new(left), wal: AtomicU64::new(left) };
        let shared = Arc::new(shared);
        // One ring is as good as many: the thread looks at the counters.
        let (bell, rings) = sync_channel(1);
        let chores = Chores { shared: Arc::clone(&shared), database, dir, uncopied: 0 };
        let thread = thread::Builder::new()
            .name("journal-housekeeping".into())
            .spawn(move || chores.run(&rings))?;
        Ok(Self { shared, bell: Some(bell), thread: Some(thread) })
    }

    /// Takes note that `bytes` of text were committed.
    pub fn note(&self, bytes: usize) {
        let bytes = bytes as u64 + COMMIT_BYTES;
        self.shared.wal.fetch_add(bytes, Ordering::Relaxed);
        let before = self.shared.committed.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes >= CHECKPOINT_BYTES
            && let Some(bell) = &self.bell
        {
            // A full channel means that it rings already.
            let _ = bell.try_send(());
        }
    }

    /// Copies back what is left of a WAL that has become too long, so that it starts over.
    pub fn shorten_wal(&self, writer: &Connection) {
        if !self.shared.is_wal_too_long() {
            return;
        }
        match checkpoint(writer) {
            // The thread is copying: the next commit comes by again.
            Ok(wal) if wal.busy => {}
            Ok(wal) => {
                // A reader still needs the rest, a backup for instance: not worth trying each time.
                let left = if wal.copied == wal.pages { 0 } else { WAL_BYTES_MAX / 2 };
                self.shared.wal.store(left, Ordering::Relaxed);
            }
            Err(error) => warn!(%error, "journal WAL not copied back by the writer"),
        }
    }

    /// Waits until the last chores are done and copies the whole WAL back, so that the database
    /// file by itself is the journal even if somebody still reads it.
    pub fn close(mut self, writer: &Connection) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was printed by the thread and lost no record.
            let _ = thread.join();
        }
        if let Err(error) = checkpoint(writer) {
            warn!(%error, "journal WAL not copied back at the end");
        }
    }
}

struct Chores {
    shared: Arc<Shared>,
    database: PathBuf,
    dir: PathBuf,
    uncopied: u64,
}

impl Chores {
    fn run(mut self, rings: &Receiver<()>) {
        let connection = match schema::open_writer(&self.database) {
            Ok(connection) => connection,
            Err(error) => {
                warn!(%error, "journal housekeeping cannot start: commits will be held up by it");
                return;
            }
        };
        loop {
            let rung = rings.recv_timeout(ANCHOR_FLUSH_EVERY);
            let committed = self.shared.committed.swap(0, Ordering::Relaxed);
            self.uncopied += committed;
            if committed > 0 {
                self.flush_anchor();
            }
            // A busy writer shortens a long WAL itself, and cannot while this thread is at it.
            let writers_turn = rung.is_ok() && self.shared.is_wal_too_long();
            if self.uncopied >= CHECKPOINT_BYTES && !writers_turn {
                self.copy_wal(&connection);
            }
            if rung == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    fn flush_anchor(&self) {
        let flushed = File::open(anchor::path(&self.dir)).and_then(|anchor| anchor.sync_data());
        if let Err(error) = flushed {
            warn!(%error, "journal anchor not flushed to disk");
        }
    }

    fn copy_wal(&mut self, connection: &Connection) {
        match self.catch_up(connection) {
            Ok(()) => self.uncopied = 0,
            Err(error) => warn!(%error, "journal WAL not copied back"),
        }
    }

    /// Copies the WAL back beside the writer, and tries to reach its end.
    fn catch_up(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut wal = checkpoint(connection)?;
        for _ in 1..LOOKS_MAX {
            self.shared.wal.store(wal.bytes(), Ordering::Relaxed);
            let before = wal;
            wal = checkpoint(connection)?;
            let caught_up = wal == before && wal.copied == wal.pages;
            if caught_up || self.shared.is_wal_too_long() {
                break;
            }
        }
        Ok(())
    }
}

/// What one look at the WAL came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wal {
    /// Somebody else was copying it.
    busy: bool,
    pages: i64,
    copied: i64,
}

impl Wal {
    fn bytes(self) -> u64 {
        u64::try_from(self.pages).unwrap_or(0) * PAGE_BYTES
    }
}

/// Copies the WAL back as far as no reader or writer has to wait.
fn checkpoint(connection: &Connection) -> rusqlite::Result<Wal> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(Wal { busy: row.get(0)?, pages: row.get(1)?, copied: row.get(2)? })
    })
}

fn wal_bytes(database: &Path) -> u64 {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    fs::metadata(path).map_or(0, |found| found.len())
}
