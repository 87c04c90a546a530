//! Spot checks: the plans by which they come, and a month of them: asked, on post, how soon, and who was not there.

use axum::{Json, extract::State};
use chrono::{Months, NaiveDate};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Asked, Caller, List, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Capability,
        board::Board,
        deadline::ClockTime,
        ids::{AreaCode, CalloutId, ObligationId},
        rejection::Rejection,
        spot_check::{Absence, CheckPlan, Statistics, Tally, Why},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Most absences that are listed; the units count them all.
const LISTED_MAX: usize = 500;

#[derive(Deserialize, IntoParams)]
pub(super) struct OfMonth {
    /// Such as 2026-11; the one that it is now when left out.
    month: Option<String>,
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct StatisticsView {
    /// Such as 2026-11.
    month: String,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// Checks that asked somebody here, drills apart.
    checks: usize,
    total: TallyView,
    /// The areas whose posts were asked.
    items: Vec<UnitView>,
    /// By time; at most 500.
    absences: Vec<AbsenceView>,
    /// How many absences are not listed.
    left_off: usize,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TallyView {
    /// Posts that were asked and had their time.
    asked: u32,
    /// Answered in time.
    on_post: u32,
    absent: u32,
    /// From the opening to the answer, of those on post.
    #[serde(skip_serializing_if = "Option::is_none")]
    median_s: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct UnitView {
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    #[serde(flatten)]
    tally: TallyView,
}

/// A post where nobody was, with the evidence: the obligation keeps every call and what came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct AbsenceView {
    #[serde(flatten)]
    place: DutyPlace,
    #[schema(value_type = String)]
    callout: CalloutId,
    #[schema(value_type = String)]
    obligation: ObligationId,
    #[schema(value_type = String)]
    asked_at: Timestamp,
    /// Who was called, in order.
    people: Vec<NamedPerson>,
    /// Calls that were made.
    calls: u32,
    /// When somebody answered after all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    answered_at: Option<Timestamp>,
    /// `silent`, `late`, `declined`, `off_post` with `rings`, or `elsewhere` with `away_m`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    why: Why,
}

/// Checks that come by themselves.
#[derive(Serialize, ToSchema)]
pub(super) struct PlanView {
    #[schema(value_type = String)]
    id: CompactString,
    #[schema(value_type = String)]
    title: CompactString,
    /// When the window opens every day, such as 22:00.
    #[schema(value_type = String)]
    from: ClockTime,
    /// When it closes; left out where the check is at `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    to: Option<ClockTime>,
    /// In how many of a hundred windows there is a check.
    chance_percent: u8,
    /// How many posts are drawn; all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    posts: Option<u16>,
    /// When the last check was held; the next one is told to nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    held_at: Option<Timestamp>,
    /// Left out where nobody could be called, or its time had passed while no node ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    callout: Option<CalloutId>,
}

/// Lists the plans by which spot checks come, with the last of each.
#[utoipa::path(get, path = "/api/v1/spot-checks/plans",
    responses((status = 200, body = Vec<PlanView>), (status = 403)))]
pub(super) async fn plans(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<PlanView>>, ApiError> {
    allow(&caller.actor, Capability::OverrideRoster)?;
    let views = |board: &Board| {
        let plans = board.callouts.policies().map(|set| set.spot_checks.as_slice());
        let plans = plans.unwrap_or_default().iter();
        plans.map(|plan| PlanView::of(board, plan)).collect()
    };
    Ok(Json(List::whole(web.board.read(views).await?)))
}

/// Adds up the spot checks of a month by area, with every absence.
#[utoipa::path(get, path = "/api/v1/spot-checks/statistics", params(OfMonth),
    responses((status = 200, body = StatisticsView), (status = 400), (status = 403), (status = 422)))]
pub(super) async fn statistics(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<OfMonth>,
) -> Result<Json<StatisticsView>, ApiError> {
    allow(&caller.actor, Capability::OverrideRoster)?;
    let area = asked.area.unwrap_or(caller.actor.area);
    if !caller.actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let now = web.board.now();
    let zone = web.board.read(Board::timezone).await?;
    let month = asked.month.unwrap_or_else(|| now.local(zone).format("%Y-%m").to_string());
    let span = month_of(&month).map(|(first, next)| {
        let at = |day| Timestamp::from_local(zone, day, 0);
        (at(first), at(next))
    });
    let (from, to) =
        span.ok_or_else(|| ApiError::bad_query("month", "use a month such as 2026-11"))?;
    let view = move |board: &Board| {
        let found = board.spot_checks(area, from, to);
        StatisticsView::of(board, month, (from, to), found)
    };
    Ok(Json(web.board.read(view).await?))
}

/// Returns the first day of a month and of the next.
fn month_of(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first: NaiveDate = format!("{text}-01").parse().ok()?;
    Some((first, first.checked_add_months(Months::new(1))?)).filter(|_| text.len() == 7)
}

impl PlanView {
    fn of(board: &Board, plan: &CheckPlan) -> Self {
        let CheckPlan { id, title, from, to, chance_percent, posts } = plan.clone();
        let held = board.spot_checks.last_held(&id);
        let (held_at, callout) = (held.map(|held| held.at), held.and_then(|held| held.callout));
        Self { id, title, from, to, chance_percent, posts, held_at, callout }
    }
}

impl StatisticsView {
    fn of(
        board: &Board,
        month: String,
        (from, to): (Timestamp, Timestamp),
        found: Statistics,
    ) -> Self {
        let left_off = found.absences.len().saturating_sub(LISTED_MAX);
        let unit = |(area, tally): (&AreaCode, &Tally)| UnitView {
            area: *area,
            area_name: board.areas.name(*area),
            tally: tally.into(),
        };
        let listed = found.absences.iter().take(LISTED_MAX);
        Self {
            month,
            from,
            to,
            checks: found.checks,
            total: (&found.total).into(),
            items: found.units.iter().map(unit).collect(),
            absences: listed.map(|absence| AbsenceView::of(board, absence)).collect(),
            left_off,
        }
    }
}

impl AbsenceView {
    fn of(board: &Board, absence: &Absence) -> Self {
        Self {
            place: DutyPlace::of(board, &absence.post),
            callout: absence.callout,
            obligation: absence.obligation,
            asked_at: absence.asked_at,
            people: absence.people.iter().map(|person| NamedPerson::of(board, person)).collect(),
            calls: absence.calls,
            answered_at: absence.answered_at,
            why: absence.why,
        }
    }
}

impl From<&Tally> for TallyView {
    fn from(&Tally { asked, on_post, absent, median_s }: &Tally) -> Self {
        Self { asked, on_post, absent, median_s }
    }
}
