//! A rotation: crews that follow one another, each day type with its own order and its own hours.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayType};
use crate::domain::{ids::PersonId, time::Timestamp};

/// Longest shift, in minutes: how many days back a shift that still runs can have begun.
const LONGEST_SHIFT_MIN: u32 = 3 * 24 * 60;

/// Hours of one shift within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftTime {
    /// Minutes after local midnight, below 1,440.
    pub from_minute: u32,
    /// Length in minutes, 1 to 4,320; a shift may run past midnight.
    pub minutes: u32,
}

/// Who is on duty on days of one type: each shift of each such day takes the next crew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayPlan {
    pub shifts: Vec<ShiftTime>,
    pub crews: Vec<Vec<PersonId>>,
}

/// Crews in turn from `starts_on`, counted apart for each day type, so that a holiday does not push
/// the workday order along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    pub starts_on: NaiveDate,
    /// A make-up workday without a plan of its own is a workday, a holiday without one a weekend.
    pub days: BTreeMap<DayType, DayPlan>,
}

/// One shift of a rotation, as it falls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub from: Timestamp,
    pub to: Timestamp,
    pub crew: Vec<PersonId>,
}

impl Rotation {
    /// Returns the shifts that run at any instant of `from..to`, in order of start.
    pub fn turns(
        &self,
        calendar: &Calendar,
        zone: Tz,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Turn> {
        let back = u64::from(LONGEST_SHIFT_MIN.div_ceil(24 * 60));
        let first = from.local(zone).date().checked_sub_days(Days::new(back));
        let first = first.map_or(self.starts_on, |date| date.max(self.starts_on));
        let last = to.local(zone).date();
        let mut counts = self.counts_before(calendar, first);
        let mut turns = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            let Some((kind, plan)) = self.plan(calendar.day_type(date)) else {
                continue;
            };
            let day = counts.entry(kind).or_default();
            self.day_turns(zone, date, plan, *day, &mut turns);
            *day += 1;
        }
        turns.retain(|turn| turn.from < to && turn.to > from);
        turns.sort_by_key(|turn| turn.from);
        turns
    }

    fn day_turns(
        &self,
        zone: Tz,
        date: NaiveDate,
        plan: &DayPlan,
        day: usize,
        turns: &mut Vec<Turn>,
    ) {
        for (index, shift) in plan.shifts.iter().enumerate() {
            let turn = day * plan.shifts.len() + index;
            let Some(crew) = plan.crews.get(turn % plan.crews.len().max(1)) else {
                continue;
            };
            turns.push(Turn {
                from: Timestamp::from_local(zone, date, shift.from_minute),
                to: Timestamp::from_local(zone, date, shift.from_minute + shift.minutes),
                crew: crew.clone(),
            });
        }
    }

    /// Returns how many days of each plan lie in `starts_on..date`.
    fn counts_before(&self, calendar: &Calendar, date: NaiveDate) -> BTreeMap<DayType, usize> {
        let mut counts = BTreeMap::new();
        for day in self.starts_on.iter_days().take_while(|day| *day < date) {
            if let Some((kind, _)) = self.plan(calendar.day_type(day)) {
                *counts.entry(kind).or_default() += 1;
            }
        }
        counts
    }

    fn plan(&self, kind: DayType) -> Option<(DayType, &DayPlan)> {
        let stand_in = match kind {
            DayType::MakeupWorkday => DayType::Workday,
            DayType::Holiday => DayType::Weekend,
            DayType::Workday | DayType::Weekend => kind,
        };
        [kind, stand_in].into_iter().find_map(|kind| Some((kind, self.days.get(&kind)?)))
    }

    /// Returns everybody in any crew.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        let mut seen = BTreeSet::new();
        let crews = self.days.values().flat_map(|plan| plan.crews.iter().flatten());
        crews.filter(move |person| seen.insert(*person))
    }

    /// Returns what makes this rotation unusable, if anything: the field and the remedy.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        if self.days.is_empty() {
            return Some(("days", "give at least one day type, such as workday"));
        }
        for plan in self.days.values() {
            if plan.crews.is_empty() || plan.crews.iter().any(Vec::is_empty) {
                return Some(("crews", "give at least one crew, each with at least one person"));
            }
            if plan.shifts.is_empty() {
                return Some(("shifts", "give at least one shift a day"));
            }
            let fits = |shift: &ShiftTime| {
                shift.from_minute < 24 * 60 && (1..=LONGEST_SHIFT_MIN).contains(&shift.minutes)
            };
            if !plan.shifts.iter().all(fits) {
                return Some(("shifts", "start before 24:00 and last at most 72 hours"));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;
    use crate::domain::roster::calendar::Year;

    #[test]
    fn workday_crews_follow_one_another_and_weekends_keep_their_own_order() {
        let rotation = rotation();
        // 2026-07-17 is a Friday.
        let names = crews_at_noon(&rotation, &Calendar::default(), day(17), 5);
        assert_eq!(names, ["a", "x", "y", "b", "c"]);
    }

    #[test]
    fn a_holiday_takes_the_weekend_order_and_leaves_the_workday_order_alone() {
        let off = BTreeSet::from([day(20)]);
        let year = Year { off, worked: BTreeSet::new() };
        let calendar = Calendar { years: BTreeMap::from([(2026, year)]) };
        let names = crews_at_noon(&rotation(), &calendar, day(17), 5);
        assert_eq!(names, ["a", "x", "y", "x", "b"]);
    }

    #[test]
    fn a_shift_that_began_yesterday_still_runs_before_the_change_of_shift() {
        let early = Timestamp::from_local(Shanghai, day(18), 7 * 60 + 59);
        let turns = rotation().turns(&Calendar::default(), Shanghai, early, early + second());
        assert_eq!(turns.len(), 1);
        assert_eq!(turns[0].crew[0].as_str(), "a");
        assert_eq!(turns[0].to, Timestamp::from_local(Shanghai, day(18), 8 * 60));
    }

    #[test]
    fn an_empty_crew_is_a_fault() {
        let mut rotation = rotation();
        rotation.days.get_mut(&DayType::Weekend).unwrap().crews.push(Vec::new());
        assert_eq!(rotation.fault().unwrap().0, "crews");
    }

    fn crews_at_noon(
        rotation: &Rotation,
        calendar: &Calendar,
        first: NaiveDate,
        days: usize,
    ) -> Vec<String> {
        let noon = |date| Timestamp::from_local(Shanghai, date, 12 * 60);
        let at_noon = |date| {
            let turns = rotation.turns(calendar, Shanghai, noon(date), noon(date) + second());
            turns[0].crew[0].to_string()
        };
        first.iter_days().take(days).map(at_noon).collect()
    }

    fn rotation() -> Rotation {
        let whole_day = ShiftTime { from_minute: 8 * 60, minutes: 24 * 60 };
        let plan = |crews: &[&str]| DayPlan {
            shifts: vec![whole_day],
            crews: crews.iter().map(|name| vec![name.parse().unwrap()]).collect(),
        };
        Rotation {
            starts_on: day(17),
            days: BTreeMap::from([
                (DayType::Workday, plan(&["a", "b", "c"])),
                (DayType::Weekend, plan(&["x", "y"])),
            ]),
        }
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn second() -> std::time::Duration {
        std::time::Duration::from_secs(1)
    }
}
