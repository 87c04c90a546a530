//! Rounds switched on and off by people, and what townships answer.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::{
    Cadence, Return, Round,
    elapse::{first_due, townships},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    deadline,
    decision::{Decision, Draft},
    event::{CadenceEnded, CadenceStarted, Event, RoundEvent, RoundReturned},
    ids::{AreaCode, CadenceId, Level, ResponseId, RoundId},
    rejection::Rejection,
    roster::change::known_area,
    task::{Cause, Form, Outcome, Task},
};

/// Longest reason and longest text of an answer, in characters.
const REASON_LIMIT: usize = 200;
const TEXT_LIMIT: usize = 2_000;
/// Most people of one kind: more is a slip of the hand.
const MOST_PEOPLE: u32 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoundStep {
    Start(StartCadence),
    End { cadence: CadenceId, reason: CompactString },
    Return(GiveReturn),
}

/// Switches rounds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCadence {
    /// The id of a `[[round]]` of the rules.
    pub rule: CompactString,
    /// Townships, or a county for all of its.
    pub areas: Vec<AreaCode>,
    pub reason: CompactString,
    pub drill: bool,
}

/// A township's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveReturn {
    pub round: RoundId,
    pub area: AreaCode,
    pub answer: Return,
}

/// Why a step with rounds is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoundFault {
    #[error("no rounds {0}; see GET /api/v1/deadlines")]
    UnknownRule(CompactString),
    #[error("no rounds {0}; see GET /api/v1/cadences")]
    UnknownCadence(CadenceId),
    #[error("rounds {0} have been switched off")]
    Ended(CadenceId),
    #[error("rounds {0} ask {1} for the same already; switch them off first")]
    Running(CadenceId, AreaCode),
    #[error("{0} is no township and has none; name townships, or the county for all")]
    NoTownship(AreaCode),
    #[error("no round {0}; see GET /api/v1/rounds")]
    Unknown(RoundId),
    #[error("round {round} does not ask {area}; see GET /api/v1/rounds")]
    NotAsked { round: RoundId, area: AreaCode },
    #[error("{0} is excused from this round; nothing is left to answer")]
    Excused(AreaCode),
    #[error("only the duty officer of {0}, or the desk, answers for it")]
    NotYours(AreaCode),
    #[error("{field}: more people than can be; correct the number")]
    People { field: &'static str },
}

impl RoundFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            RoundFault::UnknownRule(_) => "round.unknown_rule",
            RoundFault::UnknownCadence(_) => "cadence.unknown",
            RoundFault::Ended(_) => "cadence.ended",
            RoundFault::Running(..) => "cadence.running",
            RoundFault::NoTownship(_) => "round.no_township",
            RoundFault::Unknown(_) => "round.unknown",
            RoundFault::NotAsked { .. } => "round.not_asked",
            RoundFault::Excused(_) => "round.excused",
            RoundFault::NotYours(_) => "round.not_yours",
            RoundFault::People { .. } => "round.people",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            RoundFault::UnknownRule(_) => Some("rule"),
            RoundFault::NoTownship(_) | RoundFault::Running(..) => Some("areas"),
            RoundFault::NotAsked { .. } => Some("area"),
            RoundFault::People { field } => Some(field),
            RoundFault::UnknownCadence(_)
            | RoundFault::Ended(_)
            | RoundFault::Unknown(_)
            | RoundFault::Excused(_)
            | RoundFault::NotYours(_) => None,
        }
    }
}

/// Decides a step with rounds.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &RoundStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        RoundStep::Start(start) => {
            require(actor, Capability::Instruct)?;
            start.areas.iter().try_for_each(|area| known_area(board, actor, *area))?;
            let id = draft.start_cadence(start)?;
            Ok(draft.finish(Reply::Cadence { id }))
        }
        RoundStep::End { cadence, reason } => {
            require(actor, Capability::Instruct)?;
            let known = board.rounds.cadence(*cadence);
            let known = known.ok_or(RoundFault::UnknownCadence(*cadence))?;
            known.areas.iter().try_for_each(|area| known_area(board, actor, *area))?;
            if !known.is_on() {
                return Err(RoundFault::Ended(known.id).into());
            }
            said("reason", reason)?;
            draft.end_cadence(known, reason);
            Ok(draft.finish(Reply::Cadence { id: known.id }))
        }
        RoundStep::Return(given) => {
            give_return(board, actor, given, &mut draft)?;
            Ok(draft.finish(Reply::Done))
        }
    }
}

fn said(field: &'static str, text: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::Empty { field });
    }
    if text.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field, limit: REASON_LIMIT });
    }
    Ok(())
}

fn give_return(
    board: &Board,
    actor: &Actor,
    given: &GiveReturn,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let round = board.rounds.get(given.round).ok_or(RoundFault::Unknown(given.round))?;
    let township = round.townships.get(&given.area);
    let not_asked = RoundFault::NotAsked { round: round.id, area: given.area };
    let township = township.ok_or(not_asked)?;
    let task = board.tasks.get(township.task).ok_or(RoundFault::Excused(given.area))?;
    let person = actor.person.as_ref();
    let bears = person.is_some_and(|person| board.may_report(task, person, draft.now));
    let desk = actor.role.may(Capability::Instruct) && actor.sees(given.area);
    if !bears && !desk {
        return Err(RoundFault::NotYours(given.area).into());
    }
    check(&given.answer)?;
    if !task.is_open() && township.answered.is_none() {
        return Err(RoundFault::Excused(given.area).into());
    }
    if township.answered.as_ref().is_some_and(|known| known.answer == given.answer) {
        return Ok(());
    }
    draft.take_return(round, task, given.answer.clone(), actor);
    if task.is_open() {
        let outcome = Outcome { finding: finding(&given.answer).into(), ..Outcome::default() };
        draft.complete(task, outcome);
    }
    Ok(())
}

fn check(answer: &Return) -> Result<(), Rejection> {
    let Return::Numbers { casualties, moved, text } = answer else { return Ok(()) };
    let people = [
        ("casualties.dead", casualties.dead),
        ("casualties.injured", casualties.injured),
        ("casualties.missing", casualties.missing),
        ("casualties.trapped", casualties.trapped),
        ("moved", *moved),
    ];
    let told = people.iter().any(|(_, count)| count.is_some());
    if let Some((field, _)) = people.into_iter().find(|(_, count)| *count > Some(MOST_PEOPLE)) {
        return Err(RoundFault::People { field }.into());
    }
    if !told && text.trim().is_empty() {
        return Err(Rejection::Empty { field: "text" });
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(Rejection::TooLong { field: "text", limit: TEXT_LIMIT });
    }
    Ok(())
}

/// Returns an answer in a word, as lists of tasks show what was found.
fn finding(answer: &Return) -> &'static str {
    match answer {
        Return::Nothing => "无情况",
        Return::Numbers { .. } => "有情况",
    }
}

impl Draft<'_> {
    /// Switches rounds on for townships, by a person's hand.
    fn start_cadence(&mut self, start: &StartCadence) -> Result<CadenceId, Rejection> {
        let board = self.board;
        let mut rules = board.reports.rules().rounds.iter();
        let rule = rules.find(|rule| rule.id == start.rule);
        let rule = rule.ok_or_else(|| RoundFault::UnknownRule(start.rule.clone()))?;
        if start.areas.is_empty() {
            return Err(Rejection::Empty { field: "areas" });
        }
        let no_township = |area: &&AreaCode| {
            area.level() == Level::Village || townships(board, &[**area]).is_empty()
        };
        if let Some(area) = start.areas.iter().find(no_township) {
            return Err(RoundFault::NoTownship(*area).into());
        }
        if start.reason.chars().count() > REASON_LIMIT {
            return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
        }
        let taken = self.asked_in_rounds(&rule.id, start.drill);
        let rival = townships(board, &start.areas).into_iter().find(|area| taken.contains(area));
        if let Some(area) = rival {
            let mut on = board.rounds.cadences().filter(|known| known.is_on());
            let asks = |known: &&Cadence| {
                (&known.rule.id, known.drill) == (&rule.id, start.drill)
                    && known.townships(board).contains(&area)
            };
            let by = on.find(asks).map_or(CadenceId(0), |known| known.id);
            return Err(RoundFault::Running(by, area).into());
        }
        let (areas, reason) = (start.areas.clone(), start.reason.trim().into());
        let begun = self.begin_cadence(rule, areas, reason, start.drill, None);
        begun.ok_or_else(|| RoundFault::UnknownRule(start.rule.clone()).into())
    }

    /// Switches rounds on; none for a rule that never comes due.
    pub(in crate::domain) fn begin_cadence(
        &mut self,
        rule: &deadline::Round,
        areas: Vec<AreaCode>,
        reason: CompactString,
        drill: bool,
        response: Option<ResponseId>,
    ) -> Option<CadenceId> {
        let next_due = first_due(self.board, rule, self.now)?;
        let id = self.take_cadence();
        let area = self.board.jurisdiction().unwrap_or(AreaCode::UNSET);
        let rule = rule.clone();
        self.push(CadenceStarted { id, area, rule, areas, reason, drill, response, next_due });
        Some(id)
    }

    /// Returns the townships that rounds of a rule ask already, after the events so far.
    pub(in crate::domain) fn asked_in_rounds(&self, rule: &str, drill: bool) -> BTreeSet<AreaCode> {
        let (mut begun, mut ended) = (Vec::new(), BTreeSet::new());
        for event in self.events() {
            if let Event::Round(RoundEvent::CadenceStarted(started)) = event {
                begun.push((&started.rule.id, started.drill, &started.areas));
            }
            if let Event::Round(RoundEvent::CadenceEnded(over)) = event {
                ended.insert(over.id);
            }
        }
        let known = self.board.rounds.cadences().filter(|known| known.is_on());
        let known = known.filter(|known| !ended.contains(&known.id));
        let known = known.map(|known| (&known.rule.id, known.drill, &known.areas));
        let same =
            known.chain(begun).filter(|(id, drills, _)| id.as_str() == rule && *drills == drill);
        same.flat_map(|(_, _, areas)| townships(self.board, areas)).collect()
    }

    /// Switches rounds off; what is still open of them nobody needs any more.
    pub(in crate::domain) fn end_cadence(&mut self, cadence: &Cadence, reason: &CompactString) {
        let board = self.board;
        let rounds = board.rounds.iter().filter(|round| round.cadence == cadence.id);
        let tasks = rounds.flat_map(|round| round.townships.values());
        let tasks = tasks.filter_map(|township| board.tasks.get(township.task));
        let open: Vec<&Task> = tasks.filter(|task| task.is_open()).collect();
        self.withdraw_tasks(&open, reason);
        let area = board.jurisdiction().unwrap_or(AreaCode::UNSET);
        self.push(CadenceEnded { id: cadence.id, area, reason: reason.trim().into() });
    }

    fn take_return(&mut self, round: &Round, task: &Task, answer: Return, actor: &Actor) {
        let late_s = self.now.since(round.due_at).as_secs();
        let (post, person) = (task.post.clone(), actor.person.clone());
        self.push(RoundReturned { id: round.id, post, answer, late_s, person });
    }

    /// Notes what a township answers by saying that its task is done.
    pub(in crate::domain) fn return_by_task(
        &mut self,
        task: &Task,
        outcome: &Outcome,
        actor: &Actor,
    ) {
        let Some(Cause::Round(id)) = &task.cause else { return };
        let board = self.board;
        let Some(round) = board.rounds.get(*id).filter(|_| task.form == Form::RoundReturn) else {
            return;
        };
        let answer = match (outcome.note.trim(), outcome.count) {
            ("", None) => Return::Nothing,
            (text, moved) => {
                Return::Numbers { casualties: Default::default(), moved, text: text.to_owned() }
            }
        };
        self.take_return(round, task, answer, actor);
    }
}
