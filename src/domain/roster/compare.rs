//! What a change to the roster changes: the same time before and after it.

use std::collections::BTreeMap;

use super::{Outlook, Rotation, Shift, Stretch};
use crate::domain::{
    ids::{PersonId, PostId},
    time::Timestamp,
};

/// A stretch of time in which a post is held by others than before; nobody is a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub from: Timestamp,
    pub to: Timestamp,
    pub before: Vec<PersonId>,
    pub after: Vec<PersonId>,
}

impl Outlook {
    /// Returns the roster as it would be with `rotation` on `post`.
    #[must_use]
    pub fn with_rotation(&self, post: &PostId, rotation: Rotation) -> Self {
        let mut changed = self.clone();
        changed.roster.set_rotation(post, Some(rotation));
        changed
    }

    /// Returns when `post` is held by others in `changed` than here, within `from..to` and by time.
    pub fn differences(
        &self,
        changed: &Self,
        post: &PostId,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Difference> {
        let timeline = |outlook: &Self| {
            let staffing = outlook.roster.get(post);
            let timeline =
                |s: &super::Staffing| s.timeline(&outlook.calendar, outlook.zone, from, to);
            staffing.map(timeline).unwrap_or_default()
        };
        differences(&timeline(self), &timeline(changed))
    }
}

/// Goes through two timelines of the same time, neither of which has holes.
fn differences(before: &[Stretch], after: &[Stretch]) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    while let (Some(was), Some(is)) = (old.peek(), new.peek()) {
        let (from, to) = (was.from.max(is.from), was.to.min(is.to));
        if was.people != is.people {
            let goes_on = found.last_mut().filter(|last| {
                last.to == from && last.before == was.people && last.after == is.people
            });
            match goes_on {
                Some(last) => last.to = to,
                None => {
                    let (before, after) = (was.people.clone(), is.people.clone());
                    found.push(Difference { from, to, before, after });
                }
            }
        }
        old.next_if(|stretch| stretch.to == to);
        new.next_if(|stretch| stretch.to == to);
    }
    found
}

/// What becomes of the lines of a table that begin and end together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Nobody where there was no such line.
    pub before: Vec<PersonId>,
    /// Nobody where there is none any more.
    pub after: Vec<PersonId>,
}

/// Returns every line of a table by time, those included that stay as they were. People who share a shift may stand in
/// one line or in several: they are compared as one.
pub fn line_changes<'a>(
    before: impl Iterator<Item = &'a Shift>,
    after: impl Iterator<Item = &'a Shift>,
) -> Vec<LineChange> {
    let mut lines: BTreeMap<(Timestamp, Timestamp), [Vec<PersonId>; 2]> = BTreeMap::new();
    let sides = before.map(|shift| (0, shift)).chain(after.map(|shift| (1, shift)));
    for (side, shift) in sides {
        let people = &mut lines.entry((shift.from, shift.to)).or_default()[side];
        people.extend(shift.people.iter().cloned());
    }
    let lines = lines.into_iter();
    lines.map(|((from, to), [before, after])| LineChange { from, to, before, after }).collect()
}
