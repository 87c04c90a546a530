//! What a warning is called, so that it is known again in another source and after a restart.
//!
//! Invariant: the national identifier is kept as it is, since every source repeats it; a name made here
//! depends on nothing but what the source says.

use compact_str::{CompactString, format_compact};
use sha2::{Digest, Sha256};

use super::{
    notes::{Notes, Remark},
    time,
};
use crate::{
    domain::{
        ids::AreaCode,
        time::Timestamp,
        warning::{Reference, WarnedArea},
    },
    ingest::cap::{
        china::{self, IdentifierForm},
        fault::excerpt,
    },
};

/// Longest identifier of a source's own that is kept as it is, in bytes.
const LONGEST: usize = 100;
/// References of one message; a longer list is no list of what it replaces.
const MAX_REFERENCES: usize = 100;

/// The name of one message, as CAP allows names: no white space, comma, `<` or `&`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) identifier: CompactString,
    /// For a national identifier its first fourteen digits, so that references find it again.
    pub(super) sender: CompactString,
    /// The division of the sender; none where the identifier is not a national one.
    pub(super) area: Option<AreaCode>,
    /// When the message was entered, by its national identifier.
    pub(super) entered: Option<Timestamp>,
}

impl Identity {
    /// Reads what the source gives; `otherwise` names the item where it gives nothing.
    pub(super) fn of(
        source: &str,
        given: Option<&str>,
        otherwise: &[&str],
        element: &str,
        notes: &mut Notes,
    ) -> Self {
        if let Some(identity) = given.and_then(Self::national) {
            return identity;
        }
        if given.is_some_and(|given| china::identifier_form(given) == IdentifierForm::Broken) {
            notes.tell(element, &Remark::BrokenIdentifier);
        }
        let identifier = match given.filter(|given| is_name(given)) {
            Some(given) => given.into(),
            None => {
                given.map_or_else(|| digest(source, otherwise), |given| digest(source, &[given]))
            }
        };
        notes.tell(element, &Remark::NoNationalIdentifier { made: identifier.to_string() });
        Identity { identifier, sender: source.into(), area: None, entered: None }
    }

    /// Reads a national identifier.
    pub(super) fn national(text: &str) -> Option<Self> {
        if china::identifier_form(text) != IdentifierForm::National {
            return None;
        }
        let (sender, rest) = text.split_once('_')?;
        Some(Identity {
            identifier: text.into(),
            sender: sender.into(),
            area: sender.get(..6).and_then(|code| code.parse().ok()),
            entered: time::of_digits(rest.get(..14)?),
        })
    }

    /// Returns the sender's own area, under the name that the source has for it.
    pub(super) fn area_of_sender(&self, name: &str, notes: &mut Notes) -> WarnedArea {
        match self.area {
            Some(code) => notes.tell("identifier", &Remark::AreaOfSender { code }),
            None => notes.tell("identifier", &Remark::NoArea),
        }
        let codes: Vec<AreaCode> = self.area.into_iter().collect();
        let description = match (name.trim(), &codes[..]) {
            ("", [code, ..]) => format_compact!("{code}"),
            ("", []) => "未注明".into(),
            (name, _) => name.into(),
        };
        WarnedArea { description, codes, shapes: Vec::new() }
    }

    /// Reads a list of identifiers, or of `sender,identifier,sent`, that this message of `sent` is about.
    pub(super) fn references(
        &self,
        text: &str,
        sent: Timestamp,
        element: &str,
        notes: &mut Notes,
    ) -> Vec<Reference> {
        let mut found: Vec<Reference> = Vec::new();
        for group in text.split([' ', '\t', '\n', ';', '；', '|']).filter(|part| !part.is_empty())
        {
            let parts: Vec<&str> = group.split([',', '，']).map(str::trim).collect();
            // In a triple the one in the middle is the identifier; its sender here is what CAP called it.
            let named = match parts[..] {
                [_, identifier, sent] if time::parse(sent).is_some() => vec![identifier],
                _ => parts.into_iter().filter(|part| !part.is_empty()).collect(),
            };
            for identifier in named {
                match self.reference(identifier, sent) {
                    Some(_) if identifier == self.identifier => {
                        notes.tell(element, &Remark::RefersToItself);
                    }
                    Some(reference) if found.len() < MAX_REFERENCES => {
                        if !found.contains(&reference) {
                            found.push(reference);
                        }
                    }
                    Some(_) => {}
                    None => {
                        let text = excerpt(identifier);
                        notes.tell(element, &Remark::UnreadableReference { text });
                    }
                }
            }
        }
        found
    }

    fn reference(&self, identifier: &str, sent: Timestamp) -> Option<Reference> {
        if let Some(other) = Identity::national(identifier) {
            let sent = other.entered.unwrap_or(sent);
            return Some(Reference { sender: other.sender, identifier: other.identifier, sent });
        }
        // A national message cannot be told from a source's own name for another.
        let own = self.area.is_none() && is_name(identifier);
        let sender = self.sender.clone();
        own.then(|| Reference { sender, identifier: identifier.into(), sent })
    }
}

fn is_name(text: &str) -> bool {
    let stands_apart =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '<' | '&');
    (1..=LONGEST).contains(&text.len()) && !text.contains(stands_apart)
}

/// Makes a name of what there is: the same item has the same name whenever it is read.
fn digest(source: &str, parts: &[&str]) -> CompactString {
    const SHOWN: usize = 16;
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digits =
        hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format_compact!("{source}-{}", &digits[..SHOWN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_national_identifier_says_who_where_and_when() {
        let identity = Identity::national("99010141600000_20260721180000_3").unwrap();
        assert_eq!(identity.sender, "99010141600000");
        assert_eq!(identity.area, "990101".parse().ok());
        assert_eq!(identity.entered, "2026-07-21T18:00:00+08:00".parse().ok());
        for text in ["", "99010141600000", "99010141600000_20260231000000", "0_1", "a_b"] {
            assert_eq!(Identity::national(text), None, "{text}");
        }
    }

    #[test]
    fn a_made_name_is_the_same_each_time_and_says_that_it_is_made() {
        let made = |given: Option<&str>, parts: &[&str]| {
            let mut notes = Notes::default();
            let identity = Identity::of("nmc", given, parts, "alertid", &mut notes);
            assert!(notes.into_texts().iter().any(|note| note.contains("no national identifier")));
            identity.identifier
        };
        assert_eq!(made(None, &["a", "b"]), made(None, &["a", "b"]));
        assert_ne!(made(None, &["a", "b"]), made(None, &["ab", ""]));
        assert_eq!(made(Some("10102010020230403103000500681616"), &[]).len(), 32);
        assert!(made(Some("a b"), &[]).starts_with("nmc-"));
        assert!(made(Some(&"9".repeat(101)), &[]).starts_with("nmc-"));
    }

    #[test]
    fn references_are_read_in_any_form_and_those_to_itself_are_dropped() {
        let own = Identity::national("99010141600000_20260721180000").unwrap();
        let sent = own.entered.unwrap();
        let mut notes = Notes::default();
        let text = "99010141600000_20260721180000,99010141600000_20260720180000 \
                    met,99010141600000_20260719180000,2026-07-19T18:00:00+08:00 x";
        let read = own.references(text, sent, "references", &mut notes);
        let names: Vec<&str> = read.iter().map(|reference| &*reference.identifier).collect();
        assert_eq!(names, ["99010141600000_20260720180000", "99010141600000_20260719180000"]);
        assert!(read.iter().all(|reference| reference.sender == "99010141600000"));
        assert_eq!(notes.into_texts().len(), 2);
    }
}
