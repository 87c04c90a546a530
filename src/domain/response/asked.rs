//! What a response asks of whom, and what changes when its level or its scope does.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compact_str::CompactString;

use super::{Demand, Grade, Plan, Response};
use crate::domain::{
    area::Extent,
    board::Board,
    ids::{AreaCode, PostId},
    task::{Form, NewTask, Sign, Stage, Task},
    time::Timestamp,
};

/// Something that the plan asks of a post that the county does not have: nobody does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub post: PostId,
    pub title: CompactString,
}

/// What has to happen so that just the tasks of a level are open.
pub(super) struct Changes<'b> {
    pub withdraw: Vec<&'b Task>,
    pub give: Vec<NewTask>,
}

impl Response {
    /// Tells whether the response asks for `task` at its level and in its scope.
    pub(super) fn asks(&self, task: &Task) -> bool {
        let mut demands = self.plan.demands(self.level);
        let (area, duty) = (task.post.area, &task.post.duty);
        let within = self.extent().touches(area);
        within
            && demands.any(|demand| {
                (demand.at, demand.duty, demand.title) == (area.level(), duty, &*task.title)
            })
    }
}

impl Board {
    /// Returns what a response asks of posts that the county does not have.
    pub fn gaps(&self, response: &Response) -> Vec<Gap> {
        let (plan, grade) = (&response.plan, response.level);
        let asked = self.asked(plan, grade, &response.scope);
        let nobodys = asked.into_iter().filter(|(post, _)| self.roster.get(post).is_none());
        nobodys.map(|(post, demand)| Gap { post, title: demand.title.into() }).collect()
    }

    /// Returns what `plan` asks at `grade` in `scope`, each with the post, whether it exists or not.
    fn asked<'p>(
        &self,
        plan: &'p Plan,
        grade: Grade,
        scope: &BTreeSet<AreaCode>,
    ) -> Vec<(PostId, Demand<'p>)> {
        let extent = Extent { whole: scope.clone(), ..Extent::default() };
        let areas = |at| self.areas.at_level(&extent, at);
        let of = |demand: Demand<'p>| {
            areas(demand.at)
                .into_iter()
                .map(move |area| (PostId { area, duty: demand.duty.clone() }, demand))
        };
        plan.demands(grade).flat_map(of).collect()
    }

    /// Returns what changes when the open tasks among `given` are to be those of `grade` in `scope`.
    ///
    /// One that is asked for in the same words stays as it is, done or open, unless it is due sooner now; what was
    /// taken back before and is asked for again is given again.
    pub(super) fn changes<'b>(
        &'b self,
        (plan, grade, scope): (&Plan, Grade, &BTreeSet<AreaCode>),
        given: impl Iterator<Item = &'b Task>,
        now: Timestamp,
    ) -> Changes<'b> {
        let mut known: BTreeMap<(PostId, CompactString), Vec<&'b Task>> = BTreeMap::new();
        for task in given {
            known.entry((task.post.clone(), task.title.clone())).or_default().push(task);
        }
        let mut changes = Changes { withdraw: Vec::new(), give: Vec::new() };
        for (post, demand) in self.asked(plan, grade, scope) {
            if self.roster.get(&post).is_none() {
                continue;
            }
            let due_at = now + Duration::from_secs(u64::from(demand.within_min) * 60);
            let tasks = known.remove(&(post.clone(), demand.title.into())).unwrap_or_default();
            let (standing, others): (Vec<&Task>, Vec<&Task>) =
                tasks.into_iter().partition(|task| stands(task, &demand, due_at));
            changes.withdraw.extend(others.into_iter().filter(|task| task.is_open()));
            if !standing.is_empty() {
                continue;
            }
            changes.give.push(NewTask {
                post,
                unit: None,
                title: demand.title.into(),
                text: demand.text.to_owned(),
                form: Form::Plain,
                due_at,
                sign: Sign::AtOnce,
            });
        }
        let unasked = known.into_values().flatten().filter(|task| task.is_open());
        changes.withdraw.extend(unasked);
        changes
    }
}

/// Tells whether what was given is what is asked for now.
fn stands(task: &Task, demand: &Demand<'_>, due_at: Timestamp) -> bool {
    let same = task.text == demand.text;
    match task.stage {
        Stage::Done => same,
        Stage::Given | Stage::Signed => same && task.due_at <= due_at,
        Stage::Withdrawn => false,
    }
}
