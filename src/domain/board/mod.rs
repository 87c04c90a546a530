//! The board: the state that the journal's events add up to, and the core's three verbs.
//!
//! `decide` may refuse and changes nothing; `apply` is total; `next_deadline` says when to ask again.

mod apply;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::Areas,
    assignment::{self, Assignments},
    bulletin::{self, Bulletins},
    callout::{self, callouts::Callouts},
    closure::{self, Closures},
    command::{Command, Reply},
    decision::{Decision, Draft},
    duty_reminder::{self, DutyReminders},
    evacuation::{self, Evacuations},
    event::Event,
    fence::{self, Fences},
    flaw::{self, Flaws},
    gauge::{self, Standings},
    handover::{self, Handovers},
    hole::{self, Holes},
    hotspot::{self, HotSpots},
    ids::{AreaCode, Duty, PostId, WarningId},
    incident::{self, Incidents},
    leave::{self, Leaves},
    person::People,
    reinforcement::{self, Reinforcements},
    rejection::Rejection,
    report::{self, Reports},
    response::{self, Responses},
    roster::{self, Calendar, DutyNow, Imports, Roster, Staffing},
    round::{self, Rounds},
    silence::{self, Silences},
    site::{self, Sites},
    spot_check::{self, SpotChecks},
    suggestion::{self, Suggestions},
    supply::{self, Supplies},
    swap::{self, Swaps},
    task::{self, Tasks},
    time::Timestamp,
    unit::{self, Units},
    verification::{self, Proofs},
    warning::{self, Life, Warning, Warnings},
};

/// The state of one jurisdiction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// Sequence number of the last event applied.
    pub seq: u64,
    jurisdiction: Option<AreaCode>,
    timezone: Option<Tz>,
    pub areas: Areas,
    pub people: People,
    /// Which ways to reach them have been shown to work.
    #[serde(default)]
    pub proofs: Proofs,
    pub roster: Roster,
    pub calendar: Calendar,
    #[serde(default)]
    pub units: Units,
    #[serde(default)]
    pub sites: Sites,
    #[serde(default)]
    pub supplies: Supplies,
    #[serde(default)]
    pub fences: Fences,
    #[serde(default)]
    pub gauges: Standings,
    #[serde(default)]
    pub silences: Silences,
    #[serde(default)]
    pub holes: Holes,
    /// Sequence number of the last event that changed what stands on the map, warnings and callouts apart.
    #[serde(default)]
    pub map_seq: u64,
    pub warnings: Warnings,
    pub bulletins: Bulletins,
    pub suggestions: Suggestions,
    pub callouts: Callouts,
    pub incidents: Incidents,
    pub assignments: Assignments,
    pub tasks: Tasks,
    pub closures: Closures,
    pub responses: Responses,
    pub evacuations: Evacuations,
    pub hot_spots: HotSpots,
    pub reports: Reports,
    pub rounds: Rounds,
    #[serde(default)]
    pub leaves: Leaves,
    #[serde(default)]
    pub swaps: Swaps,
    #[serde(default)]
    pub handovers: Handovers,
    #[serde(default)]
    pub flaws: Flaws,
    #[serde(default)]
    pub duty_reminders: DutyReminders,
    #[serde(default)]
    pub reinforcements: Reinforcements,
    #[serde(default)]
    pub spot_checks: SpotChecks,
    pub(super) overrides_added: u64,
    #[serde(default)]
    pub imports: Imports,
}

impl Board {
    /// Returns the area this board is about, once it has been set.
    pub fn jurisdiction(&self) -> Option<AreaCode> {
        self.jurisdiction
    }

    /// Returns the zone in which shifts change.
    pub fn timezone(&self) -> Tz {
        self.timezone.unwrap_or(Tz::Asia__Shanghai)
    }

    /// Tells who holds a post at `at`.
    pub fn on_duty<'a>(&self, staffing: &'a Staffing, at: Timestamp) -> DutyNow<'a> {
        staffing.on_duty(&self.calendar, self.timezone(), at)
    }

    /// Decides what `command` makes happen at `now`, changing nothing.
    pub fn decide(
        &self,
        actor: &Actor,
        command: &Command,
        now: Timestamp,
    ) -> Result<Decision, Rejection> {
        let mut draft = Draft::new(self, now);
        match command {
            Command::SetJurisdiction { area, timezone } => {
                return self.set_jurisdiction(actor, *area, *timezone, draft);
            }
            Command::AdoptPolicies(set) => callout::check::adopt(self, actor, set, &mut draft)?,
            Command::SetLines(lines) => callout::check::set_lines(self, actor, lines, &mut draft)?,
            Command::SaveAreas(areas) => super::area::save(self, actor, areas, &mut draft)?,
            Command::Roster(step) => return roster::change::decide(self, actor, step, draft),
            Command::SaveUnits(units) => unit::save(self, actor, units, &mut draft)?,
            Command::RemoveUnit(id) => unit::remove(self, actor, id, &mut draft)?,
            Command::SaveSites(sites) => site::save(self, actor, sites, &mut draft)?,
            Command::RemoveSite(id) => site::remove(self, actor, id, &mut draft)?,
            Command::Supply(step) => return supply::decide(self, actor, step, draft),
            Command::AcceptWarning { message, original } => {
                return warning::accept::decide(self, actor, message, original, draft);
            }
            Command::OpenCallout(open) => {
                return callout::open::decide(self, actor, open, draft);
            }
            Command::WithdrawCallout { callout, note } => {
                callout::withdraw::decide(self, actor, *callout, note, &mut draft)?;
            }
            Command::Answer(given) => return callout::answer::decide(self, actor, given, draft),
            Command::RecordAttempt { attempt, outcome } => {
                require(actor, Capability::ReportReceipts)?;
                return callout::report::decide(self, *attempt, outcome, draft);
            }
            Command::RepeatAttempt(attempt) => {
                require(actor, Capability::ReportReceipts)?;
                callout::elapse::repeat(self, *attempt, &mut draft)?;
            }
            Command::AdoptRules(rules) => suggestion::adopt(self, actor, rules, &mut draft)?,
            Command::DecideSuggestion(wanted) => {
                return suggestion::decide(self, actor, wanted, draft);
            }
            Command::Bulletin(step) => return bulletin::decide(self, actor, step, draft),
            Command::Incident(step) => return incident::decide(self, actor, step, draft),
            Command::Assignment(step) => return assignment::decide(self, actor, step, draft),
            Command::Task(step) => return task::decide(self, actor, step, draft),
            Command::Road(step) => return closure::decide(self, actor, step, draft),
            Command::Response(step) => return response::decide(self, actor, step, draft),
            Command::Evacuation(step) => return evacuation::decide(self, actor, step, draft),
            Command::HotSpot(step) => return hotspot::decide(self, actor, step, draft),
            Command::Report(step) => return report::decide(self, actor, step, draft),
            Command::Leave(step) => return leave::decide(self, actor, step, draft),
            Command::SignHandover(sign) => return handover::decide(self, actor, sign, draft),
            Command::Swap(step) => return swap::decide(self, actor, step, draft),
            Command::Reinforce(step) => return reinforcement::decide(self, actor, step, draft),
            Command::Round(step) => return round::decide(self, actor, step, draft),
            Command::NoteGauge(seen) => return gauge::note::decide(self, actor, seen, draft),
            Command::NoteSilence(silent) => silence::begin(self, actor, silent, &mut draft)?,
            Command::NoteHeard(heard) => silence::end(self, actor, heard, &mut draft)?,
            Command::NoteCoverage(step) => hole::decide(self, actor, step, &mut draft)?,
            Command::NoteFlaws(look) => flaw::decide(self, actor, look, &mut draft)?,
            Command::RemindOfDuties(coming) => {
                duty_reminder::decide(self, actor, coming, &mut draft)?;
            }
            Command::TestContacts(wanted) => {
                return verification::decide(self, actor, wanted, draft);
            }
            Command::DrawLot(lot) => spot_check::decide(self, actor, lot, &mut draft)?,
            Command::NoteCrossings(seen) => fence::note(self, actor, seen, &mut draft)?,
            Command::NoteAccess(change) => draft.push(Event::AccessChanged(change.clone())),
            Command::AcceptLoss(loss) => draft.push(Event::LossAccepted(loss.clone())),
            Command::Elapse => draft.elapse_all(),
        }
        Ok(draft.finish(Reply::Done))
    }

    /// Returns when [`Command::Elapse`] next has an effect; in the past when it has one now.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let expiry = self.warnings.next_expiry();
        let callouts = self.callouts.next_deadline().into_iter().chain(expiry);
        let work = self.assignments.next_deadline().into_iter().chain(self.tasks.next_deadline());
        let work = work.chain(self.supplies.next_deadline()).chain(self.rounds.next_deadline());
        callouts
            .chain(work)
            .chain(self.swaps.next_deadline())
            .chain(self.handovers.next_deadline())
            .chain(self.spot_checks.next_deadline())
            .min()
    }

    /// Derives what a snapshot leaves out.
    pub fn rebuild(&mut self) {
        self.callouts.rebuild();
        self.assignments.rebuild();
        self.tasks.rebuild();
        self.supplies.rebuild();
        self.evacuations.rebuild();
        self.hot_spots.rebuild();
    }

    /// Returns every breach of what must always hold; empty on a sound board.
    pub fn breaches(&self) -> Vec<String> {
        let in_force = |id| self.warnings.get(id).is_some_and(|w| w.life == Life::Active);
        let orphans = self.callouts.open().filter(|callout| !callout.warning.is_none_or(in_force));
        let orphans = orphans.map(|callout| format!("{}: its warning is over", callout.id));
        let callouts = self.callouts.breaches(!self.roster.is_empty()).into_iter().chain(orphans);
        let work = self.assignments.breaches().into_iter().chain(self.tasks.breaches());
        let work = work.chain(self.supplies.breaches()).chain(self.response_breaches());
        let people = self.evacuations.breaches().into_iter().chain(self.hot_spots.breaches());
        callouts.chain(work).chain(people).collect()
    }

    fn set_jurisdiction(
        &self,
        actor: &Actor,
        area: AreaCode,
        timezone: Tz,
        mut draft: Draft<'_>,
    ) -> Result<Decision, Rejection> {
        require(actor, Capability::Administer)?;
        if let Some(known) = self.jurisdiction.filter(|known| *known != area) {
            return Err(Rejection::OtherJurisdiction(known));
        }
        if self.jurisdiction != Some(area) || self.timezone != Some(timezone) {
            let set = super::event::JurisdictionSet { area, timezone };
            draft.push(Event::JurisdictionSet(set));
        }
        Ok(draft.finish(Reply::Done))
    }

    /// Returns the post that runs the county's desk.
    pub(super) fn desk_post(&self) -> Option<PostId> {
        Some(PostId { area: self.jurisdiction?, duty: Duty::DUTY_OFFICER })
    }

    /// Returns the number of the next override.
    pub(super) fn next_override(&self) -> u64 {
        self.overrides_added + 1
    }

    /// Returns the warnings in force, newest first.
    pub fn active_warnings(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter().rev().filter(|warning| warning.life == Life::Active)
    }

    /// Returns the warning with `id`.
    pub fn warning(&self, id: WarningId) -> Option<&Warning> {
        self.warnings.get(id)
    }
}

impl Draft<'_> {
    /// Does everything that has come due.
    fn elapse_all(&mut self) {
        self.expire_warnings();
        // Before callouts go on: what nobody needs any more is not rung on.
        self.elapse_swaps();
        self.elapse_handovers();
        self.elapse_callouts();
        self.elapse_assignments();
        self.elapse_tasks();
        self.elapse_supplies();
        self.elapse_rounds();
        self.elapse_spot_checks();
    }
}

/// Refuses an actor whose role may not do `capability`.
pub(super) fn require(actor: &Actor, capability: Capability) -> Result<(), Rejection> {
    if actor.role.may(capability) { Ok(()) } else { Err(Rejection::NotAllowed(capability)) }
}
