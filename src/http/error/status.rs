//! The status of each refusal by the board: the only place that knows one.

use axum::http::StatusCode;

use crate::domain::{
    assignment::AssignmentFault, bulletin::BulletinFault, callout::check::PolicyFault,
    closure::ClosureFault, evacuation::EvacuationFault, handover::HandoverFault,
    hotspot::HotSpotFault, incident::IncidentFault, leave::LeaveFault,
    reinforcement::ReinforcementFault, rejection::Rejection, report::ReportFault,
    response::ResponseFault, roster::RosterFault, round::RoundFault, site::SiteFault,
    suggestion::SuggestionFault, supply::SupplyFault, swap::SwapFault, task::TaskFault,
    unit::UnitFault,
};

/// Returns the status of a refusal by the board.
pub(super) fn rejected(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::NotAllowed(_)
        | Rejection::OutsideArea(_)
        | Rejection::NotYours
        | Rejection::NobodysLogin => StatusCode::FORBIDDEN,
        Rejection::UnknownCallout(_)
        | Rejection::UnknownObligation(_)
        | Rejection::UnknownAttempt(_) => StatusCode::NOT_FOUND,
        Rejection::Roster(fault) => roster(fault),
        Rejection::Bulletin(fault) => bulletin(fault),
        Rejection::Suggestion(fault) => suggestion(fault),
        Rejection::Unit(fault) => unit(fault),
        Rejection::Incident(fault) => incident(fault),
        Rejection::Assignment(fault) => assignment(fault),
        Rejection::Task(fault) => task(fault),
        Rejection::Closure(fault) => closure(fault),
        Rejection::Leave(fault) => leave(fault),
        Rejection::Swap(fault) => swap(fault),
        Rejection::Test(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::Reinforcement(ReinforcementFault::NotWanted(_)) => StatusCode::CONFLICT,
        Rejection::Reinforcement(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::Handover(fault) => handover(fault),
        Rejection::Response(fault) => response(fault),
        Rejection::Evacuation(fault) => evacuation(fault),
        Rejection::HotSpot(fault) => hot_spot(fault),
        Rejection::Report(fault) => report(fault),
        Rejection::Round(fault) => round(fault),
        Rejection::Site(fault) => site(fault),
        Rejection::Supply(fault) => supply(fault),
        Rejection::WarningConflict { .. }
        | Rejection::CalloutClosed(_)
        | Rejection::AlreadyAnswered(_)
        | Rejection::Withdrawn(_)
        | Rejection::OtherJurisdiction(_) => StatusCode::CONFLICT,
        Rejection::Policy(PolicyFault { .. })
        | Rejection::NotAPoint(_)
        | Rejection::UnknownArea(_)
        | Rejection::Orphan { .. }
        | Rejection::UnknownPerson { .. }
        | Rejection::UnknownDuty(_)
        | Rejection::UnknownPolicy(_)
        | Rejection::NoPolicy
        | Rejection::Empty { .. }
        | Rejection::TooLong { .. }
        | Rejection::KindNotByHand
        | Rejection::NobodyObliged(_)
        | Rejection::AmbiguousName(_)
        | Rejection::UnknownName(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn roster(fault: &RosterFault) -> StatusCode {
    match fault {
        RosterFault::UnknownPost(_)
        | RosterFault::UnknownOverride(_)
        | RosterFault::UnknownImport(_) => StatusCode::NOT_FOUND,
        RosterFault::Overlaps(_)
        | RosterFault::ChangedSince { .. }
        | RosterFault::ImportTakenBack(_)
        | RosterFault::ChangedAfterImport { .. } => StatusCode::CONFLICT,
        RosterFault::EndsBeforeStart
        | RosterFault::Nobody
        | RosterFault::MoreThanSeats { .. }
        | RosterFault::TooLong
        | RosterFault::FarOff
        | RosterFault::OutsideTable(_)
        | RosterFault::Rotation { .. }
        | RosterFault::BeginsInThePast(_)
        | RosterFault::Year(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn suggestion(fault: &SuggestionFault) -> StatusCode {
    match fault {
        SuggestionFault::UnknownWarning(_) => StatusCode::NOT_FOUND,
        SuggestionFault::Nothing(_) | SuggestionFault::Decided(_) => StatusCode::CONFLICT,
        SuggestionFault::Rules(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn bulletin(fault: &BulletinFault) -> StatusCode {
    match fault {
        BulletinFault::Unknown(_) | BulletinFault::UnknownWarning(_) => StatusCode::NOT_FOUND,
        BulletinFault::WarningOver(_)
        | BulletinFault::Decided(_)
        | BulletinFault::AlreadyIssued(_)
        | BulletinFault::NumberTaken { .. } => StatusCode::CONFLICT,
    }
}

fn incident(fault: &IncidentFault) -> StatusCode {
    match fault {
        IncidentFault::Unknown(_) => StatusCode::NOT_FOUND,
        IncidentFault::Over(_)
        | IncidentFault::Changed { .. }
        | IncidentFault::Step { .. }
        | IncidentFault::UnitsOut { .. } => StatusCode::CONFLICT,
        IncidentFault::Later { .. }
        | IncidentFault::Level
        | IncidentFault::People
        | IncidentFault::Kind(_)
        | IncidentFault::LinkToReport => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn assignment(fault: &AssignmentFault) -> StatusCode {
    match fault {
        AssignmentFault::UnknownAssignment(_) => StatusCode::NOT_FOUND,
        AssignmentFault::Bound { .. }
        | AssignmentFault::NotReady { .. }
        | AssignmentFault::Step { .. } => StatusCode::CONFLICT,
        AssignmentFault::BackInThePast
        | AssignmentFault::UntilInThePast
        | AssignmentFault::Strength => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn task(fault: &TaskFault) -> StatusCode {
    match fault {
        TaskFault::Unknown(_) => StatusCode::NOT_FOUND,
        TaskFault::NotYours(_) => StatusCode::FORBIDDEN,
        TaskFault::Over(_) => StatusCode::CONFLICT,
        TaskFault::DueInThePast => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn leave(fault: &LeaveFault) -> StatusCode {
    match fault {
        LeaveFault::Unknown(_) => StatusCode::NOT_FOUND,
        LeaveFault::Already(_) => StatusCode::CONFLICT,
        LeaveFault::EndsBeforeStart | LeaveFault::TooLong | LeaveFault::FarOff => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

fn swap(fault: &SwapFault) -> StatusCode {
    match fault {
        SwapFault::Unknown(_) => StatusCode::NOT_FOUND,
        SwapFault::NotYours(_) | SwapFault::OwnSwap(_) => StatusCode::FORBIDDEN,
        SwapFault::Over(_)
        | SwapFault::NotTaken(_)
        | SwapFault::Already(_)
        | SwapFault::NotOnDuty { .. }
        | SwapFault::Cannot { .. } => StatusCode::CONFLICT,
        SwapFault::Whose
        | SwapFault::EndsBeforeStart
        | SwapFault::Past
        | SwapFault::TooLong
        | SwapFault::NobodyLeft(_)
        | SwapFault::OneForOne
        | SwapFault::Overlapping => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn handover(fault: &HandoverFault) -> StatusCode {
    match fault {
        HandoverFault::NotYours(_) => StatusCode::FORBIDDEN,
        HandoverFault::NotSigned(_) => StatusCode::UNPROCESSABLE_ENTITY,
        HandoverFault::NotYet(_) | HandoverFault::Already(_) => StatusCode::CONFLICT,
    }
}

fn closure(fault: &ClosureFault) -> StatusCode {
    match fault {
        ClosureFault::Unknown(_) => StatusCode::NOT_FOUND,
        ClosureFault::TooMany => StatusCode::CONFLICT,
        ClosureFault::Shape => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn response(fault: &ResponseFault) -> StatusCode {
    match fault {
        ResponseFault::Unknown(_)
        | ResponseFault::UnknownProposal(_)
        | ResponseFault::NoItem(_) => StatusCode::NOT_FOUND,
        ResponseFault::Decided(_)
        | ResponseFault::Over(_)
        | ResponseFault::Changed { .. }
        | ResponseFault::Overlaps { .. }
        | ResponseFault::Same(_)
        | ResponseFault::NumberTaken { .. }
        | ResponseFault::ConditionsOpen { .. } => StatusCode::CONFLICT,
        ResponseFault::Plans(_) | ResponseFault::UnknownPlan(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn evacuation(fault: &EvacuationFault) -> StatusCode {
    match fault {
        EvacuationFault::Unknown(_)
        | EvacuationFault::UnknownTransfer(_)
        | EvacuationFault::NotAShelter(_) => StatusCode::NOT_FOUND,
        EvacuationFault::NotYours(_) => StatusCode::FORBIDDEN,
        EvacuationFault::Full { .. }
        | EvacuationFault::Moving { .. }
        | EvacuationFault::Over(_)
        | EvacuationFault::TransferOver { .. }
        | EvacuationFault::TooFew { .. }
        | EvacuationFault::ShelterInUse(_) => StatusCode::CONFLICT,
        EvacuationFault::NotARiskPoint(_)
        | EvacuationFault::NoShelter(_)
        | EvacuationFault::People
        | EvacuationFault::NobodyThreatened(_)
        | EvacuationFault::NobodyResponsible(_)
        | EvacuationFault::DueInThePast
        | EvacuationFault::MoreThanPlanned { .. }
        | EvacuationFault::Fewer { .. }
        | EvacuationFault::Unexplained { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn hot_spot(fault: &HotSpotFault) -> StatusCode {
    match fault {
        HotSpotFault::Unknown(_) => StatusCode::NOT_FOUND,
        HotSpotFault::Settled { .. } | HotSpotFault::Burns { .. } => StatusCode::CONFLICT,
        HotSpotFault::Finding(_)
        | HotSpotFault::Detection { .. }
        | HotSpotFault::Count { .. }
        | HotSpotFault::NobodyResponsible(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn report(fault: &ReportFault) -> StatusCode {
    match fault {
        ReportFault::Unknown(_) => StatusCode::NOT_FOUND,
        ReportFault::OwnDraft(_) => StatusCode::FORBIDDEN,
        ReportFault::Over(_)
        | ReportFault::Changed { .. }
        | ReportFault::Unchecked(_)
        | ReportFault::Unsigned(_)
        | ReportFault::FirstMissing(_)
        | ReportFault::FirstSent(_)
        | ReportFault::Waiting(_)
        | ReportFault::NotClosed(_)
        | ReportFault::NumberTaken { .. }
        | ReportFault::TaskByReport(_) => StatusCode::CONFLICT,
        ReportFault::NotAbove(_) | ReportFault::Time { .. } | ReportFault::Rules(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

fn round(fault: &RoundFault) -> StatusCode {
    match fault {
        RoundFault::UnknownCadence(_) | RoundFault::Unknown(_) => StatusCode::NOT_FOUND,
        RoundFault::NotYours(_) => StatusCode::FORBIDDEN,
        RoundFault::Ended(_) | RoundFault::Running(..) | RoundFault::Excused(_) => {
            StatusCode::CONFLICT
        }
        RoundFault::UnknownRule(_)
        | RoundFault::NoTownship(_)
        | RoundFault::NotAsked { .. }
        | RoundFault::People { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn unit(fault: &UnitFault) -> StatusCode {
    match fault {
        UnitFault::Unknown(_) => StatusCode::NOT_FOUND,
        UnitFault::TerminalTaken { .. } => StatusCode::CONFLICT,
        UnitFault::ReportingPeriod(_)
        | UnitFault::Capacity(_)
        | UnitFault::Equipment(_)
        | UnitFault::Members(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn site(fault: &SiteFault) -> StatusCode {
    match fault {
        SiteFault::Unknown(_) => StatusCode::NOT_FOUND,
        SiteFault::OtherKind { .. } | SiteFault::InUse { .. } => StatusCode::CONFLICT,
        SiteFault::NotADepot(_)
        | SiteFault::NotAGauge(_)
        | SiteFault::NotAShelter { .. }
        | SiteFault::Facts { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn supply(fault: &SupplyFault) -> StatusCode {
    match fault {
        SupplyFault::Unknown(_) => StatusCode::NOT_FOUND,
        SupplyFault::NotFree(_)
        | SupplyFault::NotThere { .. }
        | SupplyFault::Stage { .. }
        | SupplyFault::NothingThere { .. }
        | SupplyFault::Delivered(..)
        | SupplyFault::StillHeld(_)
        | SupplyFault::Changed { .. }
        | SupplyFault::PaperGiven { .. }
        | SupplyFault::DepotBusy { .. } => StatusCode::CONFLICT,
        SupplyFault::Rules(_)
        | SupplyFault::UnknownItem { .. }
        | SupplyFault::AmbiguousItem { .. }
        | SupplyFault::Unit { .. }
        | SupplyFault::Dates(_)
        | SupplyFault::Nothing { .. }
        | SupplyFault::Twice { .. }
        | SupplyFault::NotInMovement { .. }
        | SupplyFault::From(_)
        | SupplyFault::SameDepot(_)
        | SupplyFault::IsADepot(_)
        | SupplyFault::HoldTime { .. }
        | SupplyFault::Phone(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
