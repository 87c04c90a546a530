//! The pages, from inside the binary.

use axum::{
    extract::State,
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            VARY,
        },
    },
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use rust_embed::RustEmbed;

use super::{Web, error::ApiError, request::token};
use crate::domain::actor::Role;

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Files;

/// Serves a page or one of its files; `/` leads to the page of one's role.
pub(super) async fn page(
    State(web): State<Web>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return wrong_method().await.into_response();
    }
    let path = uri.path().trim_matches('/');
    if path.is_empty() {
        return Redirect::temporary(home(&web, &headers).await).into_response();
    }
    let name = if path.contains('.') { path.to_owned() } else { format!("{path}.html") };
    match Files::get(&name) {
        Some(file) => serve(&name, &file, &headers),
        None => (StatusCode::NOT_FOUND, "没有这个页面 / no such page\n").into_response(),
    }
}

/// Returns the page for whoever asks.
async fn home(web: &Web, headers: &HeaderMap) -> &'static str {
    let Some((token, _)) = token(headers) else { return "/login" };
    let Ok(identity) = web.access.authenticate(token, web.board.now()).await else {
        return "/login";
    };
    match identity.role {
        Role::Commander | Role::Screen => "/screen",
        Role::Dispatcher => "/desk",
        Role::Admin => "/admin",
        Role::Leader => "/phone",
        Role::Gateway | Role::Node => "/login",
    }
}

fn serve(name: &str, file: &rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", hash[..12].iter().map(|b| format!("{b:02x}")).collect::<String>());
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    // Names of built files hold a hash of their content; pages are asked for each time.
    let cache = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let about = [
        (CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (CACHE_CONTROL, cache.to_owned()),
        (ETAG, tag),
        (VARY, ACCEPT_ENCODING.to_string()),
    ];
    // Compressed when it was built: a hundred screens that load the map at once cost no processor.
    match Files::get(&format!("{name}.gz")).filter(|_| takes_gzip(headers)) {
        Some(packed) => {
            let packed = (AppendHeaders([(CONTENT_ENCODING, "gzip")]), packed.data.into_owned());
            (about, packed).into_response()
        }
        None => (about, file.data.clone().into_owned()).into_response(),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let takes = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut encodings = takes.flat_map(|line| line.split(','));
    encodings.any(|encoding| {
        let (name, quality) = encoding.split_once(';').unwrap_or((encoding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && quality.trim() != "q=0"
    })
}

pub(super) async fn no_such_endpoint() -> ApiError {
    let message = "no such endpoint; see /api/v1/openapi.json";
    ApiError::new(StatusCode::NOT_FOUND, "endpoint.unknown", message)
}

pub(super) async fn wrong_method() -> ApiError {
    let message = "this method is not for this address; see /api/v1/openapi.json";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method.wrong", message)
}
