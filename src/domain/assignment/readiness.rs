//! How ready a unit is, by its own word or the desk's.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::order::AssignmentFault;
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    event::UnitReadied,
    ids::UnitId,
    rejection::Rejection,
    time::Timestamp,
    unit::UnitFault,
};

/// Longest note, in characters.
const NOTE_LIMIT: usize = 200;
/// Most people of a unit: more is a slip of the hand.
const MOST_PEOPLE: u32 = 10_000;

/// How ready a unit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readiness {
    pub state: ReadinessState,
    /// Why it is not, or whatever the desk should know.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
    /// Until when it rests or is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// People it can send now, where that differs from its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadinessState {
    Ready,
    /// Rests after a mission; sent only if nobody else can go.
    Resting,
    /// Broken down, away, without its people.
    NotReady,
}

impl Readiness {
    /// Returns the state at `at`: rest and absence end at their time.
    pub fn state_at(&self, at: Timestamp) -> ReadinessState {
        if self.until.is_some_and(|until| until <= at) { ReadinessState::Ready } else { self.state }
    }
}

/// Somebody says how ready a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SayReady {
    pub unit: UnitId,
    pub readiness: Readiness,
}

/// Decides how ready a unit is.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    said: &SayReady,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let unit = board.units.get(&said.unit).ok_or_else(|| UnitFault::Unknown(said.unit.clone()))?;
    let own = actor.person.as_ref().is_some_and(|person| unit.has(person));
    if !own && !actor.sees(unit.area) {
        return Err(UnitFault::Unknown(said.unit.clone()).into());
    }
    if !own && !actor.role.may_dispatch() {
        return Err(Rejection::NotAllowed(Capability::Dispatch));
    }
    let Readiness { state, note, until, strength } = &said.readiness;
    if *state != ReadinessState::Ready && note.trim().is_empty() {
        return Err(Rejection::Empty { field: "note" });
    }
    if note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    if until.is_some_and(|until| until <= draft.now) {
        return Err(AssignmentFault::UntilInThePast.into());
    }
    if strength.is_some_and(|strength| strength > MOST_PEOPLE) {
        return Err(AssignmentFault::Strength.into());
    }
    if board.assignments.readiness(&unit.id) != Some(&said.readiness) {
        let (unit, home, readiness) = (unit.id.clone(), unit.area, said.readiness.clone());
        draft.push(UnitReadied { unit, home, readiness });
    }
    Ok(draft.finish(Reply::Done))
}
