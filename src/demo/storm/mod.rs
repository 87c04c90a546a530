//! The storm to replay: warnings and what gauges show as data, their order and references checked, their times shifted to
//! the start and speed of a drill.

mod cap;
mod gauge;

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use compact_str::CompactString;
use serde::Deserialize;

pub use self::gauge::{Gauge, Reading};
use crate::domain::{ids::AreaCode, time::Timestamp};

/// A course of warnings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    pub name: String,
    /// Names of event types by their national code.
    pub events: BTreeMap<String, String>,
    pub sources: BTreeMap<String, Source>,
    #[serde(rename = "warning")]
    pub entries: Vec<Entry>,
    /// The gauges that show something of it.
    #[serde(rename = "gauge")]
    pub gauges: Vec<Gauge>,
}

/// Who issues warnings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The 14 digits with which the national identifier begins.
    pub code: String,
    pub name: String,
    pub certainty: Certainty,
}

/// Whether what is warned of is seen or forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Observed,
    Likely,
}

/// One message of one source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What `replaces` of a later entry calls it.
    pub key: String,
    /// When it was issued in the storm's own time.
    pub at: Timestamp,
    pub source: String,
    pub event: String,
    pub colour: Colour,
    pub action: Action,
    pub replaces: Option<String>,
    pub areas: Vec<AreaCode>,
    /// Hours of the storm's own time until it expires.
    pub valid_h: u32,
    pub headline_zh: String,
    pub description_zh: String,
    pub instruction_zh: String,
}

/// Colour of a warning, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Blue,
    Yellow,
    Orange,
    Red,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Alert,
    Update,
    Cancel,
}

/// When a replay begins and how many times faster than life it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub start: Timestamp,
    pub speed: NonZeroU32,
}

/// A message of the replay, ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub key: String,
    pub due: Timestamp,
    /// 31 characters: `ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`.
    pub identifier: String,
    /// CAP 1.2, status Exercise.
    pub xml: String,
}

/// Why a storm cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StormFault {
    #[error("{0}")]
    Syntax(String),
    #[error("there is no warning")]
    Empty,
    #[error("{key}: {problem}")]
    Entry { key: String, problem: &'static str },
    #[error("gauge {id}: {problem}")]
    Gauge { id: String, problem: &'static str },
    #[error("source {0}: the code is not 14 digits")]
    SourceCode(String),
}

impl Storm {
    /// Reads and checks a storm.
    pub fn load(text: &str) -> Result<Storm, StormFault> {
        let storm: Storm =
            toml::from_str(text).map_err(|error| StormFault::Syntax(error.to_string()))?;
        if storm.entries.is_empty() {
            return Err(StormFault::Empty);
        }
        let digits = |code: &str| code.len() == 14 && code.bytes().all(|b| b.is_ascii_digit());
        if let Some((name, _)) = storm.sources.iter().find(|(_, source)| !digits(&source.code)) {
            return Err(StormFault::SourceCode(name.clone()));
        }
        for (index, entry) in storm.entries.iter().enumerate() {
            storm
                .check(entry, &storm.entries[..index])
                .map_err(|problem| StormFault::Entry { key: entry.key.clone(), problem })?;
        }
        for gauge in &storm.gauges {
            if let Some(problem) = gauge.problem() {
                return Err(StormFault::Gauge { id: gauge.id.clone(), problem });
            }
        }
        Ok(storm)
    }

    fn check(&self, entry: &Entry, earlier: &[Entry]) -> Result<(), &'static str> {
        let demands = [
            (self.sources.contains_key(&entry.source), "the source is not listed"),
            (self.events.contains_key(&entry.event), "the event is not listed"),
            (!entry.areas.is_empty(), "no area is named"),
            (entry.valid_h > 0, "it is never valid"),
            (earlier.iter().all(|other| other.key != entry.key), "the key is taken"),
            (
                earlier.last().is_none_or(|other| other.at < entry.at),
                "it is not later than the last",
            ),
            (
                (entry.action == Action::Alert) == entry.replaces.is_none(),
                "an update or cancel replaces another, an alert none",
            ),
        ];
        if let Some((_, problem)) = demands.into_iter().find(|(met, _)| !met) {
            return Err(problem);
        }
        let Some(replaced) = &entry.replaces else { return Ok(()) };
        let Some(old) = earlier.iter().find(|other| other.key == *replaced) else {
            return Err("what it replaces does not come before it");
        };
        let gone = earlier.iter().any(|other| other.replaces.as_ref() == Some(replaced));
        let expired = old.at + hours(old.valid_h) < entry.at;
        if old.action == Action::Cancel || gone || expired {
            return Err("what it replaces is no longer in force");
        }
        if (&old.source, &old.event) != (&entry.source, &entry.event) {
            return Err("what it replaces is another source's or about another event");
        }
        Ok(())
    }

    /// Returns every message with the time at which it is due, in order; `area_name` says what
    /// people call an area.
    pub fn messages(
        &self,
        pace: Pace,
        area_name: impl Fn(AreaCode) -> CompactString,
    ) -> Vec<Message> {
        let mut made: Vec<Message> = Vec::new();
        for entry in &self.entries {
            let due = self.due(entry.at, pace);
            let Some(source) = self.sources.get(&entry.source) else { continue };
            let stem = format!("{}_{}", source.code, due.local(cap::ZONE).format("%Y%m%d%H%M%S"));
            let serial = made.iter().filter(|m| m.identifier.starts_with(&stem)).count();
            let identifier = format!("{stem}_{}", serial % 10);
            let replaced = entry.replaces.as_ref();
            let replaced = replaced.and_then(|key| made.iter().find(|m| m.key == *key));
            let written = cap::Written {
                identifier: &identifier,
                source,
                entry,
                areas: entry.areas.iter().map(|code| (*code, area_name(*code))).collect(),
                event: self.events.get(&entry.event).map_or("", String::as_str),
                sent: due,
                expires: self.due(entry.at + hours(entry.valid_h), pace),
                replaces: replaced.map(|old| (old.identifier.as_str(), old.due)),
            };
            let xml = cap::write(&written);
            made.push(Message { key: entry.key.clone(), due, identifier, xml });
        }
        made
    }

    /// Returns when a time of the storm falls in the replay.
    pub fn due(&self, at: Timestamp, pace: Pace) -> Timestamp {
        pace.start + at.since(self.begins()) / pace.speed.get()
    }

    fn begins(&self) -> Timestamp {
        self.entries.first().map_or(Timestamp::from_millis(0), |entry| entry.at)
    }
}

fn hours(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 3600)
}

#[cfg(test)]
mod tests;
