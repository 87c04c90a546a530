//! Handing the unreached to a named human: "go and knock on X's door by HH:MM".
//!
//! The obligation stays unreached until somebody answers it; the human it was handed to gets an
//! errand, an obligation of their own whose ladder never ends. One call tells them of every errand of a
//! callout that rests on them, and one answer to it takes them all.

use super::{
    attempt::Attempt,
    callouts::Callout,
    ladder::{Climb, reachable},
    obligation::{
        Bearer, EscalateReason, Handed, Obligation, Skipped, State, StateName, WithdrawReason,
    },
    policy::{CalloutKind, Target, Terms},
    revise::Told,
};
use compact_str::{CompactString, format_compact};

use crate::domain::{
    decision::Draft,
    event::{CalloutOpened, ObligationHandedOn, ObligationOpened, ObligationUnreached},
    ids::{CalloutId, ObligationId, PersonId, PostId},
};

/// The obligation that is handed over.
pub(super) struct Subject<'a> {
    pub id: ObligationId,
    pub callout: CalloutId,
    pub bearer: Bearer<'a>,
    pub was: StateName,
    /// `None` where it is opened in the same decision.
    pub known: Option<&'a Obligation>,
}

impl<'a> Subject<'a> {
    pub fn of(obligation: &'a Obligation) -> Self {
        let Obligation { id, callout, state, .. } = obligation;
        let (bearer, was) = (obligation.bearer(), state.name());
        Self { id: *id, callout: *callout, bearer, was, known: Some(obligation) }
    }
}

/// The human that an obligation is handed to.
struct Taker {
    person: PersonId,
    /// The post that they hold, where the errand is rung.
    post: PostId,
    candidate: usize,
}

impl Draft<'_> {
    /// Makes an obligation unreached, in the hands of the first human that can be named.
    pub(super) fn hand_over(
        &mut self,
        subject: &Subject<'_>,
        terms: Terms<'_>,
        reason: EscalateReason,
        skipped: Vec<Skipped>,
    ) {
        let taker = self.taker(subject, terms, 0);
        let handed = self.handed(taker.as_ref(), terms);
        self.push(ObligationUnreached {
            id: subject.id,
            callout: subject.callout,
            post: subject.bearer.post.clone(),
            was: subject.was,
            reason,
            handed: handed.clone(),
            skipped,
        });
        self.touch(subject.id, subject.callout, 0);
        self.open_errand(subject, terms, taker, handed.errand);
    }

    /// The human's time is up, or they cannot: the next one has it now.
    pub(super) fn hand_on(&mut self, obligation: &Obligation) {
        let Some(before) = obligation.handed() else { return };
        let Some(terms) = self.board.callouts.terms(obligation) else { return };
        let subject = Subject::of(obligation);
        let board = self.board;
        for errand in board.callouts.errands_about(obligation.id) {
            let refused = self.refused.iter().any(|(id, _)| *id == errand.id);
            if (errand.state.is_open() || refused) && !self.has_touched(errand.id) {
                self.withdraw(errand, WithdrawReason::Settled, Vec::new());
            }
        }
        let taker = self.taker(&subject, terms, usize::from(before.candidate) + 1);
        let handed = self.handed(taker.as_ref(), terms);
        self.push(ObligationHandedOn {
            id: subject.id,
            callout: subject.callout,
            post: subject.bearer.post.clone(),
            handed: handed.clone(),
        });
        self.touch(subject.id, subject.callout, 0);
        self.open_errand(&subject, terms, taker, handed.errand);
    }

    /// The obligation needs nobody any more: withdraws the errands about it, and tells those who are on
    /// their way.
    pub(super) fn settle_errands(&mut self, obligation: ObligationId) {
        let board = self.board;
        for errand in board.callouts.errands_about(obligation) {
            self.end_obligation(errand.id, WithdrawReason::Settled, Told::Everybody);
        }
    }

    /// Returns the other errands that a call about one of them is about: all those of its callout that
    /// are being rung and rest on the same person.
    pub(super) fn shared(&self, obligation: &Obligation, attempt: &Attempt) -> Vec<ObligationId> {
        if obligation.about.is_none() || attempt.notice {
            return Vec::new();
        }
        let resting = self.board.callouts.resting_on(&attempt.person);
        let others = resting.filter(|other| {
            other.callout == obligation.callout
                && other.id != obligation.id
                && matches!(other.state, State::Ringing { .. })
                && !self.has_touched(other.id)
        });
        others.map(|other| other.id).collect()
    }

    /// Names the human: of the policy's candidates from the `from`th on and round again, one who can be
    /// reached; else one who cannot; else anybody who is on duty anywhere. The one who could not be
    /// reached comes last.
    fn taker(&self, subject: &Subject<'_>, terms: Terms<'_>, from: usize) -> Option<Taker> {
        let other = |taker: &Taker| !self.is_the_unreached(subject, &taker.person);
        let reached = |taker: &Taker| {
            let rungs = terms.errand_ladder().into_iter().flat_map(|ladder| &ladder.rungs);
            let mut channels = rungs.flat_map(|rung| &rung.reach).map(|reach| reach.channel);
            channels.any(|channel| reachable(self.board, &taker.person, channel))
        };
        let candidates = || self.candidates(subject, terms, from);
        candidates()
            .find(|taker| other(taker) && reached(taker))
            .or_else(|| candidates().find(other))
            .or_else(|| self.anybody().find(other))
            .or_else(|| candidates().next())
            .or_else(|| self.anybody().next())
    }

    fn candidates(
        &self,
        subject: &Subject<'_>,
        terms: Terms<'_>,
        from: usize,
    ) -> impl Iterator<Item = Taker> {
        let targets: Vec<&Target> = terms.takers().collect();
        let count = targets.len();
        let order = (0..count).map(move |index| (from + index) % count);
        order.flat_map(move |candidate| {
            let post = targets[candidate].post(subject.bearer.post);
            let named = self.named(targets[candidate], subject.bearer);
            let people = named.map(|named| named.people).unwrap_or_default();
            let pairs = people.into_iter().zip(std::iter::repeat(post));
            pairs.filter_map(move |(person, post)| Some(Taker { person, post: post?, candidate }))
        })
    }

    /// Returns those on duty anywhere, the widest areas first: a name is better than none.
    fn anybody(&self) -> impl Iterator<Item = Taker> {
        self.board.roster.iter().flat_map(|staffing| {
            let on_duty = self.board.on_duty(staffing, self.now).people.into_iter();
            let post = &staffing.post.id;
            on_duty.map(|person| Taker { person: person.clone(), post: post.clone(), candidate: 0 })
        })
    }

    /// Tells whether `person` is why the obligation has to be handed over: he holds the post and did not
    /// answer, or he has said that he cannot come, to it or to an errand about it.
    fn is_the_unreached(&self, subject: &Subject<'_>, person: &PersonId) -> bool {
        let holds = self.board.bears(subject.bearer, person, self.now);
        let mut errands = self.board.callouts.errands_about(subject.id);
        holds
            || subject.known.is_some_and(|known| self.refuses(known, person))
            || errands.any(|errand| self.refuses(errand, person))
    }

    fn handed(&mut self, taker: Option<&Taker>, terms: Terms<'_>) -> Handed {
        Handed {
            to: taker.map(|taker| taker.person.clone()),
            by: self.now + terms.policy.hand_over.within_s,
            errand: taker.map(|_| self.take_obligation()),
            candidate: taker.map_or(0, |taker| u8::try_from(taker.candidate).unwrap_or(u8::MAX)),
        }
    }

    /// Opens the obligation that makes the human answer for it.
    fn open_errand(
        &mut self,
        subject: &Subject<'_>,
        terms: Terms<'_>,
        taker: Option<Taker>,
        errand: Option<ObligationId>,
    ) {
        let (Some(taker), Some(id)) = (taker, errand) else { return };
        let ladder = terms.errand_ladder().expect("a set without it is not adopted");
        let callout = self.errand_callout(subject.callout);
        let Climb::Rung(step) = self.climb(ladder, Bearer::holder(&taker.post), None, 0) else {
            unreachable!("an errand's ladder repeats, so it always has a rung");
        };
        self.push(ObligationOpened {
            id,
            callout,
            post: taker.post.clone(),
            unit: None,
            person: None,
            ladder: ladder.name.clone(),
            task: Default::default(),
            about: Some(subject.id),
            replaces: None,
            step,
        });
        self.touch(id, callout, 1);
    }

    /// Returns the open callout that holds the errands of `parent`, opening it with the first.
    fn errand_callout(&mut self, parent: CalloutId) -> CalloutId {
        let board = self.board;
        let known = board.callouts.get(parent);
        let open = known.and_then(|callout| callout.errands);
        if let Some(id) = self.errands.get(&parent).copied().or(open) {
            return id;
        }
        let about = self.opening.get(&parent).cloned();
        let served = about.or_else(|| known.map(Callout::opening));
        let served = served.expect("an errand serves a callout that exists or is being opened");
        let id = self.take_callout();
        self.errands.insert(parent, id);
        self.push(CalloutOpened {
            id,
            kind: CalloutKind::Errand,
            subject: errand_subject(&served.subject),
            text: String::new(),
            warning: None,
            parent: Some(parent),
            ..served
        });
        id
    }
}

/// Returns the subject line of a callout that sends people to another's unreached.
pub(super) fn errand_subject(subject: &str) -> CompactString {
    format_compact!("上门叫醒：{subject}")
}
