//! The days off and the make-up workdays of each year, and the county's own special times.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{Caller, Done, List, Named, Written},
};
use crate::domain::{
    command::{Command, RosterStep},
    roster::Year,
};

/// The days of one year that are not what their weekday says.
#[derive(Serialize, ToSchema)]
pub(super) struct YearView {
    year: i32,
    /// Days off, weekends within a holiday included.
    #[schema(value_type = Vec<String>)]
    off: BTreeSet<NaiveDate>,
    /// Weekend days that are worked.
    #[schema(value_type = Vec<String>)]
    worked: BTreeSet<NaiveDate>,
    /// Days of special times, whatever they are else.
    #[schema(value_type = Vec<String>)]
    special: BTreeSet<NaiveDate>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct YearInput {
    #[schema(value_type = Vec<String>)]
    off: BTreeSet<NaiveDate>,
    #[schema(value_type = Vec<String>)]
    worked: BTreeSet<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    special: BTreeSet<NaiveDate>,
}

/// Lists the years that have been entered.
#[utoipa::path(get, path = "/api/v1/holidays", responses((status = 200, body = Vec<YearView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<List<YearView>>, ApiError> {
    let years = web.board.read(|board| board.calendar.years.clone()).await?;
    let views = years.into_iter().map(|(number, year)| YearView::of(number, year));
    Ok(Json(List::whole(views.collect())))
}

/// Shows one year.
#[utoipa::path(get, path = "/api/v1/holidays/{year}", params(("year" = i32, Path)),
    responses((status = 200, body = YearView), (status = 404, description = "not entered")))]
pub(super) async fn one(
    State(web): State<Web>,
    _caller: Caller,
    Named(number): Named<i32>,
) -> Result<Json<YearView>, ApiError> {
    let year = web.board.read(move |board| board.calendar.years.get(&number).cloned()).await?;
    let year = year.ok_or_else(|| {
        let message = format!("the days of {number} have not been entered; put them here");
        ApiError::new(StatusCode::NOT_FOUND, "holidays.not_entered", message).field("year")
    })?;
    Ok(Json(YearView::of(number, year)))
}

/// Enters or corrects one year, whole.
#[utoipa::path(put, path = "/api/v1/holidays/{year}", params(("year" = i32, Path)),
    request_body = YearInput,
    responses((status = 200, body = Done), (status = 403), (status = 422)))]
pub(super) async fn set(
    State(web): State<Web>,
    caller: Caller,
    Named(number): Named<i32>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let YearInput { off, worked, special } = written.json()?;
    let id = written.command_id(&caller.actor);
    let step = RosterStep::SetYear { number, year: Year { off, worked, special } };
    let committed = web.board.submit_as(caller.actor, Command::Roster(step), id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

impl YearView {
    fn of(year: i32, days: Year) -> Self {
        let Year { off, worked, special } = days;
        Self { year, off, worked, special }
    }
}
