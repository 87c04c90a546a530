//! What really rang on which node, beside what the journal says.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jiaoying::channels::simulated::read_call_log;
use serde_json::Value;

/// Calls by attempt, as the carriers of all nodes have them.
pub(super) struct Rung {
    /// Which nodes made it without a flag, each as often as it did.
    pub first: BTreeMap<String, Vec<usize>>,
    pub repeated: BTreeMap<String, Vec<usize>>,
}

impl Rung {
    /// Reads the logs of nodes `0..nodes` in `folder`.
    pub(super) fn read(folder: &Path, nodes: usize) -> Self {
        let mut rung = Self { first: BTreeMap::new(), repeated: BTreeMap::new() };
        for node in 0..nodes {
            for channel in ["sms", "voice"] {
                let path = folder.join(format!("calls-{node}.{channel}"));
                for call in read_call_log(&path).unwrap() {
                    let calls = if call.repeated { &mut rung.repeated } else { &mut rung.first };
                    calls.entry(call.attempt.to_string()).or_default().push(node);
                }
            }
        }
        rung
    }

    pub(super) fn made_by(&self, node: usize) -> BTreeSet<&str> {
        let by = self.first.iter().filter(|(_, nodes)| nodes.contains(&node));
        by.map(|(attempt, _)| attempt.as_str()).collect()
    }

    /// Every call was made once without a flag, and again only as often as the journal says.
    pub(super) fn must_agree_with(&self, journal: &[Value]) {
        let course = Course::of(journal);
        for (attempt, nodes) in &self.first {
            assert!(course.started.contains(attempt), "{attempt} rang and is in no journal");
            assert_eq!(nodes.len(), 1, "{attempt} was made by nodes {nodes:?}");
        }
        for (attempt, nodes) in &self.repeated {
            let allowed = course.repeated.get(attempt).copied().unwrap_or_default();
            assert!(nodes.len() <= allowed, "{attempt}: {nodes:?} again, {allowed} on record");
        }
        for (attempt, times) in &course.repeated {
            assert_eq!(*times, 1, "{attempt} was repeated {times} times");
        }
    }
}

/// What the journal says of calls by telephone and text.
#[derive(Default)]
pub(super) struct Course {
    pub started: BTreeSet<String>,
    pub repeated: BTreeMap<String, usize>,
    pub ended: BTreeSet<String>,
}

impl Course {
    pub(super) fn of(journal: &[Value]) -> Self {
        let mut course = Self::default();
        for entry in journal.iter().filter(|entry| entry["data"]["channel"] != "app") {
            let attempt = || entry["subject"].as_str().unwrap().to_owned();
            match entry["kind"].as_str().unwrap() {
                "attempt_started" => {
                    course.started.insert(attempt());
                }
                "attempt_repeated" => *course.repeated.entry(attempt()).or_default() += 1,
                "attempt_recorded" if ends(&entry["data"]) => {
                    course.ended.insert(attempt());
                }
                _ => {}
            }
        }
        course
    }

    /// Returns calls that have neither rung nor ended.
    pub(super) fn lost<'c>(&'c self, rung: &Rung) -> Vec<&'c str> {
        let made = |attempt: &&String| {
            let rang = rung.first.contains_key(*attempt) || rung.repeated.contains_key(*attempt);
            rang || self.ended.contains(*attempt)
        };
        self.started.iter().filter(|attempt| !made(attempt)).map(String::as_str).collect()
    }
}

fn ends(recorded: &Value) -> bool {
    match recorded["outcome"]["result"].as_str().unwrap() {
        "sent" => recorded["channel"] == "sms",
        "delivered" | "read" => recorded["channel"] != "voice",
        _ => true,
    }
}
