//! Rounds in which every township reports: switched on by a person, asked for in time, told who has not answered.

use jiaoying::{
    config::{DEADLINES, POLICIES},
    domain::{
        actor::{Actor, Role},
        callout::{obligation::StateName, policy::CalloutKind},
        command::{Command, Reply},
        event::{Event, RoundEvent},
        ids::{CadenceId, RoundId},
        incident::Casualties,
        rejection::Rejection,
        report::ReportStep,
        round::{GiveReturn, Return, Round, RoundFault, RoundStep, StartCadence},
        task::{Cause, Outcome, Stage, TaskReport, TaskStep},
    },
};

use crate::support::county::{COUNTY, County, in_person};

const TOWNSHIP: &str = "990101001000";
const OTHER: &str = "990101002000";

#[test]
fn every_township_is_asked_an_hour_before_and_called_if_it_has_not_answered() {
    let mut county = county();
    start(&mut county, "three_a_day", &[COUNTY]).unwrap();
    assert_eq!(county.board.next_deadline(), "2026-07-21T13:00:00+08:00".parse().ok());
    county.pass(3 * 3_600 - 1);
    assert!(county.board.rounds.iter().next().is_none());
    county.pass(1);
    let round = round(&county, 1);
    assert_eq!(round.due_at, "2026-07-21T14:00:00+08:00".parse().unwrap());
    assert_eq!(round.townships.len(), 2);
    let task = county.board.tasks.of(&Cause::Round(round.id)).next().unwrap();
    assert_eq!(task.title, "一日三报：7月21日14:00前报县级（待确认）");
    assert!(called(&county).is_empty());
    // One answers in time; the other is called a quarter of an hour before.
    let clerk = in_person("001000-duty_officer");
    answer(&mut county, &clerk, TOWNSHIP, Return::Nothing).unwrap();
    county.pass(45 * 60);
    assert_eq!(called(&county), ["990101002000/duty_officer"]);
    county.pass(15 * 60 + 30);
    let numbers = Return::Numbers {
        casualties: Casualties { trapped: Some(2), ..Casualties::default() },
        moved: Some(130),
        text: "低洼处进水".into(),
    };
    let desk = crate::support::county::actor("dispatcher", Role::Dispatcher);
    answer(&mut county, &desk, OTHER, numbers.clone()).unwrap();
    let township = &self::round(&county, 1).townships[&OTHER.parse().unwrap()];
    let answered = township.answered.as_ref().unwrap();
    assert_eq!((answered.late_s, &answered.answer), (30, &numbers));
    assert_ne!(county.state("990101002000/duty_officer"), StateName::Ringing);
    // What was wrong is put right; that it was in time stays.
    answer(&mut county, &clerk, TOWNSHIP, numbers.clone()).unwrap();
    let first = &self::round(&county, 1).townships[&TOWNSHIP.parse().unwrap()];
    let first = first.answered.as_ref().unwrap();
    assert_eq!((first.late_s, first.corrected_at), (0, Some(county.now)));
    // The next one comes by itself, an hour before eight in the evening.
    county.pass(5 * 3_600);
    assert_eq!(self::round(&county, 2).due_at, "2026-07-21T20:00:00+08:00".parse().unwrap());
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn a_task_that_is_said_to_be_done_is_the_answer() {
    let mut county = county();
    start(&mut county, "three_a_day", &[COUNTY]).unwrap();
    county.pass(3 * 3_600);
    for (area, note, expected) in [
        (TOWNSHIP, "", Return::Nothing),
        (
            OTHER,
            "进水 3 户",
            Return::Numbers {
                casualties: Casualties::default(),
                moved: Some(9),
                text: "进水 3 户".into(),
            },
        ),
    ] {
        let task = round(&county, 1).townships[&area.parse().unwrap()].task;
        let count = (!note.is_empty()).then_some(9);
        let outcome = Outcome { note: note.into(), count, ..Outcome::default() };
        let done = Command::Task(TaskStep::Complete(TaskReport { task, outcome }));
        let clerk = in_person(&format!("{}-duty_officer", &area[6..]));
        county.submit(&clerk, done).unwrap();
        let township = &round(&county, 1).townships[&area.parse().unwrap()];
        assert_eq!(township.answered.as_ref().unwrap().answer, expected);
    }
}

#[test]
fn only_the_township_itself_or_the_desk_answers_and_only_what_can_be() {
    let mut county = county();
    start(&mut county, "three_a_day", &[TOWNSHIP]).unwrap();
    county.pass(3 * 3_600);
    let neighbour = in_person("002000-duty_officer");
    let refused = answer(&mut county, &neighbour, TOWNSHIP, Return::Nothing);
    // A leader may give tasks, so he answers for it like the desk; a grid person may not.
    assert!(refused.is_ok());
    let mut clerk = in_person("002000-duty_officer");
    clerk.area = OTHER.parse().unwrap();
    let refused = answer(&mut county, &clerk, TOWNSHIP, Return::Nothing);
    assert_eq!(refused.unwrap_err().code(), "round.not_yours");
    let desk = crate::support::county::actor("dispatcher", Role::Dispatcher);
    let not_asked = answer(&mut county, &desk, OTHER, Return::Nothing).unwrap_err();
    assert_eq!((not_asked.code(), not_asked.field()), ("round.not_asked", Some("area")));
    let empty =
        Return::Numbers { casualties: Casualties::default(), moved: None, text: " ".into() };
    let refused = answer(&mut county, &desk, TOWNSHIP, empty);
    assert_eq!(refused, Err(Rejection::Empty { field: "text" }));
    let many = Return::Numbers {
        casualties: Casualties::default(),
        moved: Some(1_000_001),
        text: String::new(),
    };
    assert_eq!(answer(&mut county, &desk, TOWNSHIP, many).unwrap_err().field(), Some("moved"));
}

#[test]
fn rounds_are_switched_on_once_and_off_with_a_reason() {
    let mut county = county();
    let on = start(&mut county, "three_a_day", &[COUNTY]).unwrap();
    let again = start(&mut county, "three_a_day", &[OTHER]);
    assert_eq!(again, Err(RoundFault::Running(on, OTHER.parse().unwrap()).into()));
    for (rule, area, code) in [
        ("hourly", COUNTY, "round.unknown_rule"),
        ("zero_report", "990101001001", "round.no_township"),
        ("zero_report", "990101999000", "area.unknown"),
    ] {
        assert_eq!(start(&mut county, rule, &[area]).unwrap_err().code(), code);
    }
    start(&mut county, "zero_report", &[TOWNSHIP]).unwrap();
    county.pass(3 * 3_600);
    let end = |reason: &str| RoundStep::End { cadence: on, reason: reason.into() };
    assert_eq!(run(&mut county, end("")), Err(Rejection::Empty { field: "reason" }));
    run(&mut county, end("响应终止")).unwrap();
    assert_eq!(run(&mut county, end("响应终止")), Err(RoundFault::Ended(on).into()));
    let tasks: Vec<_> = county.board.tasks.of(&Cause::Round(RoundId(1))).collect();
    assert!(tasks.iter().all(|task| task.stage == Stage::Withdrawn), "nobody is called any more");
    let desk = crate::support::county::actor("dispatcher", Role::Dispatcher);
    let late = answer(&mut county, &desk, TOWNSHIP, Return::Nothing).unwrap_err();
    assert_eq!(late.code(), "round.excused");
    county.pass(86_400);
    let rounds: Vec<CadenceId> = county.board.rounds.iter().map(|round| round.cadence).collect();
    assert_eq!(rounds, [on, CadenceId(2)]);
    assert!(called(&county).iter().all(|post| post.starts_with(TOWNSHIP)));
}

#[test]
fn rounds_that_fell_due_while_no_node_ran_are_named_and_not_asked_for() {
    let mut county = county();
    start(&mut county, "three_a_day", &[COUNTY]).unwrap();
    county.now = "2026-07-22T07:30:00+08:00".parse().unwrap();
    county.must(Command::Elapse);
    let opened = county.events("round_opened");
    let [Event::Round(RoundEvent::RoundOpened(opened))] = opened.as_slice() else { panic!() };
    assert_eq!(opened.due_at, "2026-07-22T08:00:00+08:00".parse().unwrap());
    let missed: Vec<String> = opened.missed.iter().map(ToString::to_string).collect();
    assert_eq!(missed, ["2026-07-21T14:00:00.000+08:00", "2026-07-21T20:00:00.000+08:00"]);
}

#[test]
fn a_round_that_would_leave_no_time_is_left_to_the_next_one() {
    let mut county = county();
    county.now = "2026-07-21T13:45:00+08:00".parse().unwrap();
    start(&mut county, "three_a_day", &[COUNTY]).unwrap();
    county.pass(0);
    assert!(county.board.rounds.iter().next().is_none());
    county.now = "2026-07-22T13:40:00+08:00".parse().unwrap();
    let mut other = self::county();
    other.now = "2026-07-21T13:30:00+08:00".parse().unwrap();
    start(&mut other, "three_a_day", &[COUNTY]).unwrap();
    assert_eq!(round(&other, 1).due_at, "2026-07-21T14:00:00+08:00".parse().unwrap());
}

/// A county of two townships under what comes with the program.
fn county() -> County {
    let mut county = County::found(POLICIES, 2, 1);
    let rules = toml::from_str(DEADLINES).unwrap();
    county.must(Command::Report(ReportStep::Adopt(rules)));
    county
}

fn start(county: &mut County, rule: &str, areas: &[&str]) -> Result<CadenceId, Rejection> {
    let areas = areas.iter().map(|area| area.parse().unwrap()).collect();
    let (rule, reason) = (rule.into(), "防汛Ⅱ级响应".into());
    let start = RoundStep::Start(StartCadence { rule, areas, reason, drill: false });
    match run(county, start)? {
        Reply::Cadence { id } => Ok(id),
        other => panic!("{other:?}"),
    }
}

fn run(county: &mut County, step: RoundStep) -> Result<Reply, Rejection> {
    county.as_role(Role::Dispatcher, Command::Round(step))
}

fn answer(
    county: &mut County,
    who: &Actor,
    area: &str,
    answer: Return,
) -> Result<Reply, Rejection> {
    let given = GiveReturn { round: RoundId(1), area: area.parse().unwrap(), answer };
    county.submit(who, Command::Round(RoundStep::Return(given)))
}

fn round(county: &County, number: u64) -> Round {
    county.board.rounds.get(RoundId(number)).unwrap().clone()
}

/// The posts that were called because they had not answered.
fn called(county: &County) -> Vec<String> {
    let callouts = county.board.callouts.iter();
    let reminders = callouts.filter(|callout| callout.kind == CalloutKind::Reminder);
    reminders.flat_map(|callout| callout.by_post.keys().map(ToString::to_string)).collect()
}
