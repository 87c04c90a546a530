//! What people do about reports, step by step.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Logins, ReportView, ReportsView, dossier};
use crate::{
    domain::{
        command::{Command, Reply},
        deadline::{Rank, Series, Stage},
        ids::{IncidentId, ReportId},
        report::{DraftReport, EditReport, ReportStep, TellByPhone},
        time::Timestamp,
    },
    http::{
        Web,
        error::ApiError,
        request::{Caller, Named, Written},
    },
    ingest::cap::event_codes,
};

/// A call that was made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportCallInput {
    /// `incident` (突发事件信息), the default, or `statistics` (灾情统计).
    #[serde(default)]
    #[schema(value_type = String)]
    series: Series,
    /// `first`, `follow_up`, `final`, `zero` or `verified`.
    #[schema(value_type = String)]
    stage: Stage,
    /// `city` or `province`.
    #[schema(value_type = String)]
    to: Rank,
    /// Unit and name of whoever was told.
    #[schema(value_type = String)]
    whom: CompactString,
    /// Now when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// What was said.
    words: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportDraftInput {
    /// `incident` (突发事件信息), the default, or `statistics` (灾情统计).
    #[serde(default)]
    #[schema(value_type = String)]
    series: Series,
    /// The next that is due when left out.
    #[schema(value_type = Option<String>)]
    stage: Option<Stage>,
    /// `city`, `province`; those whom the clocks name when left out.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    to: Vec<Rank>,
    /// What kind of incident it is, in words; from its code when left out.
    #[schema(value_type = Option<String>)]
    kind: Option<CompactString>,
    /// From what is known of the incident when left out.
    title: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportEditInput {
    /// The revision that was changed; another one is refused.
    revision: u32,
    #[schema(value_type = Vec<String>)]
    to: Vec<Rank>,
    title: String,
    text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportCheckInput {
    /// The revision that was read; another one is refused.
    revision: u32,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportSignInput {
    /// The revision that was read; another one is refused.
    revision: u32,
    /// Its number in the year, where the county has counted elsewhere so far; the next one when left out.
    ordinal: Option<u32>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportReasonInput {
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportSendInput {}

/// Notes that somebody above was told by telephone; ends the clock that demanded it.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/calls", params(("id" = String, Path)),
    request_body = ReportCallInput,
    responses((status = 201, body = ReportsView), (status = 404), (status = 422)))]
pub(in crate::http) async fn call(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<(StatusCode, Json<ReportsView>), ApiError> {
    let ReportCallInput { series, stage, to, whom, at, words } = written.json()?;
    let at = at.unwrap_or_else(|| web.board.now());
    let told = TellByPhone { incident, series, stage, to, whom, at, words };
    let id = written.command_id(&caller.actor);
    let command = Command::Report(ReportStep::TellByPhone(told));
    web.board.submit_as(caller.actor.clone(), command, id).await?;
    Ok((StatusCode::CREATED, Json(dossier(&web, caller.actor, incident).await?)))
}

/// Drafts a report; title and text are composed of what is known where they are left out.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/reports", params(("id" = String, Path)),
    request_body = ReportDraftInput,
    responses((status = 201, body = ReportView), (status = 404), (status = 409), (status = 422)))]
pub(in crate::http) async fn draft(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<(StatusCode, Json<ReportView>), ApiError> {
    let ReportDraftInput { series, stage, to, kind, title, text } = written.json()?;
    let code = web.board.read(move |board| {
        board.incidents.get(incident).map(|incident| incident.particulars.kind.clone())
    });
    let code = code.await?.unwrap_or_default();
    let kind = kind.unwrap_or_else(|| name_of(&code).into());
    let wanted = DraftReport { incident, series, stage, to, kind, title, text };
    let view = decided(&web, caller, ReportStep::Draft(wanted), &written).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Changes the words of a report; it is then checked and signed again.
#[utoipa::path(post, path = "/api/v1/reports/{id}/edit", params(("id" = String, Path)),
    request_body = ReportEditInput,
    responses((status = 200, body = ReportView), (status = 404), (status = 409), (status = 422)))]
pub(in crate::http) async fn edit(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportEditInput { revision, to, title, text } = written.json()?;
    let step = ReportStep::Edit(EditReport { report, revision, to, title, text });
    decided(&web, caller, step, &written).await.map(Json)
}

/// Notes that somebody has checked a report (审核).
#[utoipa::path(post, path = "/api/v1/reports/{id}/check", params(("id" = String, Path)),
    request_body = ReportCheckInput,
    responses((status = 200, body = ReportView), (status = 404), (status = 409)))]
pub(in crate::http) async fn check(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportCheckInput { revision } = written.json()?;
    decided(&web, caller, ReportStep::Check { report, revision }, &written).await.map(Json)
}

/// Signs a report (签发): it has its number in the year from then on. Not by whoever drafted it.
#[utoipa::path(post, path = "/api/v1/reports/{id}/sign", params(("id" = String, Path)),
    request_body = ReportSignInput,
    responses((status = 200, body = ReportView), (status = 403), (status = 404), (status = 409)))]
pub(in crate::http) async fn sign(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportSignInput { revision, ordinal } = written.json()?;
    decided(&web, caller, ReportStep::Sign { report, revision, ordinal }, &written).await.map(Json)
}

/// Gives a report back to be worded otherwise (退回).
#[utoipa::path(post, path = "/api/v1/reports/{id}/return", params(("id" = String, Path)),
    request_body = ReportReasonInput,
    responses((status = 200, body = ReportView), (status = 404), (status = 409)))]
pub(in crate::http) async fn give_back(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportReasonInput { reason } = written.json()?;
    decided(&web, caller, ReportStep::Return { report, reason }, &written).await.map(Json)
}

/// Notes that a signed report has gone up; ends the clocks that demanded it.
#[utoipa::path(post, path = "/api/v1/reports/{id}/send", params(("id" = String, Path)),
    request_body = ReportSendInput,
    responses((status = 200, body = ReportView), (status = 404), (status = 409)))]
pub(in crate::http) async fn send(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportSendInput {} = written.json()?;
    decided(&web, caller, ReportStep::Send(report), &written).await.map(Json)
}

/// Lets a report never go out (作废).
#[utoipa::path(post, path = "/api/v1/reports/{id}/drop", params(("id" = String, Path)),
    request_body = ReportReasonInput,
    responses((status = 200, body = ReportView), (status = 404), (status = 409)))]
pub(in crate::http) async fn drop(
    State(web): State<Web>,
    caller: Caller,
    Named(report): Named<ReportId>,
    written: Written,
) -> Result<Json<ReportView>, ApiError> {
    let ReportReasonInput { reason } = written.json()?;
    decided(&web, caller, ReportStep::Drop { report, reason }, &written).await.map(Json)
}

/// Submits a step and returns the report as it then is.
async fn decided(
    web: &Web,
    caller: Caller,
    step: ReportStep,
    written: &Written,
) -> Result<ReportView, ApiError> {
    let id = written.command_id(&caller.actor);
    let actor = caller.actor;
    let committed = web.board.submit_as(actor.clone(), Command::Report(step), id).await?;
    let Reply::Report { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let logins = Logins::known(web).await;
    let found = web
        .board
        .read(move |board| Some(ReportView::of(board, board.reports.get(id)?, (&actor, &logins))));
    found.await?.ok_or_else(ApiError::key_reused)
}

/// Returns what a kind of incident is called: by its national code, or by its class.
fn name_of(code: &str) -> String {
    if let Some(known) = event_codes::by_code(code) {
        return known.name_zh.clone();
    }
    let class = match code.chars().next() {
        Some('1') => "自然灾害",
        Some('2') => "事故灾难",
        Some('3') => "公共卫生事件",
        Some('4') => "社会安全事件",
        _ => "突发事件",
    };
    class.to_owned()
}
