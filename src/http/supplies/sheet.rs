//! A list as a workbook: a row of headings, then what there is; texts stay texts, whatever they begin with.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use rust_xlsxwriter::{Format, FormatBorder, Workbook, XlsxError};

use super::ApiError;
use crate::dispatcher::SubmitError;

/// One cell.
pub(super) enum Cell {
    Text(String),
    Number(u64),
}

impl Cell {
    pub fn text(text: impl ToString) -> Self {
        Cell::Text(text.to_string())
    }

    pub fn may(text: Option<impl ToString>) -> Self {
        Cell::Text(text.map(|text| text.to_string()).unwrap_or_default())
    }
}

/// A sheet to be written.
pub(super) struct Sheet {
    pub name: &'static str,
    pub headings: &'static [(&'static str, u8)],
    pub rows: Vec<Vec<Cell>>,
}

/// Returns `sheet` as a download called `file`.
pub(super) async fn download(sheet: Sheet, file: &'static str) -> Result<Response, ApiError> {
    let write = move || write(&sheet);
    let written = tokio::task::spawn_blocking(write).await.map_err(|_| SubmitError::Stopped)?;
    let bytes = written.map_err(|error| {
        tracing::error!(%error, "a workbook cannot be written");
        SubmitError::Stopped
    })?;
    let mut headers = HeaderMap::new();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""));
    if let Ok(named) = named {
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    Ok((headers, bytes).into_response())
}

fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(sheet.name)?;
    let heading = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    for (column, (name, width)) in (0_u16..).zip(sheet.headings) {
        page.write_string_with_format(0, column, *name, &heading)?;
        page.set_column_width(column, f64::from(*width))?;
    }
    page.set_freeze_panes(1, 0)?;
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => drop(page.write_string(row, column, text)?),
                #[expect(clippy::cast_precision_loss, reason = "no depot holds 2^53 of anything")]
                Cell::Number(number) => drop(page.write_number(row, column, *number as f64)?),
            }
        }
    }
    book.save_to_buffer()
}
