//! The simulated carrier as the program sees it: through the gateway trait, by somebody who keeps to
//! the lines there are, and by a process that is killed.

use std::{
    collections::{BTreeMap, VecDeque},
    env,
    io::{BufRead, BufReader},
    num::NonZeroU32,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jiaoying::{
    channels::{
        Call, Gateway, Message, Receipt,
        simulated::{
            Behaviour, Carrier, Script, Settings, SimulatedGateway, VoiceAct, WallClock,
            read_call_log,
        },
    },
    domain::{
        callout::attempt::Outcome,
        ids::{AttemptId, ObligationId, PersonId},
        person::Channel,
        time::Timestamp,
    },
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// People to be called in 勉县, and lines to call them by.
const PEOPLE: u64 = 506;
const LINES: u32 = 105;
/// How long a caller waits for the end of a call before giving it up: longer than any call lasts.
const PATIENCE: Duration = Duration::from_secs(90);
/// Names the call log to the child process that is to be killed.
const CHILD_LOG: &str = "JIAOYING_TEST_CALL_LOG";

#[tokio::test(start_paused = true)]
async fn whoever_counts_a_line_as_taken_until_the_end_is_told_is_never_refused() {
    for seed in 0..20 {
        let carrier = Carrier::new(seed, Behaviour::realistic()).unwrap();
        let mut desk = Desk::new(carrier);
        desk.call_everybody().await;
        let ended = desk.ends.values().filter(|ends| !ends.is_empty()).count() as u64;
        assert_eq!(ended, PEOPLE, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lines_are_busy_without_a_pause_while_anybody_waits() {
    let mut desk = Desk::new(Carrier::new(1, Behaviour::perfect()).unwrap());
    desk.call_everybody().await;
    // Five rounds of 105 lines, 28.5 s a call.
    assert_eq!(desk.began.elapsed(), Duration::from_millis(5 * 28_500));
}

/// The rule of 勉县: who hangs up early or does not answer is called again, thrice in all.
#[tokio::test(start_paused = true)]
async fn a_script_comes_out_as_written_through_three_tries() {
    let acts = [VoiceAct::NoAnswer, VoiceAct::HangUp { after_s: 8 }, VoiceAct::Hear];
    let carrier = Carrier::new(1, Behaviour::nobody())
        .unwrap()
        .with_scripts([Script::of(person(3)).voice(acts)]);
    let mut desk = Desk::new(carrier);
    for ordinal in 0..3 {
        desk.place(call(3, ordinal)).await;
        desk.place(call(4, ordinal)).await;
        desk.listen_until_free().await;
    }
    let ends = |n| (0..3).map(move |number| (ObligationId(n), number));
    let told = |(obligation, number)| desk.ends[&AttemptId { obligation, number }].clone();
    let expected =
        [Outcome::NoAnswer, Outcome::HungUp { after_s: 8 }, Outcome::HeardInFull].map(|o| vec![o]);
    assert_eq!(ends(3).map(told).collect::<Vec<_>>(), expected);
    assert_eq!(ends(4).map(told).collect::<Vec<_>>(), vec![vec![Outcome::NoAnswer]; 3]);
}

/// Kills a process while it places calls, at twenty moments: every call that it knew to be taken is in the
/// log, and at most one that it did not hear of any more.
#[test]
fn what_rang_is_known_after_the_process_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    for moment in 0..20 {
        let log = folder.path().join(format!("calls-{moment}.jsonl"));
        let taken = kill_after(20 * moment + 1, &log);
        let rang: Vec<String> =
            read_call_log(&log).unwrap().into_iter().map(|rang| rang.key).collect();
        assert_eq!(rang[..taken.len()], taken, "moment {moment}");
    }
}

/// What the killed process does; without its variable it is no child and does nothing.
#[test]
#[expect(clippy::print_stdout, reason = "tells its parent what was taken")]
fn child_that_places_calls_until_it_is_killed() {
    let Ok(log) = env::var(CHILD_LOG) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut settings = Settings::voice(NonZeroU32::MAX);
        settings.call_log = Some(log.into());
        let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
        let (gateway, _tasks) = start(settings, carrier, Instant::now());
        let (receipts, _told) = mpsc::channel(1);
        for n in 0.. {
            let call = call(n, 0);
            let key = call.key.clone();
            gateway.place(call, receipts.clone()).await.unwrap();
            println!("taken {key}");
        }
    });
}

/// Runs the child, kills it when it has placed `calls`, and returns the keys it knew to be taken.
fn kill_after(calls: usize, log: &PathBuf) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["carrier::child_that_places_calls_until_it_is_killed", "--exact", "--nocapture"])
        .env(CHILD_LOG, log)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let key = |line: String| line.strip_prefix("taken ").map(String::from);
    let mut taken: Vec<String> =
        lines.by_ref().map(Result::unwrap).filter_map(key).take(calls).collect();
    assert_eq!(taken.len(), calls, "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died counts too, but for a line cut short.
    let rest: Vec<String> = lines.map_while(Result::ok).filter_map(key).collect();
    taken.extend(rest);
    taken.pop();
    taken
}

/// Somebody who calls people by the lines there are, each until its call is told to have ended.
struct Desk {
    gateway: SimulatedGateway,
    _tasks: TaskTracker,
    receipts: mpsc::Sender<Receipt>,
    told: mpsc::Receiver<Receipt>,
    /// Calls counted as holding a line, in order of placing.
    held: VecDeque<(AttemptId, Instant)>,
    ends: BTreeMap<AttemptId, Vec<Outcome>>,
    began: Instant,
}

impl Desk {
    fn new(carrier: Carrier) -> Self {
        let began = Instant::now();
        let settings = Settings::voice(NonZeroU32::new(LINES).unwrap());
        let (gateway, tasks) = start(settings, carrier, began);
        let (receipts, told) = mpsc::channel(64);
        let (held, ends) = (VecDeque::new(), BTreeMap::new());
        Self { gateway, _tasks: tasks, receipts, told, held, ends, began }
    }

    async fn call_everybody(&mut self) {
        let lines = self.gateway.capacity().at_once.map_or(0, u32::from) as usize;
        for n in 0..PEOPLE {
            while self.held.len() >= lines {
                self.listen().await;
            }
            self.place(call(n, 0)).await;
        }
        self.listen_until_free().await;
    }

    async fn place(&mut self, call: Call) {
        let attempt = call.attempt;
        self.gateway.place(call, self.receipts.clone()).await.unwrap();
        self.held.push_back((attempt, Instant::now()));
    }

    async fn listen_until_free(&mut self) {
        while !self.held.is_empty() {
            self.listen().await;
        }
    }

    /// Takes one receipt, or gives up the call that has waited for one too long.
    async fn listen(&mut self) {
        let Some((oldest, placed)) = self.held.front().copied() else { return };
        let patience = PATIENCE.saturating_sub(placed.elapsed());
        if let Ok(receipt) = timeout(patience, self.told.recv()).await {
            self.hear(receipt.unwrap());
        } else {
            self.gateway.ring_off(oldest).await;
            self.held.pop_front();
            self.ends.entry(oldest).or_default().push(Outcome::RungOff);
        }
    }

    fn hear(&mut self, receipt: Receipt) {
        if receipt.outcome.ends(Channel::Voice) {
            self.held.retain(|(attempt, _)| *attempt != receipt.attempt);
            self.ends.entry(receipt.attempt).or_default().push(receipt.outcome);
        }
    }
}

fn start(settings: Settings, carrier: Carrier, began: Instant) -> (SimulatedGateway, TaskTracker) {
    let tasks = TaskTracker::new();
    let clock: WallClock =
        Arc::new(move || Timestamp::from_millis(1_800_000_000_000) + began.elapsed());
    let shutdown = CancellationToken::new();
    let gateway = SimulatedGateway::start(settings, carrier, clock, &tasks, shutdown).unwrap();
    (gateway, tasks)
}

fn call(n: u64, ordinal: u32) -> Call {
    Call {
        attempt: AttemptId { obligation: ObligationId(n), number: ordinal },
        key: format!("c-1/o-{n}/0/p-{n}/voice/{ordinal}"),
        channel: Channel::Voice,
        person: person(n),
        ordinal,
        address: format!("1380099{n:04}").into(),
        text: Arc::new(Message {
            title: "暴雨红色预警".into(),
            body: "暴雨红色预警，请立即组织转移。".into(),
            speech: "暴雨红色预警，请立即组织转移。听完请按1确认。".into(),
        }),
        demands_answer: true,
        drill: false,
        repeated: false,
    }
}

fn person(n: u64) -> PersonId {
    format!("p-{n}").parse().unwrap()
}
