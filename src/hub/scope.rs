//! Whom an event concerns, by area: one arm a kind, so that none goes to everybody by oversight.

use std::sync::Arc;

use super::directory::Directory;
use crate::domain::{
    area::Extent,
    event::{
        AssignmentEvent, CalloutEvent, Carried, CoverageEvent, EvacuationEvent, Event, FlawEvent,
        HandoverEvent, HotSpotEvent, IncidentEvent, LeaveEvent, ReinforcementEvent, ReportEvent,
        RoadEvent, RoundEvent, SupplyEvent, SwapEvent, TaskEvent,
    },
    ids::AreaCode,
};

/// Whom an event concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Everybody,
    /// Those whose area contains it.
    Within(AreaCode),
    /// Those whose area contains any of these.
    Ends(Arc<[AreaCode]>),
    /// Those whose area contains, or lies in, any of these.
    About(Arc<[AreaCode]>),
    /// Nobody by socket: it is in the journal for those who may read that.
    Nobody,
}

/// Tells whom `event` concerns.
pub(super) fn scope(event: &Event, directory: &Directory) -> Scope {
    match event {
        Event::AccessChanged(_) => Scope::Nobody,
        Event::JurisdictionSet(_)
        | Event::CalendarAdopted(_)
        | Event::PoliciesAdopted(_)
        | Event::LinesSet(_)
        | Event::LossAccepted(_)
        | Event::WarningWitnessed(_)
        | Event::WarningEnded(_)
        | Event::SuggestionRulesAdopted(_)
        | Event::SuggestionDecided(_)
        | Event::BulletinDrafted(_)
        | Event::BulletinIssued(_)
        | Event::BulletinRefused(_)
        // At what level the county responds everybody has to know, in its scope or not.
        | Event::Response(_) => Scope::Everybody,
        Event::Callout(event) => callout(event, directory),
        Event::Incident(event) => incident(event),
        Event::Assignment(event) => assignment(event),
        Event::Task(event) => task(event),
        Event::Leave(LeaveEvent::LeaveTaken(taken)) => Scope::Within(taken.area),
        Event::Leave(LeaveEvent::LeaveEnded(ended)) => Scope::Within(ended.area),
        Event::Swap(event) => swap(event),
        Event::Handover(event) => handover(event),
        // What is drawn is for nobody to know before its time; the check itself is a callout.
        Event::SpotCheck(_) => Scope::Nobody,
        // The call says it to whom it is for.
        Event::DutyReminder(_) => Scope::Nobody,
        Event::Reinforcement(ReinforcementEvent::ReinforcementSent(sent)) => {
            Scope::Within(sent.need.post.area)
        }
        Event::Reinforcement(ReinforcementEvent::ReinforcementDeclined(no)) => {
            Scope::Within(no.need.post.area)
        }
        Event::Flaw(FlawEvent::RosterFlawFound(found)) => Scope::Within(found.place.post.area),
        Event::Flaw(FlawEvent::RosterFlawMended(mended)) => Scope::Within(mended.place.post.area),
        Event::Road(RoadEvent::RoadClosed(closed)) => Scope::Within(closed.area),
        Event::Road(RoadEvent::RoadOpened(opened)) => Scope::Within(opened.area),
        Event::Evacuation(event) => evacuation(event),
        Event::HotSpot(event) => hot_spot(event),
        Event::Report(event) => report(event),
        Event::Round(event) => round(event),
        Event::AreaSaved(saved) => Scope::Within(saved.area.code),
        Event::PersonSaved(saved) => Scope::Within(saved.person.area),
        Event::PostSaved(saved) => Scope::Within(saved.post.id.area),
        Event::RotationSet(set) => Scope::Within(set.post.area),
        Event::DutyTableSet(set) => Scope::Within(set.post.area),
        Event::OverrideAdded(added) => Scope::Within(added.change.post.area),
        Event::OverrideRemoved(removed) => Scope::Within(removed.post.area),
        Event::UnitSaved(saved) => Scope::Within(saved.unit.area),
        Event::UnitRemoved(removed) => Scope::Within(removed.area),
        Event::SiteSaved(saved) => Scope::Within(saved.site.area),
        Event::SiteRemoved(removed) => Scope::Within(removed.area),
        Event::Supply(event) => supply(event),
        Event::FenceCrossed(crossed) => Scope::Within(crossed.home),
        Event::GaugeCrossed(crossed) => Scope::Within(crossed.area),
        Event::SilenceBegan(began) => Scope::Within(began.area),
        Event::SilenceEnded(ended) => Scope::Within(ended.area),
        Event::Coverage(CoverageEvent::CoverageHoleOpened(opened)) => {
            Scope::Within(opened.spot.area)
        }
        Event::Coverage(CoverageEvent::CoverageHoleClosed(closed)) => {
            Scope::Within(closed.spot.area)
        }
        Event::WarningAccepted(accepted) if accepted.extent.is_empty() => Scope::Everybody,
        Event::WarningAccepted(accepted) => about(&accepted.extent),
    }
}

fn callout(event: &CalloutEvent, directory: &Directory) -> Scope {
    let attempt = |id| directory.area_of(id).map_or(Scope::Nobody, Scope::Within);
    match event {
        CalloutEvent::CalloutClosed(_) | CalloutEvent::CalloutReopened(_) => Scope::Everybody,
        CalloutEvent::CalloutOpened(opened) => about(&opened.extent),
        CalloutEvent::CalloutRevised(revised) => about(&revised.extent),
        CalloutEvent::QuorumMet(met) => Scope::Within(met.area),
        CalloutEvent::ObligationOpened(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationEscalated(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationMoved(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationDeclined(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationAnswered(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationUnreached(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationHandedOn(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationWithdrawn(o) => Scope::Within(o.post.area),
        CalloutEvent::ObligationTold(o) => Scope::Within(o.post.area),
        CalloutEvent::AttemptStarted(a) => attempt(a.id),
        CalloutEvent::AttemptRepeated(a) => attempt(a.id),
        CalloutEvent::AttemptRecorded(a) => attempt(a.id),
    }
}

fn incident(event: &IncidentEvent) -> Scope {
    Scope::Within(match event {
        IncidentEvent::IncidentReceived(received) => received.particulars.place.area,
        IncidentEvent::IncidentEdited(edited) => edited.particulars.place.area,
        IncidentEvent::IncidentAdvanced(advanced) => advanced.area,
        IncidentEvent::IncidentLinked(linked) => linked.area,
        IncidentEvent::IncidentNoted(noted) => noted.area,
    })
}

/// A unit's part in an incident concerns those at home as well as those where it goes.
fn assignment(event: &AssignmentEvent) -> Scope {
    let both = |home: AreaCode, there: AreaCode| Scope::About([home, there].into());
    match event {
        AssignmentEvent::UnitAssigned(assigned) => both(assigned.home, assigned.area),
        AssignmentEvent::AssignmentAdvanced(advanced) => both(advanced.home, advanced.area),
        AssignmentEvent::AssignmentStalled(stalled) => both(stalled.home, stalled.area),
        AssignmentEvent::UnitReadied(readied) => Scope::Within(readied.home),
    }
}

fn swap(event: &SwapEvent) -> Scope {
    Scope::Within(match event {
        SwapEvent::SwapAsked(asked) => asked.area,
        SwapEvent::SwapDeclined(declined) => declined.area,
        SwapEvent::SwapTaken(taken) => taken.area,
        SwapEvent::SwapEnded(ended) => ended.area,
    })
}

fn handover(event: &HandoverEvent) -> Scope {
    Scope::Within(match event {
        HandoverEvent::PostWatched(looked) => looked.post.area,
        HandoverEvent::HandoverOpened(opened) => opened.post.area,
        HandoverEvent::HandoverSigned(signed) => signed.post.area,
    })
}

fn task(event: &TaskEvent) -> Scope {
    Scope::Within(match event {
        TaskEvent::TaskGiven(given) => given.post.area,
        TaskEvent::TaskSigned(signed) => signed.post.area,
        TaskEvent::TaskProgressed(progressed) => progressed.post.area,
        TaskEvent::TaskDone(done) => done.post.area,
        TaskEvent::TaskReminded(reminded) => reminded.post.area,
        TaskEvent::TaskWithdrawn(withdrawn) => withdrawn.post.area,
    })
}

/// A movement concerns those whose supplies they are and those to whom they go.
fn supply(event: &SupplyEvent) -> Scope {
    let ends =
        |area: AreaCode, to: Option<AreaCode>| Scope::Ends([area].into_iter().chain(to).collect());
    let carried = |carried: &Carried| ends(carried.area, carried.to_area);
    match event {
        SupplyEvent::SupplyRulesAdopted(_) => Scope::Everybody,
        SupplyEvent::StockCounted(counted) => Scope::Within(counted.area),
        SupplyEvent::SupplyHeld(held) => ends(held.0.area, held.0.to_area),
        SupplyEvent::SupplyIssued(step) => carried(&step.0),
        SupplyEvent::SupplyDispatched(step) => carried(&step.0),
        SupplyEvent::SupplyReceived(step) => carried(&step.0),
        SupplyEvent::SupplyReturned(step) => carried(&step.0),
        SupplyEvent::SupplyWrittenOff(step) => carried(&step.0),
        SupplyEvent::SupplyReleased(released) => ends(released.area, released.to_area),
        SupplyEvent::SupplyPaperDue(due) => ends(due.area, due.to_area),
        SupplyEvent::SupplyPaperGiven(given) => ends(given.area, given.to_area),
        SupplyEvent::SupplyPaperOverdue(overdue) => ends(overdue.area, overdue.to_area),
    }
}
/// Moving people concerns those from where they go as well as those where they come.
fn evacuation(event: &EvacuationEvent) -> Scope {
    let both = |from: AreaCode, to: AreaCode| Scope::About([from, to].into());
    match event {
        EvacuationEvent::EvacuationOrdered(ordered) => Scope::About([ordered.area].into()),
        EvacuationEvent::EvacuationEnded(ended) => Scope::About([ended.area].into()),
        EvacuationEvent::TransferOrdered(ordered) => both(ordered.from.area, ordered.to_area),
        EvacuationEvent::TransferProgressed(moved) => both(moved.area, moved.to_area),
        EvacuationEvent::TransferEnded(ended) => both(ended.area, ended.to_area),
        EvacuationEvent::TransferReturning(leaving) => both(leaving.area, leaving.to_area),
        EvacuationEvent::TransferReturned(returned) => both(returned.area, returned.to_area),
        EvacuationEvent::ShelterCounted(counted) => Scope::Within(counted.area),
    }
}
fn hot_spot(event: &HotSpotEvent) -> Scope {
    Scope::Within(match event {
        HotSpotEvent::HotSpotFound(found) => found.area,
        HotSpotEvent::HotSpotSeenAgain(seen) => seen.area,
        HotSpotEvent::HotSpotSettled(settled) => settled.area,
    })
}
/// What is reported of an incident concerns those whom the incident does.
fn report(event: &ReportEvent) -> Scope {
    Scope::Within(match event {
        ReportEvent::ReportRulesAdopted(_) => return Scope::Everybody,
        ReportEvent::ReportClockStarted(started) => started.area,
        ReportEvent::ReportClockMet(met) => met.area,
        ReportEvent::ReportClockDropped(dropped) => dropped.area,
        ReportEvent::ReportedByPhone(told) => told.area,
        ReportEvent::ReportDrafted(drafted) => drafted.area,
        ReportEvent::ReportEdited(edited) => edited.area,
        ReportEvent::ReportChecked(checked) => checked.area,
        ReportEvent::ReportSigned(signed) => signed.area,
        ReportEvent::ReportReturned(returned) => returned.area,
        ReportEvent::ReportSent(sent) => sent.area,
        ReportEvent::ReportDropped(dropped) => dropped.area,
    })
}
fn round(event: &RoundEvent) -> Scope {
    match event {
        RoundEvent::CadenceStarted(started) => Scope::About(started.areas.clone().into()),
        RoundEvent::CadenceEnded(ended) => Scope::About([ended.area].into()),
        RoundEvent::RoundOpened(opened) => {
            Scope::About(opened.asked.iter().map(|asked| asked.area).collect())
        }
        RoundEvent::RoundReturned(returned) => Scope::Within(returned.post.area),
    }
}
fn about(extent: &Extent) -> Scope {
    Scope::About(extent.named().collect())
}
