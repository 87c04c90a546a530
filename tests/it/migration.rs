//! A county outgrows its file: journal and accounts move to PostgreSQL, and back, byte for byte.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use jiaoying::{
    access::store::{Contents, Store, postgres::PostgresStore, sqlite::SqliteStore},
    domain::time::Timestamp,
    journal::{
        Batch, Draft, Journal, Record,
        postgres::PostgresJournal,
        sqlite::SqliteJournal,
        transfer::{Kept, Origin},
    },
};
use serde_json::json;

use crate::support::{
    postgres::{PASSWORD, database, fresh},
    process::{Process, jiaoying, run, said},
};

const COUNTY: &str = "990101000000";
/// What is said of a place that is not empty.
const OCCUPIED: &str = "choose an empty place";

#[tokio::test]
async fn a_county_moves_to_postgresql_and_back_with_its_chain_intact() {
    let (url, folder, elsewhere) =
        (fresh().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = Process::start(folder.path(), &[]);
    let desk = node.demo("dispatcher");
    for number in 0..3 {
        let opening =
            json!({ "subject": format!("抽查{number}"), "kind": "spot_check", "area": COUNTY });
        desk.post("/callouts", &opening, 201).await;
    }
    let refused = migrate(folder.path(), "", &url);
    assert!(!refused.status.success() && said(&refused).contains("another node runs"));
    assert!(node.terminate().0.success());
    run(folder.path(), &["token", "add", "siren", "--role", "gateway"]);

    let before = in_folder(folder.path()).await;
    let moved = migrate(folder.path(), "", &url);
    assert!(moved.status.success(), "{}", said(&moved));
    assert!(said(&moved).contains("100 %") && !said(&moved).contains(PASSWORD), "{}", said(&moved));
    assert!(in_database(&url, folder.path()).await == before, "the copy differs");
    let again = migrate(folder.path(), "", &url);
    assert!(!again.status.success() && said(&again).contains(OCCUPIED), "{}", said(&again));
    assert!(in_database(&url, folder.path()).await == before, "a refusal changed something");

    let verified = with(folder.path(), &url, &["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    let node = Process::start(folder.path(), &[("JIAOYING_DATABASE_URL", &url)]);
    node.demo("commander").get("/callouts?open=true", 200).await;
    let refused = migrate(elsewhere.path(), &url, elsewhere.path().to_str().unwrap());
    assert!(said(&refused).contains("stop all of them"), "{}", said(&refused));
    let (status, log) = node.terminate();
    assert!(status.success() && !log.contains(PASSWORD), "{log}");

    let before = in_database(&url, folder.path()).await;
    let back = migrate(folder.path(), &url, elsewhere.path().to_str().unwrap());
    assert!(back.status.success(), "{}", said(&back));
    let again = migrate(folder.path(), &url, elsewhere.path().to_str().unwrap());
    assert!(!again.status.success() && said(&again).contains(OCCUPIED), "{}", said(&again));
    assert!(in_folder(elsewhere.path()).await == before, "the copy differs");
    assert!(run(elsewhere.path(), &["verify"]).status.success());
    let node = Process::start(elsewhere.path(), &[]);
    node.demo("dispatcher").get("/callouts?open=true", 200).await;
    assert!(node.terminate().0.success());
}

#[tokio::test]
async fn a_damaged_journal_is_not_moved() {
    let (url, folder) = (fresh().await, tempfile::tempdir().unwrap());
    assert!(Process::start(folder.path(), &[]).terminate().0.success());
    let file = rusqlite::Connection::open(folder.path().join("jiaoying.db")).unwrap();
    file.execute_batch(
        "DROP TRIGGER events_are_never_changed; UPDATE events SET actor = 'nobody' WHERE seq = 2",
    )
    .unwrap();
    drop(file);
    let refused = migrate(folder.path(), "", &url);
    assert!(!refused.status.success() && said(&refused).contains("damaged"), "{}", said(&refused));
    let nothing = tempfile::tempdir().unwrap();
    let verified = with(nothing.path(), &url, &["verify"]);
    assert!(said(&verified).contains("no journal"), "nothing is half there: {}", said(&verified));
}

/// As by a power cut, or somebody who has lost patience.
#[tokio::test]
async fn a_move_that_was_killed_half_way_left_nothing_and_is_made_again() {
    let (url, folder, elsewhere) =
        (fresh().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(folder.path()).await;
    let before = large(&*SqliteJournal::open(folder.path()).unwrap().origin()).await;

    kill_half_way(migrate_command(folder.path(), "", &url));
    let nothing = tempfile::tempdir().unwrap();
    let verified = with(nothing.path(), &url, &["verify"]);
    assert!(said(&verified).contains("no journal"), "half of it is there: {}", said(&verified));
    let moved = again(|| migrate(folder.path(), "", &url));
    assert!(moved.status.success(), "{}", said(&moved));
    let journal = PostgresJournal::open(&database(&url), folder.path()).await.unwrap();
    assert!(large(&*journal.origin()).await == before, "the copy differs");
    drop(journal);

    let to = elsewhere.path().to_str().unwrap();
    kill_half_way(migrate_command(folder.path(), &url, to));
    assert!(!elsewhere.path().join("jiaoying.db").exists(), "half of it is there");
    let back = again(|| migrate(folder.path(), &url, to));
    assert!(back.status.success(), "{}", said(&back));
    assert!(large(&*SqliteJournal::open(elsewhere.path()).unwrap().origin()).await == before);
    assert!(run(elsewhere.path(), &["verify"]).status.success());
    let left: Vec<_> =
        std::fs::read_dir(elsewhere.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".new")), "{left:?}");
}

#[tokio::test]
async fn a_way_that_leads_nowhere_is_refused_with_the_one_that_does() {
    let (url, folder) = (fresh().await, tempfile::tempdir().unwrap());
    let elsewhere = folder.path().join("elsewhere");
    for (from, to, named) in [
        ("", elsewhere.to_str().unwrap(), "jiaoying backup"),
        (url.as_str(), url.as_str(), "pg_dump"),
        ("", "postgres://u:geheim@h", "--to: name the database"),
    ] {
        let refused = migrate(folder.path(), from, to);
        assert!(!refused.status.success() && said(&refused).contains(named), "{}", said(&refused));
        assert!(!said(&refused).contains("geheim"), "{}", said(&refused));
    }
    let refused = with(folder.path(), &url, &["backup", "copy.db"]);
    assert!(said(&refused).contains("pg_dump"), "{}", said(&refused));
    let refused = with(folder.path(), &url, &["restore", "copy.db"]);
    assert!(said(&refused).contains("pg_restore"), "{}", said(&refused));
}

fn migrate(dir: &Path, from: &str, to: &str) -> Output {
    migrate_command(dir, from, to).output().unwrap()
}

fn migrate_command(dir: &Path, from: &str, to: &str) -> Command {
    let mut command = jiaoying(dir, &["migrate", "--to", to]);
    command.env("JIAOYING_DATABASE_URL", from);
    command
}

fn with(dir: &Path, url: &str, arguments: &[&str]) -> Output {
    jiaoying(dir, arguments).env("JIAOYING_DATABASE_URL", url).output().unwrap()
}

/// All there is of a journal and the accounts beside it.
#[derive(PartialEq)]
struct Everything {
    epoch: [u8; 16],
    records: Vec<Record>,
    receipts: Vec<Kept>,
    access: Contents,
}

async fn in_folder(dir: &Path) -> Everything {
    let origin = SqliteJournal::open(dir).unwrap().origin();
    let store = SqliteStore::open(&dir.join("jiaoying.db")).unwrap();
    everything(&*origin, &store).await
}

async fn in_database(url: &str, dir: &Path) -> Everything {
    let journal = PostgresJournal::open(&database(url), dir).await.unwrap();
    let store = PostgresStore::open(&database(url)).await.unwrap();
    everything(&*journal.origin(), &store).await
}

async fn everything(origin: &dyn Origin, store: &dyn Store) -> Everything {
    let everything = Everything {
        epoch: origin.epoch().bytes(),
        records: origin.read(0, usize::MAX).await.unwrap(),
        receipts: origin.receipts(None, usize::MAX).await.unwrap(),
        access: store.contents().await.unwrap(),
    };
    assert!(everything.records.len() > 100 && !everything.access.accounts.is_empty());
    assert!(!everything.receipts.is_empty());
    everything
}

/// A journal of several pages, so that there is a half way.
async fn fill(dir: &Path) {
    assert!(Process::start(dir, &[]).terminate().0.success());
    let mut journal = SqliteJournal::open(dir).unwrap();
    let expected = journal.reader().head().await.unwrap();
    let draft = |number: u32| Draft {
        at: Timestamp::from_millis(i64::from(number)),
        actor: "console".into(),
        kind: "lines_set".into(),
        version: 1,
        subject: "sms".into(),
        data: format!(r#"{{"channel":"sms","lines":{number},"hold_ms":1000,"simulated":true}}"#),
    };
    let batch = Batch { expected, drafts: (0..60_000).map(draft).collect(), receipts: Vec::new() };
    journal.append(batch).await.unwrap();
}

async fn large(origin: &dyn Origin) -> (Vec<Record>, Vec<Kept>) {
    let mut records = Vec::new();
    loop {
        let page = origin.read(records.len() as u64, usize::MAX).await.unwrap();
        if page.is_empty() {
            break;
        }
        records.extend(page);
    }
    assert!(records.len() > 60_000);
    (records, origin.receipts(None, usize::MAX).await.unwrap())
}

fn kill_half_way(mut command: Command) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = said.next().unwrap().unwrap();
    assert!(first.ends_with('%') && !first.starts_with("100"), "{first}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The server may take a moment until it knows that whoever was killed is gone.
fn again(migrate: impl Fn() -> Output) -> Output {
    let since = Instant::now();
    loop {
        let moved = migrate();
        if moved.status.success() || since.elapsed() > Duration::from_secs(10) {
            return moved;
        }
        assert!(said(&moved).contains("stop all of them"), "{}", said(&moved));
    }
}
