//! One's own duties to come, and who could take one over.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::{DAY, NamedPerson, beside, days_within},
    error::ApiError,
    request::{Asked, Caller, List},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        board::Board,
        ids::{PersonId, PostId},
        rejection::Rejection,
        roster::{Outlook, OwnShift, Source},
        swap::{Colleague, Obstacle, Turn},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// How far ahead a colleague's duties are looked at, to take one over in return.
const IN_RETURN: Duration = Duration::from_secs(31 * 24 * 3_600);

#[derive(Deserialize, IntoParams)]
pub(super) struct Ahead {
    /// 1 to 366; 30 when left out.
    days: Option<u16>,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct TurnAsked {
    #[param(value_type = String)]
    post: PostId,
    #[param(value_type = String)]
    from: Timestamp,
    #[param(value_type = String)]
    to: Timestamp,
    /// Whose duty it is, where the desk asks for somebody; the caller's own when left out.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
}

/// A duty of somebody's.
#[derive(Serialize, ToSchema)]
pub(super) struct DutyToCome {
    #[serde(flatten)]
    place: DutyPlace,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// `rotation`, `table`, `override`; `permanent` for a post that is held for good.
    #[schema(value_type = String)]
    source: Source,
    /// Who is on duty there with them.
    with: Vec<NamedPerson>,
}

/// Somebody who holds the post at other times.
#[derive(Serialize, ToSchema)]
pub(super) struct ColleagueView {
    #[serde(flatten)]
    person: NamedPerson,
    #[schema(value_type = String)]
    title: CompactString,
    /// Why they cannot: `on_leave`, `at_other_post`, `there_already`, `unreachable`; left out where they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<&'static str>,
    /// Their duties at the post in the month to come: one of them may be taken over in return.
    duties: Vec<StretchView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct StretchView {
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
}

/// Lists the caller's own duties from now on, by time.
#[utoipa::path(get, path = "/api/v1/duties/mine", params(Ahead),
    responses((status = 200, body = Vec<DutyToCome>), (status = 403)))]
pub(super) async fn mine(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<Ahead>,
) -> Result<Json<List<DutyToCome>>, ApiError> {
    let Some(person) = caller.actor.person.clone() else {
        let message = "this login is nobody's, so no duty is its own";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "duties.nobody", message));
    };
    let days = days_within(asked.days)?;
    let now = web.board.now();
    let outlook = web.board.read(Outlook::of).await?;
    let own = person.clone();
    let duties = beside(move || outlook.shifts_of(&own, now, now + DAY * u32::from(days))).await?;
    let view = move |board: &Board| {
        duties.into_iter().map(|duty| DutyToCome::of(board, duty, &person)).collect()
    };
    Ok(Json(List::whole(web.board.read(view).await?)))
}

/// Lists who could take a duty over, and who could not and why.
#[utoipa::path(get, path = "/api/v1/duties/colleagues", params(TurnAsked),
    responses((status = 200, body = Vec<ColleagueView>), (status = 403), (status = 404)))]
pub(super) async fn colleagues(
    State(web): State<Web>,
    caller: Caller,
    Asked(asked): Asked<TurnAsked>,
) -> Result<Json<List<ColleagueView>>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let TurnAsked { post, from, to, person } = asked;
    let turn = Turn { post, from, to };
    let views = web.board.read(move |board| {
        let found = board.colleagues_for(&actor, person.as_ref(), &turn, now)?;
        let staffing = board.roster.get(&turn.post);
        let held = staffing.map(|staffing| {
            staffing.shifts(&board.calendar, board.timezone(), now, now + IN_RETURN)
        });
        let mut held = held.unwrap_or_default();
        held.sort_by_key(|held| held.from);
        let duties = |colleague: &Colleague| {
            let own = held.iter().filter(|held| held.people.contains(&colleague.person));
            own.map(|held| StretchView { from: held.from, to: held.to }).collect()
        };
        let view = |colleague: Colleague| ColleagueView {
            duties: duties(&colleague),
            title: board
                .people
                .get(&colleague.person)
                .map(|person| person.title.clone())
                .unwrap_or_default(),
            person: NamedPerson::of(board, &colleague.person),
            obstacle: colleague.obstacle.as_ref().map(obstacle),
        };
        Ok::<_, Rejection>(found.into_iter().map(view).collect())
    });
    Ok(Json(List::whole(views.await?.map_err(SubmitError::from)?)))
}

fn obstacle(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Unknown => "unknown",
        Obstacle::OnLeave => "on_leave",
        Obstacle::AtOtherPost(_) => "at_other_post",
        Obstacle::ThereAlready => "there_already",
        Obstacle::Unreachable => "unreachable",
    }
}

impl DutyToCome {
    fn of(board: &Board, duty: OwnShift, own: &PersonId) -> Self {
        let others = duty.people.iter().filter(|person| *person != own);
        Self {
            place: DutyPlace::of(board, &duty.post),
            from: duty.from,
            to: duty.to,
            source: duty.source,
            with: others.map(|person| NamedPerson::of(board, person)).collect(),
        }
    }
}
