//! What something is about: areas that are named whole or in part, and what lies in them.
//!
//! Invariant: nothing that lies in a whole area is named beside it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Areas, Shape};
use crate::domain::ids::{AreaCode, Level};

/// The areas that something is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// These and all that lies in them.
    pub whole: BTreeSet<AreaCode>,
    /// These, but not what lies in them: a drawn shape touches them and no area inside.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub partly: BTreeSet<AreaCode>,
}

impl Extent {
    pub fn of(area: AreaCode) -> Self {
        Self { whole: BTreeSet::from([area]), partly: BTreeSet::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.partly.is_empty()
    }

    /// Returns the areas named, whole or in part.
    pub fn named(&self) -> impl Iterator<Item = AreaCode> {
        self.whole.iter().chain(&self.partly).copied()
    }

    /// Tells whether `area` is named, or lies in what is named whole, or something named lies in it.
    pub fn touches(&self, area: AreaCode) -> bool {
        self.whole.iter().any(|whole| whole.contains(area))
            || self.named().any(|named| area.contains(named))
    }

    /// Tells whether everything that `other` is about is part of this too.
    pub fn covers(&self, other: &Extent) -> bool {
        let whole = |code: &AreaCode| code.lineage().any(|up| self.whole.contains(&up));
        let partly = |code: &AreaCode| self.partly.contains(code) || whole(code);
        other.whole.iter().all(whole) && other.partly.iter().all(partly)
    }

    /// Leaves out what lies in another whole area.
    fn pruned(mut whole: Vec<AreaCode>, partly: Vec<AreaCode>) -> Self {
        // In order of code what lies in an area follows it.
        whole.sort_unstable();
        whole.dedup_by(|code, above| above.contains(*code));
        let whole: BTreeSet<AreaCode> = whole.into_iter().collect();
        let covered = |code: &AreaCode| code.lineage().any(|up| whole.contains(&up));
        let partly = partly.into_iter().filter(|code| !covered(code)).collect();
        Self { whole, partly }
    }
}

impl Areas {
    /// Returns every known area of `level` that `extent` is about: those named, those that lie in
    /// what is named whole, and those that something named lies in.
    pub fn at_level(&self, extent: &Extent, level: Level) -> BTreeSet<AreaCode> {
        let inside = extent.whole.iter().flat_map(|code| self.inside(*code));
        let inside = inside.map(|area| area.code).filter(|code| code.level() == level);
        let above = extent.named().filter_map(|code| code.at(level));
        inside.chain(above.filter(|code| self.get(*code).is_some())).collect()
    }

    /// Returns what part of `jurisdiction` the codes and shapes of a message name.
    pub fn extent(&self, jurisdiction: AreaCode, codes: &[AreaCode], shapes: &[&Shape]) -> Extent {
        let (mut whole, mut partly) = (Vec::new(), Vec::new());
        for code in codes {
            if code.contains(jurisdiction) {
                whole.push(jurisdiction);
            } else if jurisdiction.contains(*code) {
                // A code newer than the county's list still lies in something the county knows.
                let known = code.lineage().find(|up| self.get(*up).is_some());
                whole.push(known.unwrap_or(jurisdiction));
            }
        }
        for shape in shapes {
            let mut hits = self.touched(shape);
            hits.retain(|code| jurisdiction.contains(*code));
            for (place, code) in hits.iter().enumerate() {
                // In order of code what lies in a hit follows it.
                if hits.get(place + 1).is_some_and(|next| code.contains(*next)) {
                    continue;
                }
                if self.holds_others(*code) { partly.push(*code) } else { whole.push(*code) }
            }
        }
        Extent::pruned(whole, partly)
    }

    /// Tells whether any known area lies in `code`, itself apart.
    fn holds_others(&self, code: AreaCode) -> bool {
        code.last_inside() != code && self.inside(code).nth(1).is_some()
    }
}
