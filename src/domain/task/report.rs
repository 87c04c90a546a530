//! What is said of a task: how far it is, that it is done, that nobody needs it any more.

use compact_str::CompactString;

use super::{Form, GiveTasks, Outcome, Task, give};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    evacuation::{self, EvacuationFault, Numbers, ReportTransfer},
    event::{TaskDone, TaskProgressed, TaskWithdrawn},
    hotspot::{self, HotSpotFault, SettleHotSpot},
    ids::{PersonId, TaskId, TransferId},
    rejection::Rejection,
    report::ReportFault,
    time::Timestamp,
};

/// Longest note and reason, in characters.
const NOTE_LIMIT: usize = 1_000;

/// What somebody does about a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskStep {
    Give(GiveTasks),
    Progress(TaskReport),
    Complete(TaskReport),
    Withdraw { task: TaskId, reason: CompactString },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReport {
    pub task: TaskId,
    pub outcome: Outcome,
}

/// Why a step with a task is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskFault {
    #[error("no task {0}; see GET /api/v1/tasks")]
    Unknown(TaskId),
    #[error("task {0} is over; what was reported of it stands")]
    Over(TaskId),
    #[error("task {0} is somebody else's; its bearer or the desk reports on it")]
    NotYours(TaskId),
    #[error("due_at is past; give a time to come")]
    DueInThePast,
}

impl TaskFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            TaskFault::Unknown(_) => "task.unknown",
            TaskFault::Over(_) => "task.over",
            TaskFault::NotYours(_) => "task.not_yours",
            TaskFault::DueInThePast => "task.due_in_the_past",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            TaskFault::DueInThePast => Some("due_at"),
            TaskFault::Unknown(_) | TaskFault::Over(_) | TaskFault::NotYours(_) => None,
        }
    }
}

/// Decides a step with tasks.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &TaskStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        TaskStep::Give(given) => return give::decide(board, actor, given, draft),
        TaskStep::Progress(report) => {
            let task = open_task(board, actor, report.task, Capability::Dispatch, &draft)?;
            check(&report.outcome)?;
            if let Form::Transfer { transfer, .. } = task.form {
                let report = moved(board, transfer, &report.outcome, false)?;
                evacuation::reported(board, actor, &report, &mut draft)?;
            } else {
                draft.push(TaskProgressed {
                    id: task.id,
                    post: task.post.clone(),
                    outcome: report.outcome.clone(),
                });
            }
        }
        TaskStep::Complete(report) => {
            let task = open_task(board, actor, report.task, Capability::Dispatch, &draft)?;
            check(&report.outcome)?;
            complete(board, actor, task, &report.outcome, &mut draft)?;
        }
        TaskStep::Withdraw { task, reason } => {
            if !actor.role.may(Capability::Instruct) {
                return Err(Rejection::NotAllowed(Capability::Instruct));
            }
            let task = open_task(board, actor, *task, Capability::Instruct, &draft)?;
            if reason.trim().is_empty() {
                return Err(Rejection::Empty { field: "reason" });
            }
            if reason.chars().count() > NOTE_LIMIT {
                return Err(Rejection::TooLong { field: "reason", limit: NOTE_LIMIT });
            }
            if let Form::Transfer { transfer, .. } = task.form {
                evacuation::called_off(board, actor, transfer, reason, &mut draft)?;
            } else {
                draft.excuse_clock(task.id, reason);
                draft.withdraw_tasks(&[task], reason);
            }
        }
    }
    Ok(draft.finish(Reply::Done))
}

/// Decides that a task is done, by what being done means for it.
fn complete(
    board: &Board,
    actor: &Actor,
    task: &Task,
    outcome: &Outcome,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    match task.form {
        Form::Plain | Form::Replace => draft.complete(task, outcome.clone()),
        Form::Report => return Err(ReportFault::TaskByReport(task.id).into()),
        Form::RoundReturn => {
            draft.return_by_task(task, outcome, actor);
            draft.complete(task, outcome.clone());
        }
        Form::Transfer { transfer, .. } => {
            let report = moved(board, transfer, outcome, true)?;
            evacuation::reported(board, actor, &report, draft)?;
        }
        Form::Return { transfer, .. } => {
            let said = (transfer, outcome.count, outcome.note.as_str());
            evacuation::returned(board, actor, said, draft)?;
        }
        Form::Verification { hot_spot } => {
            let settle = SettleHotSpot {
                hot_spot,
                finding: outcome.finding.parse().map_err(HotSpotFault::from)?,
                note: outcome.note.clone(),
            };
            hotspot::settle(board, actor, &settle, draft)?;
        }
    }
    Ok(())
}

/// Returns what the answer to a task says of its transfer: how many are moved; the other numbers stay.
fn moved(
    board: &Board,
    transfer: TransferId,
    outcome: &Outcome,
    done: bool,
) -> Result<ReportTransfer, Rejection> {
    let known = board.evacuations.transfer(transfer);
    let known = known.ok_or(EvacuationFault::UnknownTransfer(transfer))?.numbers;
    let numbers = Numbers { moved: outcome.count.unwrap_or(known.moved), ..known };
    let note = outcome.note.clone();
    Ok(ReportTransfer { transfer, numbers, note, done, over_capacity: None })
}

/// Returns a task that is open and that `actor` may touch: he bears it, or has `capability` in its area.
fn open_task<'b>(
    board: &'b Board,
    actor: &Actor,
    id: TaskId,
    capability: Capability,
    draft: &Draft<'_>,
) -> Result<&'b Task, Rejection> {
    let task = reporter_of(board, actor, id, capability, draft)?;
    if !task.is_open() {
        return Err(TaskFault::Over(id).into());
    }
    Ok(task)
}

/// Returns a task that `actor` may touch, open or not: he bears it, or has `capability` in its area.
pub(in crate::domain) fn reporter_of<'b>(
    board: &'b Board,
    actor: &Actor,
    id: TaskId,
    capability: Capability,
    draft: &Draft<'_>,
) -> Result<&'b Task, Rejection> {
    let task = board.tasks.get(id).ok_or(TaskFault::Unknown(id))?;
    let person = actor.person.as_ref();
    let bears = person.is_some_and(|person| board.may_report(task, person, draft.now));
    if !bears && !actor.sees(task.post.area) {
        return Err(TaskFault::Unknown(id).into());
    }
    if !bears && !actor.role.may(capability) {
        return Err(TaskFault::NotYours(id).into());
    }
    Ok(task)
}

fn check(outcome: &Outcome) -> Result<(), Rejection> {
    let texts =
        [("note", outcome.note.chars().count()), ("finding", outcome.finding.chars().count())];
    match texts.into_iter().find(|(_, length)| *length > NOTE_LIMIT) {
        Some((field, _)) => Err(Rejection::TooLong { field, limit: NOTE_LIMIT }),
        None => Ok(()),
    }
}

impl Board {
    /// Tells whether `person` may report on `task`: he bears it now, or was called about it.
    pub fn may_report(&self, task: &Task, person: &PersonId, now: Timestamp) -> bool {
        let about = task.obligation.into_iter().chain(task.reminder);
        let mut about = about.filter_map(|id| self.callouts.obligation(id));
        self.bears(task.bearer(), person, now) || about.any(|o| o.was_asked(person))
    }
}

impl Draft<'_> {
    /// Notes that a task is done, and lets go of what called its bearer.
    pub(in crate::domain) fn complete(&mut self, task: &Task, outcome: Outcome) {
        self.complete_one_of(task, outcome, &[task.id]);
    }

    /// Does so for one of several that end at once.
    fn complete_one_of(&mut self, task: &Task, outcome: Outcome, ended: &[TaskId]) {
        let late_s = self.now.since(task.due_at).as_secs();
        self.push(TaskDone { id: task.id, post: task.post.clone(), outcome, late_s });
        self.settle_task(task, ended);
    }

    /// Notes that nobody needs these tasks any more, lets go of what called their bearers, and tells those who had
    /// answered: they may be out in the rain. Whose word holds for another open task as well is left in peace.
    pub(in crate::domain) fn withdraw_tasks(&mut self, tasks: &[&Task], reason: &CompactString) {
        let board = self.board;
        let ended: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        for task in tasks {
            let (id, post) = (task.id, task.post.clone());
            self.push(TaskWithdrawn { id, post, reason: reason.clone() });
            self.settle_task(task, &ended);
        }
        let about = tasks.iter().flat_map(|task| task.obligation.into_iter().chain(task.reminder));
        for obligation in about {
            if board.tasks.about(obligation).all(|other| ended.contains(&other.id)) {
                self.call_off(obligation);
            }
        }
    }

    /// Completes the open tasks of `cause` that ask for another unit: one has been sent.
    pub(in crate::domain) fn replaced(&mut self, cause: &super::Cause) {
        let board = self.board;
        let asks = |task: &&Task| task.is_open() && task.form == Form::Replace;
        let waiting: Vec<&Task> = board.tasks.of(cause).filter(asks).collect();
        let ended: Vec<TaskId> = waiting.iter().map(|task| task.id).collect();
        for task in waiting {
            self.complete_one_of(task, Outcome::default(), &ended);
        }
    }
}
