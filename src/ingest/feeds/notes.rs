//! What a person should know about how an item was read.

use super::codes::Family;
use crate::domain::{ids::AreaCode, warning::Colour};

/// Notes on one message; more say nothing new.
const MAX_NOTES: usize = 100;

/// The notes of one item, each naming its element.
#[derive(Debug, Default)]
pub(super) struct Notes {
    told: Vec<String>,
}

impl Notes {
    pub(super) fn tell(&mut self, element: &str, remark: &Remark) {
        if self.told.len() < MAX_NOTES {
            self.told.push(format!("{element}: {remark}"));
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.told
    }
}

/// What was unusual, and how it was understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Remark {
    #[error("the source gives no national identifier: {made} stands for it here alone")]
    NoNationalIdentifier { made: String },
    #[error("the identifier looks like a national one, but its time or form is wrong")]
    BrokenIdentifier,
    #[error("the area is that of the sender, {code}, taken from the identifier's first six digits")]
    AreaOfSender { code: AreaCode },
    #[error("the area is the one that was asked about, {code}: the source names none")]
    AreaAsked { code: AreaCode },
    #[error("the source names no area by code")]
    NoArea,
    #[error("{value:?} is not an area code and was kept as text")]
    AreaText { value: String },
    #[error("the source gives the time to the minute only")]
    MinuteOnly,
    #[error("the source gives no end: how long it holds is for this county's policy to say")]
    NoEnd,
    #[error("the source gives no end: a day after it took effect was understood")]
    EndAssumed,
    #[error("{text:?} is not a time and was left out")]
    NotATime { text: String },
    #[error("the source gives no time of sending: {taken} was taken")]
    SentAssumed { taken: &'static str },
    #[error("the title names no single colour: {} was taken from {from}", colour.zh())]
    ColourSource { colour: Colour, from: String },
    #[error("{from} says {}, but {} of {used_from} was used", other.zh(), used.zh())]
    ColourConflict { used: Colour, used_from: String, other: Colour, from: String },
    #[error("nothing says which colour the warning has")]
    NoColour,
    #[error("the title names no hazard: {name} was taken from {from}")]
    HazardSource { name: String, from: String },
    #[error("{from} means {name} and the title says {title}: the title counts")]
    HazardConflict { from: String, name: String, title: String },
    #[error("nothing says what it warns of")]
    NoHazard,
    #[error("{code:?} is none of {family} that are known here")]
    UnknownCode { code: String, family: Family },
    #[error("{code:?} is not a national event code that is known here")]
    UnknownNationalCode { code: String },
    #[error("the title ends the warning although the message type does not")]
    EndedByTitle,
    #[error("it ends a warning and does not name which")]
    EndsUnnamed,
    #[error("it changes a warning and does not name which")]
    ChangesUnnamed,
    #[error("it refers to itself, which says nothing")]
    RefersToItself,
    #[error("{text:?} is not an identifier and was left out")]
    UnreadableReference { text: String },
    #[error("the title marks it as a drill")]
    Drill,
    #[error("the title marks it as a test")]
    Test,
    #[error("Cancle was understood as Cancel")]
    MisspeltCancel,
    #[error("{word:?} is no message type that is known here: Alert was understood")]
    UnknownKind { word: String },
    #[error("{from} is {name:?}, but the identifier begins with {identifier}")]
    SenderConflict { from: String, name: String, identifier: String },
    #[error("the file name says {name:?} and the message {content:?}: the message counts")]
    NameConflict { name: String, content: String },
    #[error("the file name is not made up as the national rules say")]
    NameForm,
    #[error("the text was cut after {limit} characters")]
    Cut { limit: usize },
}
