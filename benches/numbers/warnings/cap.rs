//! W2: CAP messages read beside another parser, and those of the national feed resolved to areas.

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use jiaoying::{
    domain::{
        actor::Actor,
        area::Areas,
        board::Board,
        event::Entry,
        ids::{AreaCode, Level},
        time::Timestamp,
        warning::Message,
    },
    ingest::{cap, warning},
};

use crate::{
    county::{COUNTY, County, Lines},
    report::{Line, Report, Times},
};

/// How long each side reads at a time, and how many times: they take turns.
const TURN: Duration = Duration::from_millis(500);
const TURNS: usize = 9;
/// Division codes in the made message, as many as a county's warning for single townships and villages names.
const CODES: usize = 40;

/// Prints how many messages a second are read, and resolved.
pub fn read_and_resolve(report: &mut Report) {
    match corpus() {
        Some(corpus) => beside(report, "real CAP messages that both read", &corpus),
        None => report.note("W2: ../shared/data/cap is absent: only the made message is read"),
    }
    let made = vec![made()];
    beside(report, "a national message of 40 areas", &made);
    resolved(report, &made[0]);
}

/// Compares the parsers on `messages`: this one also checks what the text of the standard demands.
fn beside(report: &mut Report, what: &str, messages: &[String]) {
    let (mut own, mut other) = (Times::default(), Times::default());
    for _ in 0..TURNS {
        own.add(each(messages, |text| assert!(cap::read(text.as_bytes()).is_ok())));
        other.add(each(messages, |text| assert!(text.parse::<oasiscap::Alert>().is_ok())));
    }
    let (own, other) = (rate(own.median()), rate(other.median()));
    let bytes: usize = messages.iter().map(String::len).sum();
    report.line(Line {
        id: "W2",
        what: &format!("CAP read and checked, {} {what}, one core", messages.len()),
        value: format!(
            "{own:.0} a second; oasiscap {other:.0}: {:.1} times ({} KiB each)",
            own / other,
            bytes / messages.len() / 1024
        ),
        target: "not slower than oasiscap",
        limit: "oasiscap 0.2",
        pass: own >= other,
    });
}

/// Measures bytes to the villages that have to be called.
fn resolved(report: &mut Report, text: &str) {
    let areas = areas();
    let jurisdiction: AreaCode = COUNTY.parse().unwrap();
    let mut villages = 0;
    let mut times = Times::default();
    for _ in 0..TURNS {
        times.add(each(&[text.to_owned()], |text| {
            let message = warning::message(&cap::read(text.as_bytes()).unwrap());
            let codes = codes(&message);
            let extent = areas.extent(jurisdiction, &codes, &[]);
            villages = areas.at_level(&extent, Level::Village).len();
        }));
    }
    report.line(Line {
        id: "W2",
        what: "a national message: bytes to the villages it means, one core",
        value: format!("{:.0} a second, {villages} villages each", rate(times.median())),
        target: "≥ 1,000 a second",
        limit: "",
        pass: rate(times.median()) >= 1_000.0 && villages >= CODES,
    });
}

fn codes(message: &Message) -> Vec<AreaCode> {
    message.areas.iter().flat_map(|area| &area.codes).copied().collect()
}

/// Does `work` with each of `messages` in turn, and returns the time that one takes.
fn each(messages: &[String], mut work: impl FnMut(&str)) -> Duration {
    let began = Instant::now();
    let mut done = 0;
    while began.elapsed() < TURN {
        messages.iter().for_each(|text| work(text));
        done += u32::try_from(messages.len()).unwrap();
    }
    began.elapsed() / done
}

fn rate(time: Duration) -> f64 {
    1.0 / time.as_secs_f64()
}

/// Returns the real messages that both parsers take.
fn corpus() -> Option<Vec<String>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../shared/data/cap/valid", "../../shared/data/cap/valid"]
        .map(|folder| project.join(folder))
        .into_iter()
        .find(|folder| folder.is_dir())?;
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.into_iter().filter_map(|file| fs::read_to_string(file).ok());
    let both = texts.filter(|text| {
        cap::read(text.as_bytes()).is_ok() && text.parse::<oasiscap::Alert>().is_ok()
    });
    Some(both.collect())
}

/// A county of 14 townships with 488 villages.
fn areas() -> Areas {
    let county = County { townships: 14, villages: 488, deputies: false, lines: Lines::DEFAULT };
    let (mut board, now) = (Board::default(), Timestamp::from_millis(0));
    let console = Actor::console(COUNTY.parse().unwrap());
    for command in county.founding() {
        for event in board.decide(&console, &command, now).unwrap().events {
            let (seq, actor) = (board.seq + 1, console.login.clone());
            board.apply(&Entry { seq, at: now, actor, event });
        }
    }
    board.areas
}

/// Writes a message as the national feed does: a part for each language, and 12-digit division codes.
fn made() -> String {
    let info = |language: &str, event: &str, headline: &str| {
        let mut geocodes = String::new();
        for number in 0..CODES {
            let (township, village) = (number % 14 + 1, number / 14 + 1);
            write!(
                geocodes,
                "<geocode><valueName>CPEAS Geographic Code</valueName>\
                 <value>990101{township:03}{village:03}</value></geocode>"
            )
            .unwrap();
        }
        format!(
            "<info><language>{language}</language><category>Met</category><event>{event}</event>\
             <urgency>Unknown</urgency><severity>Severe</severity><certainty>Unknown</certainty>\
             <effective>2026-07-21T09:59:00+08:00</effective><expires>2026-07-22T09:59:00+08:00</expires>\
             <senderName>示例县气象台</senderName><headline>{headline}</headline>\
             <description>预计未来 3 小时降雨量将达 100 毫米以上，请注意防范。</description>\
             <area><areaDesc>示例县</areaDesc>{geocodes}</area></info>"
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\
         <identifier>99010141600000_20260721095900</identifier><sender>county-met</sender>\
         <sent>2026-07-21T09:59:00+08:00</sent><status>Actual</status><msgType>Alert</msgType>\
         <scope>Public</scope>{}{}</alert>",
        info("en-US", "Rainstorm", "Orange warning of rainstorm"),
        info("zh-CN", "暴雨", "示例县气象台发布暴雨橙色预警"),
    )
}
