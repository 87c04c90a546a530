//! Lists as workbooks (xlsx), for those who take them to a meeting: one file for each noun.
//!
//! Invariant: a workbook holds what the list of the same name shows its caller, and nothing of what it does not.

mod assignments;
mod call_sheet;
mod evacuations;
mod hotspots;
mod incidents;
pub(in crate::http) mod page;
mod reports;
mod roster;
mod tasks;
mod words;

pub(crate) use self::call_sheet::CallSheet;
use axum::{Router, routing::get};
use utoipa::OpenApi;

use super::Web;

/// Returns the routes.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/incidents.xlsx", get(incidents::workbook))
        .route("/call-sheet.xlsx", get(call_sheet::workbook))
        .route("/tasks.xlsx", get(tasks::workbook))
        .route("/assignments.xlsx", get(assignments::workbook))
        .route("/evacuations.xlsx", get(evacuations::workbook))
        .route("/reports.xlsx", get(reports::workbook))
        .route("/hotspots.xlsx", get(hotspots::workbook))
        .route("/roster.xlsx", get(roster::workbook))
}

/// What of the API this is.
#[derive(OpenApi)]
#[openapi(paths(
    incidents::workbook,
    call_sheet::workbook,
    tasks::workbook,
    assignments::workbook,
    evacuations::workbook,
    reports::workbook,
    hotspots::workbook,
    roster::workbook
))]
pub(super) struct Api;
