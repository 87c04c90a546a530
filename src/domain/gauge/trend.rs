//! How fast the water rises, and when it would reach the next level if it went on like that.
//!
//! No model of the catchment: a straight line through what was measured, with the spread between its slopes over
//! an hour, three and six as its uncertainty. It says nothing where that is nothing to go by.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::series::{Point, Value};
use crate::domain::time::Timestamp;

const HOUR_S: f64 = 3_600.0;
/// Hours over which slopes are taken; the middle one is the answer.
const SPANS_H: [f64; 3] = [1.0, 3.0, 6.0];
/// Rising more slowly than this the water stands still, in metres an hour.
const STANDS_M_H: f64 = 0.01;
/// A straight line says nothing about what lies farther ahead.
const FORESIGHT: Duration = Duration::from_secs(24 * 3_600);

/// How fast the water has risen lately, in metres an hour; falling is less than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    pub m_h: f64,
    /// The slowest and the fastest of the slopes.
    pub low_m_h: f64,
    pub high_m_h: f64,
}

/// When the water reaches a level, if it goes on as it does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub at: Timestamp,
    pub earliest: Timestamp,
    /// `None`: it may be never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Timestamp>,
}

/// Returns the trend at the end of a series; `None` where three hours hold fewer than three readings.
pub(super) fn of<'p>(points: impl DoubleEndedIterator<Item = &'p Point> + Clone) -> Option<Trend> {
    let last = points.clone().next_back()?.at;
    let slopes = SPANS_H.map(|hours| {
        let from = last - Duration::from_secs_f64(hours * HOUR_S);
        let span = points.clone().rev().take_while(|point| point.at >= from);
        let levels = span.filter_map(|point| match point.value {
            // Counted backwards from the end, in hours.
            Value::Level { metres } => Some((-last.since(point.at).as_secs_f64() / HOUR_S, metres)),
            Value::Rain { .. } => None,
        });
        slope(levels)
    });
    let enough = slopes[1].filter(|(_, count)| *count >= 3)?;
    let known = || slopes.iter().flatten().map(|(slope, _)| *slope);
    Some(Trend {
        m_h: enough.0,
        low_m_h: known().fold(f64::INFINITY, f64::min),
        high_m_h: known().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Returns the slope of the straight line nearest to the points, and how many there are.
fn slope(points: impl Iterator<Item = (f64, f64)>) -> Option<(f64, u32)> {
    let (mut count, mut x, mut y, mut xx, mut xy) = (0_u32, 0.0, 0.0, 0.0, 0.0);
    for (hours, metres) in points {
        (count, x, y) = (count + 1, x + hours, y + metres);
        (xx, xy) = (xx + hours * hours, xy + hours * metres);
    }
    let n = f64::from(count);
    let spread = n * xx - x * x;
    (spread > 1e-9).then(|| ((n * xy - x * y) / spread, count))
}

impl Trend {
    /// Returns when water that stands at `metres` at `from` reaches `level`; `None` where it does not rise, or
    /// not within a day.
    pub fn reaches(&self, level: f64, metres: f64, from: Timestamp) -> Option<Forecast> {
        let missing = level - metres;
        if missing <= 0.0 || self.m_h < STANDS_M_H {
            return None;
        }
        let after = |m_h: f64| {
            let wait = Duration::from_secs_f64((missing / m_h * HOUR_S).min(1e9));
            (wait <= FORESIGHT).then_some(from + wait)
        };
        let latest = (self.low_m_h >= STANDS_M_H).then(|| after(self.low_m_h)).flatten();
        Some(Forecast { at: after(self.m_h)?, earliest: after(self.high_m_h)?, latest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rise_reaches_the_level_when_it_should() {
        let points: Vec<_> =
            (0..=6).map(|hour| level(hour * 60, 60.0 + 0.2 * hours(hour))).collect();
        let trend = of(points.iter()).unwrap();
        for slope in [trend.m_h, trend.low_m_h, trend.high_m_h] {
            assert!((slope - 0.2).abs() < 1e-9, "{trend:?}");
        }
        let forecast = trend.reaches(62.2, 61.2, points[6].at).unwrap();
        let five_hours = points[6].at + Duration::from_secs(5 * 3_600);
        for at in [forecast.at, forecast.earliest, forecast.latest.unwrap()] {
            assert!(at.since(five_hours).max(five_hours.since(at)) < Duration::from_secs(2));
        }
        assert_eq!(trend.reaches(61.0, 61.2, points[6].at), None, "it is there");
        assert_eq!(trend.reaches(70.0, 61.2, points[6].at), None, "too far ahead to say");
    }

    #[test]
    fn a_rise_that_slows_down_has_a_wide_forecast() {
        let metres = [60.0, 60.8, 61.4, 61.8, 62.0, 62.1, 62.12];
        let points: Vec<_> = (0..).zip(metres).map(|(hour, m)| level(hour * 60, m)).collect();
        let trend = of(points.iter()).unwrap();
        assert!(trend.low_m_h < trend.m_h && trend.m_h < trend.high_m_h, "{trend:?}");
        let forecast = trend.reaches(62.5, 62.12, points[6].at).unwrap();
        assert!(
            forecast.earliest < forecast.at && forecast.latest.is_none_or(|at| at > forecast.at)
        );
    }

    #[test]
    fn nothing_is_said_of_too_little_or_of_falling_water() {
        let two = [level(0, 60.0), level(30, 60.5)];
        assert_eq!(of(two.iter()), None);
        let falling: Vec<_> = (0..7).map(|hour| level(hour * 60, 66.0 - hours(hour))).collect();
        let trend = of(falling.iter()).unwrap();
        assert!((trend.m_h + 1.0).abs() < 1e-9);
        assert_eq!(trend.reaches(66.1, 60.0, falling[6].at), None);
        // All at one moment is no line.
        let still = [level(0, 60.0), level(0, 60.0), level(0, 60.0)];
        assert_eq!(of(still.iter()), None);
    }

    fn level(minute: u64, metres: f64) -> Point {
        let at = Timestamp::from_millis(1_784_592_000_000) + Duration::from_secs(minute * 60);
        Point { at, value: Value::Level { metres } }
    }

    fn hours(hour: u64) -> f64 {
        f64::from(u32::try_from(hour).unwrap())
    }
}
