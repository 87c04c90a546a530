//! Reports, calls and clocks as clients see them. Words that may hold telephone numbers go only to those who may see
//! such.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use super::Logins;
use crate::{
    domain::{
        actor::Actor,
        board::Board,
        bulletin::IssueNumber,
        deadline::{Hop, Medium, Rank, Series, Stage, due_en, due_zh},
        ids::{IncidentId, ReportId, TaskId},
        incident::{Changed, Incident},
        report::{ClockState, DropReason, Mark, Progress, Report, Running, Told},
        time::Timestamp,
    },
    ingest::cap::event_codes,
};

/// A clock by which something is to be reported.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReportClockView {
    /// Which of the incident's, from 1.
    number: u32,
    #[schema(value_type = String)]
    series: Series,
    #[schema(value_type = String)]
    stage: Stage,
    /// Which of its stage the report is that it waits for, from 1; none once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ordinal: Option<usize>,
    /// Such as `county_to_city`.
    #[schema(value_type = String)]
    hop: Hop,
    #[schema(value_type = String)]
    to: Rank,
    /// `phone` or `written`.
    #[schema(value_type = String)]
    medium: Medium,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// What is due in words, such as `首报（电话）：7月21日18:30前报市级（待确认）`.
    text: String,
    text_en: String,
    #[schema(value_type = String)]
    rule: CompactString,
    /// Where the rule is written.
    source: String,
    /// False: shown as to be confirmed.
    confirmed: bool,
    /// It may be reported and need not be.
    optional: bool,
    /// `running`, `late`, `met` or `dropped`.
    state: &'static str,
    /// When it was met or dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Why it was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<DropReason>,
    /// Seconds after it was due: until now, or until it was met.
    late_s: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    task: Option<TaskId>,
}

impl ReportClockView {
    pub(super) fn of(
        board: &Board,
        incident: IncidentId,
        running: &Running,
        now: Timestamp,
    ) -> Self {
        let (clock, zone) = (&running.clock, board.timezone());
        let late_s = running.late_s(now);
        let (state, ended_at, reason) = match running.state {
            ClockState::Running if late_s > 0 && !clock.optional => ("late", None, None),
            ClockState::Running => ("running", None, None),
            ClockState::Met { at, .. } => ("met", Some(at), None),
            ClockState::Dropped { at, reason } => ("dropped", Some(at), Some(reason)),
        };
        let rule = board.reports.rules().rule(&clock.rule);
        let same = |report: &&Report| {
            (report.series, report.stage) == (clock.series, clock.stage) && report.sent.is_some()
        };
        let sent_before = || board.reports.about(incident).filter(same).count();
        Self {
            number: running.number,
            series: clock.series,
            stage: clock.stage,
            ordinal: running.is_running().then(|| sent_before() + 1),
            hop: clock.hop,
            to: clock.hop.to(),
            medium: clock.medium,
            started_at: clock.starts,
            due_at: clock.due_at,
            text: due_zh(clock, zone),
            text_en: due_en(clock, zone),
            rule: clock.rule.clone(),
            source: rule.map(|rule| rule.source.clone()).unwrap_or_default(),
            confirmed: clock.confirmed,
            optional: clock.optional,
            state,
            ended_at,
            reason,
            late_s,
            task: running.task,
        }
    }
}

/// A call to somebody above.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReportCallView {
    #[schema(value_type = String)]
    series: Series,
    #[schema(value_type = String)]
    stage: Stage,
    #[schema(value_type = String)]
    to: Rank,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    whom: Option<CompactString>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    #[schema(value_type = String)]
    noted_by: CompactString,
    /// The person's name, where the login is somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    noted_by_name: Option<CompactString>,
    #[schema(value_type = String, format = DateTime)]
    noted_at: Timestamp,
}

impl ReportCallView {
    pub(super) fn of(board: &Board, told: &Told, (actor, logins): (&Actor, &Logins)) -> Self {
        let sees = actor.role.may_see_phone_numbers();
        Self {
            series: told.series,
            stage: told.stage,
            to: told.to,
            whom: sees.then(|| told.whom.clone()),
            at: told.at,
            words: sees.then(|| told.words.clone()),
            noted_by: told.by.clone(),
            noted_by_name: logins.name(board, &told.by),
            noted_at: told.noted_at,
        }
    }
}

/// Who did something, and when.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReportStepView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    by: CompactString,
    /// The person's name, where the login is somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    name: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<CompactString>,
}

impl ReportStepView {
    /// Whose login it was at that moment is in the record of whoever drafted, checked or signed.
    fn mark(board: &Board, logins: &Logins, mark: &Mark) -> Self {
        let person = mark.person.as_ref().and_then(|person| board.people.get(person));
        let name = person.map(|person| person.name.clone());
        let name = name.or_else(|| logins.name(board, &mark.by));
        Self { at: mark.at, by: mark.by.clone(), name, reason: None }
    }

    fn plain(
        board: &Board,
        logins: &Logins,
        changed: &Changed,
        reason: Option<&CompactString>,
    ) -> Self {
        let name = logins.name(board, &changed.by);
        Self { at: changed.at, by: changed.by.clone(), name, reason: reason.cloned() }
    }
}

/// A report.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReportView {
    #[schema(value_type = String)]
    pub(super) id: ReportId,
    #[schema(value_type = String)]
    incident: IncidentId,
    #[schema(value_type = String)]
    incident_title: CompactString,
    incident_kind: &'static str,
    #[schema(value_type = String)]
    series: Series,
    #[schema(value_type = String)]
    stage: Stage,
    /// Which of its stage, from 1.
    ordinal: u32,
    #[schema(value_type = Vec<String>)]
    to: Vec<Rank>,
    title: String,
    /// For those who may see telephone numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    drill: bool,
    revision: u32,
    /// `drafted`, `checked`, `signed`, `sent` or `dropped`.
    #[schema(value_type = String)]
    state: Progress,
    /// Such as 2026年第3期, from when it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    drafted: ReportStepView,
    changed: ReportStepView,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<ReportStepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<ReportStepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<ReportStepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<ReportStepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<ReportStepView>,
    /// By how many seconds it was late; 0 when in time or not sent.
    late_s: u64,
}

impl ReportView {
    pub(super) fn of(board: &Board, report: &Report, (actor, logins): (&Actor, &Logins)) -> Self {
        let marked = |mark: &Mark| ReportStepView::mark(board, logins, mark);
        let mark = |mark: &Option<Mark>| mark.as_ref().map(marked);
        let plain = |changed: &Changed, reason: Option<&CompactString>| {
            ReportStepView::plain(board, logins, changed, reason)
        };
        let said = |said: &Option<(Changed, CompactString)>| {
            said.as_ref().map(|(changed, reason)| plain(changed, Some(reason)))
        };
        let incident = board.incidents.get(report.incident);
        Self {
            id: report.id,
            incident: report.incident,
            incident_title: incident.map(Incident::title).unwrap_or_default(),
            incident_kind: incident.map_or("", kind_name),
            series: report.series,
            stage: report.stage,
            ordinal: report.ordinal,
            to: report.to.clone(),
            title: report.title.clone(),
            text: actor.role.may_see_phone_numbers().then(|| report.text.clone()),
            drill: report.drill,
            revision: report.revision,
            state: report.progress(),
            number: report.number.map(IssueNumber::zh),
            drafted: marked(&report.drafted),
            changed: plain(&report.changed, None),
            checked: mark(&report.checked),
            signed: mark(&report.signed),
            returned: said(&report.returned),
            sent: report.sent.as_ref().map(|sent| plain(sent, None)),
            dropped: said(&report.dropped),
            late_s: report.late_s,
        }
    }
}

/// Returns what the incident's kind is called; nothing where its code is none of the national ones.
pub(super) fn kind_name(incident: &Incident) -> &'static str {
    let kind = event_codes::by_code(&incident.particulars.kind);
    kind.map_or("", |kind| kind.name_zh.as_str())
}
