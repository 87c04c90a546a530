//! Several incidents at once (联合派遣): a proposal by which all of them together are served best, and what sending the
//! nearest to each in turn would have given.
//!
//! Invariant: it is a proposal. A person accepts it, changes it or refuses it.

use compact_str::CompactString;

use super::{
    Reason, Scene, Standing,
    choice::left_bare,
    coverage::Covered,
    judge::{Fit, Why},
    shortfall::{Shortfall, ShortfallReason, Tally},
    slots::{Want, fill},
    view::View,
};
use crate::domain::{
    area::LonLat,
    capability::{Need, Wanted},
    ids::UnitId,
    road::Way,
};

/// An incident that waits for units, with what it still needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    pub incident: CompactString,
    pub at: LonLat,
    /// 1 (Ⅰ, gravest) to 4.
    pub grade: u8,
    /// What is wanted, with units that are under way and not there yet: a proposal may turn them around.
    pub needs: Vec<Need>,
}

/// One unit to one incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Posting {
    pub incident: CompactString,
    pub need: usize,
    pub unit: UnitId,
    pub contributes: u32,
    pub eta_s: u32,
    pub distance_m: u32,
    pub way: Way,
    /// The incident it is under way to now: the same one where it just goes on.
    pub under_way_to: Option<CompactString>,
    pub reasons: Vec<Reason>,
}

/// A need that is not met.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    pub incident: CompactString,
    pub shortfall: Shortfall,
}

/// What a way of sending gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Needs that are met in full, and those that are not.
    pub met: usize,
    pub unmet: usize,
    /// Units sent, and the sum and the longest of their times.
    pub units: usize,
    pub total_eta_s: u64,
    pub worst_eta_s: u32,
}

impl Outcome {
    /// Returns the mean time, in seconds.
    pub fn mean_eta_s(&self) -> u64 {
        self.total_eta_s.checked_div(self.units as u64).unwrap_or(0)
    }

    fn add(&mut self, want: &Want<'_>, sent: &[usize]) {
        let met = want.missing(sent) == 0;
        self.met += usize::from(met);
        self.unmet += usize::from(!met);
        for fit in sent.iter().map(|fit| &want.fits[*fit]) {
            self.units += 1;
            self.total_eta_s += u64::from(fit.eta_s);
            self.worst_eta_s = self.worst_eta_s.max(fit.eta_s);
        }
    }
}

/// Who goes where.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proposal {
    /// In order of the demands, then of their needs, then of the ETA with what speaks against the unit.
    pub postings: Vec<Posting>,
    pub unmet: Vec<Unmet>,
    pub left_bare: Vec<Covered>,
    pub joint: Outcome,
    /// The nearest free unit to each demand in turn, for comparison.
    pub greedy: Outcome,
}

/// Returns who should go where. Supplies are left to the recommendation of each incident.
pub fn propose(scene: &Scene<'_>, demands: &[Demand]) -> Proposal {
    let view = View::of(scene);
    let mut wants = Vec::new();
    for (number, demand) in demands.iter().enumerate() {
        let arrivals = view.to(demand.at);
        let want = |(place, need): (usize, &Need)| {
            let divert = Some(demand.incident.as_str());
            Want::of(&view, [number, place], demand.grade, need, &arrivals, divert)
        };
        wants.extend(demand.needs.iter().enumerate().filter_map(want));
    }
    let by_ref: Vec<&Want<'_>> = wants.iter().collect();
    let filled = fill(&by_ref, scene.settings);
    let mut proposal = Proposal { greedy: greedy(&wants), ..Proposal::default() };
    let taken: Vec<(usize, usize)> = wants
        .iter()
        .zip(&filled)
        .flat_map(|(want, sent)| {
            let fits = sent.iter().flatten();
            fits.map(|fit| (want.fits[*fit].candidate, want.demand))
        })
        .collect();
    for (want, sent) in wants.iter().zip(&filled) {
        let demand = &demands[want.demand];
        let fits = sent.as_deref().unwrap_or_default();
        proposal.joint.add(want, fits);
        proposal.postings.extend(fits.iter().map(|fit| posting(&view, demand, want, *fit)));
        let missing = want.missing(fits);
        if missing > 0 {
            let need = demand.needs[want.need].clone();
            let tally = tally(want, &taken, demands);
            let reason = if sent.is_none() { ShortfallReason::NotPlanned } else { tally.main() };
            let shortfall = Shortfall { need, missing, reason, tally };
            proposal.unmet.push(Unmet { incident: demand.incident.clone(), shortfall });
        }
    }
    proposal.unmet.extend(unknown(&view, demands));
    let taken: Vec<usize> = taken.into_iter().map(|(candidate, _)| candidate).collect();
    proposal.left_bare = left_bare(&view, &taken);
    proposal
}

fn posting(view: &View<'_>, demand: &Demand, want: &Want<'_>, fit: usize) -> Posting {
    let Fit { candidate, amount, eta_s, distance_m, way, reasons, .. } = &want.fits[fit];
    let candidate = &view.scene.candidates[*candidate];
    let under_way_to = match &candidate.standing {
        Standing::UnderWay { incident } => Some(incident.clone()),
        Standing::Free
        | Standing::AtDrill { .. }
        | Standing::Busy { .. }
        | Standing::NotReady { .. }
        | Standing::Resting { .. } => None,
    };
    Posting {
        incident: demand.incident.clone(),
        need: want.need,
        unit: candidate.unit.id.clone(),
        contributes: *amount,
        eta_s: *eta_s,
        distance_m: *distance_m,
        way: *way,
        under_way_to,
        reasons: reasons.clone(),
    }
}

/// Counts what keeps the units that could have gone, those that go elsewhere among them.
fn tally(want: &Want<'_>, taken: &[(usize, usize)], demands: &[Demand]) -> Tally {
    let mut tally = want.tally;
    for fit in &want.fits {
        let elsewhere = taken.iter().find(|(taken, _)| *taken == fit.candidate);
        if let Some((_, demand)) = elsewhere.filter(|(_, demand)| *demand != want.demand) {
            let incident = demands[*demand].incident.clone();
            tally.capable -= 1;
            tally.kept(&Why::Elsewhere { incident });
        }
    }
    tally
}

/// Returns the needs that no catalogue knows.
fn unknown<'a>(view: &View<'a>, demands: &'a [Demand]) -> impl Iterator<Item = Unmet> {
    let needs = demands.iter().flat_map(|demand| demand.needs.iter().map(move |n| (demand, n)));
    let strange = |need: &Need| match &need.wanted {
        Wanted::Ability(code) => view.scene.catalogue.find(code).is_none(),
        Wanted::Item(_) => false,
    };
    let unmet = |(demand, need): (&Demand, &Need)| {
        let (need, missing, tally) = (need.clone(), need.amount, Tally::default());
        let reason = ShortfallReason::NoneCapable;
        let shortfall = Shortfall { need, missing, reason, tally };
        Unmet { incident: demand.incident.clone(), shortfall }
    };
    needs.filter(|(_, need)| strange(need)).map(unmet).collect::<Vec<_>>().into_iter()
}

/// Sends the nearest free unit to each want in turn until it is met: what is done by hand.
fn greedy(wants: &[Want<'_>]) -> Outcome {
    let (mut outcome, mut taken) = (Outcome::default(), Vec::new());
    for want in wants {
        let mut sent: Vec<usize> = Vec::new();
        let mut nearest: Vec<usize> = (0..want.fits.len()).collect();
        nearest.sort_by_key(|fit| (want.fits[*fit].eta_s, want.fits[*fit].candidate));
        for fit in nearest {
            let candidate = want.fits[fit].candidate;
            if want.missing(&sent) > 0 && !taken.contains(&candidate) {
                taken.push(candidate);
                sent.push(fit);
            }
        }
        outcome.add(want, &sent);
    }
    outcome
}
