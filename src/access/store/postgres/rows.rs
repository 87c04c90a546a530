//! How accounts, tokens and facts stand in PostgreSQL rows.

use tokio_postgres::Row;

use crate::{
    access::{
        Account, Holder, PasswordHash, PendingFact, Purpose, Token, TokenDigest, TokenKind,
        store::{KeptToken, StoreError, StoredAccount, StoredToken},
    },
    domain::time::Timestamp,
};

/// Columns that [`account`] reads, in its order.
pub(super) const ACCOUNT_COLUMNS: &str =
    "login, role, area, holder, purpose, created_at, disabled_at, password";

pub(super) fn account(row: &Row) -> Result<StoredAccount, StoreError> {
    let account = Account {
        login: text(row, 0)?,
        role: text(row, 1)?,
        area: text(row, 2)?,
        holder: text(row, 3)?,
        purpose: purpose(row, 4)?,
        created_at: at(row, 5)?,
        disabled_at: maybe_at(row, 6)?,
    };
    Ok(StoredAccount { account, password: PasswordHash::from_stored(row.try_get::<_, String>(7)?) })
}

/// Reads tokens and, where they stand for one, their accounts; [`token`] takes its rows.
pub(super) const SELECT_TOKENS: &str = "
    SELECT t.digest, t.kind, t.login,
           COALESCE(a.role, t.role), COALESCE(a.area, t.area),
           t.created_at, t.seen_at, t.expires_at, t.revoked_at,
           COALESCE(a.holder, 'nobody'), COALESCE(a.purpose, 'service'),
           a.disabled_at IS NOT NULL
    FROM tokens t LEFT JOIN accounts a ON t.kind <> 'machine' AND a.login = t.login";

pub(super) fn token(row: &Row) -> Result<StoredToken, StoreError> {
    let token = Token {
        id: digest(row, 0)?.id(),
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
    let (purpose, account_disabled) = (purpose(row, 10)?, row.try_get(11)?);
    Ok(StoredToken { token, holder, purpose, account_disabled })
}

/// Columns that [`kept_token`] reads, in its order.
pub(super) const KEPT_TOKEN_COLUMNS: &str =
    "digest, kind, login, role, area, created_at, seen_at, expires_at, revoked_at";

pub(super) fn kept_token(row: &Row) -> Result<KeptToken, StoreError> {
    let is_own = row.try_get::<_, Option<&str>>(3)?.is_some();
    Ok(KeptToken {
        digest: digest(row, 0)?,
        kind: kind(row, 1)?,
        login: text(row, 2)?,
        own: if is_own { Some((text(row, 3)?, text(row, 4)?)) } else { None },
        created_at: at(row, 5)?,
        seen_at: at(row, 6)?,
        expires_at: maybe_at(row, 7)?,
        revoked_at: maybe_at(row, 8)?,
    })
}

/// Reads number, instant and fact.
pub(super) fn fact(row: &Row) -> Result<PendingFact, StoreError> {
    let fact = serde_json::from_str(row.try_get(2)?).map_err(StoreError::failed)?;
    Ok(PendingFact { number: row.try_get::<_, i64>(0)?.cast_unsigned(), at: at(row, 1)?, fact })
}

pub(super) fn digest(row: &Row, column: usize) -> Result<TokenDigest, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    let bytes = bytes.try_into().map_err(|_| StoreError::failed("not the digest of a token"))?;
    Ok(TokenDigest::from_stored(bytes))
}

fn kind(row: &Row, column: usize) -> Result<TokenKind, StoreError> {
    let kind = TokenKind::from_stored(row.try_get(column)?);
    kind.ok_or_else(|| StoreError::failed("not a kind of token"))
}

fn text<T>(row: &Row, column: usize) -> Result<T, StoreError>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.try_get::<_, &str>(column)?.parse().map_err(StoreError::failed)
}

fn purpose(row: &Row, column: usize) -> Result<Purpose, StoreError> {
    let purpose = Purpose::from_stored(row.try_get(column)?);
    purpose.ok_or_else(|| StoreError::failed("not a purpose"))
}

pub(super) fn at(row: &Row, column: usize) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

fn maybe_at(row: &Row, column: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}
