//! Posts handed over by signature: what is open, who has signed, and signing.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Asked, Caller, List, Named, Written},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        board::Board,
        command::{Command, Reply},
        handover::{Handover, Matters, Side, SignHandover, Signature},
        ids::{HandoverId, PersonId, PostId},
        rejection::Rejection,
        roster::RosterFault,
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// Most handovers of a list.
const LISTED_MAX: usize = 200;

#[derive(Deserialize, IntoParams)]
pub(super) struct Which {
    /// Of this post alone.
    #[param(value_type = Option<String>)]
    post: Option<PostId>,
    /// Only those that somebody still has to sign.
    #[serde(default)]
    open: bool,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct OfPost {
    /// Area and duty, such as `990101000000/duty_officer`.
    #[param(value_type = String)]
    post: PostId,
}

/// A signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInput {
    #[schema(value_type = String)]
    post: PostId,
    /// `outgoing` or `incoming`.
    #[schema(value_type = String)]
    side: Side,
    /// Whose it is, where the desk enters it; the caller's own when left out.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// What the next one has to know; at most 2,000 characters.
    #[serde(default)]
    note: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    id: String,
}

/// One change of shift at one post.
#[derive(Serialize, ToSchema)]
pub(super) struct HandoverView {
    #[schema(value_type = String)]
    id: HandoverId,
    #[serde(flatten)]
    place: DutyPlace,
    /// When the shift changes.
    #[schema(value_type = String)]
    at: Timestamp,
    /// `early`, `unsigned`, `signed`, or `passed`: the next change came before both had signed.
    state: &'static str,
    outgoing: Vec<NamedPerson>,
    incoming: Vec<NamedPerson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handed: Option<SignatureView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<SignatureView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignatureView {
    #[schema(value_type = String)]
    at: Timestamp,
    /// The login by which it came.
    #[schema(value_type = String)]
    by: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<NamedPerson>,
    note: String,
    matters: MattersView,
}

/// What is open, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct MattersView {
    callouts: Vec<MatterView>,
    /// Posts that nobody has reached.
    unreached: u32,
    incidents: Vec<MatterView>,
    /// Tasks and instructions that the post itself has to do.
    tasks: Vec<MatterView>,
    reports: Vec<MatterView>,
    responses: Vec<MatterView>,
    /// How many more there are of all of these.
    left_off: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MatterView {
    id: String,
    title: String,
}

/// Lists changes of shift, newest first; at most 200.
#[utoipa::path(get, path = "/api/v1/handovers", params(Which),
    responses((status = 200, body = Vec<HandoverView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(Which { post, open }): Asked<Which>,
) -> Result<Json<List<HandoverView>>, ApiError> {
    let actor = caller.actor;
    let items = web.board.read(move |board| {
        let all = board.handovers.iter().rev().filter(|handover| handover.is_open() || !open);
        let of_post = all.filter(|one| post.as_ref().is_none_or(|post| one.post == *post));
        let seen = of_post.filter(|handover| sees(&actor, handover)).take(LISTED_MAX);
        seen.map(|handover| HandoverView::of(board, handover)).collect()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Shows one.
#[utoipa::path(get, path = "/api/v1/handovers/{id}", params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<HandoverId>,
) -> Result<Json<HandoverView>, ApiError> {
    let view = web.board.read(move |board| {
        let handover = board.handovers.get(id).filter(|one| sees(&caller.actor, one))?;
        Some(HandoverView::of(board, handover))
    });
    let unknown = || ApiError::not_found("handover.unknown", format!("no handover {id}"));
    view.await?.map(Json).ok_or_else(unknown)
}

/// Lists what is open now where a post is: what would be handed over with it.
#[utoipa::path(get, path = "/api/v1/handovers/matters", params(OfPost),
    responses((status = 200, body = MattersView), (status = 403), (status = 404)))]
pub(super) async fn matters(
    State(web): State<Web>,
    caller: Caller,
    Asked(OfPost { post }): Asked<OfPost>,
) -> Result<Json<MattersView>, ApiError> {
    let view = web.board.read(move |board| {
        if board.roster.get(&post).is_none() {
            return Err(RosterFault::UnknownPost(post).into());
        }
        if !caller.actor.sees(post.area) {
            return Err(Rejection::OutsideArea(post.area));
        }
        Ok(MattersView::of(board, &board.matters(&post)))
    });
    Ok(Json(view.await?.map_err(SubmitError::from)?))
}

/// Signs for one side of a change of shift: the one that runs, or the next up to an hour before it.
#[utoipa::path(post, path = "/api/v1/handovers", request_body = SignInput,
    responses((status = 201, body = Made), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn sign(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Made>), ApiError> {
    let SignInput { post, side, person, note } = written.json()?;
    let id = written.command_id(&caller.actor);
    let sign = Command::SignHandover(SignHandover { post, side, person, note });
    let committed = web.board.submit_as(caller.actor, sign, id).await?;
    let Reply::Handover { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Made { id: id.to_string() })))
}

fn sees(actor: &Actor, handover: &Handover) -> bool {
    let sides = [&handover.outgoing, &handover.incoming];
    let own = actor.person.as_ref().is_some_and(|own| sides.iter().any(|side| side.contains(own)));
    own || actor.sees(handover.post.area)
}

impl HandoverView {
    fn of(board: &Board, handover: &Handover) -> Self {
        let named = |people: &[PersonId]| {
            people.iter().map(|person| NamedPerson::of(board, person)).collect()
        };
        let signature = |signature: &Signature| SignatureView {
            at: signature.at,
            by: signature.by.clone(),
            person: signature.person.as_ref().map(|person| NamedPerson::of(board, person)),
            note: signature.note.clone(),
            matters: MattersView::of(board, &signature.matters),
        };
        Self {
            id: handover.id,
            place: DutyPlace::of(board, &handover.post),
            at: handover.at,
            state: match (handover.passed, handover.due, handover.is_open()) {
                (true, ..) => "passed",
                (false, false, _) => "early",
                (false, true, true) => "unsigned",
                (false, true, false) => "signed",
            },
            outgoing: named(&handover.outgoing),
            incoming: named(&handover.incoming),
            handed: handover.handed.as_ref().map(signature),
            taken: handover.taken.as_ref().map(signature),
        }
    }
}

impl MattersView {
    fn of(board: &Board, matters: &Matters) -> Self {
        fn named<T: Copy + std::fmt::Display>(
            ids: &[T],
            title: impl Fn(T) -> Option<String>,
        ) -> Vec<MatterView> {
            let view =
                |id: &T| MatterView { id: id.to_string(), title: title(*id).unwrap_or_default() };
            ids.iter().map(view).collect()
        }
        Self {
            callouts: named(&matters.callouts, |id| {
                Some(board.callouts.get(id)?.subject.to_string())
            }),
            unreached: matters.unreached,
            incidents: named(&matters.incidents, |id| {
                Some(board.incidents.get(id)?.title().to_string())
            }),
            tasks: named(&matters.tasks, |id| Some(board.tasks.get(id)?.title.to_string())),
            reports: named(&matters.reports, |id| Some(board.reports.get(id)?.title.clone())),
            responses: named(&matters.responses, |id| Some(board.responses.get(id)?.title())),
            left_off: matters.left_off,
        }
    }
}
