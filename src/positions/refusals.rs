//! What was refused, by whom it came and why: few rows with counts, for the operator to see who misbehaves.

use std::collections::HashMap;

use compact_str::CompactString;

use super::{
    check::{Fault, Speaker},
    reading::Unreadable,
    report::Report,
};
use crate::domain::{ids::AreaCode, time::Timestamp};

/// Rows kept; one more takes the place of the one that was quiet longest.
const ROWS_MAX: usize = 100;
/// Between two examples of a row, in milliseconds: writing down each one of a flood would feed it.
const EXAMPLE_EVERY_MS: i64 = 1_000;
/// Longest part of a text that an example quotes, in characters.
const QUOTE_LIMIT: usize = 120;

/// Refusals of one reason from one speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The login, or `redis`.
    pub speaker: CompactString,
    pub source: &'static str,
    /// Where the speaker belongs.
    pub area: AreaCode,
    pub fault: Fault,
    pub count: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// One of them, not older than a second at `last_at`.
    pub example: Example,
}

/// What a refused position said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Example {
    pub unit: CompactString,
    pub at: Option<Timestamp>,
    pub lon: f64,
    pub lat: f64,
    /// What was wrong with a text that is no position, with the text's beginning.
    pub text: String,
}

impl Example {
    /// Returns what an item said, or what was wrong with it where it is no position.
    pub(super) fn of(item: Result<&Report, &Unreadable>) -> Self {
        match item {
            Ok(Report { unit, lon, lat, at, .. }) => {
                let unit = unit.chars().take(64).collect();
                Self { unit, at: Some(*at), lon: *lon, lat: *lat, text: String::new() }
            }
            Err(unreadable) => {
                Self { text: quoted(unreadable.message.as_bytes()), ..Self::default() }
            }
        }
    }
}

/// The rows.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    rows: HashMap<(CompactString, Fault), Kept>,
}

#[derive(Debug)]
struct Kept {
    row: Row,
    example_at: Timestamp,
}

impl Refusals {
    /// Counts `count` refusals; `example` is asked for only when it is wanted.
    pub fn note(
        &mut self,
        speaker: &Speaker,
        fault: Fault,
        count: u64,
        now: Timestamp,
        example: impl FnOnce() -> Example,
    ) {
        if let Some(kept) = self.rows.get_mut(&(speaker.name.clone(), fault)) {
            kept.row.count += count;
            kept.row.last_at = now;
            if now.millis() - kept.example_at.millis() >= EXAMPLE_EVERY_MS {
                kept.row.example = example();
                kept.example_at = now;
            }
            return;
        }
        if self.rows.len() >= ROWS_MAX {
            let quietest = self.rows.iter().min_by_key(|(_, kept)| kept.row.last_at);
            if let Some(key) = quietest.map(|(key, _)| key.clone()) {
                self.rows.remove(&key);
            }
        }
        let row = Row {
            speaker: speaker.name.clone(),
            source: speaker.source.as_str(),
            area: speaker.area,
            fault,
            count,
            first_at: now,
            last_at: now,
            example: example(),
        };
        self.rows.insert((speaker.name.clone(), fault), Kept { row, example_at: now });
    }

    /// Returns the rows, the latest first.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.rows.values().map(|kept| kept.row.clone()).collect();
        rows.sort_by(|a, b| {
            b.last_at
                .cmp(&a.last_at)
                .then_with(|| (&a.speaker, a.fault).cmp(&(&b.speaker, b.fault)))
        });
        rows
    }
}

/// Returns the beginning of a text that is no position.
pub(super) fn quoted(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(QUOTE_LIMIT * 4)])
        .chars()
        .take(QUOTE_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positions::testing::{NOW, gateway};

    #[test]
    fn refusals_are_counted_by_speaker_and_reason_with_a_recent_example() {
        let mut refusals = Refusals::default();
        let example = |unit: &str| Example { unit: unit.into(), ..Example::default() };
        let at = |ms| Timestamp::from_millis(NOW.millis() + ms);
        refusals.note(&gateway("one"), Fault::UnknownUnit, 1, at(0), || example("a"));
        refusals.note(&gateway("one"), Fault::UnknownUnit, 2, at(999), || example("b"));
        refusals.note(&gateway("two"), Fault::UnknownUnit, 1, at(500), || example("c"));
        let rows = refusals.rows();
        assert_eq!((rows[0].speaker.as_str(), rows[0].count), ("one", 3));
        assert_eq!((rows[0].example.unit.as_str(), rows[0].first_at), ("a", at(0)));
        refusals.note(&gateway("one"), Fault::UnknownUnit, 1, at(1_000), || example("d"));
        assert_eq!(refusals.rows()[0].example.unit, "d");
    }

    #[test]
    fn however_many_misbehave_the_rows_stay_few() {
        let mut refusals = Refusals::default();
        for number in 0..1_000_i64 {
            let at = Timestamp::from_millis(NOW.millis() + number);
            let speaker = gateway(&format!("g{number}"));
            refusals.note(&speaker, Fault::Swapped, 1, at, Example::default);
        }
        let rows = refusals.rows();
        assert_eq!((rows.len(), rows[0].speaker.as_str()), (ROWS_MAX, "g999"));
    }
}
