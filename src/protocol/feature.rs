//! What stands and moves on the map, as GeoJSON features (RFC 7946), and as a list of units.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Counts, FullnessView, HotSpotFacts, PersonView, Viewer};
use crate::domain::{
    area::LonLat,
    assignment::{self, Readiness},
    board::Board,
    ids::{AreaCode, AssignmentId, CalloutId, IncidentId, Level, PersonId, UnitId, WarningId},
    incident::Stage,
    site::{EvacuationPlan, Gauge, Hazard},
    supply::StockLine,
    time::Timestamp,
    unit::{Equipment, Unit, UnitKind},
    warning::{Colour, Status},
};

/// A feature of one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureView {
    pub r#type: &'static str,
    pub id: String,
    pub geometry: Option<GeometryView>,
    pub properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Properties {
    pub layer: &'static str,
    pub id: String,
    pub name: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    #[serde(flatten)]
    pub facts: FactsView,
}

/// Where a feature is, WGS-84.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum GeometryView {
    Point(LonLat),
    MultiLineString(Vec<Vec<LonLat>>),
    /// Polygons of rings, the outer ring first.
    MultiPolygon(Vec<Vec<Vec<LonLat>>>),
}

impl GeometryView {
    /// Returns its bounds, west, south, east, north; `None` where it has no point.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let around = |[w, s, e, n]: [f64; 4], [lon, lat]: &LonLat| {
            [w.min(*lon), s.min(*lat), e.max(*lon), n.max(*lat)]
        };
        let nothing = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let bounds = match self {
            GeometryView::Point([lon, lat]) => [*lon, *lat, *lon, *lat],
            GeometryView::MultiLineString(parts) => parts.iter().flatten().fold(nothing, around),
            GeometryView::MultiPolygon(polygons) => {
                polygons.iter().flatten().flatten().fold(nothing, around)
            }
        };
        (bounds[0] <= bounds[2]).then_some(bounds)
    }
}

/// What is known of a feature, by its layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FactsView {
    Area {
        level: Level,
    },
    Warning {
        warning: WarningId,
        event: CompactString,
        #[serde(skip_serializing_if = "Option::is_none")]
        colour: Option<Colour>,
        status: Status,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
    },
    Callout {
        callout: CalloutId,
        severity: Colour,
        drill: bool,
        #[serde(flatten)]
        counts: Counts,
    },
    Place {
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<ContactView>,
    },
    Depot {
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<ContactView>,
        stock: Vec<StockLine>,
    },
    Shelter {
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<ContactView>,
        #[serde(flatten)]
        fullness: FullnessView,
    },
    HotSpot(HotSpotFacts),
    Gauge {
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<ContactView>,
        #[serde(flatten)]
        gauge: Box<Gauge>,
    },
    RiskPoint {
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<ContactView>,
        hazard: Hazard,
        residents: u32,
        repaired: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        plan: Option<EvacuationPlan>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        watchers: Vec<ContactView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        movers: Vec<ContactView>,
    },
    Incident {
        incident: IncidentId,
        kind: CompactString,
        #[serde(skip_serializing_if = "Option::is_none")]
        colour: Option<Colour>,
        stage: Stage,
        drill: bool,
        /// Units on their way there or at work, and those at the scene.
        units: usize,
        on_scene: usize,
    },
    Unit {
        #[serde(flatten)]
        unit: Box<UnitFacts>,
        /// What it is doing, where it is not free.
        #[serde(skip_serializing_if = "Option::is_none")]
        assignment: Option<UnitTask>,
        /// When it was where the feature is; absent where that is only its base.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    Line {
        class: String,
    },
}

/// What a unit is sent for and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UnitTask {
    #[schema(value_type = String)]
    pub id: AssignmentId,
    #[schema(value_type = String)]
    pub incident: IncidentId,
    #[schema(value_type = String)]
    pub title: CompactString,
    #[schema(value_type = String)]
    pub status: assignment::Status,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

impl UnitTask {
    /// Returns what binds a unit, if anything does.
    pub fn of(board: &Board, unit: &Unit) -> Option<Self> {
        let binding = board.assignments.binding(&unit.id)?;
        let incident = board.incidents.get(binding.incident);
        Some(Self {
            id: binding.id,
            incident: binding.incident,
            title: incident.map(|incident| incident.title()).unwrap_or_default(),
            status: binding.status,
            since: binding.since(),
        })
    }
}

/// Who is responsible; the telephone number is found by whoever may see it, with the people on duty.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ContactView {
    #[schema(value_type = String)]
    pub id: PersonId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub title: CompactString,
}

impl ContactView {
    pub fn of(board: &Board, contact: Option<&PersonId>) -> Option<Self> {
        let person = board.people.get(contact?)?;
        let (name, title) = (person.name.clone(), person.title.clone());
        Some(Self { id: person.id.clone(), name, title })
    }
}

/// One kind of thing that a unit brings along.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the core's own form, which is written as it is")]
struct EquipmentView {
    name: String,
    count: u32,
}

/// What is known of a unit beyond its name and where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UnitFacts {
    #[schema(value_type = String)]
    pub kind: UnitKind,
    /// `[lon, lat]` of where it stands when it is not out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub base: Option<LonLat>,
    pub reports_every_s: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub terminal: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
    #[schema(value_type = Vec<String>)]
    pub capabilities: Vec<CompactString>,
    /// How much of it, by code, such as `pump`: 1000 (m³/h).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, u32>)]
    pub capacity: BTreeMap<CompactString, u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<EquipmentView>)]
    pub equipment: Vec<Equipment>,
    /// Who is called when the contact is not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy: Option<ContactView>,
    /// Its people, as far as they are known by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<ContactView>,
    /// It belongs to no real place, and so nothing real reports its positions; absent where it is real.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

impl UnitFacts {
    pub fn of(board: &Board, unit: &Unit) -> Self {
        Self {
            kind: unit.kind,
            base: unit.base,
            reports_every_s: unit.reports_every_s,
            terminal: unit.terminal.clone(),
            strength: unit.strength,
            contact: ContactView::of(board, unit.contact.as_ref()),
            capabilities: unit.capabilities.clone(),
            capacity: unit.capacity.clone(),
            equipment: unit.equipment.clone(),
            deputy: ContactView::of(board, unit.deputy.as_ref()),
            members: unit
                .members
                .iter()
                .filter_map(|id| ContactView::of(board, Some(id)))
                .collect(),
            simulated: unit.area.is_invented(),
        }
    }
}

/// A team, vehicle or machine.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitView {
    #[schema(value_type = String)]
    pub id: UnitId,
    #[schema(value_type = String)]
    pub name: CompactString,
    #[schema(value_type = String)]
    pub area: AreaCode,
    #[serde(flatten)]
    pub facts: UnitFacts,
    /// `{state, note?, until?, strength?}` as it was said last; null where nobody has said anything.
    #[schema(value_type = Option<Object>)]
    pub readiness: Option<Readiness>,
    /// Who answers for it and the deputy, with their numbers as the caller may see them.
    pub answering: Vec<PersonView>,
}

impl UnitView {
    pub fn of(board: &Board, unit: &Unit, viewer: &Viewer<'_>) -> Self {
        let people = unit.contact.iter().chain(&unit.deputy);
        Self {
            id: unit.id.clone(),
            name: unit.name.clone(),
            area: unit.area,
            facts: UnitFacts::of(board, unit),
            readiness: board.assignments.readiness(&unit.id).cloned(),
            answering: people.map(|person| viewer.person(board, person)).collect(),
        }
    }
}
