//! Who is on duty, and changes for a stretch of time.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Named, Written},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        command::{AddOverride, Command, Reply, RosterStep},
        ids::{AreaCode, OverrideId, PersonId, PostId},
        rejection::Rejection,
        time::Timestamp,
    },
    protocol::{DutyView, Viewer},
};

/// How far from now duty can be asked for. Every day between the start of a rotation and then is counted, and
/// the board does nothing else meanwhile.
const AT_RANGE: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

#[derive(Deserialize, IntoParams)]
pub(super) struct When {
    /// RFC 3339 with an offset; now when left out.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "instant")]
    at: Option<Timestamp>,
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

/// Reads an instant from a query, where a plus that was not escaped comes as a space.
pub(super) fn instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let mut text = String::deserialize(deserializer)?;
    // The sign of an offset such as +08:00; a space elsewhere is none.
    let sign = text.len().saturating_sub("+08:00".len());
    if text.get(sign..).is_some_and(|offset| offset.starts_with(' ')) {
        text.replace_range(sign..=sign, "+");
    }
    text.parse().map(Some).map_err(D::Error::custom)
}

/// A substitute or swap (代班, 串班).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideInput {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Added {
    id: String,
}

/// Lists who is on duty at an instant, and the posts that nobody holds.
#[utoipa::path(get, path = "/api/v1/duty", params(When), responses((status = 200, body = DutyView)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(when): Asked<When>,
) -> Result<Json<DutyView>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let area = when.area.unwrap_or(actor.area);
    if !actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let at = when.at.unwrap_or(now);
    if at.since(now).max(now.since(at)) > AT_RANGE {
        let message = "use a time within ten years of now";
        return Err(ApiError::bad_query("at", message));
    }
    let view = web.board.read(move |board| {
        board.areas.get(area)?;
        let viewer = Viewer { actor: &actor, now };
        Some(DutyView::of(board, area, at, &viewer, |_| true))
    });
    let unknown = || SubmitError::from(Rejection::UnknownArea(area)).into();
    view.await?.map(Json).ok_or_else(unknown)
}

/// Puts somebody else on duty for a stretch of time.
#[utoipa::path(post, path = "/api/v1/overrides", request_body = OverrideInput,
    responses((status = 201, body = Added), (status = 409), (status = 422)))]
pub(super) async fn add_override(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Added>), ApiError> {
    let OverrideInput { post, from, to, people, reason } = written.json()?;
    let id = written.command_id(&caller.actor);
    let change = AddOverride { post, from, to, people, reason };
    let committed = web
        .board
        .submit_as(caller.actor, Command::Roster(RosterStep::AddOverride(change)), id)
        .await?;
    let Reply::Override { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Added { id: id.to_string() })))
}

/// Takes an override back.
#[utoipa::path(delete, path = "/api/v1/overrides/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(super) async fn remove_override(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<OverrideId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    web.board
        .submit_as(caller.actor, Command::Roster(RosterStep::RemoveOverride(id)), command)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
