//! Who is let in: accounts, passwords, logins, machine tokens, and the throttle at the door.
//!
//! Invariants: no secret is stored or printed, only hashes and digests; secrets are not in the
//! journal, which forgets nothing, but in tables of their own; every change and every login is
//! written down as an [`AccessFact`] in the same transaction, and waits there for the journal.

mod account;
mod administration;
mod authentication;
mod calendar;
mod error;
mod fact;
mod first_start;
mod login;
mod password;
mod remembered;
pub mod store;
mod throttle;
mod token;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub use self::{
    account::{Account, Holder, Invalid, Login, NewAccount},
    administration::NewMachine,
    error::{AdminError, AuthError, LoginError, PasswordChangeError},
    fact::{AccessFact, LoginFailure, PendingFact},
    first_start::AdminLink,
    login::LoggedIn,
    password::{Busy, Cost, Password, PasswordHash},
    throttle::Source,
    token::{Identity, Secret, Token, TokenDigest, TokenId, TokenKind},
};
use self::{
    password::Hasher,
    remembered::Remembered,
    store::{Change, Store, StoreError},
    throttle::Throttle,
};
use crate::domain::time::{Seconds, Timestamp};

/// What an account, and a running node, is for. Accounts of the demonstration, whose passwords
/// everybody knows, are void on a node in service, even over the same data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    #[default]
    Service,
    Demonstration,
}

impl Purpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Service => "service",
            Purpose::Demonstration => "demonstration",
        }
    }

    fn from_stored(text: &str) -> Option<Self> {
        [Purpose::Service, Purpose::Demonstration].into_iter().find(|p| p.as_str() == text)
    }

    /// Tells whether accounts for `self` work on a node for `node`.
    fn works_on(self, node: Purpose) -> bool {
        match self {
            Purpose::Service => true,
            Purpose::Demonstration => node == Purpose::Demonstration,
        }
    }
}

/// The `[access]` part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A login ends when it was not used for this long.
    pub login_idle_s: Seconds,
    /// A login ends after this long however much it is used.
    pub login_max_s: Seconds,
    pub cost: Cost,
    /// Passwords hashed at the same time. One leaves the second core of a small machine to callouts.
    pub hashes_at_once: usize,
    /// Logins that wait for that; more are told to come back.
    pub hashes_waiting: usize,
    /// Set by `--demo`, not by the file.
    #[serde(skip)]
    pub purpose: Purpose,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_idle_s: Seconds(12 * 3600),
            login_max_s: Seconds(7 * 24 * 3600),
            cost: Cost::default(),
            hashes_at_once: 1,
            hashes_waiting: 64,
            purpose: Purpose::Service,
        }
    }
}

impl Settings {
    /// Returns everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<Invalid> {
        let mut faults = Vec::new();
        if self.login_idle_s.0 == 0 || self.login_max_s < self.login_idle_s {
            let remedy = "must be more than zero and at most access.login_max_s";
            faults.push(Invalid::new("access.login_idle_s", remedy));
        }
        if !(1..=64).contains(&self.hashes_at_once) {
            faults.push(Invalid::new("access.hashes_at_once", "use 1 to 64"));
        }
        if self.hashes_waiting > 10_000 {
            faults.push(Invalid::new("access.hashes_waiting", "use at most 10000"));
        }
        faults.extend(self.cost.params().err());
        faults
    }
}

/// Lets people and machines in, and keeps who they are.
///
/// One per process. Several processes over one database see each other's changes within seconds.
pub struct Access {
    store: Arc<dyn Store>,
    settings: Settings,
    hasher: Hasher,
    throttle: Mutex<Throttle>,
    remembered: Mutex<Remembered>,
    /// Held by the one who asks the store for its generation.
    asking: tokio::sync::Mutex<()>,
    /// Wakes whoever carries facts to the journal.
    noted: Notify,
    /// Writes that nobody waits for; stopping does.
    tasks: TaskTracker,
}

impl Access {
    /// Takes about as long as one login: it prepares what unknown logins are compared with.
    pub fn new(
        store: Arc<dyn Store>,
        settings: Settings,
        tasks: TaskTracker,
    ) -> Result<Self, Invalid> {
        if let Some(fault) = settings.faults().into_iter().next() {
            return Err(fault);
        }
        let Settings { cost, hashes_at_once, hashes_waiting, .. } = settings;
        Ok(Self {
            store,
            settings,
            hasher: Hasher::new(cost, hashes_at_once, hashes_waiting)?,
            throttle: Mutex::new(Throttle::new()),
            remembered: Mutex::new(Remembered::new()),
            asking: tokio::sync::Mutex::new(()),
            noted: Notify::new(),
            tasks,
        })
    }

    /// Returns the oldest facts that are not in the journal yet.
    ///
    /// They are kept until [`Access::facts_recorded`], so each reaches the journal at least once;
    /// its number makes the command id that turns this into exactly once.
    pub async fn facts(&self, limit: u32) -> Result<Vec<PendingFact>, StoreError> {
        self.store.facts(limit).await
    }

    /// Forgets the facts up to and including `number`, which are durable in the journal.
    pub async fn facts_recorded(&self, number: u64) -> Result<(), StoreError> {
        self.store.forget_facts(number).await
    }

    /// Waits until this process has noted a fact. Facts noted by another, such as the command line,
    /// do not wake: look every few seconds as well.
    pub async fn fact_noted(&self) {
        self.noted.notified().await;
    }

    async fn commit(
        &self,
        change: Change,
        fact: AccessFact,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let generation = self.store.commit(change, Some(fact), now).await?;
        self.remembered().on_generation(generation);
        self.noted.notify_one();
        Ok(())
    }

    async fn record(&self, fact: AccessFact, now: Timestamp) -> Result<(), StoreError> {
        self.store.record(fact, now).await?;
        self.noted.notify_one();
        Ok(())
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_strong_ones() {
        let settings = Settings::default();
        assert_eq!(settings.faults(), []);
        assert_eq!(settings.purpose, Purpose::Service);
        assert_eq!(settings.login_idle_s.duration().as_secs(), 12 * 3600);
        assert_eq!(settings.login_max_s.duration().as_secs(), 7 * 86_400);
    }

    #[test]
    fn all_faulty_settings_are_named_at_once() {
        let settings = Settings {
            login_idle_s: Seconds(10),
            login_max_s: Seconds(9),
            hashes_at_once: 0,
            hashes_waiting: 10_001,
            cost: Cost { lanes: 0, ..Cost::default() },
            purpose: Purpose::Service,
        };
        let fields: Vec<&str> = settings.faults().iter().map(|fault| fault.field).collect();
        let expected = [
            "access.login_idle_s",
            "access.hashes_at_once",
            "access.hashes_waiting",
            "access.cost",
        ];
        assert_eq!(fields, expected);
    }
}
