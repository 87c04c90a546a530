//! A tail that is torn, lost or older than it was: noticed at the next start, never skipped.

use jiaoying::journal::{
    Fault,
    sqlite::{Loss, OpenError},
    verify::{VerifyError, verify},
};
use rusqlite::Connection;

use super::*;

/// Cuts the WAL at many lengths. Each cut leaves whole batches only, and the anchor knows better.
#[test]
fn a_wal_torn_anywhere_loses_whole_batches_and_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    let mut ends = vec![(0, writer.head)];
    for size in [1, 3, 2, 40, 1] {
        writer.append(&vec!["叫应".repeat(30).as_str(); size]);
        ends.push((fs::metadata(wal(dir.path())).unwrap().len(), writer.head));
    }
    let full = ends.last().unwrap().0;
    let near_ends = ends.iter().flat_map(|(end, _)| [end.saturating_sub(1), *end]);
    for length in (0..full).step_by(1021).chain(near_ends) {
        let image = tempfile::tempdir().unwrap();
        crash_image(dir.path(), image.path());
        let file = fs::OpenOptions::new().write(true).open(wal(image.path())).unwrap();
        file.set_len(length).unwrap();
        let left = ends.iter().rev().find(|(end, _)| *end <= length).unwrap().1;
        check_loss(image.path(), writer.head, left);
    }
}

#[test]
fn a_lost_wal_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let before = journal_of(20, dir.path());
    let mut writer = Writer::open(dir.path());
    writer.fill(5);
    let image = tempfile::tempdir().unwrap();
    crash_image(dir.path(), image.path());
    fs::remove_file(wal(image.path())).unwrap();
    check_loss(image.path(), writer.head, before);
}

#[test]
fn a_byte_altered_anywhere_in_the_wal_is_noticed_or_means_nothing() {
    const SEED: u64 = 20_210_721;
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.fill(100);
    let whole = fs::read(wal(dir.path())).unwrap();
    let mut dice = Dice(SEED);
    let mut noticed = 0;
    for round in 0..150 {
        let image = tempfile::tempdir().unwrap();
        crash_image(dir.path(), image.path());
        let mut bytes = whole.clone();
        bytes[dice.below(whole.len())] ^= 1 << dice.below(8);
        fs::write(wal(image.path()), bytes).unwrap();
        match SqliteJournal::open(image.path()) {
            Ok(journal) => {
                let copy = Writer::on(journal);
                assert_eq!(copy.read_all(), writer.read_all(), "seed {SEED}, round {round}");
            }
            Err(OpenError::Lost(Loss::Tail { anchored, found })) => {
                assert_eq!(anchored, writer.head, "seed {SEED}, round {round}");
                assert!(found.seq < anchored.seq, "seed {SEED}, round {round}");
                noticed += 1;
            }
            Err(other) => panic!("seed {SEED}, round {round}: {other}"),
        }
    }
    assert!(noticed > 100, "seed {SEED}: only {noticed} of 150 noticed");
}

#[test]
fn rows_removed_at_the_end_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(50, dir.path());
    tamper(dir.path(), "DELETE FROM events WHERE seq > 47");
    let left = Connection::open(database(dir.path())).unwrap();
    let hash = left.query_row("SELECT hash FROM events WHERE seq = 47", [], |row| row.get(0));
    drop(left);
    check_loss(dir.path(), head, Head { seq: 47, hash: Hash(hash.unwrap()) });
}

#[test]
fn an_older_copy_put_back_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let old = journal_of(10, dir.path());
    let copy = fs::read(database(dir.path())).unwrap();
    let new = journal_of(10, dir.path());
    fs::write(database(dir.path()), copy).unwrap();
    check_loss(dir.path(), new, old);
}

/// The copy was used elsewhere meanwhile and is even longer than what was here.
#[test]
fn an_older_copy_that_went_another_way_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    journal_of(10, dir.path());
    crash_image(dir.path(), elsewhere.path());
    let here = journal_of(5, dir.path());
    let mut other = Writer::open(elsewhere.path());
    other.append(&["another way"; 9]);
    let there = other.read_all()[14].head();
    drop(other);
    fs::copy(database(elsewhere.path()), database(dir.path())).unwrap();
    let refused = SqliteJournal::open(dir.path());
    let Err(OpenError::Lost(loss)) = refused else { panic!("{refused:?}") };
    assert_eq!(loss, Loss::Tail { anchored: here, found: there });
    let broken = verify(dir.path());
    let Err(VerifyError::Broken(broken)) = broken else { panic!("{broken:?}") };
    assert_eq!(broken.seq, 15);
    assert_eq!(broken.fault, Fault::Rewritten { anchored: here.hash });
}

#[test]
fn a_removed_database_is_not_silently_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(10, dir.path());
    fs::remove_file(database(dir.path())).unwrap();
    let refused = SqliteJournal::open(dir.path());
    let Err(OpenError::Lost(loss)) = refused else { panic!("{refused:?}") };
    assert_eq!(loss, Loss::Tail { anchored: head, found: Head::GENESIS });
    assert!(!database(dir.path()).exists());
    let (_, loss) = SqliteJournal::open_accepting_loss(dir.path()).unwrap();
    assert_eq!(loss, Some(Loss::Tail { anchored: head, found: Head::GENESIS }));
}

#[test]
fn a_missing_or_unreadable_anchor_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(10, dir.path());
    for spoil in [|path: &Path| fs::remove_file(path), |path: &Path| fs::write(path, "?")] {
        spoil(&anchor(dir.path())).unwrap();
        let refused = SqliteJournal::open(dir.path());
        let Err(OpenError::Lost(loss)) = refused else { panic!("{refused:?}") };
        assert_eq!(loss, Loss::Anchor { found: head });
        let incomplete = verify(dir.path());
        assert!(matches!(incomplete, Err(VerifyError::Incomplete(_))), "{incomplete:?}");
    }
}

#[test]
fn the_file_of_another_journal_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let here = journal_of(10, dir.path());
    let there = journal_of(20, other.path());
    fs::copy(database(other.path()), database(dir.path())).unwrap();
    let refused = SqliteJournal::open(dir.path());
    let Err(OpenError::Lost(loss)) = refused else { panic!("{refused:?}") };
    assert_eq!(loss, Loss::Exchanged { anchored: here, found: there });
}

/// Until the loss is on record, a crash must not make it look as if nothing had happened.
#[test]
fn an_accepted_loss_is_forgotten_only_with_the_first_append() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(10, dir.path());
    let epoch = Writer::open(dir.path()).reader().epoch();
    tamper(dir.path(), "DELETE FROM events WHERE seq > 7");
    let (journal, loss) = SqliteJournal::open_accepting_loss(dir.path()).unwrap();
    assert!(loss.is_some());
    assert_ne!(journal.reader().epoch(), epoch, "clients must not resume across the loss");
    drop(journal);
    let refused = SqliteJournal::open(dir.path());
    assert!(matches!(refused, Err(OpenError::Lost(_))), "{refused:?}");
    let (journal, loss) = SqliteJournal::open_accepting_loss(dir.path()).unwrap();
    assert!(loss.is_some());
    let mut writer = Writer::on(journal);
    assert_eq!(writer.append(&["records 8 to 10 are lost"])[0].seq, 8);
    drop(writer);
    assert_eq!(Writer::open(dir.path()).read_all().len(), 8);
    assert_eq!(verify(dir.path()).unwrap().events, 8);
}

#[test]
fn accepting_a_loss_where_there_is_none_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(10, dir.path());
    let epoch = Writer::open(dir.path()).reader().epoch();
    let (journal, loss) = SqliteJournal::open_accepting_loss(dir.path()).unwrap();
    assert_eq!(loss, None);
    let writer = Writer::on(journal);
    assert_eq!((writer.head, writer.reader().epoch()), (head, epoch));
}

/// Runs `sql` on a closed journal as somebody with a database tool would, past the triggers.
pub(super) fn tamper(dir: &Path, sql: &str) {
    let connection = Connection::open(database(dir)).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed;",
        )
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Checks that a journal which had come to `anchored` and has only `left` is refused, that
/// verification names the first record lost, and that it goes on once the loss is accepted.
#[track_caller]
fn check_loss(dir: &Path, anchored: Head, left: Head) {
    if anchored == left {
        assert_eq!(Writer::open(dir).head, left);
        return;
    }
    let loss = Loss::Tail { anchored, found: left };
    let refused = SqliteJournal::open(dir);
    let Err(OpenError::Lost(found)) = refused else { panic!("{refused:?}") };
    assert_eq!(found, loss);
    let verified = verify(dir);
    let Err(VerifyError::Broken(broken)) = verified else { panic!("{verified:?}") };
    assert_eq!((broken.seq, broken.fault), (left.seq + 1, Fault::Truncated { anchored }));
    let (journal, accepted) = SqliteJournal::open_accepting_loss(dir).unwrap();
    assert_eq!(accepted, Some(loss));
    let mut writer = Writer::on(journal);
    assert_eq!(writer.head, left);
    writer.append(&["the loss, on record"]);
    drop(writer);
    assert_eq!(verify(dir).unwrap().head.seq, left.seq + 1);
}
