//! This program again, as a process of its own: its memory is measured, or it is killed.

use std::{
    env, io,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use jiaoying::{
    app::{Node, Options},
    config::Config,
    domain::warning::Colour,
};

use crate::{
    county, crashing, hub,
    report::memory_mib,
    rig::{self, Rig, runtime},
};

/// First argument of a child.
pub const FLAG: &str = "--child";

/// Does what the arguments of a child say.
pub fn run(arguments: &[String]) {
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match texts.as_slice() {
        ["open", dir] => run_open(Path::new(dir)),
        ["start", dir] => run_start(Path::new(dir)),
        ["storm", dir, seed] => crashing::run_storm(Path::new(dir), seed.parse().unwrap()),
        ["first-action", dir] => crashing::run_first_action(Path::new(dir)),
        ["hub-node", dir, units] => hub::run_node(Path::new(dir), units.parse().unwrap(), ""),
        ["hub-node", dir, units, database] => {
            hub::run_node(Path::new(dir), units.parse().unwrap(), database);
        }
        ["hub-reference", _] => hub::run_reference(),
        ["hub-load", kind, server, publish, processes] => {
            hub::run_load(kind, server, publish, processes);
        }
        other => panic!("no such child: {other:?}"),
    }
}

/// Starts this program as a child.
pub fn spawn(arguments: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .arg(FLAG)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// Says something to the parent at once.
pub fn say(text: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

/// Runs a child to its end and returns the numbers it says.
fn numbers(arguments: &[&str]) -> Vec<u64> {
    let (mut child, out) = spawn(arguments);
    let lines: Vec<String> = out.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    lines.last().unwrap().split(' ').map(|number| number.parse().unwrap()).collect()
}

/// What opening a county's callout took.
pub struct Opened {
    pub durable: Duration,
    pub cpu: Duration,
    pub before_mib: u64,
    pub peak_mib: u64,
}

/// Opens a red callout in the county of `dir`, in a process that does nothing else.
pub fn open(dir: &Path) -> Opened {
    let said = numbers(&["open", dir.to_str().unwrap()]);
    Opened {
        durable: Duration::from_micros(said[0]),
        cpu: Duration::from_micros(said[1]),
        before_mib: said[2],
        peak_mib: said[3],
    }
}

fn run_open(dir: &Path) {
    let (durable, used, before) = runtime().block_on(async {
        let rig = Rig::open(dir).await;
        let before = memory_mib("VmRSS");
        let (used, began) = (crate::report::cpu(), Instant::now());
        rig.must(county::warning(1, Colour::Red, rig.board.now())).await;
        let (durable, used) = (began.elapsed(), crate::report::cpu() - used);
        // The first calls, and whoever else listens, are part of what is held.
        rig::pause(Duration::from_millis(500)).await;
        (durable, used, before)
    });
    let peak = memory_mib("VmHWM");
    say(&format!("{} {} {before} {peak}", durable.as_micros(), used.as_micros()));
    // Closing would save a snapshot, which is not asked for here.
    std::process::exit(0);
}

/// Starts a node on `dir` in a process of its own: how long until it is ready, and its memory in MiB.
pub fn start(dir: &Path) -> (Duration, u64) {
    let began = Instant::now();
    let (mut child, mut out) = spawn(&["start", dir.to_str().unwrap()]);
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let took = began.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    (took, line.trim().parse().unwrap())
}

fn run_start(dir: &Path) {
    runtime().block_on(async {
        let node = Node::start(config(dir), Options::default()).await.unwrap();
        let listener = tokio::net::TcpListener::bind(node.config.listen).await.unwrap();
        say(&memory_mib("VmHWM").to_string());
        node.run(listener, tokio_util::sync::CancellationToken::new()).await.unwrap();
    });
}

/// Returns default settings for a node in `dir`.
pub fn config(dir: &Path) -> Config {
    config_of(dir, "")
}

/// Returns the settings of a node in `dir` whose journal is in `database`, or in the folder where that is empty.
pub fn config_of(dir: &Path, database: &str) -> Config {
    let settings = [
        ("JIAOYING_DATA_DIR", dir.to_str().unwrap()),
        ("JIAOYING_DATABASE_URL", database),
        ("JIAOYING_LISTEN", "127.0.0.1:0"),
        ("JIAOYING_JURISDICTION", county::COUNTY),
    ];
    let environment = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Config::load(None, environment).unwrap()
}
