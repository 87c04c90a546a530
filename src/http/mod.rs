//! The API and the pages over HTTP: one file per resource. Bytes become commands here, and refusals
//! become status codes in `error`, nowhere else.

mod areas;
mod board;
mod callouts;
mod duty;
mod error;
mod gauges;
mod health;
mod journal;
mod leftover;
mod live;
mod map;
mod metrics;
mod obligations;
mod openapi;
mod pages;
mod positions;
mod request;
mod sessions;
mod setup;
mod sources;
mod units;
mod warning_form;
mod warnings;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    http::{HeaderName, HeaderValue},
    middleware,
    routing::{delete, get, post},
};
use metrics_exporter_prometheus::PrometheusRecorder;
use tokio::sync::watch;
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer};

pub use self::error::ApiError;
use crate::{
    access::Access,
    bus::Bus,
    dispatcher::Handle,
    gauges::{self as gauge_plane, Gauges},
    health::Ailments,
    hub::Hub,
    ingest::basemap::Basemap,
    positions::{Positions, Store},
    sources::Sources,
};

/// Largest body of an ordinary request.
const BODY_LIMIT: usize = 1 << 20;
/// Largest warning: real messages carry sounds and pictures of half a megabyte.
const WARNING_LIMIT: usize = 8 << 20;

/// What handlers share.
#[derive(Clone)]
pub struct Web {
    pub board: Handle,
    pub access: Arc<Access>,
    pub hub: Hub,
    pub positions: Positions,
    pub tracks: Store,
    pub gauges: Gauges,
    pub readings: gauge_plane::Store,
    pub sources: Sources,
    /// Logins that the login page offers; none outside a demonstration.
    pub demo: Option<Arc<[DemoLogin]>>,
    /// Whether new work is taken: off while the node starts and stops.
    pub ready: Arc<AtomicBool>,
    /// What does not work just now.
    pub ailments: watch::Receiver<Ailments>,
    pub bus: Arc<dyn Bus>,
    pub metrics: Arc<PrometheusRecorder>,
    /// Rivers and roads.
    pub basemap: Arc<Basemap>,
}

pub use self::sessions::DemoLogin;

impl Web {
    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }
}

/// Returns every route.
pub fn router(web: Web) -> Router {
    let api = Router::new()
        .route("/sessions", post(sessions::log_in))
        .route("/sessions/current", get(sessions::current).delete(sessions::log_out))
        .route("/demo", get(sessions::demo))
        .route("/setup", post(setup::first_admin))
        .route("/board", get(board::draw))
        .route("/warnings", get(warnings::list).post(warnings::accept))
        .route("/warnings/{id}", get(warnings::one))
        .route("/sources", get(sources::list))
        .route("/sources/{id}/heartbeat", post(sources::heartbeat))
        .route("/callouts", get(callouts::list).post(callouts::open))
        .route("/callouts/{id}", get(callouts::one))
        .route("/callouts/{id}/obligations", get(callouts::obligations))
        .route("/callouts/{id}/withdraw", post(callouts::withdraw))
        .route("/obligations/mine", get(obligations::mine))
        .route("/obligations/{id}", get(obligations::one))
        .route("/obligations/{id}/answer", post(obligations::answer))
        .route("/duty", get(duty::list))
        .route("/overrides", post(duty::add_override))
        .route("/overrides/{id}", delete(duty::remove_override))
        .route("/positions", get(positions::list).post(positions::report))
        .route("/positions/refusals", get(positions::refusals))
        .route("/readings", post(gauges::report))
        .route("/gauges", get(gauges::list))
        .route("/gauges/{id}/readings", get(gauges::readings))
        .route("/units/{id}/track", get(positions::track))
        .route("/areas", get(areas::list))
        .route("/map", get(map::look))
        .route("/units", get(units::list))
        .route("/units/{id}", get(units::one).delete(units::remove))
        .route("/sites/{id}", delete(units::remove_site))
        .route("/policies", get(areas::policies))
        .route("/journal", get(journal::list))
        .route("/live", get(live::upgrade))
        .route("/openapi.json", get(openapi::document))
        .route("/live.txt", get(openapi::socket))
        .fallback(pages::no_such_endpoint)
        .method_not_allowed_fallback(pages::wrong_method);
    Router::new()
        .nest("/api/v1", api)
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::read))
        .fallback(pages::page)
        .layer(middleware::from_fn(leftover::discard))
        .layer(CompressionLayer::new())
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("x-frame-options", "DENY"))
        .layer(header(
            "content-security-policy",
            "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'self'",
        ))
        .with_state(web)
}

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}
