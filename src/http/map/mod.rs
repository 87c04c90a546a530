//! The map as GeoJSON: layers by name, within a box, as far as the caller's area goes.

mod draw;
mod layer;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use self::layer::{Bounds, Layer};
use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller},
};
use crate::{
    domain::{area::LonLat, ids::UnitId, time::Timestamp},
    protocol::FeatureView,
};

/// What RFC 7946 calls it.
const GEOJSON: &str = "application/geo+json";

/// Where a unit was, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub place: LonLat,
    pub at: Timestamp,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Look {
    /// One or several of areas, warnings, bases, depots, shelters, gauges, risk_points, units, rivers, roads,
    /// callouts, incidents, hot_spots, separated by commas; all when left out.
    layers: Option<String>,
    /// `west,south,east,north`; everywhere when left out.
    bbox: Option<String>,
}

#[derive(Serialize)]
struct Collection {
    r#type: &'static str,
    features: Vec<FeatureView>,
}

/// Returns the layers asked for as a GeoJSON FeatureCollection. Every feature's properties hold its `layer`,
/// `id`, `name`, `area` and facts.
#[utoipa::path(get, path = "/api/v1/map", params(Look), responses(
    (status = 200, content_type = "application/geo+json"), (status = 304), (status = 422)))]
pub(super) async fn look(
    State(web): State<Web>,
    caller: Caller,
    headers: HeaderMap,
    Asked(look): Asked<Look>,
) -> Result<Response, ApiError> {
    let layers = Layer::read(look.layers.as_deref())?;
    let bounds = look.bbox.as_deref().map(Bounds::read).transpose()?;
    let (actor, now) = (caller.actor, web.board.now());
    let area = actor.area;
    let (wanted, positions) = (layers.clone(), web.positions.clone());
    let known = headers.get(header::IF_NONE_MATCH).cloned();
    // Positions move without the board; the rest is as old as the last event that changed it.
    let moving = layers.contains(&Layer::Units);
    let lively = [Layer::Warnings, Layer::Callouts, Layer::Shelters, Layer::HotSpots];
    let lively = layers.iter().any(|layer| lively.contains(layer));
    let drawn = web.board.read(move |board| {
        let seq = if lively { board.seq } else { board.map_seq };
        let tag = format!("W/\"{}-{seq}-{area}\"", env!("CARGO_PKG_VERSION"));
        if !moving && known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            return (tag, None);
        }
        let last_seen = |id: &UnitId| {
            let fix = positions.last(positions.registry().by_id(id.as_str())?)?;
            Some(Seen { place: fix.place(), at: fix.at })
        };
        (tag, Some(draw::board(board, &actor, now, &wanted, &last_seen)))
    });
    let (tag, features) = drawn.await?;
    let mut response = match features {
        None => StatusCode::NOT_MODIFIED.into_response(),
        Some(mut features) => {
            features.extend(draw::basemap(&web.basemap, &layers));
            features.retain(|feature| shown(feature, bounds));
            collection(features)?
        }
    };
    if !moving && let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // What one may see another may not: no cache in between keeps it.
    let private = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, private);
    Ok(response)
}

/// Tells whether a feature is within the box; without a place it is in none.
fn shown(feature: &FeatureView, bounds: Option<Bounds>) -> bool {
    let Some(bounds) = bounds else { return true };
    let around = feature.geometry.as_ref().and_then(crate::protocol::GeometryView::bounds);
    around.is_some_and(|around| bounds.meets(around))
}

fn collection(features: Vec<FeatureView>) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(&Collection { r#type: "FeatureCollection", features });
    let body = body.map_err(|error| {
        tracing::error!(%error, "the map cannot be written");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "map.failed", "the map cannot be written")
    })?;
    let geojson = HeaderValue::from_static(GEOJSON);
    Ok(([(header::CONTENT_TYPE, geojson)], body).into_response())
}
