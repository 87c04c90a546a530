//! Why a message is refused: which element, what is wrong with it, and what its sender can do.

use super::words::{Scope, Version, Word};

/// The first thing wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{element}: {problem}")]
pub struct Fault {
    /// Such as `/alert/info[1]/area[2]/polygon[1]`; `/` when no element is to blame.
    pub element: String,
    pub problem: Problem,
}

impl Fault {
    /// Returns the name that programs know the problem by.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Returns what the sender can do about it.
    pub fn remedy(&self) -> &'static str {
        self.problem.remedy()
    }
}

/// What can be wrong with an element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("there are more than {limit} {what}")]
    TooLarge { what: &'static str, limit: usize },
    #[error("the bytes cannot be read as {label}")]
    Encoding { label: String },
    #[error("line {line} is not well-formed XML: {detail}")]
    Syntax { line: usize, detail: String },
    #[error("the message carries a document type declaration")]
    Doctype,
    #[error("the entity &{name}; is not defined")]
    Entity { name: String },
    #[error("the document is not an alert in a CAP namespace")]
    NotCap,
    #[error("the element is missing")]
    Missing,
    #[error("CAP {version} has no such element here")]
    Unknown { version: Version },
    #[error("the element stands here more than once")]
    Repeated,
    #[error("the element must stand before {before}")]
    Order { before: &'static str },
    #[error("text stands between the elements: {text:?}")]
    StrayText { text: String },
    #[error("the element says nothing")]
    Blank,
    #[error("{text:?} is not one of {allowed}")]
    Word { text: String, allowed: String },
    #[error("{text:?} holds {found:?}")]
    Identifier { text: String, found: char },
    #[error("{text:?} is not a time that CAP {version} allows")]
    Time { text: String, version: Version },
    #[error("{text:?} is not a language tag")]
    Language { text: String },
    #[error("{text:?} is not a list of sender,identifier,sent")]
    References { text: String },
    #[error("an {msg_type} message names no message that it is about")]
    ReferencesMissing { msg_type: &'static str },
    #[error("the scope is Restricted and no restriction is given")]
    RestrictionMissing,
    #[error("a restriction is given, but the scope is {}", scope.as_str())]
    RestrictionUnexpected { scope: Scope },
    #[error("the scope is Private and no addresses are given")]
    AddressesMissing,
    #[error("{text:?} has no closing quotation mark")]
    Quotation { text: String },
    #[error("{text:?} is not valueName=value")]
    NamedValue { text: String },
    #[error("{text:?} is not an absolute URI")]
    Uri { text: String },
    #[error("{text:?} is not a number of bytes")]
    Size { text: String },
    #[error("the contents are not base64")]
    Base64,
    #[error("{text:?} is not a coordinate pair")]
    Pair { text: String },
    #[error("{text:?} is no place on earth")]
    Coordinates { text: String },
    #[error("the polygon has only {points} points")]
    PolygonShort { points: usize },
    #[error("the polygon does not end where it begins")]
    PolygonOpen,
    #[error("points {first} and {second} of the polygon are the same")]
    PolygonDuplicate { first: usize, second: usize },
    #[error("the polygon crosses itself: the edges from points {first} and {second} meet")]
    PolygonCrossing { first: usize, second: usize },
    #[error("the polygon encloses nothing")]
    PolygonEmpty,
    #[error("the polygon is too entangled to check")]
    PolygonEntangled,
    #[error("{text:?} is not a circle")]
    Circle { text: String },
    #[error("{text:?} is not a number of feet")]
    Feet { text: String },
    #[error("a ceiling is given without an altitude")]
    CeilingAlone,
    #[error("the ceiling lies below the altitude")]
    CeilingBelow,
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Problem::TooLarge { .. } => "cap.too_large",
            Problem::Encoding { .. } => "cap.encoding",
            Problem::Syntax { .. } => "cap.xml_syntax",
            Problem::Doctype => "cap.doctype",
            Problem::Entity { .. } => "cap.entity",
            Problem::NotCap => "cap.not_cap",
            Problem::Missing => "cap.missing_element",
            Problem::Unknown { .. } => "cap.unknown_element",
            Problem::Repeated => "cap.repeated_element",
            Problem::Order { .. } => "cap.element_order",
            Problem::StrayText { .. } => "cap.stray_text",
            Problem::Blank => "cap.blank",
            Problem::Word { .. } => "cap.word",
            Problem::Identifier { .. } => "cap.identifier",
            Problem::Time { .. } => "cap.time",
            Problem::Language { .. } => "cap.language",
            Problem::References { .. } => "cap.references",
            Problem::ReferencesMissing { .. } => "cap.references_missing",
            Problem::RestrictionMissing => "cap.restriction_missing",
            Problem::RestrictionUnexpected { .. } => "cap.restriction_unexpected",
            Problem::AddressesMissing => "cap.addresses_missing",
            Problem::Quotation { .. } => "cap.quotation",
            Problem::NamedValue { .. } => "cap.named_value",
            Problem::Uri { .. } => "cap.uri",
            Problem::Size { .. } => "cap.size",
            Problem::Base64 => "cap.base64",
            Problem::Pair { .. } => "cap.pair",
            Problem::Coordinates { .. } => "cap.coordinates",
            Problem::PolygonShort { .. } => "cap.polygon_short",
            Problem::PolygonOpen => "cap.polygon_open",
            Problem::PolygonDuplicate { .. } => "cap.polygon_duplicate",
            Problem::PolygonCrossing { .. } => "cap.polygon_crossing",
            Problem::PolygonEmpty => "cap.polygon_empty",
            Problem::PolygonEntangled => "cap.polygon_entangled",
            Problem::Circle { .. } => "cap.circle",
            Problem::Feet { .. } => "cap.feet",
            Problem::CeilingAlone => "cap.ceiling_alone",
            Problem::CeilingBelow => "cap.ceiling_below",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Problem::TooLarge { .. } => "send less in one message; link large files by uri",
            Problem::Encoding { .. } => "declare the encoding that the bytes are in; UTF-8 is best",
            Problem::Syntax { .. } => "send one well-formed XML document",
            Problem::Doctype => "remove the DOCTYPE; CAP needs none and it is never read",
            Problem::Entity { .. } => "write the character itself, or & as &amp;",
            Problem::NotCap => {
                "send an <alert> in the namespace urn:oasis:names:tc:emergency:cap:1.2"
            }
            Problem::Missing => "add the element",
            Problem::Unknown { .. } => "check the spelling; put extensions in their own namespace",
            Problem::Repeated => "keep one",
            Problem::Order { .. } => "put the elements in the order of the CAP schema",
            Problem::StrayText { .. } => "put text into an element of its own",
            Problem::Blank => "say something, or leave an optional element out",
            Problem::Word { .. } => "use one of these words, spelt exactly, without spaces around",
            Problem::Identifier { .. } => "use no white space, comma, < or &",
            Problem::Time { .. } => {
                "write local time and its offset from UTC, such as 2026-07-21T18:00:00+08:00"
            }
            Problem::Language { .. } => "write a tag such as zh-CN or en-US",
            Problem::References { .. } => {
                "write sender,identifier,sent for each message, with a space between messages"
            }
            Problem::ReferencesMissing { .. } => {
                "name the earlier messages in <references> as sender,identifier,sent"
            }
            Problem::RestrictionMissing => "say in <restriction> who may see it",
            Problem::RestrictionUnexpected { .. } => {
                "remove the restriction, or make the scope Restricted"
            }
            Problem::AddressesMissing => "name the recipients in <addresses>",
            Problem::Quotation { .. } => "close the quotation mark",
            Problem::NamedValue { .. } => "write the name, an equals sign and the value",
            Problem::Uri { .. } => "write it in full, such as https://example.org/page",
            Problem::Size { .. } => "write a whole number of bytes",
            Problem::Base64 => "encode the contents as base64 (RFC 4648)",
            Problem::Pair { .. } => "write latitude,longitude in degrees, such as 35.67,114.55",
            Problem::Coordinates { .. } => {
                "put latitude (-90 to 90) first and longitude (-180 to 180) second"
            }
            Problem::PolygonShort { .. } => {
                "give at least four points, the last equal to the first"
            }
            Problem::PolygonOpen => "repeat the first point at the end",
            Problem::PolygonDuplicate { .. } => {
                "name each point once, but the first also at the end"
            }
            Problem::PolygonCrossing { .. } => "draw the boundary without crossing or touching it",
            Problem::PolygonEmpty => "draw a boundary with ground inside",
            Problem::PolygonEntangled => "simplify the boundary",
            Problem::Circle { .. } => {
                "write latitude,longitude, a space and the radius in km, such as 35.67,114.55 10"
            }
            Problem::Feet { .. } => "write feet above mean sea level as a decimal number",
            Problem::CeilingAlone => "give the altitude too, or leave the ceiling out",
            Problem::CeilingBelow => "make the ceiling no lower than the altitude",
        }
    }
}

/// Shortens what a sender wrote so that it fits a message.
pub(in crate::ingest) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
