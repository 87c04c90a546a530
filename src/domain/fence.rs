//! Fences (电子围栏): which units are in which warned area, as the record has it.
//!
//! Every node sees the same unit cross the same border; the first to say so is written down, the others
//! change nothing. Invariant: of one unit and warning entries and exits alternate, and each is later than the
//! one before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{Event, FenceCrossed},
    ids::{AreaCode, UnitId, WarningId},
    rejection::Rejection,
    time::Timestamp,
    warning::Life,
};

/// A unit was seen to enter or leave a warned area.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    pub unit: UnitId,
    pub warning: WarningId,
    /// The area by whose border it was seen; none for a shape that the warning draws.
    pub area: Option<AreaCode>,
    pub entered: bool,
    /// When it was first seen on the other side, and where.
    pub at: Timestamp,
    pub lon: f64,
    pub lat: f64,
}

/// Where units are that have crossed a border of a warning in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fences {
    by_warning: BTreeMap<WarningId, BTreeMap<UnitId, Side>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Side {
    inside: bool,
    since: Timestamp,
}

impl Fences {
    /// Returns the units that are in the area of a warning, in order of id.
    pub fn inside(&self, warning: WarningId) -> impl Iterator<Item = &UnitId> {
        let sides = self.by_warning.get(&warning).into_iter().flatten();
        sides.filter(|(_, side)| side.inside).map(|(unit, _)| unit)
    }

    pub(super) fn cross(&mut self, crossed: &FenceCrossed) {
        let side = Side { inside: crossed.entered, since: crossed.at };
        let sides = self.by_warning.entry(crossed.warning).or_default();
        sides.insert(crossed.unit.clone(), side);
    }

    /// Forgets who is where when a warning is over.
    pub(super) fn end(&mut self, warning: WarningId) {
        self.by_warning.remove(&warning);
    }

    pub(super) fn remove(&mut self, unit: &UnitId) {
        self.by_warning.values_mut().for_each(|sides| sides.retain(|known, _| known != unit));
    }

    fn side(&self, crossing: &Crossing) -> Option<Side> {
        self.by_warning.get(&crossing.warning)?.get(&crossing.unit).copied()
    }
}

/// Decides what of what was seen is news. A warning that is over and a unit that is no more have none.
pub(super) fn note(
    board: &Board,
    actor: &Actor,
    seen: &[Crossing],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportPositions)?;
    let mut noted: BTreeMap<(WarningId, &UnitId), Side> = BTreeMap::new();
    for crossing in seen {
        let Some(unit) = board.units.get(&crossing.unit) else { continue };
        if !actor.sees(unit.area) {
            return Err(Rejection::OutsideArea(unit.area));
        }
        let in_force = board.warning(crossing.warning).is_some_and(|w| w.life == Life::Active);
        let key = (crossing.warning, &crossing.unit);
        let side = noted.get(&key).copied().or_else(|| board.fences.side(crossing));
        let known = side.map_or(!crossing.entered, |side| {
            side.inside == crossing.entered || crossing.at <= side.since
        });
        if !in_force || known {
            continue;
        }
        noted.insert(key, Side { inside: crossing.entered, since: crossing.at });
        let Crossing { unit: id, warning, area, entered, at, lon, lat } = crossing.clone();
        let crossed =
            FenceCrossed { unit: id, home: unit.area, warning, area, entered, at, lon, lat };
        draft.push(Event::FenceCrossed(crossed));
    }
    Ok(())
}
