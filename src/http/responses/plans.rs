//! The plans in force.

use axum::{Json, extract::State};
use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        ids::{Duty, Level},
        response::{Grade, Plan},
    },
    http::{
        Web,
        error::ApiError,
        request::{Caller, List},
    },
};

/// A plan of the county.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PlanView {
    #[schema(value_type = String)]
    id: CompactString,
    #[schema(value_type = String)]
    title: CompactString,
    /// The document it follows.
    source: String,
    /// National codes, or their beginnings.
    #[schema(value_type = Vec<String>)]
    events: Vec<CompactString>,
    /// What has to be so before the end.
    #[schema(value_type = Vec<String>)]
    end: Vec<CompactString>,
    levels: Vec<PlanLevel>,
}

/// What it asks at one level.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PlanLevel {
    #[schema(value_type = u8)]
    level: Grade,
    /// Such as Ⅱ级防汛应急响应.
    title: String,
    tasks: Vec<PlanTaskView>,
    #[schema(value_type = Vec<String>)]
    rounds: Vec<CompactString>,
    #[schema(value_type = Vec<String>)]
    checks: Vec<CompactString>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PlanTaskView {
    /// `county`, `township` or `village`: one for each in scope.
    #[schema(value_type = String)]
    at: Level,
    #[schema(value_type = String)]
    duty: Duty,
    title: String,
    text: String,
    within_min: u32,
}

/// Lists the plans by which responses start now.
#[utoipa::path(get, path = "/api/v1/plans", responses((status = 200)))]
pub(in crate::http) async fn list(
    State(web): State<Web>,
    _caller: Caller,
) -> Result<Json<List<PlanView>>, ApiError> {
    let plans =
        web.board.read(|board| board.responses.plans().plans.iter().map(view).collect::<Vec<_>>());
    Ok(Json(List::whole(plans.await?)))
}

fn view(plan: &Plan) -> PlanView {
    let level = |grade: Grade| PlanLevel {
        level: grade,
        title: plan.named(grade),
        tasks: plan
            .demands(grade)
            .map(|demand| PlanTaskView {
                at: demand.at,
                duty: demand.duty.clone(),
                title: demand.title.to_owned(),
                text: demand.text.to_owned(),
                within_min: demand.within_min,
            })
            .collect(),
        rounds: plan.rounds_at(grade).cloned().collect(),
        checks: plan.checks_at(grade).cloned().collect(),
    };
    PlanView {
        id: plan.id.clone(),
        title: plan.title.clone(),
        source: plan.source.clone(),
        events: plan.events.clone(),
        end: plan.end.clone(),
        levels: Grade::ALL.into_iter().map(level).collect(),
    }
}
