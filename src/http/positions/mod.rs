//! Where units are, and were; and what of what was reported is not on the map.

mod views;

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::IntoParams;

use self::views::{PointView, PositionView, RowView, Taken};
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
        ids::{AreaCode, UnitId},
        rejection::Rejection,
        time::Timestamp,
        unit::UnitFault,
    },
    positions::{
        BATCH_LIMIT, Fix, GAP_S, Known, Outcome, Point, Positions, Source, Speaker, Staleness,
        StoreError,
        reading::{self, NotPositions},
    },
};

/// Largest batch: ten thousand positions with every field.
const BODY_LIMIT: usize = 4 << 20;
/// Bodies beyond this are read on a thread of their own, so that no command waits for them.
const LARGE: usize = 16 << 10;
/// Points of a track when the client does not say.
const TRACK_LIMIT: usize = 1_000;
/// How long before a past moment a unit's last point may lie and still be shown there.
const SEEN_WITHIN: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Which positions are wanted.
#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// `west,south,east,north`.
    bbox: Option<String>,
    /// A past moment; now when left out.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "instant")]
    at: Option<Timestamp>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Which part of a track is wanted.
#[derive(Deserialize, IntoParams)]
pub(super) struct Stretch {
    #[param(value_type = String)]
    #[serde(default, deserialize_with = "instant")]
    from: Option<Timestamp>,
    /// With the point at `to`; the next part begins after `next`.
    #[param(value_type = String)]
    #[serde(default, deserialize_with = "instant")]
    to: Option<Timestamp>,
    /// Points, 1,000 when left out.
    limit: Option<usize>,
}

/// Takes up to 10,000 positions. A bad one is named and spoils no other.
#[utoipa::path(post, path = "/api/v1/positions", request_body = serde_json::Value,
    responses((status = 202, body = Taken), (status = 400), (status = 403), (status = 413),
        (status = 422), (status = 429)))]
pub(super) async fn report(
    State(web): State<Web>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), ApiError> {
    allow(&caller.actor, Capability::ReportPositions)?;
    let bytes = Written::read(request, BODY_LIMIT).await?.bytes;
    let large = bytes.len() > LARGE;
    let (speaker, now) = (Speaker::of(&caller.actor, Source::Gateway), web.board.now());
    let positions = web.positions.clone();
    let take = move || hear(&positions, &bytes, &speaker, now);
    let outcome = if large {
        tokio::task::spawn_blocking(take).await.map_err(|_| SubmitError::Stopped)??
    } else {
        take()?
    };
    if outcome.flooded {
        let message = "too many positions at once; send the latest of each unit, less often";
        let refusal = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "position.flood", message);
        return Err(ApiError { retry_after_s: Some(1), ..refusal });
    }
    Ok((StatusCode::ACCEPTED, Json(Taken::from(outcome))))
}

/// Lists where units are now, or were.
#[utoipa::path(get, path = "/api/v1/positions", params(Wanted),
    responses((status = 200), (status = 400), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<List<PositionView>>, ApiError> {
    let page = Page { limit: wanted.limit, after: wanted.after };
    let (limit, after) = (page.limit()?, page.after::<UnitId>()?);
    let bbox = wanted.bbox.as_deref().map(Bbox::read).transpose()?;
    let mut items = match wanted.at {
        None => now(&web),
        Some(at) => {
            allow(&caller.actor, Capability::ReadJournal)?;
            then(&web, at).await?
        }
    };
    let seen = |(known, view): &(Area, PositionView)| {
        caller.actor.sees(*known)
            && bbox.is_none_or(|bbox| bbox.contains(&view.point))
            && after.as_ref().is_none_or(|after| view.unit > *after)
    };
    items.retain(seen);
    items.sort_by(|(_, a), (_, b)| a.unit.cmp(&b.unit));
    let items = items.into_iter().take(limit + 1).map(|(_, view)| view).collect();
    Ok(Json(List::cut(items, limit, |view| view.unit.to_string())))
}

/// Lists the points of a unit's track, oldest first.
#[utoipa::path(get, path = "/api/v1/units/{id}/track", params(("id" = String, Path), Stretch),
    responses((status = 200), (status = 400), (status = 403), (status = 404)))]
pub(super) async fn track(
    State(web): State<Web>,
    caller: Caller,
    Named(unit): Named<UnitId>,
    Asked(stretch): Asked<Stretch>,
) -> Result<Json<List<PointView>>, ApiError> {
    allow(&caller.actor, Capability::ReadJournal)?;
    let registry = web.positions.registry();
    let known = registry.by_id(unit.as_str()).and_then(|number| registry.get(number));
    // Whose unit it is, is nobody else's business.
    if known.is_none_or(|known| !caller.actor.sees(known.area)) {
        return Err(SubmitError::from(Rejection::Unit(UnitFault::Unknown(unit))).into());
    }
    let limit = Page { limit: stretch.limit.or(Some(TRACK_LIMIT)), after: None }.limit()?;
    let missing = |field: &str| {
        let message = format!("say from when to when: {field} is missing");
        ApiError::bad_query(field, message)
    };
    let from = stretch.from.ok_or_else(|| missing("from"))?;
    let to = stretch.to.ok_or_else(|| missing("to"))?;
    let points = web.tracks.track(unit, from, to, limit + 1).await.map_err(unavailable)?;
    let points = points.iter().map(PointView::from).collect();
    Ok(Json(List::cut(points, limit, |point| point.at.to_string())))
}

/// Lists what was refused lately, by login and reason; at most a hundred rows.
#[utoipa::path(get, path = "/api/v1/positions/refusals", responses((status = 200), (status = 403)))]
pub(super) async fn refusals(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<RowView>>, ApiError> {
    allow(&caller.actor, Capability::ReadJournal)?;
    let rows = web.positions.refusals().into_iter();
    let seen = rows.filter(|row| caller.actor.sees(row.area));
    Ok(Json(List::whole(seen.map(RowView::from).collect())))
}

/// Takes a body. One in which nothing is a position is refused whole, naming the first that is none; what is
/// wrong is counted either way.
fn hear(
    positions: &Positions,
    bytes: &Bytes,
    speaker: &Speaker,
    now: Timestamp,
) -> Result<Outcome, ApiError> {
    let items = reading::read(bytes).map_err(|why| {
        positions.unreadable(bytes, &why, speaker, now);
        let (status, code) = match why {
            NotPositions::NotJson(_) => (StatusCode::BAD_REQUEST, "body.not_json"),
            NotPositions::NotAList => (StatusCode::UNPROCESSABLE_ENTITY, "field.invalid"),
        };
        ApiError::new(status, code, why.to_string()).field("body")
    })?;
    if items.len() > BATCH_LIMIT {
        let message = format!("send at most {BATCH_LIMIT} positions at once");
        let refusal = ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", message);
        return Err(refusal.field("body"));
    }
    let outcome = positions.report_items(&items, speaker, now);
    match items.first() {
        Some(Err(first)) if !outcome.flooded && items.iter().all(Result::is_err) => {
            let field = first.field.as_deref().map_or(String::new(), |field| format!(".{field}"));
            Err(ApiError::bad_field(&format!("[0]{field}"), first.message.clone()))
        }
        Some(_) | None => Ok(outcome),
    }
}

/// The area a unit belongs to: who sees that, sees the unit.
type Area = AreaCode;

fn now(web: &Web) -> Vec<(Area, PositionView)> {
    let (registry, now) = (web.positions.registry(), web.board.now());
    let latest = web.positions.latest();
    let view = |fix: &Fix| {
        let known = registry.get(fix.unit)?;
        let view = PositionView {
            unit: known.id.clone(),
            point: PointView::from(fix),
            stale: Staleness::of(fix.at, now, known.period_s()).as_str(),
            received_at: Some(fix.received_at),
            source: Some(fix.source.as_str()),
            crs: Some(fix.crs),
        };
        Some((known.area, view))
    };
    latest.iter().filter_map(view).collect()
}

async fn then(web: &Web, at: Timestamp) -> Result<Vec<(Area, PositionView)>, ApiError> {
    let registry = web.positions.registry();
    let points = web.tracks.at(at - SEEN_WITHIN, at).await.map_err(unavailable)?;
    let view = |(unit, point): (UnitId, Point)| {
        let known: &Known = registry.get(registry.by_id(unit.as_str())?)?;
        // A track has a point a minute at least, however often the unit reports.
        let stale = Staleness::of(point.at, at, known.period_s().max(GAP_S));
        let (stale, point) = (stale.as_str(), PointView::from(&point));
        let view = PositionView { unit, point, stale, received_at: None, source: None, crs: None };
        Some((known.area, view))
    };
    Ok(points.into_iter().filter_map(view).collect())
}

fn unavailable(error: StoreError) -> ApiError {
    tracing::error!(%error, "tracks cannot be read");
    let message = "tracks cannot be read just now";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "tracks.unavailable", message)
}

/// West, south, east, north.
#[derive(Clone, Copy)]
struct Bbox([f64; 4]);

impl Bbox {
    fn read(text: &str) -> Result<Self, ApiError> {
        let parts: Option<Vec<f64>> = text
            .split(',')
            .map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite()))
            .collect();
        match parts.as_deref() {
            Some(&[west, south, east, north]) if west <= east && south <= north => {
                Ok(Self([west, south, east, north]))
            }
            Some(_) | None => {
                let message = "use bbox=west,south,east,north in degrees";
                Err(ApiError::bad_query("bbox", message))
            }
        }
    }

    fn contains(self, point: &PointView) -> bool {
        let Self([west, south, east, north]) = self;
        (west..=east).contains(&point.lon) && (south..=north).contains(&point.lat)
    }
}
