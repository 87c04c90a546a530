//! Backup of a journal in use, and restore.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use jiaoying::journal::{
    Fault,
    sqlite::{BackupError, Progress, RestoreError, backup, restore},
    verify::{VerifyError, verify, verify_file},
};
use rusqlite::Connection;

use super::*;

#[test]
fn a_backup_taken_while_others_append_is_one_whole_state() {
    let dir = tempfile::tempdir().unwrap();
    let destination = dir.path().join("backup.db");
    let mut writer = Writer::open(dir.path());
    let page_of_text = "值".repeat(1300);
    for _ in 0..30 {
        writer.append(&[page_of_text.as_str(); 100]);
    }
    let started_at = writer.head;
    let copied = AtomicBool::new(false);
    let mut reports: Vec<Progress> = Vec::new();
    let verified = thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                writer.append(&["meanwhile"]);
                if copied.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let verified = backup(dir.path(), &destination, &mut |report| reports.push(report));
        copied.store(true, Ordering::Relaxed);
        verified.unwrap()
    });
    assert!(verified.head.seq >= started_at.seq);
    assert_eq!(verify_file(&destination).unwrap(), verified);
    let live = writer.read_all();
    assert_eq!(live[usize::try_from(verified.head.seq).unwrap() - 1].head(), verified.head);
    assert!(live.len() as u64 > verified.head.seq, "nothing was appended meanwhile");
    assert!(reports.len() > 1 && reports.is_sorted_by_key(|report| report.copied_bytes));
    let last = reports.last().unwrap();
    assert_eq!(last.copied_bytes, last.total_bytes);
    assert!(!dir.path().join("backup.db-wal").exists());
    assert_eq!(mode_of(&destination), mode_of(&database(dir.path())));
}

#[test]
fn a_backup_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(5, dir.path());
    let destination = dir.path().join("precious");
    fs::write(&destination, "precious").unwrap();
    let refused = backup(dir.path(), &destination, &mut |_| {});
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
    assert_eq!(fs::read_to_string(destination).unwrap(), "precious");
}

#[test]
fn a_journal_that_is_not_whole_makes_no_backup() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(20, dir.path());
    let destination = dir.path().join("backup.db");
    tail::tamper(dir.path(), "DELETE FROM events WHERE seq > 15");
    let refused = backup(dir.path(), &destination, &mut |_| {});
    let Err(BackupError::Unverified(VerifyError::Broken(broken))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((broken.seq, broken.fault), (16, Fault::Truncated { anchored: head }));
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().collect();
    assert!(names.iter().all(|entry| !entry.file_name().to_str().unwrap().contains("backup")));
}

#[test]
fn a_backup_whose_end_was_cut_off_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let head = journal_of(20, dir.path());
    let destination = dir.path().join("backup.db");
    backup(dir.path(), &destination, &mut |_| {}).unwrap();
    let connection = Connection::open(&destination).unwrap();
    connection.execute_batch("DROP TRIGGER events_are_never_removed").unwrap();
    connection.execute_batch("DELETE FROM events WHERE seq > 18").unwrap();
    drop(connection);
    let cut = verify_file(&destination);
    let Err(VerifyError::Broken(broken)) = cut else { panic!("{cut:?}") };
    assert_eq!((broken.seq, broken.fault), (19, Fault::Truncated { anchored: head }));
}

#[test]
fn a_restored_journal_goes_on_in_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("backup.db");
    let home = dir.path().join("home");
    let head = journal_of(20, dir.path());
    let original = Writer::open(dir.path());
    backup(dir.path(), &saved, &mut |_| {}).unwrap();
    let restored = restore(&saved, &home, &mut |_| {}).unwrap();
    assert_eq!((restored.verified.head, restored.previous), (head, None));
    assert_eq!(verify(&home).unwrap(), restored.verified);
    let mut writer = Writer::open(&home);
    assert_ne!(writer.reader().epoch(), original.reader().epoch());
    assert_eq!(writer.reader().epoch(), restored.verified.epoch);
    assert_eq!(writer.read_all(), original.read_all());
    writer.append(&["life goes on"]);
    drop(writer);
    assert_eq!(verify(&home).unwrap().events, 21);
    assert_eq!(verify_file(&database(&home)).unwrap().events, 21, "the backup's note is gone");
}

#[test]
fn a_restore_tells_how_far_the_journal_had_come_that_it_replaces() {
    let dir = tempfile::tempdir().unwrap();
    let aside = tempfile::tempdir().unwrap();
    let saved = aside.path().join("backup.db");
    journal_of(20, dir.path());
    backup(dir.path(), &saved, &mut |_| {}).unwrap();
    let lost = journal_of(5, dir.path());
    fs::remove_file(database(dir.path())).unwrap();
    let restored = restore(&saved, dir.path(), &mut |_| {}).unwrap();
    assert_eq!((restored.verified.events, restored.previous), (20, Some(lost)));
    assert_eq!(Writer::open(dir.path()).read_all().len(), 20);
}

#[test]
fn a_restore_replaces_no_journal_and_no_stray_wal() {
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("backup.db");
    journal_of(20, dir.path());
    backup(dir.path(), &saved, &mut |_| {}).unwrap();
    let refused = restore(&saved, dir.path(), &mut |_| {});
    assert!(matches!(refused, Err(RestoreError::Occupied(_))), "{refused:?}");
    assert_eq!(verify(dir.path()).unwrap().events, 20);
    let home = tempfile::tempdir().unwrap();
    fs::write(wal(home.path()), "left behind").unwrap();
    let refused = restore(&saved, home.path(), &mut |_| {});
    assert!(matches!(refused, Err(RestoreError::Occupied(_))), "{refused:?}");
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("backup.db");
    let home = dir.path().join("home");
    journal_of(20, dir.path());
    backup(dir.path(), &saved, &mut |_| {}).unwrap();
    let whole = fs::read(&saved).unwrap();
    // Every copy of the text: pages keep stale ones in the space they do not use.
    let mut altered = whole.clone();
    let places = whole.windows(6).enumerate().filter(|(_, text)| *text == "17:值".as_bytes());
    places.for_each(|(place, _)| altered[place] = b'9');
    for damaged in [&altered[..], &whole[..whole.len() - 4096], b"not a database"] {
        fs::write(&saved, damaged).unwrap();
        let refused = restore(&saved, &home, &mut |_| {});
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    }
    fs::write(&saved, whole).unwrap();
    restore(&saved, &home, &mut |_| {}).unwrap();
    assert!(SqliteJournal::open(&home).is_ok());
}
