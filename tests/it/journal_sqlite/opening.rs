//! Opening: what continues, what is refused, what is somebody else's.

use std::{future::poll_fn, task::Poll};

use jiaoying::journal::{sqlite::OpenError, verify::verify};
use rusqlite::Connection;

use super::*;

#[test]
fn a_reopened_journal_continues_where_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = Writer::open(dir.path());
    first.append(&["a", "b"]);
    let (head, epoch) = (first.head, first.reader().epoch());
    drop(first);
    let mut second = Writer::open(dir.path());
    assert_eq!((second.head, second.reader().epoch()), (head, epoch));
    second.append(&["c"]);
    let texts: Vec<_> = second.read_all().into_iter().map(|record| record.data).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    let command = format!("after {}", Head::GENESIS);
    let reader = second.reader();
    let kept = second.runtime.block_on(reader.receipt(&command)).unwrap();
    assert_eq!(kept, Some(receipt(&command)));
}

#[test]
fn a_reader_outlives_its_journal() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.append(&["a"]);
    let reader = writer.reader();
    let Writer { journal, runtime, .. } = writer;
    drop(journal);
    assert_eq!(runtime.block_on(reader.read(0, 10)).unwrap().len(), 1);
}

#[test]
fn closing_leaves_one_file_and_the_anchor() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(30, dir.path());
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["jiaoying.db", "journal.anchor"]);
}

#[test]
fn a_directory_is_made_with_its_parents() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("var/lib/jiaoying");
    assert_eq!(journal_of(1, &deep).seq, 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.append(&["a"]);
    for file in [database(dir.path()), wal(dir.path())] {
        assert_eq!(mode_of(&file), 0o600);
    }
}

#[test]
fn tables_of_other_parts_may_be_there_first() {
    let dir = tempfile::tempdir().unwrap();
    let other = Connection::open(database(dir.path())).unwrap();
    other.execute_batch("CREATE TABLE accounts (login TEXT)").unwrap();
    journal_of(3, dir.path());
    assert_eq!(verify(dir.path()).unwrap().events, 3);
}

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let text = "a letter to the mayor\n".repeat(500);
    fs::write(database(dir.path()), &text).unwrap();
    let refused = SqliteJournal::open(dir.path());
    assert!(matches!(refused, Err(OpenError::NotAJournal)), "{refused:?}");
    assert_eq!(fs::read_to_string(database(dir.path())).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = Connection::open(database(dir.path())).unwrap();
    other.pragma_update(None, "application_id", 0x1234).unwrap();
    drop(other);
    let refused = SqliteJournal::open(dir.path());
    assert!(matches!(refused, Err(OpenError::NotAJournal)), "{refused:?}");
}

#[test]
fn a_journal_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(1, dir.path());
    let other = Connection::open(database(dir.path())).unwrap();
    other.execute("UPDATE journal_meta SET value = 99 WHERE key = 'schema'", []).unwrap();
    drop(other);
    let refused = SqliteJournal::open(dir.path());
    assert!(matches!(refused, Err(OpenError::TooNew { found: 99, known: 1 })), "{refused:?}");
}

#[test]
fn a_file_moved_away_while_open_takes_no_more_records() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.append(&["a"]);
    let aside = dir.path().join("aside.db");
    fs::rename(database(dir.path()), &aside).unwrap();
    let refused = writer.try_append(&["b".into()]);
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    fs::write(database(dir.path()), "").unwrap();
    let refused = writer.try_append(&["b".into()]);
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    fs::rename(&aside, database(dir.path())).unwrap();
    assert_eq!(writer.append(&["b"])[0].seq, 2);
}

#[test]
fn an_append_succeeds_although_the_anchor_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    fs::remove_file(anchor(dir.path())).unwrap();
    assert_eq!(writer.append(&["a"])[0].seq, 1);
}

/// Appends until the WAL has been written several times over.
#[test]
fn the_wal_does_not_grow_with_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    let megabyte = "x".repeat(1 << 20);
    for _ in 0..24 {
        writer.append(&[megabyte.as_str(); 8]);
    }
    let written = fs::metadata(wal(dir.path())).unwrap().len() >> 20;
    assert!(written < 150, "{written} MiB in the WAL after 192 MiB were appended");
}

#[test]
fn an_append_whose_caller_went_away_is_whole_or_absent() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    for round in 0..20 {
        let batch = Batch {
            expected: writer.head,
            drafts: vec![draft("a"); 5],
            receipts: vec![receipt(&format!("{round}"))],
        };
        writer.runtime.block_on(async {
            let mut append = writer.journal.append(batch);
            // Polled once, so that it is under way, then dropped.
            poll_fn(|context| Poll::Ready(append.as_mut().poll(context).is_ready())).await;
        });
        let reader = writer.reader();
        let actual = writer.runtime.block_on(writer.journal.append(Batch {
            expected: writer.head,
            drafts: vec![],
            receipts: vec![],
        }));
        if let Err(AppendError::Conflict { actual }) = actual {
            assert_eq!(actual.seq, writer.head.seq + 5);
            let kept = writer.runtime.block_on(reader.receipt(&format!("{round}"))).unwrap();
            assert!(kept.is_some());
            writer.head = actual;
        }
    }
    assert_eq!(verify(dir.path()).unwrap().head, writer.head);
}

#[test]
fn damage_near_the_end_is_found_when_opening() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.append(&["before the mark", "MARK MARK MARK", "after the mark"]);
    drop(writer);
    let mut bytes = fs::read(database(dir.path())).unwrap();
    let place = bytes.windows(9).position(|window| window == b"MARK MARK").unwrap();
    bytes[place] = b'm';
    fs::write(database(dir.path()), bytes).unwrap();
    let refused = SqliteJournal::open(dir.path());
    let Err(OpenError::Damaged(broken)) = refused else { panic!("{refused:?}") };
    assert_eq!(broken.seq, 2);
}
