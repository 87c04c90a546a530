//! E12: a million events verified, and whatever was done to a journal found.

use std::time::{Duration, Instant};

use jiaoying::journal::verify::{verify, verify_file};
use rusqlite::Connection;

use crate::{
    history::{self, database, million},
    report::{Line, Report, Times, cpu, ms},
    rig::folder,
};

const ROUNDS: usize = 5;
/// Changes made to a journal of each kind.
const CHANGES: u64 = 100;

/// E12: the time of a whole check, and what it finds.
pub fn verify_and_find(report: &mut Report) {
    let dir = million();
    let (mut times, mut used) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        let (before, began) = (cpu(), Instant::now());
        assert_eq!(verify(dir).unwrap().events, 1_000_000);
        times.add(began.elapsed());
        used.add(cpu() - before);
    }
    report.line(Line {
        id: "E12",
        what: "1,000,000 events verified offline",
        value: format!(
            "{} (worst of {ROUNDS} {}), {} of CPU",
            ms(times.median()),
            ms(times.worst()),
            ms(used.median())
        ),
        target: "≤ 2 s",
        limit: "SHA-256 alone ≈ 0.6 s",
        pass: times.median() <= Duration::from_secs(2),
    });
    let (found, made) = changes();
    report.line(Line {
        id: "E12",
        what: "flips, drops, swaps, insertions and truncations found",
        value: format!("{found} of {made}"),
        target: "100 %",
        limit: "nobody has it",
        pass: found == made,
    });
}

type Change = fn(&Connection, i64);

/// Changes a small journal in every way, one at a time; returns how many were found, and made.
fn changes() -> (u64, u64) {
    const KINDS: [Change; 6] = [flip_data, flip_hash, drop_one, swap, rewrite_time, truncate];
    let whole = history::write(5_000);
    let (mut found, mut made) = (0, 0);
    for change in KINDS {
        for number in 1..=CHANGES {
            let dir = folder();
            copy(whole.path(), dir.path());
            let connection = Connection::open(database(dir.path())).unwrap();
            unguarded(&connection, || change(&connection, i64::try_from(number * 49).unwrap()));
            drop(connection);
            made += 1;
            found += u64::from(verify(dir.path()).is_err());
        }
    }
    assert!(verify(whole.path()).is_ok() && verify_file(&database(whole.path())).is_ok());
    (found, made)
}

/// Changes what the triggers of the file forbid, and puts them back: whoever has the file can do that.
fn unguarded(connection: &Connection, change: impl FnOnce()) {
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
    let triggers: Vec<(String, String)> = {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    change();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// Changes one byte of a text to its neighbour.
fn flip_data(connection: &Connection, seq: i64) {
    let sql = "SELECT data FROM events WHERE seq = ?1";
    let data: String = connection.query_row(sql, [seq], |row| row.get(0)).unwrap();
    let mut bytes = data.into_bytes();
    let middle = bytes.len() / 2;
    let place = (middle..bytes.len()).find(|at| bytes[*at].is_ascii_alphanumeric()).unwrap_or(0);
    bytes[place] ^= 1;
    let data = String::from_utf8(bytes).unwrap();
    connection.execute("UPDATE events SET data = ?2 WHERE seq = ?1", (seq, data)).unwrap();
}

fn flip_hash(connection: &Connection, seq: i64) {
    let sql = "SELECT hash FROM events WHERE seq = ?1";
    let mut hash: Vec<u8> = connection.query_row(sql, [seq], |row| row.get(0)).unwrap();
    hash[7] ^= 0x10;
    connection.execute("UPDATE events SET hash = ?2 WHERE seq = ?1", (seq, hash)).unwrap();
}

fn drop_one(connection: &Connection, seq: i64) {
    connection.execute("DELETE FROM events WHERE seq = ?1", [seq]).unwrap();
}

fn swap(connection: &Connection, seq: i64) {
    for (from, to) in [(seq, -1), (seq + 1, seq), (-1, seq + 1)] {
        connection.execute("UPDATE events SET seq = ?2 WHERE seq = ?1", [from, to]).unwrap();
    }
}

fn rewrite_time(connection: &Connection, seq: i64) {
    connection.execute("UPDATE events SET at = at - 1 WHERE seq = ?1", [seq]).unwrap();
}

fn truncate(connection: &Connection, seq: i64) {
    connection.execute("DELETE FROM events WHERE seq >= ?1", [seq]).unwrap();
}
