//! Whom to send, as the node knows it: the board, the roads and where units are, put together.

use super::*;

/// A place beside the seat of 柳河镇.
const LEVEE: [f64; 2] = [114.365, 35.551];

#[tokio::test]
async fn who_is_sent_or_cannot_go_is_not_proposed_again_and_it_is_said_why() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let incident = incident(&desk, LEVEE).await;
    let path = format!("/incidents/{incident}/recommendations?need=boat_rescue:2");
    let first = desk.get(&path, 200).await;
    let [one, other] = [&first["items"][0], &first["items"][1]];
    assert!(one["reasons"][0]["text"].as_str().unwrap().contains("水域救援"), "{one}");
    assert!(one["eta_s"].as_u64().unwrap() <= other["eta_s"].as_u64().unwrap());
    assert_eq!(first["shortfalls"], json!([]));

    let order = json!({ "unit": one["unit"], "order": "转移群众" });
    desk.post(&format!("/incidents/{incident}/assignments"), &order, 201).await;
    let away = json!({ "state": "not_ready", "note": "发动机故障" });
    desk.post(&format!("/units/{}/readiness", text(&other["unit"])), &away, 200).await;
    let second = desk.get(&path, 200).await;
    let proposed: Vec<&str> = units(&second["items"]);
    assert!(!proposed.contains(&text(&one["unit"])) && !proposed.contains(&text(&other["unit"])));
    let why = |unit: &Value| {
        let rejected = second["rejected"].as_array().unwrap();
        let found = rejected.iter().find(|rejected| rejected["unit"] == *unit);
        found.map(|rejected| text(&rejected["reason"]).to_owned())
    };
    assert_eq!(why(&one["unit"]).as_deref(), Some("under_way"), "{second}");
    assert_eq!(why(&other["unit"]).as_deref(), Some("not_ready"), "{second}");
    server.stop().await;
}

#[tokio::test]
async fn closed_roads_are_not_taken_until_somebody_opens_them() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let incident = incident(&desk, LEVEE).await;
    let path = format!("/incidents/{incident}/recommendations?need=boat_rescue:2");
    let open = desk.get(&path, 200).await;
    let flooded = json!({ "within": { "circle": { "center": LEVEE, "radius_km": 2.0 } } });
    let close = json!({ "what": flooded, "area": COUNTY, "reason": "路面过水" });
    let closed = desk.post("/closures", &close, 201).await;
    let cut = desk.get(&path, 200).await;
    assert_ne!(cut["items"], open["items"], "the way it took is closed");
    assert_eq!(items(&desk.get("/closures", 200).await).len(), 1);
    desk.delete(&format!("/closures/{}", id(&closed)), 204).await;
    assert_eq!(desk.get(&path, 200).await["items"], open["items"]);
    let wide = json!({ "within": { "circle": { "center": LEVEE, "radius_km": 500.0 } } });
    let close = json!({ "what": wide, "area": COUNTY, "reason": "x" });
    let refused = desk.post("/closures", &close, 422).await;
    assert_eq!(refusal(&refused), ("closure.shape", "what"));
    server.stop().await;
}

#[tokio::test]
async fn several_incidents_are_planned_for_together_and_nobody_is_sent_twice() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut incidents = Vec::new();
    for at in [LEVEE, [114.44, 35.628]] {
        incidents.push(json!({ "id": incident(&desk, at).await, "need": "boat_rescue:2" }));
    }
    let wanted = json!({ "incidents": incidents });
    let proposal = desk.post("/dispatch/proposal", &wanted, 200).await;
    let mut sent = units(&proposal["postings"]);
    sent.sort_unstable();
    sent.dedup();
    assert_eq!((sent.len(), &proposal["unmet"]), (4, &json!([])), "{proposal}");
    assert!(items(&desk.get("/assignments", 200).await).is_empty(), "a proposal sends nobody");
    let refused = desk.get("/incidents/i-1/recommendations?need=dragon:2", 422).await;
    assert_eq!(refusal(&refused), ("need.unknown_capability", "need"));
    server.stop().await;
}

#[tokio::test]
async fn a_boat_at_a_drill_is_there_for_what_really_happens() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let report = json!({ "kind": "11A04", "point": LEVEE, "course": "演练", "drill": true });
    let drill = id(&desk.post("/incidents", &report, 201).await).to_owned();
    let practised = format!("/incidents/{drill}/recommendations?need=boat_rescue:1");
    let boat = desk.get(&practised, 200).await["items"][0]["unit"].clone();
    let order = json!({ "unit": boat, "order": "转移群众" });
    desk.post(&format!("/incidents/{drill}/assignments"), &order, 201).await;
    let rest = desk.get(&practised, 200).await;
    assert!(!units(&rest["items"]).contains(&text(&boat)), "one drill does not take from another");

    let real = incident(&desk, LEVEE).await;
    let path = format!("/incidents/{real}/recommendations?need=boat_rescue:1");
    let found = desk.get(&path, 200).await;
    assert_eq!(found["items"][0]["unit"], boat, "{found}");
    let reasons = found["items"][0]["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| text(&reason["text"]).contains("演练")), "{reasons:?}");
    desk.post(&format!("/incidents/{real}/assignments"), &order, 201).await;
    let both = json!({ "incidents": [
        { "id": drill, "need": "boat_rescue:1" }, { "id": real, "need": "boat_rescue:1" },
    ] });
    let refused = desk.post("/dispatch/proposal", &both, 422).await;
    assert_eq!(refusal(&refused).1, "incidents");
    server.stop().await;
}

#[tokio::test]
async fn a_red_warning_of_an_exercise_asks_for_boats_in_drills_only() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut exercise = red(TOWNSHIP);
    exercise["status"] = json!("exercise");
    server.demo("gateway").post("/warnings", &exercise, 201).await;
    assert!(items(&desk.get("/dispatch/coverage", 200).await).is_empty());
    let practised = desk.get("/dispatch/coverage?drill=true", 200).await;
    assert_eq!(items(&practised)[0]["area"], TOWNSHIP);
    server.stop().await;
}

#[tokio::test]
async fn only_townships_under_a_red_warning_have_to_have_a_boat_near() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    assert!(items(&desk.get("/dispatch/coverage", 200).await).is_empty());
    red_callout(&server.demo("gateway"), TOWNSHIP).await;
    let covered = desk.get("/dispatch/coverage", 200).await;
    let [township] = items(&covered) else { panic!("{covered}") };
    assert_eq!((&township["area"], &township["hole"]), (&json!(TOWNSHIP), &json!(false)));
    assert!(township["near"].as_u64().unwrap() > 0);
    server.stop().await;
}

#[tokio::test]
async fn what_is_needed_is_said_by_its_name_wherever_somebody_reads_it() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let abilities = server.demo("screen").get("/capabilities", 200).await;
    let of = |code: &str| items(&abilities).iter().find(|known| known["code"] == code).unwrap();
    let pump = json!({
        "code": "pump", "zh": "排涝", "en": "pumping", "counted": "amount", "unit_zh": "m³/h",
        "unit_en": "m³/h",
    });
    assert_eq!(*of("pump"), pump);
    assert_eq!(
        (&of("boat_rescue")["unit_zh"], &of("evacuation")["unit_zh"]),
        (&"支".into(), &"人".into())
    );

    let incident = incident(&desk, LEVEE).await;
    let path = format!("/incidents/{incident}/recommendations?need=item/sandbag:9000000");
    let found = desk.get(&path, 200).await;
    let offer = &found["depots"][0];
    assert_eq!((text(&offer["item"]), text(&offer["item_name"])), ("sandbag", "编织袋"), "{found}");
    assert_eq!(text(&offer["unit"]), "条");
    let short = text(&found["shortfalls"][0]["text"]);
    assert!(short.starts_with("编织袋还差 ") && short.contains(" 条："), "{short}");

    let path = format!("/incidents/{incident}/recommendations?need=boat_rescue:1");
    let boat = &desk.get(&path, 200).await["items"][0]["unit"];
    let order = json!({ "unit": boat, "order": "转移群众", "need": "boat_rescue:1" });
    desk.post(&format!("/incidents/{incident}/assignments"), &order, 201).await;
    let listed = desk.get("/assignments", 200).await;
    let seen = desk.get(&format!("/incidents/{incident}"), 200).await;
    for sent in [&items(&listed)[0], &seen["assignments"][0]] {
        assert_eq!((text(&sent["need"]), text(&sent["need_zh"])), ("boat_rescue:1", "水域救援 ×1"));
        assert_eq!(text(&sent["need_en"]), "boat rescue ×1");
    }
    server.stop().await;
}

async fn incident(desk: &Client, point: [f64; 2]) -> String {
    let report = json!({ "kind": "11A04", "level": 2, "point": point, "course": "堤防决口" });
    id(&desk.post("/incidents", &report, 201).await).to_owned()
}

fn units(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| text(&item["unit"])).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// So near that no boat that waits at its base is there in time.
const NOBODY_NEAR: [(&str, &str); 3] = [
    ("JIAOYING_COVERAGE__WITHIN_S", "60"),
    ("JIAOYING_COVERAGE__STANDS_S", "0"),
    ("JIAOYING_COVERAGE__EVERY_S", "1"),
];

#[tokio::test]
async fn who_could_move_to_a_bare_township_is_said_with_what_it_gains_and_leaves() {
    let server = TestServer::start_with(&NOBODY_NEAR).await;
    let desk = server.demo("dispatcher");
    let nothing = desk.get("/dispatch/move-up", 200).await;
    assert_eq!(nothing, json!({ "bare": [], "moves": [], "still_bare": [] }));
    red_callout(&server.demo("gateway"), TOWNSHIP).await;
    let found = desk.get("/dispatch/move-up", 200).await;
    assert_eq!(found["bare"][0]["area"], TOWNSHIP, "{found}");
    let moving = &found["moves"][0];
    assert_eq!((&moving["area"], &moving["ability"]), (&json!(TOWNSHIP), &json!("boat_rescue")));
    let seconds = |field: &str| moving[field].as_u64().unwrap();
    assert!(seconds("before_s") > 60 && seconds("after_s") <= 60, "{moving}");
    assert!(moving["home"].is_string() && moving["home_name"].is_string(), "{moving}");
    assert_eq!(found["still_bare"], json!([]));
    // Without the unit that would move, another one does.
    let without = format!("/dispatch/move-up?without={}", text(&moving["unit"]));
    let other = desk.get(&without, 200).await;
    assert_eq!(other["bare"], json!([]), "it does not bare what was bare before");
    let refused = desk.get("/dispatch/move-up?without=u-999", 422).await;
    assert_eq!(refusal(&refused).1, "without");
    server.stop().await;
}

#[tokio::test]
async fn a_red_warned_township_without_a_boat_is_an_alarm_until_it_is_over_also_after_a_restart() {
    let server = TestServer::start_with(&NOBODY_NEAR).await;
    let mut desk = server.watch("dispatcher").await;
    let callouts = "/callouts?open=true";
    let accepted = server.demo("gateway").post("/warnings", &red(TOWNSHIP), 201).await;
    let opened = desk.wait_for_event("coverage_hole_opened").await;
    assert_eq!(opened["data"]["area"], TOWNSHIP);
    assert_eq!(opened["data"]["zh"], "水域救援");
    assert!(opened["names"][TOWNSHIP].is_string());
    let alarm = alarms(&server.demo("dispatcher").get(callouts, 200).await);
    let [alarm] = &alarm[..] else { panic!("{alarm:?}") };
    assert!(alarm.starts_with("红色预警区缺水域救援力量："), "{alarm}");

    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &NOBODY_NEAR).await;
    let mut desk = server.watch("dispatcher").await;
    assert_eq!(desk.board["holes"][0]["area"], TOWNSHIP, "{}", desk.board["holes"]);
    let over = json!({
        "event": "暴雨", "kind": "cancel", "references": [id(&accepted)], "areas": [TOWNSHIP],
    });
    server.demo("gateway").post("/warnings", &over, 201).await;
    let closed = desk.wait_for_event("coverage_hole_closed").await;
    assert_eq!(closed["data"]["why"], "warning_over");
    let told = server.demo("commander").journal(0).await;
    let holes = told.iter().filter(|entry| entry["kind"] == "coverage_hole_opened").count();
    assert_eq!(holes, 1, "the node that started anew knew it");
    assert!(alarms(&server.demo("dispatcher").get(callouts, 200).await).is_empty());
    server.stop().await;
}

fn alarms(callouts: &Value) -> Vec<String> {
    let alarms = items(callouts).iter().filter(|callout| callout["kind"] == "alarm");
    alarms.map(|alarm| text(&alarm["subject"]).to_owned()).collect()
}
