//! Warnings in, as CAP and as JSON, and what they open, change and end.

use reqwest::Method;

use super::*;

#[tokio::test]
async fn a_cap_message_is_accepted_once_and_its_identifier_is_its_own() {
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    let first = source.post_cap(&cap("n-1", "Alert", "", "暴雨红色预警"), 201).await;
    assert_eq!(id(&first), "w-1");
    assert_eq!(first["callouts"], json!(["c-1"]));
    let head = server.head().await;
    let again = source.post_cap(&cap("n-1", "Alert", "", "暴雨红色预警"), 200).await;
    assert_eq!(again, first);
    let other = source.post_cap(&cap("n-1", "Alert", "", "暴雨红色预警（更正）"), 409).await;
    assert_eq!(refusal(&other), ("warning.conflict", "identifier"));
    assert!(done_by_people(&server, head).await.is_empty());

    let shown = source.get("/warnings/w-1", 200).await;
    assert_eq!(shown["identifier"], "n-1");
    assert_eq!(shown["colour"], "red");
    assert_eq!(shown["state"], "active");
    let original = source.get("/warnings/w-1.cap", 200).await;
    assert_eq!(original, json!(cap("n-1", "Alert", "", "暴雨红色预警")));
    server.stop().await;
}

#[tokio::test]
async fn forms_that_leave_the_identifier_out_never_meet() {
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    let form =
        |number| json!({ "event": format!("暴雨{number}"), "status": "test", "areas": [VILLAGE] });
    let forms: Vec<Value> = (0..100).map(form).collect();
    let sent = forms.iter().map(|form| source.post("/warnings", form, 201));
    futures_util::future::join_all(sent).await;
    server.stop().await;
}

#[tokio::test]
async fn a_form_that_could_not_be_handed_on_as_cap_is_refused_by_field() {
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    let head = server.head().await;
    let long = "雨".repeat(10_001);
    for (field, form) in [
        ("areas", json!({ "event": "暴雨", "areas": [] })),
        ("event", json!({ "event": long, "areas": [VILLAGE] })),
        ("description", json!({ "event": "暴雨", "description": long, "areas": [VILLAGE] })),
        ("headline", json!({ "event": "暴雨", "headline": long, "areas": [VILLAGE] })),
        ("sent", json!({ "event": "暴雨", "sent": "0001-01-01T00:00:00Z", "areas": [VILLAGE] })),
        (
            "expires",
            json!({ "event": "暴雨", "sent": "2026-07-21T10:00:00+08:00",
                "expires": "2026-07-21T09:00:00+08:00", "areas": [VILLAGE] }),
        ),
        ("/alert/identifier", json!({ "event": "暴雨", "identifier": "a b", "areas": [VILLAGE] })),
        ("/alert/sender", json!({ "event": "暴雨", "sender": "", "areas": [VILLAGE] })),
    ] {
        let refused = source.post("/warnings", &form, 422).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    assert!(done_by_people(&server, head).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn an_update_and_a_cancel_through_cap_act_on_the_open_callout() {
    let server = TestServer::start().await;
    let (source, desk) = (server.demo("gateway"), server.demo("dispatcher"));
    source.post_cap(&cap("n-1", "Alert", "", "暴雨红色预警"), 201).await;
    let before = desk.get("/callouts/c-1", 200).await;
    let update = source.post_cap(&cap("n-2", "Update", "n-1", "暴雨红色预警再次发布"), 201).await;
    assert_eq!(update["callouts"], json!(["c-1"]));
    let after = desk.get("/callouts/c-1", 200).await;
    assert_eq!(after["total"], before["total"], "nobody is called twice for one storm");
    assert_eq!(desk.get("/warnings/w-1", 200).await["state"], "superseded");
    source.post_cap(&cap("n-3", "Cancel", "n-2", "解除暴雨红色预警"), 201).await;
    let ended = desk.get("/callouts/c-1", 200).await;
    assert_eq!(ended["state"], "closed");
    assert_eq!((&ended["ringing"], &ended["withdrawn"]), (&json!(0), &ended["total"]));
    assert_eq!(desk.get("/warnings/w-2", 200).await["state"], "cancelled");
    assert!(items(&desk.get("/callouts?open=true", 200).await).is_empty());
    assert!(items(&desk.get("/warnings?active=true", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_cap_message_is_named_by_its_element() {
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    let head = server.head().await;
    let whole = cap("n-1", "Alert", "", "暴雨红色预警");
    let broken = [
        ("sent", whole.replace("+08:00</sent>", "</sent>")),
        ("identifier", whole.replace("<identifier>n-1</identifier>", "")),
        ("msgType", whole.replace(">Alert<", ">Alarm<")),
        ("status", whole.replace(">Actual<", ">Real<")),
    ];
    for (element, xml) in broken {
        let refused = source.post_cap(&xml, 422).await;
        assert!(refusal(&refused).1.contains(element), "{element}: {refused}");
    }
    let cut = source.post_cap(&whole[..whole.len() / 2], 422).await;
    assert!(!refusal(&cut).0.is_empty());
    let entity = whole.replacen(
        "<alert",
        "<!DOCTYPE alert [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><alert",
        1,
    );
    let refused = source.post_cap(&entity, 422).await;
    assert!(refused.to_string().to_lowercase().contains("doctype"), "{refused}");
    for body in ["", "no xml at all", "<alert/>", "\u{0}\u{1}"] {
        source.post_cap(body, 422).await;
    }
    let other = source.request(Method::POST, "/warnings").header("content-type", "text/csv");
    assert_eq!(refusal(&expect(other.body("a,b"), 422).await).1, "Content-Type");
    assert!(done_by_people(&server, head).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn ten_megabytes_are_refused_and_the_sender_hears_why() {
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    let large = cap("n-1", "Alert", "", &"大".repeat(10_000_000 / 3));
    let refused = source.post_cap(&large, 413).await;
    assert_eq!(refusal(&refused), ("body.too_large", "body"));
    // A stranger is turned away before any of it is read.
    server.demo("screen").post_cap(&large, 403).await;
    source.post_cap(&cap("n-1", "Alert", "", "暴雨红色预警"), 201).await;
    server.stop().await;
}

#[tokio::test]
async fn a_warning_in_json_is_accepted_updated_and_cancelled_by_id() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut warning = red(VILLAGE);
    warning["identifier"] = json!("desk-1");
    warning["sent"] = json!("2026-07-21T09:59:00+08:00");
    let first = desk.post("/warnings", &warning, 201).await;
    assert_eq!(desk.post("/warnings", &warning, 200).await, first);
    warning["headline"] = json!("另一条");
    assert_eq!(refusal(&desk.post("/warnings", &warning, 409).await).0, "warning.conflict");

    let mut update = red(VILLAGE);
    update["kind"] = json!("update");
    update["references"] = json!([id(&first)]);
    let update = desk.post("/warnings", &update, 201).await;
    assert_eq!(update["callouts"], first["callouts"]);
    let cancel = json!({ "event": "暴雨", "kind": "cancel", "references": [id(&update)], "areas": [VILLAGE] });
    desk.post("/warnings", &cancel, 201).await;
    let callout = first["callouts"][0].as_str().unwrap();
    assert_eq!(desk.get(&format!("/callouts/{callout}"), 200).await["state"], "closed");

    let shown = desk.get("/warnings/w-1.cap", 200).await;
    assert!(shown.as_str().unwrap().contains("<identifier>desk-1</identifier>"), "{shown}");
    server.stop().await;
}

/// A form that is sent twice because its answer was lost does not name a time.
#[tokio::test]
async fn a_warning_in_json_without_a_time_is_the_same_when_it_comes_again() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut warning = red(VILLAGE);
    warning["identifier"] = json!("desk-1");
    let first = desk.post("/warnings", &warning, 201).await;
    assert_eq!(desk.post("/warnings", &warning, 200).await, first);
    warning["colour"] = json!("orange");
    assert_eq!(refusal(&desk.post("/warnings", &warning, 409).await).0, "warning.conflict");
    server.stop().await;
}

#[tokio::test]
async fn one_cancel_of_two_warnings_ends_the_callouts_of_both() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let mut ids = Vec::new();
    for area in [VILLAGE, OTHER_TOWNSHIP] {
        let accepted = desk.post("/warnings", &red(area), 201).await;
        ids.push(id(&accepted).to_owned());
    }
    let cancel = json!({ "event": "暴雨", "kind": "cancel", "references": ids, "areas": [COUNTY] });
    let ended = desk.post("/warnings", &cancel, 201).await;
    assert_eq!(ended["callouts"], json!(["c-1", "c-2"]));
    assert!(items(&desk.get("/callouts?open=true", 200).await).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_warning_in_json_is_named_by_its_field() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let head = server.head().await;
    let with = |field: &str, value: Value| {
        let mut warning = red(VILLAGE);
        warning[field] = value;
        warning
    };
    let broken = [
        ("color", with("color", json!("red"))),
        ("colour", with("colour", json!("purple"))),
        ("event", with("event", json!("  "))),
        ("areas[0]", with("areas", json!(["99010"]))),
        ("area", with("areas", json!(["990101999000"]))),
        ("expires", with("expires", json!("tomorrow"))),
        ("expires", with("expires", json!("2020-01-01T00:00:00+08:00"))),
        ("expires", with("expires", json!("+999999-01-01T00:00:00+08:00"))),
        ("references", with("kind", json!("cancel"))),
        ("references", with("references", json!(["w-999"]))),
        ("polygons[0]", with("polygons", json!([[[114.0, 35.0], [114.1, 35.0], [114.0, 35.0]]]))),
        ("polygons[0]", with("polygons", json!([[[0, 91], [1, 91], [1, 92], [0, 91]]]))),
    ];
    for (field, warning) in broken {
        let refused = desk.post("/warnings", &warning, 422).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    desk.get("/warnings/w-999", 404).await;
    desk.get("/warnings/warning", 404).await;
    desk.get("/warnings?limit=0", 400).await;
    desk.get("/warnings?after=c-1", 400).await;
    assert!(done_by_people(&server, head).await.is_empty());
    server.stop().await;
}

/// Writes a red rainstorm warning for one village as the national source does.
fn cap(identifier: &str, kind: &str, references: &str, headline: &str) -> String {
    let references = match references {
        "" => String::new(),
        earlier => format!("<references>met,{earlier},2026-07-21T09:59:00+08:00</references>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{identifier}</identifier>\
         <sender>met</sender><sent>2026-07-21T09:59:00+08:00</sent><status>Actual</status>\
         <msgType>{kind}</msgType><scope>Public</scope>{references}<info><language>zh-CN</language>\
         <category>Met</category><event>暴雨</event><urgency>Immediate</urgency>\
         <severity>Extreme</severity><certainty>Likely</certainty><eventCode>\
         <valueName>GB/T 35561</valueName><value>11B03</value></eventCode>\
         <effective>2026-07-21T09:59:00+08:00</effective><headline>{headline}</headline>\
         <area><areaDesc>杏坛西社区</areaDesc><geocode>\
         <valueName>CPEAS Geographic Code</valueName><value>{VILLAGE}</value></geocode></area>\
         </info></alert>"
    )
}
