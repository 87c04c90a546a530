//! CSV as spreadsheets save it: UTF-8 with or without a mark, UTF-16 with one, or GB18030.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::{
    problem::{self, Problem},
    table::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Table},
};

/// Reads a file of text as one table without a name.
pub(super) fn read(bytes: &[u8]) -> Result<Table, Problem> {
    let text = decode(bytes)?;
    let start = text.trim_start().get(..1).unwrap_or_default();
    if start == "<" {
        // Some systems write a web page and call it .xls.
        return Err(problem::unknown_format());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut record).map_err(problem::damaged)? {
            break;
        }
        number += 1 + blank_lines(&record, reader.position().line() - line);
        let cells: Vec<Cell> = record.iter().map(Cell::of_text).collect();
        if cells.iter().skip(MAX_COLUMNS).any(|cell| !cell.is_empty()) {
            return Err(problem::too_wide(MAX_COLUMNS));
        }
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row { number, cells });
        }
        if rows.len() > MAX_ROWS {
            return Err(problem::too_many_rows(MAX_ROWS));
        }
    }
    Ok(Table { name: "".into(), rows })
}

/// Returns how many of the `lines` that a record took were blank lines before it: the CSV reader
/// steps over those, the spreadsheet numbers them.
fn blank_lines(record: &csv::StringRecord, lines: u64) -> u32 {
    let within = record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count();
    let within = u64::try_from(within).unwrap_or(u64::MAX);
    u32::try_from(lines.saturating_sub(within + 1)).unwrap_or(u32::MAX)
}

/// Tells UTF-8 from GB18030 by whether the bytes are well formed; a mark decides at once.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return whole(encoding, &bytes[mark..]);
    }
    // A text cannot hold this byte; UTF-16 without a mark and most binary files do.
    if bytes.contains(&0) {
        return Err(problem::unknown_format());
    }
    whole(UTF_8, bytes).or_else(|_| whole(GB18030, bytes))
}

fn whole<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Problem> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(problem::not_text)
}

/// Returns the tab where the first line has more of them than commas.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |wanted: char| first.chars().filter(|c| *c == wanted).count();
    if count('\t') > count(',') { b'\t' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_that_spreadsheets_save_all_read_the_same() {
        let text = "编号,姓名\nv1,谢怀远\n";
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let gbk = GB18030.encode(text).0.into_owned();
        assert!(std::str::from_utf8(&gbk).is_err());
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let expected = read(text.as_bytes()).unwrap();
        assert_eq!(expected.rows[1].cells[1], Cell::Text("谢怀远".to_owned()));
        for bytes in [utf16, gbk, marked] {
            assert_eq!(read(&bytes).unwrap(), expected);
        }
    }

    #[test]
    fn rows_are_numbered_as_the_spreadsheet_shows_them() {
        let text = "a,b\r\n\r\n\"x\ny\",1\r\n,\r\nlast,2";
        let numbers: Vec<u32> =
            read(text.as_bytes()).unwrap().rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
    }

    #[test]
    fn bytes_that_are_no_text_and_pages_in_disguise_are_refused() {
        let cases: [(&[u8], &str); 3] = [
            (b"\xff\xff\xff,", "not_text"),
            (b"<html><table>", "unknown_format"),
            (b"a\0b", "unknown_format"),
        ];
        for (bytes, code) in cases {
            assert_eq!(read(bytes).unwrap_err().code, code);
        }
    }
}
