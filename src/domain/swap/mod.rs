//! Duty that changes hands among colleagues (代班, 串班): asked for on a phone, taken by whoever can, and approved.
//!
//! Invariant: until it is approved whoever stands on the roster stays there and is called. Approved, both sides of an
//! exchange change in one decision, or neither does.

mod ask;
mod fault;
mod hand;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    event::{Entry, SwapAsked, SwapEvent},
    ids::{AreaCode, ObligationId, PersonId, PostId, SwapId},
    time::Timestamp,
};

pub(super) use self::step::decide;
pub use self::{
    ask::Colleague,
    fault::{Obstacle, SwapFault},
    step::{AskSwap, SwapStep},
};

/// A time in which somebody holds a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Turn {
    /// Tells whether the two share any instant.
    pub fn meets(&self, from: Timestamp, to: Timestamp) -> bool {
        self.from < to && from < self.to
    }
}

/// Who wants which turn taken, and what for.
#[derive(Debug, Clone, Copy)]
struct Exchange<'a> {
    asker: &'a PersonId,
    turn: &'a Turn,
    in_return: Option<&'a Turn>,
}

/// One who is asked, and what makes them answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub person: PersonId,
    pub obligation: ObligationId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapEnd {
    Approved,
    Refused,
    /// Everybody who was asked said no.
    Nobody,
    /// The asker, or the desk, took it back.
    Withdrawn,
    /// Its time came.
    Lapsed,
}

/// One change of duty and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    pub id: SwapId,
    pub area: AreaCode,
    pub asker: PersonId,
    pub turn: Turn,
    pub in_return: Option<Turn>,
    pub asks: Vec<Ask>,
    pub reason: CompactString,
    pub asked_at: Timestamp,
    pub asked_by: CompactString,
    pub lapses_at: Timestamp,
    pub taken: Option<Taken>,
    pub ended: Option<Ended>,
}

/// Who takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub person: PersonId,
    pub at: Timestamp,
    pub approval: Option<ObligationId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    pub end: SwapEnd,
    pub by: CompactString,
    pub person: Option<PersonId>,
    pub note: CompactString,
}

impl Swap {
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Tells whether `person` asks, is asked, or takes it.
    pub fn concerns(&self, person: &PersonId) -> bool {
        self.asker == *person || self.asks.iter().any(|ask| ask.person == *person)
    }

    /// Returns those who may still take it.
    pub fn still_asked(&self) -> impl Iterator<Item = &Ask> {
        let open = self.is_open() && self.taken.is_none();
        self.asks.iter().filter(move |ask| open && !ask.declined)
    }

    /// Returns every obligation that is about it.
    fn obligations(&self) -> impl Iterator<Item = ObligationId> {
        let approval = self.taken.iter().filter_map(|taken| taken.approval);
        self.asks.iter().map(|ask| ask.obligation).chain(approval)
    }

    fn asked(asked: &SwapAsked, entry: &Entry) -> Self {
        let SwapAsked { id, area, asker, turn, in_return, asks, reason, lapses_at } = asked.clone();
        Self {
            id,
            area,
            asker,
            turn,
            in_return,
            asks,
            reason,
            asked_at: entry.at,
            asked_by: entry.actor.clone(),
            lapses_at,
            taken: None,
            ended: None,
        }
    }
}

/// Every change of duty that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Swaps {
    by_id: BTreeMap<SwapId, Swap>,
    open: BTreeSet<SwapId>,
}

impl Swaps {
    pub fn get(&self, id: SwapId) -> Option<&Swap> {
        self.by_id.get(&id)
    }

    /// Returns every one in the order in which they were asked for.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Swap> {
        self.by_id.values()
    }

    /// Returns those of which something may still come.
    pub fn open(&self) -> impl Iterator<Item = &Swap> {
        self.open.iter().filter_map(|id| self.by_id.get(id))
    }

    /// Returns the open one that `obligation` is about.
    pub(in crate::domain) fn about(&self, obligation: ObligationId) -> Option<&Swap> {
        self.open().find(|swap| swap.obligations().any(|id| id == obligation))
    }

    pub(super) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.open().map(|swap| swap.lapses_at).min()
    }

    pub(super) fn apply(&mut self, event: &SwapEvent, entry: &Entry) {
        match event {
            SwapEvent::SwapAsked(asked) => {
                self.open.insert(asked.id);
                self.by_id.insert(asked.id, Swap::asked(asked, entry));
            }
            SwapEvent::SwapDeclined(declined) => self.change(declined.id, |swap| {
                let asks = swap.asks.iter_mut();
                asks.filter(|ask| ask.person == declined.person)
                    .for_each(|ask| ask.declined = true);
            }),
            SwapEvent::SwapTaken(taken) => self.change(taken.id, |swap| {
                let (person, approval) = (taken.person.clone(), taken.approval);
                swap.taken = Some(Taken { person, at: entry.at, approval });
            }),
            SwapEvent::SwapEnded(ended) => {
                self.open.remove(&ended.id);
                self.change(ended.id, |swap| {
                    swap.ended = Some(Ended {
                        at: entry.at,
                        end: ended.end,
                        by: entry.actor.clone(),
                        person: ended.person.clone(),
                        note: ended.note.clone(),
                    });
                });
            }
        }
    }

    fn change(&mut self, id: SwapId, change: impl FnOnce(&mut Swap)) {
        match self.by_id.get_mut(&id) {
            Some(swap) => change(swap),
            None => debug_assert!(false, "an unknown swap was changed"),
        }
    }
}
