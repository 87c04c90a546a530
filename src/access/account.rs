//! Accounts: a name, a seat, an area, and whose answers given under it are.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::Purpose;
use crate::domain::{
    actor::{Actor, Role},
    ids::{AreaCode, PersonId, PostId},
    time::Timestamp,
};

/// A field that was filled in wrongly: which, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {remedy}")]
pub struct Invalid {
    pub field: &'static str,
    pub remedy: String,
}

impl Invalid {
    pub(super) fn new(field: &'static str, remedy: impl Into<String>) -> Self {
        Self { field, remedy: remedy.into() }
    }
}

/// The name an account or a machine acts under.
///
/// Accounts and machines share one set of names, so that a name in the record is never two things.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Login(CompactString);

impl Login {
    const CHARS_MAX: usize = 32;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_name(self) -> CompactString {
        self.0
    }
}

/// Reads a name as people type it: blanks around it and capitals, which phones put first, are
/// forgiven.
impl FromStr for Login {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let chars = text.chars().take(Self::CHARS_MAX + 1).count();
        let starts_well = text.chars().next().is_some_and(|c| is_letter(c) || c.is_ascii_digit());
        if chars > Self::CHARS_MAX || !starts_well || !text.chars().all(is_login_char) {
            return Err(Invalid::new(
                "login",
                "use 1 to 32 letters, digits or Chinese characters, with . _ - @ between them",
            ));
        }
        let login = CompactString::from(text.to_ascii_lowercase());
        if Actor::is_reserved(&login) {
            return Err(Invalid::new(
                "login",
                format!("{login} is kept for the program itself, choose another name"),
            ));
        }
        Ok(Login(login))
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Login {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Login> for String {
    fn from(login: Login) -> String {
        login.0.into()
    }
}

fn is_login_char(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '@')
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whose answers are given under an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Holder {
    /// Nobody's: a wall, a machine, a desk that only dispatches.
    #[default]
    Nobody,
    Person(PersonId),
    /// A post's: the duty handset (值班手机) answers for whoever is on duty there.
    Post(PostId),
}

/// Writes `nobody`, `person:P017` or `post:990101000000/lead_officer`.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Nobody => f.write_str("nobody"),
            Holder::Person(person) => write!(f, "person:{person}"),
            Holder::Post(post) => write!(f, "post:{post}"),
        }
    }
}

impl FromStr for Holder {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || {
            Invalid::new(
                "holder",
                "use nobody, person:ID or post:AREA/DUTY (post:990101/lead_officer)",
            )
        };
        match text.split_once(':') {
            None if text == "nobody" => Ok(Holder::Nobody),
            Some(("person", id)) => Ok(Holder::Person(id.parse().map_err(|_| bad())?)),
            Some(("post", id)) => Ok(Holder::Post(id.parse().map_err(|_| bad())?)),
            None | Some(_) => Err(bad()),
        }
    }
}

impl TryFrom<String> for Holder {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Holder> for String {
    fn from(holder: Holder) -> String {
        holder.to_string()
    }
}

/// An account as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub login: Login,
    pub role: Role,
    pub area: AreaCode,
    pub holder: Holder,
    pub purpose: Purpose,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// What an administrator fills in to add an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewAccount {
    pub login: Login,
    pub role: Role,
    pub area: AreaCode,
    #[serde(default)]
    pub holder: Holder,
}

impl NewAccount {
    pub(super) fn into_account(self, purpose: Purpose, now: Timestamp) -> Account {
        let NewAccount { login, role, area, holder } = self;
        Account { login, role, area, holder, purpose, created_at: now, disabled_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_a_phone_types_it() {
        assert_eq!(" Dispatcher ".parse::<Login>().unwrap().as_str(), "dispatcher");
        assert_eq!("李雷.02".parse::<Login>().unwrap().as_str(), "李雷.02");
    }

    #[test]
    fn a_login_that_could_mislead_is_refused() {
        let long = "a".repeat(33);
        for text in ["", " ", "two words", "a/b", ".hidden", "ｗｉｄｅ", "node", "Console", &long]
        {
            let invalid = text.parse::<Login>().unwrap_err();
            assert_eq!(invalid.field, "login", "{text}");
        }
    }

    #[test]
    fn a_holder_is_read_as_it_is_written() {
        for text in ["nobody", "person:P017", "post:990101000000/lead_officer"] {
            assert_eq!(text.parse::<Holder>().unwrap().to_string(), text);
        }
        for text in ["", "person", "person:", "post:990101", "team:7"] {
            assert_eq!(text.parse::<Holder>().unwrap_err().field, "holder", "{text}");
        }
    }
}
