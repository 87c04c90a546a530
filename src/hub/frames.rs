//! Events as text frames: encoded once, shared by every session that may see them.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use compact_str::{CompactString, ToCompactString};
use serde::Serialize;
use serde_json::value::RawValue;

pub(super) use super::topics::{Topic, Topics};
use super::{directory::Directory, history::Frames, wire};
use crate::{
    dispatcher::Published,
    domain::{
        area::Extent,
        callout::obligation::Step,
        event::{Entry, Event},
        ids::{AreaCode, PersonId, PostId},
        person::Person,
        time::Timestamp,
        warning::{Difference, Life, Message},
    },
};

/// Whom an event concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Everybody,
    /// Those whose area contains it.
    Within(AreaCode),
    /// Those whose area contains, or lies in, any of these.
    About(Arc<[AreaCode]>),
    /// Nobody by socket: it is in the journal for those who may read that.
    Nobody,
}

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

/// A warning without the bytes it came in.
#[derive(Serialize)]
struct Accepted<'a> {
    id: crate::domain::ids::WarningId,
    message: &'a Message,
    extent: &'a Extent,
    life: Life,
    #[serde(skip_serializing_if = "Option::is_none")]
    callout: Option<crate::domain::ids::CalloutId>,
}

/// Who else tells of a warning, without the bytes that came.
#[derive(Serialize)]
struct Witnessed<'a> {
    id: crate::domain::ids::WarningId,
    source: &'a str,
    at: crate::domain::time::Timestamp,
    differs: &'a [Difference],
}

/// A person without the ways to reach them.
#[derive(Serialize)]
struct Named<'a> {
    person: NamedPerson<'a>,
}

#[derive(Serialize)]
struct NamedPerson<'a> {
    id: &'a PersonId,
    name: &'a str,
    area: AreaCode,
    title: &'a str,
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
        let shown = shown(entry);
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

/// Returns what clients are shown of a payload that they may not see whole.
fn shown(entry: &Entry) -> Option<String> {
    match &entry.event {
        Event::WarningAccepted(accepted) => serde_json::to_string(&Accepted {
            id: accepted.id,
            message: &accepted.message,
            extent: &accepted.extent,
            life: accepted.life,
            callout: accepted.callout,
        })
        .ok(),
        Event::WarningWitnessed(witnessed) => serde_json::to_string(&Witnessed {
            id: witnessed.id,
            source: &entry.actor,
            at: entry.at,
            differs: &witnessed.differs,
        })
        .ok(),
        Event::PersonSaved(saved) => {
            let Person { id, name, area, title, .. } = &saved.person;
            serde_json::to_string(&Named { person: NamedPerson { id, name, area: *area, title } })
                .ok()
        }
        Event::PoliciesAdopted(_) | Event::CalendarAdopted(_) => Some("{}".to_owned()),
        Event::JurisdictionSet(_)
        | Event::AreaSaved(_)
        | Event::PostSaved(_)
        | Event::RotationSet(_)
        | Event::DutyTableSet(_)
        | Event::OverrideAdded(_)
        | Event::OverrideRemoved(_)
        | Event::UnitSaved(_)
        | Event::UnitRemoved(_)
        | Event::SiteSaved(_)
        | Event::SiteRemoved(_)
        | Event::StockCounted(_)
        | Event::FenceCrossed(_)
        | Event::GaugeCrossed(_)
        | Event::SilenceBegan(_)
        | Event::SilenceEnded(_)
        | Event::LinesSet(_)
        | Event::WarningEnded(_)
        | Event::CalloutOpened(_)
        | Event::CalloutRevised(_)
        | Event::CalloutClosed(_)
        | Event::CalloutReopened(_)
        | Event::QuorumMet(_)
        | Event::ObligationOpened(_)
        | Event::ObligationEscalated(_)
        | Event::ObligationMoved(_)
        | Event::ObligationDeclined(_)
        | Event::ObligationAnswered(_)
        | Event::ObligationUnreached(_)
        | Event::ObligationHandedOn(_)
        | Event::ObligationWithdrawn(_)
        | Event::ObligationTold(_)
        | Event::AttemptStarted(_)
        | Event::AttemptRepeated(_)
        | Event::AttemptRecorded(_)
        | Event::AccessChanged(_)
        | Event::LossAccepted(_) => None,
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
        | Event::AccessChanged(_)
        | Event::LossAccepted(_) => Topic::Duty,
        Event::UnitSaved(_)
        | Event::UnitRemoved(_)
        | Event::SiteSaved(_)
        | Event::SiteRemoved(_)
        | Event::StockCounted(_)
        | Event::FenceCrossed(_)
        | Event::GaugeCrossed(_)
        | Event::SilenceBegan(_)
        | Event::SilenceEnded(_) => Topic::Map,
        Event::WarningAccepted(_) | Event::WarningWitnessed(_) | Event::WarningEnded(_) => {
            Topic::Warnings
        }
        Event::PoliciesAdopted(_)
        | Event::LinesSet(_)
        | Event::CalloutOpened(_)
        | Event::CalloutRevised(_)
        | Event::CalloutClosed(_)
        | Event::CalloutReopened(_)
        | Event::QuorumMet(_)
        | Event::ObligationOpened(_)
        | Event::ObligationEscalated(_)
        | Event::ObligationMoved(_)
        | Event::ObligationDeclined(_)
        | Event::ObligationAnswered(_)
        | Event::ObligationUnreached(_)
        | Event::ObligationHandedOn(_)
        | Event::ObligationWithdrawn(_)
        | Event::ObligationTold(_)
        | Event::AttemptStarted(_)
        | Event::AttemptRepeated(_)
        | Event::AttemptRecorded(_) => Topic::Callouts,
    }
}

fn scope(event: &Event, directory: &Directory) -> Scope {
    let about = |extent: &Extent| Scope::About(extent.named().collect());
    let attempt = |id| directory.area_of(id).map_or(Scope::Nobody, Scope::Within);
    match event {
        Event::AccessChanged(_) => Scope::Nobody,
        Event::JurisdictionSet(_)
        | Event::CalendarAdopted(_)
        | Event::PoliciesAdopted(_)
        | Event::LinesSet(_)
        | Event::LossAccepted(_)
        | Event::WarningWitnessed(_)
        | Event::WarningEnded(_)
        | Event::CalloutClosed(_)
        | Event::CalloutReopened(_) => Scope::Everybody,
        Event::AreaSaved(saved) => Scope::Within(saved.area.code),
        Event::PersonSaved(saved) => Scope::Within(saved.person.area),
        Event::PostSaved(saved) => Scope::Within(saved.post.id.area),
        Event::RotationSet(set) => Scope::Within(set.post.area),
        Event::DutyTableSet(set) => Scope::Within(set.post.area),
        Event::OverrideAdded(added) => Scope::Within(added.change.post.area),
        Event::OverrideRemoved(removed) => Scope::Within(removed.post.area),
        Event::UnitSaved(saved) => Scope::Within(saved.unit.area),
        Event::UnitRemoved(removed) => Scope::Within(removed.area),
        Event::SiteSaved(saved) => Scope::Within(saved.site.area),
        Event::SiteRemoved(removed) => Scope::Within(removed.area),
        Event::StockCounted(counted) => Scope::Within(counted.area),
        Event::FenceCrossed(crossed) => Scope::Within(crossed.home),
        Event::GaugeCrossed(crossed) => Scope::Within(crossed.area),
        Event::SilenceBegan(began) => Scope::Within(began.area),
        Event::SilenceEnded(ended) => Scope::Within(ended.area),
        Event::WarningAccepted(accepted) if accepted.extent.is_empty() => Scope::Everybody,
        Event::WarningAccepted(accepted) => about(&accepted.extent),
        Event::CalloutOpened(opened) => about(&opened.extent),
        Event::CalloutRevised(revised) => about(&revised.extent),
        Event::QuorumMet(met) => Scope::Within(met.area),
        Event::ObligationOpened(o) => Scope::Within(o.post.area),
        Event::ObligationEscalated(o) => Scope::Within(o.post.area),
        Event::ObligationMoved(o) => Scope::Within(o.post.area),
        Event::ObligationDeclined(o) => Scope::Within(o.post.area),
        Event::ObligationAnswered(o) => Scope::Within(o.post.area),
        Event::ObligationUnreached(o) => Scope::Within(o.post.area),
        Event::ObligationHandedOn(o) => Scope::Within(o.post.area),
        Event::ObligationWithdrawn(o) => Scope::Within(o.post.area),
        Event::ObligationTold(o) => Scope::Within(o.post.area),
        Event::AttemptStarted(a) => attempt(a.id),
        Event::AttemptRepeated(a) => attempt(a.id),
        Event::AttemptRecorded(a) => attempt(a.id),
    }
}

/// Collects the names of what an event mentions.
#[expect(clippy::wildcard_enum_match_arm, reason = "a name left out is shown as its id")]
fn names<'d>(event: &Event, directory: &'d Directory) -> BTreeMap<CompactString, &'d str> {
    let mut names = Names { directory, found: BTreeMap::new() };
    match event {
        Event::ObligationOpened(o) => names.post(&o.post).step(&o.step),
        Event::ObligationEscalated(o) => names.post(&o.post).step(&o.step),
        Event::ObligationMoved(o) => names.post(&o.post).step(&o.step),
        Event::ObligationDeclined(o) => names.post(&o.post).person(&o.person),
        Event::ObligationAnswered(o) => names.post(&o.post).people(o.answer.person.iter()),
        Event::ObligationUnreached(o) => names.post(&o.post).people(o.handed.to.iter()),
        Event::ObligationHandedOn(o) => names.post(&o.post).people(o.handed.to.iter()),
        Event::ObligationWithdrawn(o) => names.post(&o.post),
        Event::ObligationTold(o) => names.post(&o.post),
        Event::QuorumMet(met) => names.area(met.area),
        Event::CalloutOpened(opened) => names.areas(&opened.extent),
        Event::CalloutRevised(revised) => names.areas(&revised.extent),
        Event::WarningAccepted(accepted) => names.areas(&accepted.extent),
        Event::AttemptStarted(a) => names.person(&a.person),
        Event::AttemptRepeated(a) => names.person(&a.person),
        Event::AttemptRecorded(a) => names.person(&a.person),
        Event::OverrideAdded(added) => {
            names.post(&added.change.post).people(added.change.people.iter())
        }
        _ => &mut names,
    };
    names.found
}

struct Names<'d> {
    directory: &'d Directory,
    found: BTreeMap<CompactString, &'d str>,
}

impl Names<'_> {
    fn area(&mut self, code: AreaCode) -> &mut Self {
        if let Some(name) = self.directory.area(code) {
            self.found.insert(code.to_compact_string(), name);
        }
        self
    }

    fn areas(&mut self, extent: &Extent) -> &mut Self {
        extent.named().for_each(|code| {
            self.area(code);
        });
        self
    }

    fn post(&mut self, post: &PostId) -> &mut Self {
        if let Some(title) = self.directory.post(post) {
            self.found.insert(post.to_compact_string(), title);
        }
        self.area(post.area)
    }

    fn person(&mut self, id: &PersonId) -> &mut Self {
        if let Some(name) = self.directory.person(id) {
            self.found.insert(id.as_str().into(), name);
        }
        self
    }

    fn people<'p>(&mut self, ids: impl Iterator<Item = &'p PersonId>) -> &mut Self {
        ids.for_each(|id| {
            self.person(id);
        });
        self
    }

    fn step(&mut self, step: &Step) -> &mut Self {
        self.people(step.people.iter())
    }
}
