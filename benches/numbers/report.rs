//! What is printed: where it was measured, one line for each number, and how busy the machine was.

use std::{fs, process::Command, time::Duration};

/// Processes that wanted a core per core, from which on a number is marked as taken on a busy machine.
const BUSY: f64 = 1.3;

/// Prints lines and counts those that fall short.
pub struct Report {
    passed: usize,
    short: Vec<String>,
}

/// One number.
pub struct Line<'a> {
    pub id: &'a str,
    pub what: &'a str,
    pub value: String,
    pub target: &'a str,
    /// The limit or the others' number that the design names, if any.
    pub limit: &'a str,
    pub pass: bool,
}

impl Report {
    /// Prints where this is measured.
    pub fn begin() -> Self {
        let output = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().ok();
            output
                .map_or_else(String::new, |o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
        };
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok());
        println!(
            "{} · {} cores · {} GiB · commit {} · load {:.1}",
            output("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
            cores(),
            total.unwrap_or(0) >> 20,
            output("git", &["rev-parse", "--short", "HEAD"]),
            load(),
        );
        println!("{:<4} {:<66} {:<58} {:<34} limit or others", "id", "what", "value", "target");
        Self { passed: 0, short: Vec::new() }
    }

    pub fn line(&mut self, line: Line<'_>) {
        let Line { id, what, value, target, limit, pass } = line;
        let verdict = if pass { "pass" } else { "short" };
        let busy = if load() > BUSY * cores() {
            format!(" [busy machine: load {:.1}]", load())
        } else {
            String::new()
        };
        println!("{id:<4} {what:<66} {value:<58} {target:<34} {limit} · {verdict}{busy}");
        if pass {
            self.passed += 1;
        } else {
            self.short.push(id.to_owned());
        }
    }

    /// Prints something beside the numbers.
    pub fn note(&mut self, text: &str) {
        println!("     {text}");
    }

    pub fn end(self) {
        println!("{} pass, {} short {}", self.passed, self.short.len(), self.short.join(" "));
    }
}

fn cores() -> f64 {
    std::thread::available_parallelism()
        .map_or(1.0, |cores| f64::from(u32::try_from(cores.get()).unwrap()))
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or(0.0)
}

/// Times measured, for medians and percentiles.
#[derive(Default, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the time that `share` of all are at or below.
    pub fn at(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    }

    pub fn median(&self) -> Duration {
        self.at(0.5)
    }

    pub fn worst(&self) -> Duration {
        self.at(1.0)
    }
}

impl Extend<Duration> for Times {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, times: T) {
        self.0.extend(times);
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        Self(times.into_iter().collect())
    }
}

/// Writes milliseconds with as many digits as mean something.
pub fn ms(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    if millis < 10.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}

/// Returns what this process has used of the processors so far, and may be compared with itself only.
pub fn cpu() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    // The kernel's unit in this file, on every architecture that Linux still runs on.
    Duration::from_millis(ticks * 10)
}

/// Returns a line of `/proc/self/status` in MiB, such as `VmHWM` (the most memory ever resident).
pub fn memory_mib(key: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 10
}
