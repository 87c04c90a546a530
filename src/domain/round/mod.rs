//! Rounds in which every township reports (零报告, 一日三报, 每日调度): switched on by a person, asked for again and again
//! until they are switched off.
//!
//! Invariant: a township that has not answered has an open task, or is excused by name.

mod elapse;
mod step;

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    board::Board,
    deadline,
    event::{CadenceStarted, Entry, RoundEvent, RoundOpened},
    ids::{AreaCode, CadenceId, PersonId, ResponseId, RoundId, TaskId},
    incident::{Casualties, Changed},
    time::Timestamp,
};

pub use self::step::{GiveReturn, RoundFault, RoundStep, StartCadence};
pub(super) use step::decide;

/// What a township answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Return {
    /// Nothing to report (无情况).
    Nothing,
    /// Numbers, and how things stand in words.
    Numbers {
        #[serde(default)]
        casualties: Casualties,
        /// People brought to safety (转移安置).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moved: Option<u32>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
}

impl Return {
    /// Returns it without its words, which may hold telephone numbers.
    pub fn without_words(&self) -> Self {
        match self {
            Return::Nothing => Return::Nothing,
            Return::Numbers { casualties, moved, .. } => {
                Return::Numbers { casualties: *casualties, moved: *moved, text: String::new() }
            }
        }
    }
}

/// Rounds that go on until somebody ends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    pub id: CadenceId,
    pub rule: deadline::Round,
    /// Townships, or a county for all of its.
    pub areas: Vec<AreaCode>,
    pub reason: CompactString,
    pub drill: bool,
    /// The response that holds them; none where a person has switched them on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseId>,
    pub started: Changed,
    pub ended: Option<(Changed, CompactString)>,
    /// Until when the next round is answered that has not been opened.
    pub next_due: Timestamp,
}

impl Cadence {
    pub fn is_on(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns the townships that are asked, as the county has them now.
    pub(super) fn townships(&self, board: &Board) -> Vec<AreaCode> {
        elapse::townships(board, &self.areas)
    }
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub id: RoundId,
    pub cadence: CadenceId,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    pub townships: BTreeMap<AreaCode, Township>,
}

/// A township in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Township {
    pub task: TaskId,
    pub answered: Option<Answered>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When it was first answered, and by whose login.
    pub at: Timestamp,
    pub by: CompactString,
    pub person: Option<PersonId>,
    pub late_s: u64,
    /// What it says now.
    pub answer: Return,
    /// When it was last put right.
    pub corrected_at: Option<Timestamp>,
}

/// Every cadence and every round.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounds {
    cadences: BTreeMap<CadenceId, Cadence>,
    by_id: BTreeMap<RoundId, Round>,
}

impl Rounds {
    pub fn cadence(&self, id: CadenceId) -> Option<&Cadence> {
        self.cadences.get(&id)
    }

    /// Returns every cadence in the order in which they were switched on.
    pub fn cadences(&self) -> impl DoubleEndedIterator<Item = &Cadence> {
        self.cadences.values()
    }

    pub fn get(&self, id: RoundId) -> Option<&Round> {
        self.by_id.get(&id)
    }

    /// Returns every round in the order in which they were opened.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Round> {
        self.by_id.values()
    }

    pub(super) fn next_cadence(&self) -> u64 {
        self.cadences.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    fn next_round(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    /// Returns when the next round is opened.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let on = self.cadences.values().filter(|cadence| cadence.is_on());
        on.map(|cadence| elapse::opens_at(cadence.next_due)).min()
    }

    pub(super) fn apply(&mut self, event: &RoundEvent, entry: &Entry) {
        match event {
            RoundEvent::CadenceStarted(started) => {
                self.cadences.insert(started.id, Cadence::started(started, entry));
            }
            RoundEvent::CadenceEnded(ended) => match self.cadences.get_mut(&ended.id) {
                Some(cadence) => cadence.ended = Some((changed(entry), ended.reason.clone())),
                None => debug_assert!(false, "an unknown cadence ended"),
            },
            RoundEvent::RoundOpened(opened) => {
                self.by_id.insert(opened.id, Round::opened(opened, entry));
                if let Some(cadence) = self.cadences.get_mut(&opened.cadence) {
                    cadence.next_due = opened.next_due;
                }
            }
            RoundEvent::RoundReturned(returned) => {
                let round = self.by_id.get_mut(&returned.id);
                let township = round.and_then(|r| r.townships.get_mut(&returned.post.area));
                let Some(township) = township else {
                    debug_assert!(false, "a township answered that was not asked");
                    return;
                };
                match &mut township.answered {
                    Some(answered) => {
                        answered.answer = returned.answer.clone();
                        answered.corrected_at = Some(entry.at);
                    }
                    answered @ None => {
                        *answered = Some(Answered {
                            at: entry.at,
                            by: entry.actor.clone(),
                            person: returned.person.clone(),
                            late_s: returned.late_s,
                            answer: returned.answer.clone(),
                            corrected_at: None,
                        });
                    }
                }
            }
        }
    }
}

impl Cadence {
    fn started(started: &CadenceStarted, entry: &Entry) -> Self {
        Self {
            id: started.id,
            rule: started.rule.clone(),
            areas: started.areas.clone(),
            reason: started.reason.clone(),
            drill: started.drill,
            response: started.response,
            started: changed(entry),
            ended: None,
            next_due: started.next_due,
        }
    }
}

impl Round {
    fn opened(opened: &RoundOpened, entry: &Entry) -> Self {
        let asked = opened.asked.iter();
        Self {
            id: opened.id,
            cadence: opened.cadence,
            opened_at: entry.at,
            due_at: opened.due_at,
            townships: asked
                .map(|asked| (asked.area, Township { task: asked.task, answered: None }))
                .collect(),
        }
    }
}

fn changed(entry: &Entry) -> Changed {
    Changed { at: entry.at, by: entry.actor.clone() }
}
