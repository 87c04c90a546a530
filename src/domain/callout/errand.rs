//! Handing the unreached to a named human: "go and knock on X's door by HH:MM".
//!
//! The obligation stays unreached until somebody answers it; the human it was handed to gets an
//! errand, an obligation of their own whose ladder never ends.

use super::{
    ladder::Climb,
    obligation::{EscalateReason, Handed, Obligation, Skipped, State, StateName, WithdrawReason},
    open::errand_subject,
    policy::{CalloutKind, Policy, PolicySet, Target},
};
use crate::domain::{
    area::Extent,
    decision::Draft,
    event::{
        CalloutOpened, Event, ObligationHandedOn, ObligationOpened, ObligationUnreached,
        ObligationWithdrawn,
    },
    ids::{CalloutId, ObligationId, PersonId, PostId},
};

/// The obligation that is handed over.
pub(super) struct Subject<'a> {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub post: &'a PostId,
    pub was: StateName,
}

impl Draft<'_> {
    /// Makes an obligation unreached, in the hands of the first human that can be named.
    pub(super) fn hand_over(
        &mut self,
        subject: &Subject<'_>,
        set: &PolicySet,
        policy: &Policy,
        reason: EscalateReason,
        skipped: Vec<Skipped>,
    ) {
        let handed = self.hand_to(subject, set, policy, 0);
        self.push(Event::ObligationUnreached(ObligationUnreached {
            id: subject.id,
            callout: subject.callout,
            post: subject.post.clone(),
            was: subject.was,
            reason,
            handed: handed.clone(),
            skipped,
        }));
        self.touch(subject.id, subject.callout, 0);
        self.open_errand(subject, set, policy, &handed);
    }

    /// The human's time is up: the next one has it now.
    pub(super) fn hand_on(&mut self, obligation: &Obligation, before: &Handed) {
        let Some(callout) = self.board.callouts.get(obligation.callout) else { return };
        let Some((set, policy)) = self.board.callouts.frozen(callout) else { return };
        let subject = Subject {
            id: obligation.id,
            callout: obligation.callout,
            post: &obligation.post,
            was: StateName::Unreached,
        };
        self.settle_errands(obligation.id);
        let handed = self.hand_to(&subject, set, policy, usize::from(before.candidate) + 1);
        self.push(Event::ObligationHandedOn(ObligationHandedOn {
            id: subject.id,
            callout: subject.callout,
            post: subject.post.clone(),
            handed: handed.clone(),
        }));
        self.touch(subject.id, subject.callout, 0);
        self.open_errand(&subject, set, policy, &handed);
    }

    /// Withdraws the errands about `obligation`: it has been reached, or is in other hands.
    pub(super) fn settle_errands(&mut self, obligation: ObligationId) {
        let board = self.board;
        for errand in board.callouts.errands_about(obligation) {
            if errand.state.is_open() && !self.has_touched(errand.id) {
                self.push(Event::ObligationWithdrawn(ObligationWithdrawn {
                    id: errand.id,
                    callout: errand.callout,
                    post: errand.post.clone(),
                    was: errand.state.name(),
                    reason: WithdrawReason::Settled,
                    notices: Vec::new(),
                }));
                self.touch(errand.id, errand.callout, -1);
            }
        }
    }

    /// Names the human: the policy's candidates from `from` on, then from the first again, then the
    /// county's last resort, then anybody who is on duty anywhere above.
    fn hand_to(
        &mut self,
        subject: &Subject<'_>,
        set: &PolicySet,
        policy: &Policy,
        from: usize,
    ) -> Handed {
        let candidates: Vec<Target> =
            policy.hand_over.who.iter().chain(&set.last_resort).cloned().collect();
        let found = self
            .first_named(&candidates, subject.post, from)
            .or_else(|| self.first_named(&candidates, subject.post, 0));
        let (candidate, to, errand) = match found {
            Some((index, _, person)) => {
                let errand = self.take_obligation();
                (index, Some(person), Some(errand))
            }
            None => (0, self.anybody(), None),
        };
        Handed {
            to,
            by: self.now + policy.hand_over.within_s,
            errand,
            candidate: u8::try_from(candidate).unwrap_or(u8::MAX),
        }
    }

    /// Returns somebody who is on duty somewhere: a name is better than none.
    fn anybody(&self) -> Option<PersonId> {
        let posts = self.board.roster.iter();
        let on_duty = posts.flat_map(|staffing| self.board.on_duty(staffing, self.now).people);
        on_duty.into_iter().next().cloned()
    }

    /// Opens the obligation that makes the human answer for it.
    fn open_errand(
        &mut self,
        subject: &Subject<'_>,
        set: &PolicySet,
        policy: &Policy,
        handed: &Handed,
    ) {
        let Some(id) = handed.errand else { return };
        let candidates: Vec<Target> =
            policy.hand_over.who.iter().chain(&set.last_resort).cloned().collect();
        let target = candidates.get(usize::from(handed.candidate));
        let Some(post) = target.and_then(|target| target.post(subject.post)) else { return };
        let Some(ladder) = set.ladder(&policy.hand_over.ladder) else { return };
        let callout = self.errand_callout(subject.callout);
        let Climb::Rung(step) = self.climb(ladder, &post, None, 0) else {
            debug_assert!(false, "an errand's ladder repeats, so it always has a rung");
            return;
        };
        self.push(Event::ObligationOpened(ObligationOpened {
            id,
            callout,
            post,
            ladder: ladder.name.clone(),
            task: Default::default(),
            about: Some(subject.id),
            replaces: None,
            step,
        }));
        self.touch(id, callout, 1);
    }

    /// Returns the open callout that holds the errands of `parent`, opening it with the first.
    fn errand_callout(&mut self, parent: CalloutId) -> CalloutId {
        if let Some(id) = self.errands.get(&parent) {
            return *id;
        }
        let board = self.board;
        if let Some(id) = board.callouts.get(parent).and_then(|callout| callout.errands) {
            return id;
        }
        let id = self.take_callout();
        self.errands.insert(parent, id);
        let opened = self.errand_opening(id, parent);
        self.push(Event::CalloutOpened(opened));
        id
    }

    fn errand_opening(&self, id: CalloutId, parent: CalloutId) -> CalloutOpened {
        let known = self.board.callouts.get(parent);
        let fresh = self.opening(parent);
        let (subject, severity, drill, extent, policy) = match (known, fresh) {
            (Some(callout), _) => (
                callout.subject.clone(),
                callout.severity,
                callout.drill,
                callout.extent.clone(),
                callout.policy.clone(),
            ),
            (None, Some(opened)) => (
                opened.subject.clone(),
                opened.severity,
                opened.drill,
                opened.extent.clone(),
                opened.policy.clone(),
            ),
            (None, None) => {
                debug_assert!(false, "an errand's callout serves one that exists");
                let red = crate::domain::warning::Colour::Red;
                (Default::default(), red, false, Extent::default(), Default::default())
            }
        };
        CalloutOpened {
            id,
            kind: CalloutKind::Errand,
            subject: errand_subject(&subject),
            text: String::new(),
            severity,
            drill,
            extent,
            policy,
            warning: None,
            parent: Some(parent),
        }
    }
}

/// Returns to whom an unreached obligation was handed.
pub fn handed(obligation: &Obligation) -> Option<&Handed> {
    match &obligation.state {
        State::Unreached { handed, .. } => Some(handed),
        State::Ringing { .. } | State::Answered | State::Withdrawn { .. } => None,
    }
}
