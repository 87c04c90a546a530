//! Hot spots: where satellites see fires, and what somebody found there.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply},
        hotspot::{
            Detection, Finding, HotSpot, HotSpotFault, HotSpotStep, ImportHotSpots, SettleHotSpot,
        },
        ids::{AreaCode, HotSpotId},
        rejection::Rejection,
        time::Timestamp,
    },
    ingest,
    protocol::{HotSpotView, StatisticsView, TakenView},
};

/// Largest import: ten thousand detections with every field.
const BODY_LIMIT: usize = 4 << 20;

#[derive(Deserialize, IntoParams)]
pub(super) struct Mode {
    /// The detections of a CSV are those of a drill.
    #[serde(default)]
    drill: bool,
}

/// Detections in JSON, with the names that the answers bear.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectionsInput {
    /// `[{satellite, instrument?, at, point: [lon, lat], confidence: low | nominal | high, brightness_k?, frp_mw?,
    /// pixel_km?: [scan, track], night?}]`.
    #[schema(value_type = Vec<Object>)]
    detections: Vec<Detection>,
    #[serde(default)]
    drill: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingInput {
    /// `true_fire`, `controlled_burn`, `false` or `not_found`.
    #[schema(value_type = String)]
    finding: Finding,
    /// Needed for everything but a true fire.
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Those where nobody has looked yet.
    #[serde(default)]
    open: bool,
    /// Those found at this time or later.
    #[param(value_type = String)]
    #[serde(default, deserialize_with = "super::duty::instant")]
    from: Option<Timestamp>,
    /// Those in this area and in what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    pub(super) fn page(&self) -> Page {
        Page { limit: self.limit, after: self.after.clone() }
    }

    /// Returns the area that is asked about, if `actor` sees it; his own when none is named.
    pub(super) fn within(&self, actor: &Actor) -> Result<AreaCode, ApiError> {
        let area = self.area.unwrap_or(actor.area);
        if actor.sees(area) {
            return Ok(area);
        }
        Err(SubmitError::from(Rejection::OutsideArea(area)).into())
    }

    /// Returns what was found in `area` since then, the newest first.
    fn found<'b>(&self, board: &'b Board, area: AreaCode) -> impl Iterator<Item = &'b HotSpot> {
        let within = board.hot_spots.iter().rev().filter(move |known| area.contains(known.area));
        within.filter(|known| self.from.is_none_or(|from| known.found_at >= from))
    }

    /// Returns those of them that are asked for.
    pub(super) fn choose<'b>(
        &self,
        board: &'b Board,
        area: AreaCode,
        after: Option<HotSpotId>,
    ) -> impl Iterator<Item = &'b HotSpot> {
        let older = self.found(board, area);
        older
            .filter(move |known| after.is_none_or(|after| known.id < after))
            .filter(|known| !self.open || known.settled.is_none())
    }
}

/// A page of hot spots, and what became of all that the question is about.
#[derive(Serialize, ToSchema)]
pub(super) struct HotSpots {
    items: Vec<HotSpotView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    statistics: StatisticsView,
}

/// Takes up to 10,000 detections, as CSV of FIRMS or as JSON. Somebody is sent to each hot spot that is new; a file
/// with a fault is refused whole.
#[utoipa::path(post, path = "/api/v1/hotspots", params(Mode), request_body = DetectionsInput,
    responses((status = 200, body = TakenView), (status = 403), (status = 413), (status = 422)))]
pub(super) async fn import(
    State(web): State<Web>,
    caller: Caller,
    Asked(mode): Asked<Mode>,
    request: Request,
) -> Result<(StatusCode, Json<TakenView>), ApiError> {
    allow(&caller.actor, Capability::ReportHotSpots)?;
    let written = Written::read(request, BODY_LIMIT).await?;
    let import = match written.media_type.as_str() {
        "text/csv" => ImportHotSpots { detections: sheet(&written.bytes)?, drill: mode.drill },
        _ => {
            let DetectionsInput { detections, drill } = written.json()?;
            ImportHotSpots { detections, drill: drill || mode.drill }
        }
    };
    let id = written.command_id(&caller.actor);
    let command = Command::HotSpot(HotSpotStep::Import(import));
    let committed = web.board.submit_as(caller.actor, command, id).await?;
    let Reply::HotSpots(taken) = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::OK, Json(taken.into())))
}

fn sheet(bytes: &[u8]) -> Result<Vec<Detection>, ApiError> {
    ingest::hotspots::read(bytes).map_err(|faults| {
        let first = faults.told.first();
        let field = first.map_or_else(|| "body".to_owned(), |fault| fault.place());
        let message = faults.to_string();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        ApiError::new(status, "hot_spot.sheet", message).field(field)
    })
}

/// Lists hot spots, the newest first, with what became of all of them.
#[utoipa::path(get, path = "/api/v1/hotspots", params(Filter),
    responses((status = 200, body = HotSpots)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<HotSpots>, ApiError> {
    let page = filter.page();
    let (limit, after) = (page.limit()?, page.after::<HotSpotId>()?);
    let (area, now) = (filter.within(&caller.actor)?, web.board.now());
    let read = web.board.read(move |board| {
        let wanted = filter.choose(board, area, after).take(limit + 1);
        let items: Vec<_> = wanted.map(|known| HotSpotView::of(board, known, now)).collect();
        (items, StatisticsView::of(filter.found(board, area), now))
    });
    let (items, statistics) = read.await?;
    let List { items, next } = List::cut(items, limit, |view| view.id.to_string());
    Ok(Json(HotSpots { items, next, statistics }))
}

/// Says what a hot spot was; a true fire opens an incident.
#[utoipa::path(post, path = "/api/v1/hotspots/{id}/finding", params(("id" = String, Path)),
    request_body = FindingInput,
    responses((status = 200, body = HotSpotView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(super) async fn settle(
    State(web): State<Web>,
    caller: Caller,
    Named(hot_spot): Named<HotSpotId>,
    written: Written,
) -> Result<Json<HotSpotView>, ApiError> {
    let FindingInput { finding, note } = written.json()?;
    let id = written.command_id(&caller.actor);
    let settle = SettleHotSpot { hot_spot, finding, note };
    let command = Command::HotSpot(HotSpotStep::Settle(settle));
    web.board.submit_as(caller.actor, command, id).await?;
    let now = web.board.now();
    let found = web
        .board
        .read(move |board| Some(HotSpotView::of(board, board.hot_spots.get(hot_spot)?, now)));
    let unknown = || SubmitError::from(Rejection::from(HotSpotFault::Unknown(hot_spot)));
    Ok(Json(found.await?.ok_or_else(unknown)?))
}
