//! Whether the node lives and takes work.

use axum::{extract::State, http::StatusCode};

use super::Web;
use crate::dispatcher::Health;

/// Answers as long as the process runs.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// Tells whether the node takes work: it has started, is not stopping, and can write its journal.
pub(super) async fn ready(State(web): State<Web>) -> (StatusCode, &'static str) {
    let health = *web.board.health().borrow();
    match (web.is_ready(), health) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "starting or stopping\n"),
        (true, Health::JournalDown { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be written\n")
        }
        (true, Health::Sound) => (StatusCode::OK, "ready\n"),
    }
}
