//! Who goes where: an order laid out before it is given, as it would be given.
//!
//! Invariant: within one plan no shelter is promised twice.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{
    EvacuationFault, Origin, Place,
    headcount::MOST_PEOPLE,
    order::{Leg, OrderEvacuation, Whom},
    responsible,
};
use crate::domain::{
    actor::{Actor, Capability},
    area::LonLat,
    board::{Board, require},
    ids::{AreaCode, PersonId, PostId, SiteId, TransferId},
    incident::Incident,
    rejection::Rejection,
    roster::change::known_area,
    site::{Facts, Hazard, RiskPoint, Site},
    time::Timestamp,
};

/// Most places that one order empties.
const LEGS_LIMIT: usize = 2_000;
/// Longest name of a place and of whoever's word it is, and longest order, in characters.
const NAME_LIMIT: usize = 60;
const TEXT_LIMIT: usize = 1_000;

/// An order as it would be given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The narrowest division in which everybody lives.
    pub area: AreaCode,
    pub legs: Vec<Planned>,
    pub skipped: Vec<Skipped>,
}

/// Those of one place, and where they would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub from: Origin,
    pub name: CompactString,
    pub people: u32,
    /// None where the county has no shelter at all.
    pub to: Option<SiteId>,
    /// The shelter of the point's own plan, where that has no room for them.
    pub instead_of: Option<SiteId>,
    /// Places left there before they come.
    pub free: u32,
    /// Who would be told; none where nobody has a post there or above.
    pub post: Option<PostId>,
    /// How they go, in the words of the point's own plan.
    pub way: CompactString,
}

impl Planned {
    pub fn fits(&self) -> bool {
        self.to.is_some() && self.people <= self.free
    }
}

/// A point of risk that would be left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub risk_point: SiteId,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Repaired,
    NobodyLivesThere,
    Moving(TransferId),
}

impl Board {
    /// Returns an order as it would be given at `now`, or why it could not be understood.
    pub fn plan_evacuation(
        &self,
        actor: &Actor,
        wanted: &OrderEvacuation,
        now: Timestamp,
    ) -> Result<Plan, Rejection> {
        require(actor, Capability::Instruct)?;
        check(wanted, now)?;
        wanted.incident.map(|id| Incident::seen(self, actor, id)).transpose()?;
        let mut layout = Layout { board: self, at: wanted.due_at, now, taken: BTreeMap::new() };
        let (mut legs, mut skipped) = (Vec::new(), Vec::new());
        match &wanted.whom {
            Whom::Legs(asked) => {
                for leg in asked {
                    legs.push(layout.leg(actor, leg, wanted.drill)?);
                }
            }
            Whom::Threatened { area, hazard } => {
                known_area(self, actor, *area)?;
                for (site, point) in self.threatened(*area, *hazard) {
                    match self.spares(site, point).filter(|_| !wanted.drill) {
                        Some(why) => skipped.push(Skipped { risk_point: site.id.clone(), why }),
                        None if point.repaired || point.residents == 0 => {}
                        None => legs.push(layout.point(site, point)),
                    }
                }
                if legs.is_empty() {
                    return Err(EvacuationFault::NobodyThreatened(*area).into());
                }
            }
        }
        if legs.len() > LEGS_LIMIT {
            return Err(Rejection::TooLong { field: "legs", limit: LEGS_LIMIT });
        }
        let area = legs.iter().map(|leg| leg.from.area).reduce(around);
        let area = area.ok_or(Rejection::Empty { field: "legs" })?;
        Ok(Plan { area, legs, skipped })
    }

    fn threatened(
        &self,
        area: AreaCode,
        hazard: Option<Hazard>,
    ) -> impl Iterator<Item = (&Site, &RiskPoint)> {
        let points = self.sites.iter().filter_map(risk_point);
        let wanted = move |point: &RiskPoint| hazard.is_none_or(|wanted| point.hazard == wanted);
        points.filter(move |(site, point)| area.contains(site.area) && wanted(point))
    }

    /// Returns why a point of risk is left alone.
    fn spares(&self, site: &Site, point: &RiskPoint) -> Option<Why> {
        let moving = || self.evacuations.moving(&site.id).map(Why::Moving);
        let nobody = (point.residents == 0).then_some(Why::NobodyLivesThere);
        point.repaired.then_some(Why::Repaired).or(nobody).or_else(moving)
    }
}

fn risk_point(site: &Site) -> Option<(&Site, &RiskPoint)> {
    match &site.facts {
        Facts::RiskPoint(point) => Some((site, point)),
        Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::Gauge(_) => None,
    }
}

/// Returns who sees to a point's people: those who have to bring them away, then whoever is responsible for it.
fn movers<'p>(site: &'p Site, point: &'p RiskPoint) -> impl Iterator<Item = &'p PersonId> {
    point.movers.iter().chain(&site.contact)
}

/// Returns the narrowest division that holds both.
fn around(one: AreaCode, other: AreaCode) -> AreaCode {
    one.lineage().find(|area| area.contains(other)).unwrap_or(one)
}

fn check(wanted: &OrderEvacuation, now: Timestamp) -> Result<(), Rejection> {
    if wanted.due_at <= now {
        return Err(EvacuationFault::DueInThePast.into());
    }
    if wanted.over_capacity.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Rejection::Empty { field: "reason" });
    }
    let reason = wanted.over_capacity.as_ref().map_or(0, |reason| reason.chars().count());
    let texts = [
        ("text", wanted.text.chars().count(), TEXT_LIMIT),
        ("on_word_of", wanted.on_word_of.chars().count(), NAME_LIMIT),
        ("reason", reason, TEXT_LIMIT),
    ];
    match texts.into_iter().find(|(_, length, limit)| length > limit) {
        Some((field, _, limit)) => Err(Rejection::TooLong { field, limit }),
        None => Ok(()),
    }
}

/// A plan in the making: what its legs so far have taken of each shelter.
struct Layout<'b> {
    board: &'b Board,
    at: Timestamp,
    now: Timestamp,
    taken: BTreeMap<SiteId, u32>,
}

impl Layout<'_> {
    fn free(&self, shelter: &SiteId) -> u32 {
        let Some((site, facts)) = self.board.shelter(shelter) else { return 0 };
        let free = self.board.room(site, facts, self.at, self.now).free();
        free.saturating_sub(self.taken.get(shelter).copied().unwrap_or(0))
    }

    /// Lays out what somebody has asked for by name: to the shelter that he names, full or not.
    fn leg(&mut self, actor: &Actor, leg: &Leg, drill: bool) -> Result<Planned, Rejection> {
        let board = self.board;
        known_area(board, actor, leg.from.area)?;
        if leg.from.place.chars().count() > NAME_LIMIT {
            return Err(Rejection::TooLong { field: "place", limit: NAME_LIMIT });
        }
        let point = match &leg.from.risk_point {
            Some(id) => Some(self.named_point(actor, leg, id, drill)?),
            None => None,
        };
        let residents = point.map(|(_, point)| point.to_move());
        let people = leg.people.or(residents).ok_or(EvacuationFault::People)?;
        if !(1..=MOST_PEOPLE).contains(&people) {
            return Err(EvacuationFault::People.into());
        }
        if let Some(to) = &leg.to {
            board.known_shelter(to)?;
        }
        let own = point.and_then(|(_, point)| point.plan.as_ref());
        let named = leg.to.clone().or_else(|| own.map(|plan| plan.shelter.clone()));
        let at = point.map(|(site, _)| site.at).or_else(|| board.centre(leg.from.area));
        let to = named.or_else(|| self.nearest(at, people));
        let planned = Planned {
            from: leg.from.clone(),
            name: self.name(&leg.from, point.map(|(site, _)| site)),
            people,
            instead_of: None,
            free: to.as_ref().map_or(0, |to| self.free(to)),
            to,
            post: responsible(
                board,
                leg.from.area,
                point.into_iter().flat_map(|(site, point)| movers(site, point)),
            ),
            way: own.map(|plan| plan.text.clone()).unwrap_or_default(),
        };
        Ok(self.take(planned))
    }

    fn named_point(
        &self,
        actor: &Actor,
        leg: &Leg,
        id: &SiteId,
        drill: bool,
    ) -> Result<(&Site, &RiskPoint), Rejection> {
        let unknown = || EvacuationFault::NotARiskPoint(id.clone());
        let site = self.board.sites.get(id).ok_or_else(unknown)?;
        known_area(self.board, actor, site.area)?;
        let (site, point) =
            risk_point(site).filter(|(site, _)| site.area == leg.from.area).ok_or_else(unknown)?;
        match self.board.evacuations.moving(id).filter(|_| !drill) {
            Some(transfer) => {
                Err(EvacuationFault::Moving { risk_point: id.clone(), transfer }.into())
            }
            None => Ok((site, point)),
        }
    }

    /// Lays out those of a point of risk: to the shelter of its plan, or to the nearest that takes them all.
    fn point(&mut self, site: &Site, point: &RiskPoint) -> Planned {
        let (plan, people) = (point.plan.as_ref(), point.to_move());
        let own = plan.map(|plan| plan.shelter.clone());
        let roomy = own.clone().filter(|own| self.free(own) >= people);
        let to = roomy.or_else(|| {
            let near = self.nearest(Some(site.at), people);
            let fits = near.as_ref().is_some_and(|near| self.free(near) >= people);
            // Where nobody takes them all, their own shelter is the one they know the way to.
            if fits { near } else { own.clone().or(near) }
        });
        let from = Origin {
            area: site.area,
            risk_point: Some(site.id.clone()),
            place: CompactString::default(),
        };
        let planned = Planned {
            name: site.name.clone(),
            people,
            instead_of: own.filter(|own| to.as_ref() != Some(own)),
            free: to.as_ref().map_or(0, |to| self.free(to)),
            to,
            post: responsible(self.board, site.area, movers(site, point)),
            way: plan.map(|plan| plan.text.clone()).unwrap_or_default(),
            from,
        };
        self.take(planned)
    }

    fn take(&mut self, planned: Planned) -> Planned {
        if let Some(to) = &planned.to {
            let taken = self.taken.entry(to.clone()).or_default();
            *taken = taken.saturating_add(planned.people);
        }
        planned
    }

    /// Returns the nearest shelter that takes all of them, else the nearest with any room, else any.
    fn nearest(&self, from: Option<LonLat>, people: u32) -> Option<SiteId> {
        let places = self.board.with_room(from, |site, _| self.free(&site.id));
        let roomy = places.iter().find(|place| place.free >= people);
        let best: Option<&Place> = roomy.or(places.first());
        let any = || self.board.shelters().next().map(|(site, _)| site.id.clone());
        best.map(|place| place.shelter.clone()).or_else(any)
    }

    fn name(&self, from: &Origin, site: Option<&Site>) -> CompactString {
        match site {
            Some(site) => site.name.clone(),
            None if !from.place.is_empty() => from.place.clone(),
            None => self.board.areas.name(from.area),
        }
    }
}

impl Board {
    /// Returns the centre of an area or of the nearest around it whose centre is known.
    fn centre(&self, area: AreaCode) -> Option<LonLat> {
        area.lineage().find_map(|area| self.areas.get(area)?.centroid)
    }
}
