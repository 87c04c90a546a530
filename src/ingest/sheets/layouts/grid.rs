//! A grid of a month: a row for each person, a column for each day, a mark where they are on duty.

use chrono::NaiveDate;

use super::{
    HEADER_WITHIN, PHONE, Surroundings,
    guess::{holds_names, mostly},
    numbers,
};
use crate::{
    domain::{ids::Duty, roster::ShiftTime},
    ingest::sheets::{
        dates::{self, Hint},
        fault::Faults,
        fields, headers,
        hours::WHOLE_DAY,
        list::column_letter,
        names::{self, Named},
        problem::{self, Problem},
        roster::{Gathered, post_of, refs},
        table::{Cell, Row, Table, serial_date},
        understood::{Layout, Meaning, TakenColumn, Understood},
    },
};

const NAME: [&str; 4] = ["姓名", "人员", "值班人员", "人员姓名"];
/// Fewest columns of days that make a grid.
const MIN_DAYS: usize = 5;

/// What a mark means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Off,
    /// On duty in the hours that the legend gives for the mark.
    Shift,
    /// On duty or on call around the clock.
    WholeDay(&'static str),
}

const DUTY_OFFICER: &str = "duty_officer";
/// Every mark; a trailing 班 or 勤 makes no difference.
const MARKS: &[(&str, Mark)] = &[
    ("白", Mark::Shift),
    ("夜", Mark::Shift),
    ("早", Mark::Shift),
    ("中", Mark::Shift),
    ("晚", Mark::Shift),
    ("日", Mark::Shift),
    ("值", Mark::WholeDay(DUTY_OFFICER)),
    ("班", Mark::WholeDay(DUTY_OFFICER)),
    ("√", Mark::WholeDay(DUTY_OFFICER)),
    ("备", Mark::WholeDay("standby")),
    ("带", Mark::WholeDay("lead_officer")),
    ("休", Mark::Off),
    ("假", Mark::Off),
    ("差", Mark::Off),
    ("-", Mark::Off),
    ("/", Mark::Off),
    ("×", Mark::Off),
];

/// A table in this layout.
pub(super) struct Grid<'a> {
    table: &'a Table,
    header_at: usize,
    name_at: usize,
    phone_at: Option<usize>,
    /// Column and the heading's day.
    days: Vec<(usize, Day)>,
    guessed: bool,
}

#[derive(Clone, Copy)]
enum Day {
    OfMonth(u32),
    Date(NaiveDate),
}

impl<'a> Grid<'a> {
    /// Finds a row of headings with 姓名 and days in rising order.
    pub(super) fn find(table: &'a Table) -> Option<Self> {
        let near = table.rows.iter().take(HEADER_WITHIN).enumerate();
        near.into_iter().find_map(|(header_at, row)| {
            let heading_is = |words: &[&str]| {
                let found = |cell: &Cell| words.contains(&headers::plain(&cell.text()).as_str());
                row.filled().find(|(_, cell)| found(cell)).map(|(index, _)| index)
            };
            let days: Vec<(usize, Day)> =
                row.filled().filter_map(|(index, cell)| Some((index, day(cell)?))).collect();
            let name_at = heading_is(&NAME)?;
            let phone_at = heading_is(&PHONE);
            let grid = Grid { table, header_at, name_at, phone_at, days, guessed: false };
            (grid.days.len() >= MIN_DAYS).then_some(grid)
        })
    }

    /// Finds a row of days with marks below it, and names of people left of it under any heading.
    pub(super) fn guess(table: &'a Table) -> Option<Self> {
        let near = table.rows.iter().take(HEADER_WITHIN).enumerate();
        near.into_iter().find_map(|(header_at, row)| {
            let days: Vec<(usize, Day)> =
                row.filled().filter_map(|(index, cell)| Some((index, day(cell)?))).collect();
            let (first, _) = days.first().filter(|_| days.len() >= MIN_DAYS)?;
            let below = || table.rows.iter().skip(header_at + 1);
            let marks = below().flat_map(|row| days.iter().map(|(index, _)| row.cell(*index)));
            let is_mark = |cell: &Cell| {
                let short = short(&cell.text());
                MARKS.iter().any(|(mark, _)| *mark == short)
            };
            let names = |index: &usize| mostly(below().map(|row| row.cell(*index)), holds_names);
            let name_at = (0..*first).find(names).filter(|_| mostly(marks, is_mark))?;
            Some(Grid { table, header_at, name_at, phone_at: None, days, guessed: true })
        })
    }

    pub(super) fn understood(&self) -> Understood {
        let header = &self.table.rows[self.header_at];
        let means = |index: usize| match index {
            index if index == self.name_at => Meaning::People,
            index if Some(index) == self.phone_at => Meaning::Telephone,
            index if self.days.iter().any(|(at, _)| *at == index) => Meaning::Day,
            _ => Meaning::Ignored,
        };
        let columns = header.filled().map(|(index, cell)| TakenColumn {
            column: column_letter(index),
            heading: cell.text(),
            means: means(index),
            duty: None,
        });
        Understood {
            sheet: self.table.name.clone(),
            layout: Layout::Grid,
            header_row: header.number,
            columns: columns.collect(),
            guessed: self.guessed,
        }
    }

    pub(super) fn read(&self, gathered: &mut Gathered<'_>, faults: &mut Faults) {
        let around = Surroundings::of(self.table, self.header_at, gathered.context());
        let header = &self.table.rows[self.header_at];
        let dates = self.dates(around.hint, |problem, day| {
            faults.note(around.place(header.number, day), problem);
        });
        let Some(dates) = dates else { return };
        if post_of(gathered.context(), &around.text, &duty_of(DUTY_OFFICER)).is_none() {
            faults.note(around.place(header.number, ""), problem::no_area());
        }
        for row in self.table.rows.iter().skip(self.header_at + 1) {
            let lone = row.lone_text().map(|(column, _)| column);
            let note = lone.is_some_and(|at| self.days.iter().all(|(column, _)| *column != at));
            if note {
                continue;
            }
            if self.is_weekdays(row) {
                self.check_weekdays(row, &dates, &around, faults);
            } else {
                self.read_person(row, &dates, &around, gathered, faults);
            }
        }
    }

    /// Returns each day's column, heading and date; a month that has no such day is a fault.
    fn dates(
        &self,
        hint: Hint,
        mut fault: impl FnMut(Problem, &str),
    ) -> Option<Vec<(usize, String, NaiveDate)>> {
        let mut dates = Vec::new();
        for (index, day) in &self.days {
            let (heading, date) = match (*day, hint.year, hint.month) {
                (Day::Date(date), _, _) => (date.to_string(), Some(date)),
                (Day::OfMonth(day), Some(year), Some(month)) => {
                    (day.to_string(), NaiveDate::from_ymd_opt(year, month, day))
                }
                (Day::OfMonth(_), _, _) => {
                    fault(problem::no_month(), "");
                    return None;
                }
            };
            match date {
                Some(date) => dates.push((*index, heading, date)),
                // Many sheets keep 31 columns all year; the empty ones name no day.
                None if self.column_is_empty(*index) => {}
                None => fault(problem::not_a_date(&heading), &heading),
            }
        }
        Some(dates)
    }

    fn column_is_empty(&self, index: usize) -> bool {
        self.table.rows.iter().skip(self.header_at + 1).all(|row| row.cell(index).is_empty())
    }

    fn is_weekdays(&self, row: &Row) -> bool {
        let mut cells = self.days.iter().map(|(index, _)| row.cell(*index));
        let name = row.cell(self.name_at);
        let header = self.table.rows[self.header_at].cell(self.name_at);
        (name.is_empty() || name == header)
            && cells.all(|cell| cell.is_empty() || dates::weekday(&cell.text()).is_some())
    }

    fn check_weekdays(
        &self,
        row: &Row,
        dates: &[(usize, String, NaiveDate)],
        around: &Surroundings<'_>,
        faults: &mut Faults,
    ) {
        for (index, heading, date) in dates {
            let claimed = dates::weekday(&row.cell(*index).text());
            if let Some(Err(problem)) = claimed.map(|day| dates::check_weekday(*date, day)) {
                faults.note(around.place(row.number, heading), problem);
            }
        }
    }

    fn read_person(
        &self,
        row: &Row,
        dates: &[(usize, String, NaiveDate)],
        around: &Surroundings<'_>,
        gathered: &mut Gathered<'_>,
        faults: &mut Faults,
    ) {
        let name_heading = self.table.rows[self.header_at].cell(self.name_at).text();
        let name = match names::split(&row.cell(self.name_at).text()) {
            Ok(Named::People(names)) if names.len() == 1 => names,
            Ok(_) => {
                let problem = problem::names_run_together(row.cell(self.name_at).text());
                return faults.note(around.place(row.number, &name_heading), problem);
            }
            Err(problem) => return faults.note(around.place(row.number, &name_heading), problem),
        };
        let phones = self.phone_at.map(|index| numbers(row.cell(index))).unwrap_or_default();
        for (index, heading, date) in dates {
            let place = around.place(row.number, heading);
            match meaning(row.cell(*index), around) {
                Ok(Some((duty, hours))) => {
                    let people = refs(name.clone(), &phones, &place);
                    if let Some(post) = post_of(gathered.context(), &around.text, &duty_of(duty)) {
                        gathered.add(post, *date, hours, people);
                    }
                }
                Ok(None) => {}
                Err(problem) => faults.note(place, problem),
            }
        }
    }
}

/// Returns the duty and hours of a mark, `None` where it says that the person is off.
fn meaning(
    cell: &Cell,
    around: &Surroundings<'_>,
) -> Result<Option<(&'static str, ShiftTime)>, Problem> {
    if let Cell::Broken(error) = cell {
        return Err(problem::broken(error));
    }
    let written = cell.text();
    if written.is_empty() {
        return Ok(None);
    }
    let short = short(&written);
    let legend = || around.hours.iter().find(|l| self::short(&l.label) == short).map(|l| l.hours);
    let mark = MARKS.iter().find(|(mark, _)| *mark == short).map(|(_, mark)| *mark);
    let (duty, hours) = match mark {
        Some(Mark::Off) => return Ok(None),
        Some(Mark::Shift) => (DUTY_OFFICER, legend().ok_or_else(|| problem::no_hours(&written))?),
        Some(Mark::WholeDay(duty)) => (duty, legend().unwrap_or_else(|| whole_day(around))),
        None => return Err(problem::unknown_mark(&written, known_marks())),
    };
    Ok(Some((duty, hours)))
}

fn duty_of(name: &'static str) -> Duty {
    name.parse().expect("a test parses every duty that a mark names")
}

/// Returns 24 hours from the first hour that the legend names, so that the day begins as for the
/// others.
fn whole_day(around: &Surroundings<'_>) -> ShiftTime {
    let first = around.hours.iter().map(|labelled| labelled.hours.from_minute).min();
    ShiftTime { from_minute: first.unwrap_or(WHOLE_DAY.from_minute), ..WHOLE_DAY }
}

/// Returns a mark without what follows its one sign: 白班, 备勤.
fn short(mark: &str) -> String {
    let mark = fields::half_width(mark.trim());
    let stem = mark.trim_end_matches(['班', '勤']);
    if stem.is_empty() { mark } else { stem.to_owned() }
}

fn known_marks() -> String {
    MARKS.iter().map(|(mark, _)| *mark).collect::<Vec<_>>().join("、")
}

/// Reads a heading that is a day: 1, `1日`, or a whole date.
fn day(cell: &Cell) -> Option<Day> {
    if let Cell::Serial(serial) = cell {
        return serial_date(*serial).map(Day::Date);
    }
    let text = fields::half_width(&cell.text());
    let number = text.trim_end_matches(['日', '号']).parse().ok();
    let number = number.filter(|number| (1..=31).contains(number));
    let date = || dates::date(cell, Hint::default()).ok().map(Day::Date);
    number.map(Day::OfMonth).or_else(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_names_a_duty_and_is_found_with_its_suffix() {
        for (mark, meaning) in MARKS {
            if let Mark::WholeDay(duty) = meaning {
                assert_eq!(duty_of(duty).as_str(), *duty);
            }
            assert_eq!(short(mark), *mark);
        }
        for (written, mark) in [("白班", "白"), ("备勤", "备"), (" 夜 ", "夜"), ("／", "/")]
        {
            assert_eq!(short(written), mark);
        }
    }
}
