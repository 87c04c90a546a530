//! Vehicles that really drive: along the county's roads, out when a warning becomes orange or red, on patrol
//! otherwise, and what their terminals report of it.
//!
//! Pure: the same seed, orders and instants give the same reports.

mod roads;
mod trip;
mod vehicle;

use std::collections::BTreeMap;

use serde::Serialize;

use self::{
    roads::{Node, Roads},
    vehicle::Vehicle,
};
use super::{
    DemoCounty,
    generate::random::Random,
    storm::{Action, Colour, Pace, Storm},
};
use crate::{
    domain::{
        area::LonLat,
        coordinates::Crs,
        ids::{AreaCode, UnitId},
        site::Facts,
        time::Timestamp,
        unit::{Unit, UnitKind},
    },
    ingest::basemap::Basemap,
};

/// How far a terminal is off, in metres: it says so in `accuracy`.
const JITTER_M: f64 = 6.0;
/// Terminals fall silent by stretches of so many seconds, one in so many terminals at a time.
const SILENCE_S: i64 = 240;
const TERMINALS_PER_SILENCE: usize = 30;
/// The vehicle whose terminal reports in GCJ-02, as map makers' devices do.
const GCJ02: usize = 7;
/// Of a hundred vehicles that a warning calls, so many go.
const GO_ORANGE: usize = 40;
const GO_RED: usize = 80;

/// A warning that sends vehicles out.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub at: Timestamp,
    pub areas: Vec<AreaCode>,
    share_of_100: usize,
    targets: Vec<Target>,
}

/// A point of risk, and where the roads come nearest to it.
#[derive(Debug, Clone, PartialEq)]
struct Target {
    area: AreaCode,
    node: Node,
}

/// What a terminal reports, as `POST /api/v1/positions` takes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The vehicle's place in the fleet; reports of one vehicle go one way.
    #[serde(skip)]
    pub vehicle: usize,
    pub unit: String,
    pub lon: f64,
    pub lat: f64,
    pub at: Timestamp,
    /// Kilometres an hour.
    pub speed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    pub accuracy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<&'static str>,
}

/// The vehicles of the county on its roads.
#[derive(Debug)]
pub struct Fleet {
    roads: Roads,
    vehicles: Vec<Vehicle>,
    orders: Vec<Order>,
    random: Random,
    /// Teams go on foot or in cars of their own, and only where they are sent; their leader's phone says where they are.
    teams: BTreeMap<UnitId, Unit>,
}

impl Fleet {
    /// Puts every vehicle at its base. `storm` sends them out, at its pace; without it they patrol.
    pub fn new(
        county: &DemoCounty,
        basemap: &Basemap,
        storm: Option<(&Storm, Pace)>,
        start: Timestamp,
        seed: u64,
    ) -> Self {
        let roads = Roads::new(&basemap.roads);
        let random = Random::new(seed);
        let vehicles = county.units.iter().filter(|unit| unit.kind != UnitKind::Team);
        let vehicle =
            |unit: &Unit| Vehicle::new(unit.clone(), &roads, start, random.part(unit.id.as_str()));
        let vehicles = vehicles.filter_map(vehicle).collect();
        let teams = county.units.iter().filter(|unit| unit.kind == UnitKind::Team);
        let teams = teams.map(|team| (team.id.clone(), team.clone())).collect();
        let targets = targets(county, &roads);
        let orders = storm.map(|(storm, pace)| orders(storm, pace, &targets)).unwrap_or_default();
        Self { roads, vehicles, orders, random, teams }
    }

    /// Sends a unit somewhere; tells whether it is one of the county's.
    pub fn send(&mut self, unit: &UnitId, to: LonLat, now: Timestamp) -> bool {
        if let Some(team) = self.teams.remove(unit) {
            let random = self.random.part(team.id.as_str());
            self.vehicles.extend(Vehicle::new(team, &self.roads, now, random));
        }
        let Some(vehicle) = self.vehicles.iter_mut().find(|one| one.unit.id == *unit) else {
            return false;
        };
        vehicle.send(to, now, &self.roads);
        true
    }

    /// Lets a unit go home.
    pub fn release(&mut self, unit: &UnitId, now: Timestamp) {
        if let Some(vehicle) = self.vehicles.iter_mut().find(|one| one.unit.id == *unit) {
            vehicle.release(now, &self.roads);
        }
    }

    /// Tells whether a unit is where it was sent.
    pub fn is_there(&self, unit: &UnitId, now: Timestamp) -> bool {
        self.vehicle(unit).is_some_and(|vehicle| vehicle.is_there(now))
    }

    /// Tells whether a unit is at its base, sent nowhere.
    pub fn is_home(&self, unit: &UnitId) -> bool {
        self.vehicle(unit).is_none_or(Vehicle::is_home)
    }

    fn vehicle(&self, unit: &UnitId) -> Option<&Vehicle> {
        self.vehicles.iter().find(|one| one.unit.id == *unit)
    }

    pub fn len(&self) -> usize {
        self.vehicles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.vehicles.is_empty()
    }

    /// Returns what the terminals report in the second that begins at `now`; asked for each second once.
    pub fn reports(&mut self, now: Timestamp) -> Vec<Report> {
        let second = now.millis().div_euclid(1_000);
        let mut reports = Vec::new();
        for (index, vehicle) in self.vehicles.iter_mut().enumerate() {
            let period = i64::from(vehicle.unit.reports_every_s);
            // Each has a second of its own in its period, so that they do not all come at once.
            let own = i64::try_from(index * 7).unwrap_or(0);
            if (second + own).rem_euclid(period) != 0 {
                continue;
            }
            let dice = |what: &str, of: i64| self.random.part(&format!("{what}{index}/{of}"));
            let silent = dice("silence", second.div_euclid(SILENCE_S)).below(TERMINALS_PER_SILENCE);
            if silent == 0 {
                continue;
            }
            let motion = vehicle.motion(now, &self.roads, &self.orders);
            let mut noise = dice("noise", second);
            let [east, north] = [0, 1].map(|_| (noise.unit() * 2.0 - 1.0) * JITTER_M);
            let crs = if index == GCJ02 { Crs::Gcj02 } else { Crs::Wgs84 };
            let [lon, lat] = crs.express(roads::moved(motion.place, east, north)).map(rounded);
            reports.push(Report {
                vehicle: index,
                unit: vehicle.unit.terminal().to_owned(),
                lon,
                lat,
                at: now,
                speed: (motion.speed_kmh * 10.0).round() / 10.0,
                heading: motion.heading.map(f64::round).map(|degrees| degrees % 360.0),
                accuracy: JITTER_M,
                crs: (crs != Crs::Wgs84).then_some(crs.as_str()),
            });
        }
        reports
    }
}

/// Rounds degrees as terminals do.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

/// Returns the points of risk, those not repaired three times over: more is sent there.
fn targets(county: &DemoCounty, roads: &Roads) -> Vec<Target> {
    let mut targets = Vec::new();
    for site in &county.sites {
        let Facts::RiskPoint(point) = &site.facts else { continue };
        let Some(node) = roads.nearest(site.at) else { continue };
        let weight = if point.repaired { 1 } else { 3 };
        targets.extend(std::iter::repeat_n(Target { area: site.area, node }, weight));
    }
    targets
}

fn orders(storm: &Storm, pace: Pace, targets: &[Target]) -> Vec<Order> {
    let calls = storm.entries.iter().filter(|entry| entry.action != Action::Cancel);
    let calls = calls.filter(|entry| entry.colour >= Colour::Orange);
    let order = |entry: &super::storm::Entry| Order {
        at: storm.due(entry.at, pace),
        areas: entry.areas.clone(),
        share_of_100: if entry.colour == Colour::Red { GO_RED } else { GO_ORANGE },
        targets: targets.to_vec(),
    };
    calls.map(order).collect()
}

#[cfg(test)]
mod tests;
