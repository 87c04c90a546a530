//! What each change does to the tables. Every function runs inside the transaction of its commit, in turn.

use deadpool_postgres::Transaction;

use super::rows::ACCOUNT_COLUMNS;
use crate::{
    access::{
        Login, NewMachine, PasswordHash, Purpose, TokenDigest, TokenId, TokenKind,
        store::{Change, LOGINS_MAX, NewToken, StoreError, StoredAccount},
    },
    domain::time::Timestamp,
};

/// Makes one change and returns how many other logins it ended.
pub(super) async fn make(
    tx: &Transaction<'_>,
    change: Change,
    at: Timestamp,
) -> Result<u64, StoreError> {
    match change {
        Change::AddAccount(account) => add_account(tx, &account).await?,
        Change::SetPassword { login, password, purpose } => {
            set_password(tx, &login, &password, purpose, at).await?;
        }
        Change::DisableAccount { login } => {
            set_disabled(tx, &login, Some(at)).await?;
            end_logins(tx, &login, at).await?;
        }
        Change::EnableAccount { login } => set_disabled(tx, &login, None).await?,
        Change::AddLogin { token, proved, renewed } => {
            return add_login(tx, &token, &proved, renewed.as_ref(), at).await;
        }
        Change::AddMachine { digest, machine } => add_machine(tx, digest, &machine, at).await?,
        Change::AddDemonstrationToken(token) => {
            add_token(tx, &token, TokenKind::Demonstration, at).await?;
        }
        Change::AddCalendar(token) => add_token(tx, &token, TokenKind::Calendar, at).await?,
        Change::Revoke { id } => revoke(tx, id, at).await?,
        Change::Touch(seen) => touch(tx, &seen).await?,
        Change::AddAdminLink { digest, expires_at } => add_link(tx, digest, expires_at, at).await?,
        Change::RedeemAdminLink { digest, account } => {
            redeem_link(tx, digest, &account, at).await?
        }
    }
    Ok(0)
}

pub(super) async fn add_account(
    tx: &Transaction<'_>,
    stored: &StoredAccount,
) -> Result<(), StoreError> {
    let StoredAccount { account, password } = stored;
    // A revoked machine keeps its name: the record still speaks of it.
    let taken = "SELECT EXISTS (SELECT 1 FROM accounts WHERE login = $1)
                     OR EXISTS (SELECT 1 FROM tokens WHERE login = $1 AND kind = 'machine')";
    if tx.query_one(taken, &[&account.login.as_str()]).await?.try_get(0)? {
        return Err(StoreError::NameTaken(account.login.clone()));
    }
    let sql = format!("INSERT INTO accounts ({ACCOUNT_COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)");
    tx.execute(
        &sql,
        &[
            &account.login.as_str(),
            &account.role.as_str(),
            &account.area.to_string(),
            &account.holder.to_string(),
            &account.purpose.as_str(),
            &account.created_at.millis(),
            &account.disabled_at.map(Timestamp::millis),
            &password.as_str(),
        ],
    )
    .await?;
    Ok(())
}

async fn set_password(
    tx: &Transaction<'_>,
    login: &Login,
    password: &PasswordHash,
    purpose: Purpose,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE accounts SET password = $2, purpose = $3 WHERE login = $1";
    let changed =
        tx.execute(sql, &[&login.as_str(), &password.as_str(), &purpose.as_str()]).await?;
    if changed == 0 {
        return Err(StoreError::NoAccount);
    }
    match purpose {
        Purpose::Demonstration => {}
        Purpose::Service => {
            let sql = "DELETE FROM tokens WHERE login = $1 AND kind = 'demonstration'";
            tx.execute(sql, &[&login.as_str()]).await?;
        }
    }
    end_logins(tx, login, at).await
}

async fn set_disabled(
    tx: &Transaction<'_>,
    login: &Login,
    disabled_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let sql = "UPDATE accounts SET disabled_at = $2 WHERE login = $1";
    let at = disabled_at.map(Timestamp::millis);
    let changed = tx.execute(sql, &[&login.as_str(), &at]).await?;
    if changed == 0 { Err(StoreError::NoAccount) } else { Ok(()) }
}

async fn end_logins(tx: &Transaction<'_>, login: &Login, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE tokens SET revoked_at = $2
               WHERE login = $1 AND kind = 'login' AND revoked_at IS NULL";
    tx.execute(sql, &[&login.as_str(), &at.millis()]).await?;
    Ok(())
}

async fn add_login(
    tx: &Transaction<'_>,
    token: &NewToken,
    proved: &PasswordHash,
    renewed: Option<&PasswordHash>,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let login = token.login.as_str();
    let sql = "UPDATE accounts SET password = $3
               WHERE login = $1 AND password = $2 AND disabled_at IS NULL";
    let password = renewed.unwrap_or(proved).as_str();
    let unchanged = tx.execute(sql, &[&login, &proved.as_str(), &password]).await?;
    if unchanged == 0 {
        return Err(StoreError::Outdated);
    }
    tx.execute("DELETE FROM tokens WHERE expires_at <= $1", &[&at.millis()]).await?;
    add_token(tx, token, TokenKind::Login, at).await?;
    let sql = "DELETE FROM tokens WHERE digest IN
                   (SELECT digest FROM tokens WHERE login = $1 AND kind = 'login'
                    ORDER BY seen_at DESC OFFSET $2)";
    Ok(tx.execute(sql, &[&login, &i64::from(LOGINS_MAX)]).await?)
}

async fn add_machine(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    machine: &NewMachine,
    at: Timestamp,
) -> Result<(), StoreError> {
    let name = machine.name.as_str();
    let taken = "SELECT EXISTS (SELECT 1 FROM accounts WHERE login = $1)
                     OR EXISTS (SELECT 1 FROM tokens
                                WHERE login = $1 AND kind = 'machine' AND revoked_at IS NULL)";
    if tx.query_one(taken, &[&name]).await?.try_get(0)? {
        return Err(StoreError::NameTaken(machine.name.clone()));
    }
    let sql = "INSERT INTO tokens (digest, id, kind, login, role, area, created_at, seen_at)
               VALUES ($1, $2, 'machine', $3, $4, $5, $6, $6)";
    tx.execute(
        sql,
        &[
            &digest.as_bytes().as_slice(),
            &digest.id().to_string(),
            &name,
            &machine.role.as_str(),
            &machine.area.to_string(),
            &at.millis(),
        ],
    )
    .await?;
    Ok(())
}

async fn add_token(
    tx: &Transaction<'_>,
    token: &NewToken,
    kind: TokenKind,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tokens (digest, id, kind, login, created_at, seen_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (digest) DO NOTHING";
    tx.execute(
        sql,
        &[
            &token.digest.as_bytes().as_slice(),
            &token.digest.id().to_string(),
            &kind.as_str(),
            &token.login.as_str(),
            &at.millis(),
            &token.expires_at.map(Timestamp::millis),
        ],
    )
    .await?;
    Ok(())
}

async fn revoke(tx: &Transaction<'_>, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1";
    let revoked = tx.execute(sql, &[&id.to_string(), &at.millis()]).await?;
    if revoked == 0 { Err(StoreError::NoToken) } else { Ok(()) }
}

async fn touch(tx: &Transaction<'_>, seen: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
    let (ids, at): (Vec<_>, Vec<_>) =
        seen.iter().map(|(id, at)| (id.to_string(), at.millis())).unzip();
    let sql = "UPDATE tokens SET seen_at = GREATEST(seen_at, seen.at)
               FROM (SELECT u.id, MAX(u.at) AS at
                     FROM unnest($1::text[], $2::bigint[]) AS u (id, at) GROUP BY u.id) AS seen
               WHERE tokens.id = seen.id";
    tx.execute(sql, &[&ids, &at]).await?;
    Ok(())
}

async fn add_link(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    expires_at: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM admin_links WHERE expires_at <= $1", &[&at.millis()]).await?;
    let sql = "INSERT INTO admin_links (digest, expires_at) VALUES ($1, $2)";
    tx.execute(sql, &[&digest.as_bytes().as_slice(), &expires_at.millis()]).await?;
    Ok(())
}

async fn redeem_link(
    tx: &Transaction<'_>,
    digest: TokenDigest,
    account: &StoredAccount,
    at: Timestamp,
) -> Result<(), StoreError> {
    let valid = "SELECT EXISTS (SELECT 1 FROM admin_links WHERE digest = $1 AND expires_at > $2)
                    AND NOT EXISTS (SELECT 1 FROM accounts WHERE purpose = 'service')";
    let row = tx.query_one(valid, &[&digest.as_bytes().as_slice(), &at.millis()]).await?;
    if !row.try_get::<_, bool>(0)? {
        return Err(StoreError::LinkSpent);
    }
    tx.execute("DELETE FROM admin_links", &[]).await?;
    add_account(tx, account).await
}
