//! Rotations: who follows whom at a post, and what a new one would change.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::{DAY, NamedPerson, beside, days_within},
    error::ApiError,
    request::{Asked, Caller, Done, List, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, PlanRotation, RosterStep},
        ids::{PersonId, PostId},
        rejection::Rejection,
        roster::{DayPlan, DayType, Difference, Outlook, RosterFault, Rotation, ShiftTime},
        time::Timestamp,
    },
};

#[derive(Deserialize, IntoParams)]
pub(super) struct OfPost {
    /// Area and duty, such as `990101000000/duty_officer`.
    #[param(value_type = String)]
    post: PostId,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Reach {
    /// How many days are compared, from the first day of the rotation: 1 to 366; 30 when left out.
    days: Option<u16>,
}

/// Crews in turn from a day on, apart for each type of day.
#[derive(Serialize, ToSchema)]
pub(super) struct RotationView {
    #[schema(value_type = String)]
    starts_on: NaiveDate,
    /// By `workday`, `weekend`, `holiday`, `makeup_workday`, `special`, and `every` for whatever day has none of these.
    #[schema(value_type = Object)]
    days: BTreeMap<DayType, PlanView>,
    /// Workdays that go with the weekend, such as `Fri`.
    #[schema(value_type = Vec<String>)]
    with_weekend: Vec<Weekday>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PlanView {
    #[schema(value_type = Vec<Object>)]
    shifts: Vec<ShiftTime>,
    crews: Vec<Vec<NamedPerson>>,
    /// The crew that begins, from 0.
    first: u16,
    together: bool,
}

/// A rotation to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationInput {
    #[schema(value_type = String)]
    post: PostId,
    /// Today or later.
    #[schema(value_type = String)]
    starts_on: NaiveDate,
    #[schema(value_type = Object)]
    days: BTreeMap<DayType, DayPlan>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    with_weekend: Vec<Weekday>,
    /// Each order goes on where it stands on that day; true when left out.
    #[serde(default = "goes_on")]
    goes_on: bool,
}

/// What a rotation would change.
#[derive(Serialize, ToSchema)]
pub(super) struct PreviewView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// As it would be kept, with whoever begins.
    rotation: RotationView,
    /// Times in which others would be on duty than now, by time.
    changes: Vec<ChangeView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ChangeView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// Nobody is a gap.
    before: Vec<NamedPerson>,
    after: Vec<NamedPerson>,
}

fn goes_on() -> bool {
    true
}

/// Lists the rotations of a post, by their first day.
#[utoipa::path(get, path = "/api/v1/rotations", params(OfPost),
    responses((status = 200, body = Vec<RotationView>), (status = 403), (status = 404)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<OfPost>,
) -> Result<Json<List<RotationView>>, ApiError> {
    let views = web.board.read(move |board| {
        let staffing = known(board, &caller.actor, &asked.post)?;
        let rotations = staffing.post.rotations.iter();
        Ok::<_, Rejection>(rotations.map(|r| RotationView::of(board, r)).collect())
    });
    let views = views.await?.map_err(SubmitError::from)?;
    Ok(Json(List::whole(views)))
}

/// Puts a rotation in force from a day on. What was before that day stays on record.
#[utoipa::path(post, path = "/api/v1/rotations", request_body = RotationInput,
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn plan(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let plan = written.json::<RotationInput>()?.plan();
    let id = written.command_id(&caller.actor);
    let step = Command::Roster(RosterStep::PlanRotation(plan));
    let committed = web.board.submit_as(caller.actor, step, id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

/// Tells what a rotation would change, and changes nothing.
#[utoipa::path(post, path = "/api/v1/rotations/preview", params(Reach),
    request_body = RotationInput,
    responses((status = 200, body = PreviewView), (status = 403), (status = 404), (status = 422)))]
pub(super) async fn preview(
    State(web): State<Web>,
    caller: Caller,
    Asked(reach): Asked<Reach>,
    written: Written,
) -> Result<Json<PreviewView>, ApiError> {
    allow(&caller.actor, Capability::EditRoster)?;
    let days = days_within(reach.days)?;
    let plan = written.json::<RotationInput>()?.plan();
    let now = web.board.now();
    let asked = plan.clone();
    // Whatever the command would be refused for is said here too.
    let planned = web.board.read(move |board| {
        let rotation = board.plan_of_rotation(&caller.actor, &asked, now)?;
        Ok::<_, Rejection>((rotation, Outlook::of(board)))
    });
    let (rotation, outlook) = planned.await?.map_err(SubmitError::from)?;
    let from = Timestamp::from_local(outlook.zone(), rotation.starts_on, 0);
    let to = from + DAY * u32::from(days);
    let (post, changed) = (plan.post, rotation.clone());
    let found = beside(move || {
        let changed = outlook.with_rotation(&post, changed);
        outlook.differences(&changed, &post, from, to)
    })
    .await?;
    let view = move |board: &Board| PreviewView {
        from,
        to,
        rotation: RotationView::of(board, &rotation),
        changes: found.iter().map(|difference| ChangeView::of(board, difference)).collect(),
    };
    Ok(Json(web.board.read(view).await?))
}

pub(super) fn known<'b>(
    board: &'b Board,
    actor: &Actor,
    post: &PostId,
) -> Result<&'b crate::domain::roster::Staffing, Rejection> {
    let unknown = || RosterFault::UnknownPost(post.clone());
    let staffing = board.roster.get(post).ok_or_else(unknown)?;
    if actor.sees(post.area) { Ok(staffing) } else { Err(Rejection::OutsideArea(post.area)) }
}

impl RotationInput {
    fn plan(self) -> PlanRotation {
        let Self { post, starts_on, days, with_weekend, goes_on } = self;
        PlanRotation { post, rotation: Rotation { starts_on, days, with_weekend }, goes_on }
    }
}

impl RotationView {
    pub(super) fn of(board: &Board, rotation: &Rotation) -> Self {
        let plan = |plan: &DayPlan| PlanView {
            shifts: plan.shifts.clone(),
            crews: plan.crews.iter().map(|crew| named(board, crew)).collect(),
            first: plan.first,
            together: plan.together,
        };
        Self {
            starts_on: rotation.starts_on,
            days: rotation.days.iter().map(|(kind, day)| (*kind, plan(day))).collect(),
            with_weekend: rotation.with_weekend.clone(),
        }
    }
}

impl ChangeView {
    fn of(board: &Board, difference: &Difference) -> Self {
        Self {
            from: difference.from,
            to: difference.to,
            before: named(board, &difference.before),
            after: named(board, &difference.after),
        }
    }
}

pub(super) fn named(board: &Board, people: &[PersonId]) -> Vec<NamedPerson> {
    people.iter().map(|person| NamedPerson::of(board, person)).collect()
}
