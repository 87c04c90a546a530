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

#[tokio::test]
async fn a_look_ahead_names_the_days_on_which_something_is_wrong() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    // The demonstration's rotations have begun, and its year is entered.
    let path = format!("/duty/outlook?area={COUNTY}&days=30");
    let before = desk.get(&path, 200).await;
    let days = before["days"].as_array().unwrap();
    assert!(days.len() == 30 || days.len() == 31, "{}", days.len());
    assert!(before["posts"].as_u64().unwrap() > 100 && before["left_off"] == json!(0));
    // One who is on duty all day at a post takes over another.
    let now = desk.get(&format!("/duty?area={COUNTY}"), 200).await;
    let on = |post: &str| items(&now).iter().find(|item| item["post"] == post).unwrap().clone();
    let lead = on("990101000000/lead_officer");
    let change = json!({
        "post": POST, "people": [lead["person"]], "from": lead["from"], "to": lead["to"], "reason": "代班",
    });
    desk.post("/overrides", &change, 201).await;
    let after = desk.get(&path, 200).await;
    let twice = |view: &Value| {
        items(view).iter().filter(|item| item["kind"] == "two_posts").cloned().collect::<Vec<_>>()
    };
    let new: Vec<Value> =
        twice(&after).into_iter().filter(|item| !twice(&before).contains(item)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(new[0]["person"]["id"], lead["person"]);
    let posts = [&new[0]["post"], &new[0]["other"]["post"]];
    assert!(posts.contains(&&json!(POST)) && posts.contains(&&lead["post"]), "{posts:?}");
    assert_eq!(new[0]["to"], lead["to"]);
    let load = desk.get(&format!("/duty/load?area={COUNTY}&days=30"), 200).await;
    let loads = items(&load);
    assert!(loads.iter().all(|one| one["shifts"].as_u64() > Some(0)), "{loads:?}");
    assert!(
        loads.windows(2).all(|two| two[0]["on_duty_s"].as_u64() >= two[1]["on_duty_s"].as_u64())
    );
    for bad in ["days=0", "days=367", "from=9999-01-01T00:00:00Z", "area=1"] {
        let refused = desk.get(&format!("/duty/outlook?{bad}"), 400).await;
        assert_eq!(refusal(&refused).1, bad.split('=').next().unwrap(), "{refused}");
    }
    assert_eq!(refusal(&desk.get("/duty/load?rest_h=169", 400).await).1, "rest_h");
    server.stop().await;
}
