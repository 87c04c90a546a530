//! The changes of warnings that somebody saw a national relay make, row by row, as messages to this program.

#![allow(dead_code, reason = "the tests and the benchmarks each use their part")]

pub mod counties;
pub mod fatigue;
pub mod naive;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use compact_str::{CompactString, format_compact};
use jiaoying::domain::{ids::AreaCode, time::Timestamp, warning::Colour};

const FILE: &str = "warnings/cma_stream_2026-07-13_08-22.csv.gz";

/// What a row says of the warning of its hazard for its area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Raise,
    Change,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub seen: Timestamp,
    pub area: AreaCode,
    pub hazard: CompactString,
    pub what: What,
    /// None: ended, or the source says none.
    pub colour: Option<Colour>,
    pub expires: Option<Timestamp>,
}

/// Returns the real rows in the order in which they were seen, or `None` where they are not at hand.
pub fn real() -> Option<Vec<Row>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file: PathBuf = ["../shared/data", "../../shared/data"]
        .map(|folder| project.join(folder).join(FILE))
        .into_iter()
        .find(|file| file.exists())?;
    let mut text = String::new();
    let packed = std::fs::File::open(file).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    Some(read(&text))
}

/// Reads rows `seen_utc,adcode,name,type,change,old_colour,new_colour,issued_utc,expires_utc`.
pub fn read(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|record| row(&record.unwrap())).collect()
}

fn row(record: &csv::StringRecord) -> Row {
    let what = match &record[4] {
        "raise" => What::Raise,
        "change" => What::Change,
        "end" => What::End,
        other => panic!("{other} is no change"),
    };
    let colour = Colour::ALL.into_iter().find(|colour| colour.zh() == &record[6]);
    Row {
        seen: record[0].parse().unwrap(),
        area: record[1].parse().unwrap(),
        hazard: format_compact!("{}", &record[3]),
        what,
        colour,
        expires: Some(&record[8]).filter(|at| !at.is_empty()).map(|at| at.parse().unwrap()),
    }
}
