//! A node without a socket: a journal in memory, simulated time, a small county.

use std::{
    collections::BTreeSet, future::Future, num::NonZeroU32, path::Path, sync::Arc, time::Duration,
};

use jiaoying::{
    channels::{
        Gateway,
        outbox::Outbox,
        simulated::{Behaviour, Carrier, Settings, SimulatedGateway},
    },
    clock::{Clock, RuntimeClock},
    dispatcher::{self, Committed, Handle, Parts, SubmitError, recover_entry},
    domain::{
        actor::{Actor, Role},
        board::Board,
        callout::policy::CalloutKind,
        command::{Command, OpenCallout},
        event::{Entry, Event, LinesSet},
        ids::{AttemptId, ObligationId},
        person::Channel,
        time::Timestamp,
        warning::{Colour, Original},
    },
    journal::{
        Batch, Draft, Head, Journal, Reader,
        memory::{Faults, MemoryJournal},
    },
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::county::{COUNTY, County, actor, alert, by_hand};

const POLICIES: &str = include_str!("../../../config/policies.toml");

/// A node without a socket: a journal in memory, simulated time, a small county.
pub struct Node {
    pub board: Handle,
    pub faults: Faults,
    pub journal: MemoryJournal,
    reader: Arc<dyn Reader>,
    clock: Arc<dyn Clock>,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

impl Node {
    /// Founds a county of `townships` with `villages` each in the journal, and starts from that.
    pub async fn start(townships: u64, villages: u64) -> Self {
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
    pub fn carry(&self, seed: u64, behaviour: Behaviour, lines: u32, log: &Path) {
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

    pub fn rival(&self) -> MemoryJournal {
        self.journal.rival()
    }

    pub fn open(
        &self,
        subject: &str,
    ) -> impl Future<Output = Result<Committed, SubmitError>> + use<> {
        let open = OpenCallout { kind: CalloutKind::SpotCheck, ..by_hand(subject, None) };
        let board = self.board.clone();
        async move { board.submit(desk(), Command::OpenCallout(open)).await }
    }

    pub async fn submit(&self, command: Command) {
        let console = Actor::console(COUNTY.parse().unwrap());
        self.board.submit(console, command).await.unwrap();
    }

    pub async fn warn(&self) {
        let message = Box::new(alert("n-1", Colour::Red, &[COUNTY]));
        let original = Original { media_type: "test".into(), body: String::new(), base64: false };
        let gateway = actor("gateway", Role::Gateway);
        let command = Command::AcceptWarning { message, original };
        self.board.submit(gateway, command).await.unwrap();
    }

    /// Waits, at most a minute of simulated time, until the board shows something.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Board) -> bool + Copy + Send + 'static) {
        for _ in 0..600 {
            if self.board.read(is_so).await.unwrap() {
                return;
            }
            pass(Duration::from_millis(100)).await;
        }
        panic!("not {what} within a minute");
    }

    pub async fn head(&self) -> Head {
        self.reader.head().await.unwrap()
    }

    pub async fn entries(&self) -> Vec<Entry> {
        let records = self.reader.read(0, usize::MAX).await.unwrap();
        records.iter().map(|record| recover_entry(record).unwrap()).collect()
    }

    pub async fn count(&self, kind: &str) -> usize {
        self.entries().await.iter().filter(|entry| entry.event.kind() == kind).count()
    }

    pub async fn obligation_of(&self, post: &str) -> ObligationId {
        let post = post.parse().unwrap();
        let found = self
            .board
            .read(move |board| board.callouts.obligations().find(|o| o.post == post).map(|o| o.id));
        found.await.unwrap().unwrap()
    }

    pub async fn flying(&self, channel: Channel) -> BTreeSet<AttemptId> {
        let found = self.board.read(move |board| {
            let flying = board.callouts.in_flight().filter(|a| a.channel == channel);
            flying.map(|attempt| attempt.id).collect()
        });
        found.await.unwrap()
    }

    /// What is shown is exactly what the journal adds up to.
    pub async fn must_agree(&self) {
        let board = self.board.read(Clone::clone).await.unwrap();
        let none = dispatcher::Snapshots::new(None);
        let replayed = dispatcher::recover(&*self.reader, &none).await.unwrap();
        assert_eq!(replayed.board.seq, board.seq);
        assert!(replayed.board == board, "the board is not what the journal says");
        assert!(board.breaches().is_empty(), "{:#?}", board.breaches());
    }
}

pub fn desk() -> Actor {
    actor("dispatcher", Role::Dispatcher)
}

pub fn line(channel: Channel, lines: u32) -> LinesSet {
    LinesSet { channel, lines, hold_ms: 35_000, simulated: true }
}

pub fn draft(event: &Event, at: Timestamp) -> Draft {
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
pub async fn turns() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Lets simulated time pass, everything that is due on the way included.
pub async fn pass(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
