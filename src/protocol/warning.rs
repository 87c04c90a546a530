//! Warnings as they are shown, and as they are sent in JSON.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    ids::{AreaCode, CalloutId, WarningId},
    time::Timestamp,
    warning::{Colour, Difference, Life, Status, Warning},
};

/// A warning.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WarningView {
    #[schema(value_type = String)]
    pub id: WarningId,
    #[schema(value_type = String)]
    pub identifier: CompactString,
    #[schema(value_type = String)]
    pub sender: CompactString,
    #[schema(value_type = String)]
    pub event: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub event_code: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub colour: Option<Colour>,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    #[schema(value_type = String, format = DateTime)]
    pub sent: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub effective: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    #[schema(value_type = String)]
    pub status: Status,
    pub state: &'static str,
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub callout: Option<CalloutId>,
    /// What a person should know about how the message was read.
    pub notes: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
    /// Who tells of it: the first counts, the others are its witnesses.
    pub sources: Vec<SourceView>,
}

/// Who tells of a warning.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourceView {
    /// The source's login.
    #[schema(value_type = String)]
    pub source: CompactString,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it says otherwise than the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub differs: Vec<Difference>,
}

impl WarningView {
    pub fn of(warning: &Warning) -> Self {
        let message = &warning.message;
        Self {
            id: warning.id,
            identifier: message.identifier.clone(),
            sender: message.sender.clone(),
            event: message.event.clone(),
            event_code: message.event_code.clone(),
            colour: message.colour,
            headline: message.headline.clone(),
            description: message.description.clone(),
            instruction: message.instruction.clone(),
            sent: message.sent,
            effective: message.effective,
            expires: message.expires,
            status: message.status,
            state: life(warning.life),
            areas: warning.extent.named().collect(),
            callout: warning.callout,
            notes: message.notes.clone(),
            accepted_at: warning.accepted_at,
            sources: sources(warning),
        }
    }
}

fn sources(warning: &Warning) -> Vec<SourceView> {
    let (source, at) = (warning.source.clone(), warning.accepted_at);
    let first = std::iter::once(SourceView { source, at, differs: Vec::new() });
    let others = warning.witnesses.iter().map(|witness| SourceView {
        source: witness.source.clone(),
        at: witness.at,
        differs: witness.differs.clone(),
    });
    first.chain(others).collect()
}

fn life(life: Life) -> &'static str {
    match life {
        Life::Active => "active",
        Life::Superseded { .. } => "superseded",
        Life::Cancelled { .. } => "cancelled",
        Life::Expired => "expired",
        Life::Inert => "inert",
    }
}

/// What somebody sent as a warning in JSON.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WarningInput {
    #[schema(value_type = Option<String>)]
    pub identifier: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub sender: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub sent: Option<Timestamp>,
    /// `actual` (default) or `exercise`, `test`, `system`, `draft`.
    #[schema(value_type = Option<String>)]
    pub status: Option<Status>,
    /// `alert` (default), `update` or `cancel`.
    #[schema(value_type = Option<String>)]
    pub kind: Option<crate::domain::warning::MessageKind>,
    /// Ids (`w-1`) or identifiers of the warnings that this one updates or cancels.
    #[serde(default)]
    pub references: Vec<String>,
    /// The hazard, such as 暴雨.
    #[schema(value_type = String)]
    pub event: CompactString,
    #[schema(value_type = Option<String>)]
    pub event_code: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    pub colour: Option<Colour>,
    pub headline: Option<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub instruction: String,
    #[schema(value_type = Option<String>)]
    pub effective: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub onset: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// 12-digit codes.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub areas: Vec<AreaCode>,
    /// Rings of `[lon, lat]`, first point repeated at the end.
    #[serde(default)]
    pub polygons: Vec<Vec<[f64; 2]>>,
}
