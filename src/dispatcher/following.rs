//! Following what other writers of the same journal have appended, and taking back what was decided on a board
//! that did not come to be.

use super::{
    Published,
    backoff::Backoff,
    recovery::{entry, recover},
    writer::{BATCH_EVENTS, Failure, Writer, sleep},
};
use crate::{
    domain::event::Entry,
    journal::{AppendError, Chain, Head, Record},
};

/// A server that failed over to a copy that lagged behind: going on would be another history.
const LOST: &str =
    "the journal no longer holds what this node was told; start it again to see what is lost";

impl Writer {
    /// Takes the turn and catches up with whoever had it before, so that what is decided now still holds when it
    /// is appended.
    pub(super) async fn take_turn(&mut self) -> Result<(), Failure> {
        let end = match self.journal.take_turn().await {
            Ok(None) => return Ok(()),
            Ok(Some(end)) => end,
            Err(AppendError::Unavailable(why)) => {
                self.go_down(&why);
                return Err(Failure::Down);
            }
            Err(error) => {
                self.go_down(&error);
                return Err(Failure::Down);
            }
        };
        if end == self.head || self.catch_up_to(end).await {
            return Ok(());
        }
        self.journal.leave_turn().await;
        self.go_down(&"its end cannot be followed");
        Err(Failure::Down)
    }

    /// Reads and applies what others have appended up to `end`; tells whether the board is there now.
    async fn catch_up_to(&mut self, end: Head) -> bool {
        while self.head.seq < end.seq {
            if !self.follow_page().await {
                break;
            }
        }
        if self.head.seq == end.seq && self.head != end || self.head.seq > end.seq {
            tracing::error!(here = %self.head, there = %end, "{LOST}");
        }
        self.head == end
    }

    /// Reads and applies what other processes have appended.
    pub(super) async fn catch_up(&mut self) {
        let behind = match self.reader.head().await {
            Ok(head) => head.seq > self.head.seq,
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read");
                return;
            }
        };
        while behind && self.follow_page().await {}
    }

    /// Reads and applies one page; tells whether there may be another.
    async fn follow_page(&mut self) -> bool {
        match self.reader.read(self.head.seq, BATCH_EVENTS).await {
            Ok(page) => !page.is_empty() && self.follow(page),
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read");
                false
            }
        }
    }

    /// Applies and tells records that somebody else appended; stops at one it cannot read, or that does not
    /// follow from what this board was made of.
    fn follow(&mut self, page: Vec<Record>) -> bool {
        let mut chain = Chain::after(self.head);
        let mut events = Vec::with_capacity(page.len());
        let mut followed = true;
        for record in page {
            if chain.check(&record).is_err() {
                tracing::error!(here = %self.head, "{LOST}");
                followed = false;
                break;
            }
            match entry(&record) {
                Ok(entry) => {
                    self.board.apply(&entry);
                    self.head = record.head();
                    events.push(published(entry, record));
                }
                Err(error) => {
                    tracing::error!(%error, "another program's event; upgrade this node");
                    followed = false;
                    break;
                }
            }
        }
        self.publish(events);
        followed
    }

    /// Takes back what was applied ahead of an append that failed.
    pub(super) async fn roll_back(&mut self) {
        loop {
            match recover(&*self.reader, &self.snapshots).await {
                Ok(recovered) => {
                    let from = self.head.seq;
                    (self.board, self.head) = (recovered.board, recovered.head);
                    self.publish_since(from).await;
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "the board cannot be rebuilt; trying again");
                    sleep(Some(Backoff::LONGEST)).await;
                }
            }
        }
    }

    /// Tells events that were found in the journal while the board was rebuilt.
    async fn publish_since(&mut self, after: u64) {
        let mut seq = after;
        while seq < self.head.seq {
            let Ok(page) = self.reader.read(seq, BATCH_EVENTS).await else { return };
            let Some(last) = page.last() else { return };
            seq = last.seq;
            let readable = page.into_iter().filter_map(|record| {
                let entry = entry(&record).ok()?;
                Some(published(entry, record))
            });
            self.publish(readable.collect());
        }
    }
}

fn published(entry: Entry, record: Record) -> Published {
    Published { entry, data: record.data, hash: record.hash }
}
