//! Tasks: signed for by one answer, done in time or late, reminded until they are.

use jiaoying::domain::{
    actor::Role,
    command::Command,
    task::{Stage, TaskStep},
};

use super::story::{county, dispatcher, township_person};
use crate::support::county::in_person;

const TOWNSHIP: &str = "990101001000/lead_officer";
const LEAD: &str = "001000-lead_officer";
const VILLAGES: [&str; 2] = ["990101001001/village_duty", "990101001002/village_duty"];

#[test]
fn one_answer_signs_for_all_that_a_post_was_given_together() {
    let mut county = county();
    let ids = county.task("巡查堤防", &[TOWNSHIP, VILLAGES[0], TOWNSHIP], 60);
    assert_eq!(ids.len(), 3);
    assert_eq!(county.phones(), [LEAD, "001001-village_duty"], "one call a post");
    county.press(LEAD, '1');
    let stages = ids.iter().map(|id| county.of_task(*id).stage);
    assert_eq!(stages.collect::<Vec<_>>(), [Stage::Signed, Stage::Given, Stage::Signed]);
}

#[test]
fn doing_it_is_signing_for_it_and_stops_the_calling() {
    let mut county = county();
    let ids = county.task("巡查堤防", &[TOWNSHIP], 60);
    county.pass(60);
    county.completes(&township_person(), ids[0], "已巡查，无险情").unwrap();
    let task = county.of_task(ids[0]);
    assert_eq!((task.stage, task.late_s), (Stage::Done, 0));
    assert!(county.board.callouts.open().next().is_none());
    let again = county.completes(&township_person(), ids[0], "").unwrap_err();
    assert_eq!(again.code(), "task.over");
}

#[test]
fn what_is_not_done_in_time_is_reminded_of_until_it_is_and_its_lateness_is_kept() {
    let mut county = county();
    let ids = county.task("上报受灾情况", &[VILLAGES[0], VILLAGES[1]], 30);
    for person in ["001001-village_duty", "001002-village_duty"] {
        county.press(person, '1');
    }
    county.completes(&in_person("001002-village_duty"), ids[1], "").unwrap();
    county.sleep(30 * 60);
    assert_eq!(county.phones(), ["001001-village_duty"], "only the one who is late");
    county.press("001001-village_duty", '1');
    assert!(county.phones().is_empty());
    county.sleep(30 * 60);
    assert_eq!(county.phones(), ["001001-village_duty"], "hearing of it is not doing it");
    assert_eq!(county.of_task(ids[0]).reminders, 2);
    county.pass(60);
    county.completes(&in_person("001001-village_duty"), ids[0], "晚报").unwrap();
    assert!(county.phones().is_empty() || county.board.callouts.open().next().is_none());
    assert_eq!(county.of_task(ids[0]).late_s, 30 * 60 + 60);
    assert_eq!(county.of_task(ids[1]).late_s, 0);
}

#[test]
fn a_reminder_that_is_ringing_is_not_joined_by_a_second() {
    let mut county = county();
    county.task("上报", &[VILLAGES[0]], 10);
    county.task("再上报", &[VILLAGES[0]], 10);
    county.sleep(10 * 60 + 30 * 60);
    let open = county.board.callouts.open();
    let reminders = open.filter(|callout| callout.subject.starts_with("催办")).count();
    assert_eq!(reminders, 1);
}

#[test]
fn a_task_that_is_taken_back_calls_nobody_any_more() {
    let mut county = county();
    let ids = county.task("转移群众", &[VILLAGES[0]], 60);
    let step = |reason: &str| TaskStep::Withdraw { task: ids[0], reason: reason.into() };
    let silent = county.dispatch(Command::Task(step(" "))).unwrap_err();
    assert_eq!((silent.code(), silent.field()), ("field.empty", Some("reason")));
    county.dispatch(Command::Task(step("险情解除"))).unwrap();
    assert!(county.board.callouts.open().next().is_none());
    county.pass(86_400);
    assert_eq!(county.of_task(ids[0]).reminders, 0);
}

#[test]
fn whoever_had_signed_is_told_that_a_task_is_taken_back() {
    let mut county = county();
    let ids = county.task("转移群众", &[VILLAGES[0], VILLAGES[1]], 60);
    county.press("001001-village_duty", '1');
    let take = |task| TaskStep::Withdraw { task, reason: "险情解除".into() };
    county.dispatch(Command::Task(take(ids[0]))).unwrap();
    assert!(county.notices("001001-village_duty") > 0, "he may be out in the rain");
    assert_eq!(county.notices("001002-village_duty"), 0, "his own stands");
}

#[test]
fn one_of_two_done_leaves_the_call_about_the_other_alone() {
    let mut county = county();
    let ids = county.task("巡查堤防", &[TOWNSHIP, TOWNSHIP], 60);
    county.completes(&in_person(LEAD), ids[0], "已巡查").unwrap();
    county.pass(1);
    assert_eq!(county.phones(), [LEAD], "nobody has signed for the second");
    county.press(LEAD, '1');
    assert_eq!(county.of_task(ids[1]).stage, Stage::Signed);
    let take = TaskStep::Withdraw { task: ids[1], reason: "险情解除".into() };
    county.dispatch(Command::Task(take)).unwrap();
    assert!(county.notices(LEAD) > 0);
}

#[test]
fn only_its_bearer_and_the_desk_say_that_it_is_done() {
    let mut county = county();
    let ids = county.task("巡查堤防", &[VILLAGES[0]], 60);
    let stranger = in_person("001002-village_duty");
    let refused = county.completes(&stranger, ids[0], "好了").unwrap_err();
    assert!(matches!(refused.code(), "task.not_yours" | "task.unknown"), "{refused}");
    let screen = county.as_role(Role::Screen, complete(ids[0])).unwrap_err();
    assert_eq!(screen.code(), "task.not_yours");
    county.completes(&dispatcher(), ids[0], "电话报告").unwrap();
}

#[test]
fn a_time_that_is_past_is_refused() {
    let mut county = county();
    let mut given = jiaoying::domain::task::GiveTasks {
        incident: None,
        title: "巡查".into(),
        text: String::new(),
        on_word_of: Default::default(),
        to: vec![jiaoying::domain::task::Given::Post(VILLAGES[0].parse().unwrap())],
        due_at: county.now,
        severity: None,
        drill: false,
    };
    let refused = county.dispatch(Command::Task(TaskStep::Give(given.clone()))).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("task.due_in_the_past", Some("due_at")));
    given.to = vec![jiaoying::domain::task::Given::Post("990101001001/mayor".parse().unwrap())];
    given.due_at = county.now + std::time::Duration::from_secs(60);
    let refused = county.dispatch(Command::Task(TaskStep::Give(given))).unwrap_err();
    assert_eq!(refused.code(), "post.unknown");
}

fn complete(task: jiaoying::domain::ids::TaskId) -> Command {
    let outcome = Default::default();
    Command::Task(TaskStep::Complete(jiaoying::domain::task::TaskReport { task, outcome }))
}
