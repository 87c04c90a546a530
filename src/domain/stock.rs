//! What lies in the depots: the last count of each. Holds and issues will be booked against it.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
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

/// Most kinds of item in one depot.
const ITEM_LIMIT: usize = 2_000;

/// One kind of item in a depot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    /// The county's own code, or one of GB/T 38565.
    pub item: CompactString,
    pub name: CompactString,
    /// What it is counted in: 艘, 台, 顶, 条.
    pub unit: CompactString,
    pub quantity: u32,
}

/// What lies in each depot, by item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stocks {
    by_depot: BTreeMap<SiteId, Vec<StockLine>>,
}

impl Stocks {
    /// Returns what lies in `depot`, in the order of its list.
    pub fn of(&self, depot: &SiteId) -> &[StockLine] {
        self.by_depot.get(depot).map_or(&[], Vec::as_slice)
    }

    pub(super) fn count(&mut self, counted: &StockCounted) {
        self.by_depot.insert(counted.depot.clone(), counted.lines.clone());
    }

    pub(super) fn clear(&mut self, depot: &SiteId) {
        self.by_depot.remove(depot);
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
        check(depot, lines)?;
        if board.stocks.of(depot) != lines {
            let (depot, lines) = (depot.clone(), lines.clone());
            draft.push(Event::StockCounted(StockCounted { depot, area, lines }));
        }
    }
    Ok(())
}

fn depot_area(board: &Board, actor: &Actor, depot: &SiteId) -> Result<AreaCode, Rejection> {
    let site = board.sites.get(depot).filter(|site| site.kind() == SiteKind::Depot);
    let site = site.ok_or_else(|| SiteFault::NotADepot(depot.clone()))?;
    known_area(board, actor, site.area)?;
    Ok(site.area)
}

fn check(depot: &SiteId, lines: &[StockLine]) -> Result<(), Rejection> {
    if lines.len() > ITEM_LIMIT {
        return Err(Rejection::TooLong { field: "lines", limit: ITEM_LIMIT });
    }
    let mut seen = BTreeSet::new();
    for line in lines {
        short(&line.item, "item")?;
        short(&line.name, "name")?;
        short(&line.unit, "unit")?;
        if !seen.insert(&line.item) {
            let (field, remedy) = ("item", "an item is counted once; add the two lines up");
            return Err(SiteFault::Facts { site: depot.clone(), field, remedy }.into());
        }
    }
    Ok(())
}
