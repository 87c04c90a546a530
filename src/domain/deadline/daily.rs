//! Times of the day at which something is due again and again.

use std::{fmt, str::FromStr};

use chrono::Days;
use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::time::Timestamp;

/// A reading of the clock on the wall, in minutes since midnight, 0 to 1439.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(u16);

impl ClockTime {
    pub fn minute(self) -> u32 {
        u32::from(self.0)
    }
}

/// Writes `08:00`.
impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time of the day such as 08:00, 00:00 to 23:59")]
pub struct NotAClockTime(String);

impl FromStr for ClockTime {
    type Err = NotAClockTime;

    fn from_str(text: &str) -> Result<Self, NotAClockTime> {
        let digits = |part: &str, most: u16| -> Option<u16> {
            let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|number| two && *number <= most)
        };
        let parts = text.split_once(':');
        let parts = parts.and_then(|(hour, minute)| Some((digits(hour, 23)?, digits(minute, 59)?)));
        match parts {
            Some((hour, minute)) => Ok(ClockTime(hour * 60 + minute)),
            None => Err(NotAClockTime(text.chars().take(64).collect())),
        }
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompactString::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Returns the first instant later than `after` at which clocks in `zone` show one of `times`; `None` without
/// times.
///
/// A reading that a clock change skips counts as the next one there is, one that it repeats counts once.
pub fn next_daily(times: &[ClockTime], zone: Tz, after: Timestamp) -> Option<Timestamp> {
    // A reading of yesterday that was skipped can come today; after today's last comes tomorrow's first.
    let yesterday = after.local(zone).date() - Days::new(1);
    let days = (0..=3).map(|days| yesterday + Days::new(days));
    let all = days.flat_map(|day| {
        times.iter().map(move |time| Timestamp::from_local(zone, day, time.minute()))
    });
    all.filter(|at| *at > after).min()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Timelike;
    use proptest::prelude::*;

    use super::*;

    const MINUTE_MS: i64 = 60_000;
    const DAY_MIN: i64 = 24 * 60;

    #[test]
    fn a_round_follows_the_last_of_the_day_before() {
        let times = [time("08:00"), time("17:00")];
        let next = |after: &str| {
            let after = after.parse().unwrap();
            next_daily(&times, chrono_tz::Asia::Shanghai, after).unwrap().to_string()
        };
        assert_eq!(next("2021-07-21T07:59:59+08:00"), "2021-07-21T08:00:00.000+08:00");
        assert_eq!(next("2021-07-21T08:00:00+08:00"), "2021-07-21T17:00:00.000+08:00");
        assert_eq!(next("2021-07-21T17:00:00+08:00"), "2021-07-22T08:00:00.000+08:00");
        assert_eq!(next_daily(&[], chrono_tz::Asia::Shanghai, Timestamp::default()), None);
    }

    #[test]
    fn only_a_time_of_the_day_is_one() {
        for text in ["24:00", "8:00", "08:60", "0800", "08:0x", "+8:00", ""] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
        assert_eq!(time("23:59").to_string(), "23:59");
    }

    proptest! {
        #[test]
        fn every_round_of_every_day_comes_once_in_every_zone(
            zone in prop::sample::select(vec![
                chrono_tz::Asia::Shanghai,
                chrono_tz::America::New_York,
                chrono_tz::Europe::London,
                chrono_tz::Australia::Lord_Howe,
                chrono_tz::Africa::Casablanca,
            ]),
            // Days around which clocks change somewhere, and others; 1986 to 1991 also in Shanghai.
            start_min in prop_oneof![
                8_590_000_i64..11_600_000, 26_190_000_i64..26_970_000,
            ],
            minutes in prop::collection::btree_set(0_u16..1440, 1..4),
        ) {
            let times: Vec<_> = minutes.iter().map(|minute| ClockTime(*minute)).collect();
            let after = Timestamp::from_millis(start_min * MINUTE_MS);
            let oracle = walk(&minutes, zone, start_min);
            let mut found = Vec::new();
            let mut at = after;
            while found.len() < oracle.len() {
                at = next_daily(&times, zone, at).unwrap();
                found.push(at);
            }
            prop_assert_eq!(found, oracle);
        }
    }

    /// Looks at the clock minute by minute: what it shows the first time counts, what it never showed
    /// counts as the first that it showed after, as shifts do.
    fn walk(minutes: &BTreeSet<u16>, zone: Tz, start_min: i64) -> Vec<Timestamp> {
        let mut shown = std::collections::BTreeMap::new();
        for minute in start_min - 3 * DAY_MIN..start_min + 5 * DAY_MIN {
            let at = Timestamp::from_millis(minute * MINUTE_MS);
            shown.entry(at.local(zone).with_second(0).unwrap()).or_insert(at);
        }
        let first = Timestamp::from_millis(start_min * MINUTE_MS).local(zone).date();
        let mut due = BTreeSet::new();
        for day in first.pred_opt().unwrap().iter_days().take(4) {
            for minute in minutes {
                let mut reading = day.and_hms_opt(0, 0, 0).unwrap()
                    + chrono::Duration::minutes(i64::from(*minute));
                while !shown.contains_key(&reading) {
                    reading += chrono::Duration::minutes(1);
                }
                due.insert(shown[&reading]);
            }
        }
        due.into_iter().filter(|at| at.millis() > start_min * MINUTE_MS).collect()
    }

    fn time(text: &str) -> ClockTime {
        text.parse().unwrap()
    }
}
