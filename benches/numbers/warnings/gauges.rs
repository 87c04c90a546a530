//! W3: ten thousand gauges report once a minute: read, judged, and kept by SQLite on disk, as in a node.

use std::time::{Duration, Instant};

use jiaoying::{
    clock::{Clock, SystemClock},
    domain::{
        actor::Actor,
        ids::AreaCode,
        site::{Gauge, Measure, Thresholds},
        time::Timestamp,
    },
    gauges::{Gauges, Keeper, Known, Report as Reading, Store, write},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    county::COUNTY,
    report::{Line, Report, cpu, memory_mib},
    rig::{folder, pause, runtime},
};

const GAUGES: usize = 10_000;
/// Minutes that are measured; a second is a second.
const MINUTES: u64 = 2;
/// Hours of readings that there are before: what a gauge is judged by.
const HOURS: u64 = 3;
const LIMIT: f64 = 0.05;

/// Prints how much of a core the gauges take.
pub fn ten_thousand_a_minute(report: &mut Report) {
    let measured = runtime().block_on(measure());
    report.line(Line {
        id: "W3",
        what: "10,000 gauges, a reading a minute each, parsed, judged and on disk",
        value: format!(
            "{:.2} % of a core over {} s, {} readings, {} MiB",
            measured.share * 100.0,
            MINUTES * 60,
            measured.readings,
            memory_mib("VmRSS")
        ),
        target: "≤ 5 % of a core",
        limit: "",
        pass: measured.share <= LIMIT && measured.kept == measured.readings,
    });
}

struct Measured {
    share: f64,
    readings: usize,
    /// Found on disk afterwards.
    kept: usize,
}

async fn measure() -> Measured {
    let dir = folder();
    let (clock, area): (_, AreaCode) = (SystemClock::new(), COUNTY.parse().unwrap());
    let speaker = Actor::node(area);
    let (gauges, store) = (Gauges::default(), Store::open(dir.path()).unwrap());
    gauges.know((0..GAUGES).map(|number| known(number, area)).collect());
    let start = clock.now();
    for minute in (1..=HOURS * 60).rev() {
        let at = start - Duration::from_secs(minute * 60);
        let batch: Vec<Reading> = (0..GAUGES).map(|number| parse(&json(number, at))).collect();
        assert_eq!(gauges.report(&batch, &speaker, at).accepted, GAUGES);
        write(&gauges, &store).await.unwrap();
    }
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let now = Box::new(|| SystemClock::new().now());
    let keeper = Keeper { gauges: gauges.clone(), store: store.clone(), days: 30, now };
    tasks.spawn(keeper.run(stop.clone()));
    let (since, began, before) = (clock.now(), Instant::now(), cpu());
    let mut readings = 0;
    // A hundredth of a second at a time, as stations that know nothing of one another report.
    let steps = MINUTES * 60 * 100;
    for step in 0..steps {
        let due = GAUGES * usize::try_from(step + 1).unwrap() / 6_000;
        while readings < due {
            let text = json(readings % GAUGES, clock.now());
            let outcome = gauges.report(&[parse(&text)], &speaker, clock.now());
            assert_eq!(outcome.accepted, 1, "{:?}", outcome.refusals);
            readings += 1;
        }
        let next = Duration::from_millis((step + 1) * 10);
        pause(next.saturating_sub(began.elapsed())).await;
    }
    let used = (cpu() - before).as_secs_f64() / began.elapsed().as_secs_f64();
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let kept = store.since(since - Duration::from_millis(1)).await.unwrap().len();
    Measured { share: used, readings, kept }
}

fn known(number: usize, area: AreaCode) -> Known {
    let thresholds =
        Thresholds { warning_m: Some(64.10), guarantee_m: Some(66.10), ..Thresholds::default() };
    let gauge = Gauge {
        measures: Measure::River,
        water: None,
        datum: None,
        thresholds,
        later: Vec::new(),
        guards: vec![area],
        station: None,
        reports_every_s: Some(60),
    };
    Known { id: format!("g-{number}").parse().unwrap(), area, gauge }
}

/// Writes a reading as a station's owner sends it: water below every threshold that is never quite still.
fn json(number: usize, at: Timestamp) -> String {
    let centimetres = (number * 7 + usize::try_from(at.millis() / 60_000).unwrap()) % 20;
    format!(r#"{{"gauge":"g-{number}","at":"{at}","level_m":60.{centimetres:02}}}"#)
}

fn parse(text: &str) -> Reading {
    serde_json::from_str(text).unwrap()
}
