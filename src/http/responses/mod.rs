//! Responses: proposed, decided, ticked off and looked back at.

mod draw;
mod input;
mod plans;
mod proposals;
mod sheet;
mod views;

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response as Answer},
};
use serde::Deserialize;
use utoipa::IntoParams;

use self::{
    draw::Looking,
    input::{EndInput, LevelInput, StartInput, TickInput},
    views::{ResponseRow, ResponseView, SummaryView},
};
use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written},
};
use crate::domain::{
    actor::Actor,
    board::Board,
    command::{Command, Reply},
    ids::{AreaCode, ResponseId},
    response::{Response, ResponseFault, ResponseStep, Tick},
    time::Timestamp,
};

pub(super) use self::{
    input::TakeInput,
    plans::{__path_list as __path_plans, list as plans},
    proposals::{
        __path_decide, __path_list as __path_proposals, __path_propose, decide, list as proposals,
        propose,
    },
};

/// What a workbook is, as browsers are told.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those that have not ended.
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
    after: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Within {
    /// Only the tasks of posts in this area.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

/// Lists responses, the newest first.
#[utoipa::path(get, path = "/api/v1/responses", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<ResponseRow>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<ResponseId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let looking = looking(board, &actor, None, now);
        let all = board.responses.iter().rev();
        let wanted = all
            .filter(|response| after.is_none_or(|after| response.id < after))
            .filter(|response| !filter.open || response.is_open())
            .filter(|response| response.concerns(actor.area));
        wanted.take(limit + 1).map(|response| looking.row(response)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |row| row.id.to_string())))
}

/// Returns one response with its tasks, or with `.xlsx` after its id the whole of it as a workbook.
#[utoipa::path(get, path = "/api/v1/responses/{id}", params(("id" = String, Path), Within),
    responses((status = 200, body = ResponseView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Path(name): Path<String>,
    Asked(within): Asked<Within>,
) -> Result<Answer, ApiError> {
    let (text, as_workbook) = match name.strip_suffix(".xlsx") {
        Some(text) => (text, true),
        None => (name.as_str(), false),
    };
    let unknown = || ApiError::not_found("response.unknown", format!("no response {text}"));
    let id: ResponseId = text.parse().map_err(|_| unknown())?;
    if !as_workbook {
        let view =
            look(&web, &caller.actor, id, within.area, |looking, response| looking.whole(response));
        return Ok(Json(view.await?).into_response());
    }
    let view = look(&web, &caller.actor, id, within.area, |looking, response| {
        (looking.whole(response), looking.summary(response))
    });
    let (whole, summary) = view.await?;
    let zone = web.board.read(Board::timezone).await?;
    let bytes = sheet::write(&whole, &summary, zone).map_err(|error| {
        tracing::error!(response.id = %id, %error, "a workbook cannot be written");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "workbook.failed", "try again later")
    })?;
    let attachment = format!("attachment; filename=\"response-{id}.xlsx\"");
    let headers =
        [(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, attachment)];
    Ok((headers, bytes).into_response())
}

/// Looks back at a response, or at how it has gone so far.
#[utoipa::path(get, path = "/api/v1/responses/{id}/summary", params(("id" = String, Path), Within),
    responses((status = 200, body = SummaryView), (status = 404)))]
pub(super) async fn summary(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ResponseId>,
    Asked(within): Asked<Within>,
) -> Result<Json<SummaryView>, ApiError> {
    let view =
        look(&web, &caller.actor, id, within.area, |looking, response| looking.summary(response));
    view.await.map(Json)
}

/// Starts a response: every post that the plan names is called to sign for its tasks.
#[utoipa::path(post, path = "/api/v1/responses", request_body = StartInput,
    responses((status = 201, body = ResponseView), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn start(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<ResponseView>), ApiError> {
    let input: StartInput = written.json()?;
    let view = taken(&web, caller, ResponseStep::Start(input.step()), &written).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Raises or lowers a response, or changes where it holds.
#[utoipa::path(post, path = "/api/v1/responses/{id}/level", params(("id" = String, Path)),
    request_body = LevelInput,
    responses((status = 200, body = ResponseView), (status = 404), (status = 409)))]
pub(super) async fn level(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ResponseId>,
    written: Written,
) -> Result<Json<ResponseView>, ApiError> {
    let input: LevelInput = written.json()?;
    taken(&web, caller, ResponseStep::SetLevel(input.step(id)), &written).await.map(Json)
}

/// Ends a response; its open tasks are withdrawn.
#[utoipa::path(post, path = "/api/v1/responses/{id}/end", params(("id" = String, Path)),
    request_body = EndInput,
    responses((status = 200, body = ResponseView), (status = 404), (status = 409)))]
pub(super) async fn end(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ResponseId>,
    written: Written,
) -> Result<Json<ResponseView>, ApiError> {
    let input: EndInput = written.json()?;
    taken(&web, caller, ResponseStep::End(input.step(id)), &written).await.map(Json)
}

/// Ticks a condition for the end, or takes the tick back.
#[utoipa::path(post, path = "/api/v1/responses/{id}/conditions/{n}",
    params(("id" = String, Path), ("n" = usize, Path)), request_body = TickInput,
    responses((status = 200, body = ResponseView), (status = 404), (status = 409)))]
pub(super) async fn tick_condition(
    State(web): State<Web>,
    caller: Caller,
    Path(item): Path<(String, usize)>,
    written: Written,
) -> Result<Json<ResponseView>, ApiError> {
    tick(&web, caller, item, true, &written).await
}

/// Ticks something that the command centre sees to, or takes the tick back.
#[utoipa::path(post, path = "/api/v1/responses/{id}/checks/{n}",
    params(("id" = String, Path), ("n" = usize, Path)), request_body = TickInput,
    responses((status = 200, body = ResponseView), (status = 404), (status = 409)))]
pub(super) async fn tick_check(
    State(web): State<Web>,
    caller: Caller,
    Path(item): Path<(String, usize)>,
    written: Written,
) -> Result<Json<ResponseView>, ApiError> {
    tick(&web, caller, item, false, &written).await
}

async fn tick(
    web: &Web,
    caller: Caller,
    (name, n): (String, usize),
    condition: bool,
    written: &Written,
) -> Result<Json<ResponseView>, ApiError> {
    let unknown = || ApiError::not_found("response.unknown", format!("no response {name}"));
    let response: ResponseId = name.parse().map_err(|_| unknown())?;
    let TickInput { ticked, note } = written.json()?;
    let step = ResponseStep::Tick(Tick { response, condition, n, ticked, note });
    taken(web, caller, step, written).await.map(Json)
}

/// Submits a step and returns the response as it then is.
async fn taken(
    web: &Web,
    caller: Caller,
    step: ResponseStep,
    written: &Written,
) -> Result<ResponseView, ApiError> {
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor.clone(), Command::Response(step), id).await?;
    let Reply::Response { id } = committed.reply else { return Err(ApiError::key_reused()) };
    look(web, &caller.actor, id, None, |looking, response| looking.whole(response)).await
}

/// Draws something of a response for somebody who may see it.
async fn look<T: Send + 'static>(
    web: &Web,
    actor: &Actor,
    id: ResponseId,
    area: Option<AreaCode>,
    draw: impl FnOnce(&Looking<'_>, &Response) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let (actor, now) = (actor.clone(), web.board.now());
    let found = web.board.read(move |board| {
        let response = board.responses.get(id).filter(|known| known.concerns(actor.area))?;
        Some(draw(&looking(board, &actor, area, now), response))
    });
    let unknown = ResponseFault::Unknown(id);
    found.await?.ok_or_else(|| ApiError::not_found(unknown.code(), unknown.to_string()))
}

fn looking<'a>(
    board: &'a Board,
    actor: &'a Actor,
    area: Option<AreaCode>,
    now: Timestamp,
) -> Looking<'a> {
    Looking { board, actor, area: area.unwrap_or(actor.area), now }
}
