//! What a person should know about a message that was accepted all the same.

use serde::Serialize;

use super::china::{Colour, Evidence};

/// Notes on one message; more say nothing new.
pub(super) const MAX_NOTES: usize = 100;

/// A remark about one element of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{element}: {remark}")]
pub struct Note {
    pub element: String,
    pub remark: Remark,
}

impl Note {
    pub(super) fn new(element: impl ToString, remark: Remark) -> Self {
        Note { element: element.to_string(), remark }
    }

    /// Returns the name that programs know the remark by.
    pub fn code(&self) -> &'static str {
        self.remark.code()
    }
}

/// What was unusual, and how it was understood. Each leniency names the producer that needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The national platform's client writes `Cancle`.
    #[error("Cancle was understood as Cancel")]
    MisspeltCancel,
    /// The national rules for identifiers and times write a space.
    #[error("the time has a space where a T belongs")]
    SpaceInTime,
    /// The schemas of 1.0 and 1.1 allow fractions and `Z`.
    #[error("the time has a fraction or a Z, as only CAP before 1.2 allows")]
    LooseTime,
    /// CMA repeats the new message's `sent` in references.
    #[error("a reference carries this message's own time: it is known by sender and identifier")]
    ReferenceSent,
    /// GOV.UK puts commas between references.
    #[error("the references are joined by commas where spaces belong")]
    ReferencesJoined,
    /// NWS writes `<polygon/>` where it draws none.
    #[error("the empty polygon was left out")]
    EmptyPolygon,
    /// Sahana: a hand-drawn coast that crosses itself and nips off 0.01 % of its area.
    #[error("the polygon crosses or touches itself for a sliver, which changes nothing")]
    PolygonSliver,
    #[error("CAP 1.0 may leave the scope out: {scope} was understood")]
    ScopeAssumed { scope: &'static str },
    #[error("CAP 1.0 may leave the category out: Other was understood")]
    CategoryAssumed,
    #[error("Very Likely of CAP 1.0 was understood as Likely")]
    VeryLikely,
    #[error("the password of CAP 1.0 was dropped")]
    PasswordDropped,
    #[error("the message says nothing about what happens where: nobody can be called for it")]
    NoInfo,
    #[error("the identifier looks like a national one, but its time or form is wrong")]
    BrokenIdentifier,
    #[error("the title names no single colour: {} was taken from {from}", colour.zh())]
    ColourSource { colour: Colour, from: Evidence },
    #[error("{other_from} says {}, but {} of {used_from} was used", other.zh(), used.zh())]
    ColourConflict { used: Colour, used_from: Evidence, other: Colour, other_from: Evidence },
    #[error("nothing says which colour the warning has")]
    NoColour,
    #[error("the event code means {code} and the title says {title}: the title counts")]
    EventConflict { code: String, title: String },
    #[error("{code:?} is not a national event code that is known here")]
    UnknownEventCode { code: String },
    #[error("{value:?} is not an area code")]
    UnreadableArea { value: String },
    #[error("the title ends the warning although the message type does not")]
    EndedByTitle,
    #[error("{count} parts apply: the most severe was taken, with the areas of all")]
    SeveralParts { count: usize },
}

impl Remark {
    fn code(&self) -> &'static str {
        match self {
            Remark::MisspeltCancel => "cap.misspelt_cancel",
            Remark::SpaceInTime => "cap.space_in_time",
            Remark::LooseTime => "cap.loose_time",
            Remark::ReferenceSent => "cap.reference_sent",
            Remark::ReferencesJoined => "cap.references_joined",
            Remark::EmptyPolygon => "cap.empty_polygon",
            Remark::PolygonSliver => "cap.polygon_sliver",
            Remark::ScopeAssumed { .. } => "cap.scope_assumed",
            Remark::CategoryAssumed => "cap.category_assumed",
            Remark::VeryLikely => "cap.very_likely",
            Remark::PasswordDropped => "cap.password_dropped",
            Remark::NoInfo => "cap.no_info",
            Remark::BrokenIdentifier => "china.identifier",
            Remark::ColourSource { .. } => "china.colour_source",
            Remark::ColourConflict { .. } => "china.colour_conflict",
            Remark::NoColour => "china.no_colour",
            Remark::EventConflict { .. } => "china.event_conflict",
            Remark::UnknownEventCode { .. } => "china.event_code",
            Remark::UnreadableArea { .. } => "china.area",
            Remark::EndedByTitle => "china.ended_by_title",
            Remark::SeveralParts { .. } => "china.several_parts",
        }
    }
}
