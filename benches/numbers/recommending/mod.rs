//! R1 to R3: whom to send, how soon that is known, and what it is worth.

mod calls;
mod county;
mod policy;
mod replay;

use std::{hint::black_box, time::Instant};

use jiaoying::{
    demo,
    domain::{
        matching::{Costs, assign},
        recommend::{Demand, propose, recommend},
    },
    ingest::capabilities,
};

use self::county::{Force, dice};
use crate::report::{Line, Report, Times, ms};

const ROUNDS: usize = 200;

/// R1: 500 units and 60 depots, roads closed by a flood, eleven townships that must keep a boat.
pub fn one_incident(report: &mut Report) {
    let force = Force::new(500, 60);
    let catalogue = capabilities::built_in();
    let needs = catalogue
        .needs("boat_rescue:4,pump:5000,evacuation:200,medical:2,item/sandbag:5000")
        .unwrap();
    let villages: Vec<_> =
        demo::county().unwrap().areas.iter().filter_map(|area| area.centroid).collect();
    let (mut times, mut items) = (Times::default(), 0);
    force.ask(|scene| {
        for round in 0..ROUNDS {
            let place = villages[round * 7 % villages.len()];
            let begun = Instant::now();
            let found = recommend(scene, place, &needs);
            times.add(begun.elapsed());
            items += black_box(found).items.len();
        }
    });
    report.line(Line {
        id: "R1",
        what: "recommendation over 500 units and 60 depots, 5 needs, 3 closures",
        value: format!(
            "{} (worst of {ROUNDS} {}), {} units sent on average",
            ms(times.median()),
            ms(times.worst()),
            items / ROUNDS
        ),
        target: "≤ 5 ms",
        limit: "",
        pass: times.median().as_secs_f64() <= 0.005,
    });
}

/// R2: 200 incidents that want a unit each, 400 units.
pub fn many_at_once(report: &mut Report) {
    let mut times = Times::default();
    let mut next = dice(7);
    for _ in 0..ROUNDS / 4 {
        let mut costs = Costs::new(400, vec![1_000_000_000; 200]);
        // Ways between random points of a plane: the near ones are wanted by many.
        let mut points = |count: usize| {
            (0..count).map(|_| [next() % 30_000, next() % 30_000]).collect::<Vec<[i64; 2]>>()
        };
        let (calls, units) = (points(200), points(400));
        for (row, call) in calls.iter().enumerate() {
            for (column, unit) in units.iter().enumerate() {
                let [dx, dy] = [call[0] - unit[0], call[1] - unit[1]];
                costs.set(row, column, (dx * dx + dy * dy).isqrt());
            }
        }
        let begun = Instant::now();
        black_box(assign(&costs));
        times.add(begun.elapsed());
    }
    report.line(Line {
        id: "R2",
        what: "joint assignment, 200 incidents × 400 units, optimal",
        value: format!("{} (worst of {} {})", ms(times.median()), ROUNDS / 4, ms(times.worst())),
        target: "≤ 10 ms",
        limit: "",
        pass: times.median().as_secs_f64() <= 0.010,
    });
    whole_proposal(report);
}

/// … with the ways of all units to all incidents over the roads of the county, and everything that is ranked by.
fn whole_proposal(report: &mut Report) {
    let force = Force::new(400, 0);
    let county = demo::county().unwrap();
    let villages = county.areas.iter().filter_map(|area| area.centroid).step_by(2).take(200);
    let needs = capabilities::built_in().needs("evacuation:20").unwrap();
    let demands: Vec<Demand> = villages
        .enumerate()
        .map(|(number, at)| Demand {
            incident: format!("i-{number}").into(),
            at,
            grade: u8::try_from(number % 4 + 1).unwrap(),
            needs: needs.clone(),
        })
        .collect();
    let mut times = Times::default();
    let mut outcome = String::new();
    force.ask(|scene| {
        for _ in 0..10 {
            let begun = Instant::now();
            let proposal = propose(scene, &demands);
            times.add(begun.elapsed());
            let (joint, greedy) = (proposal.joint, proposal.greedy);
            outcome = format!(
                "met {} of 200 (nearest in turn: {}), mean arrival {} s (nearest in turn: {} s)",
                joint.met,
                greedy.met,
                joint.mean_eta_s(),
                greedy.mean_eta_s()
            );
        }
    });
    report.note(&format!(
        "… with 80,000 ways over the county's roads and every reason: {}; {outcome}",
        ms(times.median())
    ));
}

/// R3: the real calls of two months, in simulated time.
pub fn real_calls(report: &mut Report) {
    replay::report(report);
}
