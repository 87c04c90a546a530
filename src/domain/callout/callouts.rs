//! Callouts and their obligations as the journal has made them, and what may be asked of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    attempt::Attempt,
    index::Index,
    lines::{Class, Lines, Listener, Queue},
    obligation::{Obligation, StateName},
    policy::{CalloutKind, Ladder, PolicySet, Terms},
    rollup::Rollup,
};
use crate::domain::{
    area::Extent,
    event::{CalloutOpened, CloseReason},
    ids::{AreaCode, AttemptId, CalloutId, Duty, ObligationId, PersonId, PostId, WarningId},
    person::Channel,
    time::Timestamp,
    warning::Colour,
};

/// How long after an attempt was handed to its channel a report of its end is waited for: longer than
/// any outbox is patient and any message takes to read out. A receipt that never comes must hold
/// neither the line nor the person.
const REPORT_WITHIN: Duration = Duration::from_secs(600);

/// A callout (叫应): making an area answer about a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callout {
    pub id: CalloutId,
    pub kind: CalloutKind,
    pub subject: CompactString,
    pub text: String,
    pub severity: Colour,
    pub drill: bool,
    pub extent: Extent,
    pub policy: CompactString,
    /// The policies in force when it opened or was last revised: the journal entry that adopted them.
    pub policies: u64,
    pub warning: Option<WarningId>,
    pub parent: Option<CalloutId>,
    /// The open callout that sends people to this one's unreached.
    pub errands: Option<CalloutId>,
    pub opened_at: Timestamp,
    pub opened_by: CompactString,
    pub closed: Option<Closed>,
    pub obligations: Vec<ObligationId>,
    /// The obligation that now stands for each post.
    pub by_post: BTreeMap<PostId, ObligationId>,
    pub rollup: Rollup,
    /// Areas whose quorum has been met.
    pub manned: BTreeSet<AreaCode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub at: Timestamp,
    pub reason: CloseReason,
}

impl Callout {
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Returns the event that opened it, but for what has been revised since.
    pub(super) fn opening(&self) -> CalloutOpened {
        CalloutOpened {
            id: self.id,
            kind: self.kind,
            subject: self.subject.clone(),
            text: self.text.clone(),
            severity: self.severity,
            drill: self.drill,
            extent: self.extent.clone(),
            policy: self.policy.clone(),
            warning: self.warning,
            parent: self.parent,
        }
    }

    /// Returns the obligations that now stand for posts in `area` itself.
    pub fn posts_in(&self, area: AreaCode) -> impl Iterator<Item = (&Duty, ObligationId)> {
        self.by_post
            .range(PostId { area, duty: Duty::LOWEST }..)
            .take_while(move |(post, _)| post.area == area)
            .map(|(post, obligation)| (&post.duty, *obligation))
    }
}

/// Every callout, and what is derived from them for speed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Callouts {
    pub(super) callouts: BTreeMap<CalloutId, Callout>,
    /// By number less one: obligations are never forgotten while the board holds their callout.
    pub(super) obligations: Vec<Obligation>,
    /// Policy sets by the journal entry that adopted them; the last is in force.
    pub(super) policies: BTreeMap<u64, PolicySet>,
    pub(super) lines: BTreeMap<Channel, Lines>,
    #[serde(skip)]
    pub(super) index: Index,
}

impl Callouts {
    pub fn get(&self, id: CalloutId) -> Option<&Callout> {
        self.callouts.get(&id)
    }

    /// Returns every callout in order of opening.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Callout> {
        self.callouts.values()
    }

    /// Returns the open callouts in order of opening.
    pub fn open(&self) -> impl Iterator<Item = &Callout> {
        self.index.open.iter().filter_map(|id| self.callouts.get(id))
    }

    pub fn obligation(&self, id: ObligationId) -> Option<&Obligation> {
        self.obligations.get(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    pub fn attempt(&self, id: AttemptId) -> Option<(&Obligation, &Attempt)> {
        let obligation = self.obligation(id.obligation)?;
        Some((obligation, obligation.attempt(id)?))
    }

    /// Returns the open obligations that `person` has been rung for and has not declined.
    pub fn resting_on<'c>(
        &'c self,
        person: &PersonId,
    ) -> impl Iterator<Item = &'c Obligation> + use<'c> {
        let all = (person.clone(), ObligationId(0))..=(person.clone(), ObligationId(u64::MAX));
        self.index.by_person.range(all).filter_map(|(_, id)| self.obligation(*id))
    }

    /// Returns the errands that are about `obligation`.
    pub fn errands_about(&self, obligation: ObligationId) -> impl Iterator<Item = &Obligation> {
        let all = (obligation, ObligationId(0))..=(obligation, ObligationId(u64::MAX));
        self.index.errands.range(all).filter_map(|(_, id)| self.obligation(*id))
    }

    pub fn queue(&self) -> &Queue {
        &self.index.queue
    }

    pub fn lines(&self, channel: Channel) -> Option<Lines> {
        self.lines.get(&channel).copied()
    }

    /// Returns the policies in force, none before the first set was adopted.
    pub fn policies(&self) -> Option<&PolicySet> {
        self.policies.last_key_value().map(|(_, set)| set)
    }

    /// Returns the journal entry that adopted the policies in force.
    pub fn policies_seq(&self) -> u64 {
        self.policies.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// Returns the journal entry that adopted the policies `callout` was frozen with. Errands live by
    /// those of the callout they serve.
    pub(super) fn frozen_seq(&self, callout: &Callout) -> u64 {
        let parent = callout.parent.and_then(|parent| self.get(parent));
        parent.unwrap_or(callout).policies
    }

    /// Returns the policies that `callout` was frozen with.
    pub fn frozen(&self, callout: &Callout) -> Option<Terms<'_>> {
        let served = callout.parent.and_then(|parent| self.get(parent)).unwrap_or(callout);
        let set = self.policies.get(&served.policies)?;
        Some(Terms { set, policy: set.policy(&served.policy)? })
    }

    /// Returns the policies that the callout of `obligation` was frozen with.
    pub(in crate::domain) fn terms(&self, obligation: &Obligation) -> Option<Terms<'_>> {
        let terms = self.frozen(self.get(obligation.callout)?);
        debug_assert!(terms.is_some(), "a callout opens with a policy of a set that was adopted");
        terms
    }

    /// Returns the ladder that `obligation` climbs.
    pub fn ladder(&self, obligation: &Obligation) -> Option<&Ladder> {
        self.policies.get(&obligation.policies)?.ladder(&obligation.ladder)
    }

    /// Returns the class in which an attempt of `callout` waits.
    pub fn class(callout: &Callout, ordinal: u32, notice: bool) -> Class {
        Class { drill: callout.drill, notice, severity: callout.severity, ordinal }
    }

    /// Returns who has to be free for an attempt, if anybody.
    pub(super) fn listener(&self, callout: &Callout, attempt: &Attempt) -> Option<Listener> {
        let (channel, person) = (attempt.channel, attempt.person.clone());
        let errands = Some(callout.id).filter(|_| callout.kind == CalloutKind::Errand);
        match channel {
            Channel::Voice => Some(Listener { channel, person, errands: None }),
            Channel::App | Channel::Sms => {
                errands.map(|id| Listener { channel, person, errands: Some(id) })
            }
        }
    }

    pub(in crate::domain) fn next_callout(&self) -> u64 {
        self.callouts.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(in crate::domain) fn next_obligation(&self) -> u64 {
        self.obligations.len() as u64 + 1
    }

    pub(in crate::domain) fn next_deadline(&self) -> Option<Timestamp> {
        let due = self.index.deadlines.first().map(|(at, _)| *at);
        let silent = self.index.in_flight.first().map(|(at, _)| *at + REPORT_WITHIN);
        let lines = self.lines.iter();
        let starts =
            lines.filter_map(|(channel, lines)| self.index.queue.next_start(*channel, lines.lines));
        starts.chain(due).chain(silent).min()
    }

    /// Returns the open obligations whose deadline has come.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = &Obligation> {
        let due = self.index.deadlines.iter().take_while(move |(at, _)| *at <= now);
        due.filter_map(|(_, id)| self.obligation(*id))
    }

    /// Returns the attempts whose channel has kept silent for too long.
    pub(super) fn silent(&self, now: Timestamp) -> impl Iterator<Item = AttemptId> {
        let silent = self.index.in_flight.iter();
        silent.take_while(move |(at, _)| *at + REPORT_WITHIN <= now).map(|(_, id)| *id)
    }

    /// Returns the attempts that can start by `channel`, best first.
    pub(super) fn startable(
        &self,
        channel: Channel,
        now: Timestamp,
        may_start: impl Fn(AttemptId) -> bool,
    ) -> Vec<AttemptId> {
        let lines = self.lines(channel).map_or(0, |lines| lines.lines);
        let listener = |id| {
            let (obligation, attempt) = self.attempt(id)?;
            self.listener(self.get(obligation.callout)?, attempt)
        };
        self.index.queue.next(channel, lines, now, listener, may_start)
    }

    /// Returns attempts that were handed to a channel and whose end is not known, the oldest first.
    pub fn in_flight(&self) -> impl Iterator<Item = &Attempt> {
        let attempts = self.index.in_flight.iter().filter_map(|(_, id)| self.attempt(*id));
        attempts.map(|(_, attempt)| attempt)
    }

    /// Returns every obligation, in order of opening.
    pub fn obligations(&self) -> impl DoubleEndedIterator<Item = &Obligation> {
        self.obligations.iter()
    }

    /// Returns the obligations of `callout` in `state`, if one is named.
    pub fn obligations_of(
        &self,
        callout: &Callout,
        state: Option<StateName>,
    ) -> impl Iterator<Item = &Obligation> {
        let all = callout.obligations.iter().filter_map(|id| self.obligation(*id));
        all.filter(move |obligation| state.is_none_or(|state| obligation.state.name() == state))
    }
}
