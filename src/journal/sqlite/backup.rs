//! Backup of a running journal into one file that stands alone, and restore of such a file.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{open::OpenError, read, schema};
use crate::journal::{
    Cause, Epoch, Head,
    anchor::{self, Anchor, Anchored, Memory},
    keep_to_owner, sync_dir,
    verify::{Verified, VerifyError, verify_file},
};

/// Pages (of 4 KiB) copied between two reports of progress.
const STEP_PAGES: i32 = 2048;

/// How far copying has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub copied_bytes: u64,
    pub total_bytes: u64,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} exists already; a backup never overwrites anything", .0.display())]
    Exists(PathBuf),
    #[error("the journal cannot be opened for the backup")]
    Source(#[source] OpenError),
    /// What was copied is not whole, hence neither is the journal.
    #[error("the copy does not verify")]
    Unverified(#[from] VerifyError),
    #[error("the backup cannot be written")]
    Unwritten(#[source] Cause),
}

/// Why nothing was restored. The directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(
        "{} exists already; move the journal (jiaoying.db, jiaoying.db-wal, jiaoying.db-shm, \
         journal.anchor) elsewhere first", .0.display()
    )]
    Occupied(PathBuf),
    #[error("the backup cannot be opened")]
    Source(#[source] OpenError),
    #[error("the backup does not verify")]
    Unverified(#[from] VerifyError),
    #[error("the journal cannot be written")]
    Unwritten(#[source] Cause),
}

/// What a restore brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub verified: Verified,
    /// How far the journal had come that was here before, if its anchor was still here: the
    /// records after the backup's head are lost.
    pub previous: Option<Head>,
}

/// Copies the journal in `dir` to the new file `destination`, in one consistent state, while others
/// append. The copy is verified and durable when it gets its name.
pub fn backup(
    dir: &Path,
    destination: &Path,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Verified, BackupError> {
    if destination.try_exists()? {
        return Err(BackupError::Exists(destination.to_owned()));
    }
    let memory = anchor::recall(dir)?;
    let source = open_source(&schema::path(dir)).map_err(BackupError::Source)?;
    let temporary = Temporary::beside(destination)?;
    let copy = copy(&source, &temporary.0, on_progress)?;
    // The copy has to end where the journal had come to, so that it cannot hide a lost tail.
    let head = read::head(&copy)?;
    let ends_at = match memory {
        Memory::Of(Anchored { head: anchored, .. }) if anchored.seq > head.seq => anchored,
        Memory::Of(_) | Memory::Absent | Memory::Unreadable => head,
    };
    schema::note_end(&copy, ends_at)?;
    close(copy)?;
    let verified = verify_file(&temporary.0)?;
    temporary.name(destination)?;
    Ok(verified)
}

/// Makes the backup `source` the journal in `dir`, where none may be. It carries on in a new epoch.
pub fn restore(
    source: &Path,
    dir: &Path,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Restored, RestoreError> {
    fs::create_dir_all(dir)?;
    let destination = schema::path(dir);
    refuse_occupied(&destination)?;
    let source = open_source(source).map_err(RestoreError::Source)?;
    let temporary = Temporary::beside(&destination)?;
    let copy = copy(&source, &temporary.0, on_progress)?;
    schema::set_epoch(&copy, Epoch::random())?;
    close(copy)?;
    let verified = verify_file(&temporary.0)?;
    let copy = Connection::open(&temporary.0)?;
    schema::forget_end(&copy)?;
    close(copy)?;
    let previous = match anchor::recall(dir)? {
        Memory::Of(Anchored { head, .. }) => Some(head),
        Memory::Absent | Memory::Unreadable => None,
    };
    // The anchor goes first. Whoever starts between the two is told that the journal is missing.
    Anchor::create(dir, Anchored { epoch: verified.epoch, head: verified.head })?;
    temporary.name(&destination)?;
    Ok(Restored { verified, previous })
}

/// A WAL without its database is refused too: SQLite would play it into the restored file.
pub(super) fn refuse_occupied(destination: &Path) -> Result<(), RestoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = destination.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        if path.try_exists()? {
            return Err(RestoreError::Occupied(path));
        }
    }
    Ok(())
}

/// Opens the file to copy from and keeps to one state of it, whatever others append meanwhile.
fn open_source(path: &Path) -> Result<Connection, OpenError> {
    let source = schema::open_reader(path)?;
    schema::recognise(&source)?;
    source.execute_batch("BEGIN")?;
    read::head(&source)?;
    Ok(source)
}

fn copy(
    source: &Connection,
    to: &Path,
    on_progress: &mut dyn FnMut(Progress),
) -> rusqlite::Result<Connection> {
    let mut copy = Connection::open(to)?;
    let page_bytes: u64 =
        source.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0).map(u64::from))?;
    let backup = Backup::new(source, &mut copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let pages = backup.progress();
        let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0) * page_bytes;
        on_progress(Progress {
            copied_bytes: bytes(pages.pagecount - pages.remaining),
            total_bytes: bytes(pages.pagecount),
        });
        if step == StepResult::Done {
            break;
        }
    }
    drop(backup);
    // Out of WAL mode, so that the file needs no other beside it.
    copy.pragma_update(None, "journal_mode", "delete")?;
    Ok(copy)
}

fn close(connection: Connection) -> rusqlite::Result<()> {
    connection.close().map_err(|(_, error)| error)
}

/// A file that is not there until it is finished; removed when it never is.
pub(super) struct Temporary(pub PathBuf);

impl Temporary {
    pub fn beside(destination: &Path) -> io::Result<Self> {
        let mut path = destination.as_os_str().to_owned();
        path.push(".new");
        let temporary = Self(PathBuf::from(path));
        temporary.remove()?;
        File::create_new(&temporary.0)?;
        keep_to_owner(&temporary.0)?;
        Ok(temporary)
    }

    /// Makes the file durable under its final name.
    pub fn name(self, destination: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        fs::rename(&self.0, destination)?;
        match destination.canonicalize()?.parent() {
            Some(dir) => sync_dir(dir),
            None => Ok(()),
        }
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Once it has its final name there is nothing to remove; otherwise it is only litter.
        let _ = self.remove();
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        BackupError::Unwritten(error.into())
    }
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        BackupError::Unwritten(error.into())
    }
}

impl From<rusqlite::Error> for RestoreError {
    fn from(error: rusqlite::Error) -> Self {
        RestoreError::Unwritten(error.into())
    }
}

impl From<io::Error> for RestoreError {
    fn from(error: io::Error) -> Self {
        RestoreError::Unwritten(error.into())
    }
}
