//! Every hot spot, and what is derived from them for speed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Detection, Finding, HotSpot, Settled};
use crate::domain::{
    area::{LonLat, distance_m},
    event::{Entry, HotSpotEvent},
    ids::HotSpotId,
    time::Timestamp,
};

/// Detections are of one hot spot at most this far apart: two pixels of 375 m and what they are off by.
pub(super) const NEAR_M: f64 = 1_000.0;
/// And at most this long apart: the passes of one satellite after another.
pub(super) const NEAR_IN_TIME: Duration = Duration::from_secs(3 * 3_600);
/// Width of a cell, in degrees: a neighbour within [`NEAR_M`] lies in this cell or one beside it, up to 80 degrees north.
const CELL: f64 = 0.06;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HotSpots {
    by_id: BTreeMap<HotSpotId, HotSpot>,
    #[serde(skip)]
    index: Index,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    known: BTreeSet<Mark>,
    cells: BTreeMap<Cell, BTreeSet<HotSpotId>>,
}

/// What tells one detection from another: satellite, pass and pixel.
pub(super) type Mark = (CompactString, Timestamp, i64, i64);

pub(super) type Cell = (i32, i32);

#[expect(clippy::cast_possible_truncation, reason = "degrees are few")]
pub(super) fn mark(detection: &Detection) -> Mark {
    // Sources write five decimals, about a metre.
    let [lon, lat] = detection.point.map(|degrees| (degrees * 1e5).round() as i64);
    (detection.satellite.clone(), detection.at, lon, lat)
}

#[expect(clippy::cast_possible_truncation, reason = "degrees are few")]
fn cell([lon, lat]: LonLat) -> Cell {
    ((lon / CELL).floor() as i32, (lat / CELL).floor() as i32)
}

/// Returns the cell of a point and those around it.
pub(super) fn cells_around(at: LonLat) -> impl Iterator<Item = Cell> {
    let (x, y) = cell(at);
    (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
}

pub(super) fn cell_of(detection: &Detection) -> Cell {
    cell(detection.point)
}

/// Tells whether two detections are of one hot spot, the time between them apart.
pub(super) fn close(a: LonLat, b: LonLat) -> bool {
    distance_m(a, b) <= NEAR_M
}

pub(super) fn about_the_same_time(a: Timestamp, b: Timestamp) -> bool {
    a.since(b).max(b.since(a)) <= NEAR_IN_TIME
}

impl HotSpots {
    pub fn get(&self, id: HotSpotId) -> Option<&HotSpot> {
        self.by_id.get(&id)
    }

    /// Returns every hot spot in the order in which they were found.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &HotSpot> {
        self.by_id.values()
    }

    pub(super) fn knows(&self, mark: &Mark) -> bool {
        self.index.known.contains(mark)
    }

    /// Returns the hot spots that may lie near `at`, the earliest first.
    pub(super) fn around(&self, at: LonLat) -> impl Iterator<Item = &HotSpot> {
        let cells = cells_around(at).filter_map(|cell| self.index.cells.get(&cell));
        let near: BTreeSet<HotSpotId> = cells.flatten().copied().collect();
        near.into_iter().filter_map(|id| self.get(id))
    }

    pub(in crate::domain) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    /// Derives what a snapshot leaves out.
    pub(in crate::domain) fn rebuild(&mut self) {
        self.index = Index::default();
        for hot_spot in self.by_id.values() {
            self.index.note(hot_spot.id, &hot_spot.detections);
        }
    }

    pub(in crate::domain) fn apply(&mut self, event: &HotSpotEvent, entry: &Entry) {
        match event {
            HotSpotEvent::HotSpotFound(found) => {
                self.index.note(found.id, &found.detections);
                self.by_id.insert(found.id, HotSpot::found(found, entry.at));
            }
            HotSpotEvent::HotSpotSeenAgain(seen) => {
                self.index.note(seen.id, &seen.detections);
                if let Some(known) = self.by_id.get_mut(&seen.id) {
                    known.detections.extend(seen.detections.iter().cloned());
                    known.detections.sort_by_key(|detection| detection.at);
                }
            }
            HotSpotEvent::HotSpotSettled(settled) => {
                if let Some(known) = self.by_id.get_mut(&settled.id) {
                    known.settled = Some(Settled {
                        finding: settled.finding,
                        at: entry.at,
                        by: entry.actor.clone(),
                        note: settled.note.clone(),
                        incident: settled.incident,
                        late_s: settled.late_s,
                    });
                }
            }
        }
    }

    /// Returns every breach of what must always hold.
    pub(in crate::domain) fn breaches(&self) -> Vec<String> {
        let mut marks = BTreeSet::new();
        let mut breaches = Vec::new();
        for hot_spot in self.iter() {
            let twice = hot_spot.detections.iter().filter(|one| !marks.insert(mark(one))).count();
            if twice > 0 {
                breaches.push(format!("{}: {twice} detections are known twice", hot_spot.id));
            }
            if hot_spot.detections.is_empty() {
                breaches.push(format!("{}: nobody has seen it", hot_spot.id));
            }
        }
        breaches
    }
}

impl Index {
    fn note(&mut self, id: HotSpotId, detections: &[Detection]) {
        for detection in detections {
            self.known.insert(mark(detection));
            self.cells.entry(cell_of(detection)).or_default().insert(id);
        }
    }
}

/// What became of hot spots; those of drills are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    pub total: u32,
    pub open: u32,
    pub overdue: u32,
    pub true_fire: u32,
    pub controlled_burn: u32,
    pub r#false: u32,
    pub not_found: u32,
    /// Settled within their time, and later.
    pub in_time: u32,
    pub late: u32,
}

impl Statistics {
    pub fn of<'h>(hot_spots: impl Iterator<Item = &'h HotSpot>, now: Timestamp) -> Self {
        let mut all = Self::default();
        for hot_spot in hot_spots.filter(|hot_spot| !hot_spot.drill) {
            all.total += 1;
            let Some(settled) = &hot_spot.settled else {
                all.open += 1;
                all.overdue += u32::from(hot_spot.is_overdue(now));
                continue;
            };
            *match settled.finding {
                Finding::TrueFire => &mut all.true_fire,
                Finding::ControlledBurn => &mut all.controlled_burn,
                Finding::False => &mut all.r#false,
                Finding::NotFound => &mut all.not_found,
            } += 1;
            *if settled.late_s == 0 { &mut all.in_time } else { &mut all.late } += 1;
        }
        all
    }
}
