//! Applying the callout events: total, in the order of the journal.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{
    callouts::{Callout, Callouts, Closed},
    errand::errand_subject,
    lines::Lines,
    obligation::{Asked, Obligation, State, StateName},
    policy::PolicySet,
    rollup::Rollup,
};
use crate::domain::{
    event::{
        AttemptRecorded, AttemptStarted, CalloutOpened, CalloutRevised, Entry, ObligationAnswered,
        ObligationDeclined, ObligationEscalated, ObligationHandedOn, ObligationMoved,
        ObligationOpened, ObligationTold, ObligationUnreached, ObligationWithdrawn,
    },
    ids::{AreaCode, AttemptId, CalloutId, ObligationId},
    person::Channel,
    time::Timestamp,
};

impl Callouts {
    pub(in crate::domain) fn adopt(&mut self, seq: u64, set: PolicySet) {
        self.policies.insert(seq, set);
    }

    pub(in crate::domain) fn set_lines(&mut self, channel: Channel, lines: Lines) {
        self.lines.insert(channel, lines);
    }

    pub(in crate::domain) fn callout_opened(
        &mut self,
        opened: &CalloutOpened,
        at: Timestamp,
        by: &CompactString,
    ) {
        if let Some(parent) = opened.parent.and_then(|parent| self.callouts.get_mut(&parent)) {
            parent.errands = Some(opened.id);
        }
        let callout = Callout {
            id: opened.id,
            kind: opened.kind,
            subject: opened.subject.clone(),
            text: opened.text.clone(),
            severity: opened.severity,
            drill: opened.drill,
            extent: opened.extent.clone(),
            policy: opened.policy.clone(),
            policies: self.policies_seq(),
            warning: opened.warning,
            parent: opened.parent,
            errands: None,
            opened_at: at,
            opened_by: by.clone(),
            closed: None,
            obligations: Vec::new(),
            by_post: BTreeMap::new(),
            rollup: Rollup::default(),
            manned: Default::default(),
        };
        self.callouts.insert(opened.id, callout);
        self.index.open.insert(opened.id);
    }

    /// Changes what a callout and its errands are about; attempts that wait change their place with
    /// its severity.
    pub(in crate::domain) fn callout_revised(&mut self, revised: &CalloutRevised) {
        let policies = self.policies_seq();
        self.revise(revised.id, |callout| {
            callout.subject = revised.subject.clone();
            callout.text = revised.text.clone();
            callout.severity = revised.severity;
            callout.extent = revised.extent.clone();
            callout.policy = revised.policy.clone();
            callout.policies = policies;
            callout.warning = Some(revised.warning);
        });
        let manned = self.get(revised.id).map(|callout| callout.manned.clone());
        for area in manned.into_iter().flatten() {
            self.unman(revised.id, area);
        }
        if let Some(errands) = self.get(revised.id).and_then(|callout| callout.errands) {
            self.revise(errands, |callout| {
                callout.subject = errand_subject(&revised.subject);
                callout.severity = revised.severity;
                callout.extent = revised.extent.clone();
            });
        }
    }

    pub(in crate::domain) fn callout_closed(&mut self, id: CalloutId, closed: Closed) {
        let Some(callout) = self.callouts.get_mut(&id) else {
            debug_assert!(false, "an unknown callout was closed");
            return;
        };
        callout.closed = Some(closed);
        let parent = callout.parent;
        self.index.open.remove(&id);
        if let Some(parent) = parent.and_then(|parent| self.callouts.get_mut(&parent)) {
            parent.errands = parent.errands.filter(|errands| *errands != id);
        }
    }

    pub(in crate::domain) fn callout_reopened(&mut self, id: CalloutId) {
        if let Some(callout) = self.callouts.get_mut(&id) {
            callout.closed = None;
            self.index.open.insert(id);
        }
    }

    pub(in crate::domain) fn man(&mut self, id: CalloutId, area: AreaCode) {
        if let Some(callout) = self.callouts.get_mut(&id) {
            callout.manned.insert(area);
        }
    }

    pub(in crate::domain) fn opened(&mut self, opened: &ObligationOpened, at: Timestamp) {
        debug_assert_eq!(opened.id.0, self.next_obligation(), "obligations are numbered in turn");
        let step = &opened.step;
        let state = State::Ringing { rung: step.rung, due_at: step.due_at, until: step.until };
        let callout = self.callouts.get(&opened.callout);
        let policies = callout.map_or(0, |callout| self.frozen_seq(callout));
        if let Some(callout) = self.callouts.get_mut(&opened.callout) {
            callout.obligations.push(opened.id);
            callout.by_post.insert(opened.post.clone(), opened.id);
            callout.rollup.add(opened.post.area, state.name());
        }
        let obligation = Obligation {
            id: opened.id,
            callout: opened.callout,
            post: opened.post.clone(),
            unit: opened.unit.clone(),
            person: opened.person.clone(),
            ladder: opened.ladder.clone(),
            policies,
            task: opened.task.clone(),
            about: opened.about,
            replaces: opened.replaces,
            opened_at: at,
            state,
            asked: Vec::new(),
            attempts: Vec::new(),
            skipped: Vec::new(),
            rung: step.rung,
            rung_since: at,
            rung_asked: 0,
            rung_attempts: 0,
            answer: None,
            answered_at: None,
            answered_seq: None,
        };
        self.index.note(&obligation);
        self.obligations.push(obligation);
        self.ask(opened.id, step, at);
    }

    pub(in crate::domain) fn escalated(&mut self, escalated: &ObligationEscalated, at: Timestamp) {
        self.give_up_retries(escalated.id);
        self.take_answer_back(escalated.id);
        self.ring(escalated.id, &escalated.step, at);
    }

    pub(in crate::domain) fn moved(&mut self, moved: &ObligationMoved, at: Timestamp) {
        self.drop_waiting(moved.id, |a| !a.notice && moved.gone.contains(&a.person));
        self.change(moved.id, |obligation| {
            let asked = obligation.asked.iter_mut().skip(obligation.rung_asked as usize);
            for asked in asked.filter(|asked| moved.gone.contains(&asked.person)) {
                asked.gone = true;
            }
        });
        self.ask(moved.id, &moved.step, at);
    }

    pub(in crate::domain) fn declined(&mut self, declined: &ObligationDeclined, entry: &Entry) {
        self.drop_waiting(declined.id, |a| !a.notice && a.person == declined.person);
        self.change(declined.id, |obligation| {
            let person = &declined.person;
            if !obligation.was_asked(person) {
                obligation.asked.push(Asked {
                    person: person.clone(),
                    rung: obligation.rung,
                    at: entry.at,
                    declined: true,
                    declined_seq: None,
                    gone: false,
                });
            }
            for asked in obligation.asked.iter_mut().filter(|asked| asked.person == *person) {
                (asked.declined, asked.declined_seq) = (true, Some(entry.seq));
            }
        });
    }

    pub(in crate::domain) fn answered(&mut self, answered: &ObligationAnswered, entry: &Entry) {
        self.drop_calls(answered.id);
        self.change(answered.id, |obligation| {
            obligation.answer = Some(Box::new(answered.answer.clone()));
            obligation.answered_at = Some(entry.at);
            obligation.answered_seq = Some(entry.seq);
            obligation.state = State::Answered;
        });
    }

    pub(in crate::domain) fn unreached(&mut self, unreached: &ObligationUnreached, at: Timestamp) {
        self.give_up_retries(unreached.id);
        self.take_answer_back(unreached.id);
        self.change(unreached.id, |obligation| {
            obligation.skipped.extend(unreached.skipped.iter().cloned());
            obligation.state = State::Unreached { handed: unreached.handed.clone(), since: at };
        });
    }

    pub(in crate::domain) fn handed_on(&mut self, on: &ObligationHandedOn) {
        self.change(on.id, |obligation| {
            if let State::Unreached { handed, .. } = &mut obligation.state {
                *handed = on.handed.clone();
            }
        });
    }

    pub(in crate::domain) fn withdrawn(&mut self, withdrawn: &ObligationWithdrawn, at: Timestamp) {
        self.drop_calls(withdrawn.id);
        self.change(withdrawn.id, |obligation| {
            obligation.state = State::Withdrawn { reason: withdrawn.reason };
        });
        self.plan(withdrawn.id, &withdrawn.notices, at);
    }

    pub(in crate::domain) fn told(&mut self, told: &ObligationTold, at: Timestamp) {
        self.plan(told.id, &told.notices, at);
    }

    pub(in crate::domain) fn started(&mut self, started: &AttemptStarted, at: Timestamp) {
        self.start(started.id, &started.also, at);
    }

    /// Handed over again: a report of its end is waited for anew.
    pub(in crate::domain) fn repeated(&mut self, id: AttemptId, at: Timestamp) {
        let Some(attempt) = self.attempt_mut(id) else { return };
        attempt.repeats += 1;
        attempt.rang_at = None;
        let before = attempt.started_at.replace(at);
        self.index.in_flight.remove(&(before.unwrap_or_default(), id));
        self.index.in_flight.insert((at, id));
    }

    pub(in crate::domain) fn recorded(&mut self, recorded: &AttemptRecorded, at: Timestamp) {
        if let Some(attempt) = self.attempt_mut(recorded.id) {
            if recorded.begins_to_ring() {
                attempt.rang_at = Some(at);
            }
            attempt.outcome = Some(recorded.outcome.clone());
        }
        if recorded.outcome.ends(recorded.channel) && self.end(recorded.id, at) {
            self.share(recorded.id, &recorded.outcome, at);
        }
        self.plan(recorded.id.obligation, recorded.retry.as_slice(), at);
    }

    fn revise(&mut self, id: CalloutId, change: impl FnOnce(&mut Callout)) {
        let Some(callout) = self.get(id) else { return };
        let waiting: Vec<AttemptId> =
            self.obligations_of(callout, None).flat_map(Obligation::waiting).collect();
        waiting.iter().for_each(|attempt| self.leave_queue(*attempt));
        if let Some(callout) = self.callouts.get_mut(&id) {
            change(callout);
        }
        waiting.iter().for_each(|attempt| self.join_queue(*attempt));
    }

    /// Who had answered cannot come after all.
    fn take_answer_back(&mut self, id: ObligationId) {
        if let Some(obligation) = self.obligation_mut(id) {
            obligation.answer = None;
            (obligation.answered_at, obligation.answered_seq) = (None, None);
        }
    }

    /// An obligation of `area` is answered no more, so the area may not count as manned any more.
    pub(super) fn unman(&mut self, id: CalloutId, area: AreaCode) {
        let met = self.get(id).is_some_and(|callout| self.meets_quorum(callout, area, None));
        if let Some(callout) = self.callouts.get_mut(&id).filter(|_| !met) {
            callout.manned.remove(&area);
        }
    }

    /// Tells whether enough posts of `area` have answered, `just` among them, for it to count as manned.
    pub(super) fn meets_quorum(
        &self,
        callout: &Callout,
        area: AreaCode,
        just: Option<ObligationId>,
    ) -> bool {
        let terms = self.frozen(callout);
        let mut quorums = terms.into_iter().flat_map(|terms| &terms.policy.quorum);
        let Some(quorum) = quorums.find(|quorum| quorum.level == area.level()) else {
            return false;
        };
        let answered = |id: ObligationId| {
            let state = self.obligation(id).map(|obligation| obligation.state.name());
            just == Some(id) || state == Some(StateName::Answered)
        };
        quorum.needs.iter().all(|need| {
            let mut posts = callout.posts_in(area).filter(|(duty, _)| **duty == need.duty);
            posts.any(|(_, id)| answered(id))
        })
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
