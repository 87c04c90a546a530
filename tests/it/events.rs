//! Every kind of event stays readable for ever: one text of each kind and version is kept in
//! `fixtures/events_v1.jsonl`, and no line of it is ever changed.
//!
//! A new kind or version first gets a place in `story` below; then `UPDATE_FIXTURES=1 cargo test events`
//! adds the lines that are missing.

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
    callout::{attempt::Outcome, policy::CalloutKind},
    closure::{CloseRoad, RoadStep},
    command::{
        AnswerKind, ApproveBulletin, BulletinStep, Command, DecideSuggestion, DraftBulletin,
        RefuseBulletin, Reply, RosterStep,
    },
    deadline::{self, Rank, Series},
    evacuation::{
        EvacuationStep, Headcount, Leg, Numbers, OrderEvacuation, Origin, PermitReturn,
        ReportHeadcount, ReportTransfer, Whom,
    },
    event::{
        AccessChanged, CalloutEvent, DutyTableSet, Entry, Event, LossAccepted, RotationSet,
        Unreadable,
    },
    fence::Crossing,
    gauge::{Seen, Shown, Trend},
    hotspot::{Confidence, Detection, Finding, HotSpotStep, ImportHotSpots, SettleHotSpot},
    ids::{
        BulletinId, CadenceId, ClosureId, EvacuationId, HotSpotId, IncidentId, MovementId,
        ProposalId, ReportId, RoundId, SiteId, TransferId,
    },
    incident::{
        self, Accounts, Casualties, EditIncident, IncidentStep, Occurred, Particulars, Place,
        Source,
    },
    person::Channel,
    report::{DraftReport, EditReport, ReportStep, TellByPhone},
    response::{Propose, ResponseStep, StartResponse, Tick},
    road::Closure,
    roster::{Calendar, DayPlan, DayType, Rotation, Shift, ShiftTime, Year},
    round::{GiveReturn, Return, RoundStep, StartCadence},
    silence::{LastHeard, Voice},
    site::{EvacuationPlan, Facts, Gauge, Hazard, Measure, RiskPoint, Shelter, Site, Thresholds},
    suggestion::{Part, Rules},
    supply::{
        self, Count, Destination, GivePaper, HoldSupplies, How, MoveSupplies, Party, StockLine,
        SupplyRules, SupplyStep, Wanted,
    },
    task::{self, TaskReport, TaskStep},
    time::Seconds,
    unit::Unit,
    warning::{Colour, MessageKind, Original},
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::dispatch::story::{CREW, breach};
use crate::response::{
    self,
    story::{grade, starting, taking},
};
use crate::support::{
    county::{COUNTY, County, about, actor, alert, site, unit},
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

/// Tells a story in which everything happens that can.
fn story() -> County {
    let mut county = County::small(4);
    roster(&mut county);
    resources(&mut county);
    let orange = county.orange();
    crossings(&mut county);
    county.answer_on_behalf(HOLDER, county.at(VILLAGE).id, "座机", "到岗").unwrap();
    let call = county.call_to("001002-village_duty", Channel::Voice);
    county.must(Command::RepeatAttempt(call));
    county.report(HOLDER, Channel::Voice, Outcome::HungUp { after_s: 8 });
    county.sleep(60);
    county.stand_in(NEIGHBOUR, CLERK, 0, 10_000);
    county.sleep(400);
    county.report_all(Outcome::Failed { reason: "no route".into(), lasting: true });
    county.sleep(2_000);
    county.called_out(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let id = county.at(VILLAGE).id;
    county.answer_for(HOLDER, id, AnswerKind::Declined).unwrap();
    county.answer(HOLDER, VILLAGE);
    county.called_out(about("n2", MessageKind::Update, alert("n3", Colour::Red, &[COUNTY])));
    let relayed = Command::AcceptWarning {
        message: Box::new(alert("n3", Colour::Yellow, &[COUNTY])),
        original: Original { media_type: "test".into(), body: String::new(), base64: false },
    };
    county.submit(&actor("relay", Role::Gateway), relayed).unwrap();
    bulletins(&mut county);
    county.warn(about("n3", MessageKind::Cancel, alert("n4", Colour::Red, &[COUNTY])));
    assert!(!county.board.callouts.get(orange).unwrap().is_open());
    let desk = county.desk();
    for duty in ["lead_officer", "duty_officer", "flood_chief"] {
        county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
    }
    county.decline("000000-flood_chief", "990101000000/flood_chief");
    let note = "会商结束".into();
    county.as_role(Role::Commander, Command::WithdrawCallout { callout: desk, note }).unwrap();
    let fact = AccessChanged {
        login: "zhang".into(),
        what: "created".into(),
        detail: "role dispatcher".into(),
    };
    county.must(Command::NoteAccess(fact));
    county.must(Command::AcceptLoss(LossAccepted { anchored_seq: 12, found_seq: 10 }));
    gauges(&mut county);
    incidents(&mut county);
    supplies(&mut county);
    responses(&mut county);
    evacuations(&mut county);
    hot_spots(&mut county);
    reports(&mut county);
    county
}
/// Proposed by hand and turned down, proposed by a rule and taken up, raised, ticked and ended.
fn responses(county: &mut County) {
    county.must(Command::Response(ResponseStep::AdoptPlans(response::story::plans())));
    let propose = Propose {
        plan: "fire".into(),
        level: grade(4),
        scope: [COUNTY.parse().unwrap()].into(),
        why: "风大物燥".into(),
        drill: true,
    };
    let propose = Command::Response(ResponseStep::Propose(propose));
    county.as_role(Role::Dispatcher, propose).unwrap();
    county.decides(ProposalId(1), None, "夜间有雨").unwrap();
    county.breached();
    let proposal = county.waiting()[0].id;
    county.decides(proposal, Some(taking("示汛指〔2026〕1号")), "").unwrap();
    let id = county.board.responses.open().next().unwrap().id;
    let drill = StartResponse { drill: true, ..starting(4, &[COUNTY], "示汛指〔2026〕2号") };
    county.starts(drill).unwrap();
    county.sets_level(id, 1).unwrap();
    county.ticks(id, true, 1, true).unwrap();
    let note = "工作组 12 人".into();
    let tick = Tick { response: id, condition: false, n: 2, ticked: true, note };
    county.as_role(Role::Dispatcher, Command::Response(ResponseStep::Tick(tick))).unwrap();
    county.ticks(id, true, 1, false).unwrap();
    county.ends(id, "转为常态处置").unwrap();
}
/// A breach, the boats sent to it, and what somebody else is told to do about it.
fn incidents(county: &mut County) {
    let mut boat = unit("u-9", "990101001001");
    boat.contact = Some(CREW.parse().unwrap());
    county.must(Command::SaveUnits(vec![boat]));
    let readiness = Readiness {
        state: ReadinessState::Ready,
        note: "满员".into(),
        until: None,
        strength: Some(6),
    };
    let said = SayReady { unit: "u-9".parse().unwrap(), readiness };
    county.dispatch(Command::Assignment(AssignmentStep::SayReady(said))).unwrap();
    let id = county.breached();
    let mut particulars = Box::new(breach(county));
    particulars.casualties.trapped = Some(20);
    let edit = EditIncident { incident: id, revision: 1, particulars };
    county.dispatch(Command::Incident(IncidentStep::Edit(edit))).unwrap();
    let again = county.breached();
    county.dispatch(Command::Incident(IncidentStep::Link { incident: again, to: id })).unwrap();
    let note = IncidentStep::Note { incident: id, text: "水位仍在上涨".into() };
    county.dispatch(Command::Incident(note)).unwrap();
    let what = Closure::Road("road-1".into());
    let close = CloseRoad {
        what,
        area: COUNTY.parse().unwrap(),
        reason: "路面过水".into(),
        expected_until: Some(county.now + Duration::from_secs(7_200)),
    };
    county.dispatch(Command::Road(RoadStep::Close(close))).unwrap();
    county.dispatch(Command::Road(RoadStep::Open(ClosureId(1)))).unwrap();
    let (boat, _) = county.send("u-9", id).unwrap();
    county.crew(CREW, boat, Status::Accepted);
    county.sleep(1_000);
    county.crew(CREW, boat, Status::OnScene);
    let ids = county.task("转移群众", &[VILLAGE, NEIGHBOUR], 30);
    county.answer(HOLDER, VILLAGE);
    let outcome =
        task::Outcome {
            note: "已转移 12 人".into(), count: Some(12), ..task::Outcome::default()
        };
    let report = TaskReport { task: ids[0], outcome };
    county.dispatch(Command::Task(TaskStep::Progress(report.clone()))).unwrap();
    county.sleep(2_000);
    county.dispatch(Command::Task(TaskStep::Complete(report))).unwrap();
    let withdraw = TaskStep::Withdraw { task: ids[1], reason: "改由镇里负责".into() };
    county.dispatch(Command::Task(withdraw)).unwrap();
}
/// Three orders to leave, of which one is a drill, and the ways in which they end.
fn evacuations(county: &mut County) {
    let due_at = county.now + Duration::from_secs(3_600);
    let leg = |people| {
        let area = "990101001001".parse().unwrap();
        let from = Origin { area, risk_point: None, place: "村小学".into() };
        Leg { from, people: Some(people), to: "s-1".parse().ok() }
    };
    let wanted = OrderEvacuation {
        whom: Whom::Legs(vec![leg(10)]),
        due_at,
        text: String::new(),
        on_word_of: String::new().into(),
        incident: None,
        over_capacity: None,
        drill: false,
    };
    let mut step = |step| {
        county.as_role(Role::Dispatcher, Command::Evacuation(step)).unwrap();
    };
    let counted = |said, reason: Option<&str>| {
        EvacuationStep::Count(ReportHeadcount {
            shelter: "s-1".parse().unwrap(),
            said,
            note: reason.unwrap_or_default().to_owned(),
            over_capacity: reason.map(Into::into),
        })
    };
    let said = |transfer, moved, note: &str| ReportTransfer {
        transfer: TransferId(transfer),
        numbers: Numbers { moved, ..Numbers::default() },
        note: note.to_owned(),
        done: false,
        over_capacity: None,
    };
    step(EvacuationStep::Order(wanted.clone()));
    let numbers = Numbers { moved: 4, refusing: 1, immobile: 2, out_of_contact: 3 };
    step(EvacuationStep::Report(ReportTransfer {
        numbers,
        over_capacity: Some("桥断了".into()),
        ..said(1, 0, "一户拒绝转移")
    }));
    step(EvacuationStep::Report(said(1, 10, "")));
    step(counted(Headcount::Counted(8), None));
    step(counted(Headcount::Arrived(900), Some("学校操场")));
    step(EvacuationStep::Order(OrderEvacuation {
        whom: Whom::Threatened { area: COUNTY.parse().unwrap(), hazard: Some(Hazard::Landslide) },
        text: "立即转移".to_owned(),
        on_word_of: "县长".into(),
        incident: Some(IncidentId(1)),
        over_capacity: Some("桥断了".into()),
        drill: true,
        ..wanted.clone()
    }));
    step(EvacuationStep::CallOff { transfer: TransferId(2), reason: "雨停".to_owned() });
    step(counted(Headcount::Counted(8), None));
    step(EvacuationStep::Order(OrderEvacuation { whom: Whom::Legs(vec![leg(5)]), ..wanted }));
    step(EvacuationStep::Report(said(3, 5, "")));
    for (evacuation, note) in [(1, ""), (3, "险情解除")] {
        step(EvacuationStep::PermitReturn(PermitReturn {
            evacuation: EvacuationId(evacuation),
            permitted_by: "县长".into(),
            note: note.to_owned(),
        }));
    }
    let home = |transfer, people, note: &str| EvacuationStep::Returned {
        transfer: TransferId(transfer),
        people,
        note: note.to_owned(),
    };
    step(home(1, None, ""));
    step(home(3, Some(4), "一人住院"));
}

/// A fire that grows, and something else in a drill.
fn hot_spots(county: &mut County) {
    let village = Area {
        code: "990101001001".parse().unwrap(),
        name: "东街村".into(),
        centroid: Some([114.5, 35.6]),
        outline: Vec::new(),
    };
    county.must(Command::SaveAreas(vec![village]));
    let bare = Detection {
        satellite: "N20".into(),
        instrument: String::new().into(),
        at: county.now,
        point: [114.5, 35.6],
        confidence: Confidence::Nominal,
        brightness_k: None,
        frp_mw: None,
        pixel_km: None,
        night: false,
    };
    let full = Detection {
        instrument: "VIIRS".into(),
        point: [114.51, 35.625],
        brightness_k: Some(337.25),
        frp_mw: Some(5.5),
        pixel_km: Some([0.5, 0.625]),
        night: true,
        ..bare.clone()
    };
    let mut import = |detections, drill| {
        let import = HotSpotStep::Import(ImportHotSpots { detections, drill });
        county.as_role(Role::Gateway, Command::HotSpot(import)).unwrap();
    };
    import(vec![bare.clone()], false);
    import(vec![full.clone()], true);
    import(vec![Detection { satellite: "N21".into(), ..bare }], false);
    import(vec![Detection { satellite: "N21".into(), ..full }], true);
    for (number, finding, note) in [(1, Finding::TrueFire, ""), (2, Finding::False, "彩钢瓦反光")]
    {
        let (hot_spot, note) = (HotSpotId(number), note.to_owned());
        let settle = HotSpotStep::Settle(SettleHotSpot { hot_spot, finding, note });
        county.as_role(Role::Dispatcher, Command::HotSpot(settle)).unwrap();
    }
}

/// A collapse is reported by telephone and on paper, in a drill and in earnest, and every township is asked.
fn reports(county: &mut County) {
    let rules = toml::from_str(jiaoying::config::DEADLINES).unwrap();
    county.must(Command::Report(ReportStep::Adopt(rules)));
    let (now, area) = (county.now, "990101001001".parse().unwrap());
    let known = Particulars {
        kind: "21B01".into(),
        level: Some(3),
        sensitive: false,
        received_at: now,
        occurred: Occurred { at: now, about: true },
        place: Place { area, address: "粮站".into(), point: None },
        source: Source { name: "张三".into(), phone: "13900000000".into(), ..Source::default() },
        casualties: Casualties { trapped: Some(2), ..Casualties::default() },
        accounts: Accounts::default(),
    };
    let desk = |county: &mut County, step| {
        county.as_role(Role::Dispatcher, step).unwrap();
    };
    let [drill, incident] = [true, false].map(|drill| {
        let particulars = Box::new(known.clone());
        let receive = Command::Incident(IncidentStep::Receive { particulars, drill });
        let reply = county.as_role(Role::Dispatcher, receive).unwrap();
        let Reply::Incident { id } = reply else { panic!("{reply:?}") };
        id
    });
    let (to, note) = (incident::Stage::Unfounded, "演练结束".into());
    desk(county, Command::Incident(IncidentStep::Advance { incident: drill, to, note }));
    desk(
        county,
        Command::Report(ReportStep::TellByPhone(TellByPhone {
            incident,
            series: Series::Incident,
            stage: deadline::Stage::First,
            to: Rank::City,
            whom: "市局王五".into(),
            at: now,
            words: "粮站坍塌，2人被困".into(),
        })),
    );
    for (incident, number) in [(drill, 1), (incident, 2)] {
        let wanted = DraftReport {
            incident,
            series: Series::Incident,
            stage: None,
            to: Vec::new(),
            kind: "坍塌".into(),
            title: None,
            text: None,
        };
        desk(county, Command::Report(ReportStep::Draft(wanted)));
        let report = ReportId(number);
        let sign = |revision| Command::Report(ReportStep::Sign { report, revision, ordinal: None });
        desk(county, Command::Report(ReportStep::Check { report, revision: 1 }));
        county.as_role(Role::Commander, sign(1)).unwrap();
        let back = ReportStep::Return { report, reason: "补伤亡".into() };
        county.as_role(Role::Commander, Command::Report(back)).unwrap();
        let (title, text) = ("粮站坍塌".into(), "2人被困。".into());
        let edit = EditReport { report, revision: 1, to: vec![Rank::City], title, text };
        desk(county, Command::Report(ReportStep::Edit(edit)));
        desk(county, Command::Report(ReportStep::Check { report, revision: 2 }));
        county.as_role(Role::Commander, sign(2)).unwrap();
    }
    let (report, reason) = (ReportId(1), "演练结束".into());
    desk(county, Command::Report(ReportStep::Drop { report, reason }));
    desk(county, Command::Report(ReportStep::Send(ReportId(2))));
    rounds(county);
}
fn rounds(county: &mut County) {
    let desk = |county: &mut County, step| {
        county.as_role(Role::Dispatcher, Command::Round(step)).unwrap();
    };
    let areas = vec![COUNTY.parse().unwrap()];
    let (rule, reason) = ("three_a_day".into(), "Ⅱ级响应".into());
    desk(county, RoundStep::Start(StartCadence { rule, areas, reason, drill: false }));
    let due = county.board.rounds.cadences().next().unwrap().next_due;
    county.sleep(due.since(county.now).as_secs());
    let answers = [
        Return::Nothing,
        Return::Numbers {
            casualties: Casualties { trapped: Some(2), ..Casualties::default() },
            moved: Some(130),
            text: "低洼处进水".into(),
        },
    ];
    for answer in answers {
        let (round, area) = (RoundId(1), "990101001000".parse().unwrap());
        desk(county, RoundStep::Return(GiveReturn { round, area, answer }));
    }
    let (cadence, reason) = (CadenceId(1), "响应终止".into());
    desk(county, RoundStep::End { cadence, reason });
}

fn bulletins(county: &mut County) {
    let warning = county.board.active_warnings().next().unwrap().id;
    let rules: Rules = toml::from_str(jiaoying::config::SUGGESTIONS).unwrap();
    county.as_role(Role::Admin, Command::AdoptRules(rules)).unwrap();
    let (taken, note) = (vec![Part::Response, Part::Teams], "会商决定".into());
    let decide = DecideSuggestion { warning, taken, note, response: None };
    county.as_role(Role::Commander, Command::DecideSuggestion(decide)).unwrap();
    let texts = BTreeMap::from([(Outlet::Sms, "【示例县气象台】发布暴雨红色预警。".to_owned())]);
    let draft = Command::Bulletin(BulletinStep::Draft(DraftBulletin { warning, texts }));
    county.as_role(Role::Dispatcher, draft.clone()).unwrap();
    let refuse = RefuseBulletin { bulletin: BulletinId(1), reason: "漏了柳河镇".into() };
    county.as_role(Role::Commander, Command::Bulletin(BulletinStep::Refuse(refuse))).unwrap();
    county.as_role(Role::Dispatcher, draft).unwrap();
    let approve = ApproveBulletin { bulletin: BulletinId(2), ordinal: Some(54) };
    county.as_role(Role::Commander, Command::Bulletin(BulletinStep::Approve(approve))).unwrap();
}

fn roster(county: &mut County) {
    let whole_day = ShiftTime { from_minute: 480, minutes: 1_440 };
    let crews = vec![vec!["000000-bureau_head".parse().unwrap()]];
    let plan = DayPlan { shifts: vec![whole_day], crews };
    let rotation = Rotation {
        starts_on: "2026-07-01".parse().unwrap(),
        days: [(DayType::Workday, plan.clone()), (DayType::MakeupWorkday, plan)].into(),
    };
    let post = "990101000000/bureau_head".parse().unwrap();
    county.must(Command::Roster(RosterStep::SetRotations(vec![RotationSet {
        post,
        rotation: Some(rotation),
    }])));
    let (from, to) = (county.now, county.now + Duration::from_secs(86_400));
    let people = vec!["000000-flood_chief".parse().unwrap()];
    let post = "990101000000/flood_chief".parse().unwrap();
    let shifts = vec![Shift { from, to, people }];
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![DutyTableSet {
        post,
        from,
        to,
        shifts,
    }])));
    let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    let year = Year { off: [day(1), day(2)].into(), worked: [day(10)].into() };
    county.must(Command::Roster(RosterStep::AdoptCalendar(Calendar {
        years: [(2026, year)].into(),
    })));
    let reply = county.stand_in("990101000000/lead_officer", CLERK, 900_000, 900_060);
    let Reply::Override { id } = reply else { panic!() };
    county.must(Command::Roster(RosterStep::RemoveOverride(id)));
}

/// Registers a unit of which all is known and one of which little is, and scraps the first.
fn resources(county: &mut County) {
    let plain = unit("u-2", COUNTY);
    let full = Unit {
        base: Some([114.5, 35.6]),
        terminal: Some("866001".into()),
        strength: Some(3),
        contact: Some("000000-bureau_head".parse().unwrap()),
        capabilities: vec!["boat_rescue".into()],
        ..unit("u-1", COUNTY)
    };
    county.must(Command::SaveUnits(vec![full, plain]));
    county.must(Command::RemoveUnit("u-1".parse().unwrap()));
    sites(county);
}

/// Drives a unit into the warned county and out of a stretch that the warning draws.
fn crossings(county: &mut County) {
    let (warning, now) = (county.board.active_warnings().next().unwrap().id, county.now);
    let crossing = |area, entered, second| Crossing {
        unit: "u-2".parse().unwrap(),
        warning,
        area,
        entered,
        at: now + Duration::from_secs(second),
        lon: 114.5,
        lat: 35.6,
    };
    let crossed = vec![crossing(COUNTY.parse().ok(), true, 1), crossing(None, false, 2)];
    let node = Actor::node(COUNTY.parse().unwrap());
    county.submit(&node, Command::NoteCrossings(crossed)).unwrap();
}

/// The reservoir rises to two of its levels, in earnest and in a drill, and falls silent before anybody is named
/// who has to look into it, and after.
fn gauges(county: &mut County) {
    let node = Actor::node(COUNTY.parse().unwrap());
    let gauge: SiteId = "g-1".parse().unwrap();
    let trend = Some(Trend { m_h: 0.25, low_m_h: 0.125, high_m_h: 0.5 });
    for (second, metres, exercise) in [(1, 64.5, true), (2, 66.25, false), (3, 66.5, true)] {
        let at = county.now + Duration::from_secs(second);
        let trend = trend.filter(|_| !exercise);
        let shown = Shown::Level { metres, highest_m: Some(metres), trend };
        let seen = Seen { gauge: gauge.clone(), at, shown, exercise };
        county.submit(&node, Command::NoteGauge(seen)).unwrap();
    }
    let heard = |voice: Voice, county: &County, second| LastHeard {
        voice,
        at: county.now + Duration::from_secs(second),
    };
    let source = Voice::Source("省台".into());
    let silent = vec![heard(source.clone(), county, 0)];
    county.submit(&node, Command::NoteSilence(silent)).unwrap();
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    county.must(Command::AdoptPolicies(set));
    let silent = vec![heard(Voice::Gauge(gauge), county, 0)];
    county.submit(&node, Command::NoteSilence(silent)).unwrap();
    let again = vec![heard(source, county, 1)];
    county.submit(&node, Command::NoteHeard(again)).unwrap();
}

/// Food goes to a place and to another depot, on paper and on somebody's word, and comes back or does not.
fn supplies(county: &mut County) {
    let rules: SupplyRules = toml::from_str(jiaoying::config::SUPPLIES).unwrap();
    let brief = Seconds(5);
    let rules = SupplyRules { hold_s: brief, paper_s: brief, ..rules };
    county.must(Command::Supply(SupplyStep::AdoptRules(rules)));
    let depots = ["d-3", "d-4"].map(|id| site(id, COUNTY, Facts::Depot));
    county.must(Command::SaveSites(depots.into()));
    let line = StockLine {
        item: "food".into(),
        name: "方便食品".into(),
        unit: "箱".into(),
        quantity: 40,
        batch: "F2505".into(),
        produced: NaiveDate::from_ymd_opt(2025, 5, 20),
        expires: NaiveDate::from_ymd_opt(2028, 5, 19),
        position: "3-1".into(),
    };
    let count = Count { depot: "d-3".parse().unwrap(), lines: vec![line] };
    county.must(Command::Supply(SupplyStep::Count(vec![count])));
    let desk = actor("desk", Role::Dispatcher);
    for wanted in orders(county) {
        county.submit(&desk, Command::Supply(SupplyStep::Hold(Box::new(wanted)))).unwrap();
    }
    let mut step = |movement, how, quantity, said: bool| {
        let wanted = MoveSupplies {
            movement: MovementId(movement),
            how,
            parts: vec![supply::Part { item: "food".into(), quantity, batch: None }],
            party: said.then(|| party("罗守堤")),
            note: if said { "已点清".into() } else { "".into() },
            revision: None,
        };
        county.submit(&desk, Command::Supply(SupplyStep::Move(wanted))).unwrap();
    };
    let ways = [How::Issue, How::Dispatch, How::Receive];
    for how in ways.into_iter().chain([How::Return(None), How::WriteOff(None), How::Release]) {
        step(1, how, if ways.contains(&how) { 6 } else { 2 }, true);
    }
    ways.into_iter().for_each(|how| step(2, how, 1, false));
    county.pass(6);
    let (movement, paper) = (MovementId(2), "调〔2026〕7号".into());
    let given = GivePaper { movement, paper, revision: None };
    county.submit(&desk, Command::Supply(SupplyStep::GivePaper(given))).unwrap();
}

/// An order of which all is said and one of which little is.
fn orders(county: &County) -> [HoldSupplies; 2] {
    let wanted = |quantity, spec: &str| Wanted { item: "food".into(), quantity, spec: spec.into() };
    let full = HoldSupplies {
        depot: "d-3".parse().unwrap(),
        lines: vec![wanted(9, "压缩饼干")],
        incident: county.board.incidents.iter().next().map(|incident| incident.id),
        to: Destination::Place(supply::Place {
            name: "柳河堤".into(),
            at: Some([114.5, 35.6]),
            area: COUNTY.parse().ok(),
        }),
        receiver: party("罗守堤"),
        sender: Some(party("库管员")),
        ordered_by: "罗麦祥".into(),
        paper: Some("调〔2026〕6号".into()),
        hold_s: None,
        note: "速送".into(),
    };
    let bare = HoldSupplies {
        lines: vec![wanted(4, "")],
        incident: None,
        to: Destination::Depot("d-4".parse().unwrap()),
        receiver: Party { person: "马库".into(), ..Party::default() },
        sender: None,
        ordered_by: "".into(),
        paper: None,
        note: "".into(),
        ..full.clone()
    };
    [full, bare]
}

fn party(person: &str) -> Party {
    Party { unit: "城关街道办".into(), person: person.into(), phone: "19400000001".into() }
}

/// Saves a site of each kind, the gauge and the point of risk with all that can be known of them.
fn sites(county: &mut County) {
    let thresholds = Thresholds {
        warning_m: Some(64.1),
        guarantee_m: Some(66.1),
        flood_limit_m: Some(65.0),
        ..Thresholds::default()
    };
    let gauge = Gauge {
        measures: Measure::Reservoir,
        water: Some("石岭水库".into()),
        datum: Some("1985国家高程基准".into()),
        thresholds,
        later: Vec::new(),
        guards: Vec::new(),
        station: None,
        reports_every_s: Some(300),
    };
    let plan = EvacuationPlan { shelter: "s-1".parse().unwrap(), text: "沿村道步行".into() };
    let point =
        RiskPoint { hazard: Hazard::Landslide, residents: 46, repaired: false, plan: Some(plan) };
    let full = |id, facts| Site {
        contact: Some("000000-bureau_head".parse().unwrap()),
        ..site(id, COUNTY, facts)
    };
    county.must(Command::SaveSites(vec![
        site("b-1", COUNTY, Facts::Base),
        site("d-1", COUNTY, Facts::Depot),
        full("s-1", Facts::Shelter(Shelter { capacity: 800, night_capacity: Some(500) })),
        full("g-1", Facts::Gauge(Box::new(gauge))),
        full("r-1", Facts::RiskPoint(point)),
    ]));
    let line = StockLine {
        item: "2030101".into(),
        name: "冲锋舟".into(),
        unit: "艘".into(),
        quantity: 12,
        ..StockLine::default()
    };
    let count = |lines| Count { depot: "d-1".parse().unwrap(), lines };
    county.must(Command::Supply(SupplyStep::Count(vec![count(vec![line])])));
    county.must(Command::Supply(SupplyStep::Count(vec![count(Vec::new())])));
    county.must(Command::RemoveSite("d-1".parse().unwrap()));
}

#[test]
fn entries_are_numbered_without_a_gap() {
    let journal: Vec<Entry> = story().journal;
    for (index, entry) in journal.iter().enumerate() {
        assert_eq!(entry.seq, index as u64 + 1);
    }
}
