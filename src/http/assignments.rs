//! Units that have been sent: their steps, by their own page or the desk; and how ready units are.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Done, List, Named, Page, Written},
};
use crate::{
    domain::{
        assignment::{Advance, Assignment, AssignmentStep, Readiness, SayReady, Status},
        board::Board,
        command::Command,
        ids::{AssignmentId, IncidentId, UnitId},
        time::Timestamp,
    },
    protocol::{AssignmentView, Viewer},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those of units that the caller is one of.
    mine: Option<bool>,
    /// Only those that bind their unit, or only the others.
    binding: Option<bool>,
    #[param(value_type = Option<String>)]
    incident: Option<IncidentId>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    pub(super) fn page(&self) -> Page {
        Page { limit: self.limit, after: self.after.clone() }
    }

    /// Returns the assignments that are asked for and that the viewer sees or takes part in, the newest first.
    pub(super) fn choose<'b>(
        &self,
        board: &'b Board,
        viewer: &Viewer<'_>,
        after: Option<AssignmentId>,
    ) -> impl Iterator<Item = &'b Assignment> {
        let actor = viewer.actor;
        let own = |assignment: &Assignment| of_unit(board, assignment, viewer);
        let all = board.assignments.iter().rev();
        all.filter(move |assignment| after.is_none_or(|after| assignment.id < after))
            .filter(|assignment| self.binding.is_none_or(|b| assignment.status.binds() == b))
            .filter(|assignment| self.incident.is_none_or(|id| assignment.incident == id))
            .filter(move |assignment| self.mine != Some(true) || own(assignment))
            .filter(move |a| actor.sees(a.area) || actor.sees(a.home) || own(a))
    }
}

/// How far a unit has come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusInput {
    /// `accepted`, `declined`, `en_route`, `on_scene`, `done`, `recalled` or `returned`.
    #[schema(value_type = String)]
    status: Status,
    /// Why, for declining and recalling.
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
    /// When it expects to be back.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    back_at: Option<Timestamp>,
}

/// Lists assignments, the newest first.
#[utoipa::path(get, path = "/api/v1/assignments", params(Filter),
    responses((status = 200, body = Vec<AssignmentView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<AssignmentView>>, ApiError> {
    let page = filter.page();
    let (limit, after) = (page.limit()?, page.after::<AssignmentId>()?);
    let (actor, now, advice) = (caller.actor, web.board.now(), web.advice.clone());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let page = filter.choose(board, &viewer, after).take(limit + 1);
        let view = |a| AssignmentView::of(board, a, &viewer, &advice.catalogue);
        page.map(view).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Says how far a unit has come.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/status", request_body = StatusInput,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn advance(
    State(web): State<Web>,
    caller: Caller,
    Named(assignment): Named<AssignmentId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let StatusInput { status: to, note, back_at } = written.json()?;
    let command = written.command_id(&caller.actor);
    let step = AssignmentStep::Advance(Advance { assignment, to, note, back_at });
    let committed = web.board.submit_as(caller.actor, Command::Assignment(step), command).await?;
    Ok(Json(Done { seq: committed.seq }))
}

/// Says how ready a unit is.
#[utoipa::path(post, path = "/api/v1/units/{id}/readiness", request_body = Object,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn ready(
    State(web): State<Web>,
    caller: Caller,
    Named(unit): Named<UnitId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let readiness: Readiness = written.json()?;
    let command = written.command_id(&caller.actor);
    let step = AssignmentStep::SayReady(SayReady { unit, readiness });
    let committed = web.board.submit_as(caller.actor, Command::Assignment(step), command).await?;
    Ok(Json(Done { seq: committed.seq }))
}

fn of_unit(board: &Board, assignment: &Assignment, viewer: &Viewer<'_>) -> bool {
    let Some(person) = &viewer.actor.person else { return false };
    let unit = board.units.get(&assignment.unit);
    let called = board.callouts.obligation(assignment.obligation);
    unit.is_some_and(|unit| unit.has(person)) || called.is_some_and(|o| o.was_asked(person))
}
