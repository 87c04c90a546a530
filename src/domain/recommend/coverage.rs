//! Which areas have a unit near by, and which have none: "no boat within 30 minutes of a red-warned township".

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    Candidate, Scene, Standing,
    judge::{Verdict, Why, judge},
    view::View,
};
use crate::domain::{
    area::LonLat,
    capability::Ability,
    ids::{AreaCode, UnitId},
};

/// An area that must have a unit near by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    pub area: AreaCode,
    /// Where in it somebody has to get: its seat.
    pub at: LonLat,
    /// What the unit has to be able to do, by its code.
    pub ability: CompactString,
    pub within_s: u32,
}

/// How an area is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    pub area: AreaCode,
    pub ability: CompactString,
    pub within_s: u32,
    /// Free units that are there in time.
    pub near: usize,
    /// The nearest free unit, and how long it takes; `None` where none can get there at all.
    pub nearest: Option<(UnitId, u32)>,
}

impl Covered {
    /// Tells whether no unit is near by.
    pub fn is_hole(&self) -> bool {
        self.near == 0
    }
}

/// A unit that is there in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Near {
    pub eta_s: u32,
    pub candidate: usize,
}

/// What is known of one cover.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Those in time, the nearest first.
    pub near: Vec<Near>,
    /// Those that can get there too late, the nearest first.
    pub late: Vec<Near>,
}

/// Returns how each of the scene's covers is covered, in their order. An ability that the catalogue does not have is
/// covered by nobody.
pub fn coverage(scene: &Scene<'_>) -> Vec<Covered> {
    View::of(scene).covered_without(&[])
}

/// Why no unit is near: how many of those that can are kept by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lacking {
    pub capable: u32,
    /// Free, and too far away.
    pub far: u32,
    /// Sent somewhere.
    pub busy: u32,
    /// Not ready, or without people.
    pub not_ready: u32,
    pub resting: u32,
    /// Nobody knows where they are.
    pub lost: u32,
    pub roads_closed: u32,
}

/// Returns how each of the scene's covers is covered, in their order, and apart those that have no unit near, each with
/// why.
pub fn survey(scene: &Scene<'_>) -> (Vec<Covered>, Vec<(Covered, Lacking)>) {
    let view = View::of(scene);
    let all = view.covered_without(&[]);
    let holes = all.iter().zip(scene.covers).filter(|(covered, _)| covered.is_hole());
    let holes = holes.map(|(covered, cover)| (covered.clone(), view.lacking(cover))).collect();
    (all, holes)
}

/// Tells whether a unit can be counted on.
pub(super) fn is_free(candidate: &Candidate<'_>) -> bool {
    let free = matches!(candidate.standing, Standing::Free | Standing::AtDrill { .. });
    free && candidate.strength != Some(0)
}

impl View<'_> {
    pub(super) fn watch(&self) -> Vec<Watch> {
        self.scene.covers.iter().map(|cover| self.watch_one(cover)).collect()
    }

    fn watch_one(&self, cover: &Cover) -> Watch {
        let Some(ability) = self.scene.catalogue.find(&cover.ability) else {
            return Watch::default();
        };
        let mut found = self.near(ability, cover.at);
        let late = found.split_off(found.partition_point(|near| near.eta_s <= cover.within_s));
        Watch { near: found, late }
    }

    /// Returns all free units that can get there, the nearest first.
    fn near(&self, ability: &Ability, at: LonLat) -> Vec<Near> {
        let arrivals = self.to(at);
        let near = |candidate| Some(Near { eta_s: self.eta_s(candidate, &arrivals)?, candidate });
        let mut found: Vec<Near> = self.free_and_able(ability).filter_map(near).collect();
        found.sort_unstable();
        found
    }

    /// Counts what keeps the units that could cover it.
    fn lacking(&self, cover: &Cover) -> Lacking {
        let mut lacking = Lacking::default();
        let Some(ability) = self.scene.catalogue.find(&cover.ability) else { return lacking };
        let arrivals = self.to(cover.at);
        for (number, candidate) in self.scene.candidates.iter().enumerate() {
            let counter = match judge(self, number, ability, &arrivals, None) {
                Verdict::Incapable => continue,
                Verdict::Fit(_) if is_free(candidate) => &mut lacking.far,
                Verdict::Fit(_) | Verdict::No(Why::Resting { .. }) => &mut lacking.resting,
                Verdict::No(why) => match why {
                    Why::UnderWay { .. } | Why::Busy { .. } => &mut lacking.busy,
                    Why::NotReady { .. } | Why::NoPeople => &mut lacking.not_ready,
                    Why::NoPosition | Why::Lost { .. } => &mut lacking.lost,
                    Why::RoadsClosed { .. } => &mut lacking.roads_closed,
                    Why::Resting { .. }
                    | Why::NoFigure
                    | Why::OutOfRadius { .. }
                    | Why::Outranked { .. }
                    | Why::Taken { .. }
                    | Why::Elsewhere { .. } => &mut lacking.far,
                },
            };
            *counter += 1;
            lacking.capable += 1;
        }
        lacking
    }

    /// Returns how each cover is covered once these candidates are gone.
    pub(super) fn covered_without(&self, taken: &[usize]) -> Vec<Covered> {
        let covered = |(cover, watch): (&Cover, &Watch)| {
            let left = |near: &&Near| !taken.contains(&near.candidate);
            let near = watch.near.iter().filter(left).count();
            let nearest = watch.near.iter().chain(&watch.late).find(left);
            let name = |near: &Near| self.scene.candidates[near.candidate].unit.id.clone();
            Covered {
                area: cover.area,
                ability: cover.ability.clone(),
                within_s: cover.within_s,
                near,
                nearest: nearest.map(|near| (name(near), near.eta_s)),
            }
        };
        self.scene.covers.iter().zip(&self.watches).map(covered).collect()
    }
}
