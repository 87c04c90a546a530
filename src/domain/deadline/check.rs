//! What cannot be in a file of time limits, named by rule and key.

use std::collections::BTreeSet;

use super::{
    due::are_times,
    rule::{Gravity, Medium, Round, Rule, Rules},
};

/// Rules of one county, and rounds.
const RULES_MAX: usize = 500;
const ROUNDS_MAX: usize = 20;
/// Characters of an id, a name and a source.
const ID_LIMIT: usize = 64;
const NAME_LIMIT: usize = 40;
const SOURCE_LIMIT: usize = 400;

/// The first thing that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesFault {
    #[error("{entry}: {key}: {remedy}")]
    Entry { entry: String, key: &'static str, remedy: String },
    #[error("{first} and {second} both say when to report by {medium} in the same case; keep one")]
    Both { first: String, second: String, medium: &'static str },
    #[error("{key}: at most {limit}")]
    TooMany { key: &'static str, limit: usize },
}

impl Rules {
    /// Returns the first thing that cannot be. Two rules that would be equally near to a case are one.
    pub fn fault(&self) -> Option<RulesFault> {
        let many =
            |key, count, limit| (count > limit).then_some(RulesFault::TooMany { key, limit });
        many("rule", self.rules.len(), RULES_MAX)
            .or_else(|| many("round", self.rounds.len(), ROUNDS_MAX))
            .or_else(|| self.twice())
            .or_else(|| self.rules.iter().find_map(rule))
            .or_else(|| self.rounds.iter().find_map(round))
            .or_else(|| self.rivals())
    }

    fn twice(&self) -> Option<RulesFault> {
        let mut seen = BTreeSet::new();
        let rules = self.rules.iter().map(|rule| &rule.id);
        let mut ids = rules.chain(self.rounds.iter().map(|round| &round.id));
        let id = ids.find(|id| !seen.insert(id.as_str()))?;
        Some(entry(id, "id", "two have this id; ids are for rules and rounds together"))
    }

    fn rivals(&self) -> Option<RulesFault> {
        self.rules.iter().enumerate().find_map(|(at, first)| {
            let mut others = self.rules.iter().skip(at + 1);
            others.find_map(|second| {
                let medium = Medium::ALL
                    .into_iter()
                    .find(|medium| first.due(*medium).is_some() && second.due(*medium).is_some())?;
                are_rivals(first, second).then(|| RulesFault::Both {
                    first: first.id.to_string(),
                    second: second.id.to_string(),
                    medium: match medium {
                        Medium::Phone => "phone",
                        Medium::Written => "paper",
                    },
                })
            })
        })
    }
}

fn are_rivals(first: &Rule, second: &Rule) -> bool {
    fn share<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.is_empty() && other.is_empty() || one.iter().any(|item| other.contains(item))
    }
    let key = |rule: &Rule| (rule.series, rule.area, rule.hop, rule.stage, rule.deaths_from);
    key(first) == key(second)
        && share(&first.events, &second.events)
        && share(&first.levels, &second.levels)
}

fn rule(rule: &Rule) -> Option<RulesFault> {
    let told = |key, remedy: String| Some(entry(&rule.id, key, &remedy));
    if let Some(code) = rule.events.iter().find(|code| !is_event_code(code)) {
        let remedy = format!(
            "{code:?} is no national code or its beginning, such as 1 (natural disasters) or 11B03"
        );
        return told("events", remedy);
    }
    if has_twice(&rule.events) {
        return told("events", "name each code once".to_owned());
    }
    if has_twice(&rule.levels) {
        return told("levels", "name each level once".to_owned());
    }
    if rule.levels.contains(&Gravity::Sensitive) && rule.levels.len() > 1 {
        // One rule for both would be nearer for a sensitive incident than a graded rule beside it.
        return told("levels", "give \"sensitive\" a rule of its own".to_owned());
    }
    if rule.phone.is_none() && rule.written.is_none() {
        return told(
            "phone",
            "say when to report by phone, on paper (written), or both".to_owned(),
        );
    }
    named(&rule.id, &rule.source)
}

fn round(round: &Round) -> Option<RulesFault> {
    for (key, name) in [("zh", &round.zh), ("en", &round.en)] {
        if !(1..=NAME_LIMIT).contains(&name.trim().chars().count()) {
            let remedy = format!("give it a name of up to {NAME_LIMIT} characters");
            return Some(entry(&round.id, key, &remedy));
        }
    }
    if !are_times(&round.times) {
        let remedy = "use 1 to 24 times, each later than the one before it";
        return Some(entry(&round.id, "times", remedy));
    }
    named(&round.id, &round.source)
}

fn named(id: &str, source: &str) -> Option<RulesFault> {
    let is_id = (1..=ID_LIMIT).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_id {
        let remedy = format!("use up to {ID_LIMIT} of a-z, 0-9 and _");
        return Some(entry(id, "id", &remedy));
    }
    if !(1..=SOURCE_LIMIT).contains(&source.trim().chars().count()) {
        let remedy = format!("say where it is written, in up to {SOURCE_LIMIT} characters");
        return Some(entry(id, "source", &remedy));
    }
    None
}

/// Natural disasters 1, accidents 2, public health 3, social security 4; then up to four signs.
fn is_event_code(code: &str) -> bool {
    let kind = code.starts_with(['1', '2', '3', '4']);
    let signs = code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    kind && signs && code.len() <= 5
}

fn has_twice<T: Ord>(items: &[T]) -> bool {
    let mut seen = BTreeSet::new();
    !items.iter().all(|item| seen.insert(item))
}

fn entry(id: &str, key: &'static str, remedy: &str) -> RulesFault {
    RulesFault::Entry { entry: id.chars().take(ID_LIMIT).collect(), key, remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../../config/deadlines.toml");

    #[test]
    fn the_time_limits_that_come_with_the_program_are_good() {
        let rules: Rules = toml::from_str(GOOD).unwrap();
        assert_eq!(rules.fault(), None);
        let written = toml::to_string(&rules).unwrap();
        assert_eq!(toml::from_str::<Rules>(&written).unwrap(), rules);
        let packed = rmp_serde::to_vec_named(&rules).unwrap();
        assert_eq!(rmp_serde::from_slice::<Rules>(&packed).unwrap(), rules);
        let json = serde_json::to_value(&rules).unwrap();
        assert_eq!(serde_json::from_value::<Rules>(json).unwrap(), rules);
    }

    #[test]
    fn a_fault_names_rule_and_key() {
        const ONE: &str = "[[rule]]\nid = \"one\"\nhop = \"county_to_city\"\nstage = \"first\"\n\
            from = \"receipt\"\nphone = { minutes = 30 }\nsource = \"x\"\nconfirmed = true\n";
        const ROUND: &str = "[[round]]\nid = \"round\"\nzh = \"零报告\"\nen = \"Zero\"\n\
            times = [\"08:00\"]\nsource = \"x\"\nconfirmed = true\n";
        let two = format!("{ONE}{}", ONE.replace("\"one\"", "\"two\""));
        let both = format!("{ONE}{ROUND}");
        for (from, to, told) in [
            ("[[rule]]", "[[rules]]", "unknown field `rules`"),
            ("from =", "since =", "unknown field `since`"),
            ("minutes", "minute", "unknown field `minute`"),
            ("{ minutes = 30 }", "{ minutes = 0 }", "minutes: use 1 to 43200"),
            ("{ minutes = 30 }", "{ minutes = -1 }", "-1"),
            ("{ minutes = 30 }", "{ minutes = 1.5 }", "floating point `1.5`"),
            ("{ minutes = 30 }", "{ minutes = 1, working_days = 1 }", "give exactly one of"),
            ("{ minutes = 30 }", "{}", "give exactly one of"),
            ("{ minutes = 30 }", "{ daily = [] }", "daily: use 1 to 24 times"),
            ("{ minutes = 30 }", "{ daily = [\"17:00\", \"08:00\"] }", "daily: use 1 to 24 times"),
            ("{ minutes = 30 }", "{ daily = [\"24:00\"] }", "\"24:00\" is not a time of the day"),
            ("{ minutes = 30 }", "{ working_days = 61 }", "working_days: use 1 to 60"),
            ("county_to_city", "city_to_county", "is not a hop upward such as county_to_city"),
            ("county_to_city", "county_to_moon", "is not a hop upward such as county_to_city"),
            ("\"first\"", "\"second\"", "unknown variant `second`"),
            ("\"receipt\"", "\"dawn\"", "unknown variant `dawn`"),
            ("hop =", "levels = [5]\nhop =", "a level, 1 (gravest) to 4, or \"sensitive\""),
            ("hop =", "levels = [-1]\nhop =", "a level, 1 (gravest) to 4, or \"sensitive\""),
            ("hop =", "levels = [\"red\"]\nhop =", "a level, 1 (gravest) to 4, or \"sensitive\""),
            ("hop =", "levels = [1, 1]\nhop =", "one: levels: name each level once"),
            ("hop =", "levels = [1, \"sensitive\"]\nhop =", "one: levels: give \"sensitive\" a"),
            ("hop =", "area = \"4\"\nhop =", "is not an area code of 12 digits"),
            ("hop =", "events = [\"5\"]\nhop =", "one: events: \"5\" is no national code"),
            ("hop =", "events = [\"11b\"]\nhop =", "one: events: \"11b\" is no national code"),
            ("hop =", "events = [\"\"]\nhop =", "one: events: \"\" is no national code"),
            ("hop =", "events = [\"1\", \"1\"]\nhop =", "one: events: name each code once"),
            ("phone = { minutes = 30 }\n", "", "one: phone: say when to report"),
            ("source = \"x\"", "source = \" \"", "one: source: say where it is written"),
            ("\"one\"", "\"One\"", "One: id: use up to 64 of a-z"),
            ("confirmed = true\n", "", "missing field `confirmed`"),
            ("08:00", "8:00", "\"8:00\" is not a time of the day"),
            ("[\"08:00\"]", "[]", "round: times: use 1 to 24 times"),
            ("\"零报告\"", "\"\"", "round: zh: give it a name"),
            ("id = \"round\"", "id = \"one\"", "one: id: two have this id"),
        ] {
            let broken = both.replacen(from, to, 1);
            assert_ne!(broken, both, "{from}");
            assert_told(&broken, told);
        }
        assert_told(&two, "one and two both say when to report by phone in the same case");
        let apart = two.replacen("hop =", "events = [\"11\"]\nhop =", 1);
        assert_eq!(toml::from_str::<Rules>(&apart).unwrap().fault(), None);
    }

    #[track_caller]
    fn assert_told(text: &str, told: &str) {
        let fault = match toml::from_str::<Rules>(text) {
            Ok(rules) => rules.fault().expect(text).to_string(),
            Err(error) => error.to_string(),
        };
        assert!(fault.contains(told), "{told}: {fault}");
    }
}
