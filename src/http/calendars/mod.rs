//! Duties as calendars (iCalendar, RFC 5545) that a telephone subscribes to.
//!
//! Invariants: the address is the secret, and reads duties and nothing else; a calendar says what its account may see
//! at the moment it is read, and names no telephone numbers.

mod write;

use axum::{
    Json,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::write::{Shift, written};
use super::{
    Web,
    ahead::{DAY, beside},
    error::ApiError,
    request::{Asked, Caller, List, Written, actor},
};
use crate::{
    access::{Holder, Token, TokenId},
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        board::Board,
        ids::{PersonId, PostId},
        rejection::Rejection,
        roster::{Held, Outlook, OwnShift, RosterFault, Source},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Days that a calendar shows: a month for whoever looks up when he was on duty, and half a year to plan by.
const DAYS_BACK: u32 = 31;
const DAYS_AHEAD: u32 = 183;

/// A calendar of the caller's, without its address.
#[derive(Serialize, ToSchema)]
pub(super) struct CalendarView {
    #[schema(value_type = String)]
    id: TokenId,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// When it was last read, to the minute.
    #[schema(value_type = String)]
    seen_at: Timestamp,
}

/// A calendar that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct CalendarMade {
    #[schema(value_type = String)]
    id: TokenId,
    /// Below this node's own origin. It is shown once; whoever has it reads the duties. With `?post=` it shows a post.
    path: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Shows who is on duty at this post instead of the account's own duties.
    #[param(value_type = Option<String>)]
    post: Option<PostId>,
}

/// Makes an address from which a calendar program reads the caller's duties.
#[utoipa::path(post, path = "/api/v1/calendars",
    responses((status = 201, body = CalendarMade), (status = 401), (status = 403), (status = 422)))]
pub(super) async fn make(
    State(web): State<Web>,
    caller: Caller,
    _: Written,
) -> Result<(StatusCode, Json<CalendarMade>), ApiError> {
    let (secret, id) = web.access.add_calendar(&caller.identity, web.board.now()).await?;
    let path = format!("/api/v1/calendars/{}/duties.ics", secret.expose());
    Ok((StatusCode::CREATED, Json(CalendarMade { id, path })))
}

/// Lists the caller's calendars, those read last first.
#[utoipa::path(get, path = "/api/v1/calendars",
    responses((status = 200, body = Vec<CalendarView>), (status = 401)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<CalendarView>>, ApiError> {
    let own = web.access.calendars(&caller.identity).await?;
    let view = |Token { id, created_at, seen_at, .. }| CalendarView { id, created_at, seen_at };
    Ok(Json(List::whole(own.into_iter().map(view).collect())))
}

/// Ends a calendar of the caller's: its address shows nothing any more.
#[utoipa::path(delete, path = "/api/v1/calendars/{id}",
    responses((status = 204), (status = 401), (status = 404)))]
pub(super) async fn end(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = id.parse().map_err(|_| ApiError::not_found("token.not_found", "no such calendar"))?;
    web.access.end_calendar(&caller.identity, id, web.board.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the duties of an account, or those of a post, as a calendar; the address is the secret.
#[utoipa::path(get, path = "/api/v1/calendars/{secret}/duties.ics", params(Wanted),
    responses((status = 200, content_type = "text/calendar"), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn read(
    State(web): State<Web>,
    Path(secret): Path<String>,
    Asked(Wanted { post }): Asked<Wanted>,
) -> Result<Response, ApiError> {
    let now = web.board.now();
    let identity = web.access.authenticate_calendar(&secret, now).await?;
    let actor = actor(&web, &identity).await?;
    let of = match (post, identity.holder) {
        (Some(post), _) | (None, Holder::Post(post)) => Of::Post(post),
        (None, Holder::Person(person)) => Of::Person(person),
        (None, Holder::Nobody) => {
            let message = "this login is nobody's, so no duty is its own; name a post";
            return Err(ApiError::not_found("duties.nobody", message).field("post"));
        }
    };
    let (from, to) = (now - DAY * DAYS_BACK, now + DAY * DAYS_AHEAD);
    let asked = of.clone();
    let looked =
        web.board.read(move |board| may_see(board, &actor, &asked).map(|()| Outlook::of(board)));
    let outlook = looked.await?.map_err(SubmitError::from)?;
    let wanted = of.clone();
    let held = beside(move || wanted.held(&outlook, from, to)).await?;
    let text = web.board.read(move |board| of.calendar(board, held, now)).await?;
    let about =
        [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, max-age=300")];
    Ok((about, text).into_response())
}

fn may_see(board: &Board, actor: &Actor, of: &Of) -> Result<(), Rejection> {
    let Of::Post(post) = of else { return Ok(()) };
    if board.roster.get(post).is_none() {
        return Err(RosterFault::UnknownPost(post.clone()).into());
    }
    if actor.sees(post.area) { Ok(()) } else { Err(Rejection::OutsideArea(post.area)) }
}

/// Whose duties a calendar shows.
#[derive(Clone)]
enum Of {
    Person(PersonId),
    Post(PostId),
}

impl Of {
    /// Returns the shifts; what is held for good is no appointment.
    fn held(&self, outlook: &Outlook, from: Timestamp, to: Timestamp) -> Vec<OwnShift> {
        let mut held = match self {
            Of::Person(person) => outlook.shifts_of(person, from, to),
            Of::Post(post) => {
                let of_post = |Held { from, to, people, source, .. }| OwnShift {
                    post: post.clone(),
                    from,
                    to,
                    source,
                    people,
                };
                outlook.shifts_at(post, from, to).into_iter().map(of_post).collect()
            }
        };
        held.retain(|shift| shift.source != Source::Permanent);
        held
    }

    fn calendar(&self, board: &Board, held: Vec<OwnShift>, now: Timestamp) -> String {
        let name = |id: &PersonId| -> CompactString {
            board.people.get(id).map(|person| person.name.clone()).unwrap_or_default()
        };
        let title = match self {
            Of::Person(person) => format_compact!("{}的值班", name(person)),
            Of::Post(post) => {
                let DutyPlace { area_name, duty_name, .. } = DutyPlace::of(board, post);
                format_compact!("{area_name}{duty_name}值班表")
            }
        };
        let shifts = held.into_iter().map(|held| {
            let others = |person: &PersonId| match self {
                Of::Person(own) => person != own,
                Of::Post(_) => true,
            };
            let named: Vec<CompactString> =
                held.people.iter().filter(|person| others(person)).map(name).collect();
            let place = DutyPlace::of(board, &held.post);
            let (uid, summary, description) = match self {
                Of::Person(own) => (
                    format!("{}.{own}", uid(&held)),
                    format!("值班：{}", place.post_title),
                    if named.is_empty() {
                        String::new()
                    } else {
                        format!("同班：{}", named.join("、"))
                    },
                ),
                Of::Post(_) => (uid(&held), named.join("、"), place.post_title.to_string()),
            };
            let remind = matches!(self, Of::Person(_));
            let place = place.area_name.to_string();
            Shift { uid, from: held.from, to: held.to, summary, description, place, remind }
        });
        written(&title, shifts, now)
    }
}

/// Returns what names a shift in every reading for as long as it stays as it is.
fn uid(held: &OwnShift) -> String {
    format!("{}.{}.{}", held.post.area, held.post.duty, held.from.millis() / 1_000)
}
