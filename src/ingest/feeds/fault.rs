//! Why an item of a feed, or all of it, cannot be read: which item, which element, and what is wrong.

use crate::ingest::cap;

/// The first thing wrong with an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{item}: {element}: {problem}")]
pub struct Fault {
    /// The item's own name where it gives one, else its place such as `item 3`; `all` for the whole.
    pub item: String,
    /// Such as `/data/page/list[3]/issuetime`; `/` when no element is to blame.
    pub element: String,
    pub problem: Problem,
}

impl Fault {
    /// Blames the whole answer or file.
    pub(super) fn of_all(element: &str, problem: Problem) -> Self {
        Fault { item: "all".to_owned(), element: element.to_owned(), problem }
    }

    /// Returns the name that programs know the problem by.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Returns what can be done about it.
    pub fn remedy(&self) -> &'static str {
        self.problem.remedy()
    }
}

/// What can be wrong with an item or an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("there are more than {limit} {what}")]
    TooLarge { what: &'static str, limit: usize },
    #[error("the bytes are not UTF-8")]
    Encoding,
    #[error("it is not JSON: {detail}")]
    Json { detail: String },
    #[error("{0}")]
    Xml(cap::Problem),
    #[error("the source answers {answer:?} instead of warnings")]
    Refused { answer: String },
    #[error("it is not {expected}")]
    Shape { expected: &'static str },
    #[error("the element is missing")]
    Missing,
    #[error("{text:?} is not a time")]
    Time { text: String },
    #[error("{text:?} is not one of {allowed}")]
    Word { text: String, allowed: &'static str },
    #[error("it names no message that it is about")]
    ReferencesMissing,
    #[error("the archive cannot be read: {detail}")]
    Archive { detail: String },
    #[error("the archive holds {found} files")]
    Files { found: usize },
    #[error("{name:?} is no plain file name")]
    FileName { name: String },
    #[error("there is no link to a message")]
    LinkMissing,
    #[error("{link:?} is not a link that can be followed")]
    Link { link: String },
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Problem::TooLarge { .. } => "feed.too_large",
            Problem::Encoding => "feed.encoding",
            Problem::Json { .. } => "feed.json",
            Problem::Xml(_) => "feed.xml",
            Problem::Refused { .. } => "feed.refused",
            Problem::Shape { .. } => "feed.shape",
            Problem::Missing => "feed.missing_element",
            Problem::Time { .. } => "feed.time",
            Problem::Word { .. } => "feed.word",
            Problem::ReferencesMissing => "feed.references_missing",
            Problem::Archive { .. } => "feed.archive",
            Problem::Files { .. } => "feed.files",
            Problem::FileName { .. } => "feed.file_name",
            Problem::LinkMissing => "feed.link_missing",
            Problem::Link { .. } => "feed.link",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Problem::TooLarge { .. } => "ask the source for less at a time",
            Problem::Encoding => "have the source send UTF-8",
            Problem::Json { .. } => "see whether the address still answers with warnings",
            Problem::Xml(_) => "send one well-formed XML document without a DOCTYPE",
            Problem::Refused { .. } => "check the source's address, key and terms of use",
            Problem::Shape { .. } => "see whether the source has changed its form",
            Problem::Missing => "add the element",
            Problem::Time { .. } => "write Beijing time such as 2026-07-21 18:00:00+08:00",
            Problem::Word { .. } => "use one of these words",
            Problem::ReferencesMissing => "name the earlier messages by their identifiers",
            Problem::Archive { .. } => "send a plain zip archive without a password",
            Problem::Files { .. } => "put exactly one XML file into the archive",
            Problem::FileName { .. } => {
                "give the file a plain name without folders, ending in .xml"
            }
            Problem::LinkMissing => "link each entry to its message as application/cap+xml",
            Problem::Link { .. } => "link by http or https, without a user's name or password",
        }
    }
}
