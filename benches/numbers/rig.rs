//! A node without its doors: journal on disk, dispatcher, outbox, telephones that note each call.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jiaoying::{
    channels::{Gateway, outbox::Outbox},
    clock::{Clock, SystemClock},
    dispatcher::{self, Committed, Handle, Parts},
    domain::{
        actor::{Actor, Role},
        command::{Command, Reply},
        ids::CalloutId,
        person::Channel,
    },
    journal::sqlite::SqliteJournal,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    county,
    phones::{Manner, Phones},
};

/// A folder for a journal, on the disk of the build and not in memory.
pub fn folder() -> TempDir {
    let own = std::env::current_exe().unwrap();
    tempfile::Builder::new().prefix("numbers-").tempdir_in(own.parent().unwrap()).unwrap()
}

/// Returns a runtime as the program's own.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// A dispatcher over a journal on disk.
pub struct Rig {
    pub board: Handle,
    tasks: TaskTracker,
    stop: CancellationToken,
    calling: CancellationToken,
}

impl Rig {
    pub async fn open(dir: &Path) -> Self {
        Self::open_at(dir, Arc::new(SystemClock::new())).await
    }

    pub async fn open_at(dir: &Path, clock: Arc<dyn Clock>) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let journal = Box::new(SqliteJournal::open(dir).unwrap());
        let snapshots = Some(snapshots(dir));
        let parts = Parts { journal, clock, snapshots, keeps_time: true };
        let board = dispatcher::spawn(&tasks, parts, stop.clone()).await.unwrap();
        Self { board, tasks, stop, calling: CancellationToken::new() }
    }

    /// Submits as whoever may.
    pub async fn must(&self, command: Command) -> Committed {
        self.board.submit(actor(&command), command).await.unwrap()
    }

    pub async fn found(&self, founding: Vec<Command>) {
        for command in founding {
            self.must(command).await;
        }
    }

    /// Begins to make the calls.
    pub fn call(&self, phones: &[Arc<Phones>]) {
        let gateways = phones.iter().map(|p| Arc::clone(p) as Arc<dyn Gateway>).collect();
        self.call_by(gateways);
    }

    pub fn call_by(&self, gateways: Vec<Arc<dyn Gateway>>) {
        self.tasks.spawn(Outbox::run(self.board.clone(), gateways, self.calling.clone()));
    }

    pub fn tasks(&self) -> (&TaskTracker, &CancellationToken) {
        (&self.tasks, &self.stop)
    }

    /// Stops as a node does: nothing is lost, and a snapshot is saved.
    pub async fn close(self) {
        self.calling.cancel();
        pause(Duration::from_millis(50)).await;
        self.stop.cancel();
        self.tasks.close();
        drop(self.board);
        self.tasks.wait().await;
    }
}

/// Returns where a node keeps its snapshots.
pub fn snapshots(dir: &Path) -> PathBuf {
    dir.join("snapshots")
}

/// Returns telephones for every channel.
pub fn phones(app: Manner, sms: Manner, voice: Manner) -> [Arc<Phones>; 3] {
    [(Channel::App, app), (Channel::Sms, sms), (Channel::Voice, voice)]
        .map(|(channel, manner)| Arc::new(Phones::new(channel, manner)))
}

/// Returns somebody who may submit `command`.
pub fn actor(command: &Command) -> Actor {
    let area = county::COUNTY.parse().unwrap();
    match command {
        Command::Elapse | Command::RecordAttempt { .. } | Command::RepeatAttempt(_) => {
            Actor::node(area)
        }
        Command::AcceptWarning { .. } => by("gateway", Role::Gateway),
        Command::OpenCallout(_) | Command::WithdrawCallout { .. } | Command::Answer(_) => {
            by("dispatcher", Role::Dispatcher)
        }
        _ => Actor::console(area),
    }
}

pub fn by(login: &str, role: Role) -> Actor {
    Actor { login: login.into(), role, area: county::COUNTY.parse().unwrap(), person: None }
}

/// Returns the callout that a command has opened.
pub fn callout_of(reply: &Reply) -> CalloutId {
    match reply {
        Reply::Callout { id } => *id,
        Reply::Warning { callouts, .. } => callouts[0],
        other => panic!("no callout was opened: {other:?}"),
    }
}

/// Waits until `done`, or panics after a minute.
pub async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if done() {
            return;
        }
        pause(Duration::from_micros(100)).await;
    }
    panic!("waited in vain for {what}");
}

#[expect(clippy::disallowed_methods, reason = "a measurement waits for what it measures")]
pub async fn pause(pause: Duration) {
    tokio::time::sleep(pause).await;
}
