//! A response from the proposal to the look back, as desk and commander take it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use calamine::{Reader, Xlsx};

use super::*;

#[tokio::test]
async fn a_level_gives_every_township_its_list_and_the_list_turns_green() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let started = commander.post("/responses", &order(2, "示汛指〔2026〕12号"), 201).await;
    let path = format!("/responses/{}", id(&started));
    assert_eq!(started["title"], "Ⅱ级防汛应急响应");
    assert_eq!((&started["level"], &started["colour"]), (&json!(2), &json!("orange")));
    let townships = started["townships"].as_array().unwrap();
    assert_eq!(townships.len(), 11);
    assert!(townships.iter().all(|row| row["total"] == townships[0]["total"] && row["done"] == 0));
    assert_eq!(started["gaps"], json!([]), "every department of the plan has a post");
    assert!(started["departments"].as_array().unwrap().len() >= 9, "{}", started["departments"]);
    assert_eq!(started["rounds"], json!(["一日三报"]));
    let reinforced = started["on_post"].as_array().unwrap();
    assert!(reinforced.iter().any(|post| post["name"] == "示例县备勤"), "{reinforced:?}");
    assert!(reinforced.iter().all(|post| !post["on_duty"].as_array().unwrap().is_empty()));

    let tasks = started["tasks"].as_array().unwrap();
    let asked: BTreeSet<&str> =
        tasks.iter().map(|task| task["obligation"].as_str().unwrap()).collect();
    let posts: BTreeSet<&str> = tasks.iter().map(|task| task["post"].as_str().unwrap()).collect();
    assert_eq!(asked.len(), posts.len(), "one call for all that a post is given");
    for obligation in asked {
        sign(&desk, obligation).await;
    }
    for task in tasks {
        let note = json!({"note": "已落实"});
        desk.post(&format!("/tasks/{}/complete", id(task)), &note, 200).await;
    }
    let green = desk.get(&path, 200).await;
    assert_eq!(green["tally"]["light"], "green");
    let lights = |part: &str| {
        let rows = green[part].as_array().unwrap().iter();
        rows.map(|row| row["light"].as_str().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!((lights("townships"), lights("departments")), (["green"].into(), ["green"].into()));
    assert_eq!(green["tally"]["signed"], green["tally"]["total"]);

    let end = json!({"revision": 1, "number": "示汛指〔2026〕15号", "basis": "雨停", "approver": "王县长"});
    let early = commander.post(&format!("{path}/end"), &end, 409).await;
    assert_eq!(refusal(&early), ("response.conditions_open", "reason"));
    let conditions = green["conditions"].as_array().unwrap().len();
    for n in 1..=conditions {
        let tick = json!({"ticked": true, "note": "已核实"});
        desk.post(&format!("{path}/conditions/{n}"), &tick, 200).await;
    }
    desk.post(&format!("{path}/conditions/{}", conditions + 1), &json!({"ticked": true}), 404)
        .await;
    let ended = commander.post(&format!("{path}/end"), &end, 200).await;
    assert_eq!((&ended["open"], &ended["revision"]), (&json!(false), &json!(2)));
    assert!(ended["conditions"][0]["ticked"]["by"] == "dispatcher");
    let summary = desk.get(&format!("{path}/summary"), 200).await;
    assert_eq!(summary["tally"]["unanswered"], 0);
    assert!(summary["tally"]["median_done_s"].is_u64(), "{}", summary["tally"]);
    assert_eq!(summary["acts"].as_array().unwrap().len(), 2);
    assert_eq!(desk.get("/responses?open=true", 200).await["items"], json!([]));
    assert_eq!(items(&desk.get("/responses", 200).await).len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_warning_s_proposal_is_listed_with_why_and_decided_once() {
    let server = TestServer::start().await;
    let (desk, leader) = (server.demo("dispatcher"), server.demo("leader"));
    let warning =
        json!({"event": "暴雨", "event_code": "11B03", "colour": "red", "areas": [TOWNSHIP]});
    let warning = desk.post("/warnings", &warning, 201).await;
    let waiting = desk.get("/responses/proposals?waiting=true", 200).await;
    let [proposal] = items(&waiting) else { panic!("{waiting}") };
    assert_eq!(proposal["prompt"], json!({"kind": "warning", "id": id(&warning)}));
    assert_eq!((&proposal["level"], &proposal["state"]), (&json!(2), &json!("waiting")));
    assert!(proposal["why"].as_str().unwrap().contains("红色预警"));
    let path = format!("/responses/proposals/{}/decide", id(proposal));
    let take =
        json!({"take": {"number": "示汛指〔2026〕1号", "basis": "会商", "approver": "李副县长"}});
    desk.post(&path, &take, 403).await;
    let faulty = leader.post(&path, &json!({"take": {"number": "1号"}}), 422).await;
    assert_eq!(refusal(&faulty).0, "field.invalid");
    let taken = leader.post_as("k-1", &path, &take, 200).await;
    assert_eq!(taken["state"], "taken");
    assert_eq!(leader.post_as("k-1", &path, &take, 200).await, taken, "the same again");
    let again = leader.post(&path, &take, 409).await;
    assert_eq!(refusal(&again).0, "response.proposal_decided");
    let path = format!("/responses/{}", taken["response"].as_str().unwrap());
    let response = desk.get(&path, 200).await;
    assert_eq!(response["scope"][0]["area"], TOWNSHIP);
    let names: Vec<_> = response["townships"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1, "only the township in scope");

    let by_hand = json!({"plan": "snow_ice", "level": 4, "scope": [COUNTY], "why": "夜间大雪"});
    let prepared = desk.post("/responses/proposals", &by_hand, 201).await;
    let path = format!("/responses/proposals/{}/decide", id(&prepared));
    let refused = leader.post(&path, &json!({"reason": "雪势减弱"}), 200).await;
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("雪势减弱")));
    server.stop().await;
}

#[tokio::test]
async fn two_who_decide_at_once_do_not_overwrite_each_other_and_bad_input_is_named() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    let started = commander.post("/responses", &order(4, "1号"), 201).await;
    let path = format!("/responses/{}/level", id(&started));
    let level = |level: u8, number: &str| json!({"revision": 1, "level": level, "number": number, "basis": "会商", "approver": "王县长"});
    let raised = commander.post(&path, &level(3, "2号"), 200).await;
    assert_eq!((&raised["revision"], &raised["level"]), (&json!(2), &json!(3)));
    let late = commander.post(&path, &level(2, "3号"), 409).await;
    assert_eq!(refusal(&late), ("response.changed_since", "revision"));
    let graver = commander.post(&path, &level(5, "3号"), 422).await;
    assert_eq!(refusal(&graver), ("field.invalid", "level"));
    for (field, value) in
        [("scope", json!(["99"])), ("scope", json!(["510000000000"])), ("colour", json!("red"))]
    {
        let mut wrong = order(4, "4号");
        wrong[field] = value;
        commander.post("/responses", &wrong, 422).await;
    }
    let overlap = commander.post("/responses", &order(1, "4号"), 409).await;
    assert_eq!(refusal(&overlap), ("response.overlaps", "scope"));
    server.stop().await;
}

#[tokio::test]
async fn a_response_is_written_as_a_workbook_and_a_drill_says_so_in_it() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    let mut drill = order(3, "1号");
    drill["drill"] = json!(true);
    let started = commander.post("/responses", &drill, 201).await;
    let request =
        commander.request(reqwest::Method::GET, &format!("/responses/{}.xlsx", id(&started)));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.contains("spreadsheetml"), "{kind}");
    let bytes = answer.bytes().await.unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["演练概况", "演练任务", "演练汇总"]);
    let tasks = book.worksheet_range("演练任务").unwrap();
    assert_eq!(tasks.height(), started["tasks"].as_array().unwrap().len() + 1);
    let about = book.worksheet_range("演练概况").unwrap();
    assert_eq!(about.get((0, 0)).unwrap().to_string(), "【演练】Ⅲ级防汛应急响应");
    server.stop().await;
}

#[tokio::test]
async fn plans_are_listed_level_by_level_and_the_wall_is_told_the_level() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    let plans = commander.get("/plans", 200).await;
    let by_id: BTreeMap<&str, &Value> = items(&plans).iter().map(|plan| (id(plan), plan)).collect();
    assert_eq!(
        by_id.keys().copied().collect::<Vec<_>>(),
        ["flood", "forest_fire", "geological", "snow_ice"]
    );
    assert_eq!(by_id["flood"]["levels"].as_array().unwrap().len(), 4);
    let mut wall = server.watch("screen").await;
    commander.post("/responses", &order(2, "1号"), 201).await;
    let told = wall.wait_for_event("response_started").await;
    assert_eq!(told["data"]["level"], 2);
    let later = server.watch("screen").await;
    let [shown] = later.board["responses"].as_array().unwrap().as_slice() else {
        panic!("{}", later.board["responses"])
    };
    assert_eq!((&shown["title"], &shown["level"]), (&json!("Ⅱ级防汛应急响应"), &json!(2)));
    assert_eq!((&shown["drill"], &shown["done"]), (&json!(false), &json!(0)));
    assert!(shown["total"].as_u64() > Some(0));
    server.stop().await;
}

fn order(level: u8, number: &str) -> Value {
    json!({
        "plan": "flood", "level": level, "scope": [COUNTY], "number": number,
        "basis": "会商：未来六小时有暴雨", "approver": "王县长",
    })
}

/// Signs for whoever is being called: the desk has spoken to him. He may have pressed a key in the same moment.
async fn sign(desk: &Client, obligation: &str) {
    let path = format!("/obligations/{obligation}");
    let view = desk.get(&path, 200).await;
    let person = view["asked"][0]["person"]["id"].as_str().unwrap();
    let answer = json!({"answer": "acknowledged", "on_behalf_of": person, "via": "座机"});
    let request = desk.request(reqwest::Method::POST, &format!("{path}/answer")).json(&answer);
    let status = request.send().await.unwrap().status();
    assert!([200, 409].contains(&status.as_u16()), "{status}");
}
