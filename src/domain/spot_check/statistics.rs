//! Spot checks looked back over: who was on post when asked, how soon, and who was not.
//!
//! Invariant: what is said of a post follows from its obligation and its calls, and
//! from nothing that somebody could write down later; an answer that came after its time counts as an absence.

use std::collections::BTreeMap;

use serde::Serialize;

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
    pub why: Why,
}

/// What shows that nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// Nobody answered.
    Silent,
    /// Somebody answered when the time was over.
    Late,
    /// Somebody said that he cannot come, and nobody answered.
    Declined,
    /// The telephone rang so often and nobody took it, as the county counts.
    OffPost { rings: u32 },
    /// Whoever answered was so far away.
    Elsewhere { away_m: u32 },
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
    Absent(Why),
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
                let Some(found) =
                    self.found(obligation).filter(|_| area.contains(obligation.post.area))
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
                    Found::Absent(why) => {
                        tally.absent += 1;
                        statistics.absences.push(absence(obligation, why));
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

    /// Returns what came of asking, once that is certain.
    fn found(&self, obligation: &Obligation) -> Option<Found> {
        let rang_out = self.rang_out(obligation).map(|rings| Why::OffPost { rings });
        match obligation.state {
            State::Ringing { .. } | State::Withdrawn { .. } => None,
            State::Unreached { .. } => {
                let declined = obligation.asked.iter().any(|asked| asked.declined);
                let why = if declined { Why::Declined } else { Why::Silent };
                Some(Found::Absent(rang_out.unwrap_or(why)))
            }
            State::Answered => {
                let answer = obligation.answer.as_deref()?;
                let after_s = obligation.answered_at?.since(obligation.opened_at).as_secs();
                let at = answer.whereabouts.filter(|at| at.elsewhere);
                let elsewhere =
                    at.map(|at| Why::Elsewhere { away_m: at.away_m.unwrap_or_default() });
                let why = rang_out.or(answer.late.then_some(Why::Late)).or(elsewhere);
                Some(why.map_or(Found::OnPost { after_s }, Found::Absent))
            }
        }
    }
}

fn absence(obligation: &Obligation, why: Why) -> Absence {
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
        why,
    }
}

fn median(mut times: Vec<u64>) -> Option<u64> {
    times.sort_unstable();
    let upper = *times.get(times.len() / 2)?;
    let lower = times[(times.len() - 1) / 2];
    Some((lower + upper) / 2)
}
