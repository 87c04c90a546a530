//! Drawing lots, and holding the checks that were drawn.

use std::time::Duration;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::{CheckPlan, Lot, Window};
use crate::domain::{
    actor::{Actor, Capability},
    area::Extent,
    board::{Board, require},
    callout::{
        open::obliged_posts,
        policy::{CalloutKind, Terms},
    },
    decision::Draft,
    event::{CalloutOpened, SpotCheckDrawn, SpotCheckHeld},
    ids::CalloutId,
    rejection::Rejection,
    time::Timestamp,
    warning::Colour,
};

/// A check whose time passed so long ago, because no node ran, is not held any more.
pub(super) const LATE: Duration = Duration::from_secs(30 * 60);

/// What the node has drawn for a window that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawLot {
    pub plan: CompactString,
    pub day: NaiveDate,
    /// Of a hundred, 0 to 99: there is a check where it is below the plan's chance.
    pub whether: u8,
    /// The part of what is left of the window after which it comes, of 2³².
    pub when: u32,
    pub seed: u64,
}

impl Board {
    /// Returns the plans whose window is open and for which no lot has been drawn.
    pub fn undrawn(&self, now: Timestamp) -> Vec<(CompactString, NaiveDate)> {
        let plans = self.callouts.policies().map(|set| set.spot_checks.as_slice());
        let wanting = |plan: &CheckPlan| {
            let window = plan.open_at(self.timezone(), now)?;
            self.wants_lot(plan, &window).then(|| (plan.id.clone(), window.day))
        };
        plans.unwrap_or_default().iter().filter_map(wanting).collect()
    }

    fn wants_lot(&self, plan: &CheckPlan, window: &Window) -> bool {
        self.spot_checks.lot(&plan.id).is_none_or(|lot| lot.day < window.day)
    }

    fn check_plan(&self, id: &str) -> Option<&CheckPlan> {
        self.callouts.policies()?.spot_checks.iter().find(|plan| plan.id == id)
    }
}

/// Decides a lot; one that is drawn twice, or for a window that is not open, changes nothing.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    drawn: &DrawLot,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    let Some(plan) = board.check_plan(&drawn.plan) else { return Ok(()) };
    let open = plan.open_at(board.timezone(), draft.now);
    let open = open.filter(|window| window.day == drawn.day && board.wants_lot(plan, window));
    let Some(window) = open else { return Ok(()) };
    let happens = drawn.whether < plan.chance_percent;
    let at = match plan.to {
        None => window.from.max(draft.now),
        Some(_) => between(draft.now.max(window.from), window.to, drawn.when),
    };
    let (plan, day, seed) = (drawn.plan.clone(), drawn.day, drawn.seed);
    draft.push(SpotCheckDrawn { plan, day, at: happens.then_some(at), seed });
    Ok(())
}

fn between(from: Timestamp, to: Timestamp, part: u32) -> Timestamp {
    let left = (to.since(from).as_millis() * u128::from(part)) >> 32;
    from + Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))
}

impl Draft<'_> {
    /// Holds the checks whose time has come.
    pub(in crate::domain) fn elapse_spot_checks(&mut self) {
        let (board, now) = (self.board, self.now);
        let due = board.spot_checks.pending().filter(|(_, _, at)| *at <= now);
        for (id, lot, at) in due {
            let plan = board.check_plan(id).filter(|_| now.since(at) < LATE);
            let callout = plan.and_then(|plan| self.hold(plan, lot));
            self.push(SpotCheckHeld { plan: id.clone(), day: lot.day, callout });
        }
    }

    fn hold(&mut self, plan: &CheckPlan, lot: &Lot) -> Option<CalloutId> {
        let board = self.board;
        let set = board.callouts.policies()?;
        let policy = set.choose(CalloutKind::SpotCheck, None, None)?;
        let all = obliged_posts(board, policy, &Extent::of(board.jurisdiction()?));
        let posts = all.into_iter().filter(|(post, _)| board.roster.get(post).is_some()).collect();
        let posts = sample(posts, plan.posts.map(usize::from), lot.seed);
        if posts.is_empty() {
            return None;
        }
        let id = self.take_callout();
        self.begin_callout(CalloutOpened {
            id,
            kind: CalloutKind::SpotCheck,
            subject: plan.title.clone(),
            text: String::new(),
            severity: policy.severity.unwrap_or(Colour::Blue),
            drill: false,
            extent: Extent {
                partly: posts.iter().map(|(post, _)| post.area).collect(),
                ..Extent::default()
            },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        });
        for (post, oblige) in &posts {
            self.oblige(id, Terms { set, policy }, post, oblige, None);
        }
        Some(id)
    }
}

/// Returns `count` of `all`, each equally likely, in their own order; the same ones for the same seed.
pub(super) fn sample<T>(all: Vec<T>, count: Option<usize>, seed: u64) -> Vec<T> {
    let count = count.unwrap_or(all.len()).min(all.len());
    let (mut state, mut wanted, mut left) = (seed, count, all.len());
    let mut kept = Vec::with_capacity(count);
    for one in all {
        state = step(state);
        // Of so many that are left so many are wanted still.
        if (state >> 11) % (left as u64) < wanted as u64 {
            kept.push(one);
            wanted -= 1;
        }
        left -= 1;
    }
    kept
}

/// Mixes a number as SplitMix64 does, so that neighbouring seeds have nothing in common.
fn step(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn every_post_is_drawn_as_often_as_any_other_and_a_seed_draws_the_same() {
        let mut drawn = [0_u32; 20];
        for seed in 0..10_000 {
            let posts = sample((0..20_usize).collect(), Some(5), seed);
            assert_eq!(posts.len(), 5);
            assert_eq!(posts, sample((0..20).collect(), Some(5), seed));
            posts.into_iter().for_each(|post| drawn[post] += 1);
        }
        assert!(drawn.iter().all(|often| (2_300..2_700).contains(often)), "{drawn:?}");
        assert_eq!(sample(vec![1, 2, 3], None, 7), [1, 2, 3]);
        assert_eq!(sample(vec![1, 2, 3], Some(9), 7), [1, 2, 3]);
        assert!(sample(Vec::<u8>::new(), Some(2), 7).is_empty());
    }
}
