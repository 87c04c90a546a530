//! Duty tables in layouts that nobody has described, read by what their headings and cells look like: a column of
//! dates or a row of them, headings that nearly name a duty, cells that hold names.
//!
//! Invariant: a guess is told as one, with what each column was taken for, and never counts by itself.

use compact_str::CompactString;

use super::{
    HEADER_WITHIN, REMARKS,
    across::Across,
    grid::Grid,
    lines::{DutyColumn, Lines, Role},
};
use crate::{
    domain::ids::Duty,
    ingest::sheets::{
        Context,
        dates::{self, Hint},
        fault::Faults,
        headers, hours,
        list::title,
        names::{self, Named},
        roster::Gathered,
        table::{Cell, Row, Table},
        understood::Understood,
    },
};

/// Fewest dates below one another, or side by side, that make a duty table.
const MIN_DATES: usize = 3;
/// How far above the first line its headings may stand.
const HEADINGS_WITHIN: usize = 3;
/// A heading with one of these is of telephone numbers.
const PHONES: [&str; 4] = ["电话", "手机", "联系", "号码"];
/// A heading with one of these may be of people on duty, where its cells hold names.
const PERSONS: [&str; 7] = ["人", "员", "领导", "岗", "班", "姓名", "值"];
/// Shifts that say nothing without their hours.
const SHIFTS: [&str; 6] = ["白班", "夜班", "早班", "中班", "晚班", "日班"];

/// Reads `table` as what it looks most like; `None` if it looks like no duty table.
pub(super) fn read(
    table: &Table,
    gathered: &mut Gathered<'_>,
    faults: &mut Faults,
) -> Option<Understood> {
    if let Some(lines) = lines(table, gathered.context()) {
        lines.read(gathered, faults);
        return Some(lines.understood());
    }
    if let Some(grid) = Grid::guess(table) {
        grid.read(gathered, faults);
        return Some(grid.understood());
    }
    Across::find(table, gathered.context())?.read(gathered, faults)
}

/// Finds a column of dates and, in the headings above it, duties.
pub(super) fn lines<'a>(table: &'a Table, context: &Context) -> Option<Lines<'a>> {
    let hint = hint(table, context);
    let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let columns = (0..width).filter_map(|index| Some((index, dates_below(table, index, hint)?)));
    let (date_at, (_, first_at)) = columns.rev().max_by_key(|(_, (count, _))| *count)?;
    let above = first_at.saturating_sub(HEADINGS_WITHIN)..first_at;
    let duties = |row: &Row| {
        row.filled().filter(|(_, cell)| context.duties.near(&cell.text()).is_some()).count()
    };
    let headings = above.filter(|index| table.rows[*index].lone_text().is_none());
    let header_at = headings.max_by_key(|index| duties(&table.rows[*index]))?;
    let mut roles = Vec::new();
    let mut duty_at = None;
    for index in 0..width {
        let role = if index == date_at {
            Role::Date
        } else {
            role(table, header_at, first_at, index, duty_at, context)
        };
        match role {
            Role::Duty(_) => duty_at = Some(index),
            Role::With(_) => {}
            Role::Date | Role::Weekday | Role::Remark | Role::Unknown => duty_at = None,
        }
        roles.push(role);
    }
    let duty = roles.iter().any(|role| matches!(role, Role::Duty(_)));
    duty.then_some(Lines { table, header_at, first_at, roles, guessed: true })
}

/// Returns how many dates stand in a column, and the row of the first; days of the month alone are dates only where
/// the title names the month, and count for less.
fn dates_below(table: &Table, index: usize, hint: Hint) -> Option<(usize, usize)> {
    let cells = || table.rows.iter().map(|row| row.cell(index)).enumerate();
    let first_at = cells().find(|(_, cell)| is_date(cell, hint))?.0;
    let below = cells().skip(first_at).filter(|(_, cell)| !cell.is_empty());
    let (mut dates, mut whole, mut filled) = (0, 0, 0);
    for (_, cell) in below {
        filled += 1;
        dates += usize::from(is_date(cell, hint));
        whole += usize::from(is_date(cell, hint) && !is_bare(cell));
    }
    let numbered =
        whole == 0 && first_at > 0 && is_remark(&table.rows[first_at - 1].cell(index).text());
    let enough = dates >= MIN_DATES && dates * 2 >= filled && first_at > 0 && !numbered;
    enough.then_some((dates + whole, first_at))
}

/// Returns what a column was taken for, right of the duty column at `duty_at`.
fn role(
    table: &Table,
    header_at: usize,
    first_at: usize,
    index: usize,
    duty_at: Option<usize>,
    context: &Context,
) -> Role {
    let heading = table.rows[header_at].cell(index).text();
    let plain = headers::plain(&heading);
    let below = || table.rows[first_at..].iter().map(|row| row.cell(index));
    let beside = || duty_at.map_or(Role::Remark, Role::With);
    let holds = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    if plain.is_empty() || holds(&PHONES) {
        return beside();
    }
    if mostly(below(), |cell| dates::weekday(&cell.text()).is_some()) {
        return Role::Weekday;
    }
    if is_remark(&heading) {
        return Role::Remark;
    }
    let hours = hours::labelled(&heading).first().map(|labelled| labelled.hours);
    if holds(&SHIFTS) && hours.is_none() {
        return Role::Unknown;
    }
    let weak = || (holds(&PERSONS) && mostly(below(), holds_names)).then(|| duty_of(&plain));
    let duty = context.duties.near(&heading).or_else(weak);
    let in_turn = heading.contains("顺序");
    duty.map_or(Role::Remark, |duty| Role::Duty(DutyColumn { duty, hours, in_turn }))
}

/// Returns the duty that a heading speaks of without naming one.
fn duty_of(heading: &str) -> Duty {
    let name = match heading {
        heading if heading.contains("领导") || heading.contains('带') => "lead_officer",
        heading if heading.contains('备') => "standby",
        _ => "duty_officer",
    };
    name.parse().expect("a test parses each of them")
}

/// Returns the year and month that stand anywhere above the table's lines.
pub(super) fn hint(table: &Table, context: &Context) -> Hint {
    let given = Hint { year: context.year, month: None };
    let top = title(table, HEADER_WITHIN.min(table.rows.len()));
    given.or(Hint::of_title(&top)).or(Hint::of_title(&table.name))
}

/// Tells whether a cell is a day or a span of days, even one of no year or with the wrong weekday.
pub(super) fn is_date(cell: &Cell, hint: Hint) -> bool {
    match dates::span(cell, hint) {
        Ok(_) => true,
        Err(problem) if problem.code == "wrong_weekday" => true,
        // A number of any kind would be a day of no year.
        Err(problem) => problem.code == "no_year" && cell.text().parse::<f64>().is_err(),
    }
}

/// Tells a day of the month without more: it may as well be the number of a line.
pub(super) fn is_bare(cell: &Cell) -> bool {
    let text = cell.text();
    matches!(cell, Cell::Number(_) | Cell::Text(_))
        && text.len() <= 2
        && text.parse::<u32>().is_ok()
}

fn is_remark(heading: &str) -> bool {
    let plain = headers::plain(heading);
    REMARKS.iter().any(|word| plain.contains(word))
}

/// Tells whether half of the cells that hold something are so, and any is.
pub(super) fn mostly<'c>(
    cells: impl Iterator<Item = &'c Cell>,
    is: impl Fn(&Cell) -> bool,
) -> bool {
    let filled: Vec<&Cell> = cells.filter(|cell| !cell.is_empty()).collect();
    let so = filled.iter().filter(|cell| is(cell)).count();
    so > 0 && so * 2 >= filled.len()
}

/// Tells whether a cell holds nothing but names as people in China bear them.
pub(super) fn holds_names(cell: &Cell) -> bool {
    let letters =
        |name: &str| name.chars().filter(|c| !"·•".contains(*c)).collect::<CompactString>();
    let is_name = |name: &String| {
        let letters = letters(name);
        let many = letters.chars().count();
        let long = letters.len() < name.len();
        (many == 2 || many == 3 || many == 4 || long)
            && letters.chars().all(|c| c.is_alphabetic() && !c.is_ascii())
    };
    matches!(names::split(&cell.text()), Ok(Named::People(names)) if names.iter().all(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sheets::{Guessing, Layout, Meaning, Reading, look, testing::shown};

    #[test]
    fn a_column_of_dates_under_a_heading_nobody_knows_is_found() {
        let reading = guessed(
            "示例县应急局2026年7月份值班一览\n\
             编号,哪天,礼拜,今日带班局领导姓名,值守同志（人）,联系方式（手机）,天气\n\
             1,7月1日,三,谢怀远,严守田、陈明,19400000001,多云\n\
             2,7月2日,四,蒋　玉,严伟,19400000002,小雨\n\
             3,7月3日,五,谢怀远,陈明,19400000003,晴\n",
        );
        assert!(reading.faults.is_empty(), "{}", reading.faults);
        let sheet = &reading.sheets[0];
        assert!(sheet.guessed && sheet.layout == Layout::Lines && sheet.header_row == 2);
        let taken: Vec<_> = sheet
            .columns
            .iter()
            .map(|column| (column.column.as_str(), column.means, column.duty.as_ref()))
            .map(|(column, means, duty)| (column, means, duty.map(Duty::as_str)))
            .collect();
        let expected = [
            ("A", Meaning::Ignored, None),
            ("B", Meaning::Date, None),
            ("C", Meaning::Weekday, None),
            ("D", Meaning::Duty, Some("lead_officer")),
            ("E", Meaning::Duty, Some("duty_officer")),
            ("F", Meaning::With, None),
            ("G", Meaning::Ignored, None),
        ];
        assert_eq!(taken, expected);
        let lines = shown(&reading.lines);
        assert_eq!(lines[0], "990101000000/duty_officer 2026-07-01T08:00 +1440 严守田 陈明");
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn a_row_of_dates_is_read_across_and_its_faults_name_their_cells() {
        let reading = guessed(
            "2026年7月值班表\n\
             岗位,7月1日,7月2日,7月3日\n\
             带班领导,谢怀远,蒋玉,谢怀远\n\
             值班人员,严守田,蒋 冯图伟,\n\
             值班时间：8:30至次日8:30\n",
        );
        let sheet = &reading.sheets[0];
        assert!(sheet.guessed && sheet.layout == Layout::Across);
        assert_eq!(
            (sheet.columns[1].column.as_str(), sheet.columns[1].means),
            ("3", Meaning::Duty)
        );
        let lines = shown(&reading.lines);
        assert_eq!(lines[0], "990101000000/duty_officer 2026-07-01T08:30 +1440 严守田");
        let place = &reading.lines[0].people[0].place;
        assert_eq!((place.row, place.column.as_str()), (Some(4), "7月1日"));
        let faults: Vec<_> = reading
            .faults
            .iter()
            .map(|fault| (fault.place.row, fault.place.column.to_string(), fault.problem.code))
            .collect();
        let expected = [
            (Some(4), "7月2日".to_owned(), "names_run_together"),
            (Some(4), "7月3日".to_owned(), "nobody"),
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn a_grid_whose_names_have_another_heading_is_found_by_its_marks() {
        let reading = guessed(
            "2026年7月排班\n同志,1,2,3,4,5\n谢怀远,值,,值,,休\n严守田,,值,,值,值\n蒋玉,休,休,,,\n",
        );
        let sheet = &reading.sheets[0];
        assert!(sheet.guessed && sheet.layout == Layout::Grid);
        assert_eq!(reading.lines.len(), 5);
    }

    #[test]
    fn what_is_no_duty_table_is_not_made_one() {
        for text in [
            "编号,姓名,区划代码\n1,谢怀远,990101\n2,蒋玉,990101\n3,严伟,990101\n",
            "日期,雨量\n7月1日,12\n7月2日,3\n7月3日,0\n",
            "2026年7月\n序号,物资,数量\n1,帐篷,3\n2,棉被,5\n3,雨衣,9\n",
            "通知\n请各单位做好值班\n",
        ] {
            let reading = guessed(text);
            assert!(reading.sheets.is_empty(), "{text}: {:?}", reading.sheets);
            assert_eq!(reading.faults.iter().next().unwrap().problem.code, "no_header");
        }
    }

    #[test]
    fn a_guess_is_never_made_where_nobody_looks() {
        let text = "2026年7月\n哪天,值守人\n7月1日,谢怀远\n7月2日,蒋玉\n7月3日,严伟\n";
        assert_eq!(guessed(text).lines.len(), 3);
        let reading = look(text.as_bytes(), &county(), Guessing::Never);
        assert!(reading.lines.is_empty() && !reading.faults.is_empty());
    }

    #[test]
    fn every_duty_that_is_guessed_is_one() {
        for heading in ["领导", "备", "人员"] {
            assert!(!duty_of(heading).as_str().is_empty());
        }
    }

    fn guessed(text: &str) -> Reading {
        look(text.as_bytes(), &county(), Guessing::WhereUnknown)
    }

    fn county() -> Context {
        Context { area: Some("990101".parse().unwrap()), ..Context::default() }
    }
}
