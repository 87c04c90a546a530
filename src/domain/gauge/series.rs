//! The last day of one gauge, and what of a new reading is believed.
//!
//! Invariant: points are in order of their own time and of no moment there are two. A value that cannot be is
//! refused; one that is hardly possible waits for a second that says the same.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Shown, trend};
use crate::domain::{
    ids::SiteId,
    site::{Measure, RAIN_HOURS},
    time::Timestamp,
};

/// What is kept: the longest sum of rain.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Most points kept: a day at one a minute and some more. Beyond, the oldest goes.
const POINTS_MAX: usize = 1_600;
/// How long water must have been below a level.
const HELD: Duration = Duration::from_secs(3_600);
/// A silence after which nobody knows how high the water stood meanwhile.
const GAP_MAX: Duration = Duration::from_secs(2 * 3_600);
/// How far a station's clock may be ahead.
const AHEAD_MAX: Duration = Duration::from_secs(300);
/// How old a reading may be: what is older belongs to the archive, and calls nobody.
const AGE_MAX: Duration = Duration::from_secs(6 * 3_600);
/// Levels on earth, in metres above any datum.
const LEVELS_M: std::ops::RangeInclusive<f64> = -200.0..=9_000.0;
/// More than ever fell in an hour anywhere, in millimetres (内蒙古上地, 1975: 401 mm).
const RAIN_MM_H: f64 = 420.0;
/// What water may do between two readings, in metres at once and in metres an hour.
const SURGE_M: f64 = 1.0;
const SURGE_M_H: f64 = 4.0;

/// What a gauge showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub gauge: SiteId,
    /// When it was so, by the station's clock.
    pub at: Timestamp,
    pub value: Value,
    /// Of a drill: kept apart from what is so, and its clock is the drill's own.
    pub exercise: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Metres above the gauge's datum.
    Level { metres: f64 },
    /// Millimetres that fell in the `over_s` seconds before.
    Rain { mm: f64, over_s: u32 },
}

/// A reading that is believed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub at: Timestamp,
    pub value: Value,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is the newest.
    New,
    /// It fills a gap behind the newest.
    Late,
    /// What it says was known.
    Repeated,
    /// It is hardly possible: the next will tell.
    Held,
    /// It is older than six hours: it is kept, and changes nothing.
    Old,
}

/// Why a reading is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Fault {
    #[error("this gauge measures something else; send level_m for water and rain_mm for rain")]
    OtherMeasure,
    #[error("no such value is possible; check the sensor")]
    Impossible,
    #[error("the time lies ahead of the clock by more than 5 minutes; set the station's clock")]
    Ahead,
}

impl Fault {
    /// Returns the code that clients may rely on.
    pub fn code(self) -> &'static str {
        match self {
            Fault::OtherMeasure => "reading.other_measure",
            Fault::Impossible => "reading.impossible",
            Fault::Ahead => "reading.ahead",
        }
    }
}

/// The readings of a gauge from the last day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    points: VecDeque<Point>,
    held: Option<Point>,
}

impl Series {
    /// Takes a reading; `now` is absent in a drill, whose clock is its own.
    pub fn take(
        &mut self,
        measures: Measure,
        point: Point,
        now: Option<Timestamp>,
    ) -> Result<Taken, Fault> {
        if !point.value.suits(measures) {
            return Err(Fault::OtherMeasure);
        }
        if !is_possible(point.value) {
            return Err(Fault::Impossible);
        }
        if now.is_some_and(|now| point.at > now + AHEAD_MAX) {
            return Err(Fault::Ahead);
        }
        if now.is_some_and(|now| now.since(point.at) > AGE_MAX) {
            return Ok(Taken::Old);
        }
        if self.is_known(point) {
            return Ok(Taken::Repeated);
        }
        if self.is_hardly_possible(point) && !self.held.is_some_and(|held| confirms(held, point)) {
            self.held = Some(point);
            return Ok(Taken::Held);
        }
        Ok(self.insert(point))
    }

    fn insert(&mut self, point: Point) -> Taken {
        // What was held is true when a second reading says the same; one that says otherwise shows that it was not.
        if let Some(held) = self.held.take_if(|held| held.at < point.at || confirms(*held, point))
            && confirms(held, point)
        {
            self.put(held);
        }
        let newest = self.put(point);
        let newest_at = self.points.back().map_or(point.at, |last| last.at);
        while self.points.len() > POINTS_MAX
            || self.points.front().is_some_and(|first| newest_at.since(first.at) > KEPT)
        {
            self.points.pop_front();
        }
        if newest { Taken::New } else { Taken::Late }
    }

    fn put(&mut self, point: Point) -> bool {
        let place = self.points.partition_point(|known| known.at <= point.at);
        self.points.insert(place, point);
        place + 1 == self.points.len()
    }

    /// Returns the reading that waits for a second one.
    pub fn held(&self) -> Option<Point> {
        self.held
    }

    pub fn latest(&self) -> Option<Point> {
        self.points.back().copied()
    }

    /// Returns every point, oldest first.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = &Point> {
        self.points.iter()
    }

    /// Returns what the gauge shows as of its newest reading.
    pub fn shown(&self) -> Option<Shown> {
        let latest = self.latest()?;
        Some(match latest.value {
            Value::Level { metres } => Shown::Level {
                metres,
                highest_m: self.highest_lately(latest.at),
                trend: trend::of(self.points.iter()),
            },
            Value::Rain { .. } => Shown::Rain {
                mm: RAIN_HOURS.map(|hours| self.rain_mm(latest.at, hours)),
                whole_day: self.knows_the_day(latest.at),
            },
        })
    }

    /// Returns the highest level of the last hour; `None` while that hour is not known without a gap.
    fn highest_lately(&self, until: Timestamp) -> Option<f64> {
        let mut highest = f64::NEG_INFINITY;
        let mut next: Option<Timestamp> = None;
        for point in self.points.iter().rev() {
            if next.is_some_and(|next| next.since(point.at) > GAP_MAX) {
                return None;
            }
            if let Value::Level { metres } = point.value {
                highest = highest.max(metres);
            }
            if until.since(point.at) >= HELD {
                return Some(highest);
            }
            next = Some(point.at);
        }
        None
    }

    /// Returns the rain of the `hours` before `until`, in millimetres; an interval that began before counts in part.
    fn rain_mm(&self, until: Timestamp, hours: u32) -> f64 {
        let from = until - Duration::from_secs(u64::from(hours) * 3_600);
        let fell = self.points.iter().rev().take_while(|point| point.at > from);
        fell.map(|point| match point.value {
            Value::Rain { mm, over_s } => {
                let inside = point.at.since(from).as_secs_f64() / f64::from(over_s.max(1));
                mm * inside.min(1.0)
            }
            Value::Level { .. } => 0.0,
        })
        .sum()
    }

    /// Tells whether the rain of a whole day is known without a gap.
    fn knows_the_day(&self, until: Timestamp) -> bool {
        let from = until - KEPT;
        let mut known_since = until;
        for point in self.points.iter().rev() {
            if known_since.since(point.at) > GAP_MAX {
                return false;
            }
            let Value::Rain { over_s, .. } = point.value else { continue };
            known_since = point.at - Duration::from_secs(u64::from(over_s));
        }
        known_since.since(from) <= GAP_MAX
    }

    /// Tells whether there is a point of this moment already, or rain that covers the middle of its time.
    fn is_known(&self, point: Point) -> bool {
        let place = self.points.partition_point(|known| known.at < point.at);
        if self.points.get(place).is_some_and(|known| known.at == point.at) {
            return true;
        }
        let Value::Rain { over_s, .. } = point.value else { return false };
        let middle = point.at - Duration::from_secs(u64::from(over_s) / 2);
        let covers = |known: &Point| match known.value {
            Value::Rain { over_s, .. } => {
                let began = known.at - Duration::from_secs(u64::from(over_s));
                began < middle && middle <= known.at
            }
            Value::Level { .. } => false,
        };
        self.points.iter().rev().take_while(|known| known.at >= middle).any(covers)
    }

    /// Tells whether the water would have had to leap from the point before or to the point after.
    fn is_hardly_possible(&self, point: Point) -> bool {
        let Value::Level { metres } = point.value else { return false };
        let place = self.points.partition_point(|known| known.at < point.at);
        let before = place.checked_sub(1).and_then(|index| self.points.get(index));
        let mut beside = before.into_iter().chain(self.points.get(place));
        beside.any(|known| leaps(*known, point.at, metres))
    }
}

fn is_possible(value: Value) -> bool {
    match value {
        Value::Level { metres } => LEVELS_M.contains(&metres),
        Value::Rain { mm, over_s } => {
            let hours = (f64::from(over_s) / 3_600.0).max(1.0 / 12.0);
            (1..=86_400).contains(&over_s) && (0.0..=RAIN_MM_H * hours).contains(&mm)
        }
    }
}

fn leaps(known: Point, at: Timestamp, metres: f64) -> bool {
    let Value::Level { metres: was } = known.value else { return false };
    let apart = at.since(known.at).max(known.at.since(at));
    // After a long silence anything may have happened.
    apart < GAP_MAX && (metres - was).abs() > SURGE_M + SURGE_M_H * apart.as_secs_f64() / 3_600.0
}

/// Tells whether a second reading bears out the one that was held.
fn confirms(held: Point, point: Point) -> bool {
    let Value::Level { metres } = point.value else { return false };
    let apart = point.at.since(held.at).max(held.at.since(point.at));
    !apart.is_zero() && apart < GAP_MAX && !leaps(held, point.at, metres)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_twice_or_late_counts_once_and_in_its_place() {
        let mut series = Series::default();
        assert_eq!(series.take(Measure::River, level(0, 60.0), None), Ok(Taken::New));
        assert_eq!(series.take(Measure::River, level(20, 60.2), None), Ok(Taken::New));
        assert_eq!(series.take(Measure::River, level(10, 60.1), None), Ok(Taken::Late));
        assert_eq!(series.take(Measure::River, level(10, 60.1), None), Ok(Taken::Repeated));
        // A station that corrects itself does so with a moment of its own.
        assert_eq!(series.take(Measure::River, level(10, 61.0), None), Ok(Taken::Repeated));
        let metres: Vec<_> =
            series.points().map(|point| point.at.since(start()).as_secs() / 60).collect();
        assert_eq!(metres, [0, 10, 20]);
        assert_eq!(series.latest(), Some(level(20, 60.2)));
    }

    #[test]
    fn a_leap_waits_for_a_second_reading_that_says_the_same() {
        let mut series = Series::default();
        series.take(Measure::River, level(0, 60.0), None).unwrap();
        assert_eq!(series.take(Measure::River, level(5, 69.9), None), Ok(Taken::Held));
        // It was a faulty sensor.
        assert_eq!(series.take(Measure::River, level(10, 60.1), None), Ok(Taken::New));
        assert_eq!(series.take(Measure::River, level(15, 65.0), None), Ok(Taken::Held));
        // It was a dam that broke.
        assert_eq!(series.take(Measure::River, level(20, 65.4), None), Ok(Taken::New));
        let metres: Vec<_> = series.points().map(|point| point.value).collect();
        let expected = [60.0, 60.1, 65.0, 65.4].map(|metres| Value::Level { metres });
        assert_eq!(metres, expected);
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        let mut series = Series::default();
        let rain = |mm, over_s| Point { at: start(), value: Value::Rain { mm, over_s } };
        let cases = [
            (Measure::River, level(0, f64::NAN), Fault::Impossible),
            (Measure::River, level(0, -999.0), Fault::Impossible),
            (Measure::River, level(0, 9_999.0), Fault::Impossible),
            (Measure::Rain, rain(-0.1, 300), Fault::Impossible),
            (Measure::Rain, rain(999.9, 3_600), Fault::Impossible),
            (Measure::Rain, rain(1.0, 0), Fault::Impossible),
            (Measure::Rain, level(0, 60.0), Fault::OtherMeasure),
            (Measure::River, rain(1.0, 300), Fault::OtherMeasure),
            (Measure::River, level(60 * 24 + 6, 60.0), Fault::Ahead),
        ];
        for (measures, point, fault) in cases {
            assert_eq!(series.take(measures, point, now()), Err(fault), "{point:?}");
        }
        assert_eq!(series.take(Measure::River, level(60 * 17, 60.0), now()), Ok(Taken::Old));
        assert_eq!(series, Series::default());
        assert_eq!(series.take(Measure::River, level(60 * 17, 60.0), None), Ok(Taken::New));
    }

    #[test]
    fn the_highest_of_the_last_hour_is_known_when_the_hour_is() {
        let mut series = Series::default();
        let mut highest = Vec::new();
        for (minute, metres) in [(0, 66.2), (30, 66.0), (60, 65.8), (90, 65.6), (300, 65.0)] {
            series.take(Measure::River, level(minute, metres), None).unwrap();
            let Some(Shown::Level { highest_m, .. }) = series.shown() else { panic!() };
            highest.push(highest_m);
        }
        assert_eq!(highest, [None, None, Some(66.2), Some(66.0), None]);
    }

    #[test]
    fn rain_is_summed_over_the_hours_and_never_twice() {
        let mut series = Series::default();
        for number in 1..=288 {
            let rain = Value::Rain { mm: 1.0, over_s: 300 };
            let point = Point { at: start() + minutes(number * 5), value: rain };
            assert_eq!(series.take(Measure::Rain, point, None), Ok(Taken::New));
        }
        // The same hour once more as an hourly sum.
        let hourly = Value::Rain { mm: 12.0, over_s: 3_600 };
        let point = Point { at: start() + minutes(1_438), value: hourly };
        assert_eq!(series.take(Measure::Rain, point, None), Ok(Taken::Repeated));
        let shown = Shown::Rain { mm: [12.0, 36.0, 72.0, 288.0], whole_day: true };
        assert_eq!(series.shown(), Some(shown));
    }

    #[test]
    fn an_interval_that_began_before_counts_in_part() {
        let mut series = Series::default();
        for (minute, mm) in [(60, 30.0), (90, 5.0)] {
            let over_s = if minute == 60 { 3_600 } else { 1_800 };
            let point = Point { at: start() + minutes(minute), value: Value::Rain { mm, over_s } };
            series.take(Measure::Rain, point, None).unwrap();
        }
        let Some(Shown::Rain { mm, whole_day }) = series.shown() else { panic!() };
        assert_eq!((mm[0], mm[1], whole_day), (20.0, 35.0, false));
    }

    #[test]
    fn a_day_is_all_that_is_kept() {
        let mut series = Series::default();
        for minute in 0..4_000 {
            series.take(Measure::River, level(minute, 60.0), None).unwrap();
        }
        assert!(series.points().count() <= 1_441);
    }

    fn level(minute: u64, metres: f64) -> Point {
        Point { at: start() + minutes(minute), value: Value::Level { metres } }
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    fn start() -> Timestamp {
        Timestamp::from_millis(1_784_592_000_000)
    }

    fn now() -> Option<Timestamp> {
        Some(start() + minutes(60 * 24))
    }
}
