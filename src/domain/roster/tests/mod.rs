//! The look ahead against naive readings of the same roster, instant by instant.

mod filling;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::NaiveDate;
use chrono_tz::{Asia::Shanghai, Europe::Berlin, Tz};
use proptest::prelude::*;

use super::{
    Calendar, DayPlan, DayType, Defect, Outlook, Override, Post, Roster, Rotation, Shift,
    ShiftTime, Source, Staffing,
};
use crate::domain::{
    ids::{OverrideId, PersonId, PostId},
    leave::Leaves,
    time::Timestamp,
    verification::Doubts,
};

/// Minutes of the window that is looked at: five days.
const WINDOW_MIN: u64 = 5 * 24 * 60;

#[test]
fn a_weekend_is_two_shifts_of_one_duty_and_a_swap_moves_them() {
    let outlook = outlook(Shanghai, |roster| {
        // Saturday and Sunday of one person, then a Monday of another; the Sunday is taken over by a third.
        let shifts = [shift(18, 8, 24, &["a"]), shift(19, 8, 24, &["a"]), shift(20, 8, 24, &["b"])];
        roster.set_table(&post(), at(18, 0), at(25, 0), &shifts);
        roster.add_override(change(1, at(19, 8), at(20, 8), &["c"]));
    });
    let load = outlook.load(post().area, at(18, 0), at(25, 0), hours(24));
    let of = |name: &str| load.get(&name.parse().unwrap()).cloned().unwrap_or_default();
    assert_eq!(of("a").shifts, BTreeMap::from([(DayType::Weekend, 1)]));
    assert_eq!((of("c").nights, of("c").on_duty), (1, hours(24)));
    assert_eq!(of("b").shifts, BTreeMap::from([(DayType::Workday, 1)]));
    assert!(load.values().all(|load| load.short_rests.is_empty()), "{load:?}");
}

#[test]
fn rest_that_is_too_short_is_told_and_two_days_at_one_post_are_no_rest() {
    let other: PostId = "990101000000/lead_officer".parse().unwrap();
    let outlook = outlook(Shanghai, |roster| {
        roster.save_post(Post { id: other.clone(), ..empty() });
        roster.set_table(
            &post(),
            at(18, 0),
            at(25, 0),
            &[shift(18, 8, 24, &["a"]), shift(19, 8, 24, &["a"])],
        );
        roster.set_table(&other, at(18, 0), at(25, 0), &[shift(20, 18, 14, &["a"])]);
    });
    let load = outlook.load("990101".parse().unwrap(), at(18, 0), at(25, 0), hours(24));
    let short = &load[&"a".parse().unwrap()].short_rests;
    assert_eq!(short.len(), 1, "{short:?}");
    assert_eq!((short[0].from, short[0].to, &short[0].post), (at(20, 8), at(20, 18), &other));
}

#[test]
fn whoever_is_on_duty_at_two_posts_at_once_is_found_for_just_that_time() {
    let other: PostId = "990101000000/lead_officer".parse().unwrap();
    let outlook = outlook(Shanghai, |roster| {
        roster.save_post(Post { id: other.clone(), ..empty() });
        roster.set_table(&post(), at(18, 0), at(25, 0), &[shift(18, 8, 24, &["a"])]);
        roster.set_table(&other, at(18, 0), at(25, 0), &[shift(18, 20, 24, &["b", "a"])]);
    });
    let found = outlook.inspect("990101".parse().unwrap(), at(18, 8), at(19, 8)).findings;
    let twice: Vec<_> =
        found.iter().filter(|f| matches!(f.defect, Defect::TwoPosts { .. })).collect();
    assert_eq!(twice.len(), 1, "{found:?}");
    assert_eq!((twice[0].from, twice[0].to), (at(18, 20), at(19, 8)));
    // The second post is empty until the evening.
    let gaps: Vec<_> = found.iter().filter(|f| f.defect == Defect::Gap).collect();
    assert_eq!((gaps.len(), gaps[0].from, gaps[0].to), (1, at(18, 8), at(18, 20)));
    assert!(gaps.iter().all(|gap| gap.post == other));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_names_whom_the_roster_names_at_every_quarter_of_an_hour(
        layers in layers(), summer in any::<bool>(),
    ) {
        // China keeps one time; in Berlin clocks go back on the last of these days.
        let zone = if summer { Berlin } else { Shanghai };
        let first = NaiveDate::from_ymd_opt(2026, 10, 21).unwrap();
        let start = Timestamp::from_local(zone, first, 0);
        let staffing = layers.staffing(zone, first);
        let (from, to) = (start, start + minutes(WINDOW_MIN));
        let calendar = Calendar::default();
        let timeline = staffing.timeline(&calendar, zone, from, to);
        prop_assert_eq!(timeline.first().map(|stretch| stretch.from), Some(from));
        prop_assert_eq!(timeline.last().map(|stretch| stretch.to), Some(to));
        for two in timeline.windows(2) {
            prop_assert_eq!(two[0].to, two[1].from);
            prop_assert!((&two[0].people, two[0].source) != (&two[1].people, two[1].source));
        }
        let mut worked: BTreeMap<PersonId, u64> = BTreeMap::new();
        for quarter in 0..WINDOW_MIN / 15 {
            let at = start + minutes(quarter * 15);
            let now = staffing.on_duty(&calendar, zone, at);
            let stretch = timeline.iter().find(|s| s.from <= at && at < s.to).unwrap();
            let named: Vec<&PersonId> = stretch.people.iter().collect();
            prop_assert_eq!((&named, stretch.source), (&now.people, now.source), "at {}", at);
            if now.source != Some(Source::Permanent) {
                let people: BTreeSet<&PersonId> = now.people.into_iter().collect();
                people.into_iter().for_each(|person| *worked.entry(person.clone()).or_default() += 1);
            }
        }
        // Shifts may run on after the window or have begun before it: those inside must add up.
        let wide = staffing.shifts(&calendar, zone, from - minutes(9 * 1440), to);
        let sum: u64 = wide.iter().map(|held| {
            let inside = held.to.min(to).since(held.from.max(from));
            if inside == held.on_duty { held.people.len() as u64 * inside.as_secs() } else { 0 }
        }).sum();
        let named: u64 = timeline.iter().filter(|s| s.source != Some(Source::Permanent))
            .map(|s| s.people.len() as u64 * s.to.since(s.from).as_secs()).sum();
        // Whoever stands in two lines at once is on duty once.
        let twice = wide.iter().enumerate().any(|(place, one)| wide[place + 1..].iter().any(|other| {
            one.source == other.source && one.people == other.people
                && one.from < other.to && other.from < one.to
        }));
        prop_assert!(twice || sum <= named, "{sum} {named}");
        if !twice && wide.iter().all(|h| h.from >= from && h.to <= to && h.to.since(h.from) == h.on_duty) {
            prop_assert_eq!(sum, named);
        }
    }
}

/// Layers of one post, in quarters of an hour from the start of the window.
#[derive(Debug, Clone)]
struct Layers {
    permanent: bool,
    rotation: Option<(u32, u32, usize)>,
    table: Vec<(u64, u64, usize)>,
    overrides: Vec<(u64, u64, usize)>,
}

fn layers() -> impl Strategy<Value = Layers> {
    let line = || (0_u64..480, 1_u64..200, 0_usize..4);
    let rotation = proptest::option::of((0_u32..24, 1_u32..40, 1_usize..4));
    let table = proptest::collection::vec(line(), 0..6);
    let overrides = proptest::collection::vec(line(), 0..4);
    (any::<bool>(), rotation, table, overrides).prop_map(
        |(permanent, rotation, table, overrides)| Layers { permanent, rotation, table, overrides },
    )
}

impl Layers {
    fn staffing(&self, zone: Tz, first: NaiveDate) -> Staffing {
        let start = Timestamp::from_local(zone, first, 0);
        let quarter = |n: u64| start + minutes(n * 15);
        let named = |n: usize| vec![["a", "b", "c", "d"][n].parse().unwrap()];
        let mut holder = empty();
        holder.holders = if self.permanent { people(&["h"]) } else { Vec::new() };
        holder.rotations.put(self.rotation.map(|(hour, length, crews)| {
            let shifts = vec![ShiftTime { from_minute: hour * 60, minutes: length * 60 }];
            let plan = DayPlan::new(shifts, (0..crews).map(named).collect());
            Rotation::new(first, [(DayType::Workday, plan.clone()), (DayType::Weekend, plan)])
        }));
        let mut roster = Roster::default();
        roster.save_post(holder);
        let shifts: Vec<Shift> = self
            .table
            .iter()
            .map(|(from, length, who)| Shift {
                from: quarter(*from),
                to: quarter(from + length),
                people: named(*who),
            })
            .collect();
        roster.set_table(&post(), start, quarter(10_000), &shifts);
        for (number, (from, length, who)) in (1..).zip(&self.overrides) {
            let (from, to) = (quarter(*from), quarter(from + length));
            // The board refuses overrides that overlap.
            if roster.get(&post()).unwrap().overlapping(from, to).is_none() {
                let id = OverrideId(number);
                let people = named(*who);
                let reason = Default::default();
                roster.add_override(Override { id, post: post(), from, to, people, reason });
            }
        }
        roster.get(&post()).unwrap().clone()
    }
}

fn outlook(zone: Tz, fill: impl FnOnce(&mut Roster)) -> Outlook {
    let mut roster = Roster::default();
    roster.save_post(empty());
    fill(&mut roster);
    Outlook {
        roster,
        calendar: Calendar::default(),
        zone,
        silent: BTreeSet::new(),
        doubts: Doubts::default(),
        leaves: Leaves::default(),
    }
}

fn empty() -> Post {
    Post {
        id: post(),
        title: "值班岗".into(),
        holders: Vec::new(),
        deputies: Vec::new(),
        rotations: Default::default(),
    }
}

fn shift(day: u32, hour: u32, length_h: u64, names: &[&str]) -> Shift {
    Shift { from: at(day, hour), to: at(day, hour) + hours(length_h), people: people(names) }
}

fn change(number: u64, from: Timestamp, to: Timestamp, names: &[&str]) -> Override {
    let (id, reason) = (OverrideId(number), Default::default());
    Override { id, post: post(), from, to, people: people(names), reason }
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn post() -> PostId {
    "990101000000/duty_officer".parse().unwrap()
}

/// 2026-07-18 is a Saturday.
fn at(day: u32, hour: u32) -> Timestamp {
    let date = NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
    Timestamp::from_local(Shanghai, date, hour * 60)
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3_600)
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
