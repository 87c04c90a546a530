//! What the journal of several nodes must survive: rivals, a server killed or paused, cut connections, altered
//! rows, a failover that lost the tail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dispatchers;
mod outages;
mod rivals;
mod tampering;

use std::path::Path;

use jiaoying::{
    domain::time::Timestamp,
    journal::{
        AppendError, Batch, Draft, Hash, Head, Journal, Receipt, Record, postgres::PostgresJournal,
    },
};

use crate::support::postgres::database;

/// A writer of a journal, and the head it knows.
struct Writer {
    journal: PostgresJournal,
    head: Head,
}

impl Writer {
    async fn open(url: &str, dir: &Path) -> Self {
        Self::on(PostgresJournal::open(&database(url), dir).await.unwrap()).await
    }

    async fn on(journal: PostgresJournal) -> Self {
        let head = journal.reader().head().await.unwrap();
        Self { journal, head }
    }

    /// Appends one batch after the head that this writer knows.
    async fn try_append(&mut self, texts: &[String]) -> Result<Vec<Record>, AppendError> {
        let drafts = texts.iter().map(|text| draft(text)).collect();
        let receipts = vec![receipt(&format!("after {}", self.head))];
        let batch = Batch { expected: self.head, drafts, receipts };
        let records = self.journal.append(batch).await?;
        self.head = records.last().map_or(self.head, Record::head);
        Ok(records)
    }

    async fn append(&mut self, texts: &[&str]) -> Vec<Record> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        self.try_append(&texts).await.unwrap()
    }

    /// Appends `count` records of some 300 bytes in batches of ten.
    async fn fill(&mut self, count: u64) {
        for first in (0..count).step_by(10) {
            let batch = first..count.min(first + 10);
            let texts: Vec<_> = batch.map(|n| format!("{n}:{}", "值".repeat(80))).collect();
            self.try_append(&texts).await.unwrap();
        }
    }

    async fn texts(&self) -> Vec<String> {
        let all = self.journal.reader().read(0, usize::MAX).await.unwrap();
        all.into_iter().map(|record| record.data).collect()
    }
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
