//! E3 and E9 are measured where their oracle lives, in the tests.

use crate::report::Report;

/// Says where these numbers come from.
pub fn run(report: &mut Report) {
    report.note(
        "E3, E9: see the simulation among the tests, `cargo test --release --test it simulation`",
    );
}
