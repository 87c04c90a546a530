//! Three nodes decide at once on one journal, as if they were one.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;
use jiaoying::{
    clock::{Clock, RuntimeClock},
    dispatcher::{self, Handle, Health, Parts, SubmitError, recover_entry},
    domain::{
        actor::Role,
        command::{AnswerKind, Command, OpenCallout},
        event::Event,
        warning::{Colour, Original},
    },
    journal::Reader,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{outages::tamper, *};
use crate::support::{
    county::{COUNTY, County, actor, alert, by_hand, given},
    node::{desk, draft as draft_of},
    postgres::fresh,
};

const POLICIES: &str = include_str!("../../../config/policies.toml");
const NODES: usize = 3;
const COMMANDS: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_decide_as_one_while_deadlines_pass() {
    let county = County::found(POLICIES, 12, 24);
    let nodes = Nodes::start(&county).await;
    nodes.boards[0].submit(actor("gateway", Role::Gateway), red_warning()).await.unwrap();
    nodes.agree().await;
    let ringing = nodes.boards[1].read(|board| {
        let due = board.next_deadline();
        (due, board.callouts.obligations().map(|o| (o.id, o.post.clone())).collect::<Vec<_>>())
    });
    let (due, obligations) = ringing.await.unwrap();
    assert!(due.is_some() && obligations.len() >= 300, "{} obligations", obligations.len());

    // Every first rung is over, on all clocks at once.
    nodes.clock.leap(Duration::from_secs(6 * 60));
    let village = "990101001001";
    let commands = (0..COMMANDS).map(|number| match obligations.get(number) {
        Some((id, _)) if number % 2 == 0 => {
            given(*id, AnswerKind::Acknowledged, Some("代为应答的人"))
        }
        Some(_) | None => {
            let subject = format!("第{number}次");
            let area = village.parse().unwrap();
            Command::OpenCallout(OpenCallout { area, ..by_hand(&subject, None) })
        }
    });
    let submit = commands.enumerate().map(|(number, command)| {
        let board = nodes.boards[number % NODES].clone();
        async move { board.submit(desk(), command).await }
    });
    for answer in join_all(submit).await {
        answer.unwrap();
    }
    nodes.agree().await;

    let entries = nodes.entries().await;
    let opened = |event: &Event| matches!(event.kind(), "callout_opened");
    let callouts = entries.iter().filter(|event| opened(event)).count();
    let answers = obligations.len().min(COMMANDS).div_ceil(2);
    assert_eq!(callouts, 1 + COMMANDS - answers, "each was opened once");
    let once = ["obligation_answered", "obligation_escalated", "obligation_unreached"];
    let told: Vec<_> = entries.iter().filter(|event| once.contains(&event.kind())).collect();
    let texts: BTreeSet<_> = told.iter().map(|event| event.encode()).collect();
    assert_eq!(texts.len(), told.len(), "something happened twice");
    let escalated = told.iter().filter(|event| event.kind() == "obligation_escalated").count();
    assert!(escalated >= obligations.len() - answers, "{escalated} escalations");
    let conflicts = nodes.conflicts.load(Ordering::Relaxed);
    assert!(conflicts <= 3, "{conflicts} conflicts although they take turns");
    nodes.stop().await;
}

/// A standby that lagged behind took over while the node ran: what it goes on from is no longer there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_journal_lost_its_tail_writes_nothing_on_top_of_another() {
    let nodes = Nodes::start(&County::found(POLICIES, 1, 1)).await;
    let [one, other, _] = nodes.boards.as_slice() else { panic!("three nodes") };
    one.submit(desk(), Command::OpenCallout(by_hand("一", None))).await.unwrap();
    nodes.agree().await;
    let seq = nodes.reader.head().await.unwrap().seq;
    tamper(&nodes.url, &format!("DELETE FROM events WHERE seq = {seq}")).await;
    for board in [one, other] {
        let refused = board.submit(desk(), Command::OpenCallout(by_hand("二", None))).await;
        assert!(matches!(refused, Err(SubmitError::Journal)), "{refused:?}");
        assert!(matches!(*board.health().borrow(), Health::JournalDown { .. }));
    }
    assert_eq!(nodes.reader.head().await.unwrap().seq, seq - 1);
    nodes.stop().await;
}

fn red_warning() -> Command {
    let message = Box::new(alert("n-1", Colour::Red, &[COUNTY]));
    let original = Original { media_type: "test".into(), body: String::new(), base64: false };
    Command::AcceptWarning { message, original }
}

struct Nodes {
    boards: Vec<Handle>,
    clock: Arc<LeapingClock>,
    conflicts: Arc<AtomicUsize>,
    reader: Arc<dyn Reader>,
    url: String,
    tasks: TaskTracker,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

impl Nodes {
    /// Founds the county in a database and starts the writers of three nodes over it.
    async fn start(county: &County) -> Self {
        let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
        let drafts = county.journal.iter().map(|e| draft_of(&e.event, e.at)).collect();
        let mut founder = Writer::open(&url, dir.path()).await.journal;
        let batch = Batch { expected: Head::GENESIS, drafts, receipts: Vec::new() };
        founder.append(batch).await.unwrap();
        let clock = Arc::new(LeapingClock {
            clock: RuntimeClock::starting_at(county.now),
            ahead_ms: AtomicI64::new(0),
        });
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let conflicts = Arc::new(AtomicUsize::new(0));
        let mut boards = Vec::new();
        for node in 0..NODES {
            let own = dir.path().join(node.to_string());
            let journal = Writer::open(&url, &own).await.journal;
            let journal = Counting { journal, conflicts: Arc::clone(&conflicts) };
            let parts = Parts {
                journal: Box::new(journal),
                clock: Arc::clone(&clock) as Arc<dyn Clock>,
                snapshots: None,
                keeps_time: true,
            };
            boards.push(dispatcher::spawn(&tasks, parts, stop.clone()).await.unwrap());
        }
        let reader = founder.reader();
        Self { boards, clock, conflicts, reader, url, tasks, stop, _dir: dir }
    }

    /// Waits until every node shows what the journal adds up to, and nothing else.
    async fn agree(&self) {
        let agreed = async {
            loop {
                let end = self.reader.head().await.unwrap().seq;
                let seqs = self.boards.iter().map(|board| board.read(|board| board.seq));
                if join_all(seqs).await.into_iter().all(|seq| seq.unwrap() == end) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), agreed).await.expect("the nodes never agree");
        let none = dispatcher::Snapshots::new(None);
        let replayed = dispatcher::recover(&*self.reader, &none).await.unwrap().board;
        assert!(replayed.breaches().is_empty(), "{:#?}", replayed.breaches());
        for board in &self.boards {
            assert!(board.read(Clone::clone).await.unwrap() == replayed, "a board of its own");
        }
    }

    async fn entries(&self) -> Vec<Event> {
        let records = self.reader.read(0, usize::MAX).await.unwrap();
        records.iter().map(|record| recover_entry(record).unwrap().event).collect()
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// A clock that runs with the runtime's and can be set forward.
struct LeapingClock {
    clock: RuntimeClock,
    ahead_ms: AtomicI64,
}

impl LeapingClock {
    fn leap(&self, by: Duration) {
        self.ahead_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead_ms.load(Ordering::Relaxed);
        self.clock.now() + Duration::from_millis(ahead.unsigned_abs())
    }
}

/// A journal that counts how often it was too late.
struct Counting {
    journal: PostgresJournal,
    conflicts: Arc<AtomicUsize>,
}

#[async_trait]
impl Journal for Counting {
    async fn take_turn(&mut self) -> Result<Option<Head>, AppendError> {
        self.journal.take_turn().await
    }

    async fn leave_turn(&mut self) {
        self.journal.leave_turn().await;
    }

    async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        let appended = self.journal.append(batch).await;
        if matches!(appended, Err(AppendError::Conflict { .. })) {
            self.conflicts.fetch_add(1, Ordering::Relaxed);
        }
        appended
    }

    fn reader(&self) -> Arc<dyn Reader> {
        self.journal.reader()
    }
}
