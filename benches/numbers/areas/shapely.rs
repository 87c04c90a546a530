//! shapely, asked through a pipe; it takes the time itself.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use jiaoying::domain::area::LonLat;
use serde::Deserialize;

use super::Answer;
use crate::rig::folder;

/// Names the folder that `benches/peers.sh` has installed into.
const FOLDER: &str = "JIAOYING_PEERS";

pub struct Shapely {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// What its tree took.
    pub built: Duration,
}

#[derive(Deserialize)]
struct Told {
    hits: usize,
    seconds: f64,
}

impl Shapely {
    /// Starts it with these points; nothing if it is not installed.
    pub fn start(points: &[LonLat]) -> Option<Self> {
        let installed = env::var_os(FOLDER).map(|folder| PathBuf::from(folder).join("shapely"));
        let python = |arguments: &[&str]| {
            let mut command = Command::new("python3");
            command.args(arguments);
            if let Some(folder) = &installed {
                command.env("PYTHONPATH", folder);
            }
            command
        };
        let found = python(&["-c", "import numpy, shapely"]).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            return None;
        }
        let dir = folder();
        let file = dir.path().join("points");
        let bytes: Vec<u8> = points.as_flattened().iter().flat_map(|d| d.to_le_bytes()).collect();
        fs::write(&file, bytes).unwrap();
        let mut child = python(&["-c", include_str!("peers/tree.py"), file.to_str().unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut this = Self { child, orders, answers, built: Duration::ZERO };
        // It has read the file once its tree stands.
        this.built = this.answer().took;
        Some(this)
    }

    pub fn ask(&mut self, ring: &[LonLat]) -> Answer {
        writeln!(self.orders, "{}", serde_json::to_string(ring).unwrap()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let told: Told = serde_json::from_str(&line).unwrap();
        Answer { hits: told.hits, took: Duration::from_secs_f64(told.seconds) }
    }
}

impl Drop for Shapely {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
