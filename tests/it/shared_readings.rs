//! Two nodes and one gauge: what either hears of it, both know, while the bus is whole and after it was not.

use std::time::Duration;

use jiaoying::domain::{actor::Actor, command::Command, site::Facts};
use serde_json::{Value, json};

use crate::support::{
    client::items,
    county::COUNTY,
    patience::{until, within},
    redis::RedisServer,
    server::TestServer,
};

const GAUGE: &str = "990101-g1";
const SOON: Duration = Duration::from_secs(30);
/// Longer than it takes to find that a gauge which reports every second is silent.
const LONG: Duration = Duration::from_secs(14);

#[tokio::test]
async fn a_gauge_that_one_node_hears_is_fresh_on_the_other_and_missed_only_when_none_hears_it() {
    let mut redis = RedisServer::start();
    let (one, other) = (node(&redis).await, node(&redis).await);
    tell(&one).await;
    let shown = until(SOON, "the other shows it", async || {
        let shown = gauge(&other).await;
        shown["reading"].is_object().then_some(shown)
    });
    assert_eq!(shown.await["stale"], "fresh");
    let now = other.board.now();
    let text = |at: jiaoying::domain::time::Timestamp| at.to_string().replace('+', "%2B");
    let (from, to) = (text(now - Duration::from_secs(60)), text(now));
    let path = format!("/gauges/{GAUGE}/readings?from={from}&to={to}");
    within(SOON, "and draws it", async || {
        items(&other.demo("gateway").get(&path, 200).await).len() == 1
    })
    .await;

    tell_for(&one, LONG).await;
    assert_eq!((alarms(&one).await, alarms(&other).await), (0, 0));
    // It stops: now both know that it is lost.
    within(SOON, "the other misses it", async || alarms(&other).await == 1).await;
    tell(&one).await;
    within(SOON, "the other hears of it", async || alarms(&other).await == 0).await;

    redis.kill();
    let mut ailments = other.ailments.clone();
    let down = ailments.wait_for(|all| all.iter().any(|ailment| ailment.what == "bus"));
    drop(tokio::time::timeout(SOON, down).await.expect("the bus is down").unwrap());
    tell_for(&one, LONG).await;
    assert_eq!(alarms(&other).await, 0, "others may hear it");
    redis.start_again();
    tell_for(&one, LONG).await;
    assert_eq!((alarms(&other).await, gauge(&other).await["stale"].clone()), (0, json!("fresh")));
    for server in [one, other] {
        server.stop().await;
    }
}

/// Starts a node whose gauge reports every second.
async fn node(redis: &RedisServer) -> TestServer {
    let server = TestServer::start_with(&[("JIAOYING_REDIS_URL", &redis.url())]).await;
    let id = GAUGE.parse().unwrap();
    let mut site = server.board.read(move |b| b.sites.get(&id).cloned()).await.unwrap().unwrap();
    let Facts::Gauge(gauge) = &mut site.facts else { panic!() };
    gauge.reports_every_s = Some(1);
    let console = Actor::console(COUNTY.parse().unwrap());
    server.board.submit(console, Command::SaveSites(vec![site])).await.unwrap();
    server
}

async fn tell(server: &TestServer) {
    let reading = json!([{ "gauge": GAUGE, "at": server.board.now(), "level_m": 60.0 }]);
    let taken = server.demo("gateway").post("/readings", &reading, 202).await;
    assert_eq!(taken["accepted"], 1, "{taken}");
}

/// Reports like a station that is whole.
async fn tell_for(server: &TestServer, time: Duration) {
    let mut every = tokio::time::interval(Duration::from_millis(500));
    let telling = async {
        loop {
            every.tick().await;
            tell(server).await;
        }
    };
    let _: Result<(), _> = tokio::time::timeout(time, telling).await;
}

async fn gauge(server: &TestServer) -> Value {
    let gauges = server.demo("gateway").get("/gauges", 200).await;
    items(&gauges).iter().find(|gauge| gauge["id"] == GAUGE).unwrap().clone()
}

async fn alarms(server: &TestServer) -> usize {
    let open = server.demo("gateway").get("/callouts?open=true", 200).await;
    items(&open).iter().filter(|callout| callout["kind"] == "alarm").count()
}
