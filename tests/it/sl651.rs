//! Stations that report by SL 651 over TCP, with the real frames that lie beside the project.

use std::{
    collections::BTreeMap,
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiaoying::{
    domain::time::Timestamp,
    ingest::sl651::{
        Answer, Class, Element, End, Frame, Function, Number, Origin, Password, Picture, Reading,
        Report, Station, Stream, Taken, Value, encode,
    },
    telemetry::sl651::{self, Counters, Server, Sink},
};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::patience::within;

const PATIENCE: Duration = Duration::from_secs(20);
/// What `decoded.json` reads otherwise than the standard, by hexadecimal serial number and time: there an
/// element of the maker (FF11) is taken for one of two bytes, which shifts the voltage after it away.
const MAKERS_OWN: &[(&str, [(&str, f64); 2])] = &[
    ("0003240109153000", [("FF11", 0.008), ("VT", 12.44)]),
    ("0001240109163431", [("FF11", 0.021), ("VT", 12.45)]),
];
/// Sent at the time that stands where the first value's belongs: the hour began at 09:00.
const OF_CLOCK_HOUR: &str = "070B220926093001";

#[tokio::test]
async fn every_frame_of_the_shared_data_is_heard_however_the_line_cuts_it() {
    let (Some(frames), Some(decoded)) = (valid(), decoded()) else { return };
    let seed = RandomState::new().build_hasher().finish();
    let mut door = Door::open(Recorder::default()).await;
    let mut station = door.connect().await;

    let (said, mut random) = (frames.concat(), seed);
    let mut rest = &said[..];
    while !rest.is_empty() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let cut = usize::try_from(random >> 33).unwrap() % 300 + 1;
        let (piece, after) = rest.split_at(rest.len().min(cut));
        station.say(piece).await;
        tokio::task::yield_now().await;
        rest = after;
    }
    let expected: Vec<Json> = decoded.into_iter().filter(is_report).collect();
    let whole = async || door.recorder.heard().len() == expected.len() + 1;
    within(PATIENCE, &format!("all reports, seed {seed}"), whole).await;

    let heard = door.recorder.heard();
    let mut pictures = Vec::new();
    let mut expected = expected.iter();
    for report in heard {
        let answer = station.answer().await;
        assert_eq!((answer.end, answer.serial), (End::Ack, report.serial), "seed {seed}");
        match report.picture {
            Some(picture) => pictures.push(picture),
            None => check(&report, expected.next().unwrap(), seed),
        }
    }
    let [Picture(jpeg)] = &pictures[..] else { panic!("{pictures:?}") };
    assert_eq!((jpeg.len(), &jpeg[..4]), (3_313, &[0xFF, 0xD8, 0xFF, 0xE0][..]));
    assert_eq!(jpeg[3_309..3_311], [0xFF, 0xD9]);

    // What a centre sends, answers about settings, and a question whose direction is wrong.
    let counts = door.counts.read();
    let refused = [("sl651.downlink", 9), ("sl651.end", 1), ("sl651.unasked", 10)];
    assert_eq!(counts.refused, refused, "seed {seed}");
    assert_eq!(counts.keep_alives, 3);
    door.close().await;
}

#[tokio::test]
async fn every_broken_frame_of_the_shared_data_is_refused_with_its_reason() {
    let Some(broken) = rows("frames_badcrc.csv", 2) else { return };
    assert_eq!(broken.len(), 56);
    let mut door = Door::open(Recorder::default()).await;
    for bytes in broken {
        let before = door.counts.read();
        let mut station = door.connect().await;
        let said = [&bytes[..], &encode(&timed(1)).unwrap()].concat();
        station.say(&said).await;
        let answer = station.answer().await;
        assert_eq!(answer.serial, 1, "{bytes:02X?}");
        // Some were cut where they were found, and what follows does not fill them.
        let length = 17 + usize::from(u16::from_be_bytes([bytes[11] & 0x0F, bytes[12]]));
        let reason = if said.len() < length { "sl651.cut_short" } else { "sl651.crc" };
        let count = |counts: &sl651::Counts| {
            counts.refused.iter().find(|(name, _)| *name == reason).map_or(0, |(_, count)| *count)
        };
        assert!(count(&door.counts.read()) > count(&before), "{reason}: {bytes:02X?}");
    }
    assert_eq!(door.recorder.heard(), [timed(1)], "nothing else was believed, and that once");
    door.close().await;
}

#[tokio::test]
async fn a_wrong_checksum_is_refused_and_counted() {
    let mut door = Door::open(Recorder::default()).await;
    let mut station = door.connect().await;
    let mut wrong = encode(&timed(1)).unwrap();
    *wrong.last_mut().unwrap() ^= 1;
    station.say(&wrong).await;
    station.say(&encode(&timed(2)).unwrap()).await;
    assert_eq!(station.answer().await.serial, 2);
    assert_eq!(door.recorder.heard(), [timed(2)]);
    assert_eq!(door.counts.read().refused, [("sl651.crc", 1)]);
    door.close().await;
}

#[tokio::test]
async fn a_repeated_report_is_taken_once_and_answered_each_time() {
    let mut door = Door::open(Recorder::default()).await;
    let bytes = encode(&timed(1)).unwrap();
    let mut station = door.connect().await;
    station.say(&[&bytes[..], &bytes].concat()).await;
    let first = station.answer().await;
    assert_eq!((first.end, station.answer().await), (End::Ack, first));

    // The line breaks; the station does not know whether the answer was for all it said.
    drop(station);
    let mut again = door.connect().await;
    again.say(&bytes).await;
    assert_eq!(again.answer().await, first);
    assert_eq!(door.recorder.heard(), [timed(1)]);
    let counts = door.counts.read();
    assert_eq!((counts.kept, counts.repeated), (1, 2));
    door.close().await;
}

#[tokio::test]
async fn what_is_not_durable_is_not_answered_and_comes_again() {
    let recorder = Recorder::default();
    recorder.will_say([Taken::Later, Taken::Refused("gauge.unknown")]);
    let mut door = Door::open(recorder).await;
    let mut station = door.connect().await;
    let bytes = encode(&timed(1)).unwrap();
    station.say(&[&bytes[..], &bytes, &bytes].concat()).await;
    // Nothing for the first, a refusal for the second, and the third is kept.
    assert_eq!(station.answer().await.end, End::Nak);
    assert_eq!(station.answer().await.end, End::Ack);
    let counts = door.counts.read();
    assert_eq!((counts.postponed, counts.kept), (1, 1));
    assert_eq!(counts.refused, [("gauge.unknown", 1)]);
    door.close().await;
}

#[tokio::test]
async fn a_sink_that_fails_does_not_lose_the_report_for_ever() {
    struct Failing(Recorder, Mutex<bool>);
    #[async_trait]
    impl Sink for Failing {
        async fn take(&self, report: Report) -> Taken {
            let failed = std::mem::replace(&mut *self.1.lock().unwrap(), true);
            assert!(failed, "the store has failed, as this test wants");
            self.0.take(report).await
        }
    }
    let recorder = Recorder::default();
    let sink = Failing(recorder.clone(), Mutex::new(false));
    let mut door = Door::open_with(recorder, Server::new(Arc::new(sink))).await;
    let bytes = encode(&timed(1)).unwrap();
    let mut station = door.connect().await;
    station.say(&bytes).await;
    station.ends().await;
    let mut again = door.connect().await;
    again.say(&bytes).await;
    assert_eq!(again.answer().await.end, End::Ack);
    door.close().await;
}

#[tokio::test]
async fn a_flood_of_garbage_is_cut_off_and_others_are_heard() {
    let mut door = Door::open(Recorder::default()).await;
    // Promises of the longest frame, never kept; and what is no frame at all.
    let header = [&[0x7E; 2][..], &[0; 9], &[0x0F, 0xFF, 0x02]].concat();
    for garbage in [header.repeat(100), vec![0x7E; 1_400], b"GET / HTTP/1.1\r\n\r\n".repeat(70)] {
        let mut flood = door.connect().await;
        let mut written = 0;
        while flood.stream.write_all(&garbage).await.is_ok() {
            written += garbage.len();
            assert!(written < 2 << 20, "the door takes whatever comes");
        }
    }
    within(PATIENCE, "all are gone", async || door.counts.read().connections == 0).await;
    assert_eq!(door.counts.read().silent, 3);
    let mut station = door.connect().await;
    station.say(&encode(&timed(1)).unwrap()).await;
    assert_eq!(station.answer().await.end, End::Ack);
    door.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_sensible_is_given_up() {
    let mut door = Door::open(Recorder::default()).await;
    let began = tokio::time::Instant::now();
    let mut silent = door.connect().await;
    let mut every = tokio::time::interval(Duration::from_secs(40));
    loop {
        let mut bytes = [0; 64];
        tokio::select! {
            end = silent.stream.read(&mut bytes) => break assert_eq!(end.unwrap(), 0),
            // Bytes are no sign of a station, however often they come.
            _ = every.tick() => silent.say(&[0x7E, 0x7E]).await,
        }
        assert!(began.elapsed() < 2 * sl651::SILENCE_MAX, "it is listened to for ever");
    }
    let waited = began.elapsed();
    let limit = sl651::SILENCE_MAX..sl651::SILENCE_MAX + Duration::from_secs(1);
    assert!(limit.contains(&waited), "given up after {waited:?}");
    assert_eq!(door.counts.read().silent, 1);
    door.close().await;
}

#[tokio::test]
async fn one_more_than_there_is_room_for_is_turned_away_until_another_leaves() {
    let recorder = Recorder::default();
    let mut server = Server::new(Arc::new(recorder.clone()));
    server.connections_max = 2;
    let mut door = Door::open_with(recorder, server).await;
    let (first, mut second) = (door.connect().await, door.connect().await);
    within(PATIENCE, "both are in", async || door.counts.read().connections == 2).await;
    let mut third = door.connect().await;
    third.ends().await;
    assert_eq!(door.counts.read().turned_away, 1);
    second.say(&encode(&timed(1)).unwrap()).await;
    assert_eq!(second.answer().await.end, End::Ack);

    drop(first);
    within(PATIENCE, "one has left", async || door.counts.read().connections == 1).await;
    let mut fourth = door.connect().await;
    fourth.say(&encode(&timed(2)).unwrap()).await;
    assert_eq!(fourth.answer().await.end, End::Ack);
    door.close().await;
}

/// Compares a report with what another reader made of its frame.
fn check(report: &Report, json: &Json, seed: u64) {
    let decoded = &json["decoded"];
    let hex = json["hex"].as_str().unwrap();
    let context = format!("{hex}, seed {seed}");
    assert_eq!(format!("{:02X}", report.function.code()), decoded["func"], "{context}");
    let address: String = report.station.bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(address, decoded["station"], "{context}");
    assert_eq!(Json::from(report.serial), decoded["serial"], "{context}");
    assert_eq!(report.sent_at, time(decoded["sent"].as_str().unwrap()), "{context}");
    if report.function == Function::State {
        // The other reader takes the element's identifier for a class.
        let status: Vec<_> = report.values.iter().map(spoken).collect();
        assert_eq!(status, [("ZT".to_owned(), report.sent_at, Some(1_024.0))]);
        return;
    }
    let values: Vec<_> = report.values.iter().map(spoken).collect();
    assert_eq!(values, expected(report, decoded["els"].as_array().unwrap(), hex), "{context}");
}

type Spoken = (String, Timestamp, Option<f64>);

fn spoken(reading: &Reading) -> Spoken {
    (reading.element.name(), reading.at, reading.value.number())
}

/// Returns the values that the elements of `decoded.json` stand for.
fn expected(report: &Report, elements: &[Json], hex: &str) -> Vec<Spoken> {
    let (mut at, mut values) = (report.sent_at, Vec::new());
    for element in elements {
        let (name, value) = (element[0].as_str().unwrap(), &element[1]);
        let text = value.as_str().unwrap_or_default();
        match name {
            "addr" | "04" => {}
            "class" => assert_eq!(report.class, Some(Class(text.as_bytes()[0]))),
            "tt" => at = time(&format!("{text}00")),
            "F2" => assert_eq!(report.text.as_deref().map(str::as_bytes), Some(&*bytes(text))),
            "F4" => {
                let first = if hex.contains(OF_CLOCK_HOUR) { time("220926090500") } else { at };
                values.extend(hour("DRP", first, bytes(text).chunks(1), 1));
            }
            "F5" => values.extend(hour("DRZ1", at, bytes(text).chunks(2), 2)),
            "FF" => {
                let own = MAKERS_OWN.iter().find(|(key, _)| hex.contains(key)).unwrap();
                values.extend(own.1.map(|(name, value)| (name.to_owned(), at, Some(value))));
                break;
            }
            name => {
                let name = match name {
                    "P5min" => "P5",
                    "P1h" => "P1",
                    name => name,
                };
                assert!(value.is_number() || text == "MISSING", "{element}");
                values.push((name.to_owned(), at, value.as_f64()));
            }
        }
    }
    values
}

fn hour<'a>(
    name: &str,
    first: Timestamp,
    values: impl Iterator<Item = &'a [u8]>,
    decimals: u8,
) -> Vec<Spoken> {
    let number = |bytes: &[u8]| {
        let missing = bytes.iter().all(|byte| *byte == 0xFF);
        let unscaled = bytes.iter().fold(0, |value, byte| value << 8 | i64::from(*byte));
        (!missing).then(|| Number { unscaled, decimals }.as_f64())
    };
    let times = (0..).map(|place| first + Duration::from_secs(300) * place);
    values.zip(times).map(|(value, at)| (name.to_owned(), at, number(value))).collect()
}

/// Tells whether an entry of `decoded.json` is a report of its own: neither a question or setting, nor the
/// packet of a picture, whose bytes stand there as if they were elements.
fn is_report(json: &Json) -> bool {
    let function = u8::from_str_radix(json["func"].as_str().unwrap(), 16).unwrap();
    let reports = (0x30..=0x3A).contains(&function) || matches!(function, 0x44 | 0x46);
    json["dir"] == "up" && reports && function != 0x36
}

fn time(digits: &str) -> Timestamp {
    let part = |at: usize| &digits[at..at + 2];
    let date = format!("20{}-{}-{}", part(0), part(2), part(4));
    format!("{date}T{}:{}:{}+08:00", part(6), part(8), part(10)).parse().unwrap()
}

/// Returns the frames that are whole.
fn valid() -> Option<Vec<Vec<u8>>> {
    let frames = rows("frames_valid.csv", 6)?;
    assert_eq!(frames.len(), 56);
    assert!(frames.iter().all(|bytes| Frame::read(bytes).is_ok()));
    Some(frames)
}

fn decoded() -> Option<Vec<Json>> {
    let text = fs::read_to_string(folder()?.join("decoded.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// Returns the bytes in one column of a table, or `None`, said aloud, when it is not there.
fn rows(name: &str, column: usize) -> Option<Vec<Vec<u8>>> {
    let Some(folder) = folder() else {
        let text = b"skipped: ../shared/data/sl651 is absent: real frames are not read\n";
        // Past the capture of test output.
        let _ = std::io::stderr().write_all(text);
        return None;
    };
    let mut table = csv::Reader::from_path(folder.join(name)).unwrap();
    Some(table.records().map(|row| bytes(&row.unwrap()[column])).collect())
}

/// Looks beside the project, and one level up for a work tree of it.
fn folder() -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/data/sl651", "../../shared/data/sl651"]
        .map(|folder| project.join(folder))
        .into_iter()
        .find(|folder| folder.is_dir())
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    let pairs = digits.chunks_exact(2).map(|pair| pair.iter().collect::<String>());
    pairs.map(|pair| u8::from_str_radix(&pair, 16).unwrap()).collect()
}

/// A timed report of a river station.
fn timed(serial: u16) -> Report {
    let at = "2021-07-21T18:00:00+08:00".parse().unwrap();
    let level = Value::Number(Number { unscaled: 64_100, decimals: 3 });
    Report {
        class: Some(Class::RIVER),
        observed_at: Some(at),
        values: vec![Reading { element: Element::Z, at, value: level }],
        ..Report::of(Origin {
            centre: 1,
            station: "3110B060".parse::<Station>().unwrap(),
            password: Password::from_bytes([0x12, 0x34]),
            function: Function::Timed,
            serial,
            sent_at: "2021-07-21T18:00:09+08:00".parse().unwrap(),
        })
    }
}

/// Keeps what it takes, or says what it was told to.
#[derive(Clone, Default)]
struct Recorder {
    reports: Arc<Mutex<Vec<Report>>>,
    answers: Arc<Mutex<Vec<Taken>>>,
    heard: Arc<Mutex<BTreeMap<Station, Timestamp>>>,
}

impl Recorder {
    fn heard(&self) -> Vec<Report> {
        self.reports.lock().unwrap().clone()
    }

    fn will_say<const COUNT: usize>(&self, answers: [Taken; COUNT]) {
        self.answers.lock().unwrap().extend(answers.into_iter().rev());
    }
}

#[async_trait]
impl Sink for Recorder {
    async fn take(&self, report: Report) -> Taken {
        let taken = self.answers.lock().unwrap().pop().unwrap_or(Taken::Kept);
        if taken == Taken::Kept {
            self.reports.lock().unwrap().push(report);
        }
        taken
    }

    fn heard(&self, station: Station, sent_at: Timestamp) {
        self.heard.lock().unwrap().insert(station, sent_at);
    }
}

/// A door with a listener of its own.
struct Door {
    recorder: Recorder,
    counts: Arc<Counters>,
    address: std::net::SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Door {
    async fn open(recorder: Recorder) -> Self {
        let server = Server::new(Arc::new(recorder.clone()));
        Self::open_with(recorder, server).await
    }

    async fn open_with(recorder: Recorder, server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, counts) = (listener.local_addr().unwrap(), server.counters());
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(server.serve(listener, tasks.clone(), stop.clone()));
        Self { recorder, counts, address, tasks, stop }
    }

    async fn connect(&self) -> Line {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream, heard: Stream::default() }
    }

    /// Stops with stations on the line, which must not hold it up.
    async fn close(&mut self) {
        let _on_the_line = self.connect().await;
        self.stop.cancel();
        self.tasks.close();
        tokio::time::timeout(PATIENCE, self.tasks.wait()).await.expect("the door shuts");
    }
}

/// A station's end of the line.
struct Line {
    stream: TcpStream,
    heard: Stream,
}

impl Line {
    async fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    async fn answer(&mut self) -> Answer {
        let answer = async {
            loop {
                if let Some(frame) = self.heard.next_frame() {
                    return Answer::read(&frame.unwrap()).unwrap();
                }
                let mut bytes = [0; 256];
                let read = self.stream.read(&mut bytes).await.unwrap();
                assert!(read > 0, "the line is dead");
                self.heard.push(&bytes[..read]);
            }
        };
        tokio::time::timeout(PATIENCE, answer).await.expect("an answer")
    }

    /// Waits until the other end has hung up.
    async fn ends(&mut self) {
        let end = tokio::time::timeout(PATIENCE, self.stream.read(&mut [0; 64])).await;
        assert!(matches!(end.expect("the line ends"), Ok(0) | Err(_)));
    }
}
