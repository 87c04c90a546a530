//! The names of what an event mentions by id, so that no client has to ask for them.

use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString};

use super::directory::Directory;
use crate::domain::{
    area::Extent,
    callout::obligation::Step,
    event::Event,
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
        Event::GaugeCrossed(crossed) => names.gauge(&crossed.gauge),
        Event::SilenceBegan(began) => names.voice(&began.voice),
        Event::SilenceEnded(ended) => names.voice(&ended.voice),
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
