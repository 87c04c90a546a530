//! How every gauge stands, as the record has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Mark;
use crate::domain::{
    event::GaugeCrossed,
    ids::{SiteId, WarningId},
    time::Timestamp,
};

/// How a gauge stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The reading with which it came to stand so: of an earlier one nothing more is learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The warning that it raised last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<WarningId>,
}

/// How all gauges stand; one that has never crossed anything is not in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    by_id: BTreeMap<SiteId, Standing>,
    /// Those of drills, apart from what is so.
    #[serde(default)]
    exercises: BTreeMap<SiteId, Standing>,
}

impl Standings {
    pub fn get(&self, id: &SiteId, exercise: bool) -> Standing {
        let standings = if exercise { &self.exercises } else { &self.by_id };
        standings.get(id).copied().unwrap_or_default()
    }

    pub(in crate::domain) fn cross(&mut self, crossed: &GaugeCrossed) {
        let standings = if crossed.exercise { &mut self.exercises } else { &mut self.by_id };
        let standing = standings.entry(crossed.gauge.clone()).or_default();
        standing.mark = crossed.to;
        standing.since = Some(crossed.at);
        standing.warning = Some(crossed.warning);
    }

    pub(in crate::domain) fn remove(&mut self, id: &SiteId) {
        self.by_id.remove(id);
        self.exercises.remove(id);
    }
}
