//! What may be asked of the board. Deciding it may refuse; nothing else changes the board.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    area::Area,
    assignment::AssignmentStep,
    bulletin::Outlet,
    callout::{
        attempt::Outcome,
        policy::{CalloutKind, PolicySet},
    },
    closure::RoadStep,
    duty_reminder::Coming,
    evacuation::EvacuationStep,
    event::{AccessChanged, DutyTableSet, LinesSet, LossAccepted, RotationSet},
    fence::Crossing,
    flaw::LookAhead,
    gauge::Seen,
    handover::SignHandover,
    hole::CoverageStep,
    hotspot::{HotSpotStep, Taken},
    ids::{
        AreaCode, AssignmentId, AttemptId, BulletinId, CadenceId, CalloutId, ClosureId,
        EvacuationId, HandoverId, ImportId, IncidentId, LeaveId, MovementId, ObligationId,
        OverrideId, PersonId, PostId, ProposalId, ReportId, ResponseId, SiteId, SwapId, TaskId,
        UnitId, WarningId,
    },
    incident::IncidentStep,
    leave::LeaveStep,
    person::Person,
    reinforcement::ReinforceStep,
    report::ReportStep,
    response::{ResponseStep, Take},
    roster::{Calendar, Post, Rotation, Year},
    round::RoundStep,
    silence::LastHeard,
    site::Site,
    spot_check::{DrawLot, Here},
    suggestion::{Part, Rules},
    supply::SupplyStep,
    swap::SwapStep,
    task::TaskStep,
    time::Timestamp,
    unit::Unit,
    verification::TestContacts,
    warning::{Colour, Message, Original},
};

/// An input to [`Board::decide`](super::board::Board::decide).
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    SetJurisdiction {
        area: AreaCode,
        timezone: Tz,
    },
    AdoptPolicies(PolicySet),
    SetLines(LinesSet),
    SaveAreas(Vec<Area>),
    Roster(RosterStep),
    SaveUnits(Vec<Unit>),
    RemoveUnit(UnitId),
    SaveSites(Vec<Site>),
    RemoveSite(SiteId),
    Supply(SupplyStep),
    AcceptWarning {
        message: Box<Message>,
        original: Original,
    },
    AdoptRules(Rules),
    DecideSuggestion(DecideSuggestion),
    Bulletin(BulletinStep),
    Incident(IncidentStep),
    Assignment(AssignmentStep),
    Task(TaskStep),
    Road(RoadStep),
    Leave(LeaveStep),
    Swap(SwapStep),
    SignHandover(SignHandover),
    Response(ResponseStep),
    Evacuation(EvacuationStep),
    HotSpot(HotSpotStep),
    Report(ReportStep),
    Round(RoundStep),
    OpenCallout(OpenCallout),
    WithdrawCallout {
        callout: CalloutId,
        note: CompactString,
    },
    Answer(GiveAnswer),
    RecordAttempt {
        attempt: AttemptId,
        outcome: Outcome,
    },
    RepeatAttempt(AttemptId),
    /// A gauge shows something that changes how it stands.
    NoteGauge(Seen),
    /// These have said nothing for longer than they should.
    NoteSilence(Vec<LastHeard>),
    /// These are heard again.
    NoteHeard(Vec<LastHeard>),
    /// Warned areas have lost their cover, or have it again.
    NoteCoverage(CoverageStep),
    /// What has been found wrong with the roster ahead: all there is.
    NoteFlaws(LookAhead),
    /// What somebody decides about more people on duty than usual.
    Reinforce(ReinforceStep),
    /// Which shifts begin soon: all there are.
    RemindOfDuties(Coming),
    /// Asks people to show that their telephones work.
    TestContacts(TestContacts),
    /// Whether, when and of whom there is a spot check.
    DrawLot(DrawLot),
    /// Units were seen to enter or leave warned areas.
    NoteCrossings(Vec<Crossing>),
    NoteAccess(AccessChanged),
    AcceptLoss(LossAccepted),
    /// Time has reached what [`Board::next_deadline`](super::board::Board::next_deadline) named.
    Elapse,
}

/// What somebody does about people, posts and who holds them.
#[derive(Debug, Clone, PartialEq)]
pub enum RosterStep {
    AdoptCalendar(Calendar),
    /// Enters or corrects the days of one year.
    SetYear {
        number: i32,
        year: Year,
    },
    SavePeople(Vec<Person>),
    SavePosts(Vec<Post>),
    SetRotations(Vec<RotationSet>),
    PlanRotation(PlanRotation),
    /// Replaces a stretch of one post's table, as somebody saw and filled it.
    FillTable {
        set: DutyTableSet,
        /// The last change of the post that was seen.
        seen: u64,
    },
    SetDutyTable(Vec<DutyTableSet>),
    /// Brings in the tables of a file, all of them or none.
    Import(ImportTables),
    /// Puts back what stood in the tables before an import.
    TakeBackImport(ImportId),
    AddOverride(AddOverride),
    RemoveOverride(OverrideId),
}

/// Duty tables as a file has them, and as somebody saw what they would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTables {
    /// The file's name; may be empty.
    pub file: CompactString,
    /// Posts that the file names and that are not known yet: they are created with it.
    pub posts: Vec<Post>,
    pub sets: Vec<DutyTableSet>,
    /// The last change of any of the posts that was seen.
    pub seen: u64,
}

/// Puts a rotation in force from today or a later day on; what was before stays on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRotation {
    pub post: PostId,
    pub rotation: Rotation,
    /// Each order goes on where it stands then, whatever the rotation says of who begins.
    pub goes_on: bool,
}

/// Takes up what a warning suggests, or parts of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideSuggestion {
    pub warning: WarningId,
    pub taken: Vec<Part>,
    pub note: CompactString,
    /// How the response is started, where that is taken up; `None` leaves the proposal to be decided by itself.
    pub response: Option<Take>,
}

/// What somebody does about a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulletinStep {
    Draft(DraftBulletin),
    Approve(ApproveBulletin),
    Refuse(RefuseBulletin),
}

/// Words what the public is to be told of a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftBulletin {
    pub warning: WarningId,
    pub texts: BTreeMap<Outlet, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApproveBulletin {
    pub bulletin: BulletinId,
    /// Its number in the year where the county has counted before; the next one when left out.
    pub ordinal: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefuseBulletin {
    pub bulletin: BulletinId,
    pub reason: CompactString,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddOverride {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub people: Vec<PersonId>,
    pub reason: CompactString,
}

/// A callout opened by hand (人工叫应, 抽查).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCallout {
    pub kind: CalloutKind,
    pub subject: CompactString,
    pub text: String,
    pub area: AreaCode,
    pub policy: Option<CompactString>,
    pub severity: Option<Colour>,
    pub drill: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveAnswer {
    pub obligation: ObligationId,
    pub answer: AnswerKind,
    pub note: String,
    /// Whose answer it is, when it is not the actor's own: a person's id or name (代应答).
    pub on_behalf_of: Option<CompactString>,
    /// How they were spoken to: 座机, 对讲机 ….
    pub via: Option<CompactString>,
    /// Where whoever answers is; kept only where a check asks.
    pub here: Option<Here>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    Acknowledged,
    /// Cannot come (无法到岗): the next is rung at once.
    Declined,
}

/// What a command was answered with. A command that is repeated gets the first answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    Done,
    Warning {
        id: WarningId,
        callouts: Vec<CalloutId>,
        /// The same message had come before.
        repeated: bool,
    },
    Bulletin {
        id: BulletinId,
    },
    Callout {
        id: CalloutId,
    },
    Incident {
        id: IncidentId,
    },
    Assignment {
        id: AssignmentId,
        obligation: ObligationId,
    },
    Closure {
        id: ClosureId,
    },
    Tasks {
        ids: Vec<TaskId>,
    },
    Movement {
        id: MovementId,
    },
    Response {
        id: ResponseId,
    },
    Proposal {
        id: ProposalId,
        /// The response that it led to.
        response: Option<ResponseId>,
    },
    Evacuation {
        id: EvacuationId,
    },
    HotSpots(Taken),
    Report {
        id: ReportId,
    },
    Cadence {
        id: CadenceId,
    },
    Override {
        id: OverrideId,
    },
    Import {
        id: ImportId,
        /// Stretches of tables that it changed.
        tables: usize,
    },
    Leave {
        id: LeaveId,
    },
    Swap {
        id: SwapId,
    },
    Handover {
        id: HandoverId,
    },
    Answer {
        seq: u64,
        late: bool,
    },
}

impl Reply {
    /// Returns where an answer stands in the journal, and whether it was late.
    pub fn answered(&self) -> Option<(u64, bool)> {
        if let Reply::Answer { seq, late } = self { Some((*seq, *late)) } else { None }
    }
}
