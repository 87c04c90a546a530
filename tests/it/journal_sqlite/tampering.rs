//! A journal changed with a database tool: verification names the first record that is wrong.

use jiaoying::journal::{
    Fault, ReadError,
    verify::{Verified, VerifyError, verify},
};
use rusqlite::Connection;

use super::{tail::tamper, *};

#[test]
fn a_whole_journal_verifies_with_its_facts() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(100, dir.path());
    let at = Timestamp::from_millis(1_626_861_600_000);
    let epoch = Writer::open(dir.path()).reader().epoch();
    assert_eq!(
        verify(dir.path()).unwrap(),
        Verified { epoch, events: 100, head, first_at: Some(at), last_at: Some(at) }
    );
}

#[test]
fn an_empty_journal_verifies() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(0, dir.path());
    let verified = verify(dir.path()).unwrap();
    assert_eq!((verified.events, verified.head, verified.first_at), (0, Head::GENESIS, None));
}

#[test]
fn the_file_refuses_to_change_or_remove_a_record() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(10, dir.path());
    let connection = Connection::open(database(dir.path())).unwrap();
    for sql in ["UPDATE events SET data = '' WHERE seq = 1", "DELETE FROM events WHERE seq = 10"] {
        let refused = connection.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[test]
fn a_change_in_any_column_is_found() {
    for change in [
        "at = at + 1",
        "actor = 'somebody'",
        "kind = kind || ' '",
        "version = 2",
        "subject = ''",
        "data = replace(data, '6:', '7:')",
        "hash = zeroblob(32)",
        "hash = x'00'",
        "actor = kind, kind = actor",
    ] {
        check_tampered(&format!("UPDATE events SET {change} WHERE seq = 27"), 27, Fault::Altered);
    }
}

#[test]
fn a_dropped_record_is_found() {
    check_tampered("DELETE FROM events WHERE seq = 1", 1, Fault::Missing);
    check_tampered("DELETE FROM events WHERE seq = 33", 33, Fault::Missing);
    check_tampered("DELETE FROM events WHERE seq BETWEEN 20 AND 30", 20, Fault::Missing);
}

#[test]
fn a_record_dropped_and_the_rest_moved_up_is_found() {
    check_tampered(
        "DELETE FROM events WHERE seq = 20;
         UPDATE events SET seq = -seq WHERE seq > 20;
         UPDATE events SET seq = -seq - 1 WHERE seq < 0",
        20,
        Fault::Altered,
    );
}

#[test]
fn two_records_swapped_are_found() {
    check_tampered(
        "UPDATE events SET seq = -1 WHERE seq = 12;
         UPDATE events SET seq = 12 WHERE seq = 40;
         UPDATE events SET seq = 40 WHERE seq = -1",
        12,
        Fault::Altered,
    );
}

#[test]
fn a_record_inserted_twice_is_found() {
    const COLUMNS: &str = "at, actor, kind, version, subject, data, hash";
    let append = format!("INSERT INTO events SELECT 51, {COLUMNS} FROM events WHERE seq = 50");
    check_tampered(&append, 51, Fault::Altered);
}

#[test]
fn a_record_numbered_below_the_first_is_found() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(5, dir.path());
    tamper(dir.path(), "UPDATE events SET seq = -3 WHERE seq = 3");
    let broken = verify(dir.path());
    let Err(VerifyError::Broken(broken)) = broken else { panic!("{broken:?}") };
    assert_eq!((broken.seq, broken.fault), (1, Fault::Missing));
}

/// Whoever can compute hashes can forge a chain, but not the anchor's memory of the true one.
#[test]
fn a_tail_forged_with_a_good_chain_is_found_by_the_anchor() {
    let dir = tempfile::tempdir().unwrap();
    let forgery = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    let before = writer.append(&["a", "b", "c"])[1].head();
    let head = writer.append(&["the leader was called at 02:10"])[0].head();
    drop(writer);
    crash_image(dir.path(), forgery.path());
    tamper(forgery.path(), "DELETE FROM events WHERE seq > 2");
    let (journal, _) = SqliteJournal::open_accepting_loss(forgery.path()).unwrap();
    let mut forger = Writer::on(journal);
    assert_eq!(forger.head, before);
    forger.append(&["c", "the leader was called at 01:10", "d"]);
    drop(forger);
    // The forger also puts the true epoch back.
    let forged = Connection::open(database(forgery.path())).unwrap();
    forged.execute("ATTACH ?1 AS original", [database(dir.path()).to_str().unwrap()]).unwrap();
    forged
        .execute_batch(
            "UPDATE journal_meta SET value =
                 (SELECT value FROM original.journal_meta WHERE key = 'epoch')
             WHERE key = 'epoch'",
        )
        .unwrap();
    drop(forged);
    fs::copy(database(forgery.path()), database(dir.path())).unwrap();
    let broken = verify(dir.path());
    let Err(VerifyError::Broken(broken)) = broken else { panic!("{broken:?}") };
    assert_eq!((broken.seq, broken.fault), (4, Fault::Rewritten { anchored: head.hash }));
}

#[test]
fn an_altered_receipt_is_found_and_answers_nothing() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(50, dir.path());
    tamper(dir.path(), "UPDATE receipts SET reply = '{\"late\":true}' WHERE seq = 20");
    let damaged = verify(dir.path());
    assert!(matches!(damaged, Err(VerifyError::ReceiptDamaged { .. })), "{damaged:?}");
    let writer = Writer::open(dir.path());
    let before = writer.read_all()[9].head();
    let reader = writer.reader();
    let answer = writer.runtime.block_on(reader.receipt(&format!("after {before}")));
    assert!(matches!(answer, Err(ReadError::ReceiptDamaged { .. })), "{answer:?}");
}

/// Tampers with a journal of 50 records; checks what verification and reading make of it.
#[track_caller]
fn check_tampered(sql: &str, seq: u64, fault: Fault) {
    let dir = tempfile::tempdir().unwrap();
    journal_of(50, dir.path());
    // An open reader, since opening would refuse already.
    let writer = Writer::open(dir.path());
    let reader = writer.reader();
    tamper(dir.path(), sql);
    let verified = verify(dir.path());
    let Err(VerifyError::Broken(broken)) = verified else { panic!("{sql}: {verified:?}") };
    assert_eq!(broken.seq, seq, "{sql}");
    // A hash that is no hash cannot even be read; anything else is told apart.
    if !matches!(broken.fault, Fault::Unreadable(_)) {
        assert_eq!(broken.fault, fault, "{sql}");
    }
    let page = writer.runtime.block_on(reader.read(0, 100));
    let Err(ReadError::Damaged(broken)) = page else { panic!("{sql}: read") };
    assert_eq!(broken.seq, seq, "{sql}");
}
