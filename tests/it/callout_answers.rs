//! Who may answer for whom, what "cannot come" does, and what a second answer changes.

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        attempt::Outcome,
        obligation::{StateName, Via},
    },
    command::{AnswerKind, Command, Reply},
    event::{CalloutEvent, CloseReason, Event},
    person::Channel,
    rejection::Rejection,
    warning::{Colour, MessageKind},
};

use crate::support::{
    county::{COUNTY, County, about, alert, given},
    story::{CLERK, DEPUTY, HEAD, HOLDER, NEIGHBOUR, VILLAGE},
};

const LEAD: &str = "990101000000/lead_officer";

// One's own answer.

#[test]
fn an_answer_is_told_where_it_stands_in_the_record_and_a_repeat_is_told_the_same() {
    let mut county = County::small(1);
    county.orange();
    let first = county.answer(HOLDER, VILLAGE);
    let Reply::Answer { seq, late: false } = first else { panic!("{first:?}") };
    let entry = county.journal.iter().find(|entry| entry.seq == seq).unwrap();
    assert_eq!(entry.event.kind(), "obligation_answered");
    county.sleep(1_000);
    let seq_before = county.board.seq;
    assert_eq!(county.answer(HOLDER, VILLAGE), first);
    assert_eq!(county.board.seq, seq_before, "nothing is recorded twice");
}

#[test]
fn the_first_answer_stands_and_another_persons_is_told_so() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(310);
    county.answer(DEPUTY, VILLAGE);
    let id = county.at(VILLAGE).id;
    let second = county.answer_as(HOLDER, id, AnswerKind::Acknowledged);
    assert_eq!(second, Err(Rejection::AlreadyAnswered(id)));
    assert_eq!(
        county.at(VILLAGE).answer.as_ref().unwrap().person.as_ref().unwrap().as_str(),
        DEPUTY
    );
}

#[test]
fn only_who_was_rung_or_holds_the_post_answers_for_himself() {
    let mut county = County::small(1);
    county.cut(HOLDER, Channel::Voice);
    county.orange();
    let id = county.at(VILLAGE).id;
    for stranger in ["001001-flood_warden", CLERK] {
        let refused = county.answer_as(stranger, id, AnswerKind::Acknowledged);
        assert_eq!(refused, Err(Rejection::NotYours));
    }
    county.answer(HOLDER, VILLAGE);
    assert_eq!(county.state(VILLAGE), StateName::Answered, "never rung, and the post is his");
}

#[test]
fn no_seat_that_a_person_has_keeps_him_from_answering_what_rests_on_him() {
    for role in [Role::Admin, Role::Commander, Role::Dispatcher, Role::Leader] {
        let mut county = County::small(1);
        county.orange();
        let id = county.at(VILLAGE).id;
        let person = Some(HOLDER.parse().unwrap());
        let actor = Actor { login: "x".into(), role, area: COUNTY.parse().unwrap(), person };
        county.submit(&actor, given(id, AnswerKind::Acknowledged, None)).unwrap();
    }
}

// On behalf (代应答).

#[test]
fn a_mistyped_id_or_number_stops_no_ringing() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    for whom in ["990101-9999", "13800990007"] {
        let refused = county.answer_for(whom, id, AnswerKind::Acknowledged);
        assert_eq!(refused, Err(Rejection::UnknownName(whom.into())));
    }
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
}

#[test]
fn on_behalf_finds_the_person_by_id_by_name_and_by_name_with_spaces_around_it() {
    for whom in [HOLDER, "姓名001001-village_duty", " 姓名001001-village_duty "] {
        let mut county = County::small(1);
        county.orange();
        let id = county.at(VILLAGE).id;
        county.answer_for(whom, id, AnswerKind::Acknowledged).unwrap();
        let answer = county.at(VILLAGE).answer.clone().unwrap();
        assert_eq!(answer.person, Some(HOLDER.parse().unwrap()), "{whom:?}");
        assert_eq!(answer.via, Via::Desk("".into()));
    }
}

#[test]
fn a_name_that_nobody_on_the_list_bears_is_kept_as_the_words_of_the_operator() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    let first = county.answer_for("邻居老李", id, AnswerKind::Acknowledged).unwrap();
    let answer = county.at(VILLAGE).answer.clone().unwrap();
    assert_eq!((answer.person, answer.name.as_str()), (None, "邻居老李"));
    let again = county.answer_for("邻居老李", id, AnswerKind::Acknowledged).unwrap();
    assert_eq!(again, first);
    let other = county.answer_for("邻居老王", id, AnswerKind::Acknowledged);
    assert_eq!(other, Err(Rejection::AlreadyAnswered(id)));
}

#[test]
fn of_two_with_one_name_the_one_who_was_rung_is_meant() {
    let mut county = County::small(2);
    for person in [HOLDER, "001002-village_duty", "001001-flood_warden"] {
        county.change_person(person, |person| person.name = "王伟".into());
    }
    county.orange();
    let id = county.at(VILLAGE).id;
    county.answer_for("王伟", id, AnswerKind::Acknowledged).unwrap();
    assert_eq!(county.at(VILLAGE).answer.clone().unwrap().person, Some(HOLDER.parse().unwrap()));
}

#[test]
fn a_name_that_several_bear_of_whom_none_or_two_were_rung_is_asked_back() {
    let mut county = County::small(1);
    for person in [HOLDER, DEPUTY, CLERK, HEAD] {
        let name = if [CLERK, HEAD].contains(&person) { "李娜" } else { "王伟" };
        county.change_person(person, |person| person.name = name.into());
    }
    county.orange();
    county.sleep(310);
    let id = county.at(VILLAGE).id;
    for name in ["李娜", "王伟"] {
        let refused = county.answer_for(name, id, AnswerKind::Acknowledged);
        assert_eq!(refused, Err(Rejection::AmbiguousName(name.into())));
    }
}

#[test]
fn a_leader_answers_for_nobody_unless_the_unreached_was_handed_to_him() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    let for_him = given(id, AnswerKind::Acknowledged, Some(HOLDER));
    let clerk = leader(CLERK);
    let refused = county.submit(&clerk, for_him.clone());
    assert!(matches!(refused, Err(Rejection::NotAllowed(_))), "{refused:?}");
    county.sleep(430);
    assert_eq!(county.hands(VILLAGE), CLERK);
    assert!(county.submit(&leader(HEAD), for_him.clone()).is_err(), "it was not handed to him");
    county.submit(&clerk, for_him).unwrap();
    let answer = county.at(VILLAGE).answer.clone().unwrap();
    assert_eq!(answer.entered_by.unwrap(), CLERK);
    assert_eq!(answer.person, Some(HOLDER.parse().unwrap()));
}

#[test]
fn whoever_was_rung_for_the_errand_may_say_that_the_post_has_been_reached() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(420 + 190);
    let stand_in = "000000-duty_officer";
    assert!(county.errand(VILLAGE).was_asked(&stand_in.parse().unwrap()));
    let id = county.at(VILLAGE).id;
    let reached = given(id, AnswerKind::Acknowledged, Some("敲门叫醒了王村长"));
    county.submit(&leader(stand_in), reached).unwrap();
    assert_eq!(county.state(VILLAGE), StateName::Answered);
}

#[test]
fn an_operator_answers_only_inside_his_own_area() {
    let mut county = County::small(2);
    county.orange();
    let id = county.at(VILLAGE).id;
    let neighbour = Actor {
        login: "township".into(),
        role: Role::Dispatcher,
        area: "990101002".parse().unwrap(),
        person: None,
    };
    let refused = county.submit(&neighbour, given(id, AnswerKind::Acknowledged, Some(HOLDER)));
    assert_eq!(refused, Err(Rejection::OutsideArea("990101001001".parse().unwrap())));
}

// Cannot come (无法到岗).

#[test]
fn cannot_come_rings_the_next_at_once_and_the_person_no_more() {
    let mut county = County::small(1);
    county.orange();
    county.report(HOLDER, Channel::Voice, Outcome::NoAnswer);
    county.pass(20);
    county.decline(HOLDER, VILLAGE);
    assert_eq!(county.phones(), [DEPUTY]);
    county.sleep(3_600);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1, "his second call is not made");
}

#[test]
fn cannot_come_is_heard_on_every_channel() {
    for (channel, outcome) in [
        (Channel::Voice, Outcome::KeyPressed { key: '2' }),
        (Channel::Sms, Outcome::Replied { text: "２，车坏了".into() }),
    ] {
        let mut county = County::small(1);
        county.deputies(VILLAGE, &[DEPUTY, CLERK]);
        county.orange();
        county.sleep(299);
        county.pass(1);
        county.report(DEPUTY, channel, outcome.clone());
        assert!(county.at(VILLAGE).has_declined(&DEPUTY.parse().unwrap()), "{outcome:?}");
        assert_eq!(county.state(VILLAGE), StateName::Unreached, "it was the last rung");
    }
}

#[test]
fn cannot_come_from_a_rung_that_is_over_is_noted_and_rings_nobody_new() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(310);
    county.decline(HOLDER, VILLAGE);
    assert_eq!(county.at(VILLAGE).rung, 1);
    assert!(county.at(VILLAGE).has_declined(&HOLDER.parse().unwrap()));
}

#[test]
fn a_second_cannot_come_is_told_what_the_first_was_told_whoever_answered_since() {
    let mut county = County::small(1);
    county.orange();
    let first = county.decline(HOLDER, VILLAGE);
    assert_eq!(county.decline(HOLDER, VILLAGE), first);
    county.answer(DEPUTY, VILLAGE);
    let seq = county.board.seq;
    assert_eq!(county.decline(HOLDER, VILLAGE), first);
    assert_eq!((county.board.seq, county.state(VILLAGE)), (seq, StateName::Answered));
}

#[test]
fn cannot_come_is_never_late() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(310);
    let first = county.decline(HOLDER, VILLAGE);
    assert!(matches!(first, Reply::Answer { late: false, .. }), "{first:?}");
}

#[test]
fn the_operator_says_for_somebody_that_he_cannot_come_and_only_for_somebody_known() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    let refused = county.answer_for("老李", id, AnswerKind::Declined);
    assert_eq!(refused, Err(Rejection::UnknownName("老李".into())));
    county.answer_for(HOLDER, id, AnswerKind::Declined).unwrap();
    let Event::Callout(CalloutEvent::ObligationDeclined(declined)) =
        county.events("obligation_declined")[0]
    else {
        panic!()
    };
    assert_eq!(declined.entered_by.as_deref(), Some("dispatcher"));
    assert_eq!(county.at(VILLAGE).rung, 1);
}

#[test]
fn one_who_could_not_come_can_come_after_all() {
    let mut county = County::small(1);
    county.orange();
    county.decline(HOLDER, VILLAGE);
    county.pass(5);
    let reply = county.answer(HOLDER, VILLAGE);
    assert!(matches!(reply, Reply::Answer { late: true, .. }), "the deputy is being rung by then");
    assert_eq!(county.state(VILLAGE), StateName::Answered);
}

// Who has answered cannot come after all.

#[test]
fn who_has_answered_and_cannot_come_after_all_sets_the_ladder_going_again() {
    let mut county = County::small(1);
    let callout = county.orange();
    county.answer(HOLDER, VILLAGE);
    county.report(HOLDER, Channel::Voice, Outcome::RungOff);
    county.sleep(600);
    county.decline(HOLDER, VILLAGE);
    assert_eq!(county.phones(), [DEPUTY]);
    assert_eq!(county.at(VILLAGE).answer, None);
    let whole = county.board.callouts.get(callout).unwrap().rollup.whole();
    assert_eq!((whole.answered, whole.ringing), (0, 1));
    county.sleep(130);
    assert_eq!(county.hands(VILLAGE), CLERK);
}

#[test]
fn who_answered_late_and_cannot_come_after_all_puts_it_back_in_a_humans_hands() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(430);
    county.answer(HOLDER, VILLAGE);
    county.decline(HOLDER, VILLAGE);
    assert_eq!(
        (county.state(VILLAGE), county.hands(VILLAGE)),
        (StateName::Unreached, CLERK.into())
    );
    let errand = county.errand(VILLAGE).id;
    county.report(CLERK, Channel::Voice, Outcome::RungOff);
    assert_eq!(county.call_to(CLERK, Channel::Voice).obligation, errand, "and he is rung anew");
}

#[test]
fn heard_by_text_and_cannot_come_by_a_second_text_is_not_lost() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(299);
    county.pass(1);
    let text = county.call_to(DEPUTY, Channel::Sms);
    county.record(text, Outcome::Sent);
    county.record(text, Outcome::Replied { text: "收到".into() });
    assert_eq!(county.state(VILLAGE), StateName::Answered);
    county.record(text, Outcome::Replied { text: "2 来不了".into() });
    assert_eq!(county.state(VILLAGE), StateName::Unreached);
}

#[test]
fn a_callout_that_was_complete_opens_again_when_somebody_cannot_come_after_all() {
    let mut county = County::small(1);
    let id = county.desk();
    for duty in ["lead_officer", "duty_officer", "flood_chief"] {
        county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
    }
    let closed = county.board.callouts.get(id).unwrap().closed.unwrap();
    assert_eq!(closed.reason, CloseReason::Complete);
    county.decline("000000-lead_officer", LEAD);
    assert!(county.board.callouts.get(id).unwrap().is_open());
    assert!(county.board.callouts.open().any(|callout| callout.id == id));
    county.answer("000000-lead_officer-b", LEAD);
    assert!(!county.board.callouts.get(id).unwrap().is_open(), "complete once more");
}

#[test]
fn nobody_is_rung_for_a_warning_that_is_over_because_somebody_takes_his_answer_back() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Orange, &[COUNTY])));
    let id = county.at(VILLAGE).id;
    let callout = county.at(VILLAGE).callout;
    let refused = county.answer_as(HOLDER, id, AnswerKind::Declined);
    assert_eq!(refused, Err(Rejection::CalloutClosed(callout)));
}

#[test]
fn an_answer_to_what_was_withdrawn_is_refused() {
    let mut county = County::small(1);
    let callout = county.orange();
    let id = county.at(VILLAGE).id;
    let command = Command::WithdrawCallout { callout, note: "误发".into() };
    county.as_role(Role::Commander, command).unwrap();
    for answer in [AnswerKind::Acknowledged, AnswerKind::Declined] {
        assert_eq!(county.answer_as(HOLDER, id, answer), Err(Rejection::Withdrawn(id)));
    }
}

#[test]
fn a_key_pressed_after_somebody_else_has_answered_is_only_noted() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(300);
    county.answer(HOLDER, VILLAGE);
    let answered = county.at(VILLAGE).answer.clone();
    county.press(DEPUTY, '1');
    assert_eq!(county.at(VILLAGE).answer, answered);
    let mut outcomes = county.at(VILLAGE).attempts.iter().filter_map(|a| a.outcome.clone());
    assert!(outcomes.any(|outcome| outcome == Outcome::KeyPressed { key: '1' }));
}

#[test]
fn a_notice_asks_for_nothing_so_no_reply_to_it_is_an_answer() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.called_out(about("n1", MessageKind::Update, alert("n2", Colour::Orange, &[COUNTY])));
    let text = county.call_to(HOLDER, Channel::Sms);
    county.record(text, Outcome::Replied { text: "2".into() });
    assert_eq!(county.state(VILLAGE), StateName::Answered);
}

#[test]
fn an_answer_on_the_neighbours_behalf_leaves_the_own_obligation_alone() {
    let mut county = County::small(2);
    county.orange();
    let id = county.at(NEIGHBOUR).id;
    county.answer_for(HOLDER, id, AnswerKind::Acknowledged).unwrap();
    assert_eq!(
        (county.state(VILLAGE), county.state(NEIGHBOUR)),
        (StateName::Ringing, StateName::Answered)
    );
}

fn leader(person: &str) -> Actor {
    Actor {
        login: person.into(),
        role: Role::Leader,
        area: "990101001".parse().unwrap(),
        person: Some(person.parse().unwrap()),
    }
}
