//! Pages open on one node, called by another.

use std::time::Duration;

use serde_json::{Value, json};

use super::three::within;
use crate::support::{county::COUNTY, postgres::fresh, server::TestServer};

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

async fn recorded(node: &TestServer, head: u64) -> Vec<Value> {
    let entries = node.demo("commander").journal(head).await;
    let app =
        |entry: &Value| entry["kind"] == "attempt_recorded" && entry["data"]["channel"] == "app";
    entries.into_iter().filter(app).collect()
}
