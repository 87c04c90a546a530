//! What gauges show, as stations report it, and as it is read.

mod views;

use std::hash::{DefaultHasher, Hasher};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::views::{GaugeView, PointView, Standing, view};

use super::{
    Web,
    duty::instant,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Capability,
        ids::SiteId,
        rejection::Rejection,
        site::{Facts, SiteFault},
        time::Timestamp,
    },
    gauges::{BATCH_LIMIT, Outcome, Report},
    ingest::readings,
};

/// Largest batch: ten thousand readings with every field.
const BODY_LIMIT: usize = 4 << 20;
/// Readings of a hydrograph when the client does not say.
const READINGS_LIMIT: usize = 1_000;

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    accepted: usize,
    /// Those that were known already, and those that were refused.
    dropped: usize,
    /// The first hundred that were refused.
    refusals: Vec<RefusalView>,
}

#[derive(Serialize, ToSchema)]
struct RefusalView {
    /// Place in the batch, from 0.
    index: usize,
    #[schema(value_type = String)]
    gauge: CompactString,
    /// Never changes, such as `reading.impossible`.
    code: &'static str,
    message: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Those of a drill.
    #[serde(default)]
    exercise: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// Which part of a hydrograph is wanted.
#[derive(Deserialize, IntoParams)]
pub(super) struct Stretch {
    #[param(value_type = String)]
    #[serde(default, deserialize_with = "instant")]
    from: Option<Timestamp>,
    /// With the reading at `to`; the next part begins after `next`.
    #[param(value_type = String)]
    #[serde(default, deserialize_with = "instant")]
    to: Option<Timestamp>,
    #[serde(default)]
    exercise: bool,
    /// Readings, 1,000 when left out.
    limit: Option<usize>,
}

/// Takes up to 10,000 readings, as JSON or as CSV with the same names. A bad one is named and spoils no other.
#[utoipa::path(post, path = "/api/v1/readings", request_body = serde_json::Value,
    responses((status = 202, body = Taken), (status = 400), (status = 403), (status = 413), (status = 422)))]
pub(super) async fn report(
    State(web): State<Web>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), ApiError> {
    allow(&caller.actor, Capability::ReportReadings)?;
    let written = Written::read(request, BODY_LIMIT).await?;
    let reports = match written.media_type.as_str() {
        "text/csv" => sheet(&written.bytes)?,
        _ => written.json::<Vec<Report>>()?,
    };
    if reports.len() > BATCH_LIMIT {
        let message = format!("send at most {BATCH_LIMIT} readings at once");
        let refusal = ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", message);
        return Err(refusal.field("body"));
    }
    let outcome = web.gauges.report(&reports, &caller.actor, web.board.now());
    Ok((StatusCode::ACCEPTED, Json(outcome.into())))
}

/// Lists gauges and what they show; of a drill those that have shown something in it. The answer bears an ETag,
/// so that who asks again while nothing is new is told nothing.
#[utoipa::path(get, path = "/api/v1/gauges", params(Wanted),
    responses((status = 200), (status = 304), (status = 400)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, ApiError> {
    let page = Page { limit: wanted.limit, after: wanted.after };
    let (limit, after) = (page.limit()?, page.after::<SiteId>()?);
    let (actor, exercise) = (caller.actor.clone(), wanted.exercise);
    // Which of them have shown anything in a drill is not known to the board.
    let room = if exercise { usize::MAX } else { limit + 1 };
    let known = web.board.read(move |board| {
        let sites = board.sites.iter().filter(|site| actor.sees(site.area));
        let sites = sites.filter(|site| after.as_ref().is_none_or(|after| site.id > *after));
        let gauges = sites.filter_map(|site| Standing::of(board, site, exercise));
        gauges.take(room).collect::<Vec<_>>()
    });
    // The day of each is looked through here, and not where commands wait.
    let (known, now) = (known.await?, web.board.now());
    let views = known.into_iter().filter_map(|known| {
        let latest = web.gauges.latest(known.id(), exercise);
        (latest.is_some() || !exercise).then(|| view(known, latest, now))
    });
    let views = views.take(limit + 1).collect();
    tagged(&headers, &List::cut(views, limit, |view: &GaugeView| view.id.to_string()))
}

/// Answers with `list`, or that it is what the caller has already.
fn tagged(headers: &HeaderMap, list: &List<GaugeView>) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(list).map_err(|error| {
        tracing::error!(%error, "the gauges cannot be written");
        let message = "the gauges cannot be written";
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "gauge.failed", message)
    })?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&body);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = match known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
            .into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // What one may see another may not: no cache in between keeps it.
    let private = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, private);
    Ok(response)
}

/// Lists the readings of a gauge, oldest first.
#[utoipa::path(get, path = "/api/v1/gauges/{id}/readings", params(("id" = String, Path), Stretch),
    responses((status = 200), (status = 400), (status = 404)))]
pub(super) async fn readings(
    State(web): State<Web>,
    caller: Caller,
    Named(gauge): Named<SiteId>,
    Asked(stretch): Asked<Stretch>,
) -> Result<Json<List<PointView>>, ApiError> {
    let (actor, id) = (caller.actor.clone(), gauge.clone());
    let known = web.board.read(move |board| {
        let site = board.sites.get(&id).filter(|site| actor.sees(site.area));
        site.is_some_and(|site| matches!(site.facts, Facts::Gauge(_)))
    });
    if !known.await? {
        return Err(SubmitError::from(Rejection::Site(SiteFault::Unknown(gauge))).into());
    }
    let limit = Page { limit: stretch.limit.or(Some(READINGS_LIMIT)), after: None }.limit()?;
    let missing = |field: &str| {
        let message = format!("say from when to when: {field} is missing");
        ApiError::bad_query(field, message)
    };
    let from = stretch.from.ok_or_else(|| missing("from"))?;
    let to = stretch.to.ok_or_else(|| missing("to"))?;
    let points = web.readings.readings(gauge, stretch.exercise, from, to, limit + 1).await;
    let points = points.map_err(|error| {
        tracing::error!(%error, "readings cannot be read");
        let message = "readings cannot be read now; try again";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "reading.unavailable", message)
    })?;
    let points = points.iter().map(PointView::of).collect();
    Ok(Json(List::cut(points, limit, |point| point.at.to_string())))
}

impl From<Outcome> for Taken {
    fn from(outcome: Outcome) -> Self {
        let refusals = outcome.refusals.into_iter().map(|refusal| RefusalView {
            index: refusal.index,
            gauge: refusal.gauge,
            code: refusal.code,
            message: refusal.message,
        });
        let (accepted, dropped) = (outcome.accepted, outcome.dropped);
        Self { accepted, dropped, refusals: refusals.collect() }
    }
}

fn sheet(bytes: &[u8]) -> Result<Vec<Report>, ApiError> {
    readings::sheet(bytes).map_err(|fault| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        ApiError::new(status, "field.invalid", fault.to_string()).field("body")
    })
}
