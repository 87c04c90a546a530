//! How far somebody reaches: their own area and what lies in it.

use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

#[tokio::test]
async fn a_townships_desk_sees_and_touches_only_its_own() {
    let server = TestServer::start().await;
    let county = server.demo("dispatcher");
    let own = red_callout(&county, TOWNSHIP).await;
    let other = red_callout(&county, OTHER_TOWNSHIP).await;
    let desk = server.account("town-desk", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let head = server.head().await;

    let seen = desk.get("/callouts", 200).await;
    assert_eq!(items(&seen).iter().map(id).collect::<Vec<_>>(), [own.as_str()]);
    let mine = desk.get(&format!("/callouts/{own}"), 200).await;
    for row in mine["rollup"].as_array().unwrap() {
        assert!(row["area"].as_str().unwrap().starts_with("990101001"), "{row}");
    }
    desk.get(&format!("/callouts/{other}"), 404).await;
    let asked = desk.get(&format!("/callouts/{own}/obligations?limit=10000"), 200).await;
    assert!(!items(&asked).is_empty());
    for obligation in items(&asked) {
        assert!(obligation["area"].as_str().unwrap().starts_with("990101001"), "{obligation}");
    }
    let whole = desk.get(&format!("/callouts/{own}/obligations?area={COUNTY}"), 403).await;
    assert_eq!(refusal(&whole).0, "access.outside_area");
    let nothing = desk.get(&format!("/callouts/{other}/obligations"), 200).await;
    assert!(items(&nothing).is_empty());

    let post = format!("{OTHER_TOWNSHIP}/lead_officer");
    let foreign = obligation(&county, &other, &post).await;
    let foreign = id(&foreign);
    desk.get(&format!("/obligations/{foreign}"), 404).await;
    let answer = json!({ "answer": "acknowledged", "on_behalf_of": "张三" });
    let refused = desk.post(&format!("/obligations/{foreign}/answer"), &answer, 403).await;
    assert_eq!(refusal(&refused), ("access.outside_area", "area"));

    let opening = json!({ "subject": "测试", "kind": "manual", "area": OTHER_TOWNSHIP });
    assert_eq!(
        refusal(&desk.post("/callouts", &opening, 403).await),
        ("access.outside_area", "area")
    );
    let path = format!("/callouts/{other}/withdraw");
    let refused = desk.post(&path, &json!({ "reason": "x" }), 403).await;
    assert_eq!(refusal(&refused).0, "access.outside_area");

    let duty = desk.get("/duty", 200).await;
    assert!(!items(&duty).is_empty());
    for item in items(&duty) {
        assert!(item["area"].as_str().unwrap().starts_with("990101001"), "{item}");
    }
    desk.get(&format!("/duty?area={OTHER_TOWNSHIP}"), 403).await;
    let change = json!({
        "post": format!("{OTHER_TOWNSHIP}/duty_officer"), "people": ["990101-01"],
        "from": "2027-01-01T00:00:00+08:00", "to": "2027-01-02T00:00:00+08:00",
    });
    desk.post("/overrides", &change, 403).await;
    desk.get("/journal", 403).await;
    let done = done_by_people(&server, head).await;
    assert!(done.iter().all(|entry| entry["kind"] == "access_changed"), "{done:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_townships_desk_warns_only_its_own() {
    let server = TestServer::start().await;
    let county = server.demo("gateway");
    let accepted = county.post("/warnings", &red(OTHER_TOWNSHIP), 201).await;
    let desk = server.account("town-desk", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    for area in [COUNTY, OTHER_TOWNSHIP] {
        let refused = desk.post("/warnings", &red(area), 403).await;
        assert_eq!(refusal(&refused).0, "access.outside_area", "{area}");
    }
    let cancel = json!({ "event": "暴雨", "kind": "cancel", "references": [id(&accepted)], "areas": [TOWNSHIP] });
    assert_eq!(refusal(&desk.post("/warnings", &cancel, 403).await).0, "access.outside_area");
    desk.post("/warnings", &red(TOWNSHIP), 201).await;
    // A city's message about more than this county is the county's as far as it lies in it.
    county.post("/warnings", &red("990100000000"), 201).await;
    server.stop().await;
}

#[tokio::test]
async fn numbers_are_masked_for_screens_and_machines() {
    let server = TestServer::start().await;
    let callout = red_callout(&server.demo("gateway"), VILLAGE).await;
    let paths =
        ["/duty".to_owned(), format!("/callouts/{callout}/obligations"), "/obligations/o-1".into()];
    for path in paths {
        let clear = server.demo("dispatcher").get(&path, 200).await.to_string();
        assert!(has_number(&clear), "{path} shows the desk no number");
        for login in ["screen", "gateway"] {
            let shown = server.demo(login).get(&path, 200).await.to_string();
            assert!(!has_number(&shown), "{path} shows {login} a number");
        }
    }
    for login in ["screen", "gateway"] {
        let mut socket = server.watch(login).await;
        assert!(!has_number(&socket.board.to_string()), "the board shows {login} a number");
        let head = red_and_head(&server).await;
        for event in socket.events_until(head).await {
            assert!(!has_number(&event.to_string()), "{event}");
        }
    }
    server.stop().await;
}

async fn red_and_head(server: &TestServer) -> u64 {
    red_callout(&server.demo("gateway"), TOWNSHIP).await;
    // Calls begin without end; what had happened by the time the warning was accepted is enough.
    let journal = server.demo("commander").journal(0).await;
    let opened = journal.iter().rev().find(|entry| entry["kind"] == "obligation_opened");
    opened.unwrap()["seq"].as_u64().unwrap()
}

/// Every number of the demonstration county begins with 1940 or 0980-555.
fn has_number(text: &str) -> bool {
    let mobile = text
        .match_indices("1940")
        .any(|(at, _)| text[at..].chars().take(11).filter(char::is_ascii_digit).count() == 11);
    mobile || text.contains("0980-555")
}
