//! What the record has to know about who was let in, by whom, and who was not.
//!
//! Facts carry no secret, and no text an outsider typed: people type passwords into the wrong field.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Holder, Login, Source, TokenId};
use crate::domain::{actor::Role, ids::AreaCode, time::Timestamp};

/// Something that happened to an account, a token or at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccessFact {
    LoggedIn {
        login: Login,
        token: TokenId,
        source: Source,
    },
    /// `login` is absent when there is no such account.
    LoginFailed {
        login: Option<Login>,
        source: Source,
        reason: LoginFailure,
    },
    /// Told once for each wait, however often it was run into.
    LoginThrottled {
        login: Option<Login>,
        source: Source,
        retry_after_s: u32,
    },
    LoggedOut {
        login: Login,
        token: TokenId,
    },
    AccountAdded {
        login: Login,
        role: Role,
        area: AreaCode,
        holder: Holder,
        by: CompactString,
    },
    AccountDisabled {
        login: Login,
        by: CompactString,
    },
    AccountEnabled {
        login: Login,
        by: CompactString,
    },
    /// All logins of the account ended with it.
    PasswordChanged {
        login: Login,
        by: CompactString,
    },
    TokenAdded {
        token: TokenId,
        login: Login,
        role: Role,
        area: AreaCode,
        by: CompactString,
    },
    /// A calendar program may read the account's duties from now on.
    CalendarAdded {
        token: TokenId,
        login: Login,
    },
    TokenRevoked {
        token: TokenId,
        login: Login,
        by: CompactString,
    },
    AdminLinkIssued {
        expires_at: Timestamp,
    },
    /// The first administrator was added by the one-time link.
    AdminLinkRedeemed {
        login: Login,
        area: AreaCode,
    },
}

/// Why a login failed. The one who tries is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginFailure {
    UnknownLogin,
    WrongPassword,
    AccountDisabled,
    /// The account belongs to the demonstration, and this is none.
    DemonstrationOnly,
    /// The account was changed while the password was being checked.
    AccountChanged,
}

impl AccessFact {
    /// Returns the name of the fact, as the journal calls kinds.
    pub fn kind(&self) -> &'static str {
        match self {
            AccessFact::LoggedIn { .. } => "logged_in",
            AccessFact::LoginFailed { .. } => "login_failed",
            AccessFact::LoginThrottled { .. } => "login_throttled",
            AccessFact::LoggedOut { .. } => "logged_out",
            AccessFact::AccountAdded { .. } => "account_added",
            AccessFact::AccountDisabled { .. } => "account_disabled",
            AccessFact::AccountEnabled { .. } => "account_enabled",
            AccessFact::PasswordChanged { .. } => "password_changed",
            AccessFact::TokenAdded { .. } => "token_added",
            AccessFact::CalendarAdded { .. } => "calendar_added",
            AccessFact::TokenRevoked { .. } => "token_revoked",
            AccessFact::AdminLinkIssued { .. } => "admin_link_issued",
            AccessFact::AdminLinkRedeemed { .. } => "admin_link_redeemed",
        }
    }

    /// Returns whose account or machine it is about, when it is about a known one.
    pub fn login(&self) -> Option<&Login> {
        match self {
            AccessFact::LoginFailed { login, .. } | AccessFact::LoginThrottled { login, .. } => {
                login.as_ref()
            }
            AccessFact::LoggedIn { login, .. }
            | AccessFact::LoggedOut { login, .. }
            | AccessFact::AccountAdded { login, .. }
            | AccessFact::AccountDisabled { login, .. }
            | AccessFact::AccountEnabled { login, .. }
            | AccessFact::PasswordChanged { login, .. }
            | AccessFact::TokenAdded { login, .. }
            | AccessFact::CalendarAdded { login, .. }
            | AccessFact::TokenRevoked { login, .. }
            | AccessFact::AdminLinkRedeemed { login, .. } => Some(login),
            AccessFact::AdminLinkIssued { .. } => None,
        }
    }

    /// Tells whether strangers can bring it about at will.
    pub(super) fn is_from_outside(&self) -> bool {
        match self {
            AccessFact::LoginFailed { .. } | AccessFact::LoginThrottled { .. } => true,
            AccessFact::LoggedIn { .. }
            | AccessFact::LoggedOut { .. }
            | AccessFact::AccountAdded { .. }
            | AccessFact::AccountDisabled { .. }
            | AccessFact::AccountEnabled { .. }
            | AccessFact::PasswordChanged { .. }
            | AccessFact::TokenAdded { .. }
            | AccessFact::CalendarAdded { .. }
            | AccessFact::TokenRevoked { .. }
            | AccessFact::AdminLinkIssued { .. }
            | AccessFact::AdminLinkRedeemed { .. } => false,
        }
    }
}

/// A fact that waits to be put into the journal, in the order it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingFact {
    /// Never given twice, so it makes the journal's command id and a repeat is recognised there.
    pub number: u64,
    pub at: Timestamp,
    pub fact: AccessFact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_read_back_as_it_was_stored() {
        let fact = AccessFact::LoginFailed {
            login: None,
            source: Source::from(std::net::IpAddr::from([203, 0, 113, 7])),
            reason: LoginFailure::UnknownLogin,
        };
        let text = serde_json::to_string(&fact).unwrap();
        let expected = r#"{"kind":"login_failed","login":null,"source":"203.0.113.7","reason":"unknown_login"}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<AccessFact>(&text).unwrap(), fact);
    }

    #[test]
    fn a_fact_is_named_as_it_is_stored() {
        let login: Login = "dispatcher".parse().unwrap();
        let fact = AccessFact::AccountDisabled { login, by: "console".into() };
        let stored = serde_json::to_value(&fact).unwrap();
        assert_eq!(stored["kind"], fact.kind());
    }
}
