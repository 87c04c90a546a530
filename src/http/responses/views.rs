//! What pages see of a response: its orders, its lists, and its tasks with the colour that each has now.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    ids::{AreaCode, ObligationId, PostId, ResponseId, TaskId},
    response::{Grade, Light},
    task::Stage,
    time::Timestamp,
    warning::Colour,
};

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Place {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
}

/// A response in a list.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ResponseRow {
    #[schema(value_type = String)]
    pub id: ResponseId,
    /// Id of the plan.
    #[schema(value_type = String)]
    pub plan: CompactString,
    /// Such as Ⅱ级防汛应急响应.
    pub title: String,
    /// 1 (Ⅰ, gravest) to 4: the last one, also after the end.
    #[schema(value_type = u8)]
    pub level: Grade,
    #[schema(value_type = String)]
    pub colour: Colour,
    pub drill: bool,
    pub open: bool,
    pub scope: Vec<Place>,
    /// To be named by whoever changes it.
    pub revision: u32,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    pub tally: TallyView,
}

/// How many tasks, and how they stand.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TallyView {
    /// Given and not taken back.
    pub total: usize,
    pub signed: usize,
    pub done: usize,
    pub overdue: usize,
    /// Done after they were due.
    pub late: usize,
    pub withdrawn: usize,
    /// Nobody ever signed for them.
    pub unanswered: usize,
    /// `red` something is overdue, `yellow` a quarter of the time or less is left, `green` all is done, `grey`.
    #[schema(value_type = String)]
    pub light: Light,
    /// Medians in seconds from giving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_signed_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_done_s: Option<u64>,
}

/// The tasks of a township with its villages, or of a department of the county.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TallyRow {
    /// Of a township.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub area: Option<AreaCode>,
    /// Duty of a department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty: Option<String>,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(flatten)]
    pub tally: TallyView,
}

/// One response, whole.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ResponseView {
    #[serde(flatten)]
    pub row: ResponseRow,
    pub acts: Vec<ActView>,
    /// What the command centre sees to.
    pub checks: Vec<ItemView>,
    /// What has to be so before the end.
    pub conditions: Vec<ItemView>,
    /// Rounds of reports that it asks for, by name.
    #[schema(value_type = Vec<String>)]
    pub rounds: Vec<CompactString>,
    /// Who has to be on post, with who is on duty there now.
    pub on_post: Vec<OnPostView>,
    /// What the plan asks of posts that the county does not have: nobody does it.
    pub gaps: Vec<GapView>,
    pub townships: Vec<TallyRow>,
    pub departments: Vec<TallyRow>,
    pub tasks: Vec<TaskRow>,
}

/// What became of a response.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SummaryView {
    #[serde(flatten)]
    pub row: ResponseRow,
    /// Seconds from the start to the end, or until now.
    pub lasted_s: u64,
    pub acts: Vec<ActView>,
    pub conditions: Vec<ItemView>,
    pub townships: Vec<TallyRow>,
    pub departments: Vec<TallyRow>,
    pub tasks: Vec<TaskRow>,
}

/// Started, raised, lowered or ended.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub by: CompactString,
    /// None before the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>)]
    pub from: Option<Grade>,
    /// None after the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>)]
    pub to: Option<Grade>,
    pub scope: Vec<Place>,
    #[schema(value_type = String)]
    pub number: CompactString,
    pub basis: String,
    #[schema(value_type = String)]
    pub approver: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub reason: CompactString,
}

/// A line of a checklist.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ItemView {
    /// To be named by whoever ticks it.
    pub n: usize,
    #[schema(value_type = String)]
    pub text: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticked: Option<TickedView>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TickedView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub by: CompactString,
    #[schema(value_type = String)]
    pub note: CompactString,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OnPostView {
    #[schema(value_type = String)]
    pub task: TaskId,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = Vec<String>)]
    pub on_duty: Vec<CompactString>,
    #[schema(value_type = String)]
    pub stage: Stage,
    #[schema(value_type = String)]
    pub light: Light,
}

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct GapView {
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub title: CompactString,
}

/// A task on a response's list.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TaskRow {
    #[schema(value_type = String)]
    pub id: TaskId,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_name: CompactString,
    #[schema(value_type = String)]
    pub title: CompactString,
    pub text: String,
    /// `given`, `signed`, `done`, `withdrawn`.
    #[schema(value_type = String)]
    pub stage: Stage,
    #[schema(value_type = String)]
    pub light: Light,
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub signed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub signed_by: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// Seconds after it was due; 0 when in time.
    pub late_s: u64,
    pub reminders: u32,
    /// What was last reported, or why it was taken back.
    pub note: String,
    /// The obligation to sign for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub obligation: Option<ObligationId>,
}
