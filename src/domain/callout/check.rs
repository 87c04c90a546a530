//! What makes a set of policies usable: every rung must be able to reach somebody.

use std::collections::BTreeSet;

use super::{
    attempt::Sign,
    lines::Lines,
    policy::{CalloutKind, HandOver, Ladder, Oblige, Policy, PolicySet, Rung, Target, Then},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{Event, LinesSet, PoliciesAdopted},
    ids::{Duty, Level, PostId},
    person::Channel,
    reinforcement::More,
    rejection::Rejection,
    spot_check::Presence,
    verification::Freshness,
    warning::Colour,
};

/// Most rungs of a ladder: its number fits the record, and no county asks more.
const RUNG_LIMIT: usize = 32;
/// Most posts in turn that the unreached is handed to, likewise.
const TAKER_LIMIT: usize = 32;

/// Longest time in which both sides of a handover are called, in seconds.
const BOTH_LIMIT_S: u32 = 86_400;
/// Longest time before a shift in which its holder is told of it, in seconds: a week.
const REMIND_LIMIT_S: u32 = 7 * 86_400;
/// Farthest that a roster is looked ahead over, in days.
const AHEAD_LIMIT_DAYS: u16 = 366;

/// Why a set of policies is refused: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PolicyFault {
    /// Such as `ladder village_red, rung 2`.
    pub place: String,
    pub problem: String,
}

fn fault(place: impl Into<String>, problem: impl Into<String>) -> PolicyFault {
    PolicyFault { place: place.into(), problem: problem.into() }
}

/// Decides the adoption of a set: refused whole where any part of it could call nobody.
pub(in crate::domain) fn adopt(
    board: &Board,
    actor: &Actor,
    set: &PolicySet,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    // The set in force stays in force, whoever has left a post since: a node that would not start for
    // it would call nobody at all.
    if board.callouts.policies() == Some(set) {
        return Ok(());
    }
    set.check()?;
    reaches_somebody(board, set)?;
    draft.push(Event::PoliciesAdopted(PoliciesAdopted { policies: set.clone() }));
    Ok(())
}

/// Decides how many calls a channel carries.
pub(in crate::domain) fn set_lines(
    board: &Board,
    actor: &Actor,
    set: &LinesSet,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    let lines = Lines { lines: set.lines, hold_ms: set.hold_ms, simulated: set.simulated };
    if board.callouts.lines(set.channel) != Some(lines) {
        draft.push(Event::LinesSet(set.clone()));
    }
    Ok(())
}

impl PolicySet {
    /// Refuses a set that contradicts itself, whoever the county's people are.
    pub fn check(&self) -> Result<(), PolicyFault> {
        self.check_names()?;
        for ladder in &self.ladders {
            self.check_ladder(ladder)?;
        }
        for policy in &self.policies {
            self.check_policy(policy)?;
        }
        if self.last_resort.is_empty() {
            let problem = "name at least one post that is always manned, such as the county's duty \
                           officer: it is handed what nobody else can be";
            return Err(fault("last_resort", problem));
        }
        self.last_resort.iter().try_for_each(|target| self.check_target("last_resort", target))?;
        self.check_handover()?;
        self.check_roster()?;
        self.check_plans()?;
        self.presence.as_ref().map_or(Ok(()), Presence::check)?;
        self.check_reinforcements()?;
        self.check_colours()
    }

    fn check_handover(&self) -> Result<(), PolicyFault> {
        let Some(signing) = &self.handover else { return Ok(()) };
        if let Some(duty) = signing.duties.iter().find(|duty| !self.names_duty(duty)) {
            return Err(fault("handover", format!("{duty} is no duty listed under [[duty]]")));
        }
        if signing.both_s.0 > BOTH_LIMIT_S {
            return Err(fault("handover", "both_s is longer than a day; a shift is over by then"));
        }
        match self.choose(CalloutKind::Handover, None, None) {
            Some(_) => Ok(()),
            None => {
                Err(fault("handover", "nobody would be called to sign: add a policy for handover"))
            }
        }
    }

    fn check_plans(&self) -> Result<(), PolicyFault> {
        let mut seen = BTreeSet::new();
        for plan in &self.spot_checks {
            plan.check()?;
            if !seen.insert(&plan.id) {
                return Err(fault(format!("spot_check {}", plan.id), "needs an id of its own"));
            }
        }
        if self.spot_checks.is_empty() || self.choose(CalloutKind::SpotCheck, None, None).is_some()
        {
            return Ok(());
        }
        Err(fault("spot_check", "nobody would be called: add a policy for spot_check"))
    }

    fn check_reinforcements(&self) -> Result<(), PolicyFault> {
        let mut seen = BTreeSet::new();
        for rule in &self.reinforcements {
            rule.check()?;
            let place = format!("reinforcement {}", rule.id);
            if !seen.insert(&rule.id) {
                return Err(fault(place, "needs an id of its own"));
            }
            if let Some(more) = rule.posts.iter().find(|more| !self.names_duty(&more.duty)) {
                return Err(fault(place, format!("unknown duty {}", more.duty)));
            }
            let full = |more: &&More| {
                self.seats(&more.duty).is_some_and(|seats| usize::from(more.add) >= seats)
            };
            if let Some(more) = rule.posts.iter().find(full) {
                let (add, duty) = (more.add, &more.duty);
                let problem = format!("adds {add} at {duty}, which has no seats for so many more");
                return Err(fault(place, problem));
            }
        }
        if self.reinforcements.is_empty() || self.choose(CalloutKind::Notice, None, None).is_some()
        {
            return Ok(());
        }
        Err(fault("reinforcement", "nobody could be told: add a policy for notice"))
    }

    fn check_roster(&self) -> Result<(), PolicyFault> {
        let Some(care) = &self.roster else { return Ok(()) };
        if !(1..=AHEAD_LIMIT_DAYS).contains(&care.ahead_days) {
            return Err(fault("roster", format!("ahead_days is 1 to {AHEAD_LIMIT_DAYS}")));
        }
        if let Some(wrong) = care.verified.as_ref().and_then(Freshness::fault) {
            return Err(fault("roster.verified", wrong));
        }
        if care.remind_s.is_some_and(|ahead| ahead.0 == 0 || ahead.0 > REMIND_LIMIT_S) {
            return Err(fault("roster", format!("remind_s is 1 to {REMIND_LIMIT_S}")));
        }
        if care.remind_s.is_some() && self.choose(CalloutKind::DutyReminder, None, None).is_none() {
            let wrong = "nobody could be reminded: add a policy for duty_reminder";
            return Err(fault("roster", wrong));
        }
        match self.choose(CalloutKind::Roster, None, None) {
            Some(_) => Ok(()),
            None => Err(fault("roster", "nobody would be told of it: add a policy for roster")),
        }
    }

    fn check_names(&self) -> Result<(), PolicyFault> {
        let duties = self.duties.iter().map(|duty| ("duty", duty.name.as_str()));
        let ladders = self.ladders.iter().map(|ladder| ("ladder", ladder.name.as_str()));
        let policies = self.policies.iter().map(|policy| ("policy", policy.id.as_str()));
        let mut seen = BTreeSet::new();
        for (kind, name) in duties.chain(ladders).chain(policies) {
            if name.is_empty() || !seen.insert((kind, name)) {
                return Err(fault(format!("{kind} {name}"), "needs a name of its own"));
            }
        }
        Ok(())
    }

    fn check_ladder(&self, ladder: &Ladder) -> Result<(), PolicyFault> {
        let place = format!("ladder {}", ladder.name);
        if ladder.rungs.is_empty() || ladder.rungs.len() > RUNG_LIMIT {
            return Err(fault(place, format!("give 1 to {RUNG_LIMIT} rungs")));
        }
        for (number, rung) in ladder.rungs.iter().enumerate() {
            self.check_rung(&format!("{place}, rung {}", number + 1), rung)?;
        }
        Ok(())
    }

    fn check_rung(&self, place: &str, rung: &Rung) -> Result<(), PolicyFault> {
        if rung.who.is_empty() {
            return Err(fault(place, "nobody can be reached by it: who is empty"));
        }
        if rung.reach.is_empty() {
            return Err(fault(place, "nobody can be reached by it: reach names no channel"));
        }
        if rung.wait_s.0 == 0 {
            return Err(fault(place, "wait_s must be at least 1 second"));
        }
        let mut channels = BTreeSet::new();
        for reach in &rung.reach {
            if !channels.insert(reach.channel) {
                return Err(fault(place, format!("names {} twice", reach.channel)));
            }
            if reach.tries == 0 {
                let problem = format!("{}: tries must be at least 1", reach.channel);
                return Err(fault(place, problem));
            }
            if reach.after_s >= rung.wait_s {
                let problem =
                    format!("{}: after_s is not before wait_s, so it never rings", reach.channel);
                return Err(fault(place, problem));
            }
        }
        rung.who.iter().try_for_each(|target| self.check_target(place, target))
    }

    fn check_target(&self, place: &str, target: &Target) -> Result<(), PolicyFault> {
        match &target.duty {
            Some(duty) if !self.names_duty(duty) => {
                Err(fault(place, format!("{duty} is no duty listed under [[duty]]")))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_policy(&self, policy: &Policy) -> Result<(), PolicyFault> {
        let place = format!("policy {}", policy.id);
        let named = policy.applies.kinds.iter().any(|kind| kind.names_bearers());
        if named && policy.ladder.is_none() {
            return Err(fault(place, "orders, tasks and reminders need a ladder: give one"));
        }
        if policy.oblige.is_empty() && policy.ladder.is_none() {
            return Err(fault(place, "obliges nobody: give at least one oblige"));
        }
        if let Some(ladder) = &policy.ladder {
            self.check_climbed(&place, ladder)?;
        }
        let mut obliged = BTreeSet::new();
        for Oblige { level, duty, ladder, .. } in &policy.oblige {
            if !obliged.insert((level, duty)) {
                return Err(fault(place, format!("obliges {duty} twice at {level:?} level")));
            }
            if !self.names_duty(duty) {
                return Err(fault(place, format!("{duty} is no duty listed under [[duty]]")));
            }
            self.check_climbed(&place, ladder)?;
        }
        self.check_signs(&place, policy)?;
        self.check_quorum(&place, policy)?;
        self.check_hand_over(&place, &policy.hand_over)
    }

    fn check_climbed(&self, place: &str, ladder: &str) -> Result<(), PolicyFault> {
        let found = self.ladder(ladder);
        let found = found.ok_or_else(|| fault(place, format!("no ladder {ladder}")))?;
        if found.then != Then::HandOver {
            let problem = format!("ladder {ladder} repeats; only an errand's ladder may");
            return Err(fault(place, problem));
        }
        Ok(())
    }

    /// A sign that no channel of the policy's ladders can give would never come.
    fn check_signs(&self, place: &str, policy: &Policy) -> Result<(), PolicyFault> {
        let names = policy.oblige.iter().map(|oblige| &oblige.ladder);
        let names = names.chain(&policy.ladder).chain([&policy.hand_over.ladder]);
        let rungs = names.filter_map(|name| self.ladder(name)).flat_map(|ladder| &ladder.rungs);
        let channels: BTreeSet<Channel> =
            rungs.flat_map(|rung| &rung.reach).map(|reach| reach.channel).collect();
        for sign in &policy.counts {
            let needed = match sign {
                Sign::HeardInFull | Sign::KeyPressed => &[Channel::Voice][..],
                Sign::Replied => &[Channel::Sms],
                Sign::Read => &[Channel::App, Channel::Sms],
            };
            if !needed.iter().any(|channel| channels.contains(channel)) {
                let problem = format!("counts {sign:?}, which none of its channels can give");
                return Err(fault(place, problem));
            }
        }
        Ok(())
    }

    fn check_quorum(&self, place: &str, policy: &Policy) -> Result<(), PolicyFault> {
        for quorum in &policy.quorum {
            for need in &quorum.needs {
                let obliged =
                    policy.oblige.iter().any(|o| o.level == quorum.level && o.duty == need.duty);
                if !obliged || need.answered != 1 {
                    let (needed, times) = (need.answered, u8::from(obliged));
                    let problem = format!(
                        "quorum: {} {needed} times can never be met; at this level the policy \
                         obliges it {times} times",
                        need.duty
                    );
                    return Err(fault(place, problem));
                }
            }
        }
        Ok(())
    }

    fn check_hand_over(&self, place: &str, hand_over: &HandOver) -> Result<(), PolicyFault> {
        let place = format!("{place}, hand_over");
        if hand_over.who.is_empty() {
            return Err(fault(place, "names nobody to take the unreached over"));
        }
        if hand_over.who.len() > TAKER_LIMIT || self.last_resort.len() > TAKER_LIMIT {
            return Err(fault(
                place,
                format!("it and last_resort name at most {TAKER_LIMIT} each"),
            ));
        }
        if hand_over.within_s.0 == 0 {
            return Err(fault(place, "within_s must be at least 1 second"));
        }
        hand_over.who.iter().try_for_each(|target| self.check_target(&place, target))?;
        match self.ladder(&hand_over.ladder) {
            Some(ladder) if ladder.then == Then::Repeat => Ok(()),
            Some(_) => Err(fault(place, "its ladder must end with then = \"repeat\"")),
            None => Err(fault(place, format!("no ladder {}", hand_over.ladder))),
        }
    }

    /// A warning of any colour must call somebody.
    fn check_colours(&self) -> Result<(), PolicyFault> {
        let chooses = |colour| self.choose(CalloutKind::Warning, colour, None).is_some();
        if let Some(colour) = Colour::ALL.into_iter().find(|colour| !chooses(Some(*colour))) {
            let problem = format!("no policy applies to every {colour:?} warning");
            return Err(fault("policy", problem.to_lowercase()));
        }
        if !chooses(None) {
            return Err(fault("policy", "no policy applies to warnings without a colour"));
        }
        Ok(())
    }
}

/// Refuses a rung that none of the county's posts can answer, once posts are known.
fn reaches_somebody(board: &Board, set: &PolicySet) -> Result<(), PolicyFault> {
    if board.roster.is_empty() {
        return Ok(());
    }
    let used = set.policies.iter().filter(|policy| !policy.applies.kinds.is_empty());
    for policy in used {
        for oblige in &policy.oblige {
            let Some(ladder) = set.ladder(&oblige.ladder) else { continue };
            for (number, rung) in ladder.rungs.iter().enumerate() {
                if !rung_reaches(board, rung, oblige.level, &oblige.duty) {
                    let place = format!("ladder {}, rung {}", ladder.name, number + 1);
                    let problem = format!(
                        "nobody can be reached by it for {} at {:?} level: no such post has anybody \
                         with an address on its channels",
                        oblige.duty, oblige.level
                    );
                    return Err(fault(place, problem));
                }
            }
        }
    }
    Ok(())
}

fn rung_reaches(board: &Board, rung: &Rung, level: Level, duty: &Duty) -> bool {
    let Some(jurisdiction) = board.jurisdiction() else { return true };
    let areas = board.areas.inside(jurisdiction).filter(|area| area.code.level() == level);
    let mut targets = areas.flat_map(|area| {
        let post = PostId { area: area.code, duty: duty.clone() };
        rung.who.iter().filter_map(move |target| Some((target.deputies, target.post(&post)?)))
    });
    targets.any(|(deputies, post)| {
        let Some(staffing) = board.roster.get(&post) else { return false };
        let mut people = staffing.everybody(deputies);
        people.any(|person| {
            let person = board.people.get(person);
            rung.reach.iter().any(|reach| person.is_some_and(|p| p.has(reach.channel)))
        })
    })
}
