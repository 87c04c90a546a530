//! Days of every year, as rules name them.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day of every year. The 29th of February is the 28th where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    month: u32,
    day: u32,
}

impl MonthDay {
    pub(super) fn of(date: NaiveDate) -> Self {
        Self { month: date.month(), day: date.day() }
    }

    pub(super) fn in_year(self, year: i32) -> Option<NaiveDate> {
        let on = |day| NaiveDate::from_ymd_opt(year, self.month, day);
        on(self.day).or_else(|| on(self.day - 1))
    }
}

/// Writes `05-15`.
impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day of the year such as 05-15")]
pub struct NotAMonthDay(String);

impl FromStr for MonthDay {
    type Err = NotAMonthDay;

    fn from_str(text: &str) -> Result<Self, NotAMonthDay> {
        // In a leap year, which has all days.
        let date = NaiveDate::parse_from_str(&format!("2024-{text}"), "%Y-%m-%d").ok();
        let day = date.map(|date| MonthDay { month: date.month(), day: date.day() });
        let day = day.filter(|day| day.to_string() == text);
        day.ok_or_else(|| NotAMonthDay(text.chars().take(64).collect()))
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompactString::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_year_is_read_as_it_is_written_and_nothing_else() {
        for text in ["05-15", "02-29", "12-31"] {
            assert_eq!(text.parse::<MonthDay>().unwrap().to_string(), text);
        }
        for text in ["5-15", "02-30", "13-01", "0515", "05-15 ", "05-5", ""] {
            assert!(text.parse::<MonthDay>().is_err(), "{text}");
        }
        let leap: MonthDay = "02-29".parse().unwrap();
        assert_eq!(leap.in_year(2027), NaiveDate::from_ymd_opt(2027, 2, 28));
    }
}
