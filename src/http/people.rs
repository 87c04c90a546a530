//! Who there is: the people that a roster can name.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Capability,
        board::Board,
        ids::{AreaCode, PersonId},
        person::{Channel, Person},
        rejection::Rejection,
    },
    protocol::Viewer,
};

/// People that are listed unless told otherwise, and most of them.
const LISTED: usize = 50;
const LISTED_MAX: usize = 500;

#[derive(Deserialize, IntoParams)]
pub(super) struct Wanted {
    /// Part of a name, of an office or of an id; everybody when left out.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    q: CompactString,
    /// This area and what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// 1 to 500; 50 when left out.
    limit: Option<usize>,
}

/// People found.
#[derive(Serialize, ToSchema)]
pub(super) struct PeopleView {
    items: Vec<PersonView>,
    /// How many more there are.
    left_off: usize,
}

#[derive(Serialize, ToSchema)]
struct PersonView {
    #[schema(value_type = String)]
    id: PersonId,
    #[schema(value_type = String)]
    name: CompactString,
    /// Their office, such as 东街村党支部书记.
    #[schema(value_type = String)]
    title: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    area_name: CompactString,
    /// Masked for whoever may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    phone: Option<CompactString>,
    has_telephone: bool,
}

/// Lists people: those whose name begins with what is asked for first, then the wider areas.
#[utoipa::path(get, path = "/api/v1/people", params(Wanted),
    responses((status = 200, body = PeopleView), (status = 400), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PeopleView>, ApiError> {
    let actor = caller.actor;
    allow(&actor, Capability::OverrideRoster)?;
    let area = wanted.area.unwrap_or(actor.area);
    if !actor.sees(area) {
        return Err(SubmitError::from(Rejection::OutsideArea(area)).into());
    }
    let limit = wanted.limit.unwrap_or(LISTED);
    if !(1..=LISTED_MAX).contains(&limit) {
        return Err(ApiError::bad_query("limit", format!("use 1 to {LISTED_MAX}")));
    }
    let now = web.board.now();
    let views = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let q = wanted.q.trim();
        let inside = board.people.iter().filter(|person| area.contains(person.area));
        let mut found: Vec<&Person> = inside.filter(|person| matches(person, q)).collect();
        let left_off = found.len().saturating_sub(limit);
        found.sort_by_key(|person| (!person.name.starts_with(q), person.area, &person.id));
        found.truncate(limit);
        let items = found.into_iter().map(|person| PersonView::of(board, person, &viewer));
        PeopleView { items: items.collect(), left_off }
    });
    Ok(Json(views.await?))
}

fn matches(person: &Person, q: &str) -> bool {
    [person.name.as_str(), &person.title, person.id.as_str()].iter().any(|text| text.contains(q))
}

impl PersonView {
    fn of(board: &Board, person: &Person, viewer: &Viewer<'_>) -> Self {
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            title: person.title.clone(),
            area: person.area,
            area_name: board.areas.name(person.area),
            phone: viewer.number(board, &person.id, false),
            has_telephone: person.has(Channel::Voice),
        }
    }
}
