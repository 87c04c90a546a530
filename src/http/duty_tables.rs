//! Duty tables: filled by the order in which a post has been held, looked at, and put in force.

use std::time::Duration;

use axum::{Json, extract::State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::{NamedPerson, REST_H, REST_MAX_H, beside},
    error::ApiError,
    request::{Asked, Caller, Done, Written, allow},
    rotations::{RotationView, known, named},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, RosterStep},
        event::DutyTableSet,
        ids::{AreaCode, PersonId, PostId},
        rejection::Rejection,
        roster::{
            DayType, Filling, Obstacle, Outlook, PassedOver, Proposal, Reason, Rotation, Shift,
            Source, Staffing,
        },
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Most days that are filled at once: a year.
const FILL_MAX: i64 = 366;
/// Most days of a sheet of a whole area: two months.
const SHEET_MAX: i64 = 62;
/// How far back an order is read out of a table: the month before, and a few days of the one before that.
const HABIT_DAYS: u16 = 35;

/// Which days are to be filled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FillInput {
    #[schema(value_type = String)]
    post: PostId,
    /// The first day.
    #[schema(value_type = String)]
    from: NaiveDate,
    /// The last day.
    #[schema(value_type = String)]
    to: NaiveDate,
    /// Hours of rest between two shifts, 0 to 168; 24 when left out.
    rest_h: Option<u16>,
}

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
pub(super) struct HeldView {
    #[serde(flatten)]
    shift: ShiftView,
    /// `permanent`, `rotation`, `table` or `override`; left out in a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    source: Option<Source>,
}

/// How the days would be filled. Nothing has changed.
#[derive(Serialize, ToSchema)]
pub(super) struct FillView {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// The order it goes by: the post's rotation, else what its table of the last weeks shows.
    order: RotationView,
    shifts: Vec<ProposalView>,
    /// Years of which the holiday notice has not been entered: days are guessed by weekday there.
    years_missing: Vec<i32>,
    /// To be sent back with what is put in force.
    seen: u64,
}

/// A shift, who would hold it, and why.
#[derive(Serialize, ToSchema)]
pub(super) struct ProposalView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[schema(value_type = String)]
    day_type: DayType,
    /// Nobody where nobody can.
    people: Vec<NamedPerson>,
    /// `longest`: its last duty of this kind is longest ago; `together`: it held the day before; `nobody`.
    reason: &'static str,
    /// When its last duty of this kind began; left out where it has had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last: Option<Timestamp>,
    /// Whose turn it would have been before that.
    passed_over: Vec<PassedOverView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PassedOverView {
    people: Vec<NamedPerson>,
    /// Because of whom.
    person: NamedPerson,
    /// `on_leave`, `at_other_post`, `short_rest`, or `due_next`: first in turn for the next day.
    why: &'static str,
    /// The other post.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    post: Option<PostId>,
    /// When the shift begins that leaves too little rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    shift: Option<Timestamp>,
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
        let day_type = |date| DayTypeView { date, day_type: board.calendar.day_type(date) };
        let days = dates.map(day_type).collect();
        let outlook = Outlook::of(board);
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

/// Proposes who is on duty on each of the days, and says why.
#[utoipa::path(post, path = "/api/v1/duty-tables/fill", request_body = FillInput,
    responses((status = 200, body = FillView), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn fill(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<FillView>, ApiError> {
    allow(&caller.actor, Capability::EditRoster)?;
    let FillInput { post, from, to, rest_h } = written.json()?;
    let rest_h = rest_h.unwrap_or(REST_H);
    if rest_h > REST_MAX_H {
        return Err(ApiError::bad_field("rest_h", format!("use 0 to {REST_MAX_H}")));
    }
    if !(0..FILL_MAX).contains(&(to - from).num_days()) {
        return Err(ApiError::bad_field("to", format!("use {from} to {FILL_MAX} days later")));
    }
    let until = after(to);
    let of = post.clone();
    let taken = web.board.read(move |board| {
        let staffing = known(board, &caller.actor, &of)?;
        Ok::<_, Rejection>((staffing.post.rotations.clone(), staffing.changed, Outlook::of(board)))
    });
    let (rotations, seen, outlook) = taken.await?.map_err(SubmitError::from)?;
    let order = rotations.on(from).map(|rotation| Rotation { starts_on: from, ..rotation.clone() });
    let order = order.or_else(|| outlook.order_so_far(&post, from, HABIT_DAYS));
    let order = order.ok_or_else(|| {
        let message = "the post has neither a rotation nor a table in the weeks before to go by; \
                       import the last month, or plan a rotation";
        ApiError::bad_field("post", message)
    })?;
    let rest = Duration::from_secs(u64::from(rest_h) * 3_600);
    let filling = Filling { post: post.clone(), order, until, rest };
    let (from, to) = outlook.days(filling.order.starts_on, until);
    let (filling, proposals, years_missing) = beside(move || {
        let proposals = outlook.fill(&filling);
        (filling, proposals, outlook.years_missing(from, to))
    })
    .await?;
    let view = move |board: &Board| FillView {
        post,
        from,
        to,
        order: RotationView::of(board, &filling.order),
        shifts: proposals.iter().map(|proposal| ProposalView::of(board, proposal)).collect(),
        years_missing,
        seen,
    };
    Ok(Json(web.board.read(view).await?))
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
    let set = DutyTableSet { post, from, to, shifts };
    let step = Command::Roster(RosterStep::FillTable { set, seen });
    let committed = web.board.submit_as(caller.actor, step, id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

fn after(day: NaiveDate) -> NaiveDate {
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
            seen: staffing.changed,
        }
    }
}

impl ProposalView {
    fn of(board: &Board, proposal: &Proposal) -> Self {
        let (reason, last) = match proposal.reason {
            Reason::Longest { last } => ("longest", last),
            Reason::Together => ("together", None),
            Reason::Nobody => ("nobody", None),
        };
        let passed = proposal.passed_over.iter();
        Self {
            from: proposal.from,
            to: proposal.to,
            day_type: proposal.plan,
            people: named(board, &proposal.crew),
            reason,
            last,
            passed_over: passed.map(|passed| PassedOverView::of(board, passed)).collect(),
        }
    }
}

impl PassedOverView {
    fn of(board: &Board, passed: &PassedOver) -> Self {
        let (why, post, shift) = match &passed.obstacle {
            Obstacle::OnLeave => ("on_leave", None, None),
            Obstacle::AtOtherPost(post) => ("at_other_post", Some(post.clone()), None),
            Obstacle::DueNext => ("due_next", None, None),
            Obstacle::ShortRest(shift) => ("short_rest", None, Some(*shift)),
        };
        Self {
            people: named(board, &passed.crew),
            person: NamedPerson::of(board, &passed.person),
            why,
            post,
            shift,
        }
    }
}
