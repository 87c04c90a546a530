//! Tokens that were accepted a moment ago, so that most requests do not touch the database.
//!
//! Invariants: the table is the truth. What is remembered was read in the current generation, as
//! far as known; a token read in an older one is not remembered, so a revocation that races with a
//! look-up wins. Memory is bounded.

use std::{collections::HashMap, time::Duration};

use super::{Identity, TokenDigest, TokenId, store::Generation};
use crate::domain::time::Timestamp;

/// Tokens remembered. Two maps of half as many take turns: when the young one is full it becomes
/// the old one, and what nobody asked for since is forgotten.
const REMEMBERED_MAX: usize = 16_384;

/// How long a revocation made by another process may go unnoticed.
const RECHECK_AFTER: Duration = Duration::from_secs(2);

/// How long tokens stay good while the table cannot be read. Who is at work keeps working; nobody
/// can revoke anything through a database that is down either.
const TRUSTED_UNREAD: Duration = Duration::from_secs(5 * 60);

/// How exact the time of last use is in the table.
const TOUCH_AFTER: Duration = Duration::from_secs(60);

/// A token as remembered.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) identity: Identity,
    /// When it ends if it is not used any more.
    pub(super) idle: Option<Duration>,
    /// Its last use, and what of that the table knows.
    pub(super) seen_at: Timestamp,
    pub(super) saved_at: Timestamp,
}

impl Accepted {
    pub(super) fn has_ended(&self, now: Timestamp) -> bool {
        let over = self.identity.expires_at.is_some_and(|end| end <= now);
        over || self.idle.is_some_and(|idle| now.since(self.seen_at) >= idle)
    }
}

/// The tokens remembered by one process.
#[derive(Debug)]
pub(super) struct Remembered {
    capacity: usize,
    young: HashMap<TokenDigest, Accepted>,
    old: HashMap<TokenDigest, Accepted>,
    generation: Generation,
    /// When the generation was last read, and when that was last tried.
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// Uses that the table does not know yet.
    unsaved: Vec<(TokenId, Timestamp)>,
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self::holding(REMEMBERED_MAX)
    }

    fn holding(capacity: usize) -> Self {
        Self {
            capacity,
            young: HashMap::new(),
            old: HashMap::new(),
            generation: Generation::default(),
            read_at: None,
            tried_at: None,
            unsaved: Vec::new(),
        }
    }

    /// Tells whether the generation was asked for recently. A clock set back means: ask.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.tried_at.is_some_and(|tried| now.since(tried).max(tried.since(now)) < RECHECK_AFTER)
    }

    /// Takes note of the generation the table is in; tokens from an earlier one are forgotten.
    pub(super) fn on_generation(&mut self, generation: Generation) {
        if generation > self.generation {
            self.generation = generation;
            self.young.clear();
            self.old.clear();
        }
    }

    pub(super) fn on_read(&mut self, generation: Generation, now: Timestamp) {
        self.on_generation(generation);
        self.read_at = Some(now);
        self.tried_at = Some(now);
    }

    /// Takes note that the table could not be read; tells whether to carry on all the same.
    pub(super) fn on_unreadable(&mut self, now: Timestamp) -> bool {
        let excused = self.read_at.is_some_and(|read| now.since(read) < TRUSTED_UNREAD);
        if excused {
            self.tried_at = Some(now);
        }
        excused
    }

    /// Finds a token that is still good and notes that it is used.
    pub(super) fn find(&mut self, digest: TokenDigest, now: Timestamp) -> Option<Identity> {
        if !self.young.contains_key(&digest) {
            let found = self.old.remove(&digest)?;
            self.put(digest, found);
        }
        let accepted = self.young.get_mut(&digest)?;
        if accepted.has_ended(now) {
            // Perhaps it was used at another node: the table knows.
            self.young.remove(&digest);
            return None;
        }
        accepted.seen_at = accepted.seen_at.max(now);
        if now.since(accepted.saved_at) >= TOUCH_AFTER && self.unsaved.len() < self.capacity {
            accepted.saved_at = now;
            self.unsaved.push((accepted.identity.token_id, now));
        }
        Some(accepted.identity.clone())
    }

    /// Remembers a token that was read in `generation`.
    pub(super) fn insert(&mut self, accepted: Accepted, generation: Generation) {
        self.on_generation(generation);
        if generation == self.generation {
            self.put(accepted.identity.digest, accepted);
        }
    }

    /// Hands over the uses that the table does not know yet.
    pub(super) fn take_unsaved(&mut self) -> Vec<(TokenId, Timestamp)> {
        std::mem::take(&mut self.unsaved)
    }

    fn put(&mut self, digest: TokenDigest, accepted: Accepted) {
        if self.young.len() >= self.capacity / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest, accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};
    use crate::domain::actor::Role;

    #[test]
    fn a_token_is_remembered_until_it_has_been_idle_too_long() {
        let mut remembered = Remembered::holding(8);
        let digest = insert(&mut remembered, "one", 1);
        assert!(remembered.find(digest, at(9_999)).is_some());
        assert!(remembered.find(digest, at(19_998)).is_some(), "use keeps it alive");
        assert!(remembered.find(digest, at(29_998)).is_none());
    }

    #[test]
    fn a_token_ends_on_its_day_however_much_it_is_used() {
        let mut remembered = Remembered::holding(8);
        let digest = insert(&mut remembered, "one", 1);
        let step = 5_000;
        let uses = (1..).take_while(|n| remembered.find(digest, at(n * step)).is_some());
        assert_eq!(uses.count(), usize::try_from(100_000 / step - 1).unwrap());
    }

    #[test]
    fn a_new_generation_forgets_everybody() {
        let mut remembered = Remembered::holding(8);
        let digest = insert(&mut remembered, "one", 1);
        remembered.on_read(Generation(2), at(1));
        assert_eq!(remembered.find(digest, at(2)), None);
    }

    #[test]
    fn a_token_read_before_a_revocation_is_not_remembered_after_it() {
        let mut remembered = Remembered::holding(8);
        remembered.on_read(Generation(2), at(1));
        let digest = insert(&mut remembered, "one", 1);
        assert_eq!(remembered.find(digest, at(2)), None);
    }

    #[test]
    fn memory_is_bounded_and_keeps_those_who_are_asked_for() {
        let mut remembered = Remembered::holding(8);
        let busy = insert(&mut remembered, "busy", 1);
        for n in 0..1_000 {
            insert(&mut remembered, &format!("token {n}"), 1);
            assert!(remembered.find(busy, at(1)).is_some(), "after {n} others");
            assert!(remembered.young.len() + remembered.old.len() <= 8);
        }
    }

    #[test]
    fn a_use_is_saved_once_a_minute() {
        let mut remembered = Remembered::holding(8);
        let digest = insert(&mut remembered, "one", 1);
        for ms in (1..=90_000).step_by(1_000) {
            assert!(remembered.find(digest, at(ms)).is_some());
        }
        assert_eq!(remembered.take_unsaved(), [(digest.id(), at(60_001))]);
        assert_eq!(remembered.take_unsaved(), []);
    }

    #[test]
    fn those_at_work_keep_working_for_five_minutes_without_the_table() {
        let mut remembered = Remembered::holding(8);
        assert!(!remembered.on_unreadable(at(0)), "nothing was ever read");
        remembered.on_read(Generation(1), at(0));
        assert!(remembered.on_unreadable(at(299_999)));
        assert!(!remembered.on_unreadable(at(300_000)));
    }

    #[test]
    fn the_table_is_asked_again_after_two_seconds_or_when_the_clock_was_set_back() {
        let mut remembered = Remembered::holding(8);
        assert!(!remembered.is_fresh(at(0)));
        remembered.on_read(Generation(1), at(10_000));
        let fresh = [7_000, 9_999, 11_999, 12_000].map(|ms| remembered.is_fresh(at(ms)));
        assert_eq!(fresh, [false, true, true, false]);
    }

    fn insert(remembered: &mut Remembered, text: &str, generation: u64) -> TokenDigest {
        let digest = TokenDigest::of(text).unwrap();
        let identity = Identity {
            login: "dispatcher".parse().unwrap(),
            role: Role::Dispatcher,
            area: "990101".parse().unwrap(),
            holder: Holder::Nobody,
            token_id: digest.id(),
            kind: TokenKind::Login,
            expires_at: Some(at(100_000)),
            digest,
        };
        let idle = Some(Duration::from_secs(10));
        let accepted = Accepted { identity, idle, seen_at: at(0), saved_at: at(0) };
        remembered.insert(accepted, Generation(generation));
        digest
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }
}
