//! The county's own gauges: what crosses a threshold becomes a flood warning, rises, falls and ends with the
//! water, and calls nobody twice for nothing.

use std::{path::Path, time::Duration};

use jiaoying::domain::{
    actor::Actor,
    callout::{obligation::StateName, policy::CalloutKind},
    command::{Command, Reply},
    event::{Event, GaugeCrossed},
    gauge::{Mark, Point, Seen, Series, Taken, Value, stands_otherwise},
    site::{Facts, Gauge, Later, Measure, Site, Thresholds},
    time::Timestamp,
    warning::{Colour, Life, MessageKind},
};

use crate::support::{
    county::{COUNTY, County, area},
    story::VILLAGE,
};

const TOWNSHIP: &str = "990101001000";
const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn the_flood_of_july_2021_raises_its_warning_and_its_upgrade_at_their_hours_and_once() {
    let Some(hydrographs) = observed() else { return };
    for (file, thresholds, expected) in hydrographs {
        let mut watch = Watch::of(river(thresholds));
        for (at, metres) in file {
            watch.level(at, metres);
        }
        let crossed: Vec<_> = watch.crossings().iter().map(|c| (local(c.at), c.to)).collect();
        let expected: Vec<_> = expected.iter().map(|(at, to)| ((*at).to_owned(), *to)).collect();
        assert_eq!(crossed[..expected.len()], expected);
        let later = &crossed[expected.len()..];
        assert!(later.iter().all(|(_, to)| *to < Some(Mark::Guarantee)), "{crossed:?}");
    }
}

/// A flood in the shape of that of 2021, so that its rule holds where the real one is not at hand.
#[test]
fn a_flood_calls_at_each_level_once_and_is_called_off_when_the_water_has_gone() {
    let mut watch = Watch::of(river((64.1, 66.1)));
    let rise = (0..=44).map(|hour| 60.0 + f64::from(hour) * 0.15);
    let fall = (1..=50).map(|hour| 66.6 - f64::from(hour) * 0.12);
    let mut moments = Vec::new();
    for (hour, metres) in (0..).zip(rise.chain(fall)) {
        let at = watch.start() + HOUR * hour;
        // Waves of three centimetres a quarter of an hour later.
        watch.level(at, metres);
        watch.level(at + HOUR / 4, metres - 0.03);
    }
    let crossed = watch.crossings();
    for crossed in &crossed {
        moments.push((crossed.at.since(watch.start()).as_secs() / 3_600, crossed.to));
    }
    let expected = [
        (28, Some(Mark::Warning)),
        (41, Some(Mark::Guarantee)),
        (50, Some(Mark::Warning)),
        (67, None),
    ];
    assert_eq!(moments, expected);
    let warnings: Vec<_> = watch.county.board.warnings.iter().collect();
    let kinds: Vec<_> = warnings.iter().map(|w| (w.message.kind, w.message.colour)).collect();
    let expected = [
        (MessageKind::Alert, Some(Colour::Yellow)),
        (MessageKind::Update, Some(Colour::Orange)),
        (MessageKind::Update, Some(Colour::Yellow)),
        (MessageKind::Cancel, Some(Colour::Yellow)),
    ];
    assert_eq!(kinds, expected);
    let flood = |c: &&jiaoying::domain::callout::callouts::Callout| c.kind == CalloutKind::Warning;
    assert_eq!(
        watch.county.board.callouts.iter().filter(flood).count(),
        1,
        "one flood, one callout"
    );
    assert!(watch.county.board.active_warnings().next().is_none());
    assert_eq!(watch.county.board, watch.county.replayed());
}

#[test]
fn a_crossing_calls_the_areas_that_the_gauge_guards_in_words_that_say_why() {
    let mut watch =
        Watch::of(Gauge { guards: vec![TOWNSHIP.parse().unwrap()], ..river((64.1, 66.1)) });
    for hour in 0..=10 {
        watch.level(watch.start() + HOUR * hour, 62.1 + f64::from(hour) * 0.2);
    }
    let warning = watch.county.board.active_warnings().next().unwrap().clone();
    assert_eq!(warning.message.headline, "柳河站水位 64.10 米，达到警戒水位");
    for words in ["保证水位 66.10 米", "每小时上涨 0.20 米", "约 7月22日06:00 达到保证水位"]
    {
        assert!(warning.message.description.contains(words), "{}", warning.message.description);
    }
    assert_eq!(warning.extent.named().collect::<Vec<_>>(), [TOWNSHIP.parse().unwrap()]);
    assert_eq!(warning.message.event_code.as_deref(), Some("11A01"));
    watch.level(watch.start() + HOUR * 11, 66.2);
    assert_eq!(watch.county.state(VILLAGE), StateName::Ringing);
}

#[test]
fn two_nodes_that_see_the_same_reading_raise_one_warning() {
    let mut watch = Watch::of(river((64.1, 66.1)));
    watch.level(watch.start(), 64.2);
    let seq = watch.county.board.seq;
    let seen = watch.seen.clone().unwrap();
    assert_eq!(watch.note(seen), Reply::Done);
    assert_eq!(watch.county.board.seq, seq);
}

#[test]
fn a_gauge_in_a_drill_warns_as_a_drill_and_leaves_the_real_one_as_it_was() {
    let mut watch = Watch::of(river((64.1, 66.1)));
    watch.exercise = true;
    watch.level("2021-07-21T18:00:00+08:00".parse().unwrap(), 64.1);
    let warning = watch.county.board.active_warnings().next().unwrap();
    assert!(warning.message.status.is_drill());
    let id = "g-1".parse().unwrap();
    assert_eq!(watch.county.board.gauges.get(&id, false).mark, None);
    assert_eq!(watch.county.board.gauges.get(&id, true).mark, Some(Mark::Warning));
}

#[test]
fn rain_warns_of_a_flash_flood_and_a_limit_that_changes_with_the_season_is_held_against() {
    let rain =
        Thresholds { rain_1h_mm: Some(60.0), leave_1h_mm: Some(80.0), ..Thresholds::default() };
    let mut watch = Watch::of(gauge(Measure::Rain, rain));
    for (minute, mm) in [(10, 20.0), (20, 39.0), (30, 2.0), (40, 25.0)] {
        let value = Value::Rain { mm, over_s: 600 };
        watch.take(watch.start() + Duration::from_secs(minute * 60), value);
    }
    let marks: Vec<_> = watch.crossings().iter().map(|crossed| crossed.to).collect();
    assert_eq!(marks, [Some(Mark::Prepare), Some(Mark::Leave)]);
    let newest = watch.county.board.active_warnings().next().unwrap();
    assert_eq!(newest.message.headline, "柳河站1 小时降雨 86.0 毫米，达到立即转移雨量");
    assert_eq!(newest.message.colour, Some(Colour::Red));

    let limit = |metres| Thresholds { flood_limit_m: Some(metres), ..Thresholds::default() };
    let from = "2026-07-21T12:00:00+08:00".parse().unwrap();
    let later = vec![Later { from, thresholds: limit(116.0) }];
    let mut watch = Watch::of(Gauge { later, ..gauge(Measure::Reservoir, limit(118.0)) });
    watch.level(watch.start(), 117.0);
    assert!(watch.crossings().is_empty());
    watch.level(from, 117.0);
    assert_eq!(watch.crossings()[0].to, Some(Mark::FloodLimit));
}

#[test]
fn what_is_no_gauge_has_no_readings_and_who_may_not_report_is_refused() {
    let mut watch = Watch::of(river((64.1, 66.1)));
    watch.level(watch.start(), 60.0);
    let unknown = Seen { gauge: "g-9".parse().unwrap(), ..watch.seen.clone().unwrap() };
    let refused = watch.county.submit(&Actor::node(area()), Command::NoteGauge(unknown));
    assert_eq!(refused.unwrap_err().code(), "site.unknown");
    let seen = watch.seen.clone().unwrap();
    let screen = crate::support::county::actor("screen", jiaoying::domain::actor::Role::Screen);
    let refused = watch.county.submit(&screen, Command::NoteGauge(seen));
    assert_eq!(refused.unwrap_err().code(), "access.not_allowed");
}

#[test]
fn a_warning_that_somebody_has_called_off_is_raised_again_by_the_next_level_only() {
    let mut watch = Watch::of(river((64.1, 66.1)));
    watch.level(watch.start(), 64.2);
    let warning = watch.county.board.active_warnings().next().unwrap().message.clone();
    let mut cancel = crate::support::county::about(
        &warning.identifier,
        MessageKind::Cancel,
        crate::support::county::alert("c-1", Colour::Yellow, &[COUNTY]),
    );
    cancel.references[0].sender = warning.sender.clone();
    cancel.references[0].sent = warning.sent;
    watch.county.warn(cancel);
    watch.level(watch.start() + HOUR, 64.3);
    assert!(watch.county.board.active_warnings().next().is_none());
    watch.level(watch.start() + HOUR * 2, 66.2);
    let again = watch.county.board.active_warnings().next().unwrap();
    assert_eq!((again.message.colour, again.life), (Some(Colour::Orange), Life::Active));
}

/// A gauge of a small county, watched as a node does.
struct Watch {
    county: County,
    gauge: Gauge,
    series: Series,
    seen: Option<Seen>,
    exercise: bool,
}

impl Watch {
    fn of(gauge: Gauge) -> Self {
        let mut county = County::small(2);
        let site = Site {
            id: "g-1".parse().unwrap(),
            name: "柳河站".into(),
            area: area(),
            at: [114.45, 35.6],
            contact: None,
            facts: Facts::Gauge(Box::new(gauge.clone())),
        };
        county.must(Command::SaveSites(vec![site]));
        Self { county, gauge, series: Series::default(), seen: None, exercise: false }
    }

    fn start(&self) -> Timestamp {
        "2026-07-21T10:00:00+08:00".parse().unwrap()
    }

    fn level(&mut self, at: Timestamp, metres: f64) {
        self.take(at, Value::Level { metres });
    }

    fn take(&mut self, at: Timestamp, value: Value) {
        let taken = self.series.take(self.gauge.measures, Point { at, value }, None);
        assert_eq!(taken, Ok(Taken::New), "{value:?} at {at}");
        self.county.now = self.county.now.max(at);
        let shown = self.series.shown().unwrap();
        let seen = Seen { gauge: "g-1".parse().unwrap(), at, shown, exercise: self.exercise };
        let standing = self.county.board.gauges.get(&seen.gauge, self.exercise);
        self.seen = Some(seen.clone());
        if stands_otherwise(&self.gauge, standing, &seen).is_some() {
            self.note(seen);
        }
    }

    fn note(&mut self, seen: Seen) -> Reply {
        self.county.submit(&Actor::node(area()), Command::NoteGauge(seen)).unwrap()
    }

    fn crossings(&self) -> Vec<GaugeCrossed> {
        let events = self.county.events("gauge_crossed").into_iter();
        let crossed = events.filter_map(|event| match event {
            Event::GaugeCrossed(crossed) => Some(crossed.clone()),
            _ => None,
        });
        crossed.collect()
    }
}

fn river((warning_m, guarantee_m): (f64, f64)) -> Gauge {
    let (warning_m, guarantee_m) = (Some(warning_m), Some(guarantee_m));
    gauge(Measure::River, Thresholds { warning_m, guarantee_m, ..Thresholds::default() })
}

fn gauge(measures: Measure, thresholds: Thresholds) -> Gauge {
    Gauge {
        measures,
        water: None,
        datum: None,
        thresholds,
        later: Vec::new(),
        guards: Vec::new(),
        station: None,
        reports_every_s: Some(3_600),
    }
}

/// Month, day and hour on the wall's clock.
fn local(at: Timestamp) -> String {
    at.to_string()[5..16].to_owned()
}

type Hydrograph = Vec<(Timestamp, f64)>;
type Crossings = &'static [(&'static str, Option<Mark>)];
type Observed = (Hydrograph, (f64, f64), Crossings);

/// Reads the observed flood where it is at hand: each gauge's levels, its thresholds, and what they must bring.
#[expect(clippy::print_stdout, reason = "tells that a test did nothing")]
fn observed() -> Option<[Observed; 2]> {
    let read = |file: &str| -> Option<Hydrograph> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = ["../shared/data/hydro", "../../shared/data/hydro"];
        let text = folders
            .iter()
            .find_map(|folder| std::fs::read_to_string(project.join(folder).join(file)).ok())?;
        let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        Some(rows.map(|row| (row[2].parse().unwrap(), row[3].parse().unwrap())).collect())
    };
    let qimen = read("qimen_31003700_202107.csv");
    let Some((qimen, liuzhuang)) = qimen.zip(read("liuzhuang_31006410_202107.csv")) else {
        println!("skipped: ../shared/data/hydro is absent: the real flood is not replayed");
        return None;
    };
    Some([
        (
            qimen,
            (64.10, 66.10),
            &[("07-21T18:00", Some(Mark::Warning)), ("07-22T07:00", Some(Mark::Guarantee))],
        ),
        (
            liuzhuang,
            (64.44, 66.20),
            &[("07-21T19:00", Some(Mark::Warning)), ("07-22T10:00", Some(Mark::Guarantee))],
        ),
    ])
}
