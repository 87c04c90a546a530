//! Posts handed over by signature (交接班): who comes and who goes both sign, and what is open is handed over with it.
//!
//! Invariant: whoever has signed for a post is there until somebody else has. Between a change of shift and its
//! signature a call rings both, for a while: nobody can say yet which of them sits there.

mod matters;
mod sign;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    event::{Entry, HandoverEvent, HandoverOpened, HandoverSigned, PostWatched},
    ids::{Duty, HandoverId, Level, ObligationId, PersonId, PostId},
    time::{Seconds, Timestamp},
};

pub(super) use self::sign::decide;
pub(super) use self::watch::AtPost;
use self::watch::{same, within};
pub use self::{
    matters::Matters,
    sign::{HandoverFault, SignHandover},
};

/// Which posts are handed over by signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub levels: BTreeSet<Level>,
    pub duties: BTreeSet<Duty>,
    /// As long after a change of shift that nobody has signed for, those who went are called as well as those who came.
    pub both_s: Seconds,
}

impl Signing {
    pub fn covers(&self, post: &PostId) -> bool {
        self.levels.contains(&post.area.level()) && self.duties.contains(&post.duty)
    }
}

/// Which of the two signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Outgoing,
    Incoming,
}

/// What makes somebody sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub side: Side,
    pub obligation: ObligationId,
}

/// A signature, with what was open when it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub at: Timestamp,
    pub by: CompactString,
    pub person: Option<PersonId>,
    pub note: String,
    pub matters: Matters,
}

/// One change of shift at one post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    pub id: HandoverId,
    pub post: PostId,
    pub at: Timestamp,
    pub outgoing: Vec<PersonId>,
    pub incoming: Vec<PersonId>,
    /// The shift has changed; else somebody signs early.
    pub due: bool,
    pub calls: Vec<Call>,
    pub handed: Option<Signature>,
    pub taken: Option<Signature>,
    /// The next change of shift came, or the roster changed, before both had signed or before the change they signed for.
    pub passed: bool,
}

impl Handover {
    pub fn is_open(&self) -> bool {
        !self.passed && [Side::Outgoing, Side::Incoming].into_iter().any(|side| self.wants(side))
    }

    /// Tells whether somebody on that side has not signed; where nobody was on duty before, nobody hands over.
    fn wants(&self, side: Side) -> bool {
        self.signature(side).is_none() && !self.people(side).is_empty()
    }

    pub fn signature(&self, side: Side) -> Option<&Signature> {
        match side {
            Side::Outgoing => self.handed.as_ref(),
            Side::Incoming => self.taken.as_ref(),
        }
    }

    pub fn people(&self, side: Side) -> &[PersonId] {
        match side {
            Side::Outgoing => &self.outgoing,
            Side::Incoming => &self.incoming,
        }
    }

    /// Tells whether the shift has changed and nobody who came has signed.
    pub fn is_untaken(&self) -> bool {
        self.due && !self.passed && self.taken.is_none()
    }

    /// Tells whether it is one that is signed early for a change to come.
    fn is_early(&self) -> bool {
        !self.due && !self.passed
    }
}

/// A post that is handed over by signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    /// Who the roster had on duty when it was last looked.
    on_duty: Vec<PersonId>,
    /// Who is there for all that is known: those who signed for it last.
    there: Vec<PersonId>,
    look_at: Option<Timestamp>,
    /// The first look only learns who is there.
    known: bool,
    last: Option<HandoverId>,
}

/// Every post that is handed over by signature, and every handover.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Handovers {
    posts: BTreeMap<PostId, Watched>,
    by_id: BTreeMap<HandoverId, Handover>,
    open: BTreeSet<HandoverId>,
}

impl Handovers {
    pub fn get(&self, id: HandoverId) -> Option<&Handover> {
        self.by_id.get(&id)
    }

    /// Returns every handover in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Handover> {
        self.by_id.values()
    }

    /// Returns those that somebody still has to sign.
    pub fn open(&self) -> impl Iterator<Item = &Handover> {
        self.open.iter().filter_map(|id| self.by_id.get(id))
    }

    /// Returns the last of a post.
    pub fn last(&self, post: &PostId) -> Option<&Handover> {
        self.get(self.posts.get(post)?.last?)
    }

    /// Tells whether a post is handed over by signature.
    pub fn watches(&self, post: &PostId) -> bool {
        self.posts.contains_key(post)
    }

    /// Returns who is at a post for all that is known; `None` where nobody has to sign for it.
    pub fn there(&self, post: &PostId) -> Option<&[PersonId]> {
        let watched = self.posts.get(post).filter(|watched| watched.known)?;
        Some(&watched.there)
    }

    /// Returns the open handover that `obligation` makes somebody sign, and for which side.
    fn about(&self, obligation: ObligationId) -> Option<(&Handover, Side)> {
        self.open().find_map(|handover| {
            let call = handover.calls.iter().find(|call| call.obligation == obligation)?;
            Some((handover, call.side))
        })
    }

    fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.posts.values().filter_map(|watched| watched.look_at).min()
    }

    /// Looks again at a post at once: its roster has changed, or it is to be watched from now on.
    pub(super) fn look_again(&mut self, post: &PostId, signing: Option<&Signing>, at: Timestamp) {
        if signing.is_some_and(|signing| signing.covers(post)) {
            self.posts.entry(post.clone()).or_default().look_at = Some(at);
        } else {
            self.posts.remove(post);
        }
    }

    pub(super) fn apply(&mut self, event: &HandoverEvent, entry: &Entry) {
        match event {
            HandoverEvent::PostWatched(looked) => self.looked(looked),
            HandoverEvent::HandoverOpened(opened) => self.opened(opened),
            HandoverEvent::HandoverSigned(signed) => self.signed(signed, entry),
        }
    }

    /// Some have come to stand beside those who are there: nothing is handed over.
    pub(super) fn joined(&mut self, post: &PostId, people: &[PersonId]) {
        let Some(watched) = self.posts.get_mut(post) else { return };
        let join = |known: &mut Vec<PersonId>| {
            let new = people.iter().filter(|person| !known.contains(person)).cloned();
            let new: Vec<PersonId> = new.collect();
            known.extend(new);
        };
        join(&mut watched.on_duty);
        join(&mut watched.there);
        let open = watched.last.filter(|last| self.open.contains(last));
        let last = open.and_then(|last| self.by_id.get_mut(&last)).filter(|last| last.due);
        if let Some(last) = last {
            join(&mut last.incoming);
        }
    }

    fn looked(&mut self, looked: &PostWatched) {
        let watched = self.posts.entry(looked.post.clone()).or_default();
        let first = !std::mem::replace(&mut watched.known, true);
        // Nobody comes back or stays on in a gap, also where nobody was there before.
        let back = !looked.on_duty.is_empty()
            && !same(&watched.on_duty, &looked.on_duty)
            && within(&looked.on_duty, &watched.there);
        watched.look_at = looked.look_at;
        if first || back {
            watched.there.clone_from(&looked.on_duty);
        }
        // Through a gap whoever was there is the last who is known to have been.
        if first || !looked.on_duty.is_empty() {
            watched.on_duty.clone_from(&looked.on_duty);
        }
        let last = watched.last.and_then(|id| self.by_id.get(&id));
        self.pass(last.filter(|last| back || last.is_early()).map(|last| last.id));
    }

    fn opened(&mut self, opened: &HandoverOpened) {
        let watched = self.posts.entry(opened.post.clone()).or_default();
        let last = watched.last.replace(opened.id).filter(|last| *last != opened.id);
        if opened.due {
            watched.on_duty.clone_from(&opened.incoming);
            watched.there.clone_from(&opened.there);
            (watched.look_at, watched.known) = (opened.look_at, true);
        }
        self.pass(last);
        let HandoverOpened { id, post, at, outgoing, incoming, due, calls, .. } = opened.clone();
        let early = self.by_id.remove(&id);
        let (handed, taken) = early.map_or((None, None), |early| (early.handed, early.taken));
        let passed = false;
        let handover =
            Handover { id, post, at, outgoing, incoming, due, calls, handed, taken, passed };
        if handover.is_open() {
            self.open.insert(id);
        }
        self.by_id.insert(id, handover);
    }

    fn signed(&mut self, signed: &HandoverSigned, entry: &Entry) {
        let Some(handover) = self.by_id.get_mut(&signed.id) else {
            debug_assert!(false, "an unknown handover was signed");
            return;
        };
        let signature = Some(Signature {
            at: entry.at,
            by: entry.actor.clone(),
            person: signed.person.clone(),
            note: signed.note.clone(),
            matters: signed.matters.clone(),
        });
        match signed.side {
            Side::Outgoing => handover.handed = signature,
            Side::Incoming => handover.taken = signature,
        }
        if handover.due && handover.taken.is_some() {
            let watched = self.posts.entry(signed.post.clone()).or_default();
            watched.there.clone_from(&handover.incoming);
        }
        if !handover.is_open() {
            self.open.remove(&signed.id);
        }
    }

    /// Leaves a handover for good: unsigned, or signed early for a change that does not come.
    fn pass(&mut self, id: Option<HandoverId>) {
        let Some(handover) = id.and_then(|id| self.by_id.get_mut(&id)) else { return };
        if self.open.remove(&handover.id) || handover.is_early() {
            handover.passed = true;
        }
    }
}
