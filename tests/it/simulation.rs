//! A million county nights: random counties, policies, answers and failures against an oracle that was
//! written from the rules.

use std::{fs, sync::Arc};

use crate::sim::{
    generate,
    plan::Plan,
    run::{nights, report, run, scenarios, shipped},
};

/// Scenarios of an ordinary test run; `JIAOYING_SCENARIOS` asks for another number.
const SCENARIOS: u64 = 20_000;
/// Nights under the rule of 勉县.
const NIGHTS: u64 = 1_000;
const THREADS: usize = 2;

#[test]
fn one_seed_run_twice_writes_the_same_journal_byte_by_byte() {
    let shipped = shipped();
    for seed in base()..base() + 20 {
        let plan = Arc::new(generate::plan(seed, &shipped));
        let again = Arc::new(generate::plan(seed, &shipped));
        assert_eq!(plan, again, "seed {seed}");
        let (first, second) = (run(&plan), run(&again));
        match (first, second) {
            (Ok(first), Ok(second)) => assert_eq!(first.log(), second.log(), "seed {seed}"),
            (Err(failure), _) | (_, Err(failure)) => panic!("{}", report(&failure)),
        }
    }
}

#[test]
fn a_plan_is_the_same_after_it_was_saved_and_read() {
    let plan = generate::plan(base(), &shipped());
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}

#[test]
fn twenty_thousand_scenarios_agree_with_the_oracle() {
    if let Ok(path) = std::env::var("JIAOYING_PLAN") {
        let plan: Plan = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        if let Err(failure) = run(&Arc::new(plan)) {
            panic!("{failure:#}");
        }
        return;
    }
    let found = scenarios(base(), number("JIAOYING_SCENARIOS", SCENARIOS), THREADS);
    if let Some(faults) = found.faults() {
        panic!("{faults}\n{}", report(&found.failures[0]));
    }
    let did = found.did;
    assert!(did.crashes > 0 && did.repeats > 0 && did.refused > 0, "{did:?}");
    assert!(did.answered > 0 && did.unreached > 0 && did.moved > 0, "{did:?}");
    assert!(did.orders > 0 && did.declined > 0 && did.taken > 0 && did.stalls > 0, "{did:?}");
    assert!(did.tasks > 0 && did.signed > 0 && did.reminders > 0 && did.late > 0, "{did:?}");
}

#[test]
fn the_rule_of_mian_county_is_kept_on_a_thousand_nights() {
    let found = nights(base(), NIGHTS, THREADS);
    if let Some(faults) = found.faults() {
        panic!("{faults}\n{}", found.failures[0]);
    }
    let did = found.did;
    assert!(did.answered > 0 && did.listed > 0, "{did:?}");
}

fn base() -> u64 {
    number("JIAOYING_SEED", 20_260_721)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
