//! Recommendations as pages see them: every reason as a code or in words, in both languages.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::Known;
use crate::{
    advice::Advice,
    domain::{
        area::LonLat,
        ids::{AreaCode, UnitId},
        recommend::{Changed, Covered, DepotOffer, Item, Move, Outcome, Reason, Shortfall},
    },
};

/// What to send and what is missing.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RecommendationView {
    pub items: Vec<ItemView>,
    /// The next best of each need.
    pub alternatives: Vec<ItemView>,
    /// Supplies, the nearest first.
    pub depots: Vec<DepotView>,
    pub rejected: Vec<RejectedView>,
    pub shortfalls: Vec<ShortfallView>,
    /// Areas without such a unit near once all of it is sent.
    pub left_bare: Vec<CoveredView>,
}

/// A unit that is proposed.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ItemView {
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub name: CompactString,
    pub need: String,
    pub rank: usize,
    pub contributes: u32,
    /// From now until it is there, getting ready included.
    pub eta_s: u32,
    pub distance_m: u32,
    /// Its position is older than it should be.
    pub stale: bool,
    pub reasons: Vec<Said>,
}

/// A reason, as a code and in words.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Said {
    pub text: String,
    pub text_en: String,
    /// What it costs the unit in the ranking, in seconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub malus_s: u32,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DepotView {
    pub depot: String,
    #[schema(value_type = String)]
    pub name: CompactString,
    pub need: String,
    #[schema(value_type = String)]
    pub item: CompactString,
    /// As the catalogue names it, and what it is counted in.
    #[schema(value_type = String)]
    pub item_name: CompactString,
    #[schema(value_type = String)]
    pub unit: CompactString,
    pub quantity: u32,
    pub free: u32,
    pub eta_s: u32,
    pub distance_m: u32,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RejectedView {
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub name: CompactString,
    pub need: String,
    pub reason: &'static str,
    pub text: String,
    pub text_en: String,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ShortfallView {
    pub need: String,
    pub missing: u32,
    pub reason: &'static str,
    pub text: String,
    pub text_en: String,
}

/// Whether an area has a unit near.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CoveredView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub ability: CompactString,
    pub within_s: u32,
    /// Free units that are there in time; none is a hole.
    pub near: usize,
    pub hole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub nearest: Option<UnitId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_eta_s: Option<u32>,
}

/// Which units could move where; nothing happens until somebody tells them.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct MoveUpView {
    /// Areas without a unit near.
    pub bare: Vec<CoveredView>,
    pub moves: Vec<MoveView>,
    /// Those of them for which nobody can move without baring another.
    pub still_bare: Vec<CoveredView>,
}

/// A unit that could stand elsewhere.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct MoveView {
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub name: CompactString,
    /// The division it belongs to, which it leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub home: Option<AreaCode>,
    #[schema(value_type = String)]
    pub home_name: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub ability: CompactString,
    #[schema(value_type = Vec<f64>)]
    pub to: LonLat,
    /// Until it stands there.
    pub eta_s: u32,
    /// How long the nearest unit takes to the area before the move and after it; none: nobody gets there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_s: Option<u32>,
    /// Other areas that are covered differently once it has moved.
    pub leaves: Vec<LeavesView>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct LeavesView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    /// Free units that are there in time.
    pub near_before: usize,
    pub near_after: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_s: Option<u32>,
}

/// Who goes where; nothing happens until somebody sends them.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ProposalView {
    pub postings: Vec<PostingView>,
    pub unmet: Vec<UnmetView>,
    pub left_bare: Vec<CoveredView>,
    pub joint: OutcomeView,
    /// What sending the nearest to each in turn would come to.
    pub greedy: OutcomeView,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PostingView {
    #[schema(value_type = String)]
    pub incident: CompactString,
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub name: CompactString,
    pub need: String,
    pub contributes: u32,
    pub eta_s: u32,
    pub distance_m: u32,
    /// The incident that it is under way to and would be turned away from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub under_way_to: Option<CompactString>,
    pub reasons: Vec<Said>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct UnmetView {
    #[schema(value_type = String)]
    pub incident: CompactString,
    #[serde(flatten)]
    pub shortfall: ShortfallView,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OutcomeView {
    pub met: usize,
    pub unmet: usize,
    pub units: usize,
    pub mean_eta_s: u64,
    pub worst_eta_s: u32,
}

/// Puts what was reckoned into words, with the names of what it is about.
pub(super) struct Words<'a> {
    pub advice: &'a Advice,
    pub known: &'a Known,
}

impl Words<'_> {
    pub fn name(&self, id: &str) -> CompactString {
        self.known.names.get(id).cloned().unwrap_or_else(|| id.into())
    }

    pub fn item(&self, item: &Item, need: String) -> ItemView {
        ItemView {
            unit: item.unit.clone(),
            name: self.name(item.unit.as_str()),
            need,
            rank: item.rank,
            contributes: item.contributes,
            eta_s: item.eta_s,
            distance_m: item.distance_m,
            stale: item.from.is_stale(),
            reasons: self.reasons(&item.reasons),
        }
    }

    pub fn reasons(&self, reasons: &[Reason]) -> Vec<Said> {
        let said = reasons.iter().map(|reason| Said {
            text: reason.zh(&self.advice.catalogue),
            text_en: reason.en(&self.advice.catalogue),
            malus_s: reason.malus_s(),
        });
        said.collect()
    }

    pub fn offer(&self, offer: &DepotOffer, need: String) -> DepotView {
        let item = self.known.items.get(&offer.item);
        DepotView {
            depot: offer.depot.to_string(),
            name: self.name(offer.depot.as_str()),
            need,
            item: offer.item.clone(),
            item_name: item.map_or_else(|| offer.item.clone(), |item| item.name.clone()),
            unit: item.map(|item| item.unit.clone()).unwrap_or_default(),
            quantity: offer.quantity,
            free: offer.free,
            eta_s: offer.trip.seconds,
            distance_m: offer.trip.metres,
        }
    }

    pub fn shortfall(&self, shortfall: &Shortfall) -> ShortfallView {
        ShortfallView {
            need: shortfall.need.to_string(),
            missing: shortfall.missing,
            reason: shortfall.reason.code(),
            text: shortfall.zh(&self.advice.catalogue, &self.known.items),
            text_en: shortfall.en(&self.advice.catalogue, &self.known.items),
        }
    }

    pub fn moving(&self, moving: &Move, home: Option<AreaCode>, changed: &[Changed]) -> MoveView {
        let eta = |covered: &Covered| covered.nearest.as_ref().map(|(_, eta_s)| *eta_s);
        let for_it = |changed: &&Changed| {
            (changed.before.area, &changed.before.ability) == (moving.area, &moving.ability)
        };
        let own = changed.iter().find(for_it);
        let others = changed.iter().filter(|changed| !for_it(changed));
        let leaves = others.map(|Changed { before, after }| LeavesView {
            area: before.area,
            name: self.name(&before.area.to_string()),
            near_before: before.near,
            near_after: after.near,
            before_s: eta(before),
            after_s: eta(after),
        });
        MoveView {
            unit: moving.unit.clone(),
            name: self.name(moving.unit.as_str()),
            home,
            home_name: home.map(|home| self.name(&home.to_string())).unwrap_or_default(),
            area: moving.area,
            area_name: self.name(&moving.area.to_string()),
            ability: moving.ability.clone(),
            to: moving.to,
            eta_s: moving.eta_s,
            before_s: own.and_then(|own| eta(&own.before)),
            after_s: own.and_then(|own| eta(&own.after)),
            leaves: leaves.collect(),
        }
    }

    pub fn covered(&self, covered: &Covered) -> CoveredView {
        CoveredView {
            area: covered.area,
            name: self.name(&covered.area.to_string()),
            ability: covered.ability.clone(),
            within_s: covered.within_s,
            near: covered.near,
            hole: covered.is_hole(),
            nearest: covered.nearest.as_ref().map(|(unit, _)| unit.clone()),
            nearest_eta_s: covered.nearest.as_ref().map(|(_, eta_s)| *eta_s),
        }
    }
}

pub(super) fn outcome(outcome: &Outcome) -> OutcomeView {
    OutcomeView {
        met: outcome.met,
        unmet: outcome.unmet,
        units: outcome.units,
        mean_eta_s: outcome.mean_eta_s(),
        worst_eta_s: outcome.worst_eta_s,
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
