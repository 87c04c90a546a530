//! Warnings in, as CAP or JSON, and out.

use axum::{
    Json,
    extract::{Path, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    WARNING_LIMIT, Web,
    archive::{self, Filter},
    error::ApiError,
    forms,
    request::{Asked, Caller, List, Written},
    warning_form,
};
use crate::{
    dispatcher::recover_entry,
    domain::{
        actor::{Actor, Capability},
        area::Shape,
        board::Board,
        command::{Command, Reply},
        event::Event,
        ids::{AreaCode, WarningId},
        rejection::Rejection,
        time::Timestamp,
        warning::{Message, MessageKind, Original, Reference, Status, WarnedArea, Warning},
    },
    ingest::{cap, warning},
    protocol::{WarningInput, WarningView},
};

/// CAP as a body; some senders say only that it is XML.
const CAP_TYPES: [&str; 3] = ["application/cap+xml", "application/xml", "text/xml"];

#[derive(Serialize, ToSchema)]
pub(super) struct Accepted {
    id: String,
    /// The callouts that it opened or changed.
    callouts: Vec<String>,
}

/// Accepts a warning: 201 the first time, 200 when the same message has come before.
#[utoipa::path(post, path = "/api/v1/warnings", request_body = WarningInput,
    responses((status = 201, body = Accepted), (status = 200, body = Accepted),
        (status = 409), (status = 413), (status = 422)))]
pub(super) async fn accept(
    State(web): State<Web>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let written = admitted(&caller.actor, request).await?;
    let source = web.sources.pushing(&caller.actor.login);
    let accepted = take(&web, caller.actor, &written).await;
    if let Some(source) = source {
        match &accepted {
            Ok(_) => web.sources.heard(&source, web.board.now()),
            Err(error) => web.sources.refused(&source, web.board.now(), error.to_string()),
        }
    }
    accepted
}

/// Reads the body of whoever may issue warnings.
pub(super) async fn admitted(actor: &Actor, request: Request) -> Result<Written, ApiError> {
    // Before anything is read: a stranger's eight megabytes are not worth parsing.
    if !actor.role.may_issue_warnings() {
        let refusal = Rejection::NotAllowed(Capability::IssueWarnings);
        return Err(crate::dispatcher::SubmitError::from(refusal).into());
    }
    Written::read(request, WARNING_LIMIT).await
}

async fn take(web: &Web, actor: Actor, written: &Written) -> Result<Response, ApiError> {
    let id = written.command_id(&actor);
    let (message, original) = read(web, &actor, written).await?;
    let command = Command::AcceptWarning { message: Box::new(message), original };
    let committed = web.board.submit_as(actor, command, id).await?;
    let Reply::Warning { id, callouts, repeated } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    let callouts = callouts.iter().map(ToString::to_string).collect();
    Ok((status, Json(Accepted { id: id.to_string(), callouts })).into_response())
}

/// Reads a warning in any of the forms that it may come in.
pub(super) async fn read(
    web: &Web,
    actor: &Actor,
    written: &Written,
) -> Result<(Message, Original), ApiError> {
    match written.media_type.as_str() {
        media if CAP_TYPES.contains(&media) => from_cap(written),
        "application/json" => from_json(web, actor, written).await,
        _ => {
            let message = "send application/cap+xml or application/json";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Err(ApiError::new(status, "body.media_type", message).field("Content-Type"))
        }
    }
}

fn from_cap(written: &Written) -> Result<(Message, Original), ApiError> {
    let mut parsed = cap::read(&written.bytes)?;
    cap::china::forget_forecaster(&mut parsed.alert);
    let message = warning::message(&parsed);
    let original = warning::original(&written.bytes, &written.media_type, &parsed.alert);
    Ok((message, original))
}

async fn from_json(
    web: &Web,
    actor: &Actor,
    written: &Written,
) -> Result<(Message, Original), ApiError> {
    let input: WarningInput = forms::input(web, written).await?;
    warning_form::check(&input)?;
    let now = web.board.now();
    let (names, login) = (input.references.clone(), actor.login.clone());
    let (unknown, references, now) = web
        .board
        .read(move |board| {
            let areas = input.areas.iter();
            let unknown = areas.copied().find(|area| is_unknown(board, *area));
            let found: Result<Vec<_>, _> =
                names.iter().map(|name| reference(board, name).ok_or(name.clone())).collect();
            // Who sends a form again because its answer was lost means the time of the first one.
            let sender = input.sender.as_ref().unwrap_or(&login);
            let status = input.status.unwrap_or(Status::Actual);
            let named = |name: &CompactString| board.warnings.named(sender, name, status);
            let first = input.identifier.as_ref().and_then(named);
            let first_sent = first.map_or(now, |warning| warning.message.sent);
            (unknown, found.map(|found| (found, input)), first_sent)
        })
        .await?;
    if let Some(area) = unknown {
        return Err(crate::dispatcher::SubmitError::from(Rejection::UnknownArea(area)).into());
    }
    let (references, input) = references.map_err(|name| {
        ApiError::bad_field("references", format!("no warning {name}; use its id, such as w-12"))
    })?;
    let body = String::from_utf8_lossy(&written.bytes).into_owned();
    let original = Original { media_type: "application/json".into(), body, base64: false };
    let message = composed(input, references, actor, now);
    warning_form::check_composed(&message)?;
    Ok((message, original))
}

/// A code inside the jurisdiction that its list of areas does not have is a slip of the hand.
fn is_unknown(board: &Board, area: AreaCode) -> bool {
    let within = board.jurisdiction().is_some_and(|jurisdiction| jurisdiction.contains(area));
    within && board.areas.get(area).is_none()
}

fn reference(board: &Board, name: &str) -> Option<Reference> {
    let by_id = name.parse::<WarningId>().ok().and_then(|id| board.warnings.get(id));
    let found = by_id.or_else(|| {
        board.warnings.iter().rev().find(|warning| warning.message.identifier == name)
    })?;
    let Message { sender, identifier, sent, .. } = &found.message;
    Some(Reference { sender: sender.clone(), identifier: identifier.clone(), sent: *sent })
}

fn composed(
    input: WarningInput,
    references: Vec<Reference>,
    actor: &Actor,
    now: Timestamp,
) -> Message {
    let sender = input.sender.unwrap_or_else(|| actor.login.clone());
    let colour = input.colour.map(|colour| colour.zh()).unwrap_or_default();
    let headline = input.headline.unwrap_or_else(|| format!("{}{colour}预警", input.event));
    let shapes: Vec<Shape> = input.polygons.into_iter().map(Shape::Polygon).collect();
    let sent = input.sent.unwrap_or(now);
    let described = input.areas.first().map(|code| code.to_string()).unwrap_or_default();
    Message {
        identifier: input.identifier.unwrap_or_else(|| warning::identifier(&sender, now)),
        sender,
        sent,
        status: input.status.unwrap_or(Status::Actual),
        kind: input.kind.unwrap_or(MessageKind::Alert),
        references,
        event: input.event,
        event_code: input.event_code,
        colour: input.colour,
        headline,
        description: input.description,
        instruction: input.instruction,
        effective: input.effective.unwrap_or(sent),
        onset: input.onset,
        expires: input.expires,
        areas: vec![WarnedArea { description: described.into(), codes: input.areas, shapes }],
        notes: Vec::new(),
    }
}

/// Lists warnings, the newest first: all, those in force, or those that match.
#[utoipa::path(get, path = "/api/v1/warnings", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<WarningView>>, ApiError> {
    let (items, limit) = archive::search(&web, caller.actor.area, filter).await?;
    Ok(Json(List::cut(items, limit, |view| view.id.to_string())))
}

/// Writes the warnings in force, and those that ended lately, as an Atom feed whose entries lead to CAP.
#[utoipa::path(get, path = "/api/v1/warnings.atom", responses((status = 200)))]
pub(super) async fn atom(State(web): State<Web>, caller: Caller) -> Result<Response, ApiError> {
    let (area, publisher) = (caller.actor.area, web.publisher.clone());
    let now = web.board.now();
    let feed = web.board.read(move |board| publisher.feed(board, area, now));
    Ok(([(CONTENT_TYPE, "application/atom+xml")], feed.await?).into_response())
}

/// Tells whether somebody with `area` sees a warning: it touches the area, or no area here at all.
pub(super) fn concerns(warning: &Warning, area: AreaCode) -> bool {
    let mut named = warning.extent.named();
    warning.extent.is_empty() || named.any(|named| area.contains(named) || named.contains(area))
}

/// Returns one warning, or with `.cap` after its id the message it came in.
#[utoipa::path(get, path = "/api/v1/warnings/{id}", params(("id" = String, Path)),
    responses((status = 200, body = WarningView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let (name, as_cap) = match name.strip_suffix(".cap") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    let unknown = || ApiError::not_found("warning.unknown", format!("no warning {name}"));
    let id: WarningId = name.parse().map_err(|_| unknown())?;
    let area = caller.actor.area;
    let found = web
        .board
        .read(move |board| {
            let warning = board.warnings.get(id).filter(|warning| concerns(warning, area))?;
            Some((warning.seq, WarningView::of(warning)))
        })
        .await?;
    let (seq, view) = found.ok_or_else(unknown)?;
    if as_cap { cap_of(&web, seq).await } else { Ok(Json(view).into_response()) }
}

/// Returns the message as it came, or as the CAP message that a form would have been.
async fn cap_of(web: &Web, seq: u64) -> Result<Response, ApiError> {
    let lost = || ApiError::not_found("warning.lost", "the journal cannot be read just now");
    let page = web.board.journal().read(seq - 1, 1).await.map_err(|error| {
        tracing::error!(%error, "the journal cannot be read");
        lost()
    })?;
    let entry = page.first().and_then(|record| recover_entry(record).ok()).ok_or_else(lost)?;
    let Event::WarningAccepted(accepted) = entry.event else { return Err(lost()) };
    let original = accepted.original;
    let body = if CAP_TYPES.contains(&original.media_type.as_str()) {
        match original.base64 {
            true => BASE64_STANDARD.decode(original.body).map_err(|_| lost())?,
            false => original.body.into_bytes(),
        }
    } else {
        cap::write(&warning::handed_on(&accepted.message)).into_bytes()
    };
    Ok(([(CONTENT_TYPE, "application/cap+xml")], body).into_response())
}
