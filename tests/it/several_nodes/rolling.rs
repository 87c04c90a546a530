//! Every node restarted in turn, while people work.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};

use super::{
    follower::{follow, shown},
    three::{Addresses, Three},
};
use crate::support::{
    client::{Client, items},
    postgres::fresh,
    redis::RedisServer,
};

const PAGES: usize = 30;
/// People who work at the same time, and the commands that each gives.
const DESKS: usize = 3;
const VILLAGE: &str = "990101001001";
/// Going away for a restart (RFC 6455): resume elsewhere.
const RESTARTING: u16 = 1012;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_no_command_makes_none_twice_and_leaves_nobody_without_a_node() {
    let (url, redis) = (fresh().await, RedisServer::start());
    let mut three = Three::start(&url, Some(&redis.url()));
    let before = three.desk(0).journal(0).await.len() as u64;
    let end = watch::Sender::new(None);
    let over = Arc::new(AtomicBool::new(false));
    let (mut pages, mut desks) = (JoinSet::new(), JoinSet::new());
    for page in 0..PAGES {
        let addresses = Arc::clone(&three.addresses);
        pages.spawn(follow(addresses, page, end.subscribe()));
    }
    for desk in 0..DESKS {
        desks.spawn(work(Arc::clone(&three.addresses), desk, Arc::clone(&over)));
    }
    let mut probe = JoinSet::new();
    probe.spawn(always_one_ready(Arc::clone(&three.addresses), Arc::clone(&over)));

    for _ in 0..3 {
        let node = three.nodes.remove(0);
        let address = node.client.base.clone();
        let (status, said) = tokio::task::block_in_place(|| node.terminate());
        assert!(status.success(), "{said}");
        three.addresses.write().unwrap().retain(|known| *known != address);
        let node = tokio::task::block_in_place(|| three.another());
        three.nodes.push(node);
    }
    over.store(true, Ordering::Relaxed);
    let accepted: Vec<BTreeMap<String, String>> = desks.join_all().await;
    let rounds: usize = probe.join_all().await.into_iter().sum();
    assert!(rounds > 20, "{rounds}");

    let desk = three.desk(0);
    let journal = desk.journal(before).await;
    let last = *shown(&desk, before, u64::MAX).await.last().unwrap();
    end.send_replace(Some(last));
    let told = tokio::time::timeout(Duration::from_secs(20), pages.join_all()).await.unwrap();
    let all = shown(&desk, before, last).await;
    for page in &told {
        let expected: Vec<u64> = all.iter().copied().filter(|seq| *seq > page.base).collect();
        let upto: Vec<u64> = page.seqs.iter().copied().filter(|seq| *seq <= last).collect();
        assert_eq!(upto, expected);
    }
    let codes: BTreeSet<u16> =
        told.iter().flat_map(|page| &page.ends).map(|(code, _)| *code).collect();
    assert_eq!(codes, BTreeSet::from([RESTARTING]));
    let opened = journal.iter().filter(|entry| entry["kind"] == "callout_opened");
    let opened: Vec<&str> = opened.map(|entry| entry["subject"].as_str().unwrap()).collect();
    let accepted: BTreeMap<String, String> = accepted.into_iter().flatten().collect();
    assert!(accepted.len() > 3 * DESKS, "hardly anything was asked for: {}", accepted.len());
    let mut found = BTreeMap::<String, usize>::new();
    for callout in items(&desk.get("/callouts?limit=10000", 200).await) {
        let subject = callout["subject"].as_str().unwrap();
        *found.entry(subject.to_owned()).or_default() += 1;
        assert_eq!(accepted.get(subject).map(String::as_str), callout["id"].as_str(), "{subject}");
    }
    assert_eq!(found.len(), accepted.len());
    assert_eq!(opened.len(), accepted.len(), "each command once: {found:?}");
    three.stop();
}

/// Opens one callout after another, each until some node has said that it is; returns their ids by subject.
async fn work(
    addresses: Addresses,
    desk: usize,
    over: Arc<AtomicBool>,
) -> BTreeMap<String, String> {
    let (mut accepted, mut number, mut node) = (BTreeMap::new(), 0, desk);
    while !over.load(Ordering::Relaxed) {
        let subject = format!("点名 {desk}-{number}");
        let body = json!({ "subject": subject, "kind": "spot_check", "area": VILLAGE });
        let key = format!("desk-{desk}-{number}");
        let since = Instant::now();
        loop {
            let caller = at(&addresses, node).with_token("demo-commander");
            node += 1;
            let request = caller.request(Method::POST, "/callouts").json(&body);
            let answer = request.header("idempotency-key", &key).send().await;
            if let Ok(answer) = answer
                && answer.status().is_success()
                && let Ok(opened) = answer.json::<serde_json::Value>().await
            {
                accepted.insert(subject, opened["id"].as_str().unwrap().to_owned());
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "no node takes {key}");
            tokio::task::yield_now().await;
        }
        number += 1;
    }
    accepted
}

/// Asks every node whether it is ready, round after round; one at least always is. Returns how many rounds.
async fn always_one_ready(addresses: Addresses, over: Arc<AtomicBool>) -> usize {
    let mut rounds = 0;
    while !over.load(Ordering::Relaxed) {
        let (known, mut ready) = (addresses.read().unwrap().clone(), 0);
        for address in &known {
            let asked = Client::new(address).request(Method::GET, "[/readyz]").send().await;
            ready += usize::from(asked.is_ok_and(|answer| answer.status().is_success()));
        }
        assert!(ready > 0, "of {known:?} none is ready");
        rounds += 1;
    }
    rounds
}

fn at(addresses: &Addresses, number: usize) -> Client {
    let known = addresses.read().unwrap();
    Client::new(&known[number % known.len()])
}
