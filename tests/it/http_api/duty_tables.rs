//! Filling the next days of a post as the last went, looking at them, and putting them in force; and leave.

use chrono::{Days, FixedOffset, NaiveDate, TimeZone};
use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;

/// A post of the demonstration that is held for good, so that its table is all there is of shifts.
const POST: &str = "990101001001/village_duty";
const DESK: &str = "990101000000/duty_officer";
const TURNS: [&str; 3] = ["990101-09", "990101-10", "990101-11"];

#[tokio::test]
async fn a_clerk_fills_the_next_days_as_the_last_went_and_whoever_is_on_leave_is_passed_over() {
    let server = TestServer::start().await;
    let clerk = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let today = today(&clerk).await;
    let nothing = json!({"post": POST, "from": today, "to": today + Days::new(9)});
    let refused = clerk.post("/duty-tables/fill", &nothing, 422).await;
    assert_eq!(refusal(&refused).1, "post", "there is nothing to go by");

    // The last four weeks, one after the other whatever the day.
    let first = today - Days::new(28);
    let lines: Vec<Value> =
        (0..28).map(|n| line(first + Days::new(n), TURNS[n as usize % 3])).collect();
    let days =
        |from: NaiveDate, to: NaiveDate| format!("/duty-tables?post={POST}&from={from}&to={to}");
    let seen = clerk.get(&days(first, today), 200).await["items"][0]["seen"].clone();
    let put = |body: Value, status| {
        expect(clerk.request(Method::PUT, "/duty-tables").json(&body), status)
    };
    let table = |from: NaiveDate, to: NaiveDate, shifts: Vec<Value>, seen: &Value| json!({"post": POST, "from": midnight(from), "to": midnight(to), "shifts": shifts, "seen": seen});
    put(table(first, today, lines, &seen), 200).await;

    let away = today + Days::new(2);
    let leave = json!({
        "person": TURNS[0], "from": midnight(today), "to": midnight(away), "reason": "探亲",
    });
    clerk.post("/leaves", &leave, 201).await;
    let fill = json!({"post": POST, "from": today, "to": today + Days::new(9)});
    let filled = clerk.post("/duty-tables/fill", &fill, 200).await;
    let shifts = filled["shifts"].as_array().unwrap();
    assert_eq!(shifts.len(), 10);
    let person = |shift: &Value| shift["people"][0]["id"].as_str().unwrap_or("nobody").to_owned();
    assert!(shifts.iter().all(|shift| shift["people"][0]["name"].is_string()), "{shifts:?}");
    assert!(shifts[..2].iter().all(|shift| person(shift) != TURNS[0]), "{shifts:?}");
    let passed = shifts.iter().flat_map(|shift| shift["passed_over"].as_array().unwrap());
    let on_leave: Vec<&Value> = passed.filter(|passed| passed["why"] == "on_leave").collect();
    assert!(on_leave.iter().all(|passed| passed["person"]["id"] == TURNS[0]));

    // Looking has changed nothing; putting it in force changes just that.
    let held =
        |view: &Value| view["held"].as_array().unwrap().iter().map(person).collect::<Vec<_>>();
    let range = days(today, today + Days::new(9));
    let before = clerk.get(&range, 200).await;
    assert_eq!(before["items"][0]["shifts"], json!([]));
    let lines: Vec<Value> = shifts
        .iter()
        .map(|shift| json!({"from": shift["from"], "to": shift["to"], "people": [person(shift)]}))
        .collect();
    let set = table(today, today + Days::new(10), lines, &filled["seen"]);
    put(set.clone(), 200).await;
    let after = clerk.get(&range, 200).await["items"][0].clone();
    let expected: Vec<String> = shifts.iter().map(person).collect();
    let on_duty: Vec<String> = after["shifts"].as_array().unwrap().iter().map(person).collect();
    assert_eq!(on_duty, expected);
    assert!(held(&after).len() >= 10);
    // The sheet of the village holds all its posts, and says what each day is.
    let sheet = format!("/duty-tables?area={VILLAGE}&from={today}&to={}", today + Days::new(30));
    let sheet = clerk.get(&sheet, 200).await;
    assert!(items(&sheet).iter().any(|table| table["post"] == POST));
    assert!(items(&sheet).iter().all(|table| table["post"].as_str().unwrap().starts_with(VILLAGE)));
    assert_eq!(sheet["days"].as_array().unwrap().len(), 31);
    // Somebody who fills it by what was there before is told.
    let refused = put(set, 409).await;
    assert_eq!(refusal(&refused), ("roster.changed_since", "seen"));
    server.stop().await;
}

#[tokio::test]
async fn leave_that_falls_onto_duty_is_found_and_takes_nobody_off_the_roster() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let today = today(&desk).await;
    let on = |duty: &Value| {
        let officer = items(duty).iter().find(|item| item["post"] == DESK);
        officer.expect("somebody is on duty")["person"].as_str().unwrap().to_owned()
    };
    let path = format!("/duty?area={COUNTY}");
    let officer = on(&desk.get(&path, 200).await);
    let leave = json!({
        "person": officer, "from": midnight(today - Days::new(1)), "to": midnight(today + Days::new(2)),
        "reason": "探亲",
    });
    let taken = desk.post("/leaves", &leave, 201).await;
    assert_eq!(refusal(&desk.post("/leaves", &leave, 409).await).0, "leave.already");
    let found = || async {
        let outlook = desk.get(&format!("/duty/outlook?area={COUNTY}&days=2"), 200).await;
        let found = items(&outlook).iter().filter(|item| item["kind"] == "on_leave");
        found.map(|item| item["person"]["id"].clone()).collect::<Vec<_>>()
    };
    let people = found().await;
    assert!(!people.is_empty() && people.iter().all(|person| *person == officer), "{people:?}");
    assert_eq!(on(&desk.get(&path, 200).await), officer, "who stands there is still called");
    let list = desk.get("/leaves", 200).await;
    let item = &items(&list)[0];
    assert_eq!((&item["reason"], &item["person"]["id"]), (&json!("探亲"), &json!(officer)));
    desk.delete(&format!("/leaves/{}", id(&taken)), 204).await;
    assert!(found().await.is_empty());
    desk.delete(&format!("/leaves/{}", id(&taken)), 404).await;
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_filled_is_refused_with_its_field() {
    let server = TestServer::start().await;
    let clerk = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let fill =
        |from: &str, to: &str| json!({"post": "990101000000/duty_officer", "from": from, "to": to});
    for (body, field) in [
        (fill("2026-03-01", "2026-02-01"), "to"),
        (fill("2026-03-01", "2028-03-01"), "to"),
        (fill("2026-02-29", "2026-03-01"), "from"),
        (fill("2026-03-01", "next"), "to"),
    ] {
        assert_eq!(refusal(&clerk.post("/duty-tables/fill", &body, 422).await).1, field);
    }
    let mut tired = fill("2026-03-01", "2026-03-02");
    tired["rest_h"] = json!(169);
    assert_eq!(refusal(&clerk.post("/duty-tables/fill", &tired, 422).await).1, "rest_h");
    let person = |id: &str, from: &str, to: &str| json!({"person": id, "from": from, "to": to});
    let (start, end) = ("2026-12-01T00:00:00+08:00", "2026-12-03T00:00:00+08:00");
    for (body, code) in [
        (person("nobody", start, end), "person.unknown"),
        (person(TURNS[0], end, start), "leave.ends_before_start"),
        (person(TURNS[0], start, "2028-12-03T00:00:00+08:00"), "leave.too_long"),
        (
            person(TURNS[0], "2036-12-01T00:00:00+08:00", "2036-12-03T00:00:00+08:00"),
            "leave.far_off",
        ),
    ] {
        assert_eq!(refusal(&clerk.post("/leaves", &body, 422).await).0, code);
    }
    server.stop().await;
}

fn line(day: NaiveDate, person: &str) -> Value {
    let (from, to) = (at(day, 8), at(day + Days::new(1), 8));
    json!({"from": from, "to": to, "people": [person]})
}

fn midnight(day: NaiveDate) -> String {
    at(day, 0)
}

/// An instant as people in the county write it.
fn at(day: NaiveDate, hour: u32) -> String {
    let beijing = FixedOffset::east_opt(8 * 3_600).unwrap();
    let local = day.and_hms_opt(hour, 0, 0).unwrap();
    beijing.from_local_datetime(&local).unwrap().to_rfc3339()
}
