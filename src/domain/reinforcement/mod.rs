//! More people on duty than usual (增援值守): asked for by rules while a response is open or in the flood season, and put on
//! duty only when somebody confirms it.
//!
//! Invariant: the roster changes by a confirmation and by nothing else. What was turned down is not asked again for as long
//! as the people would have been on duty.

mod step;

use std::time::Duration;

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    board::Board,
    callout::check::PolicyFault,
    event::{Entry, ReinforcementEvent},
    ids::{AreaCode, Duty, Level, PersonId, PostId, ResponseId},
    month_day::MonthDay,
    response::Grade,
    time::Timestamp,
};

pub(super) use self::step::decide;
pub use self::step::{ReinforceStep, ReinforcementFault, Send};

/// Longest time for which people are put on duty at once, in hours: a week.
const HOURS_MAX: u16 = 168;
/// Most people that are added to a post.
const ADD_MAX: u8 = 20;
/// How long what was confirmed is kept after it is over.
const KEPT: Duration = Duration::from_secs(31 * 24 * 3_600);

/// When a post needs more people, and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: CompactString,
    pub title: CompactString,
    /// While a response of this level or a graver one is open where the post is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Grade>,
    /// On these days of every year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
    pub posts: Vec<More>,
    /// For how long people are put on duty at a time, 1 to 168 hours.
    pub hours: u16,
}

/// Days of every year, both ends among them; over the turn of the year where `to` comes before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    pub from: MonthDay,
    pub to: MonthDay,
}

/// So many more at posts of a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct More {
    pub level: Level,
    pub duty: Duty,
    /// 1 to 20.
    pub add: u8,
}

/// Which post needs more people, by which rule, and because of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    pub post: PostId,
    /// Id of the rule.
    pub rule: CompactString,
    /// The response that asks for it; none in a season.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseId>,
}

/// People who were put on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub people: Vec<PersonId>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub by: CompactString,
}

/// Somebody does not want more people there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    pub at: Timestamp,
    pub until: Timestamp,
    pub by: CompactString,
    pub reason: CompactString,
}

/// What was decided about a need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Sent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Declined>,
}

/// What was decided about every need of late.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reinforcements(Vec<(Need, Decided)>);

impl Reinforcements {
    pub fn get(&self, need: &Need) -> Option<&Decided> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(need)).ok()?;
        Some(&self.0[at].1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Need, &Decided)> {
        self.0.iter().map(|(need, decided)| (need, decided))
    }

    pub(super) fn apply(&mut self, event: &ReinforcementEvent, entry: &Entry) {
        let (at, by) = (entry.at, entry.actor.clone());
        let late = |sent: &Sent| sent.to + KEPT < at;
        self.0.retain(|(_, decided)| {
            let declined = decided.declined.as_ref().is_some_and(|no| at < no.until + KEPT);
            declined || decided.sent.iter().any(|sent| !late(sent))
        });
        match event {
            ReinforcementEvent::ReinforcementSent(sent) => {
                let (people, from, to) = (sent.people.clone(), sent.from, sent.to);
                let known = self.of(&sent.need);
                known.sent.retain(|sent| !late(sent));
                known.sent.push(Sent { people, from, to, by });
                known.declined = None;
            }
            ReinforcementEvent::ReinforcementDeclined(no) => {
                let (until, reason) = (no.until, no.reason.clone());
                self.of(&no.need).declined = Some(Declined { at, until, by, reason });
            }
        }
    }

    /// Returns how many stand beside those on duty at a post, by whatever rule they came.
    fn there(&self, post: &PostId, now: Timestamp) -> u8 {
        let of_post = self.0.iter().filter(|(need, _)| need.post == *post);
        let sent = of_post.flat_map(|(_, decided)| &decided.sent);
        let runs = sent.filter(|sent| sent.from <= now && now < sent.to);
        u8::try_from(runs.map(|sent| sent.people.len()).sum::<usize>()).unwrap_or(u8::MAX)
    }

    fn of(&mut self, need: &Need) -> &mut Decided {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(need));
        let at = at.unwrap_or_else(|next| {
            self.0.insert(next, (need.clone(), Decided::default()));
            next
        });
        &mut self.0[at].1
    }
}

/// A post that needs more people now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'b> {
    pub need: Need,
    pub rule: &'b Rule,
    /// How many the rule adds, and how many of them are there.
    pub add: u8,
    pub there: u8,
    /// Until when people would be put on duty.
    pub to: Timestamp,
}

impl Wanted<'_> {
    pub fn missing(&self) -> u8 {
        self.add.saturating_sub(self.there)
    }
}

impl Rule {
    pub(super) fn check(&self) -> Result<(), PolicyFault> {
        let fault = |problem: &str| {
            let place = format!("reinforcement {}", self.id);
            Err(PolicyFault { place, problem: problem.to_owned() })
        };
        if self.id.trim().is_empty() || self.title.trim().is_empty() {
            return fault("needs an id and a title");
        }
        if self.response.is_some() == self.season.is_some() {
            return fault("name either response, a level, or season, its days");
        }
        if self.posts.is_empty() || !self.posts.iter().all(|more| (1..=ADD_MAX).contains(&more.add))
        {
            return fault("name posts, each with add of 1 to 20");
        }
        if !(1..=HOURS_MAX).contains(&self.hours) {
            return fault("hours is 1 to 168");
        }
        Ok(())
    }

    fn length(&self) -> Duration {
        Duration::from_secs(u64::from(self.hours) * 3_600)
    }
}

impl Board {
    /// Returns the posts that need more people at `now`, by rule in the order of the policies, then by post. What was
    /// turned down of late is left out; where all are there it is not.
    pub fn reinforcements_wanted(&self, now: Timestamp) -> Vec<Wanted<'_>> {
        let rules = self.callouts.policies().map(|set| set.reinforcements.as_slice());
        let rules = rules.unwrap_or_default().iter();
        rules.flat_map(|rule| self.wanted_by(rule, now)).collect()
    }

    fn wanted_by<'b>(&'b self, rule: &'b Rule, now: Timestamp) -> Vec<Wanted<'b>> {
        let mut wanted = Vec::new();
        for (response, area) in self.causes(rule, now) {
            let posts = self.roster.iter().map(|staffing| &staffing.post.id);
            for post in posts.filter(|post| near(area, post.area)) {
                let of = |more: &&More| more.level == post.area.level() && more.duty == post.duty;
                let Some(more) = rule.posts.iter().find(of) else { continue };
                let need = Need { post: post.clone(), rule: rule.id.clone(), response };
                let known = self.reinforcements.get(&need);
                let declined = known.and_then(|known| known.declined.as_ref());
                let doubled = wanted.iter().any(|other: &Wanted<'_>| other.need == need);
                if doubled || declined.is_some_and(|no| now < no.until) {
                    continue;
                }
                let there = self.reinforcements.there(post, now);
                wanted.push(Wanted { need, rule, add: more.add, there, to: now + rule.length() });
            }
        }
        wanted.sort_by(|one, other| one.need.post.cmp(&other.need.post));
        wanted
    }

    /// Returns why a rule holds now, and where.
    fn causes(&self, rule: &Rule, now: Timestamp) -> Vec<(Option<ResponseId>, AreaCode)> {
        if let Some(season) = &rule.season {
            let today = now.local(self.timezone()).date();
            let holds = season.holds(today);
            return self
                .jurisdiction()
                .filter(|_| holds)
                .map(|area| (None, area))
                .into_iter()
                .collect();
        }
        let Some(level) = rule.response else { return Vec::new() };
        let grave = self.responses.open().filter(|response| {
            !response.drill && (response.level == level || response.level.is_graver_than(level))
        });
        grave.flat_map(|open| open.scope.iter().map(|area| (Some(open.id), *area))).collect()
    }
}

impl Season {
    fn holds(&self, today: NaiveDate) -> bool {
        let today = MonthDay::of(today);
        if self.from <= self.to {
            self.from <= today && today <= self.to
        } else {
            self.from <= today || today <= self.to
        }
    }
}

/// Tells whether a post of `other` is within reach of what goes on in `area`: in it, or in charge of it.
fn near(area: AreaCode, other: AreaCode) -> bool {
    area.contains(other) || other.contains(area)
}
