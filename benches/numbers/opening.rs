//! E6: one warning, 100,000 obligations.

use std::time::Duration;

use tempfile::TempDir;

use crate::{
    child::{self, Opened},
    county::{County, Lines},
    report::{Line, Report, Times, ms},
    rig::{Rig, folder, runtime},
};

const ROUNDS: usize = 5;

/// E6: durable when the reply comes; memory is that of a process that does only this.
pub fn hundred_thousand(report: &mut Report) {
    let opened = open(100_000, ROUNDS);
    let times: Times = opened.iter().map(|o| o.durable).collect();
    let used: Times = opened.iter().map(|o| o.cpu).collect();
    let peak = opened.iter().map(|o| o.peak_mib).max().unwrap();
    report.line(Line {
        id: "E6",
        what: "one warning → 100,000 obligations open and durable",
        value: format!(
            "{} (worst of {ROUNDS} {}), {} of CPU; {peak} MiB",
            ms(times.median()),
            ms(times.worst()),
            ms(used.median())
        ),
        target: "≤ 1.5 s, ≤ 512 MiB resident",
        limit: "hash chain + SQLite ≈ 0.6 s",
        pass: times.median() <= Duration::from_millis(1_500) && peak <= 512,
    });
    let before = opened.iter().map(|o| o.before_mib).max().unwrap();
    report.note(&format!(
        "… with 100,000 posts and 100,000 people, which are {before} MiB before the warning"
    ));
}

/// Opens so many obligations `rounds` times, each in a fresh copy of the same county.
pub fn open(villages: usize, rounds: usize) -> Vec<Opened> {
    let founded = founded(villages);
    let open = |_| {
        let dir = folder();
        copy(&founded, &dir);
        child::open(dir.path())
    };
    (0..rounds).map(open).collect()
}

/// Returns a county that is closed down again, with its snapshot.
pub fn founded(villages: usize) -> TempDir {
    let dir = folder();
    let county = County {
        townships: villages.div_ceil(500),
        villages,
        deputies: false,
        lines: Lines::DEFAULT,
    };
    runtime().block_on(async {
        let rig = Rig::open(dir.path()).await;
        rig.found(county.founding()).await;
        rig.close().await;
    });
    dir
}

/// Copies a folder and the folders in it.
pub fn copy(from: &TempDir, to: &TempDir) {
    copy_folder(from.path(), to.path());
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
