//! How far a unit has come with an order, and which step may follow which.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Assignment, order::AssignmentFault};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    callout::obligation::Obligation,
    command::Reply,
    decision::{Decision, Draft},
    event::AssignmentAdvanced,
    ids::{AssignmentId, ObligationId, PersonId},
    rejection::Rejection,
    time::Timestamp,
};

/// Longest note, in characters.
pub(super) const NOTE_LIMIT: usize = 500;

/// How far a unit has come with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The order is out; nobody of the unit has answered.
    Ordered,
    Accepted,
    /// It cannot go (with the reason).
    Declined,
    EnRoute,
    OnScene,
    /// Its part there is done; it is on its way back and may be sent elsewhere.
    Done,
    /// Taken back by the desk before its part was done; it may be sent elsewhere.
    Recalled,
    /// Back at its base.
    Returned,
}

use Status::*;

impl Status {
    pub const ALL: [Status; 8] =
        [Ordered, Accepted, Declined, EnRoute, OnScene, Done, Recalled, Returned];

    pub fn as_str(self) -> &'static str {
        match self {
            Ordered => "ordered",
            Accepted => "accepted",
            Declined => "declined",
            EnRoute => "en_route",
            OnScene => "on_scene",
            Done => "done",
            Recalled => "recalled",
            Returned => "returned",
        }
    }

    /// Tells whether the unit is not free for anything else.
    pub fn binds(self) -> bool {
        matches!(self, Ordered | Accepted | EnRoute | OnScene)
    }

    /// Returns the statuses that may follow. Setting out or being there says that the order was taken, so steps may
    /// be left out forwards, never backwards.
    pub fn next(self) -> &'static [Status] {
        match self {
            Ordered => &[Accepted, Declined, EnRoute, OnScene, Recalled],
            Accepted => &[EnRoute, OnScene, Declined, Recalled],
            EnRoute => &[OnScene, Declined, Recalled],
            OnScene => &[Done, Recalled],
            Done | Recalled => &[Returned],
            Declined | Returned => &[],
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Brings an assignment to another status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    pub assignment: AssignmentId,
    pub to: Status,
    /// Why, for declining and recalling; else what the unit reports.
    pub note: CompactString,
    pub back_at: Option<Timestamp>,
}

/// Decides that a unit has come further, by its own word or the desk's.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &Advance,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let unknown = AssignmentFault::UnknownAssignment(wanted.assignment);
    let assignment = board.assignments.get(wanted.assignment).ok_or(unknown.clone())?;
    let person = board.unit_person(actor, assignment);
    let desk = actor.role.may_dispatch() && actor.sees(assignment.area);
    if person.is_none() && !desk {
        let sees = actor.sees(assignment.area) || actor.sees(assignment.home);
        return Err(if sees {
            Rejection::NotAllowed(Capability::Dispatch)
        } else {
            unknown.into()
        });
    }
    if wanted.to == Recalled && !desk {
        return Err(Rejection::NotAllowed(Capability::Dispatch));
    }
    check(assignment, wanted, draft.now)?;
    if assignment.status == wanted.to {
        return Ok(Decision::nothing(Reply::Done));
    }
    draft.advance_assignment(assignment, wanted, person.ok_or_else(|| actor.login.clone()));
    Ok(draft.finish(Reply::Done))
}

fn check(assignment: &Assignment, wanted: &Advance, now: Timestamp) -> Result<(), Rejection> {
    let (from, to) = (assignment.status, wanted.to);
    if from != to && !from.next().contains(&to) {
        return Err(AssignmentFault::Step { assignment: assignment.id, from, to }.into());
    }
    if matches!(to, Declined | Recalled) && wanted.note.trim().is_empty() {
        return Err(Rejection::Empty { field: "note" });
    }
    if wanted.note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    if wanted.back_at.is_some_and(|at| at < now) {
        return Err(AssignmentFault::BackInThePast.into());
    }
    Ok(())
}

impl Board {
    /// Tells whether an order still wants somebody who answers for its unit: until it sets out; and one of the unit may
    /// say until it is there that it cannot go on.
    pub(in crate::domain) fn wants_answer(
        &self,
        obligation: ObligationId,
        person: &PersonId,
    ) -> bool {
        let Some(assignment) = self.assignments.by_obligation(obligation) else { return true };
        match assignment.status {
            Ordered | Accepted => true,
            EnRoute => self.units.get(&assignment.unit).is_some_and(|unit| unit.has(person)),
            Declined | OnScene | Done | Recalled | Returned => false,
        }
    }

    /// Tells whether a unit that is out is being asked by `obligation` how it stands.
    pub(in crate::domain) fn asks_unit(&self, obligation: &Obligation) -> bool {
        let bound = obligation.unit.as_ref().and_then(|unit| self.assignments.binding(unit));
        bound.is_some_and(|bound| bound.asked == Some(obligation.id))
    }

    /// Returns whom of an assignment's unit `actor` is, if of it at all.
    fn unit_person(&self, actor: &Actor, assignment: &Assignment) -> Option<PersonId> {
        let person = actor.person.as_ref()?;
        let unit = self.units.get(&assignment.unit);
        let of_unit = unit.is_some_and(|unit| unit.has(person));
        let called = self.callouts.obligation(assignment.obligation);
        let asked = called.is_some_and(|obligation| obligation.was_asked(person));
        (of_unit || asked).then(|| person.clone())
    }
}

impl Draft<'_> {
    /// Brings an assignment to another status, with what follows for its obligations. `by` is one of the unit, or the
    /// login at the desk that heard of it.
    pub(super) fn advance_assignment(
        &mut self,
        assignment: &Assignment,
        wanted: &Advance,
        by: Result<PersonId, CompactString>,
    ) {
        let Advance { to, note, back_at, .. } = wanted;
        self.push_advance(assignment, *to, note, *back_at, by.clone().ok());
        match to {
            Accepted | EnRoute | OnScene => self.take_order(assignment.obligation, by),
            Declined => {
                self.refuse_order(assignment.obligation);
                self.find_another(assignment, note);
            }
            Recalled => self.call_off(assignment.obligation),
            Ordered | Done | Returned => {}
        }
        if let Some(asked) = assignment.asked {
            self.settle(asked);
        }
    }

    /// Pushes the change of status alone.
    pub(super) fn push_advance(
        &mut self,
        assignment: &Assignment,
        to: Status,
        note: &CompactString,
        back_at: Option<Timestamp>,
        person: Option<PersonId>,
    ) {
        let watch_at = self.watch_from(to, assignment.eta);
        self.push(AssignmentAdvanced {
            id: assignment.id,
            unit: assignment.unit.clone(),
            home: assignment.home,
            area: assignment.area,
            incident: assignment.incident,
            from: assignment.status,
            to,
            person,
            note: note.clone(),
            back_at,
            watch_at,
        });
    }

    /// The order has been answered by telephone or page: the unit is coming.
    pub(in crate::domain) fn accept_order(
        &mut self,
        obligation: ObligationId,
        person: Option<&PersonId>,
    ) {
        let board = self.board;
        let Some(assignment) = board.assignments.by_obligation(obligation) else { return };
        if assignment.status == Ordered {
            self.push_advance(assignment, Accepted, &Default::default(), None, person.cloned());
        }
    }

    /// One of the unit has answered that it cannot come; tells whether the obligation was such an order.
    pub(in crate::domain) fn decline_order(
        &mut self,
        obligation: ObligationId,
        person: &PersonId,
        note: &str,
    ) -> bool {
        let board = self.board;
        let Some(assignment) = board.assignments.by_obligation(obligation) else { return false };
        let unit = board.units.get(&assignment.unit);
        if !unit.is_some_and(|unit| unit.has(person))
            || !assignment.status.next().contains(&Declined)
        {
            return false;
        }
        let note = if note.trim().is_empty() { "未说明原因" } else { note };
        let note = note.chars().take(NOTE_LIMIT).collect();
        self.push_advance(assignment, Declined, &note, None, Some(person.clone()));
        self.refuse_order(assignment.obligation);
        self.find_another(assignment, &note);
        if let Some(asked) = assignment.asked {
            self.settle(asked);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_can_come_to_an_end_and_none_goes_back() {
        for status in Status::ALL {
            let ends = |from: Status| from.next().is_empty();
            let mut reach = vec![status];
            let mut seen = Vec::new();
            while let Some(from) = reach.pop() {
                seen.push(from);
                reach.extend(from.next().iter().filter(|to| !seen.contains(to)));
                assert!(!from.next().contains(&from) && !from.next().contains(&Ordered), "{from}");
            }
            assert!(seen.into_iter().any(ends), "{status} has no end");
        }
    }

    #[test]
    fn a_status_is_written_as_it_is_called() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
