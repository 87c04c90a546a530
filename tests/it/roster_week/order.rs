//! Whose turn a rotation makes it, day by day from its first.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use jiaoying::domain::{
    ids::PersonId,
    roster::{DayType, Rotation, Year},
};

use super::{
    clocks::{Clocks, date, number},
    layers::Line,
};

/// Days after which nothing of a rotation is looked at.
const AHEAD: i64 = 21;

/// Names what a day is, and then what it counts as where a rotation says nothing of that.
fn kinds(year: Option<&Year>, day: i64) -> Vec<DayType> {
    let on = date(day);
    let is_in =
        |days: fn(&Year) -> &BTreeSet<NaiveDate>| year.is_some_and(|year| days(year).contains(&on));
    let weekend = matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
    let mut kinds = Vec::new();
    if is_in(|year| &year.special) {
        kinds.push(DayType::Special);
    }
    if is_in(|year| &year.off) {
        kinds.extend([DayType::Holiday, DayType::Weekend]);
    } else if is_in(|year| &year.worked) {
        kinds.extend([DayType::MakeupWorkday, DayType::Workday]);
    } else {
        kinds.push(if weekend { DayType::Weekend } else { DayType::Workday });
    }
    kinds.push(DayType::Every);
    kinds
}

/// Returns the kind of plan that a day falls under.
fn kind(rotation: &Rotation, year: Option<&Year>, day: i64) -> Option<DayType> {
    let moved = rotation.with_weekend.contains(&date(day).weekday());
    let as_planned = |kind| match kind {
        DayType::Workday if moved => DayType::Weekend,
        other => other,
    };
    kinds(year, day).into_iter().map(as_planned).find(|kind| rotation.days.contains_key(kind))
}

/// Counts what the order of `kind` has done by the end of the day before `day`: days, or runs of days that one crew holds.
/// A run that has begun and goes on counts as not done.
fn done(rotation: &Rotation, year: Option<&Year>, day: i64, of: DayType) -> usize {
    let start = number(rotation.starts_on);
    let is_so = |day: i64| day >= start && kind(rotation, year, day) == Some(of);
    let together = rotation.days[&of].together;
    let opens = |day: &i64| is_so(*day) && !(together && is_so(day - 1));
    let begun = (start..day).filter(opens).count();
    let goes_on = together && is_so(day) && is_so(day - 1);
    begun - usize::from(goes_on)
}

/// Returns every turn of the rotations that follow one another, to some weeks after `today`.
pub fn turns(
    rotations: &[Rotation],
    year: Option<&Year>,
    clocks: &Clocks,
    today: i64,
) -> Vec<Line> {
    let mut turns = Vec::new();
    for (place, rotation) in rotations.iter().enumerate() {
        let next = rotations.get(place + 1).map_or(i64::MAX, |next| number(next.starts_on));
        for day in number(rotation.starts_on)..next.min(today + AHEAD) {
            let Some(kind) = kind(rotation, year, day) else { continue };
            let plan = &rotation.days[&kind];
            let before = done(rotation, year, day, kind) * plan.shifts.len();
            for (index, shift) in plan.shifts.iter().enumerate() {
                let crew = (usize::from(plan.first) + before + index) % plan.crews.len();
                let (from, length) = (i64::from(shift.from_minute), i64::from(shift.minutes));
                let (from, to) = (clocks.at(day, from), clocks.at(day, from + length));
                turns.push(Line { from, to, people: plan.crews[crew].clone() });
            }
        }
    }
    turns
}

/// Returns `rotation` with the first crew of each order set so that it goes on where it stands under `earlier`.
pub fn going_on(mut rotation: Rotation, earlier: &Rotation, year: Option<&Year>) -> Rotation {
    let start = number(rotation.starts_on);
    for (kind, plan) in &mut rotation.days {
        let Some(before) = earlier.days.get(kind) else { continue };
        let step = done(earlier, year, start, *kind);
        let next = usize::from(before.first) + step * before.shifts.len();
        let order =
            (next..next + before.crews.len()).map(|n| &before.crews[n % before.crews.len()]);
        let found = order.filter_map(|crew| place(crew, &plan.crews)).next();
        plan.first = u16::try_from(found.unwrap_or(0)).unwrap();
    }
    rotation
}

/// Returns the place of the same crew, else of the first with somebody of it.
fn place(crew: &[PersonId], crews: &[Vec<PersonId>]) -> Option<usize> {
    let mut shared = None;
    for (place, other) in crews.iter().enumerate() {
        if other == crew {
            return Some(place);
        }
        if shared.is_none() && other.iter().any(|person| crew.contains(person)) {
            shared = Some(place);
        }
    }
    shared
}
