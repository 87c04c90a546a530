//! What is wrong with a roster in a time to come: nobody on a post, somebody on two at once, somebody whom no telephone
//! reaches.
//!
//! Invariant: it changes nothing and hides nothing. Who is on duty twice is still called at both posts; it is for people to
//! say which of the two is meant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::{Outlook, Source};
use crate::domain::{
    ids::{AreaCode, PersonId, PostId},
    time::Timestamp,
};

/// Something wrong with who holds a post, and in which time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub from: Timestamp,
    pub to: Timestamp,
    pub post: PostId,
    pub defect: Defect,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// Nobody holds the post.
    Gap,
    /// A shift that falls into one of the same person at another post.
    TwoPosts { person: PersonId, other: PostId },
    /// Somebody is on duty who has no number to be called by; told once, at their first duty.
    NoTelephone { person: PersonId },
    /// Somebody stands on the roster who is on leave then.
    OnLeave { person: PersonId },
    /// Somebody is on duty whose number does not exist; told once, at their first duty.
    DeadNumber { person: PersonId },
    /// Somebody is on duty on whose number nobody has answered for too long, or ever; told once, at their first duty.
    Unverified { person: PersonId },
}

/// What a look at a roster has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// How many posts were looked at.
    pub posts: usize,
    /// By time, then by post.
    pub findings: Vec<Finding>,
    /// Years of which the holiday notice has not been entered: days are guessed by weekday there.
    pub years_missing: Vec<i32>,
}

/// A time that somebody spends at a post. Posts are known by their place in the order they come in: a year of a county
/// compares a million of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Duty {
    from: Timestamp,
    to: Timestamp,
    post: usize,
    /// Held for good, and not by a shift.
    standing: bool,
}

/// Everybody's duties, by person.
type Duties = BTreeMap<PersonId, Vec<Duty>>;

impl Outlook {
    /// Looks at every post of `area` and of what lies in it through `from..to`.
    pub fn inspect(&self, area: AreaCode, from: Timestamp, to: Timestamp) -> Inspection {
        let mut findings = Vec::new();
        let mut duties = Duties::new();
        let mut posts: Vec<&PostId> = Vec::new();
        for staffing in self.roster.within(area) {
            let post = posts.len();
            posts.push(&staffing.post.id);
            // Few hold one post: they are told apart among themselves, and only once among everybody.
            let mut crew = Duties::new();
            for stretch in staffing.timeline(&self.calendar, self.zone, from, to) {
                let (from, to) = (stretch.from, stretch.to);
                if stretch.people.is_empty() {
                    let post = staffing.post.id.clone();
                    findings.push(Finding { from, to, post, defect: Defect::Gap });
                }
                let standing = stretch.source == Some(Source::Permanent);
                for person in stretch.people {
                    crew.entry(person).or_default().push(Duty { from, to, post, standing });
                }
            }
            for (person, held) in crew {
                duties.entry(person).or_default().extend(held);
            }
        }
        for (person, held) in &mut duties {
            held.sort_unstable();
            findings.extend(two_posts(person, held, &posts));
            let unsure = held.first().zip(self.telephone(person));
            findings.extend(unsure.map(|(first, defect)| Finding {
                from: first.from,
                to: first.to,
                post: posts[first.post].clone(),
                defect,
            }));
        }
        for leave in self.leaves.iter().filter(|leave| leave.from < to && from < leave.to) {
            let held = duties.get(&leave.person).into_iter().flatten();
            let meets = held.filter(|duty| leave.from < duty.to && duty.from < leave.to);
            findings.extend(meets.map(|duty| Finding {
                from: leave.from.max(duty.from),
                to: leave.to.min(duty.to),
                post: posts[duty.post].clone(),
                defect: Defect::OnLeave { person: leave.person.clone() },
            }));
        }
        findings.sort_unstable();
        let years_missing = self.years_missing(from, to);
        Inspection { posts: posts.len(), findings, years_missing }
    }

    /// Returns what is wrong with somebody's telephone.
    fn telephone(&self, person: &PersonId) -> Option<Defect> {
        let (known, person) = (person, person.clone());
        if self.silent.contains(known) {
            Some(Defect::NoTelephone { person })
        } else if self.doubts.dead.contains(known) {
            Some(Defect::DeadNumber { person })
        } else {
            self.doubts.unverified.contains(known).then_some(Defect::Unverified { person })
        }
    }

    /// Returns the years of `from..to` of which the holiday notice has not been entered.
    pub fn years_missing(&self, from: Timestamp, to: Timestamp) -> Vec<i32> {
        let (first, last) = (from.local(self.zone).date(), to.local(self.zone).date());
        let years = (first.year()..=last.year()).collect::<BTreeSet<_>>();
        years.into_iter().filter(|year| !self.calendar.years.contains_key(year)).collect()
    }
}

/// Returns every time in which shifts of one person at two posts overlap; `held` by start. Whoever holds posts for good
/// need not be at any of them.
fn two_posts(person: &PersonId, held: &[Duty], posts: &[&PostId]) -> Vec<Finding> {
    let shifts: Vec<&Duty> = held.iter().filter(|duty| !duty.standing).collect();
    let mut found = Vec::new();
    for (place, shift) in shifts.iter().enumerate() {
        let later = shifts[place + 1..].iter().take_while(|later| later.from < shift.to);
        found.extend(later.filter(|later| later.post != shift.post).map(|later| Finding {
            from: later.from,
            to: later.to.min(shift.to),
            post: posts[later.post].clone(),
            defect: Defect::TwoPosts { person: person.clone(), other: posts[shift.post].clone() },
        }));
    }
    found
}
