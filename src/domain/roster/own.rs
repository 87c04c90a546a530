//! What somebody is on duty for in a time to come, at all posts.

use std::{collections::BTreeSet, time::Duration};

use super::{Held, Outlook, Source, Staffing, change::LONGEST};
use crate::domain::{
    ids::{Level, PersonId, PostId},
    time::Timestamp,
};

/// The shortest time there is.
const INSTANT: Duration = Duration::from_millis(1);

/// A shift of somebody's, or a post that is his for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnShift {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub source: Source,
    /// Everybody who is on duty there with him, himself included.
    pub people: Vec<PersonId>,
}

impl Outlook {
    /// Returns the shifts of `person` that are held at all within `from..to`, by time; posts held for good first.
    pub fn shifts_of(&self, person: &PersonId, from: Timestamp, to: Timestamp) -> Vec<OwnShift> {
        let may_hold = |staffing: &&Staffing| staffing.everybody(false).any(|one| one == person);
        let posts = self.roster.iter().filter(may_hold);
        let mut own: Vec<OwnShift> =
            posts.flat_map(|staffing| self.own_of(staffing, person, from, to)).collect();
        own.sort_by_key(|shift| (shift.source != Source::Permanent, shift.from, shift.to));
        own
    }

    /// Returns the shifts that begin after `from` and by `to` at posts of `levels`, and whose they are.
    pub fn beginning(
        &self,
        levels: &BTreeSet<Level>,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (&PostId, Held)> {
        let (from, to) = (from + INSTANT, to + INSTANT);
        let posts = self.roster.iter().filter(|one| levels.contains(&one.post.id.area.level()));
        posts.flat_map(move |staffing| {
            let held = staffing.shifts(&self.calendar, self.zone, from, to);
            held.into_iter().map(|held| (&staffing.post.id, held))
        })
    }

    /// Returns the shifts at a post that are held at all within `from..to`, by time.
    pub fn shifts_at(&self, post: &PostId, from: Timestamp, to: Timestamp) -> Vec<Held> {
        let Some(staffing) = self.roster.get(post) else { return Vec::new() };
        let mut held = staffing.shifts(&self.calendar, self.zone, from - LONGEST, to);
        held.retain(|held| held.to > from);
        held.sort_by_key(|held| (held.from, held.to));
        held
    }

    /// Returns the shifts of `person` at one post.
    fn own_of(
        &self,
        staffing: &Staffing,
        person: &PersonId,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<OwnShift> {
        let post = &staffing.post.id;
        let shifts = staffing.shifts(&self.calendar, self.zone, from - LONGEST, to);
        let within = staffing.timeline(&self.calendar, self.zone, from, to);
        // What is left of a shift may all lie before or after the time, or around what outweighs it there.
        let own = |held: &Held| {
            let mut within =
                within.iter().filter(|then| then.from < held.to && held.from < then.to);
            held.people.contains(person) && within.any(|then| then.source == Some(held.source))
        };
        let shift = |held: Held| OwnShift {
            post: post.clone(),
            from: held.from,
            to: held.to,
            source: held.source,
            people: held.people,
        };
        let mut own: Vec<OwnShift> = shifts.into_iter().filter(own).map(shift).collect();
        let now = staffing.on_duty(&self.calendar, self.zone, from);
        if now.source == Some(Source::Permanent) && now.people.contains(&person) {
            let people = now.people.into_iter().cloned().collect();
            let source = Source::Permanent;
            own.push(OwnShift { post: post.clone(), from, to, source, people });
        }
        own
    }
}
