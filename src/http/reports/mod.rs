//! Reports to the levels above: what is due of an incident, what was told by telephone, and what is drafted, checked,
//! signed and sent.

mod clocks;
mod print;
mod steps;
mod views;

use axum::{
    Json,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    logins::Logins,
    request::{Asked, Caller, List, Named, Page, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        deadline,
        ids::{IncidentId, ReportId},
        incident::{Incident, IncidentFault},
        rejection::Rejection,
        report::Report,
    },
};

pub(super) use clocks::{__path_clocks, clocks};
pub(super) use steps::{call, check, draft, drop, edit, give_back, send, sign};
pub(super) use views::{ReportCallView, ReportClockView, ReportView};
// What the OpenAPI document is made of goes by the same path as the handler.
pub(super) use steps::{
    __path_call, __path_check, __path_draft, __path_drop, __path_edit, __path_give_back,
    __path_send, __path_sign,
};

/// What is due of an incident, and what was reported.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportsView {
    #[schema(value_type = String)]
    incident: IncidentId,
    drill: bool,
    /// In the order in which they were started.
    clocks: Vec<ReportClockView>,
    calls: Vec<ReportCallView>,
    reports: Vec<ReportView>,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those that have not been sent or dropped.
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// Shows what is due of an incident, by when and by which rule, and what was reported of it.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/reports", params(("id" = String, Path)),
    responses((status = 200, body = ReportsView), (status = 404)))]
pub(super) async fn of_incident(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<IncidentId>,
) -> Result<Json<ReportsView>, ApiError> {
    dossier(&web, caller.actor, id).await.map(Json)
}

async fn dossier(web: &Web, actor: Actor, id: IncidentId) -> Result<ReportsView, ApiError> {
    let (now, logins) = (web.board.now(), Logins::known(web).await);
    let found = web.board.read(move |board| {
        let by = (&actor, &logins);
        let incident = board.incidents.get(id).filter(|incident| sees(&actor, incident))?;
        let known = board.reports.dossier(id);
        let clocks = known.into_iter().flat_map(|known| &known.clocks);
        let calls = known.into_iter().flat_map(|known| &known.told);
        let reports = board.reports.about(incident.id);
        Some(ReportsView {
            incident: id,
            drill: incident.drill,
            clocks: clocks.map(|running| ReportClockView::of(board, id, running, now)).collect(),
            calls: calls.map(|told| ReportCallView::of(board, told, by)).collect(),
            reports: reports.map(|report| ReportView::of(board, report, by)).collect(),
        })
    });
    let unknown = || SubmitError::from(Rejection::from(IncidentFault::Unknown(id)));
    Ok(found.await?.ok_or_else(unknown)?)
}

/// Lists reports, the newest first.
#[utoipa::path(get, path = "/api/v1/reports", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<ReportView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<ReportId>()?);
    let logins = Logins::known(&web).await;
    let items = web.board.read(move |board| {
        let all = board.reports.iter().rev();
        let wanted = all
            .filter(|report| after.is_none_or(|after| report.id < after))
            .filter(|report| !filter.open || report.is_open())
            .filter(|report| is_seen(board, &caller.actor, report));
        let views = wanted.map(|report| ReportView::of(board, report, (&caller.actor, &logins)));
        views.take(limit + 1).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Returns a report, or with `.html` after its id the sheet that is printed (《突发事件信息专报》).
#[utoipa::path(get, path = "/api/v1/reports/{id}", params(("id" = String, Path)),
    responses((status = 200, body = ReportView), (status = 403), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let (name, as_sheet) = match name.strip_suffix(".html") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    let unknown = || ApiError::not_found("report.unknown", format!("no report {name}"));
    let id: ReportId = name.parse().map_err(|_| unknown())?;
    if as_sheet {
        // It has the telephone numbers of those who are at work there.
        allow(&caller.actor, Capability::SeePhoneNumbers)?;
    }
    let logins = Logins::known(&web).await;
    let found = web.board.read(move |board| {
        let actor = &caller.actor;
        let report = board.reports.get(id).filter(|report| is_seen(board, actor, report))?;
        Some(match as_sheet {
            true => Ok(print::sheet(board, report)),
            false => Err(ReportView::of(board, report, (actor, &logins))),
        })
    });
    Ok(match found.await?.ok_or_else(unknown)? {
        Ok(sheet) => {
            let about = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            (about, sheet).into_response()
        }
        Err(view) => Json(view).into_response(),
    })
}

/// Returns how the sheet looks on paper. A file of its own, since pages may not bring styles inside.
#[utoipa::path(get, path = "/api/v1/report.css", responses((status = 200)))]
pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("print.css")).into_response()
}

/// Returns the time limits and the rounds that this county lives by.
#[utoipa::path(get, path = "/api/v1/deadlines", responses((status = 200)))]
pub(super) async fn rules(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<deadline::Rules>, ApiError> {
    Ok(Json(web.board.read(|board| board.reports.rules().clone()).await?))
}

fn sees(actor: &Actor, incident: &Incident) -> bool {
    actor.sees(incident.area())
}

fn is_seen(board: &Board, actor: &Actor, report: &Report) -> bool {
    board.incidents.get(report.incident).is_some_and(|incident| sees(actor, incident))
}
