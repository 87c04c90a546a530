//! The writer and the outbox under simulated time: nothing told before it is durable, nothing lost,
//! and no more calls than there are lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiaoying::{
    channels::{
        Call, Capacity, Gateway, PlaceError, Receipt,
        outbox::Outbox,
        simulated::{Behaviour, Carrier, Settings, SimulatedGateway, read_call_log},
    },
    clock::{Clock, RuntimeClock},
    dispatcher::{self, CommandId, Committed, Handle, Health, Parts, SubmitError, recover_entry},
    domain::{
        actor::{Actor, Role},
        board::Board,
        callout::{attempt::Outcome, policy::CalloutKind},
        command::{AnswerKind, Command, OpenCallout, Reply},
        event::{Entry, Event},
        ids::{AttemptId, CalloutId, ObligationId},
        person::Channel,
        time::Timestamp,
        warning::{Colour, Original},
    },
    journal::{
        Batch, Draft, Hash, Head, Journal, Reader,
        memory::{Faults, MemoryJournal},
    },
};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::county::{COUNTY, County, actor, alert, by_hand, given};

const POLICIES: &str = include_str!("../../config/policies.toml");

#[tokio::test(start_paused = true)]
async fn commands_that_waited_for_the_disk_share_the_next_flush() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    node.faults.hold();
    let first = node.open("第一");
    let others: Vec<_> = (0..50).map(|number| node.open(&format!("第{number}"))).collect();
    let all = futures_util::future::join_all(std::iter::once(first).chain(others));
    let release = async {
        turns().await;
        assert!(commits.is_empty(), "something was told before it was durable");
        node.faults.release();
    };
    let (answers, ()) = tokio::join!(all, release);
    let ids: BTreeSet<_> = answers.into_iter().map(|answer| callout(answer.unwrap())).collect();
    assert_eq!(ids.len(), 51);
    let mut flushes = 0;
    let mut opened = 0;
    while let Ok(commit) = commits.try_recv() {
        let events = commit.iter().map(|published| published.entry.event.kind());
        let here = events.filter(|kind| *kind == "callout_opened").count();
        flushes += usize::from(here > 0);
        opened += here;
    }
    assert_eq!(opened, 51);
    assert!(flushes <= 2, "{flushes} flushes for 51 commands");
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn a_named_command_happens_once_even_twice_in_one_flush() {
    let node = Node::start(1, 1).await;
    let named =
        |text: &str| CommandId { id: "desk:1".into(), fingerprint: Hash::of(text.as_bytes()) };
    let submit = |text: &str| {
        let command = Command::OpenCallout(by_hand("一次", None));
        node.board.submit_as(desk(), command, Some(named(text)))
    };
    node.faults.hold();
    let three = async { tokio::join!(submit("a"), submit("a"), submit("b"), submit("a")) };
    let release = async {
        turns().await;
        node.faults.release();
    };
    let ((first, second, other, third), ()) = tokio::join!(three, release);
    let first = first.unwrap();
    assert!(!first.repeated);
    for again in [second.unwrap(), third.unwrap(), submit("a").await.unwrap()] {
        assert!(again.repeated);
        assert_eq!((&again.reply, again.seq), (&first.reply, first.seq));
    }
    assert!(matches!(other, Err(SubmitError::KeyReused)));
    assert_eq!(node.count("callout_opened").await, 1);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn a_rival_that_was_faster_is_read_and_the_command_decided_again() {
    for together in [1, 5] {
        let node = Node::start(1, 1).await;
        let mut commits = node.board.watch();
        let area = node.board.read(|board| board.areas.get(COUNTY.parse().unwrap()).cloned());
        let mut area = area.await.unwrap().unwrap();
        area.name = "改名县".into();
        let event = Event::AreaSaved(jiaoying::domain::event::AreaSaved { area });
        node.faults.hold();
        let commands = (0..together).map(|_| node.open("抢先"));
        let all = futures_util::future::join_all(commands);
        let faults = node.faults.clone();
        faults.overtake(vec![draft(&event, node.board.now())]);
        let (answers, ()) = tokio::join!(all, async {
            turns().await;
            faults.release()
        });
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let name =
            node.board.read(|board| board.areas.name(COUNTY.parse().unwrap())).await.unwrap();
        assert_eq!(name, "改名县");
        let mut last = 0;
        let mut kinds = Vec::new();
        while let Ok(commit) = commits.try_recv() {
            for published in commit.iter() {
                assert!(published.entry.seq > last, "told out of order or twice");
                last = published.entry.seq;
                kinds.push(published.entry.event.kind());
            }
        }
        assert_eq!(kinds.iter().filter(|kind| **kind == "area_saved").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| **kind == "callout_opened").count(), together);
        node.must_agree().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_appends_is_followed_within_two_seconds() {
    let node = Node::start(1, 1).await;
    let mut rival = node.rival();
    let (event, expected) = (lines(7), node.head().await);
    let batch = Batch { expected, drafts: vec![draft(&event, node.board.now())], receipts: vec![] };
    rival.append(batch).await.unwrap();
    let mut commits = node.board.watch();
    let commit = tokio::time::timeout(Duration::from_secs(2), commits.recv()).await;
    assert_eq!(commit.unwrap().unwrap()[0].entry.event, event);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn while_the_journal_fails_nothing_happens_and_everything_is_still_shown() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    let health = node.board.health();
    node.faults.fail(4);
    let three = (0..3).map(|_| node.open("写不进"));
    for answer in futures_util::future::join_all(three).await {
        assert!(matches!(answer, Err(SubmitError::Journal)), "{answer:?}");
    }
    assert!(matches!(*health.borrow(), Health::JournalDown { .. }));
    assert!(commits.is_empty());
    let open = node.board.read(|board| board.callouts.open().count()).await.unwrap();
    assert_eq!(open, 0, "what is not durable is not shown");
    let mut tries = 0;
    let committed = loop {
        tries += 1;
        match node.open("再来").await {
            Ok(committed) => break committed,
            Err(error) => assert!(matches!(error, SubmitError::Journal)),
        }
    };
    assert!(tries <= 5);
    assert_eq!(callout(committed), "c-1");
    assert_eq!(*health.borrow(), Health::Sound);
    assert_eq!(commits.recv().await.unwrap()[0].entry.event.kind(), "callout_opened");
    node.must_agree().await;
}

/// A balancer that sends no work while the node is not ready must not keep it so for ever.
#[tokio::test(start_paused = true)]
async fn a_journal_that_can_be_written_again_is_noticed_without_a_command() {
    let node = Node::start(1, 1).await;
    let mut health = node.board.health();
    node.faults.fail(1);
    assert!(matches!(node.open("写不进").await, Err(SubmitError::Journal)));
    assert!(matches!(*health.borrow_and_update(), Health::JournalDown { .. }));
    let sound =
        tokio::time::timeout(Duration::from_secs(60), health.wait_for(|h| *h == Health::Sound));
    assert!(sound.await.is_ok(), "still down after a minute");
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn an_append_whose_answer_was_lost_happens_once_and_is_told_once() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    node.faults.lose_answer();
    let named = CommandId { id: "desk:1".into(), fingerprint: Hash::of(b"a") };
    let submit = || {
        let command = Command::OpenCallout(by_hand("一次", None));
        node.board.submit_as(desk(), command, Some(named.clone()))
    };
    assert!(matches!(submit().await, Err(SubmitError::Journal)));
    let again = submit().await.unwrap();
    assert!(again.repeated);
    pass(Duration::from_secs(3)).await;
    let mut opened = 0;
    while let Ok(commit) = commits.try_recv() {
        let events = commit.iter().map(|published| published.entry.event.kind());
        opened += events.filter(|kind| *kind == "callout_opened").count();
    }
    assert_eq!(opened, 1);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn deadlines_come_to_the_minute_over_simulated_hours_though_the_journal_fails_now_and_then() {
    let node = Node::start(2, 3).await;
    node.warn().await;
    let opened = node.board.now();
    for _ in 0..40 {
        node.faults.fail(2);
        pass(Duration::from_secs(120)).await;
    }
    let entries = node.entries().await;
    let escalated =
        entries.iter().find(|entry| entry.event.kind() == "obligation_escalated").unwrap();
    let after = escalated.at.since(opened);
    assert!(after >= Duration::from_secs(300) && after < Duration::from_secs(306), "{after:?}");
    let unreached = entries.iter().filter(|entry| entry.event.kind() == "obligation_unreached");
    assert!(unreached.count() >= 12, "who answers nothing ends in somebody's hands");
    node.must_agree().await;
}

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
        let Event::AttemptRecorded(recorded) = &entry.event else { return false };
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

/// A node without a socket: a journal in memory, simulated time, a small county.
struct Node {
    board: Handle,
    faults: Faults,
    journal: MemoryJournal,
    reader: Arc<dyn Reader>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Node {
    /// Founds a county of `townships` with `villages` each in the journal, and starts from that.
    async fn start(townships: u64, villages: u64) -> Self {
        let county = County::found(POLICIES, townships, villages);
        let mut journal = MemoryJournal::default();
        let drafts = county.journal.iter().map(|entry| draft(&entry.event, entry.at)).collect();
        let batch = Batch { expected: Head::GENESIS, drafts, receipts: Vec::new() };
        journal.append(batch).await.unwrap();
        let (faults, reader, rival) = (journal.faults(), journal.reader(), journal.rival());
        let clock: Arc<dyn Clock> = Arc::new(RuntimeClock::starting_at(county.now));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let parts = Parts {
            journal: Box::new(journal),
            clock: Arc::clone(&clock),
            snapshots: None,
            keeps_time: true,
        };
        let board = dispatcher::spawn(&tasks, parts, stop.clone()).await.unwrap();
        Self { board, faults, journal: rival, reader, clock, tasks, stop }
    }

    /// Starts the outbox with a simulated carrier on `lines` voice lines.
    fn carry(&self, seed: u64, behaviour: Behaviour, lines: u32, log: &Path) {
        let mut settings = Settings::voice(NonZeroU32::new(lines).unwrap());
        settings.call_log = Some(log.to_owned());
        // A carrier that knows its keys would hide a call that is handed over twice.
        settings.honours_keys = false;
        let carrier = Carrier::new(seed, behaviour).unwrap();
        let clock = Arc::clone(&self.clock);
        let now = Arc::new(move || clock.now());
        let gateway =
            SimulatedGateway::start(settings, carrier, now, &self.tasks, self.stop.clone())
                .unwrap();
        let gateways: Vec<Arc<dyn Gateway>> = vec![Arc::new(gateway)];
        self.tasks.spawn(Outbox::run(self.board.clone(), gateways, self.stop.clone()));
    }

    fn rival(&self) -> MemoryJournal {
        self.journal.rival()
    }

    fn open(&self, subject: &str) -> impl Future<Output = Result<Committed, SubmitError>> + use<> {
        let open = OpenCallout { kind: CalloutKind::SpotCheck, ..by_hand(subject, None) };
        let board = self.board.clone();
        async move { board.submit(desk(), Command::OpenCallout(open)).await }
    }

    async fn submit(&self, command: Command) {
        let console = Actor::console(COUNTY.parse().unwrap());
        self.board.submit(console, command).await.unwrap();
    }

    async fn warn(&self) {
        let message = Box::new(alert("n-1", Colour::Red, &[COUNTY]));
        let original = Original { media_type: "test".into(), body: String::new(), base64: false };
        let gateway = actor("gateway", Role::Gateway);
        let command = Command::AcceptWarning { message, original };
        self.board.submit(gateway, command).await.unwrap();
    }

    /// Waits, at most a minute of simulated time, until the board shows something.
    async fn until(&self, what: &str, is_so: impl Fn(&Board) -> bool + Copy + Send + 'static) {
        for _ in 0..600 {
            if self.board.read(is_so).await.unwrap() {
                return;
            }
            pass(Duration::from_millis(100)).await;
        }
        panic!("not {what} within a minute");
    }

    async fn head(&self) -> Head {
        self.reader.head().await.unwrap()
    }

    async fn entries(&self) -> Vec<Entry> {
        let records = self.reader.read(0, usize::MAX).await.unwrap();
        records.iter().map(|record| recover_entry(record).unwrap()).collect()
    }

    async fn count(&self, kind: &str) -> usize {
        self.entries().await.iter().filter(|entry| entry.event.kind() == kind).count()
    }

    async fn obligation_of(&self, post: &str) -> ObligationId {
        let post = post.parse().unwrap();
        let found = self
            .board
            .read(move |board| board.callouts.obligations().find(|o| o.post == post).map(|o| o.id));
        found.await.unwrap().unwrap()
    }

    async fn flying(&self, channel: Channel) -> BTreeSet<AttemptId> {
        let found = self.board.read(move |board| {
            let flying = board.callouts.in_flight().filter(|a| a.channel == channel);
            flying.map(|attempt| attempt.id).collect()
        });
        found.await.unwrap()
    }

    /// What is shown is exactly what the journal adds up to.
    async fn must_agree(&self) {
        let board = self.board.read(Clone::clone).await.unwrap();
        let none = dispatcher::Snapshots::new(None);
        let replayed = dispatcher::recover(&*self.reader, &none).await.unwrap();
        assert_eq!(replayed.board.seq, board.seq);
        assert!(replayed.board == board, "the board is not what the journal says");
        assert!(board.breaches().is_empty(), "{:#?}", board.breaches());
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
    let Event::AttemptStarted(started) = &entry.event else { return None };
    (started.channel == channel).then_some(started.id)
}

fn ended(entry: &Entry) -> Option<AttemptId> {
    let Event::AttemptRecorded(recorded) = &entry.event else { return None };
    recorded.outcome.ends(recorded.channel).then_some(recorded.id)
}

fn desk() -> Actor {
    actor("dispatcher", Role::Dispatcher)
}

fn callout(committed: Committed) -> String {
    let Reply::Callout { id } = committed.reply else { panic!("{committed:?}") };
    id.to_string()
}

fn line(channel: Channel, lines: u32) -> jiaoying::domain::event::LinesSet {
    jiaoying::domain::event::LinesSet { channel, lines, hold_ms: 35_000, simulated: true }
}

fn lines(count: u32) -> Event {
    Event::LinesSet(line(Channel::Sms, count))
}

fn draft(event: &Event, at: Timestamp) -> Draft {
    Draft {
        at,
        actor: "console".into(),
        kind: event.kind().into(),
        version: event.version(),
        subject: event.subject(),
        data: event.encode(),
    }
}

/// Lets everybody who can go on do so.
async fn turns() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Lets simulated time pass, everything that is due on the way included.
async fn pass(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
