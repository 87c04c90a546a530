//! A rotation: crews that follow one another, each day type with its own order and its own hours.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
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
    /// Which crew begins, from 0: where an order goes on that began under an earlier rotation.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first: u16,
    /// Days of this type that follow one another are held by the same crew, such as both days of a weekend.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub together: bool,
}

/// Crews in turn from `starts_on`, counted apart for each day type, so that a holiday does not push
/// the workday order along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    pub starts_on: NaiveDate,
    /// A type without a plan takes that of what the day counts as else, see [`Calendar::readings`].
    pub days: BTreeMap<DayType, DayPlan>,
    /// Workdays that go with the weekend, such as Friday where one officer holds Friday to Sunday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with_weekend: Vec<Weekday>,
}

/// One shift of a rotation, as it falls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'r> {
    pub from: Timestamp,
    pub to: Timestamp,
    pub crew: &'r [PersonId],
    /// What the plan that it falls under is for.
    pub plan: DayType,
}

/// How far each order of a rotation has come, told day by day.
struct Progress<'r> {
    rotation: &'r Rotation,
    /// Steps that each order has made: days, or runs of days where these are held together.
    steps: BTreeMap<DayType, usize>,
    /// The order that the last day belonged to.
    last: Option<DayType>,
}

impl DayPlan {
    /// Returns a plan whose first crew begins and where every day takes the next.
    pub fn new(shifts: Vec<ShiftTime>, crews: Vec<Vec<PersonId>>) -> Self {
        Self { shifts, crews, first: 0, together: false }
    }

    /// Returns the crew of the shift numbered `shift` in the order's step numbered `step`.
    fn crew(&self, step: usize, shift: usize) -> Option<&[PersonId]> {
        let turn = usize::from(self.first) + step * self.shifts.len() + shift;
        self.crews.get(turn % self.crews.len().max(1)).map(Vec::as_slice)
    }
}

impl Rotation {
    pub fn new(starts_on: NaiveDate, days: impl IntoIterator<Item = (DayType, DayPlan)>) -> Self {
        Self { starts_on, days: days.into_iter().collect(), with_weekend: Vec::new() }
    }

    /// Returns the shifts that run at any instant of `from..to` and begin before the day `before`, in order of
    /// start.
    pub fn turns(
        &self,
        calendar: &Calendar,
        zone: Tz,
        (from, to): (Timestamp, Timestamp),
        before: Option<NaiveDate>,
    ) -> Vec<Turn<'_>> {
        let back = u64::from(LONGEST_SHIFT_MIN.div_ceil(24 * 60));
        let first = from.local(zone).date().checked_sub_days(Days::new(back));
        let first = first.map_or(self.starts_on, |date| date.max(self.starts_on));
        let last = to.local(zone).date();
        let mut progress = Progress::until(self, calendar, first);
        let mut turns = Vec::new();
        let dates = first.iter_days().take_while(|date| *date <= last);
        for date in dates.take_while(|date| before.is_none_or(|end| *date < end)) {
            let Some((kind, plan, step)) = progress.step(calendar, date) else { continue };
            for (index, shift) in plan.shifts.iter().enumerate() {
                let Some(crew) = plan.crew(step, index) else { continue };
                let from = Timestamp::from_local(zone, date, shift.from_minute);
                let to = Timestamp::from_local(zone, date, shift.from_minute + shift.minutes);
                turns.push(Turn { from, to, crew, plan: kind });
            }
        }
        turns.retain(|turn| turn.from < to && turn.to > from);
        turns.sort_by_key(|turn| turn.from);
        turns
    }

    /// Returns this rotation with each order going on where it stands under `earlier`: the crew that would have been
    /// next begins, or the next after it that there still is.
    #[must_use]
    pub fn going_on_after(mut self, earlier: &Self, calendar: &Calendar) -> Self {
        let mut progress = Progress::until(earlier, calendar, self.starts_on);
        let steps = progress.steps.clone();
        // A run of days that has begun is held to its end by the crew that began it.
        let first_day = progress.step(calendar, self.starts_on);
        for (kind, plan) in &mut self.days {
            let Some(before) = earlier.days.get(kind) else { continue };
            let step = match first_day {
                Some((first, _, step)) if first == *kind => step,
                _ => steps.get(kind).copied().unwrap_or_default(),
            };
            let mut order = (0..before.crews.len()).filter_map(|ahead| before.crew(step, ahead));
            let first = order.find_map(|crew| place_of(crew, &plan.crews));
            plan.first = first.and_then(|first| u16::try_from(first).ok()).unwrap_or_default();
        }
        self
    }

    /// Returns the plan that `date` falls under, and the type it is for.
    pub(super) fn plan(&self, calendar: &Calendar, date: NaiveDate) -> Option<(DayType, &DayPlan)> {
        let with_weekend = self.with_weekend.contains(&date.weekday());
        calendar.readings(date).into_iter().flatten().find_map(|kind| {
            let moved = with_weekend && kind == DayType::Workday;
            let kind = if moved { DayType::Weekend } else { kind };
            Some((kind, self.days.get(&kind)?))
        })
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
            if usize::from(plan.first) >= plan.crews.len() {
                return Some(("first", "name one of the crews, counted from 0"));
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
        let weekend = |day: &Weekday| matches!(day, Weekday::Sat | Weekday::Sun);
        if self.with_weekend.iter().any(weekend) {
            return Some(("with_weekend", "name workdays only, such as Fri"));
        }
        if !self.with_weekend.is_empty() && !self.days.contains_key(&DayType::Weekend) {
            return Some(("with_weekend", "give a plan for weekends for these days to go with"));
        }
        None
    }
}

impl<'r> Progress<'r> {
    /// Counts the days from the start of `rotation` to the day before `date`.
    fn until(rotation: &'r Rotation, calendar: &Calendar, date: NaiveDate) -> Self {
        let mut progress = Self { rotation, steps: BTreeMap::new(), last: None };
        for day in rotation.starts_on.iter_days().take_while(|day| *day < date) {
            progress.step(calendar, day);
        }
        progress
    }

    /// Goes on by one day; returns the plan it falls under and the number of its order's step, from 0.
    fn step(
        &mut self,
        calendar: &Calendar,
        date: NaiveDate,
    ) -> Option<(DayType, &'r DayPlan, usize)> {
        let Some((kind, plan)) = self.rotation.plan(calendar, date) else {
            self.last = None;
            return None;
        };
        let steps = self.steps.entry(kind).or_default();
        if !plan.together || self.last != Some(kind) {
            *steps += 1;
        }
        self.last = Some(kind);
        Some((kind, plan, *steps - 1))
    }
}

/// Returns where `crew` stands among `crews`: as it is, or the first that shares somebody with it.
fn place_of(crew: &[PersonId], crews: &[Vec<PersonId>]) -> Option<usize> {
    let same = crews.iter().position(|other| other == crew);
    let shares = |other: &Vec<PersonId>| other.iter().any(|person| crew.contains(person));
    same.or_else(|| crews.iter().position(shares))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(number: &u16) -> bool {
    *number == 0
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
        let year = Year { off, ..Year::default() };
        let calendar = Calendar { years: BTreeMap::from([(2026, year)]) };
        let names = crews_at_noon(&rotation(), &calendar, day(17), 5);
        assert_eq!(names, ["a", "x", "y", "x", "b"]);
    }

    #[test]
    fn a_shift_that_began_yesterday_still_runs_before_the_change_of_shift() {
        let rotation = rotation();
        let early = Timestamp::from_local(Shanghai, day(18), 7 * 60 + 59);
        let turns = rotation.turns(&Calendar::default(), Shanghai, (early, early + second()), None);
        assert_eq!(turns.len(), 1);
        assert_eq!(turns[0].crew[0].as_str(), "a");
        assert_eq!(turns[0].to, Timestamp::from_local(Shanghai, day(18), 8 * 60));
    }

    #[test]
    fn days_held_together_take_one_crew_and_fridays_may_go_with_the_weekend() {
        let mut rotation = rotation();
        rotation.days.get_mut(&DayType::Weekend).unwrap().together = true;
        let names = crews_at_noon(&rotation, &Calendar::default(), day(17), 11);
        assert_eq!(names, ["a", "x", "x", "b", "c", "a", "b", "c", "y", "y", "a"]);
        rotation.with_weekend = vec![Weekday::Fri];
        let names = crews_at_noon(&rotation, &Calendar::default(), day(17), 11);
        assert_eq!(names, ["x", "x", "x", "a", "b", "c", "a", "y", "y", "y", "b"]);
    }

    #[test]
    fn a_special_time_has_its_own_order_or_goes_by_what_the_days_are_else() {
        let special = BTreeSet::from([day(18), day(20)]);
        let year = Year { special, ..Year::default() };
        let calendar = Calendar { years: BTreeMap::from([(2026, year)]) };
        let mut rotation = rotation();
        assert_eq!(crews_at_noon(&rotation, &calendar, day(17), 4), ["a", "x", "y", "b"]);
        let plan =
            DayPlan { crews: crews(&["s", "t"]), ..rotation.days[&DayType::Workday].clone() };
        rotation.days.insert(DayType::Special, plan);
        assert_eq!(crews_at_noon(&rotation, &calendar, day(17), 5), ["a", "s", "x", "t", "b"]);
    }

    #[test]
    fn an_order_goes_on_where_it_stands_when_somebody_joins_or_leaves() {
        let calendar = Calendar::default();
        let begun = rotation();
        // Friday the 17th a, Monday b, Tuesday c; from Wednesday d stands between a and b.
        let mut joined = Rotation::new(day(22), begun.days.clone());
        joined.days.get_mut(&DayType::Workday).unwrap().crews = crews(&["a", "d", "b", "c"]);
        let joined = joined.going_on_after(&begun, &calendar);
        assert_eq!(crews_at_noon(&joined, &calendar, day(22), 5), ["a", "d", "b", "x", "y"]);
        // The one whose turn it would be has left: the next takes it.
        let mut left = Rotation::new(day(22), begun.days.clone());
        left.days.get_mut(&DayType::Workday).unwrap().crews = crews(&["b", "c"]);
        let left = left.going_on_after(&begun, &calendar);
        assert_eq!(crews_at_noon(&left, &calendar, day(22), 3), ["b", "c", "b"]);
    }

    #[test]
    fn whoever_has_begun_a_weekend_holds_it_to_its_end_under_the_next_rotation() {
        let mut begun = rotation();
        begun.days.get_mut(&DayType::Weekend).unwrap().together = true;
        let next = Rotation::new(day(19), begun.days.clone());
        let next = next.going_on_after(&begun, &Calendar::default());
        let names = crews_at_noon(&next, &Calendar::default(), day(19), 8);
        assert_eq!(names, ["x", "b", "c", "a", "b", "c", "y", "y"]);
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
            let turns =
                rotation.turns(calendar, Shanghai, (noon(date), noon(date) + second()), None);
            turns[0].crew[0].to_string()
        };
        first.iter_days().take(days).map(at_noon).collect()
    }

    fn rotation() -> Rotation {
        let whole_day = ShiftTime { from_minute: 8 * 60, minutes: 24 * 60 };
        let plan = |names: &[&str]| DayPlan::new(vec![whole_day], crews(names));
        let days =
            [(DayType::Workday, plan(&["a", "b", "c"])), (DayType::Weekend, plan(&["x", "y"]))];
        Rotation::new(day(17), days)
    }

    fn crews(names: &[&str]) -> Vec<Vec<PersonId>> {
        names.iter().map(|name| vec![name.parse().unwrap()]).collect()
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn second() -> std::time::Duration {
        std::time::Duration::from_secs(1)
    }
}
