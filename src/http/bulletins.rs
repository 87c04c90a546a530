//! What the public is told of a warning: a preview from the county's templates, a draft, and a person's approval.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written},
    warnings::concerns,
};
use crate::{
    bulletin::{self, Names, Outlet, Templates},
    domain::{
        board::Board,
        bulletin::{Bulletin, IssueNumber, Progress},
        command::{ApproveBulletin, BulletinStep, Command, DraftBulletin, RefuseBulletin, Reply},
        ids::{AreaCode, BulletinId, WarningId},
        time::Timestamp,
        warning::Warning,
    },
};

/// A text as the templates word it.
#[derive(Serialize, ToSchema)]
pub(super) struct TextView {
    #[schema(value_type = String)]
    outlet: Outlet,
    text: String,
    /// As the outlet counts: UTF-16 units, characters, or full-width characters.
    units: usize,
    limit: usize,
    /// Something that the message says had to be left out or shortened.
    cut: bool,
}

/// What the public would be told.
#[derive(Serialize, ToSchema)]
pub(super) struct Preview {
    texts: Vec<TextView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftInput {
    /// The wording by outlet (`sms`, `loudspeaker`, `banner`); the templates' own for all when left out.
    #[serde(default)]
    #[schema(value_type = Object)]
    texts: BTreeMap<Outlet, String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalInput {
    /// Its number in the year, where the county has counted elsewhere so far; the next one when left out.
    ordinal: Option<u32>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusalInput {
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those that wait for approval.
    #[serde(default)]
    drafted: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// A bulletin.
#[derive(Serialize, ToSchema)]
pub(super) struct BulletinView {
    #[schema(value_type = String)]
    id: BulletinId,
    #[schema(value_type = String)]
    warning: WarningId,
    headline: String,
    drill: bool,
    #[schema(value_type = Object)]
    texts: BTreeMap<Outlet, String>,
    #[schema(value_type = String)]
    drafted_by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    drafted_at: Timestamp,
    /// `{state: drafted | issued | refused | replaced, …}`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    progress: Progress,
    /// Such as 2026年第54期.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

/// Words what the public would be told of a warning. Nothing is recorded.
#[utoipa::path(get, path = "/api/v1/warnings/{id}/texts", params(("id" = String, Path)),
    responses((status = 200, body = Preview), (status = 404)))]
pub(super) async fn preview(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<WarningId>,
) -> Result<Json<Preview>, ApiError> {
    let (area, templates) = (caller.actor.area, web.texts.clone());
    let texts = web.board.read(move |board| {
        let warning = board.warnings.get(id).filter(|warning| concerns(warning, area))?;
        Some(worded(board, warning, &templates))
    });
    let texts = texts.await?.ok_or_else(|| unknown(id))?;
    Ok(Json(Preview { texts }))
}

/// Drafts a bulletin; it goes out when somebody approves it.
#[utoipa::path(post, path = "/api/v1/warnings/{id}/bulletins", params(("id" = String, Path)),
    request_body = DraftInput,
    responses((status = 201, body = BulletinView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn draft(
    State(web): State<Web>,
    caller: Caller,
    Named(warning): Named<WarningId>,
    written: Written,
) -> Result<(StatusCode, Json<BulletinView>), ApiError> {
    let DraftInput { texts } = written.json()?;
    let templates = web.texts.clone();
    let own = web.board.read(move |board| {
        let known = board.warnings.get(warning)?;
        Some((worded(board, known, &templates), known.message.status))
    });
    let (own, status) = own.await?.ok_or_else(|| unknown(warning))?;
    for (outlet, text) in &texts {
        bulletin::check(&web.texts, *outlet, status, text).map_err(|fault| {
            ApiError::bad_field(&format!("texts.{}", outlet.as_str()), fault.to_string())
        })?;
    }
    let texts = if texts.is_empty() {
        own.into_iter().map(|text| (text.outlet, text.text)).collect()
    } else {
        texts
    };
    let command = Command::Bulletin(BulletinStep::Draft(DraftBulletin { warning, texts }));
    let view = decided(&web, caller, command, &written).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Lets a bulletin go out, under its number.
#[utoipa::path(post, path = "/api/v1/bulletins/{id}/approve", params(("id" = String, Path)),
    request_body = ApprovalInput,
    responses((status = 200, body = BulletinView), (status = 404), (status = 409)))]
pub(super) async fn approve(
    State(web): State<Web>,
    caller: Caller,
    Named(bulletin): Named<BulletinId>,
    written: Written,
) -> Result<Json<BulletinView>, ApiError> {
    let ApprovalInput { ordinal } = written.json()?;
    let command = Command::Bulletin(BulletinStep::Approve(ApproveBulletin { bulletin, ordinal }));
    decided(&web, caller, command, &written).await.map(Json)
}

/// Keeps a bulletin from going out.
#[utoipa::path(post, path = "/api/v1/bulletins/{id}/refuse", params(("id" = String, Path)),
    request_body = RefusalInput,
    responses((status = 200, body = BulletinView), (status = 404), (status = 409)))]
pub(super) async fn refuse(
    State(web): State<Web>,
    caller: Caller,
    Named(bulletin): Named<BulletinId>,
    written: Written,
) -> Result<Json<BulletinView>, ApiError> {
    let RefusalInput { reason } = written.json()?;
    let command = Command::Bulletin(BulletinStep::Refuse(RefuseBulletin { bulletin, reason }));
    decided(&web, caller, command, &written).await.map(Json)
}

/// Lists bulletins, the newest first.
#[utoipa::path(get, path = "/api/v1/bulletins", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<BulletinView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<BulletinId>()?);
    let area = caller.actor.area;
    let items = web.board.read(move |board| {
        let all = board.bulletins.iter().rev();
        let wanted = all
            .filter(|bulletin| after.is_none_or(|after| bulletin.id < after))
            .filter(|bulletin| !filter.drafted || bulletin.progress == Progress::Drafted)
            .filter_map(|bulletin| Some((bulletin, board.warnings.get(bulletin.warning)?)))
            .filter(|(_, warning)| concerns(warning, area));
        wanted.take(limit + 1).map(|(bulletin, of)| view(bulletin, of)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Submits a command about a bulletin and returns the bulletin as it then is.
async fn decided(
    web: &Web,
    caller: Caller,
    command: Command,
    written: &Written,
) -> Result<BulletinView, ApiError> {
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, command, id).await?;
    let Reply::Bulletin { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let found = web.board.read(move |board| {
        let bulletin = board.bulletins.get(id)?;
        Some(view(bulletin, board.warnings.get(bulletin.warning)?))
    });
    found.await?.ok_or_else(ApiError::key_reused)
}

fn worded(board: &Board, warning: &Warning, templates: &Templates) -> Vec<TextView> {
    let area = |code: AreaCode| board.areas.get(code).map(|area| area.name.clone());
    let names = Names { area: &area, sender: None, zone: board.timezone() };
    let texts = Outlet::ALL.into_iter().filter_map(|outlet| {
        let text = bulletin::compose(templates, &warning.message, &names, outlet)?;
        let (limit, cut) = (templates.limit(outlet), text.cut);
        Some(TextView { outlet, units: text.units, text: text.text, limit, cut })
    });
    texts.collect()
}

fn view(bulletin: &Bulletin, warning: &Warning) -> BulletinView {
    let title = match &bulletin.progress {
        Progress::Issued { number, .. } => number.map(IssueNumber::zh),
        Progress::Drafted | Progress::Refused { .. } | Progress::Replaced { .. } => None,
    };
    BulletinView {
        id: bulletin.id,
        warning: bulletin.warning,
        headline: warning.message.headline.clone(),
        drill: warning.message.status.is_drill(),
        texts: bulletin.texts.clone(),
        drafted_by: bulletin.drafted_by.clone(),
        drafted_at: bulletin.drafted_at,
        progress: bulletin.progress.clone(),
        title,
    }
}

fn unknown(id: WarningId) -> ApiError {
    ApiError::not_found("warning.unknown", format!("no warning {id}"))
}
