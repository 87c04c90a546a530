//! A movement (调拨): supplies that were promised, and where each piece of them is.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::stock::Lot;
use crate::domain::{
    area::LonLat,
    event::{Carried, Entry, Order, SupplyReleased},
    ids::{AreaCode, IncidentId, MovementId, SiteId, TaskId},
    time::Timestamp,
};

/// Steps that are kept beside a movement, the newest; all are in the journal.
const STEPS_KEPT: usize = 200;

/// Where a piece of a movement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Promised, and still in the depot (预占).
    Held,
    /// Handed out at the depot's gate (出库).
    Issued,
    /// On its way (在途).
    Transit,
    /// Signed for (签收): in use, or another depot's stock.
    Received,
    /// Back in its depot (归还).
    Returned,
    /// Used up, lost or broken (核销).
    WrittenOff,
    /// Not needed, or not fetched in time.
    Released,
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Held,
        Stage::Issued,
        Stage::Transit,
        Stage::Received,
        Stage::Returned,
        Stage::WrittenOff,
        Stage::Released,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Held => "held",
            Stage::Issued => "issued",
            Stage::Transit => "transit",
            Stage::Received => "received",
            Stage::Returned => "returned",
            Stage::WrittenOff => "written_off",
            Stage::Released => "released",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Stage::Held => "预占",
            Stage::Issued => "出库",
            Stage::Transit => "在途",
            Stage::Received => "签收",
            Stage::Returned => "归还",
            Stage::WrittenOff => "核销",
            Stage::Released => "释放",
        }
    }
}

/// Where supplies go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// What arrives is that depot's stock.
    Depot(SiteId),
    /// A shelter, a base or another place of the county's lists.
    Site(SiteId),
    Place(Place),
}

/// A place that is on no list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub name: CompactString,
    /// Longitude and latitude, WGS-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LonLat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
}

/// Who hands over or takes over: an order names both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub unit: CompactString,
    pub person: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub phone: CompactString,
}

impl Party {
    /// Returns the unit alone, for those who see no telephone numbers.
    pub fn without_person(&self) -> Self {
        Self { unit: self.unit.clone(), ..Self::default() }
    }
}

/// Supplies on their way from one depot to one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    pub id: MovementId,
    pub depot: SiteId,
    /// The areas of the depot and of where they go.
    pub area: AreaCode,
    pub to_area: Option<AreaCode>,
    /// The incident they are for.
    pub incident: Option<IncidentId>,
    pub to: Destination,
    pub sender: Option<Party>,
    pub receiver: Party,
    /// Whose order it is.
    pub ordered_by: CompactString,
    pub note: CompactString,
    pub lines: Vec<Line>,
    pub held_at: Timestamp,
    pub held_by: CompactString,
    /// What is still held then is released.
    pub hold_until: Timestamp,
    /// The number of the written order (书面调拨指令); none while there is only a word.
    pub paper: Option<CompactString>,
    /// When it must be there, once anything has left the depot.
    pub paper_due: Timestamp,
    pub overdue: bool,
    /// The task of bringing it.
    pub paper_task: Option<TaskId>,
    /// Rises with every change.
    pub revision: u64,
    pub changed_by: CompactString,
    pub changed_at: Timestamp,
    pub steps: Vec<Noted>,
}

/// One item of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub item: CompactString,
    pub name: CompactString,
    pub unit: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub spec: CompactString,
    pub wanted: u32,
    pub held: u32,
    pub released: u32,
    /// What has left the depot.
    pub pieces: Vec<Piece>,
}

/// What has left of one lot, by where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub lot: Lot,
    pub at: BTreeMap<Stage, u32>,
    /// Signed for by another depot, and its stock since.
    pub delivered: u32,
}

/// Something that was done with a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    pub at: Timestamp,
    pub by: CompactString,
    pub stage: Stage,
    /// Item and quantity.
    pub moved: Vec<(CompactString, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

impl Piece {
    pub fn at(&self, stage: Stage) -> u32 {
        self.at.get(&stage).copied().unwrap_or(0)
    }

    pub(super) fn shift(&mut self, from: Option<Stage>, to: Stage, quantity: u32) {
        if let Some(from) = from.and_then(|from| self.at.get_mut(&from)) {
            debug_assert!(*from >= quantity, "more moves on than there is");
            *from = from.saturating_sub(quantity);
        }
        *self.at.entry(to).or_default() += quantity;
        self.at.retain(|_, quantity| *quantity > 0);
    }
}

impl Line {
    /// Returns how many are at `stage`. What another depot has signed for is not among the received: it is its own.
    pub fn at(&self, stage: Stage) -> u32 {
        match stage {
            Stage::Held => self.held,
            Stage::Released => self.released,
            Stage::Issued
            | Stage::Transit
            | Stage::Received
            | Stage::Returned
            | Stage::WrittenOff => self.pieces.iter().map(|piece| piece.at(stage)).sum(),
        }
    }

    pub fn delivered(&self) -> u32 {
        self.pieces.iter().map(|piece| piece.delivered).sum()
    }

    /// Returns how many have left and are neither back, gone nor another depot's.
    pub fn out(&self) -> u64 {
        let stages = [Stage::Issued, Stage::Transit, Stage::Received];
        stages.into_iter().map(|stage| u64::from(self.at(stage))).sum()
    }

    pub(super) fn adds_up(&self) -> bool {
        let everywhere: u64 = Stage::ALL.into_iter().map(|stage| u64::from(self.at(stage))).sum();
        everywhere + u64::from(self.delivered()) == u64::from(self.wanted)
    }

    /// Moves `quantity` of `lot` on; what is issued was held.
    pub(super) fn shift(&mut self, lot: &Lot, from: Stage, to: Stage, quantity: u32) {
        if from == Stage::Held {
            debug_assert!(self.held >= quantity, "more is issued than was held");
            self.held = self.held.saturating_sub(quantity);
        }
        let known = self.pieces.iter().position(|piece| piece.lot == *lot);
        let position = known.unwrap_or_else(|| {
            let piece = Piece { lot: lot.clone(), at: BTreeMap::new(), delivered: 0 };
            self.pieces.push(piece);
            self.pieces.len() - 1
        });
        let from = Some(from).filter(|from| *from != Stage::Held);
        self.pieces[position].shift(from, to, quantity);
    }
}

impl Movement {
    pub(super) fn held(order: &Order, entry: &Entry) -> Self {
        let held = order.clone();
        let lines = held.lines.into_iter().map(|line| Line {
            item: line.item,
            name: line.name,
            unit: line.unit,
            spec: line.spec,
            wanted: line.quantity,
            held: line.quantity,
            released: 0,
            pieces: Vec::new(),
        });
        let mut movement = Self {
            id: held.id,
            depot: held.depot,
            area: held.area,
            to_area: held.to_area,
            incident: held.incident,
            to: held.to,
            sender: held.sender,
            receiver: held.receiver,
            ordered_by: held.ordered_by,
            note: held.note,
            lines: lines.collect(),
            held_at: entry.at,
            held_by: entry.actor.clone(),
            hold_until: held.hold_until,
            paper: held.paper,
            paper_due: held.paper_due,
            overdue: false,
            paper_task: None,
            revision: 1,
            changed_by: entry.actor.clone(),
            changed_at: entry.at,
            steps: Vec::new(),
        };
        let moved = movement.lines.iter().map(|line| (line.item.clone(), line.wanted)).collect();
        movement.note_step(entry, Stage::Held, moved, None, CompactString::default());
        movement
    }

    /// Tells whether anything of it is held, on its way or in use.
    pub fn is_open(&self) -> bool {
        self.lines.iter().any(|line| line.held > 0 || line.out() > 0)
    }

    /// Tells whether it comes from `depot` or goes there.
    pub fn touches(&self, depot: &SiteId) -> bool {
        let arrives = matches!(&self.to, Destination::Depot(other) if other == depot);
        self.depot == *depot || arrives
    }

    /// Returns the least advanced stage at which anything is; `None` once nothing is held or out.
    pub fn stage(&self) -> Option<Stage> {
        let stages = [Stage::Held, Stage::Issued, Stage::Transit, Stage::Received];
        stages.into_iter().find(|stage| self.lines.iter().any(|line| line.at(*stage) > 0))
    }

    /// Tells whether anything has left the depot: from then on the order has to be put on paper.
    pub fn has_left(&self) -> bool {
        self.lines.iter().any(|line| !line.pieces.is_empty())
    }

    /// Returns by when the written order must be there, while it is not.
    pub fn paper_due(&self) -> Option<Timestamp> {
        (self.paper.is_none() && self.has_left()).then_some(self.paper_due)
    }

    pub(super) fn is_held(&self) -> bool {
        self.lines.iter().any(|line| line.held > 0)
    }

    /// Returns when something becomes of it by itself.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let hold = self.is_held().then_some(self.hold_until);
        let paper = self.paper_due().filter(|_| !self.overdue);
        hold.into_iter().chain(paper)
    }

    pub(super) fn release(&mut self, released: &SupplyReleased, entry: &Entry) {
        for part in &released.released {
            let line = self.lines.iter_mut().find(|line| line.item == part.item);
            if let Some(line) = line {
                debug_assert!(line.held >= part.quantity, "more is released than was held");
                line.held = line.held.saturating_sub(part.quantity);
                line.released += part.quantity;
            }
        }
        let moved = released.released.iter().map(|part| (part.item.clone(), part.quantity));
        self.note_step(entry, Stage::Released, moved.collect(), None, released.note.clone());
    }

    /// Notes where pieces are now; what a depot has signed for is its own.
    pub(super) fn carry(&mut self, carried: &Carried, to: Stage, entry: &Entry) {
        let delivered = to == Stage::Received && matches!(self.to, Destination::Depot(_));
        for moved in &carried.moved {
            let line = self.lines.iter_mut().find(|line| line.item == moved.item);
            let Some(line) = line else { continue };
            line.shift(&moved.lot, carried.from, to, moved.quantity);
            let piece = line.pieces.iter_mut().find(|piece| piece.lot == moved.lot);
            if let Some(piece) = piece.filter(|_| delivered) {
                piece.at.remove(&Stage::Received);
                piece.delivered += moved.quantity;
            }
        }
        let mut sums: Vec<(CompactString, u32)> = Vec::new();
        for moved in &carried.moved {
            match sums.iter_mut().find(|(item, _)| *item == moved.item) {
                Some((_, sum)) => *sum += moved.quantity,
                None => sums.push((moved.item.clone(), moved.quantity)),
            }
        }
        self.note_step(entry, to, sums, carried.party.clone(), carried.note.clone());
    }

    fn note_step(
        &mut self,
        entry: &Entry,
        stage: Stage,
        moved: Vec<(CompactString, u32)>,
        party: Option<Party>,
        note: CompactString,
    ) {
        if self.steps.len() >= STEPS_KEPT {
            // The first says who held it and when; it stays.
            self.steps.remove(1);
        }
        let (at, by) = (entry.at, entry.actor.clone());
        self.steps.push(Noted { at, by, stage, moved, party, note });
    }
}
