//! The order that a table shows: who takes turns on which type of day, at what hours, and whether days are held together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::{Calendar, DayPlan, DayType, Rotation, ShiftTime};
use crate::domain::{ids::PersonId, time::Timestamp};

/// Who held the shifts of each day, by the minute they begin after midnight and their length in minutes.
pub(super) type Days = BTreeMap<NaiveDate, BTreeMap<(u32, u32), Vec<PersonId>>>;

/// Gathers shifts by the day on which they begin; people who share one stand in lines of their own in some tables.
pub(super) fn days<'s>(
    zone: Tz,
    shifts: impl Iterator<Item = (Timestamp, Timestamp, &'s [PersonId])>,
) -> Days {
    let mut days = Days::new();
    for (from, to, people) in shifts {
        let date = from.local(zone).date();
        let minute = from.since(Timestamp::from_local(zone, date, 0)).as_secs() / 60;
        let minutes = to.since(from).as_secs() / 60;
        // A line of two months fits.
        let hours = [minute, minutes].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let crew = days.entry(date).or_default().entry(hours.into()).or_default();
        let new: Vec<_> = people.iter().filter(|person| !crew.contains(person)).cloned().collect();
        crew.extend(new);
    }
    days
}

/// Reads the order out of the days that were held; `None` where there are none. It starts on `first`.
pub(super) fn order(calendar: &Calendar, held: &Days, first: NaiveDate) -> Option<Rotation> {
    let with_weekend = with_weekend(calendar, held);
    let in_one_order = with_weekend.is_empty() && in_one_order(held);
    let kind_of = |day: NaiveDate| {
        if in_one_order {
            return DayType::Every;
        }
        let kind = calendar.day_type(day);
        let moved = kind == DayType::Workday && with_weekend.contains(&day.weekday());
        if moved { DayType::Weekend } else { kind }
    };
    let mut days: BTreeMap<DayType, DayPlan> = BTreeMap::new();
    for (day, shifts) in held {
        let plan =
            days.entry(kind_of(*day)).or_insert_with(|| DayPlan::new(Vec::new(), Vec::new()));
        for crew in shifts.values() {
            if !plan.crews.contains(crew) {
                plan.crews.push(crew.clone());
            }
        }
    }
    let times = |crew: &Vec<PersonId>| {
        held.values().flat_map(BTreeMap::values).filter(|c| *c == crew).count()
    };
    for plan in days.values_mut() {
        // A pair that was mixed once, by a swap written into the table, is no crew of its own.
        let all = plan.crews.clone();
        let elsewhere = |person: &PersonId, crew: &Vec<PersonId>| {
            all.iter().any(|other| other != crew && other.contains(person) && times(other) > 1)
        };
        plan.crews.retain(|crew| times(crew) > 1 || !crew.iter().all(|p| elsewhere(p, crew)));
    }
    for (kind, plan) in &mut days {
        let same_kind = |day: &NaiveDate| kind_of(*day) == *kind;
        plan.shifts = hours(held.iter().filter(|(day, _)| same_kind(day)).map(|(_, s)| s));
        plan.together = plan.crews.len() > 1 && together(held, same_kind);
    }
    days.retain(|_, plan| !plan.shifts.is_empty() && !plan.crews.is_empty());
    (!days.is_empty()).then_some(Rotation { starts_on: first, days, with_weekend })
}

/// Tells whether crews take turns day by day whatever the days are: each comes again once all others have been.
fn in_one_order(held: &Days) -> bool {
    let days: Vec<Vec<&Vec<PersonId>>> =
        held.values().map(|shifts| shifts.values().collect()).collect();
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    days.iter().for_each(|crews| *times.entry(crews).or_default() += 1);
    // Crews that were mixed once are none of their own.
    let period = times.values().filter(|times| **times > 1).count();
    let again = days.iter().zip(days.iter().skip(period));
    let same = again.clone().filter(|(one, other)| one == other).count();
    let gapless =
        held.keys().zip(held.keys().skip(1)).all(|(day, next)| day.succ_opt() == Some(*next));
    // A swap written into the table spoils two days and the two a period later.
    gapless && period > 1 && days.len() >= 2 * period && same * 5 >= again.count() * 4
}

/// Returns the hours that most days have; of several as common, those of the last.
fn hours<'d>(
    days: impl Iterator<Item = &'d BTreeMap<(u32, u32), Vec<PersonId>>>,
) -> Vec<ShiftTime> {
    let mut seen: BTreeMap<Vec<(u32, u32)>, usize> = BTreeMap::new();
    for shifts in days {
        *seen.entry(shifts.keys().copied().collect()).or_default() += 1;
    }
    let most = seen.into_iter().max_by_key(|(_, times)| *times);
    let hours = most.map(|(hours, _)| hours).unwrap_or_default();
    let hours = hours.into_iter();
    hours.map(|(from_minute, minutes)| ShiftTime { from_minute, minutes }).collect()
}

/// Tells whether most days of a kind that follow one another were held by the same crews.
fn together(held: &Days, same_kind: impl Fn(&NaiveDate) -> bool) -> bool {
    let pairs = held.iter().filter(|(day, _)| same_kind(day)).filter_map(|(day, shifts)| {
        let next = day.succ_opt().filter(&same_kind)?;
        Some((shifts, held.get(&next)?))
    });
    let (mut same, mut all) = (0, 0);
    for (one, other) in pairs {
        all += 1;
        same += usize::from(one.values().eq(other.values()));
    }
    same * 2 > all
}

/// Returns Friday where whoever held a Saturday that was a plain weekend held the Friday before it too, each time.
fn with_weekend(calendar: &Calendar, held: &Days) -> Vec<Weekday> {
    let plain = |day: NaiveDate, kind| calendar.day_type(day) == kind;
    let mut seen = 0;
    for (friday, shifts) in held.iter().filter(|(day, _)| day.weekday() == Weekday::Fri) {
        let Some(saturday) = friday.succ_opt().filter(|day| plain(*day, DayType::Weekend)) else {
            continue;
        };
        let Some(next) = held.get(&saturday).filter(|_| plain(*friday, DayType::Workday)) else {
            continue;
        };
        if !shifts.values().eq(next.values()) {
            return Vec::new();
        }
        seen += 1;
    }
    // One person alone is on duty every day, and once may be chance.
    let crews = held.values().flat_map(BTreeMap::values).collect::<BTreeSet<_>>();
    if seen > 1 && crews.len() > 1 { vec![Weekday::Fri] } else { Vec::new() }
}
