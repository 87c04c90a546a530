//! Promising supplies and every step after it: a body becomes one command, and the answer is the movement as it then
//! is.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ApiError, Caller, Named, Web, Written, quantity::Quantity, views::MovementView};
use crate::domain::{
    command::{Command, Reply},
    ids::{IncidentId, MovementId, SiteId},
    supply::{
        Destination, GivePaper, HoldSupplies, How, MoveSupplies, Part, Party, Stage, SupplyStep,
        Wanted,
    },
    time::Seconds,
};

/// Supplies that somebody wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldInput {
    #[schema(value_type = String)]
    depot: SiteId,
    lines: Vec<WantedInput>,
    #[schema(value_type = Option<String>)]
    incident: Option<IncidentId>,
    /// `{"depot": id}`, `{"site": id}` or `{"place": {"name", "at"?: [lon, lat], "area"?}}`.
    #[schema(value_type = Object)]
    to: Destination,
    /// `{"unit"?, "person", "phone"?}`.
    #[schema(value_type = Object)]
    receiver: Party,
    /// The depot's own contact when left out.
    #[schema(value_type = Option<Object>)]
    sender: Option<Party>,
    /// Whose order it is.
    #[serde(default)]
    #[schema(value_type = String)]
    ordered_by: CompactString,
    /// The number of the written order; without one it is by word of mouth, and the paper falls due.
    #[schema(value_type = Option<String>)]
    paper: Option<CompactString>,
    /// How long they are held; as the county's rules say when left out.
    hold_s: Option<u32>,
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedInput {
    /// The county's own code, the standard's, or a name.
    #[schema(value_type = String)]
    item: CompactString,
    quantity: Quantity,
    #[serde(default)]
    #[schema(value_type = String)]
    spec: CompactString,
}

/// What of a movement moves on, and to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepInput {
    /// All that is there when left out.
    #[serde(default)]
    parts: Vec<PartInput>,
    /// Who takes it over: `{"unit"?, "person", "phone"?}`.
    #[schema(value_type = Option<Object>)]
    party: Option<Party>,
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
    /// The movement's revision as it was looked at; another one is refused.
    revision: Option<u64>,
}

/// What comes back or is gone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BackInput {
    #[serde(default)]
    parts: Vec<PartInput>,
    #[schema(value_type = Option<Object>)]
    party: Option<Party>,
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
    revision: Option<u64>,
    /// `issued`, `transit` or `received`; the furthest at which there is anything when left out.
    #[schema(value_type = Option<String>)]
    from: Option<Stage>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartInput {
    #[schema(value_type = String)]
    item: CompactString,
    quantity: Quantity,
    /// Only of this batch; one that has expired leaves only when it is named.
    #[schema(value_type = Option<String>)]
    batch: Option<CompactString>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperInput {
    /// The written order's number, such as 调〔2026〕7号.
    #[schema(value_type = String)]
    paper: CompactString,
    revision: Option<u64>,
}

/// Promises supplies: nobody else can have them until they are released or the time is over.
#[utoipa::path(post, path = "/api/v1/supplies/holds", request_body = HoldInput,
    responses((status = 201, body = MovementView), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn hold(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<MovementView>), ApiError> {
    let input: HoldInput = written.json()?;
    let lines = input.lines.into_iter().map(|line| Wanted {
        item: line.item,
        quantity: line.quantity.0,
        spec: line.spec,
    });
    let wanted = HoldSupplies {
        depot: input.depot,
        lines: lines.collect(),
        incident: input.incident,
        to: input.to,
        receiver: input.receiver,
        sender: input.sender,
        ordered_by: input.ordered_by,
        paper: input.paper,
        hold_s: input.hold_s.map(Seconds),
        note: input.note,
    };
    let view = done(&web, caller, SupplyStep::Hold(Box::new(wanted)), &written).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Hands out what is held, the lot that expires first first (出库).
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/issue", params(("id" = String, Path)),
    request_body = StepInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn issue(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    step(web, caller, id, How::Issue, written).await
}

/// Sends on its way what was handed out (在途).
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/dispatch", params(("id" = String, Path)),
    request_body = StepInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn dispatch(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    step(web, caller, id, How::Dispatch, written).await
}

/// Notes that what was on its way is signed for (签收).
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/receive", params(("id" = String, Path)),
    request_body = StepInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn receive(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    step(web, caller, id, How::Receive, written).await
}

/// Takes back into the depot (归还).
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/return", params(("id" = String, Path)),
    request_body = BackInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn give_back(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    back(web, caller, id, How::Return, written).await
}

/// Writes off what is used up, lost or broken (核销).
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/write-off", params(("id" = String, Path)),
    request_body = BackInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn write_off(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    back(web, caller, id, How::WriteOff, written).await
}

/// Lets go of what is held and not needed.
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/release", params(("id" = String, Path)),
    request_body = StepInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn release(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    step(web, caller, id, How::Release, written).await
}

/// Enters the number of the written order, which stops its clock.
#[utoipa::path(post, path = "/api/v1/supplies/movements/{id}/paper", params(("id" = String, Path)),
    request_body = PaperInput,
    responses((status = 200, body = MovementView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn paper(
    State(web): State<Web>,
    caller: Caller,
    Named(movement): Named<MovementId>,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    let PaperInput { paper, revision } = written.json()?;
    let given = GivePaper { movement, paper, revision };
    done(&web, caller, SupplyStep::GivePaper(given), &written).await.map(Json)
}

async fn step(
    web: Web,
    caller: Caller,
    movement: MovementId,
    how: How,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    let StepInput { parts, party, note, revision } = written.json()?;
    let parts = taken(parts);
    let wanted = MoveSupplies { movement, how, parts, party, note, revision };
    done(&web, caller, SupplyStep::Move(wanted), &written).await.map(Json)
}

async fn back(
    web: Web,
    caller: Caller,
    movement: MovementId,
    how: fn(Option<Stage>) -> How,
    written: Written,
) -> Result<Json<MovementView>, ApiError> {
    let BackInput { parts, party, note, revision, from } = written.json()?;
    let (how, parts) = (how(from), taken(parts));
    let wanted = MoveSupplies { movement, how, parts, party, note, revision };
    done(&web, caller, SupplyStep::Move(wanted), &written).await.map(Json)
}

fn taken(parts: Vec<PartInput>) -> Vec<Part> {
    let parts = parts.into_iter();
    parts
        .map(|PartInput { item, quantity, batch }| Part { item, quantity: quantity.0, batch })
        .collect()
}

/// Submits a step and returns the movement as it then is.
async fn done(
    web: &Web,
    caller: Caller,
    step: SupplyStep,
    written: &Written,
) -> Result<MovementView, ApiError> {
    let (id, actor) = (written.command_id(&caller.actor), caller.actor.clone());
    let committed = web.board.submit_as(caller.actor, Command::Supply(step), id).await?;
    let Reply::Movement { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let found = web
        .board
        .read(move |board| Some(MovementView::of(board, board.supplies.movement(id)?, &actor)));
    found.await?.ok_or_else(ApiError::key_reused)
}
