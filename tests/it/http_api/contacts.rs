//! Whose telephones have been shown to work, tests of them, and who changed what of the roster.

use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

const DESK: &str = "990101000000/duty_officer";

#[tokio::test]
async fn a_test_is_answered_on_the_page_and_the_list_says_who_has_been_reached_and_how() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let before = desk.get(&format!("/contacts?area={TOWNSHIP}"), 200).await;
    let count = |view: &Value, of: &str| view[of].as_u64().unwrap();
    assert_eq!(count(&before, "total"), count(&before, "unverified"), "nobody has answered yet");
    assert_eq!(before["simulated"], true, "the demonstration's telephones are nobody's");
    assert!(before["needed_since"].is_null(), "it is not asked for");
    let people = items(&before);
    let person = people[0]["person"].as_str().unwrap();
    assert!(people[0]["phone"].as_str().unwrap().len() >= 11, "whoever calls has to see numbers");
    let asked = json!({"area": TOWNSHIP, "people": [person]});
    let test = desk.post("/contacts/tests", &asked, 201).await;
    let callout = test["callout"].as_str().unwrap();
    let shown = desk.get(&format!("/callouts/{callout}"), 200).await;
    assert_eq!(
        (&shown["kind"], &shown["subject"]),
        (&json!("contact_test"), &json!("联系方式核验"))
    );
    let refused = desk.post("/contacts/tests", &asked, 422).await;
    assert_eq!(refusal(&refused).0, "contact_test.nobody");

    let holder = Holder::Person(person.parse().unwrap());
    let own = server.account("own", Role::Leader, TOWNSHIP, holder).await;
    let mine = own.get("/obligations/mine", 200).await;
    let wanted = items(&mine).iter().find(|one| one["callout"] == callout).unwrap();
    let answer = json!({"answer": "acknowledged"});
    own.post(&format!("/obligations/{}/answer", id(wanted)), &answer, 200).await;
    let after = desk.get(&format!("/contacts?area={TOWNSHIP}"), 200).await;
    let way = |channel: &str| {
        let found = items(&after).iter().find(|one| one["person"] == person).unwrap();
        let ways = found["ways"].as_array().unwrap();
        ways.iter().find(|way| way["channel"] == channel).cloned()
    };
    assert!(way("app").unwrap()["works_at"].is_string(), "{after}");
    assert!(way("voice").unwrap()["works_at"].is_null(), "his telephone has not rung yet");
    server.stop().await;
}

#[tokio::test]
async fn contacts_come_page_by_page_and_only_those_in_doubt_where_that_is_asked() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let first = desk.get("/contacts?limit=3", 200).await;
    assert_eq!(items(&first).len(), 3);
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("/contacts?limit=3&after={next}&doubtful=true"), 200).await;
    assert_eq!(second["total"], first["total"], "the sums are of all of them");
    let ids = |view: &Value| -> Vec<String> {
        items(view).iter().map(|one| one["person"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&first).last() < ids(&second).first());
    assert_eq!(refusal(&desk.get("/contacts?limit=0", 400).await).1, "limit");
    desk.get("/contacts?area=990101999000", 422).await;
    let town = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    town.get(&format!("/contacts?area={COUNTY}"), 403).await;
    assert!(
        items(&town.get("/contacts", 200).await)
            .iter()
            .all(|one| { one["post"].as_str().unwrap().starts_with("990101001") })
    );
    server.stop().await;
}

#[tokio::test]
async fn who_changed_what_of_the_roster_is_told_newest_first_with_the_reason() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let change = json!({
        "post": DESK, "people": ["990101-09"], "reason": "家中有事",
        "from": "2027-03-01T08:00:00+08:00", "to": "2027-03-01T20:00:00+08:00",
    });
    let added = desk.post("/overrides", &change, 201).await;
    let leave = json!({
        "person": "990101-09", "reason": "探亲",
        "from": "2027-04-01T08:00:00+08:00", "to": "2027-04-02T08:00:00+08:00",
    });
    desk.post("/leaves", &leave, 201).await;
    desk.delete(&format!("/overrides/{}", id(&added)), 204).await;
    let list = desk.get("/roster/changes?limit=3", 200).await;
    let kinds: Vec<&str> = items(&list).iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["override_removed", "leave_taken", "override_added"]);
    let put = &items(&list)[2];
    assert_eq!((&put["login"], &put["post"]), (&json!("dispatcher"), &json!(DESK)));
    assert_eq!(put["reason"], "家中有事");
    assert!(put["from"].as_str().unwrap().starts_with("2027-03-01T08:00:00"), "{put}");
    assert_eq!(put["people"][0]["id"], "990101-09");
    assert_eq!(put["id"], added["id"]);

    // Without what lies in it the county's list is short.
    let own = desk.get("/roster/changes?own=true&limit=1000", 200).await;
    assert!(items(&own).iter().all(|one| one["area"] == COUNTY));
    // Of one post, page by page to the very beginning.
    let of_post = format!("/roster/changes?post={DESK}&limit=1");
    let (mut before, mut all) = (None, Vec::new());
    loop {
        let at = before.map(|seq: String| format!("&before={seq}")).unwrap_or_default();
        let page = desk.get(&format!("{of_post}{at}"), 200).await;
        all.extend(items(&page).iter().map(|one| one["kind"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => before = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(all[..2], ["override_removed", "override_added"]);
    assert!(all.contains(&"post_saved".to_owned()), "{all:?}");

    // A township's desk learns nothing of the county's.
    let town = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let list = town.get("/roster/changes?limit=500", 200).await;
    let within = |one: &Value| one["area"].as_str().unwrap().starts_with("990101001");
    assert!(!items(&list).is_empty() && items(&list).iter().all(within));
    server.stop().await;
}
