//! What a warning suggests, and what a person decides of it.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{Caller, Named, Written},
    responses::TakeInput,
    warnings::concerns,
};
use crate::domain::{
    board::Board,
    command::{Command, DecideSuggestion},
    ids::WarningId,
    suggestion::{Part, Suggestion},
    time::Timestamp,
    warning::Life,
};

/// What a warning suggests.
#[derive(Serialize, ToSchema)]
pub(super) struct SuggestionView {
    /// Which rule, and the county's words for it.
    #[schema(value_type = String)]
    rule: CompactString,
    why: String,
    /// 1 (Ⅰ, gravest) to 4.
    response: u8,
    posts: Vec<NamedView>,
    teams: Vec<NamedView>,
    risk_points: Vec<NamedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NamedView {
    id: String,
    #[schema(value_type = String)]
    name: CompactString,
}

/// What was decided.
#[derive(Serialize, ToSchema)]
pub(super) struct DecisionView {
    /// `response`, `posts`, `teams`, `risk_points`; none: it was turned down.
    #[schema(value_type = Vec<String>)]
    taken: Vec<Part>,
    #[schema(value_type = String)]
    note: CompactString,
    #[schema(value_type = String)]
    by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionInput {
    /// What of it is taken up; none turns it down.
    #[schema(value_type = Vec<String>)]
    taken: Vec<Part>,
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
    /// With `response` taken: starts it now. Left out, the proposal stays to be decided.
    response: Option<TakeInput>,
}

/// Says what a warning suggests now, or suggested when somebody decided.
#[utoipa::path(get, path = "/api/v1/warnings/{id}/suggestion", params(("id" = String, Path)),
    responses((status = 200, body = SuggestionView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<WarningId>,
) -> Result<Json<SuggestionView>, ApiError> {
    let area = caller.actor.area;
    let found = web.board.read(move |board| {
        let warning = board.warnings.get(id).filter(|warning| concerns(warning, area))?;
        let decided = board.suggestions.decided(id);
        let now = || board.suggestion(warning).filter(|_| warning.life == Life::Active);
        let suggestion = decided.map(|decided| decided.suggestion.clone()).or_else(now)?;
        let decision = decided.map(|decided| DecisionView {
            taken: decided.taken.clone(),
            note: decided.note.clone(),
            by: decided.by.clone(),
            at: decided.at,
        });
        Some(view(board, suggestion, decision))
    });
    let unknown = || ApiError::not_found("suggestion.none", format!("{id} suggests nothing"));
    Ok(Json(found.await?.ok_or_else(unknown)?))
}

/// Records what a person decides; the first decision stands.
#[utoipa::path(post, path = "/api/v1/warnings/{id}/suggestion", params(("id" = String, Path)),
    request_body = DecisionInput,
    responses((status = 200, body = SuggestionView), (status = 404), (status = 409)))]
pub(super) async fn decide(
    State(web): State<Web>,
    caller: Caller,
    Named(warning): Named<WarningId>,
    written: Written,
) -> Result<Json<SuggestionView>, ApiError> {
    let DecisionInput { taken, note, response } = written.json()?;
    let id = written.command_id(&caller.actor);
    let command = Command::DecideSuggestion(DecideSuggestion {
        warning,
        taken,
        note,
        response: response.map(TakeInput::take),
    });
    web.board.submit_as(caller.actor.clone(), command, id).await?;
    one(State(web), caller, Named(warning)).await
}

fn view(board: &Board, suggestion: Suggestion, decision: Option<DecisionView>) -> SuggestionView {
    let Suggestion { rule, why, response, posts, teams, risk_points } = suggestion;
    let duty = |duty: &str| {
        let set = board.callouts.policies();
        let known = set.and_then(|set| set.duties.iter().find(|known| known.name.as_str() == duty));
        known.map_or_else(|| duty.into(), |known| known.zh.clone())
    };
    let place =
        |code| board.areas.get(code).map_or_else(Default::default, |area| area.name.clone());
    let posts = posts.into_iter().map(|post| NamedView {
        name: format!("{}{}", place(post.area), duty(post.duty.as_str())).into(),
        id: post.to_string(),
    });
    let teams = teams.into_iter().map(|id| NamedView {
        name: board.units.get(&id).map_or_else(|| id.as_str().into(), |unit| unit.name.clone()),
        id: id.to_string(),
    });
    let points = risk_points.into_iter().map(|id| NamedView {
        name: board.sites.get(&id).map_or_else(|| id.as_str().into(), |site| site.name.clone()),
        id: id.to_string(),
    });
    SuggestionView {
        rule,
        why,
        response,
        posts: posts.collect(),
        teams: teams.collect(),
        risk_points: points.collect(),
        decision,
    }
}
