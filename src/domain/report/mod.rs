//! Reports to the levels above (信息报送): the clocks by which they are due, and what is written, checked, signed and
//! sent.
//!
//! Invariant: nothing is sent that nobody has signed as it is, and whoever drafted it does not sign it. A clock that
//! is demanded and has not been met has an open task of the desk, so that it is called before it is late.

mod clock;
mod dossier;
mod phone;
mod step;
mod text;
mod write;

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    bulletin::IssueNumber,
    deadline::{Rank, Rules, Series, Stage},
    event::{Entry, ReportDrafted, ReportEvent},
    ids::{IncidentId, PersonId, ReportId},
    incident::Changed,
    time::Timestamp,
};

pub(in crate::domain) use self::clock::{Standing, Turn};
pub use self::{
    dossier::{ClockState, Dossier, DropReason, Running, Told},
    phone::TellByPhone,
    step::{ReportFault, ReportStep},
    write::{DraftReport, EditReport},
};
pub(super) use step::decide;

/// Who did something with a report, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub at: Timestamp,
    pub by: CompactString,
    /// Whose login it was at that moment.
    pub person: Option<PersonId>,
}

/// Where a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 拟稿.
    Drafted,
    /// 已审核.
    Checked,
    /// 已签发.
    Signed,
    /// 已报送.
    Sent,
    /// It never goes out (作废).
    Dropped,
}

/// A report to the levels above.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub id: ReportId,
    pub incident: IncidentId,
    pub series: Series,
    pub stage: Stage,
    /// Which of its stage, from 1: 续报一, 续报二.
    pub ordinal: u32,
    pub to: Vec<Rank>,
    pub title: String,
    pub text: String,
    pub drill: bool,
    /// 1 as it was drafted; one more with each change of its words.
    pub revision: u32,
    pub drafted: Mark,
    pub changed: Changed,
    pub checked: Option<Mark>,
    pub signed: Option<Mark>,
    /// Why somebody wanted it worded otherwise.
    pub returned: Option<(Changed, CompactString)>,
    pub sent: Option<Changed>,
    /// By how many seconds it was late.
    pub late_s: u64,
    pub dropped: Option<(Changed, CompactString)>,
    pub number: Option<IssueNumber>,
}

impl Report {
    pub fn progress(&self) -> Progress {
        match self {
            Report { dropped: Some(_), .. } => Progress::Dropped,
            Report { sent: Some(_), .. } => Progress::Sent,
            Report { signed: Some(_), .. } => Progress::Signed,
            Report { checked: Some(_), .. } => Progress::Checked,
            Report { .. } => Progress::Drafted,
        }
    }

    /// Tells whether it can still change.
    pub fn is_open(&self) -> bool {
        self.sent.is_none() && self.dropped.is_none()
    }

    fn drafted(drafted: &ReportDrafted, entry: &Entry) -> Self {
        Self {
            id: drafted.id,
            incident: drafted.incident,
            series: drafted.series,
            stage: drafted.stage,
            ordinal: drafted.ordinal,
            to: drafted.to.clone(),
            title: drafted.title.clone(),
            text: drafted.text.clone(),
            drill: drafted.drill,
            revision: 1,
            drafted: mark(entry, drafted.person.clone()),
            changed: changed(entry),
            checked: None,
            signed: None,
            returned: None,
            sent: None,
            late_s: 0,
            dropped: None,
            number: None,
        }
    }
}

/// The rules, every report, and what is due of each incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reports {
    rules: Rules,
    by_id: BTreeMap<ReportId, Report>,
    dossiers: BTreeMap<IncidentId, Dossier>,
    last_ordinals: BTreeMap<i32, u32>,
}

impl Reports {
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn get(&self, id: ReportId) -> Option<&Report> {
        self.by_id.get(&id)
    }

    /// Returns every report in the order in which they were drafted.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Report> {
        self.by_id.values()
    }

    /// Returns the reports about an incident in the order in which they were drafted.
    pub fn about(&self, incident: IncidentId) -> impl DoubleEndedIterator<Item = &Report> {
        let dossier = self.dossiers.get(&incident).into_iter();
        let ids: Vec<ReportId> = dossier.flat_map(|dossier| dossier.reports.clone()).collect();
        ids.into_iter().filter_map(|id| self.get(id))
    }

    /// Returns what is due and was said of an incident; `None` where nothing ever was.
    pub fn dossier(&self, incident: IncidentId) -> Option<&Dossier> {
        self.dossiers.get(&incident)
    }

    /// Returns the last ordinal that was given in a year; 0 before the first.
    pub fn last_ordinal(&self, year: i32) -> u32 {
        self.last_ordinals.get(&year).copied().unwrap_or(0)
    }

    fn next_id(&self) -> ReportId {
        ReportId(self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1)
    }

    pub(super) fn apply(&mut self, event: &ReportEvent, entry: &Entry) {
        match event {
            ReportEvent::ReportRulesAdopted(adopted) => self.rules = adopted.rules.clone(),
            ReportEvent::ReportClockStarted(started) => {
                self.dossier_mut(started.incident).start(started);
            }
            ReportEvent::ReportClockMet(met) => {
                self.dossier_mut(met.incident).meet(met.number, met.at, met.late_s);
            }
            ReportEvent::ReportClockDropped(dropped) => {
                let state = ClockState::Dropped { at: entry.at, reason: dropped.reason };
                self.dossier_mut(dropped.incident).end(dropped.number, state);
            }
            ReportEvent::ReportedByPhone(told) => {
                self.dossier_mut(told.incident).told.push(Told::of(told, entry));
            }
            ReportEvent::ReportDrafted(drafted) => {
                self.dossier_mut(drafted.incident).reports.push(drafted.id);
                self.by_id.insert(drafted.id, Report::drafted(drafted, entry));
            }
            ReportEvent::ReportEdited(edited) => self.change(edited.id, |report| {
                report.revision = edited.revision;
                report.to.clone_from(&edited.to);
                report.title.clone_from(&edited.title);
                report.text.clone_from(&edited.text);
                report.changed = changed(entry);
                (report.checked, report.signed) = (None, None);
            }),
            ReportEvent::ReportChecked(checked) => self.change(checked.id, |report| {
                report.checked = Some(mark(entry, checked.person.clone()));
            }),
            ReportEvent::ReportSigned(signed) => {
                if let Some(IssueNumber { year, ordinal }) = signed.number {
                    let last = self.last_ordinals.entry(year).or_default();
                    *last = ordinal.max(*last);
                }
                self.change(signed.id, |report| {
                    report.signed = Some(mark(entry, signed.person.clone()));
                    report.number = signed.number;
                });
            }
            ReportEvent::ReportReturned(returned) => self.change(returned.id, |report| {
                report.returned = Some((changed(entry), returned.reason.clone()));
                (report.checked, report.signed) = (None, None);
            }),
            ReportEvent::ReportSent(sent) => {
                self.change(sent.id, |report| {
                    report.sent = Some(changed(entry));
                    report.late_s = sent.late_s;
                });
                if let Some(series) = self.get(sent.id).map(|report| report.series) {
                    self.dossier_mut(sent.incident).sent(series, entry.at);
                }
            }
            ReportEvent::ReportDropped(dropped) => self.change(dropped.id, |report| {
                report.dropped = Some((changed(entry), dropped.reason.clone()));
            }),
        }
    }

    fn dossier_mut(&mut self, incident: IncidentId) -> &mut Dossier {
        self.dossiers.entry(incident).or_default()
    }

    fn change(&mut self, id: ReportId, change: impl FnOnce(&mut Report)) {
        match self.by_id.get_mut(&id) {
            Some(report) => change(report),
            None => debug_assert!(false, "an unknown report was changed"),
        }
    }
}

fn changed(entry: &Entry) -> Changed {
    Changed { at: entry.at, by: entry.actor.clone() }
}

fn mark(entry: &Entry, person: Option<PersonId>) -> Mark {
    Mark { at: entry.at, by: entry.actor.clone(), person }
}
