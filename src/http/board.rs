//! The board as a page shows it first: compressed on the way, which a socket's frames are not.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header::CACHE_CONTROL},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller},
};
use crate::{
    dispatcher::SubmitError,
    domain::{ids::AreaCode, rejection::Rejection},
    hub::Drawn,
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Part {
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

/// Returns what a socket's `snapshot` holds. Say hello with `resume` and its `epoch` and `seq`, and you are told
/// what has happened since.
#[utoipa::path(get, path = "/api/v1/board", params(Part), responses((status = 200, body = Drawn)))]
pub(super) async fn draw(
    State(web): State<Web>,
    Caller { actor, .. }: Caller,
    Asked(part): Asked<Part>,
) -> Result<([(HeaderName, &'static str); 1], Json<Drawn>), ApiError> {
    let area = part.area.unwrap_or(actor.area);
    if !actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let drawn = web.hub.draw(actor, area).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(drawn)))
}
