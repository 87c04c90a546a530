//! One vehicle: what it does next, from its seed, the warnings that call it out, and the clock alone.

use std::time::Duration;

use super::{
    Order, Target,
    roads::{Node, Roads, Way, same},
    trip::{Motion, Trip},
};
use crate::{
    demo::generate::random::Random,
    domain::{
        area::LonLat,
        ids::AreaCode,
        time::Timestamp,
        unit::{Unit, UnitKind},
    },
};

/// How far from its base a vehicle patrols.
const PATROL_M: f64 = 6_000.0;
/// How far it moves about where it was sent.
const ABOUT_M: f64 = 2_500.0;
/// How long it stays where it was sent before it comes home, in minutes.
const DEPLOYED_MIN: u64 = 90;
/// How long one look at standing where it is needed lasts; then it stands on.
const AT_THE_SCENE: Duration = Duration::from_secs(24 * 3_600);
/// A drone flies straight, this much faster than the roads allow a car.
const FLIGHT_KMH: f64 = 50.0;

#[derive(Debug)]
pub(super) struct Vehicle {
    pub unit: Unit,
    base: Node,
    trip: Trip,
    random: Random,
    /// The next order it has not heard yet.
    heard: usize,
    /// Where a warning sent it, and until when it stays about.
    sent: Option<(Node, Timestamp)>,
    /// Where a dispatcher sent it, and where the roads come nearest to that: it stays until it is let go.
    scene: Option<(LonLat, Node)>,
}

impl Vehicle {
    /// Puts a vehicle at its base; it sets out within the first minutes.
    pub fn new(unit: Unit, roads: &Roads, start: Timestamp, mut random: Random) -> Option<Self> {
        let at = unit.base?;
        let base = roads.nearest(at)?;
        let until = start + minutes(&mut random, idle_min(unit.kind).min(6));
        let trip = Trip::standing(at, base, start, until);
        Some(Self { unit, base, trip, random, heard: 0, sent: None, scene: None })
    }

    /// Returns where it is at `at`. Asked for a later instant each time; how often makes no difference.
    pub fn motion(&mut self, at: Timestamp, roads: &Roads, orders: &[Order]) -> Motion {
        loop {
            self.listen(at, orders);
            if self.trip.until > at {
                return self.trip.motion(at);
            }
            self.trip = self.next(roads);
        }
    }

    /// Sends it somewhere: it turns at the next crossing.
    pub fn send(&mut self, to: LonLat, now: Timestamp, roads: &Roads) {
        let Some(node) = roads.nearest(to) else { return };
        if self.scene != Some((to, node)) {
            self.scene = Some((to, node));
            self.trip.cut(now, roads);
        }
    }

    /// Lets it go: it comes home.
    pub fn release(&mut self, now: Timestamp, roads: &Roads) {
        if self.scene.take().is_some() {
            self.sent = Some((self.base, now));
            self.trip.cut(now, roads);
        }
    }

    /// Tells whether it is where it was sent.
    pub fn is_there(&self, now: Timestamp) -> bool {
        let there = |(to, _)| same(self.trip.motion(now).place, to);
        self.scene.is_some_and(there)
    }

    /// Tells whether it is back where it stands between two rounds.
    pub fn is_home(&self) -> bool {
        self.scene.is_none() && self.trip.is_standing() && self.trip.to == self.base
    }

    /// Hears the orders that had come by `at`; one for it ends its standing about.
    fn listen(&mut self, at: Timestamp, orders: &[Order]) {
        while let Some(order) = orders.get(self.heard).filter(|order| {
            // What comes after this trip is for the next one, however late somebody asks.
            order.at <= at && order.at <= self.trip.until
        }) {
            self.heard += 1;
            let Some(target) = self.target(order) else { continue };
            let reaction = minutes(&mut self.random, 4);
            self.sent = Some((target, order.at + Duration::from_secs(DEPLOYED_MIN * 60)));
            if self.trip.is_standing() {
                self.trip.until = self.trip.until.min(order.at + reaction);
            }
        }
    }

    /// Returns where an order sends it: to a point of risk in what is warned, if it goes at all.
    fn target(&mut self, order: &Order) -> Option<Node> {
        let own = self.unit.area;
        let called = order.areas.iter().any(|area| concerns(*area, own));
        let goes = self.random.below(100) < order.share_of_100;
        let draw = self.random.below(1 << 16);
        let within = |target: &&Target| order.areas.iter().any(|area| area.contains(target.area));
        let targets: Vec<&Target> = order.targets.iter().filter(within).collect();
        // Its own township first; the county's own go anywhere.
        let near: Vec<&&Target> = targets.iter().filter(|t| own.contains(t.area)).collect();
        if !called || !goes || near.is_empty() || self.unit.kind == UnitKind::Team {
            return None;
        }
        Some(near[draw % near.len()].node)
    }

    /// Decides what it does after the trip that is over.
    fn next(&mut self, roads: &Roads) -> Trip {
        let (now, here) = (self.trip.until, self.trip.to);
        let place = self.trip.motion(now).place;
        let moved = !self.trip.is_standing();
        if let Some((to, node)) = self.scene {
            if same(place, to) {
                return Trip::standing(to, node, now, now + AT_THE_SCENE);
            }
            let way = self.way(roads, here, node).map(|way| way.ending_at(to));
            return self.go(way.map(|way| way.starting_at(place)), node, now, place);
        }
        if self.sent.is_some_and(|(_, until)| until <= now) {
            self.sent = None;
            return self.drive(roads, here, self.base, now);
        }
        if let Some((target, _)) = self.sent {
            let about = roads.around(target, ABOUT_M);
            let there = here == target || about.contains(&here);
            if !there {
                return self.drive(roads, here, target, now);
            }
            if moved {
                let until = now + minutes(&mut self.random, 12);
                return Trip::standing(place, here, now, until);
            }
            let to = self.one_of(&about).unwrap_or(target);
            return self.drive(roads, here, to, now);
        }
        if self.unit.kind == UnitKind::Team {
            // It does not patrol.
            let home = here == self.base;
            let stay = || Trip::standing(place, here, now, now + AT_THE_SCENE);
            return if home { stay() } else { self.drive(roads, here, self.base, now) };
        }
        if moved {
            let until = now + minutes(&mut self.random, idle_min(self.unit.kind));
            return Trip::standing(place, here, now, until);
        }
        let to = self.one_of(&roads.around(self.base, PATROL_M)).unwrap_or(self.base);
        // Every other time it comes home.
        let to = if here == self.base { to } else { self.base };
        self.drive(roads, here, to, now)
    }

    fn drive(&mut self, roads: &Roads, from: Node, to: Node, now: Timestamp) -> Trip {
        let place = self.trip.motion(now).place;
        let way = self.way(roads, from, to).map(|way| way.starting_at(place));
        self.go(way, to, now, place)
    }

    fn way(&self, roads: &Roads, from: Node, to: Node) -> Option<Way> {
        if self.unit.kind == UnitKind::Drone {
            return Some(flight(roads, from, to));
        }
        roads.way(from, to)
    }

    /// Drives a way; stands for a while where there is none.
    fn go(&mut self, way: Option<Way>, to: Node, now: Timestamp, place: LonLat) -> Trip {
        let pace = pace(self.unit.kind) * (0.85 + 0.2 * self.random.unit());
        match way.filter(|way| way.points.len() > 1) {
            Some(way) => Trip::driving(&way, to, now, pace, &mut self.random),
            None => {
                let until = now + minutes(&mut self.random, 10);
                Trip::standing(place, self.trip.to, now, until)
            }
        }
    }

    fn one_of(&mut self, nodes: &[Node]) -> Option<Node> {
        if nodes.is_empty() { None } else { Some(nodes[self.random.below(nodes.len())]) }
    }
}

/// Tells whether a warning for `area` is one for a unit of `own`: also the county's own help out.
fn concerns(area: AreaCode, own: AreaCode) -> bool {
    area.contains(own) || own.contains(area)
}

fn flight(roads: &Roads, from: Node, to: Node) -> Way {
    let (a, b) = (roads.place(from), roads.place(to));
    let seconds = super::roads::metres(a, b) / FLIGHT_KMH * 3.6;
    Way { points: vec![(a, 0.0), (b, seconds)], crossings: Vec::new() }
}

/// Returns a while of one to `most` minutes.
fn minutes(random: &mut Random, most: u64) -> Duration {
    Duration::from_secs_f64(60.0 + random.unit() * 60.0 * most.saturating_sub(1) as f64)
}

/// Returns how long a vehicle of this kind stands between two rounds, in minutes at most.
fn idle_min(kind: UnitKind) -> u64 {
    if matches!(kind, UnitKind::PatrolCar | UnitKind::Pickup | UnitKind::LoudspeakerVan) {
        5
    } else if is_slow(kind) {
        180
    } else {
        45
    }
}

/// Returns how fast a vehicle of this kind drives, of what the roads allow.
fn pace(kind: UnitKind) -> f64 {
    if is_slow(kind) {
        0.5
    } else if matches!(kind, UnitKind::Ambulance | UnitKind::FireEngine | UnitKind::PatrolCar) {
        1.1
    } else {
        0.9
    }
}

fn is_slow(kind: UnitKind) -> bool {
    matches!(
        kind,
        UnitKind::Excavator
            | UnitKind::Loader
            | UnitKind::Bulldozer
            | UnitKind::Crane
            | UnitKind::SnowPlough
    )
}
