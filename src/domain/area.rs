//! The division tree and its geometry: which areas a code, polygon or circle touches.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Included},
};

use compact_str::CompactString;
use geo::{
    Contains, Coord, Distance, Haversine, Intersects, LineString, MultiPolygon, Point, Polygon,
};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{AreaSaved, Event},
    ids::{AreaCode, Level},
    rejection::Rejection,
};

/// Longitude and latitude, WGS-84 degrees.
pub type LonLat = [f64; 2];

/// One administrative division.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub code: AreaCode,
    pub name: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centroid: Option<LonLat>,
    /// Rings of the boundary, each polygon its outer ring first; empty where the county has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<Vec<Vec<LonLat>>>,
}

impl Area {
    /// Tells whether `at` lies in the outline or within `km` of it; `None` where there is no outline.
    pub fn reaches(&self, at: LonLat, km: f64) -> Option<bool> {
        let circle = Prepared::Circle { center: Point::from(at), radius_m: km * 1000.0 };
        (!self.outline.is_empty()).then(|| circle.meets_outline(self))
    }
}

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

/// The areas that something is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// These and all that lies in them.
    pub whole: BTreeSet<AreaCode>,
    /// These, but not what lies in them: a drawn shape touches them and no area inside.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub partly: BTreeSet<AreaCode>,
}

impl Extent {
    pub fn of(area: AreaCode) -> Self {
        Self { whole: BTreeSet::from([area]), partly: BTreeSet::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.partly.is_empty()
    }

    /// Returns the areas named, whole or in part.
    pub fn named(&self) -> impl Iterator<Item = AreaCode> {
        self.whole.iter().chain(&self.partly).copied()
    }

    /// Drops what lies in another whole area.
    fn pruned(mut self) -> Self {
        let whole = self.whole.clone();
        let covered = |code: AreaCode| code.lineage().skip(1).any(|up| whole.contains(&up));
        self.whole.retain(|code| !covered(*code));
        self.partly.retain(|code| !covered(*code) && !whole.contains(code));
        self
    }
}

/// Every area of the jurisdiction and around it, by code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Areas {
    by_code: BTreeMap<AreaCode, Area>,
}

impl Areas {
    pub fn get(&self, code: AreaCode) -> Option<&Area> {
        self.by_code.get(&code)
    }

    /// Returns the area's name, or its code where the tree does not know it.
    pub fn name(&self, code: AreaCode) -> CompactString {
        self.get(code).map_or_else(|| CompactString::from(code.to_string()), |a| a.name.clone())
    }

    pub fn len(&self) -> usize {
        self.by_code.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// Returns every known area, in order of code.
    pub fn all(&self) -> impl Iterator<Item = &Area> {
        self.by_code.values()
    }

    /// Returns `code` and every known area that lies in it, in order of code.
    pub fn inside(&self, code: AreaCode) -> impl Iterator<Item = &Area> {
        self.by_code.range(code..=code.last_inside()).map(|(_, area)| area)
    }

    /// Returns the known areas directly below `code`.
    pub fn children(&self, code: AreaCode) -> impl Iterator<Item = &Area> {
        self.inside(code).filter(move |area| area.code.parent() == Some(code))
    }

    /// Returns every known area of `level` that `extent` is about: those named, those that lie in
    /// what is named whole, and those that something named lies in.
    pub fn at_level(&self, extent: &Extent, level: Level) -> BTreeSet<AreaCode> {
        let inside = extent.whole.iter().flat_map(|code| self.inside(*code));
        let inside = inside.map(|area| area.code).filter(|code| code.level() == level);
        let above = extent.named().filter_map(|code| code.at(level));
        inside.chain(above.filter(|code| self.by_code.contains_key(code))).collect()
    }

    /// Returns what part of `jurisdiction` the codes and shapes of a message name.
    pub fn extent(&self, jurisdiction: AreaCode, codes: &[AreaCode], shapes: &[&Shape]) -> Extent {
        let mut extent = Extent::default();
        for code in codes {
            if code.contains(jurisdiction) {
                extent.whole.insert(jurisdiction);
            } else if jurisdiction.contains(*code) {
                // A code newer than the county's list still lies in something the county knows.
                let known = code.lineage().find(|up| self.by_code.contains_key(up));
                extent.whole.insert(known.unwrap_or(jurisdiction));
            }
        }
        for shape in shapes {
            let hits = self.touched_by(shape);
            let hits = hits.into_iter().filter(|code| jurisdiction.contains(*code));
            let hits: BTreeSet<AreaCode> = hits.collect();
            for code in &hits {
                let finer = (Excluded(*code), Included(code.last_inside()));
                if hits.range(finer).next().is_some() {
                    continue;
                }
                if self.inside(*code).nth(1).is_some() {
                    extent.partly.insert(*code);
                } else {
                    extent.whole.insert(*code);
                }
            }
        }
        extent.pruned()
    }

    /// Returns the areas that `shape` touches: by boundary where there is one, else by centroid.
    pub fn touched_by(&self, shape: &Shape) -> BTreeSet<AreaCode> {
        let shape = Prepared::new(shape);
        self.by_code.values().filter(|area| shape.touches(area)).map(|area| area.code).collect()
    }

    /// Tells whether any area known here can be placed on the earth.
    pub fn has_geometry(&self) -> bool {
        self.by_code.values().any(|area| area.centroid.is_some() || !area.outline.is_empty())
    }

    pub(super) fn save(&mut self, area: Area) {
        self.by_code.insert(area.code, area);
    }
}

/// Decides the import of a list of areas: every parent down from the county must be known or in it.
pub(super) fn save(
    board: &Board,
    actor: &Actor,
    areas: &[Area],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    let coming: BTreeSet<AreaCode> = areas.iter().map(|area| area.code).collect();
    let known = |code| board.areas.get(code).is_some() || coming.contains(&code);
    for area in areas {
        if let Some(parent) = area.code.parent()
            && area.code.level() > Level::County
            && !known(parent)
        {
            return Err(Rejection::Orphan { area: area.code, parent });
        }
    }
    for area in areas {
        if board.areas.get(area.code) != Some(area) {
            draft.push(Event::AreaSaved(AreaSaved { area: area.clone() }));
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polygon_touches_the_villages_whose_centres_it_covers() {
        let areas = county();
        let shape = Shape::Polygon(vec![
            [114.0, 35.0],
            [114.25, 35.0],
            [114.25, 35.3],
            [114.0, 35.3],
            [114.0, 35.0],
        ]);
        let touched = areas.touched_by(&shape);
        assert!(touched.contains(&code("990101001001")));
        assert!(!touched.contains(&code("990101002001")));
        // The county has a boundary and the polygon crosses it.
        assert!(touched.contains(&code("990101")));
    }

    #[test]
    fn a_circle_reaches_across_a_boundary_it_does_not_lie_in() {
        let areas = county();
        // 0.05 degrees of longitude west of the county's edge is about 4.5 km at 35° north.
        let beside = |radius_km| Shape::Circle { center: [113.95, 35.1], radius_km };
        assert!(areas.touched_by(&beside(5.0)).contains(&code("990101")));
        assert!(!areas.touched_by(&beside(4.0)).contains(&code("990101")));
    }

    #[test]
    fn the_villages_of_a_township_are_its_range_of_codes() {
        let areas = county();
        let inside: Vec<AreaCode> = areas.inside(code("990101001")).map(|area| area.code).collect();
        assert_eq!(inside, [code("990101001"), code("990101001001")]);
        assert_eq!(areas.children(code("990101")).count(), 2);
    }

    fn county() -> Areas {
        let mut areas = Areas::default();
        let square =
            vec![[114.0, 35.0], [114.5, 35.0], [114.5, 35.5], [114.0, 35.5], [114.0, 35.0]];
        areas.save(area("990101", None, vec![vec![square]]));
        areas.save(area("990101001", Some([114.1, 35.1]), Vec::new()));
        areas.save(area("990101001001", Some([114.2, 35.2]), Vec::new()));
        areas.save(area("990101002", Some([114.4, 35.1]), Vec::new()));
        areas.save(area("990101002001", Some([114.4, 35.2]), Vec::new()));
        areas
    }

    fn area(text: &str, centroid: Option<LonLat>, outline: Vec<Vec<Vec<LonLat>>>) -> Area {
        Area { code: code(text), name: text.into(), centroid, outline }
    }

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }
}
