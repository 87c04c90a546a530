//! A gauge: what it measures, and the levels at which people must know.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

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
    /// What its metres are counted from, such as 1985国家高程基准.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datum: Option<CompactString>,
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Seconds between two readings, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports_every_s: Option<u32>,
}

/// The levels of one gauge; those that it cannot have are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// 警戒水位, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning_m: Option<f64>,
    /// 保证水位, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantee_m: Option<f64>,
    /// 汛限水位 of a reservoir, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flood_limit_m: Option<f64>,
    /// Rain in an hour, in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_1h_mm: Option<f64>,
    /// Rain in three hours, in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_3h_mm: Option<f64>,
    /// Rain in 24 hours, in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_24h_mm: Option<f64>,
}

impl Thresholds {
    fn levels(&self) -> [Option<f64>; 3] {
        [self.warning_m, self.guarantee_m, self.flood_limit_m]
    }

    fn rains(&self) -> [Option<f64>; 3] {
        [self.rain_1h_mm, self.rain_3h_mm, self.rain_24h_mm]
    }
}

impl Gauge {
    /// Returns the field that cannot be and what to do about it.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let Thresholds { warning_m, guarantee_m, .. } = self.thresholds;
        let (levels, rains) = (self.thresholds.levels(), self.thresholds.rains());
        let given = |values: [Option<f64>; 3]| values.iter().any(Option::is_some);
        let number = |value: &f64| value.is_finite() && value.abs() < 10_000.0;
        let demands = [
            (
                levels.iter().chain(&rains).flatten().all(number),
                "thresholds",
                "a threshold is a number of metres or millimetres",
            ),
            (
                self.measures == Measure::Rain || !given(rains),
                "rain_1h_mm",
                "amounts of rain belong to a rain gauge",
            ),
            (
                self.measures != Measure::Rain || !given(levels),
                "warning_m",
                "water levels belong to a river or reservoir gauge",
            ),
            (
                self.measures == Measure::Reservoir || self.thresholds.flood_limit_m.is_none(),
                "flood_limit_m",
                "only a reservoir has a flood limit",
            ),
            (
                rains.iter().flatten().all(|amount| *amount > 0.0),
                "rain_1h_mm",
                "an amount of rain is more than nothing",
            ),
            (
                warning_m.zip(guarantee_m).is_none_or(|(low, high)| low < high),
                "guarantee_m",
                "the guarantee level is above the warning level",
            ),
            (
                self.reports_every_s.is_none_or(|period| (1..=86_400).contains(&period)),
                "reports_every_s",
                "a gauge reports every 1 to 86400 seconds",
            ),
        ];
        demands.into_iter().find(|(met, ..)| !met).map(|(_, field, remedy)| (field, remedy))
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
        let rain = Thresholds { rain_1h_mm: Some(50.0), ..default() };
        let dry = Thresholds { rain_1h_mm: Some(0.0), ..default() };
        let nothing = Thresholds { warning_m: Some(f64::NAN), ..default() };
        let limit = Thresholds { flood_limit_m: Some(98.0), ..default() };
        let cases = [
            (Measure::River, river, None),
            (Measure::Rain, rain, None),
            (Measure::Reservoir, limit, None),
            (Measure::River, upside_down, Some("guarantee_m")),
            (Measure::River, rain, Some("rain_1h_mm")),
            (Measure::Rain, river, Some("warning_m")),
            (Measure::River, limit, Some("flood_limit_m")),
            (Measure::Rain, dry, Some("rain_1h_mm")),
            (Measure::River, nothing, Some("thresholds")),
        ];
        for (measures, thresholds, field) in cases {
            let gauge =
                Gauge { measures, water: None, datum: None, thresholds, reports_every_s: None };
            assert_eq!(gauge.fault().map(|(field, _)| field), field, "{gauge:?}");
        }
    }

    fn default() -> Thresholds {
        Thresholds::default()
    }
}
