//! H4, M1, and the second half of H5: units that move, and what else there is time for.

use std::time::Duration;

use super::{
    figures::{Came, Took, Watched},
    servers::Run,
};
use crate::report::{Line, Report, Times, ms};

const ROUNDS: usize = 3;

/// H4: many screens, few different views, every unit in each tick.
const H4: Scene = Scene { screens: 2_000, views: 50, share: 0.1, units: 2_000, per_second: 10 };
/// M1: every screen has a view of its own.
const M1: Scene = Scene { screens: 500, views: 500, share: 0.02, units: 20_000, per_second: 1 };
/// H5: everybody watches the map while events happen.
const H5: Scene = Scene { screens: 5_000, views: 500, share: 0.02, units: 20_000, per_second: 1 };
/// Events a second, and for how many seconds.
const EVENTS: &str = "rate 4 20";

/// Who watches what.
#[derive(Clone, Copy)]
struct Scene {
    screens: u32,
    views: u32,
    /// How much of the map a view shows.
    share: f64,
    units: u32,
    /// Positions of a unit a second.
    per_second: u32,
}

impl Scene {
    fn open(self) -> Run {
        let mut run = Run::start_with_units(self.units);
        let () = run.order(&format!("look {} {}", self.views, self.share));
        let _: Took = run.order(&format!("connect {}", self.screens));
        run
    }

    fn move_units(self, run: &mut Run) {
        let () = run.order(&format!("fleet {} {}", self.units, self.per_second));
        // Until each has been seen once.
        let () = run.order("idle 3");
    }

    fn watch(self) -> Watched {
        let mut run = self.open();
        self.move_units(&mut run);
        run.order("watch 8")
    }
}

/// H4 and M1.
pub fn positions(report: &mut Report) {
    let mut told: Vec<Watched> = (0..ROUNDS).map(|_| H4.watch()).collect();
    told.sort_by(|a, b| a.per_cpu_s().total_cmp(&b.per_cpu_s()));
    let of_all = told[ROUNDS / 2];
    report.note(&format!(
        "H4: {} screens on {} views of {} units, each of which reports {} times a second; taking the reports in is part of it: {of_all}",
        H4.screens, H4.views, H4.units, H4.per_second
    ));
    report.line(Line {
        id: "H4",
        what: "positions told for each second of processor, packed, 100 ms tick",
        value: format!("{:.1} million", of_all.per_cpu_s() / 1e6),
        target: "≥ 10 million",
        limit: "0.12 million where each is a message",
        pass: of_all.per_cpu_s() >= 1e7 && of_all.is_whole(),
    });
    let mut seen: Vec<Watched> = (0..ROUNDS).map(|_| M1.watch()).collect();
    seen.sort_by_key(|watched| watched.p99);
    let of_all = seen[ROUNDS / 2];
    report.note(&format!("M1: {of_all}"));
    report.line(Line {
        id: "M1",
        what: "20,000 units at 1 Hz, 500 screens with a view each: reported → seen",
        value: format!(
            "p50 {}, p99 {}; {:.2} core",
            ms(of_all.p50),
            ms(of_all.p99),
            of_all.cores()
        ),
        target: "p99 ≤ 300 ms, ≤ 0.3 core",
        limit: "a tick is 100 ms",
        pass: of_all.p99 <= Duration::from_millis(300)
            && of_all.cores() <= 0.3
            && of_all.is_whole(),
    });
}

/// H5: an event while positions flow, beside the same without.
pub fn urgent(report: &mut Report) {
    let rounds: Vec<(Came, Came, Watched)> = (0..ROUNDS).map(|_| measure_urgent()).collect();
    let middle = |of: &dyn Fn(&(Came, Came, Watched)) -> Duration| -> Duration {
        rounds.iter().map(of).collect::<Times>().median()
    };
    let (idle, busy) = (middle(&|round| round.0.p99), middle(&|round| round.1.p99));
    let ratio = busy.as_secs_f64() / idle.as_secs_f64();
    let whole = rounds.iter().all(|(idle, busy, _)| idle.is_whole() && busy.is_whole());
    report.note(&format!("H5: positions alone: {}", rounds[0].2));
    report.line(Line {
        id: "H5",
        what: "an event for 5,000 sockets while positions flow to all of them",
        value: format!("p99 {} → {}: {ratio:.2} × idle", ms(idle), ms(busy)),
        target: "p99 ≤ 1.3 × idle",
        limit: "not measured for others",
        pass: ratio <= 1.3 && whole,
    });
}

fn measure_urgent() -> (Came, Came, Watched) {
    let mut run = H5.open();
    let idle = run.order(EVENTS);
    H5.move_units(&mut run);
    let alone = run.order("watch 5");
    let busy = run.order(EVENTS);
    (idle, busy, alone)
}
