//! What happens to supplies: counts, promises, and every piece's way out and back.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    ids::{AreaCode, IncidentId, MovementId, SiteId, TaskId},
    supply::{Destination, Lot, Party, Stage, StockLine, SupplyRules},
    time::Timestamp,
};

group! {
    /// What happens to supplies.
    SupplyEvent in Supply {
        "supply_rules_adopted" 1 SupplyRulesAdopted => |_data| "supplies";
        "stock_counted" 1 StockCounted => |data| &data.depot;
        "supply_held" 1 SupplyHeld => |data| &data.0.id;
        "supply_issued" 1 SupplyIssued => |data| &data.0.id;
        "supply_dispatched" 1 SupplyDispatched => |data| &data.0.id;
        "supply_received" 1 SupplyReceived => |data| &data.0.id;
        "supply_returned" 1 SupplyReturned => |data| &data.0.id;
        "supply_written_off" 1 SupplyWrittenOff => |data| &data.0.id;
        "supply_released" 1 SupplyReleased => |data| &data.id;
        "supply_paper_due" 1 SupplyPaperDue => |data| &data.id;
        "supply_paper_given" 1 SupplyPaperGiven => |data| &data.id;
        "supply_paper_overdue" 1 SupplyPaperOverdue => |data| &data.id;
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyRulesAdopted {
    pub rules: SupplyRules,
}

/// The whole stock of a depot was found to be this (盘点).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCounted {
    pub depot: SiteId,
    pub area: AreaCode,
    pub lines: Vec<StockLine>,
}

/// Supplies are promised (预占): nobody else can have them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyHeld(pub Box<Order>);

/// What is promised, by whom, to whom and whereto (调拨指令).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: MovementId,
    pub depot: SiteId,
    /// The depot's.
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub to: Destination,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Party>,
    pub receiver: Party,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub ordered_by: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
    pub lines: Vec<HeldLine>,
    pub hold_until: Timestamp,
    pub paper_due: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<CompactString>,
}

/// One item of what is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    pub item: CompactString,
    pub name: CompactString,
    pub unit: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub spec: CompactString,
    pub quantity: u32,
}

/// Pieces of a movement have gone from one stage to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    pub id: MovementId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    pub from: Stage,
    pub moved: Vec<Moved>,
    /// Who took them over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

/// Pieces of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub item: CompactString,
    pub lot: Lot,
    pub quantity: u32,
}

/// Pieces were handed out at the depot's gate (出库).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyIssued(pub Carried);

/// Pieces are on their way (在途).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyDispatched(pub Carried);

/// Pieces were signed for where they went (签收).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyReceived(pub Carried);

/// Pieces are back in their depot (归还).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyReturned(pub Carried);

/// Pieces are used up, lost or broken (核销).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplyWrittenOff(pub Carried);

/// What was promised is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyReleased {
    pub id: MovementId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    pub released: Vec<Released>,
    pub reason: ReleaseReason,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub item: CompactString,
    pub quantity: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    ByHand,
    /// Nobody had fetched it in time.
    Expired,
}

/// Supplies have left on somebody's word (口头指令): the written order must be there by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyPaperDue {
    pub id: MovementId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    pub due_at: Timestamp,
    /// Whose task it is to bring it; none where nobody holds the post that the rules name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// The written order is there (书面调拨指令).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyPaperGiven {
    pub id: MovementId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    pub paper: CompactString,
    /// It came after its time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// Supplies left on somebody's word, and the written order is not there in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyPaperOverdue {
    pub id: MovementId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_area: Option<AreaCode>,
    pub due_at: Timestamp,
}
