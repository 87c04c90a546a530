//! Units that have been sent, and how far they have come.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonView, Viewer};
use crate::domain::{
    area::LonLat,
    assignment::{Assignment, Status, Stop},
    board::Board,
    callout::obligation::StateName,
    capability::Catalogue,
    ids::{AreaCode, AssignmentId, IncidentId, ObligationId, UnitId},
    time::Timestamp,
    unit::UnitKind,
};

/// One unit's part in one incident.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssignmentView {
    #[schema(value_type = String)]
    pub id: AssignmentId,
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub unit_name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub unit_kind: Option<UnitKind>,
    /// Who answers for the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<PersonView>,
    #[schema(value_type = String)]
    pub incident: IncidentId,
    #[schema(value_type = String)]
    pub incident_title: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    pub order: String,
    #[schema(value_type = String)]
    pub need: CompactString,
    /// The need as people read it, such as 水域救援 ×2; as it was written where no list knows it.
    pub need_zh: String,
    pub need_en: String,
    /// Where to, `[lon, lat]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub to: Option<LonLat>,
    /// `ordered`, `accepted`, `declined`, `en_route`, `on_scene`, `done`, `recalled` or `returned`.
    #[schema(value_type = String)]
    pub status: Status,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// What may follow.
    #[schema(value_type = Vec<String>)]
    pub next: Vec<Status>,
    /// When it should be there, as reckoned when it was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub eta: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub back_at: Option<Timestamp>,
    /// When it is asked how it stands; past or stalled, it has been in this status for too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub watch_at: Option<Timestamp>,
    pub stalls: u32,
    #[schema(value_type = String)]
    pub obligation: ObligationId,
    /// `ringing`, `answered`, `unreached` or `withdrawn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub answer: Option<StateName>,
    #[schema(value_type = Vec<Object>)]
    pub course: Vec<Stop>,
    pub drill: bool,
}

impl AssignmentView {
    pub fn of(
        board: &Board,
        assignment: &Assignment,
        viewer: &Viewer<'_>,
        abilities: &Catalogue,
    ) -> Self {
        let unit = board.units.get(&assignment.unit);
        let contact = unit.and_then(|unit| unit.contact.as_ref());
        let incident = board.incidents.get(assignment.incident);
        let need = abilities.worded(&assignment.need, &board.supplies.rules().items);
        let obligation = board.callouts.obligation(assignment.obligation);
        Self {
            id: assignment.id,
            unit: assignment.unit.clone(),
            unit_name: unit.map_or_else(|| assignment.unit.as_str().into(), |u| u.name.clone()),
            unit_kind: unit.map(|unit| unit.kind),
            contact: contact.map(|contact| viewer.person(board, contact)),
            incident: assignment.incident,
            incident_title: incident.map(|incident| incident.title()).unwrap_or_default(),
            area: assignment.area,
            order: assignment.order.clone(),
            need: assignment.need.clone(),
            need_zh: need.zh,
            need_en: need.en,
            to: assignment.to,
            status: assignment.status,
            since: assignment.since(),
            next: assignment.status.next().to_vec(),
            eta: assignment.eta,
            back_at: assignment.back_at,
            watch_at: assignment.watch_at,
            stalls: assignment.stalls,
            obligation: assignment.obligation,
            answer: obligation.map(|obligation| obligation.state.name()),
            course: assignment.course.clone(),
            drill: incident.is_some_and(|incident| incident.drill),
        }
    }
}
