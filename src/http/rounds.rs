//! Rounds in which every township reports: switched on and off, who has answered, who has not.

use axum::{Json, extract::State, http::StatusCode};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Web,
    error::ApiError,
    request::{Asked, Caller, List, Named, Page, Written},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::Actor,
        board::Board,
        command::{Command, Reply},
        deadline::{round_en, round_zh},
        ids::{AreaCode, CadenceId, ResponseId, RoundId, TaskId},
        incident::Casualties,
        rejection::Rejection,
        round::{
            Cadence, GiveReturn, Return, Round, RoundFault, RoundStep, StartCadence, Township,
        },
        time::Timestamp,
    },
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CadenceInput {
    /// The id of a round of the rules, such as `three_a_day`; see `GET /deadlines`.
    #[schema(value_type = String)]
    rule: CompactString,
    /// Townships, or the county for all of its.
    #[schema(value_type = Vec<String>)]
    areas: Vec<AreaCode>,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
    #[serde(default)]
    drill: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CadenceEndInput {
    #[schema(value_type = String)]
    reason: CompactString,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnInput {
    #[schema(value_type = String)]
    area: AreaCode,
    /// `{"what": "nothing"}`, or `{"what": "numbers", "casualties"?, "moved"?, "text"?}`.
    #[schema(value_type = Object)]
    answer: Return,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those of these rounds.
    #[param(value_type = Option<String>)]
    cadence: Option<CadenceId>,
    /// Only those that some township has not answered.
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
    after: Option<String>,
}

/// Rounds that have been switched on.
#[derive(Serialize, ToSchema)]
pub(super) struct CadenceView {
    #[schema(value_type = String)]
    id: CadenceId,
    #[schema(value_type = String)]
    rule: CompactString,
    #[schema(value_type = String)]
    zh: CompactString,
    #[schema(value_type = String)]
    en: CompactString,
    #[schema(value_type = Vec<String>)]
    areas: Vec<AreaCode>,
    #[schema(value_type = String)]
    reason: CompactString,
    drill: bool,
    /// The response that holds them; none where a person has switched them on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    response: Option<ResponseId>,
    confirmed: bool,
    on: bool,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = String)]
    started_by: CompactString,
    /// Until when the next round is answered that has not been opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_due: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    ended_by: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    end_reason: Option<CompactString>,
}

/// One round, with those townships that whoever asks may see.
#[derive(Serialize, ToSchema)]
pub(super) struct RoundView {
    #[schema(value_type = String)]
    id: RoundId,
    #[schema(value_type = String)]
    cadence: CadenceId,
    /// What is asked for, in words.
    text: String,
    text_en: String,
    drill: bool,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    total: usize,
    answered: usize,
    late: usize,
    waiting: usize,
    /// The sum of what townships said.
    #[schema(value_type = Object)]
    casualties: Casualties,
    moved: u32,
    townships: Vec<TownshipView>,
}

/// A township in a round.
#[derive(Serialize, ToSchema)]
pub(super) struct TownshipView {
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = String)]
    name: CompactString,
    /// `answered`, `waiting`, `late` (due and not answered) or `excused`.
    state: &'static str,
    #[schema(value_type = String)]
    task: TaskId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    by: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    corrected_at: Option<Timestamp>,
    /// Seconds after it was due: until now, or until it was answered.
    late_s: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    answer: Option<Return>,
}

/// Lists the rounds that have been switched on, the newest first; also those that were switched off again.
#[utoipa::path(get, path = "/api/v1/cadences", responses((status = 200)))]
pub(super) async fn cadences(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<CadenceView>>, ApiError> {
    let area = caller.actor.area;
    let items = web.board.read(move |board| {
        let concerns = |cadence: &&Cadence| {
            cadence.areas.iter().any(|asked| area.contains(*asked) || asked.contains(area))
        };
        let all = board.rounds.cadences().rev().filter(concerns);
        all.map(cadence_view).collect::<Vec<_>>()
    });
    Ok(Json(List::whole(items.await?)))
}

/// Switches rounds on.
#[utoipa::path(post, path = "/api/v1/cadences", request_body = CadenceInput,
    responses((status = 201, body = CadenceView), (status = 409), (status = 422)))]
pub(super) async fn start(
    State(web): State<Web>,
    caller: Caller,
    written: Written,
) -> Result<(StatusCode, Json<CadenceView>), ApiError> {
    let CadenceInput { rule, areas, reason, drill } = written.json()?;
    let step = RoundStep::Start(StartCadence { rule, areas, reason, drill });
    Ok((StatusCode::CREATED, Json(switched(&web, caller, step, &written).await?)))
}

/// Switches rounds off; what is still open of them nobody has to answer any more.
#[utoipa::path(post, path = "/api/v1/cadences/{id}/end", params(("id" = String, Path)),
    request_body = CadenceEndInput,
    responses((status = 200, body = CadenceView), (status = 404), (status = 409)))]
pub(super) async fn end(
    State(web): State<Web>,
    caller: Caller,
    Named(cadence): Named<CadenceId>,
    written: Written,
) -> Result<Json<CadenceView>, ApiError> {
    let CadenceEndInput { reason } = written.json()?;
    let step = RoundStep::End { cadence, reason };
    switched(&web, caller, step, &written).await.map(Json)
}

/// Lists rounds with who has answered and who has not, the newest first.
#[utoipa::path(get, path = "/api/v1/rounds", params(Filter), responses((status = 200)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Json<List<RoundView>>, ApiError> {
    let page = Page { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit()?, page.after::<RoundId>()?);
    let now = web.board.now();
    let items = web.board.read(move |board| {
        let all = board.rounds.iter().rev();
        let wanted = all
            .filter(|round| after.is_none_or(|after| round.id < after))
            .filter(|round| filter.cadence.is_none_or(|cadence| round.cadence == cadence))
            .filter_map(|round| view(board, round, &caller.actor, now))
            .filter(|view| !filter.open || view.waiting > 0);
        wanted.take(limit + 1).collect::<Vec<_>>()
    });
    Ok(Json(List::cut(items.await?, limit, |view| view.id.to_string())))
}

/// Shows one round.
#[utoipa::path(get, path = "/api/v1/rounds/{id}", params(("id" = String, Path)),
    responses((status = 200, body = RoundView), (status = 404)))]
pub(super) async fn one(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<RoundId>,
) -> Result<Json<RoundView>, ApiError> {
    shown(&web, caller.actor, id).await.map(Json)
}

/// Answers for a township, or puts its answer right.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/returns", params(("id" = String, Path)),
    request_body = ReturnInput,
    responses((status = 200, body = RoundView), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
pub(super) async fn give_return(
    State(web): State<Web>,
    caller: Caller,
    Named(round): Named<RoundId>,
    written: Written,
) -> Result<Json<RoundView>, ApiError> {
    let ReturnInput { area, answer } = written.json()?;
    let id = written.command_id(&caller.actor);
    let command = Command::Round(RoundStep::Return(GiveReturn { round, area, answer }));
    web.board.submit_as(caller.actor.clone(), command, id).await?;
    shown(&web, caller.actor, round).await.map(Json)
}

async fn switched(
    web: &Web,
    caller: Caller,
    step: RoundStep,
    written: &Written,
) -> Result<CadenceView, ApiError> {
    let id = written.command_id(&caller.actor);
    let committed = web.board.submit_as(caller.actor, Command::Round(step), id).await?;
    let Reply::Cadence { id } = committed.reply else { return Err(ApiError::key_reused()) };
    let found = web.board.read(move |board| board.rounds.cadence(id).map(cadence_view));
    found.await?.ok_or_else(ApiError::key_reused)
}

async fn shown(web: &Web, actor: Actor, id: RoundId) -> Result<RoundView, ApiError> {
    let now = web.board.now();
    let found = web.board.read(move |board| {
        let round = board.rounds.get(id)?;
        view(board, round, &actor, now)
    });
    let unknown = || SubmitError::from(Rejection::from(RoundFault::Unknown(id)));
    Ok(found.await?.ok_or_else(unknown)?)
}

fn cadence_view(cadence: &Cadence) -> CadenceView {
    let ended = cadence.ended.as_ref();
    CadenceView {
        id: cadence.id,
        rule: cadence.rule.id.clone(),
        zh: cadence.rule.zh.clone(),
        en: cadence.rule.en.clone(),
        areas: cadence.areas.clone(),
        reason: cadence.reason.clone(),
        drill: cadence.drill,
        response: cadence.response,
        confirmed: cadence.rule.confirmed,
        on: cadence.is_on(),
        started_at: cadence.started.at,
        started_by: cadence.started.by.clone(),
        next_due: cadence.is_on().then_some(cadence.next_due),
        ended_at: ended.map(|(changed, _)| changed.at),
        ended_by: ended.map(|(changed, _)| changed.by.clone()),
        end_reason: ended.map(|(_, reason)| reason.clone()),
    }
}

/// Returns a round as `actor` sees it; `None` where it asks nobody in his area.
fn view(board: &Board, round: &Round, actor: &Actor, now: Timestamp) -> Option<RoundView> {
    let cadence = board.rounds.cadence(round.cadence)?;
    let seen = round.townships.iter().filter(|(area, _)| actor.sees(**area));
    let of = |(area, township): (&AreaCode, &Township)| {
        TownshipView::of(board, round, *area, township, now)
    };
    let mut townships: Vec<TownshipView> = seen.map(of).collect();
    if !actor.role.may_see_phone_numbers() {
        let answers = townships.iter_mut().filter_map(|township| township.answer.as_mut());
        answers.for_each(|answer| *answer = answer.without_words());
    }
    if townships.is_empty() {
        return None;
    }
    let count = |state: &str| townships.iter().filter(|township| township.state == state).count();
    let (casualties, moved) = sum(&townships);
    Some(RoundView {
        id: round.id,
        cadence: round.cadence,
        text: round_zh(&cadence.rule, round.due_at, board.timezone()),
        text_en: round_en(&cadence.rule, round.due_at, board.timezone()),
        drill: cadence.drill,
        opened_at: round.opened_at,
        due_at: round.due_at,
        total: townships.len(),
        answered: count("answered"),
        late: townships.iter().filter(|township| township.late_s > 0).count(),
        waiting: count("waiting") + count("late"),
        casualties,
        moved,
        townships,
    })
}

impl TownshipView {
    fn of(
        board: &Board,
        round: &Round,
        area: AreaCode,
        township: &Township,
        now: Timestamp,
    ) -> Self {
        let task = board.tasks.get(township.task);
        let answered = township.answered.as_ref();
        let overdue_s = now.since(round.due_at).as_secs();
        let (state, late_s) = match answered {
            Some(answered) => ("answered", answered.late_s),
            None if !task.is_some_and(|task| task.is_open()) => ("excused", 0),
            None if overdue_s > 0 => ("late", overdue_s),
            None => ("waiting", 0),
        };
        Self {
            area,
            name: board.areas.name(area),
            state,
            task: township.task,
            at: answered.map(|answered| answered.at),
            by: answered.map(|answered| answered.by.clone()),
            corrected_at: answered.and_then(|answered| answered.corrected_at),
            late_s,
            answer: answered.map(|answered| answered.answer.clone()),
        }
    }
}

/// Adds up what townships said; a kind that none has counted stays unknown.
fn sum(townships: &[TownshipView]) -> (Casualties, u32) {
    let (mut all, mut brought) = (Casualties::default(), 0_u32);
    let add = |sum: &mut Option<u32>, count: Option<u32>| {
        if let Some(count) = count {
            *sum = Some(sum.unwrap_or(0).saturating_add(count));
        }
    };
    for answer in townships.iter().filter_map(|township| township.answer.as_ref()) {
        let Return::Numbers { casualties, moved, .. } = answer else { continue };
        add(&mut all.dead, casualties.dead);
        add(&mut all.injured, casualties.injured);
        add(&mut all.missing, casualties.missing);
        add(&mut all.trapped, casualties.trapped);
        brought = brought.saturating_add(moved.unwrap_or(0));
    }
    (all, brought)
}
