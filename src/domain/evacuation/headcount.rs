//! How many people are in a shelter, as those who are there say.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{EvacuationFault, report};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    decision::Draft,
    event::ShelterCounted,
    ids::SiteId,
    rejection::Rejection,
};

/// More people than this are in no shelter: a slip of the hand.
pub(super) const MOST_PEOPLE: u32 = 1_000_000;

/// What somebody says of the people in a shelter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Headcount {
    /// So many are there.
    Counted(u32),
    Arrived(u32),
    Departed(u32),
}

/// Says how many people are in a shelter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHeadcount {
    pub shelter: SiteId,
    pub said: Headcount,
    pub note: String,
    /// Why there are more than it holds.
    pub over_capacity: Option<CompactString>,
}

pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    report: &ReportHeadcount,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let (site, shelter) = board.known_shelter(&report.shelter)?;
    let responsible = site.contact.is_some() && site.contact == actor.person;
    if !responsible {
        if !actor.sees(site.area) {
            return Err(EvacuationFault::NotAShelter(site.id.clone()).into());
        }
        if !actor.role.may(Capability::Instruct) {
            return Err(EvacuationFault::NotYours(site.id.clone()).into());
        }
    }
    report::short(&report.note, "note")?;
    let reason = report.over_capacity.as_deref();
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Rejection::Empty { field: "reason" });
    }
    reason.map_or(Ok(()), |reason| report::short(reason, "reason"))?;
    let room = board.room(site, shelter, draft.now, draft.now);
    let (people, free, wanted) = match report.said {
        // Whoever is there is there: places kept for others do not make him vanish.
        Headcount::Counted(people) => (people, room.capacity, people),
        Headcount::Arrived(more) => (room.people.saturating_add(more), room.free(), more),
        Headcount::Departed(gone) => match room.people.checked_sub(gone) {
            Some(left) => (left, 0, 0),
            None => {
                let (shelter, people) = (site.id.clone(), room.people);
                return Err(EvacuationFault::TooFew { shelter, people }.into());
            }
        },
    };
    if people > MOST_PEOPLE {
        return Err(EvacuationFault::People.into());
    }
    let crowded = wanted > free;
    if crowded && report.over_capacity.is_none() {
        return Err(board.full((site, free, wanted), draft.now, draft.now).into());
    }
    draft.push(ShelterCounted {
        shelter: site.id.clone(),
        area: site.area,
        said: report.said,
        people,
        note: report.note.clone(),
        over_capacity: report.over_capacity.clone().filter(|_| crowded).unwrap_or_default(),
    });
    Ok(())
}
