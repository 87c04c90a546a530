//! Callouts and their obligations as the journal has made them, and the indexes derived from them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    attempt::{Attempt, Planned, Progress},
    lines::{Class, Lines, Place, Queue},
    obligation::{Asked, Obligation, State, StateName, Step},
    policy::{CalloutKind, Ladder, Policy, PolicySet},
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
    callouts: BTreeMap<CalloutId, Callout>,
    /// By number less one: obligations are never forgotten while the board holds their callout.
    obligations: Vec<Obligation>,
    /// Policy sets by the journal entry that adopted them; the last is in force.
    policies: BTreeMap<u64, PolicySet>,
    lines: BTreeMap<Channel, Lines>,
    #[serde(skip)]
    index: Index,
}

/// Derived from the obligations; rebuilt after a snapshot is read.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    deadlines: BTreeSet<(Timestamp, ObligationId)>,
    queue: Queue,
    /// Open obligations that a person has been rung for or was handed.
    by_person: BTreeMap<PersonId, BTreeSet<ObligationId>>,
    open: BTreeSet<CalloutId>,
    /// Errands by the obligation they are about.
    errands: BTreeMap<ObligationId, Vec<ObligationId>>,
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

    /// Returns the open obligations that `person` has been rung for or was handed.
    pub fn resting_on(&self, person: &PersonId) -> impl Iterator<Item = &Obligation> {
        let ids = self.index.by_person.get(person).into_iter().flatten();
        ids.filter_map(|id| self.obligation(*id))
    }

    /// Returns the errands that are about `obligation`.
    pub fn errands_about(&self, obligation: ObligationId) -> impl Iterator<Item = &Obligation> {
        let ids = self.index.errands.get(&obligation).into_iter().flatten();
        ids.filter_map(|id| self.obligation(*id))
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

    /// Returns the policies that `callout` was frozen with.
    pub fn frozen(&self, callout: &Callout) -> Option<(&PolicySet, &Policy)> {
        let set = self.policies.get(&callout.policies)?;
        Some((set, set.policy(&callout.policy)?))
    }

    /// Returns the ladder that `obligation` climbs.
    pub fn ladder(&self, obligation: &Obligation) -> Option<&Ladder> {
        self.policies.get(&obligation.policies)?.ladder(&obligation.ladder)
    }

    /// Returns the class in which an attempt of `callout` waits.
    pub fn class(callout: &Callout, ordinal: u32, notice: bool) -> Class {
        Class { drill: callout.drill, notice, severity: callout.severity, ordinal }
    }

    pub(in crate::domain) fn next_callout(&self) -> u64 {
        self.callouts.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(in crate::domain) fn next_obligation(&self) -> u64 {
        self.obligations.len() as u64 + 1
    }

    pub(in crate::domain) fn next_deadline(&self) -> Option<Timestamp> {
        let due = self.index.deadlines.first().map(|(at, _)| *at);
        let starts = self
            .lines
            .iter()
            .filter_map(|(channel, lines)| self.index.queue.next_start(*channel, lines.lines));
        starts.chain(due).min()
    }

    pub(in crate::domain) fn due(&self, now: Timestamp) -> impl Iterator<Item = ObligationId> {
        self.index.deadlines.iter().take_while(move |(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub(in crate::domain) fn startable(
        &self,
        channel: Channel,
        now: Timestamp,
        may_start: impl Fn(AttemptId) -> bool,
    ) -> Vec<AttemptId> {
        let lines = self.lines(channel).map_or(0, |lines| lines.lines);
        self.index.queue.next(channel, lines, now, may_start)
    }

    /// Returns attempts that were handed to a channel and whose end is not known.
    pub fn in_flight(&self) -> impl Iterator<Item = &Attempt> {
        let attempts = self.obligations.iter().flat_map(|obligation| &obligation.attempts);
        attempts.filter(|attempt| attempt.progress == Progress::Started)
    }

    // What follows applies events; each keeps the indexes true.

    pub(in crate::domain) fn adopt(&mut self, seq: u64, set: PolicySet) {
        self.policies.insert(seq, set);
    }

    pub(in crate::domain) fn set_lines(&mut self, channel: Channel, lines: Lines) {
        self.lines.insert(channel, lines);
    }

    pub(in crate::domain) fn open_callout(
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
            manned: BTreeSet::new(),
        };
        self.callouts.insert(opened.id, callout);
        self.index.open.insert(opened.id);
    }

    /// Changes what a callout is about; its waiting attempts change their place with its severity.
    pub(in crate::domain) fn revise(&mut self, id: CalloutId, change: impl FnOnce(&mut Callout)) {
        let Some(obligations) = self.callouts.get(&id).map(|callout| callout.obligations.clone())
        else {
            return;
        };
        let waiting: Vec<AttemptId> = obligations
            .iter()
            .filter_map(|id| self.obligation(*id))
            .flat_map(|obligation| &obligation.attempts)
            .filter(|attempt| attempt.progress == Progress::Queued)
            .map(|attempt| attempt.id)
            .collect();
        waiting.iter().for_each(|id| {
            self.leave_queue(*id);
        });
        let in_force = self.policies_seq();
        if let Some(callout) = self.callouts.get_mut(&id) {
            change(callout);
            callout.policies = in_force;
        }
        waiting.iter().for_each(|id| self.join_queue(*id));
    }

    pub(in crate::domain) fn close(&mut self, id: CalloutId, closed: Closed) {
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

    pub(in crate::domain) fn man(&mut self, id: CalloutId, area: AreaCode) {
        if let Some(callout) = self.callouts.get_mut(&id) {
            callout.manned.insert(area);
        }
    }

    pub(in crate::domain) fn add(&mut self, obligation: Obligation) {
        debug_assert_eq!(
            obligation.id.0,
            self.next_obligation(),
            "obligations are numbered in turn"
        );
        if let Some(callout) = self.callouts.get_mut(&obligation.callout) {
            callout.obligations.push(obligation.id);
            callout.by_post.insert(obligation.post.clone(), obligation.id);
            callout.rollup.add(obligation.post.area, obligation.state.name());
        }
        if let Some(about) = obligation.about {
            self.index.errands.entry(about).or_default().push(obligation.id);
        }
        if let Some(at) = obligation.state.deadline() {
            self.index.deadlines.insert((at, obligation.id));
        }
        self.obligations.push(obligation);
    }

    /// Rings a rung: notes who is asked and queues the attempts.
    pub(in crate::domain) fn ring(&mut self, id: ObligationId, step: &Step, at: Timestamp) {
        let (rung, due_at, until) = (step.rung, step.due_at, step.until);
        self.enter(id, State::Ringing { rung, due_at, until });
        let Some(obligation) = self.obligation_mut(id) else { return };
        (obligation.rung, obligation.rung_since) = (rung, at);
        obligation.skipped.extend(step.skipped.iter().cloned());
        obligation.asked.reserve_exact(step.people.len());
        for person in &step.people {
            let person = person.clone();
            obligation.asked.push(Asked { person, rung, at, declined: false, declined_seq: None });
        }
        for person in &step.people {
            self.index.by_person.entry(person.clone()).or_default().insert(id);
        }
        self.plan(id, rung, &step.attempts, at);
    }

    /// Queues attempts.
    pub(in crate::domain) fn plan(
        &mut self,
        id: ObligationId,
        rung: u8,
        planned: &[Planned],
        at: Timestamp,
    ) {
        if let Some(obligation) = self.obligation_mut(id) {
            // Most obligations are never rung again: a hundred thousand of them have no room to waste.
            obligation.attempts.reserve_exact(planned.len());
        }
        for plan in planned {
            let Some(obligation) = self.obligation_mut(id) else { return };
            debug_assert_eq!(plan.number, obligation.next_number(), "attempts number in turn");
            let attempt = AttemptId { obligation: id, number: plan.number };
            obligation.attempts.push(Attempt {
                id: attempt,
                person: plan.person.clone(),
                channel: plan.channel,
                rung,
                ordinal: plan.ordinal,
                notice: plan.notice,
                not_before: at + Duration::from_millis(u64::from(plan.after_ms)),
                progress: Progress::Queued,
                started_at: None,
                ended_at: None,
                outcome: None,
                repeats: 0,
            });
            self.join_queue(attempt);
        }
    }

    /// Moves an obligation to another state; what that makes pointless is dropped.
    pub(in crate::domain) fn enter(&mut self, id: ObligationId, state: State) {
        let Some(obligation) = self.obligation_mut(id) else {
            debug_assert!(false, "an unknown obligation changed its state");
            return;
        };
        let (was, is) = (obligation.state.name(), state.name());
        let before = std::mem::replace(&mut obligation.state, state);
        let (callout, area, after) =
            (obligation.callout, obligation.post.area, obligation.state.deadline());
        let people: Vec<PersonId> = obligation.asked.iter().map(|a| a.person.clone()).collect();
        self.rearm(id, before.deadline(), after);
        if was != is
            && let Some(callout) = self.callouts.get_mut(&callout)
        {
            callout.rollup.shift(area, was, is);
        }
        self.reindex_people(id, &people);
    }

    fn rearm(&mut self, id: ObligationId, before: Option<Timestamp>, after: Option<Timestamp>) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.index.deadlines.remove(&(at, id));
        }
        if let Some(at) = after {
            self.index.deadlines.insert((at, id));
        }
    }

    /// Keeps `by_person` to obligations that are open.
    fn reindex_people(&mut self, id: ObligationId, people: &[PersonId]) {
        let Some(obligation) = self.obligation(id) else { return };
        let open = obligation.state.is_open();
        for person in people {
            let resting = self.index.by_person.entry(person.clone()).or_default();
            if open {
                resting.insert(id);
            } else {
                resting.remove(&id);
            }
            if resting.is_empty() {
                self.index.by_person.remove(person);
            }
        }
    }

    /// The roster of `post` has changed: whoever is being rung as its holder is looked up again.
    pub(in crate::domain) fn recheck(&mut self, post: &PostId, at: Timestamp) {
        let rung_there = |obligation: &&Obligation| {
            let State::Ringing { rung, .. } = obligation.state else { return false };
            let ladder = self.ladder(obligation);
            let rung = ladder.and_then(|ladder| ladder.rungs.get(usize::from(rung)));
            rung.is_some_and(|rung| {
                let mut posts = rung.who.iter().filter_map(|who| who.post(&obligation.post));
                posts.any(|target| target == *post)
            })
        };
        let ringing = self.open().flat_map(|callout| &callout.obligations);
        let near = ringing.filter_map(|id| self.obligation(*id));
        let near = near.filter(|obligation| post.area.contains(obligation.post.area));
        let affected: Vec<ObligationId> = near.filter(rung_there).map(|o| o.id).collect();
        for id in affected {
            let Some(obligation) = self.obligation(id) else { continue };
            if let State::Ringing { rung, due_at, .. } = obligation.state {
                self.enter(id, State::Ringing { rung, due_at, until: Some(at) });
            }
        }
    }

    /// Drops attempts that still wait and that `pointless` names.
    pub(in crate::domain) fn drop_waiting(
        &mut self,
        id: ObligationId,
        pointless: impl Fn(&Attempt) -> bool,
    ) {
        let Some(obligation) = self.obligation(id) else { return };
        let waiting = obligation.attempts.iter().filter(|a| a.progress == Progress::Queued);
        let waiting: Vec<AttemptId> =
            waiting.filter(|attempt| pointless(attempt)).map(|attempt| attempt.id).collect();
        for attempt in waiting {
            self.leave_queue(attempt);
            if let Some(attempt) = self.attempt_mut(attempt) {
                attempt.progress = Progress::Dropped;
            }
        }
    }

    pub(in crate::domain) fn start(&mut self, id: AttemptId, at: Timestamp) {
        self.leave_queue(id);
        let Some(attempt) = self.attempt_mut(id) else { return };
        attempt.progress = Progress::Started;
        attempt.started_at = Some(at);
        let (channel, person) = (attempt.channel, attempt.person.clone());
        self.index.queue.begin(channel, &person);
    }

    /// Frees the line of an attempt that has ended.
    pub(in crate::domain) fn end(&mut self, id: AttemptId, at: Timestamp) {
        let Some(attempt) = self.attempt_mut(id) else { return };
        if attempt.progress != Progress::Started {
            return;
        }
        attempt.progress = Progress::Ended;
        attempt.ended_at = Some(at);
        let (channel, person) = (attempt.channel, attempt.person.clone());
        self.index.queue.end(channel, &person);
    }

    pub(in crate::domain) fn obligation_mut(
        &mut self,
        id: ObligationId,
    ) -> Option<&mut Obligation> {
        self.obligations.get_mut(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    pub(in crate::domain) fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        self.obligation_mut(id.obligation)?.attempt_mut(id)
    }

    fn place(&self, id: AttemptId) -> Option<(Channel, Place, PersonId)> {
        let (obligation, attempt) = self.attempt(id)?;
        let callout = self.get(obligation.callout)?;
        let class = Self::class(callout, attempt.ordinal, attempt.notice);
        let place = Place { class, not_before: attempt.not_before, attempt: id };
        Some((attempt.channel, place, attempt.person.clone()))
    }

    fn join_queue(&mut self, id: AttemptId) {
        if let Some((channel, place, person)) = self.place(id) {
            self.index.queue.wait(channel, place, person);
        }
    }

    fn leave_queue(&mut self, id: AttemptId) {
        if let Some((channel, place, _)) = self.place(id) {
            let waited = self.index.queue.leave(channel, place);
            debug_assert!(waited, "an attempt left a queue it was not in");
        }
    }

    /// Derives the indexes again, after a snapshot was read.
    pub(in crate::domain) fn rebuild(&mut self) {
        self.index = Index::default();
        self.index.open =
            self.callouts.values().filter(|callout| callout.is_open()).map(|c| c.id).collect();
        for position in 0..self.obligations.len() {
            self.rebuild_for(position);
        }
    }

    fn rebuild_for(&mut self, position: usize) {
        let obligation = &self.obligations[position];
        let id = obligation.id;
        if let Some(at) = obligation.state.deadline() {
            self.index.deadlines.insert((at, id));
        }
        if let Some(about) = obligation.about {
            self.index.errands.entry(about).or_default().push(id);
        }
        if obligation.state.is_open() {
            for asked in &obligation.asked {
                self.index.by_person.entry(asked.person.clone()).or_default().insert(id);
            }
        }
        let attempts = obligation.attempts.iter();
        let live: Vec<(AttemptId, Progress, Channel, PersonId)> = attempts
            .filter(|a| matches!(a.progress, Progress::Queued | Progress::Started))
            .map(|a| (a.id, a.progress, a.channel, a.person.clone()))
            .collect();
        for (attempt, progress, channel, person) in live {
            if progress == Progress::Started {
                self.index.queue.begin(channel, &person);
            } else {
                self.join_queue(attempt);
            }
        }
    }

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
