//! How far a transfer has come: the numbers, those who refuse or are not found, and the end of it.

use std::time::Duration;

use compact_str::{CompactString, format_compact};

use super::{EvacuationFault, Numbers, Stage, Transfer, headcount::MOST_PEOPLE, responsible};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{TaskProgressed, TransferEnded, TransferProgressed},
    ids::{PostId, TransferId},
    rejection::Rejection,
    task::{Cause, Form, Giving, NewTask, Outcome, Sign, Task, reporter_of},
    warning::Colour,
};

/// Longest note and reason, in characters.
const NOTE_LIMIT: usize = 1_000;
/// How long somebody has to talk people round, and to knock at the doors of those whom nobody reaches.
const VISIT: Duration = Duration::from_secs(30 * 60);

/// Says how far a transfer has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTransfer {
    pub transfer: TransferId,
    /// The numbers as they are now; what is left out of an answer to the task stays as it was.
    pub numbers: Numbers,
    pub note: String,
    /// Nobody else will be moved.
    pub done: bool,
    /// Why more come than the shelter holds.
    pub over_capacity: Option<CompactString>,
}

/// Decides a report of how far a transfer has come.
pub(in crate::domain) fn reported(
    board: &Board,
    actor: &Actor,
    report: &ReportTransfer,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let (transfer, task) = seen(board, actor, report.transfer, Capability::Dispatch, draft)?;
    let drill = transfer.drill;
    let corrects = transfer.stage == Stage::Done && !report.done;
    if transfer.stage != Stage::Running && !corrects {
        let (transfer, stage) = (transfer.id, transfer.stage);
        return Err(EvacuationFault::TransferOver { transfer, stage }.into());
    }
    check(transfer, report)?;
    if !drill {
        check_room(board, transfer, report, draft)?;
    }
    let news = report.numbers != transfer.numbers || !report.note.is_empty();
    if news {
        draft.push(TransferProgressed {
            id: transfer.id,
            area: transfer.from.area,
            to: transfer.to.clone(),
            to_area: transfer.to_area,
            numbers: report.numbers,
            note: report.note.clone(),
            over_capacity: report.over_capacity.clone().unwrap_or_default(),
        });
    }
    if corrects {
        return Ok(());
    }
    visit(board, transfer, report, draft)?;
    let outcome = Outcome {
        note: report.note.clone(),
        count: Some(report.numbers.moved),
        ..Outcome::default()
    };
    if report.done || report.numbers.moved >= transfer.people {
        if task.is_open() {
            draft.complete(task, outcome);
        }
        draft.push(ended(transfer, false, report.note.clone()));
    } else if news && task.is_open() {
        draft.push(TaskProgressed { id: task.id, post: task.post.clone(), outcome });
    }
    Ok(())
}

/// Decides that nobody else is moved, and that nobody has to be.
pub(in crate::domain) fn called_off(
    board: &Board,
    actor: &Actor,
    id: TransferId,
    reason: &str,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Instruct)?;
    let (transfer, task) = seen(board, actor, id, Capability::Instruct, draft)?;
    if transfer.stage != Stage::Running {
        let (transfer, stage) = (transfer.id, transfer.stage);
        return Err(EvacuationFault::TransferOver { transfer, stage }.into());
    }
    if reason.trim().is_empty() {
        return Err(Rejection::Empty { field: "reason" });
    }
    short(reason, "reason")?;
    draft.push(ended(transfer, true, reason.to_owned()));
    if task.is_open() {
        draft.withdraw_tasks(&[task], &reason.into());
    }
    Ok(())
}

/// Returns a transfer that `actor` may touch, and its task: he has to move the people, or has `capability`.
pub(super) fn seen<'b>(
    board: &'b Board,
    actor: &Actor,
    id: TransferId,
    capability: Capability,
    draft: &Draft<'_>,
) -> Result<(&'b Transfer, &'b Task), Rejection> {
    let transfer = board.evacuations.transfer(id).ok_or(EvacuationFault::UnknownTransfer(id))?;
    let task = reporter_of(board, actor, transfer.task, capability, draft)?;
    Ok((transfer, task))
}

pub(super) fn ended(transfer: &Transfer, called_off: bool, note: String) -> TransferEnded {
    TransferEnded {
        id: transfer.id,
        area: transfer.from.area,
        to: transfer.to.clone(),
        to_area: transfer.to_area,
        called_off,
        note,
    }
}

pub(super) fn short(text: &str, field: &'static str) -> Result<(), Rejection> {
    if text.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field, limit: NOTE_LIMIT });
    }
    Ok(())
}

fn check(transfer: &Transfer, report: &ReportTransfer) -> Result<(), Rejection> {
    short(&report.note, "note")?;
    let reason = report.over_capacity.as_deref();
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Rejection::Empty { field: "reason" });
    }
    reason.map_or(Ok(()), |reason| short(reason, "reason"))?;
    let Numbers { moved, refusing, immobile, out_of_contact } = report.numbers;
    if [moved, refusing, immobile, out_of_contact].into_iter().any(|count| count > MOST_PEOPLE) {
        return Err(EvacuationFault::People.into());
    }
    if !report.note.trim().is_empty() {
        return Ok(());
    }
    let (people, before) = (transfer.people, transfer.numbers.moved);
    if moved < before {
        return Err(EvacuationFault::Fewer { before }.into());
    }
    let said = report.numbers.all();
    if said > people && report.numbers != transfer.numbers {
        return Err(EvacuationFault::MoreThanPlanned { said, people }.into());
    }
    if report.done && moved < people {
        return Err(EvacuationFault::Unexplained { moved, people }.into());
    }
    Ok(())
}

/// Refuses those for whom no place was kept where none is left.
fn check_room(
    board: &Board,
    transfer: &Transfer,
    report: &ReportTransfer,
    draft: &Draft<'_>,
) -> Result<(), Rejection> {
    let before = transfer.numbers.moved;
    let kept = transfer.expected();
    let unexpected = report.numbers.moved.saturating_sub(before.saturating_add(kept));
    // Its shelter may be one no more: those who are there are there.
    let Some((site, shelter)) = board.shelter(&transfer.to) else { return Ok(()) };
    let free = board.room(site, shelter, draft.now, draft.now).free();
    if unexpected > free && report.over_capacity.is_none() {
        return Err(board.full((site, free, unexpected), draft.now, draft.now).into());
    }
    Ok(())
}

/// Sends somebody to those who will not go (劝离), and to those whom nobody has reached (上门核查).
fn visit(
    board: &Board,
    transfer: &Transfer,
    report: &ReportTransfer,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let (before, now) = (transfer.numbers, report.numbers);
    let name = transfer.place(board);
    let more = |now: u32, before: u32| Some(now.saturating_sub(before)).filter(|more| *more > 0);
    // Their own people have asked them: somebody from above may be heard.
    let refusing = more(now.refusing, before.refusing).map(|people| {
        let post = responsible::superior(board, transfer.from.area);
        let title = format_compact!("劝离：{name}{people}人拒绝转移");
        (post.unwrap_or_else(|| transfer.post.clone()), title)
    });
    let missing = more(now.out_of_contact, before.out_of_contact).map(|people| {
        let title = format_compact!("上门核查：{name}{people}人失联");
        (transfer.post.clone(), title)
    });
    for (post, title) in refusing.into_iter().chain(missing) {
        send(transfer, report, post, title, draft)?;
    }
    Ok(())
}

fn send(
    transfer: &Transfer,
    report: &ReportTransfer,
    post: PostId,
    title: CompactString,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let giving = Giving {
        cause: Some(Cause::Evacuation(transfer.evacuation)),
        on_word_of: CompactString::default(),
        subject: title.clone(),
        text: report.note.clone(),
        severity: Some(Colour::Red),
        drill: transfer.drill,
    };
    let task = NewTask {
        post,
        unit: None,
        title,
        text: report.note.clone(),
        form: Form::Plain,
        due_at: draft.now + VISIT,
        sign: Sign::AtOnce,
    };
    draft.give(&giving, vec![task])?;
    Ok(())
}

impl Transfer {
    /// Returns what the place is called from which people are moved.
    pub fn place(&self, board: &Board) -> CompactString {
        let point = self.from.risk_point.as_ref().and_then(|id| board.sites.get(id));
        match point {
            Some(site) => site.name.clone(),
            None if !self.from.place.is_empty() => self.from.place.clone(),
            None => board.areas.name(self.from.area),
        }
    }
}
