//! What people do with incidents: take them down, change what is known, bring them on, tell that two are one.

use compact_str::CompactString;

use super::{Incident, Particulars, Stage};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{IncidentAdvanced, IncidentEdited, IncidentLinked, IncidentNoted, IncidentReceived},
    ids::IncidentId,
    rejection::Rejection,
    report::{DropReason, Standing, Turn},
    task::Cause,
};

/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;

#[derive(Debug, Clone, PartialEq)]
pub enum IncidentStep {
    Receive { particulars: Box<Particulars>, drill: bool },
    Edit(EditIncident),
    Advance { incident: IncidentId, to: Stage, note: CompactString },
    Link { incident: IncidentId, to: IncidentId },
    Note { incident: IncidentId, text: String },
}

/// Changes what is known of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct EditIncident {
    pub incident: IncidentId,
    /// The revision that whoever changes it had before him.
    pub revision: u32,
    pub particulars: Box<Particulars>,
}

/// Why a step with an incident is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentFault {
    #[error("no incident {0}; see GET /api/v1/incidents")]
    Unknown(IncidentId),
    #[error("incident {0} is over; take it up again first")]
    Over(IncidentId),
    #[error(
        "{by} has changed incident {incident} since: it is at revision {now}, yours is of {yours}; look at what is known now and change that"
    )]
    Changed { incident: IncidentId, now: u32, yours: u32, by: CompactString },
    #[error("incident {incident} is {from:?}; {to:?} cannot follow")]
    Step { incident: IncidentId, from: Stage, to: Stage },
    #[error("{count} units are still on their way or at work; wait for them or recall them first")]
    UnitsOut { count: usize },
    #[error("{field} is later than {than}; correct the time")]
    Later { field: &'static str, than: &'static str },
    #[error("level: use 1 (特别重大) to 4 (一般), or leave it out while it has not been graded")]
    Level,
    #[error("casualties: more people than can be; correct the number")]
    People,
    #[error("kind {0} is no national code of a kind of incident; see GET /api/v1/incident-kinds")]
    Kind(CompactString),
    #[error("an incident is no report of itself, nor of another report; name the main one")]
    LinkToReport,
}

impl IncidentFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            IncidentFault::Unknown(_) => "incident.unknown",
            IncidentFault::Over(_) => "incident.over",
            IncidentFault::Changed { .. } => "incident.changed_since",
            IncidentFault::Step { .. } => "incident.step",
            IncidentFault::UnitsOut { .. } => "incident.units_out",
            IncidentFault::Later { .. } => "incident.time",
            IncidentFault::Level => "incident.level",
            IncidentFault::People => "incident.people",
            IncidentFault::Kind(_) => "incident.kind",
            IncidentFault::LinkToReport => "incident.link",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            IncidentFault::Unknown(_) | IncidentFault::Over(_) | IncidentFault::UnitsOut { .. } => {
                None
            }
            IncidentFault::Changed { .. } => Some("revision"),
            IncidentFault::Step { .. } => Some("stage"),
            IncidentFault::Later { field, .. } => Some(field),
            IncidentFault::Level => Some("level"),
            IncidentFault::People => Some("casualties"),
            IncidentFault::Kind(_) => Some("kind"),
            IncidentFault::LinkToReport => Some("to"),
        }
    }
}

/// Decides a step with incidents.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &IncidentStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    match step {
        IncidentStep::Receive { particulars, drill } => {
            particulars.check(board, actor, draft.now)?;
            let id = draft.take_incident();
            draft.push(IncidentReceived { id, particulars: particulars.clone(), drill: *drill });
            let (standing, drill) = (Standing::Open, *drill);
            draft.keep_clocks(Turn { id, particulars, drill, standing })?;
            return Ok(draft.finish(Reply::Incident { id }));
        }
        IncidentStep::Edit(edit) => self::edit(board, actor, edit, &mut draft)?,
        IncidentStep::Advance { incident, to, note } => {
            let incident = Incident::seen(board, actor, *incident)?;
            advance(board, incident, *to, note, &mut draft)?;
        }
        IncidentStep::Link { incident, to } => {
            let incident = Incident::seen(board, actor, *incident)?;
            let main = Incident::seen(board, actor, *to)?;
            link(board, incident, main, &mut draft)?;
        }
        IncidentStep::Note { incident, text } => {
            let incident = Incident::seen(board, actor, *incident)?;
            if text.trim().is_empty() {
                return Err(Rejection::Empty { field: "text" });
            }
            if text.chars().count() > NOTE_LIMIT {
                return Err(Rejection::TooLong { field: "text", limit: NOTE_LIMIT });
            }
            let (id, area, text) = (incident.id, incident.area(), text.clone());
            draft.push(IncidentNoted { id, area, text });
        }
    }
    Ok(draft.finish(Reply::Done))
}

fn edit(
    board: &Board,
    actor: &Actor,
    edit: &EditIncident,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let incident = Incident::seen(board, actor, edit.incident)?;
    if incident.revision != edit.revision {
        return Err(IncidentFault::Changed {
            incident: incident.id,
            now: incident.revision,
            yours: edit.revision,
            by: incident.changed.by.clone(),
        }
        .into());
    }
    edit.particulars.check(board, actor, draft.now)?;
    if incident.particulars != *edit.particulars {
        draft.push(IncidentEdited {
            id: incident.id,
            particulars: edit.particulars.clone(),
            revision: incident.revision + 1,
        });
        draft.keep_clocks(Turn { particulars: &edit.particulars, ..Turn::of(incident) })?;
    }
    Ok(())
}

fn advance(
    board: &Board,
    incident: &Incident,
    to: Stage,
    note: &CompactString,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let (id, from) = (incident.id, incident.stage);
    if from == to {
        return Ok(());
    }
    if !from.next().contains(&to) || incident.main.is_some() {
        return Err(IncidentFault::Step { incident: id, from, to }.into());
    }
    if note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    if !to.is_open() {
        if note.trim().is_empty() {
            return Err(Rejection::Empty { field: "note" });
        }
        let out = board.assignments.of_incident(id).filter(|a| a.status.binds()).count();
        if out > 0 {
            return Err(IncidentFault::UnitsOut { count: out }.into());
        }
        let cause = Cause::Incident(id);
        let open: Vec<_> = board.tasks.of(&cause).filter(|task| task.is_open()).collect();
        draft.withdraw_tasks(&open, note);
    }
    draft.push(IncidentAdvanced { id, area: incident.area(), from, to, note: note.clone() });
    let standing = match to {
        Stage::Unfounded => Standing::Gone(DropReason::Unfounded),
        Stage::Closed => Standing::Closing,
        Stage::Received | Stage::Verified | Stage::Handling => Standing::Open,
    };
    draft.keep_clocks(Turn { standing, ..Turn::of(incident) })
}

fn link(
    board: &Board,
    incident: &Incident,
    main: &Incident,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    if incident.main == Some(main.id) {
        return Ok(());
    }
    if incident.id == main.id || main.main.is_some() || incident.main.is_some() {
        return Err(IncidentFault::LinkToReport.into());
    }
    if board.incidents.linked_to(incident.id).next().is_some() {
        return Err(IncidentFault::LinkToReport.into());
    }
    let out = board.assignments.of_incident(incident.id).filter(|a| a.status.binds()).count();
    if out > 0 {
        return Err(IncidentFault::UnitsOut { count: out }.into());
    }
    draft.push(IncidentLinked { id: incident.id, area: incident.area(), to: main.id });
    let standing = Standing::Gone(DropReason::Linked);
    draft.keep_clocks(Turn { standing, ..Turn::of(incident) })
}
