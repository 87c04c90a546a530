//! A file as tables of cells, each row with the number that the spreadsheet shows.

use chrono::{Days, NaiveDate};
use compact_str::CompactString;

use super::{fault::Faults, problem, text_file, workbook};

/// Largest file read. A county's list of people is below 1 MiB.
pub const MAX_BYTES: usize = 32 << 20;
/// Most rows of one file: every village of a province.
pub const MAX_ROWS: usize = 100_000;
/// Most columns of one sheet: a grid of a month needs about 40.
pub const MAX_COLUMNS: usize = 128;

/// One cell as the file has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Cell {
    #[default]
    Empty,
    /// Trimmed, never empty.
    Text(String),
    Number(f64),
    /// A date, a time of day or both, as days since 1899-12-30.
    Serial(f64),
    /// A formula's error, such as `#REF!`.
    Broken(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// From 1, as the spreadsheet numbers it.
    pub number: u32,
    pub cells: Vec<Cell>,
}

/// One sheet of a workbook, or a file of text. Rows without content are left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Empty for a file of text.
    pub name: CompactString,
    pub rows: Vec<Row>,
}

static EMPTY: Cell = Cell::Empty;

impl Cell {
    /// Makes a cell of `raw`, without what spreadsheets and exporters put around a text.
    pub fn of_text(raw: &str) -> Cell {
        let trimmed = trim(raw);
        // ="0123" and '0123 keep a spreadsheet from reading a number.
        let quoted = trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
        let text = trim(quoted.unwrap_or(trimmed).trim_start_matches('\''));
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// Returns the cell as it reads, numbers without an exponent.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Broken(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Serial(serial) => {
                serial_date(*serial).map_or_else(|| serial.to_string(), |date| date.to_string())
            }
        }
    }
}

impl Row {
    /// Returns the cell in column `index`, empty where the row ends before it.
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&EMPTY)
    }

    /// Returns the columns that have content.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty())
    }

    /// Returns the text of a row whose only content it is, and its column: a title, a note, or a
    /// line that lost the rest.
    pub fn lone_text(&self) -> Option<(usize, &str)> {
        let mut filled = self.filled();
        match (filled.next(), filled.next()) {
            (Some((index, Cell::Text(text))), None) => Some((index, text)),
            _ => None,
        }
    }
}

/// Returns the day of a spreadsheet's serial number, where it is one of this century.
pub(super) fn serial_date(serial: f64) -> Option<NaiveDate> {
    const FIRST: f64 = 36_526.0;
    const LAST: f64 = 73_050.0;
    if !(FIRST..=LAST).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range")]
    let days = serial.floor() as u64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// Reads a file by its content, whatever its name; `None` once a fault of the whole file is noted.
pub(super) fn read(bytes: &[u8], faults: &mut Faults) -> Option<Vec<Table>> {
    if bytes.len() > MAX_BYTES {
        faults.note_file(problem::too_large(MAX_BYTES >> 20));
        return None;
    }
    let read = if workbook::is_workbook(bytes) {
        workbook::read(bytes)
    } else {
        text_file::read(bytes).map(|table| vec![table])
    };
    let tables = read.map_err(|problem| faults.note_file(problem)).ok()?;
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    if rows > MAX_ROWS {
        faults.note_file(problem::too_many_rows(MAX_ROWS));
        return None;
    }
    if rows == 0 {
        faults.note_file(problem::empty());
        return None;
    }
    Some(tables)
}

/// Trims white space, the ideographic one included, and a stray byte-order mark.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_against_number_reading_are_taken_off() {
        for raw in ["=\"0990\"", "'0990", "\t0990", "\u{3000}0990 "] {
            assert_eq!(Cell::of_text(raw), Cell::Text("0990".to_owned()), "{raw:?}");
        }
        assert_eq!(Cell::of_text(" \u{3000}"), Cell::Empty);
    }

    #[test]
    fn a_serial_number_is_a_day_of_this_century() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 1);
        assert_eq!(serial_date(46_296.0), day);
        assert_eq!(serial_date(46_296.99), day);
        assert_eq!(serial_date(21.0), None);
    }

    #[test]
    fn a_file_without_rows_and_one_that_is_too_large_are_refused() {
        for (bytes, code) in [(vec![], "empty"), (vec![b'a'; MAX_BYTES + 1], "too_large")] {
            let mut faults = Faults::default();
            assert_eq!(read(&bytes, &mut faults), None);
            assert_eq!(faults.iter().next().unwrap().problem.code, code);
        }
    }
}
