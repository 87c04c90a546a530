//! Why somebody is not let in, or may not change something. Codes are part of the wire contract.

use std::time::Duration;

use super::{Busy, Invalid, store::StoreError};

/// Why a login did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown login, wrong password, disabled account: from outside they are one.
    #[error("login or password is wrong")]
    Refused,
    #[error("too many failed logins, try again in {} s", seconds(*retry_after))]
    Throttled { retry_after: Duration },
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    pub fn code(&self) -> &'static str {
        match self {
            LoginError::Refused => "login.refused",
            LoginError::Throttled { .. } => "login.throttled",
            LoginError::Busy(_) => "login.busy",
            LoginError::Store(error) => error.code(),
        }
    }

    /// Returns when trying again makes sense, in whole seconds as a `Retry-After` header says it.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            LoginError::Throttled { retry_after } | LoginError::Busy(Busy { retry_after }) => {
                Some(seconds(*retry_after))
            }
            LoginError::Refused | LoginError::Store(_) => None,
        }
    }
}

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("the token is not known")]
    Unknown,
    #[error("the login has ended, log in again")]
    Ended,
    #[error("the token was revoked")]
    Revoked,
    /// A machine's token cannot be logged out, only revoked by an administrator.
    #[error("the token is not a login")]
    NotALogin,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthError {
    pub fn code(&self) -> &'static str {
        match self {
            AuthError::Unknown => "token.unknown",
            AuthError::Ended => "token.ended",
            AuthError::Revoked => "token.revoked",
            AuthError::NotALogin => "token.not_a_login",
            AuthError::Store(error) => error.code(),
        }
    }
}

/// Why an account or token was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("only an administrator of that area may do this")]
    NotAllowed,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminError {
    pub fn code(&self) -> &'static str {
        match self {
            AdminError::Invalid(_) => "access.invalid",
            AdminError::NotAllowed => "access.not_allowed",
            AdminError::Busy(_) => "access.busy",
            AdminError::Store(error) => error.code(),
        }
    }

    /// Returns the field to correct.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            AdminError::Invalid(invalid) => Some(invalid.field),
            AdminError::Store(StoreError::NameTaken(_)) => Some("login"),
            AdminError::NotAllowed | AdminError::Busy(_) | AdminError::Store(_) => None,
        }
    }
}

/// Why somebody's own password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordChangeError {
    /// The old password was not accepted.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The new one was not.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl StoreError {
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NameTaken(_) => "access.name_taken",
            StoreError::NoAccount => "account.not_found",
            StoreError::NoToken => "token.not_found",
            StoreError::Outdated => "account.changed",
            StoreError::LinkSpent => "admin_link.spent",
            StoreError::NotEmpty | StoreError::TooNew { .. } | StoreError::Failed(_) => {
                "access.unavailable"
            }
        }
    }
}

/// Rounds up: coming back too early would be refused again.
pub(super) fn seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}
