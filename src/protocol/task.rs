//! Tasks, coloured by their time.

use std::time::Duration;

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Viewer, post_title};
use crate::domain::{
    board::Board,
    ids::{AreaCode, ObligationId, PostId, TaskId, UnitId},
    task::{Cause, Form, Said, Stage, Task},
    time::Timestamp,
};

/// Least time before it is due at which an open task is shown as pressing.
const PRESSING: Duration = Duration::from_secs(10 * 60);

/// One task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    #[schema(value_type = String)]
    pub id: TaskId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub cause: Option<Cause>,
    #[schema(value_type = Object)]
    pub form: Form,
    #[schema(value_type = String)]
    pub title: CompactString,
    pub text: String,
    /// The leader whose instruction it is.
    #[schema(value_type = String)]
    pub on_word_of: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    #[schema(value_type = String)]
    pub given_by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// `given`, `signed`, `done` or `withdrawn`.
    #[schema(value_type = String)]
    pub stage: Stage,
    /// `red` overdue, `yellow` pressing, `green` done, `grey` otherwise.
    pub light: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub signed_at: Option<Timestamp>,
    #[schema(value_type = Vec<Object>)]
    pub said: Vec<Said>,
    /// Seconds after it was due that it was done.
    pub late_s: u64,
    #[schema(value_type = String)]
    pub withdrawn: CompactString,
    pub reminders: u32,
    pub drill: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub obligation: Option<ObligationId>,
}

impl TaskView {
    pub fn of(board: &Board, task: &Task, viewer: &Viewer<'_>) -> Self {
        let unit = task.unit.as_ref().and_then(|unit| board.units.get(unit));
        let title = unit.map(|unit| unit.name.clone());
        Self {
            id: task.id,
            cause: task.cause.clone(),
            form: task.form.clone(),
            title: task.title.clone(),
            text: task.text.clone(),
            on_word_of: task.on_word_of.clone(),
            area: task.post.area,
            area_name: board.areas.name(task.post.area),
            post: task.post.clone(),
            post_title: title.unwrap_or_else(|| post_title(board, &task.post)),
            unit: task.unit.clone(),
            given_at: task.given_at,
            given_by: task.given_by.clone(),
            due_at: task.due_at,
            stage: task.stage,
            light: light(task, viewer.now),
            signed_at: task.signed.as_ref().map(|(at, _)| *at),
            said: task.said.clone(),
            late_s: task.late_s,
            withdrawn: task.withdrawn.clone(),
            reminders: task.reminders,
            drill: task.drill,
            obligation: task.obligation,
        }
    }
}

/// Pressing is the last quarter of a task's time, and never less than ten minutes.
fn light(task: &Task, now: Timestamp) -> &'static str {
    let quarter = task.due_at.since(task.given_at) / 4;
    match task.stage {
        Stage::Done => "green",
        Stage::Withdrawn => "grey",
        Stage::Given | Stage::Signed if task.due_at <= now => "red",
        Stage::Given | Stage::Signed if task.due_at.since(now) <= quarter.max(PRESSING) => "yellow",
        Stage::Given | Stage::Signed => "grey",
    }
}
