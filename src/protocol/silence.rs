//! Who should be heard and is not, as pages show it.

use std::cmp::Reverse;

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    board::Board,
    ids::{AreaCode, CalloutId},
    silence::Silence,
    time::Timestamp,
};

/// Silent gauges that a view names; beyond them they are only counted.
const GAUGE_LIMIT: usize = 100;

/// All who are silent, as far as somebody's area goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SilencesView {
    /// Of warnings; told to whoever sees the whole jurisdiction.
    pub sources: Vec<SilenceView>,
    pub gauges: SilentGauges,
}

/// Those that fell silent last come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SilentGauges {
    /// All that are silent; `items` holds a hundred at most.
    pub total: usize,
    pub items: Vec<SilenceView>,
}

/// One who is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SilenceView {
    /// Of a gauge its id, of a source its name in the settings.
    #[schema(value_type = String)]
    pub id: CompactString,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    /// When it was heard last.
    #[schema(value_type = String, format = DateTime)]
    pub heard_at: Timestamp,
    /// The callout by which somebody is told to look into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub callout: Option<CalloutId>,
}

impl SilencesView {
    /// Returns those whom somebody with `area` is told of.
    pub fn of(board: &Board, area: AreaCode) -> Self {
        let home = board.jurisdiction().filter(|home| area.contains(*home));
        let sources = board.silences.sources().filter_map(|(name, silence)| {
            Some(SilenceView::new(name.clone(), name.clone(), home?, silence))
        });
        let gauges = board.silences.gauges().filter_map(|(id, silence)| {
            let site = board.sites.get(id).filter(|site| area.contains(site.area))?;
            Some(SilenceView::new(id.as_str().into(), site.name.clone(), site.area, silence))
        });
        let mut gauges: Vec<_> = gauges.collect();
        let total = gauges.len();
        gauges.sort_by_key(|view| Reverse(view.heard_at));
        gauges.truncate(GAUGE_LIMIT);
        Self { sources: sources.collect(), gauges: SilentGauges { total, items: gauges } }
    }
}

impl SilenceView {
    fn new(id: CompactString, name: CompactString, area: AreaCode, silence: Silence) -> Self {
        Self { id, name, area, heard_at: silence.heard_at, callout: silence.callout }
    }
}
