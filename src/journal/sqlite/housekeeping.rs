//! What a commit must not wait for: copying the WAL back into the database and flushing the anchor.
//! A thread of its own does both beside the commits.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;
use tracing::warn;

use super::schema;
use crate::journal::anchor;

/// WAL bytes after which it is copied back: as much as SQLite's own default.
const CHECKPOINT_BYTES: u64 = 4 << 20;
/// Bytes a commit adds to the WAL besides its texts, roughly: the last pages of two trees are
/// written anew each time.
const COMMIT_BYTES: u64 = 12 << 10;
/// Looks at the WAL in a row, each copying what was committed since the last. Only a WAL that is
/// copied whole is flushed to the database and starts over, and beside a writer that never pauses
/// that takes some luck.
const LOOKS_MAX: usize = 16;
/// WAL pages (of 4 KiB) above which luck is not waited for: the writer does it between two commits.
const WAL_PAGES_MAX: i64 = 16 * 1024;
/// How old the anchor on disk may be; a loss of power can hide a lost tail no older than this.
const ANCHOR_FLUSH_EVERY: Duration = Duration::from_secs(2);

/// The writer's link to the housekeeping thread.
pub(super) struct Housekeeper {
    shared: Arc<Shared>,
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Bytes appended since the last look.
    appended: AtomicU64,
    /// The writer is asked to copy the rest of the WAL between two commits.
    finish: AtomicBool,
}

impl Housekeeper {
    pub fn spawn(database: PathBuf, dir: PathBuf) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        // One ring is as good as many: the thread looks at the counters.
        let (bell, rings) = sync_channel(1);
        let chores = Chores { shared: Arc::clone(&shared), database, dir, unchecked: 0 };
        let thread = thread::Builder::new()
            .name("journal-housekeeping".into())
            .spawn(move || chores.run(&rings))?;
        Ok(Self { shared, bell: Some(bell), thread: Some(thread) })
    }

    /// Takes note that `bytes` were committed.
    pub fn note(&self, bytes: usize) {
        let bytes = bytes as u64 + COMMIT_BYTES;
        let before = self.shared.appended.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes >= CHECKPOINT_BYTES
            && let Some(bell) = &self.bell
        {
            // A full channel means that it rings already.
            let _ = bell.try_send(());
        }
    }

    /// Copies the little that is left of a long WAL, if asked to, so that it can start over.
    pub fn finish_checkpoint(&self, writer: &Connection) {
        if !self.shared.finish.swap(false, Ordering::Relaxed) {
            return;
        }
        match checkpoint(writer) {
            Ok(wal) => self.shared.finish.store(wal.busy, Ordering::Relaxed),
            Err(error) => warn!(%error, "journal WAL not copied back by the writer"),
        }
    }
}

/// Waits until the last chores are done.
impl Drop for Housekeeper {
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was printed by the thread and lost no record.
            let _ = thread.join();
        }
    }
}

struct Chores {
    shared: Arc<Shared>,
    database: PathBuf,
    dir: PathBuf,
    /// Bytes in the WAL that have not been copied back, roughly.
    unchecked: u64,
}

impl Chores {
    fn run(mut self, rings: &Receiver<()>) {
        self.unchecked = wal_bytes(&self.database);
        let connection = match schema::open_writer(&self.database) {
            Ok(connection) => connection,
            Err(error) => {
                warn!(%error, "journal housekeeping cannot start: the WAL will grow");
                return;
            }
        };
        loop {
            let rung = rings.recv_timeout(ANCHOR_FLUSH_EVERY);
            let appended = self.shared.appended.swap(0, Ordering::Relaxed);
            self.unchecked += appended;
            if appended > 0 {
                self.flush_anchor();
            }
            if self.unchecked >= CHECKPOINT_BYTES {
                self.checkpoint(&connection);
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

    fn checkpoint(&mut self, connection: &Connection) {
        match catch_up(connection) {
            Ok(caught_up) => {
                self.unchecked = 0;
                self.shared.finish.store(!caught_up, Ordering::Relaxed);
            }
            Err(error) => warn!(%error, "journal WAL not copied back"),
        }
    }
}

/// Copies the WAL back beside the writer; returns whether it caught up, or may still do so later.
fn catch_up(connection: &Connection) -> rusqlite::Result<bool> {
    let mut wal = checkpoint(connection)?;
    for _ in 1..LOOKS_MAX {
        let before = wal;
        wal = checkpoint(connection)?;
        if wal == before && wal.copied == wal.pages {
            return Ok(true);
        }
    }
    Ok(wal.pages <= WAL_PAGES_MAX)
}

/// What one look at the WAL came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wal {
    /// Somebody else was copying it.
    busy: bool,
    pages: i64,
    copied: i64,
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
