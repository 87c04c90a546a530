//! A real Redis on a free port, to be stopped, killed, paused and spoilt. It ends with the test that started it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A Redis server of the test's own.
pub struct RedisServer {
    child: Option<Child>,
    pub port: u16,
    options: Vec<String>,
    dir: TempDir,
}

impl RedisServer {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts with options as on the command line: `["--requirepass", "secret"]`.
    pub fn start_with(options: &[&str]) -> Self {
        let mut server = Self::prepare(options);
        server.start_again();
        server
    }

    /// Chooses a port and starts nothing yet.
    pub fn prepare(options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self { child: None, port, options, dir: tempfile::tempdir().unwrap() }
    }

    /// Starts on the port it had, with nothing remembered unless an option says so.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        // The kernel ends it with the thread that started it, even one that was killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "redis-server"]);
        let port = self.port.to_string();
        let secured = self.options.iter().any(|option| option == "--tls-port");
        let plain = if secured { "0" } else { &port };
        command.args(["--port", plain, "--bind", "127.0.0.1", "--save", "", "--dir"]);
        command.arg(self.dir.path()).args(&self.options).stdin(Stdio::null());
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.expect("install redis-server and util-linux (make setup)");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("install redis-server (make setup), or it did not start: {said}");
            };
            if line.contains("Ready to accept connections") {
                break;
            }
            said.push_str(&line);
        }
        std::thread::spawn(move || lines.for_each(drop));
        self.child = Some(child);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Lets it end in order.
    pub fn stop(&mut self) {
        self.signal("-TERM");
        self.child.take().unwrap().wait().unwrap();
    }

    /// Its connections stay open, and nothing answers.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Gives a command without a password, as an operator would.
    pub fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.ask_at(&self.url(), words)
    }

    pub fn ask_at<T: redis::FromRedisValue>(&self, url: &str, words: &[&str]) -> T {
        let mut link = redis::Client::open(url).unwrap().get_connection().unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut link).unwrap()
    }

    /// Publishes as a gateway outside would; returns how many heard it.
    pub fn publish(&self, channel: &str, message: &[u8]) -> usize {
        self.say("PUBLISH", channel, message)
    }

    pub fn say(&self, command: &str, channel: &str, message: &[u8]) -> usize {
        let mut link = redis::Client::open(self.url()).unwrap().get_connection().unwrap();
        redis::cmd(command).arg(channel).arg(message).query(&mut link).unwrap()
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
