//! Why a step with people who are brought to safety is refused.

use std::fmt;

use compact_str::CompactString;

use super::Stage;
use crate::domain::ids::{AreaCode, EvacuationId, SiteId, TransferId};

/// A shelter with room, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub shelter: SiteId,
    pub name: CompactString,
    pub free: u32,
    /// As the crow flies; none where nobody knows where the people are.
    pub metres: Option<u64>,
}

/// Shelters that have room, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere(pub Vec<Place>);

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no other shelter has room");
        }
        f.write_str("there is room at ")?;
        for (number, place) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{} {} ({}", place.shelter, place.name, place.free)?;
            match place.metres {
                Some(metres) => write!(f, " places, {} m away)", metres)?,
                None => f.write_str(" places)")?,
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvacuationFault {
    #[error("no evacuation {0}; see GET /api/v1/evacuations")]
    Unknown(EvacuationId),
    #[error("no transfer {0}; see GET /api/v1/evacuations/{{id}}/transfers")]
    UnknownTransfer(TransferId),
    #[error("site {0} is no shelter; see GET /api/v1/shelters")]
    NotAShelter(SiteId),
    #[error("site {0} is no point of risk; name one, or an area and how many people")]
    NotARiskPoint(SiteId),
    #[error(
        "{shelter} has {free} places free for {wanted} people; {elsewhere}; to send them all the same give over_capacity and a reason"
    )]
    Full { shelter: SiteId, free: u32, wanted: u32, elsewhere: Elsewhere },
    #[error(
        "no shelter is known for the people of {0}; import shelters, or plan one for the point"
    )]
    NoShelter(AreaCode),
    #[error("people: 1 to 1000000 of them are moved; correct the number")]
    People,
    #[error("nobody in {0} has to be moved: no unrepaired point of risk is left that is not")]
    NobodyThreatened(AreaCode),
    #[error("those of {risk_point} are being moved already ({transfer}); report on that one")]
    Moving { risk_point: SiteId, transfer: TransferId },
    #[error("nobody in or above {0} has a post that could be told; import posts first")]
    NobodyResponsible(AreaCode),
    #[error("due_at is past; give a time to come")]
    DueInThePast,
    #[error("evacuation {0} is over: its people may go home")]
    Over(EvacuationId),
    #[error("transfer {transfer} is {stage:?}; its numbers stand")]
    TransferOver { transfer: TransferId, stage: Stage },
    #[error("{said} people of {people} who were to be moved; say in the note who the others are")]
    MoreThanPlanned { said: u32, people: u32 },
    #[error("fewer moved than the {before} reported before; say in the note why")]
    Fewer { before: u32 },
    #[error("{moved} of {people} are moved; say in the note what has become of the others")]
    Unexplained { moved: u32, people: u32 },
    #[error("only {people} people are at {shelter}; count them first")]
    TooFew { shelter: SiteId, people: u32 },
    #[error("{0} is not in your hands; who is responsible there reports, or the desk")]
    NotYours(SiteId),
    #[error("people are at {0} or on their way there; count it empty, or call the transfers off")]
    ShelterInUse(SiteId),
}

impl EvacuationFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            EvacuationFault::Unknown(_) => "evacuation.unknown",
            EvacuationFault::UnknownTransfer(_) => "transfer.unknown",
            EvacuationFault::NotAShelter(_) => "shelter.unknown",
            EvacuationFault::NotARiskPoint(_) => "risk_point.unknown",
            EvacuationFault::Full { .. } => "shelter.full",
            EvacuationFault::NoShelter(_) => "shelter.none",
            EvacuationFault::People => "transfer.people",
            EvacuationFault::NobodyThreatened(_) => "evacuation.nobody_threatened",
            EvacuationFault::Moving { .. } => "transfer.running",
            EvacuationFault::NobodyResponsible(_) => "evacuation.nobody_responsible",
            EvacuationFault::DueInThePast => "evacuation.due_in_the_past",
            EvacuationFault::Over(_) => "evacuation.over",
            EvacuationFault::TransferOver { .. } => "transfer.over",
            EvacuationFault::MoreThanPlanned { .. } => "transfer.more_than_planned",
            EvacuationFault::Fewer { .. } => "transfer.fewer",
            EvacuationFault::Unexplained { .. } => "transfer.unexplained",
            EvacuationFault::TooFew { .. } => "shelter.too_few",
            EvacuationFault::NotYours(_) => "shelter.not_yours",
            EvacuationFault::ShelterInUse(_) => "shelter.in_use",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            EvacuationFault::Unknown(_)
            | EvacuationFault::UnknownTransfer(_)
            | EvacuationFault::Over(_)
            | EvacuationFault::TransferOver { .. }
            | EvacuationFault::NotYours(_) => None,
            EvacuationFault::NotAShelter(_)
            | EvacuationFault::Full { .. }
            | EvacuationFault::NoShelter(_) => Some("to"),
            EvacuationFault::NotARiskPoint(_) | EvacuationFault::Moving { .. } => {
                Some("risk_point")
            }
            EvacuationFault::People => Some("people"),
            EvacuationFault::NobodyThreatened(_) | EvacuationFault::NobodyResponsible(_) => {
                Some("area")
            }
            EvacuationFault::DueInThePast => Some("due_at"),
            EvacuationFault::MoreThanPlanned { .. }
            | EvacuationFault::Fewer { .. }
            | EvacuationFault::Unexplained { .. } => Some("note"),
            EvacuationFault::TooFew { .. } => Some("departed"),
            EvacuationFault::ShelterInUse(_) => Some("site"),
        }
    }
}
