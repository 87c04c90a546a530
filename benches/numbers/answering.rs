//! E7: 5,000 answers a second, each durable, before 100 screens.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiaoying::{
    access::{self, Access, Holder, NewAccount, Purpose, store::sqlite::SqliteStore},
    bus::{Bus, local::LocalBus},
    channels::app::Pages,
    config::Config,
    domain::{
        actor::Role,
        command::{AnswerKind, Command, GiveAnswer, Reply},
        ids::{ObligationId, PersonId},
        warning::Colour,
    },
    gauges::{self, Gauges},
    health,
    http::{self, Web},
    hub::Hub,
    positions::{Positions, Store},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    county::{self, COUNTY, County, Lines},
    phones::{Manner, Phones},
    report::{Line, Report, Times, cpu, ms},
    rig::{self, Rig, by, folder, phones, runtime},
};

const SCREENS: u32 = 100;
const PER_SECOND: usize = 5_000;
const SECONDS: usize = 5;
const ANSWERS: usize = PER_SECOND * SECONDS;
/// Events of the measurement at most: answers, ends of calls, and some of time.
const EVENTS: usize = 4 * ANSWERS;

/// What an answer took.
struct Answered {
    durable: Times,
    cancelled: Times,
    shown: Times,
    cores: f64,
    per_second: f64,
}

/// E7: from an answer to the end of its calls, and to its count on every screen.
pub fn five_thousand_a_second(report: &mut Report) {
    let screens = runtime();
    let answered = runtime().block_on(measure(screens.handle()));
    let line = |what: &str, times: &Times| {
        format!("{what} p50 {}, p99 {}", ms(times.median()), ms(times.at(0.99)))
    };
    let worst = answered.cancelled.at(0.99).max(answered.shown.at(0.99));
    report.line(Line {
        id: "E7",
        what: "5,000 answers/s, each durable: → calls cancelled, → on all 100 screens",
        value: format!(
            "{}; {}",
            line("cancelled", &answered.cancelled),
            line("on screens", &answered.shown)
        ),
        target: "p99 ≤ 50 ms",
        limit: "groups ≈ 190,000 rows/s",
        pass: worst <= Duration::from_millis(50),
    });
    report.note(&format!(
        "… {}; {:.0} answers/s came in; {:.2} cores, the screens' own reading included",
        line("durable", &answered.durable),
        answered.per_second,
        answered.cores
    ));
    screens.shutdown_background();
}

async fn measure(screens: &tokio::runtime::Handle) -> Answered {
    let dir = folder();
    let rig = Rig::open(dir.path()).await;
    let lines = Lines { app: 100_000, sms: 100_000, voice: 100_000 };
    rig.found(County { townships: 50, villages: ANSWERS, deputies: false, lines }.founding()).await;
    let phones = phones(Manner::Delivers, Manner::Delivers, Manner::Rings);
    rig.call(&phones);
    let address = serve(&rig, dir.path()).await;
    rig.must(county::warning(1, Colour::Red, rig.board.now())).await;
    let obligations = everybody_rung(&rig, &phones).await;
    let board = Arc::new(Board::starting_after(rig.board.read(|board| board.seq).await.unwrap()));
    for _ in 0..SCREENS {
        screens.spawn(watch(address, Arc::clone(&board)));
    }
    rig::until("every screen", || board.open.load(Ordering::Relaxed) == SCREENS).await;
    rig::pause(Duration::from_millis(300)).await;
    let (used, began) = (cpu(), Instant::now());
    let answers = give(&rig, obligations, ANSWERS).await;
    let (per_second, span) = (ANSWERS as f64 / began.elapsed().as_secs_f64(), began.elapsed());
    let cores = (cpu() - used).as_secs_f64() / span.as_secs_f64();
    let shown_on = |seq| board.times_shown(seq);
    rig::until("every screen to show the last", || {
        answers.iter().rev().take(100).all(|a| shown_on(a.seq) == SCREENS)
    })
    .await;
    rig::pause(Duration::from_millis(200)).await;
    let shown = answers.iter().map(|answer| {
        assert_eq!(shown_on(answer.seq), SCREENS, "event {} is missing on a screen", answer.seq);
        board.shown_at(answer.seq).duration_since(answer.given)
    });
    let shown = shown.collect();
    let cancelled = cancelled(&phones[2], &answers);
    let durable = answers.iter().map(|answer| answer.durable).collect();
    board.stop.store(true, Ordering::Relaxed);
    rig.close().await;
    Answered { durable, cancelled, shown, cores, per_second }
}

/// Opens the doors of a node: the hub and what is served by HTTP.
async fn serve(rig: &Rig, dir: &std::path::Path) -> SocketAddr {
    let (tasks, stop) = rig.tasks();
    let store = SqliteStore::open(&dir.join("access.db")).unwrap();
    let config = Config::load(None, std::iter::empty()).unwrap();
    let settings = access::Settings { purpose: Purpose::Demonstration, ..config.access };
    let access = Arc::new(Access::new(Arc::new(store), settings, tasks.clone()).unwrap());
    let area = COUNTY.parse().unwrap();
    let login = "screen".parse().unwrap();
    let screen = NewAccount { login, role: Role::Screen, area, holder: Holder::Nobody };
    access.install_demonstration_account(screen, rig.board.now()).await.unwrap();
    let pages = Pages::default();
    let positions = Positions::new(config.positions);
    let ailments =
        health::watch(tasks, rig.board.health(), LocalBus::alone().health(), stop.clone());
    let hub = Hub::start(
        tasks,
        rig.board.clone(),
        Arc::clone(&access),
        pages,
        positions.clone(),
        ailments.clone(),
        stop.clone(),
    )
    .await;
    let web = Web {
        broker: None,
        board: rig.board.clone(),
        access,
        hub,
        positions,
        tracks: Store::open(dir).unwrap(),
        gauges: Gauges::default(),
        readings: gauges::Store::open(dir).unwrap(),
        sources: jiaoying::sources::Sources::default(),
        texts: Arc::new(jiaoying::bulletin::load(jiaoying::config::TEXTS).unwrap()),
        publisher: jiaoying::http::Publisher { base: "http://localhost".into(), name: "".into() },
        demo: None,
        forms: Arc::default(),
        basemap: Arc::default(),
        advice: Arc::new(jiaoying::advice::Advice::new(
            jiaoying::ingest::capabilities::built_in(),
            &Default::default(),
            config.coverage,
            config.roads,
            config.recommendation,
        )),
        ready: Arc::new(AtomicBool::new(true)),
        ailments,
        bus: Arc::new(LocalBus::alone()),
        metrics: Arc::new(PrometheusBuilder::new().build_recorder()),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = http::router(web).into_make_service_with_connect_info::<SocketAddr>();
    let stopped = stop.clone().cancelled_owned();
    tasks.spawn(async move {
        axum::serve(listener, service).with_graceful_shutdown(stopped).await.unwrap();
    });
    address
}

/// Waits until every telephone rings and every text is delivered; returns who is called for what.
async fn everybody_rung(rig: &Rig, phones: &[Arc<Phones>; 3]) -> Vec<(ObligationId, PersonId)> {
    rig::until("every telephone", || phones.iter().all(|p| p.placed() >= ANSWERS)).await;
    loop {
        let flying = rig.board.read(|board| board.callouts.in_flight().count()).await.unwrap();
        if flying <= ANSWERS + 54 {
            break;
        }
        rig::pause(Duration::from_millis(20)).await;
    }
    let read = rig.board.read(|board| {
        let open = board.callouts.obligations().filter(|o| o.state.is_open());
        open.map(|o| (o.id, o.asked[0].person.clone())).collect()
    });
    read.await.unwrap()
}

/// An answer that was given.
struct Given {
    obligation: ObligationId,
    given: Instant,
    durable: Duration,
    seq: u64,
}

/// Gives the answers at an even pace, whether or not those before have been taken.
async fn give(rig: &Rig, to: Vec<(ObligationId, PersonId)>, answers: usize) -> Vec<Given> {
    const BURST: usize = PER_SECOND / 1_000;
    let mut every = tokio::time::interval(Duration::from_millis(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut under_way = JoinSet::new();
    for burst in to[..answers].chunks(BURST) {
        every.tick().await;
        for (obligation, person) in burst.iter().cloned() {
            under_way.spawn(answer(rig.board.clone(), obligation, person));
        }
    }
    under_way.join_all().await
}

async fn answer(
    board: jiaoying::dispatcher::Handle,
    obligation: ObligationId,
    person: PersonId,
) -> Given {
    let actor =
        jiaoying::domain::actor::Actor { person: Some(person), ..by("leader", Role::Leader) };
    let command = Command::Answer(GiveAnswer {
        obligation,
        answer: AnswerKind::Acknowledged,
        note: String::new(),
        on_behalf_of: None,
        via: None,
        here: None,
    });
    let given = Instant::now();
    let committed = board.submit(actor, command).await.unwrap();
    let Reply::Answer { seq, .. } = committed.reply else { panic!("no answer was taken") };
    Given { obligation, given, durable: given.elapsed(), seq }
}

fn cancelled(voice: &Phones, answers: &[Given]) -> Times {
    let book = voice.book();
    let ends: std::collections::BTreeMap<ObligationId, Instant> =
        book.rung_off.iter().map(|(attempt, at)| (attempt.obligation, *at)).collect();
    answers.iter().map(|answer| ends[&answer.obligation].duration_since(answer.given)).collect()
}

/// When each event was on the last of the screens.
struct Board {
    after: u64,
    began: Instant,
    open: AtomicU32,
    stop: AtomicBool,
    last_us: Vec<AtomicU64>,
    screens: Vec<AtomicU32>,
}

impl Board {
    fn starting_after(after: u64) -> Self {
        Self {
            after,
            began: Instant::now(),
            open: AtomicU32::new(0),
            stop: AtomicBool::new(false),
            last_us: (0..EVENTS).map(|_| AtomicU64::new(0)).collect(),
            screens: (0..EVENTS).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn index(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq.checked_sub(self.after + 1)?).ok().filter(|index| *index < EVENTS)
    }

    fn show(&self, seq: u64, us: u64) {
        if let Some(index) = self.index(seq) {
            self.last_us[index].fetch_max(us, Ordering::Relaxed);
            self.screens[index].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn times_shown(&self, seq: u64) -> u32 {
        self.index(seq).map_or(0, |index| self.screens[index].load(Ordering::Relaxed))
    }

    fn shown_at(&self, seq: u64) -> Instant {
        let us = self.last_us[self.index(seq).unwrap()].load(Ordering::Relaxed);
        self.began + Duration::from_micros(us)
    }
}

/// A screen: a socket whose frames are counted as they arrive.
async fn watch(address: SocketAddr, board: Arc<Board>) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Protocol: jiaoying.v1\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::with_capacity(1 << 20);
    while find(&bytes, b"\r\n\r\n").is_none() {
        socket.read_buf(&mut bytes).await.unwrap();
    }
    bytes.drain(..find(&bytes, b"\r\n\r\n").unwrap() + 4);
    let hello = r#"{"type":"hello","token":"demo-screen","topics":["warnings","callouts"]}"#;
    socket.write_all(&masked(hello)).await.unwrap();
    let mut every = tokio::time::interval(Duration::from_secs(5));
    while !board.stop.load(Ordering::Relaxed) {
        tokio::select! {
            read = socket.read_buf(&mut bytes) => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            },
            _ = every.tick() => {
                socket.write_all(&masked(r#"{"type":"pong"}"#)).await.unwrap();
            }
        }
        let us = u64::try_from(board.began.elapsed().as_micros()).unwrap();
        let mut from = 0;
        while let Some((payload, next)) = frame(&bytes, from) {
            if let Some(seq) = seq_of(payload) {
                board.show(seq, us);
            } else if payload.starts_with(br#"{"type":"snapshot""#) {
                board.open.fetch_add(1, Ordering::Relaxed);
            } else if payload.len() < 200 && payload.starts_with(&[0x0f]) {
                return;
            }
            from = next;
        }
        bytes.drain(..from);
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Returns the payload of the frame at `from`, if all of it is there, and where the next begins.
fn frame(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(from..)?;
    let (length, head) = match *rest.get(1)? {
        126 => (usize::from(u16::from_be_bytes(*rest.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*rest.get(2..)?.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    Some((rest.get(head..head + length)?, from + head + length))
}

fn seq_of(payload: &[u8]) -> Option<u64> {
    let digits = payload.strip_prefix(br#"{"type":"event","seq":"#)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// Writes a short text frame as a client must: masked, here with zeros.
fn masked(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126, "short frames only");
    let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    frame
}
