//! What recommendations are reckoned by beside the board: what units can do, the roads, the figures; and the scene as
//! the board and the position plane have it at a moment.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::Deserialize;

use crate::{
    domain::{
        area::{Area, LonLat},
        assignment::{ReadinessState, Status},
        board::Board,
        capability::Catalogue,
        ids::{AreaCode, Level, SiteId, UnitId},
        recommend::{Candidate, Cover, Depot, Scene, Seen, Settings, Standing},
        road::{Closure, Cuts, Network, Road, Speeds, Travel},
        site::SiteKind,
        time::Timestamp,
        unit::Unit,
        warning::{Colour, Warning},
    },
    ingest::basemap::Basemap,
    positions::{Positions, Staleness},
};

/// `[coverage]`: what every red-warned township has near, and when it is told that it has not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    /// What units have to be able to do, by its code in the list of capabilities.
    pub ability: CompactString,
    pub within_s: u32,
    /// How long a hole, or its end, stands before it is told.
    pub stands_s: u32,
    /// How often it is looked.
    pub every_s: u32,
}

impl Near {
    /// Returns everything that is wrong with these settings.
    pub fn faults(&self, known: &Catalogue) -> Vec<String> {
        let ranges = [
            ("within_s", self.within_s, 60, 86_400),
            ("stands_s", self.stands_s, 0, 3_600),
            ("every_s", self.every_s, 1, 600),
        ];
        let outside =
            ranges.into_iter().filter(|(_, value, low, high)| !(low..=high).contains(&value));
        let faults = outside.map(|(name, _, low, high)| format!("{name}: use {low} to {high}"));
        let unknown = known.find(&self.ability).is_none();
        let unknown = unknown
            .then(|| format!("ability: {:?} is not in the list of capabilities", self.ability));
        faults.chain(unknown).collect()
    }
}

/// What recommendations are reckoned by beside the board.
#[derive(Debug)]
pub struct Advice {
    pub catalogue: Catalogue,
    pub near: Near,
    network: Option<Network>,
    speeds: Speeds,
    settings: Settings,
}

/// Everything a recommendation needs to know, taken from the board at one moment.
#[derive(Debug)]
pub struct Moment {
    units: Vec<Known>,
    depots: Vec<Stocked>,
    closures: Vec<Closure>,
    covers: Vec<Cover>,
    now: Timestamp,
}

/// A depot and what of it is free.
#[derive(Debug)]
struct Stocked {
    site: SiteId,
    at: LonLat,
    free: Vec<(String, u32)>,
}

/// A unit and what it is doing.
#[derive(Debug)]
struct Known {
    unit: Unit,
    seen: Option<Seen>,
    strength: Option<u32>,
    standing: Standing,
    at_work_since: Option<Timestamp>,
}

impl Advice {
    pub fn new(
        catalogue: Catalogue,
        basemap: &Basemap,
        near: Near,
        speeds: Speeds,
        settings: Settings,
    ) -> Self {
        let roads = basemap.roads.iter();
        let roads = roads.map(|road| Road { id: &road.id, class: &road.class, parts: &road.parts });
        let network = (!basemap.roads.is_empty()).then(|| Network::new(roads, &speeds));
        Self { catalogue, near, network, speeds, settings }
    }

    /// Asks `question` about the scene of `moment`.
    pub fn ask<T>(&self, moment: &Moment, question: impl FnOnce(&Scene<'_>) -> T) -> T {
        let cut = |network| Cuts::new(network, &moment.closures);
        let cuts = self.network.as_ref().map(cut).unwrap_or_default();
        let candidates = moment.units.iter().map(|known| Candidate {
            unit: &known.unit,
            seen: known.seen,
            strength: known.strength,
            standing: known.standing.clone(),
            at_work_since: known.at_work_since,
        });
        let depots = moment.depots.iter().map(|depot| Depot {
            site: &depot.site,
            at: depot.at,
            free: depot.free.iter().map(|(item, count)| (item.as_str(), *count)).collect(),
        });
        let (candidates, depots): (Vec<_>, Vec<_>) = (candidates.collect(), depots.collect());
        question(&Scene {
            candidates: &candidates,
            depots: &depots,
            covers: &moment.covers,
            catalogue: &self.catalogue,
            travel: Travel { network: self.network.as_ref(), cuts: &cuts, speeds: &self.speeds },
            settings: &self.settings,
            now: moment.now,
        })
    }
}

impl Moment {
    /// Takes from the board what a look at the cover needs, as [`Moment::of`] does; `None`, and nothing copied, while no
    /// area has to be covered beside those in `apart`.
    pub fn of_cover(
        board: &Board,
        (area, drill): (AreaCode, bool),
        near: &Near,
        now: Timestamp,
        last_seen: &dyn Fn(&UnitId) -> Option<Seen>,
        apart: &BTreeSet<AreaCode>,
    ) -> Option<Self> {
        let covers = covers(board, area, near, drill);
        let all_apart = covers.iter().all(|cover| apart.contains(&cover.area));
        (!all_apart).then(|| Self::with(board, (area, drill), covers, now, last_seen))
    }

    /// Returns the areas that must have a unit near.
    pub fn covers(&self) -> impl Iterator<Item = AreaCode> {
        self.covers.iter().map(|cover| cover.area)
    }

    /// Takes from the board what lies in `area`, for a drill or in earnest: a drill keeps no unit from what really
    /// happens, and its warnings are none. `last_seen` says where a unit is by its own terminal.
    pub fn of(
        board: &Board,
        (area, drill): (AreaCode, bool),
        near: &Near,
        now: Timestamp,
        last_seen: &dyn Fn(&UnitId) -> Option<Seen>,
    ) -> Self {
        let covers = covers(board, area, near, drill);
        Self::with(board, (area, drill), covers, now, last_seen)
    }

    fn with(
        board: &Board,
        (area, drill): (AreaCode, bool),
        covers: Vec<Cover>,
        now: Timestamp,
        last_seen: &dyn Fn(&UnitId) -> Option<Seen>,
    ) -> Self {
        let day = now.local(board.timezone()).date();
        let units = board.units.iter().filter(|unit| area.contains(unit.area));
        let depots = board
            .sites
            .iter()
            .filter(|site| site.kind() == SiteKind::Depot && area.contains(site.area));
        let depots = depots.map(|site| {
            let items = board.supplies.stocks.of(&site.id).iter().map(|line| &line.item);
            let items: BTreeSet<_> = items.collect();
            let free = items.into_iter().map(|item| {
                let free = board.supplies.free(&site.id, item, day);
                (item.to_string(), u32::try_from(free).unwrap_or(u32::MAX))
            });
            Stocked { site: site.id.clone(), at: site.at, free: free.collect() }
        });
        Self {
            units: units.map(|unit| known(board, unit, drill, now, last_seen(&unit.id))).collect(),
            depots: depots.collect(),
            closures: board.closures.iter().map(|closed| closed.what.clone()).collect(),
            covers,
            now,
        }
    }
}

/// Returns where a unit was seen last by its own terminal.
pub fn last_seen(
    board: &Board,
    positions: &Positions,
    id: &UnitId,
    now: Timestamp,
) -> Option<Seen> {
    let number = positions.registry().by_id(id.as_str())?;
    let (fix, unit) = (positions.last(number)?, board.units.get(id)?);
    let stale = Staleness::of(fix.at, now, unit.reports_every_s) != Staleness::Fresh;
    Some(Seen { at: fix.place(), when: fix.at, stale })
}

fn known(board: &Board, unit: &Unit, drill: bool, now: Timestamp, seen: Option<Seen>) -> Known {
    let readiness = board.assignments.readiness(&unit.id);
    let bound = board.assignments.binding(&unit.id);
    let (at_drill, binding) = match bound {
        Some(bound) if !drill && board.is_drill(bound) => (Some(bound), None),
        bound => (None, bound),
    };
    let free = || match at_drill {
        Some(bound) => Standing::AtDrill { incident: bound.incident.to_string().into() },
        None => Standing::Free,
    };
    let standing = match (binding, readiness) {
        (Some(bound), _) if bound.status == Status::OnScene => {
            Standing::Busy { incident: bound.incident.to_string().into(), back: bound.back_at }
        }
        (Some(bound), _) => Standing::UnderWay { incident: bound.incident.to_string().into() },
        (None, Some(said)) => match (said.state_at(now), said.until) {
            (ReadinessState::NotReady, _) | (ReadinessState::Resting, None) => {
                Standing::NotReady { reason: said.note.clone() }
            }
            (ReadinessState::Resting, Some(until)) => Standing::Resting { until },
            (ReadinessState::Ready, _) => free(),
        },
        (None, None) => free(),
    };
    let said = readiness.filter(|said| said.until.is_none_or(|until| until > now));
    Known {
        unit: unit.clone(),
        seen,
        strength: said.and_then(|said| said.strength).or(unit.strength),
        standing,
        at_work_since: bound.and_then(|bound| bound.reached(Status::Accepted)),
    }
}

/// Returns the townships under a red warning: each keeps a boat near. A drill has those of exercises beside the real
/// ones, which do not wait for it to end.
fn covers(board: &Board, area: AreaCode, near: &Near, drill: bool) -> Vec<Cover> {
    let counts = |known: &&Warning| {
        known.message.colour == Some(Colour::Red) && (drill || !known.message.status.is_drill())
    };
    let red = board.active_warnings().filter(counts);
    let red: Vec<_> = red.collect();
    let warned = |known: &&Area| {
        known.code.level() == Level::Township
            && red.iter().any(|warning| warning.extent.touches(known.code))
    };
    let cover = |known: &Area| {
        let (ability, within_s) = (near.ability.clone(), near.within_s);
        Some(Cover { area: known.code, at: known.centroid?, ability, within_s })
    };
    board.areas.inside(area).filter(warned).filter_map(cover).collect()
}
