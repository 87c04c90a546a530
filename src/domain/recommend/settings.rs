//! By what units are ranked: every figure, with what it stands for.

use serde::{Deserialize, Serialize};

/// Grades of incidents: 1 (Ⅰ, gravest) to 4.
pub const GRADES: usize = 4;

/// What speaks for and against a unit, in seconds: so many seconds later might another one arrive and still be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Oldest position that a unit is reckoned from. With an older one it counts as at its base if it was last seen
    /// there, and as not found otherwise.
    pub max_fix_age_s: u32,
    /// How far from its base a unit still is at its base, in metres.
    pub at_base_m: u32,
    /// Units farther away by road are not proposed.
    pub radius_km: u32,
    /// From the order until a unit at its base drives off.
    pub turnout_s: u32,
    /// For a position that is older than the terminal's period.
    pub stale_s: u32,
    /// For a unit of which only the base is known.
    pub base_only_s: u32,
    /// For a unit that has none of its people; with a part of them missing, that part of it.
    pub short_handed_s: u32,
    /// Hours at work after which a rested unit is preferred.
    pub tired_after_h: u32,
    /// For a unit that has worked so long.
    pub tired_s: u32,
    /// Whether units that rest are proposed, after all others.
    pub break_rest: bool,
    /// For a unit that is woken from its rest.
    pub break_rest_s: u32,
    /// For each area that has no other unit near by.
    pub bare_s: u32,
    /// For each unit beyond the first where people or an amount are counted: few large ones before many small ones.
    pub another_unit_s: u32,
    /// For turning a unit around that is under way to another incident; only joint proposals do.
    pub divert_s: u32,
    /// How much a second of an incident of each grade weighs in a joint proposal, Ⅰ first.
    pub weights: [u32; GRADES],
    /// Alternatives and rejected units shown for each need.
    pub alternatives: usize,
    pub rejected: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_fix_age_s: 1_800,
            at_base_m: 500,
            radius_km: 60,
            turnout_s: 120,
            stale_s: 120,
            base_only_s: 60,
            short_handed_s: 900,
            tired_after_h: 12,
            tired_s: 900,
            break_rest: false,
            break_rest_s: 1_800,
            bare_s: 600,
            another_unit_s: 300,
            divert_s: 120,
            weights: [8, 4, 2, 1],
            alternatives: 5,
            rejected: 50,
        }
    }
}

impl Settings {
    /// Returns everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<String> {
        let ranges = [
            ("max_fix_age_s", self.max_fix_age_s, 30, 86_400),
            ("at_base_m", self.at_base_m, 0, 10_000),
            ("radius_km", self.radius_km, 1, 2_000),
            ("turnout_s", self.turnout_s, 0, 7_200),
            ("stale_s", self.stale_s, 0, MALUS_MAX),
            ("base_only_s", self.base_only_s, 0, MALUS_MAX),
            ("short_handed_s", self.short_handed_s, 0, MALUS_MAX),
            ("tired_after_h", self.tired_after_h, 1, 72),
            ("tired_s", self.tired_s, 0, MALUS_MAX),
            ("break_rest_s", self.break_rest_s, 0, MALUS_MAX),
            ("bare_s", self.bare_s, 0, MALUS_MAX),
            ("another_unit_s", self.another_unit_s, 0, MALUS_MAX),
            ("divert_s", self.divert_s, 0, MALUS_MAX),
        ];
        let weights = self.weights.iter().map(|weight| ("weights", *weight, 1, 100));
        let outside = ranges.into_iter().chain(weights);
        let outside = outside.filter(|(_, value, low, high)| !(low..=high).contains(&value));
        outside.map(|(name, _, low, high)| format!("{name}: use {low} to {high}")).collect()
    }
}

/// A day: what speaks more against a unit than that is no ranking.
const MALUS_MAX: u32 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_used_and_what_cannot_be_is_named() {
        assert_eq!(Settings::default().faults(), Vec::<String>::new());
        let wrong = Settings { radius_km: 0, weights: [8, 4, 2, 0], ..Settings::default() };
        assert_eq!(wrong.faults(), ["radius_km: use 1 to 2000", "weights: use 1 to 100"]);
    }
}
