//! Sending a unit: the order is an obligation of whoever answers for it.

use compact_str::{CompactString, format_compact};

use super::{
    Assignment,
    readiness::{self, ReadinessState, SayReady},
    status::{self, Advance, NOTE_LIMIT, Status},
};
use crate::domain::{
    actor::{Actor, Capability},
    area::LonLat,
    board::{Board, require},
    callout::{obligation::Bearer, policy::CalloutKind},
    command::Reply,
    decision::{Decision, Draft},
    event::{IncidentAdvanced, UnitAssigned},
    ids::{AssignmentId, IncidentId, UnitId},
    incident::{Incident, IncidentFault, Stage},
    rejection::Rejection,
    roster::change::known_area,
    task::{Cause, Upon},
    time::Timestamp,
    unit::{UnitFault, on_earth},
};

/// Longest order, in characters: what a telephone reads out in about a minute.
const ORDER_LIMIT: usize = 300;
/// Longest word for what a unit is sent for, in characters.
const NEED_LIMIT: usize = 64;

/// What somebody does about units.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignmentStep {
    Assign(AssignUnit),
    Advance(Advance),
    SayReady(SayReady),
}

/// Sends a unit to an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignUnit {
    pub incident: IncidentId,
    pub unit: UnitId,
    pub order: String,
    /// What it is sent for, such as `boat_rescue`.
    pub need: CompactString,
    /// Where to, where that is not the incident's place.
    pub to: Option<LonLat>,
    /// When it should be there, as it was reckoned.
    pub eta: Option<Timestamp>,
}

/// Why a step with units is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentFault {
    #[error("no assignment {0}; see GET /api/v1/incidents/{{id}}")]
    UnknownAssignment(AssignmentId),
    #[error(
        "unit {unit} is on its way to or at incident {incident} ({status}); recall it there first"
    )]
    Bound { unit: UnitId, incident: IncidentId, status: Status },
    #[error("unit {unit} is not ready: {note}; say that it is, or send another")]
    NotReady { unit: UnitId, note: CompactString },
    #[error("assignment {assignment} is {from}; {to} cannot follow")]
    Step { assignment: AssignmentId, from: Status, to: Status },
    #[error("back_at is past; give a time to come or leave it out")]
    BackInThePast,
    #[error("until is past; give a time to come or leave it out")]
    UntilInThePast,
    #[error("strength is more people than a unit can have")]
    Strength,
}

impl AssignmentFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            AssignmentFault::UnknownAssignment(_) => "assignment.unknown",
            AssignmentFault::Bound { .. } => "assignment.unit_bound",
            AssignmentFault::NotReady { .. } => "assignment.unit_not_ready",
            AssignmentFault::Step { .. } => "assignment.step",
            AssignmentFault::BackInThePast => "assignment.back_in_the_past",
            AssignmentFault::UntilInThePast => "readiness.until_in_the_past",
            AssignmentFault::Strength => "readiness.strength",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            AssignmentFault::UnknownAssignment(_) => None,
            AssignmentFault::Bound { .. } | AssignmentFault::NotReady { .. } => Some("unit"),
            AssignmentFault::Step { .. } => Some("status"),
            AssignmentFault::BackInThePast => Some("back_at"),
            AssignmentFault::UntilInThePast => Some("until"),
            AssignmentFault::Strength => Some("strength"),
        }
    }
}

/// Decides a step with units.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &AssignmentStep,
    draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        AssignmentStep::Assign(wanted) => assign(board, actor, wanted, draft),
        AssignmentStep::Advance(wanted) => status::decide(board, actor, wanted, draft),
        AssignmentStep::SayReady(said) => readiness::decide(board, actor, said, draft),
    }
}

fn assign(
    board: &Board,
    actor: &Actor,
    wanted: &AssignUnit,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    let incident = Incident::seen(board, actor, wanted.incident)?;
    if !incident.is_open() {
        return Err(IncidentFault::Over(incident.id).into());
    }
    let unknown = || UnitFault::Unknown(wanted.unit.clone());
    let unit = board.units.get(&wanted.unit).ok_or_else(unknown)?;
    known_area(board, actor, unit.area)?;
    check(wanted)?;
    let bound = board.assignments.binding(&unit.id);
    if let Some(bound) = bound.filter(|bound| incident.drill || !board.is_drill(bound)) {
        let (unit, incident, status) = (unit.id.clone(), bound.incident, bound.status);
        return Err(AssignmentFault::Bound { unit, incident, status }.into());
    }
    let readiness = board.assignments.readiness(&unit.id);
    let absent = readiness.filter(|known| known.state_at(draft.now) == ReadinessState::NotReady);
    if let Some(known) = absent {
        let (unit, note) = (unit.id.clone(), known.note.clone());
        return Err(AssignmentFault::NotReady { unit, note }.into());
    }
    if let Some(bound) = bound {
        draft.leave_drill(bound, incident, actor);
    }
    let post = unit.post();
    let upon = Upon {
        kind: CalloutKind::Order,
        subject: format_compact!("调派{}：{}", unit.name, incident.title())
            .chars()
            .take(120)
            .collect(),
        text: wanted.order.clone(),
        severity: incident.colour(),
        drill: incident.drill,
    };
    let bearer = Bearer::unit(&post, &unit.id);
    let called = draft.call_upon(&upon, vec![(bearer, wanted.order.as_str().into())])?;
    let (_, obligation) = called.first().ok_or(Rejection::NoPolicy)?;
    let id = draft.take_assignment();
    let to = wanted.to.or(incident.particulars.place.point);
    let watch_at = draft.watch_from(Status::Ordered, None).unwrap_or(draft.now);
    draft.push(UnitAssigned {
        id,
        unit: unit.id.clone(),
        home: unit.area,
        area: incident.area(),
        incident: incident.id,
        order: wanted.order.clone(),
        need: wanted.need.clone(),
        to,
        eta: wanted.eta,
        obligation: *obligation,
        watch_at,
    });
    draft.replaced(&Cause::Incident(incident.id));
    if incident.stage != Stage::Handling {
        let (id, area, from, to) = (incident.id, incident.area(), incident.stage, Stage::Handling);
        draft.push(IncidentAdvanced { id, area, from, to, note: CompactString::default() });
    }
    Ok(draft.finish(Reply::Assignment { id, obligation: *obligation }))
}

impl Board {
    /// Tells whether an assignment is part of a drill.
    pub fn is_drill(&self, assignment: &Assignment) -> bool {
        self.incidents.get(assignment.incident).is_some_and(|incident| incident.drill)
    }
}

impl Draft<'_> {
    /// Calls a unit away from a drill, for what really happens.
    fn leave_drill(&mut self, bound: &Assignment, incident: &Incident, actor: &Actor) {
        let note = format_compact!("演练中止，转入真实任务：{}", incident.title());
        let note = note.chars().take(NOTE_LIMIT).collect();
        let recall = Advance { assignment: bound.id, to: Status::Recalled, note, back_at: None };
        self.advance_assignment(bound, &recall, Err(actor.login.clone()));
    }
}

fn check(wanted: &AssignUnit) -> Result<(), Rejection> {
    if wanted.order.trim().is_empty() {
        return Err(Rejection::Empty { field: "order" });
    }
    let texts = [
        ("order", wanted.order.chars().count(), ORDER_LIMIT),
        ("need", wanted.need.chars().count(), NEED_LIMIT),
    ];
    if let Some((field, _, limit)) = texts.into_iter().find(|(_, length, limit)| length > limit) {
        return Err(Rejection::TooLong { field, limit });
    }
    if !wanted.to.is_none_or(on_earth) {
        return Err(Rejection::NotAPoint("to".into()));
    }
    Ok(())
}
