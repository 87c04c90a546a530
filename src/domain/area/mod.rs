//! The division tree and its geometry: which areas a code, polygon or circle touches.

mod circle;
mod extent;
mod index;
mod locate;
mod packed;
mod ring;
mod shape;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use compact_str::CompactString;
use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Serialize};

use self::{circle::Circle, index::Index};
pub use self::{
    extent::Extent,
    shape::{Excess, Shape, within_reason},
};
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

/// Returns the great-circle distance in metres.
pub fn distance_m(from: LonLat, to: LonLat) -> f64 {
    Haversine.distance(Point::from(from), Point::from(to))
}

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
    /// Returns how far `at` lies outside of the outline, in metres, 0 inside; `None` where there is no outline.
    pub fn distance_m(&self, at: LonLat) -> Option<f64> {
        Circle::new(at, 0.0).distance_m(self)
    }

    /// Tells whether `at` lies in the outline or within `km` of it; `None` where there is no outline.
    pub fn reaches(&self, at: LonLat, km: f64) -> Option<bool> {
        (!self.outline.is_empty()).then(|| Circle::new(at, km).meets_outline(self))
    }
}

/// Every area of the jurisdiction and around it, by code.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Areas {
    by_code: BTreeMap<AreaCode, Area>,
    /// Made for the first shape after a change: a list of areas is saved one by one.
    #[serde(skip)]
    index: OnceLock<Arc<Index>>,
}

/// The index follows from the areas.
impl PartialEq for Areas {
    fn eq(&self, other: &Self) -> bool {
        self.by_code == other.by_code
    }
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

    /// Returns the areas that `shape` touches: by boundary where there is one, else by centroid.
    pub fn touched_by(&self, shape: &Shape) -> BTreeSet<AreaCode> {
        self.touched(shape).into_iter().collect()
    }

    /// Returns the same in order of code.
    fn touched(&self, shape: &Shape) -> Vec<AreaCode> {
        let index = self.index.get_or_init(|| Arc::new(Index::of(&self.by_code)));
        index.touched(shape, &self.by_code)
    }

    /// Tells whether any area known here can be placed on the earth.
    pub fn has_geometry(&self) -> bool {
        self.by_code.values().any(|area| area.centroid.is_some() || !area.outline.is_empty())
    }

    pub(super) fn save(&mut self, area: Area) {
        self.index.take();
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

#[cfg(test)]
mod linear;
#[cfg(test)]
mod tests;
