//! Incidents: taken down, changed, brought on, linked; what is suggested for one, and who is sent.

mod input;

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::input::{IncidentInput, Revised};
use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, Done, List, Named, Page, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        area::LonLat,
        assignment::{AssignUnit, AssignmentStep},
        board::Board,
        command::{Command, Reply},
        ids::{AreaCode, IncidentId, UnitId},
        incident::{EditIncident, Incident, IncidentFault, IncidentStep, Particulars, Stage},
        rejection::Rejection,
        time::Timestamp,
    },
    ingest::cap::event_codes,
    protocol::{IncidentDetail, IncidentView, Viewer},
};

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only open ones, or only those that are over.
    open: Option<bool>,
    /// Only in this area and what lies in it.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Filter {
    pub(super) fn page(&self) -> Page {
        Page { limit: self.limit, after: self.after.clone() }
    }

    /// Returns the incidents that are asked for and that `actor` sees, the newest first.
    pub(super) fn choose<'b>(
        &self,
        board: &'b Board,
        actor: &Actor,
        after: Option<IncidentId>,
    ) -> impl Iterator<Item = &'b Incident> {
        let all = board.incidents.iter().rev();
        all.filter(move |incident| after.is_none_or(|after| incident.id < after))
            .filter(|incident| self.open.is_none_or(|open| incident.is_open() == open))
            .filter(|incident| self.area.is_none_or(|area| area.contains(incident.area())))
            .filter(|incident| actor.sees(incident.area()))
    }
}

/// What was taken down.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    id: String,
    /// Incidents that it may be another report of, the likeliest first.
    similar: Vec<IncidentView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageInput {
    /// `verified`, `handling`, `unfounded` or `closed`.
    #[schema(value_type = String)]
    stage: Stage,
    /// Why, for what is over.
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkInput {
    /// The incident that this one is another report of.
    #[schema(value_type = String)]
    to: IncidentId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteInput {
    text: String,
}

/// Who is sent, and with what words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderInput {
    #[schema(value_type = String)]
    unit: UnitId,
    order: String,
    /// What it is sent for, such as `boat_rescue`.
    #[serde(default)]
    #[schema(value_type = String)]
    need: CompactString,
    /// `[lon, lat]`, where that is not the incident's place.
    #[serde(default)]
    #[schema(value_type = Option<Vec<f64>>)]
    to: Option<LonLat>,
    /// When it should be there, as it was reckoned.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    eta: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Ordered {
    id: String,
    obligation: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct KindView {
    code: &'static str,
    name: &'static str,
    name_en: &'static str,
}

/// Takes an incident down; what it may be another report of is said at once.
#[utoipa::path(post, path = "/api/v1/incidents", request_body = IncidentInput,
    responses((status = 201, body = Taken), (status = 403), (status = 422)))]
pub(super) async fn receive(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Taken>), ApiError> {
    allow(&caller.actor, Capability::Dispatch)?;
    let input: IncidentInput = written.json()?;
    let drill = input.drill;
    let particulars = particulars(&web, input, None).await?;
    let command = written.command_id(&caller.actor);
    let step = IncidentStep::Receive { particulars: Box::new(particulars.clone()), drill };
    let actor = caller.actor;
    let committed = web.board.submit_as(actor.clone(), Command::Incident(step), command).await?;
    let Reply::Incident { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let now = web.board.now();
    let similar = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let similar = board.incidents.similar(&particulars).into_iter();
        let others = similar.filter(|known| known.id != id && actor.sees(known.area()));
        others.map(|known| IncidentView::of(board, known, &viewer)).collect()
    });
    Ok((StatusCode::CREATED, Json(Taken { id: id.to_string(), similar: similar.await? })))
}

/// Changes what is known of an incident.
#[utoipa::path(put, path = "/api/v1/incidents/{id}", request_body = Revised,
    params(("id" = String, Path)),
    responses((status = 200, body = IncidentDetail), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn edit(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<Json<IncidentDetail>, ApiError> {
    allow(&caller.actor, Capability::Dispatch)?;
    let Revised { revision, incident: input } = written.json()?;
    let known = web
        .board
        .read(move |board| board.incidents.get(incident).map(|known| known.particulars.clone()));
    let known = known.await?.ok_or_else(|| unknown(incident))?;
    let particulars = Box::new(particulars(&web, input, Some(&known)).await?);
    let command = written.command_id(&caller.actor);
    let step = IncidentStep::Edit(EditIncident { incident, revision, particulars });
    web.board.submit_as(caller.actor.clone(), Command::Incident(step), command).await?;
    detail(&web, caller.actor, incident).await
}

/// Lists incidents, the newest first.
#[utoipa::path(get, path = "/api/v1/incidents", params(Filter),
    responses((status = 200, body = Vec<IncidentView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<IncidentView>>, ApiError> {
    let page = filter.page();
    let (limit, after) = (page.limit()?, page.after::<IncidentId>()?);
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let page = filter.choose(board, &actor, after).take(limit + 1);
        page.map(|incident| IncidentView::of(board, incident, &viewer)).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Returns one incident with its units and tasks.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", params(("id" = String, Path)),
    responses((status = 200, body = IncidentDetail), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<IncidentId>,
) -> Result<Json<IncidentDetail>, ApiError> {
    detail(&web, caller.actor, id).await
}

/// Brings an incident to another stage.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/stage", request_body = StageInput,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404), (status = 409)))]
pub(super) async fn advance(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let StageInput { stage: to, note } = written.json()?;
    step(&web, caller.actor, IncidentStep::Advance { incident, to, note }, &written).await
}

/// Notes that an incident is another report of one that is known.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/link", request_body = LinkInput,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn link(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let LinkInput { to } = written.json()?;
    step(&web, caller.actor, IncidentStep::Link { incident, to }, &written).await
}

/// Notes what was said or seen.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/notes", request_body = NoteInput,
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404), (status = 422)))]
pub(super) async fn note(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let NoteInput { text } = written.json()?;
    step(&web, caller.actor, IncidentStep::Note { incident, text }, &written).await
}

/// Lists incidents that this one may be another report of, the likeliest first.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/similar", params(("id" = String, Path)),
    responses((status = 200, body = Vec<IncidentView>), (status = 404)))]
pub(super) async fn similar(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<IncidentId>,
) -> Result<Json<List<IncidentView>>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let found = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let incident = seen(board, &actor, id)?;
        let similar = board.incidents.similar(&incident.particulars).into_iter();
        let others = similar.filter(|known| known.id != id && actor.sees(known.area()));
        Some(others.map(|known| IncidentView::of(board, known, &viewer)).collect())
    });
    found.await?.map(|items| Json(List::whole(items))).ok_or_else(|| unknown(id))
}

/// Sends a unit; whoever answers for it is called at once.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/assignments", request_body = OrderInput,
    params(("id" = String, Path)),
    responses((status = 201, body = Ordered), (status = 404), (status = 409), (status = 422)))]
pub(super) async fn assign(
    State(web): State<Web>,
    caller: Caller,
    Named(incident): Named<IncidentId>,
    written: Written,
) -> Result<(StatusCode, Json<Ordered>), ApiError> {
    allow(&caller.actor, Capability::Dispatch)?;
    let OrderInput { unit, order, need, to, eta } = written.json()?;
    let assign = AssignUnit { incident, unit, order, need, to, eta };
    let command = written.command_id(&caller.actor);
    let step = Command::Assignment(AssignmentStep::Assign(assign));
    let committed = web.board.submit_as(caller.actor, step, command).await?;
    let Reply::Assignment { id, obligation } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    let ordered = Ordered { id: id.to_string(), obligation: obligation.to_string() };
    Ok((StatusCode::CREATED, Json(ordered)))
}

/// Lists the kinds of incident by their national codes.
#[utoipa::path(get, path = "/api/v1/incident-kinds",
    responses((status = 200, body = Vec<KindView>)))]
pub(super) async fn kinds(_: Caller) -> Json<List<KindView>> {
    let kinds = event_codes::all().iter().map(|kind| KindView {
        code: &kind.code,
        name: &kind.name_zh,
        name_en: &kind.name_en,
    });
    Json(List::whole(kinds.collect()))
}

/// Completes what was filled in: the place from a point or an address, times that nobody gave.
async fn particulars(
    web: &Web,
    input: IncidentInput,
    known: Option<&Particulars>,
) -> Result<Particulars, ApiError> {
    if event_codes::by_code(&input.kind).is_none() {
        let fault = IncidentFault::Kind(input.kind.clone());
        return Err(SubmitError::from(Rejection::Incident(fault)).into());
    }
    let (point, address) = (input.point, input.address.clone());
    let area = match input.area {
        Some(area) => area,
        None => {
            let found = web.board.read(move |board| {
                let by_point = point.and_then(|point| board.areas.at_point(point));
                by_point.or_else(|| board.areas.named_in(&address))
            });
            found.await?.ok_or_else(|| {
                let message = "neither point nor address says which area; give its code";
                ApiError::bad_field("area", message)
            })?
        }
    };
    Ok(input.into_particulars(area, known, web.board.now()))
}

async fn step(
    web: &Web,
    actor: Actor,
    step: IncidentStep,
    written: &Written,
) -> Result<Json<Done>, ApiError> {
    let command = written.command_id(&actor);
    let committed = web.board.submit_as(actor, Command::Incident(step), command).await?;
    Ok(Json(Done { seq: committed.seq }))
}

async fn detail(web: &Web, actor: Actor, id: IncidentId) -> Result<Json<IncidentDetail>, ApiError> {
    let (now, advice) = (web.board.now(), web.advice.clone());
    let found = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        let incident = seen(board, &actor, id)?;
        Some(IncidentDetail::of(board, incident, &viewer, &advice.catalogue))
    });
    found.await?.map(Json).ok_or_else(|| unknown(id))
}

fn seen<'b>(board: &'b Board, actor: &Actor, id: IncidentId) -> Option<&'b Incident> {
    board.incidents.get(id).filter(|incident| actor.sees(incident.area()))
}

fn unknown(id: IncidentId) -> ApiError {
    ApiError::not_found("incident.unknown", format!("no incident {id}; see GET /api/v1/incidents"))
}
