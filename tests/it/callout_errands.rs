//! "Go and knock on X's door": what the human has to do whom an unreached obligation was handed to.

use jiaoying::domain::{
    actor::Role,
    callout::{
        attempt::Outcome,
        callouts::Callout,
        obligation::{StateName, WithdrawReason},
        policy::{CalloutKind, PolicySet},
    },
    command::{AnswerKind, Command},
    event::{CalloutEvent, Event},
    person::Channel,
    rejection::Rejection,
    warning::{Colour, MessageKind},
};

use crate::support::{
    county::{COUNTY, County, about, alert},
    story::{CLERK, HEAD, HOLDER, NEIGHBOUR, VILLAGE, ladder, policies, policy},
};

/// Until the villages' ladders have come to their end.
const UNREACHED_S: u64 = 420;

#[test]
fn an_errand_is_an_obligation_of_its_own_about_the_unreached_one() {
    let mut county = unreached(1);
    let errand = county.errand(VILLAGE).clone();
    assert_eq!(errand.about, Some(county.at(VILLAGE).id));
    assert_eq!(errand.post.to_string(), "990101001000/duty_officer");
    let callout = county.board.callouts.get(errand.callout).unwrap();
    assert_eq!(
        (callout.kind, callout.parent),
        (CalloutKind::Errand, Some(county.at(VILLAGE).callout))
    );
    assert_eq!(callout.subject, "上门叫醒：暴雨橙色预警");
    county.sleep(185);
    assert_eq!(county.calls(CLERK, Channel::Voice), 2);
    assert_eq!(county.calls("000000-duty_officer", Channel::Voice), 1, "its ladder climbs");
    county.sleep(120);
    assert_eq!(county.calls(CLERK, Channel::Voice), 3, "and begins again");
}

#[test]
fn taking_an_errand_stops_its_ringing_and_the_post_stays_unreached() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    assert_eq!(county.errand(VILLAGE).state.name(), StateName::Answered);
    assert_eq!(county.state(VILLAGE), StateName::Unreached);
    county.sleep(890);
    assert_eq!(county.calls(CLERK, Channel::Voice), 1);
    county.sleep(10);
    assert_eq!(county.hands(VILLAGE), HEAD, "he took it, and the post has not answered in time");
}

#[test]
fn an_errand_is_settled_when_the_post_answers_and_who_was_called_is_told() {
    let mut county = unreached(1);
    let errand = county.errand(VILLAGE).id;
    county.report(CLERK, Channel::Voice, Outcome::NoAnswer);
    county.answer(HOLDER, VILLAGE);
    let settled = county.obligation(errand);
    assert_eq!(withdrawn(settled), Some(WithdrawReason::Settled));
    county.sleep(600);
    assert_eq!(county.calls(CLERK, Channel::Voice), 1);
    assert_eq!(county.notices(CLERK), 2, "by page and text");
}

#[test]
fn who_is_on_his_way_to_the_door_is_told_that_it_has_opened() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    county.answer(HOLDER, VILLAGE);
    assert_eq!(county.notices(CLERK), 2);
}

#[test]
fn an_errand_whose_time_is_up_goes_to_the_next_human_and_round_again() {
    let mut county = unreached(1);
    let mut hands = vec![county.hands(VILLAGE)];
    for _ in 0..4 {
        let before = county.errand(VILLAGE).id;
        county.sleep(900);
        assert_eq!(withdrawn(county.obligation(before)), Some(WithdrawReason::Settled));
        hands.push(county.hands(VILLAGE));
    }
    assert_eq!(hands, [CLERK, HEAD, "000000-duty_officer", CLERK, HEAD]);
    let open = county.board.callouts.errands_about(county.at(VILLAGE).id);
    assert_eq!(open.filter(|errand| errand.state.is_open()).count(), 1);
}

#[test]
fn who_cannot_go_leaves_it_to_the_next_human_at_once() {
    let mut county = unreached(1);
    county.press(CLERK, '2');
    assert_eq!(county.hands(VILLAGE), HEAD);
    assert_eq!(county.phones(), [HEAD]);
    county.press(HEAD, '2');
    assert_eq!(county.hands(VILLAGE), "000000-duty_officer");
    county.sleep(60);
    county.report("000000-duty_officer", Channel::Voice, Outcome::KeyPressed { key: '2' });
    assert!(county.errand(VILLAGE).state.is_open(), "somebody is always asked");
}

#[test]
fn who_took_an_errand_and_cannot_go_after_all_leaves_it_to_the_next() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    let errand = county.errand(VILLAGE).id;
    county.answer_as(CLERK, errand, AnswerKind::Declined).unwrap();
    assert_eq!(withdrawn(county.obligation(errand)), Some(WithdrawReason::Settled));
    assert_eq!((county.hands(VILLAGE), county.phones()), (HEAD.into(), vec![HEAD.to_owned()]));
}

#[test]
fn an_errand_that_is_over_cannot_be_given_back() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    let errand = county.errand(VILLAGE).id;
    county.answer(HOLDER, VILLAGE);
    let refused = county.answer_as(CLERK, errand, AnswerKind::Declined);
    assert_eq!(refused, Err(Rejection::Withdrawn(errand)));
}

#[test]
fn the_stand_in_of_an_errand_who_cannot_go_is_passed_over() {
    let mut county = unreached(1);
    county.sleep(180);
    let errand = county.errand(VILLAGE).id;
    county.press("000000-duty_officer", '2');
    assert_eq!(county.errand(VILLAGE).id, errand, "it stays with the clerk");
    assert_eq!(county.phones(), [CLERK], "who is rung again");
}

// One call tells of all.

#[test]
fn thirty_villages_unreached_at_once_ring_the_clerks_telephone_once() {
    let mut county = unreached(30);
    assert_eq!(county.phones(), [CLERK]);
    let call = county.call_to(CLERK, Channel::Voice);
    assert_eq!(county.board.callouts.attempt(call).unwrap().1.also.len(), 29);
    county.press(CLERK, '1');
    assert_eq!(tally(&county), (30, 0), "he took them all");
    county.sleep(800);
    assert_eq!(started(&county, CLERK, Channel::Voice), 1);
}

#[test]
fn a_call_about_many_errands_that_is_not_answered_counts_as_a_try_for_each() {
    let mut county = unreached(30);
    county.sleep(179);
    let made = started(&county, CLERK, Channel::Voice);
    assert_eq!(made, 2, "as often as the ladder says for one");
    county.sleep(1);
    assert_eq!(county.phones(), ["000000-duty_officer"]);
    for post in [VILLAGE, NEIGHBOUR] {
        let errand = county.errand(post);
        let tried = errand.attempts.iter().filter(|a| a.person.as_str() == CLERK);
        let outcomes: Vec<_> = tried.map(|attempt| attempt.outcome.clone()).collect();
        assert_eq!(outcomes[0], Some(Outcome::NoAnswer), "the record of each shows the call");
    }
}

#[test]
fn one_cannot_go_to_a_call_about_many_hands_all_of_them_on_with_one_call() {
    let mut county = unreached(30);
    county.press(CLERK, '2');
    assert_eq!(county.hands(VILLAGE), HEAD);
    assert_eq!(county.hands(NEIGHBOUR), HEAD);
    assert_eq!(county.phones(), [HEAD]);
    assert_eq!(started(&county, HEAD, Channel::Voice), 1);
}

#[test]
fn texts_and_pages_about_errands_are_one_for_all_too() {
    for channel in [Channel::Sms, Channel::App] {
        let mut set = policies();
        ladder(&mut set, "knock").rungs[0].reach[0].channel = channel;
        ladder(&mut set, "knock").rungs[0].reach[0].tries = 1;
        let mut county = unreached_under(set, 30);
        county.sleep(60);
        assert_eq!(started(&county, CLERK, channel), 1, "{channel}");
    }
}

#[test]
fn calls_about_errands_that_waited_for_a_line_past_their_rung_are_one_for_all_too() {
    let mut county = County::small(30);
    county.orange();
    county.sleep(UNREACHED_S - 1);
    // The one line there is stays busy until the errands have climbed on.
    county.lines(Channel::Voice, 1);
    county.desk();
    county.pass(1 + 185);
    assert_eq!(county.errand(VILLAGE).rung, 1);
    county.sleep(112);
    assert_eq!(started(&county, CLERK, Channel::Voice), 1, "not once for each of thirty doors");
}

#[test]
fn an_answer_on_the_page_takes_only_the_errand_it_names() {
    let mut county = unreached(3);
    let errand = county.errand(VILLAGE).id;
    county.answer_as(CLERK, errand, AnswerKind::Acknowledged).unwrap();
    assert_eq!(tally(&county), (1, 2));
}

#[test]
fn a_call_rung_off_because_its_own_door_opened_is_made_again_for_the_others() {
    let mut county = unreached(3);
    let call = county.call_to(CLERK, Channel::Voice);
    let subject = county.obligation(call.obligation).about.unwrap();
    let first = county.obligation(subject).post.to_string();
    assert_eq!(first, VILLAGE);
    county.answer(HOLDER, VILLAGE);
    county.record(call, Outcome::RungOff);
    let next = county.call_to(CLERK, Channel::Voice);
    assert_eq!(county.board.callouts.attempt(next).unwrap().1.also.len(), 1);
}

#[test]
fn an_errand_that_comes_during_the_call_is_not_taken_by_it_and_rung_after_it() {
    let mut county = County::small(2);
    county.orange();
    let late = county.at(NEIGHBOUR).id;
    county.sleep(100);
    county.stand_in(NEIGHBOUR, "001002-village_duty-b", 0, 10_000);
    county.sleep(UNREACHED_S - 100);
    assert_eq!(county.obligation(late).state.name(), StateName::Ringing);
    let call = county.call_to(CLERK, Channel::Voice);
    // The neighbour gives up while the clerk is being told about the first.
    county.answer_as("001002-village_duty-b", late, AnswerKind::Declined).unwrap();
    assert_eq!(county.state(NEIGHBOUR), StateName::Unreached);
    county.record(call, Outcome::KeyPressed { key: '1' });
    assert_eq!(tally(&county), (1, 1));
    assert!(county.phones().contains(&CLERK.to_owned()), "he is told of the second now");
}

#[test]
fn a_dead_line_moves_every_errand_of_the_call_to_the_next_rung_at_once() {
    let mut county = unreached(30);
    let call = county.call_to(CLERK, Channel::Voice);
    county.record(call, Outcome::Failed { reason: "no such number".into(), lasting: true });
    assert_eq!(started(&county, CLERK, Channel::Voice), 1, "the dead number is dialled once");
    assert_eq!(county.phones(), ["000000-duty_officer"]);
    county.press("000000-duty_officer", '1');
    assert_eq!(tally(&county), (30, 0));
}

#[test]
fn errands_of_two_callouts_are_told_apart() {
    let mut county = County::small(2);
    county.called_out(alert("n1", Colour::Orange, &["990101001001"]));
    county.called_out(alert("n2", Colour::Orange, &["990101001002"]));
    county.sleep(UNREACHED_S);
    county.press(CLERK, '1');
    assert_eq!(county.phones(), [CLERK], "the other callout's errand is another call");
    county.press(CLERK, '1');
    let open = county.board.callouts.resting_on(&CLERK.parse().unwrap()).count();
    assert_eq!(open, 0);
}

// The end of the callout that errands serve.

#[test]
fn the_cancel_ends_the_errands_and_each_person_is_told_once_by_each_quiet_channel() {
    let mut county = unreached(30);
    county.report(CLERK, Channel::Voice, Outcome::NoAnswer);
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Orange, &[COUNTY])));
    assert_eq!(tally(&county), (0, 0));
    assert_eq!(county.notices(CLERK), 2, "one page and one text about thirty errands");
    county.sleep(3_600);
    assert!(county.phones().is_empty());
}

#[test]
fn the_cancel_reaches_who_has_taken_an_errand_and_is_out_in_the_rain() {
    let mut county = unreached(2);
    county.press(CLERK, '1');
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Orange, &[COUNTY])));
    assert_eq!(county.notices(CLERK), 2);
}

#[test]
fn an_errand_callout_stays_open_as_long_as_the_callout_it_serves() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    assert_eq!(errand_callouts(&county).filter(|callout| callout.is_open()).count(), 1);
    county.sleep(900);
    assert_eq!(errand_callouts(&county).count(), 1, "the next human's errand joins it");
    let callout = county.at(VILLAGE).callout;
    let command = Command::WithdrawCallout { callout, note: "误发".into() };
    county.as_role(Role::Commander, command).unwrap();
    assert_eq!(errand_callouts(&county).filter(|callout| callout.is_open()).count(), 0);
}

#[test]
fn a_manual_callout_that_everybody_has_answered_closes_with_its_errands() {
    let mut county = County::small(1);
    county.desk();
    county.sleep(UNREACHED_S);
    for duty in ["lead_officer", "duty_officer", "flood_chief"] {
        county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
    }
    assert_eq!(county.board.callouts.open().count(), 0);
}

#[test]
fn errands_withdrawn_by_hand_come_back_with_the_next_human_in_turn() {
    let mut county = unreached(1);
    let callout = county.errand(VILLAGE).callout;
    let command = Command::WithdrawCallout { callout, note: "先不上门".into() };
    county.as_role(Role::Commander, command).unwrap();
    assert_eq!(county.state(VILLAGE), StateName::Unreached, "the post still has not answered");
    county.sleep(900);
    assert_eq!(county.hands(VILLAGE), HEAD);
    assert!(county.errand(VILLAGE).state.is_open());
}

#[test]
fn an_upgrade_that_obliges_the_post_anew_settles_the_errand_about_the_old_duty() {
    let mut county = unreached(1);
    let errand = county.errand(VILLAGE).id;
    let upgrade = about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY]));
    county.called_out(upgrade);
    assert_eq!(withdrawn(county.obligation(errand)), Some(WithdrawReason::Settled));
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
}

#[test]
fn errands_of_a_drill_are_drills_and_a_real_call_goes_before_them() {
    let mut county = unreached(1);
    county.press(CLERK, '1');
    let Event::Callout(CalloutEvent::CalloutOpened(opened)) = county.events("callout_opened")[1]
    else {
        panic!()
    };
    assert!(!opened.drill);
}

#[test]
fn an_errand_takes_the_colour_that_its_callout_has_been_raised_to() {
    let mut set = policies();
    let same = policy(&mut set, "orange").oblige.clone();
    policy(&mut set, "red").oblige = same;
    let mut county = unreached_under(set, 1);
    county.called_out(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let errand = county.errand(VILLAGE).callout;
    assert_eq!(county.board.callouts.get(errand).unwrap().severity, Colour::Red);
}

/// A county whose villages, all rung in vain, have just been handed to the clerk.
fn unreached(villages: u64) -> County {
    unreached_under(policies(), villages)
}

fn unreached_under(set: PolicySet, villages: u64) -> County {
    let mut county = County::under(set, villages);
    county.orange();
    county.sleep(UNREACHED_S);
    assert_eq!(county.hands(VILLAGE), CLERK);
    county
}

fn errand_callouts(county: &County) -> impl Iterator<Item = &Callout> {
    county.board.callouts.iter().filter(|callout| callout.kind == CalloutKind::Errand)
}

/// Returns how many errands have been taken, and how many are still being rung.
fn tally(county: &County) -> (u32, u32) {
    let tallies = errand_callouts(county).map(|callout| callout.rollup.whole());
    tallies.fold((0, 0), |(taken, open), tally| (taken + tally.answered, open + tally.open()))
}

/// Returns how many calls were really handed to the channel.
fn started(county: &County, person: &str, channel: Channel) -> usize {
    let started = county.events("attempt_started").into_iter();
    let own = started.filter(|event| {
        let Event::Callout(CalloutEvent::AttemptStarted(started)) = event else { return false };
        started.person.as_str() == person && started.channel == channel
    });
    own.count()
}

fn withdrawn(
    obligation: &jiaoying::domain::callout::obligation::Obligation,
) -> Option<WithdrawReason> {
    use jiaoying::domain::callout::obligation::State;
    if let State::Withdrawn { reason } = obligation.state { Some(reason) } else { None }
}
