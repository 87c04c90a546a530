//! CAP, the feeds, and the county's own rules: what is taken can be written, and read again it means the same.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use jiaoying::{
    config,
    domain::{
        actor::{Actor, Role},
        board::Board,
        callout::policy::PolicySet,
        command::Command,
        time::Timestamp,
        warning::{Colour, Message, MessageKind, Original},
    },
    ingest::{
        calendar, cap,
        cap::words::Version,
        feeds::{Items, atom, national, nmc, qweather, weathercn},
        warning,
    },
};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::run::Target;
use crate::support::county::{COUNTY, County, about, alert};

const STEM: &str = "99010141600000_20260721180000_11B03_RED_Alert";
const RECORD: &str = "<?xml version='1.0' encoding='utf-8'?><warning>\
    <identifier>99010141600000_20260721180000</identifier><sender>示例县气象台</sender>\
    <senderCode>99010141600000</senderCode><msgType>Alert</msgType>\
    <title>示例县气象台发布暴雨红色预警信号</title><eventType>11B03</eventType>\
    <severity>RED</severity><effective>2026-07-21 18:00:00+08:00</effective>\
    <expires>2026-07-22 18:00:00+08:00</expires><description>雨势增强。</description>\
    <publishArea>990101,990102003</publishArea></warning>";

pub fn cap() -> Target {
    let mut samples: Vec<Vec<u8>> = made().iter().map(written).collect();
    samples.extend(real("cap/valid", 40_000));
    samples.extend(real("cap/quirky", 40_000));
    samples.extend(real("cap/invalid", 40_000));
    let mut board = Warned::new();
    Target {
        samples,
        check: Box::new(move |bytes, _| {
            let Ok(parsed) = cap::read(bytes) else { return false };
            let mut alert = parsed.alert.clone();
            let text = cap::write(&alert);
            let again = cap::read(text.as_bytes());
            let again =
                again.unwrap_or_else(|fault| panic!("written, it is refused: {fault}\n{text}"));
            alert.version = Version::V1_2;
            assert_eq!(again.alert, alert, "written and read again it says something else");
            board.take(&warning::message(&parsed));
            true
        }),
    }
}

pub fn nmc() -> Target {
    let made = "{\"code\":0,\"data\":{\"page\":{\"list\":[{\"alertid\":\"99010141600000_20260721180012\",\
        \"issuetime\":\"2026/07/21 18:00\",\"title\":\"示例县气象台发布暴雨红色预警信号\",\
        \"pic\":\"p0002001.png\"}]}}}";
    feed(made, "warnings/nmc_findAlarm.json", |bytes| taken(nmc::read(bytes)))
}

pub fn weathercn() -> Target {
    let made = "var alarminfo={\"head\":\"示例县发布雷电黄色预警信号\",\"ISSUETIME\":\"2026-07-21 18:00:12\",\
        \"RELIEVETIME\":\"2026-07-22 06:00:12\",\"ISSUECONTENT\":\"示例县气象台发布：有雷电。\",\
        \"SIGNALTYPE\":\"雷电\",\"SIGNALLEVEL\":\"黄色\",\"TYPECODE\":\"09\",\"LEVELCODE\":\"02\",\
        \"msgType\":\"Update\",\"identifier\":\"99010141600000_20260721180012\",\
        \"references\":\"99010141600000_20260721120000\"};";
    feed(made, "warnings/weathercn_alarm_detail.jsonp", |bytes| {
        if let Ok(rows) = weathercn::list(bytes) {
            for row in rows.into_iter().flatten() {
                assert!(!row.file.contains(['/', '\\', ':', '?']), "{} leads elsewhere", row.file);
            }
        }
        taken(weathercn::read(bytes))
    })
}

pub fn qweather() -> Target {
    let made = "{\"alerts\":[{\"id\":\"202607211119105837988676\",\"senderName\":\"示例县气象台\",\
        \"issuedTime\":\"2026-07-21T18:00+08:00\",\"expireTime\":\"2026-07-22T18:00+08:00\",\
        \"messageType\":{\"code\":\"update\",\"supersedes\":[\"202607211119105837988676\"]},\
        \"eventType\":{\"name\":\"暴雨\",\"code\":\"1003\"},\"color\":{\"code\":\"red\"},\
        \"headline\":\"示例县气象台发布暴雨红色预警\",\"description\":\"有雨&#65374;\"}]}";
    feed(made, "warnings/qweather_getWarningNow-zh.json", |bytes| {
        taken(qweather::read(bytes, "990101".parse().ok()))
    })
}

pub fn national() -> Target {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(format!("{STEM}.xml"), SimpleFileOptions::default()).unwrap();
    writer.write_all(RECORD.as_bytes()).unwrap();
    let package = writer.finish().unwrap().into_inner();
    let mut target = feed(RECORD, "", |bytes| {
        let name = format!("{STEM}.xml");
        let (packed, plain) = (national::read(bytes), national::read_xml(&name, bytes));
        for read in [&packed, &plain] {
            let answer = national::Answer::to(read.as_ref()).write();
            assert!(is_xml(&answer), "the answer is no XML: {answer}");
        }
        [packed, plain].into_iter().flatten().map(|received| received.message).collect()
    });
    target.samples.push(package);
    target
}

pub fn atom() -> Target {
    let cap = String::from_utf8(written(&made()[0])).unwrap();
    let cap = cap.split_once("?>").map_or(cap.as_str(), |(_, rest)| rest).to_owned();
    let atom = format!(
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>预警</title>\
         <entry><id>a</id><title>暴雨</title><updated>2026-07-21T18:00:00+08:00</updated>\
         <link href=\"w/1.cap\" type=\"application/cap+xml\"/></entry>\
         <entry><id>b</id><title>大风</title><updated>2026-07-21T18:00:00+08:00</updated>\
         <content type=\"application/cap+xml\">{cap}</content></entry></feed>"
    );
    let rss = "<rss version=\"2.0\"><channel><title>预警</title><item><guid>c</guid><title>冰雹</title>\
        <link>https://met.example/3.cap</link><pubDate>Tue, 21 Jul 2026 18:00:00 +0800</pubDate>\
        </item></channel></rss>";
    let mut target = feed(&atom, "", |bytes| {
        let Ok(feed) = atom::read(bytes, "https://met.example/all.atom") else { return Vec::new() };
        let mut messages = Vec::new();
        for entry in feed.entries.into_iter().flatten() {
            match entry.cap {
                atom::Cap::At(link) => assert!(link.starts_with("http"), "{link}"),
                atom::Cap::Here(text) => {
                    messages.extend(cap::read(text.as_bytes()).map(|read| warning::message(&read)));
                }
            }
        }
        messages
    });
    target.samples.push(rss.into());
    target
}

pub fn policies() -> Target {
    let samples = [config::POLICIES, include_str!("../it/support/policies.toml")];
    Target {
        samples: samples.map(|text| text.as_bytes().to_vec()).to_vec(),
        check: Box::new(|bytes, _| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            let Ok(set) = toml::from_str::<PolicySet>(text) else { return false };
            if set.check().is_err() {
                return false;
            }
            let again: PolicySet = toml::from_str(&toml::to_string(&set).unwrap()).unwrap();
            assert_eq!(again, set);
            true
        }),
    }
}

pub fn calendar() -> Target {
    let sample = include_str!("../../config/calendar.toml");
    Target {
        samples: vec![sample.into()],
        check: Box::new(|bytes, _| {
            std::str::from_utf8(bytes).is_ok_and(|text| calendar::load(text).is_ok())
        }),
    }
}

fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// A target whose messages must be usable like any other.
fn feed(made: &str, file: &str, read: fn(&[u8]) -> Vec<Message>) -> Target {
    let mut samples = vec![made.as_bytes().to_vec()];
    samples.extend(beside(file).and_then(|file| fs::read(file).ok()));
    let mut board = Warned::new();
    Target {
        samples,
        check: Box::new(move |bytes, _| {
            let messages = read(bytes);
            messages.iter().for_each(|message| board.take(message));
            !messages.is_empty()
        }),
    }
}

fn taken(items: Items) -> Vec<Message> {
    items.into_iter().flatten().flatten().map(|item| item.message).collect()
}

/// A county in which a warning is in force.
struct Warned {
    board: Board,
    now: Timestamp,
}

impl Warned {
    fn new() -> Self {
        let mut county = County::small(2);
        county.orange();
        Self { board: county.board, now: county.now }
    }

    /// What a message does is decided without a panic, the same each time, and it can be handed on as CAP.
    fn take(&mut self, message: &Message) {
        let text = cap::write(&warning::alert(message));
        let read = cap::read(text.as_bytes());
        assert!(read.is_ok(), "handed on, it is refused: {}\n{text}", read.unwrap_err());
        let area = COUNTY.parse().unwrap();
        let gateway = Actor { login: "gateway".into(), role: Role::Gateway, area, person: None };
        let original = Original { media_type: "fuzz".into(), body: String::new(), base64: false };
        let command = Command::AcceptWarning { message: Box::new(message.clone()), original };
        let decided = || self.board.decide(&gateway, &command, self.now);
        assert_eq!(decided(), decided());
    }
}

/// Messages of each kind, as this program writes them.
fn made() -> Vec<Message> {
    let plain = alert("n7", Colour::Orange, &[COUNTY, "990101001002"]);
    vec![
        about("n1", MessageKind::Update, plain.clone()),
        about("n1", MessageKind::Cancel, plain.clone()),
        plain,
    ]
}

fn written(message: &Message) -> Vec<u8> {
    cap::write(&warning::alert(message)).into_bytes()
}

/// Returns the files of a folder beside the project that are no longer than `limit`, if it is there.
fn real(folder: &str, limit: u64) -> Vec<Vec<u8>> {
    let Some(folder) = beside(folder) else { return Vec::new() };
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.metadata().is_ok_and(|about| about.len() <= limit));
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

pub(super) fn beside(path: &str) -> Option<std::path::PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/data", "../../shared/data"]
        .map(|folder| project.join(folder).join(path))
        .into_iter()
        .find(|found| !path.is_empty() && found.exists())
}
