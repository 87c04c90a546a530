//! Rotations: for each post and day type the crews in turn, one line for each crew.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    Context,
    dates::{self, Hint},
    fault::Faults,
    fields,
    headers::Column,
    hours,
    list::{Line, List},
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::{
    ids::{AreaCode, Duty, PersonId, PostId},
    roster::{DayPlan, DayType, Rotation, ShiftTime},
};

/// Most crews of one plan: a turn a day for two months.
const MAX_CREWS: usize = 62;

/// A rotation while its lines are gathered.
struct Draft {
    /// With the row that said so first.
    starts_on: (NaiveDate, u32),
    days: BTreeMap<DayType, PlanDraft>,
}

#[derive(Default)]
struct PlanDraft {
    shifts: Vec<ShiftTime>,
    crews: BTreeMap<usize, (Vec<PersonId>, u32)>,
    last_row: u32,
}

/// Reads the lines. A plan with several shifts a day names the hours of each on some crew's line;
/// crews follow one another through the shifts.
pub(super) fn read(
    lists: &[List<'_>],
    context: &Context,
    faults: &mut Faults,
) -> Vec<(PostId, Rotation)> {
    let mut rotations: Vec<(PostId, Rotation)> = Vec::new();
    for list in lists {
        let hint = Hint { year: context.year, month: None }.or(Hint::of_title(&list.title()));
        let mut drafts: BTreeMap<PostId, Draft> = BTreeMap::new();
        for line in list.lines() {
            gather(line, context, hint, &mut drafts, faults);
        }
        for (post, draft) in drafts {
            check_crews(list, &draft, faults);
            let elsewhere = rotations.iter().any(|(id, _)| *id == post);
            if let Some(line) = list.lines().next().filter(|_| elsewhere) {
                line.fault(Column::Duty, problem::named_twice(&post), faults);
            }
            rotations.push((post, draft.finish()));
        }
    }
    rotations
}

fn gather(
    line: Line<'_>,
    context: &Context,
    hint: Hint,
    drafts: &mut BTreeMap<PostId, Draft>,
    faults: &mut Faults,
) {
    let area = line.need(Column::Area, fields::area_code, faults);
    let duty = line.need(Column::Duty, |cell| context.duties.read(cell), faults);
    let starts_on = line.need(Column::StartsOn, |cell| dates::date(cell, hint), faults);
    let day_type = line.need(Column::DayType, day_type, faults);
    let crew = line.need(Column::Crew, crew, faults);
    let people = line.need(Column::People, fields::person_ids, faults);
    let hours = shift(line, faults);
    check_references(line, context, (area, duty.as_ref()), people.as_deref(), faults);
    let (Some(area), Some(duty), Some(starts_on)) = (area, duty, starts_on) else { return };
    let (Some(day_type), Some(crew), Some(people)) = (day_type, crew, people) else { return };

    let row = line.number();
    let post = PostId { area, duty };
    let draft = drafts
        .entry(post)
        .or_insert_with(|| Draft { starts_on: (starts_on, row), days: BTreeMap::new() });
    if draft.starts_on.0 != starts_on {
        line.fault(Column::StartsOn, problem::differs(draft.starts_on.1), faults);
    }
    let plan = draft.days.entry(day_type).or_default();
    plan.last_row = row;
    let said = plan.crews.entry(crew).or_insert_with(|| (people.clone(), row));
    if said.0 != people {
        line.fault(Column::People, problem::differs(said.1), faults);
    }
    if let Some(hours) = hours.filter(|hours| !plan.shifts.contains(hours)) {
        plan.shifts.push(hours);
    }
}

/// Notes a post and people that were not imported, whatever else is wrong with the line.
fn check_references(
    line: Line<'_>,
    context: &Context,
    (area, duty): (Option<AreaCode>, Option<&Duty>),
    people: Option<&[PersonId]>,
    faults: &mut Faults,
) {
    match (area, duty) {
        (Some(area), Some(duty)) => {
            context.check_post(line, &PostId { area, duty: duty.clone() }, faults);
        }
        (Some(area), None) => {
            context.check_area(line, area, faults);
        }
        (None, _) => {}
    }
    context.check_people(line, Column::People, people.unwrap_or_default(), faults);
}

/// Reads the hours of a line: 8:00 to 8:00 where it gives none.
pub(super) fn shift(line: Line<'_>, faults: &mut Faults) -> Option<ShiftTime> {
    let (no_from, no_to) = (line.cell(Column::From).is_empty(), line.cell(Column::To).is_empty());
    if no_from && no_to {
        return Some(hours::WHOLE_DAY);
    }
    if no_from != no_to {
        let column = if no_from { Column::From } else { Column::To };
        line.fault(column, problem::missing(), faults);
    }
    let from = line.may(Column::From, hours::clock, faults);
    let to = line.may(Column::To, hours::clock, faults);
    let shift = hours::shift(from?, to?);
    shift.map_err(|problem| line.fault(Column::To, problem, faults)).ok()
}

fn check_crews(list: &List<'_>, draft: &Draft, faults: &mut Faults) {
    for plan in draft.days.values() {
        let last = plan.crews.keys().next_back().copied().unwrap_or_default();
        let missing = (1..=last).find(|number| !plan.crews.contains_key(number));
        let Some(number) = missing else { continue };
        if let Some(line) = list.lines().find(|line| line.number() == plan.last_row) {
            line.fault(Column::Crew, problem::missing_crew(number), faults);
        }
    }
}

impl Draft {
    fn finish(self) -> Rotation {
        let finish = |mut plan: PlanDraft| {
            plan.shifts.sort_by_key(|shift| shift.from_minute);
            let crews = plan.crews.into_values().map(|(people, _)| people).collect();
            DayPlan::new(plan.shifts, crews)
        };
        Rotation::new(
            self.starts_on.0,
            self.days.into_iter().map(|(kind, plan)| (kind, finish(plan))),
        )
    }
}

fn day_type(cell: &Cell) -> Result<DayType, Problem> {
    let text = cell.text();
    match text.to_lowercase().as_str() {
        "workday" | "工作日" => Ok(DayType::Workday),
        "weekend" | "周末" | "双休日" | "休息日" => Ok(DayType::Weekend),
        "holiday" | "节假日" | "法定节假日" => Ok(DayType::Holiday),
        "every" | "每日" | "每天" => Ok(DayType::Every),
        "special" | "特殊时期" | "特殊节假日" => Ok(DayType::Special),
        "makeup_workday" | "调休上班" | "调休" => Ok(DayType::MakeupWorkday),
        _ => Err(problem::not_a_day_type(text)),
    }
}

/// Reads `3`, `第3班` or `3组`.
fn crew(cell: &Cell) -> Result<usize, Problem> {
    let text = fields::digits(cell)?;
    let number = text.trim_start_matches('第').trim_end_matches(['班', '组', '轮']);
    let number = number.parse().ok().filter(|number| (1..=MAX_CREWS).contains(number));
    number.ok_or_else(|| problem::not_a_crew(text))
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok},
    };
    use super::*;

    #[test]
    fn crews_follow_one_another_through_the_shifts_of_each_day_type() {
        let text = "区划代码,岗位,起始日期,日期类型,开始时间,结束时间,班次,值班人员\n\
                    990101,值班员,2026-01-01,工作日,08:00,20:00,1,a1;a2\n\
                    990101,值班员,2026-01-01,工作日,20:00,次日8:00,2,b1\n\
                    990101,值班员,2026-01-01,工作日,08:00,20:00,第3班,c1\n\
                    990101,值班员,2026-01-01,周末,,,1,w1\n";
        let rotations = rotations(text);
        let (post, rotation) = &rotations[0];
        assert_eq!(post.to_string(), "990101000000/duty_officer");
        assert_eq!(rotation.starts_on.to_string(), "2026-01-01");
        let workday = &rotation.days[&DayType::Workday];
        let halves = [(480, 720), (1200, 720)];
        let shifts: Vec<_> = workday.shifts.iter().map(|s| (s.from_minute, s.minutes)).collect();
        assert_eq!(shifts, halves);
        assert_eq!(workday.crews.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(rotation.days[&DayType::Weekend].shifts, [hours::WHOLE_DAY]);
        assert_eq!(rotation.fault(), None);
    }

    #[test]
    fn a_hole_in_the_crews_and_lines_that_disagree_are_faults() {
        let text = "area,duty,starts_on,day_type,from,to,crew,people\n\
                    990101,standby,2026-01-01,workday,08:00,,1,a1\n\
                    990101,standby,2026-01-02,workday,08:00,08:00,3,a2\n\
                    990101,standby,2026-01-01,workday,,,3,a3\n\
                    990101,standby,2026-01-01,friday,8:77,08:00,0,\n";
        let expected = [
            "2 to missing",
            "3 starts_on differs",
            "4 people differs",
            "5 day_type not_a_day_type",
            "5 crew not_a_crew",
            "5 people missing",
            "5 from not_a_time",
            "4 crew missing_crew",
        ];
        assert_eq!(codes(Kind::Rotations, text), expected);
    }

    fn rotations(text: &str) -> Vec<(PostId, Rotation)> {
        let Rows::Rotations(rotations) = read_ok(Kind::Rotations, text).rows else {
            panic!("another kind")
        };
        rotations
    }
}
