//! Duty that changes hands among colleagues: asked for, approved, refused, taken back.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    ahead::NamedPerson,
    error::ApiError,
    request::{Asked, Caller, Done, List, Named, Written},
};
use crate::{
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply},
        ids::{ObligationId, PersonId, PostId, SwapId},
        swap::{AskSwap, Ended, Swap, SwapEnd, SwapStep, Turn},
        time::Timestamp,
    },
    protocol::DutyPlace,
};

/// A time in which somebody holds a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TurnInput {
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
}

/// Who cannot be on duty, and who is asked to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SwapInput {
    /// Whose duty it is, where the desk asks for somebody; the caller's own when left out.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    #[schema(value_type = String)]
    post: PostId,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// Whom to ask; everybody who holds the post at other times, and could, when left out.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    ask: Vec<PersonId>,
    /// A duty of the one who is asked that is taken over for it (串班).
    in_return: Option<TurnInput>,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteInput {
    #[serde(default)]
    #[schema(value_type = String)]
    note: CompactString,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Which {
    /// Only those of which something may still come.
    #[serde(default)]
    open: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    id: String,
}

/// One change of duty and how far it is.
#[derive(Serialize, ToSchema)]
pub(super) struct SwapView {
    #[schema(value_type = String)]
    id: SwapId,
    /// `asked`, `taken`, `approved`, `refused`, `nobody`, `withdrawn` or `lapsed`.
    stage: &'static str,
    asker: NamedPerson,
    turn: TurnView,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_return: Option<TurnView>,
    asked: Vec<AskedView>,
    /// Who takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    taker: Option<NamedPerson>,
    #[schema(value_type = String)]
    reason: CompactString,
    #[schema(value_type = String)]
    asked_at: Timestamp,
    /// Without a yes by then nothing comes of it.
    #[schema(value_type = String)]
    lapses_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndedView>,
    /// What the caller answers to say yes or no to it, where that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    answer_by: Option<ObligationId>,
    /// The caller may approve or refuse it.
    may_decide: bool,
    /// The caller may take it back.
    may_withdraw: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TurnView {
    #[serde(flatten)]
    place: DutyPlace,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AskedView {
    person: NamedPerson,
    declined: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct EndedView {
    #[schema(value_type = String)]
    at: Timestamp,
    /// Whose answer it was, where somebody gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<NamedPerson>,
    #[schema(value_type = String)]
    by: CompactString,
    #[schema(value_type = String)]
    note: CompactString,
}

/// Lists changes of duty that the caller takes part in or decides on, newest first.
#[utoipa::path(get, path = "/api/v1/swaps", params(Which),
    responses((status = 200, body = Vec<SwapView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<List<SwapView>>, ApiError> {
    let actor = caller.actor;
    let items = web.board.read(move |board| {
        let swaps = board.swaps.iter().rev();
        let wanted = swaps.filter(|swap| swap.is_open() || !which.open);
        let seen = wanted.filter(|swap| sees(board, &actor, swap));
        seen.map(|swap| SwapView::of(board, swap, &actor)).collect()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Asks colleagues to take a duty over. Until somebody has and it is approved whoever stands on the roster is called.
#[utoipa::path(post, path = "/api/v1/swaps", request_body = SwapInput,
    responses((status = 201, body = Made), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn ask(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<Made>), ApiError> {
    let SwapInput { person, post, from, to, ask, in_return, reason } = written.json()?;
    let turn = Turn { post, from, to };
    let in_return = in_return.map(|TurnInput { post, from, to }| Turn { post, from, to });
    let step = SwapStep::Ask(AskSwap { person, turn, ask, in_return, reason });
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, Command::Swap(step), id).await?;
    let Reply::Swap { id } = committed.reply else {
        return Err(ApiError::key_reused());
    };
    Ok((StatusCode::CREATED, Json(Made { id: id.to_string() })))
}

/// Approves what somebody has taken: it is in force.
#[utoipa::path(post, path = "/api/v1/swaps/{id}/approve", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn approve(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<SwapId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    step(&web, caller, &written, SwapStep::Approve(id)).await
}

/// Refuses it: everything stays as it is.
#[utoipa::path(post, path = "/api/v1/swaps/{id}/refuse", params(("id" = String, Path)),
    request_body = NoteInput,
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn refuse(
    State(web): State<Web>,
    caller: Caller,
    Named(swap): Named<SwapId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let NoteInput { note } = written.json()?;
    step(&web, caller, &written, SwapStep::Refuse { swap, note }).await
}

/// Takes the question back.
#[utoipa::path(post, path = "/api/v1/swaps/{id}/withdraw", params(("id" = String, Path)),
    request_body = NoteInput,
    responses((status = 200, body = Done), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn withdraw(
    State(web): State<Web>,
    caller: Caller,
    Named(swap): Named<SwapId>,
    written: Written,
) -> Result<Json<Done>, ApiError> {
    let NoteInput { note } = written.json()?;
    step(&web, caller, &written, SwapStep::Withdraw { swap, note }).await
}

async fn step(
    web: &Web,
    caller: Caller,
    written: &Written,
    step: SwapStep,
) -> Result<Json<Done>, ApiError> {
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, Command::Swap(step), id).await?;
    Ok(Json(Done { seq: committed.seq }))
}

/// Tells whether `actor` takes part in it, may decide on it, or has to.
fn sees(board: &Board, actor: &Actor, swap: &Swap) -> bool {
    let own = actor.person.as_ref().is_some_and(|person| swap.concerns(person));
    own || decides(actor, swap) || answer_by(board, actor, swap).is_some()
}

fn decides(actor: &Actor, swap: &Swap) -> bool {
    actor.role.may(Capability::OverrideRoster) && actor.sees(swap.area)
}

fn answer_by(board: &Board, actor: &Actor, swap: &Swap) -> Option<ObligationId> {
    let person = actor.person.as_ref()?;
    let asks = swap.still_asked().filter(|ask| ask.person == *person);
    let approval = swap.taken.as_ref().filter(|_| swap.is_open());
    let approval = approval.and_then(|taken| taken.approval).filter(|id| {
        let known = board.callouts.obligation(*id);
        known.is_some_and(|known| known.rests_on(person))
    });
    asks.map(|ask| ask.obligation).next().or(approval)
}

impl SwapView {
    pub(super) fn of(board: &Board, swap: &Swap, actor: &Actor) -> Self {
        let turn = |turn: &Turn| TurnView {
            place: DutyPlace::of(board, &turn.post),
            from: turn.from,
            to: turn.to,
        };
        let own = actor.person.as_ref().is_some_and(|person| swap.asker == *person);
        let takes_part = actor.person.as_ref().is_some_and(|person| swap.concerns(person));
        let taker = swap.taken.as_ref().map(|taken| &taken.person);
        let decides = decides(actor, swap) && swap.is_open();
        Self {
            id: swap.id,
            stage: stage(swap),
            asker: NamedPerson::of(board, &swap.asker),
            turn: turn(&swap.turn),
            in_return: swap.in_return.as_ref().map(turn),
            asked: swap
                .asks
                .iter()
                .map(|ask| AskedView {
                    person: NamedPerson::of(board, &ask.person),
                    declined: ask.declined,
                })
                .collect(),
            taker: taker.map(|person| NamedPerson::of(board, person)),
            reason: swap.reason.clone(),
            asked_at: swap.asked_at,
            lapses_at: swap.lapses_at,
            ended: swap.ended.as_ref().map(|ended| EndedView::of(board, ended)),
            answer_by: answer_by(board, actor, swap),
            may_decide: decides && taker.is_some() && !takes_part,
            may_withdraw: decides || swap.is_open() && own,
        }
    }
}

impl EndedView {
    fn of(board: &Board, ended: &Ended) -> Self {
        Self {
            at: ended.at,
            person: ended.person.as_ref().map(|person| NamedPerson::of(board, person)),
            by: ended.by.clone(),
            note: ended.note.clone(),
        }
    }
}

fn stage(swap: &Swap) -> &'static str {
    match (swap.ended.as_ref().map(|ended| ended.end), &swap.taken) {
        (None, None) => "asked",
        (None, Some(_)) => "taken",
        (Some(SwapEnd::Approved), _) => "approved",
        (Some(SwapEnd::Refused), _) => "refused",
        (Some(SwapEnd::Nobody), _) => "nobody",
        (Some(SwapEnd::Withdrawn), _) => "withdrawn",
        (Some(SwapEnd::Lapsed), _) => "lapsed",
    }
}
