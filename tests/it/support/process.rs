//! The real binary as a child process: to be killed, told to stop, and read.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use super::{client::Client, server::QUICK};

/// Longest wait for a node to stop in order: more than it gives itself ([`QUICK`]).
const STOPPED_WITHIN: Duration = Duration::from_secs(90);

/// Returns the command `jiaoying` on a data folder, with nothing of this process's settings.
pub fn jiaoying(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jiaoying"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("JIAOYING_")) {
        command.env_remove(name);
    }
    command.args(arguments).envs(QUICK).env("JIAOYING_DATA_DIR", dir).stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub fn run(dir: &Path, arguments: &[&str]) -> Output {
    jiaoying(dir, arguments).output().unwrap()
}

/// Returns what a command said on both its outputs.
pub fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

/// A node in a process of its own.
pub struct Process {
    child: Child,
    pub client: Client,
    /// Such as `127.0.0.1:40123`.
    pub address: String,
    greeting: String,
    log: Option<JoinHandle<String>>,
    lines: mpsc::Receiver<String>,
}

impl Process {
    /// Starts `serve --demo` and returns once it listens.
    pub fn start(dir: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = jiaoying(dir, &["serve", "--demo"]);
        command.envs(settings.iter().copied());
        Self::start_command(command)
    }

    /// Starts a `serve` however it is put.
    pub fn start_command(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = err.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (mut greeting, mut address) = (String::new(), None);
        while address.is_none() {
            let mut line = String::new();
            if out.read_line(&mut line).unwrap() == 0 {
                child.wait().unwrap();
                panic!("the node did not start: {greeting}{}", log.join().unwrap());
            }
            address = line
                .split_once("http://")
                .map(|(_, rest)| rest.trim_end().trim_end_matches("/screen").to_owned());
            greeting.push_str(&line);
        }
        let (say, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = say.send(line);
            }
        });
        let address = address.unwrap();
        let client = Client::new(&address);
        Self { child, client, address, greeting, log: Some(log), lines }
    }

    pub fn demo(&self, login: &str) -> Client {
        self.client.with_token(&format!("demo-{login}"))
    }

    /// Returns the secret in the link that a first start prints.
    pub fn first_link(&self) -> String {
        let link = self
            .lines
            .iter()
            .find_map(|line| line.split_once("/login#").map(|(_, secret)| secret.to_owned()));
        link.expect("the first start prints a link")
    }

    /// Lets it stand still, its connections open, until [`Self::resume`].
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Kills it as a power cut would, and returns what it had said.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said()
    }

    /// Asks it to stop, and returns how it ended and all it had said. One that never stops is killed.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("-TERM");
        let (stopped, stops) = mpsc::channel();
        let pid = self.child.id().to_string();
        let killer = std::thread::spawn(move || {
            if stops.recv_timeout(STOPPED_WITHIN).is_err() {
                let _ = Command::new("kill").args(["-KILL", &pid]).status();
            }
        });
        let status = self.child.wait().unwrap();
        // Whoever waited too long has gone.
        let _ = stopped.send(());
        killer.join().unwrap();
        (status, self.said())
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn said(&mut self) -> String {
        let rest: String = self.lines.iter().collect();
        let log = self.log.take().map(|log| log.join().unwrap()).unwrap_or_default();
        format!("{}{rest}{log}", self.greeting)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed half-way leaves no node behind; one that ended is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
