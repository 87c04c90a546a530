//! Gauges that publish by MQTT at a real broker, which is killed, floods, and refuses.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiaoying::{
    clock::{Clock, SystemClock},
    domain::time::Timestamp,
    gauges::BrokerUrl,
    telemetry::mqtt::{Counters, Link, Listener, Message, Publisher, Sink, State, Taken},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{
    certificates::certify,
    client::{Client, items},
    mosquitto::Mosquitto,
    patience::{until, within},
    server::TestServer,
};

/// The river gauge of the demonstration: 警戒 64.10, 保证 66.10.
const GAUGE: &str = "990101-g1";
const TOPIC: &str = "jiaoying/990101-g1/readings";
const SOON: Duration = Duration::from_secs(30);
const SECRET: &str = "s3cret-of-the-test";

#[tokio::test]
async fn a_reading_over_a_level_is_published_and_calls_the_people_the_gauge_guards() {
    let broker = Mosquitto::start();
    let server = node(&broker).await;
    let mut station = station(&broker);
    let now = server.board.now();
    // Its topic says whose they are.
    let rise =
        [(180, 63.5), (120, 63.7), (60, 63.9)].map(|(ago, metres)| reading(now, ago, metres));
    say(&mut station, TOPIC, &json!(rise)).await;
    shows(&server, "jiaoying_mqtt_readings 3").await;
    assert!(items(&server.demo("gateway").get("/warnings", 200).await).is_empty());
    say(&mut station, TOPIC, &reading(now, 3, 64.1)).await;
    let warning = warned(&server.demo("gateway"), 1).await;
    assert_eq!((&warning["colour"], &warning["status"]), (&json!("yellow"), &json!("actual")));
    let path = format!("/callouts/{}/obligations?limit=1000", warning["callout"].as_str().unwrap());
    let obliged = server.demo("gateway").get(&path, 200).await;
    let posts: Vec<_> = items(&obliged).iter().map(|o| o["post"].as_str().unwrap()).collect();
    let is_village = |post: &&str| post.ends_with("village_duty");
    let (villages, above): (Vec<_>, Vec<_>) = posts.into_iter().partition(is_village);
    assert!(villages.len() > 50 && villages.iter().all(|post| post.starts_with("990101101")));
    assert_eq!(above, ["990101000000/duty_officer", "990101101000/duty_officer"]);
    // Of a drill: it stands apart.
    let mut drill = reading(now, 0, 66.2);
    drill["exercise"] = json!(true);
    say(&mut station, TOPIC, &drill).await;
    let drilled = warned(&server.demo("gateway"), 2).await;
    assert_eq!((&drilled["colour"], &drilled["status"]), (&json!("orange"), &json!("exercise")));
    server.stop().await;
}

#[tokio::test]
async fn what_is_published_while_a_node_is_away_arrives_once_though_the_broker_restarts() {
    let mut broker = Mosquitto::start();
    let server = node(&broker).await;
    let now = server.board.now();
    say(&mut station(&broker), TOPIC, &reading(now, 30, 60.0)).await;
    shows(&server, "jiaoying_mqtt_messages_acknowledged 1").await;
    let dir = server.stop().await;
    let mut station = station(&broker);
    for (ago, metres) in [(20, 60.1), (10, 60.2)] {
        say(&mut station, TOPIC, &reading(now, ago, metres)).await;
    }
    broker.stop();
    broker.start_again();
    let settings = settings(&broker);
    let server = TestServer::start_in(dir, &borrowed(&settings)).await;
    shows(&server, "jiaoying_mqtt_messages_acknowledged 2").await;
    let told = counted(&server);
    assert_eq!((told.heard, told.readings, told.refused), (2, 2, Vec::new()));

    broker.kill();
    within(SOON, "it is told", async || !state(&server).borrow().is_connected()).await;
    let Link::Away { why, .. } = state(&server).borrow().link.clone() else { panic!() };
    assert!(["mqtt.lost", "mqtt.unreachable"].contains(&why.unwrap().code));
    shows(&server, "jiaoying_mqtt_connected 0").await;
    broker.start_again();
    shows(&server, "jiaoying_mqtt_connected 1").await;
    say(&mut Publisher::new(url(&broker.url()), "again".into()), TOPIC, &reading(now, 0, 60.3))
        .await;
    shows(&server, "jiaoying_mqtt_readings 3").await;
    assert_eq!(levels(&server, now).await, [60.0, 60.1, 60.2, 60.3]);
    // It had forgotten that two were acknowledged, and sent them again.
    assert_eq!(counted(&server).refused, [("reading.known", 2)]);
    server.stop().await;
}

#[tokio::test]
async fn a_message_is_acknowledged_only_when_its_readings_are_on_disk() {
    let broker = Mosquitto::start();
    let server = node(&broker).await;
    let now = server.board.now();
    let mut other = Connection::open(server.dir.path().join("readings.db")).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).unwrap();
    say(&mut station(&broker), TOPIC, &reading(now, 0, 60.0)).await;
    within(SOON, "it cannot be written", async || counted(&server).postponed == 1).await;
    assert_eq!(counted(&server).kept, 0, "and is not acknowledged");
    drop(lock);
    within(SOON, "it is acknowledged", async || counted(&server).kept == 1).await;
    let rows = "SELECT count(*) FROM reading";
    assert_eq!(other.query_row(rows, [], |row| row.get::<_, u32>(0)), Ok(1));
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_and_what_is_does_not() {
    let broker = Mosquitto::start();
    let first = Ear::open(&broker.url(), Taken::Later).await;
    let mut station = station(&broker);
    say(&mut station, "a/1", &json!("first")).await;
    within(SOON, "it is heard", async || !first.heard().is_empty()).await;
    first.close().await;
    let second = Ear::open(&broker.url(), Taken::Kept).await;
    within(SOON, "it comes again", async || second.heard() == ["\"first\""]).await;
    second.close().await;
    let third = Ear::open(&broker.url(), Taken::Kept).await;
    say(&mut station, "a/1", &json!("last")).await;
    within(SOON, "the next comes", async || !third.heard().is_empty()).await;
    assert_eq!(third.heard(), ["\"last\""]);
    third.close().await;
}

#[tokio::test]
async fn a_flood_of_nonsense_and_of_readings_is_bounded_and_counted_by_reason() {
    let broker = Mosquitto::start();
    let mut settings = settings(&broker);
    settings.push(("JIAOYING_GAUGES__MQTT_PER_TOPIC_S", "1".to_owned()));
    settings.push(("JIAOYING_GAUGES__MQTT_PER_TOPIC_BURST", "50".to_owned()));
    let server = TestServer::start_with(&borrowed(&settings)).await;
    shows(&server, "jiaoying_mqtt_connected 1").await;
    let now = server.board.now();
    let mut station = station(&broker);
    let nonsense: [&[u8]; 6] = [b"", b"64.1", b"{", b"\xFF\xFE", b"null", &[b'['; 100_000]];
    let nonsense = nonsense.map(|bytes| ("jiaoying/garbage/readings".to_owned(), bytes.to_vec()));
    station.publish(nonsense.into()).await.unwrap();
    // The broker lets go of it: it would stand in the way of all others for ever.
    station.publish(vec![(TOPIC.to_owned(), vec![b'['; 300_000])]).await.unwrap();
    let other = json!({ "gauge": "990101-g2", "at": now, "level_m": 60.0 });
    let nobody = json!({ "at": now, "level_m": 60.0 });
    say(&mut station, TOPIC, &json!([other, 5, reading(now, 1, -999.0)])).await;
    say(&mut station, "jiaoying/nobody/readings", &nobody).await;
    let mut flood = Vec::new();
    for second in 0..300 {
        let at = now - Duration::from_secs(400 - second);
        flood.push(json!({ "at": at, "level_m": 60.0 }));
    }
    say(&mut station, "jiaoying/990101-g4/readings", &json!(flood)).await;
    shows(&server, "jiaoying_mqtt_messages_acknowledged 9").await;
    let told = counted(&server);
    let refused = |reason: &str| {
        let found = told.refused.iter().find(|(named, _)| *named == reason);
        found.map_or(0, |(_, count)| *count)
    };
    assert_eq!(refused("message.not_json"), 6, "{told:?}");
    assert_eq!(refused("message.other_gauge"), 1, "{told:?}");
    assert_eq!(refused("message.not_a_reading"), 1, "{told:?}");
    assert_eq!(refused("reading.impossible"), 1, "{told:?}");
    assert_eq!(refused("reading.unknown_gauge"), 1, "{told:?}");
    assert_eq!(refused("message.too_often"), 250, "{told:?}");
    assert_eq!(told.readings, 50, "{told:?}");
    assert!(items(&server.demo("gateway").get("/warnings", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_retained_reading_is_judged_by_its_own_time() {
    let broker = Mosquitto::start();
    let now = SystemClock::new().now();
    // Last week it was high; a day ago nobody was listening.
    retain(&broker, TOPIC, &reading(now, 60 * 24 * 7, 66.5)).await;
    let server = node(&broker).await;
    shows(&server, "jiaoying_mqtt_readings 1").await;
    say(&mut station(&broker), TOPIC, &reading(now, 0, 60.0)).await;
    shows(&server, "jiaoying_mqtt_readings 2").await;
    assert!(items(&server.demo("gateway").get("/warnings", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_with_what_to_do_and_never_repeated() {
    let broker = Mosquitto::start_for("node", SECRET);
    let with = |password: &str| format!("mqtt://node:{password}@127.0.0.1:{}", broker.port);
    let wrong = Ear::begin(&with("wr0ng"), Taken::Kept);
    let trouble = trouble(wrong.state.clone()).await;
    assert!(trouble.contains("correct gauges.mqtt_url") && !trouble.contains("wr0ng"), "{trouble}");
    wrong.close().await;
    let right = Ear::open(&with(SECRET), Taken::Kept).await;
    assert!(!format!("{:?}", right.url).contains(SECRET));
    right.close().await;
}

#[tokio::test]
async fn a_broker_is_reached_by_tls_only_if_its_authority_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    certify(dir.path());
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (cert, key) =
        (format!("certfile {}", file("node.pem")), format!("keyfile {}", file("node.key")));
    let broker = Mosquitto::start_with(&["allow_anonymous true", &cert, &key]);
    let by = |authority: &str| format!("mqtts://127.0.0.1:{}?ca={}", broker.port, file(authority));
    let stranger = Ear::begin(&by("other.pem"), Taken::Kept);
    let why = trouble(stranger.state.clone()).await;
    assert!(why.contains("ca="), "{why}");
    stranger.close().await;
    Ear::open(&by("ca.pem"), Taken::Kept).await.close().await;
}

/// Each has a name of its own, and neither needs the other.
#[tokio::test]
async fn two_nodes_at_one_broker_both_take_every_reading() {
    let broker = Mosquitto::start();
    let (one, other) = (node(&broker).await, node(&broker).await);
    let now = one.board.now();
    let mut station = station(&broker);
    for (ago, metres) in [(20, 60.0), (10, 60.1)] {
        say(&mut station, TOPIC, &reading(now, ago, metres)).await;
    }
    for server in [one, other] {
        shows(&server, "jiaoying_mqtt_messages_acknowledged 2").await;
        assert_eq!(levels(&server, now).await, [60.0, 60.1]);
        server.stop().await;
    }
}

async fn node(broker: &Mosquitto) -> TestServer {
    let settings = settings(broker);
    let server = TestServer::start_with(&borrowed(&settings)).await;
    shows(&server, "jiaoying_mqtt_connected 1").await;
    server
}

fn settings(broker: &Mosquitto) -> Vec<(&'static str, String)> {
    vec![("JIAOYING_GAUGES__MQTT_URL", broker.url())]
}

fn borrowed<'s>(settings: &'s [(&'static str, String)]) -> Vec<(&'static str, &'s str)> {
    settings.iter().map(|(name, value)| (*name, &**value)).collect()
}

fn url(text: &str) -> BrokerUrl {
    text.parse().unwrap()
}

fn station(broker: &Mosquitto) -> Publisher {
    Publisher::new(url(&broker.url()), "station".into())
}

async fn say(station: &mut Publisher, topic: &str, said: &Value) {
    let message = (topic.to_owned(), said.to_string().into_bytes());
    station.publish(vec![message]).await.unwrap();
}

/// Publishes what the broker tells everybody who comes later.
async fn retain(broker: &Mosquitto, topic: &str, said: &Value) {
    let options = rumqttc::MqttOptions::new("retainer", ("127.0.0.1", broker.port));
    let (client, mut events) = rumqttc::AsyncClient::builder(options).capacity(1).build();
    let how = rumqttc::PublishOptions::new(rumqttc::QoS::AtLeastOnce).retain(true);
    client.try_publish(topic, said.to_string(), how).unwrap();
    let confirmed = async {
        loop {
            let event = events.poll().await.unwrap();
            if matches!(event, rumqttc::Event::Incoming(rumqttc::Incoming::PubAck(_))) {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, confirmed).await.unwrap();
}

fn reading(now: Timestamp, minutes_ago: u64, metres: f64) -> Value {
    json!({ "at": now - Duration::from_secs(minutes_ago * 60), "level_m": metres })
}

async fn shows(server: &TestServer, line: &str) {
    within(SOON, line, async || {
        let metrics = server.stranger().get("[/metrics]", 200).await;
        metrics.as_str().unwrap().lines().any(|shown| shown == line)
    })
    .await;
}

fn counted(server: &TestServer) -> jiaoying::telemetry::mqtt::Counts {
    server.broker.as_ref().unwrap().counters.read()
}

fn state(server: &TestServer) -> watch::Receiver<State> {
    server.broker.as_ref().unwrap().state.clone()
}

/// Waits until a broker cannot be heard, and returns why.
async fn trouble(mut state: watch::Receiver<State>) -> String {
    let known = |state: &State| matches!(&state.link, Link::Away { why: Some(_), .. });
    let away = tokio::time::timeout(SOON, state.wait_for(known)).await.expect("trouble").unwrap();
    let Link::Away { why: Some(trouble), .. } = &away.link else { panic!() };
    trouble.to_string()
}

/// Waits for the `count`th warning, and returns the newest.
async fn warned(client: &Client, count: usize) -> Value {
    until(SOON, "there is a warning", async || {
        let warnings = client.get("/warnings", 200).await;
        let warnings = items(&warnings);
        let newest = warnings.iter().max_by_key(|warning| warning["id"].to_string());
        (warnings.len() == count).then(|| newest.unwrap().clone())
    })
    .await
}

/// Returns what the gauge showed in the last day, as it is kept.
async fn levels(server: &TestServer, now: Timestamp) -> Vec<f64> {
    let text = |at: Timestamp| at.to_string().replace('+', "%2B");
    let (from, to) = (text(now - Duration::from_secs(86_400)), text(now));
    let path = format!("/gauges/{GAUGE}/readings?from={from}&to={to}");
    let drawn = server.demo("gateway").get(&path, 200).await;
    items(&drawn).iter().map(|point| point["level_m"].as_f64().unwrap()).collect()
}

/// A listener without a node, which says the same of all it hears.
struct Ear {
    url: BrokerUrl,
    state: watch::Receiver<State>,
    sink: Recorder,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Recorder {
    heard: Arc<Mutex<Vec<String>>>,
    says: Taken,
}

#[async_trait]
impl Sink for Recorder {
    async fn take(&self, messages: &[Message]) -> Taken {
        let said = messages.iter().map(|m| String::from_utf8(m.payload.to_vec()).unwrap());
        self.heard.lock().unwrap().extend(said);
        self.says
    }
}

impl Ear {
    fn begin(text: &str, says: Taken) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let sink = Recorder { heard: Arc::default(), says };
        let listener = Listener {
            url: url(text),
            name: "ear".into(),
            topics: vec!["a/+".into()],
            clock: Arc::new(SystemClock::new()),
            counters: Arc::new(Counters::default()),
        };
        let state = listener.start(Arc::new(sink.clone()), &tasks, stop.clone());
        Self { url: url(text), state, sink, tasks, stop }
    }

    async fn open(text: &str, says: Taken) -> Self {
        let mut ear = Self::begin(text, says);
        let connected = ear.state.wait_for(State::is_connected);
        let connected = tokio::time::timeout(SOON, connected).await.map(|_| ());
        assert!(connected.is_ok(), "{:?}", ear.state.borrow());
        ear
    }

    fn heard(&self) -> Vec<String> {
        self.sink.heard.lock().unwrap().clone()
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        tokio::time::timeout(SOON, self.tasks.wait()).await.expect("it stops");
    }
}
