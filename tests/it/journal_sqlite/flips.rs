//! Bits flipped at random places of the file: found, or of no consequence to what it says.

use jiaoying::journal::verify::verify;
use rusqlite::{Connection, types::Value};

use super::*;

const SEED: u64 = 19_750_808;
const FLIPS: usize = 400;

#[test]
fn a_flipped_bit_is_found_or_changes_nothing_that_was_written() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(400, dir.path());
    let whole = fs::read(database(dir.path())).unwrap();
    let truth = contents(dir.path()).unwrap();
    let mut dice = Dice(SEED);
    let mut found = 0;
    for round in 0..FLIPS {
        let (place, bit) = (dice.below(whole.len()), dice.below(8));
        let told = format!("seed {SEED}, round {round}: bit {bit} of byte {place}");
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << bit;
        fs::write(database(dir.path()), bytes).unwrap();
        match verify(dir.path()) {
            Err(_) => found += 1,
            Ok(_) => assert_eq!(contents(dir.path()).unwrap(), truth, "{told}"),
        }
        check_opening(dir.path(), &truth, &told);
    }
    assert!(found > FLIPS / 2, "seed {SEED}: only {found} of {FLIPS} found");
}

/// A key on an inner page leads lookups astray although a walk still finds every record.
#[test]
fn a_flipped_bit_among_the_inner_keys_is_found() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(400, dir.path());
    let whole = fs::read(database(dir.path())).unwrap();
    let truth = contents(dir.path()).unwrap();
    let (page_bytes, root) = (4096, root_of_events(dir.path()));
    let mut astray = 0;
    // Keys fill a page from its end.
    for place in root * page_bytes - 120..root * page_bytes {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(database(dir.path()), bytes).unwrap();
        let verified = verify(dir.path());
        let found = contents(dir.path());
        assert_eq!(verified.is_ok(), found.as_ref() == Ok(&truth), "byte {place}: {verified:?}");
        astray += usize::from(found.is_ok_and(|found| found.walked == truth.walked));
    }
    assert!(astray > 0, "no flip led only lookups astray");
}

fn root_of_events(dir: &Path) -> usize {
    let connection = Connection::open(database(dir)).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'events'";
    let root: u32 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    usize::try_from(root).unwrap()
}

/// Opens the damaged journal as a node would: it may be refused, or its records may be, but what
/// it does return is the truth.
fn check_opening(dir: &Path, truth: &Contents, told: &str) {
    let image = tempfile::tempdir().unwrap();
    crash_image(dir, image.path());
    let Ok(journal) = SqliteJournal::open(image.path()) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut after = 0;
    while let Ok(page) = runtime.block_on(journal.reader().read(after, 100)) {
        let Some(last) = page.last() else { break };
        after = last.seq;
        for record in page {
            let row = &truth.walked[usize::try_from(record.seq).unwrap() - 1];
            assert_eq!(row[6], Value::Text(record.data), "{told}");
            assert_eq!(row[7], Value::Blob(record.hash.0.to_vec()), "{told}");
        }
    }
    assert!(after <= truth.walked.len() as u64, "{told}");
}

type Rows = Vec<Vec<Value>>;

/// All that the journal's tables say, asked in the two ways that use different pages.
#[derive(Debug, PartialEq)]
struct Contents {
    walked: Rows,
    looked_up: Rows,
    receipts: Rows,
    epoch: Rows,
}

fn contents(dir: &Path) -> rusqlite::Result<Contents> {
    let connection = Connection::open(database(dir))?;
    let walked = rows(&connection, "SELECT * FROM events ORDER BY seq")?;
    let mut looked_up = Vec::new();
    for seq in 1..=walked.len() {
        looked_up.extend(rows(&connection, &format!("SELECT * FROM events WHERE seq = {seq}"))?);
    }
    Ok(Contents {
        walked,
        looked_up,
        receipts: rows(&connection, "SELECT * FROM receipts ORDER BY command")?,
        epoch: rows(&connection, "SELECT value FROM journal_meta WHERE key = 'epoch'")?,
    })
}

fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?);
    }
    Ok(found)
}
