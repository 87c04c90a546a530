//! What is wrong with the roster ahead: found by the node itself, told, and over when it is mended.

use chrono::{Days, NaiveDate};

use super::*;

const DESK: &str = "990101000000/duty_officer";

#[tokio::test]
async fn leave_for_somebody_on_the_roster_is_found_at_once_and_told_until_it_is_mended_also_after_a_restart()
 {
    let server = TestServer::start().await;
    let mut watched = server.watch("dispatcher").await;
    assert_eq!(watched.board["duty"]["flaws"], json!({"total": 0, "items": []}));
    let desk = server.demo("dispatcher");
    let duty = desk.get(&format!("/duty?area={COUNTY}"), 200).await;
    let officer = items(&duty).iter().find(|item| item["post"] == DESK).unwrap();
    let officer = officer["person"].as_str().unwrap().to_owned();
    let outlook = desk.get(&format!("/duty/outlook?area={COUNTY}&days=1"), 200).await;
    let today: NaiveDate = outlook["days"][0]["date"].as_str().unwrap().parse().unwrap();
    let midnight = |day: NaiveDate| format!("{day}T00:00:00+08:00");
    let leave = json!({
        "person": officer, "from": midnight(today - Days::new(1)), "to": midnight(today + Days::new(2)),
        "reason": "探亲",
    });
    let taken = desk.post("/leaves", &leave, 201).await;
    let found = watched.wait_for_event("roster_flaw_found").await;
    assert_eq!(found["data"]["flaw"], "on_leave");
    assert_eq!(found["data"]["soon"], true);
    assert!(found["names"][&officer].is_string(), "{found}");
    let calls = || async {
        let callouts = desk.get("/callouts?open=true", 200).await;
        let about = items(&callouts).iter().filter(|callout| callout["kind"] == "roster");
        about.map(|callout| callout["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let told = calls().await;
    assert!(told.len() == 1 && told[0].ends_with("已请假"), "{told:?}");

    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &[]).await;
    let mut watched = server.watch("dispatcher").await;
    let shown = &watched.board["duty"]["flaws"]["items"][0];
    assert_eq!((&shown["flaw"], &shown["person"]), (&json!("on_leave"), &json!(officer)));
    let desk = server.demo("dispatcher");
    desk.delete(&format!("/leaves/{}", id(&taken)), 204).await;
    watched.wait_for_event("roster_flaw_mended").await;
    let open = desk.get("/callouts?open=true", 200).await;
    assert!(items(&open).iter().all(|callout| callout["kind"] != "roster"), "{open}");
    server.stop().await;
}
