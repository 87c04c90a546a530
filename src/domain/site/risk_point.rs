//! A point of risk: what threatens there, how many live below it, and where they go.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{PersonId, SiteId};

/// Declares what may threaten: variant, name on the wire, and what people call it.
macro_rules! hazards {
    ($($hazard:ident $name:literal $zh:literal;)*) => {
        /// What threatens at a point of risk.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Hazard {
            $(#[doc = $zh] $hazard,)*
        }

        impl Hazard {
            pub const ALL: &[Hazard] = &[$(Hazard::$hazard,)*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Hazard::$hazard => $name,)*
                }
            }

            /// Returns what people call it.
            pub fn zh(self) -> &'static str {
                match self {
                    $(Hazard::$hazard => $zh,)*
                }
            }
        }
    };
}

hazards! {
    FlashFlood "flash_flood" "山洪";
    Landslide "landslide" "滑坡";
    DebrisFlow "debris_flow" "泥石流";
    Rockfall "rockfall" "崩塌";
    Waterlogging "waterlogging" "内涝";
    Dyke "dyke" "堤防险工";
    Reservoir "reservoir" "病险水库";
    Subsidence "subsidence" "地面塌陷";
}

/// A place where people are in danger when it rains or rises (风险隐患点).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskPoint {
    pub hazard: Hazard,
    /// How many people live where it strikes.
    pub residents: u32,
    /// The danger has been removed (已整治).
    pub repaired: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<EvacuationPlan>,
    /// Who keeps an eye on it (监测责任人).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchers: Vec<PersonId>,
    /// Who brings its people away (转移责任人), whoever is called first in front.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub movers: Vec<PersonId>,
}

impl RiskPoint {
    /// Returns how many people have to be moved: those that its plan counts, else all who live there.
    pub fn to_move(&self) -> u32 {
        self.plan.as_ref().and_then(|plan| plan.people).unwrap_or(self.residents)
    }
}

/// Where the residents go and how (转移预案).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvacuationPlan {
    pub shelter: SiteId,
    /// How many are moved, where that is not everybody who lives there: guests in summer, those of a second row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// In the plan's own words: way, meeting point, who knocks at which doors.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub text: CompactString,
}
