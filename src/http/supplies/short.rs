//! What is short, and whether a response could be supplied.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ApiError, Asked, Caller, Web, named, seen};
use crate::domain::{
    board::Board,
    ids::{AreaCode, SiteId},
    supply::readiness::Readiness,
};

/// Furthest that anybody looks ahead, in days: ten years.
const DAYS_MAX: u16 = 3_660;

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Depots of this area and of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// How many days ahead a lot that expires is listed; as the county's rules say when left out.
    days: Option<u16>,
}

/// What is short.
#[derive(Serialize, ToSchema)]
pub(super) struct Shortages {
    items: Vec<ShortView>,
    expiring: Vec<ExpiringView>,
}

/// Less of an item is free in a depot than must be, or than was promised.
#[derive(Serialize, ToSchema)]
struct ShortView {
    #[schema(value_type = String)]
    depot: SiteId,
    #[schema(value_type = String)]
    depot_name: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    item: CompactString,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    unit: CompactString,
    /// What must be free at least.
    least: u32,
    free: u64,
    /// How many are lacking to that.
    lacking: u64,
    /// Promised, and not there.
    missing: u64,
}

/// A lot that expires soon, or has.
#[derive(Serialize, ToSchema)]
struct ExpiringView {
    #[schema(value_type = String)]
    depot: SiteId,
    #[schema(value_type = String)]
    depot_name: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    item: CompactString,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    unit: CompactString,
    #[schema(value_type = String)]
    batch: CompactString,
    #[schema(value_type = String)]
    position: CompactString,
    quantity: u32,
    #[schema(value_type = String, format = Date)]
    expires: NaiveDate,
    expired: bool,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Asks {
    /// 1 (Ⅰ, gravest) to 4.
    level: u8,
    /// The areas that are affected, separated by commas; the caller's own when left out.
    areas: Option<String>,
}

/// Whether a response can be supplied.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadinessView {
    level: u8,
    #[schema(value_type = Vec<String>)]
    townships: Vec<AreaCode>,
    /// Nothing is missing.
    ready: bool,
    items: Vec<NeededView>,
}

/// One item of what it takes.
#[derive(Serialize, ToSchema)]
struct NeededView {
    #[schema(value_type = String)]
    item: CompactString,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    unit: CompactString,
    needed: u64,
    free: u64,
    missing: u64,
    nearest: Vec<NearView>,
}

#[derive(Serialize, ToSchema)]
struct NearView {
    #[schema(value_type = String)]
    depot: SiteId,
    #[schema(value_type = String)]
    name: CompactString,
    free: u64,
    /// As the crow flies, from the middle of what is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<f64>,
}

/// Lists where less lies than must, what was promised and is not there, and what expires.
#[utoipa::path(get, path = "/api/v1/supplies/shortages", params(Wanted),
    responses((status = 200, body = Shortages), (status = 403), (status = 422)))]
pub(super) async fn shortages(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Shortages>, ApiError> {
    let area = seen(&caller.actor, wanted.area)?;
    if wanted.days.is_some_and(|days| days > DAYS_MAX) {
        return Err(ApiError::bad_field("days", format!("use 0 to {DAYS_MAX}")));
    }
    let now = web.board.now();
    let found = web.board.read(move |board| {
        let rules = board.supplies.rules();
        let day = board.day(now);
        let days = wanted.days.unwrap_or(rules.expiring_days);
        let short = board.supply_shortages(area, day).into_iter().map(|short| {
            let (name, unit) = named(rules, &short.item);
            ShortView {
                depot_name: called(board, &short.depot),
                depot: short.depot,
                area: short.area,
                item: short.item,
                name,
                unit,
                least: short.least,
                free: short.free,
                lacking: u64::from(short.least).saturating_sub(short.free),
                missing: short.missing,
            }
        });
        let expiring =
            board.supplies_expiring(area, day, days).into_iter().map(|lot| ExpiringView {
                depot_name: called(board, &lot.depot),
                depot: lot.depot,
                area: lot.area,
                item: lot.line.item,
                name: lot.line.name,
                unit: lot.line.unit,
                batch: lot.line.batch,
                position: lot.line.position,
                quantity: lot.line.quantity,
                expires: lot.expires,
                expired: lot.expired,
            });
        Shortages { items: short.collect(), expiring: expiring.collect() }
    });
    Ok(Json(found.await?))
}

/// Says whether a response of a level could be supplied from what is free now, item by item.
#[utoipa::path(get, path = "/api/v1/supplies/readiness", params(Asks),
    responses((status = 200, body = ReadinessView), (status = 403), (status = 422)))]
pub(super) async fn readiness(
    State(web): State<Web>,
    caller: Caller,
    Asked(asks): Asked<Asks>,
) -> Result<Json<ReadinessView>, ApiError> {
    let level = asks.level;
    if !(1..=4).contains(&level) {
        return Err(ApiError::bad_field("level", "use 1 (Ⅰ, gravest) to 4"));
    }
    let areas = affected(asks.areas.as_deref())?;
    let areas = if areas.is_empty() { vec![caller.actor.area] } else { areas };
    areas.iter().try_for_each(|area| seen(&caller.actor, Some(*area)).map(drop))?;
    let (within, now) = (caller.actor.area, web.board.now());
    let found = web.board.read(move |board| {
        let unknown = areas.iter().find(|area| board.areas.get(**area).is_none());
        if let Some(area) = unknown {
            let message = format!("no area {area}; see GET /api/v1/areas");
            return Err(ApiError::bad_field("areas", message));
        }
        let items = board.supply_readiness(level, &areas, within, board.day(now));
        if items.is_empty() {
            let message =
                format!("the rules say nothing of level {level}; add it to supplies.toml");
            return Err(ApiError::bad_field("level", message));
        }
        let townships = board.townships(&areas).into_iter().collect();
        let ready = items.iter().all(|item| item.missing == 0);
        let items = items.into_iter().map(|item| needed(board, item)).collect();
        Ok(ReadinessView { level, townships, ready, items })
    });
    Ok(Json(found.await??))
}

fn affected(areas: Option<&str>) -> Result<Vec<AreaCode>, ApiError> {
    let codes = areas.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    let code = |code: &str| {
        code.parse::<AreaCode>().map_err(|error| ApiError::bad_field("areas", error.to_string()))
    };
    codes.map(code).collect()
}

fn needed(board: &Board, item: Readiness) -> NeededView {
    let (name, unit) = named(board.supplies.rules(), &item.item);
    let nearest = item.nearest.into_iter().map(|near| NearView {
        depot: near.depot,
        name: near.name,
        free: near.free,
        distance_m: near.distance_m.map(f64::round),
    });
    NeededView {
        item: item.item,
        name,
        unit,
        needed: item.needed,
        free: item.free,
        missing: item.missing,
        nearest: nearest.collect(),
    }
}

fn called(board: &Board, depot: &SiteId) -> CompactString {
    board.sites.get(depot).map_or_else(|| depot.as_str().into(), |site| site.name.clone())
}
