//! Warned areas without a unit near, as pages show them.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    board::Board,
    hole::{Found, Hole, Nearest, Spot},
    ids::{AreaCode, CalloutId, UnitId},
    time::Timestamp,
};

/// A warned area that has no unit near which could help there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoleView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    /// What units have to be able to do, and what that is called.
    #[schema(value_type = String)]
    pub ability: CompactString,
    #[schema(value_type = String)]
    pub zh: CompactString,
    #[schema(value_type = String)]
    pub en: CompactString,
    pub drill: bool,
    pub within_s: u32,
    /// The nearest free unit when the hole was found; none where no unit could get there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub nearest: Option<UnitId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_eta_s: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The callout by which somebody is told to look into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub callout: Option<CalloutId>,
}

impl HoleView {
    /// Returns those that somebody with `area` is told of, drills last.
    pub fn all(board: &Board, area: AreaCode) -> Vec<Self> {
        let seen = board.holes.iter().filter(|hole| area.contains(hole.spot.area));
        let mut views: Vec<Self> = seen.map(|hole| Self::of(board, hole)).collect();
        views.sort_by_key(|view| view.drill);
        views
    }

    fn of(board: &Board, hole: &Hole) -> Self {
        let Hole { spot, found, callout } = hole;
        let Spot { area, ability, drill } = spot.clone();
        let Found { zh, en, within_s, nearest, since, .. } = found.clone();
        let (nearest, nearest_eta_s) = match nearest {
            Some(Nearest { unit, eta_s }) => (Some(unit), Some(eta_s)),
            None => (None, None),
        };
        let (name, callout) = (board.areas.name(area), *callout);
        Self {
            area,
            name,
            ability,
            zh,
            en,
            drill,
            within_s,
            nearest,
            nearest_eta_s,
            since,
            callout,
        }
    }
}
