//! Units: ordered, accepted or declined, on the way, there, back; asked when nothing is heard.

use std::time::Duration;

use jiaoying::domain::{
    assignment::{AssignUnit, AssignmentStep, Readiness, ReadinessState, SayReady, Status},
    callout::{attempt::Outcome, obligation::StateName},
    command::{AnswerKind, Command, Reply},
    ids::ObligationId,
    person::Channel,
    rejection::Rejection,
};

use super::story::{BOAT, CREW, DESK, OTHER, county, dispatcher, elsewhere, unit_id};
use crate::support::county::{County, in_person};

#[test]
fn whoever_answers_for_the_unit_is_called_and_his_answer_takes_the_order() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    assert_eq!(county.phones(), [CREW]);
    assert_eq!(county.assignment(id).status, Status::Ordered);
    county.press(CREW, '1');
    assert_eq!(county.assignment(id).status, Status::Accepted);
    assert_eq!(state(&county, obligation), StateName::Answered);
    assert!(county.board.callouts.open().next().is_none(), "the order's callout is complete");
}

#[test]
fn a_unit_that_declines_leaves_the_desk_to_find_another() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.report(CREW, Channel::Voice, Outcome::NoAnswer);
    county.answer_as(CREW, obligation, AnswerKind::Declined).unwrap();
    assert_eq!(county.assignment(id).status, Status::Declined);
    assert_eq!(state(&county, obligation), StateName::Withdrawn);
    assert_eq!(county.phones(), [DESK], "the desk is called, nobody else");
    let replace = county.board.tasks.open().next().unwrap().id;
    let (_, _) = county.send(OTHER, incident).unwrap();
    assert!(!county.of_task(replace).is_open(), "sending another is what was asked");
    let waiting = county.at("990101000000/duty_officer").state.name();
    assert_eq!(waiting, StateName::Withdrawn, "and nobody is asked for it any more");
}

#[test]
fn a_unit_that_declines_by_word_to_the_desk_is_replaced_too() {
    let mut county = county();
    let incident = county.breached();
    let (id, _) = county.send(BOAT, incident).unwrap();
    county.steps(&dispatcher(), id, Status::Declined, "机器故障").unwrap();
    let replace = county.board.tasks.open().next().expect("another has to be found").id;
    county.send(OTHER, incident).unwrap();
    assert!(!county.of_task(replace).is_open());
}

#[test]
fn one_who_had_accepted_may_still_say_that_it_cannot_come() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.answer_as(CREW, obligation, AnswerKind::Acknowledged).unwrap();
    county.answer_as(CREW, obligation, AnswerKind::Declined).unwrap();
    assert_eq!(county.assignment(id).status, Status::Declined);
    assert!(county.board.assignments.binding(&unit_id(BOAT)).is_none());
}

#[test]
fn a_unit_is_sent_to_one_place_at_a_time() {
    let mut county = county();
    let (one, other) = (county.breached(), county.breached());
    let (id, _) = county.send(BOAT, one).unwrap();
    let refused = county.send(BOAT, other).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("assignment.unit_bound", Some("unit")));
    assert!(refused.to_string().contains(&one.to_string()), "{refused}");
    county.steps(&dispatcher(), id, Status::Recalled, "改派").unwrap();
    county.send(BOAT, other).unwrap();
}

#[test]
fn what_really_happens_takes_a_unit_from_a_drill_and_its_crew_is_told() {
    let mut county = county();
    let (drill, real) = (county.drilled(), county.breached());
    let (practised, obligation) = county.send(BOAT, drill).unwrap();
    county.press(CREW, '1');
    let (id, _) = county.send(BOAT, real).unwrap();
    let left = county.assignment(practised);
    assert_eq!(left.status, Status::Recalled);
    let stop = left.course.last().unwrap();
    assert_eq!(stop.by, "dispatcher");
    assert!(stop.note.contains("演练中止") && stop.note.contains("柳河左堤"), "{}", stop.note);
    let told = county.board.callouts.obligation(obligation).unwrap();
    assert!(told.attempts.iter().any(|attempt| attempt.notice), "{:?}", told.attempts);
    assert_eq!(county.board.assignments.binding(&unit_id(BOAT)).unwrap().id, id);
    assert!(county.board.tasks.open().next().is_none(), "nobody looks for another for a drill");
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn an_order_of_a_drill_that_nobody_has_taken_yet_is_withdrawn() {
    let mut county = county();
    let (drill, real) = (county.drilled(), county.breached());
    let (_, obligation) = county.send(BOAT, drill).unwrap();
    county.send(BOAT, real).unwrap();
    assert_eq!(state(&county, obligation), StateName::Withdrawn);
}

#[test]
fn a_drill_takes_no_unit_that_is_out_nor_one_from_another_drill() {
    let mut county = county();
    let (real, drill, other) = (county.breached(), county.drilled(), county.drilled());
    county.send(BOAT, real).unwrap();
    let refused = county.send(BOAT, drill).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("assignment.unit_bound", Some("unit")));
    county.send(OTHER, drill).unwrap();
    assert_eq!(county.send(OTHER, other).unwrap_err().code(), "assignment.unit_bound");
}

#[test]
fn steps_go_forward_only_and_setting_out_says_that_the_order_was_taken() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.crew(CREW, id, Status::EnRoute);
    assert_eq!(state(&county, obligation), StateName::Answered);
    let back = county.steps(&in_person(CREW), id, Status::Accepted, "").unwrap_err();
    assert_eq!((back.code(), back.field()), ("assignment.step", Some("status")));
    let early = county.steps(&in_person(CREW), id, Status::Returned, "").unwrap_err();
    assert_eq!(early.code(), "assignment.step");
    let seq = county.board.seq;
    county.crew(CREW, id, Status::EnRoute);
    assert_eq!(county.board.seq, seq, "the same again is no news");
    county.crew(CREW, id, Status::OnScene);
    county.crew(CREW, id, Status::Done);
    assert!(county.board.assignments.binding(&unit_id(BOAT)).is_none(), "free on its way back");
    county.crew(CREW, id, Status::Returned);
    assert_eq!(county.assignment(id).course.len(), 5);
}

#[test]
fn only_its_own_people_and_the_desk_say_where_a_unit_is() {
    let mut county = county();
    let incident = county.breached();
    let (id, _) = county.send(BOAT, incident).unwrap();
    let stranger = in_person("001002-flood_warden");
    let refused = county.steps(&stranger, id, Status::Accepted, "").unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
    let other = elsewhere(jiaoying::domain::actor::Role::Dispatcher);
    let hidden = county.steps(&other, id, Status::Accepted, "").unwrap_err();
    assert_eq!(hidden.code(), "assignment.unknown");
    let crew = county.steps(&in_person(CREW), id, Status::Recalled, "不去了").unwrap_err();
    assert_eq!(crew.code(), "access.not_allowed", "a unit declines; the desk recalls");
    let silent = county.steps(&dispatcher(), id, Status::Recalled, "").unwrap_err();
    assert_eq!((silent.code(), silent.field()), ("field.empty", Some("note")));
    county.steps(&dispatcher(), id, Status::Accepted, "").unwrap();
    let obligation = county.board.callouts.obligation(county.assignment(id).obligation).unwrap();
    let answer = obligation.answer.as_ref().unwrap();
    assert_eq!(answer.entered_by.as_deref(), Some("dispatcher"), "it was the desk that said so");
}

#[test]
fn a_recalled_crew_that_had_been_called_is_told() {
    let mut county = county();
    let incident = county.breached();
    let (id, obligation) = county.send(BOAT, incident).unwrap();
    county.press(CREW, '1');
    county.steps(&dispatcher(), id, Status::Recalled, "险情解除").unwrap();
    let told = county.board.callouts.obligation(obligation).unwrap();
    assert!(told.attempts.iter().any(|attempt| attempt.notice), "{:?}", told.attempts);
}

#[test]
fn a_unit_of_which_nothing_is_heard_is_asked_and_asked_again() {
    let mut county = county();
    let incident = county.breached();
    let (id, _) = county.send(BOAT, incident).unwrap();
    county.crew(CREW, id, Status::Accepted);
    county.report_all(Outcome::NoAnswer);
    county.sleep(900);
    assert_eq!(county.phones(), [CREW], "it should have set out by now");
    assert_eq!(county.assignment(id).stalls, 1);
    let asked = county.assignment(id).asked.unwrap();
    county.crew(CREW, id, Status::EnRoute);
    assert_eq!(state(&county, asked), StateName::Withdrawn, "what was asked has been told");
    county.sleep(3_600);
    assert_eq!(county.assignment(id).stalls, 1);
    county.crew(CREW, id, Status::OnScene);
    county.crew(CREW, id, Status::Done);
    let seq = county.board.seq;
    county.sleep(86_400);
    assert!(county.events("assignment_stalled").len() == 2 && county.board.seq < seq + 50);
}

#[test]
fn a_unit_that_is_being_asked_is_not_asked_beside_it() {
    let mut county = county();
    let incident = county.breached();
    let (id, _) = county.send(BOAT, incident).unwrap();
    county.crew(CREW, id, Status::Accepted);
    county.sleep(900);
    let asked = county.assignment(id).asked.unwrap();
    county.sleep(2 * 900);
    assert!(county.board.callouts.obligation(asked).unwrap().state.is_open());
    let assignment = county.assignment(id);
    assert_eq!((assignment.stalls, assignment.asked), (3, Some(asked)));
}

#[test]
fn on_its_way_it_is_asked_once_it_takes_half_as_long_again_as_was_reckoned() {
    let mut county = county();
    let incident = county.breached();
    let assign = AssignUnit {
        incident,
        unit: unit_id(BOAT),
        order: "立即到柳河左堤".into(),
        need: "boat_rescue".into(),
        to: None,
        eta: Some(county.now + Duration::from_secs(1_000)),
    };
    let reply = county.dispatch(Command::Assignment(AssignmentStep::Assign(assign))).unwrap();
    let Reply::Assignment { id, .. } = reply else { panic!("{reply:?}") };
    county.crew(CREW, id, Status::EnRoute);
    let watch_at = county.assignment(id).watch_at.unwrap();
    assert_eq!(watch_at.since(county.now), Duration::from_secs(1_500));
}

#[test]
fn an_order_that_nobody_takes_goes_to_a_named_human() {
    let mut county = county();
    let incident = county.breached();
    let (_, obligation) = county.send(BOAT, incident).unwrap();
    county.sleep(300 + 900);
    assert_eq!(state(&county, obligation), StateName::Unreached);
    let handed = county.board.callouts.obligation(obligation).unwrap().handed().unwrap();
    assert!(handed.to.is_some());
}

#[test]
fn a_unit_nobody_answers_for_is_in_somebodys_hands_at_once() {
    let mut county = county();
    let mut boat = crate::support::county::unit("u-3", "990101001001");
    boat.name = "无人负责的艇".into();
    county.must(Command::SaveUnits(vec![boat]));
    let incident = county.breached();
    let (_, obligation) = county.send("u-3", incident).unwrap();
    assert_eq!(state(&county, obligation), StateName::Unreached);
    assert_eq!(county.phones(), [DESK]);
}

#[test]
fn one_that_is_not_ready_is_not_sent_and_rest_ends_by_itself() {
    let mut county = county();
    let incident = county.breached();
    let until = Some(county.now + std::time::Duration::from_secs(3_600));
    let away = Readiness {
        state: ReadinessState::NotReady,
        note: "发动机故障".into(),
        until,
        strength: None,
    };
    say(&mut county, CREW, away.clone()).unwrap();
    let refused = county.send(BOAT, incident).unwrap_err();
    assert_eq!(refused.code(), "assignment.unit_not_ready");
    assert!(refused.to_string().contains("发动机故障"), "{refused}");
    county.pass(3_600);
    county.send(BOAT, incident).unwrap();
    let silent = Readiness { note: Default::default(), until: None, ..away };
    assert_eq!(say(&mut county, CREW, silent.clone()).unwrap_err().code(), "field.empty");
    let stranger =
        say(&mut county, "001002-flood_warden", Readiness { note: "坏了".into(), ..silent });
    assert_eq!(stranger.unwrap_err().code(), "access.not_allowed");
}

fn say(county: &mut County, who: &str, readiness: Readiness) -> Result<(), Rejection> {
    let said = SayReady { unit: unit_id(BOAT), readiness };
    let command = Command::Assignment(AssignmentStep::SayReady(said));
    county.submit(&in_person(who), command).map(drop)
}

fn state(county: &County, obligation: ObligationId) -> StateName {
    county.board.callouts.obligation(obligation).unwrap().state.name()
}

#[test]
fn a_crew_is_rung_by_telephone_as_its_ladder_says() {
    let mut county = county();
    let incident = county.breached();
    county.send(BOAT, incident).unwrap();
    county.sleep(299);
    assert_eq!(county.tried(CREW, Channel::Voice).len(), 3);
}
