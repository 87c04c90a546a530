//! Passwords: what is accepted as one, and argon2id in a bounded number of threads.
//!
//! Invariant: one hash takes 19 MiB and tens of milliseconds, so at most a few run at once and the
//! rest wait in a short line; a storm of logins is told to come back, and callouts keep their core.

use std::{fmt, sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc},
};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Invalid, Login, Purpose};

/// Shorter ones are guessed; there is no rule about kinds of characters, because length does more.
const CHARS_MIN: usize = 10;
/// `1111111111` is long and worth nothing.
const DISTINCT_CHARS_MIN: usize = 5;
/// More is no password but an attempt to make us work.
const BYTES_MAX: usize = 1024;
/// When a refused login may try again: about as long as a full line takes to be worked off.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(3);

/// A password as typed. Never printed, never stored.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Tells what is wrong with choosing this password for `login`.
    pub(super) fn check(&self, login: &Login, purpose: Purpose) -> Result<(), Invalid> {
        let fault = |remedy: String| Err(Invalid::new("password", remedy));
        let chars = self.0.chars().count();
        if self.0.len() > BYTES_MAX {
            return fault(format!("is longer than {BYTES_MAX} bytes, choose a shorter one"));
        }
        match purpose {
            Purpose::Demonstration if chars == 0 => fault("is empty, choose one".into()),
            Purpose::Demonstration => Ok(()),
            Purpose::Service if chars < CHARS_MIN => {
                fault(format!("has {chars} characters, use at least {CHARS_MIN}"))
            }
            Purpose::Service if self.distinct_chars() < DISTINCT_CHARS_MIN => {
                fault(format!("use at least {DISTINCT_CHARS_MIN} different characters"))
            }
            Purpose::Service if self.is_about(login) => {
                fault("contains the login, choose one that does not".into())
            }
            Purpose::Service => Ok(()),
        }
    }

    fn distinct_chars(&self) -> usize {
        self.0.chars().collect::<std::collections::BTreeSet<_>>().len()
    }

    fn is_about(&self, login: &Login) -> bool {
        // A login of one or two letters is in too many good passwords by chance.
        login.as_str().len() > 2 && self.0.to_lowercase().contains(login.as_str())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// A salted hash in PHC form, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a text that [`PasswordHash::as_str`] gave.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

/// How hard a hash is to compute. The default is OWASP's argon2id minimum: 19 MiB, two passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

impl Cost {
    pub(super) fn params(self) -> Result<Params, Invalid> {
        Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|error| {
            Invalid::new("access.cost", format!("{error}: use memory_kib 19456, passes 2, lanes 1"))
        })
    }
}

/// The machine has no room for another hash now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many logins at once, try again in {} s", retry_after.as_secs())]
pub struct Busy {
    pub retry_after: Duration,
}

impl Busy {
    const NOW: Busy = Busy { retry_after: BUSY_RETRY_AFTER };
}

/// Computes and checks hashes, a few at a time.
#[derive(Debug)]
pub(super) struct Hasher {
    argon2: Argon2<'static>,
    /// Everybody inside: those computing and those in line.
    line: Arc<Semaphore>,
    /// Those computing. Their memory is `at_once` times the cost.
    computing: Arc<Semaphore>,
    /// What the password of an unknown login is compared with, so that it takes as long.
    decoy: PasswordHash,
}

impl Hasher {
    pub(super) fn new(cost: Cost, at_once: usize, waiting: usize) -> Result<Self, Invalid> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
        let decoy = compute(&argon2, &Password::new("nobody's password")).map_err(|error| {
            Invalid::new("access.cost", format!("cannot hash at this cost ({error}), lower it"))
        })?;
        Ok(Self {
            argon2,
            line: Arc::new(Semaphore::new(at_once + waiting)),
            computing: Arc::new(Semaphore::new(at_once)),
            decoy,
        })
    }

    /// Takes a place in the line, or says that it is full.
    pub(super) fn enter(&self) -> Result<Turn<'_>, Busy> {
        let place = self.line.clone().try_acquire_owned().map_err(|_| Busy::NOW)?;
        Ok(Turn { hasher: self, _place: place })
    }
}

/// A place in the line, given back when dropped.
pub(super) struct Turn<'a> {
    hasher: &'a Hasher,
    _place: OwnedSemaphorePermit,
}

impl Turn<'_> {
    pub(super) async fn hash(&self, password: Password) -> Result<PasswordHash, Busy> {
        self.compute(move |argon2| compute(argon2, &password)).await
    }

    /// Tells whether `password` is the one behind `hash`; without a hash it takes as long and is not.
    pub(super) async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.hasher.decoy.clone());
        let matched = self.compute(move |argon2| verify(argon2, &password, &hash)).await?;
        Ok(matched && known)
    }

    /// Tells whether `hash` was made at another cost than today's.
    pub(super) fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let Ok(hash) = phc::PasswordHash::new(hash.as_str()) else { return false };
        let today = self.hasher.argon2.params();
        let same = |made: &Params| {
            (made.m_cost(), made.t_cost(), made.p_cost())
                == (today.m_cost(), today.t_cost(), today.p_cost())
        };
        Params::try_from(&hash).is_ok_and(|made| !same(&made))
    }

    /// Runs `work` on a thread of its own. The permit goes along: whoever stops waiting for the
    /// result does not make room for another computation before this one is over.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, Busy> {
        let computing = self.hasher.computing.clone();
        let permit = computing.acquire_owned().await.map_err(|_| Busy::NOW)?;
        let argon2 = self.hasher.argon2.clone();
        let worked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&argon2)
        });
        match worked.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => {
                tracing::error!(%error, "a password could not be hashed");
                Err(Busy::NOW)
            }
            // The runtime is stopping and takes no more blocking work.
            Err(_) => Err(Busy::NOW),
        }
    }
}

fn compute(argon2: &Argon2<'_>, password: &Password) -> password_hash::Result<PasswordHash> {
    let hash: phc::PasswordHash = argon2.hash_password(password.0.as_bytes())?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify(
    argon2: &Argon2<'_>,
    password: &Password,
    hash: &PasswordHash,
) -> password_hash::Result<bool> {
    // One too long can never have been chosen; it is cut so that it costs what others cost.
    let fits = password.0.len() <= BYTES_MAX;
    let bytes = &password.0.as_bytes()[..password.0.len().min(BYTES_MAX)];
    match argon2.verify_password(bytes, hash.as_str()) {
        Ok(()) => Ok(fits),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn the_default_cost_is_what_owasp_asks_for() {
        let argon2 =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Cost::default().params().unwrap());
        let hash = compute(&argon2, &Password::new("secret")).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let hasher = Hasher::new(FAST, 1, 0).unwrap();
        let turn = hasher.enter().unwrap();
        let hash = turn.hash(Password::new("correct horse")).await.unwrap();
        for (text, matches) in [("correct horse", true), ("Correct horse", false), ("", false)] {
            let verified = turn.verify(Password::new(text), Some(hash.clone())).await;
            assert_eq!(verified, Ok(matches), "{text}");
        }
    }

    #[tokio::test]
    async fn not_even_the_decoy_password_opens_an_unknown_login() {
        let hasher = Hasher::new(FAST, 1, 0).unwrap();
        let turn = hasher.enter().unwrap();
        assert_eq!(turn.verify(Password::new("nobody's password"), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_password_that_begins_like_a_long_one_is_another() {
        let hasher = Hasher::new(FAST, 1, 0).unwrap();
        let turn = hasher.enter().unwrap();
        let longest = "x".repeat(BYTES_MAX);
        let hash = turn.hash(Password::new(longest.clone())).await.unwrap();
        let longer = Password::new(longest + "y");
        assert_eq!(turn.verify(longer, Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn a_full_line_is_told_to_come_back() {
        let hasher = Hasher::new(FAST, 1, 1).unwrap();
        let (_computing, waiting) = (hasher.enter().unwrap(), hasher.enter().unwrap());
        assert_eq!(hasher.enter().err(), Some(Busy::NOW));
        drop(waiting);
        assert!(hasher.enter().is_ok());
    }

    #[tokio::test]
    async fn those_who_stopped_waiting_still_count_while_they_compute() {
        let hasher = Hasher::new(FAST, 1, 9).unwrap();
        let (begin, begun) = std::sync::mpsc::channel::<()>();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let turn = hasher.enter().unwrap();
        let mut abandoned = Box::pin(turn.compute(move |_| {
            begin.send(()).unwrap();
            Ok(released.recv().is_ok())
        }));
        assert!(futures_util::poll!(&mut abandoned).is_pending());
        begun.recv().unwrap();
        drop(abandoned);
        assert_eq!(hasher.computing.available_permits(), 0);
        release.send(()).unwrap();
        assert!(turn.hash(Password::new("next")).await.is_ok());
    }

    #[tokio::test]
    async fn a_hash_made_at_another_cost_is_outdated() {
        let (old, new) = (Hasher::new(FAST, 1, 0), Hasher::new(Cost { passes: 2, ..FAST }, 1, 0));
        let (old, new) = (old.unwrap(), new.unwrap());
        let hash = old.enter().unwrap().hash(Password::new("secret")).await.unwrap();
        assert!(!old.enter().unwrap().is_outdated(&hash));
        assert!(new.enter().unwrap().is_outdated(&hash));
    }

    #[test]
    fn a_weak_password_is_refused_with_what_to_do() {
        check("short", Purpose::Service, "password: has 5 characters, use at least 10");
        check("1212121212", Purpose::Service, "password: use at least 5 different characters");
        check(
            "WangFang-2026",
            Purpose::Service,
            "password: contains the login, choose one that does not",
        );
        check(
            &"long".repeat(300),
            Purpose::Service,
            "password: is longer than 1024 bytes, choose a shorter one",
        );
        check("防汛抗旱一起上岗值班", Purpose::Service, "");
        check("demo", Purpose::Demonstration, "");
        check("", Purpose::Demonstration, "password: is empty, choose one");
    }

    #[test]
    fn a_cost_that_argon2_cannot_do_names_the_setting() {
        let refused = Hasher::new(Cost { memory_kib: 1, ..FAST }, 1, 0).unwrap_err();
        assert_eq!(refused.field, "access.cost");
    }

    #[test]
    fn neither_a_password_nor_its_hash_is_printed() {
        let printed = format!(
            "{:?} {:?}",
            Password::new("hunter22222"),
            PasswordHash::from_stored("$argon2id$v=19$abc")
        );
        assert!(!printed.contains("hunter") && !printed.contains("argon2id"), "{printed}");
    }

    #[track_caller]
    fn check(text: &str, purpose: Purpose, fault: &str) {
        let login = "wangfang".parse().unwrap();
        let found = Password::new(text).check(&login, purpose);
        assert_eq!(found.err().map(|fault| fault.to_string()).unwrap_or_default(), fault);
    }
}
