//! Which rules count for a case, and the clocks they start.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    daily::next_daily,
    due::{Due, Reckoning},
    rule::{Grade, Gravity, Hop, Medium, Rank, Rule, Rules, Series, Stage, Start},
};
use crate::domain::{ids::AreaCode, time::Timestamp};

/// What rules ask about an incident and those who report it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'c> {
    /// The jurisdiction that reports.
    pub area: AreaCode,
    /// Who reports there.
    pub from: Rank,
    pub event: Option<&'c str>,
    /// None: not graded yet.
    pub grade: Option<Grade>,
    /// By time, place or people: the grading does not count.
    pub sensitive: bool,
    /// Dead and missing.
    pub deaths: u32,
    pub occurred_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub stable_at: Option<Timestamp>,
}

/// A report that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub series: Series,
    pub stage: Stage,
    pub hop: Hop,
    pub medium: Medium,
    pub starts: Timestamp,
    pub due_at: Timestamp,
    /// The rule's id.
    pub rule: CompactString,
    pub confirmed: bool,
    pub optional: bool,
    /// A year whose holidays nobody has entered, so that working days may be wrong.
    pub unknown_year: Option<i32>,
}

/// How near a rule is to a case, nearest greatest.
type Nearness = (u8, usize, u8, Option<u32>);

impl Rules {
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Returns the clocks of `stage` for a case, of every series and hop, phone before written.
    pub fn clocks(&self, case: &Case<'_>, stage: Stage, reckoning: Reckoning<'_>) -> Vec<Clock> {
        let mut chosen: BTreeMap<(Series, Hop, Medium), (Nearness, Clock)> = BTreeMap::new();
        let fitting = self.rules.iter().filter(|rule| rule.stage == stage);
        for rule in fitting.filter(|rule| rule.hop.from() == case.from) {
            let Some((nearness, starts)) = case.nearness(rule).zip(case.start(rule.from)) else {
                continue;
            };
            for medium in Medium::ALL {
                let Some(due) = rule.due(medium) else { continue };
                let key = (rule.series, rule.hop, medium);
                if chosen.get(&key).is_none_or(|(least, _)| nearness > *least) {
                    let clock = clock(rule, medium, due, starts, reckoning);
                    chosen.insert(key, (nearness, clock));
                }
            }
        }
        chosen.into_values().map(|(_, clock)| clock).collect()
    }

    /// Returns when a rule that is due daily is due next, later than `after`; `None` for one that is due once.
    pub fn next_time(
        &self,
        rule: &str,
        medium: Medium,
        after: Timestamp,
        reckoning: Reckoning<'_>,
    ) -> Option<Timestamp> {
        match self.rule(rule)?.due(medium)? {
            Due::Daily(times) => next_daily(times, reckoning.zone, after),
            Due::Minutes(_) | Due::WorkingDays(_) => None,
        }
    }
}

fn clock(
    rule: &Rule,
    medium: Medium,
    due: &Due,
    starts: Timestamp,
    reckoning: Reckoning<'_>,
) -> Clock {
    let due = due.after(starts, reckoning);
    Clock {
        series: rule.series,
        stage: rule.stage,
        hop: rule.hop,
        medium,
        starts,
        due_at: due.at,
        rule: rule.id.clone(),
        confirmed: rule.confirmed,
        optional: rule.optional,
        unknown_year: due.unknown_year,
    }
}

impl Case<'_> {
    /// Returns how near `rule` is, or `None` where it does not fit. The jurisdiction counts before the kind
    /// of incident, that before the level, that before the number of deaths.
    fn nearness(&self, rule: &Rule) -> Option<Nearness> {
        let area = match rule.area {
            Some(area) if area.contains(self.area) => area.level() as u8 + 1,
            Some(_) => return None,
            None => 0,
        };
        let events = rule.events.iter();
        let event = match (rule.events.is_empty(), self.event) {
            (true, _) => 0,
            (false, None) => return None,
            (false, Some(code)) => {
                let fitting = events.filter(|event| code.starts_with(event.as_str()));
                fitting.map(|event| event.len()).max()?
            }
        };
        let deaths = match rule.deaths_from {
            Some(least) if self.deaths < least => return None,
            least => least,
        };
        Some((area, event, self.gravity(&rule.levels)?, deaths))
    }

    /// A sensitive case is for rules that say so, and else one of the gravest level.
    fn gravity(&self, levels: &[Gravity]) -> Option<u8> {
        let grade = if self.sensitive { Some(Grade::One) } else { self.grade };
        let named = grade.is_some_and(|grade| levels.contains(&Gravity::Grade(grade)));
        match levels {
            [] => Some(0),
            _ if self.sensitive && levels.contains(&Gravity::Sensitive) => Some(2),
            _ => named.then_some(1),
        }
    }

    fn start(&self, from: Start) -> Option<Timestamp> {
        match from {
            Start::Occurrence => Some(self.occurred_at.unwrap_or(self.received_at)),
            Start::Receipt => Some(self.received_at),
            Start::Stable => self.stable_at,
        }
    }
}
