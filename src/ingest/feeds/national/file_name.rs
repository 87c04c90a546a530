//! The name of a file, `<sender14>_<time14>_<event>_<colour>_<kind>.xml`, which repeats what is in it.

use crate::{
    domain::warning::{Colour, MessageKind},
    ingest::{
        cap::fault::excerpt,
        feeds::{Fault, Problem, codes, identity::Identity, notes::Notes, said},
    },
};

/// Longest name, in bytes.
const LONGEST: usize = 200;

/// What a well-formed name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName<'n> {
    /// Fourteen digits, `_` and fourteen digits: the identifier without its serial.
    pub identifier: &'n str,
    pub event: &'n str,
    /// `None` for `UNKNOWN`.
    pub colour: Option<Colour>,
    pub kind: MessageKind,
}

impl<'n> FileName<'n> {
    /// Reads a name without `.xml`; `None` when it is made up in another way.
    pub fn parse(stem: &'n str) -> Option<Self> {
        let parts: Vec<&str> = stem.split('_').collect();
        let [_, _, event, colour, kind] = parts[..] else { return None };
        let identifier = stem.get(..29)?;
        Identity::national(identifier)?;
        let colour = match colour {
            "UNKNOWN" => None,
            word => Some(codes::of_word(word)?),
        };
        let kind = said::kind_of(kind, "file name", &mut Notes::default())?;
        Some(FileName { identifier, event, colour, kind })
    }
}

/// Takes `.xml` off a plain name; one that would lead to another folder is refused.
pub(super) fn stem(name: &str) -> Result<&str, Fault> {
    let stem = name.strip_suffix(".xml").or_else(|| name.strip_suffix(".XML"));
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '(' | ')');
    let is_plain = |stem: &&str| {
        (1..=LONGEST).contains(&stem.len()) && stem.chars().all(plain) && !stem.starts_with('.')
    };
    stem.filter(is_plain)
        .ok_or_else(|| Fault::of_all("/", Problem::FileName { name: excerpt(name) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_who_when_what_and_how_bad() {
        let stem = "99010141600000_20260721180000_11B03_RED_Alert";
        let name = FileName::parse(stem).unwrap();
        assert_eq!(name.identifier, "99010141600000_20260721180000");
        assert_eq!((name.event, name.colour), ("11B03", Some(Colour::Red)));
        assert_eq!(name.kind, MessageKind::Alert);
        let unknown = "99010141600000_20260721180000_11B03_UNKNOWN_Cancle";
        let name = FileName::parse(unknown).unwrap();
        assert_eq!((name.colour, name.kind), (None, MessageKind::Cancel));
        for stem in [
            "",
            "warning",
            "99010141600000_20260231180000_11B03_RED_Alert",
            "99010141600000_20260721180000_11B03_PINK_Alert",
            "99010141600000_20260721180000_11B03_RED_Shout",
            "99010141600000_20260721180000_11B03_RED",
            "9901014160000_20260721180000_11B03_RED_Alert_1",
            "暴_雨_红_色_预",
        ] {
            assert_eq!(FileName::parse(stem), None, "{stem}");
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        assert_eq!(stem("a_1.xml"), Ok("a_1"));
        for name in [
            "", ".xml", "..xml", "../a.xml", "a/b.xml", "a\\b.xml", "C:a.xml", "a.txt", "a\0.xml",
            "a b.xml",
        ] {
            assert_eq!(stem(name).unwrap_err().code(), "feed.file_name", "{name:?}");
        }
    }
}
