//! The rules of the house: who may import whom, what the core may not name, how long a file may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What each folder must not name. Imports point inward: to the core, then the journal, then the
/// dispatcher, then everything that talks to the world.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "src/domain",
        &[
            "tokio::",
            "async fn",
            "async move",
            ".await",
            "::now(",
            "Instant",
            "HashMap",
            "HashSet",
            " rand::",
            "getrandom",
            "std::fs",
            "std::net",
            "crate::clock",
            "crate::bus",
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
            "crate::demo",
        ],
    ),
    (
        "src/postgres.rs",
        &[
            "crate::domain",
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::config",
            "crate::app",
        ],
    ),
    (
        "src/journal",
        &[
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
            "domain::event",
            "domain::board",
        ],
    ),
    (
        "src/bus",
        &[
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
            "domain::event",
            "domain::board",
        ],
    ),
    (
        "src/dispatcher",
        &[
            "redis",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
        ],
    ),
    (
        "src/gauges",
        &[
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::positions",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
        ],
    ),
    (
        "src/positions",
        &[
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
        ],
    ),
    (
        "src/nodes",
        &[
            "crate::journal",
            "crate::dispatcher",
            "crate::channels",
            "crate::ingest",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
            "domain::event",
            "domain::board",
        ],
    ),
    (
        "src/bulletin",
        &[
            "std::fs",
            "std::net",
            "tokio::",
            "async fn",
            "crate::journal",
            "crate::dispatcher",
            "crate::access",
            "crate::channels",
            "crate::protocol",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
        ],
    ),
    (
        "src/ingest/feeds",
        &["std::fs", "std::net", "tokio::", "async fn", ".await", "crate::config", "crate::cli"],
    ),
    (
        "src/sources",
        &[
            "sqlite",
            "redis",
            "crate::journal",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
            "crate::config",
        ],
    ),
    ("src/channels", &["crate::hub", "crate::http", "crate::journal", "crate::app", "crate::cli"]),
    (
        "src/ingest",
        &["crate::hub", "crate::http", "crate::journal", "crate::dispatcher", "crate::app"],
    ),
    ("src/access", &["crate::hub", "crate::http", "crate::journal", "crate::app", "crate::cli"]),
    ("src/protocol", &["crate::hub", "crate::http", "crate::journal", "crate::app"]),
    ("src/hub", &["crate::http", "sqlite", "redis", "crate::app", "crate::cli"]),
    ("src/http", &["sqlite", "redis", "crate::app", "crate::cli"]),
    (
        "src/telemetry",
        &[
            "sqlite",
            "redis",
            "crate::journal",
            "crate::dispatcher",
            "crate::hub",
            "crate::http",
            "crate::app",
            "crate::cli",
        ],
    ),
];

/// Only `clock` reads the wall clock; the rest takes the time as an argument.
const WALL_CLOCK: &[&str] = &["SystemTime::now", "Utc::now", "Local::now"];
/// Lines of a file without its tests. A longer one is split by the nouns in it.
const FILE_LIMIT: usize = 400;
/// Longer files, and why they are: nothing else may be.
const LONGER: &[(&str, usize)] = &[
    // Ids are many and each is a few lines.
    ("src/domain/ids.rs", 440),
    // One lock, and all that is done under it.
    ("src/positions/feed.rs", 430),
];

#[test]
fn imports_point_inward() {
    let breaches: Vec<String> = FORBIDDEN
        .iter()
        .flat_map(|(folder, words)| {
            sources(&root().join(folder)).into_iter().flat_map(move |(path, text)| {
                let code = without_tests(&text);
                let named = words.iter().filter(move |word| names(&code, word));
                named.map(move |word| format!("{path} must not name `{word}`")).collect::<Vec<_>>()
            })
        })
        .collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn only_the_clock_reads_the_wall_clock() {
    for (path, text) in sources(&root().join("src")) {
        let code = without_tests(&text);
        let reads = WALL_CLOCK.iter().any(|word| names(&code, word));
        assert!(!reads || path.ends_with("clock.rs"), "{path} reads the wall clock");
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough_to_read() {
    for (path, text) in sources(&root().join("src")) {
        assert!(text.starts_with("//!"), "{path} does not begin with what it is");
        let lines = without_tests(&text).lines().count();
        let longer = LONGER.iter().find(|(name, _)| path.ends_with(name));
        let limit = longer.map_or(FILE_LIMIT, |(_, limit)| *limit);
        assert!(lines <= limit, "{path} has {lines} lines, at most {limit}");
    }
}

#[test]
fn no_test_sleeps_or_is_skipped() {
    for (path, text) in sources(&root().join("tests")) {
        for word in ["thread::sleep(", "#[ignore", "todo!("] {
            let found = text.lines().any(|line| line.contains(word) && !line.contains('"'));
            assert!(!found, "{path} names `{word}`");
        }
    }
}

/// Returns a file up to its tests, without the comments.
fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.to_owned()
}

fn names(code: &str, word: &str) -> bool {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).any(|l| l.contains(word))
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    if folder.is_file() {
        return vec![(folder.display().to_string(), fs::read_to_string(folder).unwrap())];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
