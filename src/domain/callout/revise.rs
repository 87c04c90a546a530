//! What a warning's change does to the open callout: an upgrade obliges anew only those whose duty
//! changes, a downgrade lets go of those it does not oblige, an end lets go of all, and everybody who had
//! been called is told.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;

use super::{
    attempt::{Planned, Progress},
    callouts::Callout,
    ladder::reachable,
    obligation::{Obligation, State, WithdrawReason},
    open::obliged_posts,
    policy::{Oblige, Policy, PolicySet},
};
use crate::domain::{
    area::Extent,
    decision::Draft,
    event::{
        CalloutClosed, CalloutRevised, Change, CloseReason, Event, ObligationTold,
        ObligationWithdrawn,
    },
    ids::{CalloutId, ObligationId, PersonId, PostId, WarningId},
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
    pub set: &'p PolicySet,
    pub policy: &'p Policy,
}

impl Draft<'_> {
    /// Revises an open callout.
    pub(in crate::domain) fn revise(&mut self, callout: &Callout, revision: Revision<'_>) {
        let change = compare(callout, &revision);
        let obliged: BTreeMap<PostId, &Oblige> =
            obliged_posts(self.board, revision.policy, &revision.extent).into_iter().collect();
        self.push(Event::CalloutRevised(CalloutRevised {
            id: callout.id,
            warning: revision.warning,
            change,
            subject: revision.subject.clone(),
            text: revision.text.clone(),
            severity: revision.severity,
            extent: revision.extent.clone(),
            policy: revision.policy.id.clone(),
        }));
        let order = obliged_posts(self.board, revision.policy, &revision.extent);
        for (post, id) in &callout.by_post {
            if !obliged.contains_key(post) {
                self.let_go(*id, change);
            }
        }
        for (post, oblige) in order {
            let standing = callout.by_post.get(&post).copied();
            self.keep_or_oblige(callout, &revision, change, &post, oblige, standing);
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
            CloseReason::ByHand | CloseReason::Complete => WithdrawReason::ByHand,
        };
        // A warning that has run out is known to those who answered it: its text said until when.
        let tell_answered = reason != CloseReason::Expired;
        let ids: Vec<ObligationId> = callout.obligations.clone();
        for id in ids {
            self.end_obligation(id, withdraw, tell_answered);
        }
        self.close(callout.id, reason, note);
        if let Some(errands) = callout.errands.and_then(|id| self.board.callouts.get(id))
            && errands.is_open()
        {
            for id in errands.obligations.clone() {
                self.end_obligation(id, withdraw, false);
            }
            self.close(errands.id, reason, CompactString::default());
        }
    }

    fn close(&mut self, id: CalloutId, reason: CloseReason, note: CompactString) {
        self.push(Event::CalloutClosed(CalloutClosed { id, reason, note }));
        self.closed(id);
    }

    fn keep_or_oblige(
        &mut self,
        callout: &Callout,
        revision: &Revision<'_>,
        change: Change,
        post: &PostId,
        oblige: &Oblige,
        standing: Option<ObligationId>,
    ) {
        let board = self.board;
        let standing = standing.and_then(|id| board.callouts.obligation(id));
        let Some(standing) = standing.filter(|o| !matches!(o.state, State::Withdrawn { .. }))
        else {
            self.oblige(callout.id, revision.set, revision.policy, post, oblige, None);
            return;
        };
        let differs = standing.ladder != oblige.ladder || standing.task != oblige.task;
        if change == Change::Upgraded && differs {
            self.withdraw(standing, WithdrawReason::Upgraded, Vec::new());
            let replaces = Some(standing.id);
            self.oblige(callout.id, revision.set, revision.policy, post, oblige, replaces);
        } else {
            self.tell(standing);
        }
    }

    /// Lets go of a post that the revised warning does not oblige.
    fn let_go(&mut self, id: ObligationId, change: Change) {
        let reason = match change {
            Change::Downgraded | Change::Upgraded => WithdrawReason::Downgraded,
            Change::AreaChanged | Change::Repeated => WithdrawReason::AreaReduced,
        };
        self.end_obligation(id, reason, true);
    }

    fn end_obligation(&mut self, id: ObligationId, reason: WithdrawReason, tell_answered: bool) {
        let Some(obligation) = self.board.callouts.obligation(id) else { return };
        if self.has_touched(id) {
            return;
        }
        if obligation.state.is_open() {
            let notices = self.notices(obligation);
            self.withdraw(obligation, reason, notices);
            self.settle_errands(id);
        } else if obligation.state == State::Answered && tell_answered {
            self.tell(obligation);
        }
    }

    fn withdraw(&mut self, obligation: &Obligation, reason: WithdrawReason, notices: Vec<Planned>) {
        self.push(Event::ObligationWithdrawn(ObligationWithdrawn {
            id: obligation.id,
            callout: obligation.callout,
            post: obligation.post.clone(),
            was: obligation.state.name(),
            reason,
            notices,
        }));
        let closed = if obligation.state.is_open() { -1 } else { 0 };
        self.touch(obligation.id, obligation.callout, closed);
    }

    fn tell(&mut self, obligation: &Obligation) {
        let notices = self.notices(obligation);
        if !notices.is_empty() {
            self.push(Event::ObligationTold(ObligationTold {
                id: obligation.id,
                callout: obligation.callout,
                post: obligation.post.clone(),
                notices,
            }));
        }
    }

    /// Plans a notice to everybody who had been called, by the quietest channels that reach them.
    fn notices(&self, obligation: &Obligation) -> Vec<Planned> {
        let called: BTreeSet<&PersonId> = obligation
            .attempts
            .iter()
            .filter(|a| !a.notice && matches!(a.progress, Progress::Started | Progress::Ended))
            .map(|attempt| &attempt.person)
            .collect();
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

/// Says how a revision compares with what the callout has been about.
fn compare(callout: &Callout, revision: &Revision<'_>) -> Change {
    if revision.severity.is_worse_than(callout.severity) {
        Change::Upgraded
    } else if callout.severity.is_worse_than(revision.severity) {
        Change::Downgraded
    } else if callout.extent != revision.extent {
        Change::AreaChanged
    } else {
        Change::Repeated
    }
}
