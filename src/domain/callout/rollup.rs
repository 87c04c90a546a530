//! How many of an area's obligations stand where, kept up the tree as each one changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::obligation::StateName;
use crate::domain::ids::AreaCode;

/// Counts of obligations by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub ringing: u32,
    pub answered: u32,
    pub unreached: u32,
    pub withdrawn: u32,
}

impl Tally {
    pub fn total(self) -> u32 {
        self.ringing + self.answered + self.unreached + self.withdrawn
    }

    /// Returns how many still demand something of somebody.
    pub fn open(self) -> u32 {
        self.ringing + self.unreached
    }

    fn count_mut(&mut self, state: StateName) -> &mut u32 {
        match state {
            StateName::Ringing => &mut self.ringing,
            StateName::Answered => &mut self.answered,
            StateName::Unreached => &mut self.unreached,
            StateName::Withdrawn => &mut self.withdrawn,
        }
    }
}

/// A callout's tallies for every area that has an obligation in it, villages to province.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rollup {
    by_area: BTreeMap<AreaCode, Tally>,
    whole: Tally,
}

impl Rollup {
    /// Returns the tally of everything that lies in `area`, its own posts included.
    pub fn of(&self, area: AreaCode) -> Tally {
        self.by_area.get(&area).copied().unwrap_or_default()
    }

    pub fn whole(&self) -> Tally {
        self.whole
    }

    pub(super) fn add(&mut self, area: AreaCode, state: StateName) {
        self.change(area, |tally| *tally.count_mut(state) += 1);
    }

    pub(super) fn shift(&mut self, area: AreaCode, was: StateName, is: StateName) {
        self.change(area, |tally| {
            let count = tally.count_mut(was);
            debug_assert!(*count > 0, "an obligation left a state it was not counted in");
            *count = count.saturating_sub(1);
            *tally.count_mut(is) += 1;
        });
    }

    fn change(&mut self, area: AreaCode, change: impl Fn(&mut Tally)) {
        for code in area.lineage() {
            change(self.by_area.entry(code).or_default());
        }
        change(&mut self.whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_is_counted_in_its_township_and_county() {
        let mut rollup = Rollup::default();
        rollup.add(code("990101001001"), StateName::Ringing);
        rollup.add(code("990101002001"), StateName::Ringing);
        rollup.shift(code("990101001001"), StateName::Ringing, StateName::Answered);
        assert_eq!(rollup.of(code("990101001")).answered, 1);
        assert_eq!(rollup.of(code("990101001")).ringing, 0);
        let county = rollup.of(code("990101"));
        assert_eq!((county.answered, county.ringing, county.total()), (1, 1, 2));
        assert_eq!(rollup.whole(), county);
    }

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }
}
