//! Supplies over HTTP: what there is, what of it can be had, what is short, and every step of a movement.

mod movements;
mod order;
mod quantity;
mod short;
mod steps;
mod stock;
mod views;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use compact_str::CompactString;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{self, Asked, Caller, List, Named, Written, allow},
    sheets::page::{Cell, Headings, ROWS_MAX, Sheet, download},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        ids::AreaCode,
        rejection::Rejection,
        supply::{
            SupplyRules,
            catalogue::{Class, Item},
        },
    },
};

/// Returns the routes.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/supplies/catalogue", get(catalogue))
        .route("/supplies/stock", get(stock::list))
        .route("/supplies/stock.xlsx", get(stock::workbook))
        .route("/supplies/counts", post(stock::count))
        .route("/supplies/shortages", get(short::shortages))
        .route("/supplies/readiness", get(short::readiness))
        .route("/supplies/holds", post(steps::hold))
        .route("/supplies/movements", get(movements::list))
        .route("/supplies/movements.xlsx", get(movements::workbook))
        .route("/supplies/movements/{id}", get(movements::one))
        .route("/supplies/movements/{id}/order.html", get(order::page))
        .route("/supplies/movements/{id}/issue", post(steps::issue))
        .route("/supplies/movements/{id}/dispatch", post(steps::dispatch))
        .route("/supplies/movements/{id}/receive", post(steps::receive))
        .route("/supplies/movements/{id}/return", post(steps::give_back))
        .route("/supplies/movements/{id}/write-off", post(steps::write_off))
        .route("/supplies/movements/{id}/release", post(steps::release))
        .route("/supplies/movements/{id}/paper", post(steps::paper))
}

/// What of the API this is.
#[derive(OpenApi)]
#[openapi(paths(
    catalogue,
    stock::list,
    stock::workbook,
    stock::count,
    short::shortages,
    short::readiness,
    steps::hold,
    movements::list,
    movements::workbook,
    movements::one,
    order::page,
    steps::issue,
    steps::dispatch,
    steps::receive,
    steps::give_back,
    steps::write_off,
    steps::release,
    steps::paper
))]
pub(super) struct Api;

/// One kind of supplies.
#[derive(Serialize, ToSchema)]
struct ItemView {
    /// The county's own code.
    #[schema(value_type = String)]
    id: CompactString,
    /// Of GB/T 38565-2020.
    code: String,
    /// Somebody has looked the code up; until then it is the county's proposal.
    confirmed: bool,
    /// `living`, `equipment` or `engineering`.
    #[schema(value_type = String)]
    class: Class,
    class_name: &'static str,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    unit: CompactString,
    #[schema(value_type = String)]
    spec: CompactString,
    #[schema(value_type = Vec<String>)]
    aliases: Vec<CompactString>,
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            code: item.code.to_string(),
            confirmed: item.confirmed,
            class: item.code.class(),
            class_name: item.code.class().zh(),
            name: item.name.clone(),
            unit: item.unit.clone(),
            spec: item.spec.clone(),
            aliases: item.aliases.clone(),
        }
    }
}

/// Lists what kinds of supplies there are.
#[utoipa::path(get, path = "/api/v1/supplies/catalogue",
    responses((status = 200, body = Vec<ItemView>)))]
async fn catalogue(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<List<ItemView>>, ApiError> {
    let items = web
        .board
        .read(|board| board.supplies.rules().items.iter().map(ItemView::from).collect::<Vec<_>>());
    Ok(Json(List::whole(items.await?)))
}

/// Returns the area that is asked about, if the caller sees it; his own when none is named.
fn seen(actor: &Actor, area: Option<AreaCode>) -> Result<AreaCode, ApiError> {
    let area = area.unwrap_or(actor.area);
    if actor.sees(area) {
        return Ok(area);
    }
    Err(SubmitError::from(Rejection::OutsideArea(area)).into())
}

/// Returns the name of an item and what it is counted in, as far as the catalogue knows.
fn named(rules: &SupplyRules, item: &CompactString) -> (CompactString, CompactString) {
    let known = rules.items.get(item);
    known.map_or_else(
        || (item.clone(), CompactString::default()),
        |known| (known.name.clone(), known.unit.clone()),
    )
}
