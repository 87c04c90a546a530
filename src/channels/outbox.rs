//! The outbox: makes the calls that the journal says have begun, and reports what became of them.
//!
//! It follows the journal and keeps nothing of its own: an attempt that has begun and has no end is
//! work to do. After a crash each such attempt is handed over once more, flagged, since whether it had
//! rung cannot be known: one duplicate ring is better than one lost call.

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

use super::{Call, Gateway, PlaceError, Receipt, wording};
use crate::{
    dispatcher::{Commit, Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        callout::attempt::{Attempt, Outcome},
        command::Command,
        event::Event,
        ids::{AreaCode, AttemptId, ObligationId, PersonId},
        person::Channel,
    },
};

/// Reports under way at once; at the limit receipts wait in their queue. Hand-overs do not count: one may
/// itself be waiting for room for a receipt, and there are no more of them than lines.
const REPORT_LIMIT: usize = 8_192;
/// Receipts that wait to be recorded; a full queue holds the gateways back.
const RECEIPT_CAPACITY: usize = 4_096;
/// How often attempts are looked over for one whose receipt never came.
const SWEEP: Duration = Duration::from_secs(1);
/// How long a report waits before it is tried again while the journal is down.
const REPORT_RETRY: Duration = Duration::from_millis(250);

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
    WorkDone,
    Sweep,
    Stop,
}

impl Outbox {
    /// Makes the calls until `shutdown`; what is under way then is finished as far as its carrier
    /// tells, and nothing new is begun.
    pub async fn run(board: Handle, gateways: Vec<Arc<dyn Gateway>>, shutdown: CancellationToken) {
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
            reports: FuturesUnordered::new(),
        };
        outbox.take_up().await;
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            match outbox.next_input(&mut feed, &mut received, &mut sweep, &shutdown).await {
                Input::Commit(commit) => outbox.on_commit(&commit).await,
                Input::Missed => outbox.take_up().await,
                Input::Receipt(receipt) => outbox.on_receipt(receipt),
                Input::WorkDone => {}
                Input::Sweep => outbox.sweep(),
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
        for (id, wanted) in begun {
            if self.flying.contains_key(&id) || self.repeating.contains(&id) {
                continue;
            }
            if wanted {
                // Until its event comes it is in hand already: missing more commits meanwhile must not
                // have it made a third time.
                self.repeating.insert(id);
                self.submit(Command::RepeatAttempt(id));
            } else {
                self.fail(id, "end_unknown_after_restart", true);
            }
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
                Event::AttemptStarted(started) if published.entry.seq > self.taken_up => {
                    begun.push((started.id, false));
                }
                Event::AttemptRepeated(repeated) if published.entry.seq > self.taken_up => {
                    self.repeating.remove(&repeated.id);
                    begun.push((repeated.id, true));
                }
                Event::AttemptRecorded(recorded) if recorded.outcome.ends(recorded.channel) => {
                    self.flying.remove(&recorded.id);
                }
                Event::ObligationAnswered(answered) => self.ring_off(answered.id, |_| true),
                Event::ObligationWithdrawn(withdrawn) => self.ring_off(withdrawn.id, |_| true),
                Event::ObligationDeclined(declined) => {
                    self.ring_off(declined.id, |person| *person == declined.person);
                }
                Event::ObligationMoved(moved) => {
                    self.ring_off(moved.id, |person| moved.gone.contains(person));
                }
                _ => {}
            }
        }
        if !begun.is_empty() {
            self.hand_over(begun).await;
        }
    }

    /// Hands attempts to their gateways, worded as the board stands now.
    async fn hand_over(&mut self, begun: Vec<(AttemptId, bool)>) {
        let calls = self.board.read(move |board| {
            let worded = begun.iter().map(|(id, repeated)| (*id, call(board, *id, *repeated)));
            worded.collect::<Vec<_>>()
        });
        for (id, call) in calls.await.unwrap_or_default() {
            match call {
                Some(call) => self.place(call),
                None => self.fail(id, "no_address", true),
            }
        }
    }

    fn place(&mut self, call: Call) {
        let Some(gateway) = self.gateways.get(&call.channel).cloned() else {
            return self.fail(call.attempt, "no_gateway", true);
        };
        let patience_ends = Instant::now() + patience(call.channel);
        self.flying.insert(
            call.attempt,
            Flight { channel: call.channel, person: call.person.clone(), patience_ends },
        );
        let (receipts, board) = (self.receipts.clone(), self.board.clone());
        self.hand_overs.push(Box::pin(place(gateway, call, receipts, board)));
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

    fn sweep(&mut self) {
        let now = Instant::now();
        let silent: Vec<AttemptId> = self
            .flying
            .iter()
            .filter(|(_, flight)| flight.patience_ends <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in silent {
            self.ring_off_one(id);
            self.flying.remove(&id);
            self.fail(id, "no_receipt", false);
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

/// Hands one call over; a gateway that is busy is asked again, one that refuses is reported.
async fn place(
    gateway: Arc<dyn Gateway>,
    call: Call,
    receipts: mpsc::Sender<Receipt>,
    board: Handle,
) {
    /// How often a call is offered to a gateway that says it has no room just now.
    const OFFERS: u32 = 50;
    let attempt = call.attempt;
    let mut refusal = PlaceError::NoLine;
    for _ in 0..OFFERS {
        let wait = match gateway.place(call.clone(), receipts.clone()).await {
            Ok(()) => return,
            Err(PlaceError::TooFast { retry_after }) => retry_after,
            Err(PlaceError::NoLine) => Duration::from_millis(100),
            Err(error) => {
                refusal = error;
                break;
            }
        };
        sleep(wait).await;
    }
    // A page that is closed stays closed; anything else may be better on the next try.
    let lasting = call.channel == Channel::App;
    let reason = match &refusal {
        PlaceError::Down { reason } => reason.clone(),
        PlaceError::NoLine
        | PlaceError::TooFast { .. }
        | PlaceError::WrongChannel(_)
        | PlaceError::Stopped => compact_str::format_compact!("{refusal}"),
    };
    let outcome = Outcome::Failed { reason, lasting };
    report(board, Command::RecordAttempt { attempt, outcome }).await;
}

/// Submits a report until it is durable: what a channel has told is told once.
async fn report(board: Handle, command: Command) {
    loop {
        let node = Actor::node(AreaCode::UNSET);
        match board.submit(node, command.clone()).await {
            Ok(_) | Err(SubmitError::Stopped) => return,
            Err(SubmitError::Journal) => sleep(REPORT_RETRY).await,
            Err(error) => {
                tracing::warn!(%error, "a channel's report was refused");
                return;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a pause between two tries of one call or report")]
async fn sleep(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// Tells whether an attempt whose end is unknown is still worth making.
fn is_wanted(board: &Board, attempt: &Attempt) -> bool {
    let obligation = board.callouts.obligation(attempt.id.obligation);
    attempt.notice || obligation.is_some_and(|obligation| obligation.state.is_open())
}

/// Words an attempt; `None` where the person has lost the address since it was planned.
fn call(board: &Board, id: AttemptId, repeated: bool) -> Option<Call> {
    let (obligation, attempt) = board.callouts.attempt(id)?;
    let callout = board.callouts.get(obligation.callout)?;
    Some(Call {
        attempt: id,
        key: format!(
            "{}/{}/r{}/{}/{}/{}",
            callout.id, obligation.id, attempt.rung, attempt.person, attempt.channel, id.number
        ),
        channel: attempt.channel,
        person: attempt.person.clone(),
        ordinal: attempt.ordinal,
        address: address(board, attempt)?,
        text: Arc::new(wording::message(board, callout, obligation, attempt.notice)),
        demands_answer: !attempt.notice,
        drill: callout.drill,
        repeated,
    })
}

/// Returns the address to try: several on one channel are tried in turn.
fn address(board: &Board, attempt: &Attempt) -> Option<compact_str::CompactString> {
    let person = board.people.get(&attempt.person)?;
    let addresses: Vec<&str> = person.addresses(attempt.channel).collect();
    let turn = usize::try_from(attempt.ordinal).unwrap_or(0) % addresses.len().max(1);
    addresses.get(turn).map(|address| (*address).into())
}
