//! What is derived from the obligations for speed: left out of snapshots, and rebuilt from them.

use std::collections::BTreeSet;

use super::{attempt::Progress, callouts::Callouts, lines::Queue, obligation::Obligation};
use crate::domain::{
    ids::{AreaCode, AttemptId, CalloutId, ObligationId, PersonId},
    time::Timestamp,
};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Index {
    /// When each open obligation has to be looked at again.
    pub deadlines: BTreeSet<(Timestamp, ObligationId)>,
    /// Attempts whose end is not known, by when they were handed to their channel.
    pub in_flight: BTreeSet<(Timestamp, AttemptId)>,
    pub queue: Queue,
    /// Open obligations by who has been rung for them and is still wanted.
    pub by_person: BTreeSet<(PersonId, ObligationId)>,
    /// Open obligations by where their post is.
    pub by_area: BTreeSet<(AreaCode, ObligationId)>,
    /// Errands by the obligation they are about.
    pub errands: BTreeSet<(ObligationId, ObligationId)>,
    pub open: BTreeSet<CalloutId>,
}

impl Index {
    /// Takes `obligation` out, before it changes.
    pub fn forget(&mut self, obligation: &Obligation) {
        let id = obligation.id;
        if let Some(at) = obligation.state.deadline() {
            self.deadlines.remove(&(at, id));
            self.by_area.remove(&(obligation.post.area, id));
            for asked in &obligation.asked {
                self.by_person.remove(&(asked.person.clone(), id));
            }
        }
    }

    /// Takes `obligation` in, as it is now.
    pub fn note(&mut self, obligation: &Obligation) {
        let id = obligation.id;
        if let Some(about) = obligation.about {
            self.errands.insert((about, id));
        }
        if let Some(at) = obligation.state.deadline() {
            self.deadlines.insert((at, id));
            self.by_area.insert((obligation.post.area, id));
            for asked in obligation.asked.iter().filter(|asked| asked.is_wanted()) {
                self.by_person.insert((asked.person.clone(), id));
            }
        }
    }
}

impl Callouts {
    /// Derives the indexes again, after a snapshot was read.
    pub(in crate::domain) fn rebuild(&mut self) {
        self.index = Index::default();
        self.index.open = self.iter().filter(|callout| callout.is_open()).map(|c| c.id).collect();
        for position in 0..self.obligations.len() {
            self.index.note(&self.obligations[position]);
            for number in 0..self.obligations[position].attempts.len() {
                self.rebuild_attempt(position, number);
            }
        }
    }

    fn rebuild_attempt(&mut self, position: usize, number: usize) {
        let attempt = &self.obligations[position].attempts[number];
        let (id, progress, started_at) = (attempt.id, attempt.progress, attempt.started_at);
        match progress {
            Progress::Queued => self.join_queue(id),
            Progress::Started => self.take_line(id, started_at.unwrap_or_default()),
            Progress::Ended | Progress::Dropped => {}
        }
    }
}
