//! Where a place meets the roads: the nearest open stretches, and how far off they are.

use super::{
    closure::Cuts,
    ground::Plane,
    network::Network,
    speeds::{Speeds, seconds},
};
use crate::domain::area::LonLat;

/// Stretches that a place is joined to: the nearest may lead nowhere once roads are closed.
const SNAPS: usize = 3;

/// By how much the square of a root may be off.
const ROUNDING: f64 = 1.0 + 1e-9;

/// Where a place meets a stretch of road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Snap {
    pub edge: u32,
    /// Metres from the edge's beginning.
    pub at_m: f64,
    /// Metres from the place to the road, and the seconds they take.
    pub off_m: f64,
    pub off_s: f64,
}

/// A place, with where it meets the roads: as they are now, and as they were if none were closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    pub at: LonLat,
    pub(super) open: Vec<Snap>,
    /// Empty where nothing is closed.
    pub(super) whole: Vec<Snap>,
}

impl Spot {
    /// Joins a place to the roads of a network that has these cuts.
    pub(super) fn new(at: LonLat, network: &Network, cuts: &Cuts, speeds: &Speeds) -> Self {
        let (open, near_cut) = snaps(at, network, cuts, speeds);
        let whole = match (cuts.is_empty(), near_cut) {
            (true, _) => Vec::new(),
            (false, false) => open.clone(),
            (false, true) => snaps(at, network, &Cuts::default(), speeds).0,
        };
        Self { at, open, whole }
    }

    /// A place in a county that has no roads on file.
    pub(super) fn without_roads(at: LonLat) -> Self {
        Self { at, open: Vec::new(), whole: Vec::new() }
    }
}

/// Returns the nearest open points, and whether any stretch that was looked at for them is closed anywhere.
fn snaps(at: LonLat, network: &Network, cuts: &Cuts, speeds: &Speeds) -> (Vec<Snap>, bool) {
    let plane = Plane::at(at);
    let limit_m = f64::from(speeds.off_road_max_m);
    let mut nearest: Vec<Snap> = Vec::with_capacity(SNAPS + 1);
    let mut near_cut = false;
    network.grid.around(at, limit_m, |edge, piece| {
        let (ends, along) = network.piece(piece);
        let ends = ends.map(|end| plane.flat(end));
        let closed = cuts.of(edge);
        near_cut |= !closed.is_empty();
        let matters_m = if nearest.len() < SNAPS { limit_m } else { nearest[SNAPS - 1].off_m };
        for (at_m, square) in open_points(ends, along, closed) {
            // Of most pieces it is enough to know that they are farther off; equally far ones go by their edge.
            if square <= matters_m * matters_m * ROUNDING {
                keep(&mut nearest, Snap { edge, at_m, off_m: square.sqrt(), off_s: 0.0 });
            }
        }
        if nearest.len() < SNAPS { limit_m } else { nearest[SNAPS - 1].off_m }
    });
    for snap in &mut nearest {
        snap.off_s = seconds(snap.off_m * speeds.detour, f64::from(speeds.off_road_kmh.max(1)));
    }
    (nearest, near_cut)
}

/// Keeps the nearest snap of each edge, the nearest edges first; equally near ones in order of edge.
fn keep(nearest: &mut Vec<Snap>, snap: Snap) {
    if let Some(known) = nearest.iter_mut().find(|known| known.edge == snap.edge) {
        if snap.off_m < known.off_m {
            *known = snap;
        }
    } else {
        nearest.push(snap);
    }
    nearest.sort_unstable_by(|a, b| a.off_m.total_cmp(&b.off_m).then(a.edge.cmp(&b.edge)));
    nearest.truncate(SNAPS);
}

/// Returns the nearest point of a piece to the middle of the plane, or, where that is closed, the ends of the closed
/// stretch: each with its place along the edge and the square of its distance.
fn open_points(
    [a, b]: [[f64; 2]; 2],
    [from, to]: [f64; 2],
    closed: &[(f64, f64)],
) -> impl Iterator<Item = (f64, f64)> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    let nearest = if square == 0.0 { 0.0 } else { -(a[0] * dx + a[1] * dy) / square };
    let nearest = from + nearest.clamp(0.0, 1.0) * (to - from);
    let shut = closed.iter().find(|(low, high)| (*low..=*high).contains(&nearest));
    let candidates = match shut {
        None => [Some(nearest), None],
        Some((low, high)) => [(*low > from).then_some(*low), (*high < to).then_some(*high)],
    };
    candidates.into_iter().flatten().map(move |at_m| {
        let part = if to > from { (at_m - from) / (to - from) } else { 0.0 };
        let [x, y] = [a[0] + part * dx, a[1] + part * dy];
        (at_m, x * x + y * y)
    })
}
