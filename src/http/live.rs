//! The door of the socket: who may open one, and with which limits.

use axum::{
    extract::{FromRequestParts, Request, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    Web,
    error::ApiError,
    request::{same_origin, token},
};
use crate::hub;

/// The subprotocol spoken here.
const PROTOCOL: &str = "jiaoying.v1";
/// Read buffer of a connection: clients send little, and the default of 128 KiB is paid by each.
const READ_BUFFER: usize = 4 << 10;
/// Largest frame a client may send.
const FRAME_LIMIT: usize = 64 << 10;
/// Bytes gathered before they are written, and the most that may wait for a slow client.
const WRITE_BUFFER: usize = 16 << 10;
const WRITE_LIMIT: usize = 8 << 20;

/// Opens a socket; who it is comes from the cookie, or from the token in the first frame.
pub(super) async fn upgrade(
    State(web): State<Web>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    // A browser sends our cookie along from any site; only ours may use it.
    if !same_origin(&headers) {
        let message = "this page is not allowed to open a session here";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "origin.foreign", message));
    }
    let (mut parts, _) = request.into_parts();
    let upgrade =
        WebSocketUpgrade::from_request_parts(&mut parts, &web).await.map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, "socket.expected", error.body_text())
        })?;
    let identity = match token(&headers) {
        Some((token, _)) => web.access.authenticate(token, web.board.now()).await.ok(),
        None => None,
    };
    let hub = web.hub.clone();
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_LIMIT)
        .max_message_size(FRAME_LIMIT)
        .max_frame_size(FRAME_LIMIT);
    Ok(upgrade.on_upgrade(move |socket| hub::serve(hub, socket, identity)))
}
