//! Logging in and out.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{COOKIE, Caller, Written, actor, client_address},
};
use crate::{
    access::{Password, Source},
    domain::ids::AreaCode,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    login: String,
    password: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct LoggedIn {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    login: String,
    role: &'static str,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    person: Option<Person>,
}

#[derive(Serialize)]
struct Person {
    id: CompactString,
    name: CompactString,
}

/// An account of the demonstration that the login page offers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoLogin {
    pub login: String,
    pub role: &'static str,
    pub password: String,
}

/// Logs in; the token comes in the body and as an HttpOnly cookie.
#[utoipa::path(post, path = "/api/v1/sessions", request_body = LogIn,
    responses((status = 201, body = LoggedIn), (status = 401), (status = 429)))]
pub(super) async fn log_in(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    written: Written,
) -> Result<Response, ApiError> {
    let LogIn { login, password } = written.json()?;
    let (password, source) =
        (Password::new(password), Source::from(client_address(peer.ip(), &headers)));
    let logged_in = web.access.login(&login, password, source, web.board.now()).await?;
    let token = logged_in.token.expose().to_owned();
    // A proxy that speaks TLS says so; the cookie then never goes without.
    let secure = headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
    let actor = actor(&web, &logged_in.identity).await?;
    let view = view(&web, &actor, Some(token)).await?;
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Says who is logged in.
#[utoipa::path(get, path = "/api/v1/sessions/current",
    responses((status = 200, body = LoggedIn), (status = 401)))]
pub(super) async fn current(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<LoggedIn>, ApiError> {
    Ok(Json(view(&web, &caller.actor, None).await?))
}

/// Logs out.
#[utoipa::path(delete, path = "/api/v1/sessions/current", responses((status = 204), (status = 401)))]
pub(super) async fn log_out(
    State(web): State<Web>,
    caller: Caller,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    web.access.logout(&caller.identity, web.board.now()).await?;
    let mut headers = HeaderMap::new();
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    if let Ok(gone) = HeaderValue::from_str(&gone) {
        headers.insert(SET_COOKIE, gone);
    }
    Ok((StatusCode::NO_CONTENT, headers))
}

/// Lists the accounts of the demonstration.
#[utoipa::path(get, path = "/api/v1/demo", responses((status = 200), (status = 404)))]
pub(super) async fn demo(State(web): State<Web>) -> Result<Json<serde_json::Value>, ApiError> {
    match &web.demo {
        Some(logins) => Ok(Json(serde_json::json!({ "logins": &**logins }))),
        None => Err(ApiError::not_found("demo.off", "this node is no demonstration")),
    }
}

async fn view(
    web: &Web,
    actor: &crate::domain::actor::Actor,
    token: Option<String>,
) -> Result<LoggedIn, ApiError> {
    let (area, person) = (actor.area, actor.person.clone());
    let (area_name, person) = web
        .board
        .read(move |board| {
            let known = person.as_ref().and_then(|id| board.people.get(id));
            let person = known
                .map(|person| Person { id: person.id.as_str().into(), name: person.name.clone() });
            (board.areas.name(area), person)
        })
        .await?;
    Ok(LoggedIn {
        token,
        login: actor.login.to_string(),
        role: actor.role.as_str(),
        area,
        area_name,
        person,
    })
}
