//! What must always hold of callouts, checked against the obligations one by one.

use super::{
    attempt::Progress,
    callouts::Callouts,
    obligation::{Obligation, State},
    rollup::Rollup,
};

impl Callouts {
    /// Returns every breach of what must always hold.
    pub fn breaches(&self, anybody: bool) -> Vec<String> {
        let mut breaches: Vec<String> =
            self.obligations.iter().filter_map(|o| self.breach(o, anybody)).collect();
        for callout in self.callouts.values() {
            let mut rollup = Rollup::default();
            for obligation in callout.obligations.iter().filter_map(|id| self.obligation(*id)) {
                rollup.add(obligation.post.area, obligation.state.name());
            }
            if rollup.whole() != callout.rollup.whole() {
                breaches.push(format!("{}: the roll-up does not add up", callout.id));
            }
        }
        breaches
    }

    fn breach(&self, obligation: &Obligation, anybody: bool) -> Option<String> {
        let id = obligation.id;
        let armed = |at| self.index.deadlines.contains(&(at, id));
        match &obligation.state {
            State::Ringing { .. } | State::Unreached { .. }
                if !obligation.state.deadline().is_some_and(armed) =>
            {
                Some(format!("{id}: open without an armed deadline"))
            }
            State::Unreached { handed, .. } if handed.to.is_none() && anybody => {
                Some(format!("{id}: unreached and in nobody's hands"))
            }
            State::Answered if obligation.answer.is_none() => {
                Some(format!("{id}: answered without an answer"))
            }
            State::Answered | State::Withdrawn { .. }
                if obligation
                    .attempts
                    .iter()
                    .any(|a| a.progress == Progress::Queued && !a.notice) =>
            {
                Some(format!("{id}: ended, yet a call still waits"))
            }
            State::Ringing { .. }
            | State::Unreached { .. }
            | State::Answered
            | State::Withdrawn { .. } => None,
        }
    }
}
