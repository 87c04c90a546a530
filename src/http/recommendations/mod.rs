//! Whom to send: for one incident, for several at once, and which areas have no boat near.

mod views;

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::views::{
    CoveredView, MoveUpView, PostingView, ProposalView, RecommendationView, RejectedView,
    UnmetView, Words, outcome,
};
use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Written, allow},
};
use crate::{
    advice::{Advice, Moment, last_seen},
    domain::{
        actor::{Actor, Capability},
        area::LonLat,
        board::Board,
        capability::{Need, NeedFault},
        ids::{IncidentId, UnitId},
        incident::Incident,
        recommend::{
            Demand, Posting, consequences, coverage, move_up, move_up_now, propose, recommend,
        },
        supply::catalogue::Catalogue as Items,
    },
};

/// Incidents planned for at once.
const INCIDENTS_MAX: usize = 200;

#[derive(Deserialize, IntoParams)]
pub(super) struct Needed {
    /// Such as `boat_rescue:2,pump:1000,item/sandbag:500`.
    need: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Earnest {
    /// As a drill has it: with the warnings of exercises, and without the units that drills hold.
    drill: Option<bool>,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Moving {
    /// Units that are to be sent away, with commas between; without them, as things stand.
    without: Option<String>,
    /// As a drill has it.
    drill: Option<bool>,
}

/// What is needed at several incidents.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Demands {
    incidents: Vec<DemandInput>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DemandInput {
    #[schema(value_type = String)]
    id: IncidentId,
    need: String,
}

/// Says whom to send to an incident, why, and what is missing.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/recommendations",
    params(("id" = String, Path), Needed),
    responses((status = 200, body = RecommendationView), (status = 404), (status = 422)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Asked(Needed { need }): Asked<Needed>,
) -> Result<Json<RecommendationView>, ApiError> {
    allow(&caller.actor, Capability::Dispatch)?;
    let needs = web.advice.catalogue.needs(&need).map_err(|fault| refused(&fault))?;
    let about = About::Incidents(vec![id]);
    let (moment, places, known) = moment(&web, caller.actor, about).await?;
    let place = places[0].1;
    let view = blocking(&web, move |advice| {
        let found = advice.ask(&moment, |scene| recommend(scene, place, &needs));
        let words = Words { advice, known: &known };
        let need = |number: usize| needs[number].to_string();
        RecommendationView {
            items: found.items.iter().map(|item| words.item(item, need(item.need))).collect(),
            alternatives: found
                .alternatives
                .iter()
                .map(|item| words.item(item, need(item.need)))
                .collect(),
            depots: found.depots.iter().map(|offer| words.offer(offer, need(offer.need))).collect(),
            rejected: found
                .rejected
                .iter()
                .map(|rejected| RejectedView {
                    unit: rejected.unit.clone(),
                    name: words.name(rejected.unit.as_str()),
                    need: need(rejected.need),
                    reason: rejected.why.code(),
                    text: rejected.why.zh(),
                    text_en: rejected.why.en(),
                })
                .collect(),
            shortfalls: found.shortfalls.iter().map(|s| words.shortfall(s)).collect(),
            left_bare: found.left_bare.iter().map(|covered| words.covered(covered)).collect(),
        }
    });
    view.await.map(Json)
}

/// Proposes units for several incidents together, the gravest served best.
#[utoipa::path(post, path = "/api/v1/dispatch/proposal", request_body = Demands,
    responses((status = 200, body = ProposalView), (status = 404), (status = 422)))]
pub(super) async fn several(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<Json<ProposalView>, ApiError> {
    allow(&caller.actor, Capability::Dispatch)?;
    let Demands { incidents } = written.json()?;
    if incidents.is_empty() || incidents.len() > INCIDENTS_MAX {
        let message = format!("name 1 to {INCIDENTS_MAX} incidents");
        return Err(ApiError::bad_field("incidents", message));
    }
    let mut needs: BTreeMap<IncidentId, Vec<Need>> = BTreeMap::new();
    for DemandInput { id, need } in &incidents {
        let read = web.advice.catalogue.needs(need).map_err(|fault| refused(&fault))?;
        needs.insert(*id, read);
    }
    let ids = needs.keys().copied().collect();
    let (moment, places, known) = moment(&web, caller.actor, About::Incidents(ids)).await?;
    let demands = places.into_iter().map(|(id, at, grade)| Demand {
        incident: id.to_string().into(),
        at,
        grade,
        needs: needs.get(&id).cloned().unwrap_or_default(),
    });
    let demands: Vec<Demand> = demands.collect();
    let view = blocking(&web, move |advice| {
        let found = advice.ask(&moment, |scene| propose(scene, &demands));
        let words = Words { advice, known: &known };
        let need = |posting: &Posting| {
            let of = demands.iter().find(|demand| demand.incident == posting.incident);
            of.and_then(|demand| demand.needs.get(posting.need)).map(Need::to_string)
        };
        let posting = |posting: &Posting| PostingView {
            incident: posting.incident.clone(),
            unit: posting.unit.clone(),
            name: words.name(posting.unit.as_str()),
            need: need(posting).unwrap_or_default(),
            contributes: posting.contributes,
            eta_s: posting.eta_s,
            distance_m: posting.distance_m,
            under_way_to: posting.under_way_to.clone(),
            reasons: words.reasons(&posting.reasons),
        };
        ProposalView {
            postings: found.postings.iter().map(posting).collect(),
            unmet: found
                .unmet
                .iter()
                .map(|unmet| UnmetView {
                    incident: unmet.incident.clone(),
                    shortfall: words.shortfall(&unmet.shortfall),
                })
                .collect(),
            left_bare: found.left_bare.iter().map(|covered| words.covered(covered)).collect(),
            joint: outcome(&found.joint),
            greedy: outcome(&found.greedy),
        }
    });
    view.await.map(Json)
}

/// Says which red-warned townships have no boat near; warnings of exercises count for drills only.
#[utoipa::path(get, path = "/api/v1/dispatch/coverage", params(Earnest),
    responses((status = 200, body = Vec<CoveredView>)))]
pub(super) async fn cover(
    State(web): State<Web>,
    caller: Caller,
    Asked(Earnest { drill }): Asked<Earnest>,
) -> Result<Json<List<CoveredView>>, ApiError> {
    let about = About::Areas { drill: drill == Some(true) };
    let (moment, _, known) = moment(&web, caller.actor, about).await?;
    let view = blocking(&web, move |advice| {
        let found = advice.ask(&moment, coverage);
        let words = Words { advice, known: &known };
        found.iter().map(|covered| words.covered(covered)).collect()
    });
    view.await.map(|items| Json(List::whole(items)))
}

/// Says which unit could move where, so that no red-warned township stays without one near: as things stand, or once some
/// units are sent.
#[utoipa::path(get, path = "/api/v1/dispatch/move-up", params(Moving),
    responses((status = 200, body = MoveUpView), (status = 422)))]
pub(super) async fn moving_up(
    State(web): State<Web>,
    caller: Caller,
    Asked(Moving { without, drill }): Asked<Moving>,
) -> Result<Json<MoveUpView>, ApiError> {
    let taken = without.as_deref().unwrap_or_default().split(',').map(str::trim);
    let taken = taken.filter(|id| !id.is_empty()).map(|id| {
        let unknown = || ApiError::bad_field("without", format!("{id:?} names no unit"));
        id.parse::<UnitId>().map_err(|_| unknown())
    });
    let taken: Vec<UnitId> = taken.collect::<Result<_, _>>()?;
    let about = About::Areas { drill: drill == Some(true) };
    let (moment, _, known) = moment(&web, caller.actor, about).await?;
    if let Some(id) = taken.iter().find(|id| !known.names.contains_key(id.as_str())) {
        return Err(ApiError::bad_field("without", format!("no unit {id}; see GET /api/v1/units")));
    }
    let view = blocking(&web, move |advice| {
        advice.ask(&moment, |scene| {
            let found = if taken.is_empty() { move_up_now(scene) } else { move_up(scene, &taken) };
            let words = Words { advice, known: &known };
            let home = |unit: &UnitId| {
                let moved = scene.candidates.iter().find(|moved| moved.unit.id == *unit);
                moved.map(|moved| moved.unit.area)
            };
            let moves = found.moves.iter().map(|moving| {
                words.moving(moving, home(&moving.unit), &consequences(scene, &taken, moving))
            });
            MoveUpView {
                moves: moves.collect(),
                bare: found.bare.iter().map(|covered| words.covered(covered)).collect(),
                still_bare: found.still_bare.iter().map(|bare| words.covered(bare)).collect(),
            }
        })
    });
    view.await.map(Json)
}

/// What a question is about.
enum About {
    Incidents(Vec<IncidentId>),
    Areas { drill: bool },
}

/// What was asked about: incident, place and grade.
type Places = Vec<(IncidentId, LonLat, u8)>;

/// What answers name.
struct Known {
    /// Of units, depots and areas, by id.
    names: BTreeMap<CompactString, CompactString>,
    items: Items,
}

async fn moment(
    web: &Web,
    actor: Actor,
    about: About,
) -> Result<(Moment, Places, Known), ApiError> {
    let (now, positions, advice) = (web.board.now(), web.positions.clone(), web.advice.clone());
    let read = web.board.read(move |board| {
        let last_seen = |id: &UnitId| last_seen(board, &positions, id, now);
        let (places, drill) = match about {
            About::Areas { drill } => (Places::new(), drill),
            About::Incidents(ids) => together(board, &actor, &ids)?,
        };
        let moment = Moment::of(board, (actor.area, drill), &advice.near, now, &last_seen);
        Ok((moment, places, known(board, &actor)))
    });
    read.await?
}

/// Returns where the incidents are, and whether they are drills: all of them, or none.
fn together(board: &Board, actor: &Actor, ids: &[IncidentId]) -> Result<(Places, bool), ApiError> {
    let seen = |id: &IncidentId| {
        let incident = board.incidents.get(*id).filter(|incident| actor.sees(incident.area()));
        incident.ok_or_else(|| ApiError::not_found("incident.unknown", format!("no incident {id}")))
    };
    let incidents = ids.iter().map(seen).collect::<Result<Vec<_>, _>>()?;
    let drills = incidents.iter().filter(|incident| incident.drill).count();
    if drills > 0 && drills < incidents.len() {
        let message =
            "drills and what really happens are planned for apart; name only the one or the other";
        return Err(ApiError::bad_field("incidents", message));
    }
    let places = incidents.into_iter().map(|incident| place(board, incident));
    Ok((places.collect::<Result<_, _>>()?, drills > 0))
}

fn place(board: &Board, incident: &Incident) -> Result<(IncidentId, LonLat, u8), ApiError> {
    let known = &incident.particulars;
    let middle = || board.areas.get(known.place.area).and_then(|area| area.centroid);
    let at = known.place.point.or_else(middle).ok_or_else(|| {
        let message = "the incident has no point and its area no middle; say where it is";
        ApiError::bad_field("point", message)
    })?;
    // One that nobody has graded is taken for Ⅲ.
    Ok((incident.id, at, known.level.unwrap_or(3)))
}

fn known(board: &Board, actor: &Actor) -> Known {
    let units = board.units.iter().filter(|unit| actor.sees(unit.area));
    let units = units.map(|unit| (unit.id.as_str().into(), unit.name.clone()));
    let sites = board.sites.iter().filter(|site| actor.sees(site.area));
    let sites = sites.map(|site| (site.id.as_str().into(), site.name.clone()));
    let areas = board.areas.inside(actor.area);
    let areas = areas.map(|area| (area.code.to_string().into(), area.name.clone()));
    let names = units.chain(sites).chain(areas).collect();
    Known { names, items: board.supplies.rules().items.clone() }
}

/// Reckons away from the sockets: a county's roads take milliseconds.
async fn blocking<T: Send + 'static>(
    web: &Web,
    question: impl FnOnce(&Advice) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let advice = web.advice.clone();
    let asked = tokio::task::spawn_blocking(move || question(&advice)).await;
    asked.map_err(|error| {
        tracing::error!(%error, "a recommendation broke off");
        let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        ApiError::new(status, "recommendation.failed", "it could not be reckoned")
    })
}

fn refused(fault: &NeedFault) -> ApiError {
    let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    ApiError::new(status, fault.code(), fault.to_string()).field(fault.field())
}
