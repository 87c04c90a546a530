//! The same by a look at each area, with `geo` alone: what the index is held against in tests.

use std::collections::BTreeSet;

use geo::{
    Contains, Coord, Distance, Haversine, Intersects, LineString, MultiPolygon, Point, Polygon,
};

use super::{Area, Areas, Extent, LonLat, Shape};
use crate::domain::ids::{AreaCode, Level};

/// Returns the areas that `shape` touches.
pub(super) fn touched_by(areas: &Areas, shape: &Shape) -> BTreeSet<AreaCode> {
    let shape = Prepared::new(shape);
    areas.all().filter(|area| shape.touches(area)).map(|area| area.code).collect()
}

/// Returns what part of `jurisdiction` one shape names.
pub(super) fn extent(areas: &Areas, jurisdiction: AreaCode, shape: &Shape) -> Extent {
    let mut hits = touched_by(areas, shape);
    hits.retain(|code| jurisdiction.contains(*code));
    let mut extent = Extent::default();
    for code in &hits {
        if hits.iter().any(|other| other != code && code.contains(*other)) {
            continue;
        }
        let holds_others = areas.all().any(|area| area.code != *code && code.contains(area.code));
        if holds_others { &mut extent.partly } else { &mut extent.whole }.insert(*code);
    }
    extent
}
/// A shape in the form that `geo` computes with.
enum Prepared {
    Polygon(Polygon),
    Circle { center: Point, radius_m: f64 },
}

impl Prepared {
    fn new(shape: &Shape) -> Self {
        match shape {
            Shape::Polygon(ring) => Prepared::Polygon(Polygon::new(line(ring), Vec::new())),
            Shape::Circle { center, radius_km } => {
                Prepared::Circle { center: Point::from(*center), radius_m: radius_km * 1000.0 }
            }
        }
    }

    /// A village without a boundary is its centroid; anything wider than a township without a
    /// boundary is touched through what lies in it, not by a point in its middle.
    fn touches(&self, area: &Area) -> bool {
        if !area.outline.is_empty() {
            return self.meets_outline(area);
        }
        match area.centroid {
            Some(at) if area.code.level() >= Level::Township => self.covers(Point::from(at)),
            Some(_) | None => false,
        }
    }

    fn meets_outline(&self, area: &Area) -> bool {
        let outline = outline(area);
        match self {
            Prepared::Polygon(polygon) => outline.intersects(polygon),
            Prepared::Circle { center, radius_m } => {
                outline.contains(center) || near(&outline, *center, *radius_m)
            }
        }
    }

    fn covers(&self, point: Point) -> bool {
        match self {
            Prepared::Polygon(polygon) => polygon.intersects(&point),
            Prepared::Circle { center, radius_m } => {
                Haversine.distance(*center, point) <= *radius_m
            }
        }
    }
}

/// Tells whether any edge of `outline` comes within `radius_m` of `center`.
///
/// Works on a plane tangent at `center`: over a county the error is far below the precision of a
/// drawn circle.
fn near(outline: &MultiPolygon, center: Point, radius_m: f64) -> bool {
    /// Metres in a degree of latitude.
    const DEGREE_M: f64 = 111_195.0;
    let shrink = center.y().to_radians().cos();
    let flat = |at: &Coord| Coord {
        x: (at.x - center.x()) * shrink * DEGREE_M,
        y: (at.y - center.y()) * DEGREE_M,
    };
    outline.iter().flat_map(|polygon| polygon.exterior().lines()).any(|edge| {
        let (from, to) = (flat(&edge.start), flat(&edge.end));
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx * dx + dy * dy;
        let along = if length == 0.0 { 0.0 } else { -(from.x * dx + from.y * dy) / length };
        let along = along.clamp(0.0, 1.0);
        let (x, y) = (from.x + along * dx, from.y + along * dy);
        x * x + y * y <= radius_m * radius_m
    })
}

fn outline(area: &Area) -> MultiPolygon {
    let polygons = area.outline.iter().filter_map(|rings| {
        let (outer, holes) = rings.split_first()?;
        Some(Polygon::new(line(outer), holes.iter().map(|ring| line(ring)).collect()))
    });
    MultiPolygon(polygons.collect())
}

fn line(ring: &[LonLat]) -> LineString {
    ring.iter().map(|&[x, y]| Coord { x, y }).collect()
}
