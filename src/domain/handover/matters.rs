//! What is open when a post is handed over: the next one has to know all of it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    board::Board,
    callout::obligation::StateName,
    ids::{AreaCode, CalloutId, IncidentId, PostId, ReportId, ResponseId, TaskId},
};

/// Most of a kind that are kept with a signature; what is more is counted.
const LISTED_MAX: usize = 100;

/// What was open, by its ids, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matters {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callouts: Vec<CalloutId>,
    /// Posts that nobody has reached.
    #[serde(default)]
    pub unreached: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentId>,
    /// Tasks and instructions (批示) that the post itself has to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<ResponseId>,
    /// How many more there are of all of these.
    #[serde(default)]
    pub left_off: u32,
}

impl Board {
    /// Returns what is open now where `post` is.
    pub fn matters(&self, post: &PostId) -> Matters {
        let mut matters = Matters::default();
        let area = post.area;
        let callouts = self.callouts.open().filter(|callout| {
            // Neither what the signature itself is about nor what goes on between people by itself.
            !callout.kind.is_routine() && callout.extent.named().any(|named| near(area, named))
        });
        for callout in callouts {
            let unreached = self.callouts.obligations_of(callout, Some(StateName::Unreached));
            let here = unreached.filter(|obligation| area.contains(obligation.post.area)).count();
            matters.unreached += u32::try_from(here).unwrap_or(u32::MAX);
            keep(&mut matters.callouts, callout.id, &mut matters.left_off);
        }
        let incidents = self.incidents.iter().rev().filter(|incident| incident.is_open());
        for incident in incidents.filter(|incident| near(area, incident.area())) {
            keep(&mut matters.incidents, incident.id, &mut matters.left_off);
        }
        for task in self.tasks.open().filter(|task| task.post == *post && task.unit.is_none()) {
            keep(&mut matters.tasks, task.id, &mut matters.left_off);
        }
        for report in self.reports.iter().rev().filter(|report| report.is_open()) {
            let incident = self.incidents.get(report.incident);
            if incident.is_some_and(|incident| near(area, incident.area())) {
                keep(&mut matters.reports, report.id, &mut matters.left_off);
            }
        }
        for response in self.responses.iter().rev().filter(|response| response.is_open()) {
            keep(&mut matters.responses, response.id, &mut matters.left_off);
        }
        matters
    }
}

fn near(one: AreaCode, other: AreaCode) -> bool {
    one.contains(other) || other.contains(one)
}

fn keep<T>(list: &mut Vec<T>, id: T, left_off: &mut u32) {
    if list.len() < LISTED_MAX {
        list.push(id);
    } else {
        *left_off += 1;
    }
}
