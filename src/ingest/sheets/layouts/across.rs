//! A guess at a table with a column for each day and a row for each duty: turned over and read line by line, with
//! every place told as the sheet has it.

use super::{
    HEADER_WITHIN,
    guess::{hint, holds_names, is_bare, is_date, lines, mostly},
};
use crate::ingest::sheets::{
    Context,
    fault::{Faults, Place},
    list::title,
    roster::Gathered,
    table::{Cell, Row, Table},
    understood::{Layout, TakenColumn, Understood},
};

/// Fewest days side by side.
const MIN_DATES: usize = 3;

/// A table that has been turned over.
pub(super) struct Across<'a> {
    /// The row of the days, then those of the duties.
    rows: Vec<&'a Row>,
    /// The column of the first day; left of it stand the duties.
    first_at: usize,
    turned: Table,
}

impl<'a> Across<'a> {
    /// Finds a row of dates with names below it.
    pub fn find(table: &'a Table, context: &Context) -> Option<Self> {
        let hint = hint(table, context);
        let near = table.rows.iter().take(HEADER_WITHIN).enumerate();
        near.into_iter().find_map(|(header_at, row)| {
            let dates: Vec<usize> = row
                .filled()
                .filter(|(_, cell)| is_date(cell, hint) && (!is_bare(cell) || hint.month.is_some()))
                .map(|(index, _)| index)
                .collect();
            let first_at = dates.first().copied().filter(|first| *first > 0)?;
            let below = table.rows.iter().skip(header_at + 1);
            let cells = below.flat_map(|row| dates.iter().map(|index| row.cell(*index)));
            let named = dates.len() >= MIN_DATES && mostly(cells, holds_names);
            named.then(|| {
                // A row of nothing but a text is a note below the table.
                let duties = table.rows.iter().skip(header_at + 1);
                let duties = duties.filter(|row| row.lone_text().is_none());
                let rows: Vec<&Row> = std::iter::once(row).chain(duties).collect();
                let turned = turned(table, header_at, &rows, first_at);
                Across { rows, first_at, turned }
            })
        })
    }

    /// Reads it as lines; `None` if no duty is named left of the days.
    pub fn read(self, gathered: &mut Gathered<'_>, faults: &mut Faults) -> Option<Understood> {
        let lines = lines(&self.turned, gathered.context())?;
        let mut own = gathered.empty();
        let mut found = Faults::default();
        lines.read(&mut own, &mut found);
        gathered.take_in(own, |place| self.place(place));
        faults.take_in(found, |place| self.place(place));
        let understood = lines.understood();
        let columns = understood.columns.into_iter().enumerate().map(|(index, column)| {
            let row = self.rows.get(index).map_or(0, |row| row.number);
            let heading = if index == 0 { String::new() } else { column.heading };
            TakenColumn { column: row.to_string(), heading, ..column }
        });
        Some(Understood {
            layout: Layout::Across,
            header_row: self.header().number,
            columns: columns.collect(),
            ..understood
        })
    }

    fn header(&self) -> &'a Row {
        self.rows[0]
    }

    /// Returns where in the sheet a place of the turned table is.
    fn place(&self, place: Place) -> Place {
        let Place { sheet, row, column } = place;
        let mut duties = self.rows.iter().skip(1);
        let labelled = duties.find(|row| label(row, self.first_at) == column.as_str());
        let header = self.header();
        let index = row.and_then(|row| usize::try_from(row).ok()?.checked_sub(1));
        let heading = index.map_or_else(String::new, |index| header.cell(index).text());
        Place {
            sheet,
            row: Some(labelled.map_or(header.number, |row| row.number)),
            column: heading.into(),
        }
    }
}

/// Makes a line of each day: its date, then the cell of each row below. Title and notes stay above and below.
fn turned(table: &Table, header_at: usize, rows: &[&Row], first_at: usize) -> Table {
    let lone = |text: String| Row { number: 0, cells: vec![text_cell(text)] };
    let headings = rows.iter().enumerate().map(|(index, row)| match index {
        0 => Cell::Text("日期".to_owned()),
        _ => text_cell(label(row, first_at)),
    });
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let day = |index: usize| Row {
        number: u32::try_from(index + 1).unwrap_or(u32::MAX),
        cells: rows.iter().map(|row| row.cell(index).clone()).collect(),
    };
    let mut turned =
        vec![lone(title(table, header_at)), Row { number: 0, cells: headings.collect() }];
    turned.extend((first_at..width).map(day).filter(|row| !row.cells[0].is_empty()));
    let below = table.rows.iter().skip(header_at + 1);
    let notes = below.filter_map(|row| Some(row.lone_text()?.1.to_owned()));
    turned.extend(notes.map(lone));
    turned.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    Table { name: table.name.clone(), rows: turned }
}

fn text_cell(text: String) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

/// Returns what stands left of a row's days: its last words there.
fn label(row: &Row, first_at: usize) -> String {
    let left = row.filled().take_while(|(index, _)| *index < first_at);
    left.last().map(|(_, cell)| cell.text()).unwrap_or_default()
}
