//! What is in force at an instant, worked out anew from the rows each time: the last row about a hazard in
//! an area says it. Written from the rows' meaning, without a look at what the program does.

use std::collections::BTreeMap;

use compact_str::CompactString;
use jiaoying::domain::{ids::AreaCode, time::Timestamp, warning::Colour};

use super::{Row, What};

/// Colours in force by area and hazard.
pub type InForce = BTreeMap<(AreaCode, CompactString), Option<Colour>>;

/// Works out what `rows`, in the order they were seen, leave in force at `at`.
pub fn in_force<'r>(rows: impl Iterator<Item = &'r Row>, at: Timestamp) -> InForce {
    let mut last: BTreeMap<(AreaCode, CompactString), &Row> = BTreeMap::new();
    for row in rows.take_while(|row| row.seen <= at) {
        // What is raised when its time is over already was never a warning.
        let stillborn = row.what == What::Raise && row.expires.is_some_and(|end| end <= row.seen);
        if !stillborn {
            last.insert((row.area, row.hazard.clone()), row);
        }
    }
    last.retain(|_, row| {
        row.what != What::End && row.expires.is_none_or(|end| end > at && end > row.seen)
    });
    last.into_iter().map(|(key, row)| (key, row.colour)).collect()
}
