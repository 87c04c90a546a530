//! What rules and the desk propose, and what a person decides.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    input::{DecideInput, ProposeInput},
    looking,
    views::Place,
};
use crate::{
    domain::{
        actor::Actor,
        board::Board,
        command::{Command, Reply},
        ids::{AreaCode, ProposalId, ResponseId},
        response::{Grade, Prompt, Proposal, ResponseStep, Verdict},
        time::Timestamp,
    },
    http::{
        Web,
        error::ApiError,
        request::{Asked, Caller, List, Named, Page, Written},
    },
};

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Filter {
    /// Only those that somebody has to decide.
    #[serde(default)]
    waiting: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// A response that is proposed.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ProposalView {
    #[schema(value_type = String)]
    id: ProposalId,
    /// Id of the plan.
    #[schema(value_type = String)]
    plan: CompactString,
    /// Such as Ⅱ级防汛应急响应.
    title: String,
    #[schema(value_type = u8)]
    level: Grade,
    scope: Vec<Place>,
    drill: bool,
    prompt: PromptView,
    why: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whose command brought it about.
    #[schema(value_type = String)]
    by: CompactString,
    /// The open response that taking it up changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    raises: Option<Raises>,
    #[serde(flatten)]
    verdict: VerdictView,
}

/// What it is prompted by.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PromptView {
    /// `warning`, `gauge`, `incident`, `by_hand`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Raises {
    #[schema(value_type = String)]
    id: ResponseId,
    #[schema(value_type = u8)]
    level: Grade,
    revision: u32,
}

/// What became of it.
#[derive(Default, Serialize, ToSchema)]
pub(in crate::http) struct VerdictView {
    /// `waiting`, `taken`, `refused`, `replaced`, `lapsed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    decided_by: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    response: Option<ResponseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    replaced_by: Option<ProposalId>,
}

/// Lists proposals, the newest first.
#[utoipa::path(get, path = "/api/v1/responses/proposals", params(Filter), responses((status = 200)))]
pub(in crate::http) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<ProposalView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<ProposalId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let all = board.responses.proposals().rev();
        let wanted = all
            .filter(|proposal| after.is_none_or(|after| proposal.id < after))
            .filter(|proposal| !filter.waiting || proposal.is_waiting())
            .filter(|proposal| concerns(proposal, actor.area));
        wanted
            .take(limit + 1)
            .map(|proposal| view(board, &actor, proposal, now))
            .collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Prepares a response, for somebody who may decide.
#[utoipa::path(post, path = "/api/v1/responses/proposals", request_body = ProposeInput,
    responses((status = 201, body = ProposalView), (status = 403), (status = 422)))]
pub(in crate::http) async fn propose(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<ProposalView>), ApiError> {
    let input: ProposeInput = written.json()?;
    let view = taken(&web, caller, ResponseStep::Propose(input.step()), &written).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Takes a proposal up, with the order that starts or changes a response, or turns it down; once.
#[utoipa::path(post, path = "/api/v1/responses/proposals/{id}/decide", params(("id" = String, Path)),
    request_body = DecideInput,
    responses((status = 200, body = ProposalView), (status = 404), (status = 409), (status = 422)))]
pub(in crate::http) async fn decide(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ProposalId>,
    written: Written,
) -> Result<Json<ProposalView>, ApiError> {
    let input: DecideInput = written.json()?;
    taken(&web, caller, ResponseStep::Decide(input.step(id)), &written).await.map(Json)
}

async fn taken(
    web: &Web,
    caller: Caller,
    step: ResponseStep,
    written: &Written,
) -> Result<ProposalView, ApiError> {
    let (id, now) = (written.command_id(&caller.actor), web.board.now());
    let committed = web.board.submit_as(caller.actor.clone(), Command::Response(step), id).await?;
    let Reply::Proposal { id, .. } = committed.reply else { return Err(ApiError::key_reused()) };
    let found = web.board.read(move |board| {
        board.responses.proposal(id).map(|proposal| view(board, &caller.actor, proposal, now))
    });
    found.await?.ok_or_else(ApiError::key_reused)
}

fn concerns(proposal: &Proposal, area: AreaCode) -> bool {
    proposal.scope.iter().any(|own| own.contains(area) || area.contains(*own))
}

fn view(board: &Board, actor: &Actor, proposal: &Proposal, now: Timestamp) -> ProposalView {
    let Proposal { id, plan, level, scope, drill, prompt, why, at, by, verdict } = proposal;
    let known = board.responses.plans().get(plan);
    let raises = board.responses.changed_by(proposal).map(|response| Raises {
        id: response.id,
        level: response.level,
        revision: response.revision,
    });
    ProposalView {
        id: *id,
        plan: plan.clone(),
        title: known.map_or_else(|| plan.to_string(), |plan| plan.named(*level)),
        level: *level,
        scope: looking(board, actor, None, now).places(scope.iter()),
        drill: *drill,
        prompt: prompted(prompt),
        why: why.clone(),
        at: *at,
        by: by.clone(),
        raises: raises.filter(|_| proposal.is_waiting()),
        verdict: judged(verdict.as_ref()),
    }
}

fn prompted(prompt: &Prompt) -> PromptView {
    let (kind, id) = match prompt {
        Prompt::Warning(id) => ("warning", Some(id.to_string())),
        Prompt::Gauge(id) => ("gauge", Some(id.to_string())),
        Prompt::Incident(id) => ("incident", Some(id.to_string())),
        Prompt::ByHand => ("by_hand", None),
    };
    PromptView { kind, id }
}

fn judged(verdict: Option<&Verdict>) -> VerdictView {
    let mut view = VerdictView { state: "waiting", ..VerdictView::default() };
    match verdict.cloned() {
        None => {}
        Some(Verdict::Taken { by, at, response }) => {
            view.state = "taken";
            (view.decided_by, view.decided_at, view.response) =
                (Some(by), Some(at), Some(response));
        }
        Some(Verdict::Refused { by, at, reason }) => {
            view.state = "refused";
            (view.decided_by, view.decided_at, view.reason) = (Some(by), Some(at), Some(reason));
        }
        Some(Verdict::Replaced { by }) => (view.state, view.replaced_by) = ("replaced", Some(by)),
        Some(Verdict::Lapsed { at }) => (view.state, view.decided_at) = ("lapsed", Some(at)),
    }
    view
}
