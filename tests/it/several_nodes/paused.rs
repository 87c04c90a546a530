//! A node that stands still for so long that the others take over its calls, and then goes on.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use jiaoying::{channels::simulated::read_call_log, domain::time::Timestamp};
use serde_json::{Value, json};

use super::{
    calls::{Course, Rung},
    three::Three,
};
use crate::support::{
    client::Client,
    node::pass,
    patience::within,
    postgres::{Session, fresh},
};

const SOON: Duration = Duration::from_secs(30);
/// Longer than a call waits for an answer of the database before it is made without.
const STILL: Duration = Duration::from_secs(12);
/// Calls that the node which is to stand still has made before it does.
const CALLS: usize = 30;
/// Every call that may come, claimed by somebody who may yet take it back.
const CLAIMED: &str = "INSERT INTO outbox_claims
    SELECT 'o-' || obligation || '.' || number, '00000000-0000-0000-0000-000000000001'
    FROM generate_series(1, 99) AS obligation, generate_series(0, 9) AS number";
/// Who waits to hear whether it is taken back.
const WAITING: &str = "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database() AND query LIKE '%outbox_claims%'";
const TOWNSHIP: &str = "990101001000";
const VILLAGE: &str = "990101002001";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stood_still_in_a_storm_makes_no_call_that_others_took_over() {
    let url = fresh().await;
    let three = Three::start(&url, None);
    let folder = three.folder.path().to_owned();
    let before = three.desk(0).journal(0).await.len() as u64;
    warn(&three.nodes[0].demo("gateway"), TOWNSHIP).await;
    let busy = || (0..3).find(|node| Rung::read(&folder, 3).made_by(*node).len() >= CALLS);
    within(SOON, "calls are under way", async || busy().is_some()).await;
    let still = busy().unwrap();
    let desk = three.desk((still + 1) % 3);

    three.nodes[still].pause();
    within(SOON, "its calls are made by others", async || {
        let (course, rung) = (Course::of(&desk.journal(before).await), Rung::read(&folder, 3));
        let over = |id: &&str| course.ended.contains(*id) || rung.repeated.contains_key(*id);
        !course.repeated.is_empty() && rung.made_by(still).iter().all(over)
    })
    .await;
    three.nodes[still].resume();

    opens_and_all_see(&three, still).await;
    within(SOON, "no call is lost", async || {
        Course::of(&desk.journal(before).await).lost(&Rung::read(&folder, 3)).is_empty()
    })
    .await;
    must_be_right(&folder, &desk.journal(before).await, still);
    three.stop();
}

/// The worst moment: what it asked for is granted while it stands still, and the answer is there when it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_were_granted_to_a_node_standing_still_are_not_made_by_it_later() {
    let url = fresh().await;
    let three = Three::start(&url, None);
    let folder = three.folder.path().to_owned();
    let before = three.desk(1).journal(0).await.len() as u64;
    let (claims, watch) = (Session::open(&url).await, Session::open(&url).await);
    claims.run("BEGIN").await;
    claims.run(CLAIMED).await;
    // For less than a second: the first in line is to be the one that then stands still.
    three.nodes[1..].iter().for_each(|node| node.pause());
    warn(&three.nodes[0].demo("gateway"), VILLAGE).await;
    within(SOON, "it waits for those of pages and of telephones", async || {
        watch.count(WAITING).await >= 2
    })
    .await;
    three.nodes[0].pause();
    let since = Instant::now();
    three.nodes[1..].iter().for_each(|node| node.resume());
    claims.run("ROLLBACK").await;
    let desk = three.desk(1);
    within(SOON, "its calls are made by others", async || {
        !Course::of(&desk.journal(before).await).repeated.is_empty()
            && !Rung::read(&folder, 3).repeated.is_empty()
    })
    .await;
    pass(STILL.saturating_sub(since.elapsed())).await;
    three.nodes[0].resume();

    opens_and_all_see(&three, 0).await;
    must_be_right(&folder, &desk.journal(before).await, 0);
    three.stop();
}

/// Has the node that stood still decide something, so that it knows all that was decided before.
async fn opens_and_all_see(three: &Three, still: usize) {
    let body = json!({ "subject": "醒来", "kind": "spot_check", "area": VILLAGE });
    let path = within_post(&three.desk(still), &body).await;
    for node in 0..3 {
        let desk = three.desk(node);
        within(SOON, "every node shows it", async || {
            desk.request(reqwest::Method::GET, &path).send().await.unwrap().status() == 200
        })
        .await;
    }
    // The calls of this one are its own or another's, as ever; by then it has caught up with its outbox, too.
    let folder = three.folder.path();
    let desk = three.desk(still);
    within(SOON, "its calls are made", async || {
        let journal = desk.journal(0).await;
        Course::of(&journal).lost(&Rung::read(folder, 3)).is_empty()
    })
    .await;
}

/// Asks until it is accepted: the node may find its connections to the database gone.
async fn within_post(desk: &Client, body: &Value) -> String {
    let opened = tokio::time::timeout(SOON, async {
        loop {
            let request = desk.request(reqwest::Method::POST, "/callouts").json(body);
            let answer = request.header("idempotency-key", "awake").send().await.unwrap();
            if answer.status().is_success() {
                return answer.json::<Value>().await.unwrap();
            }
            assert_eq!(answer.status(), 503);
        }
    });
    let opened = opened.await.expect("it accepts nothing any more");
    format!("/callouts/{}", opened["id"].as_str().unwrap())
}

/// Each call is on record as often as it rang, and what others took over the node that stood
/// still did not make after them.
fn must_be_right(folder: &Path, journal: &[Value], still: usize) {
    Rung::read(folder, 3).must_agree_with(journal);
    let mut taken_over = BTreeMap::<String, Timestamp>::new();
    for entry in journal.iter().filter(|entry| entry["kind"] == "attempt_repeated") {
        let at = entry["at"].as_str().unwrap().parse().unwrap();
        taken_over.insert(entry["subject"].as_str().unwrap().to_owned(), at);
    }
    assert!(!taken_over.is_empty());
    for channel in ["sms", "voice"] {
        for rang in read_call_log(&folder.join(format!("calls-{still}.{channel}"))).unwrap() {
            let after = taken_over.get(&rang.attempt.to_string()).is_some_and(|at| rang.at > *at);
            assert!(!after, "{} was taken over and then rang again: {rang:?}", rang.attempt);
        }
    }
}

async fn warn(source: &Client, area: &str) {
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": [area] });
    source.post("/warnings", &warning, 201).await;
}
