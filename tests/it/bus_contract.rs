//! What every bus has to do, run against each kind of it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiaoying::{
    bus::{Bus, Health, Heard, Nudge, Nudges, Positions, Word, local::LocalBus},
    clock::SystemClock,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::redis::RedisServer;

/// Long enough for anything that happens at all.
const LONG: Duration = Duration::from_secs(10);
pub const EPOCH: [u8; 16] = [1; 16];
const OTHER_EPOCH: [u8; 16] = [2; 16];

/// Runs each story once for each kind of bus.
macro_rules! contract {
    ($($story:ident)*) => {
        mod local {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Pair::local()).await;
            })*
        }

        mod redis {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Pair::redis(&[]).await).await;
            })*
        }

        mod redis_cluster {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Pair::redis_cluster().await).await;
            })*
        }
    };
}

contract! {
    a_new_bus_is_sound_and_each_node_has_a_name_of_its_own
    a_nudge_reaches_the_others_and_not_who_said_it
    of_many_nudges_the_highest_arrives_and_none_goes_back
    nudges_about_another_journal_are_not_heard
    positions_reach_the_others_as_they_were_and_not_who_said_them
    positions_of_one_node_arrive_in_order
    a_listener_that_sleeps_finds_the_newest_positions
    a_listener_that_has_gone_holds_nobody_up
}

async fn a_new_bus_is_sound_and_each_node_has_a_name_of_its_own(pair: Pair) {
    assert_eq!(*pair.a.health().borrow(), Health::Sound);
    assert_ne!(pair.a.node(), pair.b.node());
    assert_eq!(pair.a.counts().garbage, 0);
}

async fn a_nudge_reaches_the_others_and_not_who_said_it(pair: Pair) {
    let (mut at_a, mut at_b) = (pair.a.nudges(EPOCH), pair.b.nudges(EPOCH));
    pair.a.nudge(nudge(5));
    assert_eq!(up_to(&mut at_b).await, 5);
    // Had it heard itself, it would be told of the 5.
    pair.b.nudge(nudge(3));
    assert_eq!(up_to(&mut at_a).await, 3);
}

async fn of_many_nudges_the_highest_arrives_and_none_goes_back(pair: Pair) {
    let mut at_b = pair.b.nudges(EPOCH);
    for seq in 1..=10_000 {
        pair.a.nudge(nudge(seq));
    }
    let (mut last, mut told) = (0, 0);
    while last < 10_000 {
        let seq = up_to(&mut at_b).await;
        assert!(seq > last, "{seq} after {last}");
        (last, told) = (seq, told + 1);
    }
    assert!(told < 10_000, "nothing was left out");
}

async fn nudges_about_another_journal_are_not_heard(pair: Pair) {
    let mut at_b = pair.b.nudges(EPOCH);
    let mut foreign = pair.b.nudges(OTHER_EPOCH);
    pair.a.nudge(Nudge { epoch: OTHER_EPOCH, seq: 9 });
    assert_eq!(up_to(&mut foreign).await, 9);
    assert!(pair.b.counts().foreign > 0);
    pair.a.nudge(nudge(2));
    assert_eq!(up_to(&mut at_b).await, 2);
}

async fn positions_reach_the_others_as_they_were_and_not_who_said_them(pair: Pair) {
    let (mut at_a, mut at_b) = (pair.a.positions(), pair.b.positions());
    let batch: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    pair.a.publish_positions(batch.clone().into());
    assert_eq!(positions(&mut at_b).await, node(&pair.a, batch.into()));
    pair.b.publish_positions(Bytes::from_static(b"b"));
    assert_eq!(positions(&mut at_a).await, node(&pair.b, Bytes::from_static(b"b")));
}

async fn positions_of_one_node_arrive_in_order(pair: Pair) {
    let mut at_b = pair.b.positions();
    for number in 0..1_000_u32 {
        pair.a.publish_positions(number.to_string().into());
    }
    for number in 0..1_000_u32 {
        assert_eq!(positions(&mut at_b).await, node(&pair.a, number.to_string().into()));
    }
    assert_eq!(pair.a.counts().dropped + pair.b.counts().dropped, 0);
}

async fn a_listener_that_sleeps_finds_the_newest_positions(pair: Pair) {
    let (mut sleeper, mut awake) = (pair.b.positions(), pair.b.positions());
    let last = 20_000_u32;
    for number in 0..=last {
        pair.a.publish_positions(number.to_string().into());
        // One listener keeps up, so that what is dropped is what the other did not take.
        while number % 500 == 0 && positions(&mut awake).await.text() != number.to_string() {}
    }
    let first = positions(&mut sleeper).await.text().parse::<u32>().unwrap();
    assert!(first > 0, "a bound was expected");
    let mut newest = first;
    while newest < last {
        let next = positions(&mut sleeper).await.text().parse().unwrap();
        assert!(next > newest);
        newest = next;
    }
    assert!(pair.a.counts().dropped + pair.b.counts().dropped > 0, "what was dropped is counted");
}

async fn a_listener_that_has_gone_holds_nobody_up(pair: Pair) {
    drop((pair.b.positions(), pair.b.nudges(EPOCH)));
    let mut at_b = pair.b.nudges(EPOCH);
    pair.a.publish_positions(Bytes::from_static(b"a"));
    pair.a.nudge(nudge(1));
    assert_eq!(up_to(&mut at_b).await, 1);
}

/// Two nodes on one bus.
pub struct Pair {
    pub a: Arc<dyn Bus>,
    pub b: Arc<dyn Bus>,
    pub server: Option<RedisServer>,
    stop: CancellationToken,
}

impl Pair {
    fn local() -> Self {
        let a = LocalBus::alone();
        let b = a.beside();
        Self { a: Arc::new(a), b: Arc::new(b), server: None, stop: CancellationToken::new() }
    }

    pub async fn redis(options: &[&str]) -> Self {
        Self::on(RedisServer::start_with(options)).await
    }

    pub async fn redis_cluster() -> Self {
        let server = RedisServer::start_with(&["--cluster-enabled", "yes"]);
        let _: String = server.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        settled(&server).await;
        Self::on(server).await
    }

    async fn on(server: RedisServer) -> Self {
        let stop = CancellationToken::new();
        let (a, b) = (join(&server.url(), &stop).await, join(&server.url(), &stop).await);
        Self { a: Arc::new(a), b: Arc::new(b), server: Some(server), stop }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Joins a node of the test county to a Redis.
pub async fn join(url: &str, stop: &CancellationToken) -> jiaoying::bus::redis::RedisBus {
    try_join(url, stop).await.unwrap()
}

pub async fn try_join(
    url: &str,
    stop: &CancellationToken,
) -> Result<jiaoying::bus::redis::RedisBus, jiaoying::bus::redis::Error> {
    let clock = Arc::new(SystemClock::new());
    let area = crate::support::county::COUNTY.parse().unwrap();
    let tasks = TaskTracker::new();
    let url = url.parse().unwrap();
    jiaoying::bus::redis::RedisBus::start(url, area, clock, &tasks, stop.clone()).await
}

/// Waits until a cluster serves all its slots.
pub async fn settled(server: &RedisServer) {
    until("the cluster serves", || {
        let info: String = server.ask(&["CLUSTER", "INFO"]);
        info.contains("cluster_state:ok")
    })
    .await;
}

/// Waits until something is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let mut often = tokio::time::interval(Duration::from_millis(10));
    let so = async {
        while !is_so() {
            often.tick().await;
        }
    };
    assert!(tokio::time::timeout(LONG, so).await.is_ok(), "not in time: {what}");
}

pub fn nudge(seq: u64) -> Nudge {
    Nudge { epoch: EPOCH, seq }
}

pub fn node(sayer: &Arc<dyn Bus>, batch: Bytes) -> Heard {
    Heard::Node { from: sayer.node(), batch }
}

/// Returns the next number, whatever else is told before.
pub async fn up_to(nudges: &mut Nudges) -> u64 {
    loop {
        if let Word::UpTo(seq) = word(nudges).await {
            return seq;
        }
    }
}

pub async fn word(nudges: &mut Nudges) -> Word {
    tokio::time::timeout(LONG, nudges.next()).await.expect("nobody said anything")
}

pub async fn positions(positions: &mut Positions) -> Heard {
    tokio::time::timeout(LONG, positions.next()).await.expect("nobody said where anything is")
}

trait Text {
    fn text(&self) -> String;
}

impl Text for Heard {
    fn text(&self) -> String {
        let (Heard::Node { batch: text, .. } | Heard::Outside(text)) = self;
        String::from_utf8(text.to_vec()).unwrap()
    }
}
