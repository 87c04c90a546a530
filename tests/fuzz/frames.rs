//! What stations, gauges and units say: a frame that is cut is no report, and what is no number is never shown.

use std::{fs, time::Duration};

use jiaoying::{
    domain::{
        actor::{Actor, Role},
        gauge,
        ids::AreaCode,
        site::{Gauge, Measure, Thresholds},
        time::Timestamp,
    },
    gauges::{Gauges, Known, Report as Shown},
    ingest::sl651::{
        Class, Element, FRAME_MAX, Frame, Function, Memory, Number, Origin, Output, Password,
        Reading, Report, Session, Station, Stream, Taken, Value, encode,
    },
    positions::{self, Fix, Positions, Source, Speaker},
};

use super::{run::Target, texts::beside};
use crate::support::county::COUNTY;

/// More than any input can bring about.
const OUTPUTS_MAX: usize = 100_000;

/// Damaged frames one after another: what is found does not depend on where the line cuts them.
pub fn sl651() -> Target {
    let samples = frames();
    let mut memory = Memory::default();
    Target {
        samples: samples.iter().chain([&samples.concat()]).cloned().collect(),
        check: Box::new(move |bytes, dice| {
            let whole = found(&[bytes]);
            let at = usize::try_from(dice.below(bytes.len() as u64 + 1)).unwrap();
            let pieces: Vec<&[u8]> = if dice.chance(20) {
                bytes.chunks(1).collect()
            } else {
                vec![&bytes[..at], &bytes[at..]]
            };
            assert_eq!(found(&pieces), whole, "cut at {at} other frames are found");
            for frame in &whole {
                assert_eq!(Frame::read(&frame.write()).as_ref(), Ok(frame));
                let _ = Report::read(frame);
            }
            talk(bytes, &mut memory);
            !whole.is_empty()
        }),
    }
}

/// A frame that lacks its end, or any other part, is never a report.
pub fn cut_frames() -> Target {
    let samples = frames();
    let whole = samples.clone();
    Target {
        samples,
        check: Box::new(move |_, dice| {
            let frame = dice.pick(&whole);
            let from = usize::try_from(dice.below(frame.len() as u64)).unwrap();
            let most = (frame.len() - from) as u64;
            let without = usize::try_from(dice.within(1, most)).unwrap();
            let cut = [&frame[..from], &frame[from + without..]].concat();
            // What is left out may be as long as nothing was missing, of the same bytes.
            assert!(found(&[&cut]).is_empty() || cut == *frame, "{without} missing at {from}");
            true
        }),
    }
}

pub fn readings() -> Target {
    let samples = [
        r#"[{"gauge":"g-0","at":"2026-07-21T10:00:00+08:00","level_m":64.1},
            {"gauge":"g-1","at":"2026-07-21T10:00:00+08:00","rain_mm":12.5,"over_s":3600}]"#,
        r#"[{"gauge":"g-0","at":"2026-07-21T09:59:00+08:00","level_m":-0.01,"exercise":true}]"#,
        r#"[{"gauge":"g-1","at":"2026-07-21T09:55:00+08:00","rain_mm":0}]"#,
    ];
    let area: AreaCode = COUNTY.parse().unwrap();
    let now: Timestamp = "2026-07-21T10:00:00+08:00".parse().unwrap();
    let known = move |number: usize, measures| Known {
        id: format!("g-{number}").parse().unwrap(),
        area,
        gauge: Gauge {
            measures,
            water: None,
            datum: None,
            thresholds: Thresholds { warning_m: Some(64.1), ..Thresholds::default() },
            later: Vec::new(),
            guards: vec![area],
            station: None,
            reports_every_s: Some(60),
        },
    };
    let mut inputs = 0_u64;
    let mut gauges = Gauges::default();
    Target {
        samples: samples.map(|text| text.as_bytes().to_vec()).to_vec(),
        check: Box::new(move |bytes, _| {
            if inputs.is_multiple_of(200) {
                gauges = Gauges::default();
                gauges.know(vec![known(0, Measure::River), known(1, Measure::Rain)]);
            }
            inputs += 1;
            let Ok(reports) = serde_json::from_slice::<Vec<Shown>>(bytes) else { return false };
            let outcome = gauges.report(&reports, &Actor::node(area), now);
            assert_eq!(outcome.accepted + outcome.dropped, reports.len());
            for gauge in ["g-0", "g-1"] {
                let Some(latest) = gauges.latest(&gauge.parse().unwrap(), false) else { continue };
                let finite = match latest.point.value {
                    gauge::Value::Level { metres } => metres.is_finite(),
                    gauge::Value::Rain { mm, .. } => mm.is_finite() && mm >= 0.0,
                };
                assert!(finite, "{:?} is shown", latest.point);
                assert!(latest.point.at <= now + Duration::from_secs(300), "from the future");
            }
            outcome.accepted > 0
        }),
    }
}

pub fn positions() -> Target {
    let samples = [
        r#"[{"unit":"v-0","lon":114.5,"lat":35.6,"at":"2026-07-21T10:00:00+08:00","speed":42.5,"heading":90}]"#,
        r#"{"unit":"v-1","lon":114.51,"lat":35.61,"at":"2026-07-21T09:59:58+08:00","accuracy":NaN}"#,
        r#"[{"unit":"v-0","lon":-180,"lat":90,"at":"2026-07-21T10:00:00Z","crs":"gcj02"},{"unit":"v-9"}]"#,
    ];
    let mut inputs = 0_u64;
    let (mut plane, mut speaker, mut now) = plane();
    Target {
        samples: samples.map(|text| text.as_bytes().to_vec()).to_vec(),
        check: Box::new(move |bytes, _| {
            // A unit that stands where it stood a moment ago has nothing to say.
            if inputs.is_multiple_of(20) {
                (plane, speaker, now) = self::plane();
            }
            inputs += 1;
            let said = plane.raw(bytes, &speaker, now);
            check_places(&plane);
            said.is_ok_and(|outcome| outcome.accepted > 0)
        }),
    }
}

/// Positions as nodes tell each other, and as they are kept.
pub fn packed() -> Target {
    let (plane, speaker, now) = plane();
    let said = r#"[{"unit":"v-0","lon":114.5,"lat":35.6,"at":"2026-07-21T10:00:00+08:00","speed":42.5},
        {"unit":"v-1","lon":114.6,"lat":35.7,"at":"2026-07-21T10:00:00+08:00"}]"#;
    plane.raw(said.as_bytes(), &speaker, now).unwrap();
    let fixes: Vec<Fix> = plane.latest();
    assert_eq!(fixes.len(), 2);
    let one = positions::encode(&plane.registry(), &fixes[..1]);
    let both = positions::encode(&plane.registry(), &fixes);
    Target {
        samples: vec![one, both],
        check: Box::new(move |bytes, _| {
            let (plane, _, now) = self::plane();
            plane.follow(bytes, now);
            check_places(&plane);
            !plane.latest().is_empty()
        }),
    }
}

fn plane() -> (Positions, Speaker, Timestamp) {
    let settings = positions::Settings {
        per_login_s: 1_000_000,
        per_login_burst: 1_000_000,
        max_speed_kmh: 250,
        ahead_s: 60,
        too_old_s: 86_400,
        far_away_km: 0,
        track_days: 30,
    };
    let area: AreaCode = COUNTY.parse().unwrap();
    let unit = |number: usize| positions::Known {
        id: format!("v-{number}").parse().unwrap(),
        area,
        reports_every_s: 10,
        terminal: None,
        contact: None,
    };
    let plane = Positions::new(settings);
    plane.know(vec![unit(0), unit(1)], None);
    let gateway = Actor { login: "gateway".into(), role: Role::Gateway, area, person: None };
    let speaker = Speaker::of(&gateway, Source::Gateway);
    (plane, speaker, "2026-07-21T10:00:00+08:00".parse().unwrap())
}

/// Whatever came, what is shown is a place on earth.
fn check_places(plane: &Positions) {
    for fix in plane.latest() {
        let [lon, lat] = fix.place();
        assert!((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat), "{fix:?}");
    }
}

fn found(pieces: &[&[u8]]) -> Vec<Frame> {
    let (mut stream, mut frames) = (Stream::default(), Vec::new());
    for piece in pieces {
        stream.push(piece);
        while let Some(next) = stream.next_frame() {
            frames.extend(next);
        }
        assert!(stream.held() <= FRAME_MAX + piece.len(), "{} bytes are held", stream.held());
    }
    frames
}

/// The conversation with a station says something about each frame, and comes to an end.
fn talk(bytes: &[u8], memory: &mut Memory) {
    let mut session = Session::default();
    let mut outputs = 0;
    for piece in bytes.chunks(97) {
        session.on_bytes(piece);
        while let Some(output) = session.next_output(memory) {
            if let Output::Report(report) = output {
                let _ = session.on_taken(&report.origin(), Taken::Kept, memory);
            }
            outputs += 1;
            assert!(outputs < OUTPUTS_MAX, "it never ends");
        }
    }
}

/// Returns frames as this program writes them, and the real ones where they are at hand.
fn frames() -> Vec<Vec<u8>> {
    let mut frames = vec![encode(&report(7)).unwrap(), encode(&report(8)).unwrap()];
    for file in ["sl651/frames_valid.csv", "sl651/frames_badcrc.csv"] {
        let text = beside(file).and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let real = text.lines().skip(1).filter_map(|line| line.split(',').nth(6));
        frames.extend(real.map(from_hex).filter(|bytes| Frame::read(bytes).is_ok()));
    }
    frames
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn report(serial: u16) -> Report {
    let at = "2021-07-21T18:00:00+08:00".parse().unwrap();
    let reading = |element: Element, value| Reading { element, at, value };
    let number = |unscaled, decimals| Value::Number(Number { unscaled, decimals });
    Report {
        class: Some(Class::RIVER),
        observed_at: Some(at),
        values: vec![
            reading(Element::Pj, number(35, 1)),
            reading(Element::Z, number(64_100, 3)),
            reading(Element::Q, Value::Missing),
            reading(Element::Vt, number(1_254, 2)),
        ],
        ..Report::of(Origin {
            centre: 1,
            station: Station::from_bytes([0x00, 0x31, 0x10, 0x2B, 0x60]),
            password: Password::from_bytes([0x12, 0x34]),
            function: Function::Timed,
            serial,
            sent_at: "2021-07-21T18:00:09+08:00".parse().unwrap(),
        })
    }
}
