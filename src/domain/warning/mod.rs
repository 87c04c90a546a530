//! Warnings (预警): what a source said, and its life from alert to end.

pub(super) mod accept;
mod office;
mod replace;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    area::{Extent, Shape},
    event::{Entry, WarningAccepted, WarningWitnessed},
    ids::{AreaCode, CalloutId, WarningId},
    time::Timestamp,
};

use self::office::Offices;
pub use self::{
    accept::concerns,
    office::office,
    witness::{Difference, Witness},
};

/// The four colours of a warning, most severe first (突发事件应对法: Ⅰ–Ⅳ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Red,
    Orange,
    Yellow,
    Blue,
}

impl Colour {
    pub const ALL: [Colour; 4] = [Colour::Red, Colour::Orange, Colour::Yellow, Colour::Blue];

    pub fn is_worse_than(self, other: Colour) -> bool {
        self < other
    }

    /// Returns the colour as people say it, with its level.
    pub fn zh(self) -> &'static str {
        match self {
            Colour::Red => "红色",
            Colour::Orange => "橙色",
            Colour::Yellow => "黄色",
            Colour::Blue => "蓝色",
        }
    }
}

/// CAP `status`: only `Actual` may call people in earnest, `Exercise` calls as a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Actual,
    Exercise,
    System,
    Test,
    Draft,
}

impl Status {
    /// Tells whether messages of this status call people out, in earnest or as a drill.
    pub fn calls_people(self) -> bool {
        match self {
            Status::Actual | Status::Exercise => true,
            Status::System | Status::Test | Status::Draft => false,
        }
    }

    pub fn is_drill(self) -> bool {
        self == Status::Exercise
    }
}

/// CAP `msgType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Alert,
    Update,
    Cancel,
    Ack,
    Error,
}

/// The message an update, cancel or acknowledgement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub sender: CompactString,
    pub identifier: CompactString,
    pub sent: Timestamp,
}

/// One area block of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarnedArea {
    pub description: CompactString,
    #[serde(default)]
    pub codes: Vec<AreaCode>,
    #[serde(default)]
    pub shapes: Vec<Shape>,
}

/// What a source said, as this program understands it, whatever form it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub identifier: CompactString,
    pub sender: CompactString,
    pub sent: Timestamp,
    pub status: Status,
    pub kind: MessageKind,
    #[serde(default)]
    pub references: Vec<Reference>,
    /// The hazard in the source's words, such as 暴雨.
    pub event: CompactString,
    /// National event code (GB/T 35561), such as `11B03`.
    #[serde(default)]
    pub event_code: Option<CompactString>,
    /// `None`: the source says no severity that is a colour.
    #[serde(default)]
    pub colour: Option<Colour>,
    pub headline: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub instruction: String,
    pub effective: Timestamp,
    #[serde(default)]
    pub onset: Option<Timestamp>,
    #[serde(default)]
    pub expires: Option<Timestamp>,
    pub areas: Vec<WarnedArea>,
    /// What a person should know about how this was read, such as a title and a code that disagree.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Message {
    /// Tells whether its time is over, as it is of some that real producers send: those that end before
    /// they begin.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now || expires <= self.effective)
    }

    /// Tells whether both speak of one hazard: by its national code where both give one, else by its name.
    pub(super) fn is_about_hazard_of(&self, other: &Message) -> bool {
        match (&self.event_code, &other.event_code) {
            (Some(code), Some(other)) => code == other,
            (Some(_), None) | (None, Some(_)) | (None, None) => self.event == other.event,
        }
    }

    /// Tells whether both name the same areas. What they mean for this county is not enough: one source may
    /// pass on the city's warning and the county's own, which both mean all of it.
    pub(super) fn names_areas_of(&self, other: &Message) -> bool {
        fn named(message: &Message) -> (BTreeSet<AreaCode>, Vec<&Shape>) {
            let areas = message.areas.iter();
            let codes = areas.clone().flat_map(|area| &area.codes).copied().collect();
            (codes, areas.flat_map(|area| &area.shapes).collect())
        }
        let own = named(self);
        // Without a code and a shape only the words tell one place from another.
        let in_words = own.0.is_empty() && own.1.is_empty();
        own == named(other) && (!in_words || self.areas == other.areas)
    }
}

/// The bytes as they came: the record shows them, nothing else reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Original {
    pub media_type: CompactString,
    /// UTF-8 text, or base64 when `base64` is set.
    pub body: String,
    #[serde(default)]
    pub base64: bool,
}

/// Where a warning is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Life {
    Active,
    Superseded {
        by: WarningId,
    },
    Cancelled {
        by: WarningId,
    },
    Expired,
    /// Says something about other warnings, or is no warning (test, system, acknowledgement).
    Inert,
}

/// A warning as the board knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    pub id: WarningId,
    pub message: Message,
    pub life: Life,
    /// The part of the jurisdiction that the message is about.
    pub extent: Extent,
    pub callout: Option<CalloutId>,
    pub accepted_at: Timestamp,
    /// The journal entry that holds the original.
    pub seq: u64,
    /// Who told of it first: the login of the source.
    pub source: CompactString,
    /// Who else has told of it since.
    pub witnesses: Vec<Witness>,
    /// When it was accepted, or its life last changed.
    pub changed_at: Timestamp,
}

impl Warning {
    pub(super) fn accepted(accepted: &WarningAccepted, entry: &Entry) -> Self {
        Self {
            id: accepted.id,
            message: (*accepted.message).clone(),
            life: accepted.life,
            extent: accepted.extent.clone(),
            callout: accepted.callout,
            accepted_at: entry.at,
            seq: entry.seq,
            source: entry.actor.clone(),
            witnesses: Vec::new(),
            changed_at: entry.at,
        }
    }
}

/// Every warning, and the index that finds one again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Warnings {
    by_id: BTreeMap<WarningId, Warning>,
    by_name: BTreeMap<Name, WarningId>,
    expiries: BTreeSet<(Timestamp, WarningId)>,
    /// Messages that ended others before those others came, by what they end.
    ended_early: BTreeMap<Name, WarningId>,
    offices: Offices,
}

/// What a message is known by. A national identifier is the same string in every source, whoever is said to have
/// sent it; others are the sender's own. A drill under the name of the real thing is another message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Name {
    sender: CompactString,
    identifier: CompactString,
    status: Status,
}

impl Name {
    fn new(sender: &str, identifier: &str, status: Status) -> Self {
        let sender = office(identifier).unwrap_or(sender).into();
        Self { sender, identifier: identifier.into(), status }
    }

    fn of(message: &Message) -> Self {
        Self::new(&message.sender, &message.identifier, message.status)
    }
}

impl Warnings {
    pub fn get(&self, id: WarningId) -> Option<&Warning> {
        self.by_id.get(&id)
    }

    /// Returns warnings in order of acceptance.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Warning> {
        self.by_id.values()
    }

    /// Returns those accepted before `id`, or all, the newest first.
    pub fn before(&self, id: Option<WarningId>) -> impl Iterator<Item = &Warning> {
        let end = id.unwrap_or(WarningId(u64::MAX));
        self.by_id.range(..end).rev().map(|(_, warning)| warning)
    }

    /// Finds a warning by who sent it and what they called it; `sent` is no part of the name, since
    /// real feeds repeat the new message's time there.
    pub fn named(&self, sender: &str, identifier: &str, status: Status) -> Option<&Warning> {
        self.get(*self.by_name.get(&Name::new(sender, identifier, status))?)
    }

    /// Returns the message that had ended this one before it came.
    pub(super) fn ended_early(&self, message: &Message) -> Option<&Warning> {
        self.get(*self.ended_early.get(&Name::of(message))?)
    }

    pub(in crate::domain) fn next_id(&self) -> WarningId {
        WarningId(self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1)
    }

    pub(in crate::domain) fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|(at, _)| *at)
    }

    pub(in crate::domain) fn expired_at(&self, now: Timestamp) -> impl Iterator<Item = &Warning> {
        let expired = self.expiries.iter().take_while(move |(at, _)| *at <= now);
        expired.filter_map(|(_, id)| self.by_id.get(id))
    }

    pub(in crate::domain) fn accept(&mut self, warning: Warning) {
        let message = &warning.message;
        let name = Name::of(message);
        let ends = matches!(message.kind, MessageKind::Update | MessageKind::Cancel);
        if ends && message.status.calls_people() {
            for reference in &message.references {
                let Reference { sender, identifier, .. } = reference;
                let ended = Name::new(sender, identifier, message.status);
                if !self.by_name.contains_key(&ended) {
                    self.ended_early.insert(ended, warning.id);
                }
            }
        }
        if let (Life::Active, Some(at)) = (warning.life, message.expires) {
            self.expiries.insert((at, warning.id));
        }
        self.offices.accept(&warning);
        self.by_name.insert(name, warning.id);
        self.by_id.insert(warning.id, warning);
    }

    pub(in crate::domain) fn end(&mut self, id: WarningId, life: Life, at: Timestamp) {
        let Some(warning) = self.by_id.get_mut(&id) else {
            debug_assert!(false, "the end of an unknown warning was logged");
            return;
        };
        (warning.life, warning.changed_at) = (life, at);
        self.offices.end(warning);
        if let Some(at) = warning.message.expires {
            self.expiries.remove(&(at, id));
        }
    }

    pub(in crate::domain) fn witness(&mut self, witnessed: &WarningWitnessed, entry: &Entry) {
        let Some(warning) = self.by_id.get_mut(&witnessed.id) else {
            debug_assert!(false, "a witness of an unknown warning was logged");
            return;
        };
        warning.witnesses.push(Witness::heard(witnessed, &entry.actor, entry.at));
    }

    pub(in crate::domain) fn call_out(&mut self, id: WarningId, callout: CalloutId) {
        if let Some(warning) = self.by_id.get_mut(&id) {
            warning.callout = Some(callout);
        }
    }
}
