//! How accounts, tokens and facts stand in SQLite rows.

use rusqlite::{Row, types::Type};

use crate::{
    access::{
        Account, Holder, PasswordHash, PendingFact, Purpose, Token, TokenDigest, TokenKind,
        store::{KeptToken, StoredAccount, StoredToken},
    },
    domain::time::Timestamp,
};

/// Columns that [`account`] reads, in its order.
pub(super) const ACCOUNT_COLUMNS: &str =
    "login, role, area, holder, purpose, created_at, disabled_at, password";

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<StoredAccount> {
    let account = Account {
        login: text(row, 0)?,
        role: text(row, 1)?,
        area: text(row, 2)?,
        holder: text(row, 3)?,
        purpose: purpose(row, 4)?,
        created_at: at(row, 5)?,
        disabled_at: maybe_at(row, 6)?,
    };
    Ok(StoredAccount { account, password: PasswordHash::from_stored(row.get::<_, String>(7)?) })
}

/// Reads tokens and, where they stand for one, their accounts; [`token`] takes its rows.
pub(super) const SELECT_TOKENS: &str = "
    SELECT t.digest, t.kind, t.login,
           COALESCE(a.role, t.role), COALESCE(a.area, t.area),
           t.created_at, t.seen_at, t.expires_at, t.revoked_at,
           COALESCE(a.holder, 'nobody'), COALESCE(a.purpose, 'service'),
           a.disabled_at IS NOT NULL
    FROM tokens t LEFT JOIN accounts a ON t.kind <> 'machine' AND a.login = t.login";

pub(super) fn token(row: &Row<'_>) -> rusqlite::Result<StoredToken> {
    let token = Token {
        id: TokenDigest::from_stored(row.get(0)?).id(),
        kind: kind(row, 1)?,
        login: text(row, 2)?,
        role: text(row, 3)?,
        area: text(row, 4)?,
        created_at: at(row, 5)?,
        seen_at: at(row, 6)?,
        expires_at: maybe_at(row, 7)?,
        revoked_at: maybe_at(row, 8)?,
    };
    let holder: Holder = text(row, 9)?;
    Ok(StoredToken { token, holder, purpose: purpose(row, 10)?, account_disabled: row.get(11)? })
}

/// Columns that [`kept_token`] reads, in its order.
pub(super) const KEPT_TOKEN_COLUMNS: &str =
    "digest, kind, login, role, area, created_at, seen_at, expires_at, revoked_at";

pub(super) fn kept_token(row: &Row<'_>) -> rusqlite::Result<KeptToken> {
    let is_own = row.get::<_, Option<String>>(3)?.is_some();
    Ok(KeptToken {
        digest: TokenDigest::from_stored(row.get(0)?),
        kind: kind(row, 1)?,
        login: text(row, 2)?,
        own: if is_own { Some((text(row, 3)?, text(row, 4)?)) } else { None },
        created_at: at(row, 5)?,
        seen_at: at(row, 6)?,
        expires_at: maybe_at(row, 7)?,
        revoked_at: maybe_at(row, 8)?,
    })
}

pub(super) fn link(row: &Row<'_>) -> rusqlite::Result<(TokenDigest, Timestamp)> {
    Ok((TokenDigest::from_stored(row.get(0)?), at(row, 1)?))
}

/// Reads number, instant and fact.
pub(super) fn fact(row: &Row<'_>) -> rusqlite::Result<PendingFact> {
    let fact = serde_json::from_str(&row.get::<_, String>(2)?).map_err(|e| unreadable(2, e))?;
    Ok(PendingFact { number: row.get::<_, i64>(0)?.cast_unsigned(), at: at(row, 1)?, fact })
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<TokenKind> {
    let kind: String = row.get(column)?;
    TokenKind::from_stored(&kind).ok_or_else(|| unreadable(column, "not a kind of token"))
}

fn text<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.get::<_, String>(column)?.parse().map_err(|error| unreadable(column, error))
}

fn purpose(row: &Row<'_>, column: usize) -> rusqlite::Result<Purpose> {
    let stored: String = row.get(column)?;
    Purpose::from_stored(&stored).ok_or_else(|| unreadable(column, "not a purpose"))
}

fn at(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

fn maybe_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

fn unreadable(
    column: usize,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, cause.into())
}
