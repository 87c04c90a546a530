//! Shelters, and how full they are.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::within;
use crate::{
    dispatcher::SubmitError,
    domain::{
        command::Command,
        evacuation::{EvacuationFault, EvacuationStep, Headcount, ReportHeadcount},
        ids::{AreaCode, SiteId},
        rejection::Rejection,
    },
    http::{
        Web,
        error::ApiError,
        request::{Asked, Caller, List, Named, Page, Written},
    },
    protocol::ShelterView,
};

#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Filter {
    /// Shelters in this area and in what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

/// One of `counted`, `arrived` and `departed`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CountInput {
    /// So many are there.
    counted: Option<u32>,
    /// So many more have come.
    arrived: Option<u32>,
    /// So many have gone.
    departed: Option<u32>,
    #[serde(default)]
    note: String,
    /// More are there than it holds; then a reason is needed.
    #[serde(default)]
    over_capacity: bool,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

impl CountInput {
    fn said(&self) -> Result<Headcount, ApiError> {
        match (self.counted, self.arrived, self.departed) {
            (Some(people), None, None) => Ok(Headcount::Counted(people)),
            (None, Some(more), None) => Ok(Headcount::Arrived(more)),
            (None, None, Some(gone)) => Ok(Headcount::Departed(gone)),
            _ => Err(ApiError::bad_field("counted", "give one of counted, arrived and departed")),
        }
    }
}

/// Lists shelters in order of id, and how full each is.
#[utoipa::path(get, path = "/api/v1/shelters", params(Filter),
    responses((status = 200, body = Vec<ShelterView>)))]
pub(in crate::http) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<ShelterView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<SiteId>()?);
    let area = within(&caller.actor, filter.area)?;
    let now = web.board.now();
    let items = web.board.read(move |board| {
        let wanted = board
            .shelters()
            .filter(|(site, _)| after.as_ref().is_none_or(|after| site.id > *after))
            .filter(|(site, _)| area.contains(site.area));
        let views = wanted
            .take(limit + 1)
            .map(|(site, shelter)| ShelterView::of(board, site, shelter, now));
        views.collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Says how many people are in a shelter, have come or gone: whoever is responsible there does, or the desk.
#[utoipa::path(post, path = "/api/v1/shelters/{id}/occupancy", params(("id" = String, Path)),
    request_body = CountInput,
    responses((status = 200, body = ShelterView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(in crate::http) async fn count(
    State(web): State<Web>,
    caller: Caller,
    Named(shelter): Named<SiteId>,
    written: Written,
) -> Result<Json<ShelterView>, ApiError> {
    let input: CountInput = written.json()?;
    let report = ReportHeadcount {
        shelter: shelter.clone(),
        said: input.said()?,
        note: input.note,
        over_capacity: input.over_capacity.then_some(input.reason),
    };
    let id = written.command_id(&caller.actor);
    let command = Command::Evacuation(EvacuationStep::Count(report));
    web.board.submit_as(caller.actor, command, id).await?;
    let (wanted, now) = (shelter.clone(), web.board.now());
    let found = web.board.read(move |board| {
        let (site, facts) = board.shelter(&wanted)?;
        Some(ShelterView::of(board, site, facts, now))
    });
    let unknown = || SubmitError::from(Rejection::from(EvacuationFault::NotAShelter(shelter)));
    Ok(Json(found.await?.ok_or_else(unknown)?))
}
