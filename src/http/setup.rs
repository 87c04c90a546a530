//! The first administrator, by the link that the first start printed.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Web, error::ApiError, request::Written};
use crate::{
    access::{Login, Password},
    domain::ids::AreaCode,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstAdmin {
    /// The part of the printed link after `#`.
    secret: String,
    #[schema(value_type = String)]
    login: Login,
    password: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Added {
    login: String,
}

/// Makes the first administrator; the link works once.
#[utoipa::path(post, path = "/api/v1/setup", request_body = FirstAdmin,
    responses((status = 201, body = Added), (status = 403), (status = 422)))]
pub(super) async fn first_admin(
    State(web): State<Web>,
    written: Written,
) -> Result<(StatusCode, Json<Added>), ApiError> {
    let FirstAdmin { secret, login, password } = written.json()?;
    let area = web.board.read(|board| board.jurisdiction().unwrap_or(AreaCode::UNSET)).await?;
    let (password, now) = (Password::new(password), web.board.now());
    let account = web.access.redeem_admin_link(&secret, login, password, area, now).await?;
    Ok((StatusCode::CREATED, Json(Added { login: account.login.to_string() })))
}
