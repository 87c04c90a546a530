//! What must always hold of callouts, checked against the obligations one by one.

use super::{
    attempt::Progress,
    callouts::{Callout, Callouts},
    obligation::{Obligation, State},
    rollup::Rollup,
};

impl Callouts {
    /// Returns every breach of what must always hold. `anybody`: somebody could be named.
    pub fn breaches(&self, anybody: bool) -> Vec<String> {
        let of_obligations = self.obligations.iter().flat_map(|o| {
            let found = self.obligation_breaches(o, anybody).into_iter();
            found.map(|what| format!("{}: {what}", o.id))
        });
        let of_callouts = self.iter().flat_map(|callout| {
            let found = self.callout_breaches(callout).into_iter();
            found.map(|what| format!("{}: {what}", callout.id))
        });
        of_obligations.chain(of_callouts).collect()
    }

    fn obligation_breaches(&self, obligation: &Obligation, anybody: bool) -> Vec<&'static str> {
        let mut breaches = Vec::new();
        let mut must = |holds: bool, what| {
            if !holds {
                breaches.push(what);
            }
        };
        let armed = |at| self.index.deadlines.contains(&(at, obligation.id));
        let calls = |progress| {
            let mut calls = obligation.attempts.iter().filter(|attempt| !attempt.notice);
            calls.any(|attempt| attempt.progress == progress)
        };
        if obligation.state.is_open() {
            let callout = self.get(obligation.callout);
            must(obligation.state.deadline().is_some_and(armed), "open without an armed deadline");
            must(callout.is_some_and(Callout::is_open), "open in a callout that is closed");
            must(obligation.answer.is_none(), "answered, yet open");
            must(self.ladder(obligation).is_some(), "on a ladder that its policies do not have");
            must(self.terms(obligation).is_some(), "in a callout without policies");
        } else {
            must(!calls(Progress::Queued), "ended, yet a call still waits");
        }
        match &obligation.state {
            State::Unreached { handed, .. } => {
                must(handed.to.is_some() || !anybody, "unreached and in nobody's hands");
                must(handed.errand.is_some() || !anybody, "handed to somebody who is never told");
            }
            State::Answered => must(obligation.answer.is_some(), "answered without an answer"),
            State::Ringing { .. } | State::Withdrawn { .. } => {}
        }
        breaches
    }

    fn callout_breaches(&self, callout: &Callout) -> Vec<&'static str> {
        let mut rollup = Rollup::default();
        let mut stand = 0;
        for obligation in self.obligations_of(callout, None) {
            rollup.add(obligation.post.area, obligation.state.name());
            stand += usize::from(callout.by_post.get(&obligation.post) == Some(&obligation.id));
        }
        let manned = |area| self.meets_quorum(callout, area, None);
        let mut breaches = Vec::new();
        if rollup != callout.rollup {
            breaches.push("the roll-up does not add up");
        }
        if stand != callout.by_post.len() {
            breaches.push("a post is stood for by an obligation that is not its own");
        }
        if !callout.manned.iter().all(|area| manned(*area)) {
            breaches.push("an area counts as manned without its quorum");
        }
        breaches
    }
}
