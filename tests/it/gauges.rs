//! Readings by HTTP on a real node: they raise flood warnings, are shown, and survive a restart.

use std::{path::Path, sync::Arc, time::Duration};

use jiaoying::{
    domain::{
        actor::Actor,
        command::Command,
        silence::{LastHeard, Voice},
        site::Facts,
        time::Timestamp,
    },
    ingest::sl651::{self, Class, Element, End, Function, Number, Password, Reading},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    client::{Client, items},
    county::COUNTY,
    patience::until,
    server::TestServer,
};

/// The river gauge of the demonstration: 警戒 64.10, 保证 66.10.
const GAUGE: &str = "990101-g1";
const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_river_that_rises_over_its_levels_warns_and_upgrades_and_ends_its_warning() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let now = server.board.now();
    for (minutes_ago, metres) in [(180, 63.5), (120, 63.7), (60, 63.9), (3, 64.1)] {
        tell(&gateway, &[level(now, minutes_ago, metres)], 1).await;
    }
    let warning = warned(&gateway, 1).await;
    assert_eq!((&warning["colour"], &warning["event"]), (&json!("yellow"), &json!("洪水")));
    assert!(
        warning["headline"].as_str().unwrap().contains("柳河水文站水位 64.10 米，达到警戒水位")
    );
    assert_eq!(warning["areas"], json!(["990101101000"]), "the township that it lies in");
    let callout = warning["callout"].as_str().expect("people are called").to_owned();

    let gauges = gateway.get("/gauges", 200).await;
    let shown = items(&gauges).iter().find(|gauge| gauge["id"] == GAUGE).unwrap().clone();
    assert_eq!((&shown["mark"], &shown["stale"]), (&json!("warning"), &json!("fresh")));
    assert_eq!(shown["reading"]["level_m"], 64.1);
    assert_eq!(shown["reading"]["next"]["mark"], "guarantee");

    // The same again, out of order, impossible and of nobody: nothing happens twice.
    let again = level(now, 3, 64.1);
    let other = json!({ "gauge": "990101-g9", "at": now, "level_m": 64.0 });
    let leap = json!({ "gauge": GAUGE, "at": now, "level_m": -999.0 });
    let taken = gateway.post("/readings", &json!([again, other, leap]), 202).await;
    assert_eq!((&taken["accepted"], &taken["dropped"]), (&json!(0), &json!(3)));
    let codes: Vec<_> =
        taken["refusals"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(codes, ["reading.unknown_gauge", "reading.impossible"]);

    tell(&gateway, &[level(now, 2, 65.0), level(now, 1, 66.0)], 2).await;
    tell(&gateway, &[level(now, 0, 66.1)], 1).await;
    let upgraded = warned(&gateway, 2).await;
    assert_eq!((&upgraded["colour"], &upgraded["callout"]), (&json!("orange"), &json!(callout)));
    let kinds: Vec<_> = crossings(&server.demo("commander")).await;
    assert_eq!(kinds, ["warning", "guarantee"]);
    server.stop().await;
}

#[tokio::test]
async fn a_table_of_readings_is_taken_line_by_line_and_drawn_as_a_hydrograph() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let now = server.board.now();
    let ago = |minutes: u64| now - Duration::from_secs(minutes * 60);
    let table = format!(
        "gauge,at,level_m,rain_mm,over_s\n{GAUGE},{},60.10,,\n{GAUGE},{},60.20,,\n\
         990101001-g,{},,12.5,600\n{GAUGE},{},59.90,,\n",
        ago(30),
        ago(20),
        ago(10),
        // Of last year: it belongs to the archive and calls nobody.
        ago(60 * 24 * 365)
    );
    let send = |text: String| {
        let request = gateway.request(reqwest::Method::POST, "/readings");
        request.header("content-type", "text/csv").body(text)
    };
    let taken = crate::support::client::expect(send(table), 202).await;
    assert_eq!(taken["accepted"], 4, "{taken}");
    let wrong = send("gauge,at,level_m\ng,yesterday,1\n".to_owned());
    let refused = crate::support::client::expect(wrong, 422).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("line 2"), "{refused}");
    let path = format!("/gauges/{GAUGE}/readings");
    let drawn = until(SOON, "they are kept", async || {
        let stretch = format!("{path}?from={}&to={}", text(ago(60)), text(now));
        let drawn = gateway.get(&stretch, 200).await;
        (items(&drawn).len() == 2).then_some(drawn)
    });
    let levels: Vec<_> = items(&drawn.await).iter().map(|p| p["level_m"].clone()).collect();
    assert_eq!(levels, [60.1, 60.2]);
    let old = format!("{path}?from={}&to={}&limit=1", text(ago(60 * 24 * 400)), text(now));
    let first = gateway.get(&old, 200).await;
    assert_eq!((&items(&first)[0]["level_m"], items(&first).len()), (&json!(59.9), 1));
    assert!(first["next"].is_string());
    gateway.get("/gauges/990101-t1/readings", 404).await;
    server.stop().await;
}

#[tokio::test]
async fn after_a_restart_a_gauge_stands_where_it_stood_and_nobody_is_called_again() {
    let server = TestServer::start().await;
    let now = server.board.now();
    let rise = [level(now, 120, 62.0), level(now, 60, 63.0), level(now, 2, 64.2)];
    tell(&server.demo("gateway"), &rise, 3).await;
    warned(&server.demo("gateway"), 1).await;
    let dir = server.stop().await;
    let server = TestServer::start_in(Arc::clone(&dir), &[]).await;
    let gateway = server.demo("gateway");
    let gauges = gateway.get("/gauges", 200).await;
    let shown = items(&gauges).iter().find(|gauge| gauge["id"] == GAUGE).unwrap();
    assert_eq!((&shown["mark"], &shown["reading"]["level_m"]), (&json!("warning"), &json!(64.2)));
    assert!(shown["reading"]["trend"].is_object(), "the hours before are known: {shown}");
    tell(&gateway, &[level(now, 1, 65.2)], 1).await;
    tell(&gateway, &[level(now, 0, 66.15)], 1).await;
    warned(&gateway, 2).await;
    assert_eq!(crossings(&server.demo("commander")).await, ["warning", "guarantee"]);
    server.stop().await;
}

/// The flood of 2021 as a drill: its clock is its own.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "tells that a test did nothing")]
async fn the_flood_of_july_2021_is_replayed_as_a_drill_and_warns_at_its_hours() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "qimen_31003700_202107.csv";
    let folders = ["../shared/data/hydro", "../../shared/data/hydro"];
    let found = folders.iter().map(|folder| project.join(folder).join(file));
    let Some(text) = found.into_iter().find_map(|path| std::fs::read_to_string(path).ok()) else {
        println!("skipped: ../shared/data/hydro is absent: the real flood is not replayed");
        return;
    };
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    for line in text.lines().skip(1) {
        let row: Vec<_> = line.split(',').collect();
        let metres: f64 = row[3].parse().unwrap();
        let reading = json!({ "gauge": GAUGE, "at": row[2], "level_m": metres, "exercise": true });
        gateway.post("/readings", &json!([reading]), 202).await;
    }
    let crossed = until(SOON, "both levels are crossed", async || {
        let journal = server.demo("commander").journal(0).await;
        let crossed = journal.into_iter().filter(|entry| entry["kind"] == "gauge_crossed");
        let crossed: Vec<Value> = crossed.map(|entry| entry["data"].clone()).collect();
        (crossed.len() >= 2).then_some(crossed)
    });
    let crossed = crossed.await;
    let moments: Vec<_> = crossed.iter().map(|data| (&data["at"], &data["to"])).collect();
    let expected = [
        (&json!("2021-07-21T18:00:00.000+08:00"), &json!("warning")),
        (&json!("2021-07-22T07:00:00.000+08:00"), &json!("guarantee")),
    ];
    assert_eq!(moments[..2], expected);
    assert!(crossed.iter().all(|data| data["exercise"] == true));
    let warnings = gateway.get("/warnings", 200).await;
    assert!(items(&warnings).iter().all(|warning| warning["status"] == "exercise"));
    server.stop().await;
}

#[tokio::test]
async fn a_gauge_that_stops_reporting_is_an_alarm_and_is_called_off_when_it_is_heard() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let id = GAUGE.parse().unwrap();
    let mut site = server.board.read(move |b| b.sites.get(&id).cloned()).await.unwrap().unwrap();
    let Facts::Gauge(gauge) = &mut site.facts else { panic!() };
    gauge.reports_every_s = Some(1);
    let console = Actor::console(COUNTY.parse().unwrap());
    server.board.submit(console, Command::SaveSites(vec![site])).await.unwrap();
    let mut page = server.watch("commander").await;
    assert_eq!(
        page.board["silences"],
        json!({ "sources": [], "gauges": { "total": 0, "items": [] } })
    );
    tell(&gateway, &[level(server.board.now(), 0, 60.0)], 1).await;
    let alarm = until(SOON, "somebody is called", async || {
        let open = gateway.get("/callouts?open=true", 200).await;
        items(&open).iter().find(|callout| callout["kind"] == "alarm").cloned()
    });
    let alarm = alarm.await;
    assert_eq!(alarm["subject"], "监测站失联：柳河水文站");
    let gauges = gateway.get("/gauges", 200).await;
    let shown = items(&gauges).iter().find(|gauge| gauge["id"] == GAUGE).unwrap();
    assert!(shown["silent_since"].is_string() && shown["stale"] == "lost", "{shown}");
    // The pages are told by name, those that are open and those that open now.
    let began = page.wait_for_event("silence_began").await;
    assert_eq!(
        (&began["data"]["voice"]["gauge"], &began["names"][GAUGE]),
        (&json!(GAUGE), &json!("柳河水文站"))
    );
    let silences = server.watch("screen").await.board["silences"].clone();
    assert_eq!((&silences["gauges"]["total"], &silences["sources"]), (&json!(1), &json!([])));
    let silent = &silences["gauges"]["items"][0];
    assert_eq!((&silent["id"], &silent["name"]), (&json!(GAUGE), &json!("柳河水文站")));
    assert_eq!((&silent["heard_at"], &silent["callout"]), (&shown["silent_since"], &alarm["id"]));
    tell(&gateway, &[level(server.board.now(), 0, 60.1)], 1).await;
    until(SOON, "it is called off", async || {
        let open = gateway.get("/callouts?open=true", 200).await;
        items(&open).iter().all(|callout| callout["kind"] != "alarm").then_some(())
    })
    .await;
    let ended = page.wait_for_event("silence_ended").await;
    assert_eq!(ended["data"]["voice"]["gauge"], GAUGE);
    let silences = server.watch("screen").await.board["silences"].clone();
    assert_eq!(silences["gauges"], json!({ "total": 0, "items": [] }));
    server.stop().await;
}

#[tokio::test]
async fn a_silent_source_is_told_to_whoever_sees_the_whole_county() {
    let server = TestServer::start().await;
    let (voice, at) = (Voice::Source("省台".into()), server.board.now());
    let node = Actor::node(COUNTY.parse().unwrap());
    let silent = vec![LastHeard { voice, at }];
    server.board.submit(node, Command::NoteSilence(silent)).await.unwrap();
    let commander = server.demo("commander");
    let board = commander.get("/board", 200).await["board"].clone();
    let source = &board["silences"]["sources"][0];
    assert_eq!((&source["id"], &source["heard_at"]), (&json!("省台"), &json!(at)));
    let township = commander.get("/board?area=990101001000", 200).await["board"].clone();
    assert_eq!(township["silences"]["sources"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn who_asks_again_is_told_only_what_is_new_and_a_drill_lists_its_own_gauges() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let now = server.board.now();
    let ask = async |path: &str, tag: Option<&str>| {
        let mut request = gateway.request(Method::GET, path);
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        let reply = request.send().await.unwrap();
        let tag = reply.headers()["etag"].to_str().unwrap().to_owned();
        (reply.status().as_u16(), tag, reply.text().await.unwrap())
    };
    tell(&gateway, &[level(now, 1, 60.0)], 1).await;
    let (status, first, body) = ask("/gauges", None).await;
    assert_eq!((status, body.is_empty()), (200, false));
    let (status, same, body) = ask("/gauges", Some(&first)).await;
    assert_eq!((status, &*same, &*body), (304, &*first, ""));
    tell(&gateway, &[level(now, 0, 60.1)], 1).await;
    let (status, second, body) = ask("/gauges", Some(&first)).await;
    assert_eq!((status, second == first), (200, false));
    let gauges: Value = serde_json::from_str(&body).unwrap();
    let shown = items(&gauges).iter().find(|gauge| gauge["id"] == GAUGE).unwrap();
    let levels = [
        json!({ "mark": "warning", "level_m": 64.1 }),
        json!({ "mark": "guarantee", "level_m": 66.1 }),
        json!({ "mark": "historic", "level_m": 67.72 }),
    ];
    assert_eq!(shown["levels"].as_array().unwrap()[..], levels);
    assert_eq!(
        (&shown["reading"]["level_m"], &shown["place"][0]),
        (&json!(60.1), &shown["place"][0])
    );
    let rain = items(&gauges).iter().find(|gauge| gauge["measures"] == "rain").unwrap();
    assert_eq!(rain["rains"][0], json!({ "mark": "prepare", "mm": [30.0, 50.0, null, 100.0] }));

    let drills = gateway.get("/gauges?exercise=true", 200).await;
    assert!(items(&drills).is_empty());
    let mut reading = level(now, 0, 65.0);
    reading["exercise"] = json!(true);
    tell(&gateway, &[reading], 1).await;
    let drills = gateway.get("/gauges?exercise=true", 200).await;
    let ids: Vec<_> = items(&drills).iter().map(|gauge| gauge["id"].clone()).collect();
    assert_eq!(ids, [GAUGE]);
    assert_eq!(ask("/gauges", Some(&second)).await.0, 304, "what a drill shows is not what is so");
    server.stop().await;
}

/// A station of the national protocol at the node's own door.
#[tokio::test]
async fn a_station_that_reports_by_telemetry_raises_the_warning_and_is_answered() {
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = [("JIAOYING_GAUGES__SL651_LISTEN", &*door.to_string())];
    let server = TestServer::start_with(&settings).await;
    let id = GAUGE.parse().unwrap();
    let mut site = server.board.read(move |b| b.sites.get(&id).cloned()).await.unwrap().unwrap();
    let Facts::Gauge(gauge) = &mut site.facts else { panic!() };
    gauge.station = Some("31003700".into());
    let console = Actor::console(COUNTY.parse().unwrap());
    server.board.submit(console, Command::SaveSites(vec![site])).await.unwrap();
    let mut line = tokio::net::TcpStream::connect(door).await.unwrap();
    let now = server.board.now().millis() / 60_000 * 60_000;
    for (serial, (minutes_ago, metres)) in [(60, 64.0), (5, 64.5)].into_iter().enumerate() {
        let at = Timestamp::from_millis(now) - Duration::from_secs(minutes_ago * 60);
        let serial = u16::try_from(serial).unwrap() + 1;
        assert_eq!(reported(&mut line, serial, at, metres).await, End::Ack);
    }
    let warning = warned(&server.demo("gateway"), 1).await;
    assert_eq!((&warning["colour"], &warning["event"]), (&json!("yellow"), &json!("洪水")));
    server.stop().await;
}

/// Says a level as a station does, and returns how it is answered.
async fn reported(line: &mut TcpStream, serial: u16, at: Timestamp, metres: f64) -> End {
    let level = Number::rounded(metres, 3);
    let report = sl651::Report {
        centre: 1,
        station: "31003700".parse().unwrap(),
        password: Password::default(),
        function: Function::Timed,
        serial,
        sent_at: at,
        class: Some(Class::RIVER),
        observed_at: Some(at),
        values: vec![Reading { element: Element::Z, at, value: sl651::Value::Number(level) }],
        text: None,
        picture: None,
    };
    line.write_all(&sl651::encode(&report).unwrap()).await.unwrap();
    let mut stream = sl651::Stream::default();
    let mut bytes = [0; 256];
    let answered = async {
        loop {
            let count = line.read(&mut bytes).await.unwrap();
            stream.push(&bytes[..count]);
            if let Some(frame) = stream.next_frame() {
                return sl651::Answer::read(&frame.unwrap()).unwrap().end;
            }
        }
    };
    tokio::time::timeout(SOON, answered).await.expect("a station is answered")
}

fn level(now: Timestamp, minutes_ago: u64, metres: f64) -> Value {
    let at = now - Duration::from_secs(minutes_ago * 60);
    json!({ "gauge": GAUGE, "at": at, "level_m": metres })
}

async fn tell(gateway: &Client, readings: &[Value], accepted: usize) {
    let taken = gateway.post("/readings", &json!(readings), 202).await;
    assert_eq!(taken["accepted"], accepted, "{taken}");
}

/// Waits for the `count`th warning, and returns it.
async fn warned(client: &Client, count: usize) -> Value {
    until(SOON, "there is a warning", async || {
        let warnings = client.get("/warnings", 200).await;
        let active = client.get("/warnings?active=true", 200).await;
        (items(&warnings).len() == count).then(|| items(&active)[0].clone())
    })
    .await
}

async fn crossings(commander: &Client) -> Vec<Value> {
    let journal = commander.journal(0).await;
    let crossed = journal.iter().filter(|entry| entry["kind"] == "gauge_crossed");
    crossed.map(|entry| entry["data"]["to"].clone()).collect()
}

fn text(at: Timestamp) -> String {
    at.to_string().replace('+', "%2B")
}
