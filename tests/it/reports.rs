//! Reports to the levels above: which clocks run, who is called before one is late, and who may let a report go.

use std::time::Duration;

use jiaoying::{
    config::{DEADLINES, POLICIES},
    domain::{
        actor::Role,
        callout::{obligation::StateName, policy::CalloutKind},
        command::{Command, Reply},
        deadline::{Medium, Rank, Series, Stage, due_zh},
        event::{Event, TaskEvent},
        ids::{IncidentId, ReportId},
        incident::{self, Casualties, EditIncident, IncidentStep, Occurred, Particulars},
        rejection::Rejection,
        report::{
            ClockState, DraftReport, DropReason, EditReport, Progress, ReportFault, ReportStep,
            Running, TellByPhone,
        },
        task::{Cause, Outcome, TaskReport, TaskStep},
        time::Timestamp,
    },
};

use crate::support::county::{COUNTY, County, actor};

const DESK: &str = "990101000000/duty_officer";

#[test]
fn an_incident_starts_the_clocks_of_its_level_and_the_desk_is_called_before_one_is_late() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 20);
    assert_eq!(
        told(&county, id),
        [
            "首报（电话）：7月21日10:30前报市级（待确认）",
            "首报（书面）：7月21日11:00前报市级（待确认）"
        ]
    );
    // A third of its time before it is due, and not earlier.
    county.pass(19 * 60 + 59);
    assert!(reminders(&county).is_empty());
    county.pass(1);
    assert_eq!(reminders(&county), ["催办：首报（电话）：7月21日10:30前报市级（待确认）"]);
    assert_eq!(county.state(DESK), StateName::Ringing);
    // The call that was made in time ends the clock and the ringing, although it is noted late.
    let at = county.now;
    county.pass(15 * 60);
    by_phone(&mut county, id, Stage::First, at).unwrap();
    assert_eq!(state(&county, id, 1), ClockState::Met { at, late_s: 0 });
    assert_ne!(county.state(DESK), StateName::Ringing);
    assert_eq!(clock(&county, id, 2).state, ClockState::Running);
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn a_clock_that_is_past_when_the_report_comes_in_is_late_at_once_and_calls_at_once() {
    let mut county = county();
    county.adopt(&DEADLINES.replace("\"41\"", "\"99\""));
    let id = received(&mut county, "21B01", Some(2), 50);
    let late: Vec<u64> = clocks(&county, id).iter().map(|c| c.late_s(county.now)).collect();
    // By phone and on paper to the city from receipt, and to the province from the occurrence.
    assert_eq!(late, [0, 0, 35 * 60, 15 * 60]);
    assert_eq!(reminders(&county).len(), 1, "one call about all");
    assert!(reminders(&county)[0].starts_with("催办 2 项"), "{:?}", reminders(&county));
    let at = county.now;
    to(&mut county, id, Stage::First, Rank::Province, at).unwrap();
    assert_eq!(state(&county, id, 3), ClockState::Met { at, late_s: 35 * 60 });
}

#[test]
fn a_change_of_level_or_sensitivity_changes_what_is_demanded_and_what_was_told_stays_told() {
    let mut county = county();
    let id = received(&mut county, "21B01", None, 0);
    assert!(clocks(&county, id).is_empty());
    edit(&mut county, id, |known| known.level = Some(3));
    let at = county.now;
    by_phone(&mut county, id, Stage::First, at).unwrap();
    // To the lowest level nothing is demanded any more.
    edit(&mut county, id, |known| known.level = Some(4));
    assert_eq!(dropped(&county, id), [(2, DropReason::Changed)]);
    assert_eq!(open_tasks(&county, id), 0);
    // A sensitive one is reported whatever its level; who has been told by phone need not be told again.
    edit(&mut county, id, |known| known.sensitive = true);
    let running: Vec<_> = running(&county, id);
    assert_eq!(running, ["首报（书面）：7月21日11:00前报市级（待确认）"]);
    // A word that changes nothing for the rules starts nothing.
    edit(&mut county, id, |known| known.accounts.course = "又塌了".into());
    assert_eq!(clocks(&county, id).len(), 3);
}

#[test]
fn nothing_is_demanded_of_what_was_not_so_or_is_known_already() {
    let mut county = county();
    let first = received(&mut county, "21B01", Some(3), 0);
    let second = received(&mut county, "21B01", Some(3), 0);
    county.run(IncidentStep::Link { incident: second, to: first });
    assert_eq!(dropped(&county, second).len(), 2);
    assert_eq!(dropped(&county, second)[0].1, DropReason::Linked);
    advance(&mut county, first, incident::Stage::Unfounded);
    assert_eq!(dropped(&county, first), [(1, DropReason::Unfounded), (2, DropReason::Unfounded)]);
    county.pass(7_200);
    assert!(reminders(&county).is_empty());
    // It was so after all: the clocks run as if nothing had been.
    advance(&mut county, first, incident::Stage::Handling);
    assert_eq!(running(&county, first).len(), 2);
    assert!(clock(&county, first, 3).late_s(county.now) > 0);
}

#[test]
fn a_report_goes_out_only_as_it_was_read_checked_and_signed_by_somebody_else() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 0);
    let report = drafted(&mut county, id).unwrap();
    assert_eq!(drafted(&mut county, id), Err(ReportFault::Waiting(report).into()));
    let send = ReportStep::Send(report);
    let check = |revision| ReportStep::Check { report, revision };
    let sign = |revision| ReportStep::Sign { report, revision, ordinal: None };
    assert_eq!(county.as_desk(send.clone()), Err(ReportFault::Unsigned(report).into()));
    let as_commander = |county: &mut County, step| {
        county.as_role(Role::Commander, Command::Report(step)).map(drop)
    };
    assert_eq!(as_commander(&mut county, sign(1)), Err(ReportFault::Unchecked(report).into()));
    county.as_desk(check(1)).unwrap();
    assert!(matches!(county.as_desk(sign(1)), Err(Rejection::NotAllowed(_))));
    as_commander(&mut county, sign(1)).unwrap();
    assert_eq!(county.board.reports.get(report).unwrap().progress(), Progress::Signed);
    // One word is changed: what was signed is not what it says now.
    let words = |revision, title: &str| {
        ReportStep::Edit(EditReport {
            report,
            revision,
            to: vec![Rank::City],
            title: title.into(),
            text: "文".into(),
        })
    };
    county.as_desk(words(1, "一")).unwrap();
    let stale = county.as_desk(words(1, "二")).unwrap_err();
    assert_eq!(stale.code(), "report.changed_since");
    assert_eq!(county.as_desk(send.clone()), Err(ReportFault::Unsigned(report).into()));
    assert_eq!(as_commander(&mut county, sign(1)).unwrap_err().code(), "report.changed_since");
    county.as_desk(check(2)).unwrap();
    as_commander(&mut county, sign(2)).unwrap();
    county.pass(50 * 60);
    county.as_desk(send.clone()).unwrap();
    assert_eq!(state(&county, id, 2), ClockState::Met { at: county.now, late_s: 0 });
    assert_eq!(county.as_desk(send), Err(ReportFault::Over(report).into()));
    let sent = county.board.reports.get(report).unwrap();
    assert_eq!(sent.number.unwrap().zh(), "2026年第1期");
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn a_report_that_goes_out_late_says_by_how_much() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 0);
    county.pass(60 * 60 + 7 * 60);
    send(&mut county, id);
    assert_eq!(state(&county, id, 2), ClockState::Met { at: county.now, late_s: 7 * 60 });
    assert_eq!(county.board.reports.iter().next_back().unwrap().late_s, 7 * 60);
}

#[test]
fn whoever_drafts_a_report_does_not_sign_it() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 0);
    let draft = Command::Report(ReportStep::Draft(wanted(id)));
    let reply = county.as_role(Role::Commander, draft).unwrap();
    let Reply::Report { id: report } = reply else { panic!("{reply:?}") };
    county.as_desk(ReportStep::Check { report, revision: 1 }).unwrap();
    let sign = Command::Report(ReportStep::Sign { report, revision: 1, ordinal: None });
    let own = county.as_role(Role::Commander, sign.clone());
    assert_eq!(own, Err(ReportFault::OwnDraft(report).into()));
    county.as_role(Role::Leader, sign).unwrap();
}

#[test]
fn follow_ups_are_due_again_and_again_until_it_is_over_and_then_a_final_report() {
    let mut county = county();
    let rules = DEADLINES.replace("\"41\"", "\"99\"");
    let last = "[[rule]]\nid = \"final\"\nhop = \"county_to_province\"\nstage = \"final\"\nfrom = \"stable\"\n\
        written = { minutes = 2880 }\nsource = \"x\"\nconfirmed = true\n\n";
    county.adopt(&rules.replacen("[[rule]]", &format!("{last}[[rule]]"), 1));
    let id = received(&mut county, "21B01", Some(3), 0);
    let early = ReportStep::Draft(DraftReport { stage: Some(Stage::FollowUp), ..wanted(id) });
    assert_eq!(county.as_desk(early), Err(ReportFault::FirstMissing(id).into()));
    send(&mut county, id);
    assert_eq!(
        running(&county, id),
        ["首报（电话）：7月21日10:30前报市级（待确认）", "续报（书面）：7月21日17:00前报省级"]
    );
    // What goes early counts for the time it was due at; what goes late is late by so much.
    county.pass(6 * 3_600);
    send(&mut county, id);
    assert!(running(&county, id).contains(&"续报（书面）：7月22日08:00前报省级".to_owned()));
    county.pass(16 * 3_600 + 90);
    send(&mut county, id);
    let late = clocks(&county, id).iter().rev().find_map(|running| match running.state {
        ClockState::Met { late_s, .. } => Some(late_s),
        _ => None,
    });
    assert_eq!(late, Some(90));
    let titles: Vec<_> = county.board.reports.about(id).map(|report| &*report.title).collect();
    assert!(titles[0].contains("发生"), "{titles:?}");
    assert!(titles[1].contains("续报一") && titles[2].contains("续报二"), "{titles:?}");
    let early = ReportStep::Draft(DraftReport { stage: Some(Stage::Final), ..wanted(id) });
    assert_eq!(county.as_desk(early), Err(ReportFault::NotClosed(id).into()));
    let at = county.now;
    by_phone(&mut county, id, Stage::First, at).unwrap();
    advance(&mut county, id, incident::Stage::Closed);
    assert_eq!(running(&county, id), ["终报（书面）：7月24日08:01前报省级"]);
    send(&mut county, id);
    assert!(running(&county, id).is_empty());
    assert_eq!(open_tasks(&county, id), 0);
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn an_incident_that_is_taken_up_again_owes_follow_ups_and_no_final_report() {
    let mut county = county();
    let id = received(&mut county, "11A01", Some(3), 0);
    let statistics = |id| DraftReport { series: Series::Statistics, ..wanted(id) };
    send_of(&mut county, statistics(id));
    let at = county.now;
    by_phone(&mut county, id, Stage::First, at).unwrap();
    send(&mut county, id);
    assert_eq!(running(&county, id), ["灾情统计零报告（书面）：7月22日09:00前报市级"]);
    advance(&mut county, id, incident::Stage::Closed);
    assert_eq!(
        running(&county, id),
        ["灾情统计核报（书面）：7月24日24:00前报市级（2026年节假日安排未录入）"]
    );
    advance(&mut county, id, incident::Stage::Handling);
    assert_eq!(running(&county, id), ["灾情统计零报告（书面）：7月22日09:00前报市级"]);
    let reasons: Vec<_> = dropped(&county, id).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [DropReason::Closed, DropReason::Reopened]);
}

#[test]
fn its_task_is_done_by_the_report_alone_and_taken_back_only_with_a_reason() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 0);
    let task = clock(&county, id, 1).task.unwrap();
    let report = TaskReport { task, outcome: Outcome::default() };
    let done = Command::Task(TaskStep::Complete(report));
    let refused = county.as_role(Role::Dispatcher, done);
    assert_eq!(refused, Err(ReportFault::TaskByReport(task).into()));
    let reason = "市局已在现场".into();
    let excused = Command::Task(TaskStep::Withdraw { task, reason });
    county.as_role(Role::Dispatcher, excused).unwrap();
    assert_eq!(dropped(&county, id), [(1, DropReason::ByHand)]);
    // Nor does it come back when a word is changed.
    edit(&mut county, id, |known| known.accounts.course = "又塌了".into());
    assert_eq!(running(&county, id).len(), 1);
}

#[test]
fn a_drill_has_clocks_that_are_marked_and_reports_without_a_number() {
    let mut county = county();
    let particulars = Box::new(particulars(&county, "21B01", Some(3), 0));
    let reply = county.run(IncidentStep::Receive { particulars, drill: true });
    let Reply::Incident { id } = reply else { panic!("{reply:?}") };
    let tasks: Vec<_> = county.board.tasks.of(&Cause::Reports(id)).collect();
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|task| task.drill));
    send(&mut county, id);
    let report = county.board.reports.about(id).next().unwrap();
    assert!(report.title.starts_with("【演练】") && report.text.starts_with("【演练】"));
    assert_eq!(report.number, None);
    assert_eq!(county.board.reports.last_ordinal(2026), 0);
}

#[test]
fn numbers_rise_in_the_year_and_none_is_given_twice() {
    let mut county = county();
    let number = |county: &County, id| {
        county.board.reports.about(id).next().unwrap().number.map(|n| n.ordinal)
    };
    let id = received(&mut county, "21B01", Some(3), 0);
    let report = ready(&mut county, wanted(id));
    let sign = |ordinal| Command::Report(ReportStep::Sign { report, revision: 1, ordinal });
    county.as_role(Role::Commander, sign(Some(54))).unwrap();
    // Given back and signed again it keeps its number.
    let back = ReportStep::Return { report, reason: "漏了地点".into() };
    county.as_role(Role::Commander, Command::Report(back)).unwrap();
    assert_eq!(county.board.reports.get(report).unwrap().progress(), Progress::Drafted);
    county.as_desk(ReportStep::Check { report, revision: 1 }).unwrap();
    county.as_role(Role::Commander, sign(None)).unwrap();
    assert_eq!(number(&county, id), Some(54));
    let id = received(&mut county, "21B01", Some(3), 0);
    let report = ready(&mut county, wanted(id));
    let sign = |ordinal| Command::Report(ReportStep::Sign { report, revision: 1, ordinal });
    let taken = county.as_role(Role::Commander, sign(Some(54)));
    assert_eq!(taken, Err(ReportFault::NumberTaken { year: 2026, last: 54 }.into()));
    county.as_role(Role::Commander, sign(None)).unwrap();
    assert_eq!(number(&county, id), Some(55));
}

#[test]
fn what_cannot_be_is_refused_with_its_field() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 20);
    let now = county.now;
    let later = now + Duration::from_secs(1);
    for (to_whom, at, code, field) in [
        (Rank::Township, now, "report.not_above", "to"),
        (Rank::County, now, "report.not_above", "to"),
        (Rank::City, later, "report.time", "at"),
        (Rank::City, now - Duration::from_secs(20 * 60 + 1), "report.time", "at"),
    ] {
        let refused = to(&mut county, id, Stage::First, to_whom, at).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (code, Some(field)));
    }
    let step =
        |text: &str| ReportStep::Draft(DraftReport { text: Some(text.into()), ..wanted(id) });
    assert_eq!(county.as_desk(step(" ")), Err(Rejection::Empty { field: "text" }));
    assert_eq!(county.as_desk(step(&"雨".repeat(10_001))).unwrap_err().code(), "field.too_long");
    let unknown = ReportStep::Send(ReportId(9));
    assert_eq!(county.as_desk(unknown), Err(ReportFault::Unknown(ReportId(9)).into()));
    // Somebody of a township does not write in the county's name.
    let mut clerk = actor("clerk", Role::Dispatcher);
    clerk.area = "990101001".parse().unwrap();
    let refused = county.submit(&clerk, Command::Report(ReportStep::Draft(wanted(id))));
    assert_eq!(refused, Err(Rejection::OutsideArea(COUNTY.parse().unwrap())));
}

/// A county of one township under the policies and the time limits that come with the program.
fn county() -> County {
    let mut county = County::found(POLICIES, 1, 1);
    county.adopt(DEADLINES);
    county
}

impl County {
    fn adopt(&mut self, rules: &str) {
        let rules = toml::from_str(rules).unwrap();
        self.must(Command::Report(ReportStep::Adopt(rules)));
    }

    #[track_caller]
    fn run(&mut self, step: IncidentStep) -> Reply {
        self.as_role(Role::Dispatcher, Command::Incident(step)).unwrap()
    }

    fn as_desk(&mut self, step: ReportStep) -> Result<(), Rejection> {
        self.as_role(Role::Dispatcher, Command::Report(step)).map(drop)
    }
}

/// What happened `minutes` ago and is reported now.
fn particulars(county: &County, kind: &str, level: Option<u8>, minutes: u64) -> Particulars {
    let occurred = county.now - Duration::from_secs(minutes * 60);
    Particulars {
        kind: kind.into(),
        level,
        sensitive: false,
        received_at: county.now,
        occurred: Occurred { at: occurred, about: false },
        place: incident::Place {
            area: "990101001001".parse().unwrap(),
            address: "省道 12 公里处".into(),
            point: None,
        },
        source: incident::Source::default(),
        casualties: Casualties::default(),
        accounts: incident::Accounts::default(),
    }
}

fn received(county: &mut County, kind: &str, level: Option<u8>, minutes: u64) -> IncidentId {
    let particulars = Box::new(particulars(county, kind, level, minutes));
    let reply = county.run(IncidentStep::Receive { particulars, drill: false });
    let Reply::Incident { id } = reply else { panic!("{reply:?}") };
    id
}

fn edit(county: &mut County, id: IncidentId, change: impl FnOnce(&mut Particulars)) {
    let known = county.board.incidents.get(id).unwrap();
    let (revision, mut particulars) = (known.revision, Box::new(known.particulars.clone()));
    change(&mut particulars);
    county.run(IncidentStep::Edit(EditIncident { incident: id, revision, particulars }));
}

fn advance(county: &mut County, incident: IncidentId, to: incident::Stage) {
    county.run(IncidentStep::Advance { incident, to, note: "会商决定".into() });
}

fn by_phone(
    county: &mut County,
    incident: IncidentId,
    stage: Stage,
    at: Timestamp,
) -> Result<(), Rejection> {
    to(county, incident, stage, Rank::City, at)
}

fn to(
    county: &mut County,
    incident: IncidentId,
    stage: Stage,
    to: Rank,
    at: Timestamp,
) -> Result<(), Rejection> {
    county.as_desk(ReportStep::TellByPhone(TellByPhone {
        incident,
        series: Series::Incident,
        stage,
        to,
        whom: "市应急局值班室王五".into(),
        at,
        words: "已报主要情况".into(),
    }))
}

fn wanted(incident: IncidentId) -> DraftReport {
    DraftReport {
        incident,
        series: Series::Incident,
        stage: None,
        to: Vec::new(),
        kind: "坍塌".into(),
        title: None,
        text: None,
    }
}

fn drafted(county: &mut County, incident: IncidentId) -> Result<ReportId, Rejection> {
    county.as_desk(ReportStep::Draft(wanted(incident)))?;
    Ok(county.board.reports.iter().next_back().unwrap().id)
}

/// Drafts a report and lets it be checked.
fn ready(county: &mut County, wanted: DraftReport) -> ReportId {
    county.as_desk(ReportStep::Draft(wanted)).unwrap();
    let report = county.board.reports.iter().next_back().unwrap().id;
    county.as_desk(ReportStep::Check { report, revision: 1 }).unwrap();
    report
}

fn send(county: &mut County, incident: IncidentId) {
    send_of(county, wanted(incident));
}

fn send_of(county: &mut County, wanted: DraftReport) {
    let report = ready(county, wanted);
    let sign = ReportStep::Sign { report, revision: 1, ordinal: None };
    county.as_role(Role::Commander, Command::Report(sign)).unwrap();
    county.as_desk(ReportStep::Send(report)).unwrap();
}

fn clocks(county: &County, id: IncidentId) -> Vec<Running> {
    county.board.reports.dossier(id).map(|dossier| dossier.clocks.clone()).unwrap_or_default()
}

fn clock(county: &County, id: IncidentId, number: usize) -> Running {
    clocks(county, id)[number - 1].clone()
}

fn state(county: &County, id: IncidentId, number: usize) -> ClockState {
    clock(county, id, number).state
}

fn told(county: &County, id: IncidentId) -> Vec<String> {
    let zone = county.board.timezone();
    clocks(county, id).iter().map(|running| due_zh(&running.clock, zone)).collect()
}

fn running(county: &County, id: IncidentId) -> Vec<String> {
    let zone = county.board.timezone();
    let clocks = clocks(county, id);
    let running = clocks.iter().filter(|running| running.is_running());
    running.map(|running| due_zh(&running.clock, zone)).collect()
}

fn dropped(county: &County, id: IncidentId) -> Vec<(u32, DropReason)> {
    let clocks = clocks(county, id);
    let dropped = clocks.iter().filter_map(|running| match running.state {
        ClockState::Dropped { reason, .. } => Some((running.number, reason)),
        _ => None,
    });
    dropped.collect()
}

fn open_tasks(county: &County, id: IncidentId) -> usize {
    county.board.tasks.of(&Cause::Reports(id)).filter(|task| task.is_open()).count()
}

/// What the desk has been called about, the same again left out.
fn reminders(county: &County) -> Vec<String> {
    let reminded = county.events("task_reminded").into_iter().filter(|event| {
        matches!(event, Event::Task(TaskEvent::TaskReminded(reminded)) if reminded.obligation.is_some())
    });
    let callouts = county.board.callouts.iter();
    let callouts = callouts.filter(|callout| callout.kind == CalloutKind::Reminder);
    let told: Vec<String> = callouts.map(|callout| callout.subject.to_string()).collect();
    assert_eq!(told.is_empty(), reminded.count() == 0);
    told
}

#[test]
fn a_clock_is_of_one_medium() {
    let mut county = county();
    let id = received(&mut county, "21B01", Some(3), 0);
    send(&mut county, id);
    let left: Vec<_> = clocks(&county, id).into_iter().filter(Running::is_running).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].clock.medium, Medium::Phone, "paper does not take the place of the call");
}
