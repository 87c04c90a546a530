//! What clocks show, from a list of the days on which they are changed: no time-zone library has a say in it.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use jiaoying::domain::time::Timestamp;

use crate::sim::dice::Dice;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The clocks of one zone in 2026.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    pub zone: Tz,
    /// From which instant on they are how many minutes ahead of UTC.
    spans: &'static [(&'static str, i64)],
}

/// Where a week may be played, and the first days of weeks in which something happens to the clocks.
const PLACES: [(Clocks, &[&str]); 4] = [
    (
        Clocks { zone: Tz::Asia__Shanghai, spans: &[("1991-09-15T00:00:00Z", 480)] },
        &["2026-02-12", "2026-07-16", "2026-09-26", "2026-12-20"],
    ),
    (
        Clocks {
            zone: Tz::Europe__Berlin,
            spans: &[
                ("2025-10-26T01:00:00Z", 60),
                ("2026-03-29T01:00:00Z", 120),
                ("2026-10-25T01:00:00Z", 60),
            ],
        },
        &["2026-03-25", "2026-10-21"],
    ),
    (
        Clocks {
            zone: Tz::America__New_York,
            spans: &[
                ("2025-11-02T06:00:00Z", -300),
                ("2026-03-08T07:00:00Z", -240),
                ("2026-11-01T06:00:00Z", -300),
            ],
        },
        &["2026-03-04", "2026-10-29"],
    ),
    // Half an hour, and at two in the morning as elsewhere.
    (
        Clocks {
            zone: Tz::Australia__Lord_Howe,
            spans: &[
                ("2025-10-04T15:30:00Z", 660),
                ("2026-04-04T15:00:00Z", 630),
                ("2026-10-03T15:30:00Z", 660),
            ],
        },
        &["2026-03-31", "2026-09-30"],
    ),
];

impl Clocks {
    /// Throws a place and a first day.
    pub fn throw(dice: &mut Dice) -> (Self, i64) {
        let (clocks, days) = *dice.pick(&PLACES);
        (clocks, number(dice.pick(days).parse().unwrap()))
    }

    /// Returns the first instant at which clocks show so many minutes after the midnight of a day, or more.
    pub fn at(&self, day: i64, minute: i64) -> Timestamp {
        let reading = day * DAY + minute * MINUTE;
        let ends = self.spans.iter().skip(1).map(|(from, _)| millis(from)).chain([i64::MAX]);
        let firsts = self.spans.iter().zip(ends).filter_map(|((from, ahead), end)| {
            let first = (reading - ahead * MINUTE).max(millis(from));
            (first < end).then_some(first)
        });
        Timestamp::from_millis(firsts.min().expect("the last span has no end"))
    }

    /// Returns the day that calendars show, in days since 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        let span = self.spans.iter().rev().find(|(from, _)| millis(from) <= at.millis());
        let (_, ahead) = span.unwrap_or(&self.spans[0]);
        (at.millis() + ahead * MINUTE).div_euclid(DAY)
    }
}

/// Days since 1970-01-01.
pub fn number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

pub fn date(day: i64) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + 719_163).unwrap()).unwrap()
}

/// Returns `at` moved by so many milliseconds.
pub fn moved(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_millis(at.millis() + ms)
}

fn millis(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().millis()
}
