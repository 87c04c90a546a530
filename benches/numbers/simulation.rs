//! E3 and E9: the engine beside an oracle that was written from the rules, on the tests' own simulation.

use std::time::{Duration, Instant};

use crate::{
    report::{Line, Report, ms},
    sim::{
        run::{self, Failure},
        world::Counts,
    },
};

/// The first seed; the same as the tests', so that a failure is found again there.
const SEED: u64 = 20_260_721;
const NIGHTS: u64 = 10_000;
const SCENARIOS: u64 = 1_000_000;
/// Scenarios between two words about how far it has come.
const PART: u64 = 100_000;

/// E3: the rule of 勉县 beside the oracle, on a telephone network that is different each night.
pub fn mian_county(report: &mut Report) {
    let found = run::nights(SEED, NIGHTS, threads());
    let did = found.did;
    report.line(Line {
        id: "E3",
        what: "the rule of Mian County on seeded nights, against the oracle and the rule",
        value: format!(
            "{} of {} nights differ; {} posts, {} calls, {} listed, at most {} after minute 5",
            found.failures.len(),
            found.scenarios,
            did.obliged,
            did.calls,
            did.listed,
            ms(did.list)
        ),
        target: "0 of ≥ 1,000; list ≤ 1 s after min. 5",
        limit: "Grafana OnCall user: 28-min gap",
        pass: found.failures.is_empty()
            && found.scenarios >= 1_000
            && did.list <= Duration::from_secs(1),
    });
    if let (Some(faults), Some(first)) = (found.faults(), found.failures.first()) {
        report.note(&format!("{faults}\n{first}"));
    }
}

/// E9: a million scenarios, each compared with the oracle after every step.
pub fn scenarios(report: &mut Report) {
    let began = Instant::now();
    let (mut ran, mut failures) = (0, Vec::<Failure>::new());
    let mut did = Counts::default();
    while ran < SCENARIOS && failures.is_empty() {
        let found = run::scenarios(SEED + ran, PART.min(SCENARIOS - ran), threads());
        ran += found.scenarios;
        failures.extend(found.failures);
        did.add(&found.did);
        eprintln!("     E9: {ran} of {SCENARIOS} scenarios, {} differ", failures.len());
    }
    let took = began.elapsed();
    report.line(Line {
        id: "E9",
        what: "scenarios with crashes, lost appends and wrong receipts, against a naive oracle",
        value: format!(
            "{} of {ran} differ; {} events, {} crashes, in {:.0} s",
            failures.len(),
            did.events,
            did.crashes,
            took.as_secs_f64()
        ),
        target: "0 of ≥ 1,000,000",
        limit: "143 scenarios",
        pass: failures.is_empty() && ran >= SCENARIOS,
    });
    if let Some(first) = failures.first() {
        report.note(&run::report(first));
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
