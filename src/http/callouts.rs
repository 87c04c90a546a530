//! Callouts: opened by hand, watched, withdrawn.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Done, List, Named, Page, Written},
};
use crate::{
    domain::{
        callout::{obligation::StateName, policy::CalloutKind},
        command::{Command, OpenCallout, Reply},
        ids::{AreaCode, CalloutId, ObligationId},
        rejection::Rejection,
        warning::Colour,
    },
    protocol::{CalloutView, ObligationView, Viewer},
};

/// Obligations drawn up between two commits: a long list is taken in slices, so that it holds up no call.
const SLICE: usize = 500;

/// A manual callout or spot check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    #[schema(value_type = String)]
    subject: CompactString,
    #[serde(default)]
    text: String,
    /// `manual` or `spot_check`.
    #[schema(value_type = String)]
    kind: CalloutKind,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = Option<String>)]
    policy: Option<CompactString>,
    #[schema(value_type = Option<String>)]
    severity: Option<Colour>,
    #[serde(default)]
    drill: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Opened {
    id: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only open ones, or only closed ones.
    open: Option<bool>,
    limit: Option<usize>,
    after: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct ObligationFilter {
    /// `ringing`, `answered`, `unreached` or `withdrawn`.
    #[param(value_type = Option<String>)]
    state: Option<StateName>,
    /// Only in this area and what lies in it.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Opens a callout by hand.
#[utoipa::path(post, path = "/api/v1/callouts", request_body = Opening,
    responses((status = 201, body = Opened), (status = 403), (status = 422)))]
pub(super) async fn open(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Opened>), ApiError> {
    let Opening { subject, text, kind, area, policy, severity, drill } = written.json()?;
    let open = OpenCallout { kind, subject, text, area, policy, severity, drill };
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, Command::OpenCallout(open), id).await?;
    let Reply::Callout { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Opened { id: id.to_string() })))
}

/// Withdraws an open callout; everybody who had been called is told.
#[utoipa::path(post, path = "/api/v1/callouts/{id}/withdraw", request_body = Withdrawal,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404), (status = 409)))]
pub(super) async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    Named(callout): Named<CalloutId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let Withdrawal { reason: note } = written.json()?;
    let id = written.command_id(&caller.actor);
    let command = Command::WithdrawCallout { callout, note };
    let committed = web.board.submit_as(caller.actor, command, id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

/// Lists callouts, the newest first.
#[utoipa::path(get, path = "/api/v1/callouts", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<CalloutView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<CalloutId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let all = board.callouts.iter().rev();
        let wanted = all
            .filter(|callout| after.is_none_or(|after| callout.id < after))
            .filter(|callout| filter.open.is_none_or(|open| callout.is_open() == open))
            .filter(|callout| callout.rollup.of(actor.area).total() > 0);
        let page = wanted.take(limit + 1);
        page.map(|callout| CalloutView::of(board, callout, &viewer)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Returns one callout with its roll-up by child area.
#[utoipa::path(get, path = "/api/v1/callouts/{id}", params(("id" = String, Path)),
    responses((status = 200, body = CalloutView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<CalloutId>,
) -> Result<Json<CalloutView>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let view = web.board.read(move |board| {
        let callout = board.callouts.get(id)?;
        let concerned = callout.rollup.of(actor.area).total() > 0;
        concerned.then(|| CalloutView::of(board, callout, &Viewer { actor: &actor, now }))
    });
    view.await?.map(Json).ok_or_else(|| unknown(id))
}

/// Lists a callout's obligations in order of opening.
#[utoipa::path(get, path = "/api/v1/callouts/{id}/obligations",
    params(("id" = String, Path), ObligationFilter),
    responses((status = 200), (status = 404)))]
pub(super) async fn obligations(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<CalloutId>,
    Asked(filter): Asked<ObligationFilter>,
) -> Result<Json<List<ObligationView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<ObligationId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let area = filter.area.unwrap_or(actor.area);
    if !actor.sees(area) {
        let refusal = Rejection::OutsideArea(area);
        return Err(crate::dispatcher::SubmitError::from(refusal).into());
    }
    let (mut items, mut after) = (Vec::new(), after);
    while items.len() <= limit {
        let (actor, wanted) = (actor.clone(), SLICE.min(limit + 1 - items.len()));
        let slice = web.board.read(move |board| {
            let callout = board.callouts.get(id)?;
            let viewer = Viewer { actor: &actor, now };
            let all = board.callouts.obligations_of(callout, filter.state);
            let rest = all
                .filter(|obligation| area.contains(obligation.post.area))
                .filter(|obligation| after.is_none_or(|after| obligation.id > after));
            let slice = rest.take(wanted);
            Some(slice.filter_map(|o| ObligationView::of(board, o, &viewer)).collect::<Vec<_>>())
        });
        let slice = slice.await?.ok_or_else(|| unknown(id))?;
        after = slice.last().map(|view| view.id).or(after);
        let last = slice.len() < wanted;
        items.extend(slice);
        if last {
            break;
        }
    }
    Ok(Json(List::cut(items, limit, |view| view.id.to_string())))
}

fn unknown(id: CalloutId) -> ApiError {
    ApiError::not_found("callout.unknown", format!("no callout {id}"))
}
