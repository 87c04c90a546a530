//! Where accounts, tokens and unrecorded facts are kept. One trait, so that every database behaves
//! alike; `tests/it/access_contract.rs` says how.
//!
//! Invariants of every store: a [`Change`], its facts and the step of the generation are one
//! transaction, durable before `commit` returns; no secret is in it, only digests and hashes.

mod contents;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;

pub use self::contents::{Contents, KeptToken};

use super::{
    AccessFact, Account, Holder, Login, NewMachine, PasswordHash, PendingFact, Purpose, Token,
    TokenDigest, TokenId, TokenKind,
};
use crate::domain::time::Timestamp;

/// Facts that strangers caused and that wait for the journal. More are dropped: the journal is not
/// being written, and a flood must not fill the disk it needs.
pub const FACTS_FROM_OUTSIDE_MAX: u64 = 100_000;

/// Live logins of one account. Beyond, the one unused longest ends; far more than people need, and
/// few enough that a script that logs in for every request does no harm.
pub const LOGINS_MAX: u32 = 10_000;

/// Grows whenever trust that was given is taken back. Whoever remembers tokens from an earlier
/// generation has to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Generation(pub u64);

/// Keeps accounts, tokens and unrecorded facts.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes `change` and writes down `fact`, both or neither.
    async fn commit(
        &self,
        change: Change,
        fact: Option<AccessFact>,
        at: Timestamp,
    ) -> Result<Generation, StoreError>;

    /// Writes down a fact that changed nothing.
    async fn record(&self, fact: AccessFact, at: Timestamp) -> Result<(), StoreError>;

    async fn account(&self, login: &Login) -> Result<Option<StoredAccount>, StoreError>;

    /// Returns all accounts by login.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// Finds a token, together with the generation it was read in.
    async fn token(&self, digest: TokenDigest) -> Result<Found, StoreError>;

    /// Returns all tokens that are remembered, those used last first.
    async fn tokens(&self) -> Result<Vec<Token>, StoreError>;

    async fn generation(&self) -> Result<Generation, StoreError>;

    /// Returns the oldest facts that wait for the journal.
    async fn facts(&self, limit: u32) -> Result<Vec<PendingFact>, StoreError>;

    /// Forgets the facts up to and including `number`: they are in the journal.
    async fn forget_facts(&self, number: u64) -> Result<(), StoreError>;

    /// Returns everything, for a move to another kind of store.
    async fn contents(&self) -> Result<Contents, StoreError>;

    /// Takes what another store held. Refuses if there is anything here already.
    async fn fill(&self, contents: Contents) -> Result<(), StoreError>;
}

/// An account and what its password is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    pub account: Account,
    pub password: PasswordHash,
}

/// A token and what its account, if it stands for one, adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    pub token: Token,
    pub holder: Holder,
    pub purpose: Purpose,
    pub account_disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub token: Option<StoredToken>,
    pub generation: Generation,
}

/// A token to be added for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub digest: TokenDigest,
    pub login: Login,
    pub expires_at: Option<Timestamp>,
}

/// One thing that may happen to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    AddAccount(StoredAccount),
    /// Ends all logins of the account; outside the demonstration its known tokens too.
    SetPassword {
        login: Login,
        password: PasswordHash,
        purpose: Purpose,
    },
    /// Ends all logins of the account.
    DisableAccount {
        login: Login,
    },
    EnableAccount {
        login: Login,
    },
    /// Adds a login if `proved` still is the account's password and the account is enabled, and
    /// puts `renewed`, the same password hashed at today's cost, in its place.
    AddLogin {
        token: NewToken,
        proved: PasswordHash,
        renewed: Option<PasswordHash>,
    },
    AddMachine {
        digest: TokenDigest,
        machine: NewMachine,
    },
    /// Adds a known token for an account of the demonstration, or finds it there.
    AddDemonstrationToken(NewToken),
    AddCalendar(NewToken),
    Revoke {
        id: TokenId,
    },
    /// Moves on when tokens were last used; never back.
    Touch(Vec<(TokenId, Timestamp)>),
    AddAdminLink {
        digest: TokenDigest,
        expires_at: Timestamp,
    },
    /// Adds the first account if the link is valid and there is none yet; ends all links.
    RedeemAdminLink {
        digest: TokenDigest,
        account: StoredAccount,
    },
}

impl Change {
    /// Tells whether trust that was given is taken back.
    pub(super) fn ends_trust(&self) -> bool {
        match self {
            Change::SetPassword { .. } | Change::DisableAccount { .. } | Change::Revoke { .. } => {
                true
            }
            Change::AddAccount(_)
            | Change::EnableAccount { .. }
            | Change::AddLogin { .. }
            | Change::AddMachine { .. }
            | Change::AddDemonstrationToken(_)
            | Change::AddCalendar(_)
            | Change::Touch(_)
            | Change::AddAdminLink { .. }
            | Change::RedeemAdminLink { .. } => false,
        }
    }
}

impl TokenKind {
    fn from_stored(text: &str) -> Option<Self> {
        [TokenKind::Login, TokenKind::Machine, TokenKind::Demonstration, TokenKind::Calendar]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An account or a machine already has this name.
    #[error("the name {0} is taken")]
    NameTaken(Login),
    #[error("there is no such account")]
    NoAccount,
    #[error("there is no such token")]
    NoToken,
    /// The account's password or standing is no longer what was checked.
    #[error("the account was changed meanwhile")]
    Outdated,
    /// Unknown, used, too old, or there is an account already.
    #[error("the link is not valid any more")]
    LinkSpent,
    /// What is moved here would mix with what is here.
    #[error("there are accounts, tokens or facts already")]
    NotEmpty,
    /// The tables were written by a later version of this program.
    #[error("the accounts are in format {found}, this program knows formats up to {known}")]
    TooNew { found: u32, known: u32 },
    #[error("the account store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Tells whether the store works and says no, rather than not working.
    pub fn is_refusal(&self) -> bool {
        match self {
            StoreError::NameTaken(_)
            | StoreError::NoAccount
            | StoreError::NoToken
            | StoreError::Outdated
            | StoreError::NotEmpty
            | StoreError::LinkSpent => true,
            StoreError::TooNew { .. } | StoreError::Failed(_) => false,
        }
    }

    fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StoreError::Failed(cause.into())
    }
}
