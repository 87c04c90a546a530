//! The units that positions may be about, each under a number of its own.
//!
//! Invariant: a number means the same unit as long as the process lives, also when the unit is taken off the
//! list, so tables by number are never wrong.

use std::{collections::HashMap, sync::Arc};

use compact_str::CompactString;

use crate::domain::ids::{AreaCode, PersonId, UnitId};

/// Seconds between reports of a unit that does not say.
const PERIOD_S: u32 = 30;

/// A unit's number in this process; other nodes have others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitNumber(pub(super) u32);

impl UnitNumber {
    /// Returns the place in a table by number; numbers are given without gaps from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn number(self) -> u32 {
        self.0
    }
}

/// What the position plane has to know of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: UnitId,
    /// The division it belongs to: who sees that, sees it wherever it drives.
    pub area: AreaCode,
    pub reports_every_s: u32,
    /// What the gateway calls its terminal, where that is not its id.
    pub terminal: Option<CompactString>,
    /// Who may report where it is from his own phone.
    pub contact: Option<PersonId>,
}

impl Known {
    /// Returns how often it reports, for what is stale.
    pub fn period_s(&self) -> u32 {
        if self.reports_every_s == 0 { PERIOD_S } else { self.reports_every_s }
    }
}

/// Every unit that is or was known.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    units: Vec<Arc<Known>>,
    by_id: HashMap<CompactString, UnitNumber>,
    /// Terminals and ids under which positions come; a unit that is off the list has none.
    by_name: HashMap<CompactString, UnitNumber>,
    listed: Vec<bool>,
}

impl Registry {
    /// Returns the unit whose positions come under this name, unless it is off the list.
    pub fn find(&self, name: &str) -> Option<UnitNumber> {
        self.by_name.get(name).copied()
    }

    /// Returns the unit with this id, unless it is off the list.
    pub fn by_id(&self, id: &str) -> Option<UnitNumber> {
        self.by_id.get(id).copied().filter(|unit| self.lists(*unit))
    }

    /// Returns a unit, also one that is off the list.
    pub fn get(&self, unit: UnitNumber) -> Option<&Arc<Known>> {
        self.units.get(unit.index())
    }

    /// Returns the unit with a number that somebody outside has kept.
    pub fn at(&self, number: u32) -> Option<&Arc<Known>> {
        self.units.get(number as usize)
    }

    /// Tells whether a unit is on the list.
    pub fn lists(&self, unit: UnitNumber) -> bool {
        self.listed.get(unit.index()).copied().unwrap_or(false)
    }

    /// Returns how many numbers have been given.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Makes `all` the list. A name that is one unit's terminal and another's id is the terminal's, as on the
    /// board.
    pub(super) fn list(&mut self, all: Vec<Known>) {
        self.by_name.clear();
        self.listed.fill(false);
        let mut numbers = Vec::with_capacity(all.len());
        for known in all {
            let id = CompactString::from(known.id.as_str());
            let terminal = known.terminal.clone().unwrap_or_else(|| id.clone());
            let number = self.number(&id, known);
            self.listed[number.index()] = true;
            self.by_name.insert(terminal, number);
            numbers.push((id, number));
        }
        for (id, number) in numbers {
            self.by_name.entry(id).or_insert(number);
        }
    }

    fn number(&mut self, id: &CompactString, known: Known) -> UnitNumber {
        if let Some(number) = self.by_id.get(id).copied() {
            self.units[number.index()] = Arc::new(known);
            return number;
        }
        let next = u32::try_from(self.units.len());
        let number = UnitNumber(next.expect("a county has fewer than 2^32 units"));
        self.units.push(Arc::new(known));
        self.listed.push(false);
        self.by_id.insert(id.clone(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_a_units_own_however_the_list_changes() {
        let mut registry = Registry::default();
        registry.list(vec![unit("a", None), unit("b", Some("t-b"))]);
        let (a, b) = (registry.find("a").unwrap(), registry.find("b").unwrap());
        registry.list(vec![unit("c", None), unit("b", Some("t-2"))]);
        assert_eq!(registry.find("t-2"), Some(b));
        assert_eq!((registry.find("a"), registry.find("t-b")), (None, None));
        assert!(!registry.lists(a) && registry.lists(b));
        assert_eq!(registry.get(a).unwrap().id.as_str(), "a");
        registry.list(vec![unit("a", None)]);
        assert_eq!(registry.find("a"), Some(a));
        assert_eq!(registry.len(), 3);
    }

    #[test]
    fn a_name_that_is_a_terminal_and_an_id_is_the_terminals() {
        let mut registry = Registry::default();
        registry.list(vec![unit("a", Some("b")), unit("b", Some("x"))]);
        let id = |name| registry.get(registry.find(name).unwrap()).unwrap().id.to_string();
        assert_eq!([id("a"), id("b"), id("x")], ["a", "a", "b"]);
        assert_eq!(registry.get(registry.by_id("b").unwrap()).unwrap().id.as_str(), "b");
    }

    fn unit(id: &str, terminal: Option<&str>) -> Known {
        Known {
            id: id.parse().unwrap(),
            area: "990101".parse().unwrap(),
            reports_every_s: 10,
            terminal: terminal.map(Into::into),
            contact: None,
        }
    }
}
