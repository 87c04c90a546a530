//! Opening a callout: which posts must answer, and the first rung of each.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{
    errand::Subject,
    ladder::Climb,
    obligation::{Bearer, EscalateReason, Skipped, StateName, Step},
    policy::{CalloutKind, Ladder, Oblige, Policy, Terms},
};
use crate::domain::{
    actor::{Actor, Capability},
    area::Extent,
    board::Board,
    command::{OpenCallout, Reply},
    decision::{Decision, Draft},
    event::{CalloutOpened, ObligationOpened},
    ids::{CalloutId, Level, ObligationId, PostId},
    rejection::Rejection,
    time::Timestamp,
    warning::Colour,
};

/// Longest subject, in characters: one line on the wall.
const SUBJECT_LIMIT: usize = 120;
/// Longest text, in characters: what a telephone can read out in about four minutes.
const TEXT_LIMIT: usize = 1_000;
/// What a callout is worth when neither its sender nor its policy says.
const DEFAULT_SEVERITY: Colour = Colour::Orange;

/// Decides a callout opened by hand.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    open: &OpenCallout,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    check(board, actor, open)?;
    let set = board.callouts.policies().ok_or(Rejection::NoPolicy)?;
    let policy = match &open.policy {
        Some(id) => set.policy(id).ok_or_else(|| Rejection::UnknownPolicy(id.clone()))?,
        None => set.choose(open.kind, open.severity, None).ok_or(Rejection::NoPolicy)?,
    };
    let id = draft.take_callout();
    let opened = CalloutOpened {
        id,
        kind: open.kind,
        subject: open.subject.clone(),
        text: open.text.clone(),
        severity: open.severity.or(policy.severity).unwrap_or(DEFAULT_SEVERITY),
        drill: open.drill,
        extent: Extent::of(open.area),
        policy: policy.id.clone(),
        warning: None,
        parent: None,
    };
    if draft.open_callout(opened, Terms { set, policy }) == 0 {
        return Err(Rejection::NobodyObliged(open.area));
    }
    Ok(draft.finish(Reply::Callout { id }))
}

fn check(board: &Board, actor: &Actor, open: &OpenCallout) -> Result<(), Rejection> {
    if !actor.role.may_open_callouts() {
        return Err(Rejection::NotAllowed(Capability::OpenCallouts));
    }
    if !matches!(open.kind, CalloutKind::Manual | CalloutKind::SpotCheck) {
        return Err(Rejection::KindNotByHand);
    }
    if board.areas.get(open.area).is_none() {
        return Err(Rejection::UnknownArea(open.area));
    }
    if !actor.sees(open.area) {
        return Err(Rejection::OutsideArea(open.area));
    }
    if open.subject.trim().is_empty() {
        return Err(Rejection::Empty { field: "subject" });
    }
    for (field, text, limit) in
        [("subject", &*open.subject, SUBJECT_LIMIT), ("text", &*open.text, TEXT_LIMIT)]
    {
        if text.chars().count() > limit {
            return Err(Rejection::TooLong { field, limit });
        }
    }
    Ok(())
}

impl Draft<'_> {
    /// Opens a callout and its obligations, those of the widest areas first; returns how many.
    pub(in crate::domain) fn open_callout(
        &mut self,
        opened: CalloutOpened,
        terms: Terms<'_>,
    ) -> usize {
        let callout = opened.id;
        let obliged = obliged_posts(self.board, terms.policy, &opened.extent);
        self.begin_callout(opened);
        for (post, oblige) in &obliged {
            self.oblige(callout, terms, post, oblige, None);
        }
        obliged.len()
    }

    /// Opens a callout that says itself who has to answer: see [`Self::bind`].
    pub(in crate::domain) fn begin_callout(&mut self, opened: CalloutOpened) {
        self.opening.insert(opened.id, opened.clone());
        self.push(opened);
    }

    /// Obliges `bearer` to answer, by the ladder that the policy has for such callouts.
    pub(in crate::domain) fn bind(
        &mut self,
        callout: CalloutId,
        terms: Terms<'_>,
        bearer: Bearer<'_>,
        task: &CompactString,
    ) -> Option<ObligationId> {
        let ladder = terms.set.ladder(terms.policy.ladder.as_ref()?)?;
        Some(self.open_obligation(callout, terms, bearer, (ladder, task), None))
    }

    /// Opens one obligation: rings its first rung, or hands it over at once.
    pub(in crate::domain) fn oblige(
        &mut self,
        callout: CalloutId,
        terms: Terms<'_>,
        post: &PostId,
        oblige: &Oblige,
        replaces: Option<ObligationId>,
    ) {
        let Some(ladder) = terms.set.ladder(&oblige.ladder) else {
            debug_assert!(false, "a policy with an unknown ladder was adopted");
            return;
        };
        let demand = (ladder, &oblige.task);
        self.open_obligation(callout, terms, Bearer::holder(post), demand, replaces);
    }

    fn open_obligation(
        &mut self,
        callout: CalloutId,
        terms: Terms<'_>,
        bearer: Bearer<'_>,
        (ladder, task): (&Ladder, &CompactString),
        replaces: Option<ObligationId>,
    ) -> ObligationId {
        let id = self.take_obligation();
        let (step, reached) = match self.climb(ladder, bearer, None, 0) {
            Climb::Rung(step) => (step, true),
            Climb::End(skipped) => (nobody(self.now, skipped), false),
        };
        self.push(ObligationOpened {
            id,
            callout,
            post: bearer.post.clone(),
            unit: bearer.as_unit(),
            person: bearer.as_person(),
            ladder: ladder.name.clone(),
            task: task.clone(),
            about: None,
            replaces,
            step,
        });
        self.touch(id, callout, 1);
        if !reached {
            let was = StateName::Ringing;
            let subject = Subject { id, callout, bearer, was, known: None };
            self.hand_over(&subject, terms, EscalateReason::Unreachable, Vec::new());
        }
        id
    }
}

/// Returns the step of an obligation that no rung reaches: it is handed over in the same breath.
fn nobody(now: Timestamp, skipped: Vec<Skipped>) -> Step {
    Step { rung: 0, people: Vec::new(), attempts: Vec::new(), due_at: now, until: None, skipped }
}

/// Returns the posts that `policy` obliges for `extent`, the widest areas first.
pub(in crate::domain) fn obliged_posts<'p>(
    board: &Board,
    policy: &'p Policy,
    extent: &Extent,
) -> Vec<(PostId, &'p Oblige)> {
    let mut posts: BTreeMap<(Level, usize, PostId), &Oblige> = BTreeMap::new();
    for (order, oblige) in policy.oblige.iter().enumerate() {
        for area in board.areas.at_level(extent, oblige.level) {
            let post = PostId { area, duty: oblige.duty.clone() };
            posts.insert((oblige.level, order, post), oblige);
        }
    }
    posts.into_iter().map(|((_, _, post), oblige)| (post, oblige)).collect()
}
