//! The scene as the ranking looks at it: each unit joined to the roads once, and who alone covers which area.

use std::collections::BTreeMap;

use super::{
    Candidate, Scene,
    coverage::{Watch, is_free},
    judge::{Place, whereabouts},
};
use crate::domain::{
    area::LonLat,
    capability::Ability,
    road::{Arrivals, Spot},
};

/// What is worked out once for all questions about a scene.
#[derive(Debug)]
pub struct View<'a> {
    pub(super) scene: Scene<'a>,
    /// Of each candidate: where it counts as, and where that meets the roads.
    pub(super) places: Vec<Option<(Place, Spot)>>,
    pub(super) watches: Vec<Watch>,
    /// Covers that a candidate alone keeps from being bare, by candidate.
    pub(super) alone: BTreeMap<usize, Vec<usize>>,
}

impl<'a> View<'a> {
    pub fn of(scene: &Scene<'a>) -> Self {
        let place = |candidate: &Candidate<'_>| {
            let (place, at) = whereabouts(candidate, scene.settings, scene.now)?;
            Some((place, scene.travel.spot(at)))
        };
        let places = scene.candidates.iter().map(place).collect();
        let mut view = Self { scene: *scene, places, watches: Vec::new(), alone: BTreeMap::new() };
        view.watches = view.watch();
        for (number, watch) in view.watches.iter().enumerate() {
            if let [only] = watch.near.as_slice() {
                view.alone.entry(only.candidate).or_default().push(number);
            }
        }
        view
    }

    /// Searches the roads to a place.
    pub(super) fn to(&self, at: LonLat) -> Arrivals<'a> {
        self.scene.travel.to(&self.scene.travel.spot(at))
    }

    /// Returns the seconds until a candidate that sets out now is there; `None` where no way is open.
    pub(super) fn eta_s(&self, candidate: usize, arrivals: &Arrivals<'_>) -> Option<u32> {
        let (place, spot) = self.places[candidate].as_ref()?;
        let trip = arrivals.from(spot).trip()?;
        Some(trip.seconds + place.turnout_s(self.scene.settings))
    }

    /// Returns the free candidates that can do it.
    pub(super) fn free_and_able(&self, ability: &Ability) -> impl Iterator<Item = usize> {
        let able = |candidate: &Candidate<'_>| {
            is_free(candidate) && self.scene.catalogue.can(candidate.unit, ability)
        };
        let all = self.scene.candidates.iter().enumerate();
        all.filter(move |(_, candidate)| able(candidate)).map(|(number, _)| number)
    }
}
