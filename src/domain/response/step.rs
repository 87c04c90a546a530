//! Steps with responses: proposing, deciding, starting, changing the level, ticking, ending.

use std::collections::BTreeSet;

use compact_str::{CompactString, format_compact};

use super::{
    Grade, Item, Order, Plans, Prompt, Proposal, Response, ResponseFault,
    check::{checked_scope, free_number, giving, open, plan, seen, within},
    propose::pruned,
    rounds::Standing,
};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::Reply,
    decision::{Decision, Draft},
    event::{
        PlansAdopted, ResponseEnded, ResponseLevelled, ResponseProposalDecided, ResponseProposed,
        ResponseStarted, ResponseTicked,
    },
    ids::{AreaCode, ProposalId, ResponseId},
    rejection::Rejection,
    task::Task,
};

/// What somebody does about responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseStep {
    AdoptPlans(Plans),
    Propose(Propose),
    Decide(DecideProposal),
    Start(StartResponse),
    SetLevel(SetLevel),
    Tick(Tick),
    End(EndResponse),
}

/// A response that the desk prepares, for whoever decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Propose {
    /// Id of the plan.
    pub plan: CompactString,
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    pub why: String,
    pub drill: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideProposal {
    pub proposal: ProposalId,
    /// How it is taken up; `None` turns it down.
    pub take: Option<Take>,
    /// Why it is turned down.
    pub reason: CompactString,
}

/// How a proposal is taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Other than what is proposed.
    pub level: Option<Grade>,
    pub scope: Option<BTreeSet<AreaCode>>,
    pub order: Order,
    /// That of the response which is open there already, if one is.
    pub revision: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartResponse {
    /// Id of the plan.
    pub plan: CompactString,
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    pub order: Order,
    pub drill: bool,
}

/// Raises or lowers a response, or changes where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLevel {
    pub response: ResponseId,
    pub revision: u32,
    pub level: Grade,
    /// `None`: as before.
    pub scope: Option<BTreeSet<AreaCode>>,
    pub order: Order,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub response: ResponseId,
    /// Of the conditions for the end; else of what the command centre sees to.
    pub condition: bool,
    /// From 1, in the order of the list as it stands.
    pub n: usize,
    pub ticked: bool,
    pub note: CompactString,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndResponse {
    pub response: ResponseId,
    pub revision: u32,
    pub order: Order,
    /// Why, where a condition is open.
    pub reason: CompactString,
}

/// Decides a step with responses.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &ResponseStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    let response = match step {
        ResponseStep::AdoptPlans(plans) => {
            adopt(board, actor, plans, &mut draft)?;
            return Ok(draft.finish(Reply::Done));
        }
        ResponseStep::Propose(wanted) => {
            let id = propose(board, actor, wanted, &mut draft)?;
            return Ok(draft.finish(Reply::Proposal { id, response: None }));
        }
        ResponseStep::Decide(wanted) => {
            let (id, response) = decide_proposal(board, actor, wanted, &mut draft)?;
            return Ok(draft.finish(Reply::Proposal { id, response }));
        }
        ResponseStep::Start(wanted) => start(board, actor, wanted, &mut draft)?,
        ResponseStep::SetLevel(wanted) => set_level(board, actor, wanted, &mut draft)?,
        ResponseStep::Tick(wanted) => tick(board, actor, wanted, &mut draft)?,
        ResponseStep::End(wanted) => end(board, actor, wanted, &mut draft)?,
    };
    Ok(draft.finish(Reply::Response { id: response }))
}

/// Decides that these are the plans; the same again are no news.
fn adopt(
    board: &Board,
    actor: &Actor,
    plans: &Plans,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    if let Some(fault) = plans.fault() {
        return Err(ResponseFault::Plans(fault).into());
    }
    if board.responses.plans() != plans {
        draft.push(PlansAdopted { plans: plans.clone() });
    }
    Ok(())
}

fn propose(
    board: &Board,
    actor: &Actor,
    wanted: &Propose,
    draft: &mut Draft<'_>,
) -> Result<ProposalId, Rejection> {
    require(actor, Capability::Dispatch)?;
    let plan = plan(board, &wanted.plan)?.id.clone();
    let scope = checked_scope(board, actor, &wanted.scope)?;
    let why = wanted.why.trim().to_owned();
    if why.is_empty() {
        return Err(Rejection::Empty { field: "why" });
    }
    within("why", &why)?;
    let (id, level, drill) = (draft.take_proposal(), wanted.level, wanted.drill);
    let prompt = Prompt::ByHand;
    draft.push(ResponseProposed { id, plan, level, scope, drill, prompt, why });
    Ok(id)
}

fn decide_proposal(
    board: &Board,
    actor: &Actor,
    wanted: &DecideProposal,
    draft: &mut Draft<'_>,
) -> Result<(ProposalId, Option<ResponseId>), Rejection> {
    require(actor, Capability::DecideResponse)?;
    let id = wanted.proposal;
    let proposal = board.responses.proposal(id).ok_or(ResponseFault::UnknownProposal(id))?;
    if let Some(area) = proposal.scope.iter().find(|area| !actor.sees(**area)) {
        return Err(Rejection::OutsideArea(*area));
    }
    if !proposal.is_waiting() {
        return Err(ResponseFault::Decided(id).into());
    }
    if let Some(take) = &wanted.take {
        let response = self::take(board, actor, proposal, take, draft)?;
        return Ok((id, Some(response)));
    }
    let reason: CompactString = wanted.reason.trim().into();
    if reason.is_empty() {
        return Err(Rejection::Empty { field: "reason" });
    }
    within("reason", &reason)?;
    draft.push(ResponseProposalDecided { id, response: None, reason });
    Ok((id, None))
}

/// Starts what is proposed, or changes the response of the same family that is open there.
pub(super) fn take(
    board: &Board,
    actor: &Actor,
    proposal: &Proposal,
    take: &Take,
    draft: &mut Draft<'_>,
) -> Result<ResponseId, Rejection> {
    let level = take.level.unwrap_or(proposal.level);
    let scope = take.scope.clone().unwrap_or_else(|| proposal.scope.clone());
    let (plan, drill) = (proposal.plan.clone(), proposal.drill);
    let response = match board.responses.overlapping((&plan, drill), &scope, None) {
        None => {
            let order = take.order.clone();
            start(board, actor, &StartResponse { plan, level, scope, order, drill }, draft)?
        }
        Some(open) => {
            let scope = Some(pruned(open.scope.union(&scope).copied().collect()));
            // One who has not seen the open response has not decided about it.
            let (response, revision) = (open.id, take.revision.unwrap_or(0));
            let order = take.order.clone();
            set_level(board, actor, &SetLevel { response, revision, level, scope, order }, draft)?
        }
    };
    let reason = CompactString::default();
    draft.push(ResponseProposalDecided { id: proposal.id, response: Some(response), reason });
    Ok(response)
}

fn start(
    board: &Board,
    actor: &Actor,
    wanted: &StartResponse,
    draft: &mut Draft<'_>,
) -> Result<ResponseId, Rejection> {
    require(actor, Capability::DecideResponse)?;
    let plan = plan(board, &wanted.plan)?;
    let scope = checked_scope(board, actor, &wanted.scope)?;
    let order = wanted.order.checked()?;
    let family = (&*plan.id, wanted.drill);
    if let Some(open) = board.responses.overlapping(family, &scope, None) {
        return Err(ResponseFault::Overlaps { response: open.id, level: open.level }.into());
    }
    free_number(board, &order, draft)?;
    let (level, drill) = (wanted.level, wanted.drill);
    let changes = board.changes((plan, level, &scope), std::iter::empty(), draft.now);
    if changes.give.is_empty() {
        let area = scope.first().copied().unwrap_or(AreaCode::UNSET);
        return Err(Rejection::NobodyObliged(area));
    }
    let id = draft.take_response();
    let giving = giving(board, (id, plan, level, drill), &scope, &order, "启动");
    let boxed = Box::new(plan.clone());
    let standing = Standing { id, plan, level: Some(level), scope: &scope, drill };
    draft.push(ResponseStarted { id, plan: boxed, level, scope: scope.clone(), drill, order });
    draft.give(&giving, changes.give)?;
    draft.hold_rounds(standing, &giving.subject);
    Ok(id)
}

fn set_level(
    board: &Board,
    actor: &Actor,
    wanted: &SetLevel,
    draft: &mut Draft<'_>,
) -> Result<ResponseId, Rejection> {
    require(actor, Capability::DecideResponse)?;
    let response = open(board, actor, wanted.response, wanted.revision)?;
    let scope = match &wanted.scope {
        Some(scope) => checked_scope(board, actor, scope)?,
        None => response.scope.clone(),
    };
    let order = wanted.order.checked()?;
    let (id, from, to) = (response.id, response.level, wanted.level);
    if from == to && scope == response.scope {
        return Err(ResponseFault::Same(id).into());
    }
    let (plan, drill) = (&response.plan, response.drill);
    if let Some(other) = board.responses.overlapping((&plan.id, drill), &scope, Some(id)) {
        return Err(ResponseFault::Overlaps { response: other.id, level: other.level }.into());
    }
    free_number(board, &order, draft)?;
    let changes = board.changes((plan, to, &scope), board.tasks_of(id), draft.now);
    let verb = if to.is_graver_than(from) {
        "提升为"
    } else if from.is_graver_than(to) {
        "降为"
    } else {
        "调整"
    };
    let giving = giving(board, (id, plan, to, drill), &scope, &order, verb);
    let revision = response.revision + 1;
    let standing = Standing { id, plan, level: Some(to), scope: &scope, drill };
    draft.push(ResponseLevelled { id, from, to, scope: scope.clone(), order, revision });
    draft.withdraw_tasks(&changes.withdraw, &giving.subject);
    draft.give(&giving, changes.give)?;
    draft.hold_rounds(standing, &giving.subject);
    Ok(id)
}

fn tick(
    board: &Board,
    actor: &Actor,
    wanted: &Tick,
    draft: &mut Draft<'_>,
) -> Result<ResponseId, Rejection> {
    require(actor, Capability::Dispatch)?;
    let response = seen(board, actor, wanted.response)?;
    if !response.is_open() {
        return Err(ResponseFault::Over(response.id).into());
    }
    let items: Vec<Item> = if wanted.condition {
        response.conditions().collect()
    } else {
        response.checks().collect()
    };
    let item = wanted.n.checked_sub(1).and_then(|index| items.get(index));
    let item = item.ok_or(ResponseFault::NoItem(wanted.n))?.clone();
    let note: CompactString = wanted.note.trim().into();
    within("note", &note)?;
    // The first tick stands, with who made it and when.
    if response.ticks.contains_key(&item) != wanted.ticked {
        let (id, ticked) = (response.id, wanted.ticked);
        draft.push(ResponseTicked { id, item, ticked, note });
    }
    Ok(response.id)
}

fn end(
    board: &Board,
    actor: &Actor,
    wanted: &EndResponse,
    draft: &mut Draft<'_>,
) -> Result<ResponseId, Rejection> {
    require(actor, Capability::DecideResponse)?;
    let response = open(board, actor, wanted.response, wanted.revision)?;
    let order = wanted.order.checked()?;
    free_number(board, &order, draft)?;
    let reason: CompactString = wanted.reason.trim().into();
    within("reason", &reason)?;
    let count = response.open_conditions();
    if count > 0 && reason.is_empty() {
        return Err(ResponseFault::ConditionsOpen { count }.into());
    }
    let tasks: Vec<&Task> = board.tasks_of(response.id).filter(|task| task.is_open()).collect();
    let said = format_compact!("终止{}", response.title());
    draft.withdraw_tasks(&tasks, &said);
    let Response { plan, scope, drill, .. } = response;
    let (id, revision) = (response.id, response.revision + 1);
    draft.hold_rounds(Standing { id, plan, level: None, scope, drill: *drill }, &said);
    draft.push(ResponseEnded { id, order, reason, revision });
    Ok(id)
}
