//! Nodes that share a database: one journal, one set of accounts, and each call made by one of them.

mod calls;
mod claims;
mod follower;
mod outages;
mod pages;
mod paused;
mod rolling;
mod starts;
mod storm;
mod three;

use std::{sync::Arc, time::Duration};

use jiaoying::{access::Holder, domain::actor::Role};
use reqwest::Method;
use serde_json::json;

use crate::support::{
    county::COUNTY,
    postgres::{Cluster, fresh},
    server::TestServer,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_accepts_another_shows_and_who_is_let_in_here_is_let_in_there() {
    let url = fresh().await;
    let settings = [("JIAOYING_DATABASE_URL", url.as_str())];
    // Together, as after a power cut.
    let (one, other) =
        tokio::join!(TestServer::start_with(&settings), TestServer::start_with(&settings));
    let opening = json!({ "subject": "抽查", "kind": "spot_check", "area": COUNTY });
    one.demo("dispatcher").post("/callouts", &opening, 201).await;
    let seen = other.board.read(|board| board.callouts.open().count());
    assert!(seen.await.is_ok());
    until("the other node shows it", async || {
        other.board.read(|board| board.callouts.open().count()).await.unwrap() > 0
    })
    .await;

    let wang = one.account("wang", Role::Dispatcher, COUNTY, Holder::Nobody).await;
    let there = other.stranger().log_in("wang", "password-of-wang").await;
    there.get("/callouts", 200).await;
    wang.get("/callouts", 200).await;
    let console = jiaoying::domain::actor::Actor::console(COUNTY.parse().unwrap());
    let login = "wang".parse().unwrap();
    one.access.disable_account(&console, &login, one.board.now()).await.unwrap();
    until("the other node lets nobody in any more", async || {
        there.request(Method::GET, "/callouts").send().await.unwrap().status() == 401
    })
    .await;
    for node in [one, other] {
        let _: Arc<_> = node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_database_was_killed_shows_what_it_knows_and_carries_on_by_itself() {
    let cluster = Cluster::start();
    let url = cluster.database().await;
    let node = TestServer::start_with(&[("JIAOYING_DATABASE_URL", url.as_str())]).await;
    let desk = node.demo("dispatcher");
    let opening = |text: &str| json!({ "subject": text, "kind": "spot_check", "area": COUNTY });
    let opened = desk.post("/callouts", &opening("之前"), 201).await;
    let page = format!("/callouts/{}", opened["id"].as_str().unwrap());
    tokio::task::block_in_place(|| cluster.kill());
    desk.post("/callouts", &opening("其间"), 503).await;
    desk.get(&page, 200).await;
    tokio::task::block_in_place(|| cluster.restart());
    until("commands are accepted again", async || {
        let again = desk.request(Method::POST, "/callouts").json(&opening("之后")).send().await;
        again.unwrap().status() == 201
    })
    .await;
    desk.get(&page, 200).await;
    node.stop().await;
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let reached = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
    reached.unwrap_or_else(|_| panic!("not within ten seconds: {what}"));
}
