//! Everything a store holds, on its way to a store of another kind.

use super::{Generation, StoredAccount};
use crate::{
    access::{Login, PendingFact, TokenDigest, TokenKind},
    domain::{actor::Role, ids::AreaCode, time::Timestamp},
};

/// All of a store, from one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    pub accounts: Vec<StoredAccount>,
    pub tokens: Vec<KeptToken>,
    /// One-time links and when they end.
    pub links: Vec<(TokenDigest, Timestamp)>,
    pub facts: Vec<PendingFact>,
    /// The last number given to a fact: the journal knows facts by their numbers.
    pub facts_given: u64,
    pub generation: Generation,
}

impl Contents {
    /// Tells whether nobody has used the store yet.
    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.tokens.is_empty() && self.facts_given == 0
    }
}

/// A token as it is kept. Only a machine's has a role and an area of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptToken {
    pub digest: TokenDigest,
    pub kind: TokenKind,
    pub login: Login,
    pub own: Option<(Role, AreaCode)>,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}
