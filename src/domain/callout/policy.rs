//! Policies as data: who must answer what, by which ladder, and what counts as an answer.
//!
//! A set is adopted whole through an event; a callout keeps the policy it opened with.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::attempt::Sign;
use crate::domain::{
    assignment::Thresholds,
    flaw::Care,
    handover::Signing,
    ids::{AreaCode, Duty, Level, PostId},
    person::Channel,
    reinforcement::Rule,
    spot_check::{CheckPlan, Presence},
    time::Seconds,
    warning::Colour,
};

/// What a callout is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalloutKind {
    /// A weather or flood warning (预警叫应).
    Warning,
    /// Opened by hand.
    Manual,
    /// A check that a duty post is manned (抽查, 点名).
    SpotCheck,
    /// "Go and knock on X's door": the superior's part when X could not be reached.
    Errand,
    /// This program's own: a gauge or a source that has fallen silent (监测中断).
    Alarm,
    /// An order to a unit to go somewhere (调派).
    Order,
    /// Something that somebody has to sign for and to do (任务签收).
    Task,
    /// What should have been done by now (催办).
    Reminder,
    /// Duty that somebody wants a colleague to take over, and what came of it (换班).
    Swap,
    /// A post to be signed for by who comes and who goes (交接班).
    Handover,
    /// Something that somebody has to know, and says that he does (告知).
    Notice,
    /// Something wrong with the roster ahead, told to whoever keeps it (排班问题).
    Roster,
    /// Somebody is asked to show that their telephone works (联系方式核验).
    ContactTest,
    /// Somebody is told of the shift that they have next (值班提醒).
    DutyReminder,
}

impl CalloutKind {
    /// Tells whether it goes on between people by itself, as every day, so that nobody who takes a post over has to know.
    pub fn is_routine(self) -> bool {
        match self {
            CalloutKind::Swap
            | CalloutKind::Handover
            | CalloutKind::Notice
            | CalloutKind::ContactTest
            | CalloutKind::DutyReminder => true,
            CalloutKind::Warning
            | CalloutKind::Manual
            | CalloutKind::SpotCheck
            | CalloutKind::Errand
            | CalloutKind::Alarm
            | CalloutKind::Order
            | CalloutKind::Task
            | CalloutKind::Reminder
            | CalloutKind::Roster => false,
        }
    }

    /// Tells whether whoever opens such a callout says who has to answer, and not the policy.
    pub fn names_bearers(self) -> bool {
        match self {
            CalloutKind::Order
            | CalloutKind::Task
            | CalloutKind::Reminder
            | CalloutKind::Swap
            | CalloutKind::Handover
            | CalloutKind::Notice
            | CalloutKind::Roster
            | CalloutKind::ContactTest
            | CalloutKind::DutyReminder => true,
            CalloutKind::Warning
            | CalloutKind::Manual
            | CalloutKind::SpotCheck
            | CalloutKind::Errand
            | CalloutKind::Alarm => false,
        }
    }
}

/// Everything the county has decided about calling people out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySet {
    #[serde(rename = "duty")]
    pub duties: Vec<DutyName>,
    #[serde(rename = "ladder")]
    pub ladders: Vec<Ladder>,
    /// In order: the first that applies is taken.
    #[serde(rename = "policy")]
    pub policies: Vec<Policy>,
    /// Who is handed the unreached when nobody that a policy names can be.
    pub last_resort: Vec<Target>,
    /// How long a unit may be in one status before it is asked how it stands.
    #[serde(default, skip_serializing_if = "Thresholds::are_default")]
    pub assignments: Thresholds,
    /// Which posts are handed over by signature; none where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Signing>,
    /// How far ahead the roster has to be right; nobody is told of its flaws where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<Care>,
    /// Spot checks that come by themselves.
    #[serde(default, rename = "spot_check", skip_serializing_if = "Vec::is_empty")]
    pub spot_checks: Vec<CheckPlan>,
    /// What shows who is at his post; an answer in time when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// When more people are on duty than usual.
    #[serde(default, rename = "reinforcement", skip_serializing_if = "Vec::is_empty")]
    pub reinforcements: Vec<Rule>,
}

/// The policies that a callout lives by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'p> {
    pub set: &'p PolicySet,
    pub policy: &'p Policy,
}

/// A kind of duty and its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyName {
    pub name: Duty,
    pub zh: CompactString,
    pub en: CompactString,
    /// How many may be on duty at such a post at once; any number when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u8>,
}

/// Who must answer in which case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub id: CompactString,
    pub title: CompactString,
    pub title_en: CompactString,
    #[serde(default)]
    pub applies: Applies,
    /// The severity of callouts that bring none of their own.
    #[serde(default)]
    pub severity: Option<Colour>,
    /// Signs that end an obligation besides an answer on the page or on someone's behalf.
    #[serde(default)]
    pub counts: BTreeSet<Sign>,
    /// Every first call should have begun by then (勉县: 180 s); the forecast is held against it.
    #[serde(default)]
    pub first_call_within_s: Option<Seconds>,
    #[serde(default)]
    pub oblige: Vec<Oblige>,
    /// The ladder of those whom the callout itself names: orders, tasks, reminders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<CompactString>,
    #[serde(default)]
    pub quorum: Vec<Quorum>,
    pub hand_over: HandOver,
}

/// When a policy is taken without being named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// None: only when named.
    #[serde(default)]
    pub kinds: BTreeSet<CalloutKind>,
    /// Prefixes of national event codes, such as `11B`; none means any event.
    #[serde(default)]
    pub events: Vec<CompactString>,
    #[serde(default)]
    pub colours: BTreeSet<Colour>,
    /// Also warnings that say no colour.
    #[serde(default)]
    pub uncoloured: bool,
}

/// One post in every touched area of a level must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oblige {
    pub level: Level,
    pub duty: Duty,
    pub ladder: CompactString,
    /// What the post has to do; where it differs after an upgrade, the post is obliged anew.
    pub task: CompactString,
}

/// An area counts as manned when so many of its posts have answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    pub level: Level,
    pub needs: Vec<Need>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub duty: Duty,
    pub answered: u32,
}

/// To whom an obligation goes that its ladder could not get answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// In order: the first that names somebody is taken; after `within_s` the next.
    pub who: Vec<Target>,
    /// The ladder that makes that person answer for it.
    pub ladder: CompactString,
    /// Until when they have to have reached the post.
    pub within_s: Seconds,
}

/// Rungs in order, and what follows the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    pub name: CompactString,
    #[serde(rename = "rung")]
    pub rungs: Vec<Rung>,
    #[serde(default)]
    pub then: Then,
}

/// What follows the last rung. There is no silent end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The obligation is unreached and goes to a named human.
    #[default]
    HandOver,
    /// From the first rung again, until somebody answers.
    Repeat,
}

/// One step of a ladder: who, by which channels, how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub who: Vec<Target>,
    pub reach: Vec<Reach>,
    /// After this long without an answer the next rung is rung.
    pub wait_s: Seconds,
}

/// A post, named from the obligation's area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// None: the obligation's own duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
    #[serde(default)]
    pub at: At,
    /// The post's deputies (AB 角) instead of those on duty.
    #[serde(default)]
    pub deputies: bool,
}

/// Where a target's post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The obligation's own area.
    #[default]
    Own,
    /// The area that contains it directly.
    Parent,
    Township,
    County,
    City,
}

/// One channel of a rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    pub channel: Channel,
    /// Begin this long after the rung is rung.
    #[serde(default)]
    pub after_s: Seconds,
    #[serde(default = "once")]
    pub tries: u32,
    /// From the start of one try to the start of the next, where the person lets it ring that long.
    #[serde(default)]
    pub every_s: Seconds,
}

fn once() -> u32 {
    1
}

impl<'p> Terms<'p> {
    /// Returns the ladder that makes a human answer for an errand.
    pub fn errand_ladder(self) -> Option<&'p Ladder> {
        self.set.ladder(&self.policy.hand_over.ladder)
    }

    /// Returns everybody who can be handed what nobody answered, in order.
    pub fn takers(self) -> impl Iterator<Item = &'p Target> {
        self.policy.hand_over.who.iter().chain(&self.set.last_resort)
    }
}

impl PolicySet {
    pub fn ladder(&self, name: &str) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.name == name)
    }

    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    pub fn names_duty(&self, duty: &Duty) -> bool {
        self.duties.iter().any(|name| name.name == *duty)
    }

    /// Returns how many may be on duty at once at posts of this duty.
    pub fn seats(&self, duty: &Duty) -> Option<usize> {
        let known = self.duties.iter().find(|name| name.name == *duty)?;
        known.seats.map(usize::from)
    }

    /// Returns the first policy that applies of itself.
    pub fn choose(
        &self,
        kind: CalloutKind,
        colour: Option<Colour>,
        event: Option<&str>,
    ) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.applies.covers(kind, colour, event))
    }
}

impl Applies {
    fn covers(&self, kind: CalloutKind, colour: Option<Colour>, event: Option<&str>) -> bool {
        let colour_fits = match colour {
            Some(colour) => self.colours.is_empty() || self.colours.contains(&colour),
            None => kind != CalloutKind::Warning || self.uncoloured,
        };
        let event_fits = self.events.is_empty()
            || event
                .is_some_and(|code| self.events.iter().any(|prefix| code.starts_with(&**prefix)));
        self.kinds.contains(&kind) && colour_fits && event_fits
    }
}

impl Target {
    /// Tells whether it means the bearer of the obligation and nobody else.
    pub fn is_own(&self) -> bool {
        self.duty.is_none() && self.at == At::Own
    }

    /// Returns the post that this target means for an obligation on `post`.
    pub fn post(&self, post: &PostId) -> Option<PostId> {
        let area = self.at.from(post.area)?;
        let duty = self.duty.clone().unwrap_or_else(|| post.duty.clone());
        Some(PostId { area, duty })
    }
}

impl At {
    fn from(self, area: AreaCode) -> Option<AreaCode> {
        match self {
            At::Own => Some(area),
            At::Parent => area.parent(),
            At::Township => area.at(Level::Township),
            At::County => area.at(Level::County),
            At::City => area.at(Level::City),
        }
    }
}

impl Rung {
    pub fn reach(&self, channel: Channel) -> Option<&Reach> {
        self.reach.iter().find(|reach| reach.channel == channel)
    }
}
