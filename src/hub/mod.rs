//! The hub: board events to every open socket, each encoded once, and what clients send as commands.
//!
//! Invariant: a client gets a snapshot and then every event it may see, in the order of the journal and
//! each once; one that cannot keep up is closed with a code that makes it resume, never served a gap.
//!
//! An event's way: encoded once (`frames`), kept for those who come back (`history`), put together for each
//! class of clients (`block`), and written by each `shard` to its share of the `connection`s. A `client`'s
//! own task reads, and catches up when its socket was slow. Positions go by a lane of their own, the `map`.

mod block;
mod client;
mod connection;
mod directory;
mod frames;
mod history;
mod incoming;
mod map;
mod meters;
mod names;
mod outgoing;
mod scope;
mod session;
mod shard;
mod shown;
mod snapshot;
mod standing;
mod topics;
mod wire;

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::available_parallelism,
};

use bytes::Bytes;
use serde::Serialize;
use tokio::{
    net::TcpStream,
    sync::{broadcast, mpsc, watch},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa::ToSchema;

pub(crate) use self::snapshot::{BoardView, mine};
use self::{
    directory::Directory,
    frames::Encoder,
    history::{Frames, History},
    map::{Lane, Look},
    meters::Meters,
    shard::{Join, Shard},
    standing::Standing,
};
pub use self::{meters::Reading, session::CloseReason};
use crate::{
    access::{Access, Identity},
    channels::app::Pages,
    dispatcher::{Commit, Handle, SubmitError},
    domain::{actor::Actor, ids::AreaCode},
    health::Ailments,
    journal::Epoch,
    positions::Positions,
};

/// Commits a shard may fall behind. Beyond, its clients read what they missed from the history.
const FEED_CAPACITY: usize = 1_024;
/// Clients that wait to join a shard; a full queue holds those who come.
const JOIN_CAPACITY: usize = 1_024;
/// Wishes to see a part of the map that wait for the next tick; a full queue holds those who wish.
const LOOK_CAPACITY: usize = 1_024;

/// The board as one client sees it, and where in the journal: from there a socket goes on.
#[derive(Serialize, ToSchema)]
pub(crate) struct Drawn {
    pub epoch: String,
    pub seq: u64,
    pub board: Box<BoardView>,
}

/// A cheap handle to the hub.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

impl Deref for Hub {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// What clients and shards share.
pub struct Shared {
    pub(crate) board: Handle,
    pub(crate) access: Arc<Access>,
    pub(crate) pages: Pages,
    encoder: Encoder,
    history: History,
    meters: Meters,
    ailments: watch::Receiver<Ailments>,
    standing: watch::Receiver<Standing>,
    shards: Vec<mpsc::Sender<Join>>,
    next_shard: AtomicUsize,
    pub(crate) positions: Positions,
    looks: mpsc::Sender<Look>,
    /// Shards that are telling an event at this moment: positions give way.
    telling: AtomicUsize,
    next_client: AtomicU64,
    sessions: AtomicUsize,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Hub {
    /// Starts encoding what becomes durable, and telling it.
    pub async fn start(
        tasks: &TaskTracker,
        board: Handle,
        access: Arc<Access>,
        pages: Pages,
        positions: Positions,
        ailments: watch::Receiver<Ailments>,
        shutdown: CancellationToken,
    ) -> Self {
        let commits = board.watch();
        let (seq, directory) =
            board.read(|board| (board.seq, Directory::of(board))).await.unwrap_or_default();
        let (feed, _) = broadcast::channel(FEED_CAPACITY);
        let (told, standing) = watch::channel(Standing::default());
        let shards = available_parallelism().map_or(1, usize::from);
        let (shards, joins): (Vec<_>, Vec<_>) =
            (0..shards).map(|_| mpsc::channel(JOIN_CAPACITY)).unzip();
        let (looks, looked) = mpsc::channel(LOOK_CAPACITY);
        let shared = Arc::new(Shared {
            ailments: ailments.clone(),
            board: board.clone(),
            access,
            pages,
            encoder: Encoder::new(directory),
            history: History::starting_at(seq),
            meters: Meters::default(),
            standing: standing.clone(),
            shards,
            next_shard: AtomicUsize::new(0),
            positions: positions.clone(),
            looks,
            telling: AtomicUsize::new(0),
            next_client: AtomicU64::new(0),
            sessions: AtomicUsize::new(0),
            tasks: tasks.clone(),
            shutdown: shutdown.clone(),
        });
        for joins in joins {
            let shard = Shard::new(Arc::clone(&shared), joins, feed.subscribe(), standing.clone());
            tasks.spawn(shard.run(shutdown.clone()));
        }
        tasks.spawn(Lane::new(Arc::clone(&shared), positions, looked).run(shutdown.clone()));
        tasks.spawn(standing::watch(board, ailments, told, shutdown.clone()));
        tasks.spawn(encode(Arc::clone(&shared), commits, feed, shutdown));
        Self { shared }
    }

    /// Talks to a client whose socket has been handed over; `read` was read from it already.
    pub fn take(&self, stream: TcpStream, read: Bytes, identity: Option<Identity>) {
        self.tasks.spawn(client::serve(self.clone(), stream, read, identity));
    }

    /// Runs what a session needs before it has its socket; stopping waits for it.
    pub(crate) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Returns how many sessions are open.
    pub fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    pub fn reading(&self) -> Reading {
        self.meters.read()
    }

    /// Draws up the board for `actor`, of no more than `area`: small however much is going on.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Stopped`] while the node stops.
    pub(crate) async fn draw(&self, actor: Actor, area: AreaCode) -> Result<Drawn, SubmitError> {
        let now = self.board.now();
        let ailments = Ailments::clone(&self.ailments.borrow());
        let drawn = self.board.read(move |board| {
            (board.seq, Box::new(snapshot::draw(board, &actor, area, &ailments, now)))
        });
        let (seq, board) = drawn.await?;
        Ok(Drawn { epoch: self.epoch().to_string(), seq, board })
    }

    /// Returns the identity of the journal that sequence numbers belong to.
    fn epoch(&self) -> Epoch {
        self.board.journal().epoch()
    }

    /// Returns the shard whose turn it is to take a client.
    fn shard(&self) -> &mpsc::Sender<Join> {
        &self.shards[self.next_shard.fetch_add(1, Ordering::Relaxed) % self.shards.len()]
    }
}

/// Encodes each commit once for every session.
async fn encode(
    hub: Arc<Shared>,
    mut commits: broadcast::Receiver<Commit>,
    feed: broadcast::Sender<Frames>,
    shutdown: CancellationToken,
) {
    loop {
        let commit = tokio::select! {
            () = shutdown.cancelled() => return,
            commit = commits.recv() => commit,
        };
        let news = match commit {
            Ok(commit) => hub.encoder.encode_all(&commit),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the hub fell behind the journal; sessions read it instead");
                let read = hub.board.read(|board| (board.seq, Directory::of(board))).await;
                let Ok((seq, directory)) = read else { return };
                hub.encoder.renew(directory);
                // A gap up to now: clients see that they have missed something.
                Frames { from: seq, to: seq, frames: Arc::new([]) }
            }
            Err(broadcast::error::RecvError::Closed) => return,
        };
        hub.history.push(&news);
        hub.meters.lag.store(feed.len(), Ordering::Relaxed);
        // No shard is fine while the node stops.
        let _ = feed.send(news);
    }
}
