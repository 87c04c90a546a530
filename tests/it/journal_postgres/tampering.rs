//! A journal changed with a database tool: reads and verification name the first record that is wrong.

use jiaoying::journal::{
    Fault, ReadError,
    postgres::verify,
    verify::{Verified, VerifyError},
};

use super::{outages::tamper, *};
use crate::support::{
    postgres::{fresh, sql},
    process::{jiaoying, said},
};

#[tokio::test]
async fn a_whole_journal_verifies_with_its_facts() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    let empty = verify(&database(&url), dir.path()).await.unwrap();
    assert_eq!((empty.events, empty.head, empty.first_at), (0, Head::GENESIS, None));
    writer.fill(100).await;
    let at = Timestamp::from_millis(1_626_861_600_000);
    let (epoch, head) = (writer.journal.reader().epoch(), writer.head);
    assert_eq!(
        verify(&database(&url), dir.path()).await.unwrap(),
        Verified { epoch, events: 100, head, first_at: Some(at), last_at: Some(at) }
    );
}

#[tokio::test]
async fn the_tables_refuse_to_change_or_remove_a_record() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    Writer::open(&url, dir.path()).await.fill(10).await;
    for change in [
        "UPDATE events SET data = '' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 10",
        "TRUNCATE events",
    ] {
        let refused = sql(&url, change).await.unwrap_err();
        let refused = jiaoying::postgres::with_causes(&refused);
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn a_change_in_any_column_is_found() {
    for change in [
        "at = at + 1",
        "actor = 'somebody'",
        "kind = kind || ' '",
        "version = 2",
        "version = 70000",
        "subject = ''",
        "data = replace(data, '6:', '7:')",
        "hash = sha256('forged')",
        "hash = '\\x00'",
        "actor = kind, kind = actor",
    ] {
        let change = format!("UPDATE events SET {change} WHERE seq = 27");
        check_tampered(&change, 27, Fault::Altered).await;
    }
}

#[tokio::test]
async fn dropped_swapped_and_added_records_are_found() {
    check_tampered("DELETE FROM events WHERE seq = 1", 1, Fault::Missing).await;
    check_tampered("DELETE FROM events WHERE seq = 33", 33, Fault::Missing).await;
    let moved_up = "DELETE FROM events WHERE seq = 20;
         UPDATE events SET seq = -seq WHERE seq > 20;
         UPDATE events SET seq = -seq - 1 WHERE seq < 0";
    check_tampered(moved_up, 20, Fault::Altered).await;
    let swapped = "UPDATE events SET seq = -1 WHERE seq = 12;
         UPDATE events SET seq = 12 WHERE seq = 40;
         UPDATE events SET seq = 40 WHERE seq = -1";
    check_tampered(swapped, 12, Fault::Altered).await;
    let twice = "INSERT INTO events SELECT 51, at, actor, kind, version, subject, data, hash
         FROM events WHERE seq = 50";
    check_tampered(twice, 51, Fault::Altered).await;
}

#[tokio::test]
async fn a_truncated_tail_is_found_by_the_anchor() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    writer.fill(50).await;
    tamper(&url, "DELETE FROM events WHERE seq > 45").await;
    let broken = verify(&database(&url), dir.path()).await;
    let Err(VerifyError::Broken(broken)) = broken else { panic!("{broken:?}") };
    let anchored = writer.head;
    assert_eq!((broken.seq, broken.fault), (46, Fault::Truncated { anchored }));
}

#[tokio::test]
async fn an_altered_receipt_is_found_and_answers_nothing() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    let first = writer.head;
    writer.fill(50).await;
    tamper(&url, "UPDATE receipts SET reply = '{\"late\":true}' WHERE seq = 10").await;
    let damaged = verify(&database(&url), dir.path()).await;
    assert!(matches!(damaged, Err(VerifyError::ReceiptDamaged { .. })), "{damaged:?}");
    let answer = writer.journal.reader().receipt(&format!("after {first}")).await;
    assert!(matches!(answer, Err(ReadError::ReceiptDamaged { .. })), "{answer:?}");
}

#[tokio::test]
async fn the_command_line_verifies_a_journal_in_postgresql() {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    Writer::open(&url, dir.path()).await.fill(20).await;
    let verify = || {
        let mut verify = jiaoying(dir.path(), &["verify"]);
        verify.env("JIAOYING_DATABASE_URL", &url).output().unwrap()
    };
    let whole = verify();
    assert!(
        whole.status.success() && said(&whole).contains("whole: 20 events"),
        "{}",
        said(&whole)
    );
    tamper(&url, "UPDATE events SET actor = 'nobody' WHERE seq = 7").await;
    let broken = verify();
    assert_eq!(broken.status.code(), Some(1));
    assert!(said(&broken).contains("record 7"), "{}", said(&broken));
}

/// Tampers with a journal of 50 records; checks what verification and reading make of it.
async fn check_tampered(statements: &str, seq: u64, fault: Fault) {
    let (url, dir) = (fresh().await, tempfile::tempdir().unwrap());
    let mut writer = Writer::open(&url, dir.path()).await;
    writer.fill(50).await;
    tamper(&url, statements).await;
    let verified = verify(&database(&url), dir.path()).await;
    let Err(VerifyError::Broken(broken)) = verified else { panic!("{statements}: {verified:?}") };
    assert_eq!((broken.seq, &broken.fault), (seq, &fault), "{statements}");
    let page = writer.journal.reader().read(0, 100).await;
    let Err(ReadError::Damaged(broken)) = page else { panic!("{statements}: read") };
    assert_eq!((broken.seq, &broken.fault), (seq, &fault), "{statements}");
}
