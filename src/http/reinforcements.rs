//! More people on duty than usual: what the rules ask for now, and what was decided about it.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Caller, List, Written, allow},
};
use crate::{
    domain::{
        actor::Capability,
        board::Board,
        command::Command,
        ids::{PersonId, PostId, ResponseId},
        reinforcement::{Need, ReinforceStep, Send, Wanted},
        swap::Turn,
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Most people who are suggested for a post.
const SUGGESTED_MAX: usize = 20;

/// A post that needs more people.
#[derive(Serialize, ToSchema)]
pub(super) struct WantedView {
    #[serde(flatten)]
    place: DutyPlace,
    /// Id of the rule in the policies, and its title.
    #[schema(value_type = String)]
    rule: CompactString,
    #[schema(value_type = String)]
    title: CompactString,
    /// The response that asks for it; left out in a season.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    response: Option<ResponseId>,
    /// How many more the rule asks for, and how many of them are on duty.
    add: u8,
    there: u8,
    /// For how many hours people are put on duty.
    hours: u16,
    /// Until when they would be.
    #[schema(value_type = String)]
    to: Timestamp,
    on_duty: Vec<NamedPerson>,
    /// Who could come, of those who hold the post at other times.
    could_come: Vec<NamedPerson>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendInput {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    rule: CompactString,
    #[schema(value_type = Option<String>)]
    response: Option<ResponseId>,
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
    /// 1 to the rule's own hours; as many as those when left out.
    hours: Option<u16>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineInput {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    rule: CompactString,
    #[schema(value_type = Option<String>)]
    response: Option<ResponseId>,
    #[schema(value_type = String)]
    reason: CompactString,
}

/// Lists the posts that need more people now.
#[utoipa::path(get, path = "/api/v1/reinforcements",
    responses((status = 200, body = Vec<WantedView>), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<WantedView>>, ApiError> {
    allow(&caller.actor, Capability::OverrideRoster)?;
    let now = web.board.now();
    let items = web.board.read(move |board| {
        let wanted = board.reinforcements_wanted(now).into_iter();
        let seen = wanted.filter(|wanted| caller.actor.sees(wanted.need.post.area));
        seen.map(|wanted| WantedView::of(board, wanted, now)).collect()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Puts people on duty beside those who are.
#[utoipa::path(post, path = "/api/v1/reinforcements", request_body = SendInput,
    responses((status = 204), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn send(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let SendInput { post, rule, response, people, hours } = written.json()?;
    let need = Need { post, rule, response };
    decide(&web, caller, &written, ReinforceStep::Send(Send { need, people, hours })).await
}

/// Turns it down: it is not asked again for as long as the people would have been on duty.
#[utoipa::path(post, path = "/api/v1/reinforcements/decline", request_body = DeclineInput,
    responses((status = 204), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn decline(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let DeclineInput { post, rule, response, reason } = written.json()?;
    let need = Need { post, rule, response };
    decide(&web, caller, &written, ReinforceStep::Decline { need, reason }).await
}

async fn decide(
    web: &Web,
    caller: Caller,
    written: &Written,
    step: ReinforceStep,
) -> Result<StatusCode, ApiError> {
    let named = written.command_id(&caller.actor);
    web.board.submit_as(caller.actor, Command::Reinforce(step), named).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl WantedView {
    fn of(board: &Board, wanted: Wanted<'_>, now: Timestamp) -> Self {
        let Need { post, rule, response } = wanted.need;
        let staffing = board.roster.get(&post);
        let on_duty = staffing.map(|staffing| board.on_duty(staffing, now).people);
        let turn = Turn { post, from: now, to: wanted.to };
        let could = board.could_come(&turn).into_iter().filter(|one| one.obstacle.is_none());
        let named = |person: &PersonId| NamedPerson::of(board, person);
        Self {
            place: DutyPlace::of(board, &turn.post),
            rule,
            title: wanted.rule.title.clone(),
            response,
            add: wanted.add,
            there: wanted.there,
            hours: wanted.rule.hours,
            to: wanted.to,
            on_duty: on_duty.into_iter().flatten().map(named).collect(),
            could_come: could.take(SUGGESTED_MAX).map(|one| named(&one.person)).collect(),
        }
    }
}
