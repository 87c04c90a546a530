//! Nodes that start on a journal that others have begun: what they find there they do not write again.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::Value;

use crate::support::{
    client::Client,
    patience::within,
    postgres::fresh,
    process::{Process, jiaoying},
};

const SOON: Duration = Duration::from_secs(20);
/// The well-known accounts, each of which is a fact that is carried into the journal.
const ACCOUNTS: usize = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_joins_or_starts_again_repeats_nothing_that_the_journal_has() {
    let (url, folder) = (fresh().await, tempfile::tempdir().unwrap());
    let start = |number: usize| {
        let dir = folder.path().join(number.to_string());
        tokio::task::block_in_place(|| Process::start(&dir, &[("JIAOYING_DATABASE_URL", &url)]))
    };
    let first = start(0);
    let desk = first.demo("commander");
    within(SOON, "the accounts are on record", async || {
        let journal = desk.journal(0).await;
        journal.iter().filter(|entry| entry["kind"] == "access_changed").count() == ACCOUNTS
    })
    .await;
    let head = desk.journal(0).await.len() as u64;

    let others = [start(1), start(2)];
    add_token(&folder.path().join("1"), &url, "siren-1");
    must_hold_only(&desk, head, "siren-1").await;
    let head = desk.journal(0).await.len() as u64;

    // Once in order and once as after a power cut.
    let (status, said) = tokio::task::block_in_place(|| first.terminate());
    assert!(status.success(), "{said}");
    let [one, other] = others;
    tokio::task::block_in_place(|| one.kill());
    let again = [start(0), start(1)];
    add_token(&folder.path().join("1"), &url, "siren-2");
    must_hold_only(&again[0].demo("commander"), head, "siren-2").await;
    for node in again.into_iter().chain([other]) {
        let (status, said) = tokio::task::block_in_place(|| node.terminate());
        assert!(status.success(), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_on_an_empty_journal_found_the_county_once() {
    let (url, folder) = (fresh().await, tempfile::tempdir().unwrap());
    let start = |number: usize| {
        let dir = folder.path().join(number.to_string());
        Process::start(&dir, &[("JIAOYING_DATABASE_URL", &url)])
    };
    let nodes = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let starting: Vec<_> =
                (0..3).map(|number| scope.spawn(move || start(number))).collect();
            starting.into_iter().map(|node| node.join().unwrap()).collect::<Vec<_>>()
        })
    });
    let desk = nodes[0].demo("commander");
    within(SOON, "the accounts are on record", async || {
        let journal = desk.journal(0).await;
        journal.iter().filter(|entry| entry["kind"] == "access_changed").count() >= ACCOUNTS
    })
    .await;
    let mut facts = BTreeMap::<String, usize>::new();
    for entry in desk.journal(0).await {
        let fact = format!("{} {} {}", entry["kind"], entry["subject"], entry["data"]);
        *facts.entry(fact).or_default() += 1;
    }
    let twice: Vec<_> = facts.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{} facts twice, such as {:?}", twice.len(), twice.first());
}

/// Adds an access token from the command line: once a node has carried that into the journal, it has carried
/// whatever its start left behind.
fn add_token(dir: &Path, url: &str, name: &str) {
    let mut command = jiaoying(dir, &["token", "add", name, "--role", "gateway"]);
    let output = command.env("JIAOYING_DATABASE_URL", url).output().unwrap();
    assert!(output.status.success(), "{}", crate::support::process::said(&output));
}

/// Waits until the journal tells of `token` after `head`, and fails if it tells of anything else.
async fn must_hold_only(desk: &Client, head: u64, token: &str) {
    let about = |entry: &Value| entry["data"].to_string().contains(token);
    within(SOON, "the token is on record", async || desk.journal(head).await.iter().any(about))
        .await;
    let others: Vec<_> =
        desk.journal(head).await.into_iter().filter(|entry| !about(entry)).collect();
    let kinds: Vec<_> = others.iter().map(|entry| &entry["kind"]).collect();
    assert!(others.is_empty(), "{} facts again: {kinds:?}", others.len());
}
