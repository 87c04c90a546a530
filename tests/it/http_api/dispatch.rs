//! Incidents, the units sent to them and tasks, over HTTP on the demonstration county.

use jiaoying::{access::Holder, domain::actor::Role};

use reqwest::Method;

use super::*;

#[tokio::test]
async fn a_dispatcher_takes_a_breach_down_and_sees_the_boat_arrive() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let breach = json!({
        "kind": "11A04", "level": 2, "address": "柳河镇柳河左堤", "point": [114.365, 35.551],
        "course": "堤防决口约 10 米", "casualties": { "trapped": 12 },
        "source": { "name": "王某", "phone": "19400001111" },
    });
    let taken = desk.post("/incidents", &breach, 201).await;
    let incident = id(&taken);
    assert_eq!(taken["similar"], json!([]));
    let again = desk.post("/incidents", &breach, 201).await;
    assert_eq!(again["similar"][0]["id"], incident, "somebody has reported it before");
    let path = format!("/incidents/{}/link", id(&again));
    desk.post(&path, &json!({ "to": incident }), 200).await;

    let (boat, person) = boat(&desk).await;
    let order = json!({ "unit": boat, "order": "立即到柳河左堤转移群众", "need": "boat_rescue" });
    let path = format!("/incidents/{incident}/assignments");
    let ordered = desk.post(&path, &order, 201).await;
    let refused = desk.post(&path, &order, 409).await;
    assert_eq!(refusal(&refused), ("assignment.unit_bound", "unit"));

    let crew = server
        .account("crew", Role::Leader, TOWNSHIP, Holder::Person(person.parse().unwrap()))
        .await;
    let mine = crew.get("/assignments?mine=true", 200).await;
    assert_eq!(items(&mine)[0]["id"], ordered["id"]);
    let answer = json!({ "answer": "acknowledged" });
    let obligation = ordered["obligation"].as_str().unwrap();
    let called = desk.get(&format!("/obligations/{obligation}"), 200).await;
    let known = desk.get(&format!("/units/{boat}"), 200).await;
    assert_eq!(called["post_title"], known["name"], "the unit is called, not a post");
    crew.post(&format!("/obligations/{obligation}/answer"), &answer, 200).await;
    let steps = format!("/assignments/{}/status", id(&ordered));
    for status in ["en_route", "on_scene"] {
        crew.post(&steps, &json!({ "status": status }), 200).await;
    }
    let back = crew.post(&steps, &json!({ "status": "accepted" }), 409).await;
    assert_eq!(refusal(&back), ("assignment.step", "status"));

    let seen = desk.get(&format!("/incidents/{incident}"), 200).await;
    assert_eq!((seen["stage"].as_str(), seen["on_scene"].as_u64()), (Some("handling"), Some(1)));
    assert_eq!(seen["assignments"][0]["status"], "on_scene");
    assert_eq!(seen["linked"], json!([id(&again)]));
    let map = desk.get("/map?layers=incidents,units", 200).await;
    let features = map["features"].as_array().unwrap();
    let drawn = features.iter().find(|f| f["id"] == format!("incidents/{incident}")).unwrap();
    assert_eq!(drawn["properties"]["on_scene"], 1);
    let unit = features.iter().find(|f| f["id"] == format!("units/{boat}")).unwrap();
    assert_eq!(unit["properties"]["assignment"]["status"], "on_scene");
    let close = json!({ "stage": "closed", "note": "险情排除" });
    let path = format!("/incidents/{incident}/stage");
    assert_eq!(refusal(&desk.post(&path, &close, 409).await).0, "incident.units_out");
    crew.post(&steps, &json!({ "status": "done" }), 200).await;
    desk.post(&path, &close, 200).await;
    server.stop().await;
}

#[tokio::test]
async fn two_desks_that_change_one_incident_are_told_of_each_other() {
    let server = TestServer::start().await;
    let (one, other) = (server.demo("dispatcher"), server.demo("commander"));
    let fire = |trapped: u32| json!({ "kind": "11G01", "area": TOWNSHIP, "address": "后山", "casualties": { "trapped": trapped } });
    let taken = one.post("/incidents", &fire(1), 201).await;
    let path = format!("/incidents/{}", id(&taken));
    let put = |client: &Client, trapped: u32, status: u16| {
        let body = json!({ "revision": 1, "incident": fire(trapped) });
        expect(client.request(Method::PUT, &path).json(&body), status)
    };
    assert_eq!(put(&one, 3, 200).await["revision"], 2);
    let refused = put(&other, 5, 409).await;
    assert_eq!(refusal(&refused), ("incident.changed_since", "revision"));
    assert!(refused["error"]["message"].as_str().unwrap().contains("dispatcher"), "{refused}");
    assert_eq!(one.get(&path, 200).await["casualties"]["trapped"], 3);
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let cases = [
        (json!({ "kind": "99X99", "area": TOWNSHIP }), ("incident.kind", "kind")),
        (json!({ "kind": "11A04" }), ("field.invalid", "area")),
        (json!({ "kind": "11A04", "area": TOWNSHIP, "level": 7 }), ("incident.level", "level")),
        (
            json!({ "kind": "11A04", "area": TOWNSHIP, "occurred_at": "2099-01-01T00:00:00+08:00" }),
            ("incident.time", "occurred.at"),
        ),
        (
            json!({ "kind": "11A04", "area": TOWNSHIP, "colour": "red" }),
            ("field.invalid", "colour"),
        ),
        (json!({ "kind": "11A04", "area": "610721" }), ("area.unknown", "area")),
    ];
    for (body, expected) in cases {
        let refused = desk.post("/incidents", &body, 422).await;
        assert_eq!(refusal(&refused), expected, "{body}");
    }
    assert!(items(&desk.get("/incidents", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn whoever_reported_it_is_shown_to_those_who_may_dial_and_to_nobody_else() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut wall = server.watch("screen").await;
    let report = json!({
        "kind": "11A02", "area": TOWNSHIP, "address": "城关中学", "commander": "李某 19400002222",
        "source": { "name": "王某", "phone": "19400001111" },
    });
    let taken = desk.post("/incidents", &report, 201).await;
    let path = format!("/incidents/{}", id(&taken));
    assert_eq!(desk.get(&path, 200).await["source"]["phone"], "19400001111");
    let screen = server.demo("screen").get(&path, 200).await;
    assert_eq!((screen["source"].get("phone"), screen["commander"].as_str()), (None, Some("")));
    let frame = wall.wait_for_event("incident_received").await;
    assert!(!frame.to_string().contains("1940000"), "{frame}");
    let other = server.account("town", Role::Dispatcher, OTHER_TOWNSHIP, Holder::Nobody).await;
    other.get(&path, 404).await;
    assert!(items(&other.get("/incidents", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_leaders_word_reaches_the_townships_and_comes_back_done() {
    let server = TestServer::start().await;
    let leader = server.demo("leader");
    let task = json!({
        "title": "排查低洼院落", "on_word_of": "杨允田", "posts": [format!("{TOWNSHIP}/lead_officer")],
        "due_at": "2099-01-01T00:00:00+08:00",
    });
    let given = leader.post("/tasks", &task, 201).await;
    let task = given["ids"][0].as_str().unwrap().to_owned();
    let desk = server.demo("dispatcher");
    let listed = desk.get("/tasks?open=true", 200).await;
    assert_eq!(
        (items(&listed)[0]["id"].as_str(), items(&listed)[0]["light"].as_str()),
        (Some(&*task), Some("grey"))
    );
    let done = json!({ "note": "已排查 36 户" });
    desk.post(&format!("/tasks/{task}/complete"), &done, 200).await;
    let over = desk.post(&format!("/tasks/{task}/complete"), &done, 409).await;
    assert_eq!(refusal(&over).0, "task.over");
    let listed = desk.get("/tasks?open=false", 200).await;
    assert_eq!(items(&listed)[0]["light"], "green");
    server.stop().await;
}

/// Returns a boat and who answers for it.
async fn boat(desk: &Client) -> (String, String) {
    let boats = desk.get("/units?kind=boat&limit=1", 200).await;
    let boat = &items(&boats)[0];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&boat["id"]), text(&boat["contact"]["id"]))
}
