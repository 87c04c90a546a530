//! E4 and E5: how late an escalation is, among many and all at once.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::{
    clock::Clock,
    dispatcher::Commit,
    domain::{
        command::Command,
        event::{CalloutEvent, Event},
        ids::{AreaCode, ObligationId},
        time::Timestamp,
    },
};
use tokio::sync::broadcast;

use crate::{
    clock::ForwardClock,
    county::{self, COUNTY, County, Lines},
    phones::Manner,
    report::{Line, Report, Times, cpu, ms},
    rig::{self, Rig, callout_of, folder, phones, runtime},
};

/// One telephone line, which nobody gets: what is called is called by page.
const LINES: Lines = Lines { app: 100_000, sms: 0, voice: 1 };
/// What the policy `late` waits for before it escalates.
const WAIT: Duration = Duration::from_secs(120);
/// How long E4 measures.
const SECONDS: u64 = 20;

fn start() -> Timestamp {
    "2026-07-21T10:00:00+08:00".parse().unwrap()
}

/// E4: 1,000 callouts of 100 obligations, opened a tenth of a second apart, fall due likewise.
pub fn lateness(report: &mut Report) {
    let (lateness, handed, cores) = runtime().block_on(measure_lateness());
    report.line(Line {
        id: "E4",
        what: "lateness of an escalation, 100,000 armed, 1,000 due a second",
        value: format!(
            "p50 {}, p99 {}, max {} of {}; {cores:.2} cores",
            ms(lateness.median()),
            ms(lateness.at(0.99)),
            ms(lateness.worst()),
            lateness.len()
        ),
        target: "p99 ≤ 10 ms, max ≤ 100 ms",
        limit: "others poll every 5 s to 60 s",
        pass: lateness.at(0.99) <= Duration::from_millis(10)
            && lateness.worst() <= Duration::from_millis(100),
    });
    report.note(&format!(
        "… and the next page handed over: p50 {}, p99 {}, max {}",
        ms(handed.median()),
        ms(handed.at(0.99)),
        ms(handed.worst())
    ));
}

async fn measure_lateness() -> (Times, Times, f64) {
    let dir = folder();
    let clock = Arc::new(ForwardClock::starting_at(start()));
    let rig = Rig::open_at(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
    rig.found(County { townships: 500, villages: 50_000, deputies: true, lines: LINES }.founding())
        .await;
    let began = rig.board.now() + Duration::from_secs(1);
    for number in 0..1_000 {
        clock.move_to(began + Duration::from_millis(100) * number);
        let area: AreaCode = format!("990101{:03}000", number % 500 + 1).parse().unwrap();
        rig.must(county::callout(area, "late")).await;
    }
    let due = deadlines(&rig).await;
    assert_eq!(due.len(), 100_000);
    let phones = phones(Manner::Delivers, Manner::Delivers, Manner::Rings);
    rig.call(&phones);
    rig::until("the one line", || phones[2].placed() == 1).await;
    let feed = rig.board.watch();
    // Every deadline is ahead of the clock by now; half a second of quiet, then they fall due.
    clock.move_to(began + WAIT - Duration::from_millis(500));
    wake(&rig).await;
    let (used, from) = (cpu(), Instant::now());
    let lateness = watch(feed, &clock, &due, began + WAIT + Duration::from_secs(SECONDS)).await;
    let cores = (cpu() - used).as_secs_f64() / from.elapsed().as_secs_f64();
    let anchor = (clock.since(start()), Instant::now());
    let pages = phones[0].book().placed.clone();
    let handed = pages.iter().filter_map(|page| {
        let at = anchor.0.checked_sub(anchor.1.duration_since(page.at))?;
        at.checked_sub(due.get(&page.attempt.obligation)?.since(start()))
    });
    let handed = handed.collect();
    rig.close().await;
    (lateness, handed, cores)
}

async fn deadlines(rig: &Rig) -> BTreeMap<ObligationId, Timestamp> {
    let read = rig.board.read(|board| {
        let all = board.callouts.obligations();
        all.filter_map(|o| Some((o.id, o.state.deadline()?))).collect()
    });
    read.await.unwrap()
}

/// A clock moved by hand wakes nobody; a question does.
async fn wake(rig: &Rig) {
    rig.board.read(|_| ()).await.unwrap();
}

/// Notes how late each escalation becomes known, until the clock shows `end`.
async fn watch(
    mut feed: broadcast::Receiver<Commit>,
    clock: &ForwardClock,
    due: &BTreeMap<ObligationId, Timestamp>,
    end: Timestamp,
) -> Times {
    let mut lateness = Times::default();
    while clock.now() < end {
        let Ok(commit) = tokio::time::timeout(Duration::from_millis(500), feed.recv()).await else {
            continue;
        };
        for published in commit.unwrap().iter() {
            if let Event::Callout(CalloutEvent::ObligationEscalated(escalated)) =
                &published.entry.event
            {
                lateness.add(clock.since(due[&escalated.id]));
            }
        }
    }
    lateness
}

/// Times that E5 is measured.
const ROUNDS: usize = 7;

/// E5: 6,000 obligations of one callout fall due together.
pub fn all_at_once(report: &mut Report) {
    let (durable, handed) = runtime().block_on(measure_all_at_once(6_000, ROUNDS));
    report.line(Line {
        id: "E5",
        what: "6,000 escalations due at one instant: decided, durable, handed off",
        value: format!(
            "{} (worst of {ROUNDS} {}); durable {}",
            ms(handed.median()),
            ms(handed.worst()),
            ms(durable.median())
        ),
        target: "≤ 150 ms",
        limit: "Iris: < 10 s on a cluster",
        pass: handed.median() <= Duration::from_millis(150),
    });
}

/// Returns how long after their deadline all are durable, and all are handed over.
pub async fn measure_all_at_once(villages: usize, rounds: usize) -> (Times, Times) {
    let dir = folder();
    let clock = Arc::new(ForwardClock::starting_at(start()));
    let rig = Rig::open_at(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
    let townships = villages.div_ceil(500);
    let lines = Lines { app: 200_000, ..LINES };
    rig.found(County { townships, villages, deputies: true, lines }.founding()).await;
    let phones = phones(Manner::Rings, Manner::Delivers, Manner::Rings);
    rig.call(&phones);
    let (mut durable, mut handed) = (Times::default(), Times::default());
    for _ in 0..rounds {
        let opened = rig.must(county::callout(COUNTY.parse().unwrap(), "late")).await;
        let due = deadlines(&rig).await.into_values().next_back().unwrap();
        rig::until("the one line", || phones[2].placed() > 0).await;
        phones.iter().for_each(|phones| phones.forget());
        let mut feed = rig.board.watch();
        clock.move_to(due - Duration::from_millis(300));
        wake(&rig).await;
        let mut escalated = 0;
        while escalated < villages {
            let commit = feed.recv().await.unwrap();
            escalated += commit
                .iter()
                .filter(|p| {
                    matches!(p.entry.event, Event::Callout(CalloutEvent::ObligationEscalated(_)))
                })
                .count();
        }
        durable.add(clock.since(due));
        rig::until("every page", || phones[0].placed() >= villages).await;
        let last = phones[0].book().placed.iter().map(|placed| placed.at).max().unwrap();
        handed.add(clock.since(due).saturating_sub(last.elapsed()));
        let callout = callout_of(&opened.reply);
        rig.must(Command::WithdrawCallout { callout, note: "bench".into() }).await;
        phones.iter().for_each(|phones| phones.forget());
    }
    rig.close().await;
    (durable, handed)
}
