//! Some clients stop reading: what they hold, and what the others notice.

use super::{
    figures::{Came, Met, Took},
    kind::Kind,
    servers::{self, Run},
};
use crate::report::{Line, Report, ms};

const SOCKETS: usize = 200;
const STALLED: u64 = 100;
/// Messages a second, and for how many seconds nobody of the stalled reads: more than the kernel takes for them.
const RATE: &str = "rate 400 8";

struct Stall {
    /// Bytes for each that stalled.
    each: u64,
    before: Came,
    during: Came,
    met: Met,
}

/// Prints ours and the peers.
pub fn stall(report: &mut Report) {
    report.note("H3: 100 of 200 read nothing for 8 s at 400/s: memory each, beyond what 8 s cost anyway | the others' p99 before, during | caught up, closed, left without a word | gaps");
    for kind in [Kind::Reference, Kind::Ours].into_iter().chain(servers::installed()) {
        let stall = measure(kind);
        let Stall { each, before, during, met } = &stall;
        report.note(&format!(
            "H3: {:<10} {:>9.1} KB | {}, {} | {}, {}, {} | {}",
            kind.name(),
            kib(*each),
            ms(before.p99),
            ms(during.p99),
            met.caught_up,
            met.closed,
            met.silent,
            met.gaps
        ));
        if kind == Kind::Ours {
            line(report, &stall);
        }
    }
}

fn line(report: &mut Report, Stall { each, before, during, met }: &Stall) {
    let told = met.caught_up + met.too_slow == STALLED;
    report.line(Line {
        id: "H3",
        what: "memory of a client that takes nothing for 8 s",
        value: format!(
            "{:.1} KB; others' p99 {} → {}; {} caught up, {} closed to resume, {} gaps",
            kib(*each),
            ms(before.p99),
            ms(during.p99),
            met.caught_up,
            met.too_slow,
            met.gaps
        ),
        target: "≤ 64 KB, never a silent gap",
        limit: "NATS 88 MB, socket.io 14 MB",
        pass: *each <= 64 << 10 && told && met.gaps == 0,
    });
}

fn measure(kind: Kind) -> Stall {
    let mut run = Run::start(kind).unwrap();
    let _: Took = run.order(&format!("connect {SOCKETS}"));
    let _: Came = run.order(RATE);
    let warm = run.resident();
    let before: Came = run.order(RATE);
    // What the server keeps of messages anyway.
    let (resident, anyway) = (run.resident(), run.resident().saturating_sub(warm));
    let () = run.order(&format!("stall {STALLED}"));
    let during: Came = run.order(RATE);
    let each = run.resident().saturating_sub(resident + anyway) / STALLED;
    let met = run.order("heal");
    Stall { each, before, during, met }
}

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds")]
pub fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
