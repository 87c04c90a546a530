//! Units as a list, and the end of units and sites.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        command::Command,
        ids::{AreaCode, SiteId, UnitId},
        rejection::Rejection,
    },
    protocol::{UnitView, Viewer},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Units of this area and of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// Such as `boat`; every kind when left out.
    #[param(value_type = Option<String>)]
    kind: Option<CompactString>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Lists units in order of id.
#[utoipa::path(get, path = "/api/v1/units", params(Filter),
    responses((status = 200, body = Vec<UnitView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<UnitView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<UnitId>()?);
    let area = filter.area.unwrap_or(caller.actor.area);
    if !caller.actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let rest = board.units.iter();
        let wanted = rest
            .filter(|unit| after.as_ref().is_none_or(|after| unit.id > *after))
            .filter(|unit| area.contains(unit.area))
            .filter(|unit| filter.kind.as_ref().is_none_or(|kind| unit.kind.as_str() == kind));
        wanted.take(limit + 1).map(|unit| UnitView::of(board, unit, &viewer)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Returns one unit.
#[utoipa::path(get, path = "/api/v1/units/{id}", params(("id" = String, Path)),
    responses((status = 200, body = UnitView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<UnitId>,
) -> Result<Json<UnitView>, ApiError> {
    let wanted = id.clone();
    let (actor, now) = (caller.actor, web.board.now());
    let found = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let unit = board.units.get(&wanted).filter(|unit| actor.sees(unit.area))?;
        Some(UnitView::of(board, unit, &viewer))
    });
    let unknown = || ApiError::not_found("unit.unknown", format!("no unit {id}"));
    found.await?.map(Json).ok_or_else(unknown)
}

/// Notes that a unit is no more.
#[utoipa::path(delete, path = "/api/v1/units/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
pub(super) async fn remove(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<UnitId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    web.board.submit_as(caller.actor, Command::RemoveUnit(id), command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that a site is no more; a depot's stock goes with it.
#[utoipa::path(delete, path = "/api/v1/sites/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn remove_site(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<SiteId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    web.board.submit_as(caller.actor, Command::RemoveSite(id), command).await?;
    Ok(StatusCode::NO_CONTENT)
}
