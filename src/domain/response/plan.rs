//! Plans (预案): what a county does about one family of hazards at each level, as data that the county signs.
//!
//! Invariant: a response keeps the plan that it was started with, whatever is adopted later.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::Grade;
use crate::domain::{
    deadline,
    gauge::Mark,
    ids::{Duty, Level},
};

/// Plans of one county, and entries of each kind in one of them.
const PLANS_MAX: usize = 40;
const ENTRIES_MAX: usize = 300;
/// Longest title and text of a task, in characters: those of any task.
const TITLE_LIMIT: usize = 60;
const TEXT_LIMIT: usize = 1_000;
/// Latest that a task is due, in minutes: a week.
const LATEST_MIN: u32 = 7 * 24 * 60;

/// Every plan of the county.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    pub plans: Vec<Plan>,
}

/// What is done about one family of hazards; see `config/plans/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub id: CompactString,
    /// As it stands between level and 应急响应: 防汛, 森林火灾.
    pub title: CompactString,
    /// The document it follows, in the county's words.
    pub source: String,
    /// National codes of hazards and incidents that are of the family, or their beginnings.
    pub events: Vec<CompactString>,
    /// What has to be so before a response ends.
    pub end: Vec<CompactString>,
    #[serde(default, rename = "propose")]
    pub rules: Vec<Rule>,
    #[serde(rename = "task")]
    pub tasks: Vec<PlanTask>,
    #[serde(default, rename = "on_post")]
    pub on_post: Vec<OnPost>,
    #[serde(default, rename = "round")]
    pub rounds: Vec<Round>,
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
}

/// What makes the program propose a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub when: Trigger,
    pub level: Grade,
    pub why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A gauge has risen to this mark.
    Gauge(Mark),
    /// An incident of the family is of this level or a graver one: 1 to 4.
    Incident(Grade),
}

/// What one post in each area of a level of divisions has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTask {
    pub levels: BTreeSet<Grade>,
    /// `county`, `township` or `village`: each one in scope, and each that something in scope lies in.
    pub at: Level,
    pub duty: Duty,
    pub title: CompactString,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Minutes from the start of the level to when it is due.
    pub within_min: u32,
}

/// Who has to come to the post while the level lasts (值班力量加强).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnPost {
    pub levels: BTreeSet<Grade>,
    pub at: Level,
    pub duty: Duty,
    pub within_min: u32,
}

/// A round of reports that every township in scope is asked for while the level lasts, by its id or name in the rules
/// of deadlines: 零报告, 一日三报.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    pub levels: BTreeSet<Grade>,
    pub name: CompactString,
}

/// Something that the command centre itself sees to and ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub levels: BTreeSet<Grade>,
    pub text: CompactString,
}

/// What a plan asks of one kind of post at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand<'p> {
    pub at: Level,
    pub duty: &'p Duty,
    pub title: &'p str,
    pub text: &'p str,
    pub within_min: u32,
}

impl Plans {
    pub fn get(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// Returns the plan for hazards and incidents with a national code.
    pub fn of_event(&self, code: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.is_for(code))
    }

    /// Returns the first round of a plan that `rules` do not have, naming plan and entry.
    pub fn unknown_round(&self, rules: &deadline::Rules) -> Option<String> {
        self.plans.iter().find_map(|plan| {
            let mut rounds = plan.rounds.iter().enumerate();
            let (index, round) = rounds.find(|(_, round)| rules.round(&round.name).is_none())?;
            let (id, number, name) = (&plan.id, index + 1, &round.name);
            let known: Vec<&str> = rules.rounds.iter().map(|round| &*round.zh).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Some(format!("{id}: round {number}: no rounds {name}; deadlines have {known}"))
        })
    }

    /// Returns the first thing that cannot be, naming plan and entry.
    pub fn fault(&self) -> Option<String> {
        if self.plans.len() > PLANS_MAX {
            return Some(format!("at most {PLANS_MAX} plans"));
        }
        let mut ids = BTreeSet::new();
        self.plans.iter().find_map(|plan| {
            let twice = !ids.insert(&plan.id);
            let says = twice.then(|| "two plans have this id".to_owned()).or_else(|| plan.fault());
            says.map(|says| format!("{}: {says}", plan.id))
        })
    }
}

impl Plan {
    /// What the task of coming to the post is called.
    pub const ON_POST: &str = "到岗值守";
    const ON_POST_TEXT: &str = "响应期间在岗值守，保持通信畅通";

    pub fn is_for(&self, code: &str) -> bool {
        self.events.iter().any(|event| code.starts_with(event.as_str()))
    }

    /// Returns what a response at `grade` is called: Ⅱ级防汛应急响应.
    pub fn named(&self, grade: Grade) -> String {
        format!("{}{}应急响应", grade.zh(), self.title)
    }

    /// Returns what the plan asks at `grade`, reinforcement of the posts first.
    pub fn demands(&self, grade: Grade) -> impl Iterator<Item = Demand<'_>> {
        let posts = self.on_post.iter().filter(move |entry| entry.levels.contains(&grade));
        let posts = posts.map(|OnPost { at, duty, within_min, .. }| Demand {
            at: *at,
            duty,
            title: Plan::ON_POST,
            text: Plan::ON_POST_TEXT,
            within_min: *within_min,
        });
        let tasks = self.tasks.iter().filter(move |task| task.levels.contains(&grade));
        let tasks = tasks.map(|PlanTask { at, duty, title, text, within_min, .. }| Demand {
            at: *at,
            duty,
            title,
            text,
            within_min: *within_min,
        });
        posts.chain(tasks)
    }

    /// Returns the names of the rounds of reports that are held at `grade`.
    pub fn rounds_at(&self, grade: Grade) -> impl Iterator<Item = &CompactString> {
        let held = self.rounds.iter().filter(move |round| round.levels.contains(&grade));
        held.map(|round| &round.name)
    }

    /// Returns what the command centre has to see to at `grade`.
    pub fn checks_at(&self, grade: Grade) -> impl Iterator<Item = &CompactString> {
        let asked = self.checks.iter().filter(move |check| check.levels.contains(&grade));
        asked.map(|check| &check.text)
    }

    fn fault(&self) -> Option<String> {
        let entries = [
            ("events", self.events.len()),
            ("end", self.end.len()),
            ("propose", self.rules.len()),
            ("task", self.tasks.len()),
            ("on_post", self.on_post.len()),
            ("round", self.rounds.len()),
            ("check", self.checks.len()),
        ];
        let many = entries.into_iter().find(|(_, count)| *count > ENTRIES_MAX);
        let empty = |texts: &[CompactString]| texts.iter().any(|text| text.trim().is_empty());
        let whole = match self {
            Plan { id, .. } if id.trim().is_empty() => "give every plan an id",
            Plan { title, .. } if title.trim().is_empty() => "title: say what it is called",
            Plan { source, .. } if source.trim().is_empty() => {
                "source: say which document it follows"
            }
            Plan { events, .. } if events.is_empty() || empty(events) => {
                "events: name at least one code"
            }
            Plan { end, .. } if end.is_empty() || empty(end) => {
                "end: name at least one condition, or a response could end by a slip of the hand"
            }
            Plan { .. } => "",
        };
        (!whole.is_empty())
            .then(|| whole.to_owned())
            .or_else(|| many.map(|(name, _)| format!("{name}: at most {ENTRIES_MAX} entries")))
            .or_else(|| self.fault_of_entries())
            .or_else(|| self.fault_of_levels())
    }

    fn fault_of_entries(&self) -> Option<String> {
        let said = |name: &str, index: usize, says: &str| format!("{name} {}: {says}", index + 1);
        let task = self.tasks.iter().enumerate().find_map(|(index, task)| {
            let says = match task {
                PlanTask { title, .. } if title.trim().is_empty() => {
                    "title: say what is to be done"
                }
                PlanTask { title, .. } if title == Plan::ON_POST => {
                    "title: 到岗值守 is what on_post asks; use that"
                }
                PlanTask { title, .. } if title.chars().count() > TITLE_LIMIT => {
                    "title: at most 60 characters"
                }
                PlanTask { text, .. } if text.chars().count() > TEXT_LIMIT => {
                    "text: at most 1000 characters"
                }
                PlanTask { levels, at, within_min, .. } => entry_fault(levels, *at, *within_min)?,
            };
            Some(said("task", index, says))
        });
        let on_post = self.on_post.iter().enumerate().find_map(|(index, entry)| {
            let says = entry_fault(&entry.levels, entry.at, entry.within_min)?;
            Some(said("on_post", index, says))
        });
        let named = |name, levels: &BTreeSet<Grade>, text: &str, index| {
            let lacks = levels.is_empty() || text.trim().is_empty();
            lacks.then(|| said(name, index, "give it a text and at least one level"))
        };
        let rounds = || {
            let mut all = self.rounds.iter().enumerate();
            all.find_map(|(index, round)| named("round", &round.levels, &round.name, index))
        };
        let checks = || {
            let mut all = self.checks.iter().enumerate();
            all.find_map(|(index, check)| named("check", &check.levels, &check.text, index))
        };
        let rules = || {
            let mut all = self.rules.iter().enumerate();
            let mute = all.find(|(_, rule)| rule.why.trim().is_empty());
            mute.map(|(index, _)| said("propose", index, "why: say from which plan it is"))
        };
        task.or(on_post).or_else(rounds).or_else(checks).or_else(rules)
    }

    /// At one level a post is asked for a thing once, and every level asks for something.
    fn fault_of_levels(&self) -> Option<String> {
        Grade::ALL.into_iter().find_map(|grade| {
            let mut asked = BTreeSet::new();
            let twice = self.demands(grade).find(|d| !asked.insert((d.at, d.duty, d.title)));
            if let Some(Demand { duty, title, .. }) = twice {
                let level = grade.zh();
                return Some(format!(
                    "{level} asks {duty} twice for {title}; give it one deadline"
                ));
            }
            let idle = asked.is_empty();
            idle.then(|| format!("{} asks for nothing; give it at least one task", grade.zh()))
        })
    }
}

fn entry_fault(levels: &BTreeSet<Grade>, at: Level, within_min: u32) -> Option<&'static str> {
    if levels.is_empty() {
        return Some("levels: name at least one of 1 to 4");
    }
    if !matches!(at, Level::County | Level::Township | Level::Village) {
        return Some("at: use county, township or village");
    }
    let never = within_min == 0 || within_min > LATEST_MIN;
    never.then_some("within_min: use 1 to 10080 minutes")
}
