//! Incidents (突发事件): taken down as they are reported, verified, dealt with, closed.
//!
//! Invariant: two people who change one incident never overwrite each other silently: a change names the revision that
//! it was made on.

mod particulars;
mod similar;
mod step;

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    actor::Actor,
    board::Board,
    event::{Entry, IncidentEvent, IncidentReceived},
    ids::{AreaCode, IncidentId},
    time::Timestamp,
    warning::Colour,
};

pub use self::{
    particulars::{Accounts, Casualties, Occurred, Particulars, Place, Source, Way},
    step::{EditIncident, IncidentFault, IncidentStep},
};
pub(super) use step::decide;

/// Where an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reported (接报); nobody has made sure.
    Received,
    /// It is so (核实).
    Verified,
    /// Somebody is on it (处置).
    Handling,
    /// It was not so (不实).
    Unfounded,
    /// It is over (办结).
    Closed,
}

impl Stage {
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Received | Stage::Verified | Stage::Handling)
    }

    /// Returns the stages that may follow.
    pub fn next(self) -> &'static [Stage] {
        match self {
            Stage::Received => &[Stage::Verified, Stage::Handling, Stage::Unfounded, Stage::Closed],
            Stage::Verified => &[Stage::Handling, Stage::Unfounded, Stage::Closed],
            Stage::Handling => &[Stage::Unfounded, Stage::Closed],
            // What was closed too early, or turns out to be so after all, is taken up again.
            Stage::Unfounded | Stage::Closed => &[Stage::Handling],
        }
    }
}

/// Who changed what is known, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub at: Timestamp,
    pub by: CompactString,
}

/// Something said or seen of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub at: Timestamp,
    pub by: CompactString,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub particulars: Particulars,
    pub drill: bool,
    pub stage: Stage,
    /// 1 as it was taken down; one more with each change.
    pub revision: u32,
    pub taken: Changed,
    pub changed: Changed,
    /// The incident that this one is another report of.
    pub main: Option<IncidentId>,
    pub notes: Vec<Note>,
}

impl Incident {
    fn received(received: &IncidentReceived, entry: &Entry) -> Self {
        let taken = Changed { at: entry.at, by: entry.actor.clone() };
        Self {
            id: received.id,
            particulars: (*received.particulars).clone(),
            drill: received.drill,
            stage: Stage::Received,
            revision: 1,
            changed: taken.clone(),
            taken,
            main: None,
            notes: Vec::new(),
        }
    }

    /// Returns an incident that `actor` may see; of others he learns nothing.
    pub(super) fn seen<'b>(
        board: &'b Board,
        actor: &Actor,
        id: IncidentId,
    ) -> Result<&'b Self, IncidentFault> {
        let known = board.incidents.get(id).filter(|incident| actor.sees(incident.area()));
        known.ok_or(IncidentFault::Unknown(id))
    }

    pub fn area(&self) -> AreaCode {
        self.particulars.place.area
    }

    pub fn is_open(&self) -> bool {
        self.stage.is_open() && self.main.is_none()
    }

    pub fn colour(&self) -> Option<Colour> {
        self.particulars.colour()
    }

    /// Returns what it is called in one line: where, or its number while nobody has said.
    pub fn title(&self) -> CompactString {
        let address = self.particulars.place.address.trim();
        let course = self.particulars.accounts.course.trim();
        match (address, course) {
            ("", "") => format_compact!("突发事件 {}", self.id),
            ("", course) => course.chars().take(40).collect(),
            (address, _) => address.into(),
        }
    }
}

/// Every incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {
    by_id: BTreeMap<IncidentId, Incident>,
}

impl Incidents {
    pub fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.by_id.get(&id)
    }

    /// Returns every incident in the order in which they were taken down.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.by_id.values()
    }

    /// Returns the other reports of an incident.
    pub fn linked_to(&self, main: IncidentId) -> impl Iterator<Item = &Incident> {
        self.iter().filter(move |incident| incident.main == Some(main))
    }

    pub(super) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn apply(&mut self, event: &IncidentEvent, entry: &Entry) {
        match event {
            IncidentEvent::IncidentReceived(received) => {
                self.by_id.insert(received.id, Incident::received(received, entry));
            }
            IncidentEvent::IncidentEdited(edited) => self.change(edited.id, entry, |incident| {
                incident.particulars = (*edited.particulars).clone();
                incident.revision = edited.revision;
            }),
            IncidentEvent::IncidentAdvanced(advanced) => {
                self.change(advanced.id, entry, |incident| {
                    incident.stage = advanced.to;
                });
            }
            IncidentEvent::IncidentLinked(linked) => self.change(linked.id, entry, |incident| {
                incident.main = Some(linked.to);
            }),
            IncidentEvent::IncidentNoted(noted) => self.change(noted.id, entry, |incident| {
                let (at, by, text) = (entry.at, entry.actor.clone(), noted.text.clone());
                incident.notes.push(Note { at, by, text });
            }),
        }
    }

    fn change(&mut self, id: IncidentId, entry: &Entry, change: impl FnOnce(&mut Incident)) {
        let Some(incident) = self.by_id.get_mut(&id) else {
            debug_assert!(false, "an unknown incident was changed");
            return;
        };
        change(incident);
        incident.changed = Changed { at: entry.at, by: entry.actor.clone() };
    }
}
