//! How a response's tasks stand, by township and department: while it runs, and when it is looked back at.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{
    ids::{AreaCode, Duty, Level},
    task::{Stage, Task},
    time::Timestamp,
};

/// A task becomes yellow when this part of its time is left: one quarter.
const YELLOW_PART: u64 = 4;

/// How a task or a place looks on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Overdue.
    Red,
    /// A quarter of the time is left, or less.
    Yellow,
    /// Done.
    Green,
    /// There is time, or nobody needs it any more.
    Grey,
}

/// Returns how `task` looks at `now`.
pub fn light(task: &Task, now: Timestamp) -> Light {
    match task.stage {
        Stage::Done => Light::Green,
        Stage::Withdrawn => Light::Grey,
        Stage::Given | Stage::Signed if now >= task.due_at => Light::Red,
        Stage::Given | Stage::Signed => {
            let (whole, left) = (task.due_at.since(task.given_at), task.due_at.since(now));
            let near = left.as_millis() * u128::from(YELLOW_PART) <= whole.as_millis();
            if near { Light::Yellow } else { Light::Grey }
        }
    }
}

/// What became of some tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that were given and not taken back.
    pub total: usize,
    pub signed: usize,
    pub done: usize,
    /// Not done, and it should be.
    pub overdue: usize,
    /// Done after it was due.
    pub late: usize,
    pub withdrawn: usize,
    /// Nobody ever signed for it, taken back or not.
    pub unanswered: usize,
    yellow: usize,
    /// Seconds from giving to signing and to being done, each sorted.
    signed_s: Vec<u64>,
    done_s: Vec<u64>,
}

/// What became of the tasks of a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub whole: Tally,
    /// Those of a township and of the villages in it.
    pub townships: BTreeMap<AreaCode, Tally>,
    /// Those of the county's own posts.
    pub departments: BTreeMap<Duty, Tally>,
}

impl Summary {
    pub fn of<'t>(tasks: impl Iterator<Item = &'t Task>, now: Timestamp) -> Self {
        let mut summary = Summary::default();
        for task in tasks {
            summary.whole.add(task, now);
            let tally = match task.post.area.at(Level::Township) {
                Some(township) => summary.townships.entry(township).or_default(),
                None => summary.departments.entry(task.post.duty.clone()).or_default(),
            };
            tally.add(task, now);
        }
        summary
    }
}

impl Tally {
    /// Returns how the row of these looks.
    pub fn light(&self) -> Light {
        match self {
            Tally { overdue: 1.., .. } => Light::Red,
            Tally { yellow: 1.., .. } => Light::Yellow,
            Tally { done: 1.., .. } if self.done == self.total => Light::Green,
            Tally { .. } => Light::Grey,
        }
    }

    /// Returns the median of the seconds from giving to signing; `None` while nobody has signed.
    pub fn median_signed_s(&self) -> Option<u64> {
        median(&self.signed_s)
    }

    /// Returns the median of the seconds from giving to being done; `None` while nothing is.
    pub fn median_done_s(&self) -> Option<u64> {
        median(&self.done_s)
    }

    fn add(&mut self, task: &Task, now: Timestamp) {
        let signed = task.signed.as_ref().map(|(at, _)| at.since(task.given_at).as_secs());
        insert(&mut self.signed_s, signed);
        // Whoever has reported on it has heard of it.
        let heard = signed.is_some() || !task.said.is_empty();
        self.unanswered += usize::from(!heard);
        if task.stage == Stage::Withdrawn {
            self.withdrawn += 1;
            return;
        }
        self.total += 1;
        self.signed += usize::from(heard);
        match light(task, now) {
            Light::Red => self.overdue += 1,
            Light::Yellow => self.yellow += 1,
            Light::Green => {
                self.done += 1;
                self.late += usize::from(task.late_s > 0);
                insert(&mut self.done_s, done_s(task));
            }
            Light::Grey => {}
        }
    }
}

/// Returns the seconds from giving a task to its being done.
fn done_s(task: &Task) -> Option<u64> {
    let said = task.said.last().filter(|_| task.stage == Stage::Done)?;
    Some(said.at.since(task.given_at).as_secs())
}

fn insert(sorted: &mut Vec<u64>, seconds: Option<u64>) {
    let Some(seconds) = seconds else { return };
    let place = sorted.partition_point(|known| *known <= seconds);
    sorted.insert(place, seconds);
}

/// Returns the middle one, the lower of two.
fn median(sorted: &[u64]) -> Option<u64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_and_there_is_none_of_nothing() {
        let mut sorted = Vec::new();
        assert_eq!(median(&sorted), None);
        [5, 1, 9].into_iter().for_each(|seconds| insert(&mut sorted, Some(seconds)));
        insert(&mut sorted, None);
        assert_eq!((sorted.clone(), median(&sorted)), (vec![1, 5, 9], Some(5)));
        insert(&mut sorted, Some(2));
        assert_eq!(median(&sorted), Some(2));
    }
}
