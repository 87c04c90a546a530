//! Faults of an imported file, each with the place a person has to look at.

use std::fmt;

use compact_str::{CompactString, format_compact};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::problem::Problem;

/// Faults kept of one file; the rest are only counted, so that a wrong file does not flood the page.
pub const MAX_KEPT: usize = 200;

/// Longest value that is quoted, in characters.
const QUOTED: usize = 40;

/// Where in a file something stands; empty parts mean the file or the sheet as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The sheet's name; empty for a file of text.
    pub sheet: CompactString,
    /// As the spreadsheet numbers it, from 1. In GeoJSON, the number of the feature.
    pub row: Option<u32>,
    /// The column's heading as the file writes it.
    pub column: CompactString,
}

/// One thing wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// What stands there; empty where nothing does, or where the problem quotes it.
    pub value: CompactString,
    pub problem: Problem,
}

/// Everything wrong with a file: at most [`MAX_KEPT`] in detail, and how many in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    total: usize,
}

impl Fault {
    /// Returns the fault as a clerk reads it: `“7月”第 5 行“手机”：…；…`.
    pub fn zh(&self) -> String {
        let Place { sheet, row, column } = &self.place;
        let sheet =
            if sheet.is_empty() { String::new() } else { format!("工作表“{sheet}”") };
        let row = row.map_or_else(String::new, |row| format!("第 {row} 行"));
        let column = if column.is_empty() { String::new() } else { format!("“{column}”列") };
        let place = format!("{sheet}{row}{column}");
        let place = if place.is_empty() { "整个文件".to_owned() } else { place };
        let said = &self.problem.zh;
        let value = if self.value.is_empty() {
            String::new()
        } else {
            format!("（填的是“{}”）", self.value)
        };
        format!("{place}：{}{value}；{}", said.problem, said.remedy)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { sheet, row, column } = &self.place;
        let mut parts = Vec::new();
        if !sheet.is_empty() {
            parts.push(format!("sheet {sheet}"));
        }
        parts.extend(row.map(|row| format!("row {row}")));
        if !column.is_empty() {
            parts.push(format!("column {column}"));
        }
        let place = if parts.is_empty() { "file".to_owned() } else { parts.join(", ") };
        let said = &self.problem.en;
        let value =
            if self.value.is_empty() { String::new() } else { format!(" ({:?})", self.value) };
        write!(f, "{place}: {}{value}; {}", said.problem, said.remedy)
    }
}

/// Writes `{sheet?, row?, column?, value?, code, problem, remedy}` with the Chinese wording.
impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Fault", 7)?;
        let Place { sheet, row, column } = &self.place;
        if !sheet.is_empty() {
            out.serialize_field("sheet", sheet)?;
        }
        if let Some(row) = row {
            out.serialize_field("row", row)?;
        }
        if !column.is_empty() {
            out.serialize_field("column", column)?;
        }
        if !self.value.is_empty() {
            out.serialize_field("value", &self.value)?;
        }
        out.serialize_field("code", self.problem.code)?;
        out.serialize_field("problem", &self.problem.zh.problem)?;
        out.serialize_field("remedy", &self.problem.zh.remedy)?;
        out.end()
    }
}

impl Faults {
    /// Returns the faults kept, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.kept.iter()
    }

    /// Returns how many there are, those not kept included.
    pub fn total(&self) -> usize {
        self.total
    }

    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(super) fn note(&mut self, place: Place, problem: Problem) {
        self.note_value(place, "", problem);
    }

    /// Notes a fault of a cell with what stands there.
    pub(super) fn note_value(&mut self, place: Place, value: &str, problem: Problem) {
        self.total += 1;
        if self.kept.len() >= MAX_KEPT {
            return;
        }
        let (said, value) = (&problem.zh.problem, value.trim());
        let told = said.contains(&format!("“{value}”")) || said.ends_with(&format!(" {value}"));
        let value = if told { CompactString::default() } else { quoted(value) };
        self.kept.push(Fault { place, value, problem });
    }

    /// Notes a fault of the file as a whole.
    pub(super) fn note_file(&mut self, problem: Problem) {
        self.note(Place::default(), problem);
    }

    /// Takes in what was found elsewhere, each at the place that `place` makes of its own.
    pub(super) fn take_in(&mut self, other: Faults, place: impl Fn(Place) -> Place) {
        self.total += other.total - other.kept.len();
        for Fault { place: own, value, problem } in other.kept {
            self.note_value(place(own), &value, problem);
        }
    }

    /// Returns `value` if nothing was wrong: all or nothing.
    pub(super) fn or<T>(self, value: T) -> Result<T, Faults> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults", self.total)?;
        self.kept.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for Faults {}

fn quoted(value: &str) -> CompactString {
    let line = value.lines().next().unwrap_or_default();
    let short: CompactString = line.chars().take(QUOTED).collect();
    if short.len() < value.len() { format_compact!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sheets::problem;

    #[test]
    fn a_fault_names_its_place_in_both_languages() {
        let place = Place { sheet: "7月".into(), row: Some(5), column: "手机".into() };
        let fault = Fault { place, value: CompactString::default(), problem: problem::missing() };
        assert_eq!(
            fault.to_string(),
            "sheet 7月, row 5, column 手机: the cell is empty; fill it in"
        );
        assert_eq!(fault.zh(), "工作表“7月”第 5 行“手机”列：单元格为空；请填写");
        let json = serde_json::to_value(&fault).unwrap();
        assert_eq!(json["row"], 5);
        assert_eq!(json["code"], "missing");
    }

    #[test]
    fn a_fault_shows_what_stands_there_unless_it_says_so_already() {
        let place =
            || Place {
                sheet: "安置点".into(), row: Some(3), column: "夜间容纳人数".into()
            };
        let mut faults = Faults::default();
        faults.note_value(place(), "501", problem::not_between(0, 500));
        faults.note_value(place(), "很多", problem::not_a_count("很多"));
        let told: Vec<String> = faults.iter().map(Fault::zh).collect();
        assert_eq!(
            told[0],
            "工作表“安置点”第 3 行“夜间容纳人数”列：不在 0 到 500 之间（填的是“501”）；请核对"
        );
        assert!(!told[1].contains("填的是"), "{}", told[1]);
        assert_eq!(serde_json::to_value(&faults.kept[0]).unwrap()["value"], "501");
    }

    #[test]
    fn only_so_many_faults_are_kept_but_all_are_counted() {
        let mut faults = Faults::default();
        for _ in 0..1000 {
            faults.note_file(problem::missing());
        }
        assert_eq!((faults.iter().count(), faults.total()), (MAX_KEPT, 1000));
    }
}
