//! People that a roster can name, found by part of a name.

use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

#[tokio::test]
async fn people_are_found_by_part_of_a_name_an_office_or_an_id_within_ones_own_area() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let all = desk.get("/people?limit=1", 200).await;
    let left_off = all["left_off"].as_u64().unwrap();
    assert!(items(&all).len() == 1 && left_off > 100, "{left_off}");
    let found = desk.get("/people?q=990101-09", 200).await;
    let somebody = &items(&found)[0];
    assert_eq!(somebody["id"], "990101-09");
    let name = somebody["name"].as_str().unwrap();
    let found = desk.get(&format!("/people?q={name}&limit=500"), 200).await;
    assert!(items(&found).iter().any(|person| person["id"] == "990101-09"));
    assert!(items(&found).iter().all(|person| {
        ["name", "title", "id"].iter().any(|field| person[field].as_str().unwrap().contains(name))
    }));
    let digits = somebody["phone"].as_str().unwrap();
    assert!(somebody["has_telephone"] == true && !digits.contains('*'), "the desk dials by hand");

    // A township's desk finds its own people only, and nobody finds anybody elsewhere.
    let township = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let own = township.get("/people?limit=500", 200).await;
    let here = |person: &Value| person["area"].as_str().unwrap().starts_with(&TOWNSHIP[..9]);
    assert!(!items(&own).is_empty() && items(&own).iter().all(here));
    township.get(&format!("/people?area={COUNTY}"), 403).await;
    assert_eq!(refusal(&desk.get("/people?limit=501", 400).await).1, "limit");
    server.stop().await;
}
