//! Which ways to reach people have been shown to work (联系方式核验), and since when they have to have been.
//!
//! Invariants: a way is shown to work by its owner having answered on it, in a test or in earnest, and by nothing else;
//! a number that was changed has to be shown anew.

mod contact_test;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub(super) use self::contact_test::decide;
pub use self::contact_test::{TESTED_MAX, TestContacts, TestFault};
use super::{
    board::Board,
    callout::{
        attempt::Outcome,
        obligation::{Answer, Via},
    },
    event::AttemptRecorded,
    ids::PersonId,
    month_day::MonthDay,
    person::{Channel, Person},
    time::Timestamp,
};

/// How recently numbers have to have been shown to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    /// How long an answer shows that a number works: 1 to 3,660 days.
    pub good_days: u16,
    /// The day by which everybody's is shown anew each year (备案); none where there is no such day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refiled_by: Option<MonthDay>,
    /// Days before that day from which on an answer counts for it: 1 to 365.
    #[serde(default = "refile_days", skip_serializing_if = "is_refile_days")]
    pub refile_days: u16,
}

fn refile_days() -> u16 {
    60
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_refile_days(days: &u16) -> bool {
    *days == refile_days()
}

/// A yearly re-filing: what is shown within it counts, and is asked for at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refiling {
    pub from: Timestamp,
    /// The end of the day by which it has to be done.
    pub by: Timestamp,
}

impl Freshness {
    /// Returns what is wrong with it.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let days = (1..=3_660).contains(&self.good_days) && (1..=365).contains(&self.refile_days);
        (!days).then_some("good_days is 1 to 3660, refile_days 1 to 365")
    }

    /// Returns since when a number has to have been shown to work, at `now`.
    pub fn needed_since(&self, zone: Tz, now: Timestamp) -> Timestamp {
        let good = now - std::time::Duration::from_secs(u64::from(self.good_days) * 24 * 3_600);
        let last = self.refilings(zone, now).into_iter().rfind(|filing| filing.by <= now);
        last.map_or(good, |last| last.from.max(good))
    }

    /// Returns the re-filing that is going on at `now`.
    pub fn refiling(&self, zone: Tz, now: Timestamp) -> Option<Refiling> {
        let filings = self.refilings(zone, now).into_iter();
        filings.into_iter().find(|filing| filing.from <= now && now < filing.by)
    }

    /// Returns the re-filings of the years around `now`, by time.
    fn refilings(&self, zone: Tz, now: Timestamp) -> Vec<Refiling> {
        let Some(day) = self.refiled_by else { return Vec::new() };
        let year = now.local(zone).date().year();
        let of_year = |year| {
            let by = day.in_year(year)? + Days::new(1);
            let from = by - Days::new(u64::from(self.refile_days));
            let at = |date| Timestamp::from_local(zone, date, 0);
            Some(Refiling { from: at(from), by: at(by) })
        };
        (year - 1..=year + 1).filter_map(of_year).collect()
    }
}

/// What is known of one way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// When they last answered on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub works_at: Option<Timestamp>,
    /// When the carrier last said that there is no such number, if that is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_at: Option<Timestamp>,
}

/// What is known of every way to reach people that has ever been tried.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proofs(BTreeMap<PersonId, BTreeMap<Channel, Proof>>);

impl Proofs {
    /// Returns what is known of a way to reach `person`.
    pub fn of(&self, person: &PersonId, channel: Channel) -> Proof {
        self.0.get(person).and_then(|ways| ways.get(&channel)).copied().unwrap_or_default()
    }

    /// Takes note of what a channel reported of an attempt.
    pub(super) fn recorded(&mut self, recorded: &AttemptRecorded, at: Timestamp) {
        let proof = match shows(recorded.channel, &recorded.outcome) {
            Some(true) => Proof { works_at: Some(at), dead_at: None },
            Some(false) => {
                let known = self.of(&recorded.person, recorded.channel);
                Proof { dead_at: Some(at), ..known }
            }
            None => return,
        };
        self.0.entry(recorded.person.clone()).or_default().insert(recorded.channel, proof);
    }

    /// Takes note of an answer: on a page nothing else reports that it was seen.
    pub(super) fn answered(&mut self, answer: &Answer, at: Timestamp) {
        let own = answer.entered_by.is_none() && answer.via == Via::App;
        if let Some(person) = answer.person.as_ref().filter(|_| own) {
            let proof = Proof { works_at: Some(at), dead_at: None };
            self.0.entry(person.clone()).or_default().insert(Channel::App, proof);
        }
    }

    /// Forgets what was known of numbers that somebody has no more.
    pub(super) fn changed(&mut self, before: &Person, after: &Person) {
        if let Some(ways) = self.0.get_mut(&after.id) {
            ways.retain(|way, _| before.addresses(*way).eq(after.addresses(*way)));
            if ways.is_empty() {
                self.0.remove(&after.id);
            }
        }
    }
}

/// Tells whether an outcome shows that the way works, or that there is no such number; `None` where it shows neither.
fn shows(channel: Channel, outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::KeyPressed { .. } | Outcome::Replied { .. } | Outcome::HeardInFull => Some(true),
        // On a page it is its owner who looked; of a text message a handset says so by itself.
        Outcome::Read => (channel == Channel::App).then_some(true),
        Outcome::Failed { lasting: true, .. } => Some(false),
        Outcome::Failed { lasting: false, .. }
        | Outcome::Sent
        | Outcome::Delivered
        | Outcome::NoAnswer
        | Outcome::Busy
        | Outcome::Rejected
        | Outcome::HungUp { .. }
        | Outcome::Voicemail
        | Outcome::RungOff => None,
    }
}

/// Who cannot be relied on to be reached by telephone, as it is known at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    /// There is no such number, said the carrier.
    pub dead: BTreeSet<PersonId>,
    /// Nobody has answered on it for too long, or ever.
    pub unverified: BTreeSet<PersonId>,
}

impl Board {
    /// Returns since when a number has to have been shown to work; `None` where the policies do not ask for it.
    pub fn verification_needed_since(&self, now: Timestamp) -> Option<Timestamp> {
        let freshness = self.freshness()?;
        Some(freshness.needed_since(self.timezone(), now))
    }

    /// Returns how recently numbers have to have been shown to work, where the policies ask for it.
    pub fn freshness(&self) -> Option<&Freshness> {
        self.callouts.policies()?.roster.as_ref()?.verified.as_ref()
    }

    /// Returns who cannot be relied on to be reached by telephone. Who has none at all is not among them.
    pub fn doubts(&self, now: Timestamp) -> Doubts {
        let Some(since) = self.verification_needed_since(now) else { return Doubts::default() };
        let mut doubts = Doubts::default();
        for person in self.people.iter().filter(|person| person.has(Channel::Voice)) {
            match self.doubt(&person.id, since) {
                Some(Doubt::Dead) => doubts.dead.insert(person.id.clone()),
                Some(Doubt::Unverified) => doubts.unverified.insert(person.id.clone()),
                None => false,
            };
        }
        doubts
    }

    /// Returns what is doubtful about somebody's telephone, where it has to have been shown to work `since`.
    pub fn doubt(&self, person: &PersonId, since: Timestamp) -> Option<Doubt> {
        let voice = self.proofs.of(person, Channel::Voice);
        // Whoever answers a text has the telephone of that number in his hand.
        let known = self.people.get(person);
        let same = known.is_some_and(|known| {
            known.addresses(Channel::Voice).next() == known.addresses(Channel::Sms).next()
        });
        let text = self.proofs.of(person, Channel::Sms).works_at.filter(|_| same);
        let works_at = voice.works_at.max(text);
        match voice.dead_at {
            Some(dead) if works_at.is_none_or(|works| works < dead) => Some(Doubt::Dead),
            Some(_) | None => {
                works_at.is_none_or(|works| works < since).then_some(Doubt::Unverified)
            }
        }
    }
}

/// Why a telephone cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There is no such number, said the carrier.
    Dead,
    /// Nobody has answered on it for too long, or ever.
    Unverified,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_yearly_day_only_what_was_shown_for_it_counts() {
        let freshness = Freshness {
            good_days: 365,
            refiled_by: Some("05-15".parse().unwrap()),
            refile_days: 60,
        };
        let zone = Tz::Asia__Shanghai;
        let on = |text: &str| text.parse::<Timestamp>().unwrap();
        // In April last year's re-filing still counts, and this year's is going on.
        let april = on("2026-04-10T12:00:00+08:00");
        assert_eq!(freshness.needed_since(zone, april), on("2025-04-10T12:00:00+08:00"));
        let filing = freshness.refiling(zone, april).unwrap();
        assert_eq!(
            (filing.from, filing.by),
            (on("2026-03-17T00:00:00+08:00"), on("2026-05-16T00:00:00+08:00"))
        );
        let last_moment = on("2026-05-15T23:59:59+08:00");
        assert_eq!(freshness.needed_since(zone, last_moment), on("2025-05-15T23:59:59+08:00"));
        let after = on("2026-05-16T00:00:00+08:00");
        assert_eq!(freshness.needed_since(zone, after), filing.from);
        assert_eq!(freshness.refiling(zone, after), None);
    }
}
