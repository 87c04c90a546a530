//! Applying the callout events: total, in the order of the journal.

use super::{
    callouts::{Callouts, Closed},
    obligation::{Asked, Obligation, State},
};
use crate::domain::{
    event::{
        AttemptRecorded, CalloutRevised, Entry, ObligationAnswered, ObligationDeclined,
        ObligationEscalated, ObligationHandedOn, ObligationMoved, ObligationOpened,
        ObligationUnreached, ObligationWithdrawn,
    },
    ids::{AttemptId, CalloutId, ObligationId},
    time::Timestamp,
};

impl Callouts {
    pub(in crate::domain) fn opened(&mut self, opened: &ObligationOpened, at: Timestamp) {
        let step = &opened.step;
        let obligation = Obligation {
            id: opened.id,
            callout: opened.callout,
            post: opened.post.clone(),
            ladder: opened.ladder.clone(),
            policies: self.policies_seq(),
            task: opened.task.clone(),
            about: opened.about,
            replaces: opened.replaces,
            opened_at: at,
            state: State::Ringing { rung: step.rung, due_at: step.due_at, until: step.until },
            asked: Vec::new(),
            attempts: Vec::new(),
            skipped: Vec::new(),
            rung: step.rung,
            rung_since: at,
            answer: None,
            answered_at: None,
            answered_seq: None,
        };
        self.add(obligation);
        self.ring(opened.id, step, at);
    }

    pub(in crate::domain) fn escalated(&mut self, escalated: &ObligationEscalated, at: Timestamp) {
        self.give_up_retries(escalated.id);
        if let Some(obligation) = self.obligation_mut(escalated.id) {
            obligation.answer = None;
            (obligation.answered_at, obligation.answered_seq) = (None, None);
        }
        self.ring(escalated.id, &escalated.step, at);
    }

    pub(in crate::domain) fn moved(&mut self, moved: &ObligationMoved, at: Timestamp) {
        self.drop_waiting(moved.id, |attempt| moved.gone.contains(&attempt.person));
        self.ring(moved.id, &moved.step, at);
    }

    pub(in crate::domain) fn declined(&mut self, declined: &ObligationDeclined, entry: &Entry) {
        self.drop_waiting(declined.id, |attempt| attempt.person == declined.person);
        let Some(obligation) = self.obligation_mut(declined.id) else { return };
        let rung = obligation.rung;
        if !obligation.was_asked(&declined.person) {
            let person = declined.person.clone();
            let at = entry.at;
            obligation.asked.push(Asked { person, rung, at, declined: true, declined_seq: None });
        }
        for asked in obligation.asked.iter_mut().filter(|a| a.person == declined.person) {
            (asked.declined, asked.declined_seq) = (true, Some(entry.seq));
        }
    }

    pub(in crate::domain) fn answered(&mut self, answered: &ObligationAnswered, entry: &Entry) {
        self.drop_calls(answered.id);
        if let Some(obligation) = self.obligation_mut(answered.id) {
            obligation.answer = Some(answered.answer.clone());
            obligation.answered_at = Some(entry.at);
            obligation.answered_seq = Some(entry.seq);
        }
        self.enter(answered.id, State::Answered);
    }

    pub(in crate::domain) fn unreached(&mut self, unreached: &ObligationUnreached, at: Timestamp) {
        self.give_up_retries(unreached.id);
        if let Some(obligation) = self.obligation_mut(unreached.id) {
            obligation.skipped.extend(unreached.skipped.iter().cloned());
            obligation.answer = None;
            (obligation.answered_at, obligation.answered_seq) = (None, None);
        }
        self.enter(unreached.id, State::Unreached { handed: unreached.handed.clone(), since: at });
    }

    pub(in crate::domain) fn handed_on(&mut self, handed: &ObligationHandedOn, at: Timestamp) {
        let since = self.obligation(handed.id).map_or(at, |obligation| match obligation.state {
            State::Unreached { since, .. } => since,
            State::Ringing { .. } | State::Answered | State::Withdrawn { .. } => at,
        });
        self.enter(handed.id, State::Unreached { handed: handed.handed.clone(), since });
    }

    pub(in crate::domain) fn withdrawn(&mut self, withdrawn: &ObligationWithdrawn, at: Timestamp) {
        self.drop_calls(withdrawn.id);
        self.enter(withdrawn.id, State::Withdrawn { reason: withdrawn.reason });
        let rung = self.obligation(withdrawn.id).map_or(0, |obligation| obligation.rung);
        self.plan(withdrawn.id, rung, &withdrawn.notices, at);
    }

    pub(in crate::domain) fn told(
        &mut self,
        id: ObligationId,
        notices: &[super::attempt::Planned],
        at: Timestamp,
    ) {
        let rung = self.obligation(id).map_or(0, |obligation| obligation.rung);
        self.plan(id, rung, notices, at);
    }

    pub(in crate::domain) fn recorded(&mut self, recorded: &AttemptRecorded, at: Timestamp) {
        let ends = recorded.outcome.ends(recorded.channel);
        if let Some(attempt) = self.attempt_mut(recorded.id) {
            attempt.outcome = Some(recorded.outcome.clone());
        }
        if ends {
            self.end(recorded.id, at);
        }
        if let Some(retry) = &recorded.retry {
            let rung = self.obligation(recorded.id.obligation).map_or(0, |o| o.rung);
            self.plan(recorded.id.obligation, rung, std::slice::from_ref(retry), at);
        }
    }

    pub(in crate::domain) fn repeated(&mut self, id: AttemptId) {
        if let Some(attempt) = self.attempt_mut(id) {
            attempt.repeats += 1;
        }
    }

    pub(in crate::domain) fn revised(&mut self, revised: &CalloutRevised) {
        self.revise(revised.id, |callout| {
            callout.subject = revised.subject.clone();
            callout.text = revised.text.clone();
            callout.severity = revised.severity;
            callout.extent = revised.extent.clone();
            callout.policy = revised.policy.clone();
            callout.warning = Some(revised.warning);
        });
    }

    pub(in crate::domain) fn closed(&mut self, id: CalloutId, closed: Closed) {
        self.close(id, closed);
    }

    /// Somebody has answered, or nobody is asked any more: no call that waits is made.
    fn drop_calls(&mut self, id: ObligationId) {
        self.drop_waiting(id, |attempt| !attempt.notice);
    }

    /// The next rung is being rung: second tries of those before it are not made, but everybody still
    /// gets a first.
    fn give_up_retries(&mut self, id: ObligationId) {
        self.drop_waiting(id, |attempt| !attempt.notice && attempt.ordinal > 0);
    }
}
