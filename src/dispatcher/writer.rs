//! The writer's loop: one input at a time, one append for all that wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{broadcast, mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Commit, Committed, Health, Published, Query, Request, SubmitError,
    backoff::Backoff,
    recovery::Snapshots,
    stage::{Outcome, Stage, again},
};
use crate::{
    clock::Clock,
    domain::{
        actor::Actor, board::Board, command::Command, decision::Decision, ids::AreaCode,
        time::Timestamp,
    },
    journal::{AppendError, Batch, Hash, Head, Journal, Reader, Receipt, Record},
};

/// Commands that share one append: enough that the flush to disk costs little for each, few enough
/// that the first does not wait long for the last.
const BATCH_LIMIT: usize = 512;
/// Events after which a batch takes no further command.
pub(super) const BATCH_EVENTS: usize = 20_000;
/// How often a command is decided again after another writer was faster.
const CONFLICT_RETRIES: usize = 3;
/// How often the journal is asked what other processes have appended.
const POLL: Duration = Duration::from_secs(1);
/// Longest sleep towards a deadline: a clock that steps meanwhile is noticed by then.
const NAP: Duration = Duration::from_secs(30);
/// Questions answered between two commits, and how long they may take together: a hundred screens that come
/// back at once must not make an escalation late.
const QUERY_BURST: usize = 256;
const QUERY_SLICE: Duration = Duration::from_millis(5);

pub(super) struct Writer {
    pub journal: Box<dyn Journal>,
    pub reader: Arc<dyn Reader>,
    pub snapshots: Snapshots,
    pub keeps_time: bool,
    pub clock: Arc<dyn Clock>,
    pub feed: broadcast::Sender<Commit>,
    pub health: watch::Sender<Health>,
    pub board: Board,
    pub head: Head,
    /// How often another node was faster.
    pub overtaken: Arc<AtomicU64>,
    pub backoff: Backoff,
}

/// Everything that can wake the writer.
enum Input {
    Requests(Vec<Request>),
    Query(Query),
    Deadline,
    Poll,
    /// Another node says how far the journal goes.
    Heard(u64),
    Shutdown,
}

/// Why a stage was not written.
pub(super) enum Failure {
    /// Another writer was faster, or had answered one of the commands.
    Overtaken,
    Unfit(String),
    Down,
}

impl Writer {
    pub async fn run(
        mut self,
        mut requests: mpsc::Receiver<Request>,
        mut queries: mpsc::Receiver<Query>,
        mut heard: watch::Receiver<u64>,
        shutdown: CancellationToken,
    ) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let limit = if self.backoff.is_failing() { 1 } else { BATCH_LIMIT };
            let nap = self.nap();
            let doors = (&mut requests, &mut queries, &mut heard);
            match next_input(nap, limit, doors, &mut poll, &shutdown).await {
                Input::Requests(batch) => self.commit(batch).await,
                Input::Query(query) => query(&self.board),
                Input::Deadline => self.commit(Vec::new()).await,
                Input::Poll => {
                    self.catch_up().await;
                    self.probe().await;
                }
                Input::Heard(seq) if seq > self.head.seq => self.catch_up().await,
                Input::Heard(_) => {}
                Input::Shutdown => break,
            }
            self.answer(&mut queries);
        }
        self.drain(requests).await;
        self.snapshots.save(&self.board, self.head);
    }

    /// Returns how long nothing is due, if anything ever is.
    fn nap(&self) -> Option<Duration> {
        let due = self.board.next_deadline().filter(|_| self.keeps_time)?.since(self.clock.now());
        Some(due.max(self.backoff.held()).min(NAP))
    }

    /// Answers the questions that wait, so that a busy inbox does not starve the screens.
    fn answer(&self, queries: &mut mpsc::Receiver<Query>) {
        let until = Instant::now() + QUERY_SLICE;
        for _ in 0..QUERY_BURST {
            let Ok(query) = queries.try_recv() else { return };
            query(&self.board);
            if Instant::now() > until {
                return;
            }
        }
    }

    /// Decides what waits when the node stops; nothing new comes in any more.
    async fn drain(&mut self, mut requests: mpsc::Receiver<Request>) {
        requests.close();
        let mut batch = Vec::new();
        while requests.recv_many(&mut batch, BATCH_LIMIT).await > 0 {
            self.commit(std::mem::take(&mut batch)).await;
        }
    }

    /// Decides requests and what is due, makes it durable in one append, and only then tells.
    async fn commit(&mut self, mut requests: Vec<Request>) {
        for _ in 0..=CONFLICT_RETRIES {
            let before = self.head;
            if let Err(Failure::Down) = self.take_turn().await {
                return self.refuse(requests, || SubmitError::Journal);
            }
            // With one decision there is nothing to be undone when the append fails, so the board
            // stays as it is until the events are durable.
            let ahead = requests.len() > 1;
            let mut stage = self.stage(requests, ahead).await;
            if stage.is_empty() {
                self.journal.leave_turn().await;
                // Another node that did what was due is no reason to hold back what is due next.
                if stage.waiting.is_empty() && before == self.head {
                    self.backoff.found_nothing();
                }
                return self.conclude(stage.waiting);
            }
            let applied = ahead && !stage.events.is_empty();
            let failure = match self.append(&mut stage).await {
                Ok(records) => return self.settle(stage, records, ahead),
                Err(failure) => failure,
            };
            if applied {
                self.roll_back().await;
            }
            requests = stage.waiting.into_iter().map(|(request, _)| request).collect();
            match failure {
                Failure::Overtaken => {
                    self.overtaken.fetch_add(1, Ordering::Relaxed);
                    self.catch_up().await;
                }
                Failure::Unfit(why) => {
                    return self.refuse(requests, || SubmitError::Unfit(why.clone()));
                }
                Failure::Down => return self.refuse(requests, || SubmitError::Journal),
            }
        }
        tracing::warn!("other writers were faster each time; the commands were given back");
        self.refuse(requests, || SubmitError::Journal);
    }

    async fn stage(&mut self, requests: Vec<Request>, ahead: bool) -> Stage {
        let now = self.clock.now();
        let mut stage = Stage::default();
        for request in requests {
            let outcome = self.decide(&mut stage, &request, now, ahead).await;
            stage.waiting.push((request, outcome));
        }
        if ahead || stage.is_empty() {
            self.elapse(&mut stage, now, ahead);
        }
        stage
    }

    async fn decide(
        &mut self,
        stage: &mut Stage,
        request: &Request,
        now: Timestamp,
        ahead: bool,
    ) -> Outcome {
        if let Some(id) = &request.id {
            if let Some(kept) = stage.kept(id) {
                return kept.map_or_else(Outcome::Refused, Outcome::Committed);
            }
            match self.reader.receipt(&id.id).await {
                Ok(None) => {}
                Ok(Some(kept)) => {
                    return again(id, &kept).map_or_else(Outcome::Refused, Outcome::Committed);
                }
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be read");
                    return Outcome::Refused(SubmitError::Journal);
                }
            }
        }
        let decision = match self.board.decide(&request.actor, &request.command, now) {
            Ok(decision) => decision,
            Err(rejection) => return Outcome::Refused(rejection.into()),
        };
        let (seq, reply) = stage.take(&mut self.board, &request.actor, decision, now, ahead);
        if let Some(id) = &request.id {
            stage.keep(id, seq, &reply);
        }
        Outcome::Committed(Committed { reply, seq, repeated: false })
    }

    /// Lets what is due happen in the same append.
    fn elapse(&mut self, stage: &mut Stage, now: Timestamp, ahead: bool) {
        let held = !self.backoff.held().is_zero();
        while self.keeps_time && !held && stage.events.len() < BATCH_EVENTS {
            if self.board.next_deadline().is_none_or(|due| due > now) {
                return;
            }
            let node = node(&self.board);
            let decided = self.board.decide(&node, &Command::Elapse, now);
            // Finding nothing to do is no error: an answer may have won the race.
            let Ok(decision @ Decision { .. }) = decided else { return };
            if decision.events.is_empty() {
                return;
            }
            stage.take(&mut self.board, &node, decision, now, ahead);
            if !ahead {
                return;
            }
        }
    }

    async fn append(&mut self, stage: &mut Stage) -> Result<Vec<Record>, Failure> {
        let batch = Batch {
            expected: self.head,
            drafts: std::mem::take(&mut stage.drafts),
            receipts: std::mem::take(&mut stage.receipts),
        };
        match self.journal.append(batch).await {
            Ok(records) => {
                if self.backoff.is_failing() {
                    tracing::info!("the journal can be written again");
                    self.health.send_replace(Health::Sound);
                }
                self.backoff.succeeded();
                Ok(records)
            }
            Err(AppendError::Conflict { .. } | AppendError::Repeated { .. }) => {
                Err(Failure::Overtaken)
            }
            Err(error @ AppendError::Unfit { .. }) => {
                tracing::warn!(%error, "a command could not be stored");
                Err(Failure::Unfit(error.to_string()))
            }
            Err(AppendError::Unavailable(error)) => {
                self.go_down(&error);
                Err(Failure::Down)
            }
        }
    }

    /// Takes note that nothing can be written, and tells everybody once.
    pub(super) fn go_down(&mut self, why: &dyn std::fmt::Display) {
        if !self.backoff.is_failing() {
            tracing::error!(%why, "the journal cannot be written; nothing is lost, nothing new is accepted");
            let since = self.clock.now();
            self.health.send_replace(Health::JournalDown { since });
        }
        self.backoff.failed();
    }

    /// The events are durable: apply them where that is still to do, answer, and tell.
    fn settle(&mut self, stage: Stage, records: Vec<Record>, ahead: bool) {
        if let Some(last) = records.last() {
            self.head = last.head();
        }
        let mut events = stage.events;
        for (event, record) in events.iter_mut().zip(records) {
            (event.data, event.hash) = (record.data, record.hash);
        }
        if !ahead {
            events.iter().for_each(|event| self.board.apply(&event.entry));
        }
        self.conclude(stage.waiting);
        self.publish(events);
    }

    pub(super) fn publish(&self, events: Vec<Published>) {
        if !events.is_empty() {
            // No watcher is fine; a slow one reads the journal.
            let _ = self.feed.send(Arc::new(events));
        }
    }

    fn conclude(&self, waiting: Vec<(Request, Outcome)>) {
        for (request, outcome) in waiting {
            // The asker may have gone; what it asked for has happened all the same.
            let _ = request.reply.send(match outcome {
                Outcome::Committed(committed) => Ok(committed),
                Outcome::Refused(error) => Err(error),
            });
        }
    }

    /// Refuses all: even a rejection was decided on a board that did not come to be.
    fn refuse(&self, requests: Vec<Request>, why: impl Fn() -> SubmitError) {
        for request in requests {
            let _ = request.reply.send(Err(why()));
        }
    }

    /// Tries a journal that has failed: a node that is given no work while it is not ready would never find
    /// out by itself. A receipt is really written, once, when the journal can be again.
    async fn probe(&mut self) {
        if !self.backoff.held().is_zero() || !self.backoff.is_failing() {
            return;
        }
        let (epoch, now) = (self.reader.epoch(), self.clock.now().millis());
        let receipt = Receipt {
            command: format!("probe-{epoch}-{now}"),
            fingerprint: Hash::of(b"probe"),
            reply: String::new(),
        };
        let mut stage = Stage { receipts: vec![receipt], ..Stage::default() };
        // How it went is told by the health that everybody watches.
        let _ = self.append(&mut stage).await;
    }
}

/// What comes in from outside: commands, questions, and how far other nodes say the journal goes.
type Doors<'a> =
    (&'a mut mpsc::Receiver<Request>, &'a mut mpsc::Receiver<Query>, &'a mut watch::Receiver<u64>);

async fn next_input(
    nap: Option<Duration>,
    limit: usize,
    (requests, queries, heard): Doors<'_>,
    poll: &mut tokio::time::Interval,
    shutdown: &CancellationToken,
) -> Input {
    let mut batch = Vec::new();
    tokio::select! {
        biased;
        () = shutdown.cancelled() => Input::Shutdown,
        () = sleep(nap) => Input::Deadline,
        taken = requests.recv_many(&mut batch, limit) => match taken {
            0 => Input::Shutdown,
            _ => Input::Requests(batch),
        },
        Some(query) = queries.recv() => Input::Query(query),
        _ = poll.tick() => Input::Poll,
        Ok(()) = heard.changed() => Input::Heard(*heard.borrow_and_update()),
    }
}

/// Sleeps for `nap`, or until something else wakes the writer.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps towards a deadline")]
pub(super) async fn sleep(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap).await,
        None => std::future::pending().await,
    }
}

/// Returns the actor as whom the node lets time pass.
fn node(board: &Board) -> Actor {
    Actor::node(board.jurisdiction().unwrap_or(AreaCode::UNSET))
}
