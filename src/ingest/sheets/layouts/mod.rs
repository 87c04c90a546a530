//! Duty tables as bureaus lay them out, told by their headings: a line for each day or week, and a
//! grid of people by days.

mod across;
mod grid;
mod guess;
mod lines;

use compact_str::CompactString;

use super::{
    Context,
    dates::Hint,
    fault::{Faults, Place},
    hours::{self, Labelled},
    phones,
    roster::{Gathered, Guessing},
    table::{Cell, Table},
    understood::Understood,
};

/// What a heading must say for a layout to be recognised.
pub(super) const EXPECTED: &str = "“日期、带班领导、值班人员”，或“姓名、1、2……31”";

/// Rows in which the headings are looked for.
const HEADER_WITHIN: usize = 12;

const PHONE: [&str; 8] =
    ["联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "办公电话", "移动电话"];
const WEEKDAY: [&str; 2] = ["星期", "周"];
/// Read by people only.
const REMARKS: [&str; 11] = [
    "备注",
    "序号",
    "说明",
    "职务",
    "单位",
    "部门",
    "值班电话",
    "值班地点",
    "驻村干部",
    "司机",
    "合计",
];

/// Reads `table` in whichever layout it is, and says what it was taken for; `None` if it is none.
pub(super) fn read(
    table: &Table,
    gathered: &mut Gathered<'_>,
    guessing: Guessing,
    faults: &mut Faults,
) -> Option<Understood> {
    if let Some(grid) = grid::Grid::find(table) {
        grid.read(gathered, faults);
        return Some(grid.understood());
    }
    if let Some(lines) = lines::Lines::find(table, gathered.context()) {
        lines.read(gathered, faults);
        return Some(lines.understood());
    }
    match guessing {
        Guessing::Never => None,
        Guessing::WhereUnknown => guess::read(table, gathered, faults),
    }
}

/// What a sheet says beside its table: in the title above and the notes below.
struct Surroundings<'a> {
    table: &'a Table,
    /// Title, sheet name and notes, one a line.
    text: String,
    hint: Hint,
    hours: Vec<Labelled>,
}

impl<'a> Surroundings<'a> {
    fn of(table: &'a Table, header_at: usize, context: &Context) -> Self {
        let title = super::list::title(table, header_at);
        let below = table.rows.iter().skip(header_at + 1);
        let notes = below.filter_map(|row| Some(row.lone_text()?.1)).collect::<Vec<_>>().join("\n");
        let given = Hint { year: context.year, month: None };
        let hint = given.or(Hint::of_title(&title)).or(Hint::of_title(&table.name));
        let hours = title.lines().chain(notes.lines()).flat_map(hours::labelled).collect();
        let text = format!("{title}\n{}\n{notes}", table.name);
        Self { table, text, hint, hours }
    }

    fn place(&self, row: u32, column: &str) -> Place {
        Place { sheet: self.table.name.clone(), row: Some(row), column: column.into() }
    }
}

/// Returns the numbers of a cell that stands beside names; what is none is left out, for a roster
/// only tells namesakes apart by it.
fn numbers(cell: &Cell) -> Vec<CompactString> {
    let text = cell.text();
    text.split(phones::SEPARATORS).flat_map(str::split_whitespace).filter_map(phones::any).collect()
}

/// Tells whether a cell holds nothing but telephone numbers.
fn is_numbers(cell: &Cell) -> bool {
    let text = cell.text();
    let pieces = text.split(phones::SEPARATORS).flat_map(str::split_whitespace);
    pieces.clone().next().is_some() && pieces.map(phones::any).all(|number| number.is_some())
}
