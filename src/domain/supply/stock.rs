//! What lies in the depots, in lots: the last count, less what has left since, with what has come.
//!
//! A count is what somebody saw, so it is never refused for finding less than was promised: the record would say
//! that boats are there which are not. The promises stay, nothing more can be promised, and what is missing is shown
//! until it is found, fetched or released.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::SupplyFault;
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{Event, StockCounted},
    ids::{AreaCode, SiteId},
    rejection::Rejection,
    roster::change::known_area,
    site::{SiteFault, SiteKind},
    unit::short,
};

/// Most lots in one depot.
const LINE_LIMIT: usize = 2_000;
/// Longest batch or position, in characters.
const LOT_TEXT_LIMIT: usize = 64;

/// Supplies that were made together and lie together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// The maker's batch (批次); empty where nobody keeps it.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub batch: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced: Option<NaiveDate>,
    /// The last day on which it may be used; none for what does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// Where in the depot it lies (仓位).
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub position: CompactString,
}

/// One lot of one item in a depot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    /// The county's own code; of GB/T 38565 in what was counted before there was a catalogue.
    pub item: CompactString,
    pub name: CompactString,
    /// What it is counted in: 艘, 台, 顶, 条.
    pub unit: CompactString,
    pub quantity: u32,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub batch: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub position: CompactString,
}

impl StockLine {
    pub fn lot(&self) -> Lot {
        Lot {
            batch: self.batch.clone(),
            produced: self.produced,
            expires: self.expires,
            position: self.position.clone(),
        }
    }

    fn is(&self, item: &str, lot: &Lot) -> bool {
        self.item == item
            && self.batch == lot.batch
            && self.produced == lot.produced
            && self.expires == lot.expires
            && self.position == lot.position
    }
}

/// Tells whether what expires on `expires` may be used on `day`.
pub(super) fn in_use_on(expires: Option<NaiveDate>, day: NaiveDate) -> bool {
    expires.is_none_or(|last| last >= day)
}

/// What lies in each depot, by item and lot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stocks {
    by_depot: BTreeMap<SiteId, Vec<StockLine>>,
}

impl Stocks {
    /// Returns what lies in `depot`, in the order of its list.
    pub fn of(&self, depot: &SiteId) -> &[StockLine] {
        self.by_depot.get(depot).map_or(&[], Vec::as_slice)
    }

    /// Returns the same with the lots of an item added up.
    pub fn sums(&self, depot: &SiteId) -> Vec<StockLine> {
        let mut sums: Vec<StockLine> = Vec::new();
        for line in self.of(depot) {
            match sums.iter_mut().find(|sum| sum.item == line.item) {
                Some(sum) => sum.quantity = sum.quantity.saturating_add(line.quantity),
                None => sums.push(StockLine {
                    item: line.item.clone(),
                    name: line.name.clone(),
                    unit: line.unit.clone(),
                    quantity: line.quantity,
                    ..StockLine::default()
                }),
            }
        }
        sums
    }

    pub(super) fn count(&mut self, counted: &StockCounted) {
        self.by_depot.insert(counted.depot.clone(), counted.lines.clone());
    }

    pub(in crate::domain) fn clear(&mut self, depot: &SiteId) {
        self.by_depot.remove(depot);
    }

    /// Takes out what has left. The line stays: its place on the shelf is empty, not gone.
    pub(super) fn take(&mut self, depot: &SiteId, item: &str, lot: &Lot, quantity: u32) {
        let lines = self.by_depot.get_mut(depot).into_iter().flatten();
        let line = lines.into_iter().find(|line| line.is(item, lot));
        debug_assert!(line.as_ref().is_some_and(|line| line.quantity >= quantity));
        if let Some(line) = line {
            line.quantity = line.quantity.saturating_sub(quantity);
        }
    }

    /// Puts in what has come.
    pub(super) fn put(&mut self, depot: &SiteId, come: StockLine) {
        let lines = self.by_depot.entry(depot.clone()).or_default();
        match lines.iter_mut().find(|line| line.is(&come.item, &come.lot())) {
            Some(line) => line.quantity = line.quantity.saturating_add(come.quantity),
            None => lines.push(come),
        }
    }
}

/// What was found in a depot (盘点): its whole stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub depot: SiteId,
    pub lines: Vec<StockLine>,
}

/// Decides counts of depots; each replaces what was known of its depot.
pub(super) fn count(
    board: &Board,
    actor: &Actor,
    counts: &[Count],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditResources)?;
    for Count { depot, lines } in counts {
        let area = depot_area(board, actor, depot)?;
        let lines = known(board, depot, lines)?;
        if board.supplies.stocks.of(depot) != lines {
            let depot = depot.clone();
            draft.push(Event::from(StockCounted { depot, area, lines }));
        }
    }
    Ok(())
}

/// Returns the area of a depot that the actor may give orders about.
pub(super) fn depot_area(
    board: &Board,
    actor: &Actor,
    depot: &SiteId,
) -> Result<AreaCode, Rejection> {
    let site = board.sites.get(depot).filter(|site| site.kind() == SiteKind::Depot);
    let site = site.ok_or_else(|| SiteFault::NotADepot(depot.clone()))?;
    known_area(board, actor, site.area)?;
    Ok(site.area)
}

/// Returns the lines under the county's own codes, each lot once.
fn known(board: &Board, depot: &SiteId, lines: &[StockLine]) -> Result<Vec<StockLine>, Rejection> {
    if lines.len() > LINE_LIMIT {
        return Err(Rejection::TooLong { field: "lines", limit: LINE_LIMIT });
    }
    let catalogue = &board.supplies.rules().items;
    let mut known = Vec::with_capacity(lines.len());
    let mut seen = BTreeSet::new();
    for line in lines {
        short(&line.item, "item")?;
        short(&line.name, "name")?;
        short(&line.unit, "unit")?;
        lot_fits(line)?;
        let line = StockLine { item: catalogue.resolve(&line.item)?, ..line.clone() };
        if let Some(item) = catalogue.get(&line.item)
            && item.unit != line.unit
        {
            let (known, unit) = (item.unit.clone(), line.unit);
            return Err(SupplyFault::Unit { item: line.item, unit, known }.into());
        }
        if !seen.insert((line.item.clone(), line.lot())) {
            let (field, remedy) = ("item", "a lot is counted once; add the two lines up");
            return Err(SiteFault::Facts { site: depot.clone(), field, remedy }.into());
        }
        known.push(line);
    }
    Ok(known)
}

fn lot_fits(line: &StockLine) -> Result<(), Rejection> {
    for (text, field) in [(&line.batch, "batch"), (&line.position, "position")] {
        if text.chars().count() > LOT_TEXT_LIMIT {
            return Err(Rejection::TooLong { field, limit: LOT_TEXT_LIMIT });
        }
    }
    let expired_when_made =
        line.produced.zip(line.expires).is_some_and(|(produced, expires)| expires < produced);
    if expired_when_made {
        return Err(SupplyFault::Dates(line.item.clone()).into());
    }
    Ok(())
}
