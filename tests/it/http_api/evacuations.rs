//! People brought to safety in the demonstration county, from the look before the order to the way home.

use chrono::{DateTime, FixedOffset, TimeDelta};

use jiaoying::clock::{Clock, SystemClock};

use super::*;

/// The township whose unrepaired point of flash floods has a plan, that point, and its shelter.
const THREATENED: &str = "990101100000";
const POINT: &str = "990101100201-r";
const SHELTER: &str = "990101100-s";

#[tokio::test]
async fn a_township_is_emptied_before_the_flood_and_goes_home_after_it() {
    let server = TestServer::start().await;
    let (desk, screen) = (server.demo("dispatcher"), server.demo("screen"));
    let mut watcher = screen.watch().await;
    let due_at = later(120);
    let order = json!({
        "threatened": { "area": THREATENED, "hazard": "flash_flood" },
        "due_at": due_at, "text": "山洪风险极高，立即转移", "on_word_of": "县长",
    });
    let head = server.head().await;
    let plan = desk.post("/evacuations/preview", &order, 200).await;
    assert_eq!(server.head().await, head, "looking changes nothing");
    assert_eq!((&plan["people"], &plan["unplaced"]), (&json!(78), &json!(0)));
    let leg = &plan["legs"][0];
    assert_eq!(leg["from"]["risk_point"], POINT);
    assert_eq!(leg["from"]["name"], "桐寨村山洪隐患点");
    assert_eq!((&leg["to"]["id"], &leg["fits"]), (&json!(SHELTER), &json!(true)));
    assert!(leg["post"].as_str().unwrap().starts_with("990101100201/"), "{leg}");
    assert!(leg["way"].as_str().unwrap().contains("铜锣"), "{leg}");

    let ordered = desk.post_as("k-1", "/evacuations", &order, 201).await;
    let again = desk.post_as("k-1", "/evacuations", &order, 201).await;
    assert_eq!(ordered["id"], again["id"], "the same key is the same order");
    assert_eq!((&ordered["state"], &ordered["planned"]), (&json!("running"), &json!(78)));
    assert_eq!(ordered["rollup"][0]["area"], "990101100201");
    let evacuation = id(&ordered).to_owned();
    let listed = desk.get(&format!("/evacuations/{evacuation}/transfers"), 200).await;
    let transfer = items(&listed)[0].clone();
    assert_eq!((&transfer["state"], &transfer["people"]), (&json!("running"), &json!(78)));
    let obligation = transfer["obligation"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/obligations/{obligation}"), 200).await["state"], "ringing");
    let event = watcher.wait_for_event("transfer_ordered").await;
    assert_eq!(event["data"]["people"], 78);
    let shelter = shelter(&desk, SHELTER).await;
    assert_eq!((&shelter["people"], &shelter["expected"]), (&json!(0), &json!(78)));
    let holds = shelter["capacity"].as_u64().unwrap();
    assert_eq!(shelter["free"], holds - 78);
    assert!(shelter["night_capacity"].as_u64().unwrap() < holds);

    let path = format!("/transfers/{}/progress", id(&transfer));
    let numbers = json!({ "moved": 70, "refusing": 3, "immobile": 2, "out_of_contact": 1 });
    let progressed = desk.post(&path, &numbers, 200).await;
    assert_eq!((&progressed["moved"], &progressed["state"]), (&json!(70), &json!("running")));
    let tasks = desk.get("/tasks?limit=100", 200).await;
    let titles: Vec<&str> =
        items(&tasks).iter().filter_map(|task| task["title"].as_str()).collect();
    assert!(titles.contains(&"劝离：桐寨村山洪隐患点3人拒绝转移"), "{titles:?}");
    assert!(titles.contains(&"上门核查：桐寨村山洪隐患点1人失联"), "{titles:?}");
    let fewer = desk.post(&path, &json!({ "moved": 60 }), 422).await;
    assert_eq!(refusal(&fewer), ("transfer.fewer", "note"));
    let whole = desk.get("/evacuations?open=true", 200).await;
    assert_eq!(items(&whole).len(), 1);
    assert_eq!((&whole["total"]["moved"], &whole["total"]["open"]), (&json!(70), &json!(1)));
    assert_eq!(whole["rollup"][0]["area"], THREATENED);
    let done = desk.post(&path, &json!({ "moved": 78 }), 200).await;
    assert_eq!(done["state"], "done");
    let drawn = desk.get("/map?layers=shelters", 200).await;
    let drawn =
        drawn["features"].as_array().unwrap().iter().find(|f| f["properties"]["id"] == SHELTER);
    let facts = &drawn.unwrap()["properties"];
    assert_eq!((&facts["people"], &facts["expected"]), (&json!(78), &json!(0)));

    let home = format!("/evacuations/{evacuation}/return");
    let nobody = desk.post(&home, &json!({ "permitted_by": "" }), 422).await;
    assert_eq!(refusal(&nobody), ("field.empty", "permitted_by"));
    let ended = desk.post(&home, &json!({ "permitted_by": "县长", "note": "水退" }), 200).await;
    assert_eq!(
        (&ended["state"], &ended["ended"]["permitted_by"]),
        (&json!("ended"), &json!("县长"))
    );
    let returned = format!("/transfers/{}/returned", id(&transfer));
    assert_eq!(desk.post(&returned, &json!({}), 200).await["state"], "returned");
    assert_eq!(self::shelter(&desk, SHELTER).await["people"], 0);
    server.stop().await;
}

#[tokio::test]
async fn a_full_shelter_says_how_full_it_is_and_where_else_there_is_room() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let occupancy = format!("/shelters/{SHELTER}/occupancy");
    let known = shelter(&desk, SHELTER).await;
    let holds = known["holds_now"].as_u64().unwrap();
    assert_eq!((&known["people"], &known["stale"]), (&json!(0), &json!(false)));
    let counted = desk.post(&occupancy, &json!({ "counted": holds }), 200).await;
    assert_eq!((&counted["free_now"], &counted["counted_by"]), (&json!(0), &json!("dispatcher")));
    let full = desk.post(&occupancy, &json!({ "arrived": 5 }), 409).await;
    assert_eq!(refusal(&full), ("shelter.full", "to"));
    let message = full["error"]["message"].as_str().unwrap();
    assert!(message.contains("0 places free for 5 people; there is room at "), "{message}");
    let details = &full["error"]["details"];
    assert_eq!(
        (&details["shelter"], &details["wanted"]),
        (&json!(SHELTER), &json!(5)),
        "{details}"
    );
    let other = &details["elsewhere"][0];
    assert_eq!((&details["free"], other["name"].is_string()), (&json!(0), true), "{details}");
    assert!(other["free"].as_u64() > Some(0) && other["distance_m"].is_u64(), "{details}");
    let silent = desk.post(&occupancy, &json!({ "arrived": 5, "over_capacity": true }), 422).await;
    assert_eq!(refusal(&silent), ("field.empty", "reason"));
    let rain = json!({ "arrived": 5, "over_capacity": true, "reason": "桥断了" });
    let crowded = desk.post(&occupancy, &rain, 200).await;
    assert_eq!((&crowded["over"], &crowded["over_capacity"]), (&json!(5), &json!("桥断了")));
    let gone = desk.post(&occupancy, &json!({ "departed": holds + 6 }), 409).await;
    assert_eq!(refusal(&gone), ("shelter.too_few", "departed"));
    for wrong in [json!({}), json!({ "counted": 1, "arrived": 1 }), json!({ "counted": -1 })] {
        let refused = desk.post(&occupancy, &wrong, 422).await;
        assert_eq!(refusal(&refused).0, "field.invalid", "{refused}");
    }
    let wrong = json!({ "counted": 1.5 });
    assert_eq!(refusal(&desk.post(&occupancy, &wrong, 422).await), ("field.invalid", "counted"));
    // What an order finds full, by day as by night, is shown before it is refused.
    let all = json!({ "counted": known["capacity"], "over_capacity": true, "reason": "桥断了" });
    desk.post(&occupancy, &all, 200).await;
    let point = json!([{ "area": "990101100201", "risk_point": POINT }]);
    let order = json!({ "legs": point, "due_at": later(60) });
    let plan = desk.post("/evacuations/preview", &order, 200).await;
    assert_eq!((&plan["unplaced"], &plan["legs"][0]["free"]), (&json!(78), &json!(0)));
    assert_eq!(refusal(&desk.post("/evacuations", &order, 409).await).0, "shelter.full");
    server.stop().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_with_its_field() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let head = server.head().await;
    let due_at = later(60);
    let leg = |leg: Value| json!({ "legs": [leg], "due_at": due_at });
    let village = "990101100201";
    for (order, status, code, field) in [
        (json!({ "due_at": due_at }), 422, "field.invalid", "legs"),
        (json!({ "legs": [] }), 422, "field.invalid", "due_at"),
        (leg(json!({ "area": village, "people": 0 })), 422, "transfer.people", "people"),
        (
            leg(json!({ "area": village, "people": 5, "to": "nowhere" })),
            404,
            "shelter.unknown",
            "to",
        ),
        (leg(json!({ "area": "990102", "people": 5 })), 422, "area.unknown", "area"),
        (
            leg(json!({ "area": village, "risk_point": SHELTER })),
            422,
            "risk_point.unknown",
            "risk_point",
        ),
        (leg(json!({ "area": village, "people": 5.5 })), 422, "field.invalid", "legs[0].people"),
        (
            json!({ "threatened": { "area": THREATENED, "hazard": "fire" }, "due_at": due_at }),
            422,
            "field.invalid",
            "threatened.hazard",
        ),
    ] {
        let refused = desk.post("/evacuations", &order, status).await;
        assert_eq!(refusal(&refused), (code, field), "{refused}");
    }
    assert_eq!(done_by_people(&server, head).await, Vec::<Value>::new());
    server.stop().await;
}

async fn shelter(caller: &Client, wanted: &str) -> Value {
    let list = caller.get("/shelters", 200).await;
    items(&list).iter().find(|shelter| id(shelter) == wanted).unwrap().clone()
}

/// So many minutes from now.
fn later(minutes: i64) -> String {
    let now: DateTime<FixedOffset> = SystemClock::new().now().to_string().parse().unwrap();
    (now + TimeDelta::minutes(minutes)).to_rfc3339()
}
