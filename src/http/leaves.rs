//! Leave: who cannot be on duty, and until when.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Caller, List, Named, Written, allow},
};
use crate::domain::{
    actor::Capability,
    command::{Command, Reply},
    ids::{LeaveId, PersonId},
    leave::{LeaveStep, TakeLeave},
    time::Timestamp,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaveInput {
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LeaveView {
    #[schema(value_type = String)]
    id: LeaveId,
    person: NamedPerson,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    id: String,
}

/// Lists who is on leave now or later.
#[utoipa::path(get, path = "/api/v1/leaves",
    responses((status = 200, body = Vec<LeaveView>), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<LeaveView>>, ApiError> {
    allow(&caller.actor, Capability::OverrideRoster)?;
    let now = web.board.now();
    let items = web.board.read(move |board| {
        let seen = board.leaves.iter().filter(|leave| leave.to > now).filter(|leave| {
            board.people.get(&leave.person).is_some_and(|person| caller.actor.sees(person.area))
        });
        let mut items: Vec<_> = seen
            .map(|leave| LeaveView {
                id: leave.id,
                person: NamedPerson::of(board, &leave.person),
                from: leave.from,
                to: leave.to,
                reason: leave.reason.clone(),
            })
            .collect();
        items.sort_by_key(|leave| (leave.from, leave.id));
        items
    });
    Ok(Json(List::whole(items.await?)))
}

/// Notes that somebody is on leave. Whoever is on the roster then stays there until somebody else is put on duty.
#[utoipa::path(post, path = "/api/v1/leaves", request_body = LeaveInput,
    responses((status = 201, body = Taken), (status = 409), (status = 422)))]
pub(super) async fn take(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Taken>), ApiError> {
    let LeaveInput { person, from, to, reason } = written.json()?;
    let command = written.command_id(&caller.actor);
    let step = Command::Leave(LeaveStep::Take(TakeLeave { person, from, to, reason }));
    let committed = web.board.submit_as(caller.actor, step, command).await?;
    let Reply::Leave { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Taken { id: id.to_string() })))
}

/// Takes leave back, or ends it before its time.
#[utoipa::path(delete, path = "/api/v1/leaves/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(super) async fn end(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<LeaveId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    let step = Command::Leave(LeaveStep::End(id));
    web.board.submit_as(caller.actor, step, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
