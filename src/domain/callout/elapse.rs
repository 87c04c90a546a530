//! What time alone makes happen: escalations, hand-overs, changes of shift, calls given up, and calls
//! that get a line.

use super::{
    attempt::{Attempt, Outcome, Progress},
    obligation::{EscalateReason, Obligation, State, Step},
    policy::Rung,
};
use crate::domain::{
    board::Board,
    decision::Draft,
    event::{AttemptRepeated, AttemptStarted, CalloutEvent, Event, ObligationMoved},
    ids::{AttemptId, PersonId},
    person::Channel,
    rejection::Rejection,
    time::Timestamp,
};

/// Obligations decided at once; the rest are still due and come with the next command.
const DUE_LIMIT: usize = 20_000;
/// Attempts started or given up at once, likewise.
const ATTEMPT_LIMIT: usize = 20_000;
/// Why an attempt failed that its channel never reported.
const NO_REPORT: &str = "no_report";

impl Draft<'_> {
    /// Does what is due at the draft's instant. What an event drawn up before has changed is left to
    /// the next command: here it still looks as it did.
    pub(in crate::domain) fn elapse_callouts(&mut self) {
        let board = self.board;
        // Hands change first: the errand of those who had it in hand is over and is not rung on.
        let (handed, ringing): (Vec<_>, Vec<_>) =
            board.callouts.due(self.now).take(DUE_LIMIT).partition(|o| o.handed().is_some());
        for obligation in handed.into_iter().chain(ringing) {
            if !self.has_touched(obligation.id) {
                self.elapse(obligation);
            }
        }
        for attempt in board.callouts.silent(self.now).take(ATTEMPT_LIMIT) {
            self.give_up(attempt);
        }
        for channel in Channel::ALL {
            let may_start = |attempt: AttemptId| !self.has_touched(attempt.obligation);
            let startable = board.callouts.startable(channel, self.now, may_start);
            for attempt in startable.into_iter().take(ATTEMPT_LIMIT) {
                self.start(attempt);
            }
        }
    }

    fn elapse(&mut self, obligation: &Obligation) {
        match &obligation.state {
            State::Ringing { until: Some(until), .. } if *until <= self.now => {
                self.change_shift(obligation);
            }
            State::Ringing { .. } => self.advance(obligation, EscalateReason::Timeout),
            State::Unreached { .. } => self.hand_on(obligation),
            State::Answered | State::Withdrawn { .. } => {}
        }
    }

    /// Asks the roster again who the rung is; those who have come on duty are rung at once and get the
    /// whole of its wait, since they have only just heard.
    fn change_shift(&mut self, obligation: &Obligation) {
        let State::Ringing { rung, due_at, .. } = obligation.state else { return };
        let board = self.board;
        let Some(ladder) = board.callouts.ladder(obligation) else { return };
        let Some(step) = ladder.rungs.get(usize::from(rung)) else { return };
        let (people, until) = self.resolve_again(obligation, step);
        if people.is_empty() {
            // A gap, or nobody left who can be reached: waiting would be waiting for nobody.
            self.advance(obligation, EscalateReason::Unreachable);
            return;
        }
        let wanted = obligation.asked_now().iter().filter(|asked| asked.is_wanted());
        let asked: Vec<&PersonId> = wanted.map(|asked| &asked.person).collect();
        let gone = asked.iter().filter(|person| !people.contains(person));
        let gone: Vec<PersonId> = gone.map(|person| (*person).clone()).collect();
        let fresh: Vec<PersonId> =
            people.into_iter().filter(|person| !asked.contains(&person)).collect();
        let step = self.moved(obligation, step, rung, due_at, fresh, until);
        self.push(ObligationMoved {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            gone,
            step,
        });
        self.touch(obligation.id, obligation.callout, 0);
    }

    fn moved(
        &self,
        obligation: &Obligation,
        rung: &Rung,
        number: u8,
        due_at: Timestamp,
        fresh: Vec<PersonId>,
        until: Option<Timestamp>,
    ) -> Step {
        Step {
            rung: number,
            attempts: self.attempts(rung, Some(obligation), &fresh),
            due_at: if fresh.is_empty() { due_at } else { self.now + rung.wait_s },
            people: fresh,
            until,
            skipped: Vec::new(),
        }
    }

    fn start(&mut self, id: AttemptId) {
        let Some((obligation, attempt)) = self.board.callouts.attempt(id) else { return };
        self.push(AttemptStarted {
            id,
            callout: obligation.callout,
            person: attempt.person.clone(),
            channel: attempt.channel,
            also: self.shared(obligation, attempt),
        });
    }

    /// The channel has said nothing of an attempt for too long. Perhaps a crash kept it from ringing at
    /// all, so it is made once more; after that it counts as failed, so that neither its line nor its
    /// person is lost with the receipt.
    fn give_up(&mut self, id: AttemptId) {
        let Some((obligation, attempt)) = self.board.callouts.attempt(id) else { return };
        let also = &attempt.also;
        if self.has_touched(obligation.id) || also.iter().any(|other| self.has_touched(*other)) {
            return;
        }
        if attempt.repeats == 0 && (attempt.notice || obligation.rests_on(&attempt.person)) {
            self.push(repeated(obligation, attempt));
        } else {
            let failed = Outcome::Failed { reason: NO_REPORT.into(), lasting: false };
            self.report(obligation, attempt, &failed);
        }
        self.touch(obligation.id, obligation.callout, 0);
    }
}

/// Decides that an attempt whose end a crash left unknown is handed over once more.
pub(in crate::domain) fn repeat(
    board: &Board,
    id: AttemptId,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let known = board.callouts.attempt(id);
    let (obligation, attempt) = known.ok_or(Rejection::UnknownAttempt(id))?;
    if attempt.progress == Progress::Started {
        draft.push(repeated(obligation, attempt));
    }
    Ok(())
}

fn repeated(obligation: &Obligation, attempt: &Attempt) -> Event {
    Event::Callout(CalloutEvent::AttemptRepeated(AttemptRepeated {
        id: attempt.id,
        callout: obligation.callout,
        person: attempt.person.clone(),
        channel: attempt.channel,
    }))
}
