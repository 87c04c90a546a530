//! All of the tables at once, for a move from or to another kind of store.

use deadpool_postgres::Transaction;

use super::{
    changes, generation,
    rows::{self, ACCOUNT_COLUMNS, KEPT_TOKEN_COLUMNS},
};
use crate::{
    access::store::{Contents, KeptToken, StoreError},
    domain::time::Timestamp,
};

pub(super) async fn contents(tx: &Transaction<'_>) -> Result<Contents, StoreError> {
    let select = |columns: &str, table: &str, order: &str| {
        format!("SELECT {columns} FROM {table} ORDER BY {order}")
    };
    let accounts = tx.query(&select(ACCOUNT_COLUMNS, "accounts", "login"), &[]).await?;
    let tokens = tx.query(&select(KEPT_TOKEN_COLUMNS, "tokens", "digest"), &[]).await?;
    let links = tx.query(&select("digest, expires_at", "admin_links", "digest"), &[]).await?;
    let facts = tx.query(&select("number, at, fact", "access_facts", "number"), &[]).await?;
    let given =
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM access_facts_number_seq";
    let given: i64 = tx.query_one(given, &[]).await?.try_get(0)?;
    let link = |row| Ok((rows::digest(row, 0)?, rows::at(row, 1)?));
    Ok(Contents {
        accounts: accounts.iter().map(rows::account).collect::<Result<_, _>>()?,
        tokens: tokens.iter().map(rows::kept_token).collect::<Result<_, _>>()?,
        links: links.iter().map(link).collect::<Result<_, StoreError>>()?,
        facts: facts.iter().map(rows::fact).collect::<Result<_, _>>()?,
        facts_given: given.cast_unsigned(),
        generation: generation(tx).await?,
    })
}

pub(super) async fn fill(tx: &Transaction<'_>, from: Contents) -> Result<(), StoreError> {
    if !contents(tx).await?.is_empty() {
        return Err(StoreError::NotEmpty);
    }
    for account in &from.accounts {
        changes::add_account(tx, account).await?;
    }
    for token in &from.tokens {
        add_token(tx, token).await?;
    }
    for (digest, ends) in &from.links {
        let sql = "INSERT INTO admin_links (digest, expires_at) VALUES ($1, $2)";
        tx.execute(sql, &[&digest.as_bytes().as_slice(), &ends.millis()]).await?;
    }
    for pending in &from.facts {
        let fact = serde_json::to_string(&pending.fact).map_err(StoreError::failed)?;
        let number = pending.number.cast_signed();
        let sql = "INSERT INTO access_facts (number, at, fact) VALUES ($1, $2, $3)";
        tx.execute(sql, &[&number, &pending.at.millis(), &fact]).await?;
    }
    if from.facts_given > 0 {
        let sql = "SELECT setval('access_facts_number_seq', $1)";
        tx.query_one(sql, &[&from.facts_given.cast_signed()]).await?;
    }
    let sql = "UPDATE access_generation SET generation = $1";
    tx.execute(sql, &[&from.generation.0.cast_signed()]).await?;
    Ok(())
}

async fn add_token(tx: &Transaction<'_>, token: &KeptToken) -> Result<(), StoreError> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO tokens
                 (digest, id, kind, login, role, area, created_at, seen_at, expires_at, revoked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .await?;
    let (role, area) = token.own.map(|(role, area)| (role.as_str(), area.to_string())).unzip();
    tx.execute(
        &statement,
        &[
            &token.digest.as_bytes().as_slice(),
            &token.digest.id().to_string(),
            &token.kind.as_str(),
            &token.login.as_str(),
            &role,
            &area,
            &token.created_at.millis(),
            &token.seen_at.millis(),
            &token.expires_at.map(Timestamp::millis),
            &token.revoked_at.map(Timestamp::millis),
        ],
    )
    .await?;
    Ok(())
}
