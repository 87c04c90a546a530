//! The sources there are, when each was heard, and what became of what they said.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use compact_str::CompactString;

use super::{Kind, Source, memory::Memory};
use crate::domain::{
    silence::{LastHeard, Voice},
    time::Timestamp,
};

/// Items that were not understood and are kept to be shown, the newest.
const FAULTS_KEPT: usize = 20;

/// Faults of one source that are remembered as told: a list brings the same each minute.
const TOLD_MAX: usize = 2_000;

/// How a source is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    pub heard_at: Option<Timestamp>,
    /// What keeps it from being heard now.
    pub trouble: Option<String>,
    /// Messages since this node started: taken as new, known, about elsewhere, refused.
    pub accepted: u64,
    pub known: u64,
    pub elsewhere: u64,
    pub refused: u64,
    /// What was not understood lately.
    pub faults: VecDeque<(Timestamp, String)>,
}

/// What became of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Accepted,
    Known,
    Elsewhere,
}

type ByName = BTreeMap<CompactString, Known>;

/// A source, how it is, and what of its faults was told before.
#[derive(Debug)]
struct Known {
    source: Arc<Source>,
    status: Status,
    told: Memory,
}

/// A cheap, cloneable way to the sources.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    inner: Arc<Mutex<ByName>>,
}

impl Sources {
    pub fn new(sources: Vec<Source>) -> Self {
        let entry = |source: Source| {
            let (status, told) = (Status::default(), Memory::new(TOLD_MAX));
            (source.name.clone(), Known { source: Arc::new(source), status, told })
        };
        Self { inner: Arc::new(Mutex::new(sources.into_iter().map(entry).collect())) }
    }

    pub fn settings(&self) -> Vec<Arc<Source>> {
        self.lock().values().map(|known| Arc::clone(&known.source)).collect()
    }

    /// Returns every source and how it is, in order of name.
    pub fn all(&self) -> Vec<(Arc<Source>, Status)> {
        let sources = self.lock();
        sources.values().map(|known| (Arc::clone(&known.source), known.status.clone())).collect()
    }

    /// Finds the source that pushes with `login`.
    pub fn pushing(&self, login: &str) -> Option<CompactString> {
        let sources = self.lock();
        let mut pushing = sources.values().map(|known| &known.source);
        let found = pushing.find(|source| source.kind == Kind::Push && source.login == login)?;
        Some(found.name.clone())
    }

    /// Notes that a source was heard; an older time than is known says nothing.
    pub fn heard(&self, name: &str, at: Timestamp) {
        self.change(name, |status| {
            status.heard_at = status.heard_at.max(Some(at));
        });
    }

    pub(super) fn answers(&self, name: &str, heard_at: Option<Timestamp>) {
        self.change(name, |status| {
            status.heard_at = status.heard_at.max(heard_at);
            status.trouble = None;
        });
    }

    pub(super) fn troubles(&self, name: &str, trouble: String) {
        self.change(name, |status| {
            if status.trouble.as_ref() != Some(&trouble) {
                tracing::warn!(source = name, trouble, "a source of warnings is not heard");
            }
            status.trouble = Some(trouble);
        });
    }

    pub(super) fn took(&self, name: &str, taken: Taken) {
        self.change(name, |status| match taken {
            Taken::Accepted => status.accepted += 1,
            Taken::Known => status.known += 1,
            Taken::Elsewhere => status.elsewhere += 1,
        });
    }

    /// Notes what was not understood, or not accepted. The same again, as each round brings it, is told once.
    pub fn refused(&self, name: &str, at: Timestamp, why: String) {
        let mut sources = self.lock();
        let Some(Known { status, told, .. }) = sources.get_mut(name) else { return };
        if told.holds(&why) {
            return;
        }
        told.remember(&why);
        tracing::warn!(source = name, why, "what a source of warnings says was not accepted");
        status.refused += 1;
        status.faults.truncate(FAULTS_KEPT - 1);
        status.faults.push_front((at, why));
    }

    /// Returns when each was heard that was heard at all.
    pub fn heard_times(&self) -> Vec<(CompactString, Timestamp)> {
        let sources = self.lock();
        let heard =
            sources.iter().map(|(name, known)| Some((name.clone(), known.status.heard_at?)));
        heard.flatten().collect()
    }

    /// Returns those that have not been heard for longer than they may; who was never heard counts from `since`,
    /// when this node began to listen.
    pub fn overdue(&self, since: Timestamp, now: Timestamp) -> Vec<LastHeard> {
        let sources = self.lock();
        let overdue = sources.values().filter_map(|Known { source, status, .. }| {
            let at = status.heard_at.unwrap_or(since);
            let may = Duration::from_secs(u64::from(source.silent_after_s));
            (at + may <= now).then(|| LastHeard { voice: Voice::Source(source.name.clone()), at })
        });
        overdue.collect()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Status)) {
        if let Some(known) = self.lock().get_mut(name) {
            change(&mut known.status);
        }
    }

    fn lock(&self) -> MutexGuard<'_, ByName> {
        // A panic elsewhere leaves the map whole: every change is of one value.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
