//! Tasks: given, reported on, done, taken back.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Done, List, Named, Page, Written, allow},
};
use crate::{
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply},
        ids::{AreaCode, IncidentId, PostId, TaskId, UnitId},
        task::{Cause, GiveTasks, Given, Outcome, Task, TaskReport, TaskStep},
        time::Timestamp,
        warning::Colour,
    },
    protocol::{TaskView, Viewer},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only open ones, or only those that are over.
    open: Option<bool>,
    /// Only those that the caller bears or was called about.
    mine: Option<bool>,
    #[param(value_type = Option<String>)]
    incident: Option<IncidentId>,
    /// Only in this area and what lies in it.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    pub(super) fn page(&self) -> Page {
        Page { limit: self.limit, after: self.after.clone() }
    }

    /// Returns the tasks that are asked for and that the viewer sees or bears, the newest first.
    pub(super) fn choose<'b>(
        &self,
        board: &'b Board,
        viewer: &Viewer<'_>,
        after: Option<TaskId>,
    ) -> impl Iterator<Item = &'b Task> {
        let (actor, now) = (viewer.actor, viewer.now);
        let person = actor.person.as_ref();
        let own = move |task: &Task| person.is_some_and(|p| board.may_report(task, p, now));
        let cause = self.incident.map(Cause::Incident);
        let all = board.tasks.iter().rev();
        all.filter(move |task| after.is_none_or(|after| task.id < after))
            .filter(|task| self.open.is_none_or(|open| task.is_open() == open))
            .filter(|task| self.area.is_none_or(|area| area.contains(task.post.area)))
            .filter(move |task| cause.is_none() || task.cause == cause)
            .filter(move |task| self.mine != Some(true) || own(task))
            .filter(move |task| actor.sees(task.post.area) || own(task))
    }
}

/// A task, and who is given it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskInput {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    incident: Option<IncidentId>,
    #[schema(value_type = String)]
    title: CompactString,
    #[serde(default)]
    text: String,
    /// The leader whose instruction (批示) it is.
    #[serde(default)]
    #[schema(value_type = String)]
    on_word_of: CompactString,
    /// Posts, such as `990101001000/lead_officer`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    posts: Vec<PostId>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    units: Vec<UnitId>,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    severity: Option<Colour>,
    #[serde(default)]
    drill: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TasksGiven {
    /// One for each post and unit, in their order.
    ids: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    #[schema(value_type = String)]
    reason: CompactString,
}

/// Gives a task; everybody who is given it is called to sign for it.
#[utoipa::path(post, path = "/api/v1/tasks", request_body = TaskInput,
    responses((status = 201, body = TasksGiven), (status = 403), (status = 422)))]
pub(super) async fn give(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<TasksGiven>), ApiError> {
    allow(&caller.actor, Capability::Instruct)?;
    let input: TaskInput = written.json()?;
    let to = input.posts.into_iter().map(Given::Post);
    let given = GiveTasks {
        incident: input.incident,
        title: input.title,
        text: input.text,
        on_word_of: input.on_word_of,
        to: to.chain(input.units.into_iter().map(Given::Unit)).collect(),
        due_at: input.due_at,
        severity: input.severity,
        drill: input.drill,
    };
    let command = written.command_id(&caller.actor);
    let step = Command::Task(TaskStep::Give(given));
    let committed = web.board.submit_as(caller.actor, step, command).await?;
    let Reply::Tasks { ids } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    let ids = ids.iter().map(TaskId::to_string).collect();
    Ok((StatusCode::CREATED, Json(TasksGiven { ids })))
}

/// Lists tasks, the newest first.
#[utoipa::path(get, path = "/api/v1/tasks", params(Filter),
    responses((status = 200, body = Vec<TaskView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<TaskView>>, ApiError> {
    let page = filter.page();
    let (limit, after) = (page.limit()?, page.after::<TaskId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let page = filter.choose(board, &viewer, after).take(limit + 1);
        page.map(|task| TaskView::of(board, task, &viewer)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Says how far a task has come.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/progress", request_body = Object,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn progress(
    State(web): State<Web>,
    caller: Caller,
    Named(task): Named<TaskId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let outcome: Outcome = written.json()?;
    step(&web, caller.actor, TaskStep::Progress(TaskReport { task, outcome }), &written).await
}

/// Says that a task is done.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/complete", request_body = Object,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn complete(
    State(web): State<Web>,
    caller: Caller,
    Named(task): Named<TaskId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let outcome: Outcome = written.json()?;
    step(&web, caller.actor, TaskStep::Complete(TaskReport { task, outcome }), &written).await
}

/// Takes a task back.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/withdraw", request_body = Withdrawal,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    Named(task): Named<TaskId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let Withdrawal { reason } = written.json()?;
    step(&web, caller.actor, TaskStep::Withdraw { task, reason }, &written).await
}

async fn step(
    web: &Web,
    actor: Actor,
    step: TaskStep,
    written: &Written,
) -> Result<Json<Done>, ApiError> {
    let command = written.command_id(&actor);
    let committed = web.board.submit_as(actor, Command::Task(step), command).await?;
    Ok(Json(Done { seq: committed.seq }))
}
