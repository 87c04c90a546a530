//! Sessions on the socket: the board and every event after it, calls on one's own page, and endings.

use std::time::Duration;

use jiaoying::{
    access::{Holder, NewMachine},
    domain::actor::{Actor, Role},
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{
    client::{Client, items, refusal},
    county::COUNTY,
    server::TestServer,
    socket::WsClient,
};

const TOWNSHIP: &str = "990101001000";
const OTHER_TOWNSHIP: &str = "990101002000";
const VILLAGE: &str = "990101001001";

#[tokio::test]
async fn a_page_gets_the_board_and_then_every_event_and_may_answer() {
    let server = TestServer::start().await;
    let mut leader = server.watch("leader").await;
    assert_eq!(leader.welcome["resumed"], false);
    assert_eq!(leader.board["me"]["login"], "leader");
    assert_eq!(leader.board["callouts"], json!([]));
    warn(&server.demo("gateway"), COUNTY).await;
    leader.wait_for_event("warning_accepted").await;
    let opened = leader.wait_for_event("callout_opened").await;
    let mine = server.demo("leader").get("/obligations/mine", 200).await;
    let obligation = items(&mine)[0]["id"].clone();
    leader
        .send(&json!({ "type": "answer", "id": "a", "obligation": obligation, "answer": "acknowledged" }))
        .await;
    // The event may come before the reply or after it; both must come.
    let (mut reply, mut event) = (None, None);
    while reply.is_none() || event.is_none() {
        let frame = leader.next().await.unwrap();
        if frame["type"] == "reply" {
            assert_eq!(frame["id"], "a");
            reply = Some(frame);
        } else if frame["kind"] == "obligation_answered" {
            assert_eq!(frame["data"]["id"], obligation);
            assert_eq!(frame["data"]["was"], "ringing");
            event = Some(frame);
        }
    }
    assert_eq!(reply.unwrap()["seq"], event.unwrap()["seq"]);
    leader
        .send(
            &json!({ "type": "answer", "id": "b", "obligation": "o-999999", "answer": "declined" }),
        )
        .await;
    let refused = leader.wait_for("reply", |frame| frame["id"] == "b").await;
    assert_eq!(refused["error"]["code"], "obligation.unknown");

    let late = server.watch("commander").await;
    assert_eq!(late.board["callouts"][0]["id"], opened["data"]["id"]);
    assert_eq!(late.board["callouts"][0]["answered"], 1);
    assert!(late.seq >= leader.seq);
    server.stop().await;
}

/// Where more wait than a page is given at first, the real red ones are among those it is given.
#[tokio::test]
async fn a_great_drill_pushes_no_real_call_off_the_wall() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    for subject in ["演练一", "演练二", "演练三"] {
        let drill = json!({ "kind": "manual", "subject": subject, "area": COUNTY, "drill": true });
        commander.post("/callouts", &drill, 201).await;
    }
    warn(&server.demo("gateway"), COUNTY).await;
    let wall = server.watch("screen").await;
    let open = &wall.board["open"];
    let shown = open["items"].as_array().unwrap();
    assert!(open["total"].as_u64().unwrap() > shown.len() as u64, "everything fits: {shown:?}");
    let real = shown.iter().filter(|row| row["drill"] == false).count();
    assert_eq!(real, 493);
    assert!(shown.iter().take(493).all(|row| row["drill"] == false), "drills come after");
    server.stop().await;
}

#[tokio::test]
async fn who_was_away_gets_what_was_missed_and_nothing_twice() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let mut always = server.watch("screen").await;
    let mut away = server.watch("screen").await;
    warn(&gateway, VILLAGE).await;
    away.wait_for_event("callout_opened").await;
    let resume = json!({ "epoch": away.welcome["epoch"], "seq": away.seq });
    drop(away);
    warn(&gateway, TOWNSHIP).await;
    let head = last_obligation(&server).await;
    let missed: Vec<Value> = {
        let from = resume["seq"].as_u64().unwrap();
        let all = always.events_until(head).await;
        all.into_iter().filter(|event| event["seq"].as_u64().unwrap() > from).collect()
    };
    let mut back = WsClient::open(&gateway.base, None).await;
    back.hello(json!({ "token": "demo-screen", "resume": resume })).await;
    assert_eq!(back.welcome["resumed"], true);
    assert_eq!(back.welcome["seq"], resume["seq"]);
    let replayed = back.events_until(head).await;
    assert_eq!(replayed[..missed.len()], missed[..]);
    // Live events follow the replay without a gap.
    warn(&gateway, VILLAGE).await;
    let head = last_obligation(&server).await;
    let (live, also) = (back.events_until(head).await, always.events_until(head).await);
    assert_eq!(live.last(), also.last());

    let epoch = back.welcome["epoch"].clone();
    for resume in [
        json!({ "epoch": "00000000000000000000000000000000", "seq": 1 }),
        json!({ "epoch": "", "seq": 1 }),
        json!({ "epoch": epoch, "seq": 100_000_000 }),
        json!({ "epoch": epoch, "seq": u64::MAX }),
    ] {
        let mut other = WsClient::open(&gateway.base, None).await;
        other.hello(json!({ "token": "demo-screen", "resume": resume })).await;
        assert_eq!(other.welcome["resumed"], false, "{resume}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_page_gets_only_the_topics_and_the_area_it_asked_for() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let mut warnings = WsClient::open(&gateway.base, None).await;
    warnings.hello(json!({ "token": "demo-commander", "topics": ["warnings", "duty"] })).await;
    let mut township = WsClient::open(&gateway.base, None).await;
    township.hello(json!({ "token": "demo-commander", "area": TOWNSHIP })).await;
    warn(&gateway, OTHER_TOWNSHIP).await;
    warn(&gateway, VILLAGE).await;
    for _ in 0..2 {
        let event = warnings.wait_for("event", |_| true).await;
        assert_eq!(event["kind"], "warning_accepted");
    }
    let other = |event: &Value| event.to_string().contains(OTHER_TOWNSHIP);
    let village = format!("{VILLAGE}/village_duty");
    let own = loop {
        let event = township.wait_for("event", |_| true).await;
        assert!(!other(&event), "{event}");
        if event["data"]["post"] == village.as_str() {
            break event;
        }
    };
    assert_eq!(own["names"][VILLAGE], "杏坛西社区");
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_not_let_in_or_speaks_out_of_turn_is_told_by_the_close_code() {
    let server = TestServer::start().await;
    let base = server.stranger().base;
    let refused = [
        json!({}),
        json!({ "token": "demo-nobody" }),
        json!({ "token": "" }),
        json!({ "token": "demo-leader", "area": "990102000000" }),
        json!({ "token": "demo-leader", "area": "990100000000" }),
    ];
    for hello in refused {
        let mut socket = WsClient::open(&base, None).await;
        socket.say_hello(hello.clone()).await;
        assert_eq!(socket.closed().await, 4003, "{hello}");
    }
    let early = [
        "no json",
        "[]",
        "{}",
        r#"{"type":"received","attempt":"o-1.0"}"#,
        r#"{"type":"answer","id":"x","obligation":"o-1","answer":"maybe"}"#,
        r#"{"type":"hello","topics":["gossip"]}"#,
    ];
    for frame in early {
        let mut socket = WsClient::open(&base, None).await;
        socket.send_text(frame).await;
        assert_eq!(socket.closed().await, 4004, "{frame}");
    }
    for frame in [
        "no json",
        r#"{"type":"hello"}"#,
        r#"{"type":"answer","obligation":"o-1","answer":"acknowledged"}"#,
    ] {
        let mut socket = server.watch("leader").await;
        socket.send_text(frame).await;
        assert_eq!(socket.closed().await, 4004, "{frame}");
    }
    let mut large = server.watch("leader").await;
    large.send_text(&"x".repeat(100_000)).await;
    large.closed().await;
    let mut fine = server.watch("leader").await;
    fine.send_text(r#"{"type":"view","bbox":[1,2,3,4],"zoom":5}"#).await;
    fine.send_text(r#"{"type":"received","attempt":"o-999.7"}"#).await;
    warn(&server.demo("gateway"), VILLAGE).await;
    fine.wait_for_event("callout_opened").await;
    server.stop().await;
}

/// A slip in one answer costs nobody the calls that come after it.
#[tokio::test]
async fn a_wrong_answer_is_refused_by_a_reply_that_names_the_field() {
    let server = TestServer::start().await;
    let mut leader = server.watch("leader").await;
    for (obligation, answer, code, field) in [
        ("o-1", "maybe", "field.invalid", "answer"),
        ("zzz", "acknowledged", "field.invalid", "obligation"),
        ("o-999999", "declined", "obligation.unknown", ""),
    ] {
        let frame =
            json!({ "type": "answer", "id": answer, "obligation": obligation, "answer": answer });
        leader.send(&frame).await;
        let refused = leader.wait_for("reply", |reply| reply["id"] == answer).await;
        assert_eq!(refusal(&refused), (code, field), "{refused}");
        assert!(refused["error"]["message"].is_string(), "{refused}");
    }
    warn(&server.demo("gateway"), COUNTY).await;
    leader.wait_for_event("callout_opened").await;
    server.stop().await;
}

#[tokio::test]
async fn who_says_nothing_is_closed_first_for_no_hello_and_later_for_silence() {
    let server = TestServer::start().await;
    let mut mute = WsClient::open(&server.stranger().base, None).await;
    let mut silent = server.watch("screen").await;
    silent.answers_pings = false;
    let mut alive = server.watch("screen").await;
    let alive_until = tokio::time::timeout(Duration::from_secs(27), alive.closed());
    let (mute, silent, alive) = tokio::join!(mute.closed(), silent.closed(), alive_until);
    assert_eq!((mute, silent), (4001, 4002));
    assert!(alive.is_err(), "one that answers pings was closed with {alive:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_node_that_stops_tells_pages_to_come_back() {
    let server = TestServer::start().await;
    let mut pages = [server.watch("screen").await, server.watch("leader").await];
    let mut unsaid = WsClient::open(&server.stranger().base, None).await;
    server.begin_to_stop();
    for page in &mut pages {
        assert_eq!(page.closed().await, 1012);
    }
    assert_eq!(unsaid.closed().await, 1012);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_vanish_while_they_are_told_something_cost_nobody_anything() {
    let server = TestServer::start().await;
    let mut stays = server.watch("screen").await;
    for township in ["001", "002", "100", "101", "102", "103"] {
        let mut vanish = Vec::new();
        for _ in 0..20 {
            vanish.push(server.watch("screen").await);
        }
        warn(&server.demo("gateway"), &format!("990101{township}000")).await;
        stays.wait_for_event("callout_opened").await;
        // What they have not read makes the connection be reset, not closed.
        drop(vanish);
        stays.wait_for_event("attempt_recorded").await;
    }
    let stopped = tokio::time::timeout(Duration::from_secs(30), server.stop()).await;
    assert!(stopped.is_ok(), "the node still talks to who is gone");
}

#[tokio::test]
async fn a_page_of_another_site_gets_no_socket() {
    let server = TestServer::start().await;
    let base = server.stranger().base;
    let cookie = "jiaoying=demo-commander";
    let refused = WsClient::open_from(&base, "https://elsewhere.example", cookie).await;
    let Err(Error::Http(response)) = refused.map(|_| ()) else { panic!("let in") };
    assert_eq!(response.status(), 403);
    let mut own = WsClient::open_from(&base, &format!("http://{base}"), cookie).await.unwrap();
    own.hello(json!({})).await;
    assert_eq!(own.board["me"]["login"], "commander");
    server.stop().await;
}

#[tokio::test]
async fn a_call_rings_on_the_page_of_whoever_holds_the_post_and_counts_when_confirmed() {
    let server = TestServer::start().await;
    let mut handset = server.watch("leader").await;
    let mut bystander = server.watch("commander").await;
    warn(&server.demo("gateway"), COUNTY).await;
    let call = handset.wait_for("call", |_| true).await;
    assert_eq!(call["obligation"]["post"], "990101000000/lead_officer");
    assert_eq!(call["notice"], false);
    assert!(call["title"].as_str().unwrap().contains("暴雨"), "{call}");
    let attempt = call["attempt"].clone();
    handset.send(&json!({ "type": "received", "attempt": attempt })).await;
    handset.send(&json!({ "type": "received", "attempt": attempt })).await;
    let recorded = handset
        .wait_for("event", |event| {
            event["kind"] == "attempt_recorded" && event["data"]["id"] == attempt
        })
        .await;
    assert_eq!(recorded["data"]["outcome"]["result"], "delivered");
    assert_eq!(recorded["data"]["channel"], "app");
    // Whoever has no page open is not thought to have been reached.
    let failed = bystander
        .wait_for("event", |event| {
            event["kind"] == "attempt_recorded"
                && event["data"]["channel"] == "app"
                && event["data"]["id"] != attempt
        })
        .await;
    assert_eq!(failed["data"]["outcome"]["result"], "failed");
    assert_eq!(failed["data"]["outcome"]["reason"], "not_connected");
    server.stop().await;
}

#[tokio::test]
async fn a_person_is_called_on_every_page_of_his_own() {
    let server = TestServer::start().await;
    let (desk, path) = (server.demo("dispatcher"), format!("/duty?area={VILLAGE}"));
    let duty = desk.get(&path, 200).await;
    let held = items(&duty).iter().find(|item| item["duty"] == "village_duty").unwrap();
    let person = held["person"].as_str().unwrap().parse().unwrap();
    let own = server.account("villager", Role::Leader, VILLAGE, Holder::Person(person)).await;
    let (mut phone, mut tablet) = (own.watch().await, own.watch().await);
    warn(&server.demo("gateway"), VILLAGE).await;
    let rung = phone.wait_for("call", |_| true).await;
    assert_eq!(tablet.wait_for("call", |_| true).await["attempt"], rung["attempt"]);
    assert!(phone.board["mine"].as_array().unwrap().is_empty());
    let later = own.watch().await;
    assert_eq!(later.board["mine"][0]["id"], rung["obligation"]["id"]);
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_closes_its_sessions_within_ten_seconds() {
    let server = TestServer::start().await;
    let console = Actor::console(COUNTY.parse().unwrap());
    let machine = NewMachine {
        name: "wall".parse().unwrap(),
        role: Role::Screen,
        area: COUNTY.parse().unwrap(),
    };
    let (secret, token) =
        server.access.add_machine(&console, machine, server.board.now()).await.unwrap();
    let wall = server.stranger().with_token(secret.expose());
    let mut socket = wall.watch().await;
    let mut other = server.watch("screen").await;
    server.access.revoke_token(&console, &token.id.to_string(), server.board.now()).await.unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(10), socket.closed()).await;
    assert_eq!(closed.expect("closed within ten seconds"), 4003);
    wall.get("/callouts", 401).await;
    warn(&server.demo("gateway"), VILLAGE).await;
    other.wait_for_event("callout_opened").await;
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_does_not_read_is_closed_to_resume_and_disturbs_nobody() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    let mut stuck = WsClient::open(&gateway.base, Some(4_096)).await;
    stuck.hello(json!({ "token": "demo-screen" })).await;
    let mut reading = server.watch("screen").await;
    // Far more than the buffers between the two hold.
    for _ in 0..3 {
        warn(&gateway, COUNTY).await;
        let head = last_obligation(&server).await;
        reading.events_until(head).await;
    }
    let watched = tokio::time::timeout(Duration::from_secs(12), reading.closed()).await;
    assert!(watched.is_err(), "a page that reads was closed with {watched:?}");
    assert_eq!(stuck.closed().await, 4008);
    let resume = json!({ "epoch": stuck.welcome["epoch"], "seq": stuck.seq });
    let mut back = WsClient::open(&gateway.base, None).await;
    back.hello(json!({ "token": "demo-screen", "resume": resume })).await;
    server.stop().await;
}

#[tokio::test]
async fn a_call_waits_behind_a_board_that_a_slow_phone_is_still_taking() {
    let server = TestServer::start().await;
    let gateway = server.demo("gateway");
    warn(&gateway, COUNTY).await;
    let mut phone = WsClient::open(&gateway.base, Some(4_096)).await;
    phone.say_hello(json!({ "token": "demo-leader" })).await;
    let mut other = server.watch("leader").await;
    // The board is on its way to the phone, which takes little of it, when it is called again.
    warn(&gateway, COUNTY).await;
    let second = other.wait_for("call", |_| true).await["obligation"]["callout"].clone();
    assert_eq!(phone.next().await.unwrap()["type"], "welcome");
    assert_eq!(phone.next().await.unwrap()["type"], "snapshot");
    phone.wait_for("call", |call| call["obligation"]["callout"] == second).await;
    server.stop().await;
}

/// Issues a red warning for `area`.
async fn warn(caller: &Client, area: &str) {
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": [area] });
    caller.post("/warnings", &warning, 201).await;
}

/// Returns the number of the newest entry that opened an obligation: calls begin and end without end.
async fn last_obligation(server: &TestServer) -> u64 {
    let found = server.board.read(|board| {
        board.callouts.obligations().last().map(|obligation| (obligation.id, board.seq))
    });
    let (id, head) = found.await.unwrap().unwrap();
    let reader = server.board.journal();
    let mut before = head;
    loop {
        let from = before.saturating_sub(1_000);
        let page = reader.read(from, 1_000).await.unwrap();
        let opened = page.iter().rev().find(|record| {
            record.kind == "obligation_opened" && record.subject == id.to_string().as_str()
        });
        if let Some(record) = opened {
            return record.seq;
        }
        assert!(from > 0, "{id} was never opened");
        before = from;
    }
}
