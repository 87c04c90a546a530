//! Filling days: the order goes on, nobody is asked for what cannot be, and every choice says why.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;

use super::{super::*, *};
use crate::domain::{
    event::{LeaveEvent, LeaveTaken},
    ids::LeaveId,
};

const OTHER: &str = "990101000000/lead_officer";

#[test]
fn the_next_month_goes_on_day_by_day_where_the_last_one_went_so() {
    // July as an office keeps it: five pairs in turn, whatever the days are; two have swapped once.
    let pairs: Vec<String> = (0..5).map(|n| format!("a{n} b{n}")).collect();
    let in_turn = |number: usize| pairs[number % 5].as_str();
    let mut july: Vec<(u32, &str)> = (1..=31).zip((0..).map(in_turn)).collect();
    (july[12].1, july[13].1) = (july[13].1, july[12].1);
    let outlook = outlook_of(&july);
    let order = outlook.order_so_far(&post(), day(8, 1), 31).unwrap();
    assert_eq!(order.days.keys().copied().collect::<Vec<_>>(), [DayType::Every]);
    let filled = fill(&outlook, day(8, 1), 31);
    let crews: Vec<String> = filled.iter().map(|proposal| named(&proposal.crew)).collect();
    let expected: Vec<&str> = (31..62).map(in_turn).collect();
    assert_eq!(crews, expected);
}

#[test]
fn the_next_month_keeps_workdays_and_weekends_apart_where_the_last_one_did() {
    let (workdays, weekends) = (["a", "b", "c", "d", "e"], ["x", "y", "z"]);
    let (mut work, mut free) = (0, 0);
    let mut next = |date: NaiveDate| {
        if kind_of(date) == DayType::Workday {
            work += 1;
            workdays[(work - 1) % 5]
        } else {
            free += 1;
            weekends[(free - 1) % 3]
        }
    };
    let july: Vec<(u32, &str)> = (1..=31).map(|number| (number, next(day(7, number)))).collect();
    let expected: Vec<&str> = (1..=31).map(|number| next(day(8, number))).collect();
    let outlook = outlook_of(&july);
    let order = outlook.order_so_far(&post(), day(8, 1), 31).unwrap();
    assert_eq!(
        order.days.keys().copied().collect::<Vec<_>>(),
        [DayType::Workday, DayType::Weekend]
    );
    let filled = fill(&outlook, day(8, 1), 31);
    let crews: Vec<String> = filled.iter().map(|proposal| named(&proposal.crew)).collect();
    assert_eq!(crews, expected);
}

#[test]
fn a_weekend_held_by_one_is_seen_in_the_table_and_goes_on_so() {
    // Saturday the 1st to Friday the 28th of August 2026; one holds each weekend.
    let names = ["a", "b", "c"];
    let lines: Vec<(NaiveDate, &str)> = (1..=28)
        .map(|number| {
            let date = day(8, number);
            let week = usize::try_from((number + 1) / 7).unwrap();
            let weekend = kind_of(date) == DayType::Weekend;
            let held = if weekend { names[week % 3] } else { names[number as usize % 3] };
            (date, held)
        })
        .collect();
    let outlook = outlook_on(&lines);
    let order = outlook.order_so_far(&post(), day(8, 29), 31).unwrap();
    assert!(order.days[&DayType::Weekend].together && !order.days[&DayType::Workday].together);
    let filled = fill(&outlook, day(8, 29), 9);
    let weekend = |number: usize| (named(&filled[number].crew), filled[number].reason);
    assert_eq!(weekend(0).0, weekend(1).0);
    assert_eq!(weekend(1).1, Reason::Together);
    assert_eq!(weekend(7).0, weekend(8).0);
    assert_ne!(weekend(0).0, weekend(7).0);
    // A weekend that the days cut in two is held to its end by whoever began it.
    let mut cut = lines.clone();
    cut.push((day(8, 29), "b"));
    let filled = fill(&outlook_on(&cut), day(8, 30), 1);
    assert_eq!((named(&filled[0].crew).as_str(), filled[0].reason), ("b", Reason::Together));
}

#[test]
fn fridays_that_go_with_the_weekend_are_seen_in_the_table() {
    let lines: Vec<(NaiveDate, &str)> = (1..=31)
        .map(|number| {
            let date = day(8, number);
            let held = if [Weekday::Fri, Weekday::Sat, Weekday::Sun].contains(&date.weekday()) {
                ["x", "y"][(number as usize + 2) / 7 % 2]
            } else {
                ["a", "b", "c"][number as usize % 3]
            };
            (date, held)
        })
        .collect();
    let order = outlook_on(&lines).order_so_far(&post(), day(9, 1), 31).unwrap();
    assert_eq!(order.with_weekend, [Weekday::Fri]);
    assert_eq!(order.days[&DayType::Weekend].crews.len(), 2);
    assert_eq!(order.days[&DayType::Workday].crews.len(), 3);
    assert!(order.days[&DayType::Weekend].together);
}

#[test]
fn a_pair_that_was_mixed_once_is_no_crew_of_its_own() {
    let mut july: Vec<(u32, &str)> =
        (1..=31).map(|n| (n, ["a b", "c d", "e f"][n as usize % 3])).collect();
    july[14].1 = "a d";
    let order = outlook_of(&july).order_so_far(&post(), day(8, 1), 31).unwrap();
    assert_eq!(order.days[&DayType::Every].crews.len(), 3, "{order:?}");
}

#[test]
fn whoever_cannot_is_passed_over_with_the_reason_and_comes_next() {
    let july: Vec<(u32, &str)> = (1..=31).map(|n| (n, ["a", "b", "c"][n as usize % 3])).collect();
    let mut outlook = outlook_of(&july);
    // Monday the 3rd of August would be the turn of whoever had the workday before last but one.
    let plain = fill(&outlook, day(8, 3), 4);
    let turn: Vec<String> = plain.iter().map(|proposal| named(&proposal.crew)).collect();
    leave(&mut outlook, &turn[0], (8, 3), (8, 4));
    let filled = fill(&outlook, day(8, 3), 4);
    let first = &filled[0];
    assert_eq!(named(&first.crew), turn[1]);
    assert_eq!(named(&first.passed_over[0].crew), turn[0]);
    assert_eq!(first.passed_over[0].obstacle, Obstacle::OnLeave);
    assert_eq!(named(&filled[1].crew), turn[0], "back from leave, the turn is theirs");

    let mut outlook = outlook_of(&july);
    let other: PostId = OTHER.parse().unwrap();
    outlook.roster.save_post(Post { id: other.clone(), ..empty() });
    let shift = |number: u32, name: &str| Shift {
        from: Timestamp::from_local(Shanghai, day(8, number), 8 * 60),
        to: Timestamp::from_local(Shanghai, day(8, number + 1), 8 * 60),
        people: people(&[name]),
    };
    let (from, to) = outlook.days(day(8, 1), day(8, 31));
    outlook.roster.set_table(&other, from, to, &[shift(3, &turn[0]), shift(2, &turn[1])]);
    let first = &fill(&outlook, day(8, 3), 1)[0];
    assert_eq!(named(&first.crew), turn[2]);
    let why: Vec<&Obstacle> = first.passed_over.iter().map(|passed| &passed.obstacle).collect();
    let sunday = Timestamp::from_local(Shanghai, day(8, 2), 8 * 60);
    assert_eq!(why, [&Obstacle::AtOtherPost(other), &Obstacle::ShortRest(sunday)]);
}

#[test]
fn where_nobody_can_nobody_is_named_and_everybody_said_why() {
    let july: Vec<(u32, &str)> = (1..=31).map(|n| (n, ["a", "b"][n as usize % 2])).collect();
    let mut outlook = outlook_of(&july);
    for name in ["a", "b"] {
        leave(&mut outlook, name, (8, 4), (8, 6));
    }
    let filled = fill(&outlook, day(8, 4), 3);
    assert_eq!((filled[0].reason, filled[0].passed_over.len()), (Reason::Nobody, 2));
    assert!(filled[0].crew.is_empty() && filled[1].crew.is_empty() && !filled[2].crew.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_filled_breaks_no_rule_and_shares_evenly(
        crews in 3_usize..9,
        first in 0_u64..40,
        days in 20_u64..90,
        together in any::<bool>(),
        leaves in proptest::collection::vec((0_usize..9, 0_u64..90, 1_u64..12), 0..4),
    ) {
        let mut outlook = outlook_of(&[]);
        let start = day(8, 1) + Days::new(first);
        for (who, from, length) in &leaves {
            let from = start + Days::new(*from);
            let until = from + Days::new(*length);
            take_leave(&mut outlook, &format!("p{who}"), from, until);
        }
        let whole_day = ShiftTime { from_minute: 8 * 60, minutes: 24 * 60 };
        let everybody = (0..crews).map(|n| vec![format!("p{n}").parse().unwrap()]).collect();
        let workday = DayPlan::new(vec![whole_day], everybody);
        let weekend = DayPlan { together, ..workday.clone() };
        let order = Rotation::new(start, [(DayType::Workday, workday), (DayType::Weekend, weekend)]);
        let until = start + Days::new(days);
        let filling = Filling { post: post(), order, until, rest: hours(24) };
        let filled = outlook.fill(&filling);
        prop_assert_eq!(filled.len() as u64, days);
        for (place, proposal) in filled.iter().enumerate() {
            let Some(person) = proposal.crew.first() else {
                prop_assert_eq!(proposal.reason, Reason::Nobody);
                continue;
            };
            let on_leave = outlook.leaves.of(person, proposal.from, proposal.to);
            prop_assert!(on_leave.is_none(), "{:?} {:?}", proposal, on_leave);
            for other in filled[place + 1..].iter().filter(|other| other.crew.contains(person)) {
                let rest = other.from.since(proposal.to);
                let run = proposal.to == other.from && other.reason == Reason::Together;
                prop_assert!(run || rest >= hours(24) && other.from >= proposal.to, "{proposal:?} {other:?}");
            }
        }
        if leaves.is_empty() && crews > 4 {
            let mut runs: BTreeMap<(DayType, PersonId), usize> = BTreeMap::new();
            let begins = filled.iter().filter(|proposal| proposal.reason != Reason::Together);
            for proposal in begins {
                *runs.entry((proposal.plan, proposal.crew[0].clone())).or_default() += 1;
            }
            for kind in [DayType::Workday, DayType::Weekend] {
                let of = |n: usize| {
                    runs.get(&(kind, format!("p{n}").parse().unwrap())).copied().unwrap_or(0)
                };
                let (least, most) = ((0..crews).map(of).min(), (0..crews).map(of).max());
                prop_assert!(most.unwrap() - least.unwrap() <= 2, "{:?} {:?}", least, most);
            }
        }
    }
}

fn fill(outlook: &Outlook, from: NaiveDate, days: u64) -> Vec<Proposal> {
    let order = outlook.order_so_far(&post(), from, 35).expect("there is a table");
    let until = from + Days::new(days);
    outlook.fill(&Filling { post: post(), order, until, rest: hours(24) })
}

/// A table of July: the day and who is on duty from its morning to the next.
fn outlook_of(july: &[(u32, &str)]) -> Outlook {
    let lines: Vec<_> = july.iter().map(|(number, names)| (day(7, *number), *names)).collect();
    outlook_on(&lines)
}

fn outlook_on(lines: &[(NaiveDate, &str)]) -> Outlook {
    outlook(Shanghai, |roster| {
        let shift = |(date, names): &(NaiveDate, &str)| Shift {
            from: Timestamp::from_local(Shanghai, *date, 8 * 60),
            to: Timestamp::from_local(Shanghai, *date + Days::new(1), 8 * 60),
            people: people(&names.split(' ').collect::<Vec<_>>()),
        };
        let shifts: Vec<Shift> = lines.iter().map(shift).collect();
        let at = |date| Timestamp::from_local(Shanghai, date, 0);
        roster.set_table(&post(), at(day(7, 1)), at(day(9, 30)), &shifts);
    })
}

fn leave(outlook: &mut Outlook, name: &str, from: (u32, u32), to: (u32, u32)) {
    take_leave(outlook, name, day(from.0, from.1), day(to.0, to.1));
}

fn take_leave(outlook: &mut Outlook, name: &str, from: NaiveDate, to: NaiveDate) {
    let (from, to) = outlook.days(from, to);
    let id = LeaveId(outlook.leaves.iter().count() as u64 + 1);
    let (person, area) = (name.parse().unwrap(), post().area);
    let taken = LeaveTaken { id, person, area, from, to, reason: Default::default() };
    outlook.leaves.apply(&LeaveEvent::LeaveTaken(taken));
}

fn kind_of(date: NaiveDate) -> DayType {
    Calendar::default().day_type(date)
}

fn named(crew: &[PersonId]) -> String {
    crew.iter().map(|person| person.as_str()).collect::<Vec<_>>().join(" ")
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}
