//! What a channel reports of an attempt: perhaps an answer, a refusal, or the next try.

use super::{
    answer::Answerer,
    attempt::{Attempt, Outcome, Planned, Progress, Sign},
    obligation::{EscalateReason, Obligation, State, Via},
};
use crate::domain::{
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    event::AttemptRecorded,
    ids::AttemptId,
    rejection::Rejection,
};

/// Decides a report. One that says nothing new, or is about a call that was never made, changes nothing.
pub(in crate::domain) fn decide(
    board: &Board,
    id: AttemptId,
    outcome: &Outcome,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let known = board.callouts.attempt(id);
    let (obligation, attempt) = known.ok_or(Rejection::UnknownAttempt(id))?;
    let begun = matches!(attempt.progress, Progress::Started | Progress::Ended);
    if begun && outcome.outweighs(attempt.outcome.as_ref()) {
        draft.report(obligation, attempt, outcome);
    }
    Ok(draft.finish(Reply::Done))
}

impl Draft<'_> {
    pub(super) fn report(&mut self, obligation: &Obligation, call: &Attempt, outcome: &Outcome) {
        let counts = self.counts(obligation, call, outcome);
        let retry = if counts { None } else { self.retry(obligation, call, outcome) };
        let given_up = outcome.is_failure() && retry.is_none();
        self.push(AttemptRecorded {
            id: call.id,
            callout: obligation.callout,
            person: call.person.clone(),
            channel: call.channel,
            outcome: outcome.clone(),
            retry,
        });
        let board = self.board;
        let also = call.also.iter().filter_map(|id| board.callouts.obligation(*id));
        for obligation in std::iter::once(obligation).chain(also) {
            if counts {
                self.heed(obligation, call, outcome);
            } else if given_up && self.is_cut_off(obligation, call) {
                self.advance(obligation, EscalateReason::Unreachable);
            }
        }
    }

    /// Tells whether `outcome` is a word from the person: an answer that the policy counts, or that he
    /// cannot come, which is heard whatever it counts.
    fn counts(&self, obligation: &Obligation, call: &Attempt, outcome: &Outcome) -> bool {
        let terms = self.board.callouts.terms(obligation);
        let counted = terms.map(|terms| &terms.policy.counts);
        let counts = |sign: &Sign| counted.is_some_and(|all| all.contains(sign));
        !call.notice && (outcome.says_no() || outcome.signs().iter().any(counts))
    }

    /// Takes a word from a person for what it says.
    fn heed(&mut self, obligation: &Obligation, call: &Attempt, outcome: &Outcome) {
        let by = Answerer::reached(call.person.clone());
        if outcome.says_no() {
            // One who has answered on another channel, or is no longer asked, changes nothing here.
            let _ = self.decline(obligation, &by, outcome.words().unwrap_or_default());
        } else if obligation.state.is_open() {
            let note = outcome.words().unwrap_or_default().to_owned();
            let answer = by.answer(obligation, Via::from(call.channel), note, self.now);
            self.answer(obligation, answer);
        }
    }

    /// Returns the next try of an attempt that has just ended without an answer; none where another one
    /// to the same person waits already.
    fn retry(
        &self,
        obligation: &Obligation,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Option<Planned> {
        let State::Ringing { rung, due_at, .. } = obligation.state else { return None };
        let ended = attempt.progress == Progress::Started && outcome.ends(attempt.channel);
        let of_this_rung = attempt.id.number >= obligation.rung_attempts;
        if !ended || attempt.notice || !of_this_rung || !obligation.wants(&attempt.person) {
            return None;
        }
        if outcome.is_final() {
            return None;
        }
        let ladder = self.board.callouts.ladder(obligation)?;
        let reach = ladder.rungs.get(usize::from(rung))?.reach(attempt.channel)?;
        let own =
            |other: &&Attempt| other.person == attempt.person && other.channel == attempt.channel;
        let tried = || obligation.calls_now().filter(own);
        if tried().any(|other| other.progress == Progress::Queued) {
            return None;
        }
        let tried = tried().filter(|other| other.progress != Progress::Dropped);
        let tried = u32::try_from(tried.count()).unwrap_or(u32::MAX);
        let start = attempt.started_at.unwrap_or(self.now) + reach.every_s;
        let start = start.max(self.now);
        if tried >= reach.tries || start >= due_at {
            return None;
        }
        Some(Planned {
            number: obligation.next_number(),
            person: attempt.person.clone(),
            channel: attempt.channel,
            after_ms: u32::try_from(start.since(self.now).as_millis()).unwrap_or(u32::MAX),
            ordinal: obligation.tries(&attempt.person, attempt.channel),
            notice: false,
        })
    }

    /// Tells whether `call`, which could not be carried, was the last hope of the rung being rung: no
    /// channel carried any call of it, and none is under way or waits.
    fn is_cut_off(&self, obligation: &Obligation, call: &Attempt) -> bool {
        let ringing = matches!(obligation.state, State::Ringing { .. });
        // A report that comes after the call was over spares nothing any more.
        let ends_now = call.progress == Progress::Started;
        let spared = |other: &Attempt| {
            let elsewhere = other.id.obligation != call.id.obligation;
            ends_now && elsewhere && call.covers(other, self.now)
        };
        let dead = |other: &Attempt| match other.progress {
            Progress::Started => other.id == call.id,
            Progress::Queued => spared(other),
            Progress::Ended => {
                other.id == call.id || other.outcome.as_ref().is_some_and(Outcome::is_failure)
            }
            Progress::Dropped => true,
        };
        let hopeless = |other: &Attempt| dead(other) || !obligation.wants(&other.person);
        ringing
            && !self.has_touched(obligation.id)
            && obligation.calls_now().next().is_some()
            && obligation.calls_now().all(hopeless)
    }
}
