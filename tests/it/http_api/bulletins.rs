//! What the public is told: worded by the templates or by hand, approved by a person, numbered in the year.

use serde_json::{Value, json};

use crate::support::{
    client::{Client, items, refusal},
    county::COUNTY,
    server::TestServer,
};

#[tokio::test]
async fn a_bulletin_is_worded_checked_approved_by_a_person_and_numbered() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let warning = warn(&desk, "actual").await;
    let preview = desk.get(&format!("/warnings/{warning}/texts"), 200).await;
    let sms = &preview["texts"][0];
    assert_eq!((&sms["outlet"], &sms["limit"]), (&json!("sms"), &json!(70)));
    assert!(sms["text"].as_str().unwrap().contains("暴雨红色预警"), "{sms}");

    let path = format!("/warnings/{warning}/bulletins");
    let long = json!({"texts": {"sms": "雨".repeat(71)}});
    let refused = desk.post(&path, &long, 422).await;
    assert_eq!(refusal(&refused), ("field.invalid", "texts.sms"));
    // Without a wording of one's own the templates' goes; a second draft takes its place.
    let first = desk.post(&path, &json!({}), 201).await;
    assert_eq!(first["texts"]["sms"], sms["text"]);
    let mine = json!({"texts": {"sms": "【示例县】柳河镇今夜有特大暴雨，请立即转移。"}});
    let second = desk.post(&path, &mine, 201).await;
    let waiting = desk.get("/bulletins?drafted=true", 200).await;
    assert_eq!(items(&waiting).len(), 1, "{waiting}");
    assert_eq!(items(&waiting)[0]["id"], second["id"]);

    // Whoever words it does not let it go out; a machine and a screen do neither.
    let approve = |id: &Value| format!("/bulletins/{}/approve", id.as_str().unwrap());
    desk.post(&approve(&second["id"]), &json!({}), 403).await;
    server.demo("gateway").post(&path, &json!({}), 403).await;
    let replaced = commander.post(&approve(&first["id"]), &json!({}), 409).await;
    assert_eq!(refusal(&replaced).0, "bulletin.decided");
    let begun = json!({"ordinal": 54});
    let issued = commander.post(&approve(&second["id"]), &begun, 200).await;
    assert_eq!((&issued["state"], &issued["by"]), (&json!("issued"), &json!("commander")));
    let title = issued["title"].as_str().unwrap();
    assert!(title.ends_with("年第54期"), "{title}");
    let again = commander.post(&path, &json!({}), 409).await;
    assert_eq!(refusal(&again).0, "bulletin.already_issued");

    // The next one has the next number, and no lower one can be given.
    let update = json!({"event": "暴雨", "colour": "orange", "areas": [COUNTY], "kind": "update",
        "references": [warning]});
    let update = desk.post("/warnings", &update, 201).await["id"].as_str().unwrap().to_owned();
    let path = format!("/warnings/{update}/bulletins");
    let third = desk.post(&path, &json!({}), 201).await;
    let taken = commander.post(&approve(&third["id"]), &begun, 409).await;
    assert_eq!(refusal(&taken), ("bulletin.number_taken", "ordinal"));
    let issued = commander.post(&approve(&third["id"]), &json!({}), 200).await;
    assert!(issued["title"].as_str().unwrap().ends_with("第55期"));
    server.stop().await;
}

#[tokio::test]
async fn nothing_goes_out_about_a_warning_that_is_over_and_a_drill_is_marked_and_has_no_number() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let warning = warn(&desk, "actual").await;
    let path = format!("/warnings/{warning}/bulletins");
    let drafted = desk.post(&path, &json!({}), 201).await["id"].as_str().unwrap().to_owned();
    let cancel = json!({"event": "暴雨", "colour": "red", "areas": [COUNTY], "kind": "cancel",
        "references": [warning]});
    let cancel = desk.post("/warnings", &cancel, 201).await["id"].as_str().unwrap().to_owned();
    let over = commander.post(&format!("/bulletins/{drafted}/approve"), &json!({}), 409).await;
    assert_eq!(refusal(&over).0, "bulletin.warning_over");
    let reason = json!({"reason": "已解除"});
    let refused = commander.post(&format!("/bulletins/{drafted}/refuse"), &reason, 200).await;
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("已解除")));
    // That it is over the public is told like anything else.
    desk.post(&format!("/warnings/{cancel}/bulletins"), &json!({}), 201).await;

    let drill = warn(&desk, "exercise").await;
    let path = format!("/warnings/{drill}/bulletins");
    let unmarked = desk.post(&path, &json!({"texts": {"sms": "暴雨来了"}}), 422).await;
    assert!(unmarked["error"]["message"].as_str().unwrap().contains("【演练】"), "{unmarked}");
    let drafted = desk.post(&path, &json!({}), 201).await;
    assert!(drafted["texts"]["sms"].as_str().unwrap().starts_with("【演练】"));
    let approve = format!("/bulletins/{}/approve", drafted["id"].as_str().unwrap());
    let issued = commander.post(&approve, &json!({}), 200).await;
    assert_eq!((&issued["state"], issued.get("title")), (&json!("issued"), None));
    server.stop().await;
}

#[tokio::test]
async fn the_archive_is_searched_by_words_colour_hazard_place_source_and_time() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    for (event, code, colour, area) in [
        ("暴雨", "11B03", "red", COUNTY),
        ("大风", "11B06", "blue", "990101101000"),
        ("暴雨", "11B03", "yellow", "990101102000"),
    ] {
        let form = json!({"event": event, "event_code": code, "colour": colour, "areas": [area],
            "description": format!("{event}来了，请注意 ABC")});
        desk.post("/warnings", &form, 201).await;
    }
    for (question, expected) in [
        ("", 3),
        ("?q=abc", 3),
        ("?q=%E6%9A%B4%E9%9B%A8", 2),
        ("?q=%E6%9A%B4%E9%9B%A8%20%E7%BA%A2%E8%89%B2", 1),
        ("?colour=blue", 1),
        ("?event=11B03", 2),
        ("?event=11C", 0),
        ("?area=990101101000", 2),
        ("?area=990101101001", 2),
        ("?source=dispatcher", 3),
        ("?source=gateway", 0),
        ("?from=2020-01-01T00:00:00%2B08:00&to=2090-01-01T00:00:00%2B08:00", 3),
        ("?to=2020-01-01T00:00:00%2B08:00", 0),
        ("?active=true&colour=red", 1),
    ] {
        let found = desk.get(&format!("/warnings{question}"), 200).await;
        assert_eq!(items(&found).len(), expected, "{question}");
    }
    let page = desk.get("/warnings?limit=2", 200).await;
    let after = page["next"].as_str().unwrap();
    let rest = desk.get(&format!("/warnings?limit=2&after={after}"), 200).await;
    assert_eq!((items(&page).len(), items(&rest).len(), rest.get("next")), (2, 1, None));
    let refused = desk.get("/warnings?colour=pink", 400).await;
    assert_eq!(refusal(&refused).0, "query.invalid");
    server.stop().await;
}

#[tokio::test]
async fn others_follow_this_county_by_an_atom_feed_that_leads_to_cap() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let real = warn(&desk, "actual").await;
    warn(&desk, "test").await;
    let request = desk.request(reqwest::Method::GET, "/warnings.atom");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/atom+xml");
    let feed = answer.text().await.unwrap();
    let read = jiaoying::ingest::feeds::atom::read(feed.as_bytes(), "http://x/").unwrap();
    assert_eq!((read.entries.len(), &*read.title), (1, "示例县预警"));
    let entry = read.entries[0].as_ref().unwrap();
    let jiaoying::ingest::feeds::atom::Cap::At(link) = &entry.cap else { panic!("{entry:?}") };
    assert!(link.ends_with(&format!("/api/v1/warnings/{real}.cap")), "{link}");
    server.stop().await;
}

async fn warn(desk: &Client, status: &str) -> String {
    let form = json!({"event": "暴雨", "colour": "red", "areas": [COUNTY], "status": status,
        "headline": "示例县气象台发布暴雨红色预警", "description": "三小时降雨 100 毫米以上。"});
    desk.post("/warnings", &form, 201).await["id"].as_str().unwrap().to_owned()
}
