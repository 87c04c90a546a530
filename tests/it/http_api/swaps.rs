//! Duty that changes hands, from the question on one phone to the change of the roster.

use chrono::{DateTime, Days, FixedOffset};
use jiaoying::{access::Holder, domain::actor::Role};

use super::*;

const DESK: &str = "990101000000/duty_officer";

#[tokio::test]
async fn two_officers_swap_on_their_phones_and_the_desk_approves() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let in_a_week = today(&desk).await + Days::new(7);
    let (from, to, asker) = duty(&desk, in_a_week).await;
    let one = officer(&server, "one", &asker).await;
    let own = one.get("/duties/mine?days=30", 200).await;
    assert!(
        items(&own).iter().any(|duty| duty["post"] == DESK && same(&duty["from"], &from)),
        "{own}"
    );

    // Who could, who could not and why, and what could be taken over in return.
    let path = format!("/duties/colleagues?post={DESK}&from={from}&to={to}");
    let colleagues = one.get(&path.replace('+', "%2B"), 200).await;
    let able = items(&colleagues).iter().find(|one| one["obstacle"].is_null()).expect("somebody");
    let other = able["id"].as_str().unwrap().to_owned();
    let theirs = &able["duties"][0];
    let swap = json!({
        "post": DESK, "from": from, "to": to, "ask": [other], "reason": "孩子高考",
        "in_return": { "post": DESK, "from": theirs["from"], "to": theirs["to"] },
    });
    let asked = one.post("/swaps", &swap, 201).await;
    assert_eq!(refusal(&one.post("/swaps", &swap, 409).await).0, "swap.already");

    let two = officer(&server, "two", &other).await;
    let list = two.get("/swaps?open=true", 200).await;
    let seen = &items(&list)[0];
    assert_eq!((&seen["stage"], &seen["reason"]), (&json!("asked"), &json!("孩子高考")));
    let answer = seen["answer_by"].as_str().unwrap();
    let yes = json!({"answer": "acknowledged"});
    two.post(&format!("/obligations/{answer}/answer"), &yes, 200).await;
    assert_eq!(duty(&desk, in_a_week).await.2, asker, "until it is approved nothing changes");

    // A township's desk neither sees nor decides it; nor does the one who asked.
    let township = server.account("town", Role::Dispatcher, TOWNSHIP, Holder::Nobody).await;
    assert!(items(&township.get("/swaps", 200).await).is_empty());
    let approve = format!("/swaps/{}/approve", id(&asked));
    township.post(&approve, &json!({}), 403).await;
    one.post(&approve, &json!({}), 403).await;
    let waiting = desk.get("/swaps?open=true", 200).await;
    assert_eq!(
        (&items(&waiting)[0]["stage"], &items(&waiting)[0]["may_decide"]),
        (&json!("taken"), &json!(true))
    );
    desk.post(&approve, &json!({}), 200).await;
    assert_eq!(duty(&desk, in_a_week).await.2, other);
    let returned = at(&desk, theirs["from"].as_str().unwrap()).await;
    assert_eq!(returned.2, asker, "and the other way round in return");
    assert_eq!(refusal(&desk.post(&approve, &json!({}), 409).await).0, "swap.over");
    let list = one.get("/swaps", 200).await;
    assert_eq!(items(&list)[0]["stage"], "approved");
    server.stop().await;
}

#[tokio::test]
async fn a_question_is_taken_back_by_whoever_asked_and_why_is_nobody_elses_business() {
    let server = TestServer::start().await;
    let desk = server.demo("dispatcher");
    let (from, to, asker) = duty(&desk, today(&desk).await + Days::new(5)).await;
    let one = officer(&server, "one", &asker).await;
    let ask = json!({"post": DESK, "from": from, "to": to, "reason": "看病"});
    let asked = one.post("/swaps", &ask, 201).await;
    // Others of the county see that duty is asked about, not why.
    let witness = server.account("watch", Role::Screen, COUNTY, Holder::Nobody).await;
    assert!(items(&witness.get("/swaps", 200).await).is_empty());
    let stranger = officer(&server, "stranger", "990101-05").await;
    let withdraw = format!("/swaps/{}/withdraw", id(&asked));
    stranger.post(&withdraw, &json!({}), 403).await;
    one.post(&withdraw, &json!({"note": "又能来了"}), 200).await;
    let list = one.get("/swaps", 200).await;
    assert_eq!(items(&list)[0]["stage"], "withdrawn");
    assert_eq!(refusal(&one.post(&withdraw, &json!({}), 409).await).0, "swap.over");
    // A login that is nobody's has no duties.
    assert_eq!(refusal(&desk.get("/duties/mine", 403).await).0, "duties.nobody");
    server.stop().await;
}

/// Somebody's own login.
async fn officer(server: &TestServer, login: &str, person: &str) -> Client {
    let holder = Holder::Person(person.parse().unwrap());
    server.account(login, Role::Leader, COUNTY, holder).await
}

/// Returns the duty of the desk that begins on a day: from, to, and whose it is.
async fn duty(client: &Client, day: NaiveDate) -> (String, String, String) {
    let beijing = FixedOffset::east_opt(8 * 3_600).unwrap();
    let noon = day.and_hms_opt(12, 0, 0).unwrap().and_local_timezone(beijing).unwrap();
    at(client, &noon.to_rfc3339()).await
}

async fn at(client: &Client, instant: &str) -> (String, String, String) {
    let path = format!("/duty?area={COUNTY}&at={}", instant.replace('+', "%2B"));
    let duty = client.get(&path, 200).await;
    let officer = items(&duty).iter().find(|item| item["post"] == DESK).unwrap();
    let text = |field: &str| officer[field].as_str().unwrap().to_owned();
    (text("from"), text("to"), text("person"))
}

fn same(one: &Value, other: &str) -> bool {
    let read = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
    read(one.as_str().unwrap()) == read(other)
}
