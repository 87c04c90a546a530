//! Accounts and tokens in tables of their own in the node's SQLite file.
//!
//! Two connections: a writer that may wait for the journal's transactions, and a reader that in WAL
//! mode never waits for anybody, so that checking a token does not queue behind a commit.

mod changes;
mod moving;
mod rows;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};
use tokio::sync::Mutex;

use self::rows::{ACCOUNT_COLUMNS, SELECT_TOKENS};
use super::{
    Change, Contents, FACTS_FROM_OUTSIDE_MAX, Found, Generation, Store, StoreError, StoredAccount,
};
use crate::{
    access::{AccessFact, Account, Login, PendingFact, Token, TokenDigest},
    domain::time::Timestamp,
};

/// Steps from an empty file to today's tables. Never edited, only added to.
const MIGRATIONS: [&str; 2] = [include_str!("1_accounts.sql"), include_str!("2_calendars.sql")];

/// How long a write waits for another process or the journal: far above any of their transactions.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Only the first start of a node ever waits this long.
const WAL_RETRY_AFTER: Duration = Duration::from_millis(10);

/// The SQLite store.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// Opens the file, making it and the tables when they are missing.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        migrate(&mut writer)?;
        let reader = connect(path)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        on_connection(&self.writer, move |connection| {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&tx)?;
            tx.commit()?;
            Ok(result)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        on_connection(&self.reader, move |connection| work(&connection.transaction()?)).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(
        &self,
        change: Change,
        fact: Option<AccessFact>,
        at: Timestamp,
    ) -> Result<Generation, StoreError> {
        self.write(move |tx| {
            let ends_trust = change.ends_trust();
            let logins_ended = changes::make(tx, change, at)?;
            if ends_trust || logins_ended > 0 {
                tx.execute("UPDATE access_generation SET generation = generation + 1", [])?;
            }
            if let Some(fact) = fact {
                note(tx, &fact, at)?;
            }
            generation(tx)
        })
        .await
    }

    async fn record(&self, fact: AccessFact, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| note(tx, &fact, at)).await
    }

    async fn account(&self, login: &Login) -> Result<Option<StoredAccount>, StoreError> {
        let login = login.clone();
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE login = ?1");
        self.read(move |tx| {
            let found = tx.prepare_cached(&sql)?.query_row([login.as_str()], rows::account);
            Ok(found.optional()?)
        })
        .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM accounts ORDER BY login");
        self.read(move |tx| {
            let mut statement = tx.prepare_cached(&sql)?;
            let stored = statement.query_map([], |row| Ok(rows::account(row)?.account))?;
            Ok(stored.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn token(&self, digest: TokenDigest) -> Result<Found, StoreError> {
        let sql = format!("{SELECT_TOKENS} WHERE t.digest = ?1");
        self.read(move |tx| {
            let found = tx.prepare_cached(&sql)?.query_row([digest.as_bytes()], rows::token);
            Ok(Found { token: found.optional()?, generation: generation(tx)? })
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let sql = format!("{SELECT_TOKENS} ORDER BY t.seen_at DESC, t.id");
        self.read(move |tx| {
            let mut statement = tx.prepare_cached(&sql)?;
            let stored = statement.query_map([], |row| Ok(rows::token(row)?.token))?;
            Ok(stored.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn generation(&self) -> Result<Generation, StoreError> {
        self.read(generation).await
    }

    async fn facts(&self, limit: u32) -> Result<Vec<PendingFact>, StoreError> {
        self.read(move |tx| {
            let sql = "SELECT number, at, fact FROM access_facts ORDER BY number LIMIT ?1";
            let mut statement = tx.prepare_cached(sql)?;
            let pending = statement.query_map([limit], rows::fact)?;
            Ok(pending.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn forget_facts(&self, number: u64) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute("DELETE FROM access_facts WHERE number <= ?1", [number.cast_signed()])?;
            Ok(())
        })
        .await
    }

    async fn contents(&self) -> Result<Contents, StoreError> {
        self.read(moving::contents).await
    }

    async fn fill(&self, contents: Contents) -> Result<(), StoreError> {
        self.write(move |tx| moving::fill(tx, contents)).await
    }
}

fn note(tx: &Transaction<'_>, fact: &AccessFact, at: Timestamp) -> Result<(), StoreError> {
    if fact.is_from_outside() && facts_waiting(tx)? >= FACTS_FROM_OUTSIDE_MAX {
        tracing::warn!(kind = fact.kind(), "the journal is not written, an access fact is dropped");
        return Ok(());
    }
    let text = serde_json::to_string(fact).map_err(StoreError::failed)?;
    tx.prepare_cached("INSERT INTO access_facts (at, fact) VALUES (?1, ?2)")?
        .execute(params![at.millis(), text])?;
    Ok(())
}

/// Facts are forgotten from the oldest on, so the numbers tell how many are left.
fn facts_waiting(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let sql = "SELECT COALESCE(MAX(number) - MIN(number) + 1, 0) FROM access_facts";
    let waiting: i64 = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(waiting.cast_unsigned())
}

fn generation(tx: &Transaction<'_>) -> Result<Generation, StoreError> {
    let mut statement = tx.prepare_cached("SELECT generation FROM access_generation")?;
    let generation: i64 = statement.query_row([], |row| row.get(0))?;
    Ok(Generation(generation.cast_unsigned()))
}

/// Runs `work` on a thread that may block. Whoever waits for the connection waits without one.
async fn on_connection<T: Send + 'static>(
    connection: &Arc<Mutex<Connection>>,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let mut connection = connection.clone().lock_owned().await;
    tokio::task::spawn_blocking(move || work(&mut connection)).await.map_err(StoreError::failed)?
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    keep_to_owner(path).map_err(StoreError::failed)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    use_wal(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Switches the file to WAL. While another connection is about to do the same to a new file, SQLite
/// refuses at once instead of waiting, so this waits for it.
fn use_wal(connection: &Connection) -> Result<(), StoreError> {
    let mut tries_left = BUSY_TIMEOUT.as_millis() / WAL_RETRY_AFTER.as_millis();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries_left > 0 =>
            {
                tries_left -= 1;
                std::thread::sleep(WAL_RETRY_AFTER);
            }
            switched => return Ok(switched?),
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch("CREATE TABLE IF NOT EXISTS access_schema (version INTEGER NOT NULL) STRICT")?;
    let version = tx.query_row("SELECT MAX(version) FROM access_schema", [], |row| {
        Ok(row.get::<_, Option<u32>>(0)?.unwrap_or(0))
    })?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if version > known {
        return Err(StoreError::TooNew { found: version, known });
    }
    for (step, sql) in (1_u32..).zip(MIGRATIONS).skip(version as usize) {
        tx.execute_batch(sql)?;
        tx.execute("INSERT INTO access_schema (version) VALUES (?1)", [step])?;
    }
    tx.commit()?;
    Ok(())
}

/// Makes a new file readable by its owner only; SQLite gives its side files the same rights.
///
/// By name, without opening it: closing any handle of ours would drop SQLite's locks on the file.
#[cfg(unix)]
fn keep_to_owner(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(path)?.len() == 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_to_owner(_: &Path) -> std::io::Result<()> {
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{
        LoginFailure, PasswordHash, Source,
        store::{LOGINS_MAX, NewToken},
    };

    #[tokio::test]
    async fn a_flood_of_failed_logins_stops_being_noted_but_changes_never_do() {
        let (_dir, store) = fresh();
        fill(&store, "INSERT INTO access_facts VALUES (1, 0, '{}')").await;
        let last = i64::try_from(FACTS_FROM_OUTSIDE_MAX).unwrap();
        fill(&store, &format!("INSERT INTO access_facts VALUES ({last}, 0, '{{}}')")).await;
        store.record(failed_login(), at(1)).await.unwrap();
        assert_eq!(count(&store, "access_facts").await, 2);
        let change = AccessFact::AdminLinkIssued { expires_at: at(2) };
        store.record(change, at(1)).await.unwrap();
        assert_eq!(count(&store, "access_facts").await, 3);
    }

    #[tokio::test]
    async fn one_account_has_a_bounded_number_of_logins_and_loses_the_one_unused_longest() {
        let (_dir, store) = fresh();
        fill(
            &store,
            &format!(
                "INSERT INTO accounts VALUES
                     ('busy', 'gateway', '990101000000', 'nobody', 'service', 'hash', 0, NULL);
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {LOGINS_MAX})
                 INSERT INTO tokens (digest, id, kind, login, created_at, seen_at, expires_at)
                 SELECT CAST('digest' || i AS BLOB), 't' || i, 'login', 'busy', 0, i, 999999999 FROM n"
            ),
        )
        .await;
        let before = store.generation().await.unwrap();
        let token = NewToken {
            digest: TokenDigest::from_stored([7; 32]),
            login: "busy".parse().unwrap(),
            expires_at: Some(at(999_999_999)),
        };
        let proved = PasswordHash::from_stored("hash");
        let change = Change::AddLogin { token, proved, renewed: None };
        let after = store.commit(change, None, at(500_000_000)).await.unwrap();
        assert!(after > before, "other processes must forget the login that ended");
        assert_eq!(count(&store, "tokens").await, i64::from(LOGINS_MAX));
        assert_eq!(count(&store, "tokens WHERE id = 't1'").await, 0);
        assert_eq!(count(&store, "tokens WHERE id = 't2'").await, 1);
    }

    #[tokio::test]
    async fn tables_of_a_later_version_are_left_alone() {
        let (dir, store) = fresh();
        fill(&store, "INSERT INTO access_schema VALUES (99)").await;
        let refused = SqliteStore::open(&dir.path().join("jiaoying.db"));
        assert!(matches!(refused, Err(StoreError::TooNew { found: 99, known: 2 })), "{refused:?}");
    }

    #[tokio::test]
    async fn tokens_of_the_first_version_are_still_good_after_an_upgrade() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jiaoying.db");
        let old = Connection::open(&path).unwrap();
        let version = "CREATE TABLE access_schema (version INTEGER NOT NULL) STRICT;
                       INSERT INTO access_schema VALUES (1);";
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(version).unwrap();
        let token = "INSERT INTO tokens VALUES
                     (?1, 't-1', 'machine', 'gauges', 'gateway', '990101000000', 1, 2, NULL, NULL)";
        old.execute(token, [[7; 32]]).unwrap();
        drop(old);
        let store = SqliteStore::open(&path).unwrap();
        let found = store.token(TokenDigest::from_stored([7; 32])).await.unwrap().token.unwrap();
        assert_eq!((found.token.login.as_str(), found.token.seen_at), ("gauges", at(2)));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, _store) = fresh();
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
        }
    }

    fn fresh() -> (tempfile::TempDir, SqliteStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&dir.path().join("jiaoying.db")).unwrap();
        (dir, store)
    }

    async fn fill(store: &SqliteStore, sql: &str) {
        store.writer.lock().await.execute_batch(sql).unwrap();
    }

    async fn count(store: &SqliteStore, of: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {of}");
        store.writer.lock().await.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    fn failed_login() -> AccessFact {
        let source = Source::from(std::net::IpAddr::from([203, 0, 113, 7]));
        AccessFact::LoginFailed { login: None, source, reason: LoginFailure::UnknownLogin }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }
}
