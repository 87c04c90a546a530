//! What is over calls nobody: faults that the simulation has found in orders and tasks.

use jiaoying::domain::{
    assignment::Status,
    callout::{attempt::Outcome, obligation::StateName, policy::CalloutKind},
    command::{AnswerKind, Command, Reply},
    ids::TaskId,
    task::{GiveTasks, Given, TaskStep},
};

use super::story::{BOAT, CREW, OTHER, county, dispatcher};
use crate::support::county::{County, in_person};

const VILLAGE: &str = "990101001001/village_duty";
const VILLAGER: &str = "001001-village_duty";

#[test]
fn sending_a_unit_ends_the_one_call_that_reminds_of_several_that_declined() {
    let mut county = county();
    let incident = county.breached();
    let sent = [BOAT, OTHER].map(|boat| county.send(boat, incident).unwrap());
    for (id, _) in sent {
        county.steps(&dispatcher(), id, Status::Declined, "机器故障").unwrap();
    }
    county.sleep(10 * 60);
    let reminder = county.board.tasks.open().next().unwrap().reminder.unwrap();
    assert!(county.board.callouts.obligation(reminder).unwrap().state.is_open());
    county.send(BOAT, incident).unwrap();
    assert_eq!(state(&county, reminder), StateName::Withdrawn, "both are done");
}

#[test]
fn a_unit_that_says_by_telephone_that_it_cannot_go_is_not_asked_any_more_how_it_stands() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.crew(CREW, id, Status::Accepted);
    county.report_all(Outcome::NoAnswer);
    county.sleep(900);
    let asked = county.assignment(id).asked.unwrap();
    county.answer_as(CREW, obligation, AnswerKind::Declined).unwrap();
    assert_eq!(county.assignment(id).status, Status::Declined);
    assert_eq!(state(&county, asked), StateName::Withdrawn);
}

#[test]
fn who_had_taken_an_order_that_is_over_is_not_replaced_when_he_takes_it_back() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.answer_as(CREW, obligation, AnswerKind::Acknowledged).unwrap();
    county.steps(&dispatcher(), id, Status::Recalled, "不需要了").unwrap();
    let refused = county.answer_as(CREW, obligation, AnswerKind::Declined).unwrap_err();
    assert_eq!(refused.code(), "obligation.withdrawn");
    assert_eq!(state(&county, obligation), StateName::Answered, "nobody else is rung");
}

#[test]
fn who_had_signed_for_a_task_that_is_done_is_not_replaced_when_he_takes_it_back() {
    let mut county = county();
    let ids = county.task("巡查堤防", &[VILLAGE], 60);
    let obligation = county.of_task(ids[0]).obligation.unwrap();
    county.press(VILLAGER, '1');
    county.completes(&in_person(VILLAGER), ids[0], "已巡查").unwrap();
    let refused = county.answer_as(VILLAGER, obligation, AnswerKind::Declined).unwrap_err();
    assert_eq!(refused.code(), "obligation.withdrawn");
    assert_eq!(state(&county, obligation), StateName::Answered, "nobody else is rung");
}

#[test]
fn a_drill_and_the_real_thing_are_not_reminded_of_by_one_call() {
    let mut county = county();
    let drill = give(&mut county, true);
    let real = give(&mut county, false);
    county.sleep(10 * 60);
    for (id, marked) in [(drill, true), (real, false)] {
        let reminder = county.of_task(id).reminder.unwrap();
        let callout = county.board.callouts.obligation(reminder).unwrap().callout;
        let callout = county.board.callouts.get(callout).unwrap();
        assert_eq!((callout.kind, callout.drill), (CalloutKind::Reminder, marked));
    }
}

fn give(county: &mut County, drill: bool) -> TaskId {
    let given = GiveTasks {
        incident: None,
        title: "巡查堤防".into(),
        text: String::new(),
        on_word_of: Default::default(),
        to: vec![Given::Post(VILLAGE.parse().unwrap())],
        due_at: county.now + std::time::Duration::from_secs(600),
        severity: None,
        drill,
    };
    let reply = county.dispatch(Command::Task(TaskStep::Give(given))).unwrap();
    let Reply::Tasks { ids } = reply else { panic!("{reply:?}") };
    ids[0]
}

fn state(county: &County, id: jiaoying::domain::ids::ObligationId) -> StateName {
    county.board.callouts.obligation(id).unwrap().state.name()
}
