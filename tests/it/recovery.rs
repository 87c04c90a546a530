//! The real program killed at any moment, stopped, torn and restored: nothing acknowledged is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiaoying::{
    channels::simulated::read_call_log,
    journal::{Journal, Record, sqlite::SqliteJournal},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Client, items},
    dice::{Dice, seed},
    patience::within,
    process::{Process, jiaoying, run, said},
};

/// Kills in the long story; `JIAOYING_SEED` repeats one that failed.
const KILLS: u64 = 30;
/// Longest wait for what a node that was killed goes on with.
const SOON: Duration = Duration::from_secs(60);
const COUNTY: &str = "990101000000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_the_node_keeps_every_word_and_rings_nobody_more_than_once_too_often()
{
    let seed = seed();
    tell(format_args!("JIAOYING_SEED={seed}"));
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("calls"));
    let settings = [
        ("JIAOYING_CHANNELS__SIMULATED_CALL_LOG", log.to_str().unwrap()),
        ("JIAOYING_CHANNELS__SIMULATED_SPEED", "20"),
        ("JIAOYING_CHANNELS__VOICE_LINES", "12"),
    ];
    let told = Arc::new(Mutex::new(Told::default()));
    let mut starts = Vec::new();
    for kill in 0..KILLS {
        starts.push(events(&data));
        let node = Process::start(&data, &settings);
        let life = Duration::from_millis(dice.below(if kill == 0 { 2_000 } else { 700 }));
        let callers = keep_calling(&node, kill, &told);
        // Whatever they were in the middle of when the time is over stays in the middle.
        let _ = tokio::time::timeout(life, callers).await;
        node.kill();
    }
    starts.push(events(&data));
    let began = Instant::now();
    let node = Process::start(&data, &settings);
    let head = *starts.last().unwrap();
    let commander = node.demo("commander");
    let newly = async |kinds: &[&str]| {
        let journal = commander.journal(head).await;
        journal.iter().any(|entry| kinds.contains(&entry["kind"].as_str().unwrap()))
    };
    within(SOON, "calls are made", async || newly(&["attempt_repeated", "attempt_started"]).await)
        .await;
    tell(format_args!("first action {:.1?} after the start", began.elapsed()));
    let journal = commander.journal(0).await;
    within(SOON, "somebody answers", async || newly(&["obligation_answered"]).await).await;
    let (status, said) = node.terminate();
    assert!(status.success(), "{said}");
    told.lock().unwrap().must_be_in(&journal);
    let rung = Rung::read(&log);
    rung.must_agree_with(&everything(&data).await, &starts);
    let verified = run(&data, &["verify"]);
    assert!(verified.status.success(), "seed {seed}: {}", self::said(&verified));
}

/// What was acknowledged to somebody, by whom it was said.
#[derive(Default)]
struct Told {
    warnings: BTreeMap<String, String>,
    answers: BTreeMap<String, u64>,
}

impl Told {
    fn must_be_in(&self, journal: &[Value]) {
        let warnings: BTreeMap<&str, &str> = journal
            .iter()
            .filter(|entry| entry["kind"] == "warning_accepted")
            .map(|entry| {
                let message = &entry["data"]["message"]["identifier"];
                (message.as_str().unwrap(), entry["subject"].as_str().unwrap())
            })
            .collect();
        for (identifier, id) in &self.warnings {
            assert_eq!(warnings.get(identifier.as_str()), Some(&id.as_str()), "{identifier}");
        }
        for (obligation, seq) in &self.answers {
            let entry = &journal[usize::try_from(*seq).unwrap() - 1];
            assert_eq!(entry["kind"], "obligation_answered", "{obligation}");
            assert_eq!(entry["subject"].as_str(), Some(obligation.as_str()));
        }
        assert!(!self.warnings.is_empty() && !self.answers.is_empty(), "hardly anything was said");
        tell(format_args!(
            "{} warnings and {} answers acknowledged",
            self.warnings.len(),
            self.answers.len()
        ));
    }
}

/// Issues warnings and answers for people until the node is gone.
async fn keep_calling(node: &Process, round: u64, told: &Mutex<Told>) {
    let warn = async {
        let source = node.demo("gateway");
        let Some(areas) = try_get(&source, "/areas").await else { return };
        for number in 0_usize..5 {
            let identifier = format!("r{round}-{number}");
            let area = &items(&areas)[number % items(&areas).len()]["code"];
            let warning = json!({
                "event": "暴雨", "colour": "red", "areas": [area], "identifier": identifier,
            });
            let Some(accepted) = try_post(&source, "/warnings", &warning).await else { return };
            let id = accepted["id"].as_str().unwrap().to_owned();
            told.lock().unwrap().warnings.insert(identifier, id);
        }
    };
    let answer = async {
        let desk = node.demo("dispatcher");
        loop {
            let Some(open) = try_get(&desk, "/callouts?open=true&limit=3").await else { return };
            for callout in items(&open) {
                let id = callout["id"].as_str().unwrap();
                let path = format!("/callouts/{id}/obligations?state=ringing&limit=2");
                let Some(ringing) = try_get(&desk, &path).await else { return };
                for obligation in items(&ringing) {
                    let id = obligation["id"].as_str().unwrap();
                    let body = json!({ "answer": "acknowledged", "on_behalf_of": "村支书" });
                    let path = format!("/obligations/{id}/answer");
                    let Some(taken) = try_post(&desk, &path, &body).await else { return };
                    if let Some(seq) = taken["seq"].as_u64() {
                        told.lock().unwrap().answers.insert(id.to_owned(), seq);
                    }
                }
            }
        }
    };
    tokio::join!(warn, answer);
}

async fn try_post(caller: &Client, path: &str, body: &Value) -> Option<Value> {
    let response = caller.request(Method::POST, path).json(body).send().await.ok()?;
    let status = response.status();
    let body = response.json().await.ok()?;
    // Somebody may have answered by telephone in the meantime.
    assert!(status.is_success() || status == 409, "{path}: {body}");
    Some(body)
}

async fn try_get(caller: &Client, path: &str) -> Option<Value> {
    caller.request(Method::GET, path).send().await.ok()?.json().await.ok()
}

/// What really rang, by attempt.
struct Rung {
    first: BTreeMap<String, usize>,
    repeated: BTreeMap<String, usize>,
}

impl Rung {
    fn read(log: &Path) -> Self {
        let (mut first, mut repeated) = (BTreeMap::new(), BTreeMap::new());
        for channel in ["sms", "voice"] {
            let path = PathBuf::from(format!("{}.{channel}", log.display()));
            for call in read_call_log(&path).unwrap() {
                let count = if call.repeated { &mut repeated } else { &mut first };
                *count.entry(call.attempt.to_string()).or_default() += 1;
            }
        }
        tell(format_args!("{} calls rang, {} of them again", first.len(), repeated.len()));
        Self { first, repeated }
    }

    fn must_agree_with(&self, journal: &[Record], starts: &[u64]) {
        let mut again = BTreeMap::<String, Vec<u64>>::new();
        let mut started = BTreeSet::new();
        for record in journal {
            let attempt = record.subject.to_string();
            match record.kind.as_str() {
                "attempt_started" => assert!(started.insert(attempt), "begun twice: {record:?}"),
                "attempt_repeated" => again.entry(attempt).or_default().push(record.seq),
                _ => {}
            }
        }
        for (attempt, rung) in &self.first {
            assert!(started.contains(attempt), "{attempt} rang and is in no journal");
            assert_eq!(*rung, 1, "{attempt} rang twice without a flag");
        }
        for (attempt, rung) in &self.repeated {
            let allowed = again.get(attempt).map_or(0, Vec::len);
            assert!(*rung <= allowed, "{attempt} rang {rung} times again, {allowed} are on record");
        }
        for (attempt, seqs) in &again {
            let lives: BTreeSet<_> =
                seqs.iter().map(|seq| starts.partition_point(|start| start < seq)).collect();
            assert_eq!(
                lives.len(),
                seqs.len(),
                "{attempt} was repeated twice in one life: {seqs:?}"
            );
        }
        assert!(!started.is_empty());
    }
}

/// Returns the whole journal as it lies in the folder.
async fn everything(data: &Path) -> Vec<Record> {
    let reader = SqliteJournal::open(data).unwrap().reader();
    let mut all: Vec<Record> = Vec::new();
    loop {
        let page = reader.read(all.len() as u64, 100_000).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Returns how many events the journal holds, by its own check.
fn events(data: &Path) -> u64 {
    if !data.exists() {
        return 0;
    }
    let verified = run(data, &["verify"]);
    let text = said(&verified);
    assert!(verified.status.success(), "{text}");
    text.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_node_that_is_told_to_stop_finishes_and_says_nothing_it_should_not() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start(folder.path(), &[("JIAOYING_LOG", "trace")]);
    let session = node.client.log_in("leader", "demo-leader").await;
    let desk = node.demo("dispatcher");
    warn(&desk, COUNTY).await;
    let mut page = session.watch().await;
    page.wait_for("event", |event| event["kind"] == "attempt_recorded").await;
    let duty = desk.get("/duty", 200).await;
    let phones: Vec<String> =
        items(&duty).iter().filter_map(|item| item["phone"].as_str().map(str::to_owned)).collect();
    let (status, said) = node.terminate();
    assert!(status.success(), "{said}");
    assert!(said.contains("stopping"));
    assert!(phones.len() > 100);
    let shown: Vec<_> = phones.iter().filter(|phone| said.contains(*phone)).collect();
    assert!(shown.is_empty(), "the log holds {shown:?}");
    assert!(!said.contains(&session.token.unwrap()), "the log holds a token");
    for secret in ["demo-leader", "demo-dispatcher"] {
        assert!(!said.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn one_altered_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start(folder.path(), &[]);
    warn(&node.demo("gateway"), COUNTY).await;
    stop(node);
    let whole = run(folder.path(), &["verify"]);
    assert!(whole.status.success() && said(&whole).starts_with("whole: "), "{}", said(&whole));
    let path = folder.path().join("jiaoying.db");
    let mut bytes = fs::read(&path).unwrap();
    let text = "\"kind\":\"warning\"".as_bytes();
    let at = bytes.windows(text.len()).position(|window| window == text).expect("the callout");
    bytes[at + 9] ^= 1;
    fs::write(&path, bytes).unwrap();
    let broken = run(folder.path(), &["verify"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(said(&broken).starts_with("not whole: "), "{}", said(&broken));
    assert!(said(&broken).chars().any(|c| c.is_ascii_digit()), "no number in {}", said(&broken));
}

#[tokio::test]
async fn a_lost_end_stops_the_start_until_it_is_accepted_and_goes_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let node = Process::start(folder.path(), &[]);
    stop(node);
    let path = folder.path().join("jiaoying.db");
    let earlier = fs::read(&path).unwrap();
    let node = Process::start(folder.path(), &[]);
    warn(&node.demo("gateway"), COUNTY).await;
    stop(node);
    fs::write(&path, earlier).unwrap();

    for command in [&["serve", "--demo"][..], &["import", "areas", "config/examples/areas.csv"]] {
        let refused = run(folder.path(), command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        let text = said(&refused);
        assert!(text.contains("--accept-loss") && text.contains("restore"), "{command:?}: {text}");
    }
    let accepting = jiaoying(folder.path(), &["serve", "--demo", "--accept-loss"]);
    let node = Process::start_command(accepting);
    let journal = node.demo("commander").journal(0).await;
    assert!(journal.iter().any(|entry| entry["kind"] == "loss_accepted"));
    warn(&node.demo("gateway"), COUNTY).await;
    stop(node);
    assert!(run(folder.path(), &["verify"]).status.success());
}

#[tokio::test]
async fn a_backup_of_a_running_node_is_restored_elsewhere_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let file = folder.path().join("copy.db");
    let node = Process::start(&data, &[]);
    let desk = node.demo("dispatcher");
    warn(&desk, COUNTY).await;
    let callout = desk.get("/callouts/c-1", 200).await;
    let copied = run(&data, &["backup", file.to_str().unwrap()]);
    assert!(copied.status.success(), "{}", said(&copied));
    let again = run(&data, &["backup", file.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(1), "a backup is never overwritten");
    assert!(run(&data, &["verify", file.to_str().unwrap()]).status.success());
    let over = run(&data, &["restore", file.to_str().unwrap()]);
    assert_eq!(over.status.code(), Some(1), "a folder in use is never overwritten");
    warn(&desk, COUNTY).await;
    stop(node);

    let restored = run(&other, &["restore", file.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(run(&other, &["verify"]).status.success());
    let node = Process::start(&other, &[]);
    let desk = node.demo("dispatcher");
    let found = desk.get("/callouts/c-1", 200).await;
    assert_eq!(found["total"], callout["total"]);
    assert_eq!(found["opened_at"], callout["opened_at"]);
    desk.get("/callouts/c-2", 404).await;
    warn(&desk, COUNTY).await;
    stop(node);
}

#[tokio::test]
async fn a_folder_has_one_node_and_a_second_one_rings_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("calls"));
    let settings = [("JIAOYING_CHANNELS__SIMULATED_CALL_LOG", log.to_str().unwrap())];
    let node = Process::start(&data, &settings);
    warn(&node.demo("gateway"), COUNTY).await;
    let mut page = node.demo("screen").watch().await;
    page.wait_for("event", |event| event["kind"] == "attempt_recorded").await;
    let mut second = jiaoying(&data, &["serve", "--demo"]);
    let second = second.envs(settings).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("another node"), "{}", said(&second));
    // Somebody else's port is noticed before anybody is rung, too.
    let listen = node.client.base.clone();
    let elsewhere = folder.path().join("elsewhere");
    let mut third = jiaoying(&elsewhere, &["serve", "--demo"]);
    let third = third.env("JIAOYING_LISTEN", listen).output().unwrap();
    assert_eq!(third.status.code(), Some(1));
    assert!(said(&third).contains("cannot listen"), "{}", said(&third));
    assert!(!elsewhere.join("jiaoying.db").exists(), "nothing is begun that cannot be served");
    let journal = node.demo("commander").journal(0).await;
    assert!(!journal.iter().any(|entry| entry["kind"] == "attempt_repeated"));
    stop(node);
    let after = Process::start(&data, &settings);
    assert!(after.terminate().0.success(), "the folder is free again");
}

/// Stops a node and fails with all it said if anything was given up.
fn stop(node: Process) {
    let (status, said) = node.terminate();
    assert!(status.success(), "{said}");
}

async fn warn(caller: &Client, area: &str) {
    let warning = json!({ "event": "暴雨", "colour": "red", "areas": [area] });
    caller.post("/warnings", &warning, 201).await;
}

#[expect(clippy::print_stdout, reason = "numbers for whoever reads the test's output")]
fn tell(what: std::fmt::Arguments<'_>) {
    println!("{what}");
}
