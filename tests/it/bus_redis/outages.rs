//! Redis goes and comes back: noticed within three seconds, back without anybody's help.

use std::time::Duration;

use bytes::Bytes;
use jiaoying::bus::{Bus, Health, Word};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    bus_contract::{EPOCH, Pair, join, node, nudge, positions, until, up_to, word},
    support::redis::RedisServer,
};

/// After this every screen has to say that it is degraded.
const NOTICED: Duration = Duration::from_secs(3);
/// The longest wait between two tries, and the try.
const BACK: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_killed_redis_is_noticed_and_found_again() {
    let mut pair = Pair::redis(&[]).await;
    pair.server.as_mut().unwrap().kill();
    both_down(&pair).await;
    pair.server.as_mut().unwrap().start_again();
    both_sound(&pair).await;
    still_talks(&pair).await;
}

#[tokio::test]
async fn a_redis_stopped_in_order_is_noticed_and_found_again() {
    let mut pair = Pair::redis(&[]).await;
    pair.server.as_mut().unwrap().stop();
    both_down(&pair).await;
    pair.server.as_mut().unwrap().start_again();
    both_sound(&pair).await;
    still_talks(&pair).await;
}

#[tokio::test]
async fn a_paused_redis_that_keeps_its_connections_open_is_noticed_and_found_again() {
    let pair = Pair::redis(&[]).await;
    pair.server.as_ref().unwrap().pause();
    both_down(&pair).await;
    pair.server.as_ref().unwrap().resume();
    both_sound(&pair).await;
    still_talks(&pair).await;
}

#[tokio::test]
async fn a_restart_too_short_to_matter_still_has_the_journal_read() {
    let mut pair = Pair::redis(&[]).await;
    let mut at_b = pair.b.nudges(EPOCH);
    pair.a.nudge(nudge(1));
    up_to(&mut at_b).await;
    let server = pair.server.as_mut().unwrap();
    server.kill();
    server.start_again();
    assert_eq!(word(&mut at_b).await, Word::Resubscribed);
    both_sound(&pair).await;
    still_talks(&pair).await;
}

#[tokio::test]
async fn a_listener_that_is_cut_off_alone_comes_back() {
    let pair = Pair::redis(&[]).await;
    let mut at_b = pair.b.nudges(EPOCH);
    pair.a.nudge(nudge(1));
    up_to(&mut at_b).await;
    let cut: usize = pair.server.as_ref().unwrap().ask(&["CLIENT", "KILL", "TYPE", "pubsub"]);
    assert_eq!(cut, 2);
    assert_eq!(word(&mut at_b).await, Word::Resubscribed);
    both_sound(&pair).await;
    still_talks(&pair).await;
}

#[tokio::test]
async fn what_is_said_meanwhile_waits_for_nobody_and_others_learn_that_there_was_something() {
    let pair = Pair::redis(&[]).await;
    let mut at_b = pair.b.nudges(EPOCH);
    let server = pair.server.as_ref().unwrap();
    pair.a.nudge(nudge(1));
    assert_eq!(up_to(&mut at_b).await, 1);
    server.pause();
    for seq in 2..=100_000 {
        pair.a.nudge(nudge(seq));
        pair.a.publish_positions(Bytes::from_static(b"somewhere"));
    }
    both_down(&pair).await;
    server.resume();
    // Who comes back later than the number was said is told to read the journal.
    let told =
        async { while !matches!(at_b.next().await, Word::Resubscribed | Word::UpTo(100_000)) {} };
    tokio::time::timeout(BACK, told).await.expect("nothing was told");
    assert!(pair.a.counts().dropped > 90_000, "positions do not pile up");
}

#[tokio::test]
async fn a_redis_that_is_away_at_the_start_is_found_when_it_comes() {
    let (mut server, stop) = (RedisServer::prepare(&[]), CancellationToken::new());
    let bus = join(&server.url(), &stop).await;
    let mut health = bus.health();
    assert!(matches!(*health.borrow(), Health::Down { .. }));
    server.start_again();
    sound(&mut health).await;
    stop.cancel();
}

#[tokio::test]
async fn an_emptied_redis_disturbs_nobody() {
    let pair = Pair::redis(&[]).await;
    let _: String = pair.server.as_ref().unwrap().ask(&["FLUSHALL"]);
    still_talks(&pair).await;
    assert_eq!(*pair.a.health().borrow(), Health::Sound);
}

#[tokio::test]
async fn a_node_that_stops_lets_go_of_its_connections() {
    let (server, stop) = (RedisServer::start(), CancellationToken::new());
    let bus = join(&server.url(), &stop).await;
    let clients = || server.ask::<String>(&["CLIENT", "LIST"]).lines().count();
    assert_eq!(clients(), 3, "one says, one hears, one asks");
    stop.cancel();
    until("the connections are closed", || clients() == 1).await;
    drop(bus);
}

async fn both_down(pair: &Pair) {
    for bus in [&pair.a, &pair.b] {
        let mut health = bus.health();
        let down = health.wait_for(|health| matches!(health, Health::Down { .. }));
        tokio::time::timeout(NOTICED, down).await.expect("not noticed in time").unwrap();
    }
}

async fn both_sound(pair: &Pair) {
    for bus in [&pair.a, &pair.b] {
        sound(&mut bus.health()).await;
    }
}

async fn sound(health: &mut watch::Receiver<Health>) {
    let sound = health.wait_for(|health| *health == Health::Sound);
    tokio::time::timeout(BACK, sound).await.expect("not back in time").unwrap();
}

async fn still_talks(pair: &Pair) {
    let (mut nudges, mut heard) = (pair.b.nudges(EPOCH), pair.b.positions());
    pair.a.nudge(nudge(1_000_000));
    while up_to(&mut nudges).await != 1_000_000 {}
    let batch = Bytes::from_static(b"after all");
    pair.a.publish_positions(batch.clone());
    // What waited while Redis was away may come first.
    while positions(&mut heard).await != node(&pair.a, batch.clone()) {}
}
