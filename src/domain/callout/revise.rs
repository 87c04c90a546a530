//! What a warning's change does to the open callout: an upgrade or another hazard obliges anew only those
//! whose duty changes, a downgrade lets go of those it does not oblige, an end lets go of all, and everybody
//! who had been called is told.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::{
    attempt::{Attempt, Planned, Progress},
    callouts::Callout,
    ladder::reachable,
    obligation::{Obligation, State, WithdrawReason},
    open::obliged_posts,
    policy::{Oblige, Terms},
};
use crate::domain::{
    area::Extent,
    decision::Draft,
    event::{
        CalloutClosed, CalloutOpened, CalloutRevised, Change, CloseReason, ObligationTold,
        ObligationWithdrawn, QuorumMet,
    },
    ids::{AreaCode, CalloutId, ObligationId, PersonId, PostId, WarningId},
    person::Channel,
    warning::Colour,
};

/// What the callout is about from now on.
pub(in crate::domain) struct Revision<'p> {
    pub warning: WarningId,
    pub subject: CompactString,
    pub text: String,
    pub severity: Colour,
    pub extent: Extent,
    pub terms: Terms<'p>,
    /// It is about another hazard than before.
    pub other_hazard: bool,
}

/// Who is told of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Everybody who had been called.
    Everybody,
    /// Those who had been called and have not answered.
    TheUnanswered,
}

impl Draft<'_> {
    /// Revises an open callout.
    pub(in crate::domain) fn revise(&mut self, callout: &Callout, revision: Revision<'_>) {
        let change = compare(callout, &revision);
        self.push(CalloutRevised {
            id: callout.id,
            warning: revision.warning,
            change,
            subject: revision.subject.clone(),
            text: revision.text.clone(),
            severity: revision.severity,
            extent: revision.extent.clone(),
            policy: revision.terms.policy.id.clone(),
        });
        let revised = CalloutOpened {
            subject: revision.subject.clone(),
            text: revision.text.clone(),
            severity: revision.severity,
            extent: revision.extent.clone(),
            policy: revision.terms.policy.id.clone(),
            warning: Some(revision.warning),
            ..callout.opening()
        };
        self.opening.insert(callout.id, revised);
        let order = obliged_posts(self.board, revision.terms.policy, &revision.extent);
        let obliged: BTreeSet<&PostId> = order.iter().map(|(post, _)| post).collect();
        for (post, id) in &callout.by_post {
            if !obliged.contains(post) {
                let reason = why(change, revision.extent.touches(post.area));
                self.end_obligation(*id, reason, Told::Everybody);
            }
        }
        let anew = match change {
            Change::Upgraded => Some(WithdrawReason::Upgraded),
            // Another danger asks for another answer, whatever its colour.
            Change::Downgraded | Change::HazardChanged | Change::AreaChanged | Change::Repeated => {
                revision.other_hazard.then_some(WithdrawReason::Superseded)
            }
        };
        for (post, oblige) in &order {
            self.keep_or_oblige(callout, revision.terms, anew, post, oblige);
        }
        self.count_quorums(callout, &revision, &obliged);
    }

    /// Notes the areas that what has been answered already mans by the rules of now.
    fn count_quorums(
        &mut self,
        callout: &Callout,
        revision: &Revision<'_>,
        obliged: &BTreeSet<&PostId>,
    ) {
        let board = self.board;
        let answered = |id: ObligationId| {
            let obligation = board.callouts.obligation(id);
            obligation.filter(|o| o.state == State::Answered).is_some_and(|answered| {
                // What was answered is replaced only where the post is obliged anew.
                !(obliged.contains(&answered.post) && self.has_touched(id))
            })
        };
        let areas: BTreeSet<AreaCode> = callout.by_post.keys().map(|post| post.area).collect();
        let quorums = &revision.terms.policy.quorum;
        let manned = areas.into_iter().filter(|area| {
            let quorum = quorums.iter().find(|quorum| quorum.level == area.level());
            quorum.is_some_and(|quorum| {
                quorum.needs.iter().all(|need| {
                    let post = PostId { area: *area, duty: need.duty.clone() };
                    callout.by_post.get(&post).is_some_and(|id| answered(*id))
                })
            })
        });
        for area in manned.collect::<Vec<_>>() {
            if !callout.manned.contains(&area) {
                self.push(QuorumMet { callout: callout.id, area });
            }
        }
    }

    /// Withdraws every open obligation of `callout`, tells everybody who had been called, and closes it.
    pub(in crate::domain) fn end_callout(
        &mut self,
        callout: &Callout,
        reason: CloseReason,
        note: CompactString,
    ) {
        let withdraw = match reason {
            CloseReason::Cancelled => WithdrawReason::Cancelled,
            CloseReason::Expired => WithdrawReason::Expired,
            CloseReason::Superseded => WithdrawReason::Superseded,
            CloseReason::ByHand | CloseReason::Complete => WithdrawReason::ByHand,
        };
        let told = match reason {
            // A warning that has run out is known to those who answered it: its text said until when.
            // Where another callout takes this one's place, that one tells them.
            CloseReason::Expired | CloseReason::Superseded => Told::TheUnanswered,
            CloseReason::Cancelled | CloseReason::ByHand | CloseReason::Complete => Told::Everybody,
        };
        let errands = callout.errands.and_then(|id| self.board.callouts.get(id));
        for callout in std::iter::once(callout).chain(errands) {
            for id in &callout.obligations {
                self.end_obligation(*id, withdraw, told);
            }
        }
        self.close(callout.id, reason, note);
    }

    /// Closes a callout and that which holds its errands.
    pub(in crate::domain) fn close(
        &mut self,
        id: CalloutId,
        reason: CloseReason,
        note: CompactString,
    ) {
        let errands = self.board.callouts.get(id).and_then(|callout| callout.errands);
        let note_of = [(id, note)].into_iter().chain(errands.map(|id| (id, Default::default())));
        for (id, note) in note_of {
            if self.closed.insert(id) {
                self.push(CalloutClosed { id, reason, note });
            }
        }
    }

    /// Obliges `post`, or tells it if it stands and its duty is the same; where `anew` gives a reason, a
    /// post whose duty is another is obliged anew.
    fn keep_or_oblige(
        &mut self,
        callout: &Callout,
        terms: Terms<'_>,
        anew: Option<WithdrawReason>,
        post: &PostId,
        oblige: &Oblige,
    ) {
        let board = self.board;
        let standing = callout.by_post.get(post).and_then(|id| board.callouts.obligation(*id));
        let Some(standing) = standing.filter(|o| !matches!(o.state, State::Withdrawn { .. }))
        else {
            self.oblige(callout.id, terms, post, oblige, None);
            return;
        };
        let differs = standing.ladder != oblige.ladder || standing.task != oblige.task;
        if let Some(reason) = anew.filter(|_| differs) {
            self.withdraw(standing, reason, Vec::new());
            self.settle_errands(standing.id);
            self.oblige(callout.id, terms, post, oblige, Some(standing.id));
        } else {
            self.tell(standing);
        }
    }

    /// Lets go of an obligation that what it asked for has settled; whoever has answered need not hear of it.
    pub(in crate::domain) fn settle(&mut self, id: ObligationId) {
        self.end_obligation(id, WithdrawReason::Settled, Told::TheUnanswered);
    }

    /// Lets go of an obligation, and tells everybody who had been called about it.
    pub(in crate::domain) fn call_off(&mut self, id: ObligationId) {
        self.end_obligation(id, WithdrawReason::ByHand, Told::Everybody);
    }

    pub(super) fn end_obligation(&mut self, id: ObligationId, reason: WithdrawReason, told: Told) {
        let Some(obligation) = self.board.callouts.obligation(id) else { return };
        if self.has_touched(id) {
            return;
        }
        if obligation.state.is_open() {
            let notices = self.notices(obligation);
            self.withdraw(obligation, reason, notices);
            self.settle_errands(id);
        } else if obligation.state == State::Answered && told == Told::Everybody {
            self.touch(id, obligation.callout, 0);
            self.tell(obligation);
        }
    }

    pub(super) fn withdraw(
        &mut self,
        obligation: &Obligation,
        reason: WithdrawReason,
        notices: Vec<Planned>,
    ) {
        self.push(ObligationWithdrawn {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            was: obligation.state.name(),
            reason,
            notices,
        });
        let closed = if obligation.state.is_open() { -1 } else { 0 };
        self.touch(obligation.id, obligation.callout, closed);
    }

    fn tell(&mut self, obligation: &Obligation) {
        let notices = self.notices(obligation);
        if !notices.is_empty() {
            self.push(ObligationTold {
                id: obligation.id,
                callout: obligation.callout,
                post: obligation.post.clone(),
                notices,
            });
        }
    }

    /// Plans a notice to everybody who had been called, by the quietest channels that reach them; about
    /// a hundred errands that end at once nobody gets more than one.
    fn notices(&mut self, obligation: &Obligation) -> Vec<Planned> {
        let made = |a: &&Attempt| matches!(a.progress, Progress::Started | Progress::Ended);
        let calls = obligation.attempts.iter().filter(|attempt| !attempt.notice).filter(made);
        let mut called: BTreeSet<&PersonId> = calls.map(|attempt| &attempt.person).collect();
        if obligation.about.is_some() {
            let errands = obligation.callout;
            called.retain(|person| self.noticed.insert((errands, (*person).clone())));
        }
        let mut number = obligation.next_number();
        let mut planned = Vec::new();
        for person in called {
            let quiet = [Channel::App, Channel::Sms];
            let mut channels: Vec<Channel> =
                quiet.into_iter().filter(|c| reachable(self.board, person, *c)).collect();
            if channels.is_empty() && reachable(self.board, person, Channel::Voice) {
                channels.push(Channel::Voice);
            }
            for channel in channels {
                planned.push(Planned {
                    number,
                    person: person.clone(),
                    channel,
                    after_ms: 0,
                    ordinal: 0,
                    notice: true,
                });
                number += 1;
            }
        }
        planned
    }
}

/// Says why a post is let go that the revised warning does not oblige; `touched` tells
/// whether it is still about the post's area.
fn why(change: Change, touched: bool) -> WithdrawReason {
    match change {
        _ if !touched => WithdrawReason::AreaReduced,
        Change::Upgraded => WithdrawReason::Upgraded,
        Change::Downgraded => WithdrawReason::Downgraded,
        Change::HazardChanged | Change::AreaChanged | Change::Repeated => {
            WithdrawReason::Superseded
        }
    }
}

/// Says how a revision compares with what the callout has been about.
fn compare(callout: &Callout, revision: &Revision<'_>) -> Change {
    if revision.severity.is_worse_than(callout.severity) {
        Change::Upgraded
    } else if callout.severity.is_worse_than(revision.severity) {
        Change::Downgraded
    } else if revision.other_hazard {
        Change::HazardChanged
    } else if callout.extent != revision.extent {
        Change::AreaChanged
    } else {
        Change::Repeated
    }
}
