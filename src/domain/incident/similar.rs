//! Which incidents may be one and the same: of a like kind, near each other, at about the same time.

use std::time::Duration;

use super::{Incident, Incidents, Particulars};
use crate::domain::{area::distance_m, ids::Level};

/// Reports of one incident are at most this far apart in time.
const WITHIN: Duration = Duration::from_secs(3 * 3_600);
/// And in place, in metres, where both say a point.
const NEAR_M: f64 = 3_000.0;
/// How much of the code of the kind has to be the same: 11 自然灾害 and A 水旱灾害.
const KIND_DIGITS: usize = 3;

impl Incidents {
    /// Returns open incidents that `reported` may be another report of, the likeliest first.
    pub fn similar(&self, reported: &Particulars) -> Vec<&Incident> {
        let mut found: Vec<(u32, &Incident)> = self
            .iter()
            .filter(|known| known.is_open())
            .filter_map(|known| Some((likeness(&known.particulars, reported)?, known)))
            .collect();
        found.sort_by_key(|(unlike, known)| (*unlike, known.id));
        found.into_iter().map(|(_, known)| known).collect()
    }
}

/// Returns how far apart two reports are, as a figure to compare; `None` where they are about two things.
fn likeness(a: &Particulars, b: &Particulars) -> Option<u32> {
    let apart = a.occurred.at.since(b.occurred.at).max(b.occurred.at.since(a.occurred.at));
    if apart > WITHIN || !a.kind.chars().take(KIND_DIGITS).eq(b.kind.chars().take(KIND_DIGITS)) {
        return None;
    }
    let metres = match (a.place.point, b.place.point) {
        (Some(a), Some(b)) => distance_m(a, b),
        _ => {
            let township = |particulars: &Particulars| {
                let area = particulars.place.area;
                area.at(Level::Township).unwrap_or(area)
            };
            let (one, other) = (township(a), township(b));
            if !one.contains(other) && !other.contains(one) {
                return None;
            }
            NEAR_M / 2.0
        }
    };
    // A minute weighs as much as fifty metres.
    let minutes = u32::try_from(apart.as_secs() / 60).unwrap_or(u32::MAX);
    (metres <= NEAR_M).then_some(minutes.saturating_mul(50).saturating_add(metres as u32))
}
