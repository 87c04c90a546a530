//! The position plane on a real node, and over a day of real taxis.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiaoying::{
    access::Holder,
    domain::{
        actor::{Actor, Role},
        coordinates::Crs,
        time::Timestamp,
    },
    positions::{Known, LastPositions, Positions, Report, Settings, Source, Speaker, Store},
};
use serde_json::{Value, json};

use crate::support::{
    client::{Client, items, refusal},
    county::COUNTY,
    process::Process,
    server::TestServer,
};

/// Two squadrons of the demonstration county, and a unit of its first township.
const SQUADRON: &str = "990101-01t";
const OTHER: &str = "990101-02t";
/// The middle of the first township, and a place outside the county.
const INSIDE: [f64; 2] = [114.44, 35.6281];
const OUTSIDE: [f64; 2] = [114.9, 35.6281];
const TOWNSHIP: &str = "990101001000";
/// The longest that anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_gateways_positions_are_on_the_map_and_its_bad_ones_are_not() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let now = server.board.now();
    let gcj02 = Crs::Gcj02.express(INSIDE);
    let mut converted = position(OTHER, gcj02, now);
    converted["crs"] = "gcj02".into();
    let batch = json!([
        position(SQUADRON, INSIDE, now),
        position("nobody", INSIDE, now),
        position(OTHER, [35.6, 114.44], now),
        { "unit": OTHER, "lon": "114.4" },
        position(OTHER, INSIDE, now + Duration::from_secs(3_600)),
        converted,
    ]);
    let taken = gateway.post("/positions", &batch, 202).await;
    assert_eq!((&taken["accepted"], &taken["dropped"]), (&json!(2), &json!(4)));
    let named: Vec<_> = taken["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refusal| (refusal["index"].as_u64().unwrap(), refusal["code"].as_str().unwrap()))
        .collect();
    let expected = [
        (1, "position.unknown_unit"),
        (2, "position.swapped"),
        (3, "position.unreadable"),
        (4, "position.from_the_future"),
    ];
    assert_eq!(named, expected);
    let list = server.demo("screen").get("/positions", 200).await;
    let shown: Vec<_> = items(&list).iter().map(|view| (id(view), place(view))).collect();
    assert_eq!(shown, [(SQUADRON, INSIDE), (OTHER, INSIDE)]);
    assert_eq!(items(&list)[1]["crs"], "gcj02");
    assert_eq!(items(&list)[0]["stale"], "fresh");
    let rows = server.demo("dispatcher").get("/positions/refusals", 200).await;
    assert_eq!(items(&rows).len(), 4);
    assert!(items(&rows).iter().all(|row| row["login"] == "gateway" && row["count"] == 1));
    let metrics = server.stranger().get("[/metrics]", 200).await;
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.contains("jiaoying_positions_accepted 2"), "{metrics}");
    assert!(metrics.contains(r#"jiaoying_positions_refused{reason="position.swapped"} 1"#));
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_positions_is_refused_with_its_place() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    for (body, status, code, field) in [
        ("{not json", 400, "body.not_json", "body"),
        ("7", 422, "field.invalid", "body"),
        (r#"[{"unit":"v"}]"#, 422, "field.invalid", "[0].lon"),
        (r#"[{"unit":"v","lon":1,"lat":2,"at":"now"}]"#, 422, "field.invalid", "[0].at"),
    ] {
        let request = gateway.request(reqwest::Method::POST, "/positions").body(body);
        let answer = crate::support::client::expect(request, status).await;
        assert_eq!(refusal(&answer), (code, field), "{body}");
    }
    let shown = server.demo("dispatcher").get("/positions/refusals", 200).await;
    let row = &items(&shown)[0];
    assert_eq!((&row["code"], &row["count"]), (&json!("position.unreadable"), &json!(4)));
    assert_eq!(row["login"], "gateway");
    let many = vec![position(SQUADRON, INSIDE, server.board.now()); 10_001];
    let answer = gateway.post("/positions", &json!(many), 413).await;
    assert_eq!(refusal(&answer), ("body.too_large", "body"));
    let empty = gateway.post("/positions", &json!([]), 202).await;
    assert_eq!(empty["accepted"], 0);
    let nan =
        format!(r#"[{{"unit":"{SQUADRON}","lon":NaN,"lat":35,"at":"{}"}}]"#, server.board.now());
    let request = gateway.request(reqwest::Method::POST, "/positions").body(nan);
    let answer = crate::support::client::expect(request, 202).await;
    assert_eq!(answer["refusals"][0]["code"], "position.out_of_range");
    assert!(items(&server.demo("screen").get("/positions", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_flood_is_told_to_wait_and_shown_to_the_dispatcher() {
    let settings = [
        ("JIAOYING_POSITIONS__PER_LOGIN_BURST", "10000"),
        ("JIAOYING_POSITIONS__PER_LOGIN_S", "1"),
    ];
    let server = TestServer::start_with(&settings).await;
    let gateway = server.demo("gateway");
    let now = server.board.now();
    let flood: Vec<Value> =
        (0..10_000).map(|ms| position(SQUADRON, INSIDE, now - Duration::from_millis(ms))).collect();
    gateway.post("/positions", &json!(flood), 202).await;
    let two = json!([position(OTHER, INSIDE, now), position(OTHER, INSIDE, now)]);
    // A second may have passed, and with it one position.
    let mut answers = Vec::new();
    for _ in 0..100 {
        let request = gateway.request(reqwest::Method::POST, "/positions").json(&two);
        answers.push(request.send().await.unwrap().status().as_u16());
    }
    assert!(answers.contains(&429), "{answers:?}");
    let rows = server.demo("dispatcher").get("/positions/refusals", 200).await;
    assert_eq!(items(&rows)[0]["code"], "position.flood");
    server.stop().await;
}

#[tokio::test]
async fn positions_are_seen_and_reported_by_area() {
    let server = TestServer::start().await;
    let township = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let elsewhere = server.account("elsewhere", Role::Gateway, TOWNSHIP, Holder::Nobody).await;
    let now = server.board.now();
    let batch = json!([position(SQUADRON, INSIDE, now)]);
    let refused = elsewhere.post("/positions", &batch, 202).await;
    assert_eq!(refused["refusals"][0]["code"], "position.not_yours");
    server.demo("gateway").post("/positions", &batch, 202).await;
    assert!(items(&township.get("/positions", 200).await).is_empty());
    let commander = server.demo("commander");
    assert_eq!(items(&commander.get("/positions", 200).await).len(), 1);
    assert_eq!(items(&commander.get("/positions?bbox=114,35,114.1,36", 200).await).len(), 0);
    assert_eq!(items(&commander.get("/positions?bbox=114,35,115,36", 200).await).len(), 1);
    let wrong = commander.get("/positions?bbox=115,35,114,36", 400).await;
    assert_eq!(refusal(&wrong), ("query.invalid", "bbox"));
    let track = format!("/units/{SQUADRON}/track?from={}&to={}", before(now), after(now));
    let hidden = township.get(&track, 404).await;
    assert_eq!(refusal(&hidden).0, "unit.unknown");
    server.stop().await;
}

#[tokio::test]
async fn units_are_where_they_were_after_a_restart_and_their_tracks_with_them() {
    let server = TestServer::start().await;
    let now = server.board.now();
    let path = [(-600, 0.0), (-590, 0.001), (-580, 0.001), (-10, 0.002)];
    let places = path.map(|(second, east): (i64, f64)| {
        let at = Timestamp::from_millis(now.millis() + second * 1_000);
        position(SQUADRON, [INSIDE[0] + east, INSIDE[1]], at)
    });
    server.demo("gateway").post("/positions", &json!(places), 202).await;
    let shown = server.demo("screen").get("/positions", 200).await;
    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &[]).await;
    assert_eq!(server.demo("screen").get("/positions", 200).await, shown);
    let commander = server.demo("commander");
    let track = format!("/units/{SQUADRON}/track?from={}&to={}", before(now), after(now));
    let points = commander.get(&track, 200).await;
    let points: Vec<_> = items(&points).iter().map(|point| place(point)[0]).collect();
    assert_eq!(points, [INSIDE[0], INSIDE[0] + 0.001, INSIDE[0] + 0.002]);
    let first = commander.get(&format!("{track}&limit=1"), 200).await;
    assert!(items(&first).len() == 1 && first["next"].is_string());
    let then = now - Duration::from_secs(585);
    let past = commander.get(&format!("/positions?at={}", escaped(then)), 200).await;
    assert_eq!(place(&items(&past)[0])[0], INSIDE[0] + 0.001);
    server.stop().await;
}

#[tokio::test]
async fn a_killed_node_knows_where_units_were_once_that_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let node = Process::start(dir.path(), &[]);
    let now = now_of(&node.client).await;
    let gateway = node.client.with_token("demo-gateway");
    gateway.post("/positions", &json!([position(SQUADRON, INSIDE, now)]), 202).await;
    let store = Store::open(dir.path()).unwrap();
    let began = Instant::now();
    while store.load().await.unwrap().is_empty() {
        assert!(began.elapsed() < PATIENCE, "nothing is written");
        tokio::task::yield_now().await;
    }
    node.kill();
    let node = Process::start(dir.path(), &[]);
    let screen = node.client.with_token("demo-screen");
    let list = screen.get("/positions", 200).await;
    assert_eq!((id(&items(&list)[0]), place(&items(&list)[0])), (SQUADRON, INSIDE));
    node.kill();
}

#[tokio::test]
async fn entering_and_leaving_a_warned_area_is_in_the_record_once() {
    let server = TestServer::start().await;
    let (gateway, commander) = (server.demo("gateway"), server.demo("commander"));
    let body = json!({ "event": "暴雨", "colour": "red", "areas": [TOWNSHIP] });
    gateway.post("/warnings", &body, 201).await;
    let now = server.board.now();
    let at = |second: u64| now - Duration::from_secs(2_000 - second);
    let report = |place: [f64; 2], second: u64| json!([position(SQUADRON, place, at(second))]);
    gateway.post("/positions", &report(INSIDE, 0), 202).await;
    gateway.post("/positions", &report(INSIDE, 1), 202).await;
    let entered = crossings(&commander, 1).await;
    assert_eq!(
        (&entered[0]["data"]["entered"], &entered[0]["subject"]),
        (&json!(true), &json!(SQUADRON))
    );
    assert_eq!(entered[0]["data"]["area"], TOWNSHIP);
    assert_eq!(entered[0]["data"]["at"], at(0).to_string());
    let dir = server.stop().await;

    let server = TestServer::start_in(dir, &[]).await;
    let (gateway, commander) = (server.demo("gateway"), server.demo("commander"));
    for second in 2..10 {
        gateway.post("/positions", &report(INSIDE, second), 202).await;
    }
    gateway.post("/positions", &report(OUTSIDE, 1_500), 202).await;
    gateway.post("/positions", &report(OUTSIDE, 1_501), 202).await;
    let all = crossings(&commander, 2).await;
    assert_eq!(all[1]["data"]["entered"], false);
    server.stop().await;
}

#[test]
fn a_day_of_taxis_ends_where_a_naive_reading_of_it_ends() {
    let Some(reports) = taxis() else { return };
    let mut ends: BTreeMap<&str, (Timestamp, Vec<[f64; 2]>)> = BTreeMap::new();
    for report in &reports {
        let end = ends.entry(&report.unit).or_insert((report.at, Vec::new()));
        if report.at > end.0 {
            *end = (report.at, Vec::new());
        }
        if report.at == end.0 {
            end.1.push([report.lon, report.lat]);
        }
    }
    let mut shuffled: Vec<&Report> = reports.iter().collect();
    let mut seed = 20_200_718_u64;
    for last in (1..shuffled.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        shuffled.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
    let mut sorted: Vec<&Report> = reports.iter().collect();
    sorted.sort_by_key(|report| report.at);
    for (order, feed) in [("in order", sorted), ("shuffled", shuffled)] {
        let positions = drive(&ends.keys().copied().collect::<Vec<_>>(), &feed);
        let registry = positions.registry();
        let latest = positions.latest();
        assert_eq!(latest.len(), ends.len(), "{order}");
        for fix in latest {
            let unit = registry.get(fix.unit).unwrap().id.to_string();
            let (at, places) = &ends[unit.as_str()];
            let near = |place: &[f64; 2]| {
                (place[0] - fix.lon).abs() < 1e-7 && (place[1] - fix.lat).abs() < 1e-7
            };
            assert!(fix.at == *at && places.iter().any(near), "{order}: {unit} {fix:?} {at}");
        }
    }
}

/// Feeds reports in batches and returns where it ended.
fn drive(units: &[&str], feed: &[&Report]) -> Positions {
    let settings = Settings {
        per_login_s: 1_000_000,
        per_login_burst: 10_000_000,
        max_speed_kmh: 2_000,
        ahead_s: 60,
        too_old_s: 30 * 86_400,
        far_away_km: 3_000,
        track_days: 30,
    };
    let positions = Positions::new(settings);
    let known = |id: &&str| Known {
        id: id.parse().unwrap(),
        area: COUNTY.parse().unwrap(),
        reports_every_s: 60,
        terminal: None,
        contact: None,
    };
    positions.know(units.iter().map(known).collect(), None);
    let area = COUNTY.parse().unwrap();
    let actor = Actor { login: "taxis".into(), role: Role::Gateway, area, person: None };
    let speaker = Speaker::of(&actor, Source::Gateway);
    let end = feed.iter().map(|report| report.at).max().unwrap();
    for batch in feed.chunks(500) {
        let batch: Vec<Report> = batch.iter().map(|report| (*report).clone()).collect();
        positions.report(&batch, &speaker, end);
    }
    positions
}

/// Reads the taxis, or returns `None`, said aloud, when they are not there.
fn taxis() -> Option<Vec<Report>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "tracks/cost_WX_taxi_100k_with_id_downsample_5x.csv";
    let places =
        ["../shared/data", "../../shared/data"].map(|folder| project.join(folder).join(file));
    let Some(path) = places.into_iter().find(|path: &PathBuf| path.is_file()) else {
        let text = "skipped: ../shared/data/tracks is absent: real tracks are not driven\n";
        let _ = std::io::stderr().write_all(text.as_bytes());
        return None;
    };
    let mut rows = csv::Reader::from_path(path).unwrap();
    let report = |row: csv::StringRecord| Report {
        unit: row[3].into(),
        lon: row[0].parse().unwrap(),
        lat: row[1].parse().unwrap(),
        at: format!("{}+08:00", row[2].replace(' ', "T")).parse().unwrap(),
        speed: None,
        heading: None,
        accuracy: None,
        crs: Crs::Wgs84,
    };
    let reports: Vec<Report> = rows.records().map(|row| report(row.unwrap())).collect();
    assert!(reports.len() > 20_000);
    Some(reports)
}

/// Waits until the record has so many crossings, and returns them.
async fn crossings(caller: &Client, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let mut entries = caller.journal(0).await;
        entries.retain(|entry| entry["kind"] == "fence_crossed");
        if entries.len() >= count {
            assert_eq!(entries.len(), count, "{entries:?}");
            return entries;
        }
        assert!(began.elapsed() < PATIENCE, "{} of {count} crossings", entries.len());
    }
}

/// Returns what a node in another process takes for now.
async fn now_of(client: &Client) -> Timestamp {
    let duty = client.with_token("demo-screen").get("/duty", 200).await;
    duty["at"].as_str().unwrap().parse().unwrap()
}

fn position(unit: &str, [lon, lat]: [f64; 2], at: Timestamp) -> Value {
    json!({ "unit": unit, "lon": lon, "lat": lat, "at": at })
}

fn id(view: &Value) -> &str {
    view["unit"].as_str().unwrap()
}

fn place(view: &Value) -> [f64; 2] {
    [view["lon"].as_f64().unwrap(), view["lat"].as_f64().unwrap()]
}

fn before(at: Timestamp) -> String {
    escaped(at - Duration::from_secs(86_400))
}

fn after(at: Timestamp) -> String {
    escaped(at + Duration::from_secs(60))
}

fn escaped(at: Timestamp) -> String {
    at.to_string().replace('+', "%2B")
}
