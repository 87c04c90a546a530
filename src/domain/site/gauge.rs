//! A gauge: what it measures, for whom it stands guard, and the levels at which people must know.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::thresholds::{Later, Thresholds};
use crate::domain::{gauge::Mark, ids::AreaCode, time::Timestamp};

/// Most areas that one gauge guards, and most changes of its thresholds that are kept.
const GUARDS_MAX: usize = 200;
const LATER_MAX: usize = 100;

/// What a gauge measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Millimetres of rain (雨量站).
    Rain,
    /// The level of a river in metres above its datum (河道水位站).
    River,
    /// The level of a reservoir in metres above its datum (水库站).
    Reservoir,
}

impl Measure {
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::Rain => "rain",
            Measure::River => "river",
            Measure::Reservoir => "reservoir",
        }
    }
}

/// Where rain falls into or a staff stands in the water (雨水情监测站).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gauge {
    pub measures: Measure,
    /// The river or reservoir it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub water: Option<CompactString>,
    /// What its metres are counted from, such as 1985国家高程基准. Levels of two gauges are never compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datum: Option<CompactString>,
    #[serde(default)]
    pub thresholds: Thresholds,
    /// What replaces the thresholds from some day on, earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
    /// The areas whose people must know; none given: the one that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<AreaCode>,
    /// The number under which its telemetry reports (站码, STCD), where that is not the site's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<CompactString>,
    /// Seconds between two readings, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports_every_s: Option<u32>,
}

impl Gauge {
    /// Returns the thresholds that hold at `at`.
    pub fn thresholds_at(&self, at: Timestamp) -> &Thresholds {
        let later = self.later.iter().rev().find(|later| later.from <= at);
        later.map_or(&self.thresholds, |later| &later.thresholds)
    }

    /// Returns the field that cannot be and what to do about it.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let sets = std::iter::once(&self.thresholds);
        let mut sets = sets.chain(self.later.iter().map(|later| &later.thresholds));
        let rising = self.later.is_sorted_by(|one, next| one.from < next.from);
        let demands = [
            (
                self.reports_every_s.is_none_or(|period| (1..=86_400).contains(&period)),
                "reports_every_s",
                "a gauge reports every 1 to 86400 seconds",
            ),
            (
                self.guards.len() <= GUARDS_MAX,
                "guards",
                "a gauge guards at most 200 areas; name a wider one",
            ),
            (
                rising && self.later.len() <= LATER_MAX,
                "later",
                "changes of thresholds are given in order of their day, at most 100",
            ),
        ];
        let fault = sets.find_map(|set| self.fault_of(set));
        fault.or_else(|| {
            demands.into_iter().find(|(met, ..)| !met).map(|(_, field, remedy)| (field, remedy))
        })
    }

    fn fault_of(&self, set: &Thresholds) -> Option<(&'static str, &'static str)> {
        let demands = [
            (set.are_numbers(), "thresholds", "a threshold is a number of metres or millimetres"),
            (
                self.measures == Measure::Rain || !set.has_rains(),
                "rain_1h_mm",
                "amounts of rain belong to a rain gauge",
            ),
            (
                self.measures != Measure::Rain || !set.has_levels(),
                "warning_m",
                "water levels belong to a river or reservoir gauge",
            ),
            (
                self.measures == Measure::Reservoir || set.flood_limit_m.is_none(),
                "flood_limit_m",
                "only a reservoir has a flood limit",
            ),
            (set.are_more_than_nothing(), "rain_1h_mm", "an amount of rain is more than nothing"),
            (
                !set.leaves_too_early(),
                "leave_1h_mm",
                "people leave at no less rain than they get ready at",
            ),
        ];
        let sunken = set.sunken().map(|mark| match mark {
            Mark::HighWater => ("high_water_m", "the high-water level is above the warning level"),
            Mark::Historic => ("historic_m", "the highest level ever is above all the others"),
            Mark::FloodLimit | Mark::Warning | Mark::Guarantee | Mark::Prepare | Mark::Leave => {
                ("guarantee_m", "the guarantee level is above the levels below it")
            }
        });
        let fault = demands.into_iter().find(|(met, ..)| !met);
        fault.map(|(_, field, remedy)| (field, remedy)).or(sunken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_belong_to_what_is_measured_and_rise() {
        let river = Thresholds { warning_m: Some(64.1), guarantee_m: Some(66.1), ..default() };
        let upside_down =
            Thresholds { warning_m: Some(66.1), guarantee_m: Some(64.1), ..default() };
        let drowned = Thresholds { historic_m: Some(66.0), ..river };
        let rain = Thresholds { rain_1h_mm: Some(50.0), ..default() };
        let hasty = Thresholds { leave_1h_mm: Some(40.0), ..rain };
        let dry = Thresholds { rain_1h_mm: Some(0.0), ..default() };
        let nothing = Thresholds { warning_m: Some(f64::NAN), ..default() };
        let limit = Thresholds { flood_limit_m: Some(98.0), ..default() };
        let cases = [
            (Measure::River, river, None),
            (Measure::Rain, rain, None),
            (Measure::Reservoir, limit, None),
            (Measure::River, upside_down, Some("guarantee_m")),
            (Measure::River, drowned, Some("historic_m")),
            (Measure::River, rain, Some("rain_1h_mm")),
            (Measure::Rain, river, Some("warning_m")),
            (Measure::Rain, hasty, Some("leave_1h_mm")),
            (Measure::River, limit, Some("flood_limit_m")),
            (Measure::Rain, dry, Some("rain_1h_mm")),
            (Measure::River, nothing, Some("thresholds")),
        ];
        for (measures, thresholds, field) in cases {
            let gauge = gauge(measures, thresholds);
            assert_eq!(gauge.fault().map(|(field, _)| field), field, "{gauge:?}");
        }
    }

    #[test]
    fn a_limit_changes_with_the_season() {
        let limit = |metres| Thresholds { flood_limit_m: Some(metres), ..default() };
        let at = |text: &str| format!("2026-{text}T00:00:00+08:00").parse().unwrap();
        let mut gauge = gauge(Measure::Reservoir, limit(118.0));
        gauge.later = vec![
            Later { from: at("06-01"), thresholds: limit(116.5) },
            Later { from: at("09-01"), thresholds: limit(118.0) },
        ];
        assert_eq!(gauge.fault(), None);
        for (day, metres) in
            [("05-31", 118.0), ("06-01", 116.5), ("08-31", 116.5), ("09-02", 118.0)]
        {
            assert_eq!(gauge.thresholds_at(at(day)).flood_limit_m, Some(metres), "{day}");
        }
        gauge.later.reverse();
        assert_eq!(gauge.fault().map(|(field, _)| field), Some("later"));
    }

    fn gauge(measures: Measure, thresholds: Thresholds) -> Gauge {
        Gauge {
            measures,
            water: None,
            datum: None,
            thresholds,
            later: Vec::new(),
            guards: Vec::new(),
            station: None,
            reports_every_s: None,
        }
    }

    fn default() -> Thresholds {
        Thresholds::default()
    }
}
