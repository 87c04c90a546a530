//! What people do about reports, and why it may be refused.

use compact_str::CompactString;

use super::{
    Report,
    phone::{self, TellByPhone},
    write::{self, DraftReport, EditReport},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    deadline::{Rank, Rules, RulesFault},
    decision::{Decision, Draft},
    event::ReportRulesAdopted,
    ids::{AreaCode, IncidentId, ReportId, TaskId},
    rejection::Rejection,
};

#[derive(Debug, Clone, PartialEq)]
pub enum ReportStep {
    /// These are the time limits from now on.
    Adopt(Rules),
    TellByPhone(TellByPhone),
    Draft(DraftReport),
    Edit(EditReport),
    /// The revision is what whoever checks or signs it has read.
    Check {
        report: ReportId,
        revision: u32,
    },
    Sign {
        report: ReportId,
        revision: u32,
        /// Its number in the year where the county has counted before; the next one when left out.
        ordinal: Option<u32>,
    },
    Return {
        report: ReportId,
        reason: CompactString,
    },
    Send(ReportId),
    Drop {
        report: ReportId,
        reason: CompactString,
    },
}

/// Why a step with reports is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    #[error("no report {0}; see GET /api/v1/incidents/ID/reports")]
    Unknown(ReportId),
    #[error("report {0} has been sent or dropped; draft another")]
    Over(ReportId),
    #[error(
        "{by} has changed report {report} since: it is at revision {now}, yours is of {yours}; read what it says now"
    )]
    Changed { report: ReportId, now: u32, yours: u32, by: CompactString },
    #[error("report {0} has not been checked; let somebody check it first")]
    Unchecked(ReportId),
    #[error("report {0} has not been signed; let a leader sign it first")]
    Unsigned(ReportId),
    #[error("you drafted report {0}; somebody else has to sign it")]
    OwnDraft(ReportId),
    #[error("nothing has been sent of incident {0}; send the first report first")]
    FirstMissing(IncidentId),
    #[error("the first report of incident {0} has been sent; draft a follow-up")]
    FirstSent(IncidentId),
    #[error("report {0} about the same has not been sent; send it, edit it or drop it")]
    Waiting(ReportId),
    #[error("incident {0} is not over; close it first, or draft a follow-up")]
    NotClosed(IncidentId),
    #[error("{0:?} is not above this county; use city or province")]
    NotAbove(Rank),
    #[error("at is earlier or later than {than} allows; correct the time")]
    Time { than: &'static str },
    #[error("the last number of {year} is {last}; give a higher one, or none for the next")]
    NumberTaken { year: i32, last: u32 },
    #[error(
        "task {0} is done by the report: note the call at POST /api/v1/incidents/ID/calls, or send the report; or withdraw the task with a reason"
    )]
    TaskByReport(TaskId),
    #[error("deadlines: {0}")]
    Rules(RulesFault),
}

impl ReportFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            ReportFault::Unknown(_) => "report.unknown",
            ReportFault::Over(_) => "report.over",
            ReportFault::Changed { .. } => "report.changed_since",
            ReportFault::Unchecked(_) => "report.unchecked",
            ReportFault::Unsigned(_) => "report.unsigned",
            ReportFault::OwnDraft(_) => "report.own_draft",
            ReportFault::FirstMissing(_) => "report.first_missing",
            ReportFault::FirstSent(_) => "report.first_sent",
            ReportFault::Waiting(_) => "report.waiting",
            ReportFault::NotClosed(_) => "report.not_closed",
            ReportFault::NotAbove(_) => "report.not_above",
            ReportFault::Time { .. } => "report.time",
            ReportFault::NumberTaken { .. } => "report.number_taken",
            ReportFault::TaskByReport(_) => "report.task_by_report",
            ReportFault::Rules(_) => "report.rules",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            ReportFault::Changed { .. } => Some("revision"),
            ReportFault::NotAbove(_) => Some("to"),
            ReportFault::Time { .. } => Some("at"),
            ReportFault::NumberTaken { .. } => Some("ordinal"),
            ReportFault::FirstMissing(_)
            | ReportFault::FirstSent(_)
            | ReportFault::NotClosed(_) => Some("stage"),
            ReportFault::Unknown(_)
            | ReportFault::Over(_)
            | ReportFault::Unchecked(_)
            | ReportFault::Unsigned(_)
            | ReportFault::OwnDraft(_)
            | ReportFault::Waiting(_)
            | ReportFault::TaskByReport(_)
            | ReportFault::Rules(_) => None,
        }
    }
}

/// Decides what somebody does about reports.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &ReportStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        ReportStep::Adopt(rules) => {
            adopt(board, actor, rules, &mut draft)?;
            Ok(draft.finish(Reply::Done))
        }
        ReportStep::TellByPhone(told) => phone::decide(board, actor, told, draft),
        ReportStep::Draft(wanted) => write::draft(board, actor, wanted, draft),
        ReportStep::Edit(edit) => write::edit(board, actor, edit, draft),
        ReportStep::Check { report, revision } => {
            write::check(board, actor, (*report, *revision), draft)
        }
        ReportStep::Sign { report, revision, ordinal } => {
            write::sign(board, actor, (*report, *revision), *ordinal, draft)
        }
        ReportStep::Return { report, reason } => {
            write::give_back(board, actor, *report, reason, draft)
        }
        ReportStep::Send(report) => write::send(board, actor, *report, draft),
        ReportStep::Drop { report, reason } => write::drop(board, actor, *report, reason, draft),
    }
}

/// Decides that these are the rules; the same again are no news, and clocks that run keep theirs.
fn adopt(
    board: &Board,
    actor: &Actor,
    rules: &Rules,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    if let Some(fault) = rules.fault() {
        return Err(ReportFault::Rules(fault).into());
    }
    if board.reports.rules != *rules {
        draft.push(ReportRulesAdopted { rules: rules.clone() });
    }
    Ok(())
}

/// Returns the county in whose name reports go, if the actor may act for the whole of it.
pub(super) fn at_desk(
    board: &Board,
    actor: &Actor,
    capability: Capability,
) -> Result<AreaCode, Rejection> {
    require(actor, capability)?;
    let county = board.jurisdiction().unwrap_or(AreaCode::UNSET);
    if actor.sees(county) { Ok(county) } else { Err(Rejection::OutsideArea(county)) }
}

/// Returns a report that can still change.
pub(super) fn open(board: &Board, id: ReportId) -> Result<&Report, ReportFault> {
    let report = board.reports.get(id).ok_or(ReportFault::Unknown(id))?;
    if report.is_open() { Ok(report) } else { Err(ReportFault::Over(id)) }
}

/// Refuses to act on words that have changed since they were read.
pub(super) fn is_current(report: &Report, revision: u32) -> Result<(), ReportFault> {
    if report.revision == revision {
        return Ok(());
    }
    let (now, by) = (report.revision, report.changed.by.clone());
    Err(ReportFault::Changed { report: report.id, now, yours: revision, by })
}

/// Refuses a text that is empty or too long.
pub(super) fn text_fits(field: &'static str, text: &str, limit: usize) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::Empty { field });
    }
    if text.chars().count() > limit {
        return Err(Rejection::TooLong { field, limit });
    }
    Ok(())
}
