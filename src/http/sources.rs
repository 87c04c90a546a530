//! Sources of warnings: how each is, and the sign of life of those that push.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{Caller, List},
};
use crate::{
    domain::{ids::CalloutId, silence::Voice, time::Timestamp},
    sources::{Kind, Source, Status},
};

/// How a source is.
#[derive(Serialize, ToSchema)]
pub(super) struct SourceState {
    #[schema(value_type = String)]
    name: CompactString,
    /// `push`, `cap_feed`, `nmc`, `weathercn`, `qweather`, `mqtt` or `folder`.
    kind: &'static str,
    /// `heard`, `waiting` (not heard yet), `trouble` (the last attempt failed) or `silent` (an alarm).
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    heard_at: Option<Timestamp>,
    /// Seconds without having been heard after which its silence is an alarm.
    silent_after_s: u32,
    /// The callout by which somebody was told of its silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    callout: Option<CalloutId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    /// Messages since this node started.
    accepted: u64,
    known: u64,
    elsewhere: u64,
    refused: u64,
    /// What was not understood or accepted lately, the newest first.
    faults: Vec<FaultView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct FaultView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    why: String,
}

/// When a source was heard.
#[derive(Serialize, ToSchema)]
pub(super) struct HeardAt {
    #[schema(value_type = String, format = DateTime)]
    heard_at: Timestamp,
}

/// Lists the sources in order of name.
#[utoipa::path(get, path = "/api/v1/sources", responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<List<SourceState>>, ApiError> {
    let all = web.sources.all();
    let items = web.board.read(move |board| {
        let views = all.into_iter().map(|(source, status)| {
            let silence = board.silences.get(&Voice::Source(source.name.clone()));
            view(&source, status, silence.map(|silence| silence.callout))
        });
        views.collect::<Vec<_>>()
    });
    Ok(Json(List { items: items.await?, next: None }))
}

/// Notes that a source that pushes is there, although it has nothing to say.
#[utoipa::path(post, path = "/api/v1/sources/{id}/heartbeat", params(("id" = String, Path, description = "The name of the source")),
    responses((status = 200, body = HeardAt), (status = 403), (status = 404)))]
pub(super) async fn heartbeat(
    State(web): State<Web>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<HeardAt>, ApiError> {
    let unknown = || ApiError::not_found("source.unknown", format!("no source {name} that pushes"));
    let all = web.sources.settings();
    let pushes = |source: &Source| source.name == name && source.kind == Kind::Push;
    let source = all.into_iter().find(|source| pushes(source)).ok_or_else(unknown)?;
    if source.login != caller.actor.login {
        let message = "only the source's own login says that it is there";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "source.not_its_login", message));
    }
    let heard_at = web.board.now();
    web.sources.heard(&source.name, heard_at);
    Ok(Json(HeardAt { heard_at }))
}

fn view(source: &Source, status: Status, silent: Option<Option<CalloutId>>) -> SourceState {
    let state = match (&silent, &status.trouble, status.heard_at) {
        (Some(_), _, _) => "silent",
        (None, Some(_), _) => "trouble",
        (None, None, Some(_)) => "heard",
        (None, None, None) => "waiting",
    };
    let faults = status.faults.into_iter().map(|(at, why)| FaultView { at, why });
    SourceState {
        name: source.name.clone(),
        kind: source.kind.as_str(),
        state,
        heard_at: status.heard_at,
        silent_after_s: source.silent_after_s,
        callout: silent.flatten(),
        trouble: status.trouble,
        accepted: status.accepted,
        known: status.known,
        elsewhere: status.elsewhere,
        refused: status.refused,
        faults: faults.collect(),
    }
}
