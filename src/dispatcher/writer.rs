//! The writer's loop: one input at a time, one append for all that wait.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{broadcast, mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Commit, Committed, Health, Published, Query, Request, SubmitError,
    recovery::{Snapshots, entry, recover},
    stage::{Outcome, Stage, again},
};
use crate::{
    clock::Clock,
    domain::{
        actor::Actor, board::Board, command::Command, decision::Decision, event::Entry,
        ids::AreaCode, time::Timestamp,
    },
    journal::{AppendError, Batch, Hash, Head, Journal, Reader, Receipt, Record},
};

/// Commands that share one append: enough that the flush to disk costs little for each, few enough
/// that the first does not wait long for the last.
const BATCH_LIMIT: usize = 512;
/// Events after which a batch takes no further command.
const BATCH_EVENTS: usize = 20_000;
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
    pub backoff: Backoff,
}

/// How long a deadline waits whose append has just failed: it is still due, and trying it again at once would
/// do nothing but heat the machine.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    until: Option<Instant>,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(5);

    fn failed(&mut self) {
        let wait = Self::FIRST.saturating_mul(1 << self.failures.min(7)).min(Self::LONGEST);
        self.failures += 1;
        self.until = Some(Instant::now() + wait);
    }

    /// A deadline came and there was nothing to do: an answer won the race, or the board names a deadline
    /// that it does not act upon. The second must not keep the writer from everything else.
    fn found_nothing(&mut self) {
        self.until = Some(Instant::now() + Self::FIRST);
    }

    fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Tells whether the last append failed: until one succeeds, commands go one by one.
    fn is_failing(&self) -> bool {
        self.failures > 0
    }
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
enum Failure {
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
        let held = self.backoff.until.map(|until| until.saturating_duration_since(Instant::now()));
        Some(due.max(held.unwrap_or_default()).min(NAP))
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
            // With one decision there is nothing to be undone when the append fails, so the board
            // stays as it is until the events are durable.
            let ahead = requests.len() > 1;
            let mut stage = self.stage(requests, ahead).await;
            if stage.is_empty() {
                if stage.waiting.is_empty() {
                    self.backoff.found_nothing();
                }
                return self.conclude(stage.waiting);
            }
            match self.append(&mut stage).await {
                Ok(records) => {
                    self.settle(stage, records, ahead);
                    return;
                }
                Err(Failure::Overtaken) => {
                    requests = stage.waiting.into_iter().map(|(request, _)| request).collect();
                    self.roll_back(ahead).await;
                    self.catch_up().await;
                }
                Err(Failure::Unfit(why)) => {
                    self.roll_back(ahead).await;
                    return self.refuse(stage.waiting, || SubmitError::Unfit(why.clone()));
                }
                Err(Failure::Down) => {
                    self.roll_back(ahead).await;
                    return self.refuse(stage.waiting, || SubmitError::Journal);
                }
            }
        }
        tracing::warn!("other writers were faster each time; the commands were given back");
        let refused = requests.into_iter().map(|r| (r, Outcome::Refused(SubmitError::Journal)));
        self.conclude(refused.collect());
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
        let held = self.backoff.until.is_some_and(|until| Instant::now() < until);
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
                if !self.backoff.is_failing() {
                    tracing::error!(%error, "the journal cannot be written; nothing is lost, nothing new is accepted");
                    let since = self.clock.now();
                    self.health.send_replace(Health::JournalDown { since });
                }
                self.backoff.failed();
                Err(Failure::Down)
            }
        }
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

    fn publish(&self, events: Vec<Published>) {
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
    fn refuse(&self, waiting: Vec<(Request, Outcome)>, why: impl Fn() -> SubmitError) {
        for (request, _) in waiting {
            let _ = request.reply.send(Err(why()));
        }
    }

    /// Takes back what was applied ahead of an append that failed.
    async fn roll_back(&mut self, ahead: bool) {
        if !ahead {
            return;
        }
        loop {
            match recover(&*self.reader, &self.snapshots).await {
                Ok(recovered) => {
                    let from = self.head.seq;
                    (self.board, self.head) = (recovered.board, recovered.head);
                    self.publish_since(from).await;
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "the board cannot be rebuilt; trying again");
                    sleep(Some(Backoff::LONGEST)).await;
                }
            }
        }
    }

    /// Tries a journal that has failed: a node that is given no work while it is not ready would never find
    /// out by itself. A receipt is really written, once, when the journal can be again.
    async fn probe(&mut self) {
        let held = self.backoff.until.is_some_and(|until| Instant::now() < until);
        if held || !self.backoff.is_failing() {
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

    /// Reads and applies what other processes have appended.
    async fn catch_up(&mut self) {
        let behind = match self.reader.head().await {
            Ok(head) => head.seq > self.head.seq,
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read");
                return;
            }
        };
        if !behind {
            return;
        }
        loop {
            let page = match self.reader.read(self.head.seq, BATCH_EVENTS).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be read");
                    return;
                }
            };
            if page.is_empty() || !self.follow(page) {
                return;
            }
        }
    }

    /// Applies and tells records that somebody else appended; stops at one it cannot read.
    fn follow(&mut self, page: Vec<Record>) -> bool {
        let mut events = Vec::with_capacity(page.len());
        for record in page {
            match entry(&record) {
                Ok(entry) => {
                    self.board.apply(&entry);
                    self.head = record.head();
                    events.push(published(entry, record));
                }
                Err(error) => {
                    tracing::error!(%error, "another program's event; upgrade this node");
                    self.publish(events);
                    return false;
                }
            }
        }
        self.publish(events);
        true
    }

    /// Tells events that were found in the journal while the board was rebuilt.
    async fn publish_since(&mut self, after: u64) {
        let mut seq = after;
        while seq < self.head.seq {
            let Ok(page) = self.reader.read(seq, BATCH_EVENTS).await else { return };
            let Some(last) = page.last() else { return };
            seq = last.seq;
            let readable = page.into_iter().filter_map(|record| {
                let entry = entry(&record).ok()?;
                Some(published(entry, record))
            });
            self.publish(readable.collect());
        }
    }
}

fn published(entry: Entry, record: Record) -> Published {
    Published { entry, data: record.data, hash: record.hash }
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
async fn sleep(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap).await,
        None => std::future::pending().await,
    }
}

/// Returns the actor as whom the node lets time pass.
fn node(board: &Board) -> Actor {
    Actor::node(board.jurisdiction().unwrap_or(AreaCode::UNSET))
}
