//! Duties as calendars that a telephone subscribes to, read back by another iCalendar library.

use ical::{parser::ical::component::IcalEvent, property::Property};
use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;

const DESK: &str = "990101000000/duty_officer";

#[tokio::test]
async fn a_telephone_reads_its_owners_duties_and_sees_a_swap_at_its_next_look() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let colleagues = on_duty_soon(&desk).await;
    let (own, other) = (&colleagues[0], &colleagues[1]);
    let officer = leader(&server, "officer", own).await;
    let address = address(&officer).await;
    let before = read(&server, &address).await;
    let duties = officer.get("/duties/mine?days=180", 200).await;
    let to_come: Vec<_> = items(&duties).iter().map(|duty| stamp(&duty["from"])).collect();
    let shown: Vec<_> = before.events.iter().map(|event| text(event, "DTSTART")).collect();
    assert!(
        to_come.len() > 3 && to_come.iter().all(|from| shown.contains(&from.as_str())),
        "{shown:?}"
    );
    assert_eq!(before.value("X-WR-CALNAME"), format!("{}的值班", name(&desk, own).await));
    let next = items(&duties).iter().find(|duty| stamp(&duty["from"]) > stamp_now()).unwrap();
    let event = before.at(&stamp(&next["from"])).expect("the next duty");
    assert_eq!(text(event, "DTEND"), stamp(&next["to"]));
    assert_eq!(text(event, "SUMMARY"), format!("值班：{}", next["post_title"].as_str().unwrap()));
    assert_eq!(event.alarms.len(), 2, "a telephone reminds its owner");
    let uids: std::collections::BTreeSet<_> =
        before.events.iter().map(|event| text(event, "UID")).collect();
    assert_eq!(uids.len(), before.events.len(), "every shift has a name of its own");

    let change = json!({
        "post": next["post"], "people": [other], "from": next["from"], "to": next["to"], "reason": "代班",
    });
    desk.post("/overrides", &change, 201).await;
    let after = read(&server, &address).await;
    assert!(after.at(&stamp(&next["from"])).is_none(), "what another took over is gone");
    assert_eq!(after.events.len(), before.events.len() - 1);
    server.stop().await;
}

#[tokio::test]
async fn a_post_has_a_calendar_that_names_who_is_on_duty_and_no_telephones() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let address = address(&desk).await;
    let refused = server.stranger().get(&address, 404).await;
    assert_eq!(refusal(&refused), ("duties.nobody", "post"));
    let calendar = read(&server, &format!("{address}?post={DESK}")).await;
    assert!(calendar.events.len() > 150, "half a year of days: {}", calendar.events.len());
    let tomorrow = items(&desk.get(&format!("/duty?area={COUNTY}"), 200).await).to_vec();
    let now = tomorrow.iter().find(|item| item["post"] == DESK).unwrap();
    let event = calendar.at(&stamp(&now["from"])).expect("who is on duty now");
    assert!(text(event, "SUMMARY").contains(now["name"].as_str().unwrap()));
    assert!(event.alarms.is_empty(), "nobody's own");
    let digits = |line: &str| line.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 11);
    let said = calendar.events.iter().flat_map(|event| &event.properties);
    let said = said.filter(|property| ["SUMMARY", "DESCRIPTION"].contains(&property.name.as_str()));
    let mut said = said.filter_map(|property| property.value.as_deref());
    assert!(said.all(|value| !digits(value)));

    let wrong = format!("{address}?post=990101000000/no_such_duty");
    assert_eq!(refusal(&server.stranger().get(&wrong, 404).await).0, "post.unknown");
    let township = server.account("town", Role::Leader, TOWNSHIP, Holder::Nobody).await;
    let narrow = self::address(&township).await;
    server.stranger().get(&format!("{narrow}?post={DESK}"), 403).await;
    server.stop().await;
}

#[tokio::test]
async fn an_address_reads_duties_and_nothing_else_until_it_is_ended() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let person = on_duty_soon(&desk).await.remove(0);
    let officer = leader(&server, "officer", &person).await;
    let address = address(&officer).await;
    let secret = address.split('/').nth(2).unwrap();
    // It is no login, and a login is no address.
    assert_eq!(
        refusal(&server.stranger().with_token(secret).get("/duty", 401).await).0,
        "token.unknown"
    );
    let login = officer.token.as_deref().unwrap();
    let shown = format!("/calendars/{login}/duties.ics");
    assert_eq!(refusal(&server.stranger().get(&shown, 401).await).0, "token.unknown");
    let list = officer.get("/calendars", 200).await;
    let id = id(&items(&list)[0]).to_owned();
    assert!(!list.to_string().contains(secret), "the secret is shown once");
    let journal = serde_json::to_string(&server.demo("commander").journal(0).await).unwrap();
    assert!(!journal.contains(secret), "and is not on the record");

    // Nobody ends what is another's.
    assert_eq!(refusal(&desk.delete(&format!("/calendars/{id}"), 404).await).0, "token.not_found");
    officer.delete("/calendars/t-1", 404).await;
    officer.delete(&format!("/calendars/{id}"), 204).await;
    assert_eq!(refusal(&server.stranger().get(&address, 401).await).0, "token.revoked");
    assert!(items(&officer.get("/calendars", 200).await).is_empty());
    for _ in 0..20 {
        self::address(&officer).await;
    }
    let refused = officer.post("/calendars", &json!({}), 422).await;
    assert_eq!(refusal(&refused).0, "access.invalid");
    server.stop().await;
}

/// A calendar as it was read back.
struct Calendar {
    properties: Vec<Property>,
    events: Vec<IcalEvent>,
}

impl Calendar {
    fn value(&self, name: &str) -> &str {
        value(&self.properties, name)
    }

    fn at(&self, from: &str) -> Option<&IcalEvent> {
        self.events.iter().find(|event| text(event, "DTSTART") == from)
    }
}

async fn read(server: &TestServer, address: &str) -> Calendar {
    let answer = server.stranger().request(Method::GET, address).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    let body = answer.bytes().await.unwrap();
    assert!(body.split(|byte| *byte == b'\n').all(|line| line.len() <= 76), "lines are folded");
    let mut parsed = ical::IcalParser::new(body.as_ref());
    let calendar = parsed.next().expect("a calendar").expect("a sound one");
    assert!(parsed.next().is_none(), "one and no more");
    for event in &calendar.events {
        for needed in ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"] {
            assert!(!text(event, needed).is_empty(), "{needed}");
        }
    }
    Calendar { properties: calendar.properties, events: calendar.events }
}

async fn address(client: &Client) -> String {
    let made = client.post("/calendars", &json!({}), 201).await;
    made["path"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned()
}

async fn leader(server: &TestServer, login: &str, person: &str) -> Client {
    let holder = Holder::Person(person.parse().unwrap());
    server.account(login, Role::Leader, COUNTY, holder).await
}

/// Returns the ids of those who take turns at the county's desk.
async fn on_duty_soon(desk: &Client) -> Vec<String> {
    let mut people = Vec::new();
    let day = today(desk).await;
    for days in 1..8 {
        let date = day + chrono::Days::new(days);
        let at = format!("/duty?area={COUNTY}&at={date}T12:00:00%2B08:00");
        let list = desk.get(&at, 200).await;
        let found = items(&list).iter().find(|item| item["post"] == DESK).unwrap();
        let person = found["person"].as_str().unwrap().to_owned();
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

async fn name(desk: &Client, person: &str) -> String {
    let found = desk.get(&format!("/people?q={person}"), 200).await;
    let found = items(&found).iter().find(|one| one["id"] == person).unwrap();
    found["name"].as_str().unwrap().to_owned()
}

/// Writes an instant of ours as calendars do.
fn stamp(at: &Value) -> String {
    let at = DateTime::parse_from_rfc3339(at.as_str().unwrap()).unwrap();
    at.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
}

fn stamp_now() -> String {
    chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string()
}

fn text<'e>(event: &'e IcalEvent, name: &str) -> &'e str {
    value(&event.properties, name)
}

fn value<'p>(properties: &'p [Property], name: &str) -> &'p str {
    let found = properties.iter().find(|property| property.name == name);
    found.and_then(|property| property.value.as_deref()).unwrap_or_default()
}
