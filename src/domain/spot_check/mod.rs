//! Spot checks of duty posts (抽查, 点名): by hand, at set times, and at times that nobody knows before.
//!
//! A check is a callout like any other. Invariant: for each window of a plan one lot is drawn, while the window is open
//! and not before, so that no record tells of a check to come; what was drawn is kept, whichever node drew it.

mod draw;
mod presence;
mod statistics;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    callout::check::PolicyFault,
    deadline::ClockTime,
    event::{SpotCheckDrawn, SpotCheckEvent},
    ids::CalloutId,
    time::Timestamp,
};

pub(super) use self::draw::decide;
pub use self::{
    draw::DrawLot,
    presence::{Here, Presence, Whereabouts},
    statistics::{Absence, Statistics, Tally, Why},
};

/// Checks that come by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckPlan {
    pub id: CompactString,
    /// What those who are called hear.
    pub title: CompactString,
    /// When the window opens, every day; without `to` the check is at this time.
    pub from: ClockTime,
    /// When it closes, the next day where that is not later than `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ClockTime>,
    /// In how many of a hundred windows there is a check.
    #[serde(default = "always", skip_serializing_if = "is_always")]
    pub chance_percent: u8,
    /// How many posts are drawn of those that the policy for spot checks obliges; all of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<u16>,
}

fn always() -> u8 {
    100
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_always(percent: &u8) -> bool {
    *percent == always()
}

/// A window of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The day on which it opens.
    pub day: NaiveDate,
    pub from: Timestamp,
    /// The last instant at which a check may begin.
    pub to: Timestamp,
}

impl CheckPlan {
    pub(super) fn check(&self) -> Result<(), PolicyFault> {
        let fault = |problem: &str| {
            let place = format!("spot_check {}", self.id);
            Err(PolicyFault { place, problem: problem.to_owned() })
        };
        if self.id.is_empty() || self.title.trim().is_empty() {
            return fault("needs an id and a title");
        }
        if !(1..=100).contains(&self.chance_percent) {
            return fault("chance_percent is 1 to 100");
        }
        if self.posts == Some(0) {
            return fault("posts is at least 1; leave it out for all of them");
        }
        Ok(())
    }

    /// Returns the window that opens on `day`.
    pub fn window(&self, zone: Tz, day: NaiveDate) -> Window {
        let at = |day, time: ClockTime| Timestamp::from_local(zone, day, time.minute());
        let from = at(day, self.from);
        let to = match self.to {
            None => from + draw::LATE,
            Some(to) if to > self.from => at(day, to),
            Some(to) => at(day + Days::new(1), to),
        };
        Window { day, from, to }
    }

    /// Returns the window that is open at `now`.
    pub fn open_at(&self, zone: Tz, now: Timestamp) -> Option<Window> {
        let today = now.local(zone).date();
        let mut windows =
            [today - Days::new(1), today].into_iter().map(|day| self.window(zone, day));
        windows.find(|window| window.from <= now && now < window.to)
    }
}

/// What has been drawn for a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    pub day: NaiveDate,
    /// `None` where there is no check.
    pub at: Option<Timestamp>,
    /// Which posts, by [`draw::sample`].
    pub seed: u64,
    /// It is still to come.
    pub pending: bool,
}

/// The last check that a plan has held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub at: Timestamp,
    /// `None` where nobody could be called, or the time had passed while no node ran.
    pub callout: Option<CalloutId>,
}

/// What the plans have come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotChecks {
    lots: BTreeMap<CompactString, Lot>,
    held: BTreeMap<CompactString, Held>,
}

impl SpotChecks {
    /// Returns the lot that was drawn last for a plan.
    pub fn lot(&self, plan: &str) -> Option<&Lot> {
        self.lots.get(plan)
    }

    pub fn last_held(&self, plan: &str) -> Option<Held> {
        self.held.get(plan).copied()
    }

    fn pending(&self) -> impl Iterator<Item = (&CompactString, &Lot, Timestamp)> {
        let pending = self.lots.iter().filter(|(_, lot)| lot.pending);
        pending.filter_map(|(plan, lot)| Some((plan, lot, lot.at?)))
    }

    /// Returns when the next check that has been drawn begins.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.pending().map(|(_, _, at)| at).min()
    }

    pub(super) fn apply(&mut self, event: &SpotCheckEvent, now: Timestamp) {
        match event {
            SpotCheckEvent::SpotCheckDrawn(drawn) => {
                let SpotCheckDrawn { plan, day, at, seed } = drawn.clone();
                self.lots.insert(plan, Lot { day, at, seed, pending: at.is_some() });
            }
            SpotCheckEvent::SpotCheckHeld(held) => {
                if let Some(lot) = self.lots.get_mut(&held.plan) {
                    lot.pending = false;
                }
                self.held.insert(held.plan.clone(), Held { at: now, callout: held.callout });
            }
        }
    }
}
