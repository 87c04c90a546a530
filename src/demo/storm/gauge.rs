//! What a gauge shows while the storm goes over, read from between a few points of it.
//!
//! A drill's readings keep the storm's own hours, however fast it is replayed: all that is asked of a gauge is
//! asked in hours (what fell in three of them, how fast the water rises, whether it has been lower for one), and so
//! the rules that hold in service hold here as they are.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Storm;
use crate::domain::time::Timestamp;

/// How often a gauge reports, by the storm's own clock.
const EVERY: Duration = Duration::from_secs(300);
const EVERY_S: u32 = 300;
const EVERY_HOURS: f64 = 1.0 / 12.0;

/// A gauge and its course. Exactly one of the two is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gauge {
    pub id: String,
    /// Hours after the storm's beginning, metres.
    #[serde(default)]
    level_m: Vec<(f64, f64)>,
    /// Hours after the storm's beginning, millimetres an hour.
    #[serde(default)]
    rain_mm_h: Vec<(f64, f64)>,
}

/// A reading as a station sends it, marked as of a drill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    pub gauge: String,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rain_mm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_s: Option<u32>,
    pub exercise: bool,
}

impl Gauge {
    /// Returns what cannot be.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let course = self.course();
        let rises = course.is_sorted_by(|one, next| one.0 < next.0);
        let starts = course.first().is_some_and(|(hour, _)| hour.abs() < f64::EPSILON);
        let demands = [
            (self.level_m.is_empty() != self.rain_mm_h.is_empty(), "give level_m or rain_mm_h"),
            (starts && rises, "its hours begin with 0 and increase"),
        ];
        demands.into_iter().find(|(met, _)| !met).map(|(_, problem)| problem)
    }

    fn course(&self) -> &[(f64, f64)] {
        if self.level_m.is_empty() { &self.rain_mm_h } else { &self.level_m }
    }

    /// Returns what is on the straight line between two points of the course.
    fn value(&self, hour: f64) -> f64 {
        let course = self.course();
        let after = course.partition_point(|(known, _)| *known <= hour);
        let Some(&(from, low)) = course[..after].last() else { return 0.0 };
        let Some(&(to, high)) = course.get(after) else { return low };
        low + (high - low) * (hour - from) / (to - from)
    }

    fn reading(&self, step: u32, at: Timestamp) -> Reading {
        let hour = f64::from(step) * EVERY_HOURS;
        let is_rain = self.level_m.is_empty();
        let rounded = |value: f64, parts: f64| (value * parts).round() / parts;
        // Of rain what fell since the last reading, as the middle of that time has it.
        let rain_mm = is_rain
            .then(|| rounded(self.value((hour - EVERY_HOURS / 2.0).max(0.0)) * EVERY_HOURS, 10.0));
        Reading {
            gauge: self.id.clone(),
            at,
            level_m: (!is_rain).then(|| rounded(self.value(hour), 100.0)),
            rain_mm,
            over_s: is_rain.then_some(EVERY_S),
            exercise: true,
        }
    }
}

impl Storm {
    /// Returns every moment at which gauges report, and the storm's own time of it.
    pub fn reports(&self) -> impl Iterator<Item = (u32, Timestamp)> + use<> {
        let hours = self.gauges.iter().filter_map(|gauge| gauge.course().last());
        let end = hours.fold(0.0, |end, (hour, _)| f64::max(end, *hour));
        let begin = self.begins();
        let moments = (0_u32..).take_while(move |step| f64::from(*step) * EVERY_HOURS <= end);
        moments.map(move |step| (step, begin + EVERY * step))
    }

    /// Returns what the gauges report at a moment; `later` is by how much the drill comes after the storm.
    pub fn readings(&self, (step, at): (u32, Timestamp), later: Duration) -> Vec<Reading> {
        self.gauges.iter().map(|gauge| gauge.reading(step, at + later)).collect()
    }

    /// Returns by how many whole days a drill is later than the storm that begins today, or on the day after
    /// `last`, the latest moment that a drill before it has shown. The hours stay those of the storm.
    pub fn later_by(&self, now: Timestamp, last: Option<Timestamp>) -> Duration {
        const DAY: Duration = Duration::from_secs(86_400);
        let day = |at: Timestamp| at.local(super::cap::ZONE).date();
        let first = last.map_or(now, |last| now.max(last + DAY));
        let days = (day(first) - day(self.begins())).num_days();
        DAY * u32::try_from(days).unwrap_or(0)
    }
}
