//! What a warning suggests: by the county's rules, from the county as it is, decided by a person and once.

use serde_json::json;

use crate::support::{
    client::{items, refusal},
    server::TestServer,
};

#[tokio::test]
async fn a_warning_suggests_by_rule_and_a_person_decides_once_on_the_record() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let form =
        json!({"event": "暴雨", "event_code": "11B03", "colour": "red", "areas": ["990101100000"]});
    let warning = desk.post("/warnings", &form, 201).await["id"].as_str().unwrap().to_owned();
    let path = format!("/warnings/{warning}/suggestion");
    let suggested = desk.get(&path, 200).await;
    assert_eq!((&suggested["rule"], &suggested["response"]), (&json!("flood_red"), &json!(2)));
    let names = |part: &str| {
        let named = suggested[part].as_array().unwrap().iter();
        named.map(|named| named["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names("posts").iter().any(|name| name == "青石镇乡镇长"), "{:?}", names("posts"));
    assert!(names("posts").iter().all(|name| !name.contains("柳河镇")), "another township");
    assert!(names("teams").iter().any(|name| name.contains("中队")), "{:?}", names("teams"));
    let points = names("risk_points");
    assert!(points.contains(&"桐寨村山洪隐患点".to_owned()), "{points:?}");
    assert!(!points.contains(&"艾塘村泥石流隐患点".to_owned()), "it has been repaired");
    assert_eq!(suggested.get("decision"), None);
    let opened = desk.journal(0).await.into_iter().filter(|e| e["kind"] == "callout_opened");
    assert_eq!(opened.count(), 1, "a suggestion does nothing by itself");

    let decision = json!({"taken": ["response", "risk_points"], "note": "会商后启动"});
    desk.post(&path, &decision, 403).await;
    let decided = commander.post(&path, &decision, 200).await;
    assert_eq!(decided["decision"]["taken"], json!(["response", "risk_points"]));
    assert_eq!(decided["decision"]["by"], "commander");
    let again = commander.post(&path, &json!({"taken": []}), 409).await;
    assert_eq!(refusal(&again).0, "suggestion.decided");
    let journal = desk.journal(0).await;
    let recorded = journal.iter().find(|entry| entry["kind"] == "suggestion_decided").unwrap();
    assert_eq!(recorded["data"]["suggestion"]["rule"], "flood_red");
    // It stays what was decided, whatever becomes of the warning.
    let cancel = json!({"event": "暴雨", "areas": ["990101100000"], "kind": "cancel", "references": [warning]});
    desk.post("/warnings", &cancel, 201).await;
    assert_eq!(desk.get(&path, 200).await["decision"], decided["decision"]);
    server.stop().await;
}

#[tokio::test]
async fn what_no_rule_is_for_suggests_nothing() {
    let server = TestServer::start().await;
    let (desk, commander) = (server.demo("dispatcher"), server.demo("commander"));
    let form = json!({"event": "大雾", "event_code": "11B17", "colour": "yellow", "areas": ["990101000000"]});
    let fog = desk.post("/warnings", &form, 201).await["id"].as_str().unwrap().to_owned();
    desk.get(&format!("/warnings/{fog}/suggestion"), 404).await;
    let decided =
        commander.post(&format!("/warnings/{fog}/suggestion"), &json!({"taken": []}), 409).await;
    assert_eq!(refusal(&decided).0, "suggestion.none");
    assert_eq!(items(&desk.get("/bulletins", 200).await).len(), 0);
    server.stop().await;
}
