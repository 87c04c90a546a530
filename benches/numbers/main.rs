//! Prints the numbers of the design, one line each: id, what, value, target, limit, pass or short.
//!
//! `cargo bench --bench numbers -- E6 D1` runs only those named. Everything is real: SQLite flushed to
//! disk at each commit, the dispatcher, the outbox, the hub, sockets. Only the telephones are not.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it exists to print")]
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm,
    reason = "a measurement that fails has no number to print"
)]

mod answering;
mod areas;
mod calling;
mod child;
mod clock;
mod county;
mod crashing;
#[path = "../../tests/it/support/dice.rs"]
#[allow(dead_code, reason = "a measurement has its own seed")]
mod dice;
mod escalating;
mod growth;
mod history;
mod hub;
mod opening;
mod phones;
#[path = "../../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the tests do more with it")]
mod postgres;
mod recommending;
mod report;
mod rig;
mod roster;
#[path = "../../tests/it/sim/mod.rs"]
mod sim;
mod simulation;
#[path = "../../tests/it/stream/mod.rs"]
mod stream;
mod supplying;
mod telling;
mod warnings;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A group of numbers: the ids it prints, and what measures them.
type Group = (&'static [&'static str], fn(&mut report::Report));

const GROUPS: &[Group] = &[
    (&["E1"], calling::first_calls),
    (&["E2"], calling::lines_kept_busy),
    (&["E3"], simulation::mian_county),
    (&["E4"], escalating::lateness),
    (&["E5"], escalating::all_at_once),
    (&["E6"], opening::hundred_thousand),
    (&["E7"], answering::five_thousand_a_second),
    (&["E8"], crashing::kill_at_any_point),
    (&["E9"], simulation::scenarios),
    (&["E10"], roster::year),
    (&["E10", "people"], roster::people),
    (&["E12"], telling::verify_and_find),
    (&["D1"], history::start),
    (&["H1", "H5"], hub::fan_out),
    (&["H2"], hub::resume),
    (&["H3"], hub::memory),
    (&["H3", "stalled"], hub::stall),
    (&["H4", "M1"], hub::positions),
    (&["H5", "urgent"], hub::urgent),
    (&["G1"], areas::national),
    (&["W1"], warnings::forty_one_days),
    (&["W2"], warnings::read_and_resolve),
    (&["W3"], warnings::ten_thousand_a_minute),
    (&["R1"], recommending::one_incident),
    (&["R2"], recommending::many_at_once),
    (&["R3"], recommending::real_calls),
    (&["R4"], supplying::sixty_four_dispatchers),
    (&["growth"], growth::tables),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let Some((flag, rest)) = arguments.split_first()
        && flag == child::FLAG
    {
        return child::run(rest);
    }
    let wanted = |ids: &[&str]| {
        arguments.is_empty() || ids.iter().any(|id| arguments.iter().any(|a| a == id))
    };
    let mut report = report::Report::begin();
    for (ids, measure) in GROUPS {
        if wanted(ids) {
            measure(&mut report);
        }
    }
    report.end();
}
