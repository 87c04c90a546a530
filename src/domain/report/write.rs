//! A report on its way: drafted (拟稿), checked (审核), signed (签发), sent (报送).

use compact_str::CompactString;

use super::{
    Report,
    clock::{Turn, receivers},
    step::{ReportFault, at_desk, is_current, open, text_fits},
    text::{Known, words},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::Board,
    bulletin::IssueNumber,
    command::Reply,
    deadline::{Medium, Rank, Series, Stage},
    decision::{Decision, Draft},
    event::{
        ReportChecked, ReportDrafted, ReportDropped, ReportEdited, ReportReturned, ReportSent,
        ReportSigned,
    },
    ids::{AreaCode, IncidentId, Level, ReportId},
    incident::{self, Incident},
    rejection::Rejection,
    time::Timestamp,
};

/// Longest title, text and reason, in characters.
const TITLE_LIMIT: usize = 120;
const TEXT_LIMIT: usize = 10_000;
const REASON_LIMIT: usize = 500;

/// A report as somebody begins it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftReport {
    pub incident: IncidentId,
    pub series: Series,
    /// The next that is due where nobody says.
    pub stage: Option<Stage>,
    /// Those whom the clocks name where nobody says.
    pub to: Vec<Rank>,
    /// What kind of incident it is, in words: 洪水.
    pub kind: CompactString,
    /// From what is known of the incident where nobody says.
    pub title: Option<String>,
    pub text: Option<String>,
}

/// Changes the words of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditReport {
    pub report: ReportId,
    /// The revision that whoever changes it had before him.
    pub revision: u32,
    pub to: Vec<Rank>,
    pub title: String,
    pub text: String,
}

pub(super) fn draft(
    board: &Board,
    actor: &Actor,
    wanted: &DraftReport,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::Dispatch)?;
    let incident = Incident::seen(board, actor, wanted.incident)?;
    let series = wanted.series;
    let before = || board.reports.about(incident.id).filter(|report| report.series == series);
    if let Some(waiting) = before().find(|report| report.is_open()) {
        return Err(ReportFault::Waiting(waiting.id).into());
    }
    let stage = stage(board, incident, wanted, before())?;
    let sent = |report: &&Report| report.sent.is_some() && report.stage == stage;
    let ordinal = 1 + before().filter(sent).count() as u32;
    let to = match wanted.to.as_slice() {
        [] => receivers(board, Turn::of(incident), (series, stage)),
        to => checked(board, to)?,
    };
    let composed = compose(board, incident, wanted, (stage, ordinal), draft.now);
    let title = wanted.title.clone().unwrap_or(composed.0);
    let text = wanted.text.clone().unwrap_or(composed.1);
    text_fits("title", &title, TITLE_LIMIT)?;
    text_fits("text", &text, TEXT_LIMIT)?;
    let id = board.reports.next_id();
    draft.push(ReportDrafted {
        id,
        incident: incident.id,
        area: incident.area(),
        series,
        stage,
        ordinal,
        to,
        title,
        text,
        drill: incident.drill,
        person: actor.person.clone(),
    });
    Ok(draft.finish(Reply::Report { id }))
}

/// Returns which report it is: of each incident there is one first, then follow-ups, and a final one at the end. Where
/// it turns out graver, somebody higher up who has heard nothing gets a first one too.
fn stage<'r>(
    board: &Board,
    incident: &Incident,
    wanted: &DraftReport,
    before: impl Iterator<Item = &'r Report>,
) -> Result<Stage, ReportFault> {
    let sent = before.filter(|report| report.sent.is_some()).any(|r| r.stage == Stage::First);
    let first = sent
        && !board.reports.dossier(incident.id).is_some_and(|dossier| {
            let mut owed = dossier.running().map(|running| &running.clock);
            owed.any(|clock| {
                (clock.series, clock.stage, clock.medium)
                    == (wanted.series, Stage::First, Medium::Written)
            })
        });
    let over = incident.stage == incident::Stage::Closed;
    let next = match (first, over, wanted.series) {
        (false, _, _) => Stage::First,
        (true, true, Series::Incident) => Stage::Final,
        (true, true, Series::Statistics) => Stage::Verified,
        (true, false, Series::Incident) => Stage::FollowUp,
        (true, false, Series::Statistics) => Stage::Zero,
    };
    let stage = wanted.stage.unwrap_or(next);
    match (stage, first) {
        (Stage::First, true) => Err(ReportFault::FirstSent(incident.id)),
        (Stage::First, false) => Ok(stage),
        (_, false) if !sent => Err(ReportFault::FirstMissing(incident.id)),
        (Stage::Final | Stage::Verified, _) if !over => Err(ReportFault::NotClosed(incident.id)),
        (Stage::FollowUp | Stage::Zero | Stage::Final | Stage::Verified, _) => Ok(stage),
    }
}

fn compose(
    board: &Board,
    incident: &Incident,
    wanted: &DraftReport,
    (stage, ordinal): (Stage, u32),
    now: Timestamp,
) -> (String, String) {
    let county = board.jurisdiction().map(|area| board.areas.name(area)).unwrap_or_default();
    let area = incident.area();
    let below = [Level::Township, Level::Village]
        .map(|level| area.at(level).map(|area| board.areas.name(area)).unwrap_or_default());
    let first = board.reports.about(incident.id).find(|report| {
        report.stage == Stage::First && report.series == wanted.series && report.sent.is_some()
    });
    let dossier = board.reports.dossier(incident.id);
    words(&Known {
        incident,
        county: &county,
        below: &below.concat(),
        kind: &wanted.kind,
        series: wanted.series,
        stage,
        ordinal,
        first: first.and_then(|report| report.number),
        last_sent: dossier.and_then(|dossier| dossier.last_sent.get(&wanted.series).copied()),
        now,
        zone: board.timezone(),
    })
}

pub(super) fn edit(
    board: &Board,
    actor: &Actor,
    edit: &EditReport,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    // Whoever signs may put a word right; it is then checked and signed as it is.
    let capability = if actor.role.may(Capability::SignReports) {
        Capability::SignReports
    } else {
        Capability::Dispatch
    };
    at_desk(board, actor, capability)?;
    let report = open(board, edit.report)?;
    is_current(report, edit.revision)?;
    text_fits("title", &edit.title, TITLE_LIMIT)?;
    text_fits("text", &edit.text, TEXT_LIMIT)?;
    let to = checked(board, &edit.to)?;
    if (&report.to, &report.title, &report.text) != (&to, &edit.title, &edit.text) {
        draft.push(ReportEdited {
            id: report.id,
            incident: Some(report.incident),
            area: area_of(board, report),
            revision: report.revision + 1,
            to,
            title: edit.title.clone(),
            text: edit.text.clone(),
        });
    }
    Ok(draft.finish(Reply::Report { id: edit.report }))
}

/// Returns those to whom a report goes, each once.
fn checked(board: &Board, to: &[Rank]) -> Result<Vec<Rank>, Rejection> {
    if to.is_empty() {
        return Err(Rejection::Empty { field: "to" });
    }
    let own = board.jurisdiction().map(|area| Rank::from(area.level()));
    if let Some(below) = to.iter().find(|rank| own.is_some_and(|own| **rank <= own)) {
        return Err(ReportFault::NotAbove(*below).into());
    }
    let mut to = to.to_vec();
    to.sort_unstable();
    to.dedup();
    Ok(to)
}

pub(super) fn check(
    board: &Board,
    actor: &Actor,
    (id, revision): (ReportId, u32),
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::Dispatch)?;
    let report = open(board, id)?;
    is_current(report, revision)?;
    if report.checked.is_none() {
        let (area, person) = (area_of(board, report), actor.person.clone());
        let incident = Some(report.incident);
        draft.push(ReportChecked { id, incident, area, revision, person });
    }
    Ok(draft.finish(Reply::Report { id }))
}

pub(super) fn sign(
    board: &Board,
    actor: &Actor,
    (id, revision): (ReportId, u32),
    ordinal: Option<u32>,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::SignReports)?;
    let report = open(board, id)?;
    is_current(report, revision)?;
    if report.checked.is_none() {
        return Err(ReportFault::Unchecked(id).into());
    }
    let same_person = actor.person.is_some() && actor.person == report.drafted.person;
    if same_person || actor.login == report.drafted.by {
        return Err(ReportFault::OwnDraft(id).into());
    }
    if report.signed.is_none() {
        let number = number(board, report, ordinal, draft.now.year(board.timezone()))?;
        let (area, person) = (area_of(board, report), actor.person.clone());
        let incident = Some(report.incident);
        draft.push(ReportSigned { id, incident, area, revision, person, number });
    }
    Ok(draft.finish(Reply::Report { id }))
}

/// Returns its number: the one that it has, or the next of the year; a drill has none.
fn number(
    board: &Board,
    report: &Report,
    ordinal: Option<u32>,
    year: i32,
) -> Result<Option<IssueNumber>, ReportFault> {
    if report.drill || report.number.is_some() {
        return Ok(report.number);
    }
    let last = board.reports.last_ordinal(year);
    let ordinal = ordinal.unwrap_or(last + 1);
    if ordinal <= last {
        return Err(ReportFault::NumberTaken { year, last });
    }
    Ok(Some(IssueNumber { year, ordinal }))
}

pub(super) fn give_back(
    board: &Board,
    actor: &Actor,
    id: ReportId,
    reason: &CompactString,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::SignReports)?;
    let report = open(board, id)?;
    text_fits("reason", reason, REASON_LIMIT)?;
    let (incident, area) = (Some(report.incident), area_of(board, report));
    draft.push(ReportReturned { id, incident, area, reason: reason.trim().into() });
    Ok(draft.finish(Reply::Report { id }))
}

pub(super) fn send(
    board: &Board,
    actor: &Actor,
    id: ReportId,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::Dispatch)?;
    let report = open(board, id)?;
    if report.signed.is_none() {
        return Err(ReportFault::Unsigned(id).into());
    }
    let incident = Incident::seen(board, actor, report.incident)?;
    let (turn, now) = (Turn::of(incident), draft.now);
    let mut dossier = board.reports.dossier(incident.id).cloned().unwrap_or_default();
    let late_s = draft.meet_clocks(turn, &mut dossier, now, |clock| {
        clock.medium == Medium::Written
            && (clock.series, clock.stage) == (report.series, report.stage)
            && report.to.contains(&clock.hop.to())
    });
    draft.push(ReportSent { id, area: incident.area(), incident: incident.id, late_s });
    dossier.sent(report.series, now);
    draft.keep_clocks_of(turn, dossier)?;
    Ok(draft.finish(Reply::Report { id }))
}

pub(super) fn drop(
    board: &Board,
    actor: &Actor,
    id: ReportId,
    reason: &CompactString,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    at_desk(board, actor, Capability::Dispatch)?;
    let report = open(board, id)?;
    text_fits("reason", reason, REASON_LIMIT)?;
    let (incident, area) = (Some(report.incident), area_of(board, report));
    draft.push(ReportDropped { id, incident, area, reason: reason.trim().into() });
    Ok(draft.finish(Reply::Report { id }))
}

fn area_of(board: &Board, report: &Report) -> AreaCode {
    let incident = board.incidents.get(report.incident);
    incident.map_or(AreaCode::UNSET, Incident::area)
}
