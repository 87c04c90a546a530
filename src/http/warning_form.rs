//! What a warning that comes as JSON must look like, so that it could as well have come as CAP.

use std::ops::RangeInclusive;

use axum::http::StatusCode;

use super::error::ApiError;
use crate::{
    domain::warning::{Message, MessageKind},
    ingest::{cap, warning},
    protocol::WarningInput,
};

/// Longest name of a hazard, headline and text, in characters: all of it is read out and shown on a wall.
const EVENT_LIMIT: usize = 100;
const HEADLINE_LIMIT: usize = 500;
const TEXT_LIMIT: usize = 10_000;
/// Most areas, polygons and references of one message.
const LIST_LIMIT: usize = 5_000;
/// Milliseconds since 1970 in which a message can have been written, or be in force: up to the year 2200.
const TIMES_MS: RangeInclusive<i64> = 0..=7_258_118_400_000;

/// Refuses a form that does not say what, where and when.
pub(super) fn check(input: &WarningInput) -> Result<(), ApiError> {
    if input.event.trim().is_empty() {
        return Err(ApiError::bad_field("event", "say what it warns of, such as 暴雨"));
    }
    lengths(input)?;
    for (number, ring) in input.polygons.iter().enumerate() {
        check_ring(ring).map_err(|why| ApiError::bad_field(&format!("polygons[{number}]"), why))?;
    }
    let kind = input.kind.unwrap_or(MessageKind::Alert);
    if kind != MessageKind::Alert && input.references.is_empty() {
        let why = "an update or cancel names the warning it is about, by id or identifier";
        return Err(ApiError::bad_field("references", why));
    }
    if kind == MessageKind::Alert && input.areas.is_empty() && input.polygons.is_empty() {
        let why = "name at least one area code such as 990101000000, or give a polygon";
        return Err(ApiError::bad_field("areas", why));
    }
    Ok(())
}

fn lengths(input: &WarningInput) -> Result<(), ApiError> {
    let headline = input.headline.as_deref().unwrap_or_default();
    let texts = [
        ("event", &*input.event, EVENT_LIMIT),
        ("headline", headline, HEADLINE_LIMIT),
        ("description", &input.description, TEXT_LIMIT),
        ("instruction", &input.instruction, TEXT_LIMIT),
    ];
    for (field, text, limit) in texts {
        if text.chars().count() > limit {
            return Err(ApiError::bad_field(field, format!("at most {limit} characters")));
        }
    }
    let lists = [
        ("areas", input.areas.len()),
        ("polygons", input.polygons.len()),
        ("references", input.references.len()),
    ];
    match lists.into_iter().find(|(_, length)| *length > LIST_LIMIT) {
        Some((field, _)) => Err(ApiError::bad_field(field, format!("at most {LIST_LIMIT}"))),
        None => Ok(()),
    }
}

fn check_ring(ring: &[[f64; 2]]) -> Result<(), &'static str> {
    let placed = |[lon, lat]: &[f64; 2]| lon.abs() <= 180.0 && lat.abs() <= 90.0;
    if ring.len() < 4 || ring.first() != ring.last() {
        return Err("at least four points, the first repeated at the end");
    }
    if ring.iter().all(placed) { Ok(()) } else { Err("points are [lon, lat] in degrees") }
}

/// Refuses what could not be handed on as CAP: whoever reads this county's `.cap` must be able to.
pub(super) fn check_composed(message: &Message) -> Result<(), ApiError> {
    let times = [
        ("sent", Some(message.sent)),
        ("effective", Some(message.effective)),
        ("onset", message.onset),
        ("expires", message.expires),
    ];
    for (field, time) in times {
        if time.is_some_and(|time| !TIMES_MS.contains(&time.millis())) {
            return Err(ApiError::bad_field(field, "a time between 1970 and 2200"));
        }
    }
    if message.expires.is_some_and(|expires| expires <= message.effective) {
        let why = "expires is not after effective; correct the times";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let refused = ApiError::new(status, "warning.expires_before_effective", why);
        return Err(refused.field("expires"));
    }
    cap::read(cap::write(&warning::alert(message)).as_bytes())?;
    Ok(())
}
