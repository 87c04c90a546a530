//! Supplies: nothing is promised twice, no piece is in two places, and what is short is said.

mod counts;
mod dispatchers;
mod movements;
mod oracle;
mod paper;
mod readiness;

use compact_str::CompactString;
use jiaoying::domain::{
    actor::Role,
    command::{Command, Reply},
    ids::{MovementId, SiteId},
    rejection::Rejection,
    site::{Facts, Shelter, Site},
    supply::{
        Count, Destination, HoldSupplies, How, MoveSupplies, Part, Party, Place, Stage, StockLine,
        SupplyRules, SupplyStep, Wanted,
    },
};

use crate::support::county::{COUNTY, County, actor, site};

pub const TOWNSHIP: &str = "990101001000";

/// A county with two depots, a shelter, the rules of the settings, and twelve boats and sixty tents in the first.
pub fn county() -> County {
    let mut county = County::small(2);
    let rules: SupplyRules = toml::from_str(jiaoying::config::SUPPLIES).unwrap();
    county.must(Command::Supply(SupplyStep::AdoptRules(rules)));
    let far = Site { at: [114.8, 35.9], ..site("d-2", TOWNSHIP, Facts::Depot) };
    let shelter =
        site("s-1", COUNTY, Facts::Shelter(Shelter { capacity: 90, night_capacity: None }));
    let sites = vec![site("d-1", COUNTY, Facts::Depot), far, shelter];
    county.must(Command::SaveSites(sites));
    count(&mut county, "d-1", vec![line("boat", 12), line("tent", 60)]);
    county
}

pub fn count(county: &mut County, depot: &str, lines: Vec<StockLine>) {
    let depot = depot.parse().unwrap();
    county.must(Command::Supply(SupplyStep::Count(vec![Count { depot, lines }])));
}

pub fn line(item: &str, quantity: u32) -> StockLine {
    let unit = if item == "tent" { "顶" } else { "艘" };
    let unit = if ["food", "water"].contains(&item) { "箱" } else { unit };
    StockLine {
        item: item.into(),
        name: item.into(),
        unit: unit.into(),
        quantity,
        ..StockLine::default()
    }
}

/// Holds `quantity` of `item` at `depot` for a place on the dyke.
pub fn wanted(depot: &str, item: &str, quantity: u32) -> HoldSupplies {
    HoldSupplies {
        depot: depot.parse().unwrap(),
        lines: vec![Wanted { item: item.into(), quantity, spec: CompactString::default() }],
        incident: None,
        to: Destination::Place(Place {
            name: "柳河右岸 3 号堤段".into(),
            at: Some([114.5, 35.6]),
            area: TOWNSHIP.parse().ok(),
        }),
        receiver: party("城关街道办", "罗守堤", "19400000001"),
        sender: None,
        ordered_by: "罗麦祥".into(),
        paper: None,
        hold_s: None,
        note: CompactString::default(),
    }
}

pub fn party(unit: &str, person: &str, phone: &str) -> Party {
    Party { unit: unit.into(), person: person.into(), phone: phone.into() }
}

pub fn hold(county: &mut County, wanted: HoldSupplies) -> Result<MovementId, Rejection> {
    let command = Command::Supply(SupplyStep::Hold(Box::new(wanted)));
    match county.submit(&actor("desk", Role::Dispatcher), command)? {
        Reply::Movement { id } => Ok(id),
        other => panic!("{other:?}"),
    }
}

/// Does `how` with `parts`, each an item and how many; with everything where none is named.
pub fn carry(
    county: &mut County,
    movement: MovementId,
    how: How,
    parts: &[(&str, u32)],
) -> Result<Reply, Rejection> {
    let part = |(item, quantity): &(&str, u32)| Part {
        item: (*item).into(),
        quantity: *quantity,
        batch: None,
    };
    let wanted = MoveSupplies {
        movement,
        how,
        parts: parts.iter().map(part).collect(),
        party: None,
        note: CompactString::default(),
        revision: None,
    };
    county.submit(&actor("desk", Role::Dispatcher), Command::Supply(SupplyStep::Move(wanted)))
}

pub fn depot(id: &str) -> SiteId {
    id.parse().unwrap()
}

pub fn free(county: &County, id: &str, item: &str) -> u64 {
    let day = county.board.day(county.now);
    county.board.supplies.free(&depot(id), item, day)
}

pub fn lying(county: &County, id: &str, item: &str) -> u64 {
    let lines = county.board.supplies.stocks.of(&depot(id)).iter();
    lines.filter(|line| line.item == item).map(|line| u64::from(line.quantity)).sum()
}

/// Returns how many pieces of `item` in `movement` are at each stage that has any.
pub fn at(county: &County, movement: MovementId, item: &str) -> Vec<(Stage, u32)> {
    let movement = county.board.supplies.movement(movement).unwrap();
    let line = movement.lines.iter().find(|line| line.item == item).unwrap();
    let all = Stage::ALL.into_iter().map(|stage| (stage, line.at(stage)));
    all.filter(|(_, quantity)| *quantity > 0).collect()
}
