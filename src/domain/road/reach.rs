//! How long it takes to get to one place from everywhere: one search (Dijkstra) from there serves every unit.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    closure::Cuts,
    network::Network,
    snap::{Snap, Spot},
    speeds::{Speeds, seconds},
};
use crate::domain::area::{LonLat, distance_m};

/// What ways are reckoned by.
#[derive(Debug, Clone, Copy)]
pub struct Travel<'a> {
    /// `None` in a county that has no roads on file.
    pub network: Option<&'a Network>,
    pub cuts: &'a Cuts,
    pub speeds: &'a Speeds,
}

/// By what a way is reckoned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// Over roads that are open; the first and last stretch off the road, in metres together.
    Road { off_m: u32 },
    /// No road leads there: straight, times this factor.
    Straight { factor: f64 },
}

/// How far, how long, and by what that is reckoned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trip {
    pub seconds: u32,
    pub metres: u32,
    pub way: Way,
}

/// Whether one gets there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    By(Trip),
    /// A road leads there, but every way is closed. What it takes while nothing is closed.
    Closed(Trip),
}

impl Reach {
    /// Returns the way, where there is one.
    pub fn trip(self) -> Option<Trip> {
        match self {
            Reach::By(trip) => Some(trip),
            Reach::Closed(_) => None,
        }
    }
}

impl<'a> Travel<'a> {
    /// Joins a place to the roads. Do it once for a place that is asked about often.
    pub fn spot(&self, at: LonLat) -> Spot {
        match self.network {
            Some(network) => Spot::new(at, network, self.cuts, self.speeds),
            None => Spot::without_roads(at),
        }
    }

    /// Searches from a place to everywhere.
    pub fn to(&self, place: &Spot) -> Arrivals<'a> {
        let field = |snaps: &[Snap], cuts: &Cuts| {
            self.network.map(|network| Field::search(network, cuts, snaps))
        };
        let open = field(&place.open, self.cuts);
        let nothing = Cuts::default();
        let whole = if self.cuts.is_empty() { None } else { field(&place.whole, &nothing) };
        Arrivals { travel: *self, place: place.clone(), open, whole }
    }
}

/// The way to one place from everywhere.
#[derive(Debug)]
pub struct Arrivals<'a> {
    travel: Travel<'a>,
    place: Spot,
    open: Option<Field>,
    whole: Option<Field>,
}

impl Arrivals<'_> {
    /// Returns the way from `spot`.
    pub fn from(&self, spot: &Spot) -> Reach {
        let Travel { network, cuts, .. } = self.travel;
        let over = |field: &Option<Field>, cuts: &Cuts, [here, there]: [&[Snap]; 2]| {
            network.zip(field.as_ref())?.1.trip(network?, cuts, here, there)
        };
        if let Some(trip) = over(&self.open, cuts, [&spot.open, &self.place.open]) {
            return Reach::By(trip);
        }
        let nothing = Cuts::default();
        match over(&self.whole, &nothing, [&spot.whole, &self.place.whole]) {
            Some(trip) => Reach::Closed(trip),
            None => Reach::By(self.straight(spot.at)),
        }
    }

    fn straight(&self, from: LonLat) -> Trip {
        let speeds = self.travel.speeds;
        let metres = distance_m(from, self.place.at) * speeds.detour;
        let seconds = seconds(metres, f64::from(speeds.straight_kmh.max(1)));
        Trip {
            seconds: whole(seconds),
            metres: whole(metres),
            way: Way::Straight { factor: speeds.detour },
        }
    }
}

/// Seconds and metres from every place where roads meet.
#[derive(Debug)]
struct Field {
    /// Milliseconds; [`u32::MAX`] where one does not get there.
    millis: Vec<u32>,
    metres: Vec<f64>,
}

impl Field {
    fn search(network: &Network, cuts: &Cuts, snaps: &[Snap]) -> Self {
        let places = network.places();
        let mut field = Self { millis: vec![u32::MAX; places], metres: vec![0.0; places] };
        let mut open = BinaryHeap::new();
        for snap in snaps {
            for (node, part_s, part_m) in to_ends(network, cuts, snap) {
                field.offer(&mut open, node, part_s + snap.off_s, part_m + snap.off_m);
            }
        }
        while let Some(Reverse((millis, node))) = open.pop() {
            if millis > field.millis[node as usize] {
                continue;
            }
            let stretches = network.leaving(node);
            let delay = if stretches.len() > 2 { network.crossing_s } else { 0.0 };
            let (so_far_s, so_far_m) = (f64::from(millis) / 1e3, field.metres[node as usize]);
            for (number, to) in stretches {
                let edge = &network.edges[*number as usize];
                if cuts.of(*number).is_empty() {
                    let seconds = so_far_s + delay + edge.seconds;
                    field.offer(&mut open, *to, seconds, so_far_m + edge.metres);
                }
            }
        }
        field
    }

    fn offer(&mut self, open: &mut Queue, node: u32, seconds: f64, metres: f64) {
        let millis = whole(seconds * 1e3);
        if millis < self.millis[node as usize] {
            self.millis[node as usize] = millis;
            self.metres[node as usize] = metres;
            open.push(Reverse((millis, node)));
        }
    }

    /// Returns the quickest way between two places by where each meets the roads.
    fn trip(&self, network: &Network, cuts: &Cuts, here: &[Snap], there: &[Snap]) -> Option<Trip> {
        let mut best: Option<(f64, f64)> = None;
        let mut offer = |seconds: f64, metres: f64| {
            if best.is_none_or(|(known, _)| seconds < known) {
                best = Some((seconds, metres));
            }
        };
        for snap in here {
            for (node, part_s, part_m) in to_ends(network, cuts, snap) {
                let millis = self.millis[node as usize];
                if millis != u32::MAX {
                    let metres = self.metres[node as usize] + part_m + snap.off_m;
                    offer(f64::from(millis) / 1e3 + part_s + snap.off_s, metres);
                }
            }
            let same = there.iter().filter(|other| other.edge == snap.edge);
            for other in same.filter(|other| cuts.is_open(snap.edge, snap.at_m, other.at_m)) {
                let (part_s, part_m) = part(network, snap.edge, (snap.at_m - other.at_m).abs());
                let off_m = snap.off_m + other.off_m;
                offer(part_s + snap.off_s + other.off_s, part_m + off_m);
            }
        }
        let nearest = |snaps: &[Snap]| snaps.iter().map(|s| s.off_m).fold(f64::MAX, f64::min);
        let (seconds, metres) = best?;
        let off_m = whole(nearest(here) + nearest(there));
        Some(Trip { seconds: whole(seconds), metres: whole(metres), way: Way::Road { off_m } })
    }
}

type Queue = BinaryHeap<Reverse<(u32, u32)>>;

/// Returns the ends of an edge that are reached from a place on it, with seconds and metres.
fn to_ends(network: &Network, cuts: &Cuts, snap: &Snap) -> impl Iterator<Item = (u32, f64, f64)> {
    let edge = &network.edges[snap.edge as usize];
    let ends = [(edge.ends[0], 0.0), (edge.ends[1], edge.metres)];
    let (number, at_m) = (snap.edge, snap.at_m);
    let reached = ends.map(|(node, end_m)| {
        let (part_s, part_m) = part(network, number, (end_m - at_m).abs());
        cuts.is_open(number, at_m, end_m).then_some((node, part_s, part_m))
    });
    reached.into_iter().flatten()
}

/// Returns the seconds and metres of a part of an edge.
fn part(network: &Network, edge: u32, metres: f64) -> (f64, f64) {
    let edge = &network.edges[edge as usize];
    let share = if edge.metres > 0.0 { metres / edge.metres } else { 0.0 };
    (edge.seconds * share, metres)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days at most")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}
