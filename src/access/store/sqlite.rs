//! Accounts and tokens in tables of their own in the node's SQLite file.
//!
//! Two connections: a writer that may wait for the journal's transactions, and a reader that in WAL
//! mode never waits for anybody, so that checking a token does not queue behind a commit.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use rusqlite::{
    Connection, OptionalExtension, Transaction, TransactionBehavior, config::DbConfig, params,
};
use tokio::sync::Mutex;

use super::{
    Change, FACTS_FROM_OUTSIDE_MAX, Found, Generation, LOGINS_MAX, NewToken, Store, StoreError,
    StoredAccount,
    rows::{self, ACCOUNT_COLUMNS, SELECT_TOKENS},
};
use crate::{
    access::{
        AccessFact, Account, Login, NewMachine, PasswordHash, PendingFact, Purpose, Token,
        TokenDigest, TokenId, TokenKind,
    },
    domain::time::Timestamp,
};

/// Steps from an empty file to today's tables. Never edited, only added to.
const MIGRATIONS: [&str; 1] = [include_str!("sqlite_1.sql")];

/// How long a write waits for another process or the journal: far above any of their transactions.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The SQLite store.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// Opens the file, making it and the tables when they are missing.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        keep_to_owner(path).map_err(StoreError::failed)?;
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
            let logins_ended = make(tx, change, at)?;
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
}

/// Makes one change and returns how many other logins it ended.
fn make(tx: &Transaction<'_>, change: Change, at: Timestamp) -> Result<usize, StoreError> {
    match change {
        Change::AddAccount(account) => add_account(tx, &account)?,
        Change::SetPassword { login, password, purpose } => {
            set_password(tx, &login, &password, purpose, at)?;
        }
        Change::DisableAccount { login } => {
            set_disabled(tx, &login, Some(at))?;
            end_logins(tx, &login, at)?;
        }
        Change::EnableAccount { login } => set_disabled(tx, &login, None)?,
        Change::AddLogin { token, proved, renewed } => {
            return add_login(tx, &token, &proved, renewed.as_ref(), at);
        }
        Change::AddMachine { digest, machine } => add_machine(tx, digest, &machine, at)?,
        Change::AddDemonstrationToken(token) => {
            add_token(tx, &token, TokenKind::Demonstration, at)?;
        }
        Change::Revoke { id } => revoke(tx, id, at)?,
        Change::Touch(seen) => touch(tx, &seen)?,
        Change::AddAdminLink { digest, expires_at } => add_link(tx, digest, expires_at, at)?,
        Change::RedeemAdminLink { digest, account } => redeem_link(tx, digest, &account, at)?,
    }
    Ok(0)
}

fn add_account(tx: &Transaction<'_>, stored: &StoredAccount) -> Result<(), StoreError> {
    let StoredAccount { account, password } = stored;
    // A revoked machine keeps its name: the record still speaks of it.
    let taken: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE login = ?1)
             OR EXISTS (SELECT 1 FROM tokens WHERE login = ?1 AND kind = 'machine')",
        [account.login.as_str()],
        |row| row.get(0),
    )?;
    if taken {
        return Err(StoreError::NameTaken(account.login.clone()));
    }
    let sql = format!("INSERT INTO accounts ({ACCOUNT_COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8)");
    tx.prepare_cached(&sql)?.execute(params![
        account.login.as_str(),
        account.role.as_str(),
        account.area.to_string(),
        account.holder.to_string(),
        account.purpose.as_str(),
        account.created_at.millis(),
        account.disabled_at.map(Timestamp::millis),
        password.as_str(),
    ])?;
    Ok(())
}

fn set_password(
    tx: &Transaction<'_>,
    login: &Login,
    password: &PasswordHash,
    purpose: Purpose,
    at: Timestamp,
) -> Result<(), StoreError> {
    let changed = tx.execute(
        "UPDATE accounts SET password = ?2, purpose = ?3 WHERE login = ?1",
        params![login.as_str(), password.as_str(), purpose.as_str()],
    )?;
    if changed == 0 {
        return Err(StoreError::NoAccount);
    }
    match purpose {
        Purpose::Demonstration => {}
        Purpose::Service => {
            tx.execute(
                "DELETE FROM tokens WHERE login = ?1 AND kind = 'demonstration'",
                [login.as_str()],
            )?;
        }
    }
    end_logins(tx, login, at)
}

fn set_disabled(
    tx: &Transaction<'_>,
    login: &Login,
    disabled_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let changed = tx.execute(
        "UPDATE accounts SET disabled_at = ?2 WHERE login = ?1",
        params![login.as_str(), disabled_at.map(Timestamp::millis)],
    )?;
    if changed == 0 { Err(StoreError::NoAccount) } else { Ok(()) }
}

fn end_logins(tx: &Transaction<'_>, login: &Login, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET revoked_at = ?2
         WHERE login = ?1 AND kind = 'login' AND revoked_at IS NULL",
        params![login.as_str(), at.millis()],
    )?;
    Ok(())
}

fn add_login(
    tx: &Transaction<'_>,
    token: &NewToken,
    proved: &PasswordHash,
    renewed: Option<&PasswordHash>,
    at: Timestamp,
) -> Result<usize, StoreError> {
    let unchanged = tx.execute(
        "UPDATE accounts SET password = ?3
         WHERE login = ?1 AND password = ?2 AND disabled_at IS NULL",
        params![token.login.as_str(), proved.as_str(), renewed.unwrap_or(proved).as_str()],
    )?;
    if unchanged == 0 {
        return Err(StoreError::Outdated);
    }
    tx.execute("DELETE FROM tokens WHERE expires_at <= ?1", [at.millis()])?;
    add_token(tx, token, TokenKind::Login, at)?;
    let ended = tx.execute(
        "DELETE FROM tokens WHERE digest IN
             (SELECT digest FROM tokens WHERE login = ?1 AND kind = 'login'
              ORDER BY seen_at DESC LIMIT -1 OFFSET ?2)",
        params![token.login.as_str(), LOGINS_MAX],
    )?;
    Ok(ended)
}

fn add_machine(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    machine: &NewMachine,
    at: Timestamp,
) -> Result<(), StoreError> {
    let name = machine.name.as_str();
    let taken: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE login = ?1)
             OR EXISTS (SELECT 1 FROM tokens
                        WHERE login = ?1 AND kind = 'machine' AND revoked_at IS NULL)",
        [name],
        |row| row.get(0),
    )?;
    if taken {
        return Err(StoreError::NameTaken(machine.name.clone()));
    }
    tx.execute(
        "INSERT INTO tokens (digest, id, kind, login, role, area, created_at, seen_at)
         VALUES (?1, ?2, 'machine', ?3, ?4, ?5, ?6, ?6)",
        params![
            digest.as_bytes(),
            digest.id().to_string(),
            name,
            machine.role.as_str(),
            machine.area.to_string(),
            at.millis(),
        ],
    )?;
    Ok(())
}

fn add_token(
    tx: &Transaction<'_>,
    token: &NewToken,
    kind: TokenKind,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO tokens (digest, id, kind, login, created_at, seen_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) ON CONFLICT (digest) DO NOTHING",
    )?
    .execute(params![
        token.digest.as_bytes(),
        token.digest.id().to_string(),
        kind.as_str(),
        token.login.as_str(),
        at.millis(),
        token.expires_at.map(Timestamp::millis),
    ])?;
    Ok(())
}

fn revoke(tx: &Transaction<'_>, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
    let revoked = tx.execute(
        "UPDATE tokens SET revoked_at = COALESCE(revoked_at, ?2) WHERE id = ?1",
        params![id.to_string(), at.millis()],
    )?;
    if revoked == 0 { Err(StoreError::NoToken) } else { Ok(()) }
}

fn touch(tx: &Transaction<'_>, seen: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
    let mut update =
        tx.prepare_cached("UPDATE tokens SET seen_at = MAX(seen_at, ?2) WHERE id = ?1")?;
    for (id, at) in seen {
        update.execute(params![id.to_string(), at.millis()])?;
    }
    Ok(())
}

fn add_link(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    expires_at: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM admin_links WHERE expires_at <= ?1", [at.millis()])?;
    tx.execute(
        "INSERT INTO admin_links (digest, expires_at) VALUES (?1, ?2)",
        params![digest.as_bytes(), expires_at.millis()],
    )?;
    Ok(())
}

fn redeem_link(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    account: &StoredAccount,
    at: Timestamp,
) -> Result<(), StoreError> {
    let valid: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM admin_links WHERE digest = ?1 AND expires_at > ?2)
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE purpose = 'service')",
        params![digest.as_bytes(), at.millis()],
        |row| row.get(0),
    )?;
    if !valid {
        return Err(StoreError::LinkSpent);
    }
    tx.execute("DELETE FROM admin_links", [])?;
    add_account(tx, account)
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
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
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
fn keep_to_owner(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::failed(error)
    }
}
