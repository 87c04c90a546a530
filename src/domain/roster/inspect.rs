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

/// A time that somebody spends at a post by a shift.
struct Shift<'a> {
    from: Timestamp,
    to: Timestamp,
    post: &'a PostId,
}

impl Outlook {
    /// Looks at every post of `area` and of what lies in it through `from..to`.
    pub fn inspect(&self, area: AreaCode, from: Timestamp, to: Timestamp) -> Inspection {
        let mut findings = Vec::new();
        let mut first_duties: BTreeMap<PersonId, (Timestamp, Timestamp, &PostId)> = BTreeMap::new();
        let mut shifts: BTreeMap<PersonId, Vec<Shift<'_>>> = BTreeMap::new();
        let mut posts = 0;
        for staffing in self.roster.within(area) {
            posts += 1;
            let post = &staffing.post.id;
            for stretch in staffing.timeline(&self.calendar, self.zone, from, to) {
                let (from, to) = (stretch.from, stretch.to);
                if stretch.people.is_empty() {
                    findings.push(Finding { from, to, post: post.clone(), defect: Defect::Gap });
                }
                for person in &stretch.people {
                    findings.extend(self.on_leave(person, from, to).map(|(from, to)| {
                        let defect = Defect::OnLeave { person: person.clone() };
                        Finding { from, to, post: post.clone(), defect }
                    }));
                }
                for person in stretch.people {
                    let first = first_duties.entry(person.clone()).or_insert((from, to, post));
                    *first = (*first).min((from, to, post));
                    // Whoever holds posts for good need not be at any of them.
                    if stretch.source != Some(Source::Permanent) {
                        shifts.entry(person).or_default().push(Shift { from, to, post });
                    }
                }
            }
        }
        findings.extend(shifts.iter().flat_map(|(person, shifts)| two_posts(person, shifts)));
        let silent = first_duties.iter().filter(|(person, _)| self.silent.contains(*person));
        findings.extend(silent.map(|(person, (from, to, post))| Finding {
            from: *from,
            to: *to,
            post: (*post).clone(),
            defect: Defect::NoTelephone { person: person.clone() },
        }));
        findings.sort_unstable();
        Inspection { posts, findings, years_missing: self.years_missing(from, to) }
    }

    /// Returns the times within `from..to` in which `person` is on leave.
    fn on_leave(
        &self,
        person: &PersonId,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let leaves = self.leaves.iter().filter(move |leave| leave.person == *person);
        let meets = leaves.filter(move |leave| leave.from < to && from < leave.to);
        meets.map(move |leave| (leave.from.max(from), leave.to.min(to)))
    }

    /// Returns the years of `from..to` of which the holiday notice has not been entered.
    pub fn years_missing(&self, from: Timestamp, to: Timestamp) -> Vec<i32> {
        let (first, last) = (from.local(self.zone).date(), to.local(self.zone).date());
        let years = (first.year()..=last.year()).collect::<BTreeSet<_>>();
        years.into_iter().filter(|year| !self.calendar.years.contains_key(year)).collect()
    }
}

/// Returns every time in which shifts of one person at two posts overlap.
fn two_posts<'a>(
    person: &'a PersonId,
    shifts: &'a [Shift<'a>],
) -> impl Iterator<Item = Finding> + use<'a> {
    let mut shifts: Vec<&Shift<'_>> = shifts.iter().collect();
    shifts.sort_by_key(|shift| (shift.from, shift.post));
    let mut found = Vec::new();
    for (place, shift) in shifts.iter().enumerate() {
        let later = shifts[place + 1..].iter().take_while(|later| later.from < shift.to);
        found.extend(later.filter(|later| later.post != shift.post).map(|later| Finding {
            from: later.from,
            to: later.to.min(shift.to),
            post: later.post.clone(),
            defect: Defect::TwoPosts { person: person.clone(), other: shift.post.clone() },
        }));
    }
    found.into_iter()
}
