//! What is done with promised supplies: issue, dispatch, receive, return, write off, release; in whole or in part.
//!
//! Invariant: a piece moves on from where it is, never from where it is not. What leaves first is what expires first.

use chrono::NaiveDate;
use compact_str::CompactString;

use super::{
    Supplies, SupplyFault,
    hold::{note_fits, party_fits},
    movement::{Destination, Line, Movement, Party, Piece, Stage},
    stock::{Lot, StockLine, depot_area, in_use_on},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{
        Carried, Entry, Event, Moved, ReleaseReason, Released, SupplyDispatched, SupplyIssued,
        SupplyReceived, SupplyReleased, SupplyReturned, SupplyWrittenOff,
    },
    ids::{MovementId, SiteId},
    rejection::Rejection,
};

/// Most parts of one step.
const PART_LIMIT: usize = 200;

/// What is done with a movement.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveSupplies {
    pub movement: MovementId,
    pub how: How,
    /// Which and how many; everything that is there when empty.
    pub parts: Vec<Part>,
    /// Who takes them over.
    pub party: Option<Party>,
    pub note: CompactString,
    /// The revision that was looked at; another one is refused.
    pub revision: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Issue,
    Dispatch,
    Receive,
    /// From where; where left out, from the furthest stage at which anything is.
    Return(Option<Stage>),
    WriteOff(Option<Stage>),
    Release,
}

impl How {
    fn to(self) -> Stage {
        match self {
            How::Issue => Stage::Issued,
            How::Dispatch => Stage::Transit,
            How::Receive => Stage::Received,
            How::Return(_) => Stage::Returned,
            How::WriteOff(_) => Stage::WrittenOff,
            How::Release => Stage::Released,
        }
    }
}

/// Some of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub item: CompactString,
    pub quantity: u32,
    /// Only of this batch; one that has expired leaves only when it is named.
    pub batch: Option<CompactString>,
}

/// Decides one step.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &MoveSupplies,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    let movement = named(board, actor, wanted.movement)?;
    unchanged(movement, wanted.revision)?;
    note_fits(&wanted.note)?;
    wanted.party.as_ref().map_or(Ok(()), |party| party_fits(party, "party"))?;
    if wanted.parts.len() > PART_LIMIT {
        return Err(Rejection::TooLong { field: "parts", limit: PART_LIMIT });
    }
    let from = from(movement, wanted.how)?;
    let parts = parts(&board.supplies, movement, from, &wanted.parts)?;
    if wanted.how == How::Release {
        draft.push(release(movement, &parts, ReleaseReason::ByHand, wanted.note.clone()));
        return Ok(draft.finish(Reply::Movement { id: movement.id }));
    }
    let lines = movement.lines.clone();
    let stock = board.supplies.stocks.of(&movement.depot).to_vec();
    let mut picking = Picking { movement, lines, stock, day: board.day(draft.now), moved: vec![] };
    for part in &parts {
        picking.pick(part, from, wanted.how.to())?;
    }
    let carried = Carried {
        id: movement.id,
        area: movement.area,
        to_area: movement.to_area,
        from,
        moved: picking.moved,
        party: wanted.party.clone(),
        note: wanted.note.clone(),
    };
    let on_word = !movement.has_left() && movement.paper.is_none();
    draft.push(match wanted.how {
        How::Issue => Event::from(SupplyIssued(carried)),
        How::Dispatch => SupplyDispatched(carried).into(),
        How::Receive => SupplyReceived(carried).into(),
        How::Return(_) => SupplyReturned(carried).into(),
        How::WriteOff(_) | How::Release => SupplyWrittenOff(carried).into(),
    });
    if on_word {
        draft.ask_for_paper(movement)?;
    }
    Ok(draft.finish(Reply::Movement { id: movement.id }))
}

/// Returns the movement, if its depot is one that the actor may give orders about.
pub(super) fn named<'b>(
    board: &'b Board,
    actor: &Actor,
    id: MovementId,
) -> Result<&'b Movement, Rejection> {
    let movement = board.supplies.movement(id).ok_or(SupplyFault::Unknown(id))?;
    depot_area(board, actor, &movement.depot)?;
    Ok(movement)
}

/// Refuses a step that was decided on looking at what is no longer so.
pub(super) fn unchanged(movement: &Movement, revision: Option<u64>) -> Result<(), SupplyFault> {
    match revision {
        Some(seen) if seen != movement.revision => Err(SupplyFault::Changed {
            movement: movement.id,
            revision: movement.revision,
            by: movement.changed_by.clone(),
            at: movement.changed_at,
        }),
        Some(_) | None => Ok(()),
    }
}

/// Returns the event by which `parts` are free again.
pub(super) fn release(
    movement: &Movement,
    parts: &[Part],
    reason: ReleaseReason,
    note: CompactString,
) -> Event {
    let mut released: Vec<Released> = Vec::new();
    for Part { item, quantity, .. } in parts {
        match released.iter_mut().find(|known| known.item == *item) {
            Some(known) => known.quantity += quantity,
            None => released.push(Released { item: item.clone(), quantity: *quantity }),
        }
    }
    let (id, area, to_area) = (movement.id, movement.area, movement.to_area);
    Event::from(SupplyReleased { id, area, to_area, released, reason, note })
}

/// Returns all that is at `stage`.
pub(super) fn everything(movement: &Movement, stage: Stage) -> Vec<Part> {
    let there = movement.lines.iter().filter(|line| line.at(stage) > 0);
    there
        .map(|line| Part { item: line.item.clone(), quantity: line.at(stage), batch: None })
        .collect()
}

/// Returns where the pieces of a step come from.
fn from(movement: &Movement, how: How) -> Result<Stage, SupplyFault> {
    match how {
        How::Issue | How::Release => Ok(Stage::Held),
        How::Dispatch => Ok(Stage::Issued),
        How::Receive => Ok(Stage::Transit),
        How::Return(Some(from)) | How::WriteOff(Some(from)) => match from {
            Stage::Issued | Stage::Transit | Stage::Received => Ok(from),
            Stage::Held => Err(SupplyFault::StillHeld(movement.id)),
            Stage::Returned | Stage::WrittenOff | Stage::Released => Err(SupplyFault::From(from)),
        },
        How::Return(None) | How::WriteOff(None) => {
            let stages = [Stage::Received, Stage::Transit, Stage::Issued];
            let found = stages.into_iter().find(|stage| !everything(movement, *stage).is_empty());
            match (found, movement.is_open()) {
                (Some(stage), _) => Ok(stage),
                (None, true) => Err(SupplyFault::StillHeld(movement.id)),
                (None, false) => Ok(Stage::Received),
            }
        }
    }
}

/// Returns the parts of a step with their items by the county's own code, each of them there.
fn parts(
    supplies: &Supplies,
    movement: &Movement,
    from: Stage,
    wanted: &[Part],
) -> Result<Vec<Part>, SupplyFault> {
    if wanted.is_empty() {
        let all = everything(movement, from);
        return if all.is_empty() { Err(nothing_at(movement, from)) } else { Ok(all) };
    }
    let mut parts: Vec<Part> = Vec::with_capacity(wanted.len());
    for part in wanted {
        let item = supplies.rules().items.resolve(&part.item)?;
        if part.quantity == 0 {
            return Err(SupplyFault::Nothing { item });
        }
        let line = movement.lines.iter().find(|line| line.item == item);
        let unknown = || SupplyFault::NotInMovement { movement: movement.id, item: item.clone() };
        let line = line.ok_or_else(unknown)?;
        let before = parts.iter().filter(|part| part.item == item).map(|part| part.quantity);
        let wanted = before.fold(part.quantity, u32::saturating_add);
        let has = line.at(from);
        if wanted > has {
            let (movement, state) = (movement.id, state(std::slice::from_ref(line)));
            return Err(SupplyFault::Stage { movement, item, stage: from, has, wanted, state });
        }
        parts.push(Part { item, ..part.clone() });
    }
    Ok(parts)
}

fn nothing_at(movement: &Movement, wanted: Stage) -> SupplyFault {
    let delivered = movement.lines.iter().any(|line| line.delivered() > 0);
    match &movement.to {
        Destination::Depot(depot) if delivered && wanted == Stage::Received => {
            SupplyFault::Delivered(movement.id, depot.clone())
        }
        Destination::Depot(_) | Destination::Site(_) | Destination::Place(_) => {
            let state = state(&movement.lines);
            SupplyFault::NothingThere { movement: movement.id, wanted, state }
        }
    }
}

/// Says where the pieces are, as `held 3, transit 2`.
fn state(lines: &[Line]) -> String {
    let at = |stage: Stage| lines.iter().map(|line| u64::from(line.at(stage))).sum::<u64>();
    let there = Stage::ALL.into_iter().map(|stage| (stage.as_str(), at(stage)));
    let delivered = lines.iter().map(|line| u64::from(line.delivered())).sum();
    let there = there.chain([("delivered", delivered)]).filter(|(_, quantity)| *quantity > 0);
    there.map(|(stage, quantity)| format!("{stage} {quantity}")).collect::<Vec<_>>().join(", ")
}

/// The lots of a step being chosen; what one part takes is not there for the next.
struct Picking<'m> {
    movement: &'m Movement,
    lines: Vec<Line>,
    stock: Vec<StockLine>,
    day: NaiveDate,
    moved: Vec<Moved>,
}

impl Picking<'_> {
    fn pick(&mut self, part: &Part, from: Stage, to: Stage) -> Result<(), SupplyFault> {
        let picked = if from == Stage::Held { self.shelves(part) } else { self.pieces(part, from) };
        let there: u64 = picked.iter().map(|(_, quantity)| u64::from(*quantity)).sum();
        if there < u64::from(part.quantity) {
            return Err(self.lacking(part, from, there));
        }
        let mut left = part.quantity;
        for (lot, there) in picked {
            let quantity = left.min(there);
            if quantity == 0 {
                break;
            }
            left -= quantity;
            self.take(part, &lot, from, to, quantity);
        }
        Ok(())
    }

    /// Returns the lots that lie in the depot, the one that expires first first.
    fn shelves(&self, part: &Part) -> Vec<(Lot, u32)> {
        let of_item = self.stock.iter().filter(|line| line.item == part.item && line.quantity > 0);
        let wanted = of_item.filter(|line| match &part.batch {
            Some(batch) => line.batch == *batch,
            None => in_use_on(line.expires, self.day),
        });
        let mut lots: Vec<_> = wanted.map(|line| (line.lot(), line.quantity)).collect();
        lots.sort_by(|(one, _), (other, _)| fetched_first(one).cmp(&fetched_first(other)));
        lots
    }

    fn pieces(&self, part: &Part, from: Stage) -> Vec<(Lot, u32)> {
        let pieces = self.lines.iter().filter(|line| line.item == part.item);
        let pieces = pieces.flat_map(|line| &line.pieces).filter(|piece| piece.at(from) > 0);
        let named = |piece: &&Piece| part.batch.as_ref().is_none_or(|b| piece.lot.batch == *b);
        pieces.filter(named).map(|piece| (piece.lot.clone(), piece.at(from))).collect()
    }

    fn take(&mut self, part: &Part, lot: &Lot, from: Stage, to: Stage, quantity: u32) {
        if from == Stage::Held {
            let shelf = self.stock.iter_mut().find(|l| l.item == part.item && l.lot() == *lot);
            if let Some(shelf) = shelf {
                shelf.quantity = shelf.quantity.saturating_sub(quantity);
            }
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.item == part.item) {
            line.shift(lot, from, to, quantity);
        }
        let (item, lot) = (part.item.clone(), lot.clone());
        self.moved.push(Moved { item, lot, quantity });
    }

    fn lacking(&self, part: &Part, from: Stage, there: u64) -> SupplyFault {
        let (item, wanted) = (part.item.clone(), part.quantity);
        let line = self.movement.lines.iter().find(|line| line.item == item);
        if from == Stage::Held {
            let depot = self.movement.depot.clone();
            let unit = line.map(|line| line.unit.clone()).unwrap_or_default();
            return SupplyFault::NotThere { depot, item, unit, wanted, there };
        }
        let has = u32::try_from(there).unwrap_or(u32::MAX);
        let (movement, state) = (self.movement.id, state(&self.movement.lines));
        SupplyFault::Stage { movement, item, stage: from, has, wanted, state }
    }
}

/// Orders lots by when they expire, what never does last, then by age.
fn fetched_first(lot: &Lot) -> (bool, Option<NaiveDate>, Option<NaiveDate>, &Lot) {
    (lot.expires.is_none(), lot.expires, lot.produced, lot)
}

impl Supplies {
    /// Notes a step, and what it takes from and brings to the depots.
    pub(super) fn carry(&mut self, carried: &Carried, to: Stage, entry: &Entry) {
        let Some(movement) = self.movement(carried.id) else {
            debug_assert!(false, "an unknown movement was carried on");
            return;
        };
        let depot = movement.depot.clone();
        let gains: Option<SiteId> = match (&movement.to, to) {
            (Destination::Depot(other), Stage::Received) => Some(other.clone()),
            (_, Stage::Returned) => Some(depot.clone()),
            _ => None,
        };
        let named: Vec<_> = movement
            .lines
            .iter()
            .map(|l| (l.item.clone(), l.name.clone(), l.unit.clone()))
            .collect();
        for Moved { item, lot, quantity } in &carried.moved {
            if to == Stage::Issued {
                self.stocks.take(&depot, item, lot, *quantity);
            }
            let Some(gains) = &gains else { continue };
            let names = named.iter().find(|(known, ..)| known == item).cloned();
            let (item, name, unit) = names.unwrap_or_default();
            // On which shelf it will lie there nobody knows yet.
            let position =
                if *gains == depot { lot.position.clone() } else { CompactString::default() };
            let Lot { batch, produced, expires, .. } = lot.clone();
            let quantity = *quantity;
            let come = StockLine { item, name, unit, quantity, batch, produced, expires, position };
            self.stocks.put(gains, come);
        }
        self.change(carried.id, entry, |movement| movement.carry(carried, to, entry));
    }
}
