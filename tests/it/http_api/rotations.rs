//! The order in which people are on duty: planned from a day on, looked at before, the past left alone.

use chrono::{DateTime, Days};
use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;

const POST: &str = "990101000000/duty_officer";

#[tokio::test]
async fn a_clerk_sees_what_a_new_order_changes_before_it_is_in_force_and_the_past_stays() {
    let server = TestServer::start().await;
    let clerk = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let list = format!("/rotations?post={POST}");
    let begun = clerk.get(&list, 200).await;
    let begun = &items(&begun)[0];
    assert_eq!(begun["days"]["workday"]["crews"][0][0]["id"], "990101-15");
    assert!(begun["days"]["workday"]["crews"][0][0]["name"].is_string());

    // From the day after tomorrow on somebody else follows the first crew, whoever that is on that day.
    let starts_on = today(&clerk).await + Days::new(2);
    let mut days = serde_json::Map::new();
    for (kind, plan) in begun["days"].as_object().unwrap() {
        let crews = plan["crews"].as_array().unwrap().iter();
        let ids = |crew: &Value| -> Vec<Value> {
            crew.as_array().unwrap().iter().map(|person| person["id"].clone()).collect()
        };
        let mut crews: Vec<Vec<Value>> = crews.map(ids).collect();
        crews.insert(1, vec![json!("990101-09")]);
        days.insert(kind.clone(), json!({"shifts": plan["shifts"], "crews": crews}));
    }
    let plan = json!({"post": POST, "starts_on": starts_on, "days": days});
    let preview = clerk.post("/rotations/preview?days=60", &plan, 200).await;
    let changes = preview["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    let first = DateTime::parse_from_rfc3339(changes[0]["from"].as_str().unwrap()).unwrap();
    assert!(first.date_naive() >= starts_on, "{first}");
    let joins = |change: &&Value| change["after"][0]["id"] == "990101-09";
    let joined = changes.iter().find(joins).expect("the new one has a turn").clone();
    assert_eq!(items(&clerk.get(&list, 200).await).len(), 1, "looking changes nothing");

    let at = |from: &Value| from.as_str().unwrap().replace('+', "%2B");
    let then = format!("/duty?area={COUNTY}&at={}", at(&joined["from"]));
    let officer = |duty: Value| {
        let found = items(&duty).iter().find(|item| item["post"] == POST).cloned();
        found.expect("somebody is on duty")["person"].clone()
    };
    let now = format!("/duty?area={COUNTY}");
    let (today_was, then_was) =
        (officer(clerk.get(&now, 200).await), officer(clerk.get(&then, 200).await));
    clerk.post("/rotations", &plan, 200).await;
    assert_eq!(items(&clerk.get(&list, 200).await).len(), 2);
    assert_eq!(officer(clerk.get(&now, 200).await), today_was, "nothing changes before its day");
    assert_eq!(then_was, joined["before"][0]["id"]);
    assert_eq!(officer(clerk.get(&then, 200).await), "990101-09", "as it was shown");
    let again = clerk.post("/rotations/preview?days=60", &plan, 200).await;
    assert_eq!(again["changes"], json!([]), "it is in force");

    for (field, value, status, says) in [
        ("starts_on", json!(today(&clerk).await - Days::new(1)), 422, "starts_on"),
        ("days", json!({}), 422, "days"),
        ("post", json!("990101000000/nobody"), 404, "post"),
    ] {
        let mut bad = plan.clone();
        bad[field] = value;
        for path in ["/rotations", "/rotations/preview"] {
            let refused = clerk.post(path, &bad, status).await;
            assert_eq!(refusal(&refused).1, says, "{path} {refused}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_year_of_holidays_is_entered_and_kept_although_the_program_comes_with_another() {
    let server = TestServer::start().await;
    let clerk = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let missing = clerk.get("/holidays/2031", 404).await;
    assert_eq!(refusal(&missing).0, "holidays.not_entered");
    let put = |path: &str, body: Value, status| {
        expect(clerk.request(Method::PUT, path).json(&body), status)
    };
    let wrong = json!({"off": ["2030-01-01"], "worked": []});
    assert_eq!(refusal(&put("/holidays/2031", wrong, 422).await).0, "roster.year");
    let mut year = clerk.get("/holidays/2026", 200).await;
    year.as_object_mut().unwrap().remove("year");
    year["special"] = json!(["2026-06-07", "2026-06-08"]);
    put("/holidays/2026", year.clone(), 200).await;
    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &[]).await;
    let kept = server.demo("dispatcher").get("/holidays/2026", 200).await;
    assert_eq!((&kept["special"], &kept["off"]), (&year["special"], &year["off"]));
    server.stop().await;
}
