//! What is said of positions, in their shapes on the wire.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{coordinates::Crs, ids::UnitId, time::Timestamp},
    positions::{Fix, Flags, Motion, Outcome, Point, Refusal, Row},
};

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Taken {
    pub accepted: usize,
    /// Those that came twice or late, and those that were refused.
    pub dropped: usize,
    /// The first hundred that were refused.
    pub refusals: Vec<RefusalView>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RefusalView {
    /// Place in the batch, from 0.
    pub index: usize,
    #[schema(value_type = String)]
    pub unit: CompactString,
    /// Never changes, such as `position.unknown_unit`.
    pub code: &'static str,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A unit and where it is.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PositionView {
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[serde(flatten)]
    pub point: PointView,
    /// `fresh`, `late` (older than two reporting periods) or `lost` (older than five).
    pub stale: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub received_at: Option<Timestamp>,
    /// `gateway`, `socket` or `redis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// What it was reported in; lon and lat here are WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub crs: Option<Crs>,
}

/// A place at a time.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PointView {
    pub lon: f64,
    pub lat: f64,
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Kilometres an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<f32>,
    /// Metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f32>,
    /// Farther from the place before than the unit can have come.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub jump: bool,
}

/// Refusals of one reason from one login.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RowView {
    #[schema(value_type = String)]
    pub login: CompactString,
    pub source: &'static str,
    pub code: &'static str,
    pub message: String,
    pub count: u64,
    #[schema(value_type = String)]
    pub first_at: Timestamp,
    #[schema(value_type = String)]
    pub last_at: Timestamp,
    pub example: ExampleView,
}

/// What a refused position said.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ExampleView {
    #[schema(value_type = String)]
    pub unit: CompactString,
    /// `null` where it is no number.
    pub lon: f64,
    pub lat: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub at: Option<Timestamp>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl PointView {
    pub fn new([lon, lat]: [f64; 2], at: Timestamp, motion: Motion, flags: Flags) -> Self {
        let Motion { speed_kmh: speed, heading, accuracy_m: accuracy } = motion;
        Self { lon, lat, at, speed, heading, accuracy, jump: flags.contains(Flags::JUMP) }
    }
}

impl From<&Fix> for PointView {
    fn from(fix: &Fix) -> Self {
        Self::new(fix.place(), fix.at, fix.motion, fix.flags)
    }
}

impl From<&Point> for PointView {
    fn from(point: &Point) -> Self {
        Self::new(point.place(), point.at, point.motion, point.flags)
    }
}

impl From<Outcome> for Taken {
    fn from(outcome: Outcome) -> Self {
        let refusals = outcome.refusals.into_iter().map(|refusal| {
            let Refusal { index, unit, fault, message, field } = refusal;
            RefusalView { index, unit, code: fault.code(), message, field }
        });
        let refusals = refusals.collect();
        Self { accepted: outcome.accepted, dropped: outcome.dropped, refusals }
    }
}

impl From<Row> for RowView {
    fn from(row: Row) -> Self {
        let example = ExampleView {
            unit: row.example.unit,
            lon: row.example.lon,
            lat: row.example.lat,
            at: row.example.at,
            text: row.example.text,
        };
        Self {
            login: row.speaker,
            source: row.source,
            code: row.fault.code(),
            message: row.fault.to_string(),
            count: row.count,
            first_at: row.first_at,
            last_at: row.last_at,
            example,
        }
    }
}
