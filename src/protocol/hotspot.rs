//! Hot spots as pages see them.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::post_title;
use crate::domain::{
    area::LonLat,
    board::Board,
    hotspot::{Confidence, Detection, Finding, HotSpot, Settled, Statistics, Taken},
    ids::{AreaCode, HotSpotId, ObligationId, PostId, TaskId},
    time::Timestamp,
};

/// What the map shows of a hot spot.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HotSpotFacts {
    /// `open`, `overdue`, `true_fire`, `controlled_burn`, `false`, `not_found`.
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub confidence: Option<Confidence>,
    /// Of the strongest pixel, megawatts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frp_mw: Option<f64>,
    pub pixels: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    pub drill: bool,
}

impl HotSpotFacts {
    pub fn of(known: &HotSpot, now: Timestamp) -> Self {
        let state = match &known.settled {
            Some(settled) => settled.finding.as_str(),
            None if known.is_overdue(now) => "overdue",
            None => "open",
        };
        Self {
            state,
            confidence: known.confidence(),
            frp_mw: known.frp_mw(),
            pixels: known.detections.len(),
            last_seen_at: known.seen().map(|(_, last)| last),
            due_at: known.due_at,
            drill: known.drill,
        }
    }
}

/// A place where satellites have seen heat, and what somebody found there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HotSpotView {
    #[schema(value_type = String)]
    pub id: HotSpotId,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    /// `[lon, lat]` of the strongest pixel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub point: Option<LonLat>,
    #[serde(flatten)]
    pub facts: HotSpotFacts,
    #[schema(value_type = String, format = DateTime)]
    pub found_at: Timestamp,
    #[schema(value_type = String)]
    pub task: TaskId,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    /// The obligation to sign for the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub obligation: Option<ObligationId>,
    /// `{finding, at, by, note, incident, late_s}` once somebody has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub settled: Option<Settled>,
    /// Earliest first.
    #[schema(value_type = Vec<Object>)]
    pub detections: Vec<Detection>,
}

impl HotSpotView {
    pub fn of(board: &Board, known: &HotSpot, now: Timestamp) -> Self {
        Self {
            id: known.id,
            area: known.area,
            area_name: board.areas.name(known.area),
            point: known.point(),
            facts: HotSpotFacts::of(known, now),
            found_at: known.found_at,
            task: known.task,
            post: known.post.clone(),
            post_title: post_title(board, &known.post),
            obligation: board.tasks.get(known.task).and_then(|task| task.obligation),
            settled: known.settled.clone(),
            detections: known.detections.clone(),
        }
    }
}

/// What became of an import: numbers of detections, and the hot spots that are new.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TakenView {
    /// Somebody is on the way to each of these.
    #[schema(value_type = Vec<String>)]
    pub found: Vec<HotSpotId>,
    /// In the new hot spots.
    pub new: usize,
    /// More of hot spots that were known.
    pub joined: usize,
    /// The same detection had come before.
    pub known: usize,
    /// Outside the county, or the caller's part of it.
    pub outside: usize,
    /// Seen more than a day ago: nobody is sent.
    pub old: usize,
}

impl From<Taken> for TakenView {
    fn from(Taken { found, new, joined, known, outside, old }: Taken) -> Self {
        Self { found, new, joined, known, outside, old }
    }
}

/// Hot spots by what they were, drills left out; `in_time` and `late` are those settled.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatisticsView {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub counts: Statistics,
    #[schema(value_type = Vec<String>)]
    pub findings: [Finding; 4],
}

impl StatisticsView {
    pub fn of<'h>(hot_spots: impl Iterator<Item = &'h HotSpot>, now: Timestamp) -> Self {
        Self { counts: Statistics::of(hot_spots, now), findings: Finding::ALL }
    }
}
