//! Needs as slots that one unit fills each, and the best filling of all of them at once.
//!
//! Invariant: a graver slot is never left open so that any number of less grave ones is filled sooner. Where units are
//! counted the filling is a best one. Where people or an amount are counted, how many slots a need has is found by
//! rounds, and of units that turn out not to be wanted the farthest are let go.

use std::collections::BTreeMap;

use super::{
    judge::{Fit, Verdict, Why, judge},
    settings::Settings,
    shortfall::Tally,
    view::View,
};
use crate::domain::{
    capability::{Ability, Counting, Need, Wanted},
    matching::{Costs, assign},
    road::Arrivals,
};

/// Most slots that are filled at once; what is least grave waits for the next proposal.
pub const SLOTS_MAX: usize = 500;
/// Beyond this, weighted seconds count the same: four grades of so many slots then fit into one number.
const COST_CAP: u64 = 500_000;
/// Rounds in which needs get further slots.
const ROUNDS: usize = 6;

/// One need of one incident, with every unit looked at.
#[derive(Debug)]
pub(super) struct Want<'a> {
    /// The incident and the need, by their places.
    pub demand: usize,
    pub need: usize,
    /// 1 (gravest) to 4.
    pub grade: u8,
    pub ability: &'a Ability,
    pub amount: u32,
    /// Units that can be sent, in order of score, then of candidate.
    pub fits: Vec<Fit>,
    pub kept: Vec<(usize, Why)>,
    pub tally: Tally,
}

impl<'a> Want<'a> {
    /// Looks at every unit; `None` where no unit is wanted, or something that the catalogue does not have.
    pub fn of(
        view: &View<'a>,
        [demand, number]: [usize; 2],
        grade: u8,
        need: &Need,
        arrivals: &Arrivals<'_>,
        divert: Option<&str>,
    ) -> Option<Self> {
        let Wanted::Ability(code) = &need.wanted else { return None };
        let ability = view.scene.catalogue.find(code)?;
        let (mut fits, mut kept, mut tally) = (Vec::new(), Vec::new(), Tally::default());
        for candidate in 0..view.scene.candidates.len() {
            match judge(view, candidate, ability, arrivals, divert) {
                Verdict::Incapable => {}
                Verdict::No(why) => {
                    tally.kept(&why);
                    kept.push((candidate, why));
                }
                Verdict::Fit(fit) => {
                    tally.fit();
                    fits.push(*fit);
                }
            }
        }
        fits.sort_by_key(|fit| (fit.score_s, fit.candidate));
        let amount = need.amount;
        Some(Self { demand, need: number, grade, ability, amount, fits, kept, tally })
    }

    pub fn counts_units(&self) -> bool {
        self.ability.counted == Counting::Units
    }

    /// Returns how many units it takes at least, the largest ones sent first.
    fn fewest(&self) -> usize {
        let mut sizes: Vec<u32> = self.fits.iter().map(|fit| fit.amount).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0_u32;
        let enough = sizes.iter().position(|size| {
            sum = sum.saturating_add(*size);
            sum >= self.amount
        });
        enough.map_or(sizes.len(), |place| place + 1)
    }

    /// Returns how much is missing once these of its fits are sent.
    pub fn missing(&self, sent: &[usize]) -> u32 {
        let sent: u32 = sent.iter().map(|fit| self.fits[*fit].amount).sum();
        self.amount.saturating_sub(sent)
    }
}

/// Fills the slots of all wants at once and returns, for each want, which of its fits are sent, by their places. A want
/// that had to wait because there are too many slots has `None`.
pub(super) fn fill(wants: &[&Want<'_>], settings: &Settings) -> Vec<Option<Vec<usize>>> {
    let mut slots: Vec<usize> = wants.iter().map(|want| want.fewest()).collect();
    let waiting = within_bounds(wants, &mut slots);
    let mut sent = vec![Vec::new(); wants.len()];
    for _ in 0..ROUNDS {
        sent = match_once(wants, &slots, settings);
        let mut grown = false;
        for (number, want) in wants.iter().enumerate() {
            let missing = want.missing(&sent[number]);
            let full = sent[number].len() == slots[number] && !waiting[number];
            let room = SLOTS_MAX.saturating_sub(slots.iter().sum());
            let spare = want.fits.len().saturating_sub(slots[number]).min(room);
            if missing > 0 && full && spare > 0 {
                slots[number] += more(want, missing, slots[number]).min(spare);
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    let let_go = wants.iter().zip(sent).map(|(want, sent)| without_surplus(want, sent));
    let_go.zip(waiting).map(|(sent, waits)| (!waits).then_some(sent)).collect()
}

/// Returns how many slots more a want gets: what is missing, by what one of its slots is worth.
fn more(want: &Want<'_>, missing: u32, slots: usize) -> usize {
    let slots = u32::try_from(slots.max(1)).unwrap_or(u32::MAX);
    let worth = want.amount.div_ceil(slots).max(1);
    usize::try_from(missing.div_ceil(worth)).unwrap_or(usize::MAX)
}

/// Takes slots from the least grave wants, the last ones first, until they are few enough; tells which wait.
fn within_bounds(wants: &[&Want<'_>], slots: &mut [usize]) -> Vec<bool> {
    let mut waiting = vec![false; wants.len()];
    let mut order: Vec<usize> = (0..wants.len()).collect();
    order.sort_by_key(|number| (wants[*number].grade, *number));
    let mut total: usize = slots.iter().sum();
    for number in order.into_iter().rev() {
        if total <= SLOTS_MAX {
            break;
        }
        total -= slots[number];
        slots[number] = 0;
        waiting[number] = true;
    }
    waiting
}

fn match_once(wants: &[&Want<'_>], slots: &[usize], settings: &Settings) -> Vec<Vec<usize>> {
    let rows: Vec<usize> = slots
        .iter()
        .enumerate()
        .flat_map(|(number, count)| std::iter::repeat_n(number, *count))
        .collect();
    let mut columns: BTreeMap<usize, usize> = BTreeMap::new();
    for fit in wants.iter().zip(slots).filter(|(_, slots)| **slots > 0).flat_map(|(w, _)| &w.fits) {
        let next = columns.len();
        columns.entry(fit.candidate).or_insert(next);
    }
    let prices = prices(wants, &rows);
    let mut costs = Costs::new(columns.len(), prices);
    for (row, number) in rows.iter().enumerate() {
        let want = wants[*number];
        for fit in &want.fits {
            costs.set(row, columns[&fit.candidate], cost(want, fit, slots[*number], settings));
        }
    }
    let candidates: BTreeMap<usize, usize> =
        columns.iter().map(|(c, column)| (*column, *c)).collect();
    let mut sent = vec![Vec::new(); wants.len()];
    for (row, column) in assign(&costs).into_iter().enumerate() {
        let candidate = column.map(|column| candidates[&column]);
        let fits = &wants[rows[row]].fits;
        sent[rows[row]].extend(fits.iter().position(|fit| Some(fit.candidate) == candidate));
    }
    for fits in &mut sent {
        fits.sort_unstable();
    }
    sent
}

/// Returns what it costs to leave each slot open: more than all less grave ones, and all ways, together.
fn prices(wants: &[&Want<'_>], rows: &[usize]) -> Vec<i64> {
    let mut grades: Vec<u8> = rows.iter().map(|number| wants[*number].grade).collect();
    grades.sort_unstable();
    grades.dedup();
    let step = i64::try_from(2 * (rows.len() + 1)).unwrap_or(i64::MAX);
    let base = i64::try_from(COST_CAP).unwrap_or(i64::MAX);
    let price = |number: &usize| {
        let graver = grades.iter().filter(|grade| **grade >= wants[*number].grade).count();
        (0..graver).fold(base, |price, _| price.saturating_mul(step))
    };
    rows.iter().map(price).collect()
}

/// Returns what a unit in a slot costs: its score, and where an amount is counted, what it does less than the slot is
/// worth, in units that have to be sent beside it.
fn cost(want: &Want<'_>, fit: &Fit, slots: usize, settings: &Settings) -> i64 {
    let weight = settings.weights[usize::from(want.grade.clamp(1, 4)) - 1];
    let slots = u32::try_from(slots.max(1)).unwrap_or(u32::MAX);
    let worth = u64::from(want.amount.div_ceil(slots));
    let short = worth.saturating_sub(u64::from(fit.amount));
    let beside = if want.counts_units() {
        0
    } else {
        u64::from(settings.another_unit_s) * short / u64::from(fit.amount.max(1))
    };
    let cost = (u64::from(fit.score_s) + beside).saturating_mul(u64::from(weight));
    i64::try_from(cost.min(COST_CAP)).unwrap_or(i64::MAX)
}

/// Lets those go, the farthest first, without whom there is enough.
fn without_surplus(want: &Want<'_>, mut sent: Vec<usize>) -> Vec<usize> {
    for place in (0..sent.len()).rev() {
        let mut fewer = sent.clone();
        fewer.remove(place);
        if want.missing(&fewer) == 0 {
            sent = fewer;
        }
    }
    sent
}
