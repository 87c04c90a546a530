//! E1 and E2: how soon the first calls are out, and whether any line stands idle.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::{
    channels::{
        Gateway,
        simulated::{Behaviour, Carrier, Settings, SimulatedGateway},
    },
    clock::{Clock, SystemClock},
    domain::{
        event::{CalloutEvent, Event},
        ids::ObligationId,
        person::Channel,
        warning::Colour,
    },
};

use crate::{
    county::{self, County, Lines},
    phones::{Manner, Phones},
    report::{Line, Report, Times, ms},
    rig::{self, Rig, folder, phones, runtime},
};

/// Warnings measured, after two that warm the machine up.
const ROUNDS: usize = 20;

/// E1: from a red warning to the first channel of each obligation.
pub fn first_calls(report: &mut Report) {
    for people in [493, 506] {
        let (durable, handed) = runtime().block_on(red_warnings(people));
        report.line(Line {
            id: "E1",
            what: &format!("red warning → each of {people} obligations durable and handed over"),
            value: format!(
                "all within {} (worst of {ROUNDS} {}); durable {}",
                ms(handed.median()),
                ms(handed.worst()),
                ms(durable.median())
            ),
            target: "all ≤ 50 ms",
            limit: "one group commit ≈ 4 ms",
            pass: handed.worst() <= Duration::from_millis(50),
        });
    }
}

async fn red_warnings(people: usize) -> (Times, Times) {
    let dir = folder();
    let rig = Rig::open(dir.path()).await;
    let lines = Lines::DEFAULT;
    rig.found(match people {
        493 => county::demonstration(lines),
        _ => County { townships: 14, villages: 488, deputies: true, lines }.founding(),
    })
    .await;
    let phones = phones(Manner::Delivers, Manner::Delivers, Manner::Rings);
    rig.call(&phones);
    let (mut durable, mut handed) = (Times::default(), Times::default());
    for round in 0..ROUNDS + 2 {
        phones.iter().for_each(|phones| phones.forget());
        let warning = county::warning(round, Colour::Red, rig.board.now());
        let began = Instant::now();
        let committed = rig.must(warning).await;
        let written = began.elapsed();
        let callout = rig::callout_of(&committed.reply);
        rig::until("every first call", || first_calls_of(&phones).len() >= people).await;
        let firsts = first_calls_of(&phones);
        assert_eq!(firsts.len(), people);
        if round >= 2 {
            durable.add(written);
            handed.add(firsts.values().max().unwrap().duration_since(began));
        }
        withdraw(&rig, callout).await;
    }
    rig.close().await;
    (durable, handed)
}

/// Returns when each obligation was first handed to any channel.
fn first_calls_of(phones: &[Arc<Phones>]) -> BTreeMap<ObligationId, Instant> {
    let mut firsts = BTreeMap::new();
    for phones in phones {
        for placed in &phones.book().placed {
            let first = firsts.entry(placed.attempt.obligation).or_insert(placed.at);
            *first = placed.at.min(*first);
        }
    }
    firsts
}

/// Takes a callout back and waits until the lines are free again.
async fn withdraw(rig: &Rig, callout: jiaoying::domain::ids::CalloutId) {
    rig.must(jiaoying::domain::command::Command::WithdrawCallout { callout, note: "bench".into() })
        .await;
    for _ in 0..10_000 {
        if rig.board.read(|board| board.callouts.in_flight().count()).await.unwrap() == 0 {
            return;
        }
        rig::pause(Duration::from_millis(2)).await;
    }
    panic!("the lines are not free");
}

/// How many times faster than life the carrier of E2 is.
const SPEED: f64 = 40.0;
/// How long its calls hold a line: the perfect carrier's.
const HOLD: Duration = Duration::from_millis(28_500);
const PEOPLE: u32 = 506;

/// E2: first attempts to 506 people by so many lines.
pub fn lines_kept_busy(report: &mut Report) {
    for lines in [30, 60, 105] {
        let took = runtime().block_on(first_attempts(lines)).mul_f64(SPEED);
        let bound = HOLD * PEOPLE.div_ceil(lines);
        let ratio = took.as_secs_f64() / bound.as_secs_f64();
        report.line(Line {
            id: "E2",
            what: &format!(
                "first attempts to 506 people by {lines} lines of 28.5 s, at {SPEED} × life"
            ),
            value: format!(
                "{:.1} s, {ratio:.3} × the bound of {:.1} s",
                took.as_secs_f64(),
                bound.as_secs_f64()
            ),
            target: "≤ 1.05 × ⌈N·hold/L⌉",
            limit: "no planner found anywhere",
            pass: ratio <= 1.05,
        });
    }
}

/// Returns how long until the last first call has ended.
async fn first_attempts(lines: u32) -> Duration {
    let dir = folder();
    let clock = Arc::new(SystemClock::new());
    let rig = Rig::open_at(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
    let settings = Lines { app: 0, sms: 0, voice: lines };
    rig.found(County { townships: 14, villages: 488, deputies: true, lines: settings }.founding())
        .await;
    let (tasks, stop) = rig.tasks();
    let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
    let settings = Settings { speed: SPEED, ..Settings::voice(NonZeroU32::new(lines).unwrap()) };
    let now = Arc::new(move || clock.now());
    let gateway = SimulatedGateway::start(settings, carrier, now, tasks, stop.clone()).unwrap();
    rig.call_by(vec![Arc::new(gateway) as Arc<dyn Gateway>]);
    let mut feed = rig.board.watch();
    let began = Instant::now();
    rig.must(county::warning(1, Colour::Red, rig.board.now())).await;
    let mut ended = 0;
    while ended < PEOPLE {
        for published in feed.recv().await.unwrap().iter() {
            if let Event::Callout(CalloutEvent::AttemptRecorded(recorded)) = &published.entry.event
                && recorded.outcome.ends(Channel::Voice)
            {
                ended += 1;
            }
        }
    }
    let took = began.elapsed();
    rig.close().await;
    took
}
