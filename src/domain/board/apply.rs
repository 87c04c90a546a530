//! What each event makes of the board.

use super::Board;
use crate::domain::{
    callout::{callouts::Closed, lines::Lines},
    event::{CalloutEvent, Entry, Event, ReinforcementEvent},
    silence::Voice,
    warning::Warning,
};

impl Board {
    /// Applies what has happened. Total: an event that was logged is never refused.
    #[expect(clippy::too_many_lines, reason = "one arm a kind of event, and no kind left out")]
    pub fn apply(&mut self, entry: &Entry) {
        debug_assert_eq!(entry.seq, self.seq + 1, "events are applied in order, each once");
        self.seq = entry.seq;
        self.map_seq = if entry.event.is_on_map() { entry.seq } else { self.map_seq };
        let at = entry.at;
        match &entry.event {
            Event::JurisdictionSet(set) => {
                self.jurisdiction = Some(set.area);
                self.timezone = Some(set.timezone);
            }
            Event::AreaSaved(saved) => self.areas.save(saved.area.clone()),
            Event::PersonSaved(saved) => {
                if let Some(before) = self.people.get(&saved.person.id) {
                    self.proofs.changed(before, &saved.person);
                }
                self.people.save(saved.person.clone());
            }
            Event::PostSaved(saved) => {
                self.staff(&saved.post.id, entry, |roster| roster.save_post(saved.post.clone()));
            }
            Event::RotationSet(set) => self.staff(&set.post, entry, |roster| {
                roster.set_rotation(&set.post, set.rotation.clone());
            }),
            Event::DutyTableSet(set) => {
                self.imports.note(set, &self.roster, entry);
                self.staff(&set.post, entry, |roster| {
                    roster.set_table(&set.post, set.from, set.to, &set.shifts);
                });
            }
            Event::OverrideAdded(added) => {
                self.overrides_added += 1;
                self.staff(&added.change.post, entry, |roster| {
                    roster.add_override(added.change.clone());
                });
            }
            Event::OverrideRemoved(removed) => self.staff(&removed.post, entry, |roster| {
                roster.remove_override(&removed.post, removed.id);
            }),
            Event::UnitSaved(saved) => self.units.save(saved.unit.clone()),
            Event::SiteSaved(saved) => self.sites.save(saved.site.clone()),
            Event::SiteRemoved(removed) => {
                self.sites.remove(&removed.id);
                self.supplies.stocks.clear(&removed.id);
                self.gauges.remove(&removed.id);
                self.silences.end(&Voice::Gauge(removed.id.clone()));
            }
            Event::UnitRemoved(removed) => {
                self.units.remove(&removed.id);
                self.assignments.forget(&removed.id);
                self.fences.remove(&removed.id);
            }
            Event::FenceCrossed(crossed) => self.fences.cross(crossed),
            Event::GaugeCrossed(crossed) => self.gauges.cross(crossed),
            Event::SilenceBegan(began) => self.silences.begin(began),
            Event::SilenceEnded(ended) => self.silences.end(&ended.voice),
            Event::CalendarAdopted(adopted) => self.adopt_calendar(&adopted.calendar, at),
            Event::PoliciesAdopted(adopted) => {
                self.callouts.adopt(entry.seq, adopted.policies.clone());
                self.look_at_posts(at);
            }
            Event::LinesSet(set) => {
                let (lines, hold_ms, simulated) = (set.lines, set.hold_ms, set.simulated);
                self.callouts.set_lines(set.channel, Lines { lines, hold_ms, simulated });
            }
            Event::WarningAccepted(accepted) => {
                self.warnings.accept(Warning::accepted(accepted, entry));
            }
            Event::SuggestionRulesAdopted(adopted) => self.suggestions.adopt(adopted),
            Event::SuggestionDecided(decided) => self.suggestions.decide(decided, entry),
            Event::BulletinDrafted(drafted) => self.bulletins.draft(drafted, entry),
            Event::BulletinIssued(issued) => self.bulletins.issue(issued, entry),
            Event::BulletinRefused(refused) => self.bulletins.refuse(refused, entry),
            Event::WarningWitnessed(witnessed) => self.warnings.witness(witnessed, entry),
            Event::WarningEnded(ended) => {
                self.warnings.end(ended.id, ended.life, at);
                self.fences.end(ended.id);
                self.responses.lapse(ended.id, at);
            }
            Event::Callout(event) => self.apply_callout(event, entry),
            Event::Incident(event) => self.incidents.apply(event, entry),
            Event::Assignment(event) => self.assignments.apply(event, entry),
            Event::Task(event) => self.tasks.apply(event, entry),
            Event::Road(event) => self.closures.apply(event, entry),
            Event::Supply(event) => self.supplies.apply(event, entry),
            Event::Response(event) => self.responses.apply(event, entry),
            Event::Evacuation(event) => self.evacuations.apply(event, entry),
            Event::HotSpot(event) => self.hot_spots.apply(event, entry),
            Event::Report(event) => self.reports.apply(event, entry),
            Event::Round(event) => self.rounds.apply(event, entry),
            Event::Coverage(event) => self.holes.apply(event),
            Event::Flaw(event) => self.flaws.apply(event, at),
            Event::DutyReminder(event) => self.duty_reminders.apply(event, at),
            Event::Reinforcement(event) => {
                self.reinforcements.apply(event, entry);
                if let ReinforcementEvent::ReinforcementSent(sent) = event {
                    self.handovers.joined(&sent.need.post, &sent.people);
                }
            }
            Event::SpotCheck(event) => self.spot_checks.apply(event, at),
            Event::Leave(event) => self.leaves.apply(event),
            Event::Swap(event) => self.swaps.apply(event, entry),
            Event::Handover(event) => self.apply_handover(event, entry),
            Event::AccessChanged(_) | Event::LossAccepted(_) => {}
        }
    }

    fn apply_callout(&mut self, event: &CalloutEvent, entry: &Entry) {
        let at = entry.at;
        let callouts = &mut self.callouts;
        match event {
            CalloutEvent::CalloutOpened(opened) => {
                callouts.callout_opened(opened, at, &entry.actor);
                if let Some(warning) = opened.warning {
                    self.warnings.call_out(warning, opened.id);
                }
            }
            CalloutEvent::CalloutRevised(revised) => {
                callouts.callout_revised(revised);
                self.warnings.call_out(revised.warning, revised.id);
            }
            CalloutEvent::CalloutClosed(closed) => {
                callouts.callout_closed(closed.id, Closed { at, reason: closed.reason });
            }
            CalloutEvent::CalloutReopened(reopened) => callouts.callout_reopened(reopened.id),
            CalloutEvent::QuorumMet(met) => callouts.man(met.callout, met.area),
            CalloutEvent::ObligationOpened(opened) => callouts.opened(opened, at),
            CalloutEvent::ObligationEscalated(escalated) => callouts.escalated(escalated, at),
            CalloutEvent::ObligationMoved(moved) => callouts.moved(moved, at),
            CalloutEvent::ObligationDeclined(declined) => callouts.declined(declined, entry),
            CalloutEvent::ObligationAnswered(answered) => {
                callouts.answered(answered, entry);
                self.proofs.answered(&answered.answer, at);
            }
            CalloutEvent::ObligationUnreached(unreached) => callouts.unreached(unreached, at),
            CalloutEvent::ObligationHandedOn(handed) => callouts.handed_on(handed),
            CalloutEvent::ObligationWithdrawn(withdrawn) => callouts.withdrawn(withdrawn, at),
            CalloutEvent::ObligationTold(told) => callouts.told(told, at),
            CalloutEvent::AttemptStarted(started) => callouts.started(started, at),
            CalloutEvent::AttemptRepeated(repeated) => callouts.repeated(repeated.id, at),
            CalloutEvent::AttemptRecorded(recorded) => {
                callouts.recorded(recorded, at);
                self.proofs.recorded(recorded, at);
            }
        }
    }
}
