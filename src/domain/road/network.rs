//! The graph: places where roads meet, and the stretches of road between them.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{
    grid::Grid,
    speeds::{Speeds, seconds},
};
use crate::domain::area::{LonLat, distance_m};

/// One road of the county's file, in one or several parts.
#[derive(Debug, Clone, Copy)]
pub struct Road<'a> {
    pub id: &'a str,
    pub class: &'a str,
    pub parts: &'a [Vec<LonLat>],
}

/// A stretch of road between two places where roads meet or end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub ends: [u32; 2],
    /// The road it belongs to, by its place in the file.
    pub road: u32,
    /// Its points among all points.
    first: u32,
    last: u32,
    pub metres: f64,
    pub seconds: f64,
}

/// The roads of a county. It is made once for a file of roads; closures are laid over it and change nothing in it.
#[derive(Debug)]
pub struct Network {
    pub(super) edges: Vec<Edge>,
    points: Vec<LonLat>,
    /// How far along its edge each point is, in metres.
    along: Vec<f64>,
    road_ids: Vec<CompactString>,
    /// Where the stretches of each place begin in `leaving`; one more than there are places.
    first_leaving: Vec<u32>,
    /// Stretches that leave a place, and where they lead.
    leaving: Vec<(u32, u32)>,
    pub(super) grid: Grid,
    pub(super) crossing_s: f64,
}

impl Network {
    /// Joins roads where they share a position, to a metre.
    pub fn new<'a>(roads: impl IntoIterator<Item = Road<'a>>, speeds: &Speeds) -> Self {
        let roads: Vec<Road<'a>> = roads.into_iter().collect();
        let nodes = Nodes::of(&roads);
        let mut network = Self {
            edges: Vec::new(),
            points: Vec::new(),
            along: Vec::new(),
            road_ids: roads.iter().map(|road| road.id.into()).collect(),
            first_leaving: Vec::new(),
            leaving: Vec::new(),
            grid: Grid::default(),
            crossing_s: f64::from(speeds.crossing_s),
        };
        for (number, road) in (0_u32..).zip(&roads) {
            let kmh = speeds.on(road.class);
            for part in road.parts.iter().filter(|part| part.len() > 1) {
                network.cut_at_nodes(number, part, kmh, &nodes);
            }
        }
        network.join(nodes.count);
        network.grid = Grid::of(&network);
        network
    }

    /// Returns how many places there are where roads meet or end.
    pub fn places(&self) -> usize {
        self.first_leaving.len().saturating_sub(1)
    }

    /// Returns how many stretches there are between them.
    pub fn stretches(&self) -> usize {
        self.edges.len()
    }

    /// Tells whether the file has a road of this id.
    pub fn has_road(&self, id: &str) -> bool {
        self.road_ids.iter().any(|known| known == id)
    }

    fn cut_at_nodes(&mut self, road: u32, part: &[LonLat], kmh: f64, nodes: &Nodes) {
        let mut begun: Option<(u32, usize)> = None;
        for (place, at) in part.iter().enumerate() {
            let end = place == 0 || place == part.len() - 1;
            let Some(node) = nodes.at(*at, end) else { continue };
            if let Some((from, start)) = begun {
                self.stretch(road, [from, node], &part[start..=place], kmh);
            }
            begun = Some((node, place));
        }
    }

    fn stretch(&mut self, road: u32, ends: [u32; 2], points: &[LonLat], kmh: f64) {
        let first = count(self.points.len());
        let mut metres = 0.0;
        for (place, at) in points.iter().enumerate() {
            if place > 0 {
                metres += distance_m(points[place - 1], *at);
            }
            self.points.push(*at);
            self.along.push(metres);
        }
        let last = count(self.points.len() - 1);
        self.edges.push(Edge { ends, road, first, last, metres, seconds: seconds(metres, kmh) });
    }

    /// Lists the stretches by the places they leave.
    fn join(&mut self, nodes: u32) {
        let mut pairs: Vec<(u32, (u32, u32))> = Vec::with_capacity(self.edges.len() * 2);
        for (number, edge) in (0_u32..).zip(&self.edges) {
            let [a, b] = edge.ends;
            pairs.extend([(a, (number, b)), (b, (number, a))]);
        }
        pairs.sort_unstable();
        let starts = (0..=nodes).map(|node| count(pairs.partition_point(|(from, _)| *from < node)));
        self.first_leaving = starts.collect();
        self.leaving = pairs.into_iter().map(|(_, stretch)| stretch).collect();
    }

    /// Returns the stretches that leave a place, each with where it leads.
    pub(super) fn leaving(&self, node: u32) -> &[(u32, u32)] {
        let [from, to] = [node, node + 1].map(|node| self.first_leaving[node as usize] as usize);
        &self.leaving[from..to]
    }

    pub(super) fn road_id(&self, edge: u32) -> &str {
        &self.road_ids[self.edges[edge as usize].road as usize]
    }

    /// Returns the pieces of an edge: both ends, and how far along the edge they are in metres.
    pub(super) fn pieces(&self, edge: u32) -> impl Iterator<Item = ([LonLat; 2], [f64; 2])> {
        let Edge { first, last, .. } = self.edges[edge as usize];
        (first..last).map(|number| self.piece(number))
    }

    /// Returns the piece that begins at a point.
    pub(super) fn piece(&self, number: u32) -> ([LonLat; 2], [f64; 2]) {
        let place = number as usize;
        ([self.points[place], self.points[place + 1]], [self.along[place], self.along[place + 1]])
    }

    /// Returns every piece by the number of its first point, with its edge.
    pub(super) fn numbered_pieces(&self) -> impl Iterator<Item = (u32, u32)> {
        let edges = (0_u32..).zip(&self.edges);
        edges.flat_map(|(number, edge)| (edge.first..edge.last).map(move |piece| (number, piece)))
    }
}

/// The numbers of places where roads meet or end.
struct Nodes {
    numbers: BTreeMap<(i64, i64), Option<u32>>,
    count: u32,
}

impl Nodes {
    /// A position is such a place when it ends a part, or when any other part or the same one passes it again.
    fn of(roads: &[Road<'_>]) -> Self {
        let mut passed: BTreeMap<(i64, i64), bool> = BTreeMap::new();
        for part in roads.iter().flat_map(|road| road.parts).filter(|part| part.len() > 1) {
            for (place, at) in part.iter().enumerate() {
                let end = place == 0 || place == part.len() - 1;
                let again = passed.contains_key(&key(*at)) && part[..place].last() != Some(at);
                let meets = passed.entry(key(*at)).or_insert(end);
                *meets = *meets || end || again;
            }
        }
        let mut nodes = Self { numbers: BTreeMap::new(), count: 0 };
        for (key, meets) in passed {
            let number = meets.then_some(nodes.count);
            nodes.count += u32::from(meets);
            nodes.numbers.insert(key, number);
        }
        nodes
    }

    fn at(&self, at: LonLat, end: bool) -> Option<u32> {
        let number = self.numbers.get(&key(at)).copied().flatten();
        debug_assert!(number.is_some() || !end, "the end of a part is where roads meet or end");
        number
    }
}

/// Counts of one county's roads, which a file of 2,000,000 positions bounds.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "degrees")]
fn key([lon, lat]: LonLat) -> (i64, i64) {
    ((lon * 1e5).round() as i64, (lat * 1e5).round() as i64)
}
