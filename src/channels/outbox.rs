//! The outbox: makes the calls that the journal says have begun, and reports what became of them.
//!
//! It follows the journal and keeps nothing of its own: an attempt that has begun and has no end is
//! work to do. After a crash each such attempt is handed over once more, flagged, since whether it had
//! rung cannot be known: one duplicate ring is better than one lost call. Several nodes claim before they make.

mod calls;
mod claiming;
mod placing;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use self::{
    calls::{call, is_wanted},
    claiming::{Answer, Begun, Claiming},
    placing::{place, report},
};
use super::{Call, Gateway, Receipt};
use crate::{
    dispatcher::{Commit, Handle},
    domain::{
        callout::attempt::Outcome,
        command::Command,
        event::{CalloutEvent, Event},
        ids::{AttemptId, ObligationId, PersonId},
        person::Channel,
    },
    nodes::{Alone, Nodes},
};

/// Reports under way at once; at the limit receipts wait in their queue. Hand-overs do not count: one may
/// itself be waiting for room for a receipt, and there are no more of them than lines.
const REPORT_LIMIT: usize = 8_192;
/// Receipts that wait to be recorded; a full queue holds the gateways back.
const RECEIPT_CAPACITY: usize = 4_096;
/// How often attempts are looked over for one whose receipt never came.
const SWEEP: Duration = Duration::from_secs(1);

/// Why an attempt has failed of whose end nothing was heard.
const NO_RECEIPT: &str = "no_receipt";

/// After this long without a word from the channel an attempt has failed: the line is free again.
fn patience(channel: Channel) -> Duration {
    match channel {
        // An open page confirms at once or not at all.
        Channel::App => Duration::from_secs(10),
        Channel::Sms => Duration::from_secs(60),
        // Ringing 60 s and a message of 40 s, heard twice.
        Channel::Voice => Duration::from_secs(180),
    }
}

/// Makes the calls.
pub struct Outbox {
    board: Handle,
    gateways: BTreeMap<Channel, Arc<dyn Gateway>>,
    receipts: mpsc::Sender<Receipt>,
    /// Attempts handed over whose end is not recorded, and until when an end is waited for.
    flying: BTreeMap<AttemptId, Flight>,
    /// Up to which event the board has been looked over: what began before is in hand already.
    taken_up: u64,
    /// Attempts whose repetition has been asked for and is not yet an event.
    repeating: BTreeSet<AttemptId>,
    /// Calls being handed over or rung off.
    hand_overs: FuturesUnordered<BoxFuture<'static, ()>>,
    /// What the other nodes are asked before a call is made.
    claiming: Claiming,
    /// What is on its way to the record.
    reports: FuturesUnordered<BoxFuture<'static, ()>>,
}

struct Flight {
    channel: Channel,
    person: PersonId,
    patience_ends: Instant,
}

enum Input {
    Commit(Commit),
    /// So many commits were missed: the board says what is under way.
    Missed,
    Receipt(Receipt),
    Answer(Answer),
    WorkDone,
    Sweep,
    Stop,
}

impl Outbox {
    /// Makes the calls until `shutdown`; what is under way then is finished as far as its carrier
    /// tells, and nothing new is begun.
    pub async fn run(board: Handle, gateways: Vec<Arc<dyn Gateway>>, shutdown: CancellationToken) {
        Self::run_among(Arc::new(Alone), board, gateways, shutdown).await;
    }

    /// Makes the calls that are this node's among several.
    pub async fn run_among(
        nodes: Arc<dyn Nodes>,
        board: Handle,
        gateways: Vec<Arc<dyn Gateway>>,
        shutdown: CancellationToken,
    ) {
        let (receipts, mut received) = mpsc::channel(RECEIPT_CAPACITY);
        let gateways = gateways.into_iter().map(|gateway| (gateway.channel(), gateway)).collect();
        let mut feed = board.watch();
        let mut outbox = Self {
            board,
            gateways,
            receipts,
            flying: BTreeMap::new(),
            taken_up: 0,
            repeating: BTreeSet::new(),
            hand_overs: FuturesUnordered::new(),
            claiming: Claiming::new(nodes),
            reports: FuturesUnordered::new(),
        };
        outbox.take_up().await;
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            match outbox.next_input(&mut feed, &mut received, &mut sweep, &shutdown).await {
                Input::Commit(commit) => outbox.on_commit(&commit).await,
                Input::Missed => outbox.take_up().await,
                Input::Receipt(receipt) => outbox.on_receipt(receipt),
                Input::Answer(answer) => outbox.on_answer(answer).await,
                Input::WorkDone => {}
                Input::Sweep => outbox.sweep().await,
                Input::Stop => break,
            }
        }
        // Nobody reads receipts any more; who waits for room for one must not keep the node from stopping.
        drop(received);
        while outbox.hand_overs.next().await.is_some() {}
        while outbox.reports.next().await.is_some() {}
    }

    async fn next_input(
        &mut self,
        feed: &mut broadcast::Receiver<Commit>,
        received: &mut mpsc::Receiver<Receipt>,
        sweep: &mut tokio::time::Interval,
        shutdown: &CancellationToken,
    ) -> Input {
        let room = self.reports.len() < REPORT_LIMIT;
        tokio::select! {
            biased;
            () = shutdown.cancelled() => Input::Stop,
            Some(()) = self.reports.next() => Input::WorkDone,
            Some(()) = self.hand_overs.next() => Input::WorkDone,
            commit = feed.recv() => match commit {
                Ok(commit) => Input::Commit(commit),
                Err(broadcast::error::RecvError::Lagged(_)) => Input::Missed,
                Err(broadcast::error::RecvError::Closed) => Input::Stop,
            },
            // After the commits: what began is known before it is found to be in nobody's hands.
            Some(answer) = self.claiming.answers.next() => Input::Answer(answer),
            Some(receipt) = received.recv(), if room => Input::Receipt(receipt),
            _ = sweep.tick() => Input::Sweep,
        }
    }

    /// Finds attempts that have begun and are not in hand, and has them handed over once more.
    async fn take_up(&mut self) {
        let found = self.board.read(|board| {
            let flying = board.callouts.in_flight();
            let flying = flying.map(|attempt| (attempt.id, is_wanted(board, attempt)));
            (board.seq, flying.collect::<BTreeMap<_, _>>())
        });
        let Ok((seq, begun)) = found.await else { return };
        self.taken_up = seq;
        self.let_go(&begun);
        if !self.claiming.is_alone() {
            return self.adopt().await;
        }
        for (id, wanted) in begun {
            if self.flying.contains_key(&id) || self.repeating.contains(&id) {
                continue;
            }
            self.repeat(id, wanted);
        }
    }

    /// Has a call made once more whose end is unknown, if it is still wanted.
    fn repeat(&mut self, id: AttemptId, wanted: bool) {
        if wanted {
            // Until its event comes it is in hand already: missing more commits meanwhile must not
            // have it made a third time.
            self.repeating.insert(id);
            self.submit(Command::RepeatAttempt(id));
        } else {
            self.fail(id, "end_unknown_after_restart", true);
        }
    }

    /// Rings off what is no longer wanted, and forgets what has ended: the events that said so were missed.
    fn let_go(&mut self, begun: &BTreeMap<AttemptId, bool>) {
        self.flying.retain(|id, _| begun.contains_key(id));
        let unwanted: Vec<_> =
            self.flying.keys().filter(|id| begun.get(id) == Some(&false)).copied().collect();
        for id in unwanted {
            self.ring_off_one(id);
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "an event that begins no call and ends none is nothing to the outbox"
    )]
    async fn on_commit(&mut self, commit: &Commit) {
        let mut begun = Vec::new();
        for published in commit.iter() {
            match &published.entry.event {
                Event::Callout(CalloutEvent::AttemptStarted(started))
                    if published.entry.seq > self.taken_up =>
                {
                    begun.push(Begun { id: started.id, channel: started.channel, repeated: false });
                }
                Event::Callout(CalloutEvent::AttemptRepeated(repeated))
                    if published.entry.seq > self.taken_up =>
                {
                    self.repeating.remove(&repeated.id);
                    begun.push(Begun {
                        id: repeated.id,
                        channel: repeated.channel,
                        repeated: true,
                    });
                }
                Event::Callout(CalloutEvent::AttemptRecorded(recorded))
                    if recorded.outcome.ends(recorded.channel) =>
                {
                    self.flying.remove(&recorded.id);
                }
                Event::Callout(CalloutEvent::ObligationAnswered(answered)) => {
                    self.ring_off(answered.id, |_| true)
                }
                Event::Callout(CalloutEvent::ObligationWithdrawn(withdrawn)) => {
                    self.ring_off(withdrawn.id, |_| true)
                }
                Event::Callout(CalloutEvent::ObligationDeclined(declined)) => {
                    self.ring_off(declined.id, |person| *person == declined.person);
                }
                Event::Callout(CalloutEvent::ObligationMoved(moved)) => {
                    self.ring_off(moved.id, |person| moved.gone.contains(person));
                }
                _ => {}
            }
        }
        if begun.is_empty() {
            return;
        }
        if self.claiming.is_alone() {
            self.hand_over(begun).await;
        } else {
            self.share(begun).await;
        }
    }

    /// Hands attempts to their gateways, worded as the board stands now.
    async fn hand_over(&mut self, begun: Vec<Begun>) {
        for call in self.word(begun).await {
            self.place(call);
        }
    }

    /// Words attempts as the board stands now. Those without an address have failed.
    async fn word(&mut self, begun: Vec<Begun>) -> Vec<Call> {
        let calls = self.board.read(move |board| {
            let worded =
                begun.iter().map(|begun| (begun.id, call(board, begun.id, begun.repeated)));
            worded.collect::<Vec<_>>()
        });
        let mut worded = Vec::new();
        for (id, call) in calls.await.unwrap_or_default() {
            match call {
                Some(call) => worded.push(call),
                None => self.fail(id, "no_address", true),
            }
        }
        worded
    }

    fn place(&mut self, call: Call) {
        let Some(gateway) = self.gateways.get(&call.channel).cloned() else {
            return self.fail(call.attempt, "no_gateway", true);
        };
        self.take(&call);
        let (receipts, board) = (self.receipts.clone(), self.board.clone());
        self.hand_overs.push(Box::pin(place(gateway, call, receipts, board)));
    }

    fn take(&mut self, call: &Call) {
        let (channel, person) = (call.channel, call.person.clone());
        let patience_ends = Instant::now() + patience(channel);
        self.flying.insert(call.attempt, Flight { channel, person, patience_ends });
    }

    fn ring_off(&mut self, obligation: ObligationId, whom: impl Fn(&PersonId) -> bool) {
        let numbers =
            AttemptId { obligation, number: 0 }..=AttemptId { obligation, number: u32::MAX };
        let flights = self.flying.range(numbers).filter(|(_, flight)| whom(&flight.person));
        for id in flights.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.ring_off_one(id);
        }
    }

    fn ring_off_one(&mut self, id: AttemptId) {
        let flight = self.flying.get(&id);
        if let Some(gateway) = flight.and_then(|f| self.gateways.get(&f.channel)).cloned() {
            self.hand_overs.push(Box::pin(async move { gateway.ring_off(id).await }));
        }
    }

    fn on_receipt(&mut self, receipt: Receipt) {
        let Receipt { attempt, outcome, at: _ } = receipt;
        self.submit(Command::RecordAttempt { attempt, outcome });
    }

    async fn sweep(&mut self) {
        let now = Instant::now();
        let silent = self.flying.iter().filter(|(_, flight)| flight.patience_ends <= now);
        for id in silent.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.ring_off_one(id);
            self.flying.remove(&id);
            if self.claiming.is_alone() {
                self.fail(id, NO_RECEIPT, false);
            } else {
                self.claiming.give_up(id);
            }
        }
        if !self.claiming.is_alone() {
            self.ask_again().await;
            self.adopt().await;
        }
    }

    fn fail(&mut self, attempt: AttemptId, reason: &'static str, lasting: bool) {
        let outcome = Outcome::Failed { reason: reason.into(), lasting };
        self.submit(Command::RecordAttempt { attempt, outcome });
    }

    fn submit(&mut self, command: Command) {
        let board = self.board.clone();
        self.reports.push(Box::pin(report(board, command)));
    }
}
