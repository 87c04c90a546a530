//! Proposals (启动建议): what rules, or somebody at the desk, hold that the county should respond with.
//!
//! Invariant: a proposal does nothing. It says why, and is decided once, or lapses with the warning that prompted it.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Grade, Plan, Responses, Take, Trigger, step};
use crate::domain::{
    actor::Actor,
    area::Extent,
    board::Board,
    decision::Draft,
    event::{
        Entry, Event, GaugeCrossed, IncidentEvent, ResponseProposalDecided, ResponseProposed,
        WarningAccepted,
    },
    ids::{AreaCode, IncidentId, Level, ProposalId, ResponseId, SiteId, WarningId},
    incident::Particulars,
    rejection::Rejection,
    site::Facts,
    time::Timestamp,
    warning::Life,
};

/// What a proposal is prompted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    Warning(WarningId),
    Gauge(SiteId),
    Incident(IncidentId),
    /// Somebody at the desk has prepared it.
    ByHand,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A response was started or changed that does as much, or it was taken up otherwise.
    Taken {
        by: CompactString,
        at: Timestamp,
        response: ResponseId,
    },
    Refused {
        by: CompactString,
        at: Timestamp,
        reason: CompactString,
    },
    /// A graver or wider one stands in its place.
    Replaced {
        by: ProposalId,
    },
    /// The warning that prompted it is over.
    Lapsed {
        at: Timestamp,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: ProposalId,
    /// Id of the plan.
    pub plan: CompactString,
    pub level: Grade,
    pub scope: BTreeSet<AreaCode>,
    pub drill: bool,
    pub prompt: Prompt,
    pub why: String,
    pub at: Timestamp,
    pub by: CompactString,
    /// `None` while somebody has to decide.
    pub verdict: Option<Verdict>,
}

/// What something that has happened makes a rule propose.
struct Prompted<'b> {
    plan: &'b Plan,
    level: Grade,
    scope: BTreeSet<AreaCode>,
    drill: bool,
    prompt: Prompt,
    why: String,
}

impl Proposal {
    pub fn is_waiting(&self) -> bool {
        self.verdict.is_none()
    }

    /// Tells whether a response of this family, level and scope does as much as it proposes.
    fn is_met(&self, plan: &str, drill: bool, level: Grade, scope: &BTreeSet<AreaCode>) -> bool {
        let like = self.plan == plan && self.drill == drill;
        like && !self.level.is_graver_than(level) && covers(scope, &self.scope)
    }
}

impl Prompted<'_> {
    fn is_met(&self, plan: &str, drill: bool, level: Grade, scope: &BTreeSet<AreaCode>) -> bool {
        let like = self.plan.id == plan && self.drill == drill;
        like && !self.level.is_graver_than(level) && covers(scope, &self.scope)
    }
}

impl Responses {
    pub(super) fn propose(&mut self, proposed: &ResponseProposed, entry: &Entry) {
        let ResponseProposed { id, plan, level, scope, drill, prompt, why } = proposed.clone();
        let waiting = self.proposals.values_mut().filter(|proposal| proposal.is_waiting());
        for proposal in waiting.filter(|known| known.is_met(&plan, drill, level, &scope)) {
            proposal.verdict = Some(Verdict::Replaced { by: id });
        }
        let (at, by) = (entry.at, entry.actor.clone());
        let verdict = None;
        let proposal = Proposal { id, plan, level, scope, drill, prompt, why, at, by, verdict };
        self.proposals.insert(id, proposal);
    }

    pub(super) fn decide_proposal(&mut self, decided: &ResponseProposalDecided, entry: &Entry) {
        let Some(proposal) = self.proposals.get_mut(&decided.id) else {
            debug_assert!(false, "an unknown proposal was decided");
            return;
        };
        let (by, at) = (entry.actor.clone(), entry.at);
        proposal.verdict = Some(match decided.response {
            Some(response) => Verdict::Taken { by, at, response },
            None => Verdict::Refused { by, at, reason: decided.reason.clone() },
        });
    }

    /// Notes the proposals that a response, as it is now, does as much as.
    pub(super) fn meet_proposals(&mut self, response: ResponseId, entry: &Entry) {
        let Some(met) = self.by_id.get(&response) else { return };
        let waiting = self.proposals.values_mut().filter(|proposal| proposal.is_waiting());
        for proposal in
            waiting.filter(|known| known.is_met(&met.plan.id, met.drill, met.level, &met.scope))
        {
            let (by, at) = (entry.actor.clone(), entry.at);
            proposal.verdict = Some(Verdict::Taken { by, at, response });
        }
    }
}

impl Draft<'_> {
    /// Proposes what the rules hold of the events so far.
    pub(in crate::domain) fn propose_responses(&mut self) {
        let board = self.board;
        if board.responses.plans.plans.is_empty() {
            return;
        }
        let over: BTreeSet<WarningId> = self.events().iter().filter_map(ended).collect();
        let prompted: Vec<_> = self.events().iter().filter_map(|e| board.prompted(e)).collect();
        let mut made: Vec<Prompted<'_>> = Vec::new();
        for new in prompted {
            let among = |other: &Prompted<'_>| {
                new.is_met(&other.plan.id, other.drill, other.level, &other.scope)
            };
            if !board.is_known(&new, &over) && !made.iter().any(among) {
                made.push(new);
            }
        }
        for Prompted { plan, level, scope, drill, prompt, why } in made {
            let (id, plan) = (self.take_proposal(), plan.id.clone());
            self.push(ResponseProposed { id, plan, level, scope, drill, prompt, why });
        }
    }
}

impl Board {
    /// Tells whether a response does as much already, or a proposal says as much.
    fn is_known(&self, new: &Prompted<'_>, over: &BTreeSet<WarningId>) -> bool {
        let mut open = self.responses.open();
        open.any(|known| new.is_met(&known.plan.id, known.drill, known.level, &known.scope))
            || self.responses.proposals().any(|known| {
                let lapses = matches!(&known.prompt, Prompt::Warning(id) if over.contains(id));
                // What was decided about an incident is not asked again with every change of its report; water
                // rises more than once.
                let decided = match new.prompt {
                    Prompt::Warning(_) | Prompt::Incident(_) => new.prompt == known.prompt,
                    Prompt::Gauge(_) | Prompt::ByHand => false,
                };
                (known.is_waiting() || decided)
                    && !lapses
                    && new.is_met(&known.plan, known.drill, known.level, &known.scope)
            })
    }

    fn prompted(&self, event: &Event) -> Option<Prompted<'_>> {
        if let Event::WarningAccepted(accepted) = event {
            self.prompted_by_warning(accepted)
        } else if let Event::GaugeCrossed(crossed) = event {
            self.prompted_by_gauge(crossed)
        } else if let Event::Incident(IncidentEvent::IncidentReceived(received)) = event {
            self.prompted_by_incident(received.id, &received.particulars, received.drill)
        } else if let Event::Incident(IncidentEvent::IncidentEdited(edited)) = event {
            let known = self.incidents.get(edited.id).filter(|incident| incident.is_open())?;
            self.prompted_by_incident(edited.id, &edited.particulars, known.drill)
        } else {
            None
        }
    }

    fn prompted_by_warning(&self, accepted: &WarningAccepted) -> Option<Prompted<'_>> {
        let message = &accepted.message;
        if accepted.life != Life::Active || !message.status.calls_people() {
            return None;
        }
        let rule = self.suggestions.rules().fitting(message)?;
        Some(Prompted {
            plan: self.responses.plans.of_event(message.event_code.as_ref()?)?,
            level: Grade::try_from(rule.response).ok()?,
            scope: townships(&accepted.extent),
            drill: message.status.is_drill(),
            prompt: Prompt::Warning(accepted.id),
            why: rule.why.clone(),
        })
    }

    fn prompted_by_gauge(&self, crossed: &GaugeCrossed) -> Option<Prompted<'_>> {
        let mark = crossed.to.filter(|to| Some(*to) > crossed.from)?;
        let site = self.sites.get(&crossed.gauge)?;
        let Facts::Gauge(gauge) = &site.facts else { return None };
        let mut rules = self.responses.plans.plans.iter().flat_map(|plan| {
            let own = plan.rules.iter().filter(|rule| rule.when == Trigger::Gauge(mark));
            own.map(move |rule| (plan, rule))
        });
        let (plan, rule) = rules.next()?;
        let guards: BTreeSet<AreaCode> = gauge.guards.iter().copied().collect();
        let whole = if guards.is_empty() { BTreeSet::from([site.area]) } else { guards };
        Some(Prompted {
            plan,
            level: rule.level,
            scope: townships(&Extent { whole, ..Extent::default() }),
            drill: crossed.exercise,
            prompt: Prompt::Gauge(crossed.gauge.clone()),
            why: format!("{}达到{}：{}", site.name, mark.zh(), rule.why),
        })
    }

    fn prompted_by_incident(
        &self,
        id: IncidentId,
        particulars: &Particulars,
        drill: bool,
    ) -> Option<Prompted<'_>> {
        let level = Grade::try_from(particulars.level?).ok()?;
        let plan = self.responses.plans.of_event(&particulars.kind)?;
        let fitting = plan.rules.iter().filter_map(|rule| match rule.when {
            Trigger::Incident(least) if !least.is_graver_than(level) => Some((least, rule)),
            Trigger::Incident(_) | Trigger::Gauge(_) => None,
        });
        let (_, rule) = fitting.min_by_key(|(least, _)| *least)?;
        let place = particulars.place.area;
        Some(Prompted {
            plan,
            level: rule.level,
            scope: townships(&Extent::of(place)),
            drill,
            prompt: Prompt::Incident(id),
            why: format!("{}：{}", self.areas.name(place), rule.why),
        })
    }
}

/// Takes up the response that a warning suggests, turns it down, or leaves it to whoever decides the proposal.
pub(in crate::domain) fn take_up(
    board: &Board,
    actor: &Actor,
    (warning, taken, note): (WarningId, Option<Option<&Take>>, &CompactString),
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let prompt = Prompt::Warning(warning);
    let waiting = board.responses.proposals().rev().filter(|proposal| proposal.is_waiting());
    let mut waiting = waiting.filter(|proposal| proposal.prompt == prompt);
    let Some(proposal) = waiting.next() else { return Ok(()) };
    match taken {
        Some(Some(take)) => step::take(board, actor, proposal, take, draft).map(|_| ()),
        Some(None) => Ok(()),
        None => {
            let reason =
                if note.trim().is_empty() { "未采纳预警建议".into() } else { note.clone() };
            draft.push(ResponseProposalDecided { id: proposal.id, response: None, reason });
            Ok(())
        }
    }
}

/// Returns the townships that something is about, or what is wider and wholly meant.
fn townships(extent: &Extent) -> BTreeSet<AreaCode> {
    let partly = extent.partly.iter().filter(|area| area.level() >= Level::Township);
    let named: Vec<AreaCode> = extent.whole.iter().chain(partly).copied().collect();
    let named = if named.is_empty() { extent.named().collect() } else { named };
    pruned(named.into_iter().map(|area| area.at(Level::Township).unwrap_or(area)).collect())
}

/// Leaves out what lies in another area of the same scope.
pub(super) fn pruned(scope: BTreeSet<AreaCode>) -> BTreeSet<AreaCode> {
    // In order of code what lies in an area follows it.
    let mut areas: Vec<AreaCode> = scope.into_iter().collect();
    areas.dedup_by(|code, above| above.contains(*code));
    areas.into_iter().collect()
}

fn covers(scope: &BTreeSet<AreaCode>, other: &BTreeSet<AreaCode>) -> bool {
    other.iter().all(|area| scope.iter().any(|wide| wide.contains(*area)))
}

fn ended(event: &Event) -> Option<WarningId> {
    if let Event::WarningEnded(ended) = event { Some(ended.id) } else { None }
}
