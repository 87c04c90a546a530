//! What is shown of movements: to those who may telephone with the people's names, to others without.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    actor::{Actor, PhoneNumbers},
    area::LonLat,
    board::Board,
    ids::{AreaCode, IncidentId, MovementId, SiteId, TaskId},
    supply::{
        Destination, Movement, Party, Stage,
        movement::{Line, Noted},
    },
    time::Timestamp,
};

/// Where supplies come from or go to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct EndView {
    /// `depot`, `site` or `place`.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id: Option<SiteId>,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub area: Option<AreaCode>,
    /// Longitude and latitude, WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub at: Option<LonLat>,
}

/// One item of a movement, and how many of it are where.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct LineView {
    #[schema(value_type = String)]
    pub item: CompactString,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub unit: CompactString,
    #[schema(value_type = String)]
    pub spec: CompactString,
    pub wanted: u32,
    pub held: u32,
    pub issued: u32,
    pub transit: u32,
    /// Signed for and in use.
    pub received: u32,
    /// Signed for by another depot: its stock.
    pub delivered: u32,
    pub returned: u32,
    pub written_off: u32,
    pub released: u32,
    /// The lots that have left.
    pub lots: Vec<TakenView>,
}

/// What has left of one lot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct TakenView {
    #[schema(value_type = String)]
    pub batch: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires: Option<chrono::NaiveDate>,
    pub quantity: u32,
}

/// Something that was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct NotedView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub by: CompactString,
    /// `held`, `issued`, `transit`, `received`, `returned`, `written_off`, `released`.
    #[schema(value_type = String)]
    pub stage: Stage,
    pub moved: Vec<MovedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub party: Option<Party>,
    #[schema(value_type = String)]
    pub note: CompactString,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MovedView {
    #[schema(value_type = String)]
    pub item: CompactString,
    pub quantity: u32,
}

/// Supplies on their way from one depot to one place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MovementView {
    #[schema(value_type = String)]
    pub id: MovementId,
    /// The least advanced stage at which anything is, or `closed`.
    pub state: &'static str,
    pub open: bool,
    pub from: EndView,
    pub to: EndView,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub incident: Option<IncidentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub sender: Option<Party>,
    #[schema(value_type = Object)]
    pub receiver: Party,
    #[schema(value_type = String)]
    pub ordered_by: CompactString,
    #[schema(value_type = String)]
    pub note: CompactString,
    pub lines: Vec<LineView>,
    #[schema(value_type = String, format = DateTime)]
    pub held_at: Timestamp,
    #[schema(value_type = String)]
    pub held_by: CompactString,
    /// When what is still held is released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub hold_until: Option<Timestamp>,
    /// The number of the written order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub paper: Option<CompactString>,
    /// By when it must be there, while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paper_due: Option<Timestamp>,
    /// It was not there in time.
    pub overdue: bool,
    /// The task of bringing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub paper_task: Option<TaskId>,
    pub revision: u64,
    #[schema(value_type = String)]
    pub changed_by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    pub steps: Vec<NotedView>,
}

/// Tells whether `actor` sees a movement: its supplies are his area's, or come to it.
pub(super) fn concerns(movement: &Movement, actor: &Actor) -> bool {
    actor.sees(movement.area) || movement.to_area.is_some_and(|area| actor.sees(area))
}

impl MovementView {
    pub fn of(board: &Board, movement: &Movement, actor: &Actor) -> Self {
        let hidden = actor.phone_numbers() == PhoneNumbers::Hidden;
        let party = |party: &Party| if hidden { party.without_person() } else { party.clone() };
        let stage = movement.stage();
        Self {
            id: movement.id,
            state: stage.map_or("closed", Stage::as_str),
            open: movement.is_open(),
            from: site(board, "depot", &movement.depot),
            to: destination(board, &movement.to),
            incident: movement.incident,
            sender: movement.sender.as_ref().map(party),
            receiver: party(&movement.receiver),
            ordered_by: movement.ordered_by.clone(),
            note: movement.note.clone(),
            lines: movement.lines.iter().map(LineView::from).collect(),
            held_at: movement.held_at,
            held_by: movement.held_by.clone(),
            hold_until: (stage == Some(Stage::Held)).then_some(movement.hold_until),
            paper: movement.paper.clone(),
            paper_due: movement.paper_due(),
            overdue: movement.overdue,
            paper_task: movement.paper_task,
            revision: movement.revision,
            changed_by: movement.changed_by.clone(),
            changed_at: movement.changed_at,
            steps: movement.steps.iter().map(|step| noted(step, hidden)).collect(),
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        let taken = line.pieces.iter().map(|piece| TakenView {
            batch: piece.lot.batch.clone(),
            expires: piece.lot.expires,
            quantity: piece.at.values().sum::<u32>() + piece.delivered,
        });
        Self {
            item: line.item.clone(),
            name: line.name.clone(),
            unit: line.unit.clone(),
            spec: line.spec.clone(),
            wanted: line.wanted,
            held: line.held,
            issued: line.at(Stage::Issued),
            transit: line.at(Stage::Transit),
            received: line.at(Stage::Received),
            delivered: line.delivered(),
            returned: line.at(Stage::Returned),
            written_off: line.at(Stage::WrittenOff),
            released: line.released,
            lots: taken.collect(),
        }
    }
}

fn noted(step: &Noted, hidden: bool) -> NotedView {
    let moved = step.moved.iter();
    NotedView {
        at: step.at,
        by: step.by.clone(),
        stage: step.stage,
        moved: moved
            .map(|(item, quantity)| MovedView { item: item.clone(), quantity: *quantity })
            .collect(),
        party: step.party.clone().filter(|_| !hidden),
        note: step.note.clone(),
    }
}

/// Returns a depot or another site of the county's lists.
pub(super) fn site(board: &Board, kind: &'static str, id: &SiteId) -> EndView {
    let known = board.sites.get(id);
    EndView {
        kind,
        id: Some(id.clone()),
        name: known.map_or_else(|| id.as_str().into(), |site| site.name.clone()),
        area: known.map(|site| site.area),
        at: known.map(|site| site.at),
    }
}

fn destination(board: &Board, to: &Destination) -> EndView {
    match to {
        Destination::Depot(id) => site(board, "depot", id),
        Destination::Site(id) => site(board, "site", id),
        Destination::Place(place) => EndView {
            kind: "place",
            id: None,
            name: place.name.clone(),
            area: place.area,
            at: place.at,
        },
    }
}
