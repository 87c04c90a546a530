//! A journal in memory, for tests and simulations: no threads and no timers, so it lives under a
//! paused clock. Its faults are switched by [`Faults`]; nothing else about it is pretended.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    AppendError, Batch, Chain, Draft, Epoch, Head, Journal, PAGE_BYTES_MAX, ReadError, Reader,
    Receipt, Record,
};

/// One writer of a log in memory.
#[derive(Debug)]
pub struct MemoryJournal {
    log: Arc<MemoryLog>,
    faults: Faults,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new(Epoch::random())
    }
}

impl MemoryJournal {
    /// Makes an empty log; simulations pass an epoch of their own to stay reproducible.
    pub fn new(epoch: Epoch) -> Self {
        Self::on(Arc::new(MemoryLog { epoch, contents: Mutex::default() }))
    }

    /// Returns another writer of the same log, as a second node has, with faults of its own.
    pub fn rival(&self) -> Self {
        Self::on(Arc::clone(&self.log))
    }

    /// Returns the switches for what goes wrong with this writer.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    fn on(log: Arc<MemoryLog>) -> Self {
        Self { log, faults: Faults::default() }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        batch.check()?;
        self.faults.until_released().await;
        let planned = self.faults.take_next();
        if let Some(Planned::Overtaken(drafts)) = planned {
            self.log.contents().append(drafts);
            return self.log.contents().take(batch);
        }
        if let Some(Planned::Failed) = planned {
            return Err(AppendError::Unavailable("a failure was asked for".into()));
        }
        let records = self.log.contents().take(batch)?;
        match planned {
            Some(Planned::AnswerLost) => {
                Err(AppendError::Unavailable("a lost answer was asked for".into()))
            }
            Some(Planned::Overtaken(_) | Planned::Failed) | None => Ok(records),
        }
    }

    fn reader(&self) -> Arc<dyn Reader> {
        Arc::clone(&self.log) as Arc<dyn Reader>
    }
}

/// Switches for what goes wrong with one writer. Planned faults happen in the order planned, one
/// to each append.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<VecDeque<Planned>>>,
    held: Arc<watch::Sender<bool>>,
}

#[derive(Debug)]
enum Planned {
    Failed,
    AnswerLost,
    Overtaken(Vec<Draft>),
}

impl Faults {
    /// Makes the next `count` appends fail, appending nothing.
    pub fn fail(&self, count: usize) {
        self.plan((0..count).map(|_| Planned::Failed));
    }

    /// Makes the next append take effect and report a failure all the same.
    pub fn lose_answer(&self) {
        self.plan([Planned::AnswerLost]);
    }

    /// Lets another writer append `drafts` just before the next append, which so meets a conflict.
    pub fn overtake(&self, drafts: Vec<Draft>) {
        self.plan([Planned::Overtaken(drafts)]);
    }

    /// Makes appends wait, as on a slow disk, until [`Faults::release`].
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Lets waiting appends go on.
    pub fn release(&self) {
        self.held.send_replace(false);
    }

    fn plan(&self, faults: impl IntoIterator<Item = Planned>) {
        lock(&self.planned).extend(faults);
    }

    fn take_next(&self) -> Option<Planned> {
        lock(&self.planned).pop_front()
    }

    async fn until_released(&self) {
        let mut held = self.held.subscribe();
        // The sender cannot be gone: `self` holds it.
        let _ = held.wait_for(|held| !held).await;
    }
}

#[derive(Debug)]
struct MemoryLog {
    epoch: Epoch,
    contents: Mutex<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    records: Vec<Record>,
    receipts: BTreeMap<String, Receipt>,
}

impl MemoryLog {
    fn contents(&self) -> MutexGuard<'_, Contents> {
        lock(&self.contents)
    }
}

impl Contents {
    fn head(&self) -> Head {
        self.records.last().map_or(Head::GENESIS, Record::head)
    }

    fn append(&mut self, drafts: Vec<Draft>) -> Vec<Record> {
        let mut chain = Chain::after(self.head());
        let records: Vec<_> = drafts.into_iter().map(|draft| chain.seal(draft)).collect();
        self.records.extend_from_slice(&records);
        records
    }

    fn take(&mut self, batch: Batch) -> Result<Vec<Record>, AppendError> {
        let actual = self.head();
        if batch.expected != actual {
            return Err(AppendError::Conflict { actual });
        }
        let mut receipts = BTreeMap::new();
        for receipt in batch.receipts {
            let command = receipt.command.clone();
            let known = self.receipts.contains_key(&command);
            if known || receipts.insert(command.clone(), receipt).is_some() {
                return Err(AppendError::Repeated { command });
            }
        }
        self.receipts.append(&mut receipts);
        Ok(self.append(batch.drafts))
    }
}

#[async_trait]
impl Reader for MemoryLog {
    async fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, ReadError> {
        let contents = self.contents();
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        let mut page = Vec::new();
        let mut bytes = 0;
        for record in contents.records.iter().skip(from).take(limit) {
            page.push(record.clone());
            bytes += record.data.len();
            if bytes >= PAGE_BYTES_MAX {
                break;
            }
        }
        Ok(page)
    }

    async fn head(&self) -> Result<Head, ReadError> {
        Ok(self.contents().head())
    }

    async fn receipt(&self, command: &str) -> Result<Option<Receipt>, ReadError> {
        Ok(self.contents().receipts.get(command).cloned())
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }
}

/// A panic elsewhere leaves nothing half done here: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[tokio::test]
    async fn a_failed_append_leaves_nothing_and_the_next_one_works() {
        let mut journal = MemoryJournal::default();
        journal.faults().fail(1);
        let failed = journal.append(batch(Head::GENESIS, "a")).await;
        assert!(matches!(failed, Err(AppendError::Unavailable(_))));
        assert_eq!(journal.reader().head().await.unwrap(), Head::GENESIS);
        assert!(journal.append(batch(Head::GENESIS, "a")).await.is_ok());
    }

    #[tokio::test]
    async fn a_lost_answer_leaves_the_records_and_their_receipt() {
        let mut journal = MemoryJournal::default();
        journal.faults().lose_answer();
        let lost = journal.append(batch(Head::GENESIS, "a")).await;
        assert!(matches!(lost, Err(AppendError::Unavailable(_))));
        assert_eq!(journal.reader().read(0, 10).await.unwrap().len(), 1);
        assert!(journal.reader().receipt("a").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn an_overtaken_append_meets_a_conflict_with_what_was_there_first() {
        let mut journal = MemoryJournal::default();
        journal.faults().overtake(vec![draft("first")]);
        let refused = journal.append(batch(Head::GENESIS, "second")).await;
        let Err(AppendError::Conflict { actual }) = refused else { panic!("{refused:?}") };
        assert_eq!(journal.reader().read(0, 10).await.unwrap()[0].head(), actual);
        assert!(journal.append(batch(actual, "second")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_held_append_waits_until_it_is_released() {
        let mut journal = MemoryJournal::default();
        let faults = journal.faults();
        faults.hold();
        let reader = journal.reader();
        let append = journal.append(batch(Head::GENESIS, "a"));
        let release = async {
            tokio::task::yield_now().await;
            assert_eq!(reader.head().await.unwrap(), Head::GENESIS);
            faults.release();
        };
        let (appended, ()) = tokio::join!(append, release);
        assert_eq!(appended.unwrap().len(), 1);
    }

    fn batch(expected: Head, command: &str) -> Batch {
        let receipt = Receipt {
            command: command.into(),
            fingerprint: super::super::Hash::of(b""),
            reply: "{}".into(),
        };
        Batch { expected, drafts: vec![draft(command)], receipts: vec![receipt] }
    }

    fn draft(data: &str) -> Draft {
        Draft {
            at: Timestamp::from_millis(1),
            actor: "a".into(),
            kind: "k".into(),
            version: 1,
            subject: "s".into(),
            data: data.into(),
        }
    }
}
