//! Warnings from sources that speak no CAP: the real answers, which lie beside the project, and made ones of
//! the same forms, cut and damaged in every way.

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    process::Command,
};

use jiaoying::{
    bulletin::{self, Names, Outlet, Templates},
    domain::{
        area::Shape,
        ids::WarningId,
        time::Timestamp,
        warning::{Colour, Message, MessageKind, Reference, Status, WarnedArea},
    },
    ingest::{
        cap,
        feeds::{atom, atom_out, national, nmc, qweather, weathercn},
        warning,
    },
};
use zip::{ZipWriter, write::SimpleFileOptions};

const ATOM: &str = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:c='urn:oasis:names:tc:emergency:cap:1.2'>\
    <title>预警</title><id>a</id><updated>2026-07-21T18:00:00+08:00</updated><link rel='next' href='?p=2'/>\
    <entry xml:base='/x/'><id>1</id><updated>2026-07-21T18:00:00+08:00</updated><title>t</title>\
    <link href='1.cap' type='application/cap+xml'/></entry>\
    <entry><id>2</id><content type='text/xml'><c:alert><c:identifier>i</c:identifier></c:alert></content></entry>\
    <entry><id>3</id><content>&lt;alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/&gt;</content></entry></feed>";
const RSS: &str = "<rss><channel><title>t</title><item><guid>2</guid><link>two.cap</link>\
    <pubDate>Tue, 21 Jul 2026 18:00:00 +0800</pubDate></item></channel></rss>";
const STEM: &str = "99010141600000_20260721180000_11B03_RED_Alert";
/// Damaged forms of each sample that are read.
const MUTATIONS: u64 = 1_500;

#[test]
fn the_real_list_of_nmc_is_a_warning_without_an_end() {
    let Some(bytes) = real("nmc_findAlarm.json") else { return };
    let [read] = &nmc::read(&bytes).unwrap()[..] else { panic!("one item") };
    let read = &read.as_ref().unwrap().message;
    assert_eq!(read.identifier, "41062241600000_20230605160643");
    assert_eq!(read.sender, "41062241600000");
    assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("大风", Some("11B06")));
    assert_eq!((read.colour, read.expires), (Some(Colour::Blue), None));
    assert_eq!(read.sent, "2023-06-05T16:06:00+08:00".parse().unwrap());
    assert_eq!(read.areas[0].codes, ["410622".parse().unwrap()]);
    // Title, picture and identifier agree: only what the form never says is noted.
    assert_eq!(read.notes.len(), 3, "{:?}", read.notes);
}

#[test]
fn the_real_detail_of_weather_com_cn_is_a_whole_warning() {
    let Some(bytes) = real("weathercn_alarm_detail.jsonp") else { return };
    let [read] = &weathercn::read(&bytes).unwrap()[..] else { panic!("one item") };
    let read = &read.as_ref().unwrap().message;
    assert_eq!(read.identifier, "65402641600000_20261006212927");
    assert_eq!((read.kind, read.references.len()), (MessageKind::Alert, 0));
    assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("雷电", Some("11B14")));
    assert_eq!(read.colour, Some(Colour::Yellow));
    assert_eq!(read.expires, "2026-10-07T09:29:27+08:00".parse().ok());
    assert_eq!(read.areas[0].description, "新疆维吾尔自治区伊犁哈萨克自治州昭苏县");
    assert_eq!(read.areas[0].codes, ["654026".parse().unwrap()]);
    // It refers to itself, and its area is its sender's.
    assert_eq!(read.notes.len(), 2, "{:?}", read.notes);

    let name = |_| Some("昭苏县".into());
    let names = Names { area: &name, sender: None, zone: chrono_tz::Asia::Shanghai };
    let sms = bulletin::compose(&templates(), read, &names, Outlet::Sms).unwrap();
    let expected =
        "【新疆维吾尔自治区伊犁哈萨克自治州昭苏县】10月6日21:29发布雷电黄色预警，影响昭苏县。";
    assert_eq!((sms.text.as_str(), sms.cut), (expected, true));
}

#[test]
fn the_real_answer_of_qweather_is_known_by_its_own_name() {
    let Some(bytes) = real("qweather_getWarningNow-zh.json") else { return };
    let items = qweather::read(&bytes, "310000".parse().ok()).unwrap();
    let [read] = &items[..] else { panic!("one item") };
    let read = &read.as_ref().unwrap().message;
    assert_eq!(read.identifier, "10102010020230403103000500681616");
    assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("大风", Some("11B06")));
    assert_eq!((read.kind, read.colour), (MessageKind::Alert, Some(Colour::Blue)));
    assert_eq!(read.effective, "2023-04-03T10:30:00+08:00".parse().unwrap());
    assert_eq!(read.areas[0].codes, ["310000".parse().unwrap()]);
    assert_eq!(read.notes.len(), 2, "{:?}", read.notes);
}

#[test]
fn what_the_feeds_give_is_valid_cap() {
    let mut messages: Vec<Message> =
        samples().iter().flat_map(|sample| sample.messages()).collect();
    assert!(messages.len() >= 5, "only {} messages", messages.len());
    let mut dice = Dice(20_260_721);
    messages.extend((0..200).map(|number| thrown(&mut dice, number)));
    for message in &messages {
        let written = cap::write(&warning::alert(message));
        let read = cap::read(written.as_bytes());
        assert!(read.is_ok(), "{}\n{written}", read.unwrap_err());
    }
    let Some(schema) = beside("cap/cap12.xsd") else {
        return say("../shared/data/cap is absent: what is written is not held against the schema");
    };
    let scratch = tempfile::tempdir().unwrap();
    let files = (0..).zip(&messages).map(|(number, message)| {
        let file = scratch.path().join(format!("{number}.xml"));
        fs::write(&file, cap::write(&warning::alert(message))).unwrap();
        file
    });
    let check = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .args(files)
        .output()
        .expect("xmllint is missing: .ci/setup installs it (libxml2-utils)");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn the_feed_of_these_warnings_is_well_formed_and_names_each() {
    let mut dice = Dice(20_260_722);
    let messages: Vec<Message> = (0..50).map(|number| thrown(&mut dice, number)).collect();
    let head = atom_out::Head {
        title: "示例县预警",
        author: "示例县应急管理局",
        base: "https://county.example",
        updated: messages[0].sent,
    };
    let items = (1..).zip(&messages).map(|(number, message)| atom_out::Item {
        id: WarningId(number),
        message,
        updated: message.sent,
    });
    let written = atom_out::write(&head, items);
    let feed = atom::read(written.as_bytes(), "https://county.example/").unwrap();
    // The youngest first by custom; read, the oldest come first.
    let links: Vec<_> = feed.entries.into_iter().map(|entry| entry.unwrap().cap).collect();
    let expected = (1..=50).map(|number| {
        atom::Cap::At(format!("https://county.example/api/v1/warnings/w-{number}.cap"))
    });
    assert_eq!(links, expected.collect::<Vec<_>>());
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, written).unwrap();
    let check = Command::new("xmllint").args(["--noout", "--nonet"]).arg(file.path()).output();
    let check = check.expect("xmllint is missing: .ci/setup installs it (libxml2-utils)");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn nothing_that_is_cut_or_damaged_stops_a_reader() {
    let mut usable = 0;
    for (seed, sample) in (1..).zip(samples()) {
        let mut dice = Dice(seed);
        for end in 0..sample.bytes.len() {
            (sample.read)(&sample.bytes[..end]);
        }
        let templates = templates();
        for mutation in 0..MUTATIONS {
            let bytes = damaged(&sample.bytes, &mut dice);
            for message in (sample.read)(&bytes) {
                let told = format!("seed {seed}, mutation {mutation} of {}", sample.name);
                check_usable(&message, &templates, &told);
                usable += 1;
            }
        }
    }
    assert!(usable > 500, "only {usable} damaged messages were still read");
}

/// Holds what became of damaged bytes against what the rest of the program relies on.
fn check_usable(message: &Message, templates: &Templates, told: &str) {
    let written = cap::write(&warning::alert(message));
    let read = cap::read(written.as_bytes());
    assert!(read.is_ok(), "{told}: {}\n{written}", read.unwrap_err());
    let names = Names { area: &|_| None, sender: None, zone: chrono_tz::Asia::Shanghai };
    for (outlet, limit) in [(Outlet::Sms, 70), (Outlet::Loudspeaker, 600), (Outlet::Banner, 40)] {
        let Some(text) = bulletin::compose(templates, message, &names, outlet) else { continue };
        assert!(text.units <= limit, "{told}: {text:?}");
    }
}

/// Bytes of one form and what reads them.
struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
    read: fn(&[u8]) -> Vec<Message>,
}

impl Sample {
    fn messages(&self) -> Vec<Message> {
        (self.read)(&self.bytes)
    }
}

fn samples() -> Vec<Sample> {
    let sample = |name, text: &str, read| Sample { name, bytes: text.as_bytes().to_vec(), read };
    let record = "<?xml version='1.0' encoding='utf-8'?><warning>\
        <identifier>99010141600000_20260721180000</identifier><sender>示例县气象台</sender>\
        <senderCode>99010141600000</senderCode><msgType>Cancle</msgType>\
        <title>示例县气象台解除暴雨红色预警信号</title><eventType>11B03</eventType>\
        <severity>RED</severity><effective>2026-07-21 18:00:00+08:00</effective>\
        <description>雨势减弱。</description><publishArea>990101,990102003</publishArea>\
        <reference>99010141600000_20260721120000</reference></warning>";
    let mut made = vec![
        sample(
            "nmc",
            "{\"code\":0,\"data\":{\"page\":{\"list\":[{\"alertid\":\"99010141600000_20260721180012\",\
             \"issuetime\":\"2026/07/21 18:00\",\"title\":\"示例县气象台发布暴雨红色预警信号\",\
             \"pic\":\"p0002001.png\"}]}}}",
            |bytes| taken(nmc::read(bytes)),
        ),
        sample(
            "weathercn",
            "var alarminfo={\"head\":\"示例县发布雷电黄色预警信号\",\"ISSUETIME\":\"2026-07-21 18:00:12\",\
             \"RELIEVETIME\":\"2026-07-22 06:00:12\",\"ISSUECONTENT\":\"示例县气象台发布：有雷电。\",\
             \"SIGNALTYPE\":\"雷电\",\"SIGNALLEVEL\":\"黄色\",\"TYPECODE\":\"09\",\"LEVELCODE\":\"02\",\
             \"msgType\":\"Update\",\"identifier\":\"99010141600000_20260721180012\",\"UNDERWRITER\":\"王五\",\
             \"references\":\"99010141600000_20260721120000\"};",
            |bytes| taken(weathercn::read(bytes)),
        ),
        sample(
            "weathercn list",
            "var alarminfo={\"count\":\"1\",\"data\":[[\"示例县\",\"101-20260721180012-0902.html\",\"114.5\",\
             \"35.6\",\"a\",\"b\",\"雷电\",{}]]};",
            |bytes| {
                let _ = weathercn::list(bytes);
                Vec::new()
            },
        ),
        sample(
            "qweather",
            "{\"alerts\":[{\"id\":\"202607211119105837988676\",\"senderName\":\"示例县气象台\",\
             \"issuedTime\":\"2026-07-21T18:00+08:00\",\"expireTime\":\"2026-07-22T18:00+08:00\",\
             \"messageType\":{\"code\":\"update\",\"supersedes\":[\"202607201119105837988676\"]},\
             \"eventType\":{\"name\":\"暴雨\",\"code\":\"1003\"},\"color\":{\"code\":\"red\"},\
             \"headline\":\"示例县气象台发布暴雨红色预警\",\"description\":\"有雨&#65374;\"}]}",
            |bytes| taken(qweather::read(bytes, "990101".parse().ok())),
        ),
        sample("national record", record, |bytes| {
            let name = format!("{STEM}.xml");
            national::read_xml(&name, bytes).into_iter().map(|read| read.message).collect()
        }),
        Sample {
            name: "national package",
            bytes: packed(record),
            read: |bytes| national::read(bytes).into_iter().map(|read| read.message).collect(),
        },
        sample("atom", ATOM, fetched),
        sample("rss", RSS, fetched),
    ];
    for (name, file, read) in [
        ("real nmc", "nmc_findAlarm.json", (|bytes| taken(nmc::read(bytes))) as fn(&[u8]) -> _),
        ("real weathercn", "weathercn_alarm_detail.jsonp", |bytes| taken(weathercn::read(bytes))),
        ("real qweather", "qweather_getWarningNow-zh.json", |bytes| {
            taken(qweather::read(bytes, None))
        }),
    ] {
        made.extend(real(file).map(|bytes| Sample { name, bytes, read }));
    }
    made
}

fn taken(items: jiaoying::ingest::feeds::Items) -> Vec<Message> {
    items.into_iter().flatten().flatten().map(|item| item.message).collect()
}

/// Reads a feed and the messages that stand in it.
fn fetched(bytes: &[u8]) -> Vec<Message> {
    let Ok(feed) = atom::read(bytes, "https://met.example/all.atom") else { return Vec::new() };
    for entry in feed.entries.into_iter().flatten() {
        match entry.cap {
            atom::Cap::At(link) => assert!(link.starts_with("http"), "{link}"),
            atom::Cap::Here(text) => drop(cap::read(text.as_bytes())),
        }
    }
    Vec::new()
}

fn packed(record: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(format!("{STEM}.xml"), SimpleFileOptions::default()).unwrap();
    writer.write_all(record.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Changes, removes, repeats or inserts some bytes.
fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const PIECES: [&[u8]; 10] = [
        b"\"",
        b"\\u0000",
        b"&#0;",
        b"<",
        b"9999999999",
        b"null",
        b"{}",
        "。".as_bytes(),
        b"\xFF",
        b"_",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        let end = (at + 1 + dice.below(24)).min(bytes.len());
        match dice.below(5) {
            0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            3 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied())),
            _ => bytes[at] ^= 1 << dice.below(8),
        }
    }
    bytes
}

/// A message of any kind with texts that XML treats in its own way.
fn thrown(dice: &mut Dice, number: i64) -> Message {
    const TEXTS: [&str; 7] =
        ["", " ", "暴雨", "<&>]]>", "\r\n\t\0", "县气象台解除暴雨红色预警", "🌊[Ⅰ级/特别严重]"];
    let mut text = || TEXTS[dice.below(TEXTS.len())].to_owned();
    let texts: Vec<String> = (0..5).map(|_| text()).collect();
    let sent = Timestamp::from_millis(1_790_000_000_000 + number * 60_000);
    let kinds = [MessageKind::Alert, MessageKind::Update, MessageKind::Cancel];
    let kind = kinds[dice.below(kinds.len())];
    let reference = Reference { sender: "99010141600000".into(), identifier: "x".into(), sent };
    let shape = Shape::Polygon(vec![[114.0, 35.0], [115.0, 35.0], [115.0, 36.0], [114.0, 35.0]]);
    Message {
        identifier: format!("thrown-{number}").into(),
        sender: "99010141600000".into(),
        sent,
        status: Status::Actual,
        kind,
        references: vec![reference; dice.below(2)],
        event: texts[0].as_str().into(),
        event_code: None,
        colour: [None, Some(Colour::Red)][dice.below(2)],
        headline: texts[1].clone(),
        description: texts[2].clone(),
        instruction: texts[3].clone(),
        effective: sent,
        onset: None,
        expires: Some(sent),
        areas: vec![
            WarnedArea {
                description: texts[4].as_str().into(),
                codes: vec!["990101".parse().unwrap()],
                shapes: vec![shape],
            };
            dice.below(3)
        ],
        notes: Vec::new(),
    }
}

/// Numbers that a seed repeats (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let thrown = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(thrown).unwrap() % limit
    }
}

fn templates() -> Templates {
    bulletin::load(include_str!("../../config/texts.toml")).unwrap()
}

/// Returns a real answer, or `None`, said aloud, when they are not there.
fn real(name: &str) -> Option<Vec<u8>> {
    let Some(file) = beside(&format!("warnings/{name}")) else {
        say(&format!("../shared/data/warnings is absent: {name} is not read"));
        return None;
    };
    Some(fs::read(file).unwrap())
}

/// Looks beside the project, and one level up for a work tree of it.
fn beside(path: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/data", "../../shared/data"]
        .map(|folder| project.join(folder).join(path))
        .into_iter()
        .find(|path| path.exists())
}

/// Speaks past the capture of test output, in one piece beside other tests.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(format!("skipped: {text}\n").as_bytes());
}
