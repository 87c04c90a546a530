//! The steps that events are applied by: each keeps indexes, roll-ups and lines true.

use std::time::Duration;

use super::{
    attempt::{Attempt, Outcome, Planned, Progress},
    callouts::Callouts,
    lines::{Listener, Place},
    obligation::{Asked, Obligation, State, StateName, Step},
};
use crate::domain::{
    ids::{AttemptId, ObligationId, PostId},
    person::Channel,
    time::Timestamp,
};

impl Callouts {
    /// Changes an obligation, and what is derived from it.
    pub(super) fn change(&mut self, id: ObligationId, change: impl FnOnce(&mut Obligation)) {
        let Some(obligation) = position(id).and_then(|at| self.obligations.get_mut(at)) else {
            debug_assert!(false, "an unknown obligation was changed");
            return;
        };
        let was = obligation.state.name();
        self.index.forget(obligation);
        change(obligation);
        self.index.note(obligation);
        let is = obligation.state.name();
        if was == is {
            return;
        }
        let (callout, area) = (obligation.callout, obligation.post.area);
        if let Some(callout) = self.callouts.get_mut(&callout) {
            callout.rollup.shift(area, was, is);
        }
        if was == StateName::Answered {
            self.unman(callout, area);
        }
    }

    /// Rings a rung: notes who is asked and queues the attempts.
    pub(super) fn ring(&mut self, id: ObligationId, step: &Step, at: Timestamp) {
        self.change(id, |obligation| {
            (obligation.rung, obligation.rung_since) = (step.rung, at);
            obligation.rung_asked = u32::try_from(obligation.asked.len()).unwrap_or(u32::MAX);
            obligation.rung_attempts = obligation.next_number();
        });
        self.ask(id, step, at);
    }

    /// Asks the people of a step, who may join others on the rung that is being rung.
    pub(super) fn ask(&mut self, id: ObligationId, step: &Step, at: Timestamp) {
        let (rung, due_at, until) = (step.rung, step.due_at, step.until);
        self.change(id, |obligation| {
            obligation.state = State::Ringing { rung, due_at, until };
            obligation.skipped.extend(step.skipped.iter().cloned());
            // Most obligations are never rung again: a hundred thousand of them have no room to waste.
            obligation.asked.reserve_exact(step.people.len());
            obligation.attempts.reserve_exact(step.attempts.len());
            obligation.asked.extend(step.people.iter().map(|person| Asked {
                person: person.clone(),
                rung,
                at,
                declined: false,
                declined_seq: None,
                gone: false,
            }));
        });
        self.plan(id, &step.attempts, at);
    }

    /// Queues attempts.
    pub(super) fn plan(&mut self, id: ObligationId, planned: &[Planned], at: Timestamp) {
        for plan in planned {
            let Some(obligation) = self.obligation_mut(id) else { return };
            debug_assert_eq!(plan.number, obligation.next_number(), "attempts number in turn");
            let attempt = AttemptId { obligation: id, number: plan.number };
            obligation.attempts.push(Attempt {
                id: attempt,
                person: plan.person.clone(),
                channel: plan.channel,
                rung: obligation.rung,
                ordinal: plan.ordinal,
                notice: plan.notice,
                not_before: at + Duration::from_millis(u64::from(plan.after_ms)),
                progress: Progress::Queued,
                started_at: None,
                rang_at: None,
                ended_at: None,
                outcome: None,
                repeats: 0,
                also: Vec::new(),
            });
            self.join_queue(attempt);
        }
    }

    /// Drops attempts that still wait and that `pointless` names.
    pub(super) fn drop_waiting(&mut self, id: ObligationId, pointless: impl Fn(&Attempt) -> bool) {
        for attempt in self.waiting_of(id, pointless) {
            self.leave_queue(attempt);
            if let Some(attempt) = self.attempt_mut(attempt) {
                attempt.progress = Progress::Dropped;
            }
        }
    }

    fn waiting_of(&self, id: ObligationId, which: impl Fn(&Attempt) -> bool) -> Vec<AttemptId> {
        let attempts = self.obligation(id).map_or(&[][..], |obligation| &obligation.attempts);
        let waiting = attempts.iter().filter(|a| a.progress == Progress::Queued && which(a));
        waiting.map(|attempt| attempt.id).collect()
    }

    pub(super) fn start(&mut self, id: AttemptId, also: &[ObligationId], at: Timestamp) {
        self.leave_queue(id);
        if let Some(attempt) = self.attempt_mut(id) {
            attempt.progress = Progress::Started;
            attempt.started_at = Some(at);
            attempt.also = also.to_vec();
        }
        self.take_line(id, at);
    }

    /// Ends a call and frees its line; tells whether it was still under way.
    pub(super) fn end(&mut self, id: AttemptId, at: Timestamp) -> bool {
        let Some(attempt) = self.attempt_mut(id) else { return false };
        let Some(since) = attempt.started_at.filter(|_| attempt.progress == Progress::Started)
        else {
            return false;
        };
        attempt.progress = Progress::Ended;
        attempt.ended_at = Some(at);
        self.index.in_flight.remove(&(since, id));
        if let Some((channel, _, listener)) = self.place(id) {
            self.index.queue.end(channel, listener);
        }
        true
    }

    /// The call that has ended was about other errands too: theirs to the same person, whose time had
    /// come, is not made again, and ended as this one did.
    pub(super) fn share(&mut self, id: AttemptId, outcome: &Outcome, at: Timestamp) {
        let Some((_, call)) = self.attempt(id) else { return };
        if *outcome == Outcome::RungOff {
            return;
        }
        let call = call.clone();
        for errand in &call.also {
            for shared in self.waiting_of(*errand, |attempt| call.covers(attempt, at)) {
                self.leave_queue(shared);
                if let Some(attempt) = self.attempt_mut(shared) {
                    attempt.progress = Progress::Ended;
                    attempt.started_at = call.started_at;
                    attempt.ended_at = Some(at);
                    attempt.outcome = Some(outcome.clone());
                }
            }
        }
    }

    /// The roster of `post` has changed: whoever is being rung as its holder is looked up again.
    pub(in crate::domain) fn recheck(&mut self, post: &PostId, at: Timestamp) {
        let below =
            (post.area, ObligationId(0))..=(post.area.last_inside(), ObligationId(u64::MAX));
        let near = self.index.by_area.range(below).filter_map(|(_, id)| self.obligation(*id));
        let rung_there = |obligation: &&Obligation| {
            let State::Ringing { rung, .. } = obligation.state else { return false };
            let ladder = self.ladder(obligation);
            let rung = ladder.and_then(|ladder| ladder.rungs.get(usize::from(rung)));
            let named = rung.into_iter().flat_map(|rung| &rung.who);
            named.filter_map(|who| who.post(&obligation.post)).any(|named| named == *post)
        };
        let affected: Vec<ObligationId> = near.filter(rung_there).map(|o| o.id).collect();
        for id in affected {
            self.change(id, |obligation| {
                if let State::Ringing { until, .. } = &mut obligation.state {
                    *until = Some(at);
                }
            });
        }
    }

    pub(super) fn obligation_mut(&mut self, id: ObligationId) -> Option<&mut Obligation> {
        self.obligations.get_mut(position(id)?)
    }

    pub(super) fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        self.obligation_mut(id.obligation)?.attempt_mut(id)
    }

    fn place(&self, id: AttemptId) -> Option<(Channel, Place, Option<Listener>)> {
        let (obligation, attempt) = self.attempt(id)?;
        let callout = self.get(obligation.callout)?;
        let class = Self::class(callout, attempt.ordinal, attempt.notice);
        let place = Place { class, not_before: attempt.not_before, attempt: id };
        Some((attempt.channel, place, self.listener(callout, attempt)))
    }

    pub(super) fn join_queue(&mut self, id: AttemptId) {
        if let Some((channel, place, listener)) = self.place(id) {
            self.index.queue.wait(channel, place, listener);
        }
    }

    pub(super) fn leave_queue(&mut self, id: AttemptId) {
        if let Some((channel, place, listener)) = self.place(id) {
            self.index.queue.leave(channel, place, listener);
        }
    }

    pub(super) fn take_line(&mut self, id: AttemptId, since: Timestamp) {
        if let Some((channel, _, listener)) = self.place(id) {
            self.index.queue.begin(channel, listener);
            self.index.in_flight.insert((since, id));
        }
    }
}

fn position(id: ObligationId) -> Option<usize> {
    usize::try_from(id.0.checked_sub(1)?).ok()
}
