//! Who follows whom on the duty posts of the county and its townships, for each type of day.

use super::{
    county::County,
    staff::{Person, Staff, county, township},
};

/// Rotations run on from here without an end.
pub(super) const STARTS_ON: &str = "2026-01-01";

/// One crew of one plan, as a line of `rotations.csv`; every shift lasts from 8:00 to 8:00.
#[derive(Debug)]
pub(super) struct Turn {
    pub area: String,
    pub duty: &'static str,
    pub day_type: &'static str,
    /// From 1.
    pub crew: usize,
    pub people: Vec<String>,
}

pub(super) fn generate(divisions: &County, staff: &Staff) -> Vec<Turn> {
    let area = divisions.code;
    let leaders = &staff.county[county::LEADERS];
    let officers = &staff.county[county::DUTY_OFFICERS];
    let standby = &staff.county[county::STANDBY];
    let mut turns = Vec::new();
    let mut plan = |area: &str, duty, day_type, crews: Vec<Vec<String>>| {
        turns.extend((1..).zip(crews).map(|(crew, people)| Turn {
            area: area.to_owned(),
            duty,
            day_type,
            crew,
            people,
        }));
    };
    // Weekends and holidays begin elsewhere in the order, so that nobody has every Saturday; on
    // holidays the duty officers stand in other pairs.
    plan(area, "lead_officer", "workday", crews(leaders, 1, 0));
    plan(area, "lead_officer", "weekend", crews(leaders, 1, 3));
    plan(area, "lead_officer", "holiday", crews(leaders, 1, 5));
    plan(area, "duty_officer", "workday", crews(officers, 2, 0));
    plan(area, "duty_officer", "weekend", crews(officers, 2, 6));
    plan(area, "duty_officer", "holiday", crews(officers, 2, 1));
    plan(area, "standby", "workday", crews(standby, 2, 0));
    plan(area, "standby", "weekend", crews(standby, 2, 4));
    for (place, people) in divisions.townships.iter().zip(&staff.townships) {
        let (leaders, officers) = (&people[township::LEADERS], &people[township::DUTY_OFFICERS]);
        plan(&place.code, "lead_officer", "workday", crews(leaders, 1, 0));
        plan(&place.code, "lead_officer", "weekend", crews(leaders, 1, 2));
        plan(&place.code, "duty_officer", "workday", crews(officers, 1, 0));
        plan(&place.code, "duty_officer", "weekend", crews(officers, 1, 3));
    }
    turns
}

/// Returns crews of `size` in turn, beginning at `first`.
fn crews(people: &[Person], size: usize, first: usize) -> Vec<Vec<String>> {
    let order: Vec<String> =
        people.iter().cycle().skip(first).take(people.len()).map(|p| p.id.clone()).collect();
    order.chunks(size).map(<[String]>::to_vec).collect()
}
