//! Units that are sent to incidents: one assignment for each, with a status of its own.
//!
//! A unit's status is that of its assignment, never of the unit: what it does here says nothing of there. Invariant: a
//! unit has one assignment at most that binds it, and an assignment that binds has an armed time at which the unit
//! is asked how it stands. A drill binds a unit for drills only: what really happens takes it away from there.

mod order;
mod readiness;
mod status;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    area::LonLat,
    event::{AssignmentEvent, Entry, UnitAssigned},
    ids::{AreaCode, AssignmentId, IncidentId, ObligationId, UnitId},
    time::Timestamp,
};

pub use self::{
    order::{AssignUnit, AssignmentFault, AssignmentStep},
    readiness::{Readiness, ReadinessState, SayReady},
    status::{Advance, Status},
    watch::Thresholds,
};
pub(super) use order::decide;

/// One status that an assignment has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub status: Status,
    pub at: Timestamp,
    pub by: CompactString,
    pub note: CompactString,
}

/// One unit's part in one incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub id: AssignmentId,
    pub unit: UnitId,
    pub home: AreaCode,
    pub area: AreaCode,
    pub incident: IncidentId,
    pub order: String,
    pub need: CompactString,
    pub to: Option<LonLat>,
    pub eta: Option<Timestamp>,
    pub obligation: ObligationId,
    pub status: Status,
    /// When the unit expects to be back.
    pub back_at: Option<Timestamp>,
    pub watch_at: Option<Timestamp>,
    /// The obligation by which the unit was last asked how it stands.
    pub asked: Option<ObligationId>,
    /// How often it had to be asked in this status.
    pub stalls: u32,
    /// Oldest first; the first is the order itself.
    pub course: Vec<Stop>,
}

impl Assignment {
    fn assigned(assigned: &UnitAssigned, entry: &Entry) -> Self {
        let stop = Stop {
            status: Status::Ordered,
            at: entry.at,
            by: entry.actor.clone(),
            note: CompactString::default(),
        };
        Self {
            id: assigned.id,
            unit: assigned.unit.clone(),
            home: assigned.home,
            area: assigned.area,
            incident: assigned.incident,
            order: assigned.order.clone(),
            need: assigned.need.clone(),
            to: assigned.to,
            eta: assigned.eta,
            obligation: assigned.obligation,
            status: Status::Ordered,
            back_at: None,
            watch_at: Some(assigned.watch_at),
            asked: None,
            stalls: 0,
            course: vec![stop],
        }
    }

    /// Returns since when it has been in its status.
    pub fn since(&self) -> Timestamp {
        self.course.last().map_or(Timestamp::from_millis(0), |stop| stop.at)
    }

    /// Returns when it came to `status` last.
    pub fn reached(&self, status: Status) -> Option<Timestamp> {
        self.course.iter().rev().find(|stop| stop.status == status).map(|stop| stop.at)
    }
}

/// Every assignment, how ready units are, and what is derived from them for speed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Assignments {
    by_id: BTreeMap<AssignmentId, Assignment>,
    readiness: BTreeMap<UnitId, Readiness>,
    #[serde(skip)]
    index: Index,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    by_incident: BTreeSet<(IncidentId, AssignmentId)>,
    by_unit: BTreeSet<(UnitId, AssignmentId)>,
    by_obligation: BTreeMap<ObligationId, AssignmentId>,
    armed: BTreeSet<(Timestamp, AssignmentId)>,
}

impl Assignments {
    pub fn get(&self, id: AssignmentId) -> Option<&Assignment> {
        self.by_id.get(&id)
    }

    /// Returns every assignment in the order in which they were made.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Assignment> {
        self.by_id.values()
    }

    /// Returns the assignments of an incident in the order in which they were made.
    pub fn of_incident(&self, incident: IncidentId) -> impl Iterator<Item = &Assignment> {
        let all = (incident, AssignmentId(0))..=(incident, AssignmentId(u64::MAX));
        self.index.by_incident.range(all).filter_map(|(_, id)| self.get(*id))
    }

    /// Returns a unit's assignments, the newest first.
    pub fn of_unit<'a>(&'a self, unit: &UnitId) -> impl Iterator<Item = &'a Assignment> + use<'a> {
        let all = (unit.clone(), AssignmentId(0))..=(unit.clone(), AssignmentId(u64::MAX));
        self.index.by_unit.range(all).rev().filter_map(|(_, id)| self.get(*id))
    }

    /// Returns the assignment that keeps a unit from being sent elsewhere.
    pub fn binding(&self, unit: &UnitId) -> Option<&Assignment> {
        self.of_unit(unit).find(|assignment| assignment.status.binds())
    }

    /// Returns how ready a unit has been said to be; ready where nobody has said anything.
    pub fn readiness(&self, unit: &UnitId) -> Option<&Readiness> {
        self.readiness.get(unit)
    }

    pub(super) fn by_obligation(&self, obligation: ObligationId) -> Option<&Assignment> {
        self.get(*self.index.by_obligation.get(&obligation)?)
    }

    pub(super) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.index.armed.first().map(|(at, _)| *at)
    }

    /// Derives what a snapshot leaves out.
    pub(super) fn rebuild(&mut self) {
        self.index = Index::default();
        self.by_id.values().for_each(|assignment| self.index.note(assignment));
    }

    pub(super) fn apply(&mut self, event: &AssignmentEvent, entry: &Entry) {
        match event {
            AssignmentEvent::UnitAssigned(assigned) => {
                let assignment = Assignment::assigned(assigned, entry);
                self.index.note(&assignment);
                self.by_id.insert(assignment.id, assignment);
            }
            AssignmentEvent::AssignmentAdvanced(advanced) => self.change(advanced.id, |known| {
                known.status = advanced.to;
                known.back_at = advanced.back_at.or(known.back_at);
                known.watch_at = advanced.watch_at;
                known.stalls = 0;
                known.course.push(Stop {
                    status: advanced.to,
                    at: entry.at,
                    by: entry.actor.clone(),
                    note: advanced.note.clone(),
                });
            }),
            AssignmentEvent::AssignmentStalled(stalled) => self.change(stalled.id, |known| {
                known.watch_at = Some(stalled.watch_at);
                known.asked = stalled.obligation.or(known.asked);
                known.stalls += 1;
            }),
            AssignmentEvent::UnitReadied(readied) => {
                self.readiness.insert(readied.unit.clone(), readied.readiness.clone());
            }
        }
    }

    /// Forgets how ready a unit was that is no more; what it did stays.
    pub(super) fn forget(&mut self, unit: &UnitId) {
        self.readiness.remove(unit);
    }

    fn change(&mut self, id: AssignmentId, change: impl FnOnce(&mut Assignment)) {
        let Some(assignment) = self.by_id.get_mut(&id) else {
            debug_assert!(false, "an unknown assignment was changed");
            return;
        };
        self.index.forget(assignment);
        change(assignment);
        self.index.note(assignment);
    }

    /// Returns every breach of what must always hold.
    pub(super) fn breaches(&self) -> Vec<String> {
        let mut bound = BTreeSet::new();
        let mut breaches = Vec::new();
        for assignment in self.iter().filter(|assignment| assignment.status.binds()) {
            let id = assignment.id;
            if !bound.insert(&assignment.unit) {
                breaches.push(format!("{id}: its unit is bound twice"));
            }
            if !assignment.watch_at.is_some_and(|at| self.index.armed.contains(&(at, id))) {
                breaches.push(format!("{id}: under way without an armed time"));
            }
        }
        breaches
    }
}

impl Index {
    fn note(&mut self, assignment: &Assignment) {
        let id = assignment.id;
        self.by_incident.insert((assignment.incident, id));
        self.by_unit.insert((assignment.unit.clone(), id));
        self.by_obligation.insert(assignment.obligation, id);
        if let Some(at) = assignment.watch_at {
            self.armed.insert((at, id));
        }
    }

    fn forget(&mut self, assignment: &Assignment) {
        if let Some(at) = assignment.watch_at {
            self.armed.remove(&(at, assignment.id));
        }
    }
}
