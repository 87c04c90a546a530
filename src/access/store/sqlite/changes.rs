//! What each change does to the tables. Every function runs inside the transaction of its commit.

use rusqlite::{Transaction, params};

use super::rows::ACCOUNT_COLUMNS;
use crate::{
    access::{
        Login, NewMachine, PasswordHash, Purpose, TokenDigest, TokenId, TokenKind,
        store::{Change, LOGINS_MAX, NewToken, StoreError, StoredAccount},
    },
    domain::time::Timestamp,
};

/// Makes one change and returns how many other logins it ended.
pub(super) fn make(
    tx: &Transaction<'_>,
    change: Change,
    at: Timestamp,
) -> Result<usize, StoreError> {
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
        Change::AddCalendar(token) => add_token(tx, &token, TokenKind::Calendar, at)?,
        Change::Revoke { id } => revoke(tx, id, at)?,
        Change::Touch(seen) => touch(tx, &seen)?,
        Change::AddAdminLink { digest, expires_at } => add_link(tx, digest, expires_at, at)?,
        Change::RedeemAdminLink { digest, account } => redeem_link(tx, digest, &account, at)?,
    }
    Ok(0)
}

pub(super) fn add_account(tx: &Transaction<'_>, stored: &StoredAccount) -> Result<(), StoreError> {
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
