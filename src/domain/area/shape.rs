//! What a warning draws on the map, and how much of the map it may draw over.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::LonLat;

/// Points a polygon may have to be held against the map. Borders of provinces are drawn with some thousands; a
/// comb of so many points over 700,000 villages is the most work there is, and takes a quarter of a second.
pub const MAX_POINTS: usize = 10_000;
/// Ground that a shape may cover, in square kilometres: wider than any province, narrower than the country. What
/// is wider was drawn by a slip, or says nothing about one county.
pub const MAX_KM2: f64 = 2_000_000.0;
/// Radius of the earth.
const EARTH_KM: f64 = 6_371.0;

/// A stretch of the earth that a warning names by geometry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One ring, first point repeated at the end.
    Polygon(Vec<LonLat>),
    Circle {
        center: LonLat,
        radius_km: f64,
    },
}

/// Why a shape is not held against the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Excess {
    Points(usize),
    Km2(f64),
}

impl Shape {
    /// Tells what about the shape is too much for anybody to be called by it.
    pub fn excess(&self) -> Option<Excess> {
        match self {
            Shape::Polygon(ring) if ring.len() > MAX_POINTS => Some(Excess::Points(ring.len())),
            Shape::Polygon(_) | Shape::Circle { .. } => {
                Some(self.km2()).filter(|km2| *km2 > MAX_KM2).map(Excess::Km2)
            }
        }
    }

    /// Returns the ground it covers on the globe.
    fn km2(&self) -> f64 {
        match self {
            Shape::Polygon(ring) => {
                let strip = |edge: &[LonLat]| {
                    let [from, to] = [edge[0], edge[1]].map(|at| at.map(f64::to_radians));
                    (to[0] - from[0]) * f64::midpoint(from[1].sin(), to[1].sin())
                };
                ring.windows(2).map(strip).sum::<f64>().abs() * EARTH_KM * EARTH_KM
            }
            Shape::Circle { radius_km, .. } => {
                let angle = (radius_km / EARTH_KM).clamp(0.0, std::f64::consts::PI);
                std::f64::consts::TAU * EARTH_KM * EARTH_KM * (1.0 - angle.cos())
            }
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(points) => {
                write!(f, "has {points} points, and at most {MAX_POINTS} are read")
            }
            Self::Km2(km2) => write!(
                f,
                "covers {:.1} million km², which is more than any province ({:.0} million)",
                km2 / 1e6,
                MAX_KM2 / 1e6
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_province_is_no_excess_and_the_country_is() {
        let xinjiang = square([73.5, 34.5], [96.4, 42.0]);
        assert_eq!(xinjiang.excess(), None, "{}", xinjiang.km2());
        let country = square([73.5, 18.0], [135.0, 53.5]);
        assert!(matches!(country.excess(), Some(Excess::Km2(km2)) if km2 > 15e6));
        let world = square([-180.0, -90.0], [180.0, 90.0]);
        assert!((world.km2() / 510e6 - 1.0).abs() < 0.01, "{}", world.km2());
        let circle = |radius_km| Shape::Circle { center: [114.0, 35.0], radius_km };
        assert_eq!(circle(700.0).excess(), None);
        for radius_km in [900.0, 1e6, f64::INFINITY] {
            assert!(circle(radius_km).excess().is_some(), "{radius_km}");
        }
    }

    #[test]
    fn a_polygon_of_too_many_points_is_told_from_a_fine_one() {
        let ring = |points| Shape::Polygon(vec![[114.0, 35.0]; points]);
        assert_eq!(ring(MAX_POINTS).excess(), None);
        assert_eq!(ring(MAX_POINTS + 1).excess(), Some(Excess::Points(MAX_POINTS + 1)));
    }

    fn square([west, south]: LonLat, [east, north]: LonLat) -> Shape {
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        Shape::Polygon(ring.to_vec())
    }
}
