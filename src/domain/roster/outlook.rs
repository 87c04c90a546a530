//! The roster as it stands, taken from the board at one moment: what a look ahead over months reads, beside the board.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Calendar, DayType, Roster};
use crate::domain::{board::Board, ids::PersonId, person::Channel};

/// Who holds which post when, and who has no telephone.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub(super) roster: Roster,
    pub(super) calendar: Calendar,
    pub(super) zone: Tz,
    pub(super) silent: BTreeSet<PersonId>,
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
        }
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    pub fn day_type(&self, date: NaiveDate) -> DayType {
        self.calendar.day_type(date)
    }
}
