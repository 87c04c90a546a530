//! H2: everybody is cut off and comes back at once, to the same node or to another.

use std::time::Duration;

use super::{
    figures::{Back, Came, Took},
    kind::Kind,
    servers::{Node, Run},
};
use crate::{
    postgres::Cluster,
    report::{Line, Report, Times, ms},
    rig::runtime,
};

const ROUNDS: usize = 3;
const SOCKETS: u32 = 10_000;
/// Events that happened meanwhile.
const MISSED: u32 = 50;

/// H2: each comes back with its epoch and number.
pub fn resume(report: &mut Report) {
    let rounds: Vec<Back> = (0..ROUNDS).map(|_| cut_off()).collect();
    line(report, "10,000 cut off come back to one node, 50 events behind", &rounds);
    let cluster = Cluster::start();
    let rounds: Vec<Back> = (0..ROUNDS).map(|_| killed(&cluster)).collect();
    line(report, "10,000 of a node that is killed come to another, 50 events behind", &rounds);
}

fn line(report: &mut Report, what: &str, rounds: &[Back]) {
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
        what,
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

fn cut_off() -> Back {
    let mut run = Run::start(Kind::Ours).unwrap();
    let _: Took = run.order(&format!("connect {SOCKETS}"));
    let _: Came = run.order("rate 5 1");
    run.order(&format!("away {MISSED}"))
}

/// Two nodes of one database share a core; the one with all the sockets is killed.
fn killed(cluster: &Cluster) -> Back {
    let database = runtime().block_on(cluster.database());
    let mut run = Run::start_on(&database);
    let other = Node::start_on(&database);
    let _: Took = run.order(&format!("connect {SOCKETS}"));
    let _: Came = run.order("rate 5 1");
    run.die(other);
    run.order(&format!("away {MISSED}"))
}
