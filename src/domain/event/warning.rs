//! What has happened to warnings, and to what people make of them: suggestions and bulletins.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    area::Extent,
    bulletin::{IssueNumber, Outlet},
    ids::{BulletinId, CalloutId, WarningId},
    suggestion::{Part, Rules, Suggestion},
    warning::{Difference, Life, Message, Original},
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarningAccepted {
    pub id: WarningId,
    pub message: Box<Message>,
    pub original: Original,
    pub extent: Extent,
    pub life: Life,
    /// The open callout that this message acts upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}

/// Another source tells of a warning that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarningWitnessed {
    pub id: WarningId,
    pub message: Box<Message>,
    pub original: Original,
    /// What it says otherwise than the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Difference>,
    /// The callout by which somebody is told to look at what they contradict each other about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningEnded {
    pub id: WarningId,
    pub life: Life,
}

/// What warnings suggest is by these rules from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionRulesAdopted {
    pub rules: Rules,
}

/// Somebody has decided what of a warning's suggestion is taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionDecided {
    pub warning: WarningId,
    /// As the rule had it at that moment.
    pub suggestion: Suggestion,
    pub taken: Vec<Part>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

/// Somebody has worded what the public is to be told of a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinDrafted {
    pub id: BulletinId,
    pub warning: WarningId,
    pub texts: BTreeMap<Outlet, String>,
}

/// Somebody has approved a wording: it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinIssued {
    pub id: BulletinId,
    pub warning: WarningId,
    /// None for a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<IssueNumber>,
}

/// Somebody has decided that a wording does not go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinRefused {
    pub id: BulletinId,
    pub warning: WarningId,
    pub reason: CompactString,
}
