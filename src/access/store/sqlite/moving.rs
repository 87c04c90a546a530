//! All of the tables at once, for a move from or to another kind of store.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{
    changes, generation,
    rows::{self, ACCOUNT_COLUMNS, KEPT_TOKEN_COLUMNS},
};
use crate::{
    access::store::{Contents, KeptToken, StoreError},
    domain::time::Timestamp,
};

/// Where SQLite keeps the last number that a table with `AUTOINCREMENT` has given.
const GIVEN: &str = "SELECT seq FROM sqlite_sequence WHERE name = 'access_facts'";

pub(super) fn contents(tx: &Transaction<'_>) -> Result<Contents, StoreError> {
    let given: Option<i64> = tx.query_row(GIVEN, [], |row| row.get(0)).optional()?;
    Ok(Contents {
        accounts: all(tx, ACCOUNT_COLUMNS, "accounts ORDER BY login", rows::account)?,
        tokens: all(tx, KEPT_TOKEN_COLUMNS, "tokens ORDER BY digest", rows::kept_token)?,
        links: all(tx, "digest, expires_at", "admin_links ORDER BY digest", rows::link)?,
        facts: all(tx, "number, at, fact", "access_facts ORDER BY number", rows::fact)?,
        facts_given: given.unwrap_or(0).cast_unsigned(),
        generation: generation(tx)?,
    })
}

fn all<T>(
    tx: &Transaction<'_>,
    columns: &str,
    table: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = tx.prepare(&format!("SELECT {columns} FROM {table}"))?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn fill(tx: &Transaction<'_>, from: Contents) -> Result<(), StoreError> {
    if !contents(tx)?.is_empty() {
        return Err(StoreError::NotEmpty);
    }
    for account in &from.accounts {
        changes::add_account(tx, account)?;
    }
    for token in &from.tokens {
        add_token(tx, token)?;
    }
    for (digest, ends) in &from.links {
        let sql = "INSERT INTO admin_links (digest, expires_at) VALUES (?1, ?2)";
        tx.execute(sql, params![digest.as_bytes(), ends.millis()])?;
    }
    for pending in &from.facts {
        let fact = serde_json::to_string(&pending.fact).map_err(StoreError::failed)?;
        let sql = "INSERT INTO access_facts (number, at, fact) VALUES (?1, ?2, ?3)";
        tx.execute(sql, params![pending.number.cast_signed(), pending.at.millis(), fact])?;
    }
    tx.execute("DELETE FROM sqlite_sequence WHERE name = 'access_facts'", [])?;
    let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ('access_facts', ?1)";
    tx.execute(sql, [from.facts_given.cast_signed()])?;
    let sql = "UPDATE access_generation SET generation = ?1";
    tx.execute(sql, [from.generation.0.cast_signed()])?;
    Ok(())
}

fn add_token(tx: &Transaction<'_>, token: &KeptToken) -> Result<(), StoreError> {
    let (role, area) = token.own.map(|(role, area)| (role.as_str(), area.to_string())).unzip();
    tx.prepare_cached(
        "INSERT INTO tokens
             (digest, id, kind, login, role, area, created_at, seen_at, expires_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        token.digest.as_bytes(),
        token.digest.id().to_string(),
        token.kind.as_str(),
        token.login.as_str(),
        role,
        area,
        token.created_at.millis(),
        token.seen_at.millis(),
        token.expires_at.map(Timestamp::millis),
        token.revoked_at.map(Timestamp::millis),
    ])?;
    Ok(())
}
