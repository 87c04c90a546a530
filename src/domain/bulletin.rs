//! Bulletins (预警发布稿): what the public is told of a warning. A person words it, a person approves it, and each
//! that goes out has its number in the year.
//!
//! Invariant: nothing goes out that nobody has approved, and never about a warning that is over. Numbers rise by
//! one, and a drill has none.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::{ApproveBulletin, BulletinStep, DraftBulletin, RefuseBulletin, Reply},
    decision::{Decision, Draft},
    event::{BulletinDrafted, BulletinIssued, BulletinRefused, Entry, Event},
    ids::{BulletinId, WarningId},
    rejection::Rejection,
    time::Timestamp,
    warning::{Life, MessageKind, Warning},
};

/// Longest text of one outlet, in characters; each outlet's own limit is far below.
const TEXT_LIMIT: usize = 2_000;
/// Longest reason, in characters.
const REASON_LIMIT: usize = 500;

/// Where the public meets a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlet {
    /// A text message (短信).
    Sms,
    /// A village loudspeaker (大喇叭): the text is read out.
    Loudspeaker,
    /// One line on a screen (显示屏).
    Banner,
}

impl Outlet {
    pub const ALL: [Outlet; 3] = [Outlet::Sms, Outlet::Loudspeaker, Outlet::Banner];

    pub fn as_str(self) -> &'static str {
        match self {
            Outlet::Sms => "sms",
            Outlet::Loudspeaker => "loudspeaker",
            Outlet::Banner => "banner",
        }
    }
}

/// A bulletin's number: 2026年第54期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueNumber {
    /// By the jurisdiction's clocks.
    pub year: i32,
    pub ordinal: u32,
}

impl IssueNumber {
    pub fn zh(self) -> String {
        format!("{}年第{}期", self.year, self.ordinal)
    }
}

/// Where a bulletin is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Progress {
    /// Somebody has to approve it.
    Drafted,
    Issued {
        by: CompactString,
        at: Timestamp,
        /// None for a drill.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<IssueNumber>,
    },
    Refused {
        by: CompactString,
        at: Timestamp,
        reason: CompactString,
    },
    /// Another wording took its place before anybody had approved it.
    Replaced {
        by: BulletinId,
    },
}

/// What the public is to be told of one warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    pub id: BulletinId,
    pub warning: WarningId,
    pub texts: BTreeMap<Outlet, String>,
    pub drafted_by: CompactString,
    pub drafted_at: Timestamp,
    pub progress: Progress,
}

/// Every bulletin, and the last number of each year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletins {
    by_id: BTreeMap<BulletinId, Bulletin>,
    newest: BTreeMap<WarningId, BulletinId>,
    last_ordinals: BTreeMap<i32, u32>,
}

impl Bulletins {
    pub fn get(&self, id: BulletinId) -> Option<&Bulletin> {
        self.by_id.get(&id)
    }

    /// Returns bulletins in the order in which they were drafted.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Bulletin> {
        self.by_id.values()
    }

    /// Returns the newest bulletin about a warning.
    pub fn about(&self, warning: WarningId) -> Option<&Bulletin> {
        self.get(*self.newest.get(&warning)?)
    }

    /// Returns the last ordinal that was given in a year; 0 before the first.
    pub fn last_ordinal(&self, year: i32) -> u32 {
        self.last_ordinals.get(&year).copied().unwrap_or(0)
    }

    fn next_id(&self) -> BulletinId {
        BulletinId(self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1)
    }

    pub(super) fn draft(&mut self, drafted: &BulletinDrafted, entry: &Entry) {
        let before = self.newest.insert(drafted.warning, drafted.id);
        if let Some(before) = before.and_then(|id| self.by_id.get_mut(&id))
            && before.progress == Progress::Drafted
        {
            before.progress = Progress::Replaced { by: drafted.id };
        }
        let bulletin = Bulletin {
            id: drafted.id,
            warning: drafted.warning,
            texts: drafted.texts.clone(),
            drafted_by: entry.actor.clone(),
            drafted_at: entry.at,
            progress: Progress::Drafted,
        };
        self.by_id.insert(drafted.id, bulletin);
    }

    pub(super) fn issue(&mut self, issued: &BulletinIssued, entry: &Entry) {
        if let Some(IssueNumber { year, ordinal }) = issued.number {
            self.last_ordinals.insert(year, ordinal);
        }
        let (by, at, number) = (entry.actor.clone(), entry.at, issued.number);
        self.turn(issued.id, Progress::Issued { by, at, number });
    }

    pub(super) fn refuse(&mut self, refused: &BulletinRefused, entry: &Entry) {
        let (by, at, reason) = (entry.actor.clone(), entry.at, refused.reason.clone());
        self.turn(refused.id, Progress::Refused { by, at, reason });
    }

    fn turn(&mut self, id: BulletinId, progress: Progress) {
        match self.by_id.get_mut(&id) {
            Some(bulletin) => bulletin.progress = progress,
            None => debug_assert!(false, "an unknown bulletin was decided"),
        }
    }
}

/// Why a bulletin cannot be drafted or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BulletinFault {
    #[error("no bulletin {0}; see GET /api/v1/bulletins")]
    Unknown(BulletinId),
    #[error("no warning {0}; see GET /api/v1/warnings")]
    UnknownWarning(WarningId),
    #[error("warning {0} is over or was never one; the public is told of what is in force")]
    WarningOver(WarningId),
    #[error("bulletin {0} has been decided or replaced; draft another")]
    Decided(BulletinId),
    #[error(
        "bulletin {0} about this warning has gone out; the source's update needs one of its own"
    )]
    AlreadyIssued(BulletinId),
    #[error("the last number of {year} is {last}; give a higher one, or none for the next")]
    NumberTaken { year: i32, last: u32 },
}

impl BulletinFault {
    pub(super) fn code(&self) -> &'static str {
        match self {
            BulletinFault::Unknown(_) => "bulletin.unknown",
            BulletinFault::UnknownWarning(_) => "warning.unknown",
            BulletinFault::WarningOver(_) => "bulletin.warning_over",
            BulletinFault::Decided(_) => "bulletin.decided",
            BulletinFault::AlreadyIssued(_) => "bulletin.already_issued",
            BulletinFault::NumberTaken { .. } => "bulletin.number_taken",
        }
    }

    pub(super) fn field(&self) -> Option<&'static str> {
        match self {
            BulletinFault::NumberTaken { .. } => Some("ordinal"),
            BulletinFault::Unknown(_)
            | BulletinFault::UnknownWarning(_)
            | BulletinFault::WarningOver(_)
            | BulletinFault::Decided(_)
            | BulletinFault::AlreadyIssued(_) => None,
        }
    }
}

/// Decides what somebody does about a bulletin.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    step: &BulletinStep,
    draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    match step {
        BulletinStep::Draft(wanted) => word(board, actor, wanted, draft),
        BulletinStep::Approve(wanted) => approve(board, actor, wanted, draft),
        BulletinStep::Refuse(wanted) => refuse(board, actor, wanted, draft),
    }
}

fn word(
    board: &Board,
    actor: &Actor,
    wanted: &DraftBulletin,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::DraftBulletins)?;
    let warning = told_of(board, actor, wanted.warning)?;
    if let Some(before) = board.bulletins.about(warning.id)
        && matches!(before.progress, Progress::Issued { .. })
    {
        return Err(BulletinFault::AlreadyIssued(before.id).into());
    }
    if wanted.texts.is_empty() || wanted.texts.values().any(|text| text.trim().is_empty()) {
        return Err(Rejection::Empty { field: "texts" });
    }
    if wanted.texts.values().any(|text| text.chars().count() > TEXT_LIMIT) {
        return Err(Rejection::TooLong { field: "texts", limit: TEXT_LIMIT });
    }
    let id = board.bulletins.next_id();
    let (warning, texts) = (warning.id, wanted.texts.clone());
    draft.push(Event::BulletinDrafted(BulletinDrafted { id, warning, texts }));
    Ok(draft.finish(Reply::Bulletin { id }))
}

/// Lets a wording go out.
fn approve(
    board: &Board,
    actor: &Actor,
    wanted: &ApproveBulletin,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::ApproveBulletins)?;
    let bulletin = undecided(board, wanted.bulletin)?;
    let warning = told_of(board, actor, bulletin.warning)?;
    let year = draft.now.year(board.timezone());
    let last = board.bulletins.last_ordinal(year);
    let ordinal = wanted.ordinal.unwrap_or(last + 1);
    if ordinal <= last {
        return Err(BulletinFault::NumberTaken { year, last }.into());
    }
    let numbered = !warning.message.status.is_drill();
    let number = numbered.then_some(IssueNumber { year, ordinal });
    let (id, warning) = (bulletin.id, warning.id);
    draft.push(Event::BulletinIssued(BulletinIssued { id, warning, number }));
    Ok(draft.finish(Reply::Bulletin { id }))
}

/// Keeps a wording from going out.
fn refuse(
    board: &Board,
    actor: &Actor,
    wanted: &RefuseBulletin,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::ApproveBulletins)?;
    let bulletin = undecided(board, wanted.bulletin)?;
    let reason = wanted.reason.trim();
    if reason.is_empty() {
        return Err(Rejection::Empty { field: "reason" });
    }
    if reason.chars().count() > REASON_LIMIT {
        return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
    }
    let (id, warning) = (bulletin.id, bulletin.warning);
    draft.push(Event::BulletinRefused(BulletinRefused { id, warning, reason: reason.into() }));
    Ok(draft.finish(Reply::Bulletin { id }))
}

/// Returns the warning if the public may be told of it now, all of it lying in the actor's area: one in force, or
/// the end of one.
fn told_of<'b>(board: &'b Board, actor: &Actor, id: WarningId) -> Result<&'b Warning, Rejection> {
    let warning = board.warnings.get(id).ok_or(BulletinFault::UnknownWarning(id))?;
    if let Some(area) = warning.extent.named().find(|area| !actor.sees(*area)) {
        return Err(Rejection::OutsideArea(area));
    }
    let ends = warning.message.kind == MessageKind::Cancel;
    let told = warning.life == Life::Active || (ends && warning.message.status.calls_people());
    if told { Ok(warning) } else { Err(BulletinFault::WarningOver(id).into()) }
}

fn undecided(board: &Board, id: BulletinId) -> Result<&Bulletin, BulletinFault> {
    let bulletin = board.bulletins.get(id).ok_or(BulletinFault::Unknown(id))?;
    match bulletin.progress {
        Progress::Drafted => Ok(bulletin),
        Progress::Issued { .. } | Progress::Refused { .. } | Progress::Replaced { .. } => {
            Err(BulletinFault::Decided(id))
        }
    }
}
