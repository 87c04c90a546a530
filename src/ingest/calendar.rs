//! The State Council's yearly holiday notices, from `config/calendar.toml`.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::domain::roster::{Calendar, Year};

/// Why the holidays cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    #[error("{0}")]
    Syntax(String),
    #[error("[{0}] is not a year")]
    NotAYear(String),
    #[error("{date} stands under [{year}]")]
    OtherYear { year: i32, date: NaiveDate },
    #[error("{0} is both off and worked")]
    OffAndWorked(NaiveDate),
    #[error("{0} is worked but no weekend day, so it needs no entry")]
    WorkedAnyway(NaiveDate),
}

/// Reads every year's days off and make-up workdays.
pub fn load(text: &str) -> Result<Calendar, CalendarFault> {
    let by_name: BTreeMap<String, Year> =
        toml::from_str(text).map_err(|error| CalendarFault::Syntax(error.to_string()))?;
    let mut years = BTreeMap::new();
    for (name, year) in by_name {
        let number = name.parse().ok().filter(|number| (2000..2100).contains(number));
        let number = number.ok_or(CalendarFault::NotAYear(name))?;
        check(number, &year)?;
        years.insert(number, year);
    }
    Ok(Calendar { years })
}

fn check(number: i32, year: &Year) -> Result<(), CalendarFault> {
    for date in year.off.iter().chain(&year.worked) {
        if date.year() != number {
            return Err(CalendarFault::OtherYear { year: number, date: *date });
        }
    }
    for date in &year.worked {
        if year.off.contains(date) {
            return Err(CalendarFault::OffAndWorked(*date));
        }
        if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            return Err(CalendarFault::WorkedAnyway(*date));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::roster::DayType;

    #[test]
    fn the_notices_of_three_years_are_there() {
        let calendar = load(include_str!("../../config/calendar.toml")).unwrap();
        let counts: Vec<_> = calendar
            .years
            .iter()
            .map(|(number, year)| (*number, year.off.len(), year.worked.len()))
            .collect();
        assert_eq!(counts, [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)]);
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        assert_eq!(calendar.day_type(day(2, 17)), DayType::Holiday);
        assert_eq!(calendar.day_type(day(2, 14)), DayType::MakeupWorkday);
        assert_eq!(calendar.day_type(day(10, 10)), DayType::MakeupWorkday);
    }

    #[test]
    fn a_notice_that_contradicts_itself_is_refused() {
        let day = |text: &str| text.parse().unwrap();
        let cases = [
            ("[26]\noff = []\nworked = []", CalendarFault::NotAYear("26".to_owned())),
            (
                "[2026]\noff = [\"2025-01-01\"]\nworked = []",
                CalendarFault::OtherYear { year: 2026, date: day("2025-01-01") },
            ),
            (
                "[2026]\noff = [\"2026-01-04\"]\nworked = [\"2026-01-04\"]",
                CalendarFault::OffAndWorked(day("2026-01-04")),
            ),
            (
                "[2026]\noff = []\nworked = [\"2026-01-05\"]",
                CalendarFault::WorkedAnyway(day("2026-01-05")),
            ),
        ];
        for (text, fault) in cases {
            assert_eq!(load(text), Err(fault));
        }
        assert!(matches!(load("[2026]\nfree = []"), Err(CalendarFault::Syntax(_))));
    }
}
