//! The door of the socket: who may open one. Once it is open the bare connection is the hub's: nothing stands
//! between an event and the wire.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{
    Web,
    error::ApiError,
    request::{same_origin, token},
};

/// The subprotocol spoken here.
const PROTOCOL: &str = "jiaoying.v1";

/// Opens a socket; who it is comes from the cookie, or from the token in the first frame.
pub(super) async fn upgrade(
    State(web): State<Web>,
    headers: HeaderMap,
    mut request: Request,
) -> Result<Response, ApiError> {
    // A browser sends our cookie along from any site; only ours may use it.
    if !same_origin(&headers) {
        let message = "this page is not allowed to open a session here";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "origin.foreign", message));
    }
    let key = websocket_key(request.method(), &headers).map_err(not_a_socket)?;
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return Err(not_a_socket("this connection cannot become a WebSocket"));
    };
    let identity = match token(&headers) {
        Some((token, _)) => web.access.authenticate(token, web.board.now()).await.ok(),
        None => None,
    };
    let hub = web.hub.clone();
    web.hub.run(async move {
        let Ok(upgraded) = upgrade.await else { return };
        match downcast::<TokioIo<TcpStream>>(upgraded) {
            Ok(parts) => hub.take(parts.io.into_inner(), parts.read_buf, identity),
            Err(_) => tracing::error!("a socket came over something that is no TCP connection"),
        }
    });
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| not_a_socket("Sec-WebSocket-Key is not valid"))?;
    let mut answer = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let fields = answer.headers_mut();
    fields.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    fields.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    fields.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if names(&headers, &header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        fields.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    Ok(answer)
}

/// Returns the key of a request that opens a WebSocket, or what it lacks.
fn websocket_key<'h>(
    method: &Method,
    headers: &'h HeaderMap,
) -> Result<&'h HeaderValue, &'static str> {
    if method != Method::GET {
        return Err("a WebSocket is opened by GET");
    }
    if !names(headers, &header::CONNECTION, "upgrade") {
        return Err("Connection: upgrade is missing");
    }
    if !names(headers, &header::UPGRADE, "websocket") {
        return Err("Upgrade: websocket is missing");
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err("Sec-WebSocket-Version must be 13");
    }
    headers.get(header::SEC_WEBSOCKET_KEY).ok_or("Sec-WebSocket-Key is missing")
}

/// Tells whether a list in the headers has `word`, in any case.
fn names(headers: &HeaderMap, field: &header::HeaderName, word: &str) -> bool {
    let values = headers.get_all(field).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
}

fn not_a_socket(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "socket.expected", message)
}
