//! The areas of a warning by name: all of them, or the first with the number of all.

use std::collections::BTreeSet;

use super::{
    Names,
    length::{Measure, one_line},
    spoken,
};
use crate::domain::warning::Message;

pub(super) struct Places {
    names: Vec<String>,
}

impl Places {
    pub(super) fn of(message: &Message, names: &Names<'_>) -> Self {
        let mut found: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut add = |name: &str| {
            let name = one_line(name);
            if !name.is_empty() && seen.insert(name.clone()) {
                found.push(name);
            }
        };
        for area in &message.areas {
            let known: Vec<_> = area.codes.iter().filter_map(|code| (names.area)(*code)).collect();
            known.iter().for_each(|name| add(name));
            // A description of a whole area is better than silence about a code that nobody here knows,
            // but a code itself means nothing to the public.
            let speaks = !area.description.bytes().all(|byte| byte.is_ascii_digit());
            if known.is_empty() && speaks && area.description != "未注明" {
                add(&area.description);
            }
        }
        Places { names: found }
    }

    /// Returns the names that fit, and whether some are only counted. Names are never cut.
    pub(super) fn within(&self, measure: Measure, spoken: bool) -> (String, bool) {
        let said = |text: String| if spoken { spoken::words(&text) } else { text };
        let all = said(self.names.join("、"));
        if measure.fits(&all) {
            return (all, false);
        }
        let counted = |shown: usize| {
            said(format!("{}等{}地", self.names[..shown].join("、"), self.names.len()))
        };
        let most = (1..self.names.len()).take_while(|shown| measure.fits(&counted(*shown))).last();
        (most.map(counted).unwrap_or_default(), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::Outlet;

    #[test]
    fn names_are_listed_whole_or_counted() {
        let places = Places { names: ["甲镇", "乙镇", "丙镇"].map(String::from).to_vec() };
        let within =
            |units: usize| places.within(Measure { outlet: Outlet::Sms, halves: units * 2 }, false);
        assert_eq!(within(8), ("甲镇、乙镇、丙镇".to_owned(), false));
        assert_eq!(within(7), ("甲镇等3地".to_owned(), true));
        assert_eq!(within(4), (String::new(), true));
        let spoken = places.within(Measure { outlet: Outlet::Loudspeaker, halves: 10 }, true);
        assert_eq!(spoken.0, "甲镇等三地");
    }
}
