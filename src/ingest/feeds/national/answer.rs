//! The answer to a package: whether it was taken, and if not, why.

use super::Received;
use crate::ingest::{cap::markup::Xml, feeds::Fault};

/// Ends the name of an answer.
const SUFFIX: &str = "_AI-1_0.xml";

/// What the sender of a package is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 0: accepted; 1: refused.
    pub status: u8,
    /// Such as `feed.missing_element`; empty for an accepted message.
    pub error_code: String,
    /// What was unusual, or what is wrong and what to do about it.
    pub note: String,
}

impl Answer {
    pub fn to(read: Result<&Received, &Fault>) -> Self {
        match read {
            Ok(received) => Answer {
                status: 0,
                error_code: String::new(),
                note: received.message.notes.join("; "),
            },
            Err(fault) => Self::refusal(fault.code(), &format!("{fault}: {}", fault.remedy())),
        }
    }

    /// Answers a message that was read but could not be accepted.
    pub fn refusal(error_code: &str, note: &str) -> Self {
        Answer { status: 1, error_code: error_code.to_owned(), note: note.to_owned() }
    }

    /// Writes `/msg/data/rows/{status,error_code,note}`.
    pub fn write(&self) -> String {
        let mut xml = Xml::new();
        xml.group("msg", |xml| {
            xml.group("data", |xml| {
                xml.group("rows", |xml| {
                    xml.leaf("status", self.status);
                    xml.leaf("error_code", &self.error_code);
                    xml.leaf("note", &self.note);
                });
            });
        });
        xml.finish()
    }
}

/// Returns the name of the answer to the file `stem`.
pub fn answer_name(stem: &str) -> String {
    format!("{stem}{SUFFIX}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{cap::xml, feeds::Problem};

    #[test]
    fn a_refusal_says_why_and_what_to_do_and_reads_back() {
        let problem = Problem::Time { text: "<soon> & later".to_owned() };
        let fault = Fault { item: "a".into(), element: "/a/effective".into(), problem };
        let written = Answer::to(Err(&fault)).write();
        let root = xml::parse(&written).unwrap();
        let rows = &root.children[0].children[0];
        let fields: Vec<_> =
            rows.children.iter().map(|child| (&*child.name, &*child.text)).collect();
        assert_eq!((&*root.name, &*root.children[0].name, &*rows.name), ("msg", "data", "rows"));
        assert_eq!(fields[0], ("status", "1"));
        assert_eq!(fields[1], ("error_code", "feed.time"));
        assert_eq!(fields[2].0, "note");
        assert!(fields[2].1.contains("<soon> & later"), "{written}");
    }

    #[test]
    fn an_answer_is_named_after_what_it_answers() {
        let stem = "99010141600000_20260721180000_11B03_RED_Alert";
        assert_eq!(answer_name(stem), "99010141600000_20260721180000_11B03_RED_Alert_AI-1_0.xml");
    }
}
