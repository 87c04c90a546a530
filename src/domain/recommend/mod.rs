//! Which units and depots to send (力量推荐): who can, who is near, who is free, and why the others are not proposed.
//!
//! Invariant: a recommendation does nothing and hides nothing. Every figure that put one unit before another is among
//! its reasons, and what is missing is told with why. All of it is pure: whoever asks brings what is known just now.

mod choice;
mod coverage;
mod depots;
mod joint;
mod judge;
mod move_up;
mod settings;
mod shortfall;
mod slots;
mod view;
mod words;

use compact_str::CompactString;

pub use self::{
    coverage::{Cover, Covered, Lacking, coverage, survey},
    depots::{Depot, DepotOffer},
    joint::{Demand, Outcome, Posting, Proposal, Unmet, propose},
    judge::{Place, Reason, Why},
    move_up::{Changed, Move, MoveUp, consequences, move_up, move_up_now},
    settings::{GRADES, Settings},
    shortfall::{Shortfall, ShortfallReason, Tally},
    slots::SLOTS_MAX,
    view::View,
};
use super::{
    area::LonLat,
    capability::{Catalogue, Need},
    ids::UnitId,
    road::{Travel, Way},
    time::Timestamp,
    unit::Unit,
};

/// A unit that might be sent, as it is just now.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    pub unit: &'a Unit,
    pub seen: Option<Seen>,
    /// Its people just now; the registered strength where nobody has said.
    pub strength: Option<u32>,
    pub standing: Standing,
    /// Since when it has been at work without a rest.
    pub at_work_since: Option<Timestamp>,
}

/// Where a unit's terminal last said it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub at: LonLat,
    pub when: Timestamp,
    /// Older than its reporting period allows, by the measure of the map.
    pub stale: bool,
}

/// What a unit is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Free,
    /// In a drill only, which it leaves for what really happens.
    AtDrill {
        incident: CompactString,
    },
    /// Ordered to an incident and not there yet. Only a joint proposal may send it elsewhere.
    UnderWay {
        incident: CompactString,
    },
    /// At an incident, and when it is likely to be free.
    Busy {
        incident: CompactString,
        back: Option<Timestamp>,
    },
    NotReady {
        reason: CompactString,
    },
    Resting {
        until: Timestamp,
    },
}

/// What everything is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub candidates: &'a [Candidate<'a>],
    pub depots: &'a [Depot<'a>],
    /// Areas that must not be left without a unit near by.
    pub covers: &'a [Cover],
    pub catalogue: &'a Catalogue,
    pub travel: Travel<'a>,
    pub settings: &'a Settings,
    pub now: Timestamp,
}

/// A unit that is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub unit: UnitId,
    /// For which of the needs, by its place in the list.
    pub need: usize,
    /// 1 for the first to send; counted through all items of the need.
    pub rank: usize,
    /// How much of the need it covers.
    pub contributes: u32,
    /// From now until it is there, getting ready included.
    pub eta_s: u32,
    pub distance_m: u32,
    pub way: Way,
    pub from: Place,
    /// What it was ranked by, in seconds: the ETA with everything that speaks against the unit.
    pub score_s: u32,
    pub reasons: Vec<Reason>,
}

/// A unit that can, but is not proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    pub unit: UnitId,
    pub need: usize,
    pub why: Why,
}

/// What to send, what is missing, and why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recommendation {
    /// By need, then by rank.
    pub items: Vec<Item>,
    /// Supplies, by need, the nearest first.
    pub depots: Vec<DepotOffer>,
    /// The next best for each need, as if the items before them were not there.
    pub alternatives: Vec<Item>,
    pub rejected: Vec<Rejected>,
    pub shortfalls: Vec<Shortfall>,
    /// Areas that have no unit near by once all items are sent.
    pub left_bare: Vec<Covered>,
}

/// Returns what to send to `place`. A unit serves one need of an incident, for nobody is in two boats.
pub fn recommend(scene: &Scene<'_>, place: LonLat, needs: &[Need]) -> Recommendation {
    let view = View::of(scene);
    choice::choose(&view, place, needs)
}

#[cfg(test)]
mod tests;
