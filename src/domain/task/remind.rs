//! What is not done in time: its bearer is called, and again until it is.

use std::{collections::BTreeMap, time::Duration};

use compact_str::{CompactString, format_compact};

use super::{Cause, Stage, Task, give::Upon};
use crate::domain::{
    callout::{obligation::State, policy::CalloutKind},
    decision::Draft,
    event::{TaskReminded, TaskSigned},
    ids::{ObligationId, PersonId, PostId, TaskId, UnitId},
};

/// From one reminder of an overdue task to the next.
const REMIND_AGAIN: Duration = Duration::from_secs(30 * 60);
/// Tasks reminded of in one command; the rest are still due and come with the next.
const DUE_LIMIT: usize = 2_000;

/// What tasks have in common that one call can be about: cause, post, unit, and whether they are for a drill.
type Shared<'t> = (Option<&'t Cause>, &'t PostId, Option<&'t UnitId>, bool);

impl Draft<'_> {
    /// Calls those whose tasks are overdue: one call about all of one cause.
    pub(in crate::domain) fn elapse_tasks(&mut self) {
        let board = self.board;
        let due = board.tasks.index.armed.iter().take_while(|(at, _)| *at <= self.now);
        let due: Vec<&Task> =
            due.take(DUE_LIMIT).filter_map(|(_, id)| board.tasks.get(*id)).collect();
        let mut of_bearers: BTreeMap<Shared<'_>, Vec<&Task>> = BTreeMap::new();
        for task in due {
            let key = (task.cause.as_ref(), &task.post, task.unit.as_ref(), task.drill);
            of_bearers.entry(key).or_default().push(task);
        }
        for tasks in of_bearers.into_values() {
            self.remind(&tasks);
        }
    }

    fn remind(&mut self, tasks: &[&Task]) {
        let Some(first) = tasks.first() else { return };
        let ringing = tasks.iter().find_map(|task| self.still_reminding(task));
        let titles: Vec<&str> = tasks.iter().map(|task| &*task.title).collect();
        let said = CompactString::from(titles.join("；"));
        let subject = match titles.len() {
            1 => format_compact!("催办：{said}"),
            count => format_compact!("催办 {count} 项：{}等", first.title),
        };
        let upon = Upon {
            kind: CalloutKind::Reminder,
            subject: subject.chars().take(120).collect(),
            text: String::new(),
            severity: None,
            drill: first.drill,
        };
        let obligation = ringing.or_else(|| {
            let called = self.call_upon(&upon, vec![(first.bearer(), said)]);
            // A county without a policy for reminders sees the task overdue and calls by hand.
            called.ok()?.first().map(|(_, obligation)| *obligation)
        });
        for task in tasks {
            self.push(TaskReminded {
                id: task.id,
                post: task.post.clone(),
                obligation,
                next_at: self.now + REMIND_AGAIN,
            });
        }
    }

    /// Returns the obligation by which the bearer is being called about it already.
    fn still_reminding(&self, task: &Task) -> Option<ObligationId> {
        let known = task.reminder.and_then(|id| self.board.callouts.obligation(id))?;
        known.state.is_open().then_some(known.id)
    }

    /// Notes that those tasks are signed for whose obligation has been answered.
    pub(in crate::domain) fn sign_tasks(
        &mut self,
        obligation: ObligationId,
        person: Option<&PersonId>,
    ) {
        let board = self.board;
        for task in board.tasks.about(obligation) {
            if task.stage == Stage::Given {
                let (id, post) = (task.id, task.post.clone());
                let person = person.cloned();
                self.push(TaskSigned { id, post, person });
            }
        }
    }

    /// Lets go of what calls the bearer about a task that has ended, unless it is about others as well.
    pub(super) fn settle_task(&mut self, task: &Task, ended: &[TaskId]) {
        let board = self.board;
        for id in task.obligation.into_iter().chain(task.reminder) {
            let others = board.tasks.about(id).any(|other| !ended.contains(&other.id));
            let obligation = board.callouts.obligation(id);
            let open = obligation.is_some_and(|obligation| match obligation.state {
                State::Ringing { .. } | State::Unreached { .. } => true,
                State::Answered | State::Withdrawn { .. } => false,
            });
            if open && !others {
                self.settle(id);
            }
        }
    }
}
