//! What a file does not say itself: whose it is, of which year, and what it may refer to.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use compact_str::CompactString;

use super::{Duties, Known, site_names};
use crate::{
    domain::{board::Board, capability::Catalogue, ids::AreaCode},
    ingest::capabilities,
};

/// What a file does not say itself.
#[derive(Debug, Clone)]
pub struct Context {
    /// Whose clock the hours of a duty table are.
    pub zone: Tz,
    /// Whose duty table it is, where its lines and title do not say.
    pub area: Option<AreaCode>,
    /// The year of dates that have none; outweighs the title's.
    pub year: Option<i32>,
    pub duties: Duties,
    /// What units can do, and what lists call it.
    pub abilities: Catalogue,
    /// Areas imported before: parents that a file may leave out, names that a title may bear.
    pub known_areas: BTreeMap<AreaCode, CompactString>,
    /// What rows may refer to; without it references are not looked at.
    pub known: Option<Known>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            zone: chrono_tz::Asia::Shanghai,
            area: None,
            year: None,
            duties: Duties::default(),
            abilities: capabilities::built_in(),
            known_areas: BTreeMap::new(),
            known: None,
        }
    }
}

impl Context {
    /// Returns what the board knows of a county: its clock, its areas, its duties and whatever was imported before.
    pub fn of(board: &Board, jurisdiction: AreaCode) -> Self {
        let mut duties = Duties::default();
        for duty in board.callouts.policies().iter().flat_map(|set| &set.duties) {
            duties.name(&duty.zh, duty.name.clone());
        }
        Self {
            zone: board.timezone(),
            duties,
            known_areas: board.areas.all().map(|area| (area.code, area.name.clone())).collect(),
            known: Some(known(board, jurisdiction)),
            ..Self::default()
        }
    }
}

fn known(board: &Board, jurisdiction: AreaCode) -> Known {
    let terminals = board.units.iter().map(|unit| (unit.terminal().into(), unit.id.clone()));
    Known {
        jurisdiction,
        people: board.people.iter().map(|person| person.id.clone()).collect(),
        posts: board.roster.iter().map(|staffing| staffing.post.id.clone()).collect(),
        sites: board.sites.iter().map(|site| (site.id.clone(), site.kind())).collect(),
        names: site_names(board.sites.iter()),
        terminals: terminals.collect(),
        county: board.areas.get(jurisdiction).cloned(),
        catalogue: board.supplies.rules().items.clone(),
    }
}
