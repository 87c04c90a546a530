//! The names of what an event mentions by id, so that no client has to ask for them.

use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString};

use super::directory::Directory;
use crate::domain::{
    area::Extent,
    callout::obligation::Step,
    event::{CalloutEvent, CoverageEvent, Event, FlawEvent},
    ids::{AreaCode, PersonId, PostId, SiteId},
    silence::Voice,
};

/// Collects the names of what an event mentions.
#[expect(clippy::wildcard_enum_match_arm, reason = "a name left out is shown as its id")]
pub(super) fn names<'d>(
    event: &Event,
    directory: &'d Directory,
) -> BTreeMap<CompactString, &'d str> {
    let mut names = Names { directory, found: BTreeMap::new() };
    match event {
        Event::Callout(event) => names.callout(event),
        Event::WarningAccepted(accepted) => names.areas(&accepted.extent),
        Event::GaugeCrossed(crossed) => names.gauge(&crossed.gauge),
        Event::SilenceBegan(began) => names.voice(&began.voice),
        Event::SilenceEnded(ended) => names.voice(&ended.voice),
        Event::Coverage(CoverageEvent::CoverageHoleOpened(opened)) => names.area(opened.spot.area),
        Event::Flaw(FlawEvent::RosterFlawFound(found)) => {
            names.post(&found.place.post).people(found.first.person.iter())
        }
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
    fn callout(&mut self, event: &CalloutEvent) -> &mut Self {
        match event {
            CalloutEvent::CalloutClosed(_) | CalloutEvent::CalloutReopened(_) => self,
            CalloutEvent::ObligationOpened(o) => self.post(&o.post).step(&o.step),
            CalloutEvent::ObligationEscalated(o) => self.post(&o.post).step(&o.step),
            CalloutEvent::ObligationMoved(o) => self.post(&o.post).step(&o.step),
            CalloutEvent::ObligationDeclined(o) => self.post(&o.post).person(&o.person),
            CalloutEvent::ObligationAnswered(o) => {
                self.post(&o.post).people(o.answer.person.iter())
            }
            CalloutEvent::ObligationUnreached(o) => self.post(&o.post).people(o.handed.to.iter()),
            CalloutEvent::ObligationHandedOn(o) => self.post(&o.post).people(o.handed.to.iter()),
            CalloutEvent::ObligationWithdrawn(o) => self.post(&o.post),
            CalloutEvent::ObligationTold(o) => self.post(&o.post),
            CalloutEvent::QuorumMet(met) => self.area(met.area),
            CalloutEvent::CalloutOpened(opened) => self.areas(&opened.extent),
            CalloutEvent::CalloutRevised(revised) => self.areas(&revised.extent),
            CalloutEvent::AttemptStarted(a) => self.person(&a.person),
            CalloutEvent::AttemptRepeated(a) => self.person(&a.person),
            CalloutEvent::AttemptRecorded(a) => self.person(&a.person),
        }
    }

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

    fn gauge(&mut self, id: &SiteId) -> &mut Self {
        if let Some(name) = self.directory.gauge(id) {
            self.found.insert(id.as_str().into(), name);
        }
        self
    }

    /// A source goes by its own name.
    fn voice(&mut self, voice: &Voice) -> &mut Self {
        match voice {
            Voice::Gauge(id) => self.gauge(id),
            Voice::Source(_) => self,
        }
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
