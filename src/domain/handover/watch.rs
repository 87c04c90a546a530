//! Changes of shift as they come: who came, who went, and who is called to sign.

use std::time::Duration;

use compact_str::format_compact;

use super::{Call, Handover, Side};
use crate::domain::{
    board::Board,
    callout::{obligation::Bearer, policy::CalloutKind},
    decision::Draft,
    event::{HandoverOpened, PostWatched},
    ids::{HandoverId, PersonId, PostId},
    roster::{DutyNow, Staffing},
    task::Upon,
    time::Timestamp,
};

/// When a post is looked at again whose rotation names nobody for a while.
const LOOK_AGAIN: Duration = Duration::from_secs(9 * 24 * 3_600);

/// Whom a call to a post rings.
pub struct AtPost {
    pub people: Vec<PersonId>,
    /// The next instant at which the answer may change.
    pub until: Option<Timestamp>,
}

impl Board {
    /// Returns whom a call to a post rings at `at`: whoever is on duty and, while they have not signed for it, whoever was
    /// before them.
    pub fn at_post(&self, staffing: &Staffing, at: Timestamp) -> AtPost {
        let duty = self.on_duty(staffing, at);
        let mut people: Vec<PersonId> =
            duty.people.iter().map(|person| (*person).clone()).collect();
        let mut until = duty.to;
        let there = self.handovers.there(&staffing.post.id);
        if let Some(there) = there.filter(|there| !same(there, &people)) {
            let end = duty.from.map(|from| from + self.both_for()).filter(|end| at < *end);
            if let Some(end) = end {
                let more: Vec<PersonId> =
                    there.iter().filter(|person| !people.contains(person)).cloned().collect();
                people.extend(more);
                until = Some(until.map_or(end, |until| until.min(end)));
            }
        }
        AtPost { people, until }
    }

    /// Returns how long those who went are called as well.
    fn both_for(&self) -> Duration {
        let signing = self.callouts.policies().and_then(|set| set.handover.as_ref());
        signing.map_or(Duration::ZERO, |signing| signing.both_s.duration())
    }
}

/// Tells whether two lists name the same people.
pub(super) fn same(one: &[PersonId], other: &[PersonId]) -> bool {
    within(one, other) && within(other, one)
}

/// Tells whether all of `some` are among `all`.
pub(super) fn within(some: &[PersonId], all: &[PersonId]) -> bool {
    some.iter().all(|person| all.contains(person))
}

/// Returns when a post has to be looked at again.
fn look_at(staffing: &Staffing, duty: &DutyNow<'_>, now: Timestamp) -> Option<Timestamp> {
    let turns = !staffing.post.rotations.is_empty();
    duty.to.or_else(|| turns.then(|| now + LOOK_AGAIN))
}

impl Draft<'_> {
    /// Looks at every post whose time it is.
    pub(in crate::domain) fn elapse_handovers(&mut self) {
        let board = self.board;
        let due = board.handovers.posts.iter();
        let due = due.filter(|(_, watched)| watched.look_at.is_some_and(|at| at <= self.now));
        let posts: Vec<PostId> = due.map(|(post, _)| post.clone()).collect();
        for post in posts {
            self.look_at_post(&post);
        }
    }

    fn look_at_post(&mut self, post: &PostId) {
        let (board, now) = (self.board, self.now);
        let Some(staffing) = board.roster.get(post) else {
            let (post, on_duty) = (post.clone(), Vec::new());
            self.push(PostWatched { post, on_duty, look_at: None });
            return;
        };
        let duty = board.on_duty(staffing, now);
        let look_at = look_at(staffing, &duty, now);
        let incoming: Vec<PersonId> = duty.people.iter().map(|person| (*person).clone()).collect();
        let handovers = &board.handovers;
        let watched = &handovers.posts[post];
        let last = handovers.last(post);
        let same_as = |known: &[PersonId]| same(known, &incoming);
        // Where one of two goes, the other knows what is open.
        let nobody_new =
            incoming.is_empty() || same_as(&watched.on_duty) || within(&incoming, &watched.there);
        if !watched.known || nobody_new {
            if !incoming.is_empty() && !same_as(&watched.on_duty) {
                self.settle_handover(last.filter(|last| last.is_open()));
            }
            self.push(PostWatched { post: post.clone(), on_duty: incoming, look_at });
            return;
        }
        let outgoing = watched.on_duty.clone();
        let early = last.filter(|last| last.is_early());
        self.settle_handover(last.filter(|last| last.is_open()));
        let at = duty.from.filter(|from| now.since(*from) < LOOK_AGAIN).unwrap_or(now);
        let taken = early.is_some_and(|early| early.taken.is_some());
        let there = match taken {
            true => incoming.clone(),
            false => self.still_there(post, &outgoing),
        };
        let id = early.map_or_else(|| self.take_handover(), |early| early.id);
        let calls = self.call_to_sign(post, early, (&outgoing, &incoming), at);
        let (post, due) = (post.clone(), true);
        self.push(HandoverOpened { id, post, at, outgoing, incoming, due, there, calls, look_at });
    }

    /// Returns who is there when a shift ends: those whose it was, and where they never signed for it and have only just
    /// come, those before them.
    fn still_there(&self, post: &PostId, outgoing: &[PersonId]) -> Vec<PersonId> {
        let (handovers, both) = (&self.board.handovers, self.board.both_for());
        let mut there = outgoing.to_vec();
        let last = handovers.last(post).filter(|last| last.is_untaken());
        if last.is_some_and(|last| self.now.since(last.at) < both) {
            let before = handovers.posts[post].there.iter();
            there.extend(before.filter(|person| !outgoing.contains(person)).cloned());
        }
        there
    }

    /// Calls each side that has not signed early.
    fn call_to_sign(
        &mut self,
        post: &PostId,
        early: Option<&Handover>,
        (outgoing, incoming): (&[PersonId], &[PersonId]),
        at: Timestamp,
    ) -> Vec<Call> {
        let board = self.board;
        let title = board.roster.get(post).map(|staffing| staffing.post.title.clone());
        let title = title.unwrap_or_default();
        let time = at.local(board.timezone()).format("%-m月%-d日 %H:%M");
        let upon = Upon {
            kind: CalloutKind::Handover,
            subject: format_compact!("交接班签字：{title} {time}"),
            text: String::new(),
            severity: None,
            drill: false,
        };
        let signed = |side| early.is_some_and(|early| early.signature(side).is_some());
        let sides = [
            (Side::Incoming, incoming, "接班：核对未办事项并签字"),
            (Side::Outgoing, outgoing, "交班：交代未办事项并签字"),
        ];
        let mut calls = Vec::new();
        for (side, people, task) in sides.into_iter().filter(|(side, ..)| !signed(*side)) {
            for person in people {
                // Each by itself, since all of them stand for one post.
                let called =
                    self.call_upon(&upon, vec![(Bearer::person(post, person), task.into())]);
                let called = called.unwrap_or_default();
                calls.extend(called.iter().map(|(_, id)| Call { side, obligation: *id }));
            }
        }
        calls
    }

    /// Lets go of whoever was called to sign a handover that nobody needs any more.
    pub(super) fn settle_handover(&mut self, handover: Option<&Handover>) {
        for call in handover.iter().flat_map(|handover| &handover.calls) {
            self.settle(call.obligation);
        }
    }

    pub(super) fn take_handover(&mut self) -> HandoverId {
        let opened = self.events().iter().filter(|event| event.kind() == "handover_opened").count();
        HandoverId(self.board.handovers.next_id() + opened as u64)
    }
}
