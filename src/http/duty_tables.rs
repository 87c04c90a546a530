//! Duty tables: who holds posts on some days, and a stretch of a table put in force.

use std::time::Duration;

use axum::{Json, extract::State};
use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Asked, Caller, Done, Written},
    rotations::{known, named},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        board::Board,
        command::{Command, RosterStep},
        event::DutyTableSet,
        ids::{AreaCode, PersonId, PostId},
        rejection::Rejection,
        roster::{DayType, Outlook, Shift, Source, Staffing},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Most days that are filled at once: a year.
pub(super) const FILL_MAX: i64 = 366;
/// Most days of a sheet of a whole area: two months.
const SHEET_MAX: i64 = 62;
/// Which days of which posts are looked at.
#[derive(Deserialize, IntoParams)]
pub(super) struct Days {
    /// The posts of this area, not of what lies in it; the caller's own when neither is said.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// This post alone.
    #[param(value_type = Option<String>)]
    post: Option<PostId>,
    /// The first day.
    #[param(value_type = String)]
    from: NaiveDate,
    /// The last day, at most a year later, or two months where a whole area is looked at.
    #[param(value_type = String)]
    to: NaiveDate,
}

/// Who holds posts on some days: the month's sheet.
#[derive(Serialize, ToSchema)]
pub(super) struct TablesView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    days: Vec<DayTypeView>,
    /// Years of which the holiday notice has not been entered: days are guessed by weekday there.
    years_missing: Vec<i32>,
    items: Vec<TableView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DayTypeView {
    #[schema(value_type = String)]
    date: NaiveDate,
    /// When the day begins.
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    day_type: DayType,
}

/// Who holds a post, and the lines of its table.
#[derive(Serialize, ToSchema)]
pub(super) struct TableView {
    #[serde(flatten)]
    place: DutyPlace,
    /// The table's lines that begin in these days, by start.
    shifts: Vec<ShiftView>,
    /// Who really holds it, change by change and without holes; nobody is a gap.
    held: Vec<HeldView>,
    /// Changes for a stretch of these days (代班, 串班), by start.
    overrides: Vec<OverrideView>,
    /// To be sent back with what is put in its place.
    seen: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ShiftView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    people: Vec<NamedPerson>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OverrideView {
    /// What it is taken back by.
    id: String,
    #[serde(flatten)]
    shift: ShiftView,
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HeldView {
    #[serde(flatten)]
    shift: ShiftView,
    /// `permanent`, `rotation`, `table` or `override`; left out in a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    source: Option<Source>,
}

/// The lines of a stretch of a post's table, in place of all that begin in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableInput {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    shifts: Vec<ShiftInput>,
    /// What the look at it said; a post that has been changed since is refused.
    seen: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShiftInput {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
}

/// Shows who holds posts on some days, and the lines of their tables.
#[utoipa::path(get, path = "/api/v1/duty-tables", params(Days),
    responses((status = 200, body = TablesView), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(web): State<Web>,
    caller: Caller,
    Asked(Days { area, post, from, to }): Asked<Days>,
) -> Result<Json<TablesView>, ApiError> {
    let most = if post.is_some() { FILL_MAX } else { SHEET_MAX };
    if !(0..most).contains(&(to - from).num_days()) {
        return Err(ApiError::bad_query("to", format!("use {from} to {most} days later")));
    }
    let view = web.board.read(move |board| {
        let actor = &caller.actor;
        let posts = match &post {
            Some(post) => vec![known(board, actor, post)?],
            None => of_area(board, actor, area.unwrap_or(actor.area))?,
        };
        let dates = from.iter_days().take_while(|date| *date <= to);
        let outlook = Outlook::of(board);
        let day = |date| DayTypeView {
            date,
            from: Timestamp::from_local(outlook.zone(), date, 0),
            day_type: outlook.day_type(date),
        };
        let days = dates.map(day).collect();
        let (from, to) = outlook.days(from, after(to));
        let items = posts.into_iter().map(|staffing| TableView::of(board, staffing, from, to));
        let items = items.collect();
        let years_missing = outlook.years_missing(from, to - Duration::from_millis(1));
        Ok::<_, Rejection>(TablesView { from, to, days, years_missing, items })
    });
    Ok(Json(view.await?.map_err(SubmitError::from)?))
}

/// Returns the posts of an area itself.
fn of_area<'b>(
    board: &'b Board,
    actor: &Actor,
    area: AreaCode,
) -> Result<Vec<&'b Staffing>, Rejection> {
    if board.areas.get(area).is_none() {
        return Err(Rejection::UnknownArea(area));
    }
    if !actor.sees(area) {
        return Err(Rejection::OutsideArea(area));
    }
    let within = board.roster.within(area);
    Ok(within.take_while(|staffing| staffing.post.id.area == area).collect())
}

/// Puts a stretch of a post's table in force, in place of what was there.
#[utoipa::path(put, path = "/api/v1/duty-tables", request_body = TableInput,
    responses((status = 200, body = Done), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn set(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let TableInput { post, from, to, shifts, seen } = written.json()?;
    let shift = |shift: ShiftInput| Shift { from: shift.from, to: shift.to, people: shift.people };
    let shifts = shifts.into_iter().map(shift).collect();
    let id = written.command_id(&caller.actor);
    let set = DutyTableSet { post, from, to, shifts, import: None };
    let step = Command::Roster(RosterStep::FillTable { set, seen });
    let committed = web.board.submit_as(caller.actor, step, id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

pub(super) fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

impl TableView {
    fn of(board: &Board, staffing: &Staffing, from: Timestamp, to: Timestamp) -> Self {
        let shift =
            |from, to, people: &[PersonId]| ShiftView { from, to, people: named(board, people) };
        let lines = staffing.table_between(from, to);
        let held = staffing.timeline(&board.calendar, board.timezone(), from, to);
        Self {
            place: DutyPlace::of(board, &staffing.post.id),
            shifts: lines.map(|line| shift(line.from, line.to, &line.people)).collect(),
            held: held
                .iter()
                .map(|one| HeldView {
                    shift: shift(one.from, one.to, &one.people),
                    source: one.source,
                })
                .collect(),
            overrides: staffing
                .overrides()
                .filter(|change| change.from < to && from < change.to)
                .map(|change| OverrideView {
                    id: change.id.to_string(),
                    shift: shift(change.from, change.to, &change.people),
                    reason: change.reason.clone(),
                })
                .collect(),
            seen: staffing.changed,
        }
    }
}
