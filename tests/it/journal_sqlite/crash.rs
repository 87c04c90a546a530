//! The process killed at any moment: whatever was acknowledged is there afterwards.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use jiaoying::journal::verify::verify;

use super::*;

const CHILD_DIR: &str = "JIAOYING_TEST_CHILD_DIR";
const CHILD_SEED: &str = "JIAOYING_TEST_CHILD_SEED";
const KILLS: u64 = 60;

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let mut acknowledged = Head::GENESIS;
    for seed in 0..KILLS {
        let acks = dice.below(25);
        let pause = dice.below(200_000);
        if let Some(last) = kill_after(dir.path(), seed, acks, pause) {
            acknowledged = last;
        }
        let writer = Writer::open(dir.path());
        let reader = writer.reader();
        assert!(
            writer.runtime.block_on(reader.holds(acknowledged)).unwrap(),
            "seed {seed}, killed {acks} acknowledgements and {pause} turns in: {acknowledged} is \
             lost, the journal ends at {}",
            writer.head
        );
    }
    assert!(verify(dir.path()).unwrap().head.seq >= acknowledged.seq);
    assert!(acknowledged.seq > KILLS, "the children hardly appended: {acknowledged}");
}

/// Not a test of its own: what the processes to be killed run.
#[test]
fn child_appends_until_it_is_killed() {
    let Ok(dir) = env::var(CHILD_DIR) else { return };
    let mut dice = Dice(env::var(CHILD_SEED).unwrap().parse().unwrap());
    let mut writer = Writer::open(Path::new(&dir));
    let mut out = std::io::stdout();
    loop {
        // Now and then a large batch, so that a kill also meets a WAL being copied back.
        let longest = if dice.below(30) == 0 { 30_000 } else { 300 };
        let texts: Vec<_> =
            (0..=dice.below(40)).map(|_| "夜".repeat(dice.below(longest))).collect();
        writer.try_append(&texts).unwrap();
        writeln!(out, "acknowledged {} {}", writer.head.seq, writer.head.hash).unwrap();
    }
}

/// Starts a child and kills it `pause` turns after it acknowledged `acks` appends; returns the last
/// head it acknowledged.
fn kill_after(dir: &Path, seed: u64, acks: usize, pause: usize) -> Option<Head> {
    let (mut child, out) = start_child(dir, seed);
    let mut lines = out.lines().map_while(Result::ok);
    let mut last = None;
    if acks > 0 {
        last = lines.by_ref().filter_map(|line| acknowledgement(&line)).nth(acks - 1);
    }
    (0..pause).for_each(|_| std::hint::spin_loop());
    child.kill().expect("a child that runs for ever can be killed");
    child.wait().expect("a killed child ends");
    // What it said before it died counts as well.
    lines.filter_map(|line| acknowledgement(&line)).last().or(last)
}

fn start_child(dir: &Path, seed: u64) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(own_binary())
        .args(["--exact", "journal_sqlite::crash::child_appends_until_it_is_killed", "--nocapture"])
        .env(CHILD_DIR, dir)
        .env(CHILD_SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// Where this test runs from; on Linux even if the file was replaced since.
fn own_binary() -> PathBuf {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { running } else { env::current_exe().unwrap() }
}

fn acknowledgement(line: &str) -> Option<Head> {
    let (_, rest) = line.split_once("acknowledged ")?;
    let (seq, hex) = rest.split_once(' ')?;
    // A line cut off by the kill acknowledges nothing.
    let hash: Vec<u8> = (0..hex.len() / 2)
        .map(|place| u8::from_str_radix(hex.get(2 * place..2 * place + 2)?, 16).ok())
        .collect::<Option<_>>()?;
    Some(Head { seq: seq.parse().ok()?, hash: Hash(hash.try_into().ok()?) })
}
