//! Roads that cannot be passed: closed, listed, opened again.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{Caller, List, Named, Written},
};
use crate::domain::{
    closure::{CloseRoad, RoadStep},
    command::{Command, Reply},
    ids::{AreaCode, ClosureId},
    road::Closure,
    time::Timestamp,
};

/// What is closed: `{"road": ID of the road file}`, or `{"within": {"circle": {"center": [lon, lat], "radius_km": 1}}}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosureInput {
    #[schema(value_type = Object)]
    what: Closure,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    reason: CompactString,
    /// When somebody thinks that it will be open again.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    expected_until: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ClosureView {
    #[schema(value_type = String)]
    id: ClosureId,
    #[schema(value_type = Object)]
    what: Closure,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    #[schema(value_type = String)]
    reason: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    expected_until: Option<Timestamp>,
    #[schema(value_type = String)]
    by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Noted {
    id: String,
}

/// Notes that a road, or all roads in a piece of ground, cannot be passed.
#[utoipa::path(post, path = "/api/v1/closures", request_body = ClosureInput,
    responses((status = 201, body = Noted), (status = 403), (status = 422)))]
pub(super) async fn close(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Noted>), ApiError> {
    let ClosureInput { what, area, reason, expected_until } = written.json()?;
    let command = written.command_id(&caller.actor);
    let step = RoadStep::Close(CloseRoad { what, area, reason, expected_until });
    let committed = web.board.submit_as(caller.actor, Command::Road(step), command).await?;
    let Reply::Closure { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Noted { id: id.to_string() })))
}

/// Lists what is closed.
#[utoipa::path(get, path = "/api/v1/closures", responses((status = 200, body = Vec<ClosureView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<ClosureView>>, ApiError> {
    let items = web.board.read(move |board| {
        let seen = board.closures.iter().filter(|closed| caller.actor.sees(closed.area));
        let view = seen.map(|closed| ClosureView {
            id: closed.id,
            what: closed.what.clone(),
            area: closed.area,
            area_name: board.areas.name(closed.area),
            reason: closed.reason.clone(),
            expected_until: closed.expected_until,
            by: closed.by.clone(),
            at: closed.at,
        });
        view.collect()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Notes that it can be passed again.
#[utoipa::path(delete, path = "/api/v1/closures/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
pub(super) async fn open(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ClosureId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    web.board.submit_as(caller.actor, Command::Road(RoadStep::Open(id)), command).await?;
    Ok(StatusCode::NO_CONTENT)
}
