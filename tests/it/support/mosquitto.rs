//! A real Mosquitto on a free port, to be stopped, killed and started again with what it had kept. It ends with the
//! test that started it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

const MISSING: &str = "install mosquitto and util-linux (make setup)";

/// A broker of the test's own.
pub struct Mosquitto {
    child: Option<Child>,
    pub port: u16,
    dir: TempDir,
}

impl Mosquitto {
    /// Starts one that lets anybody in.
    pub fn start() -> Self {
        Self::start_with(&["allow_anonymous true"])
    }

    /// Starts one that lets in `user` with `password` and nobody else.
    pub fn start_for(user: &str, password: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("passwords");
        let mut set = Command::new("mosquitto_passwd");
        let run = set.args(["-b", "-c"]).arg(&file).args([user, password]).status().expect(MISSING);
        assert!(run.success(), "the password could not be set");
        let file = format!("password_file {}", file.display());
        Self::start_in(dir, &["allow_anonymous false", &file])
    }

    /// Starts one with lines as in its configuration.
    pub fn start_with(lines: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), lines)
    }

    fn start_in(dir: TempDir, lines: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // `user` keeps one that root starts from becoming somebody who may not read the test's folder.
        let text = format!(
            "user root\nlistener {port} 127.0.0.1\npersistence true\npersistence_location {}/\n\
             log_dest stderr\n{}\n",
            dir.path().display(),
            lines.join("\n")
        );
        fs::write(dir.path().join("mosquitto.conf"), text).unwrap();
        let mut broker = Self { child: None, port, dir };
        broker.start_again();
        broker
    }

    /// Starts on the port it had, with what it had kept.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        // The kernel ends it with the thread that started it, even one that was killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", program(), "-c"]);
        command.arg(self.dir.path().join("mosquitto.conf")).stdin(Stdio::null());
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect(MISSING);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("{MISSING}, or it did not start: {said}")
            };
            if line.ends_with(" running") {
                break;
            }
            said.push_str(&line);
        }
        std::thread::spawn(move || lines.for_each(drop));
        self.child = Some(child);
    }

    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Lets it end in order, with what it keeps on disk.
    pub fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        child.wait().unwrap();
    }

    /// Ends it as a power cut would, with what it keeps as it was when it was stopped last.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian has it where only root's path leads.
fn program() -> &'static str {
    let debian = "/usr/sbin/mosquitto";
    if Path::new(debian).exists() { debian } else { "mosquitto" }
}
