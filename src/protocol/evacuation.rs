//! People who are brought to safety, as pages see it.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::post_title;
use crate::domain::{
    board::Board,
    evacuation::{self, Evacuation, Origin, Plan, Planned, Stage, Tally, Transfer, Why},
    ids::{AreaCode, EvacuationId, IncidentId, ObligationId, PostId, SiteId, TaskId, TransferId},
    site::Hazard,
    time::Timestamp,
};

/// What the transfers of an area add up to; `planned` and what follows it are people.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TallyRow {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub tally: Tally,
}

impl TallyRow {
    /// Adds up `transfers` in `area`: all of them, and by the areas directly below.
    pub fn of<'t>(
        board: &Board,
        transfers: impl Iterator<Item = &'t Transfer>,
        area: AreaCode,
        now: Timestamp,
    ) -> (Tally, Vec<TallyRow>) {
        let (whole, below) = Tally::of(transfers, area, now);
        let row = |row: evacuation::AreaTally| TallyRow {
            area: row.area,
            name: board.areas.name(row.area),
            tally: row.tally,
        };
        (whole, below.into_iter().map(row).collect())
    }
}

/// People who are brought to safety on one order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvacuationView {
    #[schema(value_type = String)]
    pub id: EvacuationId,
    #[schema(value_type = String)]
    pub title: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub hazard: Option<Hazard>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub on_word_of: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub incident: Option<IncidentId>,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub over_capacity: CompactString,
    pub drill: bool,
    #[schema(value_type = String, format = DateTime)]
    pub ordered_at: Timestamp,
    #[schema(value_type = String)]
    pub ordered_by: CompactString,
    /// `running`, `done` (everybody moved or accounted for), `ended` (they may go home).
    pub state: &'static str,
    /// Who let them go home, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ended: Option<evacuation::Ended>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub tally: Tally,
    /// By the areas directly below its own.
    pub rollup: Vec<TallyRow>,
}

impl EvacuationView {
    pub fn of(board: &Board, known: &Evacuation, now: Timestamp) -> Self {
        let transfers = board.evacuations.transfers_of(known);
        let (tally, rollup) = TallyRow::of(board, transfers, known.area, now);
        let state = match &known.ended {
            Some(_) => "ended",
            None if tally.open == 0 => "done",
            None => "running",
        };
        Self {
            id: known.id,
            title: known.title.clone(),
            area: known.area,
            area_name: board.areas.name(known.area),
            hazard: known.hazard,
            text: known.text.clone(),
            on_word_of: known.on_word_of.clone(),
            incident: known.incident,
            due_at: known.due_at,
            over_capacity: known.over_capacity.clone(),
            drill: known.drill,
            ordered_at: known.ordered_at,
            ordered_by: known.ordered_by.clone(),
            state,
            ended: known.ended.clone(),
            tally,
            rollup,
        }
    }
}

/// Where people come from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OriginView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub risk_point: Option<SiteId>,
    /// What the place is called.
    #[schema(value_type = String)]
    pub name: CompactString,
}

impl OriginView {
    fn of(board: &Board, from: &Origin, name: CompactString) -> Self {
        let risk_point = from.risk_point.clone();
        Self { area: from.area, area_name: board.areas.name(from.area), risk_point, name }
    }
}

/// A site by its id and name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SiteView {
    #[schema(value_type = String)]
    pub id: SiteId,
    #[schema(value_type = String)]
    pub name: CompactString,
}

impl SiteView {
    fn of(board: &Board, id: &SiteId) -> Self {
        let site = board.sites.get(id);
        let name = site.map_or_else(|| id.as_str().into(), |site| site.name.clone());
        Self { id: id.clone(), name }
    }
}

/// Those of one place who are brought to one shelter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TransferView {
    #[schema(value_type = String)]
    pub id: TransferId,
    #[schema(value_type = String)]
    pub evacuation: EvacuationId,
    #[schema(value_type = String)]
    pub task: TaskId,
    /// `running`, `done`, `called_off`, `returning`, `returned`.
    #[schema(value_type = String)]
    pub state: Stage,
    pub from: OriginView,
    pub to: SiteView,
    pub people: u32,
    /// `{moved, refusing, immobile, out_of_contact}`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub numbers: evacuation::Numbers,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    pub overdue: bool,
    #[schema(value_type = String)]
    pub post: PostId,
    #[schema(value_type = String)]
    pub post_title: CompactString,
    /// The obligation to sign for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub obligation: Option<ObligationId>,
    /// The task to see them home, once they may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub returning: Option<TaskId>,
    pub drill: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    #[schema(value_type = String)]
    pub changed_by: CompactString,
}

impl TransferView {
    pub fn of(board: &Board, known: &Transfer, now: Timestamp) -> Self {
        Self {
            id: known.id,
            evacuation: known.evacuation,
            task: known.task,
            state: known.stage,
            from: OriginView::of(board, &known.from, known.place(board)),
            to: SiteView::of(board, &known.to),
            people: known.people,
            numbers: known.numbers,
            due_at: known.due_at,
            overdue: known.is_overdue(now),
            post: known.post.clone(),
            post_title: post_title(board, &known.post),
            obligation: board.tasks.get(known.task).and_then(|task| task.obligation),
            returning: known.returning,
            drill: known.drill,
            note: known.note.clone(),
            changed_at: known.changed_at,
            changed_by: known.changed_by.clone(),
        }
    }
}

/// Those of one place as an order would move them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LegView {
    pub from: OriginView,
    pub people: u32,
    /// Absent where the county has no shelter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<SiteView>,
    /// The shelter of the point's own plan, where that has no room for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<SiteView>,
    /// Places left there before they come.
    pub free: u32,
    pub fits: bool,
    /// Who would be told; absent where nobody has a post there or above.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub post: Option<PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub post_title: Option<CompactString>,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    #[schema(value_type = String)]
    pub way: CompactString,
}

impl LegView {
    fn of(board: &Board, leg: &Planned) -> Self {
        let site = |id: &Option<SiteId>| id.as_ref().map(|id| SiteView::of(board, id));
        Self {
            from: OriginView::of(board, &leg.from, leg.name.clone()),
            people: leg.people,
            to: site(&leg.to),
            instead_of: site(&leg.instead_of),
            free: leg.free,
            fits: leg.fits(),
            post: leg.post.clone(),
            post_title: leg.post.as_ref().map(|post| post_title(board, post)),
            way: leg.way.clone(),
        }
    }
}

/// A point of risk that an order would leave alone.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SkippedView {
    pub risk_point: SiteView,
    /// `repaired`, `nobody_lives_there`, `moving`.
    pub why: &'static str,
    /// The transfer by which its people are being moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub transfer: Option<TransferId>,
}

/// An order as it would be given now. Nothing is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanView {
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    pub people: u64,
    /// People for whom there is no place, or nobody who could be told.
    pub unplaced: u64,
    pub legs: Vec<LegView>,
    pub skipped: Vec<SkippedView>,
}

impl PlanView {
    pub fn of(board: &Board, plan: &Plan) -> Self {
        let people = |wanted: fn(&&Planned) -> bool| -> u64 {
            plan.legs.iter().filter(wanted).map(|leg| u64::from(leg.people)).sum()
        };
        let skipped = plan.skipped.iter().map(|skipped| {
            let (why, transfer) = match skipped.why {
                Why::Repaired => ("repaired", None),
                Why::NobodyLivesThere => ("nobody_lives_there", None),
                Why::Moving(transfer) => ("moving", Some(transfer)),
            };
            SkippedView { risk_point: SiteView::of(board, &skipped.risk_point), why, transfer }
        });
        Self {
            area: plan.area,
            area_name: board.areas.name(plan.area),
            people: people(|_| true),
            unplaced: people(|leg| !leg.fits() || leg.post.is_none()),
            legs: plan.legs.iter().map(|leg| LegView::of(board, leg)).collect(),
            skipped: skipped.collect(),
        }
    }
}
