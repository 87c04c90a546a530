//! How full a shelter is, how much room is left in it, and where else there is some.

use std::time::Duration;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::fault::{Elsewhere, EvacuationFault, Place};
use crate::domain::{
    area::{LonLat, distance_m},
    board::Board,
    ids::SiteId,
    site::{Facts, Shelter, Site},
    time::Timestamp,
};

/// A headcount is old after this long: where people are reported three times a day (一日三报) one has been missed.
pub const STALE_AFTER: Duration = Duration::from_secs(8 * 3_600);
/// Other shelters named to somebody who finds one full.
const NAMED: usize = 5;

/// How many people are in a shelter, and who said so when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupancy {
    pub people: u32,
    /// When somebody at the shelter or the desk last counted; none while only transfers tell of it.
    pub counted: Option<(Timestamp, CompactString)>,
    /// Why there are more than it holds, as it was last said.
    pub over_capacity: CompactString,
    pub note: String,
}

/// What a shelter holds, and what is left of it, at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub capacity: u32,
    pub people: u32,
    /// Places kept for those who are on their way.
    pub expected: u32,
    /// People are there, or are to come, and nobody has counted for [`STALE_AFTER`].
    pub stale: bool,
}

impl Room {
    /// Returns how many more people find a place.
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.people).saturating_sub(self.expected)
    }
}

impl Board {
    /// Returns the shelter with `id`.
    pub fn shelter(&self, id: &SiteId) -> Option<(&Site, Shelter)> {
        let site = self.sites.get(id)?;
        match &site.facts {
            Facts::Shelter(shelter) => Some((site, *shelter)),
            Facts::Base | Facts::Depot | Facts::Gauge(_) | Facts::RiskPoint(_) => None,
        }
    }

    /// Returns every shelter, in order of id.
    pub fn shelters(&self) -> impl Iterator<Item = (&Site, Shelter)> {
        self.sites.iter().filter_map(|site| self.shelter(&site.id))
    }

    pub(super) fn known_shelter(&self, id: &SiteId) -> Result<(&Site, Shelter), EvacuationFault> {
        self.shelter(id).ok_or_else(|| EvacuationFault::NotAShelter(id.clone()))
    }

    /// Returns how full a shelter is as things stand at `now`, held against what it holds at the hour of `at`.
    pub fn room(&self, site: &Site, shelter: Shelter, at: Timestamp, now: Timestamp) -> Room {
        let occupancy = self.evacuations.occupancy(&site.id);
        let expected = self.evacuations.expected_at(&site.id);
        let people = occupancy.map_or(0, |known| known.people);
        let counted = occupancy.and_then(|known| known.counted.as_ref());
        let old = counted.is_none_or(|(counted, _)| now.since(*counted) > STALE_AFTER);
        let capacity = shelter.holds(at, self.timezone());
        Room { capacity, people, expected, stale: old && people + expected > 0 }
    }

    /// Returns the shelters that `takes` gives room for somebody in, the nearest to `from` first.
    pub(super) fn with_room(
        &self,
        from: Option<LonLat>,
        takes: impl Fn(&Site, Shelter) -> u32,
    ) -> Vec<Place> {
        let metres = |at: LonLat| {
            let metres = distance_m(from?, at);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a distance on the earth is no more than 20 million metres"
            )]
            Some(metres.round() as u64)
        };
        let mut places: Vec<Place> = self
            .shelters()
            .map(|(site, shelter)| Place {
                shelter: site.id.clone(),
                name: site.name.clone(),
                free: takes(site, shelter),
                metres: metres(site.at),
            })
            .filter(|place| place.free > 0)
            .collect();
        // Those nobody knows the way to keep the order of their ids.
        places.sort_by_key(|place| place.metres);
        places
    }

    /// Refuses what a shelter has no room for, and names others that have some.
    pub(super) fn full(
        &self,
        (site, free, wanted): (&Site, u32, u32),
        at: Timestamp,
        now: Timestamp,
    ) -> EvacuationFault {
        let takes = |site: &Site, shelter: Shelter| self.room(site, shelter, at, now).free();
        let mut places = self.with_room(Some(site.at), takes);
        places.retain(|place| place.shelter != site.id);
        places.truncate(NAMED);
        EvacuationFault::Full {
            shelter: site.id.clone(),
            free,
            wanted,
            elsewhere: Elsewhere(places),
        }
    }
}
