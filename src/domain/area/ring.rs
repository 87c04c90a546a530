//! A drawn polygon, held against boxes: each box keeps only those edges that matter in it.
//!
//! Invariant: the answer for a point is the winding number over all edges by the exact sign of each turn, as
//! [`geo`] computes it; an edge is dropped or folded only where it is the same for every point of the box.

use geo::{
    Coord, Intersects, Kernel, Line, LineString, Orientation, Polygon, kernels::RobustKernel,
};

use super::{
    Area, LonLat,
    packed::{Bounds, Probe, Verdict},
};

/// One edge of the polygon.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: LonLat,
    to: LonLat,
    bounds: Bounds,
    /// What crossing it from the west adds to the winding number: 1 northward, -1 southward, else 0.
    turn: i32,
}

/// What an edge is to all points of a box.
enum Beside {
    /// Adds nothing to any of them, and none lies on it.
    Nothing,
    /// Adds its turn to each of them.
    Turns,
    /// East of all of them, and adds its turn to some.
    East,
    /// May run through the box.
    Near,
}

impl Edge {
    fn new(from: LonLat, to: LonLat) -> Self {
        let turn = i32::from(from[1] < to[1]) - i32::from(from[1] > to[1]);
        Self { from, to, bounds: Bounds::around([from, to]), turn }
    }

    fn beside(&self, bounds: &Bounds) -> Beside {
        let (edge, within) = (&self.bounds, bounds);
        if edge.high[1] < within.low[1]
            || within.high[1] < edge.low[1]
            || edge.high[0] < within.low[0]
        {
            return Beside::Nothing;
        }
        if within.high[0] < edge.low[0] {
            return self.east_of(bounds);
        }
        if bounds.contains(self.from) || bounds.contains(self.to) {
            return Beside::Near;
        }
        let [first, others @ ..] = bounds.corners().map(|corner| self.side(corner));
        if others.iter().any(|side| *side != first) {
            return Beside::Near;
        }
        match (first, self.turn) {
            (Orientation::Collinear, _) => Beside::Near,
            (Orientation::CounterClockwise, 1) | (Orientation::Clockwise, -1) => {
                self.east_of(bounds)
            }
            (Orientation::CounterClockwise | Orientation::Clockwise, _) => Beside::Nothing,
        }
    }

    /// Tells on which points of a box an edge that runs east of all of it acts.
    fn east_of(&self, bounds: &Bounds) -> Beside {
        match self.turn {
            0 => Beside::Nothing,
            _ if self.crosses(bounds.low[1]) && self.crosses(bounds.high[1]) => Beside::Turns,
            _ => Beside::East,
        }
    }

    /// Tells whether a line along a parallel crosses it: the southern end counts, the northern does not, so
    /// that a corner between two edges is crossed once.
    fn crosses(&self, lat: f64) -> bool {
        self.bounds.low[1] <= lat && lat < self.bounds.high[1]
    }

    fn side(&self, at: LonLat) -> Orientation {
        RobustKernel::orient2d(Coord::from(self.from), Coord::from(self.to), Coord::from(at))
    }

    /// Returns what it adds to the winding number around a point; `None` where the point lies on it.
    fn turn_around(&self, at: LonLat) -> Option<i32> {
        let [x, y] = at;
        let bounds = &self.bounds;
        if y < bounds.low[1] || bounds.high[1] < y || bounds.high[0] < x {
            return Some(0);
        }
        let turn = if self.crosses(y) { self.turn } else { 0 };
        if x < bounds.low[0] {
            return Some(turn);
        }
        match self.side(at) {
            Orientation::Collinear => None,
            Orientation::CounterClockwise => Some(turn.max(0)),
            Orientation::Clockwise => Some(turn.min(0)),
        }
    }

    fn line(&self) -> Line {
        Line::new(Coord::from(self.from), Coord::from(self.to))
    }
}

/// Returns the edges of a ring, closing it; a single point is an edge without length.
fn edges(ring: &[LonLat]) -> impl Iterator<Item = Edge> {
    let ends = ring.iter().skip(1).chain(ring.first());
    // The way back from a last point that is the first again is none.
    let is_way_back = |n: usize| n + 1 == ring.len() && n > 0 && ring.first() == ring.last();
    let pairs = ring.iter().zip(ends).enumerate();
    pairs.filter(move |(n, _)| !is_way_back(*n)).map(|(_, (from, to))| Edge::new(*from, *to))
}

/// The polygon, and the edges that matter in each of the boxes entered.
pub(super) struct Ring {
    edges: Vec<Edge>,
    bounds: Bounds,
    /// Indices into `edges`, those of the innermost box last.
    kept: Vec<u32>,
    boxes: Vec<Inside>,
}

/// What is known in one box.
#[derive(Clone, Copy)]
struct Inside {
    /// Where its edges begin in `kept`.
    from: usize,
    /// What the edges left out add to the winding number of each point.
    winding: i32,
}

impl Ring {
    pub fn new(ring: &[LonLat]) -> Self {
        let edges: Vec<Edge> = edges(ring).collect();
        let kept = (0..).take(edges.len()).collect();
        let bounds = Bounds::around(ring.iter().copied());
        Self { edges, bounds, kept, boxes: vec![Inside { from: 0, winding: 0 }] }
    }

    /// Tells whether a point of the box entered last lies in the polygon or on its boundary.
    pub fn covers(&self, at: LonLat) -> bool {
        let Inside { from, mut winding } = self.innermost();
        for edge in &self.kept[from..] {
            match self.edges[*edge as usize].turn_around(at) {
                Some(turn) => winding += turn,
                None => return true,
            }
        }
        winding != 0
    }

    /// Tells whether the polygon meets the outline of an area that lies in the box entered last.
    pub fn meets_outline(&self, area: &Area) -> bool {
        area.outline.iter().filter_map(|rings| rings.split_first()).any(|(outer, holes)| {
            let (Some(theirs), Some(own)) = (outer.first(), self.edges.first()) else {
                return false;
            };
            let bounds = Bounds::around(outer.iter().copied());
            let begins_in = || {
                bounds.contains(own.from)
                    && polygon(outer, holes).intersects(&Coord::from(own.from))
            };
            bounds.meets(&self.bounds)
                && (self.covers(*theirs)
                    || begins_in()
                    || std::iter::once(outer).chain(holes).any(|ring| self.crosses(ring)))
        })
    }

    fn crosses(&self, ring: &[LonLat]) -> bool {
        let kept = &self.kept[self.innermost().from..];
        edges(ring).any(|theirs| {
            kept.iter().map(|edge| &self.edges[*edge as usize]).any(|own| {
                own.bounds.meets(&theirs.bounds) && theirs.line().intersects(&own.line())
            })
        })
    }

    fn innermost(&self) -> Inside {
        self.boxes[self.boxes.len() - 1]
    }
}

impl Probe for Ring {
    fn enter(&mut self, bounds: &Bounds) -> Verdict {
        let Inside { from, mut winding } = self.innermost();
        let end = self.kept.len();
        let mut is_near = false;
        for place in from..end {
            let edge = self.kept[place];
            match self.edges[edge as usize].beside(bounds) {
                Beside::Nothing => {}
                Beside::Turns => winding += self.edges[edge as usize].turn,
                Beside::East => self.kept.push(edge),
                Beside::Near => {
                    is_near = true;
                    self.kept.push(edge);
                }
            }
        }
        self.boxes.push(Inside { from: end, winding });
        if is_near {
            return Verdict::Mixed;
        }
        // No edge runs through it, so one point speaks for all.
        let verdict = if self.covers(bounds.low) { Verdict::Inside } else { Verdict::Outside };
        self.leave();
        verdict
    }

    fn leave(&mut self) {
        let left = self.boxes.pop().expect("only what was entered is left");
        self.kept.truncate(left.from);
    }
}

/// Returns one polygon of an outline in the form that `geo` computes with.
pub(super) fn polygon(outer: &[LonLat], holes: &[Vec<LonLat>]) -> Polygon {
    Polygon::new(line(outer), holes.iter().map(|ring| line(ring)).collect())
}

fn line(ring: &[LonLat]) -> LineString {
    ring.iter().map(|at| Coord::from(*at)).collect()
}
