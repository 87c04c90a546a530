//! Accounts and tokens in PostgreSQL, shared by all nodes.
//!
//! Changes take turns by an advisory lock, as they do in a SQLite file: what one change looks at no other alters
//! meanwhile, and facts become visible in the order of their numbers.

mod changes;
mod moving;
mod rows;

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Object, Transaction};

use self::rows::{ACCOUNT_COLUMNS, SELECT_TOKENS};
use super::{
    Change, Contents, FACTS_FROM_OUTSIDE_MAX, Found, Generation, Store, StoreError, StoredAccount,
};
use crate::{
    access::{AccessFact, Account, Login, PendingFact, Token, TokenDigest},
    domain::time::Timestamp,
    postgres::{Database, DatabaseError},
};

/// Steps from an empty database to today's tables. Never edited, only added to.
const MIGRATIONS: [&str; 2] = [include_str!("1_accounts.sql"), include_str!("2_calendars.sql")];

/// One change at a time: "JYACCESS" in ASCII. The lock ends with the transaction.
const IN_TURN: &str = "SELECT pg_advisory_xact_lock(5357384988881146707)";
/// How long a read or a change may take, the wait for others included.
const WORK_MAX: Duration = Duration::from_secs(5);
/// How long all of the tables may take, which only a move between stores asks for.
const MOVE_MAX: Duration = Duration::from_secs(10 * 60);

/// The PostgreSQL store.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    database: Database,
}

impl PostgresStore {
    /// Opens the tables, making them when they are missing.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let store = Self { database: database.clone() };
        store.write(async |tx| migrate(tx).await).await?;
        Ok(store)
    }

    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write_within(WORK_MAX, work).await
    }

    async fn write_within<T>(
        &self,
        limit: Duration,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(limit, async |session| {
            let tx = session.transaction().await?;
            tx.batch_execute(IN_TURN).await?;
            let result = work(&tx).await?;
            tx.commit().await?;
            Ok(result)
        })
        .await
    }

    /// Reads in one snapshot of the tables.
    async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(WORK_MAX, async |session| {
            let isolation = tokio_postgres::IsolationLevel::RepeatableRead;
            let tx = session.build_transaction().isolation_level(isolation).read_only(true);
            let tx = tx.start().await?;
            let result = work(&tx).await?;
            tx.commit().await?;
            Ok(result)
        })
        .await
    }

    async fn transact<T>(
        &self,
        limit: Duration,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut session = self.database.session().await?;
        let done = tokio::time::timeout(limit, work(&mut session)).await;
        done.unwrap_or_else(|_| {
            // What may never answer is not given to anybody else.
            drop(Object::take(session));
            Err(DatabaseError::Silent(limit).into())
        })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn commit(
        &self,
        change: Change,
        fact: Option<AccessFact>,
        at: Timestamp,
    ) -> Result<Generation, StoreError> {
        self.write(async |tx| {
            let ends_trust = change.ends_trust();
            let logins_ended = changes::make(tx, change, at).await?;
            if ends_trust || logins_ended > 0 {
                tx.execute("UPDATE access_generation SET generation = generation + 1", &[]).await?;
            }
            if let Some(fact) = fact {
                note(tx, &fact, at).await?;
            }
            generation(tx).await
        })
        .await
    }

    async fn record(&self, fact: AccessFact, at: Timestamp) -> Result<(), StoreError> {
        self.write(async |tx| note(tx, &fact, at).await).await
    }

    async fn account(&self, login: &Login) -> Result<Option<StoredAccount>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE login = $1");
        self.read(async |tx| {
            let row = tx.query_opt(&sql, &[&login.as_str()]).await?;
            row.as_ref().map(rows::account).transpose()
        })
        .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM accounts ORDER BY login");
        self.read(async |tx| {
            let rows = tx.query(&sql, &[]).await?;
            rows.iter().map(|row| Ok(rows::account(row)?.account)).collect()
        })
        .await
    }

    async fn token(&self, digest: TokenDigest) -> Result<Found, StoreError> {
        let sql = format!("{SELECT_TOKENS} WHERE t.digest = $1");
        self.read(async |tx| {
            let statement = tx.prepare_cached(&sql).await?;
            let row = tx.query_opt(&statement, &[&digest.as_bytes().as_slice()]).await?;
            let token = row.as_ref().map(rows::token).transpose()?;
            Ok(Found { token, generation: generation(tx).await? })
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let sql = format!("{SELECT_TOKENS} ORDER BY t.seen_at DESC, t.id");
        self.read(async |tx| {
            let rows = tx.query(&sql, &[]).await?;
            rows.iter().map(|row| Ok(rows::token(row)?.token)).collect()
        })
        .await
    }

    async fn generation(&self) -> Result<Generation, StoreError> {
        self.read(async |tx| generation(tx).await).await
    }

    async fn facts(&self, limit: u32) -> Result<Vec<PendingFact>, StoreError> {
        let sql = "SELECT number, at, fact FROM access_facts ORDER BY number LIMIT $1";
        self.read(async |tx| {
            let rows = tx.query(sql, &[&i64::from(limit)]).await?;
            rows.iter().map(rows::fact).collect()
        })
        .await
    }

    async fn forget_facts(&self, number: u64) -> Result<(), StoreError> {
        self.write(async |tx| {
            let sql = "DELETE FROM access_facts WHERE number <= $1";
            tx.execute(sql, &[&number.cast_signed()]).await?;
            Ok(())
        })
        .await
    }

    async fn contents(&self) -> Result<Contents, StoreError> {
        self.read(async |tx| moving::contents(tx).await).await
    }

    async fn fill(&self, contents: Contents) -> Result<(), StoreError> {
        self.write_within(MOVE_MAX, async |tx| moving::fill(tx, contents).await).await
    }
}

async fn note(tx: &Transaction<'_>, fact: &AccessFact, at: Timestamp) -> Result<(), StoreError> {
    if fact.is_from_outside() && facts_waiting(tx).await? >= FACTS_FROM_OUTSIDE_MAX {
        tracing::warn!(kind = fact.kind(), "the journal is not written, an access fact is dropped");
        return Ok(());
    }
    let text = serde_json::to_string(fact).map_err(StoreError::failed)?;
    let sql = "INSERT INTO access_facts (at, fact) VALUES ($1, $2)";
    tx.execute(sql, &[&at.millis(), &text]).await?;
    Ok(())
}

/// Facts are forgotten from the oldest on, so the numbers tell how many are left, or a few more.
async fn facts_waiting(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let sql = "SELECT COALESCE(MAX(number) - MIN(number) + 1, 0) FROM access_facts";
    let waiting: i64 = tx.query_one(sql, &[]).await?.try_get(0)?;
    Ok(waiting.cast_unsigned())
}

async fn generation(tx: &Transaction<'_>) -> Result<Generation, StoreError> {
    let statement = tx.prepare_cached("SELECT generation FROM access_generation").await?;
    let generation: i64 = tx.query_one(&statement, &[]).await?.try_get(0)?;
    Ok(Generation(generation.cast_unsigned()))
}

async fn migrate(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.batch_execute("CREATE TABLE IF NOT EXISTS access_schema (version INTEGER NOT NULL)").await?;
    let row = tx.query_one("SELECT COALESCE(MAX(version), 0) FROM access_schema", &[]).await?;
    let version = u32::try_from(row.try_get::<_, i32>(0)?).unwrap_or(0);
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if version > known {
        return Err(StoreError::TooNew { found: version, known });
    }
    for (step, sql) in (1_i32..).zip(MIGRATIONS).skip(version as usize) {
        tx.batch_execute(sql).await?;
        tx.execute("INSERT INTO access_schema (version) VALUES ($1)", &[&step]).await?;
    }
    Ok(())
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        StoreError::failed(error)
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        DatabaseError::from(error).into()
    }
}
