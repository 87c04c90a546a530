//! The single writer: takes commands in turn, decides, appends, applies, then tells.
//!
//! Invariant: what a caller, a watcher or a query sees is durable. Commands that waited while the last
//! flush to disk ran share the next one.

mod backoff;
mod following;
mod nudges;
mod recovery;
mod stage;
mod writer;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    nudges::keep_in_step,
    recovery::{
        RecoverError, Recovered, Snapshots, entry as recover_entry, keep_snapshots, recover,
    },
};
use crate::{
    clock::Clock,
    domain::{
        actor::Actor,
        board::Board,
        command::{Command, Reply},
        event::Entry,
        rejection::Rejection,
        time::Timestamp,
    },
    journal::{self, Journal, Reader},
};

/// Commands waiting for the writer. A full inbox pushes back on whoever sends; none is dropped.
const INBOX_CAPACITY: usize = 4_096;
/// Questions waiting to be asked of the board. A full one pushes back likewise, and never on commands.
const QUERY_CAPACITY: usize = 1_024;
/// Commits a slow watcher may fall behind before it has to read the journal instead.
const FEED_CAPACITY: usize = 1_024;

/// Why a command did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The same command id came before with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// What the command asks to be written cannot be stored.
    #[error("this cannot be stored: {0}")]
    Unfit(String),
    /// Nothing has happened; the same command may be sent again.
    #[error("the journal is unavailable")]
    Journal,
    #[error("the node is stopping")]
    Stopped,
}

impl SubmitError {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            SubmitError::Rejected(rejection) => rejection.code(),
            SubmitError::KeyReused => "idempotency_key.reused",
            SubmitError::Unfit(_) => "command.unfit",
            SubmitError::Journal => "journal.unavailable",
            SubmitError::Stopped => "node.stopping",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            SubmitError::Rejected(rejection) => rejection.field(),
            SubmitError::KeyReused => Some("Idempotency-Key"),
            SubmitError::Unfit(_) | SubmitError::Journal | SubmitError::Stopped => None,
        }
    }
}

/// A command's own name, by which its repetition is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandId {
    pub id: String,
    /// Hash of the request as it came.
    pub fingerprint: journal::Hash,
}

/// What a command was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub reply: Reply,
    /// Where the journal ended with this command in it.
    pub seq: u64,
    /// It had come before: this is the first answer again.
    pub repeated: bool,
}

/// An event that has become durable, and its payload as the journal has it.
#[derive(Debug, Clone)]
pub struct Published {
    pub entry: Entry,
    pub data: String,
    pub hash: journal::Hash,
}

/// One commit's events. A list behind the pointer: a hundred thousand events are not copied to be shared.
pub type Commit = Arc<Vec<Published>>;

/// Whether commands can be made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Sound,
    /// Nothing can be written since then; what is known is still shown.
    JournalDown {
        since: Timestamp,
    },
}

type Query = Box<dyn FnOnce(&Board) + Send>;

struct Request {
    actor: Actor,
    command: Command,
    id: Option<CommandId>,
    reply: oneshot::Sender<Result<Committed, SubmitError>>,
}

/// A cheap, cloneable way to talk to the writer.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::Sender<Request>,
    queries: mpsc::Sender<Query>,
    feed: broadcast::Sender<Commit>,
    health: watch::Receiver<Health>,
    heard: watch::Sender<u64>,
    overtaken: Arc<AtomicU64>,
    reader: Arc<dyn Reader>,
    clock: Arc<dyn Clock>,
}

impl Handle {
    /// Submits a command and waits until it is durable or refused.
    pub async fn submit(&self, actor: Actor, command: Command) -> Result<Committed, SubmitError> {
        self.submit_as(actor, command, None).await
    }

    /// Submits a command under a name: sent again, it gets its first answer again.
    pub async fn submit_as(
        &self,
        actor: Actor,
        command: Command,
        id: Option<CommandId>,
    ) -> Result<Committed, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let request = Request { actor, command, id, reply };
        self.inbox.send(request).await.map_err(|_| SubmitError::Stopped)?;
        answer.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Asks something of the board as it is between two commits.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Board) -> T + Send + 'static,
    ) -> Result<T, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let query: Query = Box::new(move |board| {
            // The asker may have gone.
            let _ = reply.send(question(board));
        });
        self.queries.send(query).await.map_err(|_| SubmitError::Stopped)?;
        answer.await.map_err(|_| SubmitError::Stopped)
    }

    /// Returns every commit from now on. A watcher that falls behind reads the journal.
    pub fn watch(&self) -> broadcast::Receiver<Commit> {
        self.feed.subscribe()
    }

    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Lets the writer know that the journal goes up to `seq`, by what another node says.
    pub fn hear(&self, seq: u64) {
        self.heard.send_if_modified(|known| {
            let higher = seq > *known;
            *known = seq.max(*known);
            higher
        });
    }

    pub fn journal(&self) -> &Arc<dyn Reader> {
        &self.reader
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns how many commands wait, for the metrics.
    pub fn waiting(&self) -> usize {
        self.inbox.max_capacity() - self.inbox.capacity()
    }

    /// Returns how many questions to the board wait, for the metrics.
    pub fn questions_waiting(&self) -> usize {
        self.queries.max_capacity() - self.queries.capacity()
    }

    /// Returns how often another node had appended first, and what was decided had to be decided again.
    pub fn overtaken(&self) -> u64 {
        self.overtaken.load(Ordering::Relaxed)
    }
}

/// What the writer works with.
pub struct Parts {
    pub journal: Box<dyn Journal>,
    pub clock: Arc<dyn Clock>,
    /// Where snapshots are kept; without a place, a start reads the whole journal.
    pub snapshots: Option<PathBuf>,
    /// Whether deadlines pass here. Who only brings lists in beside a node, or without one, must not begin
    /// calls that nobody makes.
    pub keeps_time: bool,
}

/// Rebuilds the board from the journal and runs the writer until `shutdown`.
pub async fn spawn(
    tasks: &TaskTracker,
    parts: Parts,
    shutdown: CancellationToken,
) -> Result<Handle, RecoverError> {
    let (inbox, requests) = mpsc::channel(INBOX_CAPACITY);
    let (queries, asked) = mpsc::channel(QUERY_CAPACITY);
    let (feed, _) = broadcast::channel(FEED_CAPACITY);
    let (health, healthy) = watch::channel(Health::Sound);
    let (heard, hearing) = watch::channel(0);
    let overtaken = Arc::<AtomicU64>::default();
    let reader = parts.journal.reader();
    let snapshots = Snapshots::new(parts.snapshots);
    let recovered = recover(&*reader, &snapshots).await?;
    let handle = Handle {
        inbox,
        queries,
        feed: feed.clone(),
        health: healthy,
        heard,
        overtaken: Arc::clone(&overtaken),
        reader: Arc::clone(&reader),
        clock: Arc::clone(&parts.clock),
    };
    let writer = writer::Writer {
        journal: parts.journal,
        reader,
        snapshots,
        keeps_time: parts.keeps_time,
        clock: parts.clock,
        feed,
        health,
        board: recovered.board,
        head: recovered.head,
        overtaken,
        backoff: backoff::Backoff::default(),
    };
    tasks.spawn(writer.run(requests, asked, hearing, shutdown));
    Ok(handle)
}
