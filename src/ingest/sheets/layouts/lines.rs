//! A line for each day (`7月1日`) or for each week (`7月6日—7月12日`), a column for each duty.

use chrono::{Datelike, NaiveDate};

use super::{HEADER_WITHIN, PHONE, REMARKS, Surroundings, WEEKDAY, is_numbers, numbers};
use crate::{
    domain::{ids::Duty, roster::ShiftTime},
    ingest::sheets::{
        Context, dates,
        fault::Faults,
        headers,
        hours::{self, WHOLE_DAY},
        list::column_letter,
        names::{self, Named},
        problem::{self, Problem},
        roster::{Gathered, PersonRef, post_of, refs},
        table::{Cell, Row, Table},
        understood::{Layout, Meaning, TakenColumn, Understood},
    },
};

const DATE: [&str; 5] = ["日期", "时间", "值班日期", "值班时间", "月日"];
/// A second row of headings holds only these and repetitions of the first.
const SUBHEADINGS: [&str; 4] = ["姓名", "人员", "职务", "电话号码"];
/// Duties that a day may leave empty without a word; of the others an empty cell is a slip, or a
/// merged cell that an export lost.
const MAY_BE_EMPTY: [&str; 1] = ["standby"];

/// What a column is for.
pub(super) enum Role {
    Date,
    Weekday,
    Duty(DutyColumn),
    /// Names or numbers that go with the duty column at this index.
    With(usize),
    Remark,
    Unknown,
}

pub(super) struct DutyColumn {
    pub duty: Duty,
    /// Hours that the heading gives: 白班（8:00-20:00）.
    pub hours: Option<ShiftTime>,
    /// One name for each day of the line, in order: 按周一至周日顺序.
    pub in_turn: bool,
}

/// A table in this layout.
pub(super) struct Lines<'a> {
    pub table: &'a Table,
    pub header_at: usize,
    /// Where the lines begin, below all headings.
    pub first_at: usize,
    pub roles: Vec<Role>,
    pub guessed: bool,
}

impl<'a> Lines<'a> {
    /// Finds a row of headings with a date and a duty.
    pub(super) fn find(table: &'a Table, context: &Context) -> Option<Self> {
        let near = table.rows.iter().take(HEADER_WITHIN).enumerate();
        near.into_iter().find_map(|(header_at, row)| {
            let roles = roles(table, row, context);
            let date = roles.iter().any(|role| matches!(role, Role::Date));
            let duty = roles.iter().any(|role| matches!(role, Role::Duty(_)));
            let first_at = header_at + 1;
            let lines = Lines { table, header_at, first_at, roles, guessed: false };
            (date && duty).then_some(lines)
        })
    }

    pub(super) fn read(&self, gathered: &mut Gathered<'_>, faults: &mut Faults) {
        let around = Surroundings::of(self.table, self.header_at, gathered.context());
        self.check_headings(&around, faults);
        if post_of(gathered.context(), &around.text, &any_duty(&self.roles)).is_none() {
            faults.note(around.place(self.header().number, ""), problem::no_area());
        }
        let mut above: Vec<Vec<PersonRef>> = self.roles.iter().map(|_| Vec::new()).collect();
        for row in self.table.rows.iter().skip(self.first_at) {
            if self.is_subheading(row) || self.is_note(row, &around) {
                continue;
            }
            let days = match self.days(row, &around) {
                Ok(days) => days,
                Err((column, problem)) => {
                    faults.note(around.place(row.number, &self.heading(column)), problem);
                    Vec::new()
                }
            };
            for (index, role) in self.roles.iter().enumerate() {
                let Role::Duty(column) = role else { continue };
                let place = around.place(row.number, &self.heading(index));
                let added = self.people(row, index, &above[index], &around).and_then(|people| {
                    above[index].clone_from(&people);
                    add(gathered, &around, column, &days, people)
                });
                if let Err(problem) = added {
                    faults.note(place, problem);
                }
            }
        }
    }

    pub(super) fn understood(&self) -> Understood {
        let column = |(index, role): (usize, &Role)| {
            let (means, duty) = match role {
                Role::Date => (Meaning::Date, None),
                Role::Weekday => (Meaning::Weekday, None),
                Role::Duty(column) => (Meaning::Duty, Some(column.duty.clone())),
                Role::With(_) => (Meaning::With, None),
                Role::Remark | Role::Unknown => (Meaning::Ignored, None),
            };
            TakenColumn { column: column_letter(index), heading: self.heading(index), means, duty }
        };
        Understood {
            sheet: self.table.name.clone(),
            layout: Layout::Lines,
            header_row: self.header().number,
            columns: self.roles.iter().enumerate().map(column).collect(),
            guessed: self.guessed,
        }
    }

    fn header(&self) -> &Row {
        &self.table.rows[self.header_at]
    }

    fn heading(&self, index: usize) -> String {
        self.header().cell(index).text()
    }

    /// Notes columns that have content below a heading nobody knows, or below none.
    fn check_headings(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        let below = || self.table.rows.iter().skip(self.header_at + 1);
        for (index, role) in self.roles.iter().enumerate() {
            let Role::Unknown = role else { continue };
            let filled = |row: &&Row| !row.cell(index).is_empty() && !self.is_note(row, around);
            let Some(row) = below().find(filled) else { continue };
            let heading = self.heading(index);
            let (number, problem) = if heading.is_empty() {
                (row.number, problem::no_heading())
            } else {
                (self.header().number, problem::unknown_column(super::EXPECTED))
            };
            faults.note(around.place(number, &heading), problem);
        }
    }

    /// Tells a second row of headings, such as 姓名 and 电话 under each duty.
    fn is_subheading(&self, row: &Row) -> bool {
        row.filled().all(|(index, cell)| {
            let text = headers::plain(&cell.text());
            let text = text.as_str();
            SUBHEADINGS.contains(&text)
                || PHONE.contains(&text)
                || text == headers::plain(&self.heading(index))
        })
    }

    /// Tells a note from a line that has lost its date or its names.
    fn is_note(&self, row: &Row, around: &Surroundings<'_>) -> bool {
        row.lone_text().is_some_and(|(index, text)| {
            let date = dates::span(&Cell::of_text(text), around.hint);
            let names = matches!(self.roles.get(index), Some(Role::Duty(_) | Role::With(_)));
            !names && date.is_err_and(|problem| problem.code == "not_a_date")
        })
    }

    /// Returns the days of a line, checked against its weekday.
    fn days(
        &self,
        row: &Row,
        around: &Surroundings<'_>,
    ) -> Result<Vec<NaiveDate>, (usize, Problem)> {
        let at = self.roles.iter().position(|role| matches!(role, Role::Date)).unwrap_or(0);
        let (first, last) = dates::span(row.cell(at), around.hint).map_err(|p| (at, p))?;
        let weekday = self.roles.iter().position(|role| matches!(role, Role::Weekday));
        let claimed = weekday.and_then(|index| {
            dates::weekday(&row.cell(index).text()).map(|number| (index, number))
        });
        if let Some((index, number)) = claimed.filter(|_| first == last) {
            dates::check_weekday(first, number).map_err(|p| (index, p))?;
        }
        Ok(first.iter_days().take_while(|day| *day <= last).collect())
    }

    /// Returns the people of one cell and of those that go with it, each with their number.
    fn people(
        &self,
        row: &Row,
        index: usize,
        above: &[PersonRef],
        around: &Surroundings<'_>,
    ) -> Result<Vec<PersonRef>, Problem> {
        let with = |(other, role): (usize, &Role)| {
            matches!(role, Role::With(duty) if *duty == index).then_some(other)
        };
        let mut text = cell_text(row.cell(index))?;
        let mut phones = Vec::new();
        for other in self.roles.iter().enumerate().filter_map(with) {
            let cell = row.cell(other);
            if is_numbers(cell) || PHONE.contains(&headers::plain(&self.heading(other)).as_str()) {
                phones.extend(numbers(cell));
            } else {
                text = format!("{text}\n{}", cell_text(cell)?);
            }
        }
        let Role::Duty(column) = &self.roles[index] else { return Ok(Vec::new()) };
        if text.trim().is_empty() {
            let may = MAY_BE_EMPTY.contains(&column.duty.as_str());
            return if may { Ok(Vec::new()) } else { Err(problem::nobody()) };
        }
        match names::split(&text)? {
            Named::People(names) => {
                Ok(refs(names, &phones, &around.place(row.number, &self.heading(index))))
            }
            Named::Nobody => Ok(Vec::new()),
            Named::Ditto if above.is_empty() => Err(problem::nobody()),
            Named::Ditto => Ok(above.to_vec()),
        }
    }
}

/// Puts people on a line's days: all of them on each, or one a day in turn.
fn add(
    gathered: &mut Gathered<'_>,
    around: &Surroundings<'_>,
    column: &DutyColumn,
    days: &[NaiveDate],
    people: Vec<PersonRef>,
) -> Result<(), Problem> {
    let Some(post) = post_of(gathered.context(), &around.text, &column.duty) else { return Ok(()) };
    let hours = column.hours.unwrap_or_else(|| usual_hours(around));
    for (index, day) in days.iter().enumerate() {
        let on_day = if !column.in_turn || people.is_empty() {
            people.clone()
        } else if people.len() == days.len() {
            vec![people[index].clone()]
        } else if people.len() == 7 && days.len() < 7 {
            vec![people[day.weekday().num_days_from_monday() as usize].clone()]
        } else {
            return Err(problem::names_do_not_fit_days(people.len(), days.len()));
        };
        if !on_day.is_empty() {
            gathered.add(post.clone(), *day, hours, on_day);
        }
    }
    Ok(())
}

/// Returns the hours that the notes give for being on duty: 值班时间为当日8:00至次日8:00.
fn usual_hours(around: &Surroundings<'_>) -> ShiftTime {
    let duty = around.hours.iter().find(|labelled| labelled.label.contains("班"));
    duty.or(around.hours.first()).map_or(WHOLE_DAY, |labelled| labelled.hours)
}

fn roles(table: &Table, header: &Row, context: &Context) -> Vec<Role> {
    let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut roles = Vec::new();
    let mut duty_at = None;
    for index in 0..width {
        let heading = header.cell(index).text();
        let role = role(&heading, duty_at, context);
        if matches!(role, Role::Duty(_)) {
            duty_at = Some(index);
        } else if !matches!(role, Role::With(_)) {
            duty_at = None;
        }
        roles.push(role);
    }
    roles
}

/// Returns what a heading makes of its column, right of the duty column at `duty_at`.
fn role(heading: &str, duty_at: Option<usize>, context: &Context) -> Role {
    let plain = headers::plain(heading);
    let is = |words: &[&str]| words.contains(&plain.as_str());
    if is(&DATE) {
        return Role::Date;
    }
    if is(&WEEKDAY) {
        return Role::Weekday;
    }
    // A heading over two columns leaves the second one's empty.
    if plain.is_empty() || is(&PHONE) {
        return duty_at
            .map_or(if plain.is_empty() { Role::Unknown } else { Role::Remark }, Role::With);
    }
    if is(&REMARKS) {
        return Role::Remark;
    }
    let shift = ["白班", "夜班", "早班", "中班", "晚班", "日班"].contains(&plain.as_str());
    let duty = context.duties.named(if shift { "值班员" } else { &plain });
    let Some(duty) = duty else { return Role::Unknown };
    let hours = hours::labelled(heading).first().map(|labelled| labelled.hours);
    if shift && hours.is_none() {
        return Role::Unknown;
    }
    Role::Duty(DutyColumn { duty, hours, in_turn: heading.contains("顺序") })
}

fn any_duty(roles: &[Role]) -> Duty {
    let duty = roles.iter().find_map(|role| match role {
        Role::Duty(column) => Some(column.duty.clone()),
        Role::Date | Role::Weekday | Role::With(_) | Role::Remark | Role::Unknown => None,
    });
    duty.expect("a table without a duty column is not in this layout")
}

fn cell_text(cell: &Cell) -> Result<String, Problem> {
    match cell {
        Cell::Broken(error) => Err(problem::broken(error)),
        Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Serial(_) => Ok(cell.text()),
    }
}
