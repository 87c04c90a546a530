//! Pages open on one node, called by another.

use std::time::Duration;

use serde_json::{Value, json};

use super::follower::shown;
use crate::support::{
    county::COUNTY, patience::within, postgres::fresh, server::TestServer, socket::WsClient,
};

const VILLAGE: &str = "990101002001";
/// Times that a page resumes, each somewhere in the second after which the node would ask the journal.
const ROUNDS: usize = 8;
const LEADER: &str = "990101000000/lead_officer";

/// Without Redis too: each node follows the journal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_open_on_one_node_rings_for_a_call_that_another_began() {
    let url = fresh().await;
    let settings = [("JIAOYING_DATABASE_URL", url.as_str())];
    let (one, other) =
        tokio::join!(TestServer::start_with(&settings), TestServer::start_with(&settings));
    let head = one.head().await;
    let mut page = other.watch("leader").await;
    // Where somebody has a page is known to the others a moment after it is opened.
    let known = "DO $$ BEGIN ASSERT (SELECT count(*) FROM presence) = 1; END $$";
    within(Duration::from_secs(5), "the page is known", async || {
        crate::support::postgres::sql(&url, known).await.is_ok()
    })
    .await;
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": [COUNTY] });
    one.demo("gateway").post("/warnings", &warning, 201).await;
    let call = page.wait_for("call", |call| call["obligation"]["post"] == LEADER).await;
    let attempt = call["attempt"].as_str().unwrap();
    page.send(&json!({ "type": "received", "attempt": attempt })).await;
    // Long enough for a node without a page to say so.
    within(Duration::from_secs(20), "somebody without a page is reported", async || {
        let outcomes = recorded(&one, head).await;
        outcomes.iter().any(|entry| entry["data"]["outcome"]["reason"] == "not_connected")
    })
    .await;
    let own = async || -> Vec<Value> {
        let own = recorded(&one, head).await.into_iter();
        let own = own.filter(|entry| entry["subject"] == attempt);
        own.map(|entry| entry["data"]["outcome"].clone()).collect()
    };
    within(Duration::from_secs(10), "it is delivered", async || !own().await.is_empty()).await;
    assert_eq!(own().await, [json!({ "result": "delivered" })]);
    for node in [one, other] {
        node.stop().await;
    }
}

/// The journal goes on at another node, and this one learns of it within a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_resumes_on_a_node_behind_the_journal_misses_nothing() {
    let url = fresh().await;
    let settings = [("JIAOYING_DATABASE_URL", url.as_str())];
    let one = TestServer::start_with(&settings).await;
    let seen = open_and_call(&one, "之前").await;
    open_and_call(&one, "其间").await;
    // What the page has missed is older than anything this node has told.
    let other = TestServer::start_with(&settings).await;
    for round in 0..ROUNDS {
        let last = open_and_call(&one, &format!("第{round}次")).await;
        let mut page = WsClient::open(&other.stranger().base, None).await;
        let resume = json!({ "epoch": page_epoch(&one).await, "seq": seen });
        page.hello(json!({ "token": "demo-screen", "resume": resume })).await;
        assert_eq!(page.welcome["resumed"], true);
        let told = page.events_until(last).await;
        let told: Vec<u64> = told.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        let upto: Vec<u64> = told.into_iter().filter(|seq| *seq <= last).collect();
        let expected = shown(&one.demo("commander"), seen, last).await;
        let missed: Vec<_> = expected.iter().filter(|seq| !upto.contains(seq)).collect();
        assert!(missed.is_empty(), "round {round}: it was never told of {missed:?}");
        assert_eq!(upto, expected);
    }
    for node in [one, other] {
        node.stop().await;
    }
}

/// Opens a callout and returns the number of an event about one of its calls.
async fn open_and_call(node: &TestServer, subject: &str) -> u64 {
    let before = node.head().await;
    let opening = json!({ "subject": subject, "kind": "spot_check", "area": VILLAGE });
    let desk = node.demo("commander");
    desk.post("/callouts", &opening, 201).await;
    let mut last = 0;
    within(Duration::from_secs(10), "a call is on record", async || {
        !recorded(node, before).await.is_empty()
    })
    .await;
    for entry in recorded(node, before).await {
        last = entry["seq"].as_u64().unwrap().max(last);
    }
    last
}

async fn page_epoch(node: &TestServer) -> Value {
    node.watch("screen").await.welcome["epoch"].take()
}

async fn recorded(node: &TestServer, head: u64) -> Vec<Value> {
    let entries = node.demo("commander").journal(head).await;
    let app =
        |entry: &Value| entry["kind"] == "attempt_recorded" && entry["data"]["channel"] == "app";
    entries.into_iter().filter(app).collect()
}
