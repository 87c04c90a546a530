//! Events as text frames: encoded once, shared by every session that may see them.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use bytes::Bytes;
use compact_str::CompactString;
use serde::Serialize;
use serde_json::value::RawValue;

pub(super) use super::topics::{Topic, Topics};
use super::{
    directory::Directory,
    history::Frames,
    names::names,
    scope::{Scope, scope},
    shown, wire,
};
use crate::{
    dispatcher::Published,
    domain::{
        event::{Entry, Event, SupplyEvent},
        ids::AreaCode,
        time::Timestamp,
    },
};

/// One event, ready to be written to a socket.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub seq: u64,
    pub topic: Topic,
    pub scope: Scope,
    /// A whole WebSocket frame.
    pub bytes: Bytes,
}

impl Frame {
    /// Tells whether somebody with `area` who listens to `topics` gets this frame.
    pub fn concerns(&self, area: AreaCode, topics: Topics) -> bool {
        topics.contains(self.topic)
            && match &self.scope {
                Scope::Everybody => true,
                Scope::Within(place) => area.contains(*place),
                Scope::Ends(places) => places.iter().any(|place| area.contains(*place)),
                Scope::About(places) => {
                    places.iter().any(|place| area.contains(*place) || place.contains(area))
                }
                Scope::Nobody => false,
            }
    }
}

/// Encodes events with the names of what they mention.
pub(super) struct Encoder {
    directory: RwLock<Directory>,
}

#[derive(Serialize)]
struct EventFrame<'a> {
    r#type: &'static str,
    seq: u64,
    at: Timestamp,
    kind: &'static str,
    data: &'a RawValue,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<CompactString, &'a str>,
}

impl Encoder {
    pub fn new(directory: Directory) -> Self {
        Self { directory: RwLock::new(directory) }
    }

    /// Replaces the names, after events were missed.
    pub fn renew(&self, directory: Directory) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = directory;
    }

    /// Encodes a commit as it becomes known.
    pub fn encode_all(&self, commit: &[Published]) -> Frames {
        {
            let mut directory = self.directory.write().unwrap_or_else(PoisonError::into_inner);
            commit.iter().for_each(|published| directory.learn(&published.entry.event));
        }
        let from = commit.first().map_or(0, |first| first.entry.seq - 1);
        let to = commit.last().map_or(0, |last| last.entry.seq);
        let encoded =
            commit.iter().filter_map(|published| self.encode(&published.entry, &published.data));
        Frames { from, to, frames: encoded.collect() }
    }

    /// Encodes one event, live or replayed; `data` is its payload as the journal has it.
    pub fn encode(&self, entry: &Entry, data: &str) -> Option<Frame> {
        let directory = self.directory.read().unwrap_or_else(PoisonError::into_inner);
        let scope = scope(&entry.event, &directory);
        if scope == Scope::Nobody {
            return None;
        }
        let shown = shown::of(entry);
        let data: &RawValue = serde_json::from_str(shown.as_deref().unwrap_or(data)).ok()?;
        let frame = EventFrame {
            r#type: "event",
            seq: entry.seq,
            at: entry.at,
            kind: entry.event.kind(),
            data,
            names: names(&entry.event, &directory),
        };
        let text = serde_json::to_string(&frame).ok()?;
        let bytes = wire::text(&text);
        Some(Frame { seq: entry.seq, topic: topic(&entry.event), scope, bytes })
    }
}

fn topic(event: &Event) -> Topic {
    match event {
        Event::JurisdictionSet(_)
        | Event::AreaSaved(_)
        | Event::PersonSaved(_)
        | Event::PostSaved(_)
        | Event::RotationSet(_)
        | Event::DutyTableSet(_)
        | Event::OverrideAdded(_)
        | Event::OverrideRemoved(_)
        | Event::CalendarAdopted(_)
        | Event::Leave(_)
        | Event::Swap(_)
        | Event::Handover(_)
        | Event::Flaw(_)
        | Event::DutyReminder(_)
        | Event::Reinforcement(_)
        | Event::SpotCheck(_)
        | Event::AccessChanged(_)
        | Event::LossAccepted(_) => Topic::Duty,
        Event::UnitSaved(_)
        | Event::UnitRemoved(_)
        | Event::SiteSaved(_)
        | Event::SiteRemoved(_)
        | Event::FenceCrossed(_) => Topic::Map,
        // Of what a warning is made of, and of whom none can come, everybody who follows warnings is told.
        Event::WarningAccepted(_)
        | Event::WarningWitnessed(_)
        | Event::WarningEnded(_)
        | Event::GaugeCrossed(_)
        | Event::SilenceBegan(_)
        | Event::SilenceEnded(_)
        | Event::Coverage(_)
        | Event::SuggestionRulesAdopted(_)
        | Event::SuggestionDecided(_)
        | Event::BulletinDrafted(_)
        | Event::BulletinIssued(_)
        | Event::BulletinRefused(_) => Topic::Warnings,
        Event::Incident(_)
        | Event::Assignment(_)
        | Event::Task(_)
        | Event::Road(_)
        | Event::Response(_)
        | Event::Evacuation(_)
        | Event::HotSpot(_) => Topic::Incidents,
        Event::Report(_) | Event::Round(_) => Topic::Incidents,
        Event::PoliciesAdopted(_) | Event::LinesSet(_) | Event::Callout(_) => Topic::Callouts,
        // What lies where stands on the map; whose it is to be and where it goes belongs to the incidents.
        Event::Supply(SupplyEvent::StockCounted(_)) => Topic::Map,
        Event::Supply(_) => Topic::Incidents,
    }
}
