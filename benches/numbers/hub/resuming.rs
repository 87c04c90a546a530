//! H2: everybody is cut off and comes back at once.

use std::time::Duration;

use super::{
    figures::{Back, Came, Took},
    kind::Kind,
    servers::Run,
};
use crate::report::{Line, Report, Times, ms};

const ROUNDS: usize = 3;
const SOCKETS: u32 = 10_000;
/// Events that happened meanwhile.
const MISSED: u32 = 50;

/// H2 on one node: each comes back with its epoch and number.
pub fn resume(report: &mut Report) {
    let rounds: Vec<Back> = (0..ROUNDS).map(|_| measure()).collect();
    let wall: Times = rounds.iter().map(|back| back.wall).collect();
    let each: Times = rounds.iter().map(|back| back.cpu / SOCKETS).collect();
    let expected = u64::from(SOCKETS * MISSED);
    let is_whole = |back: &Back| {
        back.replayed == expected
            && (back.gaps, back.repeats, back.boards, back.behind) == (0, 0, 0, 0)
    };
    let whole = rounds.iter().all(is_whole);
    report.line(Line {
        id: "H2",
        what: "10,000 cut off come back to one node, 50 events behind",
        value: format!(
            "{} (worst of {ROUNDS} {}), {} µs of CPU each; {}",
            ms(wall.median()),
            ms(wall.worst()),
            each.median().as_micros(),
            if whole { "nothing missed or twice" } else { "NOT WHOLE" }
        ),
        target: "≤ 3 s, ≤ 150 µs CPU each",
        limit: "bare connect: NATS 280 µs, socket.io 580",
        pass: whole
            && wall.median() <= Duration::from_secs(3)
            && each.median() <= Duration::from_micros(150),
    });
    if !whole {
        report.note(&format!("H2: {rounds:?}"));
    }
}

fn measure() -> Back {
    let mut run = Run::start(Kind::Ours).unwrap();
    let _: Took = run.order(&format!("connect {SOCKETS}"));
    let _: Came = run.order("rate 5 1");
    run.order(&format!("away {MISSED}"))
}
