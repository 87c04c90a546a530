//! People and machines are let in, and others are not: the whole of `access` over real files.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod administration;
mod first_start;
mod login;
mod tokens;

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use jiaoying::{
    access::{
        Access, AccessFact, Cost, LoggedIn, Login, LoginError, LoginFailure, NewAccount,
        NewMachine, Password, Purpose, Secret, Settings, Source, Token, store::sqlite::SqliteStore,
    },
    domain::{
        actor::{Actor, Role},
        ids::AreaCode,
        time::Timestamp,
    },
};
use tokio_util::task::TaskTracker;

const PASSWORD: &str = "a long enough password";

/// A node's access over a folder of its own.
struct Office {
    dir: tempfile::TempDir,
    settings: Settings,
    tasks: TaskTracker,
    access: Access,
}

impl Office {
    /// An office where `admin`, `dispatcher` and `leader` work.
    async fn new() -> Self {
        let office = Self::empty();
        office.populate().await;
        office
    }

    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
        let settings = Settings { cost, ..Settings::default() };
        let tasks = TaskTracker::new();
        let access = open(file_in(&dir), &settings, &tasks);
        Self { dir, settings, tasks, access }
    }

    async fn populate(&self) {
        let roles =
            [("admin", Role::Admin), ("dispatcher", Role::Dispatcher), ("leader", Role::Leader)];
        for (login, role) in roles {
            let (new, password) = (new_account(login, role), Password::new(PASSWORD));
            self.access.add_account(&console(), new, password, at(0)).await.unwrap();
        }
    }

    fn restart(&mut self, purpose: Purpose) {
        self.settings.purpose = purpose;
        self.access = open(self.file(), &self.settings, &self.tasks);
    }

    fn another_process(&self) -> Access {
        open(self.file(), &self.settings, &self.tasks)
    }

    fn file(&self) -> PathBuf {
        file_in(&self.dir)
    }

    /// Waits until what nobody waits for is on the disk.
    async fn settle(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    async fn login(&self, login: &str, now: Timestamp) -> Result<LoggedIn, LoginError> {
        self.attempt(login, PASSWORD, desk(), now).await
    }

    async fn attempt(
        &self,
        login: &str,
        password: &str,
        source: Source,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginError> {
        self.access.login(login, Password::new(password), source, now).await
    }

    async fn set_password(&self, login: &str, password: &str) {
        let (login, password) = (self::login(login), Password::new(password));
        self.access.set_password(&console(), &login, password, at(0)).await.unwrap();
    }

    async fn add_gauges(&self) -> (Secret, Token) {
        self.access.add_machine(&console(), gauges(), at(0)).await.unwrap()
    }

    async fn install_demonstration(&self) {
        for (login, role) in [("gateway", Role::Gateway), ("leader", Role::Leader)] {
            let new = new_account(login, role);
            self.access.install_demonstration_account(new, at(0)).await.unwrap();
        }
    }

    async fn facts(&self) -> Vec<AccessFact> {
        let pending = self.access.facts(1_000).await.unwrap();
        pending.into_iter().map(|pending| pending.fact).collect()
    }

    async fn failures(&self) -> Vec<(Option<Login>, LoginFailure)> {
        let failed = |fact| {
            let AccessFact::LoginFailed { login, reason, .. } = fact else { return None };
            Some((login, reason))
        };
        self.facts().await.into_iter().filter_map(failed).collect()
    }
}

fn open(file: PathBuf, settings: &Settings, tasks: &TaskTracker) -> Access {
    let store = Arc::new(SqliteStore::open(&file).unwrap());
    Access::new(store, settings.clone(), tasks.clone()).unwrap()
}

fn file_in(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("jiaoying.db")
}

fn new_account(name: &str, role: Role) -> NewAccount {
    NewAccount { login: login(name), role, area: area("990101"), holder: Default::default() }
}

fn gauges() -> NewMachine {
    NewMachine { name: login("gauges"), role: Role::Gateway, area: area("990101") }
}

fn console() -> Actor {
    Actor::console(area("990101"))
}

fn desk() -> Source {
    source([203, 0, 113, 7])
}

fn source(address: [u8; 4]) -> Source {
    Source::from(IpAddr::from(address))
}

fn area(code: &str) -> AreaCode {
    code.parse().unwrap()
}

fn login(name: &str) -> Login {
    name.parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    at(hours * 3_600_000)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}
