//! The outbox under simulated time: every call made once, none on a line that is not there, and all of them
//! ended.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiaoying::{
    channels::{
        Call, Capacity, Gateway, PlaceError, Receipt,
        outbox::Outbox,
        simulated::{Behaviour, read_call_log},
    },
    domain::{
        actor::Role,
        callout::attempt::Outcome,
        command::{AnswerKind, Command},
        event::{CalloutEvent, Entry, Event},
        ids::{AttemptId, CalloutId},
        person::Channel,
        time::Timestamp,
    },
};
use tokio::sync::mpsc;

use crate::support::{
    county::{actor, given},
    node::{Node, desk, line, pass},
};

#[tokio::test(start_paused = true)]
async fn lines_are_never_exceeded_and_an_answer_rings_off_what_still_rings() {
    let mut behaviour = Behaviour::realistic();
    behaviour.reporting.duplicated = 0.3;
    behaviour.reporting.out_of_order = 0.3;
    behaviour.reporting.lost = 0.05;
    for seed in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("calls");
        let node = Node::start(4, 10).await;
        node.submit(Command::SetLines(line(Channel::Voice, 5))).await;
        node.carry(seed, behaviour.clone(), 5, &log);
        node.warn().await;
        pass(Duration::from_secs(2 * 3600)).await;
        let entries = node.entries().await;
        must_keep_to_lines(&entries, 5, seed);
        must_end_every_call(&entries, seed);
        let rung = read_call_log(&log).unwrap();
        let begun = entries.iter().filter_map(|entry| begun(entry, Channel::Voice));
        let begun: BTreeSet<_> = begun.collect();
        assert_eq!(rung.len(), rung.iter().map(|call| call.attempt).collect::<BTreeSet<_>>().len());
        assert!(rung.iter().all(|call| begun.contains(&call.attempt)));
        assert_eq!(rung.len(), begun.len(), "seed {seed}: every call that began was made, once");
        node.must_agree().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_by_another_way_ends_the_call_in_progress() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(1, 1).await;
    let mut behaviour = Behaviour::perfect();
    behaviour.voice.message_ms = 600_000;
    node.carry(1, behaviour, 50, &folder.path().join("calls"));
    node.warn().await;
    pass(Duration::from_secs(10)).await;
    let village = node.obligation_of("990101001001/village_duty").await;
    let mut person = actor("v", Role::Leader);
    person.person = Some("001001-village_duty".parse().unwrap());
    node.board.submit(person, given(village, AnswerKind::Acknowledged, None)).await.unwrap();
    pass(Duration::from_secs(1)).await;
    let entries = node.entries().await;
    let rung_off = entries.iter().any(|entry| {
        let Event::Callout(CalloutEvent::AttemptRecorded(recorded)) = &entry.event else {
            return false;
        };
        recorded.id.obligation == village && recorded.outcome == Outcome::RungOff
    });
    assert!(rung_off, "the telephone goes on ringing after the answer");
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_calls_in_flight_are_made_once_more_and_new_ones_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    let node = Node::start(2, 5).await;
    node.submit(Command::SetLines(line(Channel::Voice, 4))).await;
    // Begun and never handed over: the program died before it could.
    node.warn().await;
    pass(Duration::from_millis(10)).await;
    let flying = node.flying(Channel::Voice).await;
    assert_eq!(flying.len(), 4);
    node.carry(1, Behaviour::perfect(), 50, &log);
    // While the outbox looks for work, more begins.
    let more = async { node.submit(Command::SetLines(line(Channel::Voice, 20))).await };
    let more_still = async { node.submit(Command::SetLines(line(Channel::Voice, 21))).await };
    tokio::join!(more, more_still);
    pass(Duration::from_secs(600)).await;
    let mut rung = BTreeMap::<_, usize>::new();
    for call in read_call_log(&log).unwrap() {
        *rung.entry(call.attempt).or_default() += 1;
        assert!(call.repeated || !flying.contains(&call.attempt), "{call:?}");
    }
    assert!(rung.len() > 12);
    let twice: Vec<_> = rung.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "rung more than once: {twice:?}");
}

#[tokio::test(start_paused = true)]
async fn more_calls_rung_off_at_once_than_receipts_have_room_for_all_end() {
    let node = Node::start(25, 520).await;
    for (channel, lines) in [(Channel::App, 0), (Channel::Sms, 0), (Channel::Voice, 100_000)] {
        node.submit(Command::SetLines(line(channel, lines))).await;
    }
    let gateways: Vec<Arc<dyn Gateway>> = vec![Arc::new(Talkative::default())];
    node.tasks.spawn(Outbox::run(node.board.clone(), gateways, node.stop.clone()));
    node.warn().await;
    node.until("rung", |board| board.callouts.in_flight().count() > 13_000).await;
    let note = "演习结束".into();
    let withdraw = Command::WithdrawCallout { callout: CalloutId(1), note };
    node.board.submit(desk(), withdraw).await.unwrap();
    node.until("rung off", |board| {
        let mut calls = board.callouts.obligations().flat_map(|obligation| &obligation.attempts);
        calls.all(|call| call.notice || call.outcome == Some(Outcome::RungOff))
    })
    .await;
}

/// A carrier that tells of each call within the request that places or ends it.
#[derive(Default)]
struct Talkative(Mutex<BTreeMap<AttemptId, mpsc::Sender<Receipt>>>);

impl Talkative {
    async fn tell(receipts: &mpsc::Sender<Receipt>, attempt: AttemptId, outcome: Outcome) {
        let at = Timestamp::from_millis(0);
        let _ = receipts.send(Receipt { attempt, outcome, at }).await;
    }
}

#[async_trait]
impl Gateway for Talkative {
    fn channel(&self) -> Channel {
        Channel::Voice
    }

    fn name(&self) -> &str {
        "talkative"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    fn capacity(&self) -> Capacity {
        Capacity::default()
    }

    async fn place(&self, call: Call, receipts: mpsc::Sender<Receipt>) -> Result<(), PlaceError> {
        self.0.lock().unwrap().insert(call.attempt, receipts.clone());
        Self::tell(&receipts, call.attempt, Outcome::Sent).await;
        Ok(())
    }

    async fn ring_off(&self, attempt: AttemptId) {
        let known = self.0.lock().unwrap().get(&attempt).cloned();
        if let Some(receipts) = known {
            Self::tell(&receipts, attempt, Outcome::RungOff).await;
        }
    }
}

fn must_keep_to_lines(entries: &[Entry], lines: usize, seed: u64) {
    let mut busy = BTreeSet::new();
    for entry in entries {
        if let Some(attempt) = begun(entry, Channel::Voice) {
            assert!(busy.insert(attempt));
        }
        if let Some(attempt) = ended(entry) {
            busy.remove(&attempt);
        }
        assert!(busy.len() <= lines, "seed {seed}: {} calls at {}", busy.len(), entry.at);
    }
}

fn must_end_every_call(entries: &[Entry], seed: u64) {
    let mut open = BTreeMap::new();
    for entry in entries {
        if let Some(attempt) = begun(entry, Channel::Voice) {
            open.insert(attempt, entry.at);
        }
        if let Some(attempt) = ended(entry) {
            open.remove(&attempt);
        }
    }
    let last = entries.last().unwrap().at;
    let stuck: Vec<_> =
        open.iter().filter(|(_, at)| last.since(**at) > Duration::from_secs(200)).collect();
    assert!(stuck.is_empty(), "seed {seed}: lines held for ever by {stuck:?}");
}

fn begun(entry: &Entry, channel: Channel) -> Option<AttemptId> {
    let Event::Callout(CalloutEvent::AttemptStarted(started)) = &entry.event else { return None };
    (started.channel == channel).then_some(started.id)
}

fn ended(entry: &Entry) -> Option<AttemptId> {
    let Event::Callout(CalloutEvent::AttemptRecorded(recorded)) = &entry.event else { return None };
    recorded.outcome.ends(recorded.channel).then_some(recorded.id)
}
