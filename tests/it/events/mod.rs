//! Every kind of event stays readable for ever: one text of each kind and version is kept in
//! `fixtures/events_v1.jsonl`, and no line of it is ever changed.
//!
//! A new kind or version first gets a place in `story` or `dispatch`; then `UPDATE_FIXTURES=1 cargo test events`
//! adds the lines that are missing.

mod dispatch;
mod story;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use chrono::NaiveDate;
use jiaoying::domain::{
    actor::{Actor, Role},
    area::Area,
    assignment::{AssignmentStep, Readiness, ReadinessState, SayReady, Status},
    bulletin::Outlet,
    callout::{
        attempt::Outcome,
        policy::{CalloutKind, PolicySet},
    },
    closure::{CloseRoad, RoadStep},
    command::{
        AnswerKind, ApproveBulletin, BulletinStep, Command, DecideSuggestion, DraftBulletin,
        RefuseBulletin, Reply, RosterStep,
    },
    deadline::{self, Rank, Series},
    duty_reminder::{self, Coming},
    evacuation::{
        EvacuationStep, Headcount, Leg, Numbers, OrderEvacuation, Origin, PermitReturn,
        ReportHeadcount, ReportTransfer, Whom,
    },
    event::{
        AccessChanged, CalloutEvent, DutyTableSet, Entry, Event, LossAccepted, RotationSet,
        Unreadable,
    },
    fence::Crossing,
    flaw::{First, FlawKind, LookAhead, Place as FlawPlace},
    gauge::{Seen, Shown, Trend},
    handover::{Side, SignHandover, Signing},
    hole::{CoverageStep, Filled, Found, Nearest, Spot},
    hotspot::{Confidence, Detection, Finding, HotSpotStep, ImportHotSpots, SettleHotSpot},
    ids::{
        BulletinId, CadenceId, ClosureId, EvacuationId, HotSpotId, IncidentId, LeaveId, Level,
        MovementId, PostId, ProposalId, ReportId, RoundId, SiteId, TransferId,
    },
    incident::{
        self, Accounts, Casualties, EditIncident, IncidentStep, Occurred, Particulars, Place,
        Source,
    },
    leave::{LeaveStep, TakeLeave},
    person::Channel,
    recommend::Lacking,
    reinforcement::{More, Need, ReinforceStep, Rule, Season, Send},
    report::{DraftReport, EditReport, ReportStep, TellByPhone},
    response::{Propose, ResponseStep, StartResponse, Tick},
    road::Closure,
    roster::{Calendar, DayPlan, DayType, Post, Rotation, Rotations, Shift, ShiftTime, Year},
    round::{GiveReturn, Return, RoundStep, StartCadence},
    silence::{LastHeard, Voice},
    site::{EvacuationPlan, Facts, Gauge, Hazard, Measure, RiskPoint, Shelter, Site, Thresholds},
    spot_check::{CheckPlan, DrawLot},
    suggestion::{Part, Rules},
    supply::{
        self, Count, Destination, GivePaper, HoldSupplies, How, MoveSupplies, Party, StockLine,
        SupplyRules, SupplyStep, Wanted,
    },
    swap::{AskSwap, SwapStep, Turn},
    task::{self, TaskReport, TaskStep},
    time::Seconds,
    unit::Unit,
    warning::{Colour, MessageKind, Original},
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use self::story::story;
use crate::dispatch::story::{CREW, breach};
use crate::response::{
    self,
    story::{grade, starting, taking},
};
use crate::support::{
    county::{COUNTY, County, about, actor, alert, in_person, site, unit},
    story::{CLERK, HOLDER, NEIGHBOUR, VILLAGE, policies, policy},
};

#[test]
fn every_text_that_was_ever_written_is_read_and_written_alike() {
    for line in kept() {
        let event = Event::decode(&line.kind, line.version, line.data.get()).unwrap();
        assert_eq!(event.kind(), line.kind);
        if event.version() == line.version {
            assert_eq!(event.encode(), line.data.get(), "{}", line.kind);
        }
    }
}

#[test]
fn a_text_of_every_kind_is_kept() {
    let told: Vec<Event> = story().journal.into_iter().map(|entry| entry.event).collect();
    let names: BTreeSet<&str> = told.iter().map(Event::kind).collect();
    let all: BTreeSet<&str> = Event::kinds().collect();
    assert_eq!(names, all, "the story brings about every kind");
    let written = kept();
    let missing = missing(&told, &written);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let lines = written.iter().chain(&missing);
        let lines: Vec<String> = lines.map(|line| serde_json::to_string(line).unwrap()).collect();
        std::fs::write(path(), lines.join("\n") + "\n").unwrap();
    } else {
        let missing: Vec<&str> = missing.iter().map(|line| line.kind.as_str()).collect();
        assert!(missing.is_empty(), "add these by UPDATE_FIXTURES=1: {missing:?}");
    }
}

#[test]
fn what_was_written_before_a_field_was_added_is_still_read() {
    let data = r#"{"id":"o-1.0","callout":"c-1","person":"p","channel":"voice"}"#;
    let Event::Callout(CalloutEvent::AttemptStarted(started)) =
        Event::decode("attempt_started", 1, data).unwrap()
    else {
        panic!()
    };
    assert!(started.also.is_empty());
}

#[test]
fn a_kind_or_version_of_a_newer_program_is_refused_with_the_remedy() {
    for (kind, version) in [("moon_landed", 1), ("callout_opened", 2), ("callout_opened", 0)] {
        let refused = Event::decode(kind, version, "{}").unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "event {kind} version {version} cannot be read: this program is older than the \
                 journal; install the version that wrote it"
            )
        );
    }
}

#[test]
fn a_text_that_was_tampered_with_is_refused_and_says_where() {
    for (data, says) in [
        ("", "EOF while parsing"),
        ("{}", "missing field `id`"),
        (r#"{"id":"x-1"}"#, "not a callout id such as c-7"),
        (r#"{"id":"c-1""#, "EOF while parsing"),
    ] {
        let refused: Unreadable = Event::decode("callout_closed", 1, data).unwrap_err();
        assert!(refused.to_string().contains(says), "{refused}");
        assert_eq!((refused.kind.as_str(), refused.version), ("callout_closed", 1));
    }
}

/// What the first event of each kind is about.
const SUBJECTS: &[(&str, &str)] = &[
    ("area_saved", COUNTY),
    ("person_saved", "000000-lead_officer"),
    ("post_saved", "990101000000/lead_officer"),
    ("unit_saved", "u-1"),
    ("unit_removed", "u-1"),
    ("site_saved", "b-1"),
    ("site_removed", "d-1"),
    ("fence_crossed", "u-2"),
    ("gauge_crossed", "g-1"),
    ("silence_began", "省台"),
    ("silence_ended", "省台"),
    ("coverage_hole_opened", "990101001000"),
    ("coverage_hole_closed", "990101001000"),
    ("roster_flaw_found", "990101001000/grid_person"),
    ("roster_flaw_mended", "990101001000/grid_person"),
    ("duty_reminded", "990101001000/grid_person"),
    ("duty_reminder_void", "990101001000/grid_person"),
    ("reinforcement_sent", "990101000000/lead_officer"),
    ("reinforcement_declined", "990101000000/duty_officer"),
    ("spot_check_drawn", "nights"),
    ("spot_check_held", "nights"),
    ("stock_counted", "d-1"),
    ("supply_rules_adopted", "supplies"),
    ("supply_held", "m-1"),
    ("supply_issued", "m-1"),
    ("supply_paper_due", "m-2"),
    ("warning_accepted", "w-1"),
    ("warning_witnessed", "w-3"),
    ("suggestion_rules_adopted", "suggestions"),
    ("suggestion_decided", "w-3"),
    ("bulletin_drafted", "b-1"),
    ("bulletin_refused", "b-1"),
    ("bulletin_issued", "b-2"),
    ("callout_opened", "c-1"),
    ("obligation_opened", "o-1"),
    ("attempt_started", "o-1.0"),
    ("quorum_met", COUNTY),
    ("override_added", "v-1"),
    ("lines_set", "app"),
    ("policies_adopted", "policies"),
    ("evacuation_ordered", "e-1"),
    ("evacuation_ended", "e-1"),
    ("transfer_ordered", "y-1"),
    ("transfer_progressed", "y-1"),
    ("transfer_ended", "y-1"),
    ("transfer_returned", "y-1"),
    ("shelter_counted", "s-1"),
    ("hot_spot_found", "f-1"),
    ("hot_spot_settled", "f-1"),
    ("access_changed", "zhang"),
    ("incident_received", "i-1"),
    ("incident_edited", "i-1"),
    ("incident_linked", "i-2"),
    ("incident_noted", "i-1"),
    ("incident_advanced", "i-1"),
    ("unit_assigned", "a-1"),
    ("assignment_advanced", "a-1"),
    ("assignment_stalled", "a-1"),
    ("unit_readied", "u-9"),
    ("leave_taken", "q-1"),
    ("leave_ended", "q-1"),
    ("swap_asked", "d-1"),
    ("swap_declined", "d-1"),
    ("swap_taken", "d-2"),
    ("swap_ended", "d-1"),
    ("post_watched", "990101000000/duty_officer"),
    ("handover_opened", "h-1"),
    ("handover_signed", "h-1"),
    ("road_closed", "x-1"),
    ("road_opened", "x-1"),
    ("plans_adopted", "plans"),
    ("response_proposed", "p-1"),
    ("response_proposal_decided", "p-1"),
    ("response_started", "l-1"),
    ("response_levelled", "l-1"),
    ("response_ticked", "l-1"),
    ("response_ended", "l-1"),
    ("task_given", "t-1"),
    ("task_signed", "t-1"),
    ("task_progressed", "t-1"),
    ("task_reminded", "t-1"),
    ("task_done", "t-1"),
    ("task_withdrawn", "t-2"),
    ("report_rules_adopted", "deadlines"),
    ("report_clock_started", "i-5"),
    ("report_drafted", "r-1"),
    ("cadence_started", "k-1"),
    ("round_returned", "n-1"),
];

#[test]
fn each_event_names_what_it_is_about_by_its_id() {
    let county = story();
    let subject = |kind: &str| county.events(kind)[0].subject().to_string();
    for (kind, id) in SUBJECTS {
        assert_eq!(subject(kind), *id, "{kind}");
    }
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    kind: String,
    version: u16,
    data: Box<RawValue>,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/events_v1.jsonl")
}

fn kept() -> Vec<Line> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns, for each kind and version that no line keeps, its barest and its fullest text.
fn missing(told: &[Event], kept: &[Line]) -> Vec<Line> {
    let mut missing = Vec::new();
    for kind in Event::kinds() {
        let texts = told.iter().filter(|event| event.kind() == kind);
        let mut texts: Vec<(usize, String, u16)> =
            texts.map(|e| (e.encode().len(), e.encode(), e.version())).collect();
        texts.sort();
        let Some((_, _, version)) = texts.first().cloned() else { continue };
        if kept.iter().any(|line| line.kind == kind && line.version == version) {
            continue;
        }
        let (bare, full) = (texts[0].1.clone(), texts[texts.len() - 1].1.clone());
        for text in BTreeSet::from([bare, full]) {
            let value: Box<RawValue> = serde_json::from_str(&text).unwrap();
            let data = to_raw_value(&value).unwrap();
            missing.push(Line { kind: kind.to_owned(), version, data });
        }
    }
    missing
}

#[test]
fn entries_are_numbered_without_a_gap() {
    let journal: Vec<Entry> = story().journal;
    for (index, entry) in journal.iter().enumerate() {
        assert_eq!(entry.seq, index as u64 + 1);
    }
}
