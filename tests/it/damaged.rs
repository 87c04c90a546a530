//! A short round of what `make fuzz` does for minutes, the same each time.

use std::time::Duration;

use crate::fuzz::{
    TARGETS,
    run::{Limits, run},
};

const SEED: u64 = 20_260_721;
/// For each target, and at most so long.
const INPUTS: u64 = 400;
const TIME: Duration = Duration::from_secs(2);

#[test]
fn damaged_input_stops_no_parser_and_what_is_taken_means_the_same_written_and_read_again() {
    let mut failed = Vec::new();
    for (name, target) in TARGETS {
        let limits = Limits { time: TIME, inputs: INPUTS, only: None };
        let found = run(name, target(), SEED, &limits);
        if found.taken == 0 {
            failed.push(format!("{name}: not even its samples are taken"));
        }
        for failure in found.failures {
            let text =
                String::from_utf8_lossy(&failure.input).chars().take(400).collect::<String>();
            failed.push(format!("{name} {}: {}\n{text}", failure.number, failure.said));
        }
    }
    assert!(failed.is_empty(), "seed {SEED}\n{}", failed.join("\n\n"));
}
