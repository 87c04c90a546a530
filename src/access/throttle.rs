//! The login throttle: guessing gets slower and slower, working people are not locked out.
//!
//! - Per login: the 5th failure in a row costs 1 s, each further one twice as much, up to 15 min;
//!   forgotten after a day without one. However clever the pauses, a guesser gets 110 tries a day.
//! - Per source: a county office sits behind one address, so one login's first 5 failures are all
//!   it can ever charge to its source, and only the 50th charge slows the source down, to at most
//!   one try a minute; forgotten after 10 min. It takes ten logins in trouble at once.
//! - Where a login has worked before, it is counted apart and the source does not hold it back:
//!   nobody elsewhere, and no infected machine in the office, locks the duty officer out of his desk.
//!
//! Invariants: a try is counted before the password is looked at, so tries at the same instant do
//! not slip through; memory is bounded, and making room forgets the least suspicious first. A
//! restart forgets everything, which nobody outside can bring about.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

/// Logins, sources and familiar pairs remembered, of each. About 3 MiB when full.
const REMEMBERED_MAX: usize = 10_000;

const PER_LOGIN: Penalty = Penalty {
    free: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(15 * 60),
    forgotten_after: Duration::from_secs(24 * 60 * 60),
};

const PER_SOURCE: Penalty = Penalty {
    free: 50,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(60),
    forgotten_after: Duration::from_secs(10 * 60),
};

/// Where a login comes from: an address, or the /64 network that one IPv6 customer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
        }
    }
}

/// A try refused before the password was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) retry_after: Duration,
    /// Whether this wait has refused anybody before: the record needs to hear of it once.
    pub(super) repeated: bool,
}

/// A try that is under way and already counted as a failure.
#[derive(Debug)]
#[must_use = "a try that is not settled stays a failure"]
pub(super) struct Try {
    source: Source,
    counted: Counted<Seat>,
    /// What the source was charged with it, if anything.
    charged: Option<Counted<Source>>,
}

/// Counts failures by login and by source.
#[derive(Debug)]
pub(super) struct Throttle {
    logins: Counters<Seat>,
    sources: Counters<Source>,
    familiar: Familiar,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self::remembering(REMEMBERED_MAX)
    }

    fn remembering(capacity: usize) -> Self {
        Self {
            logins: Counters::new(PER_LOGIN, capacity),
            sources: Counters::new(PER_SOURCE, capacity),
            familiar: Familiar { capacity, last_used: BTreeMap::new() },
        }
    }

    /// Lets a try begin, or says how long to wait. `login` is what was typed, known or not.
    pub(super) fn begin(
        &mut self,
        login: &str,
        source: Source,
        now: Timestamp,
    ) -> Result<Try, Refusal> {
        let login = LoginDigest::of(login);
        let at_home = self.familiar.contains(login, source);
        let seat = Seat { login, at: at_home.then_some(source) };
        self.logins.admit(&seat, now)?;
        if !at_home {
            self.sources.admit(&source, now)?;
        }
        let counted = self.logins.count(seat, now);
        let is_charged = !at_home && counted.failures <= PER_LOGIN.free;
        let charged = is_charged.then(|| self.sources.count(source, now));
        Ok(Try { source, counted, charged })
    }

    /// Notes that the password was right.
    pub(super) fn succeeded(&mut self, attempt: Try, now: Timestamp) {
        let Seat { login, .. } = attempt.counted.key;
        self.logins.clear(&attempt.counted.key);
        self.familiar.remember(login, attempt.source, now);
        self.take_charge_back(attempt.charged);
    }

    /// Notes that the password could not be looked at, which is nobody's failure.
    pub(super) fn withdrawn(&mut self, attempt: Try) {
        self.logins.take_back(&attempt.counted);
        self.take_charge_back(attempt.charged);
    }

    fn take_charge_back(&mut self, charged: Option<Counted<Source>>) {
        if let Some(charged) = charged {
            self.sources.take_back(&charged);
        }
    }
}

/// What failures cost.
#[derive(Debug, Clone, Copy)]
struct Penalty {
    /// The failure from which on one has to wait.
    free: u32,
    first: Duration,
    longest: Duration,
    /// Longer than `longest`, or waiting out a penalty would end it.
    forgotten_after: Duration,
}

impl Penalty {
    fn delay(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free) else { return Duration::ZERO };
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

/// A login by its digest: what is typed may be long, and may be a password in the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LoginDigest([u8; 16]);

impl LoginDigest {
    fn of(typed: &str) -> Self {
        let digest = Sha256::digest(typed.trim().to_ascii_lowercase());
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(first)
    }
}

/// Where failures of a login are counted: at a source it knows, or anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seat {
    login: LoginDigest,
    at: Option<Source>,
}

#[derive(Debug)]
struct Counters<K> {
    penalty: Penalty,
    capacity: usize,
    entries: BTreeMap<K, Counter>,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    failures: u32,
    last_at: Timestamp,
    has_refused: bool,
}

/// A failure as it was counted, so that it can be taken back.
#[derive(Debug)]
struct Counted<K> {
    key: K,
    failures: u32,
    at: Timestamp,
    /// When the one before it was.
    previous_at: Timestamp,
}

impl<K: Ord + Copy> Counters<K> {
    fn new(penalty: Penalty, capacity: usize) -> Self {
        Self { penalty, capacity, entries: BTreeMap::new() }
    }

    fn admit(&mut self, key: &K, now: Timestamp) -> Result<(), Refusal> {
        let Some(counter) = self.entries.get_mut(key) else { return Ok(()) };
        // A clock that was set back must not turn a wait of seconds into one of hours.
        counter.last_at = counter.last_at.min(now);
        let wait = self.penalty.delay(counter.failures).saturating_sub(now.since(counter.last_at));
        if wait.is_zero() {
            return Ok(());
        }
        let repeated = std::mem::replace(&mut counter.has_refused, true);
        Err(Refusal { retry_after: wait, repeated })
    }

    fn count(&mut self, key: K, now: Timestamp) -> Counted<K> {
        if !self.entries.contains_key(&key) {
            self.make_room(now);
        }
        let fresh = Counter { failures: 0, last_at: now, has_refused: false };
        let counter = self.entries.entry(key).or_insert(fresh);
        let previous_at = counter.last_at;
        if now.since(previous_at) >= self.penalty.forgotten_after {
            counter.failures = 0;
        }
        let failures = counter.failures.saturating_add(1);
        *counter = Counter { failures, last_at: now, has_refused: false };
        Counted { key, failures, at: now, previous_at }
    }

    /// Undoes a count; the wait runs on from the failure before, unless there was one since.
    fn take_back(&mut self, counted: &Counted<K>) {
        let Some(counter) = self.entries.get_mut(&counted.key) else { return };
        counter.failures = counter.failures.saturating_sub(1);
        if counter.last_at == counted.at {
            counter.last_at = counted.previous_at;
        }
    }

    fn clear(&mut self, key: &K) {
        self.entries.remove(key);
    }

    /// Forgets what is over, and if that is not enough the one with the fewest failures: a flood of
    /// invented logins cannot wash out the one that is being guessed.
    fn make_room(&mut self, now: Timestamp) {
        if self.entries.len() < self.capacity {
            return;
        }
        let forgotten_after = self.penalty.forgotten_after;
        self.entries.retain(|_, counter| now.since(counter.last_at) < forgotten_after);
        while self.entries.len() >= self.capacity {
            let least = self.entries.iter().min_by_key(|(_, c)| (c.failures, c.last_at));
            let Some((&key, _)) = least else { return };
            self.entries.remove(&key);
        }
    }
}

/// Pairs of login and source that have worked.
#[derive(Debug)]
struct Familiar {
    capacity: usize,
    last_used: BTreeMap<(LoginDigest, Source), Timestamp>,
}

impl Familiar {
    fn contains(&self, login: LoginDigest, source: Source) -> bool {
        self.last_used.contains_key(&(login, source))
    }

    fn remember(&mut self, login: LoginDigest, source: Source, now: Timestamp) {
        self.last_used.insert((login, source), now);
        if self.last_used.len() > self.capacity {
            let oldest = self.last_used.iter().min_by_key(|(_, used)| **used);
            let oldest = oldest.map(|(&pair, _)| pair);
            oldest.map(|pair| self.last_used.remove(&pair));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_failures_are_free_and_then_each_wait_doubles_up_to_a_quarter_of_an_hour() {
        let mut throttle = Throttle::new();
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..17 {
            let wait = wait(&mut throttle, "dispatcher", OFFICE, now);
            waits.push(wait.as_secs());
            now = now + wait;
            fail(&mut throttle, "dispatcher", OFFICE, now);
        }
        let expected = [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
        assert_eq!(waits, expected);
    }

    #[test]
    fn tries_at_the_same_instant_are_all_counted() {
        let mut throttle = Throttle::new();
        let begun = (0..100).filter(|_| throttle.begin("dispatcher", OFFICE, at(0)).is_ok());
        assert_eq!(begun.count(), 5);
    }

    #[test]
    fn a_refusal_is_reported_once_per_wait() {
        let mut throttle = Throttle::new();
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(0)));
        let refusals = [100, 200, 300].map(|ms| throttle.begin("dispatcher", OFFICE, at(ms)));
        assert_eq!(refusals.map(|refused| refused.unwrap_err().repeated), [false, true, true]);
        fail(&mut throttle, "dispatcher", OFFICE, at(1_000));
        assert!(!throttle.begin("dispatcher", OFFICE, at(1_100)).unwrap_err().repeated);
    }

    #[test]
    fn the_right_password_clears_the_login() {
        let mut throttle = Throttle::new();
        (0..4).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(0)));
        succeed(&mut throttle, "dispatcher", OFFICE, at(0));
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(1)));
    }

    #[test]
    fn a_try_that_could_not_be_looked_at_is_no_failure() {
        let mut throttle = Throttle::new();
        for _ in 0..100 {
            let attempt = throttle.begin("dispatcher", OFFICE, at(0)).unwrap();
            throttle.withdrawn(attempt);
        }
        assert_eq!(wait(&mut throttle, "dispatcher", OFFICE, at(0)), Duration::ZERO);
    }

    #[test]
    fn nine_forgetful_users_never_slow_their_office_down() {
        let mut throttle = Throttle::new();
        for second in 0..3_600 {
            let now = at(second * 1_000);
            for user in (0..9).map(|n| format!("forgetful{n}")) {
                // Each tries again as soon as he may; a refusal is no failure.
                let _counted = throttle.begin(&user, OFFICE, now);
            }
            assert_eq!(wait(&mut throttle, "colleague", OFFICE, now), Duration::ZERO);
        }
    }

    #[test]
    fn trying_many_logins_from_one_source_is_slowed_down_to_one_a_minute() {
        let mut throttle = Throttle::new();
        (0..50).for_each(|n| fail(&mut throttle, &format!("user{n}"), OFFICE, at(0)));
        let mut now = at(0);
        for n in 50..70 {
            now = now + wait(&mut throttle, &format!("user{n}"), OFFICE, now);
            fail(&mut throttle, &format!("user{n}"), OFFICE, now);
        }
        assert_eq!(wait(&mut throttle, "next", OFFICE, now), Duration::from_secs(60));
        assert_eq!(wait(&mut throttle, "next", ELSEWHERE, now), Duration::ZERO);
    }

    #[test]
    fn a_login_that_has_worked_here_is_not_locked_out_from_elsewhere_nor_by_its_neighbours() {
        let mut throttle = Throttle::new();
        succeed(&mut throttle, "dispatcher", OFFICE, at(0));
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", ELSEWHERE, at(1)));
        (0..50).for_each(|n| fail(&mut throttle, &format!("user{n}"), OFFICE, at(1)));
        assert_ne!(wait(&mut throttle, "dispatcher", ELSEWHERE, at(1)), Duration::ZERO);
        assert_ne!(wait(&mut throttle, "stranger", OFFICE, at(1)), Duration::ZERO);
        assert_eq!(wait(&mut throttle, "dispatcher", OFFICE, at(1)), Duration::ZERO);
        // Where it has worked, guessing it is throttled all the same.
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(1)));
        assert_ne!(wait(&mut throttle, "dispatcher", OFFICE, at(1)), Duration::ZERO);
    }

    #[test]
    fn a_login_is_the_same_however_it_is_typed() {
        let mut throttle = Throttle::new();
        for typed in ["dispatcher", "Dispatcher", " DISPATCHER ", "dispatcher ", "dispatcheR"] {
            fail(&mut throttle, typed, OFFICE, at(0));
        }
        assert_ne!(wait(&mut throttle, "dispatcher", OFFICE, at(0)), Duration::ZERO);
    }

    #[test]
    fn a_clock_set_back_does_not_lengthen_a_wait() {
        let mut throttle = Throttle::new();
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(3_600_000)));
        assert_eq!(wait(&mut throttle, "dispatcher", OFFICE, at(0)), Duration::from_secs(1));
        assert_eq!(wait(&mut throttle, "dispatcher", OFFICE, at(1_000)), Duration::ZERO);
    }

    #[test]
    fn a_flood_of_invented_logins_does_not_free_the_one_being_guessed() {
        let mut throttle = Throttle::remembering(100);
        (0..5).for_each(|_| fail(&mut throttle, "dispatcher", OFFICE, at(0)));
        for n in 0..1_000_u32 {
            let source = Source::from(IpAddr::from(n.to_be_bytes()));
            fail(&mut throttle, &format!("user{n}"), source, at(1));
        }
        assert_ne!(wait(&mut throttle, "dispatcher", OFFICE, at(2)), Duration::ZERO);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_source() {
        let one: IpAddr = "2001:db8:1:2:3::4".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::1".parse().unwrap();
        assert_eq!(Source::from(one), Source::from(other));
        let mapped: IpAddr = "::ffff:203.0.113.7".parse().unwrap();
        assert_eq!(Source::from(mapped), OFFICE);
    }

    proptest! {
        #[test]
        fn more_failures_never_cost_less(failures in 0_u32..u32::MAX) {
            for penalty in [PER_LOGIN, PER_SOURCE] {
                prop_assert!(penalty.delay(failures + 1) >= penalty.delay(failures));
                prop_assert!(penalty.delay(failures) <= penalty.longest);
                prop_assert!(penalty.forgotten_after > penalty.longest);
            }
        }

        #[test]
        fn the_wait_never_shrinks_while_failures_go_on(pauses_ms in pauses()) {
            let mut throttle = Throttle::new();
            let (mut now, mut longest) = (at(0), Duration::ZERO);
            for pause_ms in pauses_ms {
                now = now + wait(&mut throttle, "dispatcher", OFFICE, now);
                fail(&mut throttle, "dispatcher", OFFICE, now);
                let next = wait(&mut throttle, "dispatcher", OFFICE, now);
                prop_assert!(next >= longest, "{next:?} after {longest:?}");
                longest = next;
                now = now + Duration::from_millis(pause_ms % 80_000_000);
            }
        }

        #[test]
        fn nobody_gets_more_than_110_guesses_a_day(pauses_ms in pauses()) {
            let mut throttle = Throttle::new();
            let (mut now, mut guesses) = (at(0), 0);
            let mut pauses_ms = pauses_ms.into_iter().cycle();
            while now < at(86_400_000) && guesses <= 110 {
                // Waits what he must and then as long as he likes.
                now = now + wait(&mut throttle, "dispatcher", OFFICE, now);
                fail(&mut throttle, "dispatcher", OFFICE, now);
                guesses += 1;
                now = now + Duration::from_millis(pauses_ms.next().unwrap_or(0));
            }
            prop_assert!(guesses <= 110, "{guesses} guesses");
        }

        #[test]
        fn memory_is_bounded_whoever_tries(tries in tries()) {
            let mut throttle = Throttle::remembering(8);
            for (login, source, right, ms) in tries {
                let source = Source::from(IpAddr::from(u32::from(source).to_be_bytes()));
                if let Ok(attempt) = throttle.begin(&format!("user{login}"), source, at(ms)) && right {
                    throttle.succeeded(attempt, at(ms));
                }
                prop_assert!(throttle.logins.entries.len() <= 8);
                prop_assert!(throttle.sources.entries.len() <= 8);
                prop_assert!(throttle.familiar.last_used.len() <= 8);
            }
        }
    }

    const OFFICE: Source = Source(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));
    const ELSEWHERE: Source = Source(IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 9)));

    fn pauses() -> impl Strategy<Value = Vec<u64>> {
        let short_and_long = prop_oneof![Just(0), 0_u64..1_000_000, 0_u64..90_000_000];
        proptest::collection::vec(short_and_long, 1..40)
    }

    fn tries() -> impl Strategy<Value = Vec<(u8, u8, bool, i64)>> {
        proptest::collection::vec(
            (any::<u8>(), any::<u8>(), any::<bool>(), 0..10_000_000_i64),
            0..200,
        )
    }

    fn wait(throttle: &mut Throttle, login: &str, source: Source, now: Timestamp) -> Duration {
        match throttle.begin(login, source, now) {
            Ok(attempt) => {
                throttle.withdrawn(attempt);
                Duration::ZERO
            }
            Err(refusal) => refusal.retry_after,
        }
    }

    #[track_caller]
    fn fail(throttle: &mut Throttle, login: &str, source: Source, now: Timestamp) {
        let _counted = throttle.begin(login, source, now).unwrap();
    }

    #[track_caller]
    fn succeed(throttle: &mut Throttle, login: &str, source: Source, now: Timestamp) {
        let attempt = throttle.begin(login, source, now).unwrap();
        throttle.succeeded(attempt, now);
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }
}
