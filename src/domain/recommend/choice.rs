//! What to send to one incident: a choice for each need, the next best beside it, and what is missing.

use super::{
    Item, Recommendation, Rejected,
    coverage::Covered,
    judge::{Fit, Why},
    settings::Settings,
    shortfall::{Shortfall, ShortfallReason, Tally},
    slots::{Want, fill},
    view::View,
};
use crate::domain::{
    area::LonLat,
    capability::{Need, Wanted},
    road::Arrivals,
};

/// The one grade of a single incident.
const GRADE: u8 = 1;

pub(super) fn choose(view: &View<'_>, place: LonLat, needs: &[Need]) -> Recommendation {
    let arrivals = view.to(place);
    let want =
        |(number, need): (usize, &Need)| Want::of(view, [0, number], GRADE, need, &arrivals, None);
    let wants: Vec<Want<'_>> = needs.iter().enumerate().filter_map(want).collect();
    let sent = sent(&wants, view.scene.settings);
    let mut found = Recommendation::default();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (want, sent) in wants.iter().zip(&sent) {
        taken.extend(sent.iter().map(|fit| (want.fits[*fit].candidate, want.need)));
    }
    for (want, sent) in wants.iter().zip(&sent) {
        explain(view, want, sent, &taken, &needs[want.need], &mut found);
    }
    for (number, need) in needs.iter().enumerate() {
        stock(view, number, need, &arrivals, &mut found);
        if matches!(need.wanted, Wanted::Ability(_)) && wants.iter().all(|w| w.need != number) {
            let (need, missing, tally) = (need.clone(), need.amount, Tally::default());
            let reason = ShortfallReason::NoneCapable;
            found.shortfalls.push(Shortfall { need, missing, reason, tally });
        }
    }
    let taken: Vec<usize> = taken.into_iter().map(|(candidate, _)| candidate).collect();
    found.left_bare = left_bare(view, &taken);
    found
}

/// Returns the areas that have a unit near by now, and none once these are gone.
pub(super) fn left_bare(view: &View<'_>, taken: &[usize]) -> Vec<Covered> {
    let before = view.covered_without(&[]);
    let after = view.covered_without(taken).into_iter().zip(before);
    after.filter(|(after, before)| after.is_hole() && !before.is_hole()).map(|(a, _)| a).collect()
}

/// Returns the fits that are sent for each want: where units are counted all at once, so that two needs do not take each
/// other's only unit; of the rest, what covers people and amounts.
fn sent(wants: &[Want<'_>], settings: &Settings) -> Vec<Vec<usize>> {
    let counted: Vec<usize> = (0..wants.len()).filter(|n| wants[*n].counts_units()).collect();
    let (mut sent, mut taken) = (vec![Vec::new(); wants.len()], Vec::new());
    let units: Vec<&Want<'_>> = counted.iter().map(|number| &wants[*number]).collect();
    for (number, filled) in counted.iter().zip(fill(&units, settings)) {
        let fits = filled.unwrap_or_default();
        taken.extend(fits.iter().map(|fit| wants[*number].fits[*fit].candidate));
        sent[*number] = fits;
    }
    for (number, want) in wants.iter().enumerate().filter(|(_, want)| !want.counts_units()) {
        let fits = cover(want, &taken, settings);
        taken.extend(fits.iter().map(|fit| want.fits[*fit].candidate));
        sent[number] = fits;
    }
    sent
}

/// Returns fits that together do what is wanted: always the one that costs least for what it adds, or a single one that
/// does it all where that costs no more.
fn cover(want: &Want<'_>, taken: &[usize], settings: &Settings) -> Vec<usize> {
    let free: Vec<usize> =
        (0..want.fits.len()).filter(|fit| !taken.contains(&want.fits[*fit].candidate)).collect();
    let price = |fit: usize| u64::from(want.fits[fit].score_s + settings.another_unit_s);
    let (mut sent, mut missing): (Vec<usize>, u32) = (Vec::new(), want.amount);
    while missing > 0 {
        let rest = free.iter().copied().filter(|fit| !sent.contains(fit));
        let adds = |fit: usize| u64::from(want.fits[fit].amount.min(missing));
        // a/x < b/y, without rounding.
        let best =
            rest.min_by(|a, b| (price(*a) * adds(*b)).cmp(&(price(*b) * adds(*a))).then(a.cmp(b)));
        let Some(best) = best else { break };
        missing = missing.saturating_sub(want.fits[best].amount);
        sent.push(best);
    }
    sent.sort_unstable();
    for place in (0..sent.len()).rev() {
        let mut fewer = sent.clone();
        fewer.remove(place);
        if missing == 0 && want.missing(&fewer) == 0 {
            sent = fewer;
        }
    }
    let total = |sent: &[usize]| sent.iter().map(|fit| price(*fit)).sum::<u64>();
    let alone = free.into_iter().find(|fit| want.fits[*fit].amount >= want.amount);
    match alone {
        Some(alone) if price(alone) <= total(&sent) => vec![alone],
        Some(_) | None => sent,
    }
}

fn explain(
    view: &View<'_>,
    want: &Want<'_>,
    sent: &[usize],
    taken: &[(usize, usize)],
    need: &Need,
    found: &mut Recommendation,
) {
    let settings = view.scene.settings;
    let item = |rank: usize, fit: usize| item(view, want, rank, &want.fits[fit]);
    found.items.extend(sent.iter().enumerate().map(|(place, fit)| item(place + 1, *fit)));
    let mut tally = want.tally;
    let reject = |candidate: usize, why: Why| Rejected {
        unit: view.scene.candidates[candidate].unit.id.clone(),
        need: want.need,
        why,
    };
    // Who cannot go comes first: somebody looks for him. A hundred that are merely farther away must not hide it.
    let kept = want.kept.iter().map(|(candidate, why)| reject(*candidate, why.clone()));
    let mut rejected: Vec<Rejected> = kept.collect();
    let mut others = 0;
    for fit in (0..want.fits.len()).filter(|fit| !sent.contains(fit)) {
        let Fit { candidate, eta_s, score_s, .. } = want.fits[fit];
        let other = taken.iter().find(|(taken, need)| *taken == candidate && *need != want.need);
        if let Some((_, need)) = other {
            let why = Why::Taken { need: *need };
            tally.taken += 1;
            rejected.push(reject(candidate, why));
            continue;
        }
        others += 1;
        if others <= settings.alternatives {
            found.alternatives.push(item(sent.len() + others, fit));
        }
        rejected.push(reject(candidate, Why::Outranked { eta_s, score_s }));
    }
    rejected.truncate(settings.rejected);
    found.rejected.append(&mut rejected);
    let missing = want.missing(sent);
    if missing > 0 {
        let (need, reason) = (need.clone(), tally.main());
        found.shortfalls.push(Shortfall { need, missing, reason, tally });
    }
}

fn item(view: &View<'_>, want: &Want<'_>, rank: usize, fit: &Fit) -> Item {
    Item {
        unit: view.scene.candidates[fit.candidate].unit.id.clone(),
        need: want.need,
        rank,
        contributes: fit.amount,
        eta_s: fit.eta_s,
        distance_m: fit.distance_m,
        way: fit.way,
        from: fit.place,
        score_s: fit.score_s,
        reasons: fit.reasons.clone(),
    }
}

fn stock(
    view: &View<'_>,
    number: usize,
    need: &Need,
    arrivals: &Arrivals<'_>,
    found: &mut Recommendation,
) {
    let Wanted::Item(item) = &need.wanted else {
        found.depots.extend(view.helpful(number, need, arrivals));
        return;
    };
    let (offers, missing) = view.supplies(number, need, item, arrivals);
    found.depots.extend(offers);
    if missing > 0 {
        let (need, tally) = (need.clone(), Tally::default());
        let reason = ShortfallReason::NotStocked;
        found.shortfalls.push(Shortfall { need, missing, reason, tally });
    }
}
