//! The State Council's yearly holiday notices, from `config/calendar.toml`.

use std::collections::BTreeMap;

use crate::domain::roster::{Calendar, Year, YearFault};

/// Why the holidays cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    #[error("{0}")]
    Syntax(String),
    #[error("[{0}] is not a year")]
    NotAYear(String),
    #[error(transparent)]
    Year(#[from] YearFault),
}

/// Reads every year's days off and make-up workdays.
pub fn load(text: &str) -> Result<Calendar, CalendarFault> {
    let by_name: BTreeMap<String, Year> =
        toml::from_str(text).map_err(|error| CalendarFault::Syntax(error.to_string()))?;
    let mut years = BTreeMap::new();
    for (name, year) in by_name {
        let number = name.parse().map_err(|_| CalendarFault::NotAYear(name))?;
        year.check(number)?;
        years.insert(number, year);
    }
    Ok(Calendar { years })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

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
            ("[26]\noff = []\nworked = []", YearFault::NotAYear(26)),
            (
                "[2026]\noff = [\"2025-01-01\"]\nworked = []",
                YearFault::OtherYear { year: 2026, date: day("2025-01-01") },
            ),
            (
                "[2026]\noff = [\"2026-01-04\"]\nworked = [\"2026-01-04\"]",
                YearFault::OffAndWorked(day("2026-01-04")),
            ),
            (
                "[2026]\noff = []\nworked = [\"2026-01-05\"]",
                YearFault::WorkedAnyway(day("2026-01-05")),
            ),
        ];
        for (text, fault) in cases {
            assert_eq!(load(text), Err(fault.into()));
        }
        assert_eq!(
            load("[next]\noff = []\nworked = []"),
            Err(CalendarFault::NotAYear("next".into()))
        );
        assert!(matches!(load("[2026]\nfree = []"), Err(CalendarFault::Syntax(_))));
    }
}
