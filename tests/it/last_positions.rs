//! Where units were last, while Redis, which keeps it for all nodes, is away, stands still or is emptied.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{client::items, county::COUNTY, redis::RedisServer, server::TestServer};

const FIRST: &str = "990101-01t";
const LATER: &str = "990101-02t";
const BEFORE: f64 = 114.44;
const MEANWHILE: f64 = 114.441;
const LAT: f64 = 35.6281;
/// So long that the next position is a new point of the track.
const AGO: Duration = Duration::from_secs(90);
/// Longer than it takes until somebody looks whether Redis has been emptied.
const PATIENCE: Duration = Duration::from_secs(30);

/// It remembers what it knew: only what it missed has to be told.
#[tokio::test]
async fn what_is_reported_while_redis_is_away_is_on_every_node_when_it_is_back() {
    let mut redis = RedisServer::start_with(&["--appendonly", "yes"]);
    let (one, other) = (node(&redis).await, node(&redis).await);
    for unit in [FIRST, LATER] {
        report(&one, unit, BEFORE, AGO).await;
    }
    until("the other node shows them", async || shown(&other).await == [BEFORE; 2]).await;
    until("they are kept", async || kept(&redis) == 2).await;

    redis.kill();
    must_say(&one, "bus").await;
    report(&one, FIRST, MEANWHILE, Duration::ZERO).await;
    until("its track is written", async || points(&one, FIRST).await == 2).await;
    // This one's track is written after the last position of the first, which cannot be.
    report(&one, LATER, MEANWHILE, Duration::ZERO).await;
    until("its track is written", async || points(&one, LATER).await == 2).await;
    redis.start_again();
    let all = [MEANWHILE; 2];
    until("the other node shows them", async || shown(&other).await == all).await;
    until("one that starts then shows them", async || {
        let third = node(&redis).await;
        let shown = shown(&third).await;
        third.stop().await;
        shown == all
    })
    .await;
    for node in [one, other] {
        node.stop().await;
    }
}

#[tokio::test]
async fn a_node_that_starts_while_redis_stands_still_shows_where_units_were_when_it_goes_on() {
    let redis = RedisServer::start();
    let one = node(&redis).await;
    report(&one, FIRST, BEFORE, AGO).await;
    until("it is kept", async || kept(&redis) == 1).await;
    redis.pause();
    let other = node(&redis).await;
    assert!(shown(&other).await.is_empty());
    redis.resume();
    until("it shows where the unit was", async || shown(&other).await == [BEFORE]).await;
    for node in [one, other] {
        node.stop().await;
    }
}

#[tokio::test]
async fn an_emptied_redis_has_every_units_last_position_again_soon() {
    let redis = RedisServer::start();
    let one = node(&redis).await;
    report(&one, FIRST, BEFORE, AGO).await;
    until("it is kept", async || kept(&redis) == 1).await;
    let _: String = redis.ask(&["FLUSHALL"]);
    until("it is kept again", async || kept(&redis) == 1).await;
    one.stop().await;
    let other = node(&redis).await;
    assert_eq!(shown(&other).await, [BEFORE]);
    other.stop().await;
}

async fn node(redis: &RedisServer) -> TestServer {
    TestServer::start_with(&[("JIAOYING_REDIS_URL", &redis.url())]).await
}

async fn report(node: &TestServer, unit: &str, lon: f64, ago: Duration) {
    let at = node.board.now() - ago;
    let report = json!([{ "unit": unit, "lon": lon, "lat": LAT, "at": at }]);
    let taken = node.demo("gateway").post("/positions", &report, 202).await;
    assert_eq!(taken["accepted"], 1, "{taken}");
}

/// Returns where the node shows units, by their longitude.
async fn shown(node: &TestServer) -> Vec<f64> {
    let list = node.demo("screen").get("/positions", 200).await;
    items(&list).iter().map(|view: &Value| view["lon"].as_f64().unwrap()).collect()
}

/// Returns how many points of a unit's track are written.
async fn points(node: &TestServer, unit: &str) -> usize {
    let now = node.board.now();
    let [from, to] =
        [now - PATIENCE * 10, now + PATIENCE].map(|at| at.to_string().replace('+', "%2B"));
    let path = format!("/units/{unit}/track?from={from}&to={to}");
    items(&node.demo("commander").get(&path, 200).await).len()
}

fn kept(redis: &RedisServer) -> usize {
    redis.ask(&["HLEN", &format!("jiaoying:{{{COUNTY}}}:last")])
}

async fn must_say(node: &TestServer, what: &str) {
    let mut ailments = node.ailments.clone();
    let said = ailments.wait_for(|all| all.iter().any(|ailment| ailment.what == what));
    tokio::time::timeout(PATIENCE, said).await.expect("not noticed").unwrap();
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::task::yield_now().await;
    }
}
