//! The roster ahead: what is wrong with it day by day, and how much duty falls to whom.

use std::{collections::BTreeMap, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    duty::instant,
    error::ApiError,
    request::{Asked, Caller, List, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        ids::{AreaCode, PersonId, PostId},
        rejection::Rejection,
        roster::{DayType, Defect, Finding, Inspection, Load, Outlook},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

pub(super) const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Days that are looked at unless told otherwise, and most of them.
const DAYS: u16 = 30;
const DAYS_MAX: u16 = 366;
/// Most defects that are listed; the days count them all.
const LISTED_MAX: usize = 2_000;
/// Rest between two shifts, in hours, unless told otherwise: from the morning that a 24-hour shift ends to the next.
pub(super) const REST_H: u16 = 24;
/// Longest rest that is asked for, in hours: a week.
pub(super) const REST_MAX_H: u16 = 168;

#[derive(Deserialize, IntoParams)]
pub(super) struct Ahead {
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// RFC 3339 with an offset; now when left out.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "instant")]
    from: Option<Timestamp>,
    /// 1 to 366; 30 when left out.
    days: Option<u16>,
    /// Hours of rest between two shifts, 0 to 168; 24 when left out.
    rest_h: Option<u16>,
}

/// What is wrong with a roster in a time to come.
#[derive(Serialize, ToSchema)]
pub(super) struct OutlookView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// How many posts were looked at.
    posts: usize,
    /// Years of which the holiday notice has not been entered: days are guessed by weekday there.
    years_missing: Vec<i32>,
    /// Every day of it, also those with nothing wrong.
    days: Vec<DayView>,
    /// What is wrong, by time; at most 2,000.
    items: Vec<DefectView>,
    /// How many more there are.
    left_off: usize,
}

/// How many defects there are on a day; one that lasts counts on each of its days.
#[derive(Serialize, ToSchema)]
pub(super) struct DayView {
    #[schema(value_type = String)]
    date: NaiveDate,
    #[schema(value_type = String)]
    day_type: DayType,
    gaps: u32,
    two_posts: u32,
    dead_number: u32,
    unverified: u32,
    no_telephone: u32,
    on_leave: u32,
}

/// One thing that is wrong.
#[derive(Serialize, ToSchema)]
pub(super) struct DefectView {
    /// `gap`, `two_posts`, `on_leave`, `no_telephone`, `dead_number` or `unverified`.
    kind: &'static str,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    #[serde(flatten)]
    place: DutyPlace,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<NamedPerson>,
    /// The other post at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<DutyPlace>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NamedPerson {
    #[schema(value_type = String)]
    id: PersonId,
    #[schema(value_type = String)]
    name: CompactString,
}

/// How much duty falls to somebody.
#[derive(Serialize, ToSchema)]
pub(super) struct LoadView {
    person: NamedPerson,
    /// Shifts that begin in the time.
    shifts: u32,
    /// The same by the type of the day on which they begin.
    #[schema(value_type = Object)]
    by_day_type: BTreeMap<DayType, u32>,
    /// At a post, in seconds.
    on_duty_s: u64,
    /// Shifts that hold midnight to five.
    nights: u32,
    short_rests: Vec<RestView>,
}

/// A rest that is shorter than it should be.
#[derive(Serialize, ToSchema)]
pub(super) struct RestView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// Where the next shift is.
    #[schema(value_type = String)]
    post: PostId,
}

/// Looks ahead for posts that nobody holds, people at two posts at once and people without a telephone.
#[utoipa::path(get, path = "/api/v1/duty/outlook", params(Ahead),
    responses((status = 200, body = OutlookView), (status = 400), (status = 403), (status = 422)))]
pub(super) async fn outlook(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<Ahead>,
) -> Result<Json<OutlookView>, ApiError> {
    let (area, from, to, outlook) = ahead(&web, &caller.actor, &asked).await?;
    let (found, days) = beside(move || {
        let found = outlook.inspect(area, from, to);
        let days = days(&outlook, &found, from, to);
        (found, days)
    })
    .await?;
    let Inspection { posts, mut findings, years_missing } = found;
    let left_off = findings.len().saturating_sub(LISTED_MAX);
    findings.truncate(LISTED_MAX);
    let view = move |board: &Board| findings.iter().map(|one| DefectView::of(board, one)).collect();
    let items = web.board.read(view).await?;
    Ok(Json(OutlookView { from, to, posts, years_missing, days, items, left_off }))
}

/// Adds up how much duty falls to whom: shifts by type of day, nights, and rest that is too short.
#[utoipa::path(get, path = "/api/v1/duty/load", params(Ahead),
    responses((status = 200, body = Vec<LoadView>), (status = 400), (status = 403), (status = 422)))]
pub(super) async fn load(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<Ahead>,
) -> Result<Json<List<LoadView>>, ApiError> {
    allow(&caller.actor, Capability::OverrideRoster)?;
    let rest_h = within("rest_h", asked.rest_h.unwrap_or(REST_H), 0, REST_MAX_H)?;
    let rest = Duration::from_secs(u64::from(rest_h) * 3_600);
    let (area, from, to, outlook) = ahead(&web, &caller.actor, &asked).await?;
    let loads = beside(move || outlook.load(area, from, to, rest)).await?;
    let views = move |board: &Board| {
        let mut views: Vec<LoadView> =
            loads.iter().map(|(person, load)| LoadView::of(board, person, load)).collect();
        // Whoever bears most stands first.
        views.sort_by_key(|view| std::cmp::Reverse((view.on_duty_s, view.nights)));
        views
    };
    Ok(Json(List::whole(web.board.read(views).await?)))
}

/// Takes from the board what a look ahead reads.
async fn ahead(
    web: &Web,
    actor: &Actor,
    asked: &Ahead,
) -> Result<(AreaCode, Timestamp, Timestamp, Outlook), ApiError> {
    let area = asked.area.unwrap_or(actor.area);
    if !actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let now = web.board.now();
    let from = asked.from.unwrap_or(now);
    let far = DAY * 2 * 366;
    if from.since(now).max(now.since(from)) > far {
        return Err(ApiError::bad_query("from", "use a time within two years of now"));
    }
    let days = days_within(asked.days)?;
    let known = web.board.read(move |board| {
        board.areas.get(area)?;
        Some(Outlook::of(board).doubting(board.doubts(now)))
    });
    let unknown = || SubmitError::from(Rejection::UnknownArea(area)).into();
    let outlook = known.await?.ok_or_else(|| -> ApiError { unknown() })?;
    Ok((area, from, from + DAY * u32::from(days), outlook))
}

/// Reads for how many days to look ahead.
pub(super) fn days_within(asked: Option<u16>) -> Result<u16, ApiError> {
    within("days", asked.unwrap_or(DAYS), 1, DAYS_MAX)
}

fn within(field: &'static str, value: u16, least: u16, most: u16) -> Result<u16, ApiError> {
    let fits = (least..=most).contains(&value);
    fits.then_some(value)
        .ok_or_else(|| ApiError::bad_query(field, format!("use {least} to {most}")))
}

/// Reckons away from the sockets and the board: a county's year takes tenths of a second.
pub(super) async fn beside<T: Send + 'static>(
    reckon: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(reckon).await.map_err(|error| {
        tracing::error!(%error, "a look at the roster ahead broke off");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        ApiError::new(status, "roster.failed", "the roster ahead could not be looked at")
    })
}

fn days(outlook: &Outlook, found: &Inspection, from: Timestamp, to: Timestamp) -> Vec<DayView> {
    let date = |at: Timestamp| at.local(outlook.zone()).date();
    let last = date(to - Duration::from_millis(1));
    let all = date(from).iter_days().take_while(|day| *day <= last);
    let mut days: Vec<DayView> = all
        .map(|date| DayView {
            date,
            day_type: outlook.day_type(date),
            gaps: 0,
            two_posts: 0,
            no_telephone: 0,
            dead_number: 0,
            unverified: 0,
            on_leave: 0,
        })
        .collect();
    for finding in &found.findings {
        let (first, last) = (date(finding.from), date(finding.to - Duration::from_millis(1)));
        for day in days.iter_mut().filter(|day| (first..=last).contains(&day.date)) {
            *match finding.defect {
                Defect::Gap => &mut day.gaps,
                Defect::TwoPosts { .. } => &mut day.two_posts,
                Defect::NoTelephone { .. } => &mut day.no_telephone,
                Defect::OnLeave { .. } => &mut day.on_leave,
                Defect::DeadNumber { .. } => &mut day.dead_number,
                Defect::Unverified { .. } => &mut day.unverified,
            } += 1;
        }
    }
    days
}

impl DefectView {
    fn of(board: &Board, finding: &Finding) -> Self {
        let Finding { from, to, post, defect } = finding;
        let (kind, person, other) = match defect {
            Defect::Gap => ("gap", None, None),
            Defect::TwoPosts { person, other } => ("two_posts", Some(person), Some(other)),
            Defect::NoTelephone { person } => ("no_telephone", Some(person), None),
            Defect::OnLeave { person } => ("on_leave", Some(person), None),
            Defect::DeadNumber { person } => ("dead_number", Some(person), None),
            Defect::Unverified { person } => ("unverified", Some(person), None),
        };
        Self {
            kind,
            from: *from,
            to: *to,
            place: DutyPlace::of(board, post),
            person: person.map(|person| NamedPerson::of(board, person)),
            other: other.map(|other| DutyPlace::of(board, other)),
        }
    }
}

impl LoadView {
    fn of(board: &Board, person: &PersonId, load: &Load) -> Self {
        let rests = load.short_rests.iter();
        Self {
            person: NamedPerson::of(board, person),
            shifts: load.shifts.values().sum(),
            by_day_type: load.shifts.clone(),
            on_duty_s: load.on_duty.as_secs(),
            nights: load.nights,
            short_rests: rests
                .map(|rest| RestView { from: rest.from, to: rest.to, post: rest.post.clone() })
                .collect(),
        }
    }
}

impl NamedPerson {
    pub(super) fn of(board: &Board, id: &PersonId) -> Self {
        let name = board.people.get(id).map(|person| person.name.clone()).unwrap_or_default();
        Self { id: id.clone(), name }
    }
}
