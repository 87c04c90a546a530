//! Changes to sites: checked whole, then saved whole.

use std::collections::BTreeMap;

use super::{Facts, Site, SiteFault, SiteKind};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    evacuation::EvacuationFault,
    event::{Event, SiteRemoved, SiteSaved},
    ids::{PersonId, SiteId},
    rejection::Rejection,
    roster::change::{known_area, known_people},
    supply::SupplyFault,
    unit::{on_earth, short},
};

/// Most people that a shelter holds or live at a point of risk: more is a slip of the hand.
const MOST_PEOPLE: u32 = 1_000_000;
/// Longest evacuation plan, in characters.
const PLAN_LIMIT: usize = 1_000;

/// Most people named for one duty at a point of risk.
const MOST_NAMED: usize = 20;

/// Decides the import of a list of sites; those it leaves out stay as they are.
pub(in crate::domain) fn save(
    board: &Board,
    actor: &Actor,
    sites: &[Site],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditResources)?;
    let mut coming: BTreeMap<&SiteId, SiteKind> = BTreeMap::new();
    for site in sites {
        let known = coming.insert(&site.id, site.kind());
        let known = known.or_else(|| board.sites.get(&site.id).map(Site::kind));
        if let Some(known) = known.filter(|known| *known != site.kind()) {
            let (site, wanted) = (site.id.clone(), site.kind());
            return Err(SiteFault::OtherKind { site, known, wanted }.into());
        }
    }
    for site in sites {
        let known = board.sites.get(&site.id);
        // Whoever may not see a site may not take it away by giving it another area either.
        known.map_or(Ok(()), |known| known_area(board, actor, known.area))?;
        known_area(board, actor, site.area)?;
        check(board, site)?;
        check_plan(board, site, &coming)?;
    }
    let news = sites.iter().filter(|site| board.sites.get(&site.id) != Some(*site));
    news.for_each(|site| draft.push(Event::SiteSaved(SiteSaved { site: site.clone() })));
    Ok(())
}

/// Decides that a site is no more; a depot's stock goes with it.
pub(in crate::domain) fn remove(
    board: &Board,
    actor: &Actor,
    id: &SiteId,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::EditResources)?;
    let site = board.sites.get(id).ok_or_else(|| SiteFault::Unknown(id.clone()))?;
    known_area(board, actor, site.area)?;
    if let Some(other) = board.sites.iter().find(|other| plan_to(other) == Some(id)) {
        return Err(SiteFault::InUse { site: id.clone(), by: other.id.clone() }.into());
    }
    if let Some(movement) = board.supplies.open().find(|movement| movement.depot == *id) {
        let (site, movement) = (id.clone(), movement.id);
        return Err(SupplyFault::DepotBusy { site, movement }.into());
    }
    if board.evacuations.needs(id) {
        return Err(EvacuationFault::ShelterInUse(id.clone()).into());
    }
    draft.push(Event::SiteRemoved(SiteRemoved { id: id.clone(), area: site.area }));
    Ok(())
}

fn plan_to(site: &Site) -> Option<&SiteId> {
    match &site.facts {
        Facts::RiskPoint(point) => point.plan.as_ref().map(|plan| &plan.shelter),
        Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::Gauge(_) => None,
    }
}

fn check(board: &Board, site: &Site) -> Result<(), Rejection> {
    short(&site.name, "name")?;
    if !on_earth(site.at) {
        return Err(Rejection::NotAPoint(site.id.as_str().into()));
    }
    if let Some((field, remedy)) = fault(&site.facts) {
        return Err(SiteFault::Facts { site: site.id.clone(), field, remedy }.into());
    }
    let named: &[&[PersonId]] = match &site.facts {
        Facts::RiskPoint(point) => &[&point.watchers, &point.movers],
        Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::Gauge(_) => &[],
    };
    known_people(board, site.contact.iter().chain(named.iter().copied().flatten()))
}

fn fault(facts: &Facts) -> Option<(&'static str, &'static str)> {
    match facts {
        Facts::Base | Facts::Depot => None,
        Facts::Shelter(shelter) => {
            let holds = (1..=MOST_PEOPLE).contains(&shelter.capacity);
            let sleeps = shelter.by_night() <= shelter.capacity;
            let none = (!holds).then_some(("capacity", "a shelter holds 1 to 1000000 people"));
            none.or((!sleeps)
                .then_some(("night_capacity", "no more people sleep there than it holds by day")))
        }
        Facts::Gauge(gauge) => gauge.fault(),
        Facts::RiskPoint(point) => {
            let plan = point.plan.as_ref().map_or(0, |plan| plan.text.chars().count());
            let many = (point.residents > MOST_PEOPLE)
                .then_some(("residents", "at most 1000000 people live at a point"));
            let named = point.watchers.len().max(point.movers.len());
            let moved = point.plan.as_ref().and_then(|plan| plan.people);
            let demands = [
                (plan > PLAN_LIMIT, "plan", "a plan has at most 1000 characters"),
                (
                    moved.is_some_and(|people| !(1..=MOST_PEOPLE).contains(&people)),
                    "plan",
                    "a plan moves 1 to 1000000 people",
                ),
                (named > MOST_NAMED, "movers", "at most 20 people watch or move a point"),
            ];
            many.or_else(|| {
                let broken = demands.into_iter().find(|(broken, ..)| *broken);
                broken.map(|(_, field, remedy)| (field, remedy))
            })
        }
    }
}

fn check_plan(
    board: &Board,
    site: &Site,
    coming: &BTreeMap<&SiteId, SiteKind>,
) -> Result<(), Rejection> {
    let Some(shelter) = plan_to(site) else { return Ok(()) };
    let kind = coming.get(shelter).copied().or(board.sites.get(shelter).map(Site::kind));
    if kind != Some(SiteKind::Shelter) {
        let (site, shelter) = (site.id.clone(), shelter.clone());
        return Err(SiteFault::NotAShelter { site, shelter }.into());
    }
    Ok(())
}
