//! What was read already, the newest of it: a list says the same each minute.

use std::collections::{BTreeSet, VecDeque};

/// A bounded set of names; the oldest is forgotten first, and then read once more.
#[derive(Debug)]
pub(super) struct Memory {
    names: BTreeSet<String>,
    in_order: VecDeque<String>,
    limit: usize,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { names: BTreeSet::new(), in_order: VecDeque::new(), limit }
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn remember(&mut self, name: &str) {
        if self.names.insert(name.to_owned()) {
            self.in_order.push_back(name.to_owned());
        }
        if self.in_order.len() > self.limit
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.names.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_name_is_forgotten_first() {
        let mut memory = Memory::new(2);
        ["a", "b", "a", "c"].iter().for_each(|name| memory.remember(name));
        assert_eq!(["a", "b", "c"].map(|name| memory.holds(name)), [false, true, true]);
    }
}
