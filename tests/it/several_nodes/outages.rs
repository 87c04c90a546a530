//! What the nodes share fails and comes back while a callout runs and units move.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiaoying::clock::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    calls::{Course, Rung},
    three::Three,
};
use crate::support::{
    client::{Client, items},
    county::COUNTY,
    patience::within,
    postgres::{Cluster, fresh},
    redis::RedisServer,
    socket::WsClient,
};

/// A lost bus is on the screens by then (contract).
const NOTICED: Duration = Duration::from_secs(3);
const SOON: Duration = Duration::from_secs(20);
const TOWNSHIP: &str = "990101001000";
const VILLAGE: &str = "990101002001";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_killed_paused_and_emptied_costs_no_command_and_everything_moves_again_by_itself() {
    let (url, mut redis) = (fresh().await, RedisServer::start());
    let three = Three::start(&url, Some(&redis.url()));
    let before = three.desk(0).journal(0).await.len() as u64;
    let unit = a_unit(&three.desk(0)).await;
    let mut screens = Vec::new();
    for node in &three.nodes {
        screens.push(screen(&node.client).await);
    }
    warn(&three, TOWNSHIP).await;
    let mut step = 0;
    moves_everywhere(&three, &mut screens, &unit, &mut step).await;
    let mut opened = Vec::new();

    type Act = fn(&mut RedisServer);
    let acts: [(Act, Act); 2] = [
        (RedisServer::kill, RedisServer::start_again),
        (|redis| redis.pause(), |redis| redis.resume()),
    ];
    for (number, (away, back)) in acts.into_iter().enumerate() {
        tokio::task::block_in_place(|| away(&mut redis));
        let lost = Instant::now();
        for screen in &mut screens {
            let noticed = tokio::time::timeout(NOTICED, stands(screen, &["bus"])).await;
            noticed.expect("nobody says that the bus is lost");
        }
        let noticed = lost.elapsed();
        opened.push(open_and_see_everywhere(&three, &format!("其间 {number}")).await);
        tokio::task::block_in_place(|| back(&mut redis));
        let found = Instant::now();
        for screen in &mut screens {
            let sound = tokio::time::timeout(SOON, stands(screen, &[])).await;
            sound.expect("the bus is not found again");
        }
        tell(&format!(
            "bus lost: shown after {noticed:.2?}; back: shown after {:.2?}",
            found.elapsed()
        ));
        moves_everywhere(&three, &mut screens, &unit, &mut step).await;
    }
    let _: String = redis.ask(&["FLUSHALL"]);
    opened.push(open_and_see_everywhere(&three, "之后").await);
    moves_everywhere(&three, &mut screens, &unit, &mut step).await;
    must_have_called_each_once(&three, before, &opened).await;
    three.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_killed_under_three_nodes_comes_back_to_all_of_them_and_nothing_is_lost() {
    let cluster = tokio::task::block_in_place(Cluster::start);
    let url = cluster.database().await;
    let three = Three::start(&url, None);
    let before = three.desk(0).journal(0).await.len() as u64;
    let mut screens = Vec::new();
    for node in &three.nodes {
        screens.push(screen(&node.client).await);
    }
    warn(&three, TOWNSHIP).await;
    let mut opened = vec![open_and_see_everywhere(&three, "之前").await];
    tokio::task::block_in_place(|| cluster.kill());
    // Somebody asks each node for something, and is told to ask again.
    for node in 0..3 {
        let refused = open(&three.desk(node), &format!("其间 {node}")).await;
        assert_eq!(refused, Err(503));
    }
    for screen in &mut screens {
        let noticed = tokio::time::timeout(SOON, stands(screen, &["journal"])).await;
        noticed.expect("nobody says that the journal is lost");
    }
    tokio::task::block_in_place(|| cluster.restart());
    let back = Instant::now();
    for node in 0..3 {
        let subject = format!("其间 {node}");
        let since = Instant::now();
        let id = loop {
            match open(&three.desk(node), &subject).await {
                Ok(id) => break id,
                Err(code) => assert!(code == 503 && since.elapsed() < SOON, "{code}"),
            }
        };
        opened.push((subject, id));
    }
    for screen in &mut screens {
        let sound = tokio::time::timeout(SOON, stands(screen, &[])).await;
        sound.expect("the journal is not found again");
    }
    tell(&format!("all nodes are sound {:.2?} after the server is back", back.elapsed()));
    opened.push(open_and_see_everywhere(&three, "之后").await);
    must_have_called_each_once(&three, before, &opened).await;
    three.stop();
}

/// Every callout is there once, and every call rang once on one node: none of them has died.
async fn must_have_called_each_once(three: &Three, before: u64, opened: &[(String, String)]) {
    let desk = three.desk(0);
    within(SOON, "every call is made", async || {
        let course = Course::of(&desk.journal(before).await);
        let rung = Rung::read(three.folder.path(), 3);
        course.started.len() > 50 && course.lost(&rung).is_empty()
    })
    .await;
    let rung = Rung::read(three.folder.path(), 3);
    rung.must_agree_with(&desk.journal(before).await);
    assert!(rung.repeated.is_empty(), "no node died: {:?}", rung.repeated);
    let nodes: BTreeSet<_> = rung.first.values().flatten().collect();
    tell(&format!("{} calls, by nodes {nodes:?}", rung.first.len()));
    let callouts = desk.get("/callouts?limit=10000", 200).await;
    for (subject, id) in opened {
        let found: Vec<_> =
            items(&callouts).iter().filter(|callout| callout["subject"] == *subject).collect();
        assert_eq!(found.len(), 1, "{subject}");
        assert_eq!(found[0]["id"], *id);
    }
}

/// Opens a callout on the first node and waits until the others show it.
async fn open_and_see_everywhere(three: &Three, subject: &str) -> (String, String) {
    let id = open(&three.desk(0), subject).await.unwrap();
    for node in 1..3 {
        let desk = three.desk(node);
        within(SOON, "another node shows it", async || {
            let path = format!("/callouts/{id}");
            desk.request(Method::GET, &path).send().await.unwrap().status() == 200
        })
        .await;
    }
    (subject.to_owned(), id)
}

/// Opens a callout under its own name, so that asking again opens no other.
async fn open(desk: &Client, subject: &str) -> Result<String, u16> {
    let body = json!({ "subject": subject, "kind": "spot_check", "area": VILLAGE });
    let request = desk.request(Method::POST, "/callouts").json(&body);
    // A header holds ASCII only.
    let key = subject.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let answer = request.header("idempotency-key", key).send().await.unwrap();
    let status = answer.status();
    if !status.is_success() {
        return Err(status.as_u16());
    }
    Ok(answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned())
}

/// A position given to the first node is on the screens of all.
async fn moves_everywhere(three: &Three, screens: &mut [WsClient], unit: &Value, step: &mut u32) {
    for screen in screens {
        let since = Instant::now();
        loop {
            assert!(since.elapsed() < SOON, "the unit does not move");
            *step += 1;
            let [lon, lat] = [&unit["lon"], &unit["lat"]].map(|degrees| degrees.as_f64().unwrap());
            // A metre a step, so that each is news.
            let lon = lon + f64::from(*step) * 1e-5;
            let at = SystemClock::new().now();
            let report = json!([{ "unit": unit["unit"], "lon": lon, "lat": lat, "at": at }]);
            three.nodes[0].demo("gateway").post("/positions", &report, 202).await;
            let shown = screen.wait_for("positions", |frame| {
                items(frame).iter().any(|item| {
                    item["unit"] == unit["unit"] && item["lon"].as_f64() >= Some(lon - 1e-7)
                })
            });
            if tokio::time::timeout(Duration::from_secs(1), shown).await.is_ok() {
                break;
            }
        }
    }
}

/// Returns a unit of the demonstration that has a place on the map.
async fn a_unit(desk: &Client) -> Value {
    let map = desk.get("/map?layers=units", 200).await;
    let placed = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .find(|feature| feature["geometry"]["type"] == "Point");
    let placed = placed.expect("the demonstration has units");
    let [lon, lat] = [0, 1].map(|axis| placed["geometry"]["coordinates"][axis].clone());
    json!({ "unit": placed["properties"]["id"], "lon": lon, "lat": lat })
}

async fn screen(client: &Client) -> WsClient {
    let mut socket = WsClient::open(&client.base, None).await;
    let county = [114.0, 35.0, 115.0, 36.5];
    let hello = json!({ "token": "demo-screen", "topics": ["callouts", "map"], "bbox": county });
    socket.hello(hello).await;
    socket
}

/// Waits until a screen says that exactly `what` does not work. Each change comes as "nothing", then one frame
/// for each thing, then the lines.
async fn stands(screen: &mut WsClient, what: &[&str]) {
    let mut known = BTreeSet::new();
    loop {
        let frame = screen.next().await.unwrap_or_else(|code| panic!("closed with {code}"));
        match frame["type"].as_str().unwrap() {
            "degraded" if frame["what"] == "" => known.clear(),
            "degraded" => {
                known.insert(frame["what"].as_str().unwrap().to_owned());
            }
            "lines" if known.iter().eq(what.iter()) => return,
            _ => {}
        }
    }
}

async fn warn(three: &Three, area: &str) {
    assert!(area != COUNTY, "the whole county is more than the test has time for");
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": [area] });
    three.nodes[0].demo("gateway").post("/warnings", &warning, 201).await;
}

#[expect(clippy::print_stdout, reason = "numbers for whoever reads the test's output")]
fn tell(what: &str) {
    println!("{what}");
}
