//! H1 and H5: the cost and the time of a delivery, servers taking turns.

use std::{collections::BTreeMap, time::Duration};

use super::{
    figures::{Came, Took},
    kind::Kind,
    payload,
    servers::{self, Run},
};
use crate::report::{Line, Report, ms};

const ROUNDS: usize = 3;
/// Peers between two runs of the reference.
const PEERS_IN_TURN: usize = 2;
/// Sockets and messages a second of the fixed rate, and for how many seconds.
const SOCKETS: usize = 5_000;
const RATE: &str = "rate 10 8";
/// Sockets, messages in flight and seconds of the flood.
const FLOODED: usize = 1_000;
const FLOOD: &str = "flood 16 4";

/// One turn of a server, beside the reference that ran just before.
#[derive(Clone, Copy)]
struct Turn {
    rate: Came,
    flood: Came,
    /// Cost of a delivery at the fixed rate, and deliveries for each second of processor in the flood, as
    /// shares of the reference's.
    each: f64,
    flooded: f64,
}

/// H1 and H5.
pub fn fan_out(report: &mut Report) {
    let peers = servers::installed();
    for absent in Kind::PEERS.into_iter().filter(|kind| !peers.contains(kind)) {
        report.note(&format!(
            "H1: {} is not installed (benches/peers.sh), so it is left out",
            absent.name()
        ));
    }
    let mut turns: BTreeMap<Kind, Vec<Turn>> = BTreeMap::new();
    let groups: Vec<&[Kind]> =
        if peers.is_empty() { vec![&[]] } else { peers.chunks(PEERS_IN_TURN).collect() };
    for _ in 0..ROUNDS {
        for group in &groups {
            let mut reference: Option<(Came, Came)> = None;
            for kind in [Kind::Reference, Kind::Ours].iter().chain(*group) {
                let (rate, flood) = (measure(*kind, SOCKETS, RATE), measure(*kind, FLOODED, FLOOD));
                let (base, flooded) = *reference.get_or_insert((rate, flood));
                turns.entry(*kind).or_default().push(Turn {
                    rate,
                    flood,
                    each: rate.each_us() / base.each_us(),
                    flooded: flood.per_cpu_s() / flooded.per_cpu_s(),
                });
            }
        }
    }
    print(report, &turns);
}

fn measure(kind: Kind, sockets: usize, order: &str) -> Came {
    let mut run = Run::start(kind).unwrap();
    let _: Took = run.order(&format!("connect {sockets}"));
    // The first messages find everything cold.
    let _: Came = run.order("rate 10 1");
    run.order(order)
}

fn print(report: &mut Report, turns: &BTreeMap<Kind, Vec<Turn>>) {
    report.note(&format!(
        "H1: {} B a message; {SOCKETS} sockets at 10/s | and {FLOODED} with 16 in flight; medians of {ROUNDS} or more",
        payload::BYTES
    ));
    report.note("H1: server     µs/delivery  outside kernel  × reference  publish→last p50 / p99 | million deliveries/CPU-s  × reference | whole");
    for (kind, turns) in turns {
        report.note(&format!(
            "H1: {:<10} {:>11.2}  {:>14.2}  {:>11.2}  {:>16} / {:<8} | {:>24.2}  {:>11.2} | {}",
            kind.name(),
            median(turns, |t| t.rate.each_us()),
            median(turns, |t| t.rate.each_user_us()),
            median(turns, |t| t.each),
            ms(time(turns, |t| t.rate.p50)),
            ms(time(turns, |t| t.rate.p99)),
            median(turns, |t| t.flood.per_cpu_s()) / 1e6,
            median(turns, |t| t.flooded),
            if is_whole(turns) { "yes" } else { "NO" },
        ));
    }
    let client = |t: &Turn| t.rate.client.as_secs_f64() / t.rate.cpu.as_secs_f64();
    report.note(&format!(
        "H1: the load client takes {:.2} of the reference's time",
        median(&turns[&Kind::Reference], client)
    ));
    let ours = &turns[&Kind::Ours];
    let (each, flooded) = (median(ours, |t| t.each), median(ours, |t| t.flooded));
    report.line(Line {
        id: "H1",
        what: "each of 5,000 told 10 events a second, tokens and history on",
        value: format!(
            "{each:.2} × reference, {:.2} µs ({:.2} outside the kernel)",
            median(ours, |t| t.rate.each_us()),
            median(ours, |t| t.rate.each_user_us())
        ),
        target: "≤ 1.15 × the bare sockets",
        limit: &others(turns, "×", |t| t.each),
        pass: each <= 1.15 && is_whole(ours),
    });
    report.line(Line {
        id: "H1",
        what: "1,000 told as fast as it goes, 16 events in flight",
        value: format!(
            "{flooded:.2} × reference, {:.2} M deliveries/CPU-s",
            median(ours, |t| t.flood.per_cpu_s()) / 1e6
        ),
        target: "≥ 0.8 × the bare sockets",
        limit: &others(turns, "×", |t| t.flooded),
        pass: flooded >= 0.8 && is_whole(ours),
    });
    let (p50, p99) = (time(ours, |t| t.rate.p50), time(ours, |t| t.rate.p99));
    let reference = &turns[&Kind::Reference];
    report.line(Line {
        id: "H5",
        what: "5,000 sockets: published → the last has it",
        value: format!("p50 {}, p99 {}", ms(p50), ms(p99)),
        target: "p50 ≤ 45 ms, p99 ≤ 60 ms",
        limit: &format!(
            "bare sockets {} / {}",
            ms(time(reference, |t| t.rate.p50)),
            ms(time(reference, |t| t.rate.p99))
        ),
        pass: p50 <= Duration::from_millis(45) && p99 <= Duration::from_millis(60),
    });
}

/// Names the peers' numbers in a row.
fn others(turns: &BTreeMap<Kind, Vec<Turn>>, unit: &str, of: impl Fn(&Turn) -> f64) -> String {
    let peers = turns.iter().filter(|(kind, _)| Kind::PEERS.contains(kind));
    let texts: Vec<String> = peers
        .map(|(kind, turns)| format!("{} {:.2} {unit}", kind.name(), median(turns, &of)))
        .collect();
    texts.join(", ")
}

fn is_whole(turns: &[Turn]) -> bool {
    turns.iter().all(|turn| turn.rate.is_whole() && turn.flood.is_whole())
}

fn time(turns: &[Turn], of: impl Fn(&Turn) -> Duration) -> Duration {
    Duration::from_secs_f64(median(turns, |turn| of(turn).as_secs_f64()))
}

fn median(turns: &[Turn], of: impl Fn(&Turn) -> f64) -> f64 {
    let mut all: Vec<f64> = turns.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
