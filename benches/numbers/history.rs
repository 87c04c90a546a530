//! D1, and the journals that others read: years of warnings, called out and answered as in life.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use jiaoying::{
    dispatcher::{Snapshots, recover},
    domain::{
        board::Board,
        callout::attempt::Outcome,
        command::Command,
        event::{CalloutEvent, Entry, Event},
        ids::AttemptId,
        person::Channel,
        time::Timestamp,
        warning::Colour,
    },
    journal::{Batch, Draft, Head, Journal, sqlite::SqliteJournal},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    child,
    county::{self, Lines},
    report::{Line, Report, Times, ms},
    rig::{actor, folder, runtime, snapshots},
};

/// Starts measured each way.
const ROUNDS: usize = 5;
/// Events after which a node saves a snapshot: so many may have to be read one by one after it.
const SINCE_SNAPSHOT: u64 = 20_000;

/// D1: from nothing to a node that is ready, with a million events behind it.
pub fn start(report: &mut Report) {
    let dir = million();
    let (first, memory) = starts(dir);
    report.line(Line {
        id: "D1",
        what: "start with 1,000,000 events, from the first event",
        value: format!(
            "{} (worst of {ROUNDS} {}), {memory} MiB",
            ms(first.median()),
            ms(first.worst())
        ),
        target: "≤ 5 s",
        limit: "",
        pass: first.median() <= Duration::from_secs(5),
    });
    for (behind, what) in [
        (0, "start with 1,000,000 events, from a snapshot"),
        (SINCE_SNAPSHOT - 1, "start with 1,000,000 events, from a snapshot 19,999 events old"),
    ] {
        let bytes = save_snapshot(dir, 1_000_000 - behind);
        let (start, memory) = starts(dir);
        report.line(Line {
            id: "D1",
            what,
            value: format!(
                "{} (worst of {ROUNDS} {}), {memory} MiB, file {} MiB",
                ms(start.median()),
                ms(start.worst()),
                bytes >> 20
            ),
            target: "≤ 1 s",
            limit: "",
            pass: start.median() <= Duration::from_secs(1),
        });
    }
    std::fs::remove_dir_all(snapshots(dir)).unwrap();
}

fn starts(dir: &Path) -> (Times, u64) {
    let runs: Vec<(Duration, u64)> = (0..ROUNDS).map(|_| child::start(dir)).collect();
    (runs.iter().map(|run| run.0).collect(), runs.iter().map(|run| run.1).max().unwrap())
}

/// Saves the board as it was after event `seq`; returns how large it is.
fn save_snapshot(dir: &Path, seq: u64) -> u64 {
    let _ = std::fs::remove_dir_all(snapshots(dir));
    let journal = SqliteJournal::open(dir).unwrap();
    let reader = journal.reader();
    runtime().block_on(async {
        let (mut board, mut head) = (Board::default(), Head::GENESIS);
        while head.seq < seq {
            let limit = usize::try_from(seq - head.seq).unwrap().min(10_000);
            for record in reader.read(head.seq, limit).await.unwrap() {
                board.apply(&jiaoying::dispatcher::recover_entry(&record).unwrap());
                head = record.head();
            }
        }
        Snapshots::new(Some(snapshots(dir))).save(&board, head);
    });
    let files = std::fs::read_dir(snapshots(dir)).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// Returns how long the board takes to be rebuilt from all of `dir`'s events, in this process.
pub fn replay(dir: &Path) -> Duration {
    let journal = SqliteJournal::open(dir).unwrap();
    let reader = journal.reader();
    let began = std::time::Instant::now();
    let recovered = runtime().block_on(recover(&*reader, &Snapshots::new(None))).unwrap();
    assert!(recovered.replayed > 0);
    began.elapsed()
}

/// Returns the journal of a million events, written once.
pub fn million() -> &'static Path {
    static MILLION: OnceLock<TempDir> = OnceLock::new();
    MILLION.get_or_init(|| write(1_000_000)).path()
}

/// Writes a journal of `events` events.
pub fn write(events: usize) -> TempDir {
    let dir = folder();
    let mut scribe = Scribe::new(dir.path());
    for command in county::demonstration(Lines { app: 5_000, sms: 5_000, voice: 105 }) {
        scribe.submit(&command);
    }
    let mut number = 0;
    while scribe.written < events {
        scribe.storm(number, events);
        number += 1;
    }
    scribe.flush(events);
    drop(scribe);
    dir
}

/// Decides and writes without waiting for anybody.
struct Scribe {
    board: Board,
    journal: SqliteJournal,
    runtime: Runtime,
    head: Head,
    now: Timestamp,
    drafts: Vec<Draft>,
    written: usize,
    calls: VecDeque<(AttemptId, Channel)>,
    dice: u64,
}

impl Scribe {
    fn new(dir: &Path) -> Self {
        Self {
            board: Board::default(),
            journal: SqliteJournal::open(dir).unwrap(),
            runtime: runtime(),
            head: Head::GENESIS,
            now: "2024-05-01T00:00:00+08:00".parse().unwrap(),
            drafts: Vec::new(),
            written: 0,
            calls: VecDeque::new(),
            dice: 7,
        }
    }

    /// A red warning, and a quarter of an hour of calls and answers.
    fn storm(&mut self, number: usize, events: usize) {
        self.now = self.now + Duration::from_secs(36 * 3600);
        self.elapse();
        self.submit(&county::warning(number, Colour::Red, self.now));
        let end = self.now + Duration::from_secs(900);
        while self.now < end && self.written < events {
            self.elapse();
            for _ in 0..self.calls.len() {
                let Some((attempt, channel)) = self.calls.pop_front() else { break };
                let outcome = self.outcome(channel);
                self.submit(&Command::RecordAttempt { attempt, outcome });
            }
            self.now = self.now + Duration::from_secs(30);
        }
    }

    fn outcome(&mut self, channel: Channel) -> Outcome {
        let die = self.roll();
        match channel {
            Channel::App => Outcome::Failed { reason: "page_closed".into(), lasting: true },
            Channel::Sms => Outcome::Delivered,
            Channel::Voice if die < 55 => Outcome::KeyPressed { key: '1' },
            Channel::Voice if die < 75 => Outcome::HeardInFull,
            Channel::Voice if die < 90 => Outcome::NoAnswer,
            Channel::Voice => Outcome::HungUp { after_s: 4 },
        }
    }

    /// Returns a number below 100.
    fn roll(&mut self) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % 100
    }

    fn elapse(&mut self) {
        while self.board.next_deadline().is_some_and(|due| due <= self.now) {
            if !self.submit(&Command::Elapse) {
                return;
            }
        }
    }

    fn submit(&mut self, command: &Command) -> bool {
        let by = actor(command);
        let decision = self.board.decide(&by, command, self.now).unwrap();
        let any = !decision.events.is_empty();
        for event in decision.events {
            if let Event::Callout(CalloutEvent::AttemptStarted(started)) = &event {
                self.calls.push_back((started.id, started.channel));
            }
            self.drafts.push(Draft {
                at: self.now,
                actor: by.login.clone(),
                kind: event.kind().into(),
                version: event.version(),
                subject: event.subject(),
                data: event.encode(),
            });
            let seq = self.board.seq + 1;
            self.board.apply(&Entry { seq, at: self.now, actor: by.login.clone(), event });
            self.written += 1;
        }
        if self.drafts.len() >= 20_000 {
            self.flush(usize::MAX);
        }
        any
    }

    /// Appends what waits, up to `limit` events in all.
    fn flush(&mut self, limit: usize) {
        let before = usize::try_from(self.head.seq).unwrap();
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.truncate(limit - before);
        let batch = Batch { expected: self.head, drafts, receipts: Vec::new() };
        let records = self.runtime.block_on(self.journal.append(batch)).unwrap();
        if let Some(last) = records.last() {
            self.head = last.head();
        }
    }
}

/// Returns the database of a journal's folder.
pub fn database(dir: &Path) -> PathBuf {
    let file = std::fs::read_dir(dir).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        path.extension().is_some_and(|e| e == "db").then_some(path)
    });
    file.last().unwrap()
}
