//! Why the board says no: one variant a reason, with a code that never changes.

use compact_str::CompactString;

use super::{
    actor::Capability,
    assignment::AssignmentFault,
    bulletin::BulletinFault,
    closure::ClosureFault,
    evacuation::EvacuationFault,
    handover::HandoverFault,
    hotspot::HotSpotFault,
    ids::{AreaCode, CalloutId, Duty, ObligationId, PersonId, WarningId},
    incident::IncidentFault,
    leave::LeaveFault,
    reinforcement::ReinforcementFault,
    report::ReportFault,
    response::ResponseFault,
    roster::RosterFault,
    round::RoundFault,
    site::SiteFault,
    suggestion::SuggestionFault,
    supply::SupplyFault,
    swap::SwapFault,
    task::TaskFault,
    unit::UnitFault,
    verification::TestFault,
};

/// A refusal. Nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    #[error("this role may not {0}; log in as one that may")]
    NotAllowed(Capability),
    #[error("area {0} is not yours; name one that lies in your own")]
    OutsideArea(AreaCode),
    #[error("no area {0} in this jurisdiction; import it or use a code from the area list")]
    UnknownArea(AreaCode),
    #[error("area {area} needs its parent {parent}, which is neither known nor in this import")]
    Orphan { area: AreaCode, parent: AreaCode },
    #[error(
        "the jurisdiction is {0} and cannot change; use another data folder for another county"
    )]
    OtherJurisdiction(AreaCode),
    #[error("person {person} is not known; import people before posts")]
    UnknownPerson { person: PersonId },
    #[error("no duty {0} in the policies; add it there or correct the spelling")]
    UnknownDuty(Duty),
    #[error(transparent)]
    Roster(#[from] RosterFault),
    #[error(transparent)]
    Unit(#[from] UnitFault),
    #[error(transparent)]
    Site(#[from] SiteFault),
    #[error(transparent)]
    Supply(#[from] SupplyFault),
    #[error("{0}: longitude and latitude are not a point on the earth; give WGS-84 degrees")]
    NotAPoint(CompactString),
    #[error(transparent)]
    Policy(#[from] super::callout::check::PolicyFault),
    #[error(
        "identifier {identifier} was accepted before with other content; a correction needs an identifier of its own and a reference to the first"
    )]
    WarningConflict { identifier: CompactString, id: WarningId },
    #[error(transparent)]
    Suggestion(#[from] SuggestionFault),
    #[error(transparent)]
    Bulletin(#[from] BulletinFault),
    #[error(transparent)]
    Incident(#[from] IncidentFault),
    #[error(transparent)]
    Assignment(#[from] AssignmentFault),
    #[error(transparent)]
    Task(#[from] TaskFault),
    #[error(transparent)]
    Closure(#[from] ClosureFault),
    #[error(transparent)]
    Leave(#[from] LeaveFault),
    #[error(transparent)]
    Swap(#[from] SwapFault),
    #[error(transparent)]
    Test(#[from] TestFault),
    #[error(transparent)]
    Reinforcement(#[from] ReinforcementFault),
    #[error(transparent)]
    Handover(#[from] HandoverFault),
    #[error(transparent)]
    Response(#[from] ResponseFault),
    #[error(transparent)]
    Evacuation(#[from] EvacuationFault),
    #[error(transparent)]
    HotSpot(#[from] HotSpotFault),
    #[error(transparent)]
    Report(#[from] ReportFault),
    #[error(transparent)]
    Round(#[from] RoundFault),
    #[error("no policy {0}; see GET /api/v1/policies")]
    UnknownPolicy(CompactString),
    #[error("no policy applies to this kind of callout; name one or add one to the policies")]
    NoPolicy,
    #[error("{field} must not be empty")]
    Empty { field: &'static str },
    #[error("{field} is longer than {limit} characters; shorten it")]
    TooLong { field: &'static str, limit: usize },
    #[error(
        "a callout of this kind is opened by the system, not by hand; use manual or spot_check"
    )]
    KindNotByHand,
    #[error("nobody in {0} has a post that this policy obliges; name another area or policy")]
    NobodyObliged(AreaCode),
    #[error("no callout {0}; see GET /api/v1/callouts")]
    UnknownCallout(CalloutId),
    #[error("callout {0} is closed; open a new one if somebody has to be called")]
    CalloutClosed(CalloutId),
    #[error("no obligation {0}; see GET /api/v1/obligations/mine or those of the callout")]
    UnknownObligation(ObligationId),
    #[error("this obligation is somebody else's; to answer for them give on_behalf_of")]
    NotYours,
    #[error("the login is no person's, so it cannot answer for itself; give on_behalf_of")]
    NobodysLogin,
    #[error("obligation {0} has been answered; the first answer stands")]
    AlreadyAnswered(ObligationId),
    #[error("obligation {0} is over, so nothing is left to answer")]
    Withdrawn(ObligationId),
    #[error("several people are called {0}; give the person's id")]
    AmbiguousName(CompactString),
    #[error("nobody known is called {0}; give the id of somebody on the list of people")]
    UnknownName(CompactString),
    #[error("no attempt {0}; report only on attempts that were handed over")]
    UnknownAttempt(super::ids::AttemptId),
}

impl Rejection {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::NotAllowed(_) => "access.not_allowed",
            Rejection::OutsideArea(_) => "access.outside_area",
            Rejection::UnknownArea(_) => "area.unknown",
            Rejection::Orphan { .. } => "area.orphan",
            Rejection::OtherJurisdiction(_) => "jurisdiction.fixed",
            Rejection::UnknownPerson { .. } => "person.unknown",
            Rejection::UnknownDuty(_) => "duty.unknown",
            Rejection::Roster(fault) => match fault {
                RosterFault::UnknownPost(_) => "post.unknown",
                RosterFault::EndsBeforeStart => "roster.ends_before_start",
                RosterFault::Nobody => "roster.nobody",
                RosterFault::MoreThanSeats { .. } => "roster.seats",
                RosterFault::Overlaps(_) => "roster.overlap",
                RosterFault::UnknownOverride(_) => "override.unknown",
                RosterFault::TooLong => "roster.too_long",
                RosterFault::FarOff => "roster.far_off",
                RosterFault::OutsideTable(_) => "roster.outside_table",
                RosterFault::Rotation { .. } => "roster.rotation",
                RosterFault::BeginsInThePast(_) => "roster.begins_in_the_past",
                RosterFault::ChangedSince { .. } => "roster.changed_since",
                RosterFault::UnknownImport(_) => "import.unknown",
                RosterFault::ImportTakenBack(_) => "import.taken_back",
                RosterFault::ChangedAfterImport { .. } => "import.changed_since",
                RosterFault::Year(_) => "roster.year",
            },
            Rejection::Unit(fault) => fault.code(),
            Rejection::Site(fault) => fault.code(),
            Rejection::Supply(fault) => fault.code(),
            Rejection::NotAPoint(_) => "field.not_a_point",
            Rejection::Policy(_) => "policy.faulty",
            Rejection::WarningConflict { .. } => "warning.conflict",
            Rejection::Suggestion(fault) => fault.code(),
            Rejection::Bulletin(fault) => fault.code(),
            Rejection::Incident(fault) => fault.code(),
            Rejection::Assignment(fault) => fault.code(),
            Rejection::Task(fault) => fault.code(),
            Rejection::Closure(fault) => fault.code(),
            Rejection::Leave(fault) => fault.code(),
            Rejection::Swap(fault) => fault.code(),
            Rejection::Test(fault) => fault.code(),
            Rejection::Reinforcement(fault) => fault.code(),
            Rejection::Handover(fault) => fault.code(),
            Rejection::Response(fault) => fault.code(),
            Rejection::Evacuation(fault) => fault.code(),
            Rejection::HotSpot(fault) => fault.code(),
            Rejection::Report(fault) => fault.code(),
            Rejection::Round(fault) => fault.code(),
            Rejection::UnknownPolicy(_) => "policy.unknown",
            Rejection::NoPolicy => "policy.none_applies",
            Rejection::Empty { .. } => "field.empty",
            Rejection::TooLong { .. } => "field.too_long",
            Rejection::KindNotByHand => "callout.kind",
            Rejection::NobodyObliged(_) => "callout.nobody_obliged",
            Rejection::UnknownCallout(_) => "callout.unknown",
            Rejection::CalloutClosed(_) => "callout.closed",
            Rejection::UnknownObligation(_) => "obligation.unknown",
            Rejection::NotYours => "obligation.not_yours",
            Rejection::NobodysLogin => "obligation.nobodys_login",
            Rejection::AlreadyAnswered(_) => "obligation.already_answered",
            Rejection::Withdrawn(_) => "obligation.withdrawn",
            Rejection::AmbiguousName(_) => "person.ambiguous",
            Rejection::UnknownName(_) => "person.unknown",
            Rejection::UnknownAttempt(_) => "attempt.unknown",
        }
    }

    /// Returns the field of the request that is at fault, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Rejection::UnknownArea(_)
            | Rejection::OutsideArea(_)
            | Rejection::NobodyObliged(_)
            | Rejection::Orphan { .. }
            | Rejection::OtherJurisdiction(_) => Some("area"),
            Rejection::UnknownPerson { .. } => Some("people"),
            Rejection::UnknownDuty(_) => Some("duty"),
            Rejection::Roster(fault) => match fault {
                RosterFault::UnknownPost(_) | RosterFault::ChangedAfterImport { .. } => {
                    Some("post")
                }
                RosterFault::Nobody | RosterFault::MoreThanSeats { .. } => Some("people"),
                RosterFault::OutsideTable(_) | RosterFault::FarOff => Some("from"),
                RosterFault::EndsBeforeStart | RosterFault::Overlaps(_) | RosterFault::TooLong => {
                    Some("to")
                }
                RosterFault::UnknownOverride(_)
                | RosterFault::UnknownImport(_)
                | RosterFault::ImportTakenBack(_) => Some("id"),
                RosterFault::Rotation { field, .. } => Some(field),
                RosterFault::BeginsInThePast(_) => Some("starts_on"),
                RosterFault::ChangedSince { .. } => Some("seen"),
                RosterFault::Year(_) => Some("year"),
            },
            Rejection::Unit(fault) => Some(fault.field()),
            Rejection::Site(fault) => Some(fault.field()),
            Rejection::Supply(fault) => fault.field(),
            Rejection::Bulletin(fault) => fault.field(),
            Rejection::Incident(fault) => fault.field(),
            Rejection::Assignment(fault) => fault.field(),
            Rejection::Task(fault) => fault.field(),
            Rejection::Closure(fault) => fault.field(),
            Rejection::Leave(fault) => Some(fault.field()),
            Rejection::Swap(fault) => fault.field(),
            Rejection::Test(fault) => Some(fault.field()),
            Rejection::Reinforcement(fault) => Some(fault.field()),
            Rejection::Handover(fault) => Some(fault.field()),
            Rejection::Response(fault) => fault.field(),
            Rejection::Evacuation(fault) => fault.field(),
            Rejection::HotSpot(fault) => fault.field(),
            Rejection::Report(fault) => fault.field(),
            Rejection::Round(fault) => fault.field(),
            Rejection::NotAPoint(_) => Some("lon"),
            Rejection::Policy(_) | Rejection::UnknownPolicy(_) | Rejection::NoPolicy => {
                Some("policy")
            }
            Rejection::WarningConflict { .. } => Some("identifier"),
            Rejection::Empty { field } | Rejection::TooLong { field, .. } => Some(field),
            Rejection::KindNotByHand => Some("kind"),
            Rejection::NobodysLogin | Rejection::AmbiguousName(_) | Rejection::UnknownName(_) => {
                Some("on_behalf_of")
            }
            Rejection::NotAllowed(_)
            | Rejection::Suggestion(_)
            | Rejection::UnknownCallout(_)
            | Rejection::CalloutClosed(_)
            | Rejection::UnknownObligation(_)
            | Rejection::NotYours
            | Rejection::AlreadyAnswered(_)
            | Rejection::Withdrawn(_)
            | Rejection::UnknownAttempt(_) => None,
        }
    }
}
