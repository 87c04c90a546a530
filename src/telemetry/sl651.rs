//! The door for stations that speak SL 651 over TCP.
//!
//! Invariant: a station is told that its report is kept only after the sink has said so. What anybody at
//! this door can make the program hold is bounded.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use crate::ingest::sl651::Taken;
use crate::{
    domain::time::Timestamp,
    ingest::sl651::{Memory, Origin, Output, Report, Session, Station},
};

/// Stations on the line at once. One more is turned away, and comes again.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Without a whole frame for so long a connection is given up: a station says that it is there every 40 s.
pub const SILENCE_MAX: Duration = Duration::from_secs(300);
/// For one answer of 25 bytes. A station that takes none is gone.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// After a connection could not be accepted, as when there are no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// Read at once; a timed report has 60 bytes.
const READ_BYTES: usize = 2_048;

/// Who takes what stations say.
#[async_trait]
pub trait Sink: Send + Sync + 'static {
    /// Takes a report: [`Taken::Kept`] once it is durable. The same report comes again after a restart,
    /// or when it was answered with [`Taken::Later`].
    async fn take(&self, report: Report) -> Taken;

    /// Hears that a station is there, every 40 s; `sent_at` is by its own clock.
    fn heard(&self, _station: Station, _sent_at: Timestamp) {}
}

/// What came to the door since the start.
#[derive(Debug, Default)]
pub struct Counters {
    connections: AtomicUsize,
    turned_away: AtomicU64,
    silent: AtomicU64,
    kept: AtomicU64,
    repeated: AtomicU64,
    postponed: AtomicU64,
    keep_alives: AtomicU64,
    /// Reasons are names in this program, so there are few.
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

/// Sums since the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Open now.
    pub connections: usize,
    /// Connections for which there was no room.
    pub turned_away: u64,
    /// Connections given up because nothing sensible came.
    pub silent: u64,
    /// Reports that the sink has kept.
    pub kept: u64,
    /// Answers to reports that were kept before.
    pub repeated: u64,
    /// Reports that the sink could not keep, and which were not answered.
    pub postponed: u64,
    pub keep_alives: u64,
    /// Frames by the reason for which they were refused.
    pub refused: Vec<(&'static str, u64)>,
}

impl Counters {
    pub fn read(&self) -> Counts {
        Counts {
            connections: self.connections.load(Relaxed),
            turned_away: self.turned_away.load(Relaxed),
            silent: self.silent.load(Relaxed),
            kept: self.kept.load(Relaxed),
            repeated: self.repeated.load(Relaxed),
            postponed: self.postponed.load(Relaxed),
            keep_alives: self.keep_alives.load(Relaxed),
            refused: lock(&self.refused).iter().map(|(reason, count)| (*reason, *count)).collect(),
        }
    }

    fn refused(&self, reason: &'static str) {
        *lock(&self.refused).entry(reason).or_default() += 1;
        tracing::debug!(reason, "a frame of a station was refused");
    }

    fn taken(&self, taken: Taken) {
        match taken {
            Taken::Kept => _ = self.kept.fetch_add(1, Relaxed),
            Taken::Later => _ = self.postponed.fetch_add(1, Relaxed),
            Taken::Refused(reason) => self.refused(reason),
        }
    }
}

/// The door: who takes what is said there, and how many may speak at once.
pub struct Server {
    sink: Arc<dyn Sink>,
    counters: Arc<Counters>,
    /// [`CONNECTIONS_MAX`] unless it is set otherwise.
    pub connections_max: usize,
}

impl Server {
    pub fn new(sink: Arc<dyn Sink>) -> Self {
        Self { sink, counters: Arc::default(), connections_max: CONNECTIONS_MAX }
    }

    /// Returns what is counted here, also after the door has shut.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Serves stations on `listener` until `stop`; each has a task of its own on `tasks`.
    pub async fn serve(self, listener: TcpListener, tasks: TaskTracker, stop: CancellationToken) {
        let Self { sink, counters, connections_max } = self;
        let room = Arc::new(Semaphore::new(connections_max));
        let door = Arc::new(Door { sink, counters, memory: Mutex::default(), stop: stop.clone() });
        let mut is_failing = false;
        while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
            let stream = match accepted {
                Ok((stream, _)) => {
                    is_failing = false;
                    stream
                }
                Err(error) => {
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::warn!(%error, "stations cannot connect");
                    }
                    // The loop sees by itself whether to stop.
                    let _ = tokio::time::timeout(ACCEPT_PAUSE, stop.cancelled()).await;
                    continue;
                }
            };
            match Arc::clone(&room).try_acquire_owned() {
                Ok(permit) => _ = tasks.spawn(Arc::clone(&door).converse(stream, permit)),
                Err(_) => _ = door.counters.turned_away.fetch_add(1, Relaxed),
            }
        }
    }
}

/// What all conversations share.
struct Door {
    sink: Arc<dyn Sink>,
    counters: Arc<Counters>,
    memory: Mutex<Memory>,
    stop: CancellationToken,
}

/// Why a conversation ends.
#[derive(Debug)]
enum Farewell {
    /// The program stops.
    Stopping,
    /// Nothing came, or nothing that makes sense.
    Silent,
    /// The other end, or the line.
    Gone,
}

impl From<io::Error> for Farewell {
    fn from(_: io::Error) -> Self {
        Farewell::Gone
    }
}

impl Door {
    async fn converse(self: Arc<Self>, stream: TcpStream, _permit: OwnedSemaphorePermit) {
        self.counters.connections.fetch_add(1, Relaxed);
        let _leaving = Leaving(&self.counters);
        // Answers are small, and waited for.
        let _ = stream.set_nodelay(true);
        let farewell = self.listen(stream).await;
        if matches!(farewell, Farewell::Silent) {
            self.counters.silent.fetch_add(1, Relaxed);
        }
        tracing::debug!(?farewell, "a station has left the line");
    }

    async fn listen(&self, mut stream: TcpStream) -> Farewell {
        let (mut session, mut bytes) = (Session::default(), [0; READ_BYTES]);
        let mut heard_at = Instant::now();
        loop {
            let came = tokio::time::timeout_at(heard_at + SILENCE_MAX, stream.read(&mut bytes));
            let read = match self.stop.run_until_cancelled(came).await {
                None => return Farewell::Stopping,
                Some(Err(_)) => return Farewell::Silent,
                Some(Ok(Ok(0) | Err(_))) => return Farewell::Gone,
                Some(Ok(Ok(read))) => read,
            };
            let frames = session.frames();
            session.on_bytes(&bytes[..read]);
            while let Some(output) = self.next(&mut session) {
                if let Err(farewell) = self.on_output(output, &session, &mut stream).await {
                    return farewell;
                }
            }
            if session.frames() > frames {
                heard_at = Instant::now();
            } else if session.is_hopeless() {
                return Farewell::Silent;
            }
        }
    }

    fn next(&self, session: &mut Session) -> Option<Output> {
        session.next_output(&mut lock(&self.memory))
    }

    async fn on_output(
        &self,
        output: Output,
        session: &Session,
        stream: &mut TcpStream,
    ) -> Result<(), Farewell> {
        match output {
            Output::Report(report) => match self.take(report, session).await {
                Some(answer) => self.say(&answer, stream).await,
                None => Ok(()),
            },
            Output::KeepAlive { station, sent_at } => {
                self.counters.keep_alives.fetch_add(1, Relaxed);
                self.sink.heard(station, sent_at);
                Ok(())
            }
            Output::Known(answer) => {
                self.counters.repeated.fetch_add(1, Relaxed);
                self.say(&answer, stream).await
            }
            Output::Reply(answer) => self.say(&answer, stream).await,
            Output::Refused(fault) => {
                self.counters.refused(fault.code());
                Ok(())
            }
        }
    }

    /// Has a report kept, and returns what to answer.
    async fn take(&self, report: Report, session: &Session) -> Option<Vec<u8>> {
        let mut turn = Turn { memory: &self.memory, origin: Some(report.origin()) };
        let taken = self.sink.take(report).await;
        self.counters.taken(taken);
        let origin = turn.origin.take()?;
        session.on_taken(&origin, taken, &mut lock(&self.memory))
    }

    async fn say(&self, answer: &[u8], stream: &mut TcpStream) -> Result<(), Farewell> {
        let written = tokio::time::timeout(ANSWER_TIME, stream.write_all(answer)).await;
        Ok(written.map_err(|_| Farewell::Gone)??)
    }
}

/// Gives a report back that nobody has settled, so that a sink which failed does not make it unknown for
/// ever.
struct Turn<'a> {
    memory: &'a Mutex<Memory>,
    origin: Option<Origin>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(origin) = &self.origin {
            lock(self.memory).settle(origin, false);
        }
    }
}

/// Counts a connection out, however it ends.
struct Leaving<'a>(&'a Counters);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole between any two statements that can panic.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
