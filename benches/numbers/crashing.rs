//! E8: the end of the process at any point, torn writes included, and what is left.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::BufRead,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::{
    dispatcher::{Snapshots, recover, recover_entry},
    domain::{
        command::Command,
        event::{CalloutEvent, Event},
        ids::AttemptId,
        person::Channel,
    },
    journal::{Batch, Draft, Hash, Head, Journal, Record, sqlite::SqliteJournal},
};

use crate::{
    child,
    county::{self, County, Lines},
    growth, history, opening,
    phones::{Manner, Phones},
    report::{Line, Report, Times, ms},
    rig::{self, Rig, callout_of, folder, phones, runtime, snapshots},
};

/// Crash points looked at; each is a state in which a dying process can leave its files.
const POINTS: usize = 10_000;
/// Every so many points the whole node is started on what is left.
const WHOLE_NODE_EVERY: usize = 100;
/// Appends before the WAL is put back and starts over.
const APPENDS: usize = 40;
/// Processes killed.
const KILLS: u64 = 200;
const SMALL: County = County {
    townships: 2,
    villages: 40,
    deputies: true,
    lines: Lines { app: 200, sms: 200, voice: 10 },
};

/// What crashes left behind.
#[derive(Default)]
struct Toll {
    points: usize,
    lost: usize,
    repeats: usize,
    /// Handed over more than once after one crash, or without the flag.
    unflagged: usize,
}

/// E8: every byte of the WAL is a place to die at; then processes that are really killed.
pub fn kill_at_any_point(report: &mut Report) {
    let bulk = torn_files();
    report.line(Line {
        id: "E8",
        what: "crash at every boundary of the journal's files and inside them",
        value: format!(
            "{} points: {} lost, {} unflagged or double, {} flagged repeats",
            bulk.points, bulk.lost, bulk.unflagged, bulk.repeats
        ),
        target: "≥ 10,000 points, 0 lost, ≤ 1 flagged",
        limit: "others: page lost, 5–18 min",
        pass: bulk.points >= POINTS && bulk.lost == 0 && bulk.unflagged == 0,
    });
    let real = killed_processes();
    report.line(Line {
        id: "E8",
        what: "kill -9 of a process that calls, answers and records",
        value: format!(
            "{} kills: {} lost, {} unflagged or double, {} flagged repeats",
            real.points, real.lost, real.unflagged, real.repeats
        ),
        target: "0 lost, ≤ 1 flagged",
        limit: "",
        pass: real.lost == 0 && real.unflagged == 0,
    });
    first_actions(report);
}

/// One append as it was written.
struct Append {
    head: Head,
    wal: usize,
    anchor: Vec<u8>,
    flying: BTreeSet<AttemptId>,
}

fn torn_files() -> Toll {
    let story = story();
    let mut toll = Toll::default();
    let mut flying = BTreeSet::new();
    let mut head = Head::GENESIS;
    let source = folder();
    let sessions: Vec<&[Vec<Record>]> = story.chunks(APPENDS).collect();
    let total: usize = POINTS.div_ceil(sessions.len() - 1);
    for (number, session) in sessions.iter().enumerate() {
        let started = read_files(source.path());
        let (appends, wal) = write_session(source.path(), session, &mut head, &mut flying);
        // The first founds the county: its appends are few and large.
        if number > 0 {
            crash_within(&started, &appends, &wal, total, &mut toll);
        }
    }
    toll
}

type Files = BTreeMap<String, Vec<u8>>;

fn read_files(dir: &Path) -> Files {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// Appends as the writer does, and notes how its files stand after each.
fn write_session(
    dir: &Path,
    session: &[Vec<Record>],
    head: &mut Head,
    flying: &mut BTreeSet<AttemptId>,
) -> (Vec<Append>, Vec<u8>) {
    let runtime = runtime();
    let mut journal = SqliteJournal::open(dir).unwrap();
    let anchor = |dir: &Path| fs::read(dir.join("journal.anchor")).unwrap_or_default();
    let wal_path = history::database(dir).with_extension("db-wal");
    let length = || fs::metadata(&wal_path).map_or(0, |m| usize::try_from(m.len()).unwrap());
    let first = Append { head: *head, wal: length(), anchor: anchor(dir), flying: flying.clone() };
    let mut appends = vec![first];
    for records in session {
        let drafts = records.iter().map(draft).collect();
        let batch = Batch { expected: *head, drafts, receipts: Vec::new() };
        let written = runtime.block_on(journal.append(batch)).unwrap();
        *head = written.last().unwrap().head();
        records.iter().for_each(|record| follow(record, flying));
        let (wal, anchor) = (length(), anchor(dir));
        appends.push(Append { head: *head, wal, anchor, flying: flying.clone() });
    }
    let wal = fs::read(&wal_path).unwrap();
    (appends, wal)
}

fn draft(record: &Record) -> Draft {
    let Record { at, actor, kind, version, subject, data, .. } = record.clone();
    Draft { at, actor, kind, version, subject, data }
}

/// Keeps the attempts that have begun and have no end.
fn follow(record: &Record, flying: &mut BTreeSet<AttemptId>) {
    match recover_entry(record).unwrap().event {
        Event::Callout(CalloutEvent::AttemptStarted(started)) => {
            flying.insert(started.id);
        }
        Event::Callout(CalloutEvent::AttemptRecorded(recorded))
            if recorded.outcome.ends(recorded.channel) =>
        {
            flying.remove(&recorded.id);
        }
        _ => {}
    }
}

/// Dies at so many points of a session, evenly spread over all that it wrote.
fn crash_within(started: &Files, appends: &[Append], wal: &[u8], points: usize, toll: &mut Toll) {
    let runtime = runtime();
    let (from, to) = (appends[0].wal, appends.last().unwrap().wal);
    for point in 0..points {
        let offset = from + (to - from) * (point + 1) / points;
        let at = appends.partition_point(|append| append.wal <= offset) - 1;
        let (before, whole) = (&appends[at], appends[at].wal == offset);
        let dir = folder();
        for (name, bytes) in started {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let mut torn = wal[..offset].to_vec();
        if !whole && point % 3 == 0 {
            // What the disk held there before, instead of the file's end.
            torn.extend(std::iter::repeat_n(0xA5, 4096));
        }
        let database = history::database(dir.path());
        fs::write(database.with_extension("db-wal"), &torn).unwrap();
        fs::write(dir.path().join("journal.anchor"), &before.anchor).unwrap();
        toll.points += 1;
        let next = appends.get(at + 1).filter(|_| !whole);
        runtime.block_on(check(dir.path(), before, next, toll));
    }
}

async fn check(dir: &Path, before: &Append, next: Option<&Append>, toll: &mut Toll) {
    let journal = SqliteJournal::open(dir).unwrap();
    let reader = journal.reader();
    let held = reader.holds(before.head).await.unwrap();
    let recovered = recover(&*reader, &Snapshots::new(None)).await.unwrap();
    let flying: BTreeSet<AttemptId> = recovered.board.callouts.in_flight().map(|a| a.id).collect();
    let found = [Some(before), next].into_iter().flatten().find(|a| a.head == recovered.head);
    let same = found.is_some_and(|append| append.flying == flying);
    toll.lost += usize::from(!held || !same || !recovered.board.breaches().is_empty());
    drop(journal);
    if toll.points.is_multiple_of(WHOLE_NODE_EVERY) {
        let phones = phones(Manner::Rings, Manner::Rings, Manner::Rings);
        let rig = Rig::open(dir).await;
        rig.call(&phones);
        toll.lost += usize::from(!taken_up(&rig, &phones, &flying).await);
        let again: Vec<_> = phones.iter().flat_map(|p| p.book().placed.clone()).collect();
        let again: Vec<_> = again.iter().filter(|p| flying.contains(&p.attempt)).collect();
        let attempts: BTreeSet<AttemptId> = again.iter().map(|placed| placed.attempt).collect();
        let unflagged = again.iter().filter(|placed| !placed.repeated).count();
        toll.repeats += again.len();
        toll.unflagged += unflagged + again.len() - attempts.len();
        rig.close().await;
    }
}

/// Waits until each of the attempts that were under way has been handed over once more, or has been closed
/// because nobody wants it any more; tells whether that came to be.
async fn taken_up(rig: &Rig, phones: &[Arc<Phones>], flying: &BTreeSet<AttemptId>) -> bool {
    for _ in 0..10_000 {
        let still = under_way(rig).await;
        let placed = phones.iter().flat_map(|phones| phones.book().placed.clone());
        let placed: BTreeSet<AttemptId> = placed.map(|placed| placed.attempt).collect();
        if flying.iter().all(|id| placed.contains(id) || !still.contains(id)) {
            return true;
        }
        rig::pause(Duration::from_millis(1)).await;
    }
    false
}

/// Returns what a county wrote on a busy night, append by append.
fn story() -> Vec<Vec<Record>> {
    let dir = folder();
    runtime().block_on(async {
        let rig = Rig::open(dir.path()).await;
        let mut feed = rig.board.watch();
        rig.found(SMALL.founding()).await;
        let phones = phones(Manner::Delivers, Manner::Delivers, Manner::Rings);
        rig.call(&phones);
        for turn in 0..120 {
            act(&rig, turn).await;
        }
        rig::pause(Duration::from_millis(100)).await;
        let mut heads = Vec::new();
        while let Ok(commit) = feed.try_recv() {
            heads.push(commit.last().unwrap().entry.seq);
        }
        let all = rig.board.journal().read(0, usize::MAX).await.unwrap();
        rig.close().await;
        let mut rest = all.as_slice();
        let mut appends = Vec::new();
        for head in heads {
            let (these, others) = rest.split_at(rest.partition_point(|record| record.seq <= head));
            appends.push(these.to_vec());
            rest = others;
        }
        appends
    })
}

/// One thing that somebody does: opens a callout, answers, takes one back.
async fn act(rig: &Rig, turn: u64) {
    if turn.is_multiple_of(20) {
        let township = turn / 20 % 2 + 1;
        let area = format!("990101{township:03}000").parse().unwrap();
        let opened = rig.must(county::callout(area, "manual")).await;
        if turn % 40 == 20 {
            let callout = callout_of(&opened.reply);
            rig.must(Command::WithdrawCallout { callout, note: "bench".into() }).await;
        }
        return;
    }
    let read = rig.board.read(move |board| {
        let open: Vec<_> = board.callouts.obligations().filter(|o| o.state.is_open()).collect();
        let chosen = open.get(usize::try_from(turn * 7).unwrap() % open.len().max(1))?;
        Some((chosen.id, chosen.asked.first()?.person.clone()))
    });
    if let Some((obligation, person)) = read.await.unwrap() {
        let command = growth::answer(obligation, person.as_str());
        // Somebody else may have answered meanwhile.
        let _ = rig.board.submit(rig::actor(&command), command).await;
    }
}

fn killed_processes() -> Toll {
    let dir = folder();
    runtime().block_on(async {
        let rig = Rig::open(dir.path()).await;
        rig.found(SMALL.founding()).await;
        rig.close().await;
    });
    let mut toll = Toll::default();
    for seed in 1..=KILLS {
        let acknowledged = kill_after(dir.path(), seed);
        let journal = SqliteJournal::open(dir.path()).unwrap();
        let held = acknowledged
            .is_none_or(|head| runtime().block_on(journal.reader().holds(head)).unwrap());
        toll.points += 1;
        toll.lost += usize::from(!held);
    }
    let calls = fs::read_to_string(dir.path().join("calls.log")).unwrap();
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in calls.lines() {
        let (run_and_attempt, repeated) = line.rsplit_once(' ').unwrap();
        let attempt = run_and_attempt.rsplit_once(' ').unwrap().1;
        // A call may be new once in its life, and be repeated once in each run.
        let key = if repeated == "true" { run_and_attempt } else { attempt };
        *times.entry((key, repeated)).or_default() += 1;
        toll.repeats += usize::from(repeated == "true");
    }
    toll.unflagged = times.values().map(|times| times - 1).sum();
    toll.lost += runtime().block_on(forgotten(dir.path()));
    toll
}

/// Starts once more and counts the attempts under way that nobody takes up.
async fn forgotten(dir: &Path) -> usize {
    let rig = Rig::open(dir).await;
    let flying = under_way(&rig).await;
    let phones = phones(Manner::Rings, Manner::Rings, Manner::Rings);
    rig.call(&phones);
    let all = taken_up(&rig, &phones, &flying).await;
    rig.close().await;
    usize::from(!all)
}

async fn under_way(rig: &Rig) -> BTreeSet<AttemptId> {
    rig.board.read(|board| board.callouts.in_flight().map(|a| a.id).collect()).await.unwrap()
}

/// Kills a child some time after it has begun to act; returns the last head it acknowledged.
fn kill_after(dir: &Path, seed: u64) -> Option<Head> {
    let (mut child, out) = child::spawn(&["storm", dir.to_str().unwrap(), &seed.to_string()]);
    let mut lines = out.lines().map_while(Result::ok);
    let mut last = None;
    for _ in 0..seed % 23 {
        last = lines.next().and_then(|line| acknowledgement(&line)).or(last);
    }
    (0..seed * 7_919 % 400_000).for_each(|_| std::hint::spin_loop());
    child.kill().unwrap();
    child.wait().unwrap();
    lines.filter_map(|line| acknowledgement(&line)).last().or(last)
}

fn acknowledgement(line: &str) -> Option<Head> {
    let (seq, hex) = line.split_once(' ')?;
    if hex.len() != 64 {
        return None;
    }
    let byte = |place: usize| u8::from_str_radix(hex.get(place..place + 2)?, 16).ok();
    let hash: Option<Vec<u8>> = (0..32).map(|index| byte(2 * index)).collect();
    Some(Head { seq: seq.parse().ok()?, hash: Hash(hash?.try_into().ok()?) })
}

/// What the processes to be killed do.
pub fn run_storm(dir: &Path, seed: u64) {
    runtime().block_on(async {
        let rig = Rig::open(dir).await;
        let mut feed = rig.board.watch();
        rig.tasks().0.spawn(async move {
            while let Ok(commit) = feed.recv().await {
                let last = commit.last().unwrap();
                child::say(&format!("{} {}", last.entry.seq, last.hash));
            }
        });
        let log = || {
            let path = dir.join("calls.log");
            OpenOptions::new().create(true).append(true).open(path).unwrap()
        };
        let desk = |channel, manner| Arc::new(Phones::logging(channel, manner, log(), seed));
        rig.call(&[
            desk(Channel::App, Manner::Delivers),
            desk(Channel::Sms, Manner::Delivers),
            desk(Channel::Voice, Manner::Rings),
        ]);
        for turn in seed * 13.. {
            act(&rig, turn).await;
        }
    });
}

/// Restarts measured each way.
const RESTARTS: usize = 5;

fn first_actions(report: &mut Report) {
    let founded = opening::founded(100_000);
    child::open(founded.path());
    for (with, what) in [
        (false, "first call after a restart with 100,000 open, snapshot older than they"),
        (true, "first call after a restart with 100,000 open, snapshot up to date"),
    ] {
        if with {
            let journal = SqliteJournal::open(founded.path()).unwrap();
            let kept = Snapshots::new(Some(snapshots(founded.path())));
            let recovered = runtime().block_on(recover(&*journal.reader(), &kept)).unwrap();
            kept.save(&recovered.board, recovered.head);
        }
        let restart = |_| {
            let dir = folder();
            opening::copy(&founded, &dir);
            first_action(dir.path())
        };
        let times: Times = (0..RESTARTS).map(restart).collect();
        report.line(Line {
            id: "E8",
            what,
            value: format!("{} (worst of {RESTARTS} {})", ms(times.median()), ms(times.worst())),
            target: "≤ 1 s",
            limit: "",
            pass: times.median() <= Duration::from_secs(1),
        });
    }
}

fn first_action(dir: &Path) -> Duration {
    let began = Instant::now();
    let (mut child, mut out) = child::spawn(&["first-action", dir.to_str().unwrap()]);
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let took = began.elapsed();
    assert_eq!(line.trim(), "called");
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

/// Starts, and says when the first call is handed over.
pub fn run_first_action(dir: &Path) {
    runtime().block_on(async {
        let rig = Rig::open(dir).await;
        let phones = phones(Manner::Rings, Manner::Rings, Manner::Rings);
        rig.call(&phones);
        rig::until("the first call", || phones.iter().any(|phones| phones.placed() > 0)).await;
        child::say("called");
        rig::pause(Duration::from_secs(60)).await;
    });
}
