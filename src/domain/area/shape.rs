//! What a warning draws on the map, and how much of the map it may draw over.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::LonLat;

/// Shapes of one message that are held against the map.
pub const MAX_SHAPES: usize = 100;
/// Points that they may have in all. Borders of provinces are drawn with some thousands; a
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

/// What about a message's shapes is too much for anybody to be called by them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Excess {
    Shapes(usize),
    Points(usize),
    Km2(f64),
}

/// Returns those shapes of a message that people can be called by, and why the others are none.
pub fn within_reason(shapes: Vec<&Shape>) -> (Vec<&Shape>, Vec<Excess>) {
    let points = shapes.iter().map(|shape| shape.points()).sum();
    if shapes.len() > MAX_SHAPES {
        return (Vec::new(), vec![Excess::Shapes(shapes.len())]);
    }
    if points > MAX_POINTS {
        return (Vec::new(), vec![Excess::Points(points)]);
    }
    let (shapes, wide): (Vec<&Shape>, Vec<&Shape>) =
        shapes.into_iter().partition(|shape| shape.km2() <= MAX_KM2);
    (shapes, wide.into_iter().map(|shape| Excess::Km2(shape.km2())).collect())
}

impl Shape {
    fn points(&self) -> usize {
        match self {
            Shape::Polygon(ring) => ring.len(),
            Shape::Circle { .. } => 1,
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
            Self::Shapes(shapes) => {
                write!(
                    f,
                    "it draws {shapes} shapes, and at most {MAX_SHAPES} are held against the map"
                )
            }
            Self::Points(points) => write!(
                f,
                "its shapes have {points} points, and at most {MAX_POINTS} are held against the map"
            ),
            Self::Km2(km2) => write!(
                f,
                "a shape of it covers {:.1} million km², more than any province ({:.0} million)",
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
        assert_eq!(excess(&[xinjiang]), []);
        let country = square([73.5, 18.0], [135.0, 53.5]);
        assert!(matches!(excess(&[country])[..], [Excess::Km2(km2)] if km2 > 15e6));
        let world = square([-180.0, -90.0], [180.0, 90.0]);
        assert!((world.km2() / 510e6 - 1.0).abs() < 0.01, "{}", world.km2());
        let circle = |radius_km| Shape::Circle { center: [114.0, 35.0], radius_km };
        assert_eq!(excess(&[circle(700.0)]), []);
        for radius_km in [900.0, 1e6, f64::INFINITY] {
            assert_eq!(excess(&[circle(radius_km)]).len(), 1, "{radius_km}");
        }
    }

    #[test]
    fn a_shape_too_wide_leaves_the_others_and_too_many_leave_none() {
        let small = square([114.0, 35.0], [114.1, 35.1]);
        let shapes = [square([80.0, 20.0], [130.0, 50.0]), small.clone()];
        let (kept, excess_of) = within_reason(shapes.iter().collect());
        assert_eq!((kept, excess_of.len()), (vec![&small], 1));

        assert_eq!(excess(&vec![small.clone(); MAX_SHAPES]), []);
        assert_eq!(excess(&vec![small; MAX_SHAPES + 1]), [Excess::Shapes(MAX_SHAPES + 1)]);
        let ring = |points| Shape::Polygon(vec![[114.0, 35.0]; points]);
        assert_eq!(excess(&[ring(MAX_POINTS - 4), ring(4)]), []);
        assert_eq!(excess(&[ring(MAX_POINTS - 4), ring(5)]), [Excess::Points(MAX_POINTS + 1)]);
    }

    fn excess(shapes: &[Shape]) -> Vec<Excess> {
        within_reason(shapes.iter().collect()).1
    }

    fn square([west, south]: LonLat, [east, north]: LonLat) -> Shape {
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        Shape::Polygon(ring.to_vec())
    }
}
