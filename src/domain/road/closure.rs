//! Roads that cannot be passed, and which stretches that cuts.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{ground::Plane, network::Network};
use crate::domain::area::{LonLat, Shape};

/// Something that closes roads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    /// A whole road, by the id of the road file.
    Road(CompactString),
    /// What lies in a polygon or a circle: flooded ground, a fallen bridge.
    Within(Shape),
}

/// From and to, in metres along an edge.
type Stretch = (f64, f64);

/// The closed stretches of each edge, in order along it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cuts {
    /// By edge, in order of edge.
    by_edge: Vec<(u32, Vec<Stretch>)>,
}

impl Cuts {
    /// Returns what these closures cut; a road that the file does not have cuts nothing.
    pub fn new<'a>(network: &Network, closures: impl IntoIterator<Item = &'a Closure>) -> Self {
        let closures: Vec<&Closure> = closures.into_iter().collect();
        if closures.is_empty() {
            return Self::default();
        }
        let mut by_edge = Vec::new();
        for edge in 0..u32::try_from(network.edges.len()).unwrap_or(u32::MAX) {
            let mut closed: Vec<Stretch> = Vec::new();
            for closure in &closures {
                match closure {
                    Closure::Road(id) if network.road_id(edge) == id => {
                        closed.push((0.0, network.edges[edge as usize].metres));
                    }
                    Closure::Road(_) => {}
                    Closure::Within(shape) => within(network, edge, shape, &mut closed),
                }
            }
            if !closed.is_empty() {
                by_edge.push((edge, merged(closed)));
            }
        }
        Self { by_edge }
    }

    /// Tells whether nothing is closed.
    pub fn is_empty(&self) -> bool {
        self.by_edge.is_empty()
    }

    /// Returns the closed stretches of an edge.
    pub(super) fn of(&self, edge: u32) -> &[Stretch] {
        let found = self.by_edge.binary_search_by_key(&edge, |(edge, _)| *edge);
        found.map_or(&[], |place| self.by_edge[place].1.as_slice())
    }

    /// Tells whether an edge can be passed between two places on it.
    pub(super) fn is_open(&self, edge: u32, a: f64, b: f64) -> bool {
        let (low, high) = (a.min(b), a.max(b));
        self.of(edge).iter().all(|(from, to)| *to <= low || *from >= high)
    }
}

fn within(network: &Network, edge: u32, shape: &Shape, closed: &mut Vec<Stretch>) {
    for ([a, b], [from, to]) in network.pieces(edge) {
        let mut add = |low: f64, high: f64| {
            if high > low {
                closed.push((from + low * (to - from), from + high * (to - from)));
            }
        };
        match shape {
            Shape::Circle { center, radius_km } => {
                if let Some((low, high)) = in_circle(a, b, *center, radius_km * 1_000.0) {
                    add(low, high);
                }
            }
            Shape::Polygon(ring) => in_polygon(a, b, ring, &mut add),
        }
    }
}

/// Returns the part of a piece that lies in a circle, 0 to 1 along it.
fn in_circle(a: LonLat, b: LonLat, center: LonLat, radius_m: f64) -> Option<(f64, f64)> {
    let plane = Plane::at(center);
    let ([ax, ay], [bx, by]) = (plane.flat(a), plane.flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return None;
    }
    // |a + t·d|² = r², solved for t.
    let half = (ax * dx + ay * dy) / square;
    let rest = (ax * ax + ay * ay - radius_m * radius_m) / square;
    let root = (half * half - rest).max(0.0).sqrt();
    let crosses = half * half >= rest;
    crosses.then(|| ((-half - root).clamp(0.0, 1.0), (-half + root).clamp(0.0, 1.0)))
}

/// Adds the parts of a piece that lie in a polygon, 0 to 1 along it.
fn in_polygon(a: LonLat, b: LonLat, ring: &[LonLat], add: &mut impl FnMut(f64, f64)) {
    let plane = Plane::at(a);
    let [dx, dy] = plane.flat(b);
    let flat = || ring.iter().map(|at| plane.flat(*at));
    let sides = || flat().zip(flat().cycle().skip(1)).take(ring.len());
    let mut turns: Vec<f64> = sides()
        .filter_map(|([px, py], [qx, qy])| {
            let (ex, ey) = (qx - px, qy - py);
            let cross = dx * ey - dy * ex;
            let along = (px * ey - py * ex) / cross;
            let beside = (px * dy - py * dx) / cross;
            let meets =
                cross != 0.0 && (0.0..1.0).contains(&beside) && (0.0..=1.0).contains(&along);
            meets.then_some(along)
        })
        .chain([0.0, 1.0])
        .collect();
    turns.sort_unstable_by(f64::total_cmp);
    for pair in turns.windows(2) {
        let middle = f64::midpoint(pair[0], pair[1]);
        let (x, y) = (dx * middle, dy * middle);
        let crossed = sides().filter(|([px, py], [qx, qy])| {
            (*py > y) != (*qy > y) && x < (qx - px) * (y - py) / (qy - py) + px
        });
        if crossed.count() % 2 == 1 {
            add(pair[0], pair[1]);
        }
    }
}

/// Puts stretches that touch together.
fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<Stretch> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::road::{Road, Speeds};

    #[test]
    fn a_circle_closes_what_lies_in_it_and_no_more() {
        let cuts = Cuts::new(&network(), &[circle([114.05, 35.0], 1.0)]);
        let [(from, to)] = cuts.of(0) else { panic!("{cuts:?}") };
        assert!((to - from - 2_000.0).abs() < 5.0, "{from} {to}");
        assert!(cuts.is_open(0, 0.0, from - 1.0) && cuts.is_open(0, to + 1.0, 9_000.0));
        assert!(!cuts.is_open(0, 0.0, 9_000.0));
        assert!(Cuts::new(&network(), &[circle([114.05, 35.1], 1.0)]).is_empty());
    }

    #[test]
    fn a_polygon_closes_each_stretch_that_runs_through_it() {
        // A comb with two teeth across the road.
        let ring: Vec<LonLat> = vec![
            [114.02, 34.9],
            [114.02, 35.1],
            [114.03, 35.1],
            [114.03, 34.95],
            [114.06, 34.95],
            [114.06, 35.1],
            [114.07, 35.1],
            [114.07, 34.9],
            [114.02, 34.9],
        ];
        let cuts = Cuts::new(&network(), &[Closure::Within(Shape::Polygon(ring))]);
        let lengths: Vec<f64> = cuts.of(0).iter().map(|(from, to)| (to - from).round()).collect();
        assert_eq!(lengths.len(), 2, "{cuts:?}");
        assert!(lengths.iter().all(|length| (length - 911.0).abs() < 3.0), "{lengths:?}");
    }

    #[test]
    fn a_road_is_closed_from_end_to_end_and_an_unknown_one_not_at_all() {
        let cuts = Cuts::new(&network(), &[Closure::Road("r-1".into())]);
        assert!(!cuts.is_open(0, 10.0, 11.0));
        assert!(Cuts::new(&network(), &[Closure::Road("r-9".into())]).is_empty());
    }

    fn circle(center: LonLat, radius_km: f64) -> Closure {
        Closure::Within(Shape::Circle { center, radius_km })
    }

    fn network() -> Network {
        let parts = [vec![[114.0, 35.0], [114.04, 35.0], [114.1, 35.0]]];
        Network::new([Road { id: "r-1", class: "county", parts: &parts }], &Speeds::default())
    }
}
