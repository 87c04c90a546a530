//! A post handed over by signature, on one's own page and at the desk.

use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

const DESK: &str = "990101000000/duty_officer";
const SUBSTITUTE: &str = "990101-09";

#[tokio::test]
async fn a_substitute_who_takes_over_now_signs_and_so_does_whoever_goes() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let callout = red_callout(&desk, TOWNSHIP).await;
    let before = officer(&desk).await;
    assert!(before["unsigned"].is_null(), "{before}");
    let outgoing = before["person"].as_str().unwrap().to_owned();
    take_over(&desk).await;
    let opened = || async {
        let list = desk.get(&format!("/handovers?post={DESK}&open=true"), 200).await;
        items(&list).first().cloned()
    };
    let handover = until(SOON, "the handover", opened).await;
    assert_eq!((&handover["state"], &handover["post"]), (&json!("unsigned"), &json!(DESK)));
    assert_eq!(handover["outgoing"][0]["id"], outgoing.as_str());
    assert_eq!(handover["incoming"][0]["id"], SUBSTITUTE);
    assert_eq!(officer(&desk).await["unsigned"], true);

    // What is open is there to be read before it is signed for.
    let matters = desk.get(&format!("/handovers/matters?post={DESK}"), 200).await;
    let named = |matters: &Value| {
        let callouts = matters["callouts"].as_array().unwrap();
        callouts
            .iter()
            .any(|one| one["id"] == callout && !one["title"].as_str().unwrap().is_empty())
    };
    assert!(named(&matters), "{matters}");
    let titles =
        matters["callouts"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap());
    assert!(titles.clone().all(|title| !title.starts_with("交接班签字")), "{matters}");
    let holder = Holder::Person(SUBSTITUTE.parse().unwrap());
    let one = server.account("sub", Role::Leader, COUNTY, holder).await;
    let sign = json!({"post": DESK, "side": "incoming", "note": "已核对"});
    let signed = one.post("/handovers", &sign, 201).await;
    assert_eq!(id(&signed), id(&handover));
    assert_eq!(refusal(&one.post("/handovers", &sign, 409).await).0, "handover.already");
    assert!(officer(&desk).await["unsigned"].is_null(), "somebody who is there has signed");
    // The desk enters the other signature, for whoever goes and for nobody else.
    let entered = |person: &str| json!({"post": DESK, "side": "outgoing", "person": person});
    let refused = desk.post("/handovers", &entered(SUBSTITUTE), 403).await;
    assert_eq!(refusal(&refused).0, "handover.not_yours");
    desk.post("/handovers", &entered(&outgoing), 201).await;
    let view = one.get(&format!("/handovers/{}", id(&handover)), 200).await;
    assert_eq!((&view["state"], &view["taken"]["note"]), (&json!("signed"), &json!("已核对")));
    assert!(named(&view["taken"]["matters"]) && view["handed"]["by"] == "dispatcher", "{view}");

    // Others' handovers are none of a township's.
    let township = server.account("town", Role::Dispatcher, OTHER_TOWNSHIP, Holder::Nobody).await;
    township.get(&format!("/handovers/{}", id(&handover)), 404).await;
    township.get(&format!("/handovers/matters?post={DESK}"), 403).await;
    server.stop().await;
}

#[tokio::test]
async fn a_signature_that_means_nothing_is_refused_with_its_field() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let sign = |post: &str, side: &str| json!({"post": post, "side": side, "person": SUBSTITUTE});
    for (body, (status, code)) in [
        (sign("990101000000/nobody", "incoming"), (404, "post.unknown")),
        (sign("990101001001/village_duty", "incoming"), (422, "handover.not_signed")),
    ] {
        let refused = desk.post("/handovers", &body, status).await;
        assert_eq!(refusal(&refused), (code, "post"));
    }
    let refused = desk.post("/handovers", &sign(DESK, "sideways"), 422).await;
    assert_eq!(refusal(&refused).1, "side");
    server.stop().await;
}

/// Puts a substitute on the desk's post from now on.
async fn take_over(desk: &Client) {
    let now: DateTime<chrono::FixedOffset> = {
        let duty = desk.get(&format!("/duty?area={COUNTY}"), 200).await;
        DateTime::parse_from_rfc3339(duty["at"].as_str().unwrap()).unwrap()
    };
    let stands_in = json!({
        "post": DESK, "from": now.to_rfc3339(), "to": (now + Duration::from_secs(3 * 3_600)).to_rfc3339(),
        "people": [SUBSTITUTE], "reason": "临时替班",
    });
    desk.post("/overrides", &stands_in, 201).await;
}

async fn officer(client: &Client) -> Value {
    let duty = client.get(&format!("/duty?area={COUNTY}"), 200).await;
    items(&duty).iter().find(|item| item["post"] == DESK).unwrap().clone()
}
