//! People and the ways to reach them.

use std::{collections::BTreeMap, fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::ids::{AreaCode, PersonId};

/// A way to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The person's own phone page, open in a live session.
    App,
    /// A text message (短信).
    Sms,
    /// A telephone call that plays the message and takes key presses (语音外呼).
    Voice,
}

impl Channel {
    pub const ALL: [Channel; 3] = [Channel::App, Channel::Sms, Channel::Voice];

    pub fn as_str(self) -> &'static str {
        match self {
            Channel::App => "app",
            Channel::Sms => "sms",
            Channel::Voice => "voice",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One address of a person on one channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub channel: Channel,
    /// A telephone number for SMS and voice; empty for the app, which finds the person by session.
    pub address: CompactString,
}

impl fmt::Debug for Contact {
    /// Leaves the number out: it must never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, mask(&self.address))
    }
}

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: PersonId,
    pub name: CompactString,
    /// The division they belong to.
    pub area: AreaCode,
    /// Their office as people say it, such as 东街村党支部书记.
    #[serde(default)]
    pub title: CompactString,
    /// In order of preference; several on one channel are tried in turn.
    pub contacts: Vec<Contact>,
}

impl Person {
    /// Returns the person's addresses on `channel`, best first.
    pub fn addresses(&self, channel: Channel) -> impl Iterator<Item = &str> {
        self.contacts.iter().filter(move |c| c.channel == channel).map(|c| c.address.as_str())
    }

    pub fn has(&self, channel: Channel) -> bool {
        self.addresses(channel).next().is_some()
    }

    /// Returns the number people dial by hand: the first voice address, else the first SMS one.
    pub fn phone(&self) -> Option<&str> {
        self.addresses(Channel::Voice).next().or_else(|| self.addresses(Channel::Sms).next())
    }
}

/// Returns `number` with its middle hidden, as those see it who need not dial it: `138****0042`.
pub fn mask(number: &str) -> CompactString {
    let digits: Vec<char> = number.chars().collect();
    if digits.len() < 7 {
        return "****".into();
    }
    let (head, tail) = (&digits[..3], &digits[digits.len() - 4..]);
    head.iter().chain(&['*'; 4]).chain(tail).collect()
}

/// Everybody known, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct People {
    by_id: BTreeMap<PersonId, Person>,
}

impl People {
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.by_id.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.by_id.values()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Returns the one person that `text` names by id or, where only one bears it, by name.
    pub fn find(&self, text: &str) -> Result<&Person, Unfound> {
        if let Some(person) = PersonId::from_str(text).ok().and_then(|id| self.by_id.get(&id)) {
            return Ok(person);
        }
        let mut namesakes = self.by_id.values().filter(|person| person.name == text);
        match (namesakes.next(), namesakes.next()) {
            (Some(person), None) => Ok(person),
            (Some(_), Some(_)) => Err(Unfound::Several),
            (None, _) => Err(Unfound::Nobody),
        }
    }

    pub(super) fn save(&mut self, person: Person) {
        self.by_id.insert(person.id.clone(), person);
    }
}

/// Why a text names no single person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfound {
    #[error("nobody has this id or name")]
    Nobody,
    #[error("several people have this name, so give the id")]
    Several,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_keeps_only_its_ends() {
        assert_eq!(mask("13800990042"), "138****0042");
        assert_eq!(mask("5510110"), "551****0110");
        assert_eq!(mask("110"), "****");
    }

    #[test]
    fn a_number_does_not_show_in_debug_output() {
        let contact = Contact { channel: Channel::Voice, address: "13800990042".into() };
        assert_eq!(format!("{contact:?}"), "voice:138****0042");
    }

    #[test]
    fn a_name_that_two_people_bear_finds_neither() {
        let mut people = People::default();
        for (id, name) in [("p1", "王伟"), ("p2", "王伟"), ("p3", "李娜")] {
            people.save(person(id, name));
        }
        assert_eq!(people.find("王伟"), Err(Unfound::Several));
        assert_eq!(people.find("李娜").unwrap().id.as_str(), "p3");
        assert_eq!(people.find("p2").unwrap().id.as_str(), "p2");
        assert_eq!(people.find("张三"), Err(Unfound::Nobody));
    }

    fn person(id: &str, name: &str) -> Person {
        Person {
            id: id.parse().unwrap(),
            name: name.into(),
            area: "990101".parse().unwrap(),
            title: CompactString::default(),
            contacts: Vec::new(),
        }
    }
}
