//! The API and the pages over HTTP: one file per resource. Bytes become commands here, and refusals
//! become status codes in `error`, nowhere else.

mod ahead;
mod archive;
mod areas;
mod assignments;
mod board;
mod bulletins;
mod calendars;
mod callouts;
mod capabilities;
mod closures;
mod contacts;
mod duties;
mod duty;
mod duty_tables;
mod error;
mod evacuations;
mod filling;
mod forms;
mod gauges;
mod handovers;
mod health;
mod holidays;
mod hotspots;
mod imports;
mod incidents;
mod journal;
mod leaves;
mod leftover;
mod live;
mod logins;
mod map;
mod metrics;
mod obligations;
mod openapi;
mod pages;
mod people;
mod positions;
mod publisher;
mod recommendations;
mod reinforcements;
mod reports;
mod request;
mod responses;
mod roster_changes;
mod rotations;
mod rounds;
mod sessions;
mod setup;
mod sheets;
mod sources;
mod spot_checks;
mod suggestions;
mod supplies;
mod swaps;
mod tasks;
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

use self::evacuations::{shelters, transfers};
pub(crate) use self::sheets::CallSheet;
pub use self::{error::ApiError, publisher::Publisher};
use crate::{
    access::Access,
    advice::Advice,
    bulletin::Templates,
    bus::Bus,
    dispatcher::Handle,
    gauges::{self as gauge_plane, Gauges},
    health::Ailments,
    hub::Hub,
    ingest::{basemap::Basemap, forms::Forms},
    positions::{Positions, Store},
    sources::Sources,
    telemetry::mqtt::Broker,
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
    /// The broker that gauges publish to.
    pub broker: Option<Broker>,
    /// Logins that the login page offers; none outside a demonstration.
    pub demo: Option<Arc<[DemoLogin]>>,
    /// Whether new work is taken: off while the node starts and stops.
    pub ready: Arc<AtomicBool>,
    /// What does not work just now.
    pub ailments: watch::Receiver<Ailments>,
    pub bus: Arc<dyn Bus>,
    pub metrics: Arc<PrometheusRecorder>,
    /// How the public is told of warnings.
    pub texts: Arc<Templates>,
    pub publisher: Publisher,
    /// For warnings that no message comes for.
    pub forms: Arc<Forms>,
    /// What recommendations are reckoned by.
    pub advice: Arc<Advice>,
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
        .route("/warnings.atom", get(warnings::atom))
        .route("/warnings/preview", post(forms::preview))
        .route("/warning-forms", get(forms::list))
        .route("/warnings/{id}", get(warnings::one))
        .route("/warnings/{id}/texts", get(bulletins::preview))
        .route("/warnings/{id}/suggestion", get(suggestions::one).post(suggestions::decide))
        .route("/warnings/{id}/bulletins", post(bulletins::draft))
        .route("/bulletins", get(bulletins::list))
        .route("/bulletins/{id}/approve", post(bulletins::approve))
        .route("/bulletins/{id}/refuse", post(bulletins::refuse))
        .route("/sources", get(sources::list))
        .route("/sources/{id}/heartbeat", post(sources::heartbeat))
        .route("/callouts", get(callouts::list).post(callouts::open))
        .route("/callouts/{id}", get(callouts::one))
        .route("/callouts/{id}/obligations", get(callouts::obligations))
        .route("/callouts/{id}/withdraw", post(callouts::withdraw))
        .route("/obligations/mine", get(obligations::mine))
        .route("/obligations/{id}", get(obligations::one))
        .route("/obligations/{id}/answer", post(obligations::answer))
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
        .merge(rostering())
        .merge(dispatch())
        .merge(supplies::routes())
        .merge(safety())
        .merge(responding())
        .merge(reporting())
        .merge(sheets::routes())
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

/// Returns the routes of who is on duty, and of changes to it.
fn rostering() -> Router<Web> {
    Router::new()
        .route("/duty", get(duty::list))
        .route("/duty/outlook", get(ahead::outlook))
        .route("/duty/load", get(ahead::load))
        .route("/spot-checks/plans", get(spot_checks::plans))
        .route("/spot-checks/statistics", get(spot_checks::statistics))
        .route("/holidays", get(holidays::list))
        .route("/holidays/{year}", get(holidays::one).put(holidays::set))
        .route("/duty-tables", get(duty_tables::show).put(duty_tables::set))
        .route("/duty-tables/fill", post(filling::fill))
        .route("/roster/imports", get(imports::list).post(imports::bring_in))
        .route("/roster/imports/preview", post(imports::preview))
        .route("/roster/imports/{id}", delete(imports::take_back))
        .route("/roster/changes", get(roster_changes::list))
        .route("/rotations", get(rotations::list).post(rotations::plan))
        .route("/rotations/preview", post(rotations::preview))
        .route("/people", get(people::list))
        .route("/contacts", get(contacts::list))
        .route("/contacts/tests", post(contacts::test))
        .route("/duties/mine", get(duties::mine))
        .route("/calendars", get(calendars::list).post(calendars::make))
        .route("/calendars/{id}", delete(calendars::end))
        .route("/calendars/{id}/duties.ics", get(calendars::read))
        .route("/duties/colleagues", get(duties::colleagues))
        .route("/handovers", get(handovers::list).post(handovers::sign))
        .route("/handovers/matters", get(handovers::matters))
        .route("/handovers/{id}", get(handovers::one))
        .route("/swaps", get(swaps::list).post(swaps::ask))
        .route("/reinforcements", get(reinforcements::list).post(reinforcements::send))
        .route("/reinforcements/decline", post(reinforcements::decline))
        .route("/swaps/{id}/approve", post(swaps::approve))
        .route("/swaps/{id}/refuse", post(swaps::refuse))
        .route("/swaps/{id}/withdraw", post(swaps::withdraw))
        .route("/leaves", get(leaves::list).post(leaves::take))
        .route("/leaves/{id}", delete(leaves::end))
        .route("/overrides", post(duty::add_override))
        .route("/overrides/{id}", delete(duty::remove_override))
}

/// Returns the routes of reports to the levels above, and of rounds in which townships report.
fn reporting() -> Router<Web> {
    Router::new()
        .route("/incidents/{id}/reports", get(reports::of_incident).post(reports::draft))
        .route("/incidents/{id}/calls", post(reports::call))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::one))
        .route("/reports/{id}/edit", post(reports::edit))
        .route("/reports/{id}/check", post(reports::check))
        .route("/reports/{id}/sign", post(reports::sign))
        .route("/reports/{id}/return", post(reports::give_back))
        .route("/reports/{id}/send", post(reports::send))
        .route("/reports/{id}/drop", post(reports::drop))
        .route("/report-clocks", get(reports::clocks))
        .route("/report.css", get(reports::style))
        .route("/deadlines", get(reports::rules))
        .route("/cadences", get(rounds::cadences).post(rounds::start))
        .route("/cadences/{id}/end", post(rounds::end))
        .route("/rounds", get(rounds::list))
        .route("/rounds/{id}", get(rounds::one))
        .route("/rounds/{id}/returns", post(rounds::give_return))
}

/// Returns the routes of people brought to safety, and of hot spots.
fn safety() -> Router<Web> {
    Router::new()
        .route("/shelters", get(shelters::list))
        .route("/shelters/{id}/occupancy", post(shelters::count))
        .route("/evacuations", get(evacuations::list).post(evacuations::order))
        .route("/evacuations/preview", post(evacuations::preview))
        .route("/evacuations/{id}", get(evacuations::one))
        .route("/evacuations/{id}/transfers", get(transfers::list))
        .route("/evacuations/{id}/return", post(evacuations::permit_return))
        .route("/transfers/{id}/progress", post(transfers::progress))
        .route("/transfers/{id}/call-off", post(transfers::call_off))
        .route("/transfers/{id}/returned", post(transfers::returned))
        .route("/hotspots", get(hotspots::list).post(hotspots::import))
        .route("/hotspots/{id}/finding", post(hotspots::settle))
}

/// Returns the routes of incidents, the units sent to them, and tasks.
fn dispatch() -> Router<Web> {
    Router::new()
        .route("/incidents", get(incidents::list).post(incidents::receive))
        .route("/incidents/{id}", get(incidents::one).put(incidents::edit))
        .route("/incidents/{id}/stage", post(incidents::advance))
        .route("/incidents/{id}/link", post(incidents::link))
        .route("/incidents/{id}/notes", post(incidents::note))
        .route("/incidents/{id}/similar", get(incidents::similar))
        .route("/incidents/{id}/assignments", post(incidents::assign))
        .route("/incidents/{id}/recommendations", get(recommendations::one))
        .route("/dispatch/proposal", post(recommendations::several))
        .route("/dispatch/coverage", get(recommendations::cover))
        .route("/dispatch/move-up", get(recommendations::moving_up))
        .route("/closures", get(closures::list).post(closures::close))
        .route("/closures/{id}", delete(closures::open))
        .route("/incident-kinds", get(incidents::kinds))
        .route("/capabilities", get(capabilities::list))
        .route("/assignments", get(assignments::list))
        .route("/assignments/{id}/status", post(assignments::advance))
        .route("/units/{id}/readiness", post(assignments::ready))
        .route("/tasks", get(tasks::list).post(tasks::give))
        .route("/tasks/{id}/progress", post(tasks::progress))
        .route("/tasks/{id}/complete", post(tasks::complete))
        .route("/tasks/{id}/withdraw", post(tasks::withdraw))
}

/// Returns the routes of responses and the plans that they follow.
fn responding() -> Router<Web> {
    Router::new()
        .route("/plans", get(responses::plans))
        .route("/responses", get(responses::list).post(responses::start))
        .route("/responses/proposals", get(responses::proposals).post(responses::propose))
        .route("/responses/proposals/{id}/decide", post(responses::decide))
        .route("/responses/{id}", get(responses::one))
        .route("/responses/{id}/level", post(responses::level))
        .route("/responses/{id}/end", post(responses::end))
        .route("/responses/{id}/conditions/{n}", post(responses::tick_condition))
        .route("/responses/{id}/checks/{n}", post(responses::tick_check))
        .route("/responses/{id}/summary", get(responses::summary))
}

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}
