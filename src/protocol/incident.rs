//! Incidents with all that is known of them, and the units at work there.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{AssignmentView, TaskView, Viewer};
use crate::{
    domain::{
        area::LonLat,
        board::Board,
        capability::Catalogue,
        ids::{AreaCode, IncidentId},
        incident::{Casualties, Incident, Note, Occurred, Source, Stage},
        task::Cause,
        time::Timestamp,
        warning::Colour,
    },
    ingest::cap::event_codes,
};

/// One incident in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncidentView {
    #[schema(value_type = String)]
    pub id: IncidentId,
    /// One line for lists and calls.
    #[schema(value_type = String)]
    pub title: CompactString,
    /// `received`, `verified`, `handling`, `unfounded` or `closed`.
    #[schema(value_type = String)]
    pub stage: Stage,
    pub open: bool,
    pub drill: bool,
    /// To be named by whoever changes it.
    pub revision: u32,
    /// National code of its kind, and the name.
    #[schema(value_type = String)]
    pub kind: CompactString,
    pub kind_name: &'static str,
    /// 1 (特别重大) to 4 (一般).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub colour: Option<Colour>,
    pub sensitive: bool,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    #[schema(value_type = Object)]
    pub occurred: Occurred,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[schema(value_type = String)]
    pub area_name: CompactString,
    #[schema(value_type = String)]
    pub address: CompactString,
    /// `[lon, lat]`, WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub point: Option<LonLat>,
    #[schema(value_type = Object)]
    pub casualties: Casualties,
    /// The incident that it is another report of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub main: Option<IncidentId>,
    /// Units that have been sent: all that still are, and those at the scene.
    pub units: usize,
    pub on_scene: usize,
    /// Tasks that are open, and how many of them are overdue.
    pub tasks: usize,
    pub overdue: usize,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    #[schema(value_type = String)]
    pub changed_by: CompactString,
}

/// One incident with everything that belongs to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncidentDetail {
    #[serde(flatten)]
    pub incident: IncidentView,
    #[schema(value_type = Object)]
    pub source: Source,
    pub cause: String,
    pub course: String,
    pub trend: String,
    pub extent: String,
    pub loss: String,
    pub measures: String,
    pub requests: String,
    pub leaders: String,
    pub commander: String,
    #[schema(value_type = String)]
    pub taken_by: CompactString,
    #[schema(value_type = String, format = DateTime)]
    pub taken_at: Timestamp,
    /// Other reports of it.
    #[schema(value_type = Vec<String>)]
    pub linked: Vec<IncidentId>,
    #[schema(value_type = Vec<Object>)]
    pub notes: Vec<Note>,
    pub assignments: Vec<AssignmentView>,
    pub task_list: Vec<TaskView>,
}

impl IncidentView {
    pub fn of(board: &Board, incident: &Incident, viewer: &Viewer<'_>) -> Self {
        let known = &incident.particulars;
        let sent = || board.assignments.of_incident(incident.id).filter(|a| a.status.binds());
        let cause = Cause::Incident(incident.id);
        let open = || board.tasks.of(&cause).filter(|task| task.is_open());
        Self {
            id: incident.id,
            title: incident.title(),
            stage: incident.stage,
            open: incident.is_open(),
            drill: incident.drill,
            revision: incident.revision,
            kind: known.kind.clone(),
            kind_name: event_codes::by_code(&known.kind).map_or("", |kind| kind.name_zh.as_str()),
            level: known.level,
            colour: known.colour(),
            sensitive: known.sensitive,
            received_at: known.received_at,
            occurred: known.occurred,
            area: known.place.area,
            area_name: board.areas.name(known.place.area),
            address: known.place.address.clone(),
            point: known.place.point,
            casualties: known.casualties,
            main: incident.main,
            units: sent().count(),
            on_scene: sent()
                .filter(|a| a.status == crate::domain::assignment::Status::OnScene)
                .count(),
            tasks: open().count(),
            overdue: open().filter(|task| task.due_at < viewer.now).count(),
            changed_at: incident.changed.at,
            changed_by: incident.changed.by.clone(),
        }
    }
}

impl IncidentDetail {
    pub fn of(
        board: &Board,
        incident: &Incident,
        viewer: &Viewer<'_>,
        abilities: &Catalogue,
    ) -> Self {
        let accounts = incident.particulars.accounts.clone();
        let clear = viewer.sees_phones();
        let mut source = incident.particulars.source.clone();
        if !clear {
            source = Source { way: source.way, unit: source.unit, ..Source::default() };
        }
        let cause = Cause::Incident(incident.id);
        let sent = board.assignments.of_incident(incident.id);
        let assignments = sent.map(|a| AssignmentView::of(board, a, viewer, abilities));
        Self {
            incident: IncidentView::of(board, incident, viewer),
            source,
            cause: accounts.cause,
            course: accounts.course,
            trend: accounts.trend,
            extent: accounts.extent,
            loss: accounts.loss,
            measures: accounts.measures,
            requests: accounts.requests,
            leaders: accounts.leaders,
            commander: if clear { accounts.commander } else { String::new() },
            taken_by: incident.taken.by.clone(),
            taken_at: incident.taken.at,
            linked: board.incidents.linked_to(incident.id).map(|other| other.id).collect(),
            notes: incident.notes.clone(),
            assignments: assignments.collect(),
            task_list: board.tasks.of(&cause).map(|t| TaskView::of(board, t, viewer)).collect(),
        }
    }
}
