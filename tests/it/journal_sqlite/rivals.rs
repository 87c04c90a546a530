//! Several writers of one file, and a verification while they write.

use std::{collections::BTreeSet, sync::Barrier, thread};

use jiaoying::journal::verify::verify;

use super::*;

const WRITERS: usize = 3;
const BATCHES_EACH: usize = 60;
const OPENERS: usize = 6;

#[test]
fn rivals_append_everything_once_and_in_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let together = Barrier::new(WRITERS);
    let conflicts: usize = thread::scope(|scope| {
        let append = |name| append_all(path, name, &together);
        let rivals: Vec<_> = (0..WRITERS).map(|name| scope.spawn(move || append(name))).collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).sum()
    });
    assert!(conflicts > 0, "the rivals never met");
    let texts: Vec<_> =
        Writer::open(dir.path()).read_all().into_iter().map(|record| record.data).collect();
    assert_eq!(texts.len(), WRITERS * BATCHES_EACH * 2);
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
    assert_eq!(verify(dir.path()).unwrap().events, texts.len() as u64);
}

#[test]
fn a_new_directory_may_be_opened_by_many_at_once() {
    for _ in 0..40 {
        let together = Barrier::new(OPENERS);
        let dir = tempfile::tempdir().unwrap();
        let epochs: BTreeSet<_> = thread::scope(|scope| {
            let open = || {
                together.wait();
                Writer::open(dir.path()).reader().epoch().bytes()
            };
            let openers: Vec<_> = (0..OPENERS).map(|_| scope.spawn(open)).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert_eq!(epochs.len(), 1);
    }
}

#[test]
fn a_journal_verifies_while_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path());
    writer.append(&["first"]);
    thread::scope(|scope| {
        let verifier = scope.spawn(|| {
            let mut seen = 0;
            while seen < 1001 {
                let events = verify(dir.path()).unwrap().events;
                assert!(events >= seen);
                seen = events;
            }
        });
        writer.fill(1000);
        verifier.join().unwrap();
    });
}

/// Appends this rival's batches, each time anew after a conflict; returns how many there were. The rivals begin
/// each batch together: left alone, one writes all of its own while the others wait for a slow disk.
fn append_all(dir: &Path, name: usize, together: &Barrier) -> usize {
    let mut writer = Writer::open(dir);
    let mut conflicts = 0;
    for round in 0..BATCHES_EACH {
        let texts = [format!("{name}/{round}/a"), format!("{name}/{round}/b")];
        together.wait();
        while let Err(refused) = writer.try_append(&texts) {
            let AppendError::Conflict { actual } = refused else { panic!("{refused}") };
            conflicts += 1;
            writer.head = actual;
        }
    }
    conflicts
}
