//! Why something about supplies is refused.

use std::fmt;

use compact_str::CompactString;

use super::movement::Stage;
use crate::domain::{
    ids::{MovementId, SiteId},
    time::Timestamp,
};

/// A depot with some of an item that nobody was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeAt {
    pub depot: SiteId,
    pub name: CompactString,
    pub free: u64,
}

/// Where else there are any, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeElsewhere(pub Vec<FreeAt>);

impl fmt::Display for FreeElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none are free at any other depot");
        }
        f.write_str("free elsewhere: ")?;
        for (number, FreeAt { depot, name, free }) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { "、" };
            write!(f, "{comma}{depot} {name}: {free}")?;
        }
        Ok(())
    }
}

/// More is wanted of an item than a depot has free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFree {
    pub depot: SiteId,
    pub item: CompactString,
    /// What people call the item.
    pub name: CompactString,
    pub unit: CompactString,
    pub wanted: u32,
    pub free: u64,
    pub elsewhere: FreeElsewhere,
}

impl fmt::Display for NotFree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotFree { depot, item, unit, wanted, free, elsewhere, .. } = self;
        write!(
            f,
            "{wanted} {unit} of {item} are wanted at {depot} and {free} are free; {elsewhere}"
        )
    }
}

/// A refusal about supplies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupplyFault {
    #[error("the rules about supplies are wrong: {0}")]
    Rules(String),
    #[error("no item {item:?} in the catalogue; {}", likely(near))]
    UnknownItem {
        item: CompactString,
        /// The nearest items, as `boat 冲锋舟、…`; empty where none is near.
        near: String,
    },
    #[error("{item} is the code of several items; name one by the county's own code: {ids}")]
    AmbiguousItem { item: CompactString, ids: String },
    #[error("{item} is counted in {known}, not in {unit}; convert the quantity")]
    Unit { item: CompactString, unit: CompactString, known: CompactString },
    #[error("{0} expires before it was made; correct the dates")]
    Dates(CompactString),
    #[error("{item}: give a whole number of at least 1")]
    Nothing { item: CompactString },
    #[error("{item} is named twice; add the two up")]
    Twice { item: CompactString },
    #[error("{0}")]
    NotFree(Box<NotFree>),
    #[error(
        "{wanted} {unit} of {item} are to leave {depot}, but only {there} lie there that have not expired; count the depot, take less, or name a batch"
    )]
    NotThere { depot: SiteId, item: CompactString, unit: CompactString, wanted: u32, there: u64 },
    #[error("no movement {0}; see GET /api/v1/supplies/movements")]
    Unknown(MovementId),
    #[error("{item} is no part of {movement}; name one of its items")]
    NotInMovement { movement: MovementId, item: CompactString },
    #[error("of {item} {has} are {} in {movement} and {wanted} are named; {state}", stage.as_str())]
    Stage {
        movement: MovementId,
        item: CompactString,
        stage: Stage,
        has: u32,
        wanted: u32,
        /// Where the pieces are, as `held 3, transit 2`.
        state: String,
    },
    #[error("nothing of {movement} is {}; {state}", wanted.as_str())]
    NothingThere { movement: MovementId, wanted: Stage, state: String },
    #[error("{0} was signed for by {1} and is its stock; send it back by a movement of its own")]
    Delivered(MovementId, SiteId),
    #[error("{0} is still in the depot; release what is held instead")]
    StillHeld(MovementId),
    #[error("pieces come back from issued, transit or received, not from {}", .0.as_str())]
    From(Stage),
    #[error(
        "{movement} was changed by {by} at {at} and is at revision {revision}; look at it and say again"
    )]
    Changed { movement: MovementId, revision: u64, by: CompactString, at: Timestamp },
    #[error(
        "the order of {movement} has the number {paper}; a correction needs an order of its own"
    )]
    PaperGiven { movement: MovementId, paper: CompactString },
    #[error("{0} is where they lie; name another place")]
    SameDepot(SiteId),
    #[error("{0} is a depot; give it as {{\"depot\": …}}, so that what arrives is its stock")]
    IsADepot(SiteId),
    #[error("a hold lasts 1 to {max} seconds; hold it again when it ends")]
    HoldTime { max: u32 },
    #[error("{0:?} is no telephone number; give digits, spaces, + and - only")]
    Phone(CompactString),
    #[error("{movement} still has supplies of {site} held or out; end it first")]
    DepotBusy { site: SiteId, movement: MovementId },
}

fn likely(near: &str) -> String {
    if near.is_empty() {
        "see GET /api/v1/supplies/catalogue, or add it to supplies.toml".to_owned()
    } else {
        format!("is it {near}?")
    }
}

impl SupplyFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            SupplyFault::Rules(_) => "supply.rules",
            SupplyFault::UnknownItem { .. } => "supply.unknown_item",
            SupplyFault::AmbiguousItem { .. } => "supply.ambiguous_item",
            SupplyFault::Unit { .. } => "supply.unit",
            SupplyFault::Dates(_) => "supply.dates",
            SupplyFault::Nothing { .. } => "supply.quantity",
            SupplyFault::Twice { .. } => "supply.twice",
            SupplyFault::NotFree(_) => "supply.not_free",
            SupplyFault::NotThere { .. } => "supply.not_there",
            SupplyFault::Unknown(_) => "supply.unknown",
            SupplyFault::NotInMovement { .. } => "supply.not_in_movement",
            SupplyFault::Stage { .. } | SupplyFault::NothingThere { .. } => "supply.stage",
            SupplyFault::Delivered(..) => "supply.delivered",
            SupplyFault::StillHeld(_) => "supply.still_held",
            SupplyFault::From(_) => "supply.from",
            SupplyFault::Changed { .. } => "supply.changed",
            SupplyFault::PaperGiven { .. } => "supply.paper_given",
            SupplyFault::SameDepot(_) => "supply.same_depot",
            SupplyFault::IsADepot(_) => "supply.is_a_depot",
            SupplyFault::HoldTime { .. } => "supply.hold_time",
            SupplyFault::Phone(_) => "supply.phone",
            SupplyFault::DepotBusy { .. } => "supply.depot_busy",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            SupplyFault::UnknownItem { .. }
            | SupplyFault::AmbiguousItem { .. }
            | SupplyFault::Twice { .. }
            | SupplyFault::NotInMovement { .. } => Some("item"),
            SupplyFault::Unit { .. } => Some("unit"),
            SupplyFault::Dates(_) => Some("expires"),
            SupplyFault::Nothing { .. }
            | SupplyFault::NotFree(_)
            | SupplyFault::NotThere { .. }
            | SupplyFault::Stage { .. } => Some("quantity"),
            SupplyFault::From(_) => Some("from"),
            SupplyFault::Changed { .. } => Some("revision"),
            SupplyFault::PaperGiven { .. } => Some("paper"),
            SupplyFault::SameDepot(_) | SupplyFault::IsADepot(_) => Some("to"),
            SupplyFault::HoldTime { .. } => Some("hold_s"),
            SupplyFault::Phone(_) => Some("phone"),
            SupplyFault::DepotBusy { .. } => Some("site"),
            SupplyFault::Rules(_)
            | SupplyFault::Unknown(_)
            | SupplyFault::NothingThere { .. }
            | SupplyFault::Delivered(..)
            | SupplyFault::StillHeld(_) => None,
        }
    }
}
