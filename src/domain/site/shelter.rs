//! A shelter: how many people it holds by day, and how many can lie down there by night.

use chrono::Timelike;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// Hours of the day from which on and until which people sleep, by the clock of the county.
const NIGHT: (u32, u32) = (20, 8);

/// Where people are taken in (避险安置场所).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shelter {
    /// How many people it holds.
    pub capacity: u32,
    /// How many of them by night, where that is another number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub night_capacity: Option<u32>,
}

impl Shelter {
    /// Returns how many people it holds by night.
    pub fn by_night(self) -> u32 {
        self.night_capacity.unwrap_or(self.capacity)
    }

    /// Returns how many people it holds at the hour of `at`.
    pub fn holds(self, at: Timestamp, zone: Tz) -> u32 {
        let hour = at.local(zone).hour();
        let night = hour >= NIGHT.0 || hour < NIGHT.1;
        if night { self.by_night() } else { self.capacity }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    #[test]
    fn fewer_people_find_room_by_night_than_by_day() {
        let shelter = Shelter { capacity: 500, night_capacity: Some(300) };
        let holds = |hour: &str| {
            shelter.holds(format!("2026-07-21T{hour}:00+08:00").parse().unwrap(), Shanghai)
        };
        let hours = ["07:59", "08:00", "19:59", "20:00", "00:00"];
        assert_eq!(hours.map(holds), [300, 500, 500, 300, 300]);
        assert_eq!(Shelter { night_capacity: None, ..shelter }.by_night(), 500);
    }
}
