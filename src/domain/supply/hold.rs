//! Promising supplies (预占): what is held for one is free for nobody else.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::{
    FreeAt, FreeElsewhere, NotFree, SupplyFault,
    movement::{Destination, Party, Place},
    readiness::nearest_with,
    stock::depot_area,
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Event, HeldLine, Order, SupplyHeld},
    ids::{AreaCode, IncidentId, SiteId},
    incident::Incident,
    rejection::Rejection,
    site::{SiteFault, SiteKind},
    time::Seconds,
    unit::{on_earth, short},
};

/// Items of one movement; an order is one sheet of paper.
const LINE_LIMIT: usize = 50;
/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;
/// Longest telephone number, in characters.
const PHONE_LIMIT: usize = 32;
/// Other depots that a refusal names.
const ELSEWHERE_MAX: usize = 3;

/// Supplies that somebody wants from one depot.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldSupplies {
    pub depot: SiteId,
    pub lines: Vec<Wanted>,
    pub incident: Option<IncidentId>,
    pub to: Destination,
    pub receiver: Party,
    /// Who hands them over; the depot's own contact where nobody else is named.
    pub sender: Option<Party>,
    /// Whose order it is.
    pub ordered_by: CompactString,
    /// The number of the written order, where there is one.
    pub paper: Option<CompactString>,
    pub hold_s: Option<Seconds>,
    pub note: CompactString,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub item: CompactString,
    pub quantity: u32,
    pub spec: CompactString,
}

/// Decides whether supplies can be promised.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &HoldSupplies,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    let area = depot_area(board, actor, &wanted.depot)?;
    let to_area = destination(board, &wanted.depot, &wanted.to)?;
    wanted.incident.map(|id| Incident::seen(board, actor, id)).transpose()?;
    party_fits(&wanted.receiver, "receiver")?;
    wanted.sender.as_ref().map_or(Ok(()), |sender| party_fits(sender, "sender"))?;
    texts_fit(wanted)?;
    let rules = board.supplies.rules();
    let hold_s = wanted.hold_s.unwrap_or(rules.hold_s);
    if !(1..=rules.hold_max_s.0).contains(&hold_s.0) {
        return Err(SupplyFault::HoldTime { max: rules.hold_max_s.0 }.into());
    }
    let lines = lines(board, wanted, &draft)?;
    let id = board.supplies.next_id();
    let order = Order {
        id,
        depot: wanted.depot.clone(),
        area,
        to_area,
        incident: wanted.incident,
        to: wanted.to.clone(),
        sender: wanted.sender.clone().or_else(|| keeper(board, &wanted.depot)),
        receiver: wanted.receiver.clone(),
        ordered_by: wanted.ordered_by.clone(),
        note: wanted.note.clone(),
        lines,
        hold_until: draft.now + hold_s,
        paper_due: draft.now + rules.paper_s,
        paper: wanted.paper.clone(),
    };
    draft.push(Event::from(SupplyHeld(Box::new(order))));
    Ok(draft.finish(Reply::Movement { id }))
}

/// Returns what is to be held, all of it free.
fn lines(
    board: &Board,
    wanted: &HoldSupplies,
    draft: &Draft<'_>,
) -> Result<Vec<HeldLine>, Rejection> {
    if wanted.lines.is_empty() {
        return Err(Rejection::Empty { field: "lines" });
    }
    if wanted.lines.len() > LINE_LIMIT {
        return Err(Rejection::TooLong { field: "lines", limit: LINE_LIMIT });
    }
    let (supplies, depot) = (&board.supplies, &wanted.depot);
    let day = board.day(draft.now);
    let mut seen = BTreeSet::new();
    let mut lines = Vec::with_capacity(wanted.lines.len());
    for Wanted { item, quantity, spec } in &wanted.lines {
        short(item, "item")?;
        let item = supplies.rules().items.resolve(item)?;
        if *quantity == 0 {
            return Err(SupplyFault::Nothing { item }.into());
        }
        if !seen.insert(item.clone()) {
            return Err(SupplyFault::Twice { item }.into());
        }
        let known = supplies.rules().items.get(&item);
        let there = supplies.stocks.of(depot).iter().find(|line| line.item == item);
        let name = known.map(|known| &known.name).or(there.map(|line| &line.name));
        let unit = known.map(|known| &known.unit).or(there.map(|line| &line.unit));
        let unit = unit.cloned().unwrap_or_default();
        let free = supplies.free(depot, &item, day);
        if free < u64::from(*quantity) {
            let (depot, wanted) = (depot.clone(), *quantity);
            let elsewhere = elsewhere(board, &depot, &item, day);
            let name = name.unwrap_or(&item).clone();
            let refused = NotFree { depot, item, name, unit, wanted, free, elsewhere };
            return Err(SupplyFault::NotFree(Box::new(refused)).into());
        }
        if spec.chars().count() > NOTE_LIMIT {
            return Err(Rejection::TooLong { field: "spec", limit: NOTE_LIMIT });
        }
        let spec = if spec.is_empty() {
            known.map(|known| known.spec.clone()).unwrap_or_default()
        } else {
            spec.clone()
        };
        let name = name.cloned().unwrap_or_else(|| item.clone());
        lines.push(HeldLine { item, name, unit, spec, quantity: *quantity });
    }
    Ok(lines)
}

/// Says where else the item is free, the nearest depots first.
fn elsewhere(board: &Board, depot: &SiteId, item: &str, day: NaiveDate) -> FreeElsewhere {
    let near = board.sites.get(depot).map(|site| site.at);
    let found = board.jurisdiction().map(|within| nearest_with(board, item, near, within, day));
    let others = found.into_iter().flatten().filter(|other| other.depot != *depot);
    let others = others.take(ELSEWHERE_MAX);
    FreeElsewhere(
        others
            .map(|other| FreeAt { depot: other.depot, name: other.name, free: other.free })
            .collect(),
    )
}

/// Checks where they go, and returns the area of it where one is known.
fn destination(
    board: &Board,
    from: &SiteId,
    to: &Destination,
) -> Result<Option<AreaCode>, Rejection> {
    match to {
        Destination::Depot(id) if id == from => Err(SupplyFault::SameDepot(id.clone()).into()),
        Destination::Depot(id) => {
            let site = board.sites.get(id).filter(|site| site.kind() == SiteKind::Depot);
            let site = site.ok_or_else(|| SiteFault::NotADepot(id.clone()))?;
            Ok(Some(site.area))
        }
        Destination::Site(id) => {
            let site = board.sites.get(id).ok_or_else(|| SiteFault::Unknown(id.clone()))?;
            if site.kind() == SiteKind::Depot {
                return Err(SupplyFault::IsADepot(id.clone()).into());
            }
            Ok(Some(site.area))
        }
        Destination::Place(Place { name, at, area }) => {
            short(name, "to.name")?;
            if !at.is_none_or(on_earth) {
                return Err(Rejection::NotAPoint(name.clone()));
            }
            let unknown = area.filter(|area| board.areas.get(*area).is_none());
            unknown.map_or(Ok(*area), |area| Err(Rejection::UnknownArea(area)))
        }
    }
}

/// Refuses a party without a name, or with a telephone number that is none.
pub(super) fn party_fits(party: &Party, field: &'static str) -> Result<(), Rejection> {
    short(&party.person, field)?;
    if !party.unit.is_empty() {
        short(&party.unit, field)?;
    }
    let dialled = |c: char| c.is_ascii_digit() || " +-".contains(c);
    let phone = &party.phone;
    if phone.chars().count() > PHONE_LIMIT || !phone.chars().all(dialled) {
        return Err(SupplyFault::Phone(phone.chars().take(PHONE_LIMIT).collect()).into());
    }
    Ok(())
}

pub(super) fn note_fits(note: &str) -> Result<(), Rejection> {
    if note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    Ok(())
}

fn texts_fit(wanted: &HoldSupplies) -> Result<(), Rejection> {
    note_fits(&wanted.note)?;
    wanted.paper.as_ref().map_or(Ok(()), |paper| short(paper, "paper"))?;
    if wanted.ordered_by.is_empty() { Ok(()) } else { short(&wanted.ordered_by, "ordered_by") }
}

/// Returns the depot's own contact, as its list names him.
fn keeper(board: &Board, depot: &SiteId) -> Option<Party> {
    let site = board.sites.get(depot)?;
    let person = board.people.get(site.contact.as_ref()?)?;
    let phone = person.contacts.iter().map(|contact| &contact.address);
    let phone = phone.into_iter().find(|address| !address.is_empty()).cloned();
    Some(Party {
        unit: site.name.clone(),
        person: person.name.clone(),
        phone: phone.unwrap_or_default(),
    })
}
