//! The roster as it stands, taken from the board at one moment: what a look ahead over months reads, beside the board.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Calendar, DayType, Roster};
use crate::domain::{
    board::Board, ids::PersonId, leave::Leaves, person::Channel, time::Timestamp,
    verification::Doubts,
};

/// Who holds which post when, who has no telephone, and who is on leave.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub(super) roster: Roster,
    pub(super) calendar: Calendar,
    pub(super) zone: Tz,
    pub(super) silent: BTreeSet<PersonId>,
    pub(super) leaves: Leaves,
    pub(super) doubts: Doubts,
}

impl Outlook {
    /// Takes it from the board; posts are shared, not copied.
    pub fn of(board: &Board) -> Self {
        let silent = board.people.iter().filter(|person| !person.has(Channel::Voice));
        Self {
            roster: board.roster.clone(),
            calendar: board.calendar.clone(),
            zone: board.timezone(),
            silent: silent.map(|person| person.id.clone()).collect(),
            leaves: board.leaves.clone(),
            doubts: Doubts::default(),
        }
    }

    /// The same, with whose telephones cannot be relied on.
    pub fn doubting(self, doubts: Doubts) -> Self {
        Self { doubts, ..self }
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Returns the instants at which the day `from` begins and the day `until` does.
    pub fn days(&self, from: NaiveDate, until: NaiveDate) -> (Timestamp, Timestamp) {
        let at = |day| Timestamp::from_local(self.zone, day, 0);
        (at(from), at(until))
    }

    pub fn day_type(&self, date: NaiveDate) -> DayType {
        self.calendar.day_type(date)
    }
}
