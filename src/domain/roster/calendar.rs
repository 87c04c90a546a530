//! Which days are worked: weekends, statutory holidays and make-up workdays (调休).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// What kind of day it is for a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayType {
    Workday,
    Weekend,
    /// A day off by the State Council's notice.
    Holiday,
    /// A weekend day worked to make up for a holiday.
    MakeupWorkday,
}

/// One year of the State Council's holiday notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Days off, weekends within a holiday included.
    pub off: BTreeSet<NaiveDate>,
    /// Weekend days that are worked.
    pub worked: BTreeSet<NaiveDate>,
}

/// The years whose notice has been entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calendar {
    pub years: BTreeMap<i32, Year>,
}

impl Calendar {
    /// Returns the type of `date`; in a year not entered only weekends are known, see
    /// [`Calendar::knows`].
    pub fn day_type(&self, date: NaiveDate) -> DayType {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let year = self.years.get(&date.year());
        if year.is_some_and(|year| year.off.contains(&date)) {
            DayType::Holiday
        } else if year.is_some_and(|year| year.worked.contains(&date)) {
            DayType::MakeupWorkday
        } else if weekend {
            DayType::Weekend
        } else {
            DayType::Workday
        }
    }

    /// Tells whether the holiday notice of `date`'s year has been entered. Where it has not, a
    /// roster by day type may be wrong on holidays and must say so.
    pub fn knows(&self, date: NaiveDate) -> bool {
        self.years.contains_key(&date.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_and_a_makeup_workday_override_the_weekday() {
        let calendar = Calendar {
            years: BTreeMap::from([(
                2026,
                Year {
                    off: BTreeSet::from([day(2026, 10, 1), day(2026, 10, 3)]),
                    worked: BTreeSet::from([day(2026, 10, 10)]),
                },
            )]),
        };
        assert_eq!(calendar.day_type(day(2026, 10, 1)), DayType::Holiday);
        assert_eq!(calendar.day_type(day(2026, 10, 3)), DayType::Holiday);
        assert_eq!(calendar.day_type(day(2026, 10, 10)), DayType::MakeupWorkday);
        assert_eq!(calendar.day_type(day(2026, 10, 11)), DayType::Weekend);
        assert_eq!(calendar.day_type(day(2026, 10, 12)), DayType::Workday);
    }

    #[test]
    fn a_year_not_entered_is_known_to_be_unknown() {
        let calendar = Calendar::default();
        assert!(!calendar.knows(day(2027, 1, 1)));
        assert_eq!(calendar.day_type(day(2027, 1, 1)), DayType::Workday);
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }
}
