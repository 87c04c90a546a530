//! The server is killed, paused, or loses what it had; the connection is cut. The journal carries on.

use std::time::Duration;

use jiaoying::journal::{
    Loss,
    postgres::{OpenError, verify},
};
use tokio::time::Instant;

use super::*;
use crate::support::postgres::{Cluster, fresh, sql};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_killed_server_and_the_journal_carries_on() {
    let cluster = Cluster::start();
    let (url, dir) = (cluster.database().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    let mut answered = Vec::new();
    for round in 0..3 {
        let appending = async {
            for number in 0.. {
                let text = format!("{round}/{number}");
                match writer.try_append(std::slice::from_ref(&text)).await {
                    Ok(_) => answered.push(text),
                    Err(_) => return,
                }
            }
        };
        let killing = async {
            let _ = tokio::time::timeout(Duration::from_millis(300), std::future::pending::<()>())
                .await;
            tokio::task::block_in_place(|| cluster.kill());
        };
        tokio::join!(appending, killing);
        tokio::task::block_in_place(|| cluster.restart());
        // The batch in hand is in the journal or it is not; the head tells.
        writer.head = writer.journal.reader().head().await.unwrap();
        answered.push(format!("after {round}"));
        writer.append(&[&format!("after {round}")]).await;
    }
    let found = writer.texts().await;
    let mut found = found.iter();
    for text in &answered {
        assert!(found.any(|there| there == text), "{text} was answered and is gone");
    }
    assert!(answered.len() > 30, "{} appends", answered.len());
    assert_eq!(verify(&database(&url), dir.path()).await.unwrap().head, writer.head);
}

#[tokio::test]
async fn a_connection_that_was_cut_is_made_anew_without_anybody_noticing() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    for _ in 0..3 {
        writer.append(&["a"]).await;
        cut(&url).await;
        writer.append(&["b"]).await;
        writer.journal.take_turn().await.unwrap();
        cut(&url).await;
        writer.append(&["c"]).await;
        cut(&url).await;
        assert_eq!(writer.journal.reader().head().await.unwrap(), writer.head);
    }
    assert_eq!(writer.texts().await.concat(), "abcabcabc");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_given_up_in_time_and_used_again_when_it_goes_on() {
    let cluster = Cluster::start();
    let (url, dir) = (cluster.database().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    writer.append(&["a"]).await;
    tokio::task::block_in_place(|| cluster.pause());
    let since = Instant::now();
    let failed = writer.try_append(&["b".into()]).await;
    assert!(matches!(failed, Err(AppendError::Unavailable(_))), "{failed:?}");
    let reader = writer.journal.reader();
    assert!(reader.head().await.is_err());
    assert!(since.elapsed() < Duration::from_secs(12), "{:?}", since.elapsed());
    tokio::task::block_in_place(|| cluster.resume());
    writer.head = reader.head().await.unwrap();
    writer.append(&["c"]).await;
    let texts = writer.texts().await;
    assert!(texts == ["a", "c"] || texts == ["a", "b", "c"], "{texts:?}");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_without_the_password() {
    let cluster = Cluster::start();
    let (url, dir) = (cluster.database().await, tempfile::tempdir().unwrap());
    for wrong in [url.replace(":Zw4-", ":wrong-"), url.replace("/t0", "/nowhere")] {
        let refused = PostgresJournal::open(&database(&wrong), dir.path()).await.map(drop);
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("127.0.0.1") && said.contains("FATAL"), "{said}");
        assert!(!said.contains("geheim"), "{said}");
    }
    drop(cluster);
    let refused = PostgresJournal::open(&database(&url), dir.path()).await.map(drop);
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("127.0.0.1") && !said.contains("geheim"), "{said}");
}

/// A standby that lagged behind was promoted: nobody but the nodes knows what is missing.
#[tokio::test]
async fn a_lost_tail_is_refused_until_somebody_accepts_it_once_for_all_nodes() {
    let url = fresh().await;
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    let kept = writer.append(&["a"]).await[0].head();
    let lost = writer.append(&["b", "c"]).await[1].head();
    let mut other = Writer::open(&url, elsewhere.path()).await;
    let before = other.journal.reader().epoch();
    drop(writer);
    tamper(&url, "DELETE FROM events WHERE seq > 1; DELETE FROM receipts WHERE seq > 1").await;
    other.head = kept;
    other.append(&["another b", "another c", "d"]).await;
    let verified = verify(&database(&url), dir.path()).await;
    assert!(verified.unwrap_err().to_string().contains("record 3"), "verify knows it too");
    let refused = PostgresJournal::open(&database(&url), dir.path()).await.map(drop);
    let Err(OpenError::Lost(Loss::Tail { anchored, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(anchored, lost);
    let opened = PostgresJournal::open_accepting_loss(&database(&url), dir.path()).await;
    let (journal, loss) = opened.unwrap();
    assert!(matches!(loss, Some(Loss::Tail { .. })));
    let mut writer = Writer::on(journal).await;
    let refused = PostgresJournal::open(&database(&url), dir.path()).await.map(drop);
    assert!(matches!(refused, Err(OpenError::Lost(_))), "nothing is on record yet");
    writer.append(&["the loss"]).await;
    for dir in [&dir, &elsewhere] {
        let opened = Writer::open(&url, dir.path()).await;
        assert_ne!(opened.journal.reader().epoch(), before, "nobody resumes across a loss");
        verify(&database(&url), dir.path()).await.unwrap();
    }
}

/// Ends every connection to the database but one's own.
async fn cut(url: &str) {
    sql(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await
    .unwrap();
}

/// Runs statements with the guards of the tables off.
pub(super) async fn tamper(url: &str, statements: &str) {
    let off = format!("SET session_replication_role = replica; {statements}");
    sql(url, &off).await.unwrap();
}
