//! What is asked of whom, and answering it.

use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

#[tokio::test]
async fn a_callouts_obligations_are_listed_by_page_state_and_area() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let callout = red_callout(&desk, COUNTY).await;
    let whole = desk.get(&format!("/callouts/{callout}"), 200).await;
    let total = usize::try_from(whole["total"].as_u64().unwrap()).unwrap();
    let rollup = whole["rollup"].as_array().unwrap();
    let summed: u64 = rollup.iter().map(|row| row["total"].as_u64().unwrap()).sum();
    assert_eq!(summed, total as u64);

    let path = format!("/callouts/{callout}/obligations");
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let page = desk.get(&format!("{path}?limit=97{after}"), 200).await;
        paged.extend(items(&page).iter().map(|obligation| id(obligation).to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        assert_eq!(items(&page).len(), 97);
        after = format!("&after={next}");
    }
    let all = desk.get(&format!("{path}?limit=10000"), 200).await;
    assert!(all.get("next").is_none());
    assert_eq!(paged, items(&all).iter().map(id).collect::<Vec<_>>());
    assert_eq!(paged.len(), total);

    let ringing = desk.get(&format!("{path}?state=ringing&area={VILLAGE}"), 200).await;
    assert!(!items(&ringing).is_empty());
    assert!(items(&ringing).iter().all(|obligation| obligation["area"] == VILLAGE));
    assert!(items(&desk.get(&format!("{path}?state=answered"), 200).await).is_empty());
    for bad in ["state=gone", "limit=0", "limit=10001", "limit=many", "after=w-1", "area=1"] {
        let refused = desk.get(&format!("{path}?{bad}"), 400).await;
        let field = bad.split('=').next().unwrap();
        assert_eq!(refusal(&refused), ("query.invalid", field), "{refused}");
    }
    for unknown in [
        "o-0",
        "o-99999999",
        "o-18446744073709551615",
        "o-18446744073709551616",
        "x",
        "c-1",
        "%00",
        "o--1",
    ] {
        desk.get(&format!("/obligations/{unknown}"), 404).await;
    }
    desk.get("/callouts/c-0", 404).await;
    desk.get("/callouts/c-9/obligations", 404).await;
    server.stop().await;
}

#[tokio::test]
async fn the_one_who_is_called_answers_once_and_the_same_answer_again_is_the_same() {
    let server = TestServer::start().await;
    let (leader, desk) = (server.demo("leader"), server.demo("dispatcher"));
    assert!(items(&leader.get("/obligations/mine", 200).await).is_empty());
    red_callout(&server.demo("gateway"), COUNTY).await;
    let mine = leader.get("/obligations/mine", 200).await;
    let [mine] = items(&mine) else { panic!("{mine}") };
    assert_eq!(mine["post"], "990101000000/lead_officer");
    let path = format!("/obligations/{}/answer", id(mine));
    for (here, field) in [
        (json!({ "lon": 200, "lat": 35.6, "accuracy_m": 5 }), "here"),
        (json!({ "lon": 114.5, "lat": 35.6, "accuracy_m": -1 }), "here"),
        (json!({ "lon": 114.5, "lat": 35.6, "accuracy_m": null }), "here.accuracy_m"),
    ] {
        let bad = json!({ "answer": "acknowledged", "here": here });
        assert_eq!(refusal(&leader.post(&path, &bad, 422).await), ("field.invalid", field));
    }
    // A place comes along unasked: it is taken for the answer that it is, and not kept.
    let here = json!({ "lon": 114.5, "lat": 35.6, "accuracy_m": 20 });
    let answer = json!({ "answer": "acknowledged", "note": "马上到", "here": here });
    let first = leader.post(&path, &answer, 200).await;
    assert_eq!(first["late"], false);
    assert_eq!(leader.post(&path, &answer, 200).await, first);
    let shown = leader.get(&format!("/obligations/{}", id(mine)), 200).await;
    assert_eq!(shown["state"], "answered");
    assert_eq!(shown["answer"]["note"], "马上到");
    assert!(shown["answer"].get("whereabouts").is_none());
    assert!(items(&leader.get("/obligations/mine", 200).await).is_empty());

    let entry = desk.journal(first["seq"].as_u64().unwrap() - 1).await[0].clone();
    assert_eq!(entry["kind"], "obligation_answered");
    assert_eq!(entry["subject"], mine["id"]);
    assert_eq!(entry["actor"], "leader");
    let taken = json!({ "answer": "acknowledged", "on_behalf_of": "别人" });
    assert_eq!(refusal(&desk.post(&path, &taken, 409).await).0, "obligation.already_answered");
    server.stop().await;
}

#[tokio::test]
async fn nobody_answers_for_somebody_else_unless_he_may_and_says_so() {
    let server = TestServer::start().await;
    let (leader, desk) = (server.demo("leader"), server.demo("dispatcher"));
    let callout = red_callout(&desk, VILLAGE).await;
    let village = obligation(&desk, &callout, &format!("{VILLAGE}/village_duty")).await;
    let path = format!("/obligations/{}/answer", id(&village));
    let head = server.head().await;
    let own = json!({ "answer": "acknowledged" });
    assert_eq!(refusal(&leader.post(&path, &own, 403).await).0, "obligation.not_yours");
    let no_person = desk.post(&path, &own, 403).await;
    assert_eq!(refusal(&no_person), ("obligation.nobodys_login", "on_behalf_of"));
    let empty = json!({ "answer": "acknowledged", "on_behalf_of": " " });
    assert_eq!(refusal(&desk.post(&path, &empty, 422).await), ("field.empty", "on_behalf_of"));
    let for_other = json!({ "answer": "acknowledged", "on_behalf_of": "990101-01" });
    assert_eq!(refusal(&leader.post(&path, &for_other, 403).await).0, "access.not_allowed");
    let unknown = json!({ "answer": "perhaps" });
    assert_eq!(refusal(&leader.post(&path, &unknown, 422).await), ("field.invalid", "answer"));
    let unknown = json!({ "answer": "declined", "on_behalf_of": "没有这个人" });
    assert_eq!(refusal(&desk.post(&path, &unknown, 422).await), ("person.unknown", "on_behalf_of"));
    assert!(done_by_people(&server, head).await.is_empty());

    let asked = &village["asked"][0]["person"];
    let named = json!({ "answer": "acknowledged", "on_behalf_of": asked["name"], "via": "对讲机" });
    desk.post(&path, &named, 200).await;
    let answer = desk.get(&format!("/obligations/{}", id(&village)), 200).await["answer"].clone();
    assert_eq!(answer["person"]["id"], asked["id"]);
    assert_eq!(answer["entered_by"], "dispatcher");
    server.stop().await;
}

#[tokio::test]
async fn of_namesakes_the_one_who_was_rung_is_meant_and_otherwise_the_id_is_asked_for() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let namesakes = server
        .board
        .read(|board| {
            let mut by_name = std::collections::BTreeMap::<_, Vec<_>>::new();
            for person in board.people.iter() {
                by_name.entry(person.name.to_string()).or_default().push(person.id.to_string());
            }
            by_name.into_iter().find(|(_, ids)| ids.len() > 1)
        })
        .await
        .unwrap();
    let callout = red_callout(&desk, VILLAGE).await;
    let village = obligation(&desk, &callout, &format!("{VILLAGE}/village_duty")).await;
    let path = format!("/obligations/{}/answer", id(&village));
    let rung = village["asked"][0]["person"]["id"].as_str().unwrap();
    let (name, ids) = namesakes.expect("two people of one name in a county of two thousand");
    if !ids.iter().any(|person| person == rung) {
        let named = json!({ "answer": "acknowledged", "on_behalf_of": name });
        let refused = desk.post(&path, &named, 422).await;
        assert_eq!(refusal(&refused), ("person.ambiguous", "on_behalf_of"));
    }
    let by_id = json!({ "answer": "acknowledged", "on_behalf_of": ids[0] });
    desk.post(&path, &by_id, 200).await;
    server.stop().await;
}

#[tokio::test]
async fn who_declines_is_left_alone_and_the_next_is_rung() {
    let server = TestServer::start().await;
    let (leader, desk) = (server.demo("leader"), server.demo("dispatcher"));
    red_callout(&desk, COUNTY).await;
    let mine = leader.get("/obligations/mine", 200).await;
    let mine = items(&mine)[0].clone();
    let path = format!("/obligations/{}/answer", id(&mine));
    let declined =
        leader.post(&path, &json!({ "answer": "declined", "note": "在外地" }), 200).await;
    let again = leader.post(&path, &json!({ "answer": "declined" }), 200).await;
    assert_eq!(again["seq"], declined["seq"]);
    let shown = desk.get(&format!("/obligations/{}", id(&mine)), 200).await;
    let asked = shown["asked"].as_array().unwrap();
    assert!(asked[0]["declined"].as_bool().unwrap());
    assert_ne!(shown["state"], "answered");
    server.stop().await;
}

#[tokio::test]
async fn a_command_under_one_key_happens_once_and_the_key_serves_for_nothing_else() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let opening = json!({ "subject": "汛前抽查", "kind": "spot_check", "area": TOWNSHIP });
    let first = desk.post_as("k-1", "/callouts", &opening, 201).await;
    assert_eq!(desk.post_as("k-1", "/callouts", &opening, 201).await, first);
    assert_eq!(items(&desk.get("/callouts", 200).await).len(), 1);
    let other = json!({ "subject": "另一次", "kind": "spot_check", "area": TOWNSHIP });
    let reused = desk.post_as("k-1", "/callouts", &other, 422).await;
    assert_eq!(refusal(&reused), ("idempotency_key.reused", "Idempotency-Key"));
    let elsewhere = desk.post_as("k-1", "/warnings", &red(VILLAGE), 422).await;
    assert_eq!(refusal(&elsewhere).0, "idempotency_key.reused");
    // Keys are their sender's own.
    let colleague = server.demo("commander").post_as("k-1", "/callouts", &opening, 201).await;
    assert_ne!(colleague, first);
    let long = desk.post_as(&"k".repeat(201), "/callouts", &opening, 422).await;
    assert_eq!(refusal(&long).1, "Idempotency-Key");

    let dir = server.stop().await;
    let server = TestServer::start_in(dir, &[]).await;
    let desk = server.demo("dispatcher");
    assert_eq!(desk.post_as("k-1", "/callouts", &opening, 201).await, first, "after a restart too");

    // A form sent twice is one warning although it names no time.
    let warned = desk.post_as("k-2", "/warnings", &red(VILLAGE), 201).await;
    let again = desk.post_as("k-2", "/warnings", &red(VILLAGE), 201).await;
    assert_eq!(again, warned);
    server.stop().await;
}

#[tokio::test]
async fn two_who_ask_for_the_same_at_once_are_both_served_in_turn() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let opening = json!({ "subject": "抽查", "kind": "spot_check", "area": TOWNSHIP });
    let twenty = (0..20).map(|_| desk.post_as("same", "/callouts", &opening, 201));
    let answers = futures_util::future::join_all(twenty).await;
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(items(&desk.get("/callouts", 200).await).len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_callout_is_named_by_its_field() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let head = server.head().await;
    let with = |field: &str, value: Value| {
        let mut opening = json!({ "subject": "抽查", "kind": "spot_check", "area": TOWNSHIP });
        opening[field] = value;
        opening
    };
    let broken = [
        ("subject", with("subject", json!(""))),
        ("subject", with("subject", json!("长".repeat(10_000)))),
        ("text", with("text", json!("长".repeat(300_000)))),
        ("kind", with("kind", json!("warning"))),
        ("kind", with("kind", json!("party"))),
        ("area", with("area", json!("990101999000"))),
        ("area", with("area", json!("nowhere"))),
        ("policy", with("policy", json!("no_such_policy"))),
        ("severity", with("severity", json!("pink"))),
        ("urgent", with("urgent", json!(true))),
    ];
    for (field, opening) in broken {
        let refused = desk.post("/callouts", &opening, 422).await;
        assert_eq!(refusal(&refused).1, field, "{refused}");
    }
    assert!(done_by_people(&server, head).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_withdrawn_callout_is_over_for_everybody() {
    let server = TestServer::start().await;
    let (leader, desk) = (server.demo("leader"), server.demo("dispatcher"));
    let callout = red_callout(&desk, COUNTY).await;
    let mine = leader.get("/obligations/mine", 200).await;
    let path = format!("/callouts/{callout}/withdraw");
    assert_eq!(refusal(&desk.post(&path, &json!({}), 422).await).1, "reason");
    desk.post(&path, &json!({ "reason": "误发" }), 200).await;
    assert_eq!(
        refusal(&desk.post(&path, &json!({ "reason": "误发" }), 409).await).0,
        "callout.closed"
    );
    assert!(items(&leader.get("/obligations/mine", 200).await).is_empty());
    let answer = format!("/obligations/{}/answer", id(&items(&mine)[0]));
    let late = leader.post(&answer, &json!({ "answer": "acknowledged" }), 409).await;
    assert_eq!(refusal(&late).0, "obligation.withdrawn");
    server.stop().await;
}

#[tokio::test]
async fn a_person_with_a_login_answers_what_rests_on_him() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let callout = red_callout(&desk, VILLAGE).await;
    let village = obligation(&desk, &callout, &format!("{VILLAGE}/village_duty")).await;
    let person = village["asked"][0]["person"]["id"].as_str().unwrap().parse().unwrap();
    let own = server.account("villager", Role::Leader, VILLAGE, Holder::Person(person)).await;
    let mine = own.get("/obligations/mine", 200).await;
    assert_eq!(items(&mine).iter().map(id).collect::<Vec<_>>(), [id(&village)]);
    let path = format!("/obligations/{}/answer", id(&village));
    own.post_as("tap", &path, &json!({ "answer": "acknowledged" }), 200).await;
    let done = desk.get(&format!("/callouts/{callout}"), 200).await;
    assert_eq!(done["answered"], 1);
    server.stop().await;
}
