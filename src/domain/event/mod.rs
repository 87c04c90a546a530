//! What has happened: the entries of the journal, each readable for ever.
//!
//! A kind's name and the fields it has once had never change meaning. A field that is added gets a
//! default; a change that a default cannot express is a new version, and the old one stays readable
//! in [`Event::decode`]. `tests/it/events.rs` keeps one text of every version.

mod assignment;
mod callout;
mod coverage;
mod duty_reminder;
mod duty_table;
mod evacuation;
mod flaw;
mod group;
mod handover;
mod hotspot;
mod incident;
mod leave;
mod reinforcement;
mod report;
mod response;
mod road;
mod round;
mod spot_check;
mod supply;
mod swap;
mod task;
mod warning;

use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    area::Area,
    callout::policy::PolicySet,
    gauge::{Mark, Shown},
    ids::{AreaCode, CalloutId, OverrideId, PostId, SiteId, UnitId, WarningId},
    person::{Channel, Person},
    roster::{Calendar, Override, Post, Rotation},
    silence::Voice,
    site::Site,
    time::Timestamp,
    unit::Unit,
};

pub use self::{
    assignment::*, callout::*, coverage::*, duty_reminder::*, duty_table::*, evacuation::*,
    flaw::*, handover::*, hotspot::*, incident::*, leave::*, reinforcement::*, report::*,
    response::*, road::*, round::*, spot_check::*, supply::*, swap::*, task::*, warning::*,
};

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: u64,
    pub at: Timestamp,
    /// Whose command it came from, such as `dispatcher` or `node`.
    pub actor: CompactString,
    pub event: Event,
}

/// Declares the kinds of event: name on the wire, version written, payload, and what it is about; then the groups
/// of kinds that belong to one aggregate each.
macro_rules! events {
    (
        $($kind:literal $version:literal $name:ident => |$data:ident| $subject:expr;)*
        $(group $parent:ident($group:ident);)*
    ) => {
        /// What has happened.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($name($name),)*
            $($parent($group),)*
        }

        impl Event {
            /// Returns every kind, as the journal names it.
            pub fn kinds() -> impl Iterator<Item = &'static str> {
                let kinds = [$($kind,)*].into_iter();
                $(let kinds = kinds.chain($group::KINDS.iter().copied());)*
                kinds
            }

            /// Returns the kind as the journal names it.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Event::$name(_) => $kind,)*
                    $(Event::$parent(event) => event.kind(),)*
                }
            }

            /// Returns the version in which the payload is written.
            pub fn version(&self) -> u16 {
                match self {
                    $(Event::$name(_) => $version,)*
                    $(Event::$parent(event) => event.version(),)*
                }
            }

            /// Returns the id of what the event is about.
            pub fn subject(&self) -> CompactString {
                match self {
                    $(Event::$name($data) => text($subject),)*
                    $(Event::$parent(event) => event.subject(),)*
                }
            }

            /// Writes the payload as JSON.
            pub fn encode(&self) -> String {
                let written = match self {
                    $(Event::$name(data) => serde_json::to_string(data),)*
                    $(Event::$parent(event) => event.encode(),)*
                };
                let mut text = written.expect("events hold only strings, numbers and string-keyed maps");
                // A hundred thousand of them are kept until they are told.
                text.shrink_to_fit();
                text
            }

            /// Reads a payload that [`Event::encode`] wrote, now or years ago.
            pub fn decode(kind: &str, version: u16, data: &str) -> Result<Event, Unreadable> {
                let read = match (kind, version) {
                    $(($kind, $version) => Some(serde_json::from_str(data).map(Event::$name)),)*
                    _ => None,
                };
                $(let read = read.or_else(|| {
                    let read = $group::decode(kind, version, data)?;
                    Some(read.map(Event::$parent))
                });)*
                let read = read.ok_or_else(|| Unreadable::unknown(kind, version))?;
                read.map_err(|error| Unreadable::new(kind, version, &error))
            }
        }
    };
}

events! {
    "jurisdiction_set" 1 JurisdictionSet => |data| &data.area;
    "area_saved" 1 AreaSaved => |data| &data.area.code;
    "person_saved" 1 PersonSaved => |data| &data.person.id;
    "post_saved" 1 PostSaved => |data| &data.post.id;
    "rotation_set" 1 RotationSet => |data| &data.post;
    "duty_table_set" 1 DutyTableSet => |data| &data.post;
    "override_added" 1 OverrideAdded => |data| &data.change.id;
    "override_removed" 1 OverrideRemoved => |data| &data.id;
    "unit_saved" 1 UnitSaved => |data| &data.unit.id;
    "unit_removed" 1 UnitRemoved => |data| &data.id;
    "site_saved" 1 SiteSaved => |data| &data.site.id;
    "site_removed" 1 SiteRemoved => |data| &data.id;
    "calendar_adopted" 1 CalendarAdopted => |_data| "calendar";
    "policies_adopted" 1 PoliciesAdopted => |_data| "policies";
    "lines_set" 1 LinesSet => |data| &data.channel;
    "warning_accepted" 1 WarningAccepted => |data| &data.id;
    "warning_witnessed" 1 WarningWitnessed => |data| &data.id;
    "warning_ended" 1 WarningEnded => |data| &data.id;
    "suggestion_rules_adopted" 1 SuggestionRulesAdopted => |_data| "suggestions";
    "suggestion_decided" 1 SuggestionDecided => |data| &data.warning;
    "bulletin_drafted" 1 BulletinDrafted => |data| &data.id;
    "bulletin_issued" 1 BulletinIssued => |data| &data.id;
    "bulletin_refused" 1 BulletinRefused => |data| &data.id;
    "gauge_crossed" 1 GaugeCrossed => |data| &data.gauge;
    "silence_began" 1 SilenceBegan => |data| &data.voice;
    "silence_ended" 1 SilenceEnded => |data| &data.voice;
    "fence_crossed" 1 FenceCrossed => |data| &data.unit;
    "access_changed" 1 AccessChanged => |data| &data.login;
    "loss_accepted" 1 LossAccepted => |_data| "journal";
    group Callout(CalloutEvent);
    group Incident(IncidentEvent);
    group Assignment(AssignmentEvent);
    group Task(TaskEvent);
    group Road(RoadEvent);
    group Supply(SupplyEvent);
    group Response(ResponseEvent);
    group Evacuation(EvacuationEvent);
    group HotSpot(HotSpotEvent);
    group Report(ReportEvent);
    group Round(RoundEvent);
    group Coverage(CoverageEvent);
    group Flaw(FlawEvent);
    group DutyReminder(DutyReminderEvent);
    group Reinforcement(ReinforcementEvent);
    group SpotCheck(SpotCheckEvent);
    group Leave(LeaveEvent);
    group Swap(SwapEvent);
    group Handover(HandoverEvent);
}

impl Event {
    /// Tells whether it changes what stands on the map: a place, a unit, an incident, or a name shown there.
    pub fn is_on_map(&self) -> bool {
        matches!(
            self,
            Event::AreaSaved(_)
                | Event::PersonSaved(_)
                | Event::UnitSaved(_)
                | Event::UnitRemoved(_)
                | Event::SiteSaved(_)
                | Event::SiteRemoved(_)
                | Event::Incident(_)
                | Event::Assignment(_)
                | Event::Supply(
                    SupplyEvent::StockCounted(_)
                        | SupplyEvent::SupplyIssued(_)
                        | SupplyEvent::SupplyReceived(_)
                        | SupplyEvent::SupplyReturned(_)
                )
        )
    }
}

fn text(subject: impl ToString) -> CompactString {
    subject.to_string().into()
}

/// Why an entry cannot be read by this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {kind} version {version} cannot be read: {why}")]
pub struct Unreadable {
    pub kind: String,
    pub version: u16,
    pub why: String,
}

impl Unreadable {
    fn new(kind: &str, version: u16, error: &serde_json::Error) -> Self {
        Self { kind: kind.to_owned(), version, why: error.to_string() }
    }

    fn unknown(kind: &str, version: u16) -> Self {
        let why = "this program is older than the journal; install the version that wrote it";
        Self { kind: kind.to_owned(), version, why: why.to_owned() }
    }
}

/// The node was told whose command it is and what its clocks show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JurisdictionSet {
    pub area: AreaCode,
    /// IANA name, such as `Asia/Shanghai`.
    pub timezone: Tz,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaSaved {
    pub area: Area,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSaved {
    pub person: Person,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostSaved {
    pub post: Post,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationSet {
    pub post: PostId,
    pub rotation: Option<Rotation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideAdded {
    pub change: Override,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideRemoved {
    pub id: OverrideId,
    pub post: PostId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSaved {
    pub unit: Unit,
}

/// A unit is no more: sold, scrapped or disbanded. What it did stays in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRemoved {
    pub id: UnitId,
    pub area: AreaCode,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteSaved {
    pub site: Site,
}

/// A site is no more; where it was a depot, its stock is not either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRemoved {
    pub id: SiteId,
    pub area: AreaCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAdopted {
    pub calendar: Calendar,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesAdopted {
    pub policies: PolicySet,
}

/// How many calls a channel carries at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesSet {
    pub channel: Channel,
    pub lines: u32,
    /// How long one call holds its line, for the forecast.
    pub hold_ms: u32,
    /// Nobody's telephone rings: the screen says so.
    pub simulated: bool,
}

/// A unit has entered or left a warned area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FenceCrossed {
    pub unit: UnitId,
    /// The division the unit belongs to.
    pub home: AreaCode,
    pub warning: WarningId,
    /// The area by whose border it was seen; none for a shape that the warning draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    pub entered: bool,
    /// When it was first seen on the other side, and where: WGS-84.
    pub at: Timestamp,
    pub lon: f64,
    pub lat: f64,
}

/// A gauge has risen to a threshold or fallen below one; the warning that follows is accepted with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaugeCrossed {
    pub gauge: SiteId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Mark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Mark>,
    /// When it showed this, by the station's clock.
    pub at: Timestamp,
    pub shown: Shown,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exercise: bool,
    pub warning: WarningId,
}

/// A gauge or a source has said nothing for longer than it should: what it would say is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceBegan {
    pub voice: Voice,
    pub area: AreaCode,
    pub heard_at: Timestamp,
    /// The callout by which somebody is told to look into it; several silences share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}

/// A gauge or a source that was silent is heard again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceEnded {
    pub voice: Voice,
    pub area: AreaCode,
    pub heard_at: Timestamp,
}

/// Who may come in changed: the fact, never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChanged {
    pub login: CompactString,
    pub what: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub detail: CompactString,
}

/// An operator started the node although the end of the journal was missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossAccepted {
    pub anchored_seq: u64,
    pub found_seq: u64,
}
