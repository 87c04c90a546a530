//! Responses (应急响应) Ⅳ–Ⅰ: proposed by rules, decided by a person, turned into tasks by a plan.
//!
//! A response's level is not a warning's colour: rules only propose. Invariant: of one family of hazards at most one
//! response is open over any area, and no task of a level that is not in force stays open.

mod asked;
mod check;
mod fault;
mod grade;
mod order;
mod plan;
mod propose;
mod rounds;
mod step;
mod summary;

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    area::Extent,
    board::Board,
    event::{Entry, ResponseEvent, ResponseLevelled, ResponseStarted, ResponseTicked},
    ids::{AreaCode, ProposalId, ResponseId, WarningId},
    task::{Cause, Task},
    time::Timestamp,
};

pub use self::{
    asked::Gap,
    fault::ResponseFault,
    grade::{Grade, NotAGrade},
    order::Order,
    plan::{Check, Demand, OnPost, Plan, PlanTask, Plans, Round, Rule, Trigger},
    propose::{Prompt, Proposal, Verdict},
    step::{
        DecideProposal, EndResponse, Propose, ResponseStep, SetLevel, StartResponse, Take, Tick,
    },
    summary::{Light, Summary, Tally, light},
};
pub(super) use self::{propose::take_up, step::decide};

/// One act of those who decide: started, raised, lowered, ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub at: Timestamp,
    pub by: CompactString,
    /// `None` before the start.
    pub from: Option<Grade>,
    /// `None` after the end.
    pub to: Option<Grade>,
    pub scope: BTreeSet<AreaCode>,
    pub order: Order,
    /// Why it ended although conditions were open.
    pub reason: CompactString,
}

/// A line of one of a response's checklists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// What the command centre sees to.
    Check(CompactString),
    /// What has to be so before the end.
    Condition(CompactString),
}

/// Who ticked it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    pub at: Timestamp,
    pub by: CompactString,
    pub note: CompactString,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    pub id: ResponseId,
    /// As it was at the start.
    pub plan: Plan,
    /// The last level, also after the end.
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    pub drill: bool,
    /// 1 as it was started; one more with each change of level or scope and with the end.
    pub revision: u32,
    /// Oldest first; the first is the start.
    pub acts: Vec<Act>,
    pub ticks: BTreeMap<Item, Ticked>,
    pub ended_at: Option<Timestamp>,
}

impl Response {
    fn started(started: &ResponseStarted, entry: &Entry) -> Self {
        let ResponseStarted { id, plan, level, scope, drill, order } = started.clone();
        let act = Act {
            at: entry.at,
            by: entry.actor.clone(),
            from: None,
            to: Some(level),
            scope: scope.clone(),
            order,
            reason: CompactString::default(),
        };
        let (acts, ticks) = (vec![act], BTreeMap::new());
        let plan = *plan;
        Self { id, plan, level, scope, drill, revision: 1, acts, ticks, ended_at: None }
    }

    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Returns what it is called: Ⅱ级防汛应急响应.
    pub fn title(&self) -> String {
        self.plan.named(self.level)
    }

    pub fn extent(&self) -> Extent {
        Extent { whole: self.scope.clone(), ..Extent::default() }
    }

    pub fn started_at(&self) -> Option<Timestamp> {
        self.acts.first().map(|act| act.at)
    }

    /// Tells whether somebody with `area` sees it.
    pub fn concerns(&self, area: AreaCode) -> bool {
        self.extent().touches(area)
    }

    pub fn conditions(&self) -> impl Iterator<Item = Item> {
        self.plan.end.iter().cloned().map(Item::Condition)
    }

    pub fn checks(&self) -> impl Iterator<Item = Item> {
        self.plan.checks_at(self.level).cloned().map(Item::Check)
    }

    fn open_conditions(&self) -> usize {
        self.conditions().filter(|item| !self.ticks.contains_key(item)).count()
    }

    fn overlaps(&self, scope: &BTreeSet<AreaCode>) -> bool {
        let meets = |one: &AreaCode, other: &AreaCode| one.contains(*other) || other.contains(*one);
        scope.iter().any(|area| self.scope.iter().any(|own| meets(own, area)))
    }

    fn act(&mut self, entry: &Entry, to: Option<Grade>, order: &Order, reason: &CompactString) {
        self.acts.push(Act {
            at: entry.at,
            by: entry.actor.clone(),
            from: Some(self.level),
            to,
            scope: self.scope.clone(),
            order: order.clone(),
            reason: reason.clone(),
        });
    }

    fn levelled(&mut self, levelled: &ResponseLevelled, entry: &Entry) {
        self.scope = levelled.scope.clone();
        self.act(entry, Some(levelled.to), &levelled.order, &CompactString::default());
        self.level = levelled.to;
        self.revision = levelled.revision;
    }

    fn ticked(&mut self, ticked: &ResponseTicked, entry: &Entry) {
        if ticked.ticked {
            let (at, by, note) = (entry.at, entry.actor.clone(), ticked.note.clone());
            self.ticks.insert(ticked.item.clone(), Ticked { at, by, note });
        } else {
            self.ticks.remove(&ticked.item);
        }
    }
}

/// The plans, what they propose, and every response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responses {
    plans: Plans,
    by_id: BTreeMap<ResponseId, Response>,
    proposals: BTreeMap<ProposalId, Proposal>,
}

impl Responses {
    pub fn plans(&self) -> &Plans {
        &self.plans
    }

    pub fn get(&self, id: ResponseId) -> Option<&Response> {
        self.by_id.get(&id)
    }

    /// Returns every response in the order in which they were started.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Response> {
        self.by_id.values()
    }

    pub fn open(&self) -> impl Iterator<Item = &Response> {
        self.iter().filter(|response| response.is_open())
    }

    pub fn proposal(&self, id: ProposalId) -> Option<&Proposal> {
        self.proposals.get(&id)
    }

    /// Returns every proposal in the order in which they were made.
    pub fn proposals(&self) -> impl DoubleEndedIterator<Item = &Proposal> {
        self.proposals.values()
    }

    /// Returns the names of the rounds of reports that open responses ask for, each with who asks for it: what
    /// holds rounds follows this.
    pub fn rounds(&self) -> impl Iterator<Item = (&Response, &CompactString)> {
        self.open().flat_map(|response| {
            response.plan.rounds_at(response.level).map(move |name| (response, name))
        })
    }

    /// Returns the open response that taking `proposal` up changes; `None` where it starts one.
    pub fn changed_by(&self, proposal: &Proposal) -> Option<&Response> {
        self.overlapping((&proposal.plan, proposal.drill), &proposal.scope, None)
    }

    /// Returns an open response of a plan that holds somewhere in `scope`, other than `apart`.
    fn overlapping(
        &self,
        (plan, drill): (&str, bool),
        scope: &BTreeSet<AreaCode>,
        apart: Option<ResponseId>,
    ) -> Option<&Response> {
        self.open().find(|response| {
            (&*response.plan.id, response.drill) == (plan, drill)
                && response.overlaps(scope)
                && Some(response.id) != apart
        })
    }

    pub(super) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn next_proposal(&self) -> u64 {
        self.proposals.last_key_value().map_or(0, |(id, _)| id.0) + 1
    }

    pub(super) fn apply(&mut self, event: &ResponseEvent, entry: &Entry) {
        match event {
            ResponseEvent::PlansAdopted(adopted) => self.plans = adopted.plans.clone(),
            ResponseEvent::ResponseProposed(proposed) => self.propose(proposed, entry),
            ResponseEvent::ResponseProposalDecided(decided) => {
                self.decide_proposal(decided, entry);
            }
            ResponseEvent::ResponseStarted(started) => {
                self.by_id.insert(started.id, Response::started(started, entry));
                self.meet_proposals(started.id, entry);
            }
            ResponseEvent::ResponseLevelled(levelled) => {
                self.change(levelled.id, |response| response.levelled(levelled, entry));
                self.meet_proposals(levelled.id, entry);
            }
            ResponseEvent::ResponseTicked(ticked) => {
                self.change(ticked.id, |response| response.ticked(ticked, entry));
            }
            ResponseEvent::ResponseEnded(ended) => self.change(ended.id, |response| {
                response.act(entry, None, &ended.order, &ended.reason);
                response.revision = ended.revision;
                response.ended_at = Some(entry.at);
            }),
        }
    }

    /// Lets go of what a warning made the rules propose: it is over.
    pub(super) fn lapse(&mut self, warning: WarningId, at: Timestamp) {
        let waiting = self.proposals.values_mut().filter(|proposal| proposal.is_waiting());
        for proposal in waiting.filter(|proposal| proposal.prompt == Prompt::Warning(warning)) {
            proposal.verdict = Some(Verdict::Lapsed { at });
        }
    }

    fn change(&mut self, id: ResponseId, change: impl FnOnce(&mut Response)) {
        match self.by_id.get_mut(&id) {
            Some(response) => change(response),
            None => debug_assert!(false, "an unknown response was changed"),
        }
    }
}

impl Board {
    /// Returns the tasks that a response has given, oldest first.
    pub fn tasks_of(&self, response: ResponseId) -> impl Iterator<Item = &Task> {
        self.tasks.of(&Cause::Response(response))
    }

    /// Returns every breach of what must always hold of responses.
    pub(super) fn response_breaches(&self) -> impl Iterator<Item = String> {
        let nowhere = self.responses.open().filter(|response| response.scope.is_empty());
        let nowhere = nowhere.map(|response| format!("{}: open and nowhere", response.id));
        let twice = self.responses.open().filter(|response| {
            let mut others = self.responses.open().filter(|other| other.id < response.id);
            others.any(|other| {
                (&other.plan.id, other.drill) == (&response.plan.id, response.drill)
                    && other.overlaps(&response.scope)
            })
        });
        let twice = twice.map(|response| format!("{}: a second one of its family", response.id));
        let idle = self.responses.iter().flat_map(|response| {
            let open = self.tasks_of(response.id).filter(|task| task.is_open());
            open.filter(|task| !response.is_open() || !response.asks(task))
                .map(|task| format!("{}: open, and {} does not ask for it", task.id, response.id))
        });
        nowhere.chain(twice).chain(idle).chain(self.round_breaches())
    }
}
