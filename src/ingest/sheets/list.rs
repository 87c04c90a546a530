//! A list: a sheet with a row of known headings, read line by line with every fault noted.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    fault::{Faults, Place},
    headers::{self, Column, Header},
    problem::{self, Problem},
    table::{Cell, Row, Table},
    understood::{Layout, Meaning, TakenColumn, Understood},
};

/// Rows in which the headings are looked for: a title and a few remarks may stand above them.
const HEADER_WITHIN: usize = 12;

/// A sheet whose headings are known.
#[derive(Debug)]
pub(super) struct List<'a> {
    table: &'a Table,
    headers: &'static [Header],
    header_at: usize,
    columns: BTreeMap<Column, usize>,
}

/// One row below the headings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    list: &'a List<'a>,
    row: &'a Row,
}

/// Returns the sheets that are such a list and the names of those that are something else.
///
/// A sheet that has most of the headings but not all is meant to be one: its lack is a fault.
pub(super) fn of<'a>(
    tables: &'a [Table],
    headers: &'static [Header],
    faults: &mut Faults,
) -> (Vec<List<'a>>, Vec<String>) {
    let (mut lists, mut skipped) = (Vec::new(), Vec::new());
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        match List::find(table, headers) {
            Some(list) if list.likeness() == Likeness::Other => {
                skipped.push(table.name.to_string())
            }
            Some(list) => {
                list.check(faults);
                list.check_line_breaks(faults);
                lists.push(list);
            }
            None => skipped.push(table.name.to_string()),
        }
    }
    if lists.is_empty() {
        let best = tables.iter().filter_map(|table| List::find(table, headers)).next();
        match best {
            Some(list) => {
                list.check(faults);
                list.check_line_breaks(faults);
            }
            None => faults.note_file(problem::no_header(headers::known(headers))),
        }
    }
    (lists, skipped)
}

#[derive(Debug, PartialEq, Eq)]
enum Likeness {
    Whole,
    Lacking,
    Other,
}

impl<'a> List<'a> {
    /// Finds the row with the most known headings, at least two, near the top of `table`.
    pub fn find(table: &'a Table, headers: &'static [Header]) -> Option<Self> {
        let known = |row: &Row| {
            row.filled().filter(|(_, cell)| headers::find(headers, &cell.text()).is_some()).count()
        };
        let near = table.rows.iter().take(HEADER_WITHIN).enumerate();
        let best = near.rev().max_by_key(|(_, row)| known(row));
        let (header_at, row) = best.filter(|(_, row)| known(row) >= 2)?;
        let mut columns = BTreeMap::new();
        for (index, cell) in row.filled() {
            if let Some(column) = headers::find(headers, &cell.text()) {
                columns.entry(column).or_insert(index);
            }
        }
        Some(List { table, headers, header_at, columns })
    }

    /// Tells whether no required heading is missing.
    pub fn is_whole(&self) -> bool {
        self.likeness() == Likeness::Whole
    }

    fn likeness(&self) -> Likeness {
        let required: Vec<&Header> = self.headers.iter().filter(|h| h.required).collect();
        let found = required.iter().filter(|h| self.columns.contains_key(&h.column)).count();
        if found == required.len() {
            Likeness::Whole
        } else if found * 2 > required.len() {
            Likeness::Lacking
        } else {
            Likeness::Other
        }
    }

    /// Notes headings that are missing, unknown or doubled, and content without a heading.
    pub fn check(&self, faults: &mut Faults) {
        let row = &self.table.rows[self.header_at];
        let place = |column: &str| self.place(row.number, column);
        for header in self.headers.iter().filter(|h| h.required) {
            if !self.columns.contains_key(&header.column) {
                let accepted = header.names.join("、");
                faults.note(place(header.names[1]), problem::missing_column(accepted));
            }
        }
        for (index, cell) in row.filled() {
            let heading = cell.text();
            match headers::find(self.headers, &heading) {
                None => {
                    let known = headers::known(self.headers);
                    faults.note(place(&heading), problem::unknown_column(known));
                }
                Some(Column::Ignored) => {}
                Some(column) if self.columns.get(&column) != Some(&index) => {
                    faults.note(place(&heading), problem::repeated_column());
                }
                Some(_) => {}
            }
        }
        self.check_content_without_heading(row, faults);
    }

    fn check_content_without_heading(&self, header: &Row, faults: &mut Faults) {
        let mut told = Vec::new();
        for line in self.lines() {
            for (index, _) in line.row.filled().filter(|(index, _)| header.cell(*index).is_empty())
            {
                if !told.contains(&index) {
                    told.push(index);
                    let letter = column_letter(index);
                    faults.note(self.place(line.row.number, &letter), problem::no_heading());
                }
            }
        }
    }

    /// Notes cells of a text file that go on over a line break: a quote that is left open swallows
    /// the rows after it. Where a cell may have several lines, what was swallowed shows by its
    /// separators.
    fn check_line_breaks(&self, faults: &mut Faults) {
        if !self.table.name.is_empty() {
            return;
        }
        let column_at = |index| self.columns.iter().find(|(_, at)| **at == index).map(|(c, _)| *c);
        for row in self.table.rows.iter().skip(self.header_at + 1) {
            let note = row.lone_text().is_some_and(|(_, text)| is_note(text));
            for (index, cell) in row.filled() {
                let text = cell.text();
                let Some((_, rest)) = text.split_once(['\n', '\r']) else { continue };
                let may_break = note || column_at(index).is_none_or(Column::may_hold_lines);
                if !may_break || rest.contains([',', '\t']) {
                    let heading = self.table.rows[self.header_at].cell(index).text();
                    faults.note(self.place(row.number, &heading), problem::line_break());
                }
            }
        }
    }

    /// Returns the lines below the headings; a lone note at the foot is none.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let below = self.table.rows.iter().skip(self.header_at + 1);
        let lines = below.filter(|row| !row.lone_text().is_some_and(|(_, text)| is_note(text)));
        lines.map(|row| Line { list: self, row })
    }

    /// Returns what stands above the headings.
    pub fn title(&self) -> String {
        title(self.table, self.header_at)
    }

    /// Returns what its columns are taken for, where it is a duty table.
    pub fn understood(&self) -> Understood {
        let header = &self.table.rows[self.header_at];
        let columns = header.filled().map(|(index, cell)| {
            let heading = cell.text();
            let means = match headers::find(self.headers, &heading) {
                Some(Column::Date) => Meaning::Date,
                Some(Column::Area) => Meaning::Area,
                Some(Column::Duty) => Meaning::Duty,
                Some(Column::From) => Meaning::From,
                Some(Column::To) => Meaning::To,
                Some(Column::People) => Meaning::People,
                _ => Meaning::Ignored,
            };
            TakenColumn { column: column_letter(index), heading, means, duty: None }
        });
        Understood {
            sheet: self.table.name.clone(),
            layout: Layout::Long,
            header_row: header.number,
            columns: columns.collect(),
            guessed: false,
        }
    }

    pub fn has(&self, column: Column) -> bool {
        self.columns.contains_key(&column)
    }

    fn place(&self, row: u32, column: &str) -> Place {
        Place { sheet: self.table.name.clone(), row: Some(row), column: column.into() }
    }
}

impl<'a> Line<'a> {
    pub fn number(self) -> u32 {
        self.row.number
    }

    pub fn cell(self, column: Column) -> &'a Cell {
        static EMPTY: Cell = Cell::Empty;
        self.list.columns.get(&column).map_or(&EMPTY, |index| self.row.cell(*index))
    }

    /// Returns the place of the line's cell in `column`, under the heading that the file gives it.
    pub fn place(self, column: Column) -> Place {
        let header = &self.list.table.rows[self.list.header_at];
        let written = self.list.columns.get(&column).map(|index| header.cell(*index).text());
        let canonical = || {
            let header = self.list.headers.iter().find(|header| header.column == column);
            header.map_or_else(String::new, |header| header.names[1].to_owned())
        };
        self.list.place(self.row.number, &written.unwrap_or_else(canonical))
    }

    pub fn fault(self, column: Column, problem: Problem, faults: &mut Faults) {
        faults.note_value(self.place(column), &self.cell(column).text(), problem);
    }

    /// Reads a cell that must be filled; `None` once its fault is noted.
    pub fn need<T>(
        self,
        column: Column,
        read: impl FnOnce(&Cell) -> Result<T, Problem>,
        faults: &mut Faults,
    ) -> Option<T> {
        self.filled(column, faults);
        self.may(column, read, faults)
    }

    /// Notes a cell that must be filled and is not; a column that is missing has been told already.
    pub fn filled(self, column: Column, faults: &mut Faults) {
        if self.cell(column).is_empty() && self.list.has(column) {
            self.fault(column, problem::missing(), faults);
        }
    }

    /// Reads a cell that may be empty; `None` if it is, or once its fault is noted.
    pub fn may<T>(
        self,
        column: Column,
        read: impl FnOnce(&Cell) -> Result<T, Problem>,
        faults: &mut Faults,
    ) -> Option<T> {
        let cell = self.cell(column);
        let read = match cell {
            Cell::Empty => return None,
            Cell::Broken(error) => Err(problem::broken(error)),
            Cell::Text(_) | Cell::Number(_) | Cell::Serial(_) => read(cell),
        };
        read.map_err(|problem| self.fault(column, problem, faults)).ok()
    }
}

/// First lines by key, to tell a repetition.
#[derive(Debug)]
pub(super) struct Seen<K>(BTreeMap<K, u32>);

impl<K: Ord> Seen<K> {
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Returns the row that already has `key`, if one does.
    pub fn repeats(&mut self, key: K, row: u32) -> Option<u32> {
        match self.0.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(row);
                None
            }
        }
    }
}

/// Returns the texts above row `until`, one a line.
pub(super) fn title(table: &Table, until: usize) -> String {
    let above = table.rows.iter().take(until);
    let texts = above.flat_map(|row| row.filled().map(|(_, cell)| cell.text()));
    texts.collect::<Vec<_>>().join("\n")
}

/// Tells whether a lone text is a note under a table.
pub(super) fn is_note(text: &str) -> bool {
    ["注", "备注", "说明", "填表", "填报", "审核", "制表"].iter().any(|word| text.starts_with(word))
}

/// Returns the letter over a column, as the spreadsheet shows it.
pub(super) fn column_letter(index: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    let high = (index >= 26).then(|| letter(index / 26 - 1));
    high.into_iter().chain([letter(index)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sheets::{headers::PERSONS, text_file};

    #[test]
    fn headings_are_found_under_a_title_and_above_a_note() {
        let table =
            table("示例县责任人名单,,\n编号,姓名,区划代码\np1,谢怀远,990101\n注：手机号码另报,,\n");
        let mut faults = Faults::default();
        let (lists, skipped) = of(std::slice::from_ref(&table), PERSONS, &mut faults);
        assert!(faults.is_empty() && skipped.is_empty());
        assert_eq!(lists[0].lines().count(), 1);
        assert_eq!(lists[0].title(), "示例县责任人名单");
    }

    #[test]
    fn a_mistyped_heading_is_refused_with_those_that_are_known() {
        let problems = check("编号,姓名,区划代码,手机号吗\np1,谢怀远,990101,1\n");
        assert_eq!(problems, ["row 1, column 手机号吗: unknown_column"]);
    }

    #[test]
    fn missing_doubled_and_absent_headings_are_all_reported() {
        let problems = check("编号,姓名,手机,手机号码,\np1,谢怀远,1,2,多\n");
        assert_eq!(
            problems,
            [
                "row 1, column 区划代码: missing_column",
                "row 1, column 手机号码: repeated_column",
                "row 2, column E: no_heading",
            ]
        );
    }

    #[test]
    fn a_sheet_of_another_kind_is_skipped_by_name() {
        let list = table("id,name,area\np1,谢怀远,990101\n");
        let phones =
            Table { name: "通讯录".into(), ..table("序号,姓名,手机\n1,谢怀远,138\n") };
        let mut faults = Faults::default();
        let tables = [list, phones];
        let (lists, skipped) = of(&tables, PERSONS, &mut faults);
        assert_eq!((lists.len(), skipped), (1, vec!["通讯录".to_owned()]));
        assert!(faults.is_empty());
    }

    #[test]
    fn a_quote_left_open_is_told_where_it_begins() {
        let cases = [
            "编号,姓名,区划代码\np1,甲,990101\np2,\"乙,990101\np3,丙,990101\n",
            "编号,姓名,区划代码,手机\np1,甲,990101,\np2,\"乙\n\",990101,\np3,\"丙\n丁\",990101,\n",
            "编号,姓名,区划代码,备注\np1,甲,990101,\np2,乙,990101,\"没有\np3,丙,990101,\n",
            "编号,姓名,区划代码\np1,甲,990101\n\"注：没有,,\np3,丙,990101\n",
        ];
        let places = [
            "row 3, column 姓名",
            "row 4, column 姓名",
            "row 3, column 备注",
            "row 3, column 编号",
        ];
        for (text, place) in cases.into_iter().zip(places) {
            let mut faults = Faults::default();
            of(&[table(text)], PERSONS, &mut faults);
            let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert!(shown[0].starts_with(place) && shown[0].contains("quote"), "{shown:?}");
        }
    }

    #[test]
    fn a_cell_for_several_values_may_hold_lines() {
        let text =
            "编号,姓名,区划代码,手机,备注\np1,甲,990101,\"19400000001\n19400000002\",\"一\n二\"\n";
        let mut faults = Faults::default();
        of(&[table(text)], PERSONS, &mut faults);
        assert!(faults.is_empty(), "{faults}");
    }

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 51, 52].map(column_letter), ["A", "Z", "AA", "AZ", "BA"]);
    }

    fn check(text: &str) -> Vec<String> {
        let table = table(text);
        let mut faults = Faults::default();
        List::find(&table, PERSONS).unwrap().check(&mut faults);
        let show = |fault: &crate::ingest::sheets::Fault| {
            let place = &fault.place;
            format!("row {}, column {}: {}", place.row.unwrap(), place.column, fault.problem.code)
        };
        faults.iter().map(show).collect()
    }

    fn table(text: &str) -> Table {
        text_file::read(text.as_bytes()).unwrap()
    }
}
