//! Two nodes on one journal: what one commits the other shows at once by the bus, and within a second without.

use std::{path::Path, sync::Arc, time::Duration};

use jiaoying::{
    bus::{Bus, local::LocalBus},
    clock::SystemClock,
    dispatcher::{self, Commit, Handle, Parts},
    domain::{actor::Actor, command::Command, person::Channel},
    journal::sqlite::SqliteJournal,
};
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    bus_contract::join,
    support::{county::COUNTY, node::line, redis::RedisServer, server::TestServer},
};

/// Rounds, each of which the poll alone would make about a second long.
const ROUNDS: u32 = 20;
/// What the rounds take at most when the poll has no part in it.
const BY_NUDGES: Duration = Duration::from_secs(8);
/// What one round takes at most by the poll alone.
const BY_POLL: Duration = Duration::from_secs(3);

#[tokio::test]
async fn what_one_node_commits_the_other_shows_long_before_it_would_ask() {
    let server = RedisServer::start();
    let stop = CancellationToken::new();
    let (a, b) = (join(&server.url(), &stop).await, join(&server.url(), &stop).await);
    let nodes = Two::start(a, b, stop).await;
    let rounds = nodes.commit_in_turn(1..=ROUNDS);
    tokio::time::timeout(BY_NUDGES, rounds).await.expect("it waited for the poll");
}

#[tokio::test]
async fn nodes_in_one_process_are_kept_in_step_too() {
    let a = LocalBus::alone();
    let b = a.beside();
    let nodes = Two::start(a, b, CancellationToken::new()).await;
    let rounds = nodes.commit_in_turn(1..=ROUNDS);
    tokio::time::timeout(BY_NUDGES, rounds).await.expect("it waited for the poll");
}

#[tokio::test]
async fn without_redis_the_other_node_shows_it_within_seconds_and_at_once_when_it_is_back() {
    let mut server = RedisServer::start();
    let stop = CancellationToken::new();
    let (a, b) = (join(&server.url(), &stop).await, join(&server.url(), &stop).await);
    let mut health = [a.health(), b.health()];
    let nodes = Two::start(a, b, stop).await;
    server.kill();
    tokio::time::timeout(BY_POLL, nodes.commit_in_turn(1..=1))
        .await
        .expect("the poll found nothing");
    server.start_again();
    for health in &mut health {
        let sound = health.wait_for(|health| *health == jiaoying::bus::Health::Sound);
        tokio::time::timeout(Duration::from_secs(8), sound).await.unwrap().unwrap();
    }
    let rounds = nodes.commit_in_turn(2..=ROUNDS);
    tokio::time::timeout(BY_NUDGES, rounds).await.expect("it waited for the poll");
}

#[tokio::test]
async fn a_node_whose_redis_is_lost_says_so_and_goes_on_working() {
    let mut redis = RedisServer::start();
    let node = TestServer::start_with(&[("JIAOYING_REDIS_URL", &redis.url())]).await;
    let mut ailments = node.ailments.clone();
    assert!(ailments.borrow().is_empty());
    redis.pause();
    let lost = ailments.wait_for(|ailments| ailments.iter().any(|ailment| ailment.what == "bus"));
    tokio::time::timeout(Duration::from_secs(3), lost).await.expect("not noticed").unwrap();
    node.stranger().get("[/readyz]", 200).await;
    let before = node.head().await;
    node.board.submit(console(), lines(7)).await.unwrap();
    assert!(node.head().await > before, "commands go on");
    redis.resume();
    let back = ailments.wait_for(|ailments| ailments.is_empty());
    tokio::time::timeout(Duration::from_secs(8), back).await.expect("not back").unwrap();
    redis.kill();
    node.stop().await;
}

#[tokio::test]
async fn the_metrics_say_what_the_bus_carries_who_is_in_step_and_what_is_down() {
    let mut redis = RedisServer::start();
    let node = TestServer::start_with(&[("JIAOYING_REDIS_URL", &redis.url())]).await;
    let _page = node.watch("screen").await;
    redis.publish(&format!("jiaoying:{{{COUNTY}}}:nudges"), b"garbage");
    for line in [
        "jiaoying_bus_garbage 1",
        "jiaoying_hub_clients_in_step 1",
        "jiaoying_degraded{what=\"bus\"} 0",
        "jiaoying_degraded{what=\"journal\"} 0",
    ] {
        node.shows(line).await;
    }
    redis.kill();
    node.shows("jiaoying_degraded{what=\"bus\"} 1").await;
    node.stop().await;
}

/// Two nodes, each with a journal of its own over the same file.
struct Two {
    a: Handle,
    b: Handle,
    stop: CancellationToken,
    _dir: TempDir,
}

impl Two {
    async fn start(a: impl Bus, b: impl Bus, stop: CancellationToken) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let a = node(dir.path(), Arc::new(a), &stop).await;
        let area = COUNTY.parse().unwrap();
        let timezone = "Asia/Shanghai".parse().unwrap();
        a.submit(console(), Command::SetJurisdiction { area, timezone }).await.unwrap();
        let b = node(dir.path(), Arc::new(b), &stop).await;
        Self { a, b, stop, _dir: dir }
    }

    /// Commits once a round, now on this node, now on that, and waits until the other has it.
    async fn commit_in_turn(&self, rounds: impl Iterator<Item = u32>) {
        for round in rounds {
            let (sayer, hearer) =
                if round % 2 == 0 { (&self.b, &self.a) } else { (&self.a, &self.b) };
            let mut feed = hearer.watch();
            let seq = sayer.submit(console(), lines(round)).await.unwrap().seq;
            while shown(&mut feed).await < seq {}
        }
    }
}

impl Drop for Two {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn node(dir: &Path, bus: Arc<dyn Bus>, stop: &CancellationToken) -> Handle {
    let tasks = TaskTracker::new();
    let parts = Parts {
        journal: Box::new(SqliteJournal::open(dir).unwrap()),
        clock: Arc::new(SystemClock::new()),
        snapshots: None,
        keeps_time: true,
    };
    let board = dispatcher::spawn(&tasks, parts, stop.clone()).await.unwrap();
    tasks.spawn(dispatcher::keep_in_step(board.clone(), bus, stop.clone()));
    board
}

async fn shown(feed: &mut broadcast::Receiver<Commit>) -> u64 {
    feed.recv().await.unwrap().last().unwrap().entry.seq
}

fn console() -> Actor {
    Actor::console(COUNTY.parse().unwrap())
}

fn lines(count: u32) -> Command {
    Command::SetLines(line(Channel::Sms, count))
}
