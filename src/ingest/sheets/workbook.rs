//! Workbooks (xlsx, and xls of before 2007) as tables.

use std::{collections::BTreeMap, io::Cursor, panic};

use calamine::{Data, Dimensions, Reader, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::{
    problem::{self, Problem},
    table::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Table},
};

/// First bytes of a ZIP archive, which an xlsx is.
const ZIP: &[u8] = b"PK\x03\x04";
/// First bytes of a compound file: an xls, or an xlsx with a password.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";
/// Largest sum of the parts of an xlsx once inflated, so that a small file cannot fill the memory.
const MAX_INFLATED: u64 = 256 << 20;
/// Days between the epoch of 1904, which old Macs used, and that of 1900.
const EPOCH_1904: f64 = 1_462.0;

type Cells = BTreeMap<(u32, u32), Cell>;

pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND)
}

/// Reads the visible sheets.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Table>, Problem> {
    // A damaged file makes the decoder index out of bounds; that must cost the import, not the node.
    let read = panic::catch_unwind(|| {
        if bytes.starts_with(ZIP) { read_xlsx(bytes) } else { read_xls(bytes) }
    });
    read.unwrap_or_else(|_| Err(problem::damaged("panic")))
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Table>, Problem> {
    if inflated_size(bytes)? > MAX_INFLATED {
        return Err(problem::too_large(MAX_INFLATED >> 20));
    }
    if has_macros(bytes)? {
        return Err(problem::macros());
    }
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_problem)?;
    let epoch = if book.has_1904_epoch() { EPOCH_1904 } else { 0.0 };
    let mut tables = Vec::new();
    for name in visible(&book) {
        let mut cells = Cells::new();
        let mut reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A sheet that is only a chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_problem(error)),
        };
        while let Some(cell) = reader.next_cell().map_err(xlsx_problem)? {
            put(
                &mut cells,
                cell.get_position(),
                cell_of(&Data::from(cell.get_value().clone()), epoch),
            )?;
        }
        drop(reader);
        let merged = book.merge_cells_by_sheet_name(&name).map_err(xlsx_problem)?;
        tables.push(table(&name, cells, &merged));
    }
    Ok(tables)
}

fn inflated_size(bytes: &[u8]) -> Result<u64, Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(problem::damaged)?;
    let mut size = 0_u64;
    for index in 0..archive.len() {
        size = size.saturating_add(archive.by_index_raw(index).map_err(problem::damaged)?.size());
    }
    Ok(size)
}

/// Tells whether a program travels with the workbook. It would never be run here, but whoever sends one round should
/// know.
fn has_macros(bytes: &[u8]) -> Result<bool, Problem> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(problem::damaged)?;
    let mut names = archive.file_names().filter_map(Result::ok);
    Ok(names.any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")))
}

/// Tells the same of a compound file by the folder that holds the program.
fn has_old_macros(bytes: &[u8]) -> bool {
    let folder: Vec<u8> = "_VBA_PROJECT_CUR".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(folder.len()).any(|window| window == folder)
}

fn read_xls(bytes: &[u8]) -> Result<Vec<Table>, Problem> {
    if has_old_macros(bytes) {
        return Err(problem::macros());
    }
    let mut book = Xls::new(Cursor::new(bytes)).map_err(xls_problem)?;
    let epoch = if book.has_1904_epoch() { EPOCH_1904 } else { 0.0 };
    let mut tables = Vec::new();
    for name in visible(&book) {
        let range = book.worksheet_range(&name).map_err(xls_problem)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut cells = Cells::new();
        for (row, column, value) in range.used_cells() {
            let at = (top + index(row), left + index(column));
            put(&mut cells, at, cell_of(value, epoch))?;
        }
        let merged = book.merge_cells_by_sheet_name(&name).map_err(xls_problem)?;
        tables.push(table(&name, cells, &merged));
    }
    Ok(tables)
}

fn visible<'a, B: Reader<Cursor<&'a [u8]>>>(book: &B) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    let visible = sheets.filter(|sheet| sheet.visible == SheetVisible::Visible);
    visible.map(|sheet| sheet.name.clone()).collect()
}

fn put(cells: &mut Cells, at: (u32, u32), cell: Cell) -> Result<(), Problem> {
    if cell.is_empty() {
        return Ok(());
    }
    if at.1 >= index(MAX_COLUMNS) {
        return Err(problem::too_wide(MAX_COLUMNS));
    }
    cells.insert(at, cell);
    if cells.len() > MAX_ROWS * 20 {
        return Err(problem::too_many_rows(MAX_ROWS));
    }
    Ok(())
}

fn cell_of(value: &Data, epoch: f64) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Cell::of_text(text)
        }
        #[expect(clippy::cast_precision_loss, reason = "a cell of a spreadsheet is a double")]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(yes) => Cell::Text(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        // A time of day alone has no epoch.
        Data::DateTime(at) if at.as_f64() < 1.0 => Cell::Serial(at.as_f64()),
        Data::DateTime(at) => Cell::Serial(at.as_f64() + epoch),
        Data::Error(error) => Cell::Broken(error.to_string()),
    }
}

/// Makes rows of the cells, with the content of merged cells in each row that they cover: a leader
/// of Saturday and Sunday stands in one cell of two rows.
fn table(name: &str, mut cells: Cells, merged: &[Dimensions]) -> Table {
    let last = cells.keys().next_back().map_or(0, |(row, _)| *row);
    for Dimensions { start, end } in merged {
        let Some(content) = cells.get(start).cloned() else { continue };
        for row in start.0 + 1..=end.0.min(last) {
            cells.entry((row, start.1)).or_insert_with(|| content.clone());
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for ((row, column), cell) in cells {
        if rows.last().is_none_or(|last| last.number != row + 1) {
            rows.push(Row { number: row + 1, cells: Vec::new() });
        }
        let cells = rows.last_mut().map(|row| &mut row.cells);
        if let Some(cells) = cells {
            cells.resize(usize::try_from(column).unwrap_or(usize::MAX), Cell::Empty);
            cells.push(cell);
        }
    }
    Table { name: name.into(), rows }
}

fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn xlsx_problem(error: XlsxError) -> Problem {
    if matches!(error, XlsxError::Password) { problem::locked() } else { problem::damaged(error) }
}

fn xls_problem(error: XlsError) -> Problem {
    if matches!(error, XlsError::Password) { problem::locked() } else { problem::damaged(error) }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format, Workbook};

    use super::*;

    #[test]
    fn a_merged_cell_speaks_for_every_row_it_covers() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 2, "7月值班表", &Format::new()).unwrap();
        sheet.merge_range(1, 0, 2, 0, "严守田", &Format::new()).unwrap();
        sheet.write(1, 1, 4).unwrap();
        sheet.write(2, 1, 5).unwrap();
        let tables = read(&book.save_to_buffer().unwrap()).unwrap();
        let texts: Vec<Vec<String>> =
            tables[0].rows.iter().map(|row| row.cells.iter().map(Cell::text).collect()).collect();
        assert_eq!(texts, [vec!["7月值班表"], vec!["严守田", "4"], vec!["严守田", "5"]]);
    }

    #[test]
    fn hidden_sheets_are_left_out() {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("新").unwrap().write(0, 0, "新").unwrap();
        book.add_worksheet().set_name("旧").unwrap().set_hidden(true).write(0, 0, "旧").unwrap();
        let tables = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(tables.len(), 1);
        assert_eq!(tables[0].name, "新");
    }

    #[test]
    fn a_truncated_workbook_is_damaged_wherever_it_is_cut() {
        let mut book = Workbook::new();
        book.add_worksheet().write(0, 0, "x").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        for length in (4..bytes.len() - 1).step_by(97) {
            assert_eq!(read(&bytes[..length]).unwrap_err().code, "damaged");
        }
        let compound = [COMPOUND, &[7; 600]].concat();
        assert_eq!(read(&compound).unwrap_err().code, "damaged");
    }
}
