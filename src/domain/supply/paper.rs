//! The written order (书面调拨指令): supplies leave on somebody's word at once, and the paper follows in time.

use compact_str::{CompactString, format_compact};

use super::{
    SupplyFault,
    movement::Movement,
    step::{named, unchanged},
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{Event, SupplyPaperDue, SupplyPaperGiven, SupplyPaperOverdue},
    ids::{MovementId, PostId, TaskId},
    rejection::Rejection,
    task::{Cause, Form, Giving, NewTask, Outcome, Sign},
    unit::short,
};

/// The number of the written order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivePaper {
    pub movement: MovementId,
    pub paper: CompactString,
    pub revision: Option<u64>,
}

/// Decides that the written order is there; its number is given once.
pub(super) fn give(
    board: &Board,
    actor: &Actor,
    given: &GivePaper,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Dispatch)?;
    let movement = named(board, actor, given.movement)?;
    unchanged(movement, given.revision)?;
    short(&given.paper, "paper")?;
    if let Some(paper) = movement.paper.clone() {
        return Err(SupplyFault::PaperGiven { movement: movement.id, paper }.into());
    }
    draft.push(Event::from(SupplyPaperGiven {
        id: movement.id,
        area: movement.area,
        to_area: movement.to_area,
        paper: given.paper.trim().into(),
        late: movement.paper_due().is_some_and(|due| due < draft.now),
    }));
    let task = movement.paper_task.and_then(|id| board.tasks.get(id));
    if let Some(task) = task.filter(|task| task.is_open()) {
        let note = format!("书面指令 {}", given.paper.trim());
        draft.complete(task, Outcome { note, ..Outcome::default() });
    }
    Ok(draft.finish(Reply::Movement { id: movement.id }))
}

impl Draft<'_> {
    /// Starts the clock: supplies leave on somebody's word. Whoever has to bring the paper is called when it is late.
    pub(super) fn ask_for_paper(&mut self, movement: &Movement) -> Result<(), Rejection> {
        let task = self.paper_task(movement)?;
        let (id, due_at) = (movement.id, movement.paper_due);
        let (area, to_area) = (movement.area, movement.to_area);
        self.push(Event::from(SupplyPaperDue { id, area, to_area, due_at, task }));
        Ok(())
    }

    fn paper_task(&mut self, movement: &Movement) -> Result<Option<TaskId>, Rejection> {
        let (board, due_at) = (self.board, movement.paper_due);
        let duty = board.supplies.rules().paper_duty.clone();
        let post = board.jurisdiction().map(|area| PostId { area, duty });
        let Some(post) = post.filter(|post| board.roster.get(post).is_some()) else {
            return Ok(None);
        };
        let depot = board.sites.get(&movement.depot).map(|site| site.name.clone());
        let depot = depot.unwrap_or_else(|| movement.depot.as_str().into());
        let title = format_compact!("补调拨单 {} 的书面指令", movement.id);
        let whose = match movement.ordered_by.as_str() {
            "" => String::new(),
            name => format!("{name}的"),
        };
        let text =
            format!("{depot}的物资已按{whose}口头指令出库，须在时限内补书面调拨指令，并登记文号。");
        let giving = Giving {
            cause: movement.incident.map(Cause::Incident),
            on_word_of: movement.ordered_by.clone(),
            subject: title.clone(),
            text: text.clone(),
            severity: None,
            drill: movement
                .incident
                .and_then(|id| board.incidents.get(id))
                .is_some_and(|incident| incident.drill),
        };
        let sign = Sign::Unless(due_at);
        let task = NewTask { post, unit: None, title, text, form: Form::Plain, due_at, sign };
        Ok(self.give(&giving, vec![task])?.first().copied())
    }

    /// Notes that the paper is late. Calling whoever has to bring it is his task's.
    pub(super) fn miss_paper(&mut self, movement: &Movement) {
        let (id, due_at) = (movement.id, movement.paper_due);
        let (area, to_area) = (movement.area, movement.to_area);
        self.push(Event::from(SupplyPaperOverdue { id, area, to_area, due_at }));
    }
}
