//! The API described: OpenAPI for HTTP, plain text for the socket.

use axum::Json;
use utoipa::OpenApi;

use super::{
    ahead, areas, assignments, board, bulletins, callouts, capabilities, closures, duty,
    error::ErrorBody,
    evacuations::{self, shelters, transfers},
    forms, gauges, hotspots, incidents, journal, map, obligations, positions, recommendations,
    reports, responses, rounds, sessions, setup, sheets, sources, suggestions, supplies, tasks,
    units, warnings,
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
        responses::plans,
        responses::list,
        responses::start,
        responses::proposals,
        responses::propose,
        responses::decide,
        responses::one,
        responses::level,
        responses::end,
        responses::tick_condition,
        responses::tick_check,
        responses::summary,
        reports::of_incident,
        reports::draft,
        reports::call,
        reports::list,
        reports::clocks,
        reports::one,
        reports::edit,
        reports::check,
        reports::sign,
        reports::give_back,
        reports::send,
        reports::drop,
        reports::style,
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
        incidents::receive,
        incidents::list,
        incidents::one,
        incidents::edit,
        incidents::advance,
        incidents::link,
        incidents::note,
        incidents::similar,
        incidents::assign,
        incidents::kinds,
        capabilities::list,
        recommendations::one,
        recommendations::several,
        recommendations::cover,
        recommendations::moving_up,
        closures::close,
        closures::list,
        closures::open,
        assignments::list,
        assignments::advance,
        assignments::ready,
        tasks::give,
        tasks::list,
        tasks::progress,
        tasks::complete,
        tasks::withdraw,
        duty::list,
        ahead::outlook,
        ahead::load,
        duty::add_override,
        duty::remove_override,
        areas::list,
        areas::policies,
        map::look,
        units::list,
        units::one,
        units::remove,
        units::remove_site,
        shelters::list,
        shelters::count,
        evacuations::order,
        evacuations::preview,
        evacuations::list,
        evacuations::one,
        evacuations::permit_return,
        transfers::list,
        transfers::progress,
        transfers::call_off,
        transfers::returned,
        hotspots::import,
        hotspots::list,
        hotspots::settle,
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
    let mut api = Api::openapi();
    api.merge(supplies::Api::openapi());
    api.merge(sheets::Api::openapi());
    Json(api)
}

/// Returns the description of the socket.
pub(super) async fn socket() -> &'static str {
    include_str!("live.txt")
}
