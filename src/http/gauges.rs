//! What gauges show, as stations report it, and as it is read.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
        board::Board,
        gauge::{self, Forecast, Mark, Point, Shown, Trend, Value},
        ids::{AreaCode, SiteId, WarningId},
        rejection::Rejection,
        silence::Voice,
        site::{Facts, Gauge, Measure, Site, SiteFault},
        time::Timestamp,
        warning::Colour,
    },
    gauges::{BATCH_LIMIT, Latest, Outcome, Report},
    ingest::readings,
    positions::Staleness,
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

/// A gauge and what it shows.
#[derive(Serialize, ToSchema)]
pub(super) struct GaugeView {
    #[schema(value_type = String)]
    id: SiteId,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    measures: Measure,
    /// The threshold that it has reached, on the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    mark: Option<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    colour: Option<Colour>,
    /// Since when it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    warning: Option<WarningId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<ReadingView>,
    /// `fresh`, `late` (older than two reporting periods), `lost` (older than five) or `never`.
    stale: &'static str,
    /// When it was heard last, if it has been told that it is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    silent_since: Option<Timestamp>,
}

/// What a gauge shows now.
#[derive(Serialize, ToSchema)]
struct ReadingView {
    #[schema(value_type = String)]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_m: Option<f64>,
    /// Millimetres in the last 1, 3, 6 and 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    rain_mm: Option<[f64; 4]>,
    /// Metres an hour; less than nothing when it falls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    trend: Option<Trend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
}

/// The next level, and when the water reaches it if it goes on as it does: a straight line and no model.
#[derive(Serialize, ToSchema)]
struct Next {
    #[schema(value_type = String)]
    mark: Mark,
    level_m: f64,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    forecast: Forecast,
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

/// One reading of a hydrograph.
#[derive(Serialize, ToSchema)]
pub(super) struct PointView {
    #[schema(value_type = String)]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rain_mm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    over_s: Option<u32>,
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

/// Lists gauges and what they show.
#[utoipa::path(get, path = "/api/v1/gauges", params(Wanted), responses((status = 200), (status = 400)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<List<GaugeView>>, ApiError> {
    let page = Page { limit: wanted.limit, after: wanted.after };
    let (limit, after) = (page.limit()?, page.after::<SiteId>()?);
    let (actor, exercise) = (caller.actor.clone(), wanted.exercise);
    let known = web.board.read(move |board| {
        let sites = board.sites.iter().filter(|site| actor.sees(site.area));
        let sites = sites.filter(|site| after.as_ref().is_none_or(|after| site.id > *after));
        let gauges = sites.filter_map(|site| Standing::of(board, site, exercise));
        gauges.take(limit + 1).collect::<Vec<_>>()
    });
    // The day of each is looked through here, and not where commands wait.
    let (known, now) = (known.await?, web.board.now());
    let views = known.into_iter().map(|known| {
        let latest = web.gauges.latest(&known.site.id, exercise);
        view(known, latest, now)
    });
    Ok(Json(List::cut(views.collect(), limit, |view: &GaugeView| view.id.to_string())))
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
        ApiError::new(StatusCode::BAD_REQUEST, "query.invalid", message).field(field)
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

/// A gauge as the record has it.
struct Standing {
    site: Site,
    gauge: Box<Gauge>,
    stands: gauge::Standing,
    silent_since: Option<Timestamp>,
}

impl Standing {
    fn of(board: &Board, site: &Site, exercise: bool) -> Option<Self> {
        let gauge = match &site.facts {
            Facts::Gauge(gauge) => gauge.clone(),
            Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::RiskPoint(_) => return None,
        };
        let silence = board.silences.get(&Voice::Gauge(site.id.clone()));
        Some(Self {
            site: site.clone(),
            gauge,
            stands: board.gauges.get(&site.id, exercise),
            silent_since: silence.filter(|_| !exercise).map(|silence| silence.heard_at),
        })
    }
}

fn view(known: Standing, latest: Option<Latest>, now: Timestamp) -> GaugeView {
    let Standing { site, gauge, stands: standing, silent_since } = known;
    let stale = latest.as_ref().map_or("never", |latest| {
        let period_s = gauge.reports_every_s.unwrap_or(3_600);
        Staleness::of(latest.received_at, now, period_s).as_str()
    });
    let reading = latest.map(|latest| {
        let at = latest.point.at;
        let next = |metres: f64, trend: Trend| {
            let next = gauge.thresholds_at(at).levels().find(|(_, level)| *level > metres)?;
            let forecast = trend.reaches(next.1, metres, at)?;
            Some(Next { mark: next.0, level_m: next.1, forecast })
        };
        match latest.shown {
            Shown::Level { metres, trend, .. } => ReadingView {
                at,
                level_m: Some(metres),
                rain_mm: None,
                trend,
                next: trend.and_then(|trend| next(metres, trend)),
            },
            Shown::Rain { mm, .. } => {
                ReadingView { at, level_m: None, rain_mm: Some(mm), trend: None, next: None }
            }
        }
    });
    GaugeView {
        id: site.id,
        name: site.name,
        area: site.area,
        measures: gauge.measures,
        mark: standing.mark,
        colour: standing.mark.map(Mark::colour),
        since: standing.since,
        warning: standing.warning,
        reading,
        stale,
        silent_since,
    }
}

impl PointView {
    fn of(point: &Point) -> Self {
        let at = point.at;
        match point.value {
            Value::Level { metres } => {
                Self { at, level_m: Some(metres), rain_mm: None, over_s: None }
            }
            Value::Rain { mm, over_s } => {
                Self { at, level_m: None, rain_mm: Some(mm), over_s: Some(over_s) }
            }
        }
    }
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
