//! A decision in the making: the events so far, and the ids they have taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    board::Board,
    callout::{obligation::Obligation, policy::CalloutKind},
    command::Reply,
    event::{CalloutOpened, CloseReason, Event},
    ids::{
        AssignmentId, CadenceId, CalloutId, EvacuationId, HotSpotId, IncidentId, ObligationId,
        OverrideId, PersonId, ProposalId, ResponseId, TaskId, TransferId,
    },
    time::Timestamp,
};

/// What a command makes happen, in order, and what its sender is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub events: Vec<Event>,
    pub reply: Reply,
}

impl Decision {
    /// Returns the decision that changes nothing.
    pub fn nothing(reply: Reply) -> Self {
        Self { events: Vec::new(), reply }
    }
}

/// Events for a board that does not change while they are drawn up.
pub(super) struct Draft<'b> {
    pub board: &'b Board,
    pub now: Timestamp,
    events: Vec<Event>,
    next_callout: u64,
    next_obligation: u64,
    next_task: u64,
    next_incident: u64,
    next_assignment: u64,
    next_response: u64,
    next_proposal: u64,
    next_evacuation: u64,
    next_transfer: u64,
    next_hot_spot: u64,
    next_cadence: u64,
    next_override: u64,
    /// How many more obligations of a callout are open after the events so far.
    opened: BTreeMap<CalloutId, i64>,
    /// What the callouts that the events so far have opened or revised are about, errands apart.
    pub opening: BTreeMap<CalloutId, CalloutOpened>,
    /// Errand callouts opened by the events so far, by the callout they serve.
    pub errands: BTreeMap<CalloutId, CalloutId>,
    /// Callouts that the events so far have closed.
    pub closed: BTreeSet<CalloutId>,
    /// Obligations that the events so far have changed: on the board they still look as they did.
    touched: BTreeSet<ObligationId>,
    /// Who has said in the events so far that he cannot come.
    pub refused: BTreeSet<(ObligationId, PersonId)>,
    /// Who has been sent notice of the end of errands, by the callout that holds them.
    pub noticed: BTreeSet<(CalloutId, PersonId)>,
}

impl<'b> Draft<'b> {
    pub fn new(board: &'b Board, now: Timestamp) -> Self {
        Self {
            board,
            now,
            events: Vec::new(),
            next_callout: board.callouts.next_callout(),
            next_obligation: board.callouts.next_obligation(),
            next_task: board.tasks.next_id(),
            next_incident: board.incidents.next_id(),
            next_assignment: board.assignments.next_id(),
            next_response: board.responses.next_id(),
            next_proposal: board.responses.next_proposal(),
            next_evacuation: board.evacuations.next_id(),
            next_transfer: board.evacuations.next_transfer(),
            next_hot_spot: board.hot_spots.next_id(),
            next_cadence: board.rounds.next_cadence(),
            next_override: board.next_override(),
            opened: BTreeMap::new(),
            opening: BTreeMap::new(),
            errands: BTreeMap::new(),
            closed: BTreeSet::new(),
            touched: BTreeSet::new(),
            refused: BTreeSet::new(),
            noticed: BTreeSet::new(),
        }
    }

    /// Returns the sequence number that the next event will have.
    pub fn next_seq(&self) -> u64 {
        self.board.seq + self.events.len() as u64 + 1
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn push(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    pub fn take_callout(&mut self) -> CalloutId {
        self.next_callout += 1;
        CalloutId(self.next_callout - 1)
    }

    pub fn take_obligation(&mut self) -> ObligationId {
        self.next_obligation += 1;
        ObligationId(self.next_obligation - 1)
    }

    pub fn take_task(&mut self) -> TaskId {
        self.next_task += 1;
        TaskId(self.next_task - 1)
    }

    pub fn take_incident(&mut self) -> IncidentId {
        self.next_incident += 1;
        IncidentId(self.next_incident - 1)
    }

    pub fn take_assignment(&mut self) -> AssignmentId {
        self.next_assignment += 1;
        AssignmentId(self.next_assignment - 1)
    }

    pub fn take_response(&mut self) -> ResponseId {
        self.next_response += 1;
        ResponseId(self.next_response - 1)
    }

    pub fn take_proposal(&mut self) -> ProposalId {
        self.next_proposal += 1;
        ProposalId(self.next_proposal - 1)
    }

    pub fn take_evacuation(&mut self) -> EvacuationId {
        self.next_evacuation += 1;
        EvacuationId(self.next_evacuation - 1)
    }

    pub fn take_transfer(&mut self) -> TransferId {
        self.next_transfer += 1;
        TransferId(self.next_transfer - 1)
    }

    pub fn take_hot_spot(&mut self) -> HotSpotId {
        self.next_hot_spot += 1;
        HotSpotId(self.next_hot_spot - 1)
    }

    pub fn take_cadence(&mut self) -> CadenceId {
        self.next_cadence += 1;
        CadenceId(self.next_cadence - 1)
    }

    pub fn take_override(&mut self) -> OverrideId {
        self.next_override += 1;
        OverrideId(self.next_override - 1)
    }

    /// Notes that `obligation` has been changed, and by how much its callout's open ones have.
    pub fn touch(&mut self, obligation: ObligationId, callout: CalloutId, opened: i64) {
        self.touched.insert(obligation);
        *self.opened.entry(callout).or_default() += opened;
    }

    pub fn has_touched(&self, obligation: ObligationId) -> bool {
        self.touched.contains(&obligation)
    }

    /// Tells whether `person` has said that he cannot come, on the board or in the events so far.
    pub fn refuses(&self, obligation: &Obligation, person: &PersonId) -> bool {
        let said = || self.refused.contains(&(obligation.id, person.clone()));
        obligation.has_declined(person) || said()
    }

    /// Closes the callouts that nobody has to answer any more, proposes what the rules hold of what has happened, and
    /// returns the events.
    ///
    /// A warning's callout stays open while the warning lasts, since an upgrade acts on it; one that
    /// holds errands while the callout lasts that it serves.
    pub fn finish(mut self, reply: Reply) -> Decision {
        for (id, opened) in std::mem::take(&mut self.opened) {
            let Some(callout) = self.board.callouts.get(id) else { continue };
            let left = i64::from(callout.rollup.whole().open()) + opened;
            let stays = matches!(callout.kind, CalloutKind::Warning | CalloutKind::Errand);
            if left <= 0 && callout.is_open() && !stays {
                self.close(id, CloseReason::Complete, Default::default());
            }
        }
        self.propose_responses();
        Decision { events: self.events, reply }
    }
}
