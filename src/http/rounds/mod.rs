//! Rounds in which every township reports: switched on and off, who has answered, who has not.

mod views;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::views::{CadenceView, RoundView};
use super::{
    Web,
    error::ApiError,
    logins::Logins,
    request::{Asked, Caller, List, Named, Page, Written},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        command::{Command, Reply},
        ids::{AreaCode, CadenceId, RoundId},
        rejection::Rejection,
        round::{Cadence, GiveReturn, Return, RoundFault, RoundStep, StartCadence},
    },
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CadenceInput {
    /// The id of a round of the rules, such as `three_a_day`; see `GET /deadlines`.
    #[schema(value_type = String)]
    rule: CompactString,
    /// Townships, or the county for all of its.
    #[schema(value_type = Vec<String>)]
    areas: Vec<AreaCode>,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
    #[serde(default)]
    drill: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CadenceEndInput {
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnInput {
    #[schema(value_type = String)]
    area: AreaCode,
    /// `{"what": "nothing"}`, or `{"what": "numbers", "casualties"?, "moved"?, "text"?}`.
    #[schema(value_type = Object)]
    answer: Return,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those of these rounds.
    #[param(value_type = Option<String>)]
    cadence: Option<CadenceId>,
    /// Only those that some township has not answered.
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// Lists the rounds that have been switched on, the newest first; also those that were switched off again.
#[utoipa::path(get, path = "/api/v1/cadences", responses((status = 200)))]
pub(super) async fn cadences(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<CadenceView>>, ApiError> {
    let (area, logins) = (caller.actor.area, Logins::known(&web).await);
    let items = web.board.read(move |board| {
        let concerns = |cadence: &&Cadence| {
            cadence.areas.iter().any(|asked| area.contains(*asked) || asked.contains(area))
        };
        let all = board.rounds.cadences().rev().filter(concerns);
        all.map(|cadence| CadenceView::of(board, cadence, &logins)).collect::<Vec<_>>()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Switches rounds on.
#[utoipa::path(post, path = "/api/v1/cadences", request_body = CadenceInput,
    responses((status = 201, body = CadenceView), (status = 409), (status = 422)))]
pub(super) async fn start(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<CadenceView>), ApiError> {
    let CadenceInput { rule, areas, reason, drill } = written.json()?;
    let step = RoundStep::Start(StartCadence { rule, areas, reason, drill });
    Ok((StatusCode::CREATED, Json(switched(&web, caller, step, &written).await?)))
}

/// Switches rounds off; what is still open of them nobody has to answer any more.
#[utoipa::path(post, path = "/api/v1/cadences/{id}/end", params(("id" = String, Path)),
    request_body = CadenceEndInput,
    responses((status = 200, body = CadenceView), (status = 404), (status = 409)))]
pub(super) async fn end(
    State(web): State<Web>,
    caller: Caller,
    Named(cadence): Named<CadenceId>,
    written: Written,
) -> Result<Json<CadenceView>, ApiError> {
    let CadenceEndInput { reason } = written.json()?;
    let step = RoundStep::End { cadence, reason };
    switched(&web, caller, step, &written).await.map(Json)
}

/// Lists rounds with who has answered and who has not, the newest first.
#[utoipa::path(get, path = "/api/v1/rounds", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<RoundView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<RoundId>()?);
    let (now, logins) = (web.board.now(), Logins::known(&web).await);
    let items = web.board.read(move |board| {
        let all = board.rounds.iter().rev();
        let wanted = all
            .filter(|round| after.is_none_or(|after| round.id < after))
            .filter(|round| filter.cadence.is_none_or(|cadence| round.cadence == cadence))
            .filter_map(|round| RoundView::of(board, round, (&caller.actor, &logins), now))
            .filter(|view| !filter.open || view.waiting > 0);
        wanted.take(limit + 1).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Shows one round.
#[utoipa::path(get, path = "/api/v1/rounds/{id}", params(("id" = String, Path)),
    responses((status = 200, body = RoundView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<RoundId>,
) -> Result<Json<RoundView>, ApiError> {
    shown(&web, caller.actor, id).await.map(Json)
}

/// Answers for a township, or puts its answer right.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/returns", params(("id" = String, Path)),
    request_body = ReturnInput,
    responses((status = 200, body = RoundView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(super) async fn give_return(
    State(web): State<Web>,
    caller: Caller,
    Named(round): Named<RoundId>,
    written: Written,
) -> Result<Json<RoundView>, ApiError> {
    let ReturnInput { area, answer } = written.json()?;
    let id = written.command_id(&caller.actor);
    let command = Command::Round(RoundStep::Return(GiveReturn { round, area, answer }));
    web.board.submit_as(caller.actor.clone(), command, id).await?;
    shown(&web, caller.actor, round).await.map(Json)
}

async fn switched(
    web: &Web,
    caller: Caller,
    step: RoundStep,
    written: &Written,
) -> Result<CadenceView, ApiError> {
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, Command::Round(step), id).await?;
    let Reply::Cadence { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let logins = Logins::known(web).await;
    let found = web.board.read(move |board| {
        board.rounds.cadence(id).map(|cadence| CadenceView::of(board, cadence, &logins))
    });
    found.await?.ok_or_else(ApiError::key_reused)
}

async fn shown(web: &Web, actor: Actor, id: RoundId) -> Result<RoundView, ApiError> {
    let (now, logins) = (web.board.now(), Logins::known(web).await);
    let found = web.board.read(move |board| {
        let round = board.rounds.get(id)?;
        RoundView::of(board, round, (&actor, &logins), now)
    });
    let unknown = || SubmitError::from(Rejection::from(RoundFault::Unknown(id)));
    Ok(found.await?.ok_or_else(unknown)?)
}
