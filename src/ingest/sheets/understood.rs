//! What a sheet was taken for, so that whoever brings it in can see it before it counts.

use compact_str::CompactString;
use serde::Serialize;

use crate::domain::ids::Duty;

/// A sheet that was taken for a duty table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Understood {
    /// Empty for a file of text.
    pub sheet: CompactString,
    pub layout: Layout,
    /// The row of the headings, as the spreadsheet numbers it.
    pub header_row: u32,
    pub columns: Vec<TakenColumn>,
    /// It is in no layout that is known: its headings and cells only look like a duty table's.
    pub guessed: bool,
}

/// How a duty table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A line for each shift, with its post and its hours.
    Long,
    /// A line for each day or week, a column for each duty.
    Lines,
    /// A line for each person, a column for each day.
    Grid,
    /// A line for each duty, a column for each day.
    Across,
}

/// What one column was taken for; in [`Layout::Across`], one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenColumn {
    /// The letter over it, or the number beside the row.
    pub column: String,
    /// As the sheet writes it; may be empty.
    pub heading: String,
    pub means: Meaning,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    Date,
    Weekday,
    /// Whose names stand in it: those who have this duty.
    Duty,
    /// Names or numbers that go with the duty beside it.
    With,
    /// Names of people, whatever their duty.
    People,
    Telephone,
    Area,
    From,
    To,
    /// Marks of one day.
    Day,
    /// Not read.
    Ignored,
}
