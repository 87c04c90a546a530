//! From the journal back to the board: the newest snapshot that the journal confirms, then what came
//! after it.

use std::path::{Path, PathBuf};

use crate::{
    domain::{
        board::Board,
        event::{Entry, Event, Unreadable},
    },
    journal::{
        Head, ReadError, Reader, Record,
        snapshot::{self, Snapshot},
    },
};

/// Records read at a time.
const PAGE: usize = 10_000;

/// Why the board could not be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error(transparent)]
    Journal(#[from] ReadError),
    #[error("journal entry {seq}: {source}")]
    Entry { seq: u64, source: Unreadable },
}

/// The board, and where the journal ended.
pub struct Recovered {
    pub board: Board,
    pub head: Head,
    /// Events that were read one by one.
    pub replayed: u64,
}

/// Where snapshots are kept.
#[derive(Debug, Clone)]
pub struct Snapshots {
    dir: Option<PathBuf>,
}

impl Snapshots {
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self { dir }
    }

    /// Writes `board` as it was when the journal ended at `head`. A snapshot saves time and nothing else, so a
    /// failure is only told.
    pub fn save(&self, board: &Board, head: Head) {
        let Some(dir) = &self.dir else { return };
        // With names: a field that is left out must not shift those after it.
        let payload = match rmp_serde::to_vec_named(board) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::warn!(%error, "the board could not be written as a snapshot");
                return;
            }
        };
        if let Err(error) = snapshot::save(dir, schema(), head, &payload) {
            tracing::warn!(%error, "the snapshot could not be saved; a start will take longer");
        }
    }

    fn load(dir: &Path) -> Option<(Board, Head)> {
        let Snapshot { head, payload } = snapshot::load_newest(dir, schema())?;
        match rmp_serde::from_slice::<Board>(&payload) {
            Ok(mut board) => {
                board.rebuild();
                Some((board, head))
            }
            Err(error) => {
                tracing::warn!(%error, "the snapshot is of another program; the journal is read");
                None
            }
        }
    }

    async fn confirmed(&self, reader: &dyn Reader) -> Result<Option<(Board, Head)>, ReadError> {
        let Some(dir) = self.dir.clone() else { return Ok(None) };
        let loaded = tokio::task::spawn_blocking(move || Self::load(&dir)).await;
        let Ok(Some((board, head))) = loaded else { return Ok(None) };
        if reader.holds(head).await? {
            return Ok(Some((board, head)));
        }
        tracing::warn!(seq = head.seq, "the snapshot is of another journal; the journal is read");
        Ok(None)
    }
}

/// Returns what must agree for a snapshot to be readable: the sources that give the board its shape.
fn schema() -> u64 {
    env!("JIAOYING_BOARD_SHAPE").parse().expect("the build script writes a number")
}

/// Rebuilds the board.
pub async fn recover(
    reader: &dyn Reader,
    snapshots: &Snapshots,
) -> Result<Recovered, RecoverError> {
    let (mut board, mut head) =
        snapshots.confirmed(reader).await?.unwrap_or((Board::default(), Head::GENESIS));
    let from = head.seq;
    let mut page = reader.read(head.seq, PAGE).await?;
    while let Some(last) = page.last() {
        head = last.head();
        // The next page is read and checked, on another thread, while this one is applied.
        let apply = async { apply(&mut board, &page) };
        let (next, applied) = tokio::join!(reader.read(head.seq, PAGE), apply);
        applied?;
        page = next?;
    }
    let replayed = head.seq - from;
    Ok(Recovered { board, head, replayed })
}

fn apply(board: &mut Board, page: &[Record]) -> Result<(), RecoverError> {
    for record in page {
        board.apply(&entry(record)?);
    }
    Ok(())
}

/// Reads a record as the event it is.
pub fn entry(record: &Record) -> Result<Entry, RecoverError> {
    let event = Event::decode(&record.kind, record.version, &record.data)
        .map_err(|source| RecoverError::Entry { seq: record.seq, source })?;
    Ok(Entry { seq: record.seq, at: record.at, actor: record.actor.clone(), event })
}

/// Saves a snapshot each time the journal has grown by `every` events.
///
/// The board is folded anew from the last snapshot in a thread of its own, so that the writer never
/// stands still for it.
pub async fn keep_snapshots(
    board: super::Handle,
    dir: PathBuf,
    every: u64,
    stop: tokio_util::sync::CancellationToken,
) {
    let mut commits = board.watch();
    let snapshots = Snapshots::new(Some(dir));
    let mut saved = board.read(|board| board.seq).await.unwrap_or(0);
    loop {
        let commit = tokio::select! {
            () = stop.cancelled() => return,
            commit = commits.recv() => commit,
        };
        let seq = match commit {
            Ok(commit) => commit.last().map_or(saved, |last| last.entry.seq),
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => saved + every,
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
        };
        if seq < saved + every {
            continue;
        }
        let (reader, snapshots) = (std::sync::Arc::clone(board.journal()), snapshots.clone());
        let runtime = tokio::runtime::Handle::current();
        let folded = tokio::task::spawn_blocking(move || {
            let recovered = runtime.block_on(recover(&*reader, &snapshots))?;
            snapshots.save(&recovered.board, recovered.head);
            Ok::<_, RecoverError>(recovered.head.seq)
        });
        match folded.await {
            Ok(Ok(seq)) => saved = seq,
            Ok(Err(error)) => tracing::warn!(%error, "no snapshot could be made"),
            Err(_) => return,
        }
    }
}
