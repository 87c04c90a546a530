//! The road network as a graph: where lines end they meet, and the quickest way between two such places.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use crate::{domain::area::LonLat, ingest::basemap::Polyline};

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;
/// Kilometres an hour on a road of the county and on any other.
const COUNTY_KMH: f64 = 60.0;
const OTHER_KMH: f64 = 36.0;
/// Where there is no road.
const TRACK_KMH: f64 = 15.0;
/// Nearer than this is the same place, in metres.
const SAME_M: f64 = 1.0;

/// A place where roads meet, by its number.
pub(super) type Node = usize;

#[derive(Debug)]
struct Road {
    to: Node,
    /// From the node it is listed at, both ends included.
    points: Vec<LonLat>,
    /// For a vehicle that drives as fast as one may.
    seconds: f64,
}

/// The network.
#[derive(Debug)]
pub(super) struct Roads {
    places: Vec<LonLat>,
    from: Vec<Vec<Road>>,
}

/// The milliseconds to a node, and the node before it with the road's place in its list; none at the start.
type Reached = (u64, Option<(Node, usize)>);

/// A way: its points, and after how many seconds an unhindered vehicle is at each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    pub points: Vec<(LonLat, f64)>,
    /// Indexes of points in which roads meet.
    pub crossings: Vec<usize>,
}

impl Way {
    /// Begins at a place beside the road.
    pub fn starting_at(mut self, place: LonLat) -> Self {
        let Some((first, _)) = self.points.first().copied() else { return self };
        let metres = metres(place, first);
        if metres > SAME_M {
            let seconds = metres / TRACK_KMH * 3.6;
            self.points.iter_mut().for_each(|(_, at)| *at += seconds);
            self.points.insert(0, (place, 0.0));
            self.crossings.iter_mut().for_each(|index| *index += 1);
        }
        self
    }

    /// Ends at a place beside the road.
    pub fn ending_at(mut self, place: LonLat) -> Self {
        let Some((last, seconds)) = self.points.last().copied() else { return self };
        let metres = metres(last, place);
        if metres > SAME_M {
            self.points.push((place, seconds + metres / TRACK_KMH * 3.6));
        }
        self
    }
}

impl Roads {
    /// Joins lines whose ends are the same to a metre.
    pub fn new(lines: &[Polyline]) -> Self {
        let mut roads = Roads { places: Vec::new(), from: Vec::new() };
        let mut known: BTreeMap<(i64, i64), Node> = BTreeMap::new();
        for line in lines {
            let kmh = if line.class == "county" { COUNTY_KMH } else { OTHER_KMH };
            for part in line.parts.iter().filter(|part| part.len() > 1) {
                let [a, b] = [part[0], part[part.len() - 1]].map(|end| {
                    *known.entry(key(end)).or_insert_with(|| {
                        roads.places.push(end);
                        roads.from.push(Vec::new());
                        roads.places.len() - 1
                    })
                });
                let length: f64 = part.windows(2).map(|pair| metres(pair[0], pair[1])).sum();
                let seconds = length / kmh * 3.6;
                let back = part.iter().rev().copied().collect();
                roads.from[a].push(Road { to: b, points: part.clone(), seconds });
                roads.from[b].push(Road { to: a, points: back, seconds });
            }
        }
        roads
    }

    pub fn place(&self, node: Node) -> LonLat {
        self.places[node]
    }

    /// Returns the node nearest to `at`; `None` where there are no roads.
    pub fn nearest(&self, at: LonLat) -> Option<Node> {
        let distance = |node: &Node| metres(at, self.places[*node]);
        (0..self.places.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Returns the nodes within `radius_m` of a node, itself left out.
    pub fn around(&self, node: Node, radius_m: f64) -> Vec<Node> {
        let near = |other: &Node| metres(self.places[node], self.places[*other]) <= radius_m;
        (0..self.places.len()).filter(|other| *other != node).filter(near).collect()
    }

    /// Returns the quickest way (Dijkstra); `None` where none leads there.
    pub fn way(&self, from: Node, to: Node) -> Option<Way> {
        let mut reached: Vec<Option<Reached>> = vec![None; self.places.len()];
        let mut open = BinaryHeap::from([Reverse((0_u64, from))]);
        reached[from] = Some((0, None));
        while let Some(Reverse((cost, node))) = open.pop() {
            if node == to {
                break;
            }
            if reached[node].is_some_and(|(best, _)| best < cost) {
                continue;
            }
            for (index, road) in self.from[node].iter().enumerate() {
                let cost = cost + millis(road.seconds);
                if reached[road.to].is_none_or(|(best, _)| cost < best) {
                    reached[road.to] = Some((cost, Some((node, index))));
                    open.push(Reverse((cost, road.to)));
                }
            }
        }
        let mut roads = Vec::new();
        let mut at = to;
        while let Some((_, Some((before, index)))) = reached[at] {
            roads.push(&self.from[before][index]);
            at = before;
        }
        (at == from && reached[to].is_some()).then(|| joined(self.places[from], &roads))
    }
}

/// Puts roads, the last one first, together.
fn joined(start: LonLat, roads: &[&Road]) -> Way {
    let mut way = Way { points: vec![(start, 0.0)], crossings: vec![0] };
    let mut seconds = 0.0;
    for road in roads.iter().rev() {
        let length: f64 = road.points.windows(2).map(|pair| metres(pair[0], pair[1])).sum();
        for pair in road.points.windows(2) {
            seconds += road.seconds * metres(pair[0], pair[1]) / length.max(1.0);
            way.points.push((pair[1], seconds));
        }
        way.crossings.push(way.points.len() - 1);
    }
    way
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours at most")]
fn millis(seconds: f64) -> u64 {
    (seconds * 1e3).round().max(1.0) as u64
}

#[expect(clippy::cast_possible_truncation, reason = "degrees")]
fn key([lon, lat]: LonLat) -> (i64, i64) {
    ((lon * 1e5).round() as i64, (lat * 1e5).round() as i64)
}

/// Tells whether two points are the same place to a vehicle.
pub(super) fn same(a: LonLat, b: LonLat) -> bool {
    metres(a, b) <= SAME_M
}

/// Returns the distance between two points of a county, whose curvature does not matter.
pub(super) fn metres(a: LonLat, b: LonLat) -> f64 {
    let shrink = ((a[1] + b[1]) / 2.0).to_radians().cos();
    ((b[0] - a[0]) * shrink * DEGREE_M).hypot((b[1] - a[1]) * DEGREE_M)
}

/// Moves a point some metres east and north.
pub(super) fn moved(at: LonLat, east_m: f64, north_m: f64) -> LonLat {
    let shrink = at[1].to_radians().cos();
    [at[0] + east_m / DEGREE_M / shrink, at[1] + north_m / DEGREE_M]
}

/// Returns the direction from `a` to `b` in degrees from north, clockwise.
pub(super) fn bearing(a: LonLat, b: LonLat) -> f64 {
    let shrink = ((a[1] + b[1]) / 2.0).to_radians().cos();
    ((b[0] - a[0]) * shrink).atan2(b[1] - a[1]).to_degrees().rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    #[test]
    fn every_place_of_the_county_is_reached_from_every_other() {
        let roads = Roads::new(&demo::basemap().unwrap().roads);
        assert_eq!(roads.places.len(), 11 + 478, "every seat and village is where roads meet");
        let seat = roads.nearest([114.44, 35.6281]).unwrap();
        for node in 0..roads.places.len() {
            let way = roads.way(seat, node).unwrap();
            assert_eq!(way.points.last().unwrap().0, roads.place(node));
            assert!(way.points.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        }
    }

    #[test]
    fn the_quickest_way_takes_the_county_road_although_it_is_longer() {
        let line = |class: &str, points: &[LonLat]| Polyline {
            id: "r".into(),
            name: String::new(),
            class: class.into(),
            parts: vec![points.to_vec()],
        };
        let (a, b, c) = ([114.0, 35.0], [114.1, 35.0], [114.05, 35.03]);
        let roads = Roads::new(&[
            line("township", &[a, b]),
            line("county", &[a, c]),
            line("county", &[c, b]),
        ]);
        let way = roads.way(0, 1).unwrap();
        assert_eq!(way.points.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [a, c, b]);
        assert_eq!(way.crossings, [0, 1, 2]);
        let alone = Roads::new(&[line("township", &[a, b]), line("township", &[c, [114.2, 35.2]])]);
        assert_eq!(alone.way(0, 2), None);
    }
}
