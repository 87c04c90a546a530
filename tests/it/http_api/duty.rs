//! Who is on duty, the gaps, and substitutes.

use super::*;

const POST: &str = "990101000000/duty_officer";

#[tokio::test]
async fn duty_names_who_holds_each_post_and_which_nobody_holds() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let now = desk.get(&format!("/duty?area={COUNTY}"), 200).await;
    let lead = items(&now).iter().find(|item| item["post"] == "990101000000/lead_officer").unwrap();
    assert_eq!(lead["area"], COUNTY);
    assert!(lead["person"].is_string() && lead["phone"].is_string() && lead["from"].is_string());
    // Before the rotations begin, the posts that live by them are held by nobody.
    let before = desk.get("/duty?at=2020-01-01T00:00:00%2B08:00", 200).await;
    let unescaped = desk.get("/duty?at=2020-01-01T00:00:00+08:00", 200).await;
    assert_eq!(unescaped, before, "a plus that is not escaped is a plus all the same");
    let gaps = before["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["post"] == "990101000000/lead_officer"), "{gaps:?}");
    for bad in [
        "at=0001-01-01T00:00:00%2B08:00",
        "at=9999-12-31T23:59:59%2B08:00",
        "at=now",
        "at=2026-07-21T18:00:00",
        "at=2026-07-21+08:00",
        "at=%2B99999-01-01T00:00:00Z",
        "area=1",
    ] {
        let refused = desk.get(&format!("/duty?{bad}"), 400).await;
        assert_eq!(refusal(&refused).1, bad.split('=').next().unwrap(), "{refused}");
    }
    desk.get("/duty?area=990101999000", 422).await;
    server.stop().await;
}

#[tokio::test]
async fn a_substitute_stands_in_and_two_for_one_stretch_are_refused() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let change = |from: &str, to: &str| {
        let at = |time: &str| format!("2027-03-01T{time}:00+08:00");
        json!({ "post": POST, "people": ["990101-09"], "from": at(from), "to": at(to), "reason": "代班" })
    };
    let added = desk.post_as("k", "/overrides", &change("08:00", "20:00"), 201).await;
    assert_eq!(desk.post_as("k", "/overrides", &change("08:00", "20:00"), 201).await, added);
    let head = server.head().await;
    let overlap = desk.post("/overrides", &change("19:00", "21:00"), 409).await;
    assert_eq!(refusal(&overlap).0, "roster.overlap");
    assert_eq!(refusal(&desk.post("/overrides", &change("09:00", "09:00"), 422).await).1, "to");
    let mut nobody = change("21:00", "22:00");
    nobody["people"] = json!([]);
    assert_eq!(refusal(&desk.post("/overrides", &nobody, 422).await).1, "people");
    let mut stranger = change("21:00", "22:00");
    stranger["people"] = json!(["no-such-person"]);
    assert_eq!(refusal(&desk.post("/overrides", &stranger, 422).await).1, "people");
    let mut far = change("21:00", "22:00");
    far["to"] = json!("9999-12-31T00:00:00+08:00");
    assert_eq!(refusal(&desk.post("/overrides", &far, 422).await).1, "to");
    assert!(done_by_people(&server, head).await.is_empty());

    let path = format!("/duty?area={COUNTY}&at=2027-03-01T12:00:00%2B08:00");
    let during = desk.get(&path, 200).await;
    let officer = items(&during).iter().find(|item| item["post"] == POST).unwrap();
    assert_eq!((&officer["person"], &officer["source"]), (&json!("990101-09"), &json!("override")));
    let gone = format!("/overrides/{}", id(&added));
    desk.delete(&gone, 204).await;
    desk.delete(&gone, 404).await;
    let after = desk.get(&path, 200).await;
    let officer = items(&after).iter().find(|item| item["post"] == POST).unwrap();
    assert_ne!(officer["source"], "override");
    server.stop().await;
}

#[tokio::test]
async fn taking_a_substitute_back_under_a_key_may_be_repeated() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let change = json!({
        "post": POST, "people": ["990101-09"],
        "from": "2027-03-01T08:00:00+08:00", "to": "2027-03-01T20:00:00+08:00",
    });
    let added = desk.post("/overrides", &change, 201).await;
    let delete = || {
        let path = format!("/overrides/{}", id(&added));
        desk.request(reqwest::Method::DELETE, &path).header("idempotency-key", "gone")
    };
    expect(delete(), 204).await;
    expect(delete(), 204).await;
    server.stop().await;
}
