//! The written order (书面调拨指令): supplies leave on somebody's word at once, and the paper follows in time.

use compact_str::CompactString;

use super::{
    SupplyFault,
    step::{named, unchanged},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Event, SupplyPaperGiven},
    ids::MovementId,
    rejection::Rejection,
    unit::short,
};

/// The number of the written order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivePaper {
    pub movement: MovementId,
    pub paper: CompactString,
    pub revision: Option<u64>,
}

/// Decides that the written order is there; its number is given once.
pub(super) fn give(
    board: &Board,
    actor: &Actor,
    given: &GivePaper,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    let movement = named(board, actor, given.movement)?;
    unchanged(movement, given.revision)?;
    short(&given.paper, "paper")?;
    if let Some(paper) = movement.paper.clone() {
        return Err(SupplyFault::PaperGiven { movement: movement.id, paper }.into());
    }
    draft.push(Event::from(SupplyPaperGiven {
        id: movement.id,
        area: movement.area,
        to_area: movement.to_area,
        paper: given.paper.trim().into(),
        late: movement.paper_due().is_some_and(|due| due < draft.now),
    }));
    Ok(draft.finish(Reply::Movement { id: movement.id }))
}
