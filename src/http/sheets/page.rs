//! Sheets as they are written: a row of headings, then what there is, under the clock of the county.
//!
//! Invariant: texts stay texts, whatever they begin with; nothing that somebody typed becomes a formula.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::{
    dispatcher::SubmitError,
    domain::{board::Board, time::Timestamp},
    http::{ApiError, Web},
};

/// Most rows of one sheet. What is beyond is told below them, so that nobody takes a part for the whole.
pub(in crate::http) const ROWS_MAX: usize = 50_000;
/// Longest text that a cell of a workbook holds, in UTF-16 units.
const TEXT_MAX: usize = 32_767;

/// One cell.
pub(in crate::http) enum Cell {
    Text(String),
    Number(u64),
    /// A number with a fraction: megawatts, degrees.
    Decimal(f64),
    Time(Timestamp),
    /// So many of so many, shown as a percentage; empty where there is nothing to be had.
    Share {
        part: u64,
        whole: u64,
    },
}

impl Cell {
    pub fn text(text: impl ToString) -> Self {
        Cell::Text(text.to_string())
    }

    pub fn may(text: Option<impl ToString>) -> Self {
        Cell::Text(text.map(|text| text.to_string()).unwrap_or_default())
    }

    pub fn empty() -> Self {
        Cell::Text(String::new())
    }

    pub fn number(number: impl Into<u64>) -> Self {
        Cell::Number(number.into())
    }

    pub fn may_number(number: Option<impl Into<u64>>) -> Self {
        number.map_or_else(Cell::empty, Cell::number)
    }

    pub fn may_decimal(number: Option<f64>) -> Self {
        number.map_or_else(Cell::empty, Cell::Decimal)
    }

    pub fn may_time(at: Option<Timestamp>) -> Self {
        at.map_or_else(Cell::empty, Cell::Time)
    }

    /// Minutes, those begun counted whole; empty for none, so that what is late stands out.
    pub fn minutes(seconds: u64) -> Self {
        match seconds {
            0 => Cell::empty(),
            seconds => Cell::Number(seconds.div_ceil(60)),
        }
    }

    pub fn yes(yes: bool) -> Self {
        Cell::text(if yes { "是" } else { "" })
    }
}

/// Headings with the width of their columns in characters.
pub(in crate::http) type Headings = &'static [(&'static str, u8)];

/// A sheet to be written.
pub(in crate::http) struct Sheet {
    name: &'static str,
    headings: Headings,
    rows: Vec<Vec<Cell>>,
    /// There were more rows than these.
    more: bool,
}

impl Sheet {
    /// Takes up to `most` rows, the first of `rows`.
    pub fn of(
        name: &'static str,
        headings: Headings,
        rows: impl Iterator<Item = Vec<Cell>>,
        most: usize,
    ) -> Self {
        let mut rows: Vec<Vec<Cell>> = rows.take(most.min(ROWS_MAX) + 1).collect();
        let more = rows.len() > most.min(ROWS_MAX);
        rows.truncate(most.min(ROWS_MAX));
        Self { name, headings, rows, more }
    }
}

/// Returns `sheets` as a download called `file`.
pub(in crate::http) async fn download(
    web: &Web,
    sheets: Vec<Sheet>,
    file: &'static str,
) -> Result<Response, ApiError> {
    let zone = web.board.read(Board::timezone).await?;
    attachment(move || write(&sheets, zone), file).await
}

/// Writes a workbook away from the sockets, and returns it as a download called `file`.
pub(in crate::http) async fn attachment(
    write: impl FnOnce() -> Result<Vec<u8>, XlsxError> + Send + 'static,
    file: &'static str,
) -> Result<Response, ApiError> {
    let written = tokio::task::spawn_blocking(write).await.map_err(|_| SubmitError::Stopped)?;
    let bytes = written.map_err(|error| {
        tracing::error!(%error, "a workbook cannot be written");
        SubmitError::Stopped
    })?;
    let mut headers = HeaderMap::new();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""));
    if let Ok(named) = named {
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    Ok((headers, bytes).into_response())
}

pub(super) fn write(sheets: &[Sheet], zone: Tz) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let formats = Formats::default();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(sheet.name)?;
        fill(page, sheet, zone, &formats)?;
    }
    book.save_to_buffer()
}

struct Formats {
    heading: Format,
    time: Format,
    share: Format,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            heading: Format::new().set_bold().set_border_bottom(FormatBorder::Thin),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            share: Format::new().set_num_format("0%"),
        }
    }
}

fn fill(page: &mut Worksheet, sheet: &Sheet, zone: Tz, formats: &Formats) -> Result<(), XlsxError> {
    for (column, (name, width)) in (0_u16..).zip(sheet.headings) {
        page.write_string_with_format(0, column, *name, &formats.heading)?;
        page.set_column_width(column, f64::from(*width))?;
    }
    page.set_freeze_panes(1, 0)?;
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            put(page, (row, column), cell, zone, formats)?;
        }
    }
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    if let Some(last) = u16::try_from(sheet.headings.len()).ok().and_then(|n| n.checked_sub(1)) {
        page.autofilter(0, 0, rows, last)?;
    }
    if sheet.more {
        let note = format!("只列出前 {rows} 条，还有更多：请按条件筛选后再导出");
        put_text(page, rows + 2, 0, &note)?;
    }
    Ok(())
}

fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    zone: Tz,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => return put_text(page, row, column, text),
        #[expect(clippy::cast_precision_loss, reason = "nothing is counted up to 2^53")]
        Cell::Number(number) => page.write_number(row, column, *number as f64)?,
        Cell::Decimal(number) => page.write_number(row, column, *number)?,
        Cell::Time(at) => page.write_with_format(row, column, &shown(*at, zone)?, &formats.time)?,
        Cell::Share { whole: 0, .. } => return Ok(()),
        #[expect(clippy::cast_precision_loss, reason = "nothing is counted up to 2^53")]
        Cell::Share { part, whole } => {
            let share = *part as f64 / *whole as f64;
            page.write_number_with_format(row, column, share, &formats.share)?
        }
    };
    Ok(())
}

/// Writes a text as a text. One that begins like a formula is marked as such, so that it stays a text when somebody
/// opens its cell and presses return.
pub(in crate::http) fn put_text(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let text = cut(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        page.write_string_with_format(row, column, text, &Format::new().set_quote_prefix())?;
    } else {
        page.write_string(row, column, text)?;
    }
    Ok(())
}

/// Returns as much of a text as a cell holds.
fn cut(text: &str) -> &str {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= TEXT_MAX
    };
    let bytes = text.chars().take_while(fits).map(char::len_utf8).sum();
    text.get(..bytes).unwrap_or(text)
}

/// Returns what the clock on the wall showed.
fn shown(at: Timestamp, zone: Tz) -> Result<ExcelDateTime, XlsxError> {
    let local = at.local(zone);
    let small = |part: u32| u8::try_from(part).unwrap_or(u8::MAX);
    let year = u16::try_from(local.year()).unwrap_or(u16::MAX);
    let hour = u16::try_from(local.hour()).unwrap_or(u16::MAX);
    let day = ExcelDateTime::from_ymd(year, small(local.month()), small(local.day()))?;
    day.and_hms(hour, small(local.minute()), f64::from(local.second()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn what_looks_like_a_formula_stays_a_text_and_times_are_the_countys() {
        let at: Timestamp = "2026-07-21T16:30:00+00:00".parse().unwrap();
        let texts = ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "平"];
        let mut cells: Vec<Cell> = texts.iter().map(Cell::text).collect();
        cells.extend([
            Cell::Time(at),
            Cell::Share { part: 1, whole: 4 },
            Cell::Share { part: 0, whole: 0 },
            Cell::minutes(61),
        ]);
        let sheet = Sheet::of("表", &[("列", 8)], [cells].into_iter(), 5);
        let bytes = write(&[sheet], chrono_tz::Asia::Urumqi).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert!(book.worksheet_formula("表").unwrap().is_empty());
        let range = book.worksheet_range("表").unwrap();
        for (column, text) in (0..).zip(texts) {
            assert_eq!(range.get_value((1, column)), Some(&Data::String(text.to_owned())));
        }
        let Some(Data::DateTime(time)) = range.get_value((1, 6)) else { panic!("{range:?}") };
        assert_eq!(time.as_datetime().unwrap().to_string(), "2026-07-21 22:30:00");
        assert_eq!(range.get_value((1, 7)), Some(&Data::Float(0.25)));
        assert_eq!(range.get_value((1, 8)), Some(&Data::Empty));
        assert_eq!(range.get_value((1, 9)), Some(&Data::Float(2.0)));
    }

    #[test]
    fn a_sheet_that_is_cut_says_so_and_a_text_that_is_too_long_is_cut() {
        let rows = (0..3).map(|_| vec![Cell::text("𠮷".repeat(20_000))]);
        let sheet = Sheet::of("表", &[("列", 8)], rows, 2);
        let bytes = write(&[sheet], chrono_tz::Asia::Shanghai).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("表").unwrap();
        let text = |row| range.get_value((row, 0)).unwrap().to_string();
        assert_eq!(text(2).chars().count(), TEXT_MAX / 2);
        assert!(text(4).contains("前 2 条"), "{}", text(4));
    }
}
