//! People who are brought to safety: orders looked at before they are given, how far they have come, the way home.

mod input;
pub(super) mod shelters;
pub(super) mod transfers;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::input::OrderInput;
use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply},
        evacuation::{Evacuation, EvacuationFault, EvacuationStep, PermitReturn, Tally},
        ids::{AreaCode, EvacuationId},
        rejection::Rejection,
    },
    protocol::{EvacuationView, PlanView, TallyRow},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Those whose people may not go home yet.
    #[serde(default)]
    open: bool,
    /// Those in this area, and the roll-up of what lies in it; the caller's own when left out.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    pub(super) fn page(&self) -> Page {
        Page { limit: self.limit, after: self.after.clone() }
    }

    /// Returns the area that is asked about, if `actor` sees it.
    pub(super) fn within(&self, actor: &Actor) -> Result<AreaCode, ApiError> {
        within(actor, self.area)
    }

    /// Returns the evacuations that are asked for and touch `area`, the newest first.
    pub(super) fn choose<'b>(
        &self,
        board: &'b Board,
        area: AreaCode,
        after: Option<EvacuationId>,
    ) -> impl Iterator<Item = &'b Evacuation> {
        let all = board.evacuations.iter().rev();
        all.filter(move |known| after.is_none_or(|after| known.id < after))
            .filter(|known| !self.open || known.ended.is_none())
            .filter(move |known| concerns(known, area))
    }
}

/// A page of evacuations, and what everybody who is being moved or away from home adds up to, drills left out.
#[derive(Serialize, ToSchema)]
pub(super) struct Evacuations {
    items: Vec<EvacuationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[schema(value_type = Object)]
    total: Tally,
    /// By the areas directly below the one asked for.
    rollup: Vec<TallyRow>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnInput {
    /// Who has permitted it.
    #[schema(value_type = String)]
    permitted_by: CompactString,
    #[serde(default)]
    note: String,
}

/// Orders people to be moved. Everybody who has to move some is told by one callout.
#[utoipa::path(post, path = "/api/v1/evacuations", request_body = OrderInput,
    responses((status = 201, body = EvacuationView), (status = 409), (status = 422)))]
pub(super) async fn order(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<EvacuationView>), ApiError> {
    allow(&caller.actor, Capability::Instruct)?;
    let wanted = written.json::<OrderInput>()?.read()?;
    let id = written.command_id(&caller.actor);
    let actor = caller.actor.clone();
    let command = Command::Evacuation(EvacuationStep::Order(wanted));
    let committed = web.board.submit_as(caller.actor, command, id).await?;
    let Reply::Evacuation { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(view(&web, actor, id).await?)))
}

/// Lays an order out as it would be given now: who, how many, where to, and what does not fit. Nothing is recorded.
#[utoipa::path(post, path = "/api/v1/evacuations/preview", request_body = OrderInput,
    responses((status = 200, body = PlanView), (status = 422)))]
pub(super) async fn preview(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<PlanView>, ApiError> {
    allow(&caller.actor, Capability::Instruct)?;
    let wanted = written.json::<OrderInput>()?.read()?;
    let (actor, now) = (caller.actor, web.board.now());
    let plan = web.board.read(move |board| {
        let plan = board.plan_evacuation(&actor, &wanted, now)?;
        Ok(PlanView::of(board, &plan))
    });
    plan.await?.map(Json).map_err(|refused: Rejection| SubmitError::from(refused).into())
}

/// Lists evacuations, the newest first, and how far moving people has come in an area.
#[utoipa::path(get, path = "/api/v1/evacuations", params(Filter),
    responses((status = 200, body = Evacuations)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<Evacuations>, ApiError> {
    let page = filter.page();
    let (limit, after) = (page.limit()?, page.after::<EvacuationId>()?);
    let (area, now) = (filter.within(&caller.actor)?, web.board.now());
    let read = web.board.read(move |board| {
        let wanted = filter.choose(board, area, after).take(limit + 1);
        let items: Vec<_> = wanted.map(|known| EvacuationView::of(board, known, now)).collect();
        let current = board.evacuations.current_in(area).filter(|transfer| !transfer.drill);
        (items, TallyRow::of(board, current, area, now))
    });
    let (items, (total, rollup)) = read.await?;
    let List { items, next } = List::cut(items, limit, |view| view.id.to_string());
    Ok(Json(Evacuations { items, next, total, rollup }))
}

/// Returns one evacuation and how far it has come in each area.
#[utoipa::path(get, path = "/api/v1/evacuations/{id}", params(("id" = String, Path)),
    responses((status = 200, body = EvacuationView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<EvacuationId>,
) -> Result<Json<EvacuationView>, ApiError> {
    view(&web, caller.actor, id).await.map(Json)
}

/// Lets the people of an evacuation go home; whoever brought them is told to see them back.
#[utoipa::path(post, path = "/api/v1/evacuations/{id}/return", params(("id" = String, Path)),
    request_body = ReturnInput,
    responses((status = 200, body = EvacuationView), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn permit_return(
    State(web): State<Web>,
    caller: Caller,
    Named(evacuation): Named<EvacuationId>,
    written: Written,
) -> Result<Json<EvacuationView>, ApiError> {
    let ReturnInput { permitted_by, note } = written.json()?;
    let id = written.command_id(&caller.actor);
    let actor = caller.actor.clone();
    let permit = PermitReturn { evacuation, permitted_by, note };
    let command = Command::Evacuation(EvacuationStep::PermitReturn(permit));
    web.board.submit_as(caller.actor, command, id).await?;
    view(&web, actor, evacuation).await.map(Json)
}

async fn view(web: &Web, actor: Actor, id: EvacuationId) -> Result<EvacuationView, ApiError> {
    let now = web.board.now();
    let found = web.board.read(move |board| {
        let known = board.evacuations.get(id).filter(|known| concerns(known, actor.area))?;
        Some(EvacuationView::of(board, known, now))
    });
    found
        .await?
        .ok_or_else(|| SubmitError::from(Rejection::from(EvacuationFault::Unknown(id))).into())
}

/// Tells whether an evacuation touches what lies in `area`.
fn concerns(known: &Evacuation, area: AreaCode) -> bool {
    area.contains(known.area) || known.area.contains(area)
}

/// Returns the area asked for, the caller's own where none is.
fn within(actor: &Actor, asked: Option<AreaCode>) -> Result<AreaCode, ApiError> {
    let area = asked.unwrap_or(actor.area);
    if actor.sees(area) {
        return Ok(area);
    }
    Err(SubmitError::from(Rejection::OutsideArea(area)).into())
}
