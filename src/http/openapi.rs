//! The API described: OpenAPI for HTTP, plain text for the socket.

use axum::Json;
use utoipa::OpenApi;

use super::{
    areas, board, bulletins, callouts, duty, error::ErrorBody, forms, gauges, journal, map,
    obligations, positions, reports, rounds, sessions, setup, sources, suggestions, units,
    warnings,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jiaoying 叫应",
        description = "Times are RFC 3339 with an offset, places WGS-84 [lon, lat], areas 12-digit division \
                       codes. Send `Authorization: Bearer TOKEN`, or the cookie of a login. Writes take an \
                       `Idempotency-Key`; the same key again gets the first answer again."
    ),
    paths(
        sessions::log_in,
        sessions::current,
        sessions::log_out,
        sessions::demo,
        setup::first_admin,
        board::draw,
        warnings::accept,
        warnings::list,
        warnings::one,
        warnings::atom,
        suggestions::one,
        suggestions::decide,
        bulletins::preview,
        bulletins::draft,
        bulletins::approve,
        bulletins::refuse,
        bulletins::list,
        sources::list,
        sources::heartbeat,
        forms::list,
        forms::preview,
        reports::of_incident,
        reports::draft,
        reports::call,
        reports::list,
        reports::one,
        reports::edit,
        reports::check,
        reports::sign,
        reports::give_back,
        reports::send,
        reports::drop,
        reports::rules,
        rounds::cadences,
        rounds::start,
        rounds::end,
        rounds::list,
        rounds::one,
        rounds::give_return,
        callouts::open,
        callouts::list,
        callouts::one,
        callouts::obligations,
        callouts::withdraw,
        obligations::mine,
        obligations::one,
        obligations::answer,
        duty::list,
        duty::add_override,
        duty::remove_override,
        areas::list,
        areas::policies,
        map::look,
        units::list,
        units::one,
        units::remove,
        units::remove_site,
        gauges::report,
        gauges::list,
        gauges::readings,
        positions::report,
        positions::list,
        positions::refusals,
        positions::track,
        journal::list
    ),
    components(schemas(ErrorBody, forms::FilledForm))
)]
struct Api;

/// Returns the OpenAPI document.
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}

/// Returns the description of the socket.
pub(super) async fn socket() -> &'static str {
    include_str!("live.txt")
}
