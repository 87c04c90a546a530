//! What is known of one gauge: its readings, how it stands, and what of that the board has still to see.

use std::collections::VecDeque;

use super::Known;
use crate::domain::{
    gauge::{Seen, Series, Standing, stands_otherwise},
    ids::SiteId,
    site::Gauge,
    time::Timestamp,
};

/// Crossings of one gauge that wait for the board. Beyond, the oldest goes: the newest is how it stands.
const AWAITING_MAX: usize = 16;

#[derive(Debug)]
pub(super) struct Watched {
    pub known: Known,
    pub real: Course,
    pub exercise: Course,
}

#[derive(Debug, Default)]
pub(super) struct Course {
    pub series: Series,
    /// How it stands on the record.
    pub standing: Standing,
    /// How it will, once the board has seen what waits: each crossing is told as of the reading that showed it.
    pub expected: Standing,
    pub awaiting: VecDeque<Seen>,
    /// The board is looking at some.
    pub told: bool,
    pub received_at: Option<Timestamp>,
}

impl Course {
    /// Looks whether the newest reading changes how the gauge stands, and keeps it for the board if it does.
    pub fn look(&mut self, gauge: &Gauge, id: &SiteId, exercise: bool) {
        let (Some(latest), Some(shown)) = (self.series.latest(), self.series.shown()) else {
            return;
        };
        let seen = Seen { gauge: id.clone(), at: latest.at, shown, exercise };
        if let Some(expected) = stands_otherwise(gauge, self.expected, &seen) {
            self.expected = expected;
            if self.awaiting.len() == AWAITING_MAX {
                self.awaiting.pop_front();
            }
            self.awaiting.push_back(seen);
        }
    }
}

impl Watched {
    pub fn course(&mut self, exercise: bool) -> &mut Course {
        if exercise { &mut self.exercise } else { &mut self.real }
    }
}
