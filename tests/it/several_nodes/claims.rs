//! Who makes which call, between nodes that meet in one database.

use std::{collections::BTreeSet, time::Duration};

use compact_str::CompactString;
use jiaoying::{
    access::Holder,
    domain::{
        ids::{AttemptId, ObligationId},
        time::Timestamp,
    },
    nodes::{Adopted, Nodes, PostgresNodes},
};
use tempfile::TempDir;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{
    patience::within,
    postgres::{Cluster, database, fresh, sql},
};

const SOON: Duration = Duration::from_secs(10);
/// A node that was seen last a minute ago, and has a claim on each of the first three calls.
const DEAD: &str = "
    INSERT INTO nodes VALUES ('00000000-0000-0000-0000-000000000001', now() - interval '1 min', now());
    INSERT INTO outbox_claims SELECT 'o-1.' || number, '00000000-0000-0000-0000-000000000001'
    FROM generate_series(0, 2) AS number";

#[tokio::test]
async fn of_nodes_that_claim_together_each_call_is_one_nodes() {
    let url = fresh().await;
    let (a, b) = tokio::join!(Member::join(&url), Member::join(&url));
    let calls = calls(0..200);
    let backwards: Vec<_> = calls.iter().rev().copied().collect();
    let (by_a, by_b) = tokio::join!(a.nodes.claim(&calls), b.nodes.claim(&backwards));
    let (by_a, by_b) = (by_a.unwrap(), by_b.unwrap());
    assert!(by_a.is_disjoint(&by_b));
    assert_eq!(by_a.len() + by_b.len(), calls.len());
    // Whoever has had no answer asks again.
    assert_eq!(a.nodes.claim(&calls).await.unwrap(), by_a);
    assert_eq!(b.nodes.claim(&calls).await.unwrap(), by_b);
}

#[tokio::test]
async fn calls_of_a_dead_node_are_taken_over_by_one_and_those_of_a_living_one_by_nobody() {
    let url = fresh().await;
    let (a, b) = (Member::join(&url).await, Member::join(&url).await);
    a.nodes.claim(&calls(3..5)).await.unwrap();
    sql(&url, DEAD).await.unwrap();
    // Nobody says so who has not been there long enough to know.
    let early = b.nodes.adopt(&calls(0..3)).await.unwrap();
    assert_eq!(early, Adopted::default());
    sql(&url, "UPDATE nodes SET steady_since = now() - interval '6 s'").await.unwrap();
    let (some, all) = (calls(0..3), calls(0..6));
    let (by_a, by_b) = tokio::join!(a.nodes.adopt(&some), b.nodes.adopt(&all));
    let (by_a, by_b) = (by_a.unwrap(), by_b.unwrap());
    assert!(by_a.orphaned.is_disjoint(&by_b.orphaned));
    let taken: BTreeSet<_> = by_a.orphaned.union(&by_b.orphaned).copied().collect();
    assert_eq!(taken, set(0..3));
    assert_eq!(by_b.unclaimed, set(5..6), "nobody ever had it");
}

#[tokio::test]
async fn a_node_that_leaves_or_is_started_again_is_not_waited_for() {
    let url = fresh().await;
    let (a, b) = (Member::join(&url).await, Member::join(&url).await);
    a.nodes.claim(&calls(0..2)).await.unwrap();
    let folder = a.leave().await;
    assert_eq!(b.nodes.adopt(&calls(0..2)).await.unwrap().orphaned, set(0..2));

    // Killed: it has not left, but its folder is in use again.
    sql(&url, "INSERT INTO nodes VALUES ('00000000-0000-0000-0000-000000000002', now(), now())")
        .await
        .unwrap();
    sql(&url, "INSERT INTO outbox_claims VALUES ('o-1.7', '00000000-0000-0000-0000-000000000002')")
        .await
        .unwrap();
    std::fs::write(folder.path().join("node.id"), "00000000-0000-0000-0000-000000000002").unwrap();
    let again = Member::join_in(&url, folder).await;
    assert_eq!(again.nodes.adopt(&calls(7..8)).await.unwrap().orphaned, set(7..8));
}

#[tokio::test]
async fn a_server_that_was_away_makes_nobody_dead() {
    let cluster = Cluster::start();
    let url = cluster.database().await;
    let (a, b) = (Member::join(&url).await, Member::join(&url).await);
    a.nodes.claim(&calls(0..2)).await.unwrap();
    // As after a minute without the server, when `b` is back first.
    let away = "UPDATE nodes SET seen_at = now() - interval '1 min', steady_since = now() - interval '1 day'";
    cluster.kill();
    assert!(a.nodes.claim(&calls(9..10)).await.is_err());
    cluster.restart();
    sql(&url, away).await.unwrap();
    let adopted = async || b.nodes.adopt(&calls(0..2)).await.unwrap_or_default();
    assert_eq!(adopted().await, Adopted::default());
    within(SOON, "both are seen again", async || {
        assert_eq!(adopted().await, Adopted::default());
        let seen = "DO $$ BEGIN ASSERT (SELECT count(*) FROM nodes WHERE seen_at > now() - interval '2 s') = 2; END $$";
        sql(&url, seen).await.is_ok()
    })
    .await;
    assert_eq!(adopted().await, Adopted::default());
}

#[tokio::test]
async fn whose_pages_are_open_elsewhere_is_known_soon_and_ends_with_their_node() {
    let url = fresh().await;
    let (a, b) = (Member::join(&url).await, Member::join(&url).await);
    let holder = |text: &str| text.parse::<Holder>().unwrap();
    let (wang, handset) = (holder("person:wang"), holder("post:990101000000/lead_officer"));
    a.nodes.page_opened(&wang);
    a.nodes.page_opened(&handset);
    b.nodes.page_opened(&wang);
    let elsewhere =
        async |of: &Member| of.nodes.elsewhere().await.unwrap().iter().cloned().collect::<Vec<_>>();
    let both = vec![wang.clone(), handset.clone()];
    within(SOON, "both are known", async || elsewhere(&b).await == both).await;
    within(SOON, "one is known", async || elsewhere(&a).await == [wang.clone()]).await;
    a.nodes.page_closed(&handset);
    within(SOON, "it is closed", async || elsewhere(&b).await == [wang.clone()]).await;
    a.leave().await;
    within(SOON, "its node is gone", async || elsewhere(&b).await.is_empty()).await;
}

/// A node among the others, as far as calls go.
#[tokio::test]
async fn what_one_node_hears_of_a_source_all_know() {
    let url = fresh().await;
    let (a, b) = (Member::join(&url).await, Member::join(&url).await);
    let at = |second: i64| Timestamp::from_millis(1_000 * second);
    let said = |name: &str, second: i64| (CompactString::from(name), at(second));
    let told = a.nodes.share_heard(&[said("省台", 10), said("国家", 5)]).await.unwrap();
    assert_eq!(told, [said("国家", 5), said("省台", 10)]);
    // The newest counts, whoever heard it; who has heard nothing is told too.
    b.nodes.share_heard(&[said("省台", 9), said("国家", 7)]).await.unwrap();
    let mut known = a.nodes.share_heard(&[]).await.unwrap();
    known.sort();
    assert_eq!(known, [said("国家", 7), said("省台", 10)]);
}

struct Member {
    nodes: PostgresNodes,
    tasks: TaskTracker,
    stop: CancellationToken,
    folder: TempDir,
}

impl Member {
    async fn join(url: &str) -> Self {
        Self::join_in(url, tempfile::tempdir().unwrap()).await
    }

    async fn join_in(url: &str, folder: TempDir) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let database = database(url);
        let nodes =
            PostgresNodes::open(&database, folder.path(), &tasks, stop.clone()).await.unwrap();
        Self { nodes, tasks, stop, folder }
    }

    async fn leave(self) -> TempDir {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.folder
    }
}

fn calls(numbers: std::ops::Range<u32>) -> Vec<AttemptId> {
    numbers.map(|number| AttemptId { obligation: ObligationId(1), number }).collect()
}

fn set(numbers: std::ops::Range<u32>) -> BTreeSet<AttemptId> {
    calls(numbers).into_iter().collect()
}
