//! The way home: a leader lets people go, somebody sees them home, and their places are free again.

use std::time::Duration;

use compact_str::{CompactString, format_compact};

use super::{EvacuationFault, Stage, Transfer, report};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    decision::Draft,
    event::{EvacuationEnded, TransferReturned, TransferReturning},
    ids::{EvacuationId, TransferId},
    rejection::Rejection,
    roster::change::known_area,
    task::{Cause, Form, Giving, NewTask, Outcome, Sign, Task},
};

/// How long people have to be home again.
const HOME: Duration = Duration::from_secs(24 * 3_600);
/// Longest name of whoever permits it, in characters.
const NAME_LIMIT: usize = 60;

/// Lets the people of an evacuation go home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitReturn {
    pub evacuation: EvacuationId,
    /// Who has permitted it.
    pub permitted_by: CompactString,
    pub note: String,
}

pub(super) fn permit(
    board: &Board,
    actor: &Actor,
    permit: &PermitReturn,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Instruct)?;
    let unknown = EvacuationFault::Unknown(permit.evacuation);
    let evacuation = board.evacuations.get(permit.evacuation).ok_or(unknown)?;
    known_area(board, actor, evacuation.area)?;
    if evacuation.ended.is_some() {
        return Err(EvacuationFault::Over(evacuation.id).into());
    }
    if permit.permitted_by.trim().is_empty() {
        return Err(Rejection::Empty { field: "permitted_by" });
    }
    if permit.permitted_by.chars().count() > NAME_LIMIT {
        return Err(Rejection::TooLong { field: "permitted_by", limit: NAME_LIMIT });
    }
    report::short(&permit.note, "note")?;
    let cause = Cause::Evacuation(evacuation.id);
    let transfers: Vec<&Transfer> = board.evacuations.transfers_of(evacuation).collect();
    let why: CompactString = "允许返回，转移结束".into();
    for transfer in transfers.iter().filter(|transfer| transfer.stage == Stage::Running) {
        draft.push(report::ended(transfer, true, why.to_string()));
    }
    let open: Vec<&Task> = board.tasks.of(&cause).filter(|task| task.is_open()).collect();
    draft.withdraw_tasks(&open, &why);
    draft.push(EvacuationEnded {
        id: evacuation.id,
        area: evacuation.area,
        permitted_by: permit.permitted_by.clone(),
        note: permit.note.clone(),
    });
    let away = transfers.into_iter().filter(|transfer| transfer.has_people_away()).collect();
    see_home(board, permit, away, (cause, evacuation.drill), draft)
}

fn see_home(
    board: &Board,
    permit: &PermitReturn,
    away: Vec<&Transfer>,
    (cause, drill): (Cause, bool),
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let task = |transfer: &&Transfer| {
        let (id, people) = (transfer.id, transfer.numbers.moved);
        let title = format_compact!("组织{}{people}人安全返回", transfer.place(board));
        NewTask {
            post: transfer.post.clone(),
            unit: None,
            title,
            text: permit.note.clone(),
            form: Form::Return { transfer: id, people },
            due_at: draft.now + HOME,
            sign: Sign::AtOnce,
        }
    };
    let tasks: Vec<NewTask> = away.iter().map(task).collect();
    let giving = Giving {
        cause: Some(cause),
        on_word_of: permit.permitted_by.clone(),
        subject: "允许转移群众返回".into(),
        text: permit.note.clone(),
        severity: None,
        drill,
    };
    let given = draft.give(&giving, tasks)?;
    for (transfer, task) in away.into_iter().zip(given) {
        draft.push(TransferReturning {
            id: transfer.id,
            area: transfer.from.area,
            to: transfer.to.clone(),
            to_area: transfer.to_area,
            task,
        });
    }
    Ok(())
}

/// Decides that those of a transfer have left the shelter: all of them, or so many.
pub(in crate::domain) fn returned(
    board: &Board,
    actor: &Actor,
    (id, people, note): (TransferId, Option<u32>, &str),
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let (transfer, _) = report::seen(board, actor, id, Capability::Dispatch, draft)?;
    if transfer.stage != Stage::Returning {
        let (transfer, stage) = (transfer.id, transfer.stage);
        return Err(EvacuationFault::TransferOver { transfer, stage }.into());
    }
    report::short(note, "note")?;
    let moved = transfer.numbers.moved;
    let people = people.unwrap_or(moved);
    if people > moved {
        return Err(EvacuationFault::MoreThanPlanned { said: people, people: moved }.into());
    }
    if people < moved && note.trim().is_empty() {
        return Err(EvacuationFault::Unexplained { moved: people, people: moved }.into());
    }
    draft.push(TransferReturned {
        id,
        area: transfer.from.area,
        to: transfer.to.clone(),
        to_area: transfer.to_area,
        people,
        note: note.to_owned(),
    });
    let task = transfer.returning.and_then(|id| board.tasks.get(id));
    if let Some(task) = task.filter(|task| task.is_open()) {
        let outcome = Outcome { note: note.to_owned(), count: Some(people), ..Outcome::default() };
        draft.complete(task, outcome);
    }
    Ok(())
}
