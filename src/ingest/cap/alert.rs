//! A CAP message as data. Every version is read into the shape of 1.2; texts are trimmed, blank
//! optional texts are absent, and times are whole seconds.

use serde::{Deserialize, Serialize};

use super::words::{
    Category, Certainty, MsgType, ResponseType, Scope, Severity, Status, Urgency, Version,
};
use crate::domain::time::Timestamp;

/// One message: who says it, about which earlier messages, and its contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The version the message was written in.
    pub version: Version,
    pub identifier: String,
    pub sender: String,
    pub sent: Timestamp,
    pub status: Status,
    pub msg_type: MsgType,
    pub source: Option<String>,
    pub scope: Scope,
    pub restriction: Option<String>,
    pub addresses: Vec<String>,
    pub codes: Vec<String>,
    pub note: Option<String>,
    pub references: Vec<Reference>,
    pub incidents: Vec<String>,
    pub infos: Vec<Info>,
}

/// An earlier message that this one is about. Some producers get `sent` wrong, so sender and
/// identifier alone name the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub sender: String,
    pub identifier: String,
    pub sent: Timestamp,
}

/// What is said, in one language or for one group of areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// An RFC 3066 tag; `en-US` when the message gives none.
    pub language: String,
    /// At least one.
    pub categories: Vec<Category>,
    pub event: String,
    pub response_types: Vec<ResponseType>,
    pub urgency: Urgency,
    pub severity: Severity,
    pub certainty: Certainty,
    pub audience: Option<String>,
    pub event_codes: Vec<NamedValue>,
    /// `None` means from `sent` on.
    pub effective: Option<Timestamp>,
    pub onset: Option<Timestamp>,
    /// `None` leaves the end to the receiver's own policy.
    pub expires: Option<Timestamp>,
    pub sender_name: Option<String>,
    pub headline: Option<String>,
    pub description: Option<String>,
    pub instruction: Option<String>,
    pub web: Option<String>,
    pub contact: Option<String>,
    pub parameters: Vec<NamedValue>,
    pub resources: Vec<Resource>,
    pub areas: Vec<Area>,
}

/// A value of a vocabulary that the name points to: an event code, a parameter or a geocode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedValue {
    pub name: String,
    pub value: String,
}

/// A picture, sound or document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub desc: String,
    pub mime_type: String,
    pub size: Option<u64>,
    pub uri: Option<String>,
    /// The contents in base64 without white space.
    pub deref_uri: Option<String>,
    pub digest: Option<String>,
}

/// Where it applies: everything named here together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub desc: String,
    /// Closed rings of `[lon, lat]` in WGS 84.
    pub polygons: Vec<Vec<[f64; 2]>>,
    pub circles: Vec<Circle>,
    pub geocodes: Vec<NamedValue>,
    /// Feet above mean sea level.
    pub altitude_ft: Option<f64>,
    /// Feet above mean sea level; only with an altitude, and not below it.
    pub ceiling_ft: Option<f64>,
}

/// A point and the distance around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    pub lon: f64,
    pub lat: f64,
    pub radius_km: f64,
}
