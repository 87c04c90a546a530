//! A downloaded workbook, read back cell by cell.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use reqwest::Method;

use super::client::Client;

/// The rows of one sheet below its headings.
pub struct Sheet {
    pub name: String,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Returns what stands under `heading` in the row whose first cell is `first`.
    #[track_caller]
    pub fn cell(&self, first: &str, heading: &str) -> &str {
        let row = self.rows.iter().find(|row| row[0] == first);
        let row = row.unwrap_or_else(|| panic!("no {first} in {}: {:?}", self.name, self.rows));
        let column = self.headings.iter().position(|known| known == heading);
        &row[column.unwrap_or_else(|| panic!("no {heading} in {:?}", self.headings))]
    }

    pub fn holds(&self, text: &str) -> bool {
        self.rows.iter().flatten().any(|cell| cell.contains(text))
    }
}

/// Downloads a workbook; its sheets in their order, times as the sheet shows them.
pub async fn sheets(caller: &Client, path: &str) -> Vec<Sheet> {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    let status = answer.status().as_u16();
    let header = |name: &str| {
        answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let (named, kept) = (header("content-disposition"), header("cache-control"));
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
    assert!(named.contains(".xlsx") && kept == "no-store", "{named} {kept}");
    read(&bytes)
}

/// Reads a workbook in which there is no formula.
pub fn read(bytes: &[u8]) -> Vec<Sheet> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(at) => at.as_datetime().unwrap().to_string(),
        other => other.to_string(),
    };
    let names = book.sheet_names();
    let read = names.into_iter().map(|name| {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "a formula in {name}");
        let range = book.worksheet_range(&name).unwrap();
        let mut rows = range.rows().map(|row| row.iter().map(text).collect::<Vec<_>>());
        let headings = rows.next().unwrap();
        Sheet { name, headings, rows: rows.collect() }
    });
    read.collect()
}
