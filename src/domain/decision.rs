//! A decision in the making: the events so far, and the ids they have taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    board::Board,
    callout::policy::CalloutKind,
    command::Reply,
    event::{CalloutClosed, CalloutOpened, CloseReason, Event},
    ids::{CalloutId, ObligationId},
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
    /// How many more obligations of a callout are open after the events so far.
    opened: BTreeMap<CalloutId, i64>,
    /// Errand callouts opened by the events so far, by the callout they serve.
    pub errands: BTreeMap<CalloutId, CalloutId>,
    closed: BTreeSet<CalloutId>,
    /// Obligations that the events so far have changed.
    touched: BTreeSet<ObligationId>,
}

impl<'b> Draft<'b> {
    pub fn new(board: &'b Board, now: Timestamp) -> Self {
        Self {
            board,
            now,
            events: Vec::new(),
            next_callout: board.callouts.next_callout(),
            next_obligation: board.callouts.next_obligation(),
            opened: BTreeMap::new(),
            errands: BTreeMap::new(),
            closed: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Returns the sequence number that the next event will have.
    pub fn next_seq(&self) -> u64 {
        self.board.seq + self.events.len() as u64 + 1
    }

    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    pub fn take_callout(&mut self) -> CalloutId {
        self.next_callout += 1;
        CalloutId(self.next_callout - 1)
    }

    pub fn take_obligation(&mut self) -> ObligationId {
        self.next_obligation += 1;
        ObligationId(self.next_obligation - 1)
    }

    /// Notes that `obligation` has been changed, and by how much its callout's open ones have.
    pub fn touch(&mut self, obligation: ObligationId, callout: CalloutId, opened: i64) {
        self.touched.insert(obligation);
        *self.opened.entry(callout).or_default() += opened;
    }

    pub fn has_touched(&self, obligation: ObligationId) -> bool {
        self.touched.contains(&obligation)
    }

    /// Notes that `callout` has been closed for a reason of its own.
    pub fn closed(&mut self, callout: CalloutId) {
        self.closed.insert(callout);
    }

    /// Returns the opening of a callout that this draft opens.
    pub fn opening(&self, id: CalloutId) -> Option<&CalloutOpened> {
        self.events.iter().rev().find_map(|event| {
            let Event::CalloutOpened(opened) = event else { return None };
            (opened.id == id).then_some(opened)
        })
    }

    /// Closes the callouts that nobody has to answer any more, and returns the events.
    ///
    /// A warning's callout stays open while the warning lasts: an upgrade acts on it.
    pub fn finish(mut self, reply: Reply) -> Decision {
        for (id, opened) in std::mem::take(&mut self.opened) {
            let Some(callout) = self.board.callouts.get(id) else { continue };
            let left = i64::from(callout.rollup.whole().open()) + opened;
            let open = callout.is_open() && !self.closed.contains(&id);
            if left <= 0 && open && callout.kind != CalloutKind::Warning {
                let (reason, note) = (CloseReason::Complete, Default::default());
                self.push(Event::CalloutClosed(CalloutClosed { id, reason, note }));
            }
        }
        Decision { events: self.events, reply }
    }
}
