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
    /// A day of a time that the county has set apart, such as a congress or the days of an examination (特殊时期).
    Special,
    /// No type of its own: any day of which a rotation says nothing else.
    Every,
}

/// One year of the State Council's holiday notice, and the county's own special times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Days off, weekends within a holiday included.
    pub off: BTreeSet<NaiveDate>,
    /// Weekend days that are worked.
    pub worked: BTreeSet<NaiveDate>,
    /// Days that the county has set apart, whatever they are else.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub special: BTreeSet<NaiveDate>,
}

/// Why a year's days cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YearFault {
    #[error("{0} is not a year from 2000 to 2099")]
    NotAYear(i32),
    #[error("{date} does not lie in {year}")]
    OtherYear { year: i32, date: NaiveDate },
    #[error("{0} is both off and worked; leave it in one of the two")]
    OffAndWorked(NaiveDate),
    #[error("{0} is worked but no weekend day, so it needs no entry")]
    WorkedAnyway(NaiveDate),
}

impl Year {
    /// Checks the days of the year `number`.
    pub fn check(&self, number: i32) -> Result<(), YearFault> {
        if !(2000..2100).contains(&number) {
            return Err(YearFault::NotAYear(number));
        }
        let mut days = self.off.iter().chain(&self.worked).chain(&self.special);
        if let Some(date) = days.find(|date| date.year() != number) {
            return Err(YearFault::OtherYear { year: number, date: *date });
        }
        if let Some(date) = self.worked.intersection(&self.off).next() {
            return Err(YearFault::OffAndWorked(*date));
        }
        match self.worked.iter().find(|date| !is_weekend(**date)) {
            Some(date) => Err(YearFault::WorkedAnyway(*date)),
            None => Ok(()),
        }
    }
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
        let [first, ..] = self.readings(date);
        first.unwrap_or(DayType::Workday)
    }

    /// Returns what `date` is, and then what it counts as where nothing is said of that: a holiday counts as a
    /// weekend, a make-up workday as a workday, a day of a special time as what it is else, and all as every day.
    pub fn readings(&self, date: NaiveDate) -> [Option<DayType>; 4] {
        use DayType::{Every, Holiday, MakeupWorkday, Special, Weekend, Workday};
        let year = self.years.get(&date.year());
        let is_in = |days: fn(&Year) -> &BTreeSet<NaiveDate>| {
            year.is_some_and(|year| days(year).contains(&date))
        };
        let (first, then) = if is_in(|year| &year.off) {
            (Holiday, Some(Weekend))
        } else if is_in(|year| &year.worked) {
            (MakeupWorkday, Some(Workday))
        } else if is_weekend(date) {
            (Weekend, None)
        } else {
            (Workday, None)
        };
        if is_in(|year| &year.special) {
            [Some(Special), Some(first), then, Some(Every)]
        } else {
            [Some(first), then, Some(Every), None]
        }
    }

    /// Returns this calendar with the years of `other` that it has not.
    #[must_use]
    pub fn completed_by(mut self, other: Self) -> Self {
        for (number, year) in other.years {
            self.years.entry(number).or_insert(year);
        }
        self
    }

    /// Tells whether the holiday notice of `date`'s year has been entered. Where it has not, a
    /// roster by day type may be wrong on holidays and must say so.
    pub fn knows(&self, date: NaiveDate) -> bool {
        self.years.contains_key(&date.year())
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
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
                    special: BTreeSet::new(),
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
    fn a_special_time_outweighs_what_its_days_are_else_and_hides_none_of_it() {
        let special = BTreeSet::from([day(2026, 10, 1), day(2026, 10, 12)]);
        let year = Year { off: BTreeSet::from([day(2026, 10, 1)]), special, ..Year::default() };
        let calendar = Calendar { years: BTreeMap::from([(2026, year)]) };
        use DayType::{Every, Holiday, Special, Weekend};
        let holiday = [Special, Holiday, Weekend, Every].map(Some);
        assert_eq!(calendar.readings(day(2026, 10, 1)), holiday);
        assert_eq!(calendar.day_type(day(2026, 10, 12)), DayType::Special);
    }

    #[test]
    fn a_year_on_record_is_not_overwritten_by_the_one_that_comes_with_the_program() {
        let of = |off| Year { off: BTreeSet::from([off]), ..Year::default() };
        let known = Calendar { years: BTreeMap::from([(2026, of(day(2026, 1, 1)))]) };
        let shipped =
            [(2026, of(day(2026, 1, 2))), (2027, of(day(2027, 1, 1)))].into_iter().collect();
        let all = known.completed_by(Calendar { years: shipped });
        assert_eq!(all.years[&2026], of(day(2026, 1, 1)));
        assert_eq!(all.years[&2027], of(day(2027, 1, 1)));
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
