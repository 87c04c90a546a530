//! `make fuzz`: every parser is fed damaged samples, each for `FUZZ_SECONDS`, from the seed `FUZZ_SEED`.
//!
//! `cargo bench --profile dev --bench fuzz -- cap sl651` takes only those named. What fails is kept in
//! `target/fuzz`, and its seed and number are printed; with both given it is done again.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it exists to print")]
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm,
    reason = "a check fails by panicking, and names only what it is about"
)]

#[path = "../../tests/it/sim/dice.rs"]
#[allow(dead_code, reason = "the simulation throws more")]
mod dice;
#[path = "../../tests/fuzz/mod.rs"]
mod fuzz;
#[path = "../../tests/it/support/mod.rs"]
#[allow(dead_code, reason = "the stories need more")]
mod support;

mod sim {
    pub(crate) use crate::dice;
}

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use fuzz::{
    TARGETS,
    run::{Failure, Limits},
};

/// For each target, where `FUZZ_SECONDS` says nothing.
const SECONDS: u64 = 20;

fn main() -> ExitCode {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("FUZZ_SEED").unwrap_or_else(today);
    let limits = Limits {
        time: Duration::from_secs(number("FUZZ_SECONDS").unwrap_or(SECONDS)),
        inputs: u64::MAX,
        only: number("FUZZ_NUMBER"),
    };
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    println!("seed {seed}, {} s for each target", limits.time.as_secs());
    let mut failed = 0;
    for (name, target) in TARGETS {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        let found = fuzz::run::run(name, target(), seed, &limits);
        println!(
            "{name:<12} {:>8} inputs, {:>8} taken, slowest {:.0} ms, {} failures",
            found.inputs,
            found.taken,
            found.slowest.as_secs_f64() * 1e3,
            found.failures.len()
        );
        found.failures.iter().for_each(|failure| keep(name, seed, failure));
        failed += found.failures.len();
    }
    println!("{failed} failures");
    ExitCode::from(u8::from(failed > 0))
}

/// Writes what failed where the next run does not lose it.
fn keep(name: &str, seed: u64, failure: &Failure) {
    let folder = Path::new("target/fuzz");
    let file = folder.join(format!("{name}-{seed}-{}", failure.number));
    let kept = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, &failure.input));
    println!("  number {} ({}): {}", failure.number, file.display(), failure.said);
    if let Err(error) = kept {
        println!("  it could not be kept: {error}");
    }
}

/// A seed that is another each second; it is printed.
#[expect(clippy::disallowed_methods, reason = "a seed, not a time")]
fn today() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
