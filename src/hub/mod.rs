//! The hub: board events to every open socket, each encoded once, and what clients send as commands.
//!
//! Invariant: a client gets a snapshot and then every event it may see, in the order of the journal and
//! each once; one that cannot keep up is closed with a code that makes it resume, never served a gap.

mod directory;
mod frames;
mod incoming;
mod outgoing;
mod session;
mod snapshot;
mod socket;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{broadcast, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::snapshot::mine;
use self::{
    directory::Directory,
    frames::{Encoder, Frame},
};
pub use self::{session::CloseReason, socket::serve};
use crate::{
    access::Access,
    channels::app::Pages,
    dispatcher::{Commit, Handle, Health},
    journal::Epoch,
    protocol::LineView,
};

/// Commits a session may fall behind before it reads the journal instead.
const FRAMES_CAPACITY: usize = 1_024;
/// How often the lines are looked at for a change.
const LINES_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// The events of one commit, encoded.
type Frames = Arc<[Frame]>;

/// What sessions share.
#[derive(Clone)]
pub struct Hub {
    pub(crate) board: Handle,
    pub(crate) access: Arc<Access>,
    pub(crate) pages: Pages,
    frames: broadcast::Sender<Frames>,
    encoder: Arc<Encoder>,
    lines: watch::Receiver<Vec<LineView>>,
    shutdown: CancellationToken,
    sessions: Arc<AtomicUsize>,
}

impl Hub {
    /// Starts encoding what becomes durable.
    pub async fn start(
        tasks: &TaskTracker,
        board: Handle,
        access: Arc<Access>,
        pages: Pages,
        shutdown: CancellationToken,
    ) -> Self {
        let commits = board.watch();
        let directory = board.read(Directory::of).await.unwrap_or_default();
        let encoder = Arc::new(Encoder::new(directory));
        let (frames, _) = broadcast::channel(FRAMES_CAPACITY);
        let (told, lines) = watch::channel(Vec::new());
        let encoding = Arc::clone(&encoder);
        tasks.spawn(encode(encoding, board.clone(), commits, frames.clone(), shutdown.clone()));
        tasks.spawn(watch_lines(board.clone(), told, shutdown.clone()));
        Self { board, access, pages, frames, encoder, lines, shutdown, sessions: Arc::default() }
    }

    /// Returns how many sessions are open.
    pub fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    /// Returns the identity of the journal that sequence numbers belong to.
    fn epoch(&self) -> Epoch {
        self.board.journal().epoch()
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.board.health()
    }
}

/// Encodes each commit once for every session.
async fn encode(
    encoder: Arc<Encoder>,
    board: Handle,
    mut commits: broadcast::Receiver<Commit>,
    frames: broadcast::Sender<Frames>,
    shutdown: CancellationToken,
) {
    loop {
        let commit = tokio::select! {
            () = shutdown.cancelled() => return,
            commit = commits.recv() => commit,
        };
        match commit {
            Ok(commit) => {
                let encoded = encoder.encode_all(&commit);
                if !encoded.is_empty() {
                    // No session is fine.
                    let _ = frames.send(encoded);
                }
            }
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the hub fell behind the journal; sessions read it instead");
                encoder.renew(board.read(Directory::of).await.unwrap_or_default());
                // An empty commit with a gap before it: sessions see that they have missed something.
                let _ = frames.send(Arc::new([]));
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

async fn watch_lines(
    board: Handle,
    told: watch::Sender<Vec<LineView>>,
    shutdown: CancellationToken,
) {
    let mut every = tokio::time::interval(LINES_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = every.tick() => {}
        }
        let Ok(lines) = board.read(LineView::all).await else { return };
        told.send_if_modified(|known| {
            let changed = *known != lines;
            *known = lines;
            changed
        });
    }
}
