//! What somebody says about where a unit is, and what this node makes of it.
//!
//! A [`Fix`] is small and plain: 20,000 of them are copied many times a second.

use compact_str::CompactString;
use serde::{Deserialize, Deserializer};

use super::units::UnitNumber;
use crate::domain::{area::LonLat, coordinates::Crs, time::Timestamp};

/// Parts of a degree that a place is kept in, a centimetre each: every node has the same numbers, and texts
/// of them are short.
const PARTS_OF_DEGREE: f64 = 1e7;
/// Faster than anything with wings: a speed beyond is a device's way to say that it knows none.
const SPEED_KMH_MAX: f64 = 2_000.0;
/// A place that may be this far off, in metres, says nothing about how far.
const ACCURACY_M_MAX: f64 = 100_000.0;

/// One position as it comes in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Report {
    /// The unit's id, or what its gateway calls its terminal.
    pub unit: CompactString,
    #[serde(deserialize_with = "number")]
    pub lon: f64,
    #[serde(deserialize_with = "number")]
    pub lat: f64,
    /// When it was there.
    pub at: Timestamp,
    /// Kilometres an hour, as vehicle terminals report it (JT/T 808).
    #[serde(default)]
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    #[serde(default)]
    pub heading: Option<f64>,
    /// Metres within which the unit is.
    #[serde(default)]
    pub accuracy: Option<f64>,
    /// WGS-84 when left out.
    #[serde(default)]
    pub crs: Crs,
}

/// Reads a number; `null`, as some programs write NaN, is one that the range check then names.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl Report {
    /// Returns what was measured beside the place; what cannot be true is left out, as terminals write −1 or
    /// 65,535 for what they do not know.
    pub(super) fn motion(&self) -> Motion {
        let within = |value: Option<f64>, max: f64| {
            value.filter(|value| (0.0..=max).contains(value)).map(narrow)
        };
        Motion {
            speed_kmh: within(self.speed, SPEED_KMH_MAX),
            heading: within(self.heading, 360.0),
            accuracy_m: within(self.accuracy, ACCURACY_M_MAX),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven digits are more than any of them has")]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// What is measured beside the place, where it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Motion {
    pub speed_kmh: Option<f32>,
    /// Degrees clockwise from north.
    pub heading: Option<f32>,
    pub accuracy_m: Option<f32>,
}

/// How a position came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A gateway over HTTP.
    Gateway,
    /// The phone or vehicle of somebody who is logged in.
    Socket,
    /// The channel `jiaoying:positions`.
    Redis,
}

impl Source {
    pub const ALL: [Source; 3] = [Source::Gateway, Source::Socket, Source::Redis];

    pub fn as_str(self) -> &'static str {
        match self {
            Source::Gateway => "gateway",
            Source::Socket => "socket",
            Source::Redis => "redis",
        }
    }
}

/// What is to be known about a fix beside where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub(super) u8);

impl Flags {
    /// It lies farther from the one before than the unit can have come; a second report confirmed it.
    pub const JUMP: Flags = Flags(1);
    /// Another node took it in and checked it.
    pub const FOLLOWED: Flags = Flags(2);

    pub fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    #[must_use]
    pub fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }
}

/// A position that was accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    pub unit: UnitNumber,
    /// WGS-84.
    pub lon: f64,
    pub lat: f64,
    /// When the unit was there, by its own clock.
    pub at: Timestamp,
    /// When a node took it in.
    pub received_at: Timestamp,
    pub motion: Motion,
    /// What it came in; [`Crs::express`] gives the numbers back.
    pub crs: Crs,
    pub source: Source,
    pub flags: Flags,
}

impl Fix {
    pub fn place(&self) -> LonLat {
        [self.lon, self.lat]
    }
}

/// Rounds a place to what is kept of it.
pub(super) fn rounded(place: LonLat) -> LonLat {
    place.map(|degrees| (degrees * PARTS_OF_DEGREE).round() / PARTS_OF_DEGREE)
}

/// How old a fix is, measured by how often its unit reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Staleness {
    /// At most twice the reporting period.
    Fresh,
    /// Shown with its age (「18 分钟前」).
    Late,
    /// More than five periods (失联): where the unit is, is not known.
    Lost,
}

impl Staleness {
    /// Tells how stale a fix of `at` is at `now`, when its unit reports every `period_s` seconds.
    pub fn of(at: Timestamp, now: Timestamp, period_s: u32) -> Self {
        let age = now.since(at);
        let period = std::time::Duration::from_secs(u64::from(period_s.max(1)));
        if age <= period * 2 {
            Staleness::Fresh
        } else if age <= period * 5 {
            Staleness::Late
        } else {
            Staleness::Lost
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Staleness::Fresh => "fresh",
            Staleness::Late => "late",
            Staleness::Lost => "lost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_grows_late_after_two_periods_and_lost_after_five() {
        let at = Timestamp::from_millis(1_000_000);
        for (after_ms, class) in [
            (0, Staleness::Fresh),
            (60_000, Staleness::Fresh),
            (60_001, Staleness::Late),
            (150_000, Staleness::Late),
            (150_001, Staleness::Lost),
            // A unit whose clock is ahead is not stale.
            (-5_000, Staleness::Fresh),
        ] {
            let now = Timestamp::from_millis(1_000_000 + after_ms);
            assert_eq!(Staleness::of(at, now, 30), class, "{after_ms}");
        }
    }

    #[test]
    fn what_a_terminal_does_not_know_is_left_out() {
        let text = r#"{"unit":"v-1","lon":114.1,"lat":35.1,"at":"2026-07-21T18:00:00+08:00",
            "speed":-1,"heading":65535,"accuracy":12.5}"#;
        let motion = serde_json::from_str::<Report>(text).unwrap().motion();
        assert_eq!(motion, Motion { speed_kmh: None, heading: None, accuracy_m: Some(12.5) });
    }

    #[test]
    fn a_place_keeps_its_centimetres() {
        assert_eq!(rounded([114.123_456_78, -0.000_000_04]), [114.123_456_8, 0.0]);
    }
}
