//! Tasks (任务, 指令): what a post or a unit has to do by a time, given by somebody or by a plan.
//!
//! Signing for one is an obligation like any other, and so is the reminder when it is overdue. Invariant: an open task
//! has an armed time at which its bearer is called again, so that none is forgotten.

mod give;
mod remind;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    callout::obligation::Bearer,
    event::{Entry, TaskEvent, TaskGiven},
    ids::{
        EvacuationId, HotSpotId, IncidentId, ObligationId, PersonId, PostId, ResponseId, RoundId,
        TaskId, TransferId, UnitId,
    },
    time::Timestamp,
};

pub(in crate::domain) use self::give::{Giving, NewTask, Sign, Upon};
pub(in crate::domain) use self::report::reporter_of;
pub use self::{
    give::{GiveTasks, Given},
    report::{TaskFault, TaskReport, TaskStep},
};
pub(super) use report::decide;

/// What made a task necessary: its list is shown there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Incident(IncidentId),
    Response(ResponseId),
    Evacuation(EvacuationId),
    HotSpot(HotSpotId),
    /// What has to be reported of an incident to the levels above: it outlives the incident's own tasks.
    Reports(IncidentId),
    /// A round in which every township reports.
    Round(RoundId),
}

/// What being done means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Its bearer says so.
    Plain,
    /// Somebody has to find another unit for an incident: sending one does it.
    Replace,
    /// So many people have to be brought to a shelter: how many were is counted.
    Transfer { transfer: TransferId, people: u32 },
    /// They have to be seen home: how many were is counted.
    Return { transfer: TransferId, people: u32 },
    /// Somebody has to look whether it burns: what was found is said.
    Verification { hot_spot: HotSpotId },
    /// A report to the level above is recorded or sent: that does it.
    Report,
    /// A township's answer in a round of reports.
    RoundReturn,
}

/// What was reported of a task, done or under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How many of what the form counts, such as people moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// What was found, in the form's own words.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub finding: CompactString,
}

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has signed for it.
    Given,
    /// Its bearer knows of it.
    Signed,
    Done,
    Withdrawn,
}

impl Stage {
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Given | Stage::Signed)
    }
}

/// Something last said of a task: when and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub at: Timestamp,
    pub by: CompactString,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub cause: Option<Cause>,
    pub form: Form,
    pub post: PostId,
    pub unit: Option<UnitId>,
    pub title: CompactString,
    pub text: String,
    pub on_word_of: CompactString,
    pub given_at: Timestamp,
    pub given_by: CompactString,
    pub due_at: Timestamp,
    pub remind_at: Timestamp,
    pub drill: bool,
    pub stage: Stage,
    pub signed: Option<(Timestamp, Option<PersonId>)>,
    /// Newest last.
    pub said: Vec<Said>,
    pub late_s: u64,
    /// Why it was withdrawn.
    pub withdrawn: CompactString,
    /// The obligation to sign for it, and the last by which its bearer was reminded.
    pub obligation: Option<ObligationId>,
    pub reminder: Option<ObligationId>,
    pub reminders: u32,
}

impl Task {
    pub fn is_open(&self) -> bool {
        self.stage.is_open()
    }

    pub fn bearer(&self) -> Bearer<'_> {
        let unit = self.unit.as_ref();
        unit.map_or(Bearer::holder(&self.post), |unit| Bearer::unit(&self.post, unit))
    }

    /// Returns what was last reported of it.
    pub fn last(&self) -> Option<&Outcome> {
        self.said.last().map(|said| &said.outcome)
    }

    fn given(given: &TaskGiven, entry: &Entry) -> Self {
        Self {
            id: given.id,
            cause: given.cause.clone(),
            form: given.form.clone(),
            post: given.post.clone(),
            unit: given.unit.clone(),
            title: given.title.clone(),
            text: given.text.clone(),
            on_word_of: given.on_word_of.clone(),
            given_at: entry.at,
            given_by: entry.actor.clone(),
            due_at: given.due_at,
            remind_at: given.remind_at,
            drill: given.drill,
            stage: Stage::Given,
            signed: None,
            said: Vec::new(),
            late_s: 0,
            withdrawn: CompactString::default(),
            obligation: given.obligation,
            reminder: None,
            reminders: 0,
        }
    }
}

/// Every task, and what is derived from them for speed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tasks {
    by_id: BTreeMap<TaskId, Task>,
    #[serde(skip)]
    index: Index,
}

/// Open tasks by when their bearers are called again, and by the obligations about them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    armed: BTreeSet<(Timestamp, TaskId)>,
    by_obligation: BTreeSet<(ObligationId, TaskId)>,
    by_cause: BTreeSet<(Option<Cause>, TaskId)>,
}

impl Tasks {
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.by_id.get(&id)
    }

    /// Returns every task in the order in which they were given.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.by_id.values()
    }

    /// Returns the open tasks, the one whose bearer is called next first.
    pub fn open(&self) -> impl Iterator<Item = &Task> {
        self.index.armed.iter().filter_map(|(_, id)| self.get(*id))
    }

    /// Returns the tasks of one cause in the order in which they were given.
    pub fn of<'t>(&'t self, cause: &Cause) -> impl Iterator<Item = &'t Task> + use<'t> {
        let cause = Some(cause.clone());
        let all = (cause.clone(), TaskId(0))..=(cause, TaskId(u64::MAX));
        self.index.by_cause.range(all).filter_map(|(_, id)| self.get(*id))
    }

    /// Returns the open tasks that `obligation` is about.
    pub(in crate::domain) fn about(&self, obligation: ObligationId) -> impl Iterator<Item = &Task> {
        let all = (obligation, TaskId(0))..=(obligation, TaskId(u64::MAX));
        self.index.by_obligation.range(all).filter_map(|(_, id)| self.get(*id))
    }

    pub(super) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.index.armed.first().map(|(at, _)| *at)
    }

    /// Derives what a snapshot leaves out.
    pub(super) fn rebuild(&mut self) {
        self.index = Index::default();
        self.by_id.values().for_each(|task| self.index.note(task));
    }

    pub(super) fn apply(&mut self, event: &TaskEvent, entry: &Entry) {
        match event {
            TaskEvent::TaskGiven(given) => {
                let task = Task::given(given, entry);
                self.index.note(&task);
                self.by_id.insert(task.id, task);
            }
            TaskEvent::TaskSigned(signed) => self.change(signed.id, |task| {
                task.stage = Stage::Signed;
                task.signed = Some((entry.at, signed.person.clone()));
            }),
            TaskEvent::TaskProgressed(progressed) => {
                self.change(progressed.id, |task| task.hear(&progressed.outcome, entry));
            }
            TaskEvent::TaskDone(done) => self.change(done.id, |task| {
                task.hear(&done.outcome, entry);
                (task.stage, task.late_s) = (Stage::Done, done.late_s);
            }),
            TaskEvent::TaskReminded(reminded) => self.change(reminded.id, |task| {
                task.reminder = reminded.obligation.or(task.reminder);
                task.remind_at = reminded.next_at;
                task.reminders += 1;
            }),
            TaskEvent::TaskWithdrawn(withdrawn) => self.change(withdrawn.id, |task| {
                task.stage = Stage::Withdrawn;
                task.withdrawn = withdrawn.reason.clone();
            }),
        }
    }

    fn change(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
        let Some(task) = self.by_id.get_mut(&id) else {
            debug_assert!(false, "an unknown task was changed");
            return;
        };
        self.index.forget(task);
        change(task);
        self.index.note(task);
    }

    /// Returns every breach of what must always hold.
    pub(super) fn breaches(&self) -> impl Iterator<Item = String> {
        let armed =
            |task: &&Task| task.is_open() != self.index.armed.contains(&(task.remind_at, task.id));
        self.iter().filter(armed).map(|task| format!("{}: open without an armed time", task.id))
    }
}

impl Task {
    fn hear(&mut self, outcome: &Outcome, entry: &Entry) {
        self.said.push(Said { at: entry.at, by: entry.actor.clone(), outcome: outcome.clone() });
    }
}

impl Index {
    fn note(&mut self, task: &Task) {
        self.by_cause.insert((task.cause.clone(), task.id));
        if task.is_open() {
            self.armed.insert((task.remind_at, task.id));
            let about = task.obligation.into_iter().chain(task.reminder);
            self.by_obligation.extend(about.map(|obligation| (obligation, task.id)));
        }
    }

    fn forget(&mut self, task: &Task) {
        self.armed.remove(&(task.remind_at, task.id));
        for obligation in task.obligation.into_iter().chain(task.reminder) {
            self.by_obligation.remove(&(obligation, task.id));
        }
    }
}
