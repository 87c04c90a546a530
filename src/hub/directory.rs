//! The names of things that events mention by id, kept beside the hub so that encoding asks nobody.

use std::collections::HashMap;

use compact_str::CompactString;

use crate::domain::{
    board::Board,
    event::{CalloutEvent, Event},
    ids::{AreaCode, AttemptId, ObligationId, PersonId, PostId, SiteId},
    site::Facts,
};

/// Names by id, and where each obligation is.
#[derive(Debug, Default)]
pub(super) struct Directory {
    areas: HashMap<AreaCode, CompactString>,
    people: HashMap<PersonId, CompactString>,
    posts: HashMap<PostId, CompactString>,
    gauges: HashMap<SiteId, CompactString>,
    duties: HashMap<CompactString, CompactString>,
    /// The area of each obligation, by number less one.
    obligations: Vec<AreaCode>,
}

impl Directory {
    /// Reads the board's names.
    pub fn of(board: &Board) -> Self {
        let duties = board.callouts.policies().map(|set| &set.duties);
        Self {
            areas: board.areas.all().map(|area| (area.code, area.name.clone())).collect(),
            people: board.people.iter().map(|p| (p.id.clone(), p.name.clone())).collect(),
            posts: board
                .roster
                .iter()
                .map(|staffing| (staffing.post.id.clone(), staffing.post.title.clone()))
                .collect(),
            gauges: board
                .sites
                .iter()
                .filter(|site| matches!(site.facts, Facts::Gauge(_)))
                .map(|site| (site.id.clone(), site.name.clone()))
                .collect(),
            duties: duties
                .into_iter()
                .flatten()
                .map(|duty| (duty.name.as_str().into(), duty.zh.clone()))
                .collect(),
            obligations: board.callouts.obligations().map(|o| o.post.area).collect(),
        }
    }

    /// Takes in what an event names anew.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most events give nothing a name")]
    pub fn learn(&mut self, event: &Event) {
        match event {
            Event::AreaSaved(saved) => {
                self.areas.insert(saved.area.code, saved.area.name.clone());
            }
            Event::PersonSaved(saved) => {
                self.people.insert(saved.person.id.clone(), saved.person.name.clone());
            }
            Event::PostSaved(saved) => {
                self.posts.insert(saved.post.id.clone(), saved.post.title.clone());
            }
            Event::SiteSaved(saved) if matches!(saved.site.facts, Facts::Gauge(_)) => {
                self.gauges.insert(saved.site.id.clone(), saved.site.name.clone());
            }
            Event::PoliciesAdopted(adopted) => {
                let duties = adopted.policies.duties.iter();
                self.duties = duties.map(|d| (d.name.as_str().into(), d.zh.clone())).collect();
            }
            Event::Callout(CalloutEvent::ObligationOpened(opened)) => {
                let position = usize::try_from(opened.id.0.saturating_sub(1)).unwrap_or(usize::MAX);
                if position == self.obligations.len() {
                    self.obligations.push(opened.post.area);
                }
            }
            _ => {}
        }
    }

    pub fn area_of(&self, attempt: AttemptId) -> Option<AreaCode> {
        self.area_of_obligation(attempt.obligation)
    }

    pub fn area_of_obligation(&self, id: ObligationId) -> Option<AreaCode> {
        self.obligations.get(usize::try_from(id.0.checked_sub(1)?).ok()?).copied()
    }

    pub fn area(&self, code: AreaCode) -> Option<&CompactString> {
        self.areas.get(&code)
    }

    pub fn person(&self, id: &PersonId) -> Option<&CompactString> {
        self.people.get(id)
    }

    pub fn gauge(&self, id: &SiteId) -> Option<&CompactString> {
        self.gauges.get(id)
    }

    pub fn post(&self, id: &PostId) -> Option<&CompactString> {
        let titled = self.posts.get(id).filter(|title| !title.is_empty());
        titled.or_else(|| self.duties.get(id.duty.as_str()))
    }
}
