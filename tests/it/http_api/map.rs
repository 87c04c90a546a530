//! What stands and moves on the map: layers, boxes, areas, and the end of a unit.

use std::collections::BTreeSet;

use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;

use super::*;

#[tokio::test]
async fn every_layer_of_the_demonstration_county_is_on_the_map() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let map = desk.get("/map", 200).await;
    assert_eq!(map["type"], "FeatureCollection");
    let features = features(&map);
    let count = |layer: &str| of_layer(features, layer).len();
    assert_eq!((count("areas"), count("bases"), count("depots")), (490, 12, 52));
    assert_eq!((count("shelters"), count("gauges"), count("risk_points")), (15, 17, 39));
    assert_eq!((count("units"), count("rivers")), (26 + 11 + 478 + 577, 2));
    assert!(count("roads") > 489, "every place is reached");
    assert_eq!((count("warnings"), count("callouts")), (0, 0));
    let ids: BTreeSet<&str> = features.iter().map(id).collect();
    assert_eq!(ids.len(), features.len(), "no two features share an id");
    let gauge = one(features, "gauges", "990101-g1");
    assert_eq!(gauge["thresholds"]["guarantee_m"], 66.1);
    let depot = one(features, "depots", "990101-d");
    assert!(depot["stock"].as_array().unwrap().iter().any(|line| line["name"] == "冲锋舟"));
    let point = features.iter().find(|f| f["properties"]["repaired"] == false).unwrap();
    assert_eq!(point["properties"]["plan"]["shelter"], "990101100-s");
    let boat = one(features, "units", "990101-boat-01");
    assert_eq!((&boat["kind"], &boat["reports_every_s"]), (&json!("boat"), &json!(10)));
    assert_eq!(boat["simulated"], true, "nobody may take it for a real boat");
    let shown = map.to_string();
    assert!(!shown.contains("1940000") && !shown.contains("0980555"), "a telephone number");
    server.stop().await;
}

#[tokio::test]
async fn a_warning_and_its_callout_are_drawn_while_they_last() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let callout = red_callout(&desk, TOWNSHIP).await;
    let map = desk.get("/map?layers=warnings,callouts,incidents", 200).await;
    let features = features(&map);
    let warned = of_layer(features, "warnings");
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0]["properties"]["colour"], "red");
    assert_eq!(warned[0]["properties"]["area"], TOWNSHIP);
    assert_eq!(warned[0]["geometry"]["type"], "MultiPolygon");
    let called = of_layer(features, "callouts");
    assert!(!called.is_empty());
    let total: u64 = called.iter().map(|f| f["properties"]["total"].as_u64().unwrap()).sum();
    let whole = desk.get(&format!("/callouts/{callout}"), 200).await;
    assert_eq!(total, whole["total"].as_u64().unwrap());
    server.stop().await;
}

#[tokio::test]
async fn a_box_holds_what_touches_it_and_nothing_else() {
    let server = TestServer::start().await;
    let desk = server.demo("screen");
    // Around the county's seat.
    let near = desk.get("/map?layers=bases,areas,rivers&bbox=114.43,35.62,114.45,35.64", 200).await;
    let bases: Vec<&str> = of_layer(features(&near), "bases").iter().map(|f| id(f)).collect();
    assert!(bases.contains(&"bases/990101-b") && bases.len() <= 2, "{bases:?}");
    let areas = of_layer(features(&near), "areas");
    assert!(areas.iter().any(|f| f["properties"]["id"] == COUNTY), "the box lies in the county");
    assert!(areas.len() < 60, "{}", areas.len());
    let far = desk.get("/map?bbox=100,20,101,21", 200).await;
    assert!(features(&far).is_empty());
    for (query, field) in [
        ("layers=boats", "layers"),
        ("layers=", "layers"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=35.6,114.4,35.7,114.5", "bbox"),
        ("bbox=115,35,114,36", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
    ] {
        let refused = desk.get(&format!("/map?{query}"), 422).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_townships_desk_sees_only_what_is_its_own() {
    let server = TestServer::start().await;
    let desk = server.account("town-desk", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    let map = desk.get("/map?layers=areas,bases,depots,shelters,units", 200).await;
    assert!(!features(&map).is_empty());
    for feature in features(&map) {
        let area = feature["properties"]["area"].as_str().unwrap();
        assert!(area.starts_with("990101001"), "{feature}");
    }
    let units = desk.get("/units?limit=10000", 200).await;
    assert_eq!(items(&units).len(), of_layer(features(&map), "units").len());
    desk.get("/units/990101-01t", 404).await;
    desk.get(&format!("/units?area={OTHER_TOWNSHIP}"), 403).await;
    server.stop().await;
}

#[tokio::test]
async fn a_map_that_has_not_changed_is_not_sent_again() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let ask = |tag: Option<String>| {
        let request = desk.request(Method::GET, "/map?layers=depots,roads");
        match tag {
            Some(tag) => request.header("if-none-match", tag),
            None => request,
        }
    };
    let first = ask(None).send().await.unwrap();
    assert_eq!(first.headers()["content-type"], "application/geo+json");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(ask(Some(tag.clone())).send().await.unwrap().status(), 304);
    red_callout(&desk, TOWNSHIP).await;
    assert_eq!(ask(Some(tag.clone())).send().await.unwrap().status(), 304, "no depot has moved");
    let admin = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    admin.delete("/sites/990101-d", 204).await;
    assert_eq!(ask(Some(tag)).send().await.unwrap().status(), 200);
    let moving = desk.request(Method::GET, "/map?layers=units").send().await.unwrap();
    assert!(!moving.headers().contains_key("etag"), "positions move without the board");
    server.stop().await;
}

#[tokio::test]
async fn units_are_listed_by_page_and_kind_and_a_scrapped_one_is_gone() {
    let server = TestServer::start().await;
    let admin = server.account("keeper", Role::Admin, COUNTY, Holder::Nobody).await;
    let boats = admin.get("/units?kind=boat&limit=40", 200).await;
    assert_eq!(items(&boats).len(), 40);
    let next = boats["next"].as_str().unwrap();
    let rest = admin.get(&format!("/units?kind=boat&limit=40&after={next}"), 200).await;
    assert_eq!((items(&rest).len(), rest.get("next")), (24, None));
    let squad = admin.get("/units/990101-01t", 200).await;
    assert!(squad["contact"]["name"].is_string(), "{squad}");
    admin.delete("/units/990101-boat-01", 204).await;
    admin.get("/units/990101-boat-01", 404).await;
    let again = admin.delete("/units/990101-boat-01", 404).await;
    assert_eq!(refusal(&again).0, "unit.unknown");
    let shelter = admin.delete("/sites/990101100-s", 409).await;
    assert_eq!(refusal(&shelter).0, "site.in_use", "a plan leads there");
    admin.delete("/sites/990101-d", 204).await;
    server.stop().await;
}

fn features(map: &Value) -> &[Value] {
    map["features"].as_array().unwrap()
}

fn of_layer<'m>(features: &'m [Value], layer: &str) -> Vec<&'m Value> {
    features.iter().filter(|feature| feature["properties"]["layer"] == layer).collect()
}

/// Returns the properties of one feature.
fn one<'m>(features: &'m [Value], layer: &str, id: &str) -> &'m Value {
    let of_layer = of_layer(features, layer);
    &of_layer.iter().find(|feature| feature["properties"]["id"] == id).unwrap()["properties"]
}
