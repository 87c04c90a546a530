//! H3: memory of a connection, and how everything grows from 1,000 to 20,000 of them.

use std::time::Duration;

use super::{
    figures::{Came, Took},
    kind::Kind,
    picture,
    process::files_max,
    servers::{self, Run},
    stalling::kib,
};
use crate::report::{Line, Report, ms};

/// Sockets, and messages a second that leave every server time to breathe.
const SIZES: [(usize, u32); 4] = [(1_000, 10), (5_000, 10), (10_000, 4), (20_000, 2)];
/// Files that a server needs beside its sockets.
const FILES_BESIDE: usize = 100;

/// Sockets that a server has when its memory is looked at first.
const FIRST: usize = 200;

/// One server with so many sockets.
#[derive(Clone, Copy)]
pub struct Grown {
    pub kind: Kind,
    pub sockets: usize,
    /// Bytes resident after they have been idle, and for each socket.
    pub resident: u64,
    pub each: u64,
    pub connect: Duration,
    pub came: Came,
}

/// H3, with the table of growth, and the picture of it.
pub fn memory(report: &mut Report) {
    let mut all = Vec::new();
    report.note("growth: server     sockets | connect, CPU each | idle: all, each  | µs/delivery, outside kernel | publish→last p50, p99 | whole");
    for (sockets, rate) in SIZES {
        let sockets = sockets.min(files_max() - FILES_BESIDE);
        for kind in [Kind::Reference, Kind::Ours].into_iter().chain(servers::installed()) {
            let grown = measure(kind, sockets, rate);
            print(report, &grown);
            all.push(grown);
        }
    }
    if all.last().is_some_and(|grown| grown.sockets < 20_000) {
        report.note("growth: this machine lets a process open no more files than the last rows have sockets");
    }
    let ours: Vec<&Grown> = all.iter().filter(|grown| grown.kind == Kind::Ours).collect();
    let (some, most) = (ours[1], ours[3]);
    // An allocator gives back what it likes when it likes: what lies between two sizes is the surest.
    let between =
        most.resident.saturating_sub(some.resident) / (most.sockets - some.sockets) as u64;
    report.line(Line {
        id: "H3",
        what: "memory of an idle connection: 5,000 of them, 20,000, between",
        value: format!(
            "{:.1} KB, {:.1} KB, {:.1} KB; {} MiB in all",
            kib(some.each),
            kib(most.each),
            kib(between),
            most.resident >> 20
        ),
        target: "≤ 4 KB",
        limit: "nchan 10, NATS 33, axum::ws default 134 KB",
        pass: some.each.max(most.each).max(between) <= 4 << 10,
    });
    picture::save(report, &all);
}

fn measure(kind: Kind, sockets: usize, rate: u32) -> Grown {
    let mut run = Run::start(kind).unwrap();
    // What starting took is given back first, and whatever the first sockets need once is there.
    let _: Took = run.order(&format!("connect {FIRST}"));
    let () = run.order("idle 15");
    let before = run.resident();
    let connect: Took = run.order(&format!("connect {sockets}"));
    let () = run.order("idle 15");
    let resident = run.resident();
    let each = resident.saturating_sub(before) / (sockets - FIRST) as u64;
    let _: Came = run.order(&format!("rate {rate} 1"));
    let came = run.order(&format!("rate {rate} 8"));
    let connect = connect.cpu / u32::try_from(sockets).unwrap();
    Grown { kind, sockets, resident, each, connect, came }
}

fn print(report: &mut Report, grown: &Grown) {
    let Grown { kind, sockets, resident, each, connect, came } = grown;
    report.note(&format!(
        "growth: {:<10} {sockets:>7} | {:>12} µs | {:>4} MiB, {:>5.1} KB | {:>11.2}, {:.2} | {}, {} | {}",
        kind.name(),
        connect.as_micros(),
        resident >> 20,
        kib(*each),
        came.each_us(),
        came.each_user_us(),
        ms(came.p50),
        ms(came.p99),
        if came.is_whole() { "yes" } else { "NO" },
    ));
}
