//! Hot spots (卫星热点): where satellites see fires, who goes to look, and what it was.
//!
//! Invariant: every hot spot has had somebody sent to it, and one detection, however often it comes, sends nobody twice.

mod fault;
mod import;
mod settle;
mod state;

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::Actor,
    area::LonLat,
    board::Board,
    command::Reply,
    decision::{Decision, Draft},
    event::HotSpotFound,
    ids::{AreaCode, HotSpotId, IncidentId, PostId, TaskId},
    rejection::Rejection,
    time::Timestamp,
};

pub(in crate::domain) use self::settle::settle;
pub use self::{
    fault::HotSpotFault,
    import::{ImportHotSpots, OLD_AFTER, Taken},
    settle::SettleHotSpot,
    state::{HotSpots, Statistics},
};

/// What somebody does about hot spots.
#[derive(Debug, Clone, PartialEq)]
pub enum HotSpotStep {
    Import(ImportHotSpots),
    Settle(SettleHotSpot),
}

/// One pixel of one pass of a satellite in which it saw heat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// Such as `N20` (NOAA-20) or `Terra`, as the source writes it.
    pub satellite: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub instrument: CompactString,
    pub at: Timestamp,
    /// The middle of the pixel, WGS-84.
    pub point: LonLat,
    pub confidence: Confidence,
    /// Kelvin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brightness_k: Option<f64>,
    /// Fire radiative power, megawatts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frp_mw: Option<f64>,
    /// Width and height of the pixel, kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_km: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub night: bool,
}

/// How sure the source is that it burns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Nominal,
    High,
}

impl Confidence {
    /// Reads the percentage that MODIS gives, by the classes of its users' guide: below 30 low, from 80 high.
    pub fn of_percent(percent: u8) -> Self {
        match percent {
            ..30 => Confidence::Low,
            30..80 => Confidence::Nominal,
            80.. => Confidence::High,
        }
    }
}

/// What it was, as somebody saw who went there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    TrueFire,
    /// Straw, graves, a kiln: somebody is with it (计划烧除、农事用火).
    ControlledBurn,
    /// A roof, a furnace, glare: nothing burns.
    False,
    NotFound,
}

impl Finding {
    pub const ALL: [Finding; 4] =
        [Finding::TrueFire, Finding::ControlledBurn, Finding::False, Finding::NotFound];

    pub fn as_str(self) -> &'static str {
        match self {
            Finding::TrueFire => "true_fire",
            Finding::ControlledBurn => "controlled_burn",
            Finding::False => "false",
            Finding::NotFound => "not_found",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("finding: use true_fire, controlled_burn, false or not_found")]
pub struct NotAFinding;

impl FromStr for Finding {
    type Err = NotAFinding;

    fn from_str(text: &str) -> Result<Self, NotAFinding> {
        Finding::ALL.into_iter().find(|finding| finding.as_str() == text).ok_or(NotAFinding)
    }
}

/// What was found, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    pub finding: Finding,
    pub at: Timestamp,
    pub by: CompactString,
    pub note: String,
    pub incident: Option<IncidentId>,
    pub late_s: u64,
}

/// A place where satellites have seen heat: detections that lie close together in place and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HotSpot {
    pub id: HotSpotId,
    pub area: AreaCode,
    /// Earliest first.
    pub detections: Vec<Detection>,
    pub post: PostId,
    pub task: TaskId,
    pub found_at: Timestamp,
    pub due_at: Timestamp,
    pub drill: bool,
    pub settled: Option<Settled>,
}

impl HotSpot {
    fn found(found: &HotSpotFound, at: Timestamp) -> Self {
        Self {
            id: found.id,
            area: found.area,
            detections: found.detections.clone(),
            post: found.post.clone(),
            task: found.task,
            found_at: at,
            due_at: found.due_at,
            drill: found.drill,
            settled: None,
        }
    }

    /// Returns when it was seen first and last.
    pub fn seen(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.detections.first()?.at, self.detections.last()?.at))
    }

    /// Returns where it burns most: the middle of the pixel with the highest power.
    pub fn point(&self) -> Option<LonLat> {
        strongest(&self.detections).map(|detection| detection.point)
    }

    /// Returns how sure the surest of its detections is.
    pub fn confidence(&self) -> Option<Confidence> {
        self.detections.iter().map(|detection| detection.confidence).max()
    }

    pub fn frp_mw(&self) -> Option<f64> {
        strongest(&self.detections)?.frp_mw
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.settled.is_none() && self.due_at < now
    }
}

fn strongest(detections: &[Detection]) -> Option<&Detection> {
    let power = |detection: &Detection| detection.frp_mw.unwrap_or(0.0);
    // The earliest of equals: `max_by` would take the last.
    detections.iter().rev().max_by(|a, b| power(a).total_cmp(&power(b)))
}

/// Decides a step with hot spots.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &HotSpotStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        HotSpotStep::Import(import) => {
            let taken = import::decide(board, actor, import, &mut draft)?;
            Ok(draft.finish(Reply::HotSpots(taken)))
        }
        HotSpotStep::Settle(found) => {
            settle(board, actor, found, &mut draft)?;
            Ok(draft.finish(Reply::Done))
        }
    }
}
