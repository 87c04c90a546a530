//! A circle on the globe, held against boxes of points and of outlines.
//!
//! Invariant: a point is covered by its great-circle distance; an outline is reached on the plane that touches the
//! earth at the centre, where over a county the error is far below the precision of a drawn circle. A box decides
//! only where it does so by more than rounding could.

use std::f64::consts::{FRAC_PI_2, PI};

use geo::{Contains, Coord, Distance, Haversine, Point};

use super::{
    Area, LonLat,
    packed::{Bounds, Probe, Verdict},
    ring::polygon,
};

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;
/// Share of the radius that a box must clear it by to be decided as a whole: a thousand times what the radius of
/// the earth is in doubt by.
const CLEAR: f64 = 1e-4;
/// The same for a circle without a radius, in radians: six millimetres.
const CLEAR_RAD: f64 = 1e-9;

#[derive(Debug, Clone, Copy)]
pub(super) struct Circle {
    center: LonLat,
    radius_m: f64,
}

impl Circle {
    pub fn new(center: LonLat, radius_km: f64) -> Self {
        Self { center, radius_m: radius_km * 1000.0 }
    }

    pub fn covers(&self, at: LonLat) -> bool {
        Haversine.distance(Point::from(self.center), Point::from(at)) <= self.radius_m
    }

    /// Tells whether the centre lies in the outline or any edge of it comes within the radius.
    pub fn meets_outline(&self, area: &Area) -> bool {
        let near = self.radius_m * self.radius_m;
        let mut edges = pieces(area).flat_map(|(outer, _)| self.squares(outer));
        edges.any(|square| square <= near) || self.is_inside(area)
    }

    /// Returns how far the centre lies outside of the outline, in metres; `None` where there is none.
    pub fn distance_m(&self, area: &Area) -> Option<f64> {
        if self.is_inside(area) {
            return Some(0.0);
        }
        let squares = pieces(area).flat_map(|(outer, _)| self.squares(outer));
        squares.min_by(f64::total_cmp).map(f64::sqrt)
    }

    fn is_inside(&self, area: &Area) -> bool {
        pieces(area).any(|(outer, holes)| {
            Bounds::around(outer.iter().copied()).contains(self.center)
                && polygon(outer, holes).contains(&Coord::from(self.center))
        })
    }

    /// Returns the squares of how far the edges of a ring lie from the centre, in square metres.
    fn squares(self, ring: &[LonLat]) -> impl Iterator<Item = f64> {
        let is_open = ring.first() != ring.last();
        let closing = ring.last().zip(ring.first()).filter(|_| is_open);
        let edges = ring.windows(2).map(|edge| (&edge[0], &edge[1])).chain(closing);
        edges.map(move |(from, to)| {
            let (from, to) = (self.flat(*from), self.flat(*to));
            let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
            let length = dx * dx + dy * dy;
            let along = if length == 0.0 { 0.0 } else { -(from[0] * dx + from[1] * dy) / length };
            let along = along.clamp(0.0, 1.0);
            let (x, y) = (from[0] + along * dx, from[1] + along * dy);
            x * x + y * y
        })
    }

    /// Returns where a point lies from the centre, in metres on the plane.
    fn flat(&self, at: LonLat) -> [f64; 2] {
        let shrink = self.center[1].to_radians().cos();
        [(at[0] - self.center[0]) * shrink * DEGREE_M, (at[1] - self.center[1]) * DEGREE_M]
    }
}

/// The circle among points.
impl Probe for Circle {
    fn enter(&mut self, bounds: &Bounds) -> Verdict {
        let globe = Bounds { low: [-180.0, -90.0], high: [180.0, 90.0] };
        if ![bounds.low, bounds.high, self.center].iter().all(|at| globe.contains(*at)) {
            return Verdict::Mixed;
        }
        let radius = self.radius_m / (DEGREE_M * 180.0 / PI);
        if nearest(self.center, bounds) > radius * (1.0 + CLEAR) + CLEAR_RAD {
            return Verdict::Outside;
        }
        // On the far side of the earth the distance itself is no longer exact.
        if farthest(self.center, bounds) < (radius * (1.0 - CLEAR)).min(PI * (1.0 - CLEAR)) {
            return Verdict::Inside;
        }
        Verdict::Mixed
    }

    fn leave(&mut self) {}
}

/// Returns an angle that no point of the box is nearer than.
fn pieces(area: &Area) -> impl Iterator<Item = (&Vec<LonLat>, &[Vec<LonLat>])> {
    area.outline.iter().filter_map(|rings| rings.split_first())
}

fn nearest(center: LonLat, bounds: &Bounds) -> f64 {
    let lat = (bounds.low[1] - center[1]).max(center[1] - bounds.high[1]).max(0.0).to_radians();
    let apart = |turn: f64| {
        (bounds.low[0] + turn - center[0]).max(center[0] - bounds.high[0] - turn).max(0.0)
    };
    let lon = apart(0.0).min(apart(-360.0)).min(apart(360.0)).to_radians();
    let own = center[1].to_radians();
    // The way to a meridian more than a quarter round leads over the pole.
    let aside =
        if lon < FRAC_PI_2 { (own.cos() * lon.sin()).asin() } else { FRAC_PI_2 - own.abs() };
    lat.max(aside)
}

/// Returns an angle that no point of the box is farther than: along the parallel, then along the meridian.
fn farthest(center: LonLat, bounds: &Bounds) -> f64 {
    let [lon, lat] = [0, 1].map(|axis| {
        let (low, high) = (center[axis] - bounds.low[axis], bounds.high[axis] - center[axis]);
        low.abs().max(high.abs()).to_radians()
    });
    lat + center[1].to_radians().cos() * lon
}

/// The circle among outlines.
pub(super) struct OnThePlane(pub Circle);

impl Probe for OnThePlane {
    fn enter(&mut self, bounds: &Bounds) -> Verdict {
        let Circle { center, radius_m } = self.0;
        let nearest = [0, 1].map(|axis| center[axis].max(bounds.low[axis]).min(bounds.high[axis]));
        let [x, y] = self.0.flat(nearest);
        let clear = radius_m.abs() * (1.0 + CLEAR) + CLEAR_RAD * DEGREE_M;
        if x.hypot(y) > clear { Verdict::Outside } else { Verdict::Mixed }
    }

    fn leave(&mut self) {}
}
