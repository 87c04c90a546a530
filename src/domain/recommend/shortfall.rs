//! What is missing, and why: the commonest reason first, with how many units each reason keeps.

use super::judge::Why;
use crate::domain::{capability::Need, time::Timestamp};

/// A need that is not met.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortfall {
    pub need: Need,
    pub missing: u32,
    pub reason: ShortfallReason,
    pub tally: Tally,
}

/// The main reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortfallReason {
    /// The county has no unit that can.
    NoneCapable,
    /// Those that can are at other incidents; when the first is likely to be free.
    AllBusy {
        first_back: Option<Timestamp>,
    },
    NotReady,
    Resting {
        first_up: Option<Timestamp>,
    },
    /// It is not known where they are.
    NoPosition,
    OutOfRadius,
    RoadsClosed,
    /// Nobody has entered how much they do.
    NoFigure,
    /// All that can be sent are proposed, and it is not enough.
    NotEnough,
    /// Graver incidents, or others that have them nearer, take them.
    TakenByOthers,
    /// More is wanted at once than one proposal plans for, and this is the least grave.
    NotPlanned,
    /// No depot has the item, or not so much of it.
    NotStocked,
}

impl ShortfallReason {
    /// Returns the code that clients may rely on.
    pub fn code(self) -> &'static str {
        match self {
            ShortfallReason::NoneCapable => "none_capable",
            ShortfallReason::AllBusy { .. } => "all_busy",
            ShortfallReason::NotReady => "not_ready",
            ShortfallReason::Resting { .. } => "resting",
            ShortfallReason::NoPosition => "no_position",
            ShortfallReason::OutOfRadius => "out_of_radius",
            ShortfallReason::RoadsClosed => "roads_closed",
            ShortfallReason::NoFigure => "no_figure",
            ShortfallReason::NotEnough => "not_enough",
            ShortfallReason::TakenByOthers => "taken_by_others",
            ShortfallReason::NotPlanned => "not_planned",
            ShortfallReason::NotStocked => "not_stocked",
        }
    }
}

/// How many units that can are kept by what, and when the first of them is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub capable: u32,
    pub busy: u32,
    pub not_ready: u32,
    pub resting: u32,
    pub no_position: u32,
    pub out_of_radius: u32,
    pub roads_closed: u32,
    pub no_figure: u32,
    pub taken: u32,
    first_back: Option<Timestamp>,
    first_up: Option<Timestamp>,
}

impl Tally {
    /// Counts a unit that can be sent.
    pub(super) fn fit(&mut self) {
        self.capable += 1;
    }

    /// Counts one that can and is kept.
    pub(super) fn kept(&mut self, why: &Why) {
        self.capable += 1;
        let sooner =
            |known: Option<Timestamp>, at: Timestamp| Some(known.map_or(at, |known| known.min(at)));
        match why {
            Why::UnderWay { .. } => self.busy += 1,
            Why::Busy { back, .. } => {
                self.busy += 1;
                if let Some(back) = back {
                    self.first_back = sooner(self.first_back, *back);
                }
            }
            Why::NotReady { .. } | Why::NoPeople => self.not_ready += 1,
            Why::Resting { until } => {
                self.resting += 1;
                self.first_up = sooner(self.first_up, *until);
            }
            Why::NoFigure => self.no_figure += 1,
            Why::NoPosition | Why::Lost { .. } => self.no_position += 1,
            Why::OutOfRadius { .. } => self.out_of_radius += 1,
            Why::RoadsClosed { .. } => self.roads_closed += 1,
            Why::Taken { .. } | Why::Elsewhere { .. } => self.taken += 1,
            Why::Outranked { .. } => {}
        }
    }

    /// Returns what keeps most of them. Where as many are kept by two things, the one that can be changed soonest comes
    /// first: a road is opened and a position found before a unit is bought.
    pub(super) fn main(&self) -> ShortfallReason {
        if self.capable == 0 {
            return ShortfallReason::NoneCapable;
        }
        let reasons = [
            (self.busy, ShortfallReason::AllBusy { first_back: self.first_back }),
            (self.roads_closed, ShortfallReason::RoadsClosed),
            (self.no_position, ShortfallReason::NoPosition),
            (self.no_figure, ShortfallReason::NoFigure),
            (self.not_ready, ShortfallReason::NotReady),
            (self.resting, ShortfallReason::Resting { first_up: self.first_up }),
            (self.out_of_radius, ShortfallReason::OutOfRadius),
            (self.taken, ShortfallReason::TakenByOthers),
        ];
        let most = reasons.iter().map(|(count, _)| *count).max().unwrap_or(0);
        let first = reasons.into_iter().find(|(count, _)| *count == most && most > 0);
        first.map_or(ShortfallReason::NotEnough, |(_, reason)| reason)
    }
}
