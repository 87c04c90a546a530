//! What happens to reports to the levels above, and to the clocks by which they are due.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::group::group;
use crate::domain::{
    bulletin::IssueNumber,
    deadline::{Clock, Rank, Rules, Series, Stage},
    ids::{AreaCode, IncidentId, PersonId, ReportId, TaskId},
    report::DropReason,
    time::Timestamp,
};

group! {
    /// What happens to reports.
    ReportEvent in Report {
        "report_rules_adopted" 1 ReportRulesAdopted => |_data| "deadlines";
        "report_clock_started" 1 ReportClockStarted => |data| &data.incident;
        "report_clock_met" 1 ReportClockMet => |data| &data.incident;
        "report_clock_dropped" 1 ReportClockDropped => |data| &data.incident;
        "reported_by_phone" 1 ReportedByPhone => |data| &data.incident;
        "report_drafted" 1 ReportDrafted => |data| &data.id;
        "report_edited" 1 ReportEdited => |data| &data.id;
        "report_checked" 1 ReportChecked => |data| &data.id;
        "report_signed" 1 ReportSigned => |data| &data.id;
        "report_returned" 1 ReportReturned => |data| &data.id;
        "report_sent" 1 ReportSent => |data| &data.id;
        "report_dropped" 1 ReportDropped => |data| &data.id;
    }
}

/// Reports are due, and rounds asked for, by these rules from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRulesAdopted {
    pub rules: Rules,
}

/// Something is to be reported of an incident by a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportClockStarted {
    pub incident: IncidentId,
    pub area: AreaCode,
    /// Which of the incident's clocks, from 1.
    pub number: u32,
    pub clock: Clock,
    /// What the desk has to do about it; none where the rule demands nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// It has been reported: in time, or late and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportClockMet {
    pub incident: IncidentId,
    pub area: AreaCode,
    pub number: u32,
    /// When it was reported, which may have been before it was written down here.
    pub at: Timestamp,
    /// Seconds after it was due; 0 when in time.
    pub late_s: u64,
}

/// It is not demanded any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportClockDropped {
    pub incident: IncidentId,
    pub area: AreaCode,
    pub number: u32,
    pub reason: DropReason,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub note: CompactString,
}

/// Somebody above was told by telephone (电话报告).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedByPhone {
    pub incident: IncidentId,
    pub area: AreaCode,
    pub series: Series,
    pub stage: Stage,
    pub to: Rank,
    /// Who was told, as the desk takes it down.
    pub whom: CompactString,
    pub at: Timestamp,
    /// What was said.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDrafted {
    pub id: ReportId,
    pub incident: IncidentId,
    pub area: AreaCode,
    pub series: Series,
    pub stage: Stage,
    /// Which of its stage, from 1: 续报一, 续报二.
    pub ordinal: u32,
    pub to: Vec<Rank>,
    pub title: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// Its words are now these; whoever had checked or signed it had read others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEdited {
    pub id: ReportId,
    /// Left out in what was written before clients were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub area: AreaCode,
    /// 2 for the first change, and so on.
    pub revision: u32,
    pub to: Vec<Rank>,
    pub title: String,
    pub text: String,
}

/// Somebody has checked it (审核).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportChecked {
    pub id: ReportId,
    /// Left out in what was written before clients were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub area: AreaCode,
    pub revision: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// Somebody answers for it (签发).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSigned {
    pub id: ReportId,
    /// Left out in what was written before clients were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub area: AreaCode,
    pub revision: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Its number in the year, kept when it is signed again; none for a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<IssueNumber>,
}

/// Somebody wants it worded otherwise (退回).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportReturned {
    pub id: ReportId,
    /// Left out in what was written before clients were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub area: AreaCode,
    pub reason: CompactString,
}

/// It has gone up (报送).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSent {
    pub id: ReportId,
    pub area: AreaCode,
    pub incident: IncidentId,
    /// Of the clocks that it met, by how many seconds the latest was late.
    pub late_s: u64,
}

/// Nobody needs it any more; it never goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDropped {
    pub id: ReportId,
    /// Left out in what was written before clients were told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub area: AreaCode,
    pub reason: CompactString,
}
