//! How fast units get along: every figure that an arrival is reckoned by.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// Figures for the way. What a county has measured replaces them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speeds {
    /// Kilometres an hour by class of road, in the words of the road file.
    pub class_kmh: BTreeMap<CompactString, u32>,
    /// On a road of any other class.
    pub other_kmh: u32,
    /// Seconds lost where three roads or more meet.
    pub crossing_s: u32,
    /// Between a place and the nearest road: on a track, on foot, by boat.
    pub off_road_kmh: u32,
    /// How far a place may be from a road and still be reached by it, in metres.
    pub off_road_max_m: u32,
    /// Where no road leads: the straight distance times `detour`, at this speed.
    pub straight_kmh: u32,
    /// What a way is longer than the straight line, where it has to be guessed: 1.4 is usual on level ground.
    pub detour: f64,
}

impl Default for Speeds {
    fn default() -> Self {
        let classes = [
            ("motorway", 90),
            ("trunk", 70),
            ("primary", 60),
            ("national", 60),
            ("provincial", 60),
            ("county", 50),
            ("secondary", 50),
            ("tertiary", 40),
            ("township", 36),
            ("village", 25),
            ("track", 15),
        ];
        Self {
            class_kmh: classes.map(|(class, kmh)| (class.into(), kmh)).into(),
            other_kmh: 30,
            crossing_s: 3,
            off_road_kmh: 15,
            off_road_max_m: 1_500,
            straight_kmh: 36,
            detour: 1.4,
        }
    }
}

impl Speeds {
    /// Returns everything that is wrong with these figures.
    pub fn faults(&self) -> Vec<String> {
        let kmh = [("off_road_kmh", self.off_road_kmh), ("straight_kmh", self.straight_kmh)];
        let classes =
            self.class_kmh.iter().map(|(class, kmh)| (format!("class_kmh.{class}"), *kmh));
        let kmh = kmh.into_iter().chain([("other_kmh", self.other_kmh)]);
        let speeds = classes.chain(kmh.map(|(name, kmh)| (name.to_owned(), kmh)));
        let mut faults: Vec<String> = speeds
            .filter(|(_, kmh)| !(1..=200).contains(kmh))
            .map(|(name, _)| format!("{name}: use 1 to 200 km/h"))
            .collect();
        if self.crossing_s > 600 {
            faults.push("crossing_s: use 0 to 600".to_owned());
        }
        if self.off_road_max_m > 20_000 {
            faults.push("off_road_max_m: use 0 to 20000".to_owned());
        }
        if !(1.0..=5.0).contains(&self.detour) {
            faults.push("detour: use 1.0 to 5.0".to_owned());
        }
        faults
    }

    pub(super) fn on(&self, class: &str) -> f64 {
        f64::from(self.class_kmh.get(class).copied().unwrap_or(self.other_kmh).max(1))
    }
}

/// Returns the seconds that `metres` take.
pub(super) fn seconds(metres: f64, kmh: f64) -> f64 {
    metres / kmh * 3.6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_used_and_what_cannot_be_is_named() {
        assert_eq!(Speeds::default().faults(), Vec::<String>::new());
        let wrong = Speeds {
            class_kmh: [("county".into(), 0)].into(),
            straight_kmh: 900,
            detour: f64::NAN,
            ..Speeds::default()
        };
        let expected = [
            "class_kmh.county: use 1 to 200 km/h",
            "straight_kmh: use 1 to 200 km/h",
            "detour: use 1.0 to 5.0",
        ];
        assert_eq!(wrong.faults(), expected);
    }
}
