//! R3: the real calls in simulated time, decided in several ways on the same calls.
//!
//! What is assumed: one engine at each of the 29 first-due stations and one medic at each of the 18 first-due medic
//! stations; stations where their soonest calls were; every way is straight × 1.4 at one speed, fitted to the median;
//! 60 s to turn out; a unit is busy on scene for as long as the real one was, and can be sent while it drives home;
//! where each unit is is known to the second. Illness and injury want an engine and a medic, everything else an engine.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    time::{Duration, Instant},
};

use jiaoying::domain::{
    area::LonLat,
    capability::{Ability, Catalogue, Counting, Need, Wanted},
    recommend::{
        Candidate, Cover, Demand, Posting, Scene, Seen, Settings, Standing, move_up, propose,
    },
    road::{Cuts, Speeds, Travel},
    time::Timestamp,
    unit::{Unit, UnitKind},
};

use super::{
    calls::{Call, Calls, fitted_kmh},
    policy::{self, Policy},
};
use crate::report::{Line, Report};

const DETOUR: f64 = 1.4;
const TURNOUT_S: u32 = 60;
/// Within which a station's ground should be reached by somebody.
const COVER_S: u32 = 480;

pub fn report(report: &mut Report) {
    let Some(calls) = Calls::read() else {
        return report
            .note("R3 skipped: ../shared/data/calls is absent: real calls are not replayed");
    };
    let kmh = fitted_kmh(&calls, DETOUR, i64::from(TURNOUT_S));
    let mut results: Vec<(Policy, Arrivals, Duration)> = Vec::new();
    for policy in policy::ALL {
        let begun = Instant::now();
        let arrivals = Replay::new(&calls, policy, kmh).run();
        results.push((policy, arrivals, begun.elapsed()));
    }
    let days = (calls.calls[calls.calls.len() - 1].at_s - calls.calls[0].at_s) / 86_400;
    report.note(&format!(
        "R3: {} calls of {days} days, {} engines, {} medics, {kmh} km/h fitted",
        calls.calls.len(),
        calls.stations.len(),
        calls.medics.len()
    ));
    for (policy, arrivals, took) in &results {
        report.note(&format!(
            "R3 {:<28} {} · emergent {} · first half {} · second half {}",
            policy.name,
            arrivals.summary(|_| true),
            arrivals.summary(|one| one.emergent),
            arrivals.summary(|one| one.first_half),
            arrivals.summary(|one| !one.first_half),
        ));
        report.note(&format!(
            "   sent elsewhere on the way {}, relieved on the way {}, moved up {} · {:.1} s, {:.0} × real time",
            arrivals.diverted,
            arrivals.relieved,
            arrivals.moved,
            took.as_secs_f64(),
            f64::from(i32::try_from(days * 86_400).unwrap()) / took.as_secs_f64(),
        ));
    }
    let (base, best) = (&results[0].1, &results[results.len() - 1].1);
    let ([base_mean, base_p90], [mean, p90]) = (base.figures(|_| true), best.figures(|_| true));
    report.line(Line {
        id: "R3",
        what: "real calls: mean and 90th percentile of arrivals, with proposals",
        value: format!("{mean:.1} s and {p90:.0} s"),
        target: "below first come, nearest",
        limit: &format!("first come, nearest: {base_mean:.1} s and {base_p90:.0} s"),
        pass: mean < base_mean && p90 < base_p90,
    });
}

/// One arrival.
#[derive(Debug, Clone, Copy)]
pub struct Arrived {
    pub seconds: f64,
    pub emergent: bool,
    pub first_half: bool,
}

#[derive(Debug, Default)]
pub struct Arrivals {
    all: Vec<Arrived>,
    diverted: usize,
    relieved: usize,
    moved: usize,
}

impl Arrivals {
    /// Returns mean and 90th percentile in seconds.
    fn figures(&self, wanted: impl Fn(&Arrived) -> bool) -> [f64; 2] {
        let mut times: Vec<f64> =
            self.all.iter().filter(|one| wanted(one)).map(|one| one.seconds).collect();
        times.sort_unstable_by(f64::total_cmp);
        let count = f64::from(u32::try_from(times.len()).unwrap());
        [times.iter().sum::<f64>() / count, times[times.len() * 9 / 10]]
    }

    fn summary(&self, wanted: impl Fn(&Arrived) -> bool) -> String {
        let [mean, p90] = self.figures(wanted);
        format!("mean {mean:.1} s, 90 % {p90:.0} s")
    }
}

/// What a car is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Doing {
    Idle { at: LonLat },
    Driving { from: LonLat, start_s: i64, to: LonLat, end_s: i64, slot: Option<usize> },
    OnScene { at: LonLat },
}

struct Car {
    unit: Unit,
    medic: bool,
    home: LonLat,
    doing: Doing,
    /// Whose ground it keeps: its own, or one it moved up to.
    post: LonLat,
    /// Events of an earlier drive are void.
    version: u32,
}

/// One unit that a call wants.
struct Slot {
    call: usize,
    medic: bool,
    car: Option<usize>,
    arrived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Free { car: usize, version: u32 },
    There { car: usize, version: u32 },
    Call(usize),
}

struct Replay<'a> {
    calls: &'a Calls,
    policy: Policy,
    cars: Vec<Car>,
    slots: Vec<Slot>,
    /// Slots that nobody has arrived for, in order of their calls.
    open: BTreeSet<usize>,
    queue: BinaryHeap<Reverse<(i64, What)>>,
    speeds: Speeds,
    settings: Settings,
    catalogue: Catalogue,
    covers: Vec<Cover>,
    arrivals: Arrivals,
}

impl<'a> Replay<'a> {
    fn new(calls: &'a Calls, policy: Policy, kmh: u32) -> Self {
        let engines = calls.stations.iter().map(|(number, at)| car(*number, *at, false));
        let medics = calls.medics.iter().map(|number| car(*number, calls.stations[number], true));
        let cars: Vec<Car> = engines.chain(medics).collect();
        let covers = if policy.move_up || policy.keep_cover { covers(&cars) } else { Vec::new() };
        let settings = Settings {
            turnout_s: TURNOUT_S,
            base_only_s: 0,
            bare_s: if policy.keep_cover { 60 } else { 0 },
            divert_s: 60,
            ..Settings::default()
        };
        let calls_in = calls.calls.iter().enumerate();
        let queue = calls_in.map(|(number, call)| Reverse((call.at_s, What::Call(number))));
        Self {
            calls,
            policy,
            cars,
            slots: Vec::new(),
            open: BTreeSet::new(),
            queue: queue.collect(),
            speeds: Speeds { straight_kmh: kmh, detour: DETOUR, ..Speeds::default() },
            settings,
            catalogue: catalogue(),
            covers,
            arrivals: Arrivals::default(),
        }
    }

    fn run(mut self) -> Arrivals {
        while let Some(Reverse((now_s, what))) = self.queue.pop() {
            match what {
                What::Call(number) => self.take_call(number, now_s),
                What::There { car, version } if self.cars[car].version == version => {
                    self.there(car, now_s);
                }
                What::Free { car, version } if self.cars[car].version == version => {
                    self.free(car, now_s);
                }
                What::There { .. } | What::Free { .. } => {}
            }
        }
        assert!(self.open.is_empty(), "every call is answered in the end");
        self.arrivals
    }

    fn take_call(&mut self, number: usize, now_s: i64) {
        let kinds: &[bool] =
            if self.calls.calls[number].medical { &[false, true] } else { &[false] };
        for medic in kinds {
            let slot = self.slots.len();
            self.slots.push(Slot { call: number, medic: *medic, car: None, arrived: false });
            self.open.insert(slot);
            if !self.policy.joint
                && let Some(car) = self.nearest(slot, now_s)
            {
                self.send(car, slot, now_s);
            }
        }
        if self.policy.joint {
            self.plan(now_s);
        }
    }

    fn nearest(&self, slot: usize, now_s: i64) -> Option<usize> {
        let (to, medic) = (self.call(slot).place, self.slots[slot].medic);
        let free = (0..self.cars.len()).filter(|car| self.is_free(*car));
        free.filter(|car| self.cars[*car].medic == medic)
            .min_by_key(|car| (self.drive_s(*car, to, now_s), *car))
    }

    fn call(&self, slot: usize) -> &'a Call {
        &self.calls.calls[self.slots[slot].call]
    }

    fn is_free(&self, car: usize) -> bool {
        matches!(self.cars[car].doing, Doing::Idle { .. } | Doing::Driving { slot: None, .. })
    }

    /// Returns the seconds to a place, by the same reckoning as the recommendation's.
    fn drive_s(&self, car: usize, to: LonLat, now_s: i64) -> i64 {
        let cuts = Cuts::default();
        let travel = Travel { network: None, cuts: &cuts, speeds: &self.speeds };
        let at = self.place(car, now_s);
        let trip = travel.to(&travel.spot(to)).from(&travel.spot(at)).trip().unwrap();
        let home = jiaoying::domain::area::distance_m(at, self.cars[car].home);
        let at_base = home <= f64::from(self.settings.at_base_m);
        i64::from(trip.seconds) + if at_base { i64::from(TURNOUT_S) } else { 0 }
    }

    fn place(&self, car: usize, now_s: i64) -> LonLat {
        match self.cars[car].doing {
            Doing::Idle { at } | Doing::OnScene { at } => at,
            Doing::Driving { from, start_s, to, end_s, .. } => {
                let whole = f64::from(i32::try_from((end_s - start_s).max(1)).unwrap());
                let part = f64::from(i32::try_from(now_s - start_s).unwrap()) / whole;
                let part = part.clamp(0.0, 1.0);
                [0, 1].map(|axis| from[axis] + part * (to[axis] - from[axis]))
            }
        }
    }

    fn drive(&mut self, car: usize, to: LonLat, slot: Option<usize>, now_s: i64) {
        let from = self.place(car, now_s);
        let seconds = self.drive_s(car, to, now_s);
        let home = jiaoying::domain::area::distance_m(from, self.cars[car].home);
        let wait_s =
            if home <= f64::from(self.settings.at_base_m) { i64::from(TURNOUT_S) } else { 0 };
        let (start_s, end_s) = (now_s + wait_s, now_s + seconds);
        let one = &mut self.cars[car];
        one.version += 1;
        one.doing = Doing::Driving { from, start_s, to, end_s, slot };
        self.queue.push(Reverse((end_s, What::There { car, version: one.version })));
    }

    fn send(&mut self, car: usize, slot: usize, now_s: i64) {
        self.slots[slot].car = Some(car);
        self.cars[car].post = self.cars[car].home;
        self.drive(car, self.call(slot).place, Some(slot), now_s);
    }

    fn there(&mut self, car: usize, now_s: i64) {
        let Doing::Driving { to, slot, .. } = self.cars[car].doing else { return };
        let Some(slot) = slot else {
            self.cars[car].doing = Doing::Idle { at: to };
            return;
        };
        let call = self.call(slot);
        self.cars[car].doing = Doing::OnScene { at: to };
        self.slots[slot].arrived = true;
        self.open.remove(&slot);
        if call.real_s.is_some() {
            let seconds = f64::from(i32::try_from(now_s - call.at_s).unwrap());
            let first_half = self.slots[slot].call < self.calls.calls.len() / 2;
            self.arrivals.all.push(Arrived { seconds, emergent: call.emergent, first_half });
        }
        let version = self.cars[car].version;
        self.queue.push(Reverse((now_s + call.on_scene_s, What::Free { car, version })));
    }

    fn free(&mut self, car: usize, now_s: i64) {
        self.go_to_post(car, now_s);
        if self.policy.joint {
            self.plan(now_s);
        } else {
            let medic = self.cars[car].medic;
            let waits = |slot: &&usize| {
                self.slots[**slot].car.is_none() && self.slots[**slot].medic == medic
            };
            if let Some(slot) = self.open.iter().find(waits).copied() {
                self.send(car, slot, now_s);
            }
        }
        let (home, medic) = (self.cars[car].home, self.cars[car].medic);
        let stands_in = |other: &usize| {
            let one = &self.cars[*other];
            one.medic == medic && one.post == home && one.home != home && self.is_free(*other)
        };
        let relieved: Vec<usize> = (0..self.cars.len()).filter(stands_in).collect();
        if self.is_free(car) {
            for other in relieved {
                self.cars[other].post = self.cars[other].home;
                self.go_to_post(other, now_s);
            }
        }
    }

    fn go_to_post(&mut self, car: usize, now_s: i64) {
        self.drive(car, self.cars[car].post, None, now_s);
    }

    /// Assigns all that waits and is under way together, and moves up.
    fn plan(&mut self, now_s: i64) {
        let demands = self.demands();
        let (proposal, moves) = self.ask(now_s, |scene| {
            let proposal = propose(scene, &demands);
            let sent: Vec<_> = proposal.postings.iter().map(|p| p.unit.clone()).collect();
            let moves = if self.policy.move_up { move_up(scene, &sent).moves } else { Vec::new() };
            (proposal, moves)
        });
        self.carry_out(&proposal.postings, now_s);
        for moving in moves {
            let car = self.cars.iter().position(|car| car.unit.id == moving.unit).unwrap();
            if self.is_free(car) {
                self.arrivals.moved += 1;
                self.cars[car].post = moving.to;
                self.go_to_post(car, now_s);
            }
        }
    }

    fn demands(&self) -> Vec<Demand> {
        let mut by_call: BTreeMap<usize, Demand> = BTreeMap::new();
        let planned = |slot: &&usize| self.policy.turn_around || self.slots[**slot].car.is_none();
        for slot in self.open.iter().filter(planned) {
            let call = self.call(*slot);
            let demand = by_call.entry(self.slots[*slot].call).or_insert_with(|| Demand {
                incident: self.slots[*slot].call.to_string().into(),
                at: call.place,
                grade: if call.emergent { 2 } else { 3 },
                needs: Vec::new(),
            });
            let code = if self.slots[*slot].medic { "medic" } else { "engine" };
            demand.needs.push(Need { wanted: Wanted::Ability(code.into()), amount: 1 });
        }
        by_call.into_values().collect()
    }

    fn ask<T>(&self, now_s: i64, ask: impl FnOnce(&Scene<'_>) -> T) -> T {
        let now = Timestamp::from_millis(now_s * 1_000);
        let candidate = |(number, car): (usize, &'_ Car)| {
            let standing = match car.doing {
                Doing::Idle { .. } | Doing::Driving { slot: None, .. } => Standing::Free,
                Doing::Driving { slot: Some(slot), .. } if self.policy.turn_around => {
                    Standing::UnderWay { incident: self.slots[slot].call.to_string().into() }
                }
                Doing::Driving { .. } | Doing::OnScene { .. } => {
                    Standing::Busy { incident: "".into(), back: None }
                }
            };
            (standing, Seen { at: self.place(number, now_s), when: now, stale: false })
        };
        let states: Vec<_> = self.cars.iter().enumerate().map(candidate).collect();
        let candidates: Vec<Candidate<'_>> = self
            .cars
            .iter()
            .zip(states)
            .map(|(car, (standing, seen))| Candidate {
                unit: &car.unit,
                seen: Some(seen),
                strength: None,
                standing,
                at_work_since: None,
            })
            .collect();
        let cuts = Cuts::default();
        ask(&Scene {
            candidates: &candidates,
            depots: &[],
            covers: &self.covers,
            catalogue: &self.catalogue,
            travel: Travel { network: None, cuts: &cuts, speeds: &self.speeds },
            settings: &self.settings,
            now,
        })
    }

    /// Sends units where the proposal has them; who goes on to where it was going is left alone.
    fn carry_out(&mut self, postings: &[Posting], now_s: i64) {
        let mut changed: Vec<(usize, usize)> = Vec::new();
        for posting in postings {
            let car = self.cars.iter().position(|car| car.unit.id == posting.unit).unwrap();
            let call: usize = posting.incident.parse().unwrap();
            let medic = self.cars[car].medic;
            let fits = |slot: &&usize| {
                self.slots[**slot].call == call && self.slots[**slot].medic == medic
            };
            let slot = *self.open.iter().find(fits).unwrap();
            if self.slots[slot].car != Some(car) {
                changed.push((car, slot));
            }
        }
        // Everybody who is called off first, so that a slot that changes hands is nobody's in between.
        let called_off: Vec<usize> =
            changed.iter().filter_map(|(_, slot)| self.slots[*slot].car.take()).collect();
        for (car, slot) in &changed {
            if matches!(self.cars[*car].doing, Doing::Driving { slot: Some(_), .. }) {
                self.arrivals.diverted += 1;
                if let Doing::Driving { slot: Some(old), .. } = self.cars[*car].doing
                    && self.slots[old].car == Some(*car)
                {
                    self.slots[old].car = None;
                }
            }
            self.send(*car, *slot, now_s);
        }
        // Of those, the ones that were sent nowhere else: somebody nearer had come free.
        for car in called_off.into_iter().filter(|car| changed.iter().all(|(c, _)| c != car)) {
            self.arrivals.relieved += 1;
            self.go_to_post(car, now_s);
        }
    }
}

fn car(station: u32, home: LonLat, medic: bool) -> Car {
    let (kind, name) =
        if medic { (UnitKind::Ambulance, "medic") } else { (UnitKind::FireEngine, "engine") };
    let unit = Unit {
        id: format!("{name}-{station}").parse().unwrap(),
        name: name.into(),
        kind,
        area: "990101".parse().unwrap(),
        base: Some(home),
        reports_every_s: 10,
        terminal: None,
        strength: None,
        contact: None,
        capabilities: Vec::new(),
        capacity: BTreeMap::new(),
        equipment: Vec::new(),
        members: Vec::new(),
        deputy: None,
    };
    Car { unit, medic, home, doing: Doing::Idle { at: home }, post: home, version: 0 }
}

fn covers(cars: &[Car]) -> Vec<Cover> {
    let cover = |(number, car): (usize, &Car)| Cover {
        area: format!("9901010{number:02}").parse().unwrap(),
        at: car.home,
        ability: if car.medic { "medic" } else { "engine" }.into(),
        within_s: COVER_S,
    };
    cars.iter().enumerate().map(cover).collect()
}

fn catalogue() -> Catalogue {
    let ability = |code: &str, kind| Ability {
        code: code.into(),
        zh: code.into(),
        en: code.into(),
        words: Vec::new(),
        kinds: vec![kind],
        counted: Counting::Units,
        counted_in: None,
        typical: None,
        items: BTreeMap::new(),
    };
    let both = [ability("engine", UnitKind::FireEngine), ability("medic", UnitKind::Ambulance)];
    both.to_vec().try_into().unwrap()
}
