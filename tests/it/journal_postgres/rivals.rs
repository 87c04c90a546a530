//! Several writers of one journal, in turn and out of turn.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use jiaoying::journal::postgres::verify;
use tokio::time::Instant;

use super::*;
use crate::support::postgres::{fresh, sql};

const WRITERS: usize = 4;
const BATCHES_EACH: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rivals_append_everything_once_and_in_one_chain() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let rivals = (0..WRITERS).map(|name| append_all(&url, dir.path(), name, TakesTurns::No));
    let conflicts: usize = join_all(rivals).await.into_iter().sum();
    assert!(conflicts > 0, "the rivals never met");
    must_hold_all(&url, dir.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rivals_that_take_turns_do_not_meet() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let rivals = (0..WRITERS).map(|name| append_all(&url, dir.path(), name, TakesTurns::Yes));
    let conflicts: usize = join_all(rivals).await.into_iter().sum();
    assert_eq!(conflicts, 0);
    must_hold_all(&url, dir.path()).await;
}

#[tokio::test]
async fn a_new_database_may_be_opened_by_many_at_once() {
    let url = fresh().await;
    let dirs: Vec<_> = (0..6).map(|_| tempfile::tempdir().unwrap()).collect();
    let opened = join_all(dirs.iter().map(|dir| Writer::open(&url, dir.path()))).await;
    let epochs: BTreeSet<_> =
        opened.iter().map(|writer| writer.journal.reader().epoch().bytes()).collect();
    assert_eq!(epochs.len(), 1);
}

/// As a node that is stopped with SIGSTOP in the middle of its turn.
#[tokio::test]
async fn a_writer_that_stands_still_in_its_turn_holds_others_up_two_seconds_at_most() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut paused = Writer::open(&url, dir.path()).await;
    let mut other = Writer::open(&url, dir.path()).await;
    paused.append(&["a"]).await;
    paused.journal.take_turn().await.unwrap();
    other.head = other.journal.reader().head().await.unwrap();
    let since = Instant::now();
    for _ in 0..5 {
        other.append(&["b"]).await;
    }
    assert!(since.elapsed() < Duration::from_millis(3_500), "{:?}", since.elapsed());
    // It wakes up, finds its turn gone and what it expected outdated, and carries on from there.
    let refused = paused.try_append(&["late".into()]).await;
    let Err(AppendError::Conflict { actual }) = refused else { panic!("{refused:?}") };
    paused.head = actual;
    paused.append(&["c"]).await;
    assert_eq!(paused.texts().await, ["a", "b", "b", "b", "b", "b", "c"]);
}

/// A turn takes as long as deciding takes; a hundred thousand obligations may take longer than the server waits.
#[tokio::test]
async fn a_turn_that_the_server_has_ended_meanwhile_is_not_needed_to_append() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    writer.append(&["a"]).await;
    writer.journal.take_turn().await.unwrap();
    let ended = async {
        loop {
            let waiting = "DO $$ BEGIN PERFORM 1 / (SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'); END $$";
            if sql(&url, waiting).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
    writer.append(&["b"]).await;
    assert_eq!(writer.texts().await, ["a", "b"]);
}

#[tokio::test]
async fn a_hundred_thousand_records_are_one_batch() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    let texts: Vec<_> = (0..100_000).map(|n| format!(r#"{{"obligation":"o-{n}"}}"#)).collect();
    let records = writer.try_append(&texts).await.unwrap();
    assert_eq!(records.len(), texts.len());
    let verified = verify(&database(&url), dir.path()).await.unwrap();
    assert_eq!((verified.events, verified.head), (100_000, records[99_999].head()));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TakesTurns {
    No,
    Yes,
}

/// Appends this rival's batches, each time anew after a conflict; returns how many there were.
async fn append_all(url: &str, dir: &Path, name: usize, turns: TakesTurns) -> usize {
    let mut writer = Writer::open(url, dir).await;
    let mut conflicts = 0;
    for round in 0..BATCHES_EACH {
        let texts = [format!("{name}/{round}/a"), format!("{name}/{round}/b")];
        if turns == TakesTurns::Yes {
            writer.head = writer.journal.take_turn().await.unwrap().unwrap();
        }
        while let Err(refused) = writer.try_append(&texts).await {
            let AppendError::Conflict { actual } = refused else { panic!("{refused:?}") };
            conflicts += 1;
            writer.head = actual;
        }
    }
    conflicts
}

async fn must_hold_all(url: &str, dir: &Path) {
    let texts = Writer::open(url, dir).await.texts().await;
    assert_eq!(texts.len(), WRITERS * BATCHES_EACH * 2);
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
    let verified = verify(&database(url), dir).await.unwrap();
    assert_eq!(verified.events, texts.len() as u64);
}
