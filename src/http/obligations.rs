//! Obligations: what one must answer, and answering.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Web,
    error::ApiError,
    request::{Caller, List, Named, Written},
};
use crate::{
    domain::{
        command::{AnswerKind, Command, GiveAnswer},
        ids::ObligationId,
        spot_check::Here,
    },
    hub,
    protocol::{ObligationView, Viewer},
};

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerInput {
    /// `acknowledged` or `declined`.
    #[schema(value_type = String)]
    answer: AnswerKind,
    #[serde(default)]
    note: String,
    /// A person's id or name: the answer is theirs (代应答).
    #[schema(value_type = Option<String>)]
    on_behalf_of: Option<CompactString>,
    /// How they were spoken to.
    #[schema(value_type = Option<String>)]
    via: Option<CompactString>,
    /// Where the telephone is, with a spot check that asks: `{lon, lat, accuracy_m}`; kept only there.
    #[schema(value_type = Option<Object>)]
    here: Option<Here>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AnswerTaken {
    /// Whose number on the socket says that the board shows it.
    seq: u64,
    late: bool,
}

/// Lists what the caller must answer now, the most severe and the oldest first.
#[utoipa::path(get, path = "/api/v1/obligations/mine", responses((status = 200)))]
pub(super) async fn mine(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<ObligationView>>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let items = web.board.read(move |board| {
        let viewer = Viewer { actor: &actor, now };
        hub::mine(board, &actor, &viewer)
    });
    Ok(Json(List::whole(items.await?)))
}

/// Returns one obligation.
#[utoipa::path(get, path = "/api/v1/obligations/{id}", params(("id" = String, Path)),
    responses((status = 200, body = ObligationView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ObligationId>,
) -> Result<Json<ObligationView>, ApiError> {
    let (actor, now) = (caller.actor, web.board.now());
    let view = web.board.read(move |board| {
        let obligation = board.callouts.obligation(id)?;
        let own = actor.person.as_ref().is_some_and(|person| obligation.was_asked(person));
        let seen = own || actor.sees(obligation.post.area);
        seen.then(|| ObligationView::of(board, obligation, &Viewer { actor: &actor, now }))?
    });
    let unknown = || ApiError::not_found("obligation.unknown", format!("no obligation {id}"));
    view.await?.map(Json).ok_or_else(unknown)
}

/// Answers; the same answer again gets the first result again.
#[utoipa::path(post, path = "/api/v1/obligations/{id}/answer", request_body = AnswerInput,
    params(("id" = String, Path)),
    responses((status = 200, body = AnswerTaken), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn answer(
    State(web): State<Web>,
    caller: Caller,
    Named(obligation): Named<ObligationId>,
    written: Written,
) -> Result<Json<AnswerTaken>, ApiError> {
    let AnswerInput { answer, note, on_behalf_of, via, here } = written.json()?;
    let id = written.command_id(&caller.actor);
    let given = GiveAnswer { obligation, answer, note, on_behalf_of, via, here };
    let committed = web.board.submit_as(caller.actor, Command::Answer(given), id).await?;
    let (seq, late) = committed.reply.answered().unwrap_or((committed.seq, false));
    Ok(Json(AnswerTaken { seq, late }))
}
