//! Supplies: what lies in the depots, what of it is promised, and where that which has left them is.
//!
//! Invariant: what is free at a depot is what lies there, less what has expired, less what is held; nobody can hold
//! more than that. Every piece of a movement is in exactly one place: held, on its way, in use, back, or gone.

pub mod catalogue;
mod elapse;
mod fault;
mod hold;
pub mod movement;
mod paper;
pub mod readiness;
pub mod rules;
mod step;
pub mod stock;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

pub use self::{
    fault::{FreeAt, FreeElsewhere, NotFree, SupplyFault},
    hold::{HoldSupplies, Wanted},
    movement::{Destination, Movement, Party, Place, Stage},
    paper::GivePaper,
    rules::SupplyRules,
    step::{How, MoveSupplies, Part},
    stock::{Count, Lot, StockLine, Stocks},
};
use self::{movement::Line, stock::in_use_on};
use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Entry, Event, SupplyEvent, SupplyRulesAdopted},
    ids::{MovementId, SiteId},
    rejection::Rejection,
    time::Timestamp,
};

/// What somebody does about supplies.
#[derive(Debug, Clone, PartialEq)]
pub enum SupplyStep {
    AdoptRules(SupplyRules),
    /// Depots were counted (盘点).
    Count(Vec<Count>),
    Hold(Box<HoldSupplies>),
    Move(MoveSupplies),
    GivePaper(GivePaper),
}

/// The county's supplies.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Supplies {
    rules: SupplyRules,
    pub stocks: Stocks,
    movements: BTreeMap<MovementId, Movement>,
    /// What is held, by depot and item.
    #[serde(skip)]
    held: BTreeMap<SiteId, BTreeMap<CompactString, u64>>,
    /// Movements of which something is held, on its way or in use.
    #[serde(skip)]
    open: BTreeSet<MovementId>,
    #[serde(skip)]
    deadlines: BTreeSet<(Timestamp, MovementId)>,
}

impl Supplies {
    pub fn rules(&self) -> &SupplyRules {
        &self.rules
    }

    pub fn movement(&self, id: MovementId) -> Option<&Movement> {
        self.movements.get(&id)
    }

    /// Returns every movement, in the order in which they were held.
    pub fn movements(&self) -> impl DoubleEndedIterator<Item = &Movement> {
        self.movements.values()
    }

    /// Returns those of which something is held, on its way or in use.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Movement> {
        self.open.iter().filter_map(|id| self.movements.get(id))
    }

    /// Returns how many of `item` are promised at `depot` and have not left it.
    pub fn held(&self, depot: &SiteId, item: &str) -> u64 {
        self.held.get(depot).and_then(|held| held.get(item)).copied().unwrap_or(0)
    }

    /// Returns how many of `item` can still be promised at `depot` on `day`: none where more is held than lies
    /// there.
    pub fn free(&self, depot: &SiteId, item: &str, day: NaiveDate) -> u64 {
        self.usable(depot, item, day).saturating_sub(self.held(depot, item))
    }

    /// Returns how many of `item` lie in `depot` and have not expired on `day`.
    pub fn usable(&self, depot: &SiteId, item: &str, day: NaiveDate) -> u64 {
        let lines = self.stocks.of(depot).iter();
        let usable = lines.filter(|line| line.item == item && in_use_on(line.expires, day));
        usable.map(|line| u64::from(line.quantity)).sum()
    }

    /// Returns how many more are promised of `item` than lie in `depot` on `day`: a count has found them missing, or
    /// they have expired.
    pub fn short(&self, depot: &SiteId, item: &str, day: NaiveDate) -> u64 {
        self.held(depot, item).saturating_sub(self.usable(depot, item, day))
    }

    /// Returns every item of which something is held at `depot`.
    pub fn held_at(&self, depot: &SiteId) -> impl Iterator<Item = (&CompactString, u64)> {
        self.held.get(depot).into_iter().flatten().map(|(item, held)| (item, *held))
    }

    /// Returns how many of `item` have left `depot` and are neither back, gone nor another depot's.
    pub fn out(&self, depot: &SiteId, item: &str) -> u64 {
        let lines = self.open().filter(|movement| movement.depot == *depot);
        let lines = lines.flat_map(|movement| &movement.lines).filter(|line| line.item == item);
        lines.map(|line| line.out()).sum()
    }

    /// Returns the same for every depot and item that has any out.
    pub fn outs(&self) -> BTreeMap<(SiteId, CompactString), u64> {
        let mut outs = BTreeMap::new();
        for movement in self.open() {
            for line in movement.lines.iter().filter(|line| line.out() > 0) {
                let key = (movement.depot.clone(), line.item.clone());
                *outs.entry(key).or_default() += line.out();
            }
        }
        outs
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    fn next_id(&self) -> MovementId {
        MovementId(self.movements.last_key_value().map_or(0, |(id, _)| id.0) + 1)
    }

    /// Changes a movement: whoever looked at it before has to look again.
    fn change(&mut self, id: MovementId, entry: &Entry, change: impl FnOnce(&mut Movement)) {
        self.mark(id, |movement| {
            change(movement);
            movement.revision += 1;
            movement.changed_by = entry.actor.clone();
            movement.changed_at = entry.at;
        });
    }

    /// Notes something about a movement, and what follows from it.
    fn mark(&mut self, id: MovementId, change: impl FnOnce(&mut Movement)) {
        let Some(mut movement) = self.movements.remove(&id) else {
            debug_assert!(false, "an unknown movement was changed");
            return;
        };
        self.forget(&movement);
        change(&mut movement);
        self.index(&movement);
        self.movements.insert(id, movement);
    }

    fn index(&mut self, movement: &Movement) {
        let held = self.held.entry(movement.depot.clone()).or_default();
        for Line { item, held: more, .. } in movement.lines.iter().filter(|line| line.held > 0) {
            *held.entry(item.clone()).or_default() += u64::from(*more);
        }
        if movement.is_open() {
            self.open.insert(movement.id);
        }
        self.deadlines.extend(movement.deadlines().map(|at| (at, movement.id)));
        self.drop_empty(&movement.depot);
    }

    fn forget(&mut self, movement: &Movement) {
        let held = self.held.entry(movement.depot.clone()).or_default();
        for Line { item, held: less, .. } in &movement.lines {
            if let Some(all) = held.get_mut(item) {
                *all = all.saturating_sub(u64::from(*less));
            }
        }
        self.open.remove(&movement.id);
        for at in movement.deadlines() {
            self.deadlines.remove(&(at, movement.id));
        }
        self.drop_empty(&movement.depot);
    }

    /// What nothing is held of is not kept, so that the index is the same however it came about.
    fn drop_empty(&mut self, depot: &SiteId) {
        if let Some(held) = self.held.get_mut(depot) {
            held.retain(|_, held| *held > 0);
            if held.is_empty() {
                self.held.remove(depot);
            }
        }
    }

    pub(super) fn rebuild(&mut self) {
        self.held.clear();
        self.open.clear();
        self.deadlines.clear();
        let movements = std::mem::take(&mut self.movements);
        movements.values().for_each(|movement| self.index(movement));
        self.movements = movements;
    }

    pub(super) fn breaches(&self) -> impl Iterator<Item = String> {
        let lines = self.movements.values().flat_map(|m| m.lines.iter().map(move |line| (m, line)));
        lines
            .filter(|(_, line)| !line.adds_up())
            .map(|(movement, line)| format!("{}: {} does not add up", movement.id, line.item))
    }

    pub(super) fn apply(&mut self, event: &SupplyEvent, entry: &Entry) {
        match event {
            SupplyEvent::SupplyRulesAdopted(adopted) => self.rules = adopted.rules.clone(),
            SupplyEvent::StockCounted(counted) => self.stocks.count(counted),
            SupplyEvent::SupplyHeld(held) => {
                let movement = Movement::held(&held.0, entry);
                self.index(&movement);
                self.movements.insert(movement.id, movement);
            }
            SupplyEvent::SupplyIssued(step) => self.carry(&step.0, Stage::Issued, entry),
            SupplyEvent::SupplyDispatched(step) => self.carry(&step.0, Stage::Transit, entry),
            SupplyEvent::SupplyReceived(step) => self.carry(&step.0, Stage::Received, entry),
            SupplyEvent::SupplyReturned(step) => self.carry(&step.0, Stage::Returned, entry),
            SupplyEvent::SupplyWrittenOff(step) => self.carry(&step.0, Stage::WrittenOff, entry),
            SupplyEvent::SupplyReleased(released) => {
                self.change(released.id, entry, |movement| movement.release(released, entry));
            }
            SupplyEvent::SupplyPaperDue(due) => {
                self.mark(due.id, |movement| movement.paper_task = due.task);
            }
            SupplyEvent::SupplyPaperGiven(given) => {
                self.change(given.id, entry, |movement| movement.paper = Some(given.paper.clone()));
            }
            SupplyEvent::SupplyPaperOverdue(overdue) => {
                self.mark(overdue.id, |movement| movement.overdue = true);
            }
        }
    }
}

/// Decides what somebody does about supplies.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &SupplyStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        SupplyStep::AdoptRules(rules) => {
            adopt(board, actor, rules, &mut draft)?;
            Ok(draft.finish(Reply::Done))
        }
        SupplyStep::Count(counts) => {
            stock::count(board, actor, counts, &mut draft)?;
            Ok(draft.finish(Reply::Done))
        }
        SupplyStep::Hold(wanted) => hold::decide(board, actor, wanted, draft),
        SupplyStep::Move(wanted) => step::decide(board, actor, wanted, draft),
        SupplyStep::GivePaper(given) => paper::give(board, actor, given, draft),
    }
}

fn adopt(
    board: &Board,
    actor: &Actor,
    rules: &SupplyRules,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    if let Some(fault) = rules.fault() {
        return Err(SupplyFault::Rules(fault).into());
    }
    if board.supplies.rules != *rules {
        let rules = rules.clone();
        draft.push(Event::from(SupplyRulesAdopted { rules }));
    }
    Ok(())
}

impl Board {
    /// Returns the day that calendars in the jurisdiction show: until its end what expires on it may be used.
    pub fn day(&self, now: Timestamp) -> NaiveDate {
        now.local(self.timezone()).date()
    }
}
