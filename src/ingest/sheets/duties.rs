//! The names by which tables call duties, and the marks of month grids.

use std::collections::BTreeMap;

use super::{
    directory::one_apart,
    headers,
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::ids::Duty;

/// Chinese names of duties as bureaus write them; a site may add its own to [`Duties`].
const NAMES: &[(&str, &str)] = &[
    ("带班领导", "lead_officer"),
    ("带班", "lead_officer"),
    ("值班领导", "lead_officer"),
    ("值班员", "duty_officer"),
    ("值班人员", "duty_officer"),
    ("值班人", "duty_officer"),
    ("值守人员", "duty_officer"),
    ("值班", "duty_officer"),
    ("主班", "duty_officer"),
    ("备勤", "standby"),
    ("备勤人员", "standby"),
    ("备班", "standby"),
    ("备班人员", "standby"),
    ("指挥长", "flood_chief"),
    ("防汛指挥长", "flood_chief"),
    ("防指指挥长", "flood_chief"),
    ("县防汛抗旱指挥部指挥长", "flood_chief"),
    ("应急管理局局长", "bureau_head"),
    ("局长", "bureau_head"),
    ("气象台值班岗", "met_desk"),
    ("水利局", "water_bureau"),
    ("自然资源局", "natural_resources"),
    ("自然资源和林业局", "natural_resources"),
    ("交通运输局", "transport_bureau"),
    ("公安局", "public_security"),
    ("卫生健康委", "health_commission"),
    ("卫健委", "health_commission"),
    ("供电公司", "power_company"),
    ("乡镇长", "township_head"),
    ("镇长", "township_head"),
    ("乡长", "township_head"),
    ("主任", "township_head"),
    ("村值班岗", "village_duty"),
    ("村值班", "village_duty"),
    ("防汛责任人", "flood_warden"),
    ("防汛专管员", "flood_warden"),
    ("网格员", "grid_person"),
];

/// Which duty a table means by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duties {
    by_name: BTreeMap<String, Duty>,
}

impl Default for Duties {
    fn default() -> Self {
        let mut duties = Duties { by_name: BTreeMap::new() };
        for (name, duty) in NAMES {
            duties.name(name, duty.parse().expect("a constant that a test parses"));
        }
        duties
    }
}

impl Duties {
    /// Lets tables call `duty` by `name` as well.
    pub fn name(&mut self, name: &str, duty: Duty) {
        self.by_name.insert(headers::plain(name), duty);
    }

    /// Returns the duty that `text` names in Chinese, whatever stands in brackets after it.
    pub(super) fn named(&self, text: &str) -> Option<Duty> {
        self.by_name.get(&headers::plain(text)).cloned()
    }

    /// Returns the duty whose name `text` holds, the longest of them, or differs from in one letter.
    pub(super) fn near(&self, text: &str) -> Option<Duty> {
        let plain = headers::plain(text);
        let letters = |name: &str| name.chars().count();
        let held = self.by_name.iter().filter(|(name, _)| plain.contains(name.as_str()));
        let held = held.max_by_key(|(name, _)| letters(name));
        let alike = || {
            let long = self.by_name.iter().filter(|(name, _)| letters(name) > 2);
            long.into_iter().find(|(name, _)| one_apart(name, &plain))
        };
        held.or_else(alike).map(|(_, duty)| duty.clone())
    }

    /// Reads a duty by name or by its code.
    pub(super) fn read(&self, cell: &Cell) -> Result<Duty, Problem> {
        let text = cell.text();
        let coded = || text.parse().ok();
        self.named(&text).or_else(coded).ok_or_else(|| problem::unknown_duty(&text, self.known()))
    }

    fn known(&self) -> String {
        self.by_name.keys().cloned().collect::<Vec<_>>().join("、")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_that_nearly_names_a_duty_is_told_by_the_longest_name_in_it() {
        let duties = Duties::default();
        let near = |text: &str| duties.near(text).map(|duty| duty.to_string());
        assert_eq!(near("今日带班领导姓名").as_deref(), Some("lead_officer"));
        assert_eq!(near("值班人圆").as_deref(), Some("duty_officer"));
        assert_eq!(near("帯班领导").as_deref(), Some("lead_officer"));
        assert_eq!(near("天气"), None);
    }

    #[test]
    fn a_duty_is_read_by_name_and_by_code() {
        let mut duties = Duties::default();
        duties.name("总值班", "chief_duty".parse().unwrap());
        for (text, duty) in [
            ("带班领导", "lead_officer"),
            ("值 班 员（副班）", "duty_officer"),
            ("总值班", "chief_duty"),
            ("flood_warden", "flood_warden"),
        ] {
            assert_eq!(duties.read(&Cell::of_text(text)).unwrap().as_str(), duty, "{text}");
        }
        let problem = duties.read(&Cell::of_text("带班头领")).unwrap_err();
        assert_eq!(problem.code, "unknown_duty");
        assert!(problem.zh.remedy.contains("带班领导"));
    }
}
