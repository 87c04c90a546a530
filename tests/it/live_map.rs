//! The live map: each client gets what moves in its own view, at its own pace, and nothing else.

use std::time::Duration;

use jiaoying::{
    access::Holder,
    domain::{
        actor::{Actor, Role},
        command::Command,
        unit::{Unit, UnitKind},
    },
};
use serde_json::{Value, json};

use crate::support::{client::items, county::COUNTY, server::TestServer, socket::WsClient};

const TOWNSHIP: &str = "990101001000";
/// Two boxes of the county that do not touch.
const WEST: [f64; 4] = [114.30, 35.55, 114.40, 35.65];
const EAST: [f64; 4] = [114.60, 35.55, 114.70, 35.65];
const IN_WEST: [f64; 2] = [114.351, 35.602];
const IN_EAST: [f64; 2] = [114.652, 35.603];

#[tokio::test]
async fn a_view_gets_what_moves_in_it_and_what_leaves_it_and_nothing_else() {
    let server = TestServer::start().await;
    register(&server, &["test-1", "test-2"], COUNTY).await;
    let mut west = looking(&server, "screen", json!({ "bbox": WEST })).await;
    let mut east = looking(&server, "screen", json!({ "bbox": EAST })).await;
    assert_eq!((shown(&mut west).await, shown(&mut east).await), (vec![], vec![]));

    report(&server, "test-1", IN_WEST, 1).await;
    let first = west.wait_for("positions", |_| true).await;
    assert_eq!(first["items"][0]["unit"], "test-1");
    assert_eq!(first["items"][0]["lon"], IN_WEST[0]);
    assert_eq!(first.get("full"), None);
    report(&server, "test-2", IN_EAST, 1).await;
    // What came first would show first: the east never hears of what is in the west.
    assert_eq!(shown(&mut east).await, ["test-2"]);
    report(&server, "test-1", IN_EAST, 2).await;
    assert_eq!(shown(&mut east).await, ["test-1"]);
    let left = west.wait_for("positions", |_| true).await;
    assert_eq!(left["items"][0]["lon"], IN_EAST[0], "who leaves is told of once more: {left}");
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_map_that_is_moved_shows_at_once_what_is_there() {
    let server = TestServer::start().await;
    register(&server, &["test-1", "test-2"], COUNTY).await;
    report(&server, "test-1", IN_WEST, 1).await;
    report(&server, "test-2", IN_EAST, 1).await;
    let mut map = looking(&server, "dispatcher", json!({ "bbox": WEST, "zoom": 11 })).await;
    let full = map.wait_for("positions", |_| true).await;
    assert_eq!(full["full"], true);
    assert_eq!(units(&full), ["test-1"]);
    map.send(&json!({ "type": "view", "bbox": EAST, "zoom": 11 })).await;
    let full = map.wait_for("positions", |_| true).await;
    assert_eq!(full["full"], true);
    assert_eq!(units(&full), ["test-2"]);
    for wrong in [json!([1, 2, 0, 3]), json!([0, 0, 0, 0]), json!([-200, 0, 0, 1])] {
        map.send(&json!({ "type": "view", "id": "v", "bbox": wrong })).await;
        let refused = map.wait_for("reply", |_| true).await;
        assert_eq!(refused["id"], "v");
        assert_eq!(refused["error"]["field"], "bbox", "{refused}");
    }
    // The view that was good is still the view.
    report(&server, "test-2", IN_EAST, 2).await;
    assert_eq!(shown(&mut map).await, ["test-2"]);
    server.stop().await;
}

#[tokio::test]
async fn a_township_sees_its_own_units_and_those_from_above_but_not_its_neighbours() {
    let server = TestServer::start().await;
    register(&server, &["of-county"], COUNTY).await;
    register(&server, &["of-township"], TOWNSHIP).await;
    register(&server, &["of-neighbour"], "990101002000").await;
    let town = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let mut map = WsClient::open(&town.base, None).await;
    let hello = json!({ "token": town.token.unwrap(), "topics": ["map"], "bbox": WEST });
    map.hello(hello).await;
    assert!(shown(&mut map).await.is_empty());
    for unit in ["of-neighbour", "of-county", "of-township"] {
        report(&server, unit, IN_WEST, 1).await;
    }
    let mut seen = Vec::new();
    while seen.len() < 2 {
        seen.append(&mut shown(&mut map).await);
    }
    seen.sort();
    assert_eq!(seen, ["of-county", "of-township"]);
    server.stop().await;
}

#[tokio::test]
async fn the_packed_form_says_the_same_in_24_bytes_a_unit() {
    let server = TestServer::start().await;
    register(&server, &["test-1"], COUNTY).await;
    report(&server, "test-1", IN_WEST, 1).await;
    let hello = json!({ "bbox": WEST, "packed": true });
    let mut map = looking(&server, "screen", hello).await;
    let frame = map.next_binary().await;
    assert_eq!(frame.len(), 16 + 24);
    assert_eq!(frame[..8], [1, 1, 0, 0, 1, 0, 0, 0], "version, full, count");
    let word = |at: usize| i32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
    let degrees = |at: usize| f64::from(word(at)) / 1e7;
    assert_eq!([degrees(20), degrees(24)], IN_WEST);
    map.send(&json!({ "type": "units", "numbers": [word(16), 999_999] })).await;
    let named = map.wait_for("units", |_| true).await;
    assert_eq!(named["items"], json!([[word(16), "test-1"]]));
    server.stop().await;
}

#[tokio::test]
async fn far_out_units_come_as_clusters_and_near_by_as_themselves() {
    let server = TestServer::start().await;
    let names: Vec<String> = (0..1_600).map(|n| format!("many-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    register(&server, &names, COUNTY).await;
    let near = [114.345, 35.595, 114.355, 35.605];
    let place = |n: usize| if n < 3 { [114.35, 35.6] } else { [114.6, 35.5 + n as f64 * 1e-4] };
    let all: Vec<Value> =
        names.iter().enumerate().map(|(n, unit)| position(&server, unit, place(n), 1)).collect();
    server.demo("gateway").post("/positions", &json!(all), 202).await;
    let county = [114.2, 35.4, 114.8, 35.8];
    let mut map = looking(&server, "screen", json!({ "bbox": county, "zoom": 9 })).await;
    let clusters = map.wait_for("clusters", |_| true).await;
    let counts = items(&clusters).iter().map(|cluster| cluster["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 1_600);
    map.send(&json!({ "type": "view", "bbox": near, "zoom": 14 })).await;
    let full = map.wait_for("positions", |_| true).await;
    assert_eq!(units(&full), ["many-0", "many-1", "many-2"]);
    // Without a zoom nothing is drawn, and everything is told one by one.
    let mut list = looking(&server, "screen", json!({ "bbox": county })).await;
    assert_eq!(shown(&mut list).await.len(), 1_600);
    server.stop().await;
}

#[tokio::test]
async fn a_phone_reports_its_own_unit_and_no_other() {
    let server = TestServer::start().await;
    register(&server, &["mine", "theirs"], COUNTY).await;
    let person = server.board.read(|board| board.people.iter().next().unwrap().id.clone()).await;
    let person = person.unwrap();
    let mine = Unit { contact: Some(person.clone()), ..unit("mine", COUNTY) };
    save(&server, vec![mine]).await;
    let driver = server.account("driver", Role::Leader, COUNTY, Holder::Person(person)).await;
    let mut phone = driver.watch().await;
    let mut map = looking(&server, "screen", json!({ "bbox": WEST })).await;
    assert!(shown(&mut map).await.is_empty());
    let items =
        json!([position(&server, "mine", IN_WEST, 1), position(&server, "theirs", IN_WEST, 1)]);
    phone.send(&json!({ "type": "positions", "id": "p", "items": items })).await;
    let reply = phone.wait_for("reply", |frame| frame["id"] == "p").await;
    assert_eq!((&reply["accepted"], &reply["dropped"]), (&json!(1), &json!(1)));
    assert_eq!(reply["refusals"][0]["code"], "position.not_yours");
    assert_eq!(shown(&mut map).await, ["mine"]);
    server.stop().await;
}

/// Opens a socket that looks at the map as `login`.
async fn looking(server: &TestServer, login: &str, mut fields: Value) -> WsClient {
    let caller = server.demo(login);
    let mut socket = WsClient::open(&caller.base, None).await;
    fields["token"] = json!(format!("demo-{login}"));
    fields["topics"] = json!(["map"]);
    socket.hello(fields).await;
    socket
}

/// Waits for the next positions and returns whose they are, in order.
async fn shown(socket: &mut WsClient) -> Vec<String> {
    units(&socket.wait_for("positions", |_| true).await)
}

fn units(frame: &Value) -> Vec<String> {
    items(frame).iter().map(|item| item["unit"].as_str().unwrap().to_owned()).collect()
}

async fn register(server: &TestServer, names: &[&str], area: &str) {
    save(server, names.iter().map(|name| unit(name, area)).collect()).await;
}

/// Saves units and waits until positions of them are taken.
async fn save(server: &TestServer, units: Vec<Unit>) {
    let last = units.last().unwrap().clone();
    let console = Actor::console(COUNTY.parse().unwrap());
    server.board.submit(console, Command::SaveUnits(units)).await.unwrap();
    let (gateway, probe) =
        (server.demo("gateway"), json!([position(server, &last.id.to_string(), [0.0, 0.0], 0)]));
    for _ in 0..200 {
        let taken = gateway.post("/positions", &probe, 202).await;
        if taken["refusals"][0]["code"] != "position.unknown_unit" {
            return;
        }
    }
    panic!("{} is not known to the position plane", last.id);
}

fn unit(name: &str, area: &str) -> Unit {
    Unit {
        id: name.parse().unwrap(),
        name: name.into(),
        kind: UnitKind::Boat,
        area: area.parse().unwrap(),
        base: None,
        reports_every_s: 30,
        terminal: None,
        strength: None,
        contact: None,
        capabilities: Vec::new(),
        capacity: Default::default(),
        equipment: Vec::new(),
        members: Vec::new(),
        deputy: None,
    }
}

async fn report(server: &TestServer, unit: &str, place: [f64; 2], step: u64) {
    let positions = json!([position(server, unit, place, step)]);
    let taken = server.demo("gateway").post("/positions", &positions, 202).await;
    assert_eq!(taken["accepted"], 1, "{taken}");
}

/// A position of some hours ago: between two steps a unit may cross the county.
fn position(server: &TestServer, unit: &str, [lon, lat]: [f64; 2], step: u64) -> Value {
    let at = server.board.now() - Duration::from_secs(36_000 - step * 10_800);
    json!({ "unit": unit, "lon": lon, "lat": lat, "at": at })
}
