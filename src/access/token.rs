//! Tokens: what a client shows instead of a password.
//!
//! Invariant: the text of a token exists at its bearer and nowhere else; we keep its SHA-256. That
//! is enough, and needs no salt and no constant-time lookup, because a token is 256 random bits:
//! whoever can choose digests cannot choose tokens.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::{Holder, Invalid, Login};
use crate::domain::{
    actor::{Actor, Role},
    ids::{AreaCode, PersonId, PostId},
    time::Timestamp,
};

/// What our tokens begin with, so that one that leaks into a log or a repository is recognised.
const PREFIX: &str = "jy_";
const RANDOM_BYTES: usize = 32;
/// Longer texts are no tokens, and not worth hashing.
const TEXT_BYTES_MAX: usize = 128;

/// The text of a token, to be shown once. Never printed, never stored, cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn random() -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).expect("a system without a source of randomness is no server");
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Takes a text that everybody may know, for the demonstration.
    pub(super) fn known(text: String) -> Self {
        Self(text)
    }

    /// Returns the text itself, for the one place that hands it to its bearer.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(&self.0).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The SHA-256 of a token: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Returns the digest of a token somebody shows, or `None` when it cannot be one.
    pub(super) fn of(shown: &str) -> Option<Self> {
        (shown.len() <= TEXT_BYTES_MAX).then(|| Self(Sha256::digest(shown).into()))
    }

    /// Takes the bytes that [`TokenDigest::as_bytes`] gave.
    pub fn from_stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the name by which people and the record speak of the token.
    pub fn id(&self) -> TokenId {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        TokenId(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenDigest({})", self.id())
    }
}

/// Names a token without revealing it: the first eight bytes of its digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(u64);

/// Writes `t-9f86d081884c7d65`.
impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t-{:016x}", self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TokenId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.strip_prefix("t-")
            .filter(|digits| digits.len() == 16 && !digits.starts_with('+'))
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(TokenId)
            .ok_or_else(|| Invalid::new("token", "use a token id such as t-9f86d081884c7d65"))
    }
}

impl Serialize for TokenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A login of an account. Ends when it is not used, and in any case after some days.
    Login,
    /// A machine with a name, role and area of its own. Lasts until it is revoked.
    Machine,
    /// A known text that stands for an account of the demonstration, and is void outside it.
    Demonstration,
    /// A calendar program that cannot log in: reads the account's duties and nothing else. Lasts until it is revoked, and
    /// stands in the address that the program asks.
    Calendar,
}

impl TokenKind {
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Login => "login",
            TokenKind::Machine => "machine",
            TokenKind::Demonstration => "demonstration",
            TokenKind::Calendar => "calendar",
        }
    }
}

/// A token as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    pub id: TokenId,
    pub kind: TokenKind,
    /// The account it stands for, or the machine's own name.
    pub login: Login,
    pub role: Role,
    pub area: AreaCode,
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Who is behind a token that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub login: Login,
    pub role: Role,
    pub area: AreaCode,
    pub holder: Holder,
    pub token_id: TokenId,
    pub kind: TokenKind,
    /// When the token ends however much it is used, so that a page can warn its user in time.
    pub expires_at: Option<Timestamp>,
    pub(super) digest: TokenDigest,
}

impl Identity {
    /// Returns the actor this identity is now; `on_duty` says who holds a post at this moment.
    pub fn actor(&self, on_duty: impl FnOnce(&PostId) -> Option<PersonId>) -> Actor {
        let person = match &self.holder {
            Holder::Nobody => None,
            Holder::Person(person) => Some(person.clone()),
            Holder::Post(post) => on_duty(post),
        };
        let login = CompactString::from(self.login.as_str());
        Actor { login, role: self.role, area: self.area, person }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognisable_and_all_different() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert!(one.expose().starts_with("jy_"));
        assert_eq!(one.expose().len(), PREFIX.len() + 43);
        assert_eq!(TokenDigest::of(one.expose()), Some(one.digest()));
    }

    #[test]
    fn a_text_too_long_for_a_token_is_not_even_hashed() {
        assert_eq!(TokenDigest::of(&"x".repeat(TEXT_BYTES_MAX + 1)), None);
    }

    #[test]
    fn a_token_is_named_without_being_revealed() {
        let secret = Secret::random();
        let digest = secret.digest();
        let printed = format!("{secret:?} {digest:?} {}", digest.id());
        assert!(!printed.contains(&secret.expose()[PREFIX.len()..]), "{printed}");
        assert_eq!(digest.id().to_string().parse(), Ok(digest.id()));
        for text in ["t-1", "9f86d081884c7d65", "t-+f86d081884c7d65", "t-zf86d081884c7d65"] {
            assert!(text.parse::<TokenId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_duty_handset_acts_for_whoever_is_on_duty() {
        let post: PostId = "990101/lead_officer".parse().unwrap();
        let wang: PersonId = "wang".parse().unwrap();
        let handset = identity(Holder::Post(post.clone()));
        let actor = handset.actor(|asked| (*asked == post).then(|| wang.clone()));
        assert_eq!(actor.person, Some(wang.clone()));
        assert_eq!(handset.actor(|_| None).person, None);
        assert_eq!(identity(Holder::Person(wang.clone())).actor(|_| None).person, Some(wang));
    }

    fn identity(holder: Holder) -> Identity {
        let digest = Secret::random().digest();
        Identity {
            login: "leader".parse().unwrap(),
            role: Role::Leader,
            area: "990101".parse().unwrap(),
            holder,
            token_id: digest.id(),
            kind: TokenKind::Login,
            expires_at: None,
            digest,
        }
    }
}
