//! Spot checks looked back over: who was on post when asked, how soon, and who was not.
//!
//! Invariant: what is said of a post follows from its obligation and its calls, and
//! from nothing that somebody could write down later; an answer that came after its time counts as an absence.

use std::collections::BTreeMap;

use crate::domain::{
    board::Board,
    callout::{
        attempt::Attempt,
        obligation::{Obligation, State},
        policy::CalloutKind,
    },
    ids::{AreaCode, CalloutId, ObligationId, PersonId, PostId},
    time::Timestamp,
};

/// How the posts of a unit stood when they were asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that were asked and had their time: what is still rung, or was taken back, is not among them.
    pub asked: u32,
    /// Answered in time by somebody who was called there.
    pub on_post: u32,
    pub absent: u32,
    /// Of those on post, rounded down.
    pub median_s: Option<u64>,
}

/// A post where nobody was when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    pub callout: CalloutId,
    pub obligation: ObligationId,
    pub post: PostId,
    pub asked_at: Timestamp,
    /// Who was called before the time was over, in order.
    pub people: Vec<PersonId>,
    /// Calls that were made.
    pub calls: u32,
    /// When somebody answered after all.
    pub answered_at: Option<Timestamp>,
}

/// What the checks of a time have shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    pub checks: usize,
    pub total: Tally,
    /// By the area whose posts they are.
    pub units: BTreeMap<AreaCode, Tally>,
    /// By time, then by post.
    pub absences: Vec<Absence>,
}

/// What came of asking one post.
enum Found {
    OnPost { after_s: u64 },
    Absent,
}

impl Board {
    /// Adds up the checks that were opened within `from..to`, of the posts in `area`; drills are none.
    pub fn spot_checks(&self, area: AreaCode, from: Timestamp, to: Timestamp) -> Statistics {
        let mut statistics = Statistics::default();
        let mut times: BTreeMap<AreaCode, Vec<u64>> = BTreeMap::new();
        let checks = self.callouts.iter().filter(|callout| {
            let meant = callout.kind == CalloutKind::SpotCheck && !callout.drill;
            meant && (from..to).contains(&callout.opened_at)
        });
        for check in checks {
            let mut concerned = false;
            for obligation in self.callouts.obligations_of(check, None) {
                let Some(found) = found(obligation).filter(|_| area.contains(obligation.post.area))
                else {
                    continue;
                };
                concerned = true;
                let unit = obligation.post.area;
                let tally = statistics.units.entry(unit).or_default();
                tally.asked += 1;
                match found {
                    Found::OnPost { after_s } => {
                        tally.on_post += 1;
                        times.entry(unit).or_default().push(after_s);
                    }
                    Found::Absent => {
                        tally.absent += 1;
                        statistics.absences.push(absence(obligation));
                    }
                }
            }
            statistics.checks += usize::from(concerned);
        }
        for (unit, tally) in &mut statistics.units {
            tally.median_s = times.get(unit).cloned().and_then(median);
            statistics.total.asked += tally.asked;
            statistics.total.on_post += tally.on_post;
            statistics.total.absent += tally.absent;
        }
        statistics.total.median_s = median(times.into_values().flatten().collect());
        statistics.absences.sort_by(|a, b| (a.asked_at, &a.post).cmp(&(b.asked_at, &b.post)));
        statistics
    }
}

/// Returns what came of asking, once that is certain.
fn found(obligation: &Obligation) -> Option<Found> {
    match obligation.state {
        State::Ringing { .. } | State::Withdrawn { .. } => None,
        State::Unreached { .. } => Some(Found::Absent),
        State::Answered => {
            let late = obligation.answer.as_ref().is_none_or(|answer| answer.late);
            let after = obligation.answered_at.map(|at| at.since(obligation.opened_at).as_secs());
            Some(after.filter(|_| !late).map_or(Found::Absent, |after_s| Found::OnPost { after_s }))
        }
    }
}

fn absence(obligation: &Obligation) -> Absence {
    let mut people: Vec<PersonId> = Vec::new();
    for asked in &obligation.asked {
        if !people.contains(&asked.person) {
            people.push(asked.person.clone());
        }
    }
    let made = |attempt: &&Attempt| attempt.started_at.is_some() && !attempt.notice;
    Absence {
        callout: obligation.callout,
        obligation: obligation.id,
        post: obligation.post.clone(),
        asked_at: obligation.opened_at,
        people,
        calls: u32::try_from(obligation.attempts.iter().filter(made).count()).unwrap_or(u32::MAX),
        answered_at: obligation.answered_at,
    }
}

fn median(mut times: Vec<u64>) -> Option<u64> {
    times.sort_unstable();
    let upper = *times.get(times.len() / 2)?;
    let lower = times[(times.len() - 1) / 2];
    Some((lower + upper) / 2)
}
