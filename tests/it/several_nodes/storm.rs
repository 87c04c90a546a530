//! A node is killed in the middle of a storm: its pages and its calls go on elsewhere.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};

use super::{
    calls::{Course, Rung},
    follower::{Told, follow, shown},
    three::Three,
};
use crate::support::{
    client::Client, county::COUNTY, patience::within, postgres::fresh, redis::RedisServer,
};

/// Pages open over the three nodes.
const PAGES: usize = 900;
/// Calls that the node to be killed has made before it is.
const CALLS: usize = 30;
const TOWNSHIP: &str = "990101001000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_nodes_pages_miss_nothing_and_its_calls_are_made_once_more_by_one_other() {
    let (url, redis) = (fresh().await, RedisServer::start());
    let mut three = Three::start(&url, Some(&redis.url()));
    let end = watch::Sender::new(None);
    let before = three.desk(0).journal(0).await.len() as u64;
    let mut pages = JoinSet::new();
    for page in 0..PAGES {
        let addresses = Arc::clone(&three.addresses);
        pages.spawn(follow(addresses, page % 3, end.subscribe()));
    }
    within(Duration::from_secs(60), "all pages are open", async || open(&three).await == PAGES)
        .await;

    warn(&three.nodes[0].demo("gateway"), TOWNSHIP).await;
    let folder = three.folder.path().to_owned();
    // Whoever was first to claim calls makes most of them: that one is killed.
    let busy = |rung: &Rung| (0..3).find(|node| rung.made_by(*node).len() >= CALLS);
    within(Duration::from_secs(60), "calls are under way", async || {
        busy(&Rung::read(&folder, 3)).is_some()
    })
    .await;
    let victim = busy(&Rung::read(&folder, 3)).unwrap();
    let killed = Instant::now();
    let process = three.nodes.remove(victim);
    tokio::task::block_in_place(|| process.kill());
    let desk = three.desk(0);
    // The storm goes on.
    warn(&three.nodes[1].demo("gateway"), "990101002000").await;
    within(Duration::from_secs(30), "a call is repeated", async || {
        !Course::of(&desk.journal(before).await).repeated.is_empty()
    })
    .await;
    let repeated_after = killed.elapsed();
    within(
        Duration::from_secs(60),
        "every call of the dead node is repeated or over",
        async || {
            let (course, rung) = (Course::of(&desk.journal(before).await), Rung::read(&folder, 3));
            let over = |id: &&str| course.ended.contains(*id) || rung.repeated.contains_key(*id);
            rung.made_by(victim).iter().all(over) && course.lost(&rung).is_empty()
        },
    )
    .await;

    let last = *shown(&desk, before, u64::MAX).await.last().unwrap();
    end.send_replace(Some(last));
    let told = tokio::time::timeout(Duration::from_secs(60), pages.join_all()).await.unwrap();
    must_have_all(&told, &shown(&desk, before, u64::MAX).await, last);
    let journal = desk.journal(before).await;
    let rung = Rung::read(&folder, 3);
    rung.must_agree_with(&journal);
    let of_the_living: Vec<_> = rung
        .repeated
        .keys()
        .filter(|id| rung.first.get(*id).is_some_and(|nodes| !nodes.contains(&victim)))
        .collect();
    assert!(of_the_living.is_empty(), "calls of living nodes were repeated: {of_the_living:?}");
    assert!(!rung.repeated.is_empty());
    tell(&told, killed, repeated_after, &rung);
    three.stop();
}

/// Every page has every event that it may see, each once and in order.
fn must_have_all(told: &[Told], journal: &[u64], end: u64) {
    for page in told {
        let expected: Vec<u64> =
            journal.iter().copied().filter(|seq| *seq > page.base && *seq <= end).collect();
        let upto: Vec<u64> = page.seqs.iter().copied().filter(|seq| *seq <= end).collect();
        assert_eq!(upto, expected);
        assert!(page.ends.len() <= 1 && expected.len() > 100);
    }
    let resumed = told.iter().filter(|page| !page.ends.is_empty()).count();
    assert_eq!(resumed, PAGES / 3, "each page of the dead node has come back once");
}

#[expect(clippy::print_stdout, reason = "numbers for whoever reads the test's output")]
fn tell(told: &[Told], killed: Instant, repeated_after: Duration, rung: &Rung) {
    let back =
        told.iter().flat_map(|page| &page.ends).map(|(_, at)| at.duration_since(killed)).max();
    println!(
        "last page back {:.2?} after the kill; first call repeated after {repeated_after:.2?}; {} calls, {} \
         again, flagged",
        back.unwrap_or_default(),
        rung.first.len(),
        rung.repeated.len()
    );
}

async fn open(three: &Three) -> usize {
    let mut open = 0;
    for node in &three.nodes {
        let metrics = node.client.get("[/metrics]", 200).await;
        let line =
            metrics.as_str().unwrap().lines().find(|line| line.starts_with("jiaoying_sessions "));
        open += line.and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok()).unwrap_or(0);
    }
    open
}

/// Says it until it is accepted, as a source does: a busy database may answer too late.
async fn warn(source: &Client, area: &str) {
    assert!(
        area != COUNTY,
        "the whole county is more than three nodes and their pages have time for"
    );
    let body = json!({ "event": "暴雨", "colour": "red", "areas": [area], "identifier": area });
    within(Duration::from_secs(60), "the warning is accepted", async || {
        let answer = source.request(Method::POST, "/warnings").json(&body).send().await.unwrap();
        answer.status().is_success()
    })
    .await;
}
