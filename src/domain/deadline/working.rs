//! Working days by the county's calendar.

use chrono::NaiveDate;

use super::due::Reckoning;
use crate::domain::{
    roster::{Calendar, DayType},
    time::Timestamp,
};

/// Days after which no working day is looked for: no calendar is off for so long.
const DAYS_MAX: usize = 1_000;

/// The end of a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayEnd {
    pub(super) at: Timestamp,
    /// A year on the way whose holidays nobody has entered.
    pub(super) unknown_year: Option<i32>,
}

/// Returns when the `days`-th working day after the day of `start` ends (24:00); the day itself does not count.
pub(super) fn end_of(start: Timestamp, days: u32, reckoning: Reckoning<'_>) -> DayEnd {
    let Reckoning { zone, calendar } = reckoning;
    let first = start.local(zone).date();
    let mut unknown_year = None;
    let mut last = first;
    let mut left = days;
    for day in first.iter_days().skip(1).take(DAYS_MAX) {
        if left == 0 {
            break;
        }
        if !calendar.knows(day) {
            unknown_year.get_or_insert(chrono::Datelike::year(&day));
        }
        if is_worked(calendar, day) {
            left -= 1;
        }
        last = day;
    }
    DayEnd { at: Timestamp::from_local(zone, after(last), 0), unknown_year }
}

/// A special time changes who is on duty, not whether offices are open.
fn is_worked(calendar: &Calendar, day: NaiveDate) -> bool {
    calendar.readings(day).contains(&Some(DayType::Workday))
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::roster::Calendar;

    const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

    #[test]
    fn a_holiday_is_waited_for_and_a_makeup_workday_counts() {
        let calendar = calendar();
        // Wednesday, the last day before the holiday of 1 to 7 October; Saturday the 10th is worked.
        let end = end("2026-09-30T10:00:00+08:00", 3, &calendar);
        assert_eq!(end.at, "2026-10-11T00:00:00+08:00".parse().unwrap());
        assert_eq!(end.unknown_year, None);
    }

    #[test]
    fn a_year_without_its_holidays_is_named() {
        let end = end("2026-12-31T10:00:00+08:00", 2, &calendar());
        assert_eq!(end.at, "2027-01-05T00:00:00+08:00".parse().unwrap());
        assert_eq!(end.unknown_year, Some(2027));
    }

    #[test]
    fn a_calendar_that_is_always_off_ends_the_search() {
        let mut calendar = Calendar::default();
        for year in 2020..2040 {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            let off = first.iter_days().take_while(|day| day.year() == year).collect();
            calendar.years.entry(year).or_default().off = off;
        }
        assert!(end("2026-01-01T10:00:00+08:00", 1, &calendar).at.year(ZONE) < 2030);
    }

    proptest! {
        #[test]
        fn the_end_of_a_working_day_has_as_many_before_it(
            start_h in 490_000_i64..500_000, days in 1_u32..20,
        ) {
            let calendar = calendar();
            let start = Timestamp::from_millis(start_h * 3_600_000);
            let reckoning = Reckoning { zone: ZONE, calendar: &calendar };
            let end = end_of(start, days, reckoning).at.local(ZONE);
            let mut day = start.local(ZONE).date();
            let mut worked = 0;
            let mut last_is_worked = false;
            loop {
                day += chrono::Duration::days(1);
                if day == end.date() {
                    break;
                }
                let year = &calendar.years[&2026];
                let weekday = day.weekday().number_from_monday() < 6;
                last_is_worked = year.worked.contains(&day)
                    || weekday && !year.off.contains(&day);
                worked += u32::from(last_is_worked);
            }
            prop_assert_eq!(worked, days);
            prop_assert!(last_is_worked);
        }
    }

    fn end(start: &str, days: u32, calendar: &Calendar) -> DayEnd {
        end_of(start.parse().unwrap(), days, Reckoning { zone: ZONE, calendar })
    }

    /// October 2026 of the notice of that year.
    fn calendar() -> Calendar {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let mut calendar = Calendar::default();
        let year = calendar.years.entry(2026).or_default();
        year.off = (1..=7).map(|number| day(10, number)).collect();
        year.worked = [day(9, 20), day(10, 10)].into();
        calendar
    }
}
