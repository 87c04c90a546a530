//! The feed: reports in, readings kept, and the news in them.
//!
//! Invariant: a gauge is judged by the readings of its own series alone, in order of their own time; those of a
//! drill have a series of their own.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use compact_str::CompactString;
use tokio::sync::{Notify, broadcast};

use super::{
    course::{Course, Watched},
    report::Report,
    store::Record,
    wire,
};
use crate::domain::{
    actor::Actor,
    gauge::{Fault, Point, Seen, Shown, Standing, Taken},
    ids::{AreaCode, SiteId},
    silence::{LastHeard, Silence, Voice},
    site::Gauge,
    time::Timestamp,
};

/// Readings in one batch.
pub const BATCH_LIMIT: usize = 10_000;
/// Refusals named one by one in an answer; all are counted.
const NAMED_MAX: usize = 100;
/// Readings that wait to be written. When the disk is slower than they come the newest are not kept.
const PENDING_MAX: usize = 200_000;
/// Batches that whoever hands them on may fall behind. Beyond, the oldest are not handed on.
const TAKEN_MAX: usize = 1_024;
/// Reporting periods without a word after which a gauge is silent (失联).
const SILENT_AFTER: u32 = 5;

/// A gauge there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub id: SiteId,
    pub area: AreaCode,
    pub gauge: Gauge,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    pub accepted: usize,
    pub dropped: usize,
    /// The first hundred that were refused; what was known already is only counted.
    pub refusals: Vec<Refusal>,
}

/// One reading that is not believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Where in the batch, from 0.
    pub index: usize,
    pub gauge: CompactString,
    pub code: &'static str,
    pub message: String,
}

/// What a gauge shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    pub point: Point,
    pub shown: Shown,
    pub received_at: Timestamp,
}

/// A cheap, cloneable way to the gauge plane.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    news: Notify,
    writing: tokio::sync::Mutex<()>,
    /// What was taken here, for other nodes.
    taken: broadcast::Sender<Arc<[Record]>>,
}

impl Default for Inner {
    fn default() -> Self {
        let (state, news, writing) =
            (Mutex::default(), Notify::new(), tokio::sync::Mutex::default());
        Self { state, news, writing, taken: broadcast::Sender::new(TAKEN_MAX) }
    }
}

#[derive(Debug, Default)]
struct State {
    gauges: BTreeMap<SiteId, Watched>,
    /// Under what number gauges' telemetry reports: one station may measure rain and water.
    stations: HashMap<CompactString, Vec<SiteId>>,
    pending: Vec<Record>,
    /// The gauges that have crossings for the board to look at, real and of a drill.
    news: BTreeSet<(SiteId, bool)>,
}

impl Gauges {
    /// Makes `gauges` the gauges there are; the readings of those that stay are kept.
    pub fn know(&self, gauges: Vec<Known>) {
        let mut state = self.state();
        let mut before = std::mem::take(&mut state.gauges);
        state.stations.clear();
        for known in gauges {
            if let Some(station) = &known.gauge.station {
                state.stations.entry(station.clone()).or_default().push(known.id.clone());
            }
            let watched = match before.remove(&known.id) {
                Some(watched) => Watched { known, ..watched },
                None => Watched { known, real: Course::default(), exercise: Course::default() },
            };
            state.gauges.insert(watched.known.id.clone(), watched);
        }
    }

    /// Learns how a gauge stands on the record.
    pub fn stands(&self, id: &SiteId, exercise: bool, standing: Standing) {
        let mut state = self.state();
        if let Some(watched) = state.gauges.get_mut(id) {
            let course = watched.course(exercise);
            course.standing = standing;
            if course.awaiting.is_empty() && !course.told {
                course.expected = standing;
            }
        }
    }

    /// Takes a batch of readings from one speaker.
    pub fn report(&self, reports: &[Report], speaker: &Actor, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        let mut state = self.state();
        let before = state.pending.len();
        for (index, report) in reports.iter().enumerate() {
            match state.take(report, speaker, now) {
                Ok(Taken::New | Taken::Late | Taken::Held | Taken::Old) => outcome.accepted += 1,
                Ok(Taken::Repeated) => outcome.dropped += 1,
                Err((code, message)) => {
                    outcome.dropped += 1;
                    if outcome.refusals.len() < NAMED_MAX {
                        let gauge = report.gauge.clone();
                        outcome.refusals.push(Refusal { index, gauge, code, message });
                    }
                }
            }
        }
        if self.inner.taken.receiver_count() > 0 && state.pending.len() > before {
            // Nobody may have stopped listening just now.
            let _ = self.inner.taken.send(state.pending[before..].into());
        }
        if !state.news.is_empty() {
            self.inner.news.notify_one();
        }
        outcome
    }

    /// Returns the readings that are taken here from now on, for other nodes.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Record]>> {
        self.inner.taken.subscribe()
    }

    /// Takes in readings that another node has taken and [`wire::encode`] has written, by the same rules. They are
    /// kept here, too, so that any node draws the whole hydrograph, and are not handed on again.
    pub fn follow(&self, batch: &[u8], now: Timestamp) -> Result<(), wire::Garbled> {
        let records = wire::decode(batch)?;
        let mut state = self.state();
        for record in records {
            // What is believed elsewhere and not here is of a gauge, or by a clock, that this node does not know.
            let _ = state.judge(&record.gauge, record.exercise, record.point, now);
        }
        if !state.news.is_empty() {
            self.inner.news.notify_one();
        }
        Ok(())
    }

    /// Puts back what was kept when the program last ran, oldest first.
    pub fn restore(&self, records: &[Record]) {
        let mut state = self.state();
        for record in records {
            let Some(watched) = state.gauges.get_mut(&record.gauge) else { continue };
            let measures = watched.known.gauge.measures;
            let course = watched.course(record.exercise);
            // What was believed once is believed again; a gauge that measures something else now has no past.
            if course.series.take(measures, record.point, None).is_ok() {
                course.received_at = course.received_at.max(Some(record.received_at));
            }
        }
    }

    /// Waits until there is something for the board to look at, and takes it: of each gauge in order. It is
    /// answered by [`Gauges::settle`].
    pub async fn news(&self) -> Vec<Vec<Seen>> {
        loop {
            let news = self.state().take_news();
            if !news.is_empty() {
                return news;
            }
            self.inner.news.notified().await;
        }
    }

    /// Learns how a gauge stands now that the board has seen what was told of it, and what of that it could not
    /// take and has to see again.
    /// Tells whether there is something left to see, for which the board is given a moment.
    pub fn settle(
        &self,
        id: &SiteId,
        exercise: bool,
        standing: Option<Standing>,
        again: Vec<Seen>,
    ) -> bool {
        let mut state = self.state();
        let Some(watched) = state.gauges.get_mut(id) else { return false };
        let gauge = watched.known.gauge.clone();
        let course = watched.course(exercise);
        course.told = false;
        course.standing = standing.unwrap_or(course.standing);
        again.into_iter().rev().for_each(|seen| course.awaiting.push_front(seen));
        if course.awaiting.is_empty() {
            // It may have been seen otherwise elsewhere: the newest reading decides.
            course.expected = course.standing;
            course.look(&gauge, id, exercise);
        }
        let waits = !course.awaiting.is_empty();
        if waits {
            state.news.insert((id.clone(), exercise));
            self.inner.news.notify_one();
        }
        waits
    }

    /// Waits until nobody else is writing: whoever then finds nothing left knows that all is on disk.
    pub(super) async fn turn_to_write(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.inner.writing.lock().await
    }

    /// Returns what waits to be written.
    pub(super) fn take_pending(&self) -> Vec<Record> {
        std::mem::take(&mut self.state().pending)
    }

    /// Has what could not be written wait again, before what came meanwhile.
    pub(super) fn put_back(&self, mut records: Vec<Record>) {
        let mut state = self.state();
        records.append(&mut state.pending);
        records.truncate(PENDING_MAX);
        state.pending = records;
    }

    pub fn latest(&self, id: &SiteId, exercise: bool) -> Option<Latest> {
        let state = self.state();
        let watched = state.gauges.get(id)?;
        let course = if exercise { &watched.exercise } else { &watched.real };
        Some(Latest {
            point: course.series.latest()?,
            shown: course.series.shown()?,
            received_at: course.received_at?,
        })
    }

    /// Returns which gauges have said nothing for five of their periods, counted from `since` at the earliest, and
    /// which of those that were silent are heard. One that has never reported, or says not how often, is not missed.
    pub fn silent(
        &self,
        silent: &BTreeMap<SiteId, Silence>,
        since: Timestamp,
        now: Timestamp,
    ) -> (Vec<LastHeard>, Vec<LastHeard>) {
        let (mut lost, mut heard) = (Vec::new(), Vec::new());
        for (id, watched) in &self.state().gauges {
            let period = watched.known.gauge.reports_every_s;
            let Some(at) = watched.real.received_at else { continue };
            let last = LastHeard { voice: Voice::Gauge(id.clone()), at };
            let quiet = now.since(at.max(since));
            let is_missed =
                |period_s| quiet > Duration::from_secs(u64::from(period_s)) * SILENT_AFTER;
            match silent.get(id) {
                // Heard is heard, even if by now nobody knows how often it should be.
                Some(silence) if at > silence.heard_at => heard.push(last),
                None if period.is_some_and(is_missed) => lost.push(last),
                Some(_) | None => {}
            }
        }
        (lost, heard)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the gauge that a report is about; of a station's several the one that measures such a thing.
    fn find(&self, report: &Report) -> Option<SiteId> {
        let Some(of_station) = self.stations.get(&report.gauge) else {
            return report.gauge.parse().ok();
        };
        let suits = |id: &&SiteId| {
            let measures = self.gauges.get(*id).map(|watched| watched.known.gauge.measures);
            report.value().zip(measures).is_some_and(|(value, measures)| value.suits(measures))
        };
        of_station.iter().find(suits).or(of_station.first()).cloned()
    }

    fn take_news(&mut self) -> Vec<Vec<Seen>> {
        let mut news = Vec::new();
        for (id, exercise) in std::mem::take(&mut self.news) {
            let Some(watched) = self.gauges.get_mut(&id) else { continue };
            let course = watched.course(exercise);
            course.told = true;
            news.push(std::mem::take(&mut course.awaiting).into());
        }
        news
    }

    fn take(
        &mut self,
        report: &Report,
        speaker: &Actor,
        now: Timestamp,
    ) -> Result<Taken, (&'static str, String)> {
        let watched = self.find(report).and_then(|id| self.gauges.get_mut(&id));
        // Whose gauge it is, is nobody else's business.
        let Some(watched) = watched.filter(|watched| speaker.sees(watched.known.area)) else {
            let message =
                format!("no gauge or station {}; import it with its station number", report.gauge);
            return Err(("reading.unknown_gauge", message));
        };
        let Some(value) = report.value() else {
            let message = "give level_m or rain_mm, one of them".to_owned();
            return Err(("reading.no_value", message));
        };
        let (id, point) = (watched.known.id.clone(), Point { at: report.at, value });
        let refused = |fault: Fault| (fault.code(), format!("{}: {fault}", report.gauge));
        let taken = self.judge(&id, report.exercise, point, now).map_err(refused)?;
        // It was found, and the list has not changed since.
        Ok(taken.unwrap_or(Taken::Repeated))
    }

    /// Has a gauge's own series judge a reading; `None` where there is no such gauge.
    fn judge(
        &mut self,
        id: &SiteId,
        exercise: bool,
        point: Point,
        now: Timestamp,
    ) -> Result<Option<Taken>, Fault> {
        let Some(watched) = self.gauges.get_mut(id) else { return Ok(None) };
        let Watched { known, real, exercise: drill } = watched;
        let course = if exercise { drill } else { real };
        let held = course.series.held();
        let clock = (!exercise).then_some(now);
        let taken = course.series.take(known.gauge.measures, point, clock)?;
        course.received_at = Some(now);
        if taken == Taken::Repeated {
            return Ok(Some(taken));
        }
        if matches!(taken, Taken::New | Taken::Late) {
            course.look(&known.gauge, &known.id, exercise);
            if !course.awaiting.is_empty() && !course.told {
                self.news.insert((known.id.clone(), exercise));
            }
        }
        // What is held may be nonsense: it is written once a second reading bears it out, with that one.
        let believed = |held: &Point| course.series.points().rev().any(|point| point == held);
        let borne_out = held.filter(|held| course.series.held() != Some(*held) && believed(held));
        let point = (taken != Taken::Held).then_some(point);
        for point in borne_out.into_iter().chain(point) {
            if self.pending.len() < PENDING_MAX {
                let gauge = known.id.clone();
                self.pending.push(Record { gauge, exercise, point, received_at: now });
            }
        }
        Ok(Some(taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::Role,
        gauge::Mark,
        site::{Measure, Thresholds},
    };

    #[test]
    fn a_gauge_is_named_by_its_id_or_its_station_and_only_to_whom_it_concerns() {
        let gauges = watched();
        let told = |gauge: &str, area: &str| {
            gauges.report(&[level(gauge, 0, 60.0)], &gateway(area), at(0))
        };
        assert_eq!(told("0011223344", "990101").accepted, 1);
        assert_eq!(told("g-1", "990101").accepted, 0, "it is known");
        for refused in [told("g-9", "990101"), told("g-1", "990102"), told("a/b", "990101")] {
            assert_eq!(refused.refusals[0].code, "reading.unknown_gauge");
        }
        let both = Report { rain_mm: Some(1.0), ..level("g-1", 1, 60.0) };
        let refused = gauges.report(&[both], &gateway("990101"), at(1));
        assert_eq!(refused.refusals[0].code, "reading.no_value");
    }

    #[tokio::test]
    async fn every_crossing_is_told_as_of_its_own_reading_until_the_board_has_it() {
        let gauges = watched();
        let id: SiteId = "g-1".parse().unwrap();
        let tell = |minute, metres| {
            gauges.report(&[level("g-1", minute, metres)], &gateway("990101"), at(minute));
        };
        let stood = |mark, minute| Standing { mark, since: Some(at(minute)), warning: None };
        tell(0, 63.0);
        assert!(gauges.state().news.is_empty());
        tell(10, 64.2);
        tell(40, 66.3);
        let told = gauges.news().await.concat();
        let moments: Vec<_> = told.iter().map(|seen| seen.at).collect();
        assert_eq!(moments, [at(10), at(40)]);
        // The board could take only the first; what comes meanwhile waits behind the second.
        tell(50, 66.4);
        let warning = stood(Some(Mark::Warning), 10);
        gauges.settle(&id, false, Some(warning), told[1..].to_vec());
        assert_eq!(gauges.news().await.concat(), told[1..]);
        gauges.settle(&id, false, Some(stood(Some(Mark::Guarantee), 40)), Vec::new());
        assert!(gauges.state().news.is_empty(), "it stands as it did");
        // Elsewhere it was seen otherwise: what it shows now counts.
        gauges.stands(&id, false, stood(None, 45));
        gauges.settle(&id, false, None, Vec::new());
        assert_eq!(gauges.news().await.concat()[0].at, at(50));
    }

    #[test]
    fn a_gauge_is_missed_after_five_of_its_periods_and_never_before_this_node_has_listened() {
        let gauges = watched();
        let nobody = BTreeMap::new();
        assert_eq!(gauges.silent(&nobody, at(0), at(600)).0, [], "it has never reported");
        gauges.report(&[level("g-1", 0, 60.0)], &gateway("990101"), at(0));
        assert_eq!(gauges.silent(&nobody, at(0), at(25)).0, []);
        let lost = gauges.silent(&nobody, at(0), at(26)).0;
        assert_eq!((lost.len(), lost[0].at), (1, at(0)));
        assert_eq!(gauges.silent(&nobody, at(20), at(26)).0, [], "the node has just started");
        let silence = Silence { heard_at: at(0), callout: None };
        let silent = BTreeMap::from([("g-1".parse().unwrap(), silence)]);
        assert_eq!(gauges.silent(&silent, at(0), at(26)), (Vec::new(), Vec::new()));
        gauges.report(&[level("g-1", 27, 60.0)], &gateway("990101"), at(27));
        let heard = gauges.silent(&silent, at(0), at(28)).1;
        assert_eq!((heard.len(), heard[0].at), (1, at(27)));
    }

    #[test]
    fn a_leap_is_kept_once_a_second_reading_bears_it_out() {
        let gauges = watched();
        let tell = |minute, metres| {
            gauges.report(&[level("g-1", minute, metres)], &gateway("990101"), at(minute));
            gauges.take_pending().iter().map(|record| record.point.at).collect::<Vec<_>>()
        };
        assert_eq!(tell(0, 60.0), [at(0)]);
        assert_eq!(tell(5, 69.0), [], "who knows");
        assert_eq!(tell(10, 60.1), [at(10)], "it was nothing");
        assert_eq!(tell(15, 65.0), []);
        assert_eq!(tell(20, 65.2), [at(15), at(20)]);
    }

    #[test]
    fn a_silent_gauge_is_heard_even_if_nobody_knows_any_more_how_often_it_should_be() {
        let gauges = watched();
        let mut known = gauges.state().gauges.values().next().unwrap().known.clone();
        known.gauge.reports_every_s = None;
        gauges.know(vec![known]);
        gauges.report(&[level("g-1", 27, 60.0)], &gateway("990101"), at(27));
        let silence = Silence { heard_at: at(0), callout: None };
        let silent = BTreeMap::from([("g-1".parse().unwrap(), silence)]);
        assert_eq!(gauges.silent(&silent, at(0), at(28)).1.len(), 1);
    }

    fn watched() -> Gauges {
        let (warning_m, guarantee_m) = (Some(64.1), Some(66.1));
        let thresholds = Thresholds { warning_m, guarantee_m, ..Thresholds::default() };
        let gauge = Gauge {
            measures: Measure::River,
            water: None,
            datum: None,
            thresholds,
            later: Vec::new(),
            guards: Vec::new(),
            station: Some("0011223344".into()),
            reports_every_s: Some(300),
        };
        let known = Known { id: "g-1".parse().unwrap(), area: "990101".parse().unwrap(), gauge };
        let gauges = Gauges::default();
        gauges.know(vec![known]);
        gauges
    }

    fn level(gauge: &str, minute: u64, metres: f64) -> Report {
        Report {
            gauge: gauge.into(),
            at: at(minute),
            level_m: Some(metres),
            rain_mm: None,
            over_s: None,
            exercise: false,
        }
    }

    fn gateway(area: &str) -> Actor {
        let area = area.parse().unwrap();
        Actor { login: "gateway".into(), role: Role::Gateway, area, person: None }
    }

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(1_784_592_000_000) + Duration::from_secs(minute * 60)
    }
}
