//! Sites: the fixed places on the map: bases, depots, shelters, gauges and points of risk.
//!
//! Kept here is what stays as it is until somebody corrects it. What changes by the hour has a place of
//! its own: a depot's stock in `supply`, readings and occupancy where they are kept.

mod change;
mod gauge;
mod risk_point;
mod shelter;
mod thresholds;

use std::{collections::BTreeMap, fmt};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

pub(super) use self::change::{remove, save};
pub use self::{
    gauge::{Gauge, Measure},
    risk_point::{EvacuationPlan, Hazard, RiskPoint},
    shelter::Shelter,
    thresholds::{Later, RAIN_HOURS, Thresholds},
};
use super::{
    area::LonLat,
    ids::{AreaCode, PersonId, SiteId},
};

/// A place that stays where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub id: SiteId,
    pub name: CompactString,
    /// The division it lies in.
    pub area: AreaCode,
    pub at: LonLat,
    /// Who is responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<PersonId>,
    pub facts: Facts,
}

impl Site {
    pub fn kind(&self) -> SiteKind {
        match self.facts {
            Facts::Base => SiteKind::Base,
            Facts::Depot => SiteKind::Depot,
            Facts::Shelter(_) => SiteKind::Shelter,
            Facts::Gauge(_) => SiteKind::Gauge,
            Facts::RiskPoint(_) => SiteKind::RiskPoint,
        }
    }
}

/// What a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKind {
    Base,
    Depot,
    Shelter,
    Gauge,
    RiskPoint,
}

impl SiteKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SiteKind::Base => "base",
            SiteKind::Depot => "depot",
            SiteKind::Shelter => "shelter",
            SiteKind::Gauge => "gauge",
            SiteKind::RiskPoint => "risk_point",
        }
    }
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a site beyond where it is, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// Where a team or vehicles stand (驻地).
    Base,
    /// Where supplies lie (物资储备点).
    Depot,
    Shelter(Shelter),
    Gauge(Box<Gauge>),
    RiskPoint(RiskPoint),
}

/// Every site, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sites {
    by_id: BTreeMap<SiteId, Site>,
}

impl Sites {
    pub fn get(&self, id: &SiteId) -> Option<&Site> {
        self.by_id.get(id)
    }

    /// Returns every site, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Site> {
        self.by_id.values()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn save(&mut self, site: Site) {
        self.by_id.insert(site.id.clone(), site);
    }

    pub(super) fn remove(&mut self, id: &SiteId) {
        self.by_id.remove(id);
    }
}

/// Why a site is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteFault {
    #[error("no site {0}; see GET /api/v1/map")]
    Unknown(SiteId),
    #[error("site {site} is a {known}; give the {wanted} an id of its own")]
    OtherKind { site: SiteId, known: SiteKind, wanted: SiteKind },
    #[error("site {0} is no depot, so it has no stock; name a depot or import depots first")]
    NotADepot(SiteId),
    #[error("site {0} is no gauge, so it has no readings; name a gauge or import gauges first")]
    NotAGauge(SiteId),
    #[error("the plan of {site} leads to {shelter}, which is no shelter; import shelters first")]
    NotAShelter { site: SiteId, shelter: SiteId },
    #[error("the evacuation plan of {by} leads to {site}; change the plan first")]
    InUse { site: SiteId, by: SiteId },
    #[error("site {site}: {remedy}")]
    Facts { site: SiteId, field: &'static str, remedy: &'static str },
}

impl SiteFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            SiteFault::Unknown(_) => "site.unknown",
            SiteFault::OtherKind { .. } => "site.other_kind",
            SiteFault::NotADepot(_) => "site.not_a_depot",
            SiteFault::NotAGauge(_) => "site.not_a_gauge",
            SiteFault::NotAShelter { .. } => "site.not_a_shelter",
            SiteFault::InUse { .. } => "site.in_use",
            SiteFault::Facts { .. } => "site.facts",
        }
    }

    /// Returns the field of the request that is at fault.
    pub fn field(&self) -> &'static str {
        match self {
            SiteFault::Unknown(_) | SiteFault::InUse { .. } => "site",
            SiteFault::OtherKind { .. } => "id",
            SiteFault::NotADepot(_) => "depot",
            SiteFault::NotAGauge(_) => "gauge",
            SiteFault::NotAShelter { .. } => "plan",
            SiteFault::Facts { field, .. } => field,
        }
    }
}
