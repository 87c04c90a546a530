//! Rounds as clients see them: who has answered, who has not, and what the townships said together.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::Logins;
use crate::domain::{
    actor::Actor,
    board::Board,
    deadline::{round_en, round_zh},
    ids::{AreaCode, CadenceId, ResponseId, RoundId, TaskId},
    incident::Casualties,
    round::{Cadence, Return, Round, Township},
    time::Timestamp,
};

/// Rounds that have been switched on.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CadenceView {
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
    /// The person's name, where the login is somebody's; as those below.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    started_by_name: Option<CompactString>,
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
    ended_by_name: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    end_reason: Option<CompactString>,
}

/// One round, with those townships that whoever asks may see.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RoundView {
    #[schema(value_type = String)]
    pub(super) id: RoundId,
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
    pub(super) waiting: usize,
    /// The sum of what townships said.
    #[schema(value_type = Object)]
    casualties: Casualties,
    moved: u32,
    townships: Vec<TownshipView>,
}

/// A township in a round.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TownshipView {
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
    #[schema(value_type = Option<String>)]
    by_name: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    corrected_at: Option<Timestamp>,
    /// Seconds after it was due: until now, or until it was answered.
    late_s: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    answer: Option<Return>,
}

impl CadenceView {
    pub(super) fn of(board: &Board, cadence: &Cadence, logins: &Logins) -> Self {
        let ended = cadence.ended.as_ref();
        Self {
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
            started_by_name: logins.name(board, &cadence.started.by),
            next_due: cadence.is_on().then_some(cadence.next_due),
            ended_at: ended.map(|(changed, _)| changed.at),
            ended_by: ended.map(|(changed, _)| changed.by.clone()),
            ended_by_name: ended.and_then(|(changed, _)| logins.name(board, &changed.by)),
            end_reason: ended.map(|(_, reason)| reason.clone()),
        }
    }
}

impl RoundView {
    /// Returns a round as `actor` sees it; `None` where it asks nobody in his area.
    pub(super) fn of(
        board: &Board,
        round: &Round,
        (actor, logins): (&Actor, &Logins),
        now: Timestamp,
    ) -> Option<Self> {
        let cadence = board.rounds.cadence(round.cadence)?;
        let seen = round.townships.iter().filter(|(area, _)| actor.sees(**area));
        let of = |(area, township): (&AreaCode, &Township)| {
            TownshipView::of(board, round, (*area, township), logins, now)
        };
        let mut townships: Vec<TownshipView> = seen.map(of).collect();
        if !actor.role.may_see_phone_numbers() {
            let answers = townships.iter_mut().filter_map(|township| township.answer.as_mut());
            answers.for_each(|answer| *answer = answer.without_words());
        }
        if townships.is_empty() {
            return None;
        }
        let count =
            |state: &str| townships.iter().filter(|township| township.state == state).count();
        let (casualties, moved) = sum(&townships);
        Some(Self {
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
}

impl TownshipView {
    fn of(
        board: &Board,
        round: &Round,
        (area, township): (AreaCode, &Township),
        logins: &Logins,
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
            by_name: answered.and_then(|answered| logins.name(board, &answered.by)),
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
