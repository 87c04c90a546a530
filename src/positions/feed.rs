//! The feed: reports in, fixes out, the newest of each unit in between.
//!
//! Invariant: whoever listens gets a unit's fixes in order of their own time. Nothing here waits: what cannot
//! be taken at once is counted and let go, since a newer position is on its way.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use compact_str::CompactString;
use tokio::sync::broadcast;

use super::{
    check::{self, Fault, Ground, Settings, Speaker},
    counts::{Counters, Counts},
    latest::Place,
    reading::{self, Item, NotPositions, Unreadable},
    refusals::{Example, Refusals, Row, quoted},
    report::{Fix, Flags, Report, rounded},
    track,
    units::{Known, Registry, UnitNumber},
    wire,
};
use crate::{bucket::Bucket, domain::time::Timestamp};

/// Positions taken in one go: some forty microseconds, after which others get their turn.
const CHUNK: usize = 256;
/// Chunks a listener may fall behind. One that falls further takes [`Positions::latest`] instead.
const FEED_CAPACITY: usize = 1_024;
/// Points of tracks that wait to be written. When the disk is slower than they come the newest are not kept.
const PENDING_MAX: usize = 100_000;
/// Last positions written at a time; the others have their turn a second later.
const SAVED_AT_ONCE: usize = 5_000;
/// Refusals named one by one in an answer; all are counted.
const NAMED_MAX: usize = 100;
/// Logins whose rate is remembered; beyond, those that are quiet are forgotten.
const BUCKETS_MAX: usize = 1_024;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    pub accepted: usize,
    pub dropped: usize,
    /// The first hundred that were refused; those that came twice or late are only counted.
    pub refusals: Vec<Refusal>,
    /// Nothing was even looked at, since too much came before.
    pub flooded: bool,
}

/// One position that is not on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Where in the batch, from 0.
    pub index: usize,
    pub unit: CompactString,
    pub fault: Fault,
    pub message: String,
    pub field: Option<String>,
}

/// What waits to be written to disk.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub registry: Arc<Registry>,
    pub points: Vec<Fix>,
    pub last: Vec<Fix>,
}

/// A cheap, cloneable way to the position plane.
#[derive(Debug, Clone)]
pub struct Positions {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    state: Mutex<State>,
    feed: broadcast::Sender<Arc<[Fix]>>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct State {
    registry: Arc<Registry>,
    ground: Option<Ground>,
    /// By unit number.
    units: Vec<Unit>,
    buckets: HashMap<CompactString, Bucket>,
    refusals: Refusals,
    points: Vec<Fix>,
    /// Units whose last position has not been written, longest waiting first; each is in it once.
    unsaved: VecDeque<UnitNumber>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    place: Place,
    /// The last point of its track.
    kept: Option<Fix>,
    unsaved: bool,
}

impl Positions {
    pub fn new(settings: Settings) -> Self {
        let (feed, _) = broadcast::channel(FEED_CAPACITY);
        let (state, counters) = (Mutex::default(), Counters::default());
        Self { inner: Arc::new(Inner { settings, state, feed, counters }) }
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Makes `units` the units there are, and `ground` where they are at home.
    pub fn know(&self, units: Vec<Known>, ground: Option<Ground>) {
        let mut registry = Registry::clone(&self.registry());
        registry.list(units);
        let mut state = self.state();
        state.units.resize(registry.len(), Unit::default());
        state.registry = Arc::new(registry);
        state.ground = ground;
    }

    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.state().registry)
    }

    /// Takes a batch of positions from one speaker.
    pub fn report(&self, reports: &[Report], speaker: &Speaker, now: Timestamp) -> Outcome {
        self.hear(reports.iter().map(Ok), speaker, now)
    }

    /// Takes a batch of which some may be no positions.
    pub fn report_items(&self, items: &[Item], speaker: &Speaker, now: Timestamp) -> Outcome {
        self.hear(items.iter().map(Result::as_ref), speaker, now)
    }

    /// Takes a text that should be one position or an array of them. What is neither is counted too.
    pub fn raw(
        &self,
        text: &[u8],
        speaker: &Speaker,
        now: Timestamp,
    ) -> Result<Outcome, NotPositions> {
        let items = reading::read(text).inspect_err(|why| self.unreadable(text, why, speaker, now));
        items.map(|items| self.report_items(&items, speaker, now))
    }

    /// Counts a text that is no positions at all.
    pub fn unreadable(&self, text: &[u8], why: &NotPositions, speaker: &Speaker, now: Timestamp) {
        self.inner.counters.refused(Fault::Unreadable, 1);
        let example = || Example { text: format!("{why}: {}", quoted(text)), ..Example::default() };
        self.state().refusals.note(speaker, Fault::Unreadable, 1, now, example);
    }

    /// Takes fixes that another node has checked and [`wire::encode`]d.
    pub fn follow(&self, bytes: &[u8], now: Timestamp) {
        let registry = self.registry();
        let Ok(decoded) = wire::decode(bytes, &registry) else {
            self.inner.counters.garbled();
            return;
        };
        self.inner.counters.refused(Fault::UnknownUnit, decoded.unknown as u64);
        for chunk in decoded.fixes.chunks(CHUNK) {
            let mut state = self.state();
            let sound =
                chunk.iter().filter(|fix| check::time(fix.at, now, self.settings()).is_ok());
            let fixes: Vec<Fix> = sound.filter_map(|fix| state.follow(*fix, &self.inner)).collect();
            self.inner.counters.followed(fixes.len());
            self.inner.tell(&state, fixes);
        }
    }

    /// Returns the fixes that are accepted from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Fix]>> {
        self.inner.feed.subscribe()
    }

    /// Returns the newest fix of every unit on the list, however old.
    pub fn latest(&self) -> Vec<Fix> {
        let state = self.state();
        let last = state.units.iter().filter_map(|unit| unit.place.last);
        last.filter(|fix| state.registry.lists(fix.unit)).collect()
    }

    /// Returns a unit's newest fix.
    pub fn last(&self, unit: UnitNumber) -> Option<Fix> {
        self.state().units.get(unit.index())?.place.last
    }

    /// Returns what was refused lately, by speaker and reason; the latest first.
    pub fn refusals(&self) -> Vec<Row> {
        self.state().refusals.rows()
    }

    pub fn counts(&self) -> Counts {
        self.inner.counters.read()
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// Puts units back where they were when the program last ran.
    pub(super) fn restore(&self, records: &[Vec<u8>], now: Timestamp) -> usize {
        let registry = self.registry();
        let decoded = records.iter().filter_map(|bytes| wire::decode(bytes, &registry).ok());
        let ahead = now + std::time::Duration::from_secs(u64::from(self.settings().ahead_s));
        let mut state = self.state();
        let fixes = decoded.flat_map(|decoded| decoded.fixes).filter(|fix| fix.at <= ahead);
        fixes.filter(|fix| state.units[fix.unit.index()].place.follow(*fix).is_ok()).count()
    }

    /// Takes what waits to be written.
    pub(super) fn take_pending(&self) -> Pending {
        let mut state = self.state();
        let points = std::mem::take(&mut state.points);
        let count = state.unsaved.len().min(SAVED_AT_ONCE);
        let units: Vec<UnitNumber> = state.unsaved.drain(..count).collect();
        let last = units.iter().filter_map(|unit| {
            let unit = &mut state.units[unit.index()];
            unit.unsaved = false;
            unit.place.last
        });
        let last = last.collect();
        Pending { registry: Arc::clone(&state.registry), points, last }
    }

    /// Has the last positions of these units written with the next.
    pub(super) fn save_again(&self, units: &[UnitNumber]) {
        units.iter().for_each(|unit| self.state().save(*unit));
    }

    fn hear<'r>(
        &self,
        items: impl ExactSizeIterator<Item = Result<&'r Report, &'r Unreadable>>,
        speaker: &Speaker,
        now: Timestamp,
    ) -> Outcome {
        let total = items.len();
        let granted = self.state().admit(speaker, total, &self.inner.settings, now);
        let mut batch = Batch { inner: &self.inner, speaker, now, outcome: Outcome::default() };
        let mut items = items.enumerate().take(granted).peekable();
        while items.peek().is_some() {
            let mut state = self.state();
            let fixes: Vec<Fix> = items
                .by_ref()
                .take(CHUNK)
                .filter_map(|(index, item)| batch.take(&mut state, index, item))
                .collect();
            self.inner.counters.accepted(&fixes);
            self.inner.tell(&state, fixes);
        }
        batch.outcome.flooded = total > 0 && granted == 0;
        batch.flood(granted, total);
        batch.outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every field is whole between two statements, so a panic elsewhere leaves nothing half done.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Tells listeners; called with the state locked, so that they hear in the order of acceptance.
    fn tell(&self, _locked: &State, fixes: Vec<Fix>) {
        if !fixes.is_empty() {
            // Nobody listening is fine.
            let _ = self.feed.send(fixes.into());
        }
    }
}

impl State {
    /// Returns how many of `wanted` positions the speaker may still bring now.
    fn admit(
        &mut self,
        speaker: &Speaker,
        wanted: usize,
        settings: &Settings,
        now: Timestamp,
    ) -> usize {
        let rate = settings.rate();
        if self.buckets.len() > BUCKETS_MAX {
            self.buckets.retain(|_, bucket| !bucket.is_full(rate, now));
        }
        let full = || Bucket::full(rate, now);
        let bucket = self.buckets.entry(speaker.name.clone()).or_insert_with(full);
        bucket.take(wanted, rate, now)
    }

    fn check(
        &mut self,
        report: &Report,
        speaker: &Speaker,
        now: Timestamp,
        inner: &Inner,
    ) -> Result<Fix, Fault> {
        let settings = &inner.settings;
        let unit = self.registry.find(&report.unit).ok_or(Fault::UnknownUnit)?;
        let known = self.registry.get(unit).ok_or(Fault::UnknownUnit)?;
        if !speaker.may_speak_for(known) {
            return Err(Fault::NotYours);
        }
        check::time(report.at, now, settings)?;
        let [lon, lat] = rounded(check::place(report, self.ground, settings)?);
        let fix = Fix {
            unit,
            lon,
            lat,
            at: report.at,
            received_at: now,
            motion: report.motion(),
            crs: report.crs,
            source: speaker.source,
            flags: Flags::default(),
        };
        let fix = self.units[unit.index()].place.take(fix, settings.max_speed_kmh)?;
        self.keep(&fix, inner);
        self.save(unit);
        Ok(fix)
    }

    /// Has the unit's last position written, unless it waits for that already.
    fn save(&mut self, unit: UnitNumber) {
        if !std::mem::replace(&mut self.units[unit.index()].unsaved, true) {
            self.unsaved.push_back(unit);
        }
    }

    fn follow(&mut self, fix: Fix, inner: &Inner) -> Option<Fix> {
        let fix = Fix { flags: fix.flags.with(Flags::FOLLOWED), ..fix };
        match self.units[fix.unit.index()].place.follow(fix) {
            Ok(fix) => {
                self.keep(&fix, inner);
                Some(fix)
            }
            Err(fault) => {
                inner.counters.refused(fault, 1);
                None
            }
        }
    }

    /// Puts the fix into its unit's track if it is a point of it.
    fn keep(&mut self, fix: &Fix, inner: &Inner) {
        let unit = &mut self.units[fix.unit.index()];
        if !track::keeps(unit.kept.as_ref(), fix) {
            return;
        }
        unit.kept = Some(*fix);
        if self.points.len() < PENDING_MAX {
            self.points.push(*fix);
        } else {
            inner.counters.points_dropped(1);
        }
    }
}

/// A batch in the taking.
struct Batch<'b> {
    inner: &'b Inner,
    speaker: &'b Speaker,
    now: Timestamp,
    outcome: Outcome,
}

impl Batch<'_> {
    fn take(
        &mut self,
        state: &mut State,
        index: usize,
        item: Result<&Report, &Unreadable>,
    ) -> Option<Fix> {
        let fault = match item {
            Ok(report) => match state.check(report, self.speaker, self.now, self.inner) {
                Ok(fix) => {
                    self.outcome.accepted += 1;
                    return Some(fix);
                }
                Err(fault) => fault,
            },
            Err(_) => Fault::Unreadable,
        };
        self.outcome.dropped += 1;
        self.inner.counters.refused(fault, 1);
        if fault.is_worth_telling() {
            let example = || Example::of(item);
            state.refusals.note(self.speaker, fault, 1, self.now, example);
            if self.outcome.refusals.len() < NAMED_MAX {
                self.outcome.refusals.push(refusal(index, item, fault));
            }
        }
        None
    }

    /// Counts the positions from `granted` on, which were too many.
    fn flood(&mut self, granted: usize, total: usize) {
        let over = total - granted;
        if over == 0 {
            return;
        }
        self.outcome.dropped += over;
        self.inner.counters.refused(Fault::Flood, over as u64);
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        let text = || Example { text: format!("{total} at once"), ..Example::default() };
        state.refusals.note(self.speaker, Fault::Flood, over as u64, self.now, text);
        let (unit, message) = (CompactString::default(), Fault::Flood.to_string());
        let refusal = Refusal { index: granted, unit, fault: Fault::Flood, message, field: None };
        if self.outcome.refusals.len() < NAMED_MAX {
            self.outcome.refusals.push(refusal);
        }
    }
}

fn refusal(index: usize, item: Result<&Report, &Unreadable>, fault: Fault) -> Refusal {
    match item {
        Ok(report) => {
            let unit = report.unit.chars().take(64).collect();
            Refusal { index, unit, fault, message: fault.to_string(), field: None }
        }
        Err(Unreadable { field, message }) => {
            let (unit, message) = (CompactString::default(), message.clone());
            Refusal { index, unit, fault, message, field: field.clone() }
        }
    }
}
