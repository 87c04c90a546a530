//! A reading as a station's owner sends it.

use compact_str::CompactString;
use serde::Deserialize;

use crate::domain::{gauge::Value, time::Timestamp};

/// Seconds over which rain fell, where the report does not say: an hour, as bulletins give it.
const OVER_S: u32 = 3_600;

/// One reading: of water its level, of rain the amount since the reading before.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The gauge's id, or the number under which its telemetry reports.
    pub gauge: CompactString,
    pub at: Timestamp,
    /// Metres above the gauge's datum.
    #[serde(default)]
    pub level_m: Option<f64>,
    /// Millimetres in the `over_s` seconds before `at`.
    #[serde(default)]
    pub rain_mm: Option<f64>,
    #[serde(default)]
    pub over_s: Option<u32>,
    /// Of a drill: its times are the drill's own.
    #[serde(default)]
    pub exercise: bool,
}

impl Report {
    /// Returns what was measured; `None` where it is nothing, or two things at once.
    pub fn value(&self) -> Option<Value> {
        match (self.level_m, self.rain_mm) {
            (Some(metres), None) => Some(Value::Level { metres }),
            (None, Some(mm)) => Some(Value::Rain { mm, over_s: self.over_s.unwrap_or(OVER_S) }),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }
}
