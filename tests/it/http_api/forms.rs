//! Warnings by hand: the forms there are, what a filled one becomes, and who would be called before it is sent.

use super::*;

#[tokio::test]
async fn a_filled_form_calls_whom_its_preview_named_and_a_preview_calls_nobody() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let forms = desk.get("/warning-forms", 200).await;
    let flood = items(&forms).iter().find(|form| form["id"] == "flash_flood").unwrap();
    assert_eq!(
        (&flood["event_code"], &flood["stages"][1]["zh"]),
        (&json!("11A51"), &json!("立即转移"))
    );
    assert_eq!(flood["stages"][1]["colour"], "red");

    let head = server.head().await;
    let filled = json!({ "form": "flash_flood", "stage": "leave", "areas": [VILLAGE],
        "unit": "示例县水利局", "document": "示水预〔2026〕7号" });
    let seen = desk.post("/warnings/preview", &filled, 200).await;
    assert_eq!(seen["effect"], "opens");
    assert_eq!(seen["warning"]["headline"], "示例县水利局发布山洪灾害立即转移预警");
    let text = seen["warning"]["description"].as_str().unwrap();
    assert!(text.contains("发布单位：示例县水利局，文号：示水预〔2026〕7号"), "{text}");
    let area = desk.get("/areas?parent=990101000000", 200).await;
    let township = items(&area).iter().find(|area| area["code"] == TOWNSHIP).unwrap();
    assert!(text.starts_with(township["name"].as_str().unwrap()), "which of its namesakes: {text}");
    let rows = seen["areas"].as_array().unwrap();
    let sum: u64 = rows.iter().map(|row| row["posts"].as_u64().unwrap()).sum();
    assert_eq!(json!(sum), seen["posts"]);
    assert!(rows.iter().any(|row| row["area"] == TOWNSHIP && row["name"] != ""), "{seen}");
    assert!(done_by_people(&server, head).await.is_empty(), "a preview is a look");

    let sent = desk.post("/warnings", &filled, 201).await;
    let callout =
        desk.get(&format!("/callouts/{}", sent["callouts"][0].as_str().unwrap()), 200).await;
    assert_eq!((&callout["total"], &callout["severity"]), (&seen["posts"], &json!("red")));
    assert_eq!(callout["policy"], seen["policies"][0]["policy"]);
    let warning = desk.get("/warnings/w-1", 200).await;
    assert_eq!((&warning["event"], &warning["event_code"]), (&json!("山洪灾害"), &json!("11A51")));
    assert!(warning["expires"].is_string());

    // A change calls only those whose duty changes, and an end tells those who were called: both are seen before.
    let change = json!({ "form": "flash_flood", "stage": "leave", "areas": [VILLAGE], "unit": "示例县水利局",
        "kind": "update", "references": ["w-1"] });
    let changed = desk.post("/warnings/preview", &change, 200).await;
    assert_eq!((&changed["effect"], &changed["posts"]), (&json!("changes"), &json!(0)));
    let cancel =
        json!({ "event": "山洪灾害", "kind": "cancel", "references": ["w-1"], "areas": [VILLAGE] });
    let ended = desk.post("/warnings/preview", &cancel, 200).await;
    assert_eq!((&ended["effect"], &ended["posts"]), (&json!("ends"), &json!(0)));
    assert_eq!(ended["released"], callout["total"]);
    server.stop().await;
}

#[tokio::test]
async fn a_form_that_is_filled_wrongly_is_refused_by_field_and_in_a_drill_nobody_is_called_in_earnest()
 {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let head = server.head().await;
    let good =
        json!({ "form": "dike", "stage": "breach", "areas": [VILLAGE], "unit": "示例县水利局" });
    for (field, value) in [
        ("form", json!("comet")),
        ("stage", json!("leave")),
        ("unit", json!("  ")),
        ("document", json!("文".repeat(101))),
        ("areas", json!([])),
        ("expires", json!("2020-01-01T00:00:00+08:00")),
        ("colour", json!("red")),
    ] {
        let mut filled = good.clone();
        filled[field] = value;
        for path in ["/warnings/preview", "/warnings"] {
            let refused = desk.post(path, &filled, 422).await;
            assert_eq!(refusal(&refused).1, field, "{refused}");
        }
    }
    let mut elsewhere = good.clone();
    elsewhere["areas"] = json!(["990101999000"]);
    desk.post("/warnings/preview", &elsewhere, 422).await;
    assert!(done_by_people(&server, head).await.is_empty());

    let mut drill = good;
    drill["status"] = json!("exercise");
    let sent = desk.post("/warnings", &drill, 201).await;
    let callout =
        desk.get(&format!("/callouts/{}", sent["callouts"][0].as_str().unwrap()), 200).await;
    assert_eq!(callout["drill"], true);
    server.stop().await;
}
