//! Single transfers: how far they have come, and how they end.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{concerns, within};
use crate::{
    dispatcher::SubmitError,
    domain::{
        command::Command,
        evacuation::{EvacuationFault, EvacuationStep, Numbers, ReportTransfer, Stage},
        ids::{AreaCode, EvacuationId, TransferId},
        rejection::Rejection,
    },
    http::{
        Web,
        error::ApiError,
        request::{Asked, Caller, List, Named, Page, Written},
    },
    protocol::TransferView,
};

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Filter {
    /// Those that are running.
    #[serde(default)]
    open: bool,
    /// Those from this area and from what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

/// The numbers as they are now, not what was added to them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ProgressInput {
    moved: u32,
    #[serde(default)]
    refusing: u32,
    #[serde(default)]
    immobile: u32,
    #[serde(default)]
    out_of_contact: u32,
    /// Needed where fewer are moved than before, where there are more people than planned, and where it is
    /// done although not all are moved.
    #[serde(default)]
    note: String,
    /// Nobody else will be moved. It is done by itself once all are.
    #[serde(default)]
    done: bool,
    /// More come than the shelter holds; then a reason is needed.
    #[serde(default)]
    over_capacity: bool,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CallOffInput {
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReturnedInput {
    /// All who were moved when left out.
    people: Option<u32>,
    #[serde(default)]
    note: String,
}

/// Lists the transfers of an evacuation in the order of the order.
#[utoipa::path(get, path = "/api/v1/evacuations/{id}/transfers",
    params(("id" = String, Path), Filter),
    responses((status = 200, body = Vec<TransferView>), (status = 404)))]
pub(in crate::http) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<EvacuationId>,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<TransferView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<TransferId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let area = within(&actor, filter.area)?;
    let items = web.board.read(move |board| {
        let known = board.evacuations.get(id).filter(|known| concerns(known, actor.area))?;
        let wanted = board
            .evacuations
            .transfers_of(known)
            .filter(|transfer| after.is_none_or(|after| transfer.id > after))
            .filter(|transfer| !filter.open || transfer.stage == Stage::Running)
            .filter(|transfer| area.contains(transfer.from.area));
        let views = wanted.take(limit + 1).map(|known| TransferView::of(board, known, now));
        Some(views.collect::<Vec<_>>())
    });
    let unknown = || SubmitError::from(Rejection::from(EvacuationFault::Unknown(id)));
    let items = items.await?.ok_or_else(unknown)?;
    Ok(Json(List::cut(items, limit, |view| view.id.to_string())))
}

/// Says how far a transfer has come: whoever has to move the people does, or the desk.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/progress", params(("id" = String, Path)),
    request_body = ProgressInput,
    responses((status = 200, body = TransferView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(in crate::http) async fn progress(
    State(web): State<Web>,
    caller: Caller,
    Named(transfer): Named<TransferId>,
    written: Written,
) -> Result<Json<TransferView>, ApiError> {
    let input: ProgressInput = written.json()?;
    let ProgressInput { moved, refusing, immobile, out_of_contact, .. } = input;
    let report = ReportTransfer {
        transfer,
        numbers: Numbers { moved, refusing, immobile, out_of_contact },
        note: input.note,
        done: input.done,
        over_capacity: input.over_capacity.then_some(input.reason),
    };
    decided(&web, caller, transfer, EvacuationStep::Report(report), &written).await
}

/// Calls a transfer off; the places kept for its people are free again.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/call-off", params(("id" = String, Path)),
    request_body = CallOffInput,
    responses((status = 200, body = TransferView), (status = 403), (status = 404), (status = 409)))]
pub(in crate::http) async fn call_off(
    State(web): State<Web>,
    caller: Caller,
    Named(transfer): Named<TransferId>,
    written: Written,
) -> Result<Json<TransferView>, ApiError> {
    let CallOffInput { reason } = written.json()?;
    let step = EvacuationStep::CallOff { transfer, reason };
    decided(&web, caller, transfer, step, &written).await
}

/// Says that people have left the shelter for home, once they may.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/returned", params(("id" = String, Path)),
    request_body = ReturnedInput,
    responses((status = 200, body = TransferView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(in crate::http) async fn returned(
    State(web): State<Web>,
    caller: Caller,
    Named(transfer): Named<TransferId>,
    written: Written,
) -> Result<Json<TransferView>, ApiError> {
    let ReturnedInput { people, note } = written.json()?;
    let step = EvacuationStep::Returned { transfer, people, note };
    decided(&web, caller, transfer, step, &written).await
}

async fn decided(
    web: &Web,
    caller: Caller,
    transfer: TransferId,
    step: EvacuationStep,
    written: &Written,
) -> Result<Json<TransferView>, ApiError> {
    let id = written.command_id(&caller.actor);
    web.board.submit_as(caller.actor, Command::Evacuation(step), id).await?;
    let now = web.board.now();
    let found = web.board.read(move |board| {
        Some(TransferView::of(board, board.evacuations.transfer(transfer)?, now))
    });
    let unknown = || SubmitError::from(Rejection::from(EvacuationFault::UnknownTransfer(transfer)));
    Ok(Json(found.await?.ok_or_else(unknown)?))
}
