//! What the embedded journal must survive: crashes, torn and lost files, altered bytes, rivals.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backup;
mod crash;
mod flips;
mod opening;
mod rivals;
mod tail;
mod tampering;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiaoying::{
    domain::time::Timestamp,
    journal::{
        AppendError, Batch, Draft, Hash, Head, Journal, Reader, Receipt, Record,
        sqlite::SqliteJournal,
    },
};
use tokio::runtime::Runtime;

/// A writer of a journal that blocks, with a runtime of its own: for stories on several threads.
struct Writer {
    journal: SqliteJournal,
    head: Head,
    runtime: Runtime,
}

impl Writer {
    fn open(dir: &Path) -> Self {
        Self::on(SqliteJournal::open(dir).unwrap())
    }

    fn on(journal: SqliteJournal) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let head = runtime.block_on(journal.reader().head()).unwrap();
        Self { journal, head, runtime }
    }

    /// Appends one batch after the head that this writer knows.
    fn try_append(&mut self, texts: &[String]) -> Result<Vec<Record>, AppendError> {
        let drafts = texts.iter().map(|text| draft(text)).collect();
        let receipts = texts.first().map(|_| receipt(&format!("after {}", self.head)));
        let batch = Batch { expected: self.head, drafts, receipts: receipts.into_iter().collect() };
        let records = self.runtime.block_on(self.journal.append(batch))?;
        self.head = records.last().map_or(self.head, Record::head);
        Ok(records)
    }

    fn append(&mut self, texts: &[&str]) -> Vec<Record> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        self.try_append(&texts).unwrap()
    }

    /// Appends `count` records of some 300 bytes in batches of ten.
    fn fill(&mut self, count: u64) {
        for first in (0..count).step_by(10) {
            let batch = first..count.min(first + 10);
            let texts: Vec<_> = batch.map(|n| format!("{n}:{}", "值".repeat(80))).collect();
            self.try_append(&texts).unwrap();
        }
    }

    fn reader(&self) -> Arc<dyn Reader> {
        self.journal.reader()
    }

    fn read_all(&self) -> Vec<Record> {
        let mut all: Vec<Record> = Vec::new();
        loop {
            let page = self.reader();
            let page = self.runtime.block_on(page.read(all.len() as u64, 1000)).unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}

/// Makes a journal of `count` records in `dir`, closes it and returns its head.
fn journal_of(count: u64, dir: &Path) -> Head {
    let mut writer = Writer::open(dir);
    writer.fill(count);
    writer.head
}

fn database(dir: &Path) -> PathBuf {
    dir.join("jiaoying.db")
}

fn wal(dir: &Path) -> PathBuf {
    dir.join("jiaoying.db-wal")
}

fn anchor(dir: &Path) -> PathBuf {
    dir.join("journal.anchor")
}

/// Copies the files of a journal as they are at this moment, as a crash would leave them. What
/// only memory holds, the index of the WAL, is made anew by whoever opens the copy.
fn crash_image(of: &Path, into: &Path) {
    fs::create_dir_all(into).unwrap();
    for (from, to) in
        [(database(of), database(into)), (wal(of), wal(into)), (anchor(of), anchor(into))]
    {
        match from.exists() {
            true => drop(fs::copy(from, to).unwrap()),
            false => drop(fs::remove_file(to)),
        }
    }
    let _ = fs::remove_file(into.join("jiaoying.db-shm"));
}

fn mode_of(file: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }
    #[cfg(not(unix))]
    0
}

fn draft(data: &str) -> Draft {
    Draft {
        at: Timestamp::from_millis(1_626_861_600_000),
        actor: "dispatcher".into(),
        kind: "obligation_answered".into(),
        version: 1,
        subject: "o-1".into(),
        data: data.into(),
    }
}

fn receipt(command: &str) -> Receipt {
    Receipt { command: command.into(), fingerprint: Hash::of(b"request"), reply: "{}".into() }
}

/// A reproducible sequence of numbers; the seed belongs in the message of whatever fails.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % bound as u64).unwrap()
    }
}
