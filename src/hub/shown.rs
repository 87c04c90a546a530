//! What clients are shown of payloads that they may not see whole: no original bytes, no ways to reach people.

use serde::Serialize;

use crate::domain::{
    area::Extent,
    event::{
        Carried, Entry, Event, HandoverEvent, HandoverSigned, IncidentEdited, IncidentEvent,
        IncidentReceived, LeaveEvent, LeaveTaken, Order, ReportDrafted, ReportEdited, ReportEvent,
        ReportedByPhone, ResponseEvent, RoundEvent, RoundReturned, SupplyEvent, SwapAsked,
        SwapEnded, SwapEvent,
    },
    ids::{AreaCode, CalloutId, PersonId, WarningId},
    incident::{Particulars, Source},
    person::Person,
    time::Timestamp,
    warning::{Difference, Life, Message},
};

/// A warning without the bytes it came in.
#[derive(Serialize)]
struct Accepted<'a> {
    id: WarningId,
    message: &'a Message,
    extent: &'a Extent,
    life: Life,
    #[serde(skip_serializing_if = "Option::is_none")]
    callout: Option<CalloutId>,
}

/// Who else tells of a warning, without the bytes that came.
#[derive(Serialize)]
struct Witnessed<'a> {
    id: WarningId,
    source: &'a str,
    at: Timestamp,
    differs: &'a [Difference],
}

/// A person without the ways to reach them.
#[derive(Serialize)]
struct Named<'a> {
    person: NamedPerson<'a>,
}

#[derive(Serialize)]
struct NamedPerson<'a> {
    id: &'a PersonId,
    name: &'a str,
    area: AreaCode,
    title: &'a str,
}

/// Returns what is shown of what happens to supplies: whose they are and where they go, and nobody's telephone.
fn supply(event: &SupplyEvent) -> Option<String> {
    match event {
        SupplyEvent::SupplyHeld(held) => {
            let receiver = held.0.receiver.without_person();
            let order = Order { sender: None, receiver, ..(*held.0).clone() };
            serde_json::to_string(&order).ok()
        }
        SupplyEvent::SupplyIssued(step) => unsigned(&step.0),
        SupplyEvent::SupplyDispatched(step) => unsigned(&step.0),
        SupplyEvent::SupplyReceived(step) => unsigned(&step.0),
        SupplyEvent::SupplyReturned(step) => unsigned(&step.0),
        SupplyEvent::SupplyWrittenOff(step) => unsigned(&step.0),
        SupplyEvent::SupplyRulesAdopted(_)
        | SupplyEvent::StockCounted(_)
        | SupplyEvent::SupplyReleased(_)
        | SupplyEvent::SupplyPaperDue(_)
        | SupplyEvent::SupplyPaperGiven(_)
        | SupplyEvent::SupplyPaperOverdue(_) => None,
    }
}

fn unsigned(carried: &Carried) -> Option<String> {
    serde_json::to_string(&Carried { party: None, ..carried.clone() }).ok()
}

/// Why somebody is away is nobody's business but the desk's.
fn leave(event: &LeaveEvent) -> Option<String> {
    match event {
        LeaveEvent::LeaveTaken(taken) => {
            serde_json::to_string(&LeaveTaken { reason: "".into(), ..taken.clone() }).ok()
        }
        LeaveEvent::LeaveEnded(_) => None,
    }
}

/// Nor is why somebody cannot be on duty.
fn swap(event: &SwapEvent) -> Option<String> {
    match event {
        SwapEvent::SwapAsked(asked) => {
            serde_json::to_string(&SwapAsked { reason: "".into(), ..asked.clone() }).ok()
        }
        SwapEvent::SwapEnded(ended) => {
            serde_json::to_string(&SwapEnded { note: "".into(), ..ended.clone() }).ok()
        }
        SwapEvent::SwapDeclined(_) | SwapEvent::SwapTaken(_) => None,
    }
}

/// What one writes down for the next is for those of the post.
fn handover(event: &HandoverEvent) -> Option<String> {
    match event {
        HandoverEvent::HandoverSigned(signed) => {
            let signed = HandoverSigned { note: String::new(), ..signed.clone() };
            serde_json::to_string(&signed).ok()
        }
        HandoverEvent::PostWatched(_) | HandoverEvent::HandoverOpened(_) => None,
    }
}

/// Returns what clients are shown of a payload that they may not see whole.
pub(super) fn of(entry: &Entry) -> Option<String> {
    match &entry.event {
        Event::WarningAccepted(accepted) => serde_json::to_string(&Accepted {
            id: accepted.id,
            message: &accepted.message,
            extent: &accepted.extent,
            life: accepted.life,
            callout: accepted.callout,
        })
        .ok(),
        Event::WarningWitnessed(witnessed) => serde_json::to_string(&Witnessed {
            id: witnessed.id,
            source: &entry.actor,
            at: entry.at,
            differs: &witnessed.differs,
        })
        .ok(),
        Event::PersonSaved(saved) => person(&saved.person),
        Event::Incident(event) => incident(event),
        Event::Supply(SupplyEvent::SupplyRulesAdopted(_))
        | Event::Response(ResponseEvent::PlansAdopted(_)) => Some("{}".to_owned()),
        Event::Supply(event) => supply(event),
        Event::Report(event) => report(event),
        Event::Round(RoundEvent::RoundReturned(returned)) => {
            let answer = returned.answer.without_words();
            serde_json::to_string(&RoundReturned { answer, ..returned.clone() }).ok()
        }
        Event::Leave(event) => leave(event),
        Event::Swap(event) => swap(event),
        Event::Handover(event) => handover(event),
        Event::PoliciesAdopted(_) | Event::CalendarAdopted(_) => Some("{}".to_owned()),
        Event::JurisdictionSet(_)
        | Event::AreaSaved(_)
        | Event::PostSaved(_)
        | Event::RotationSet(_)
        | Event::DutyTableSet(_)
        | Event::OverrideAdded(_)
        | Event::OverrideRemoved(_)
        | Event::UnitSaved(_)
        | Event::UnitRemoved(_)
        | Event::SiteSaved(_)
        | Event::SiteRemoved(_)
        | Event::FenceCrossed(_)
        | Event::GaugeCrossed(_)
        | Event::SilenceBegan(_)
        | Event::SilenceEnded(_)
        | Event::Coverage(_)
        | Event::Flaw(_)
        | Event::DutyReminder(_)
        | Event::Reinforcement(_)
        | Event::SpotCheck(_)
        | Event::LinesSet(_)
        | Event::WarningEnded(_)
        | Event::SuggestionRulesAdopted(_)
        | Event::SuggestionDecided(_)
        | Event::BulletinDrafted(_)
        | Event::BulletinIssued(_)
        | Event::BulletinRefused(_)
        | Event::Callout(_)
        | Event::Assignment(_)
        | Event::Task(_)
        | Event::Road(_)
        | Event::Response(_)
        | Event::Evacuation(_)
        | Event::HotSpot(_)
        | Event::Round(_)
        | Event::AccessChanged(_)
        | Event::LossAccepted(_) => None,
    }
}

/// Returns what is shown of a person: no numbers.
fn person(Person { id, name, area, title, .. }: &Person) -> Option<String> {
    serde_json::to_string(&Named { person: NamedPerson { id, name, area: *area, title } }).ok()
}

/// Returns what is shown of an incident: not who reported it, nor the telephones that its words may hold.
fn incident(event: &IncidentEvent) -> Option<String> {
    match event {
        IncidentEvent::IncidentReceived(received) => {
            let particulars = without_phones(&received.particulars);
            serde_json::to_string(&IncidentReceived { particulars, ..received.clone() }).ok()
        }
        IncidentEvent::IncidentEdited(edited) => {
            let particulars = without_phones(&edited.particulars);
            serde_json::to_string(&IncidentEdited { particulars, ..edited.clone() }).ok()
        }
        IncidentEvent::IncidentAdvanced(_)
        | IncidentEvent::IncidentLinked(_)
        | IncidentEvent::IncidentNoted(_) => None,
    }
}

/// Returns what is shown of reports: who did what with them and when, and not their words, which hold telephones.
fn report(event: &ReportEvent) -> Option<String> {
    match event {
        ReportEvent::ReportRulesAdopted(_) => Some("{}".to_owned()),
        ReportEvent::ReportDrafted(drafted) => {
            let bare = ReportDrafted { text: String::new(), ..drafted.clone() };
            serde_json::to_string(&bare).ok()
        }
        ReportEvent::ReportEdited(edited) => {
            let bare = ReportEdited { text: String::new(), ..edited.clone() };
            serde_json::to_string(&bare).ok()
        }
        ReportEvent::ReportedByPhone(told) => {
            let (whom, words) = Default::default();
            serde_json::to_string(&ReportedByPhone { whom, words, ..told.clone() }).ok()
        }
        ReportEvent::ReportClockStarted(_)
        | ReportEvent::ReportClockMet(_)
        | ReportEvent::ReportClockDropped(_)
        | ReportEvent::ReportChecked(_)
        | ReportEvent::ReportSigned(_)
        | ReportEvent::ReportReturned(_)
        | ReportEvent::ReportSent(_)
        | ReportEvent::ReportDropped(_) => None,
    }
}

/// Returns what is known of an incident without who reported it and the telephones that its words may hold: those who
/// may see them ask for the incident itself.
fn without_phones(particulars: &Particulars) -> Box<Particulars> {
    let mut shown = particulars.clone();
    shown.source = Source { way: shown.source.way, unit: shown.source.unit, ..Source::default() };
    shown.accounts.commander = String::new();
    Box::new(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One text of each kind and version of event, with telephones wherever there can be some.
    const EVENTS: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/events_v1.jsonl"));

    #[derive(serde::Deserialize)]
    struct Line<'l> {
        kind: String,
        version: u16,
        #[serde(borrow)]
        data: &'l serde_json::value::RawValue,
    }

    #[test]
    fn no_client_is_shown_a_telephone_by_any_kind_of_event() {
        let mut hidden = 0;
        for line in EVENTS.lines() {
            let Line { kind, version, data } = serde_json::from_str(line).unwrap();
            let event = Event::decode(&kind, version, data.get()).unwrap();
            let at = Timestamp::from_millis(0);
            let entry = Entry { seq: 1, at, actor: "dispatcher".into(), event };
            let shown = of(&entry).unwrap_or_else(|| data.get().to_owned());
            assert!(!has_telephone(&shown), "{kind} {version}: {shown}");
            hidden += usize::from(has_telephone(data.get()));
        }
        assert!(hidden >= 5, "only {hidden} of them have a telephone to hide");
    }

    /// Eleven digits that begin with 1, as mobile numbers do; codes of areas have twelve, instants thirteen.
    fn has_telephone(text: &str) -> bool {
        let mut runs = text.split(|c: char| !c.is_ascii_digit());
        runs.any(|run| run.len() == 11 && run.starts_with('1'))
    }
}
