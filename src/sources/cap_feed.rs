//! Feeds of CAP messages: those that were not read yet are fetched, the oldest first.

use std::sync::Arc;

use hyper::header::HeaderValue;

use super::{
    fetch::{Asked, Failure, Fetched, Fetcher},
    intake::{Intake, Offered},
    list::not_fetched,
    memory::Memory,
    round::Trouble,
};
use crate::{
    domain::time::Timestamp,
    ingest::{
        cap,
        feeds::{
            Fault,
            atom::{self, Cap, Entry},
        },
        warning,
    },
};

/// Messages fetched in one round; the others wait for the next.
const MESSAGES_MAX: usize = 500;
/// Entries that are remembered as read; a relay keeps some hundreds.
const READ_MAX: usize = 10_000;
const CAP: &str = "application/cap+xml";

/// A feed and what of it was read.
pub(super) struct CapFeed {
    fetcher: Arc<Fetcher>,
    asked: Asked,
    tag: Option<HeaderValue>,
    read: Memory,
}

impl CapFeed {
    pub(super) fn new(fetcher: Arc<Fetcher>, asked: Asked) -> Self {
        Self { fetcher, asked, tag: None, read: Memory::new(READ_MAX) }
    }

    /// Asks once; returns when that was.
    pub(super) async fn ask(&mut self, intake: &mut Intake) -> Result<Timestamp, Trouble> {
        match self.fetcher.get(&self.asked, self.tag.as_ref()).await? {
            Fetched::Unchanged => {}
            Fetched::Body { bytes, tag } => {
                let feed = atom::read(&bytes, self.asked.url.as_str())?;
                let whole = self.read_entries(feed.entries, intake).await?;
                // What could not be fetched, or is still to be, is looked for although the feed is the same.
                self.tag = tag.filter(|_| whole);
            }
        }
        Ok(intake.now())
    }

    /// Reads what is new; tells whether that was all.
    async fn read_entries(
        &mut self,
        entries: Vec<Result<Entry, Fault>>,
        intake: &mut Intake,
    ) -> Result<bool, Trouble> {
        let mut wanted = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) if self.read.holds(&key(&entry)) => {}
                Ok(entry) => wanted.push(entry),
                Err(fault) => intake.not_taken(format!("{fault}: {}", fault.remedy())),
            }
        }
        let whole = wanted.len() <= MESSAGES_MAX;
        let mut failed = Vec::new();
        for entry in wanted.into_iter().take(MESSAGES_MAX) {
            match self.message(&entry).await {
                Ok(bytes) => {
                    match offered(&bytes) {
                        Ok(offered) => drop(intake.take(vec![offered]).await?),
                        Err(why) => intake.not_taken(format!("{}: {why}", entry.id)),
                    }
                    self.read.remember(&key(&entry));
                }
                Err(failure @ Failure::Plain { .. }) => {
                    intake.not_taken(format!("{}: {failure}", entry.id));
                    self.read.remember(&key(&entry));
                }
                Err(failure @ Failure::Elsewhere { .. }) => {
                    intake.not_taken(format!("{}: {failure}; add it to hosts", entry.id));
                    self.read.remember(&key(&entry));
                }
                Err(failure) if failure.is_gone() => {
                    intake.not_taken(format!("{}: {failure}", entry.id));
                    self.read.remember(&key(&entry));
                }
                Err(failure) => failed.push(failure),
            }
        }
        not_fetched(failed)?;
        Ok(whole)
    }

    async fn message(&self, entry: &Entry) -> Result<Vec<u8>, Failure> {
        match &entry.cap {
            Cap::Here(text) => Ok(text.clone().into_bytes()),
            Cap::At(url) => match self.fetcher.get(&self.asked.at(url)?, None).await? {
                Fetched::Body { bytes, .. } => Ok(bytes.to_vec()),
                Fetched::Unchanged => Ok(Vec::new()),
            },
        }
    }
}

/// An entry that was changed is another.
fn key(entry: &Entry) -> String {
    let updated = entry.updated.map(|at| at.to_string()).unwrap_or_default();
    format!("{} {updated}", entry.id)
}

/// Reads a CAP message as a warning, without its forecaster's name.
pub(super) fn offered(bytes: &[u8]) -> Result<Offered, cap::Fault> {
    let mut parsed = cap::read(bytes)?;
    cap::china::forget_forecaster(&mut parsed.alert);
    let message = warning::message(&parsed);
    let original = warning::original(bytes, CAP, &parsed.alert);
    Ok(Offered { message, original })
}
