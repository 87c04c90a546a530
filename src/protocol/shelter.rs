//! How full shelters are, as pages see it.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::ContactView;
use crate::domain::{
    area::LonLat,
    board::Board,
    ids::{AreaCode, SiteId},
    site::{Shelter, Site},
    time::Timestamp,
};

/// What a shelter holds by day and by night, and what is left of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FullnessView {
    pub capacity: u32,
    pub night_capacity: u32,
    pub people: u32,
    /// Places kept for those who are on their way.
    pub expected: u32,
    /// By day.
    pub free: u32,
    pub free_night: u32,
    /// When somebody last counted; absent where nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub counted_at: Option<Timestamp>,
}

impl FullnessView {
    pub fn of(board: &Board, site: &Site, shelter: Shelter) -> Self {
        let known = board.evacuations.occupancy(&site.id);
        let people = known.map_or(0, |known| known.people);
        let expected = board.evacuations.expected_at(&site.id);
        let free = |holds: u32| holds.saturating_sub(people).saturating_sub(expected);
        Self {
            capacity: shelter.capacity,
            night_capacity: shelter.by_night(),
            people,
            expected,
            free: free(shelter.capacity),
            free_night: free(shelter.by_night()),
            counted_at: known.and_then(|known| known.counted.as_ref()).map(|(at, _)| *at),
        }
    }
}

/// A shelter and how full it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ShelterView {
    #[schema(value_type = String)]
    pub id: SiteId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = Vec<f64>)]
    pub point: LonLat,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
    #[serde(flatten)]
    pub fullness: FullnessView,
    /// What it holds at this hour, and what is left of that.
    pub holds_now: u32,
    pub free_now: u32,
    /// More are there than it holds at this hour.
    pub over: u32,
    /// People are there, or are to come, and nobody has counted for eight hours.
    pub stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub counted_by: Option<CompactString>,
    /// Why there are more than it holds, as it was last said.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub over_capacity: CompactString,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Running transfers that lead here.
    pub transfers: usize,
}

impl ShelterView {
    pub fn of(board: &Board, site: &Site, shelter: Shelter, now: Timestamp) -> Self {
        let room = board.room(site, shelter, now, now);
        let known = board.evacuations.occupancy(&site.id);
        Self {
            id: site.id.clone(),
            name: site.name.clone(),
            area: site.area,
            area_name: board.areas.name(site.area),
            point: site.at,
            contact: ContactView::of(board, site.contact.as_ref()),
            fullness: FullnessView::of(board, site, shelter),
            holds_now: room.capacity,
            free_now: room.free(),
            over: room.people.saturating_sub(room.capacity),
            stale: room.stale,
            counted_by: known.and_then(|known| Some(known.counted.as_ref()?.1.clone())),
            over_capacity: known.map(|known| known.over_capacity.clone()).unwrap_or_default(),
            note: known.map(|known| known.note.clone()).unwrap_or_default(),
            transfers: board.evacuations.running_to(&site.id),
        }
    }
}
