//! The twelve rules of calling out, each by name. Rules 3, 7, 9 and 10 have more in
//! `callout_answers.rs`, `callout_errands.rs` and `callout_changes.rs`.

use std::time::Duration;

use jiaoying::domain::{
    actor::Role,
    callout::{
        attempt::{Outcome, Progress, Sign},
        obligation::{SkipReason, Skipped, StateName},
        policy::Target,
    },
    command::{Command, OpenCallout},
    event::{CalloutEvent, Event},
    person::Channel,
    warning::{Colour, Message, Status},
};

use crate::support::{
    county::{COUNTY, County, alert, by_hand},
    story::{CLERK, DEPUTY, HEAD, HOLDER, NEIGHBOUR, VILLAGE, ladder, policies, policy},
};

const SHIPPED: &str = include_str!("../../config/policies.toml");

// 1. No silent end.

#[test]
fn rule_01_a_ladder_that_nobody_answers_ends_in_the_hands_of_one_human_after_another() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(2_400);
    assert_eq!(
        county.story_of(VILLAGE),
        [
            "   0 opened: rung 0 001001-village_duty",
            "   0 voice to 001001-village_duty",
            "  30 voice to 001001-village_duty: no_answer, again in 70 s",
            " 100 voice to 001001-village_duty",
            " 130 voice to 001001-village_duty: no_answer, again in 70 s",
            " 200 voice to 001001-village_duty",
            " 230 voice to 001001-village_duty: no_answer",
            " 300 timeout: rung 1 001001-village_duty-b",
            " 300 sms to 001001-village_duty-b",
            " 300 voice to 001001-village_duty-b",
            " 300 sms to 001001-village_duty-b: sent",
            " 300 sms to 001001-village_duty-b: delivered",
            " 330 voice to 001001-village_duty-b: no_answer",
            " 420 timeout: unreached, handed to 001000-duty_officer",
            "1320 handed on to 001000-township_head",
            "2220 handed on to 000000-duty_officer",
        ]
    );
}

#[test]
fn rule_01_shipped_policies_leave_nothing_without_a_deadline_while_the_warning_lasts() {
    let mut county = County::found(SHIPPED, 1, 1);
    let red = alert("n1", Colour::Red, &[COUNTY]);
    let expires = Some(county.now + Duration::from_secs(5 * 3_600));
    county.called_out(Message { expires, ..red });
    for _ in 0..4 {
        county.sleep(3_600);
        let states = county.board.callouts.obligations().map(|o| o.state.name());
        let open = states.filter(|state| *state == StateName::Unreached).count();
        assert_eq!(open, 6, "four of the county, a township, a village");
    }
    county.sleep(3_600);
    assert_eq!(county.state(VILLAGE), StateName::Withdrawn, "the warning has run out");
    assert!(county.phones().is_empty());
}

#[test]
fn rule_01_the_human_it_is_handed_to_is_never_the_one_who_could_not_be_reached() {
    let mut county = County::small(1);
    county.desk();
    county.sleep(421);
    let desk = "990101000000/duty_officer";
    assert_eq!(county.state(desk), StateName::Unreached);
    assert_eq!(county.hands(desk), "000000-bureau_head");
    assert_eq!(county.hands("990101000000/lead_officer"), "000000-duty_officer");
}

#[test]
fn rule_01_with_nobody_on_any_named_post_whoever_is_on_duty_anywhere_gets_the_errand() {
    let mut county = County::small(2);
    for post in ["990101001000/duty_officer", "990101001000/township_head"] {
        county.hold(post, &[]);
    }
    county.hold("990101000000/duty_officer", &[]);
    county.orange();
    county.sleep(500);
    let errand = county.errand(VILLAGE).clone();
    let named = county.hands(VILLAGE);
    assert!(errand.was_asked(&named.parse().unwrap()), "{named} is named, yet never rung");
}

#[test]
fn rule_01_a_county_without_anybody_asks_its_roster_again_until_somebody_comes() {
    let mut county = County::small(1);
    let posts: Vec<String> = county.board.roster.iter().map(|s| s.post.id.to_string()).collect();
    posts.iter().for_each(|post| county.hold(post, &[]));
    posts.iter().for_each(|post| county.deputies(post, &[]));
    county.lonely = true;
    county.orange();
    county.sleep(10_000);
    assert_eq!(county.hands(VILLAGE), "", "nobody can be named");
    county.hold("990101001000/township_head", &[HEAD]);
    county.lonely = false;
    county.sleep(900);
    assert_eq!(county.hands(VILLAGE), HEAD);
    assert_eq!(county.calls(HEAD, Channel::Voice), 2);
}

#[test]
fn rule_01_a_carrier_that_never_reports_holds_neither_line_nor_person_for_ever() {
    let mut county = County::small(1);
    county.lines(Channel::Voice, 1);
    county.orange();
    county.pass(3_600);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1);
    assert!(county.calls(DEPUTY, Channel::Voice) > 0, "the only line was never given back");
    assert!(county.calls(CLERK, Channel::Voice) > 0);
}

#[test]
fn rule_01_an_attempt_of_which_nothing_was_heard_is_made_once_more_before_it_counts_as_failed() {
    let mut county = County::small(1);
    county.orange();
    county.pass(599);
    assert_eq!(county.at(VILLAGE).attempts[0].repeats, 0);
    county.pass(1);
    let attempt = county.at(VILLAGE).attempts[0].clone();
    assert_eq!(
        (attempt.repeats, attempt.progress),
        (1, Progress::Started),
        "it may never have rung"
    );
    county.pass(600);
    let attempt = county.at(VILLAGE).attempts[0].clone();
    assert_eq!((attempt.repeats, attempt.progress), (1, Progress::Ended));
    assert!(attempt.outcome.unwrap().is_failure());
}

#[test]
fn rule_01_an_attempt_that_nobody_wants_any_more_is_not_made_again() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.pass(600);
    let attempt = county.at(VILLAGE).attempts[0].clone();
    assert_eq!((attempt.repeats, attempt.progress), (0, Progress::Ended));
}

// 2. People are resolved when rung, not when opened.

#[test]
fn rule_02_a_rung_rings_whoever_holds_the_post_when_it_is_rung() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(200);
    county.deputies(VILLAGE, &[CLERK]);
    county.sleep(110);
    assert_eq!(county.phones(), [CLERK]);
    assert_eq!(county.calls(DEPUTY, Channel::Voice), 0);
}

#[test]
fn rule_02_the_shift_that_takes_over_is_rung_at_once_and_has_the_whole_wait() {
    let mut county = County::small(1);
    county.stand_in(VILLAGE, DEPUTY, 250, 10_000);
    county.orange();
    county.sleep(590);
    assert_eq!(
        county.story_of(VILLAGE)[7..],
        [
            " 250 moved from 001001-village_duty: rung 0 001001-village_duty-b",
            " 250 voice to 001001-village_duty-b",
            " 280 voice to 001001-village_duty-b: no_answer, again in 70 s",
            " 350 voice to 001001-village_duty-b",
            " 380 voice to 001001-village_duty-b: no_answer, again in 70 s",
            " 450 voice to 001001-village_duty-b",
            " 480 voice to 001001-village_duty-b: no_answer",
            " 550 timeout: rung 1 001001-village_duty-b",
            " 550 sms to 001001-village_duty-b",
            " 550 voice to 001001-village_duty-b",
            " 550 sms to 001001-village_duty-b: sent",
            " 550 sms to 001001-village_duty-b: delivered",
            " 580 voice to 001001-village_duty-b: no_answer",
        ]
    );
}

#[test]
fn rule_02_an_override_during_the_ringing_moves_the_call_at_once_and_back_when_it_ends() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(50);
    county.stand_in(VILLAGE, CLERK, 0, 100);
    assert_eq!(county.phones(), [CLERK]);
    county.report(CLERK, Channel::Voice, Outcome::Busy);
    county.sleep(99);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1, "he is off duty");
    county.sleep(1);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 2);
}

#[test]
fn rule_02_who_has_gone_off_duty_is_not_tried_again_when_his_telephone_stops_ringing() {
    let mut county = County::small(1);
    county.stand_in(VILLAGE, CLERK, 10, 10_000);
    county.orange();
    county.pass(20);
    assert_eq!(county.phones(), [CLERK, HOLDER], "a call under way is not cut");
    county.report(HOLDER, Channel::Voice, Outcome::NoAnswer);
    county.sleep(280);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1);
    assert_eq!(county.calls(CLERK, Channel::Voice), 3);
}

#[test]
fn rule_02_who_stays_on_duty_through_two_changes_of_shift_is_not_rung_anew() {
    let mut set = policies();
    ladder(&mut set, "person").rungs[0].who.push(target("duty_officer", "township"));
    let mut county = County::under(set, 1);
    let desk = "990101001000/duty_officer";
    county.stand_in(desk, HEAD, 100, 200);
    county.orange();
    county.sleep(290);
    assert_eq!(
        county.calls(HOLDER, Channel::Voice),
        3,
        "his tries are counted through the changes"
    );
    assert_eq!(county.calls(HEAD, Channel::Voice), 1);
}

#[test]
fn rule_02_a_gap_at_the_change_of_shift_goes_to_the_next_rung_at_once() {
    let mut county = County::small(1);
    county.hold(VILLAGE, &[]);
    county.stand_in(VILLAGE, HOLDER, 0, 60);
    county.orange();
    county.sleep(60);
    assert_eq!(county.story_of(VILLAGE)[3], "  60 unreachable: rung 1 001001-village_duty-b");
}

// 3. One answer ends one obligation, never its neighbours.

#[test]
fn rule_03_one_answer_ends_one_obligation_and_its_neighbours_ring_on() {
    let mut county = County::small(2);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    assert_eq!(county.state(VILLAGE), StateName::Answered);
    assert_eq!(county.state(NEIGHBOUR), StateName::Ringing);
    county.sleep(200);
    assert_eq!(county.calls("001002-village_duty", Channel::Voice), 3);
}

#[test]
fn rule_03_one_person_on_two_posts_answers_for_each() {
    let mut county = County::small(2);
    county.hold(NEIGHBOUR, &[HOLDER]);
    county.orange();
    county.press(HOLDER, '1');
    let states = [county.state(VILLAGE), county.state(NEIGHBOUR)];
    assert_eq!(states, [StateName::Answered, StateName::Ringing]);
}

#[test]
fn rule_03_an_area_is_manned_when_each_post_of_its_quorum_has_answered() {
    let mut county = County::small(1);
    let callout = county.desk();
    county.answer("000000-flood_chief", "990101000000/flood_chief");
    county.answer("000000-lead_officer", "990101000000/lead_officer");
    assert!(county.events("quorum_met").is_empty(), "the duty officer has not answered");
    county.answer("000000-duty_officer", "990101000000/duty_officer");
    assert_eq!(county.events("quorum_met").len(), 1);
    let area = COUNTY.parse().unwrap();
    assert!(county.board.callouts.get(callout).unwrap().manned.contains(&area));
}

#[test]
fn rule_03_an_area_is_manned_no_more_when_one_of_them_cannot_come_after_all() {
    let mut county = County::small(1);
    let callout = county.desk();
    county.answer("000000-lead_officer", "990101000000/lead_officer");
    county.answer("000000-duty_officer", "990101000000/duty_officer");
    county.decline("000000-lead_officer", "990101000000/lead_officer");
    assert!(county.board.callouts.get(callout).unwrap().manned.is_empty());
    county.answer("000000-lead_officer-b", "990101000000/lead_officer");
    assert_eq!(county.events("quorum_met").len(), 2);
}

// 4. An answer stops the ringing at once.

#[test]
fn rule_04_no_call_starts_after_the_answer() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(80);
    county.answer(HOLDER, VILLAGE);
    county.sleep(3_600);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1);
    assert_eq!(county.calls(DEPUTY, Channel::Voice), 0);
}

#[test]
fn rule_04_a_call_that_waits_for_a_line_is_not_made_after_the_answer() {
    let mut county = County::small(2);
    county.lines(Channel::Voice, 1);
    county.orange();
    assert_eq!(county.phones(), [HOLDER]);
    county.answer("001002-village_duty", NEIGHBOUR);
    county.report(HOLDER, Channel::Voice, Outcome::NoAnswer);
    county.sleep(60);
    assert_eq!(county.calls("001002-village_duty", Channel::Voice), 0);
}

#[test]
fn rule_04_a_call_that_ends_after_the_answer_plans_no_other() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.report(HOLDER, Channel::Voice, Outcome::RungOff);
    county.sleep(3_600);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 1);
    let Event::Callout(CalloutEvent::AttemptRecorded(recorded)) =
        county.events("attempt_recorded")[0]
    else {
        panic!()
    };
    assert_eq!(recorded.retry, None);
}

// 5. An empty or unreachable rung is skipped at once; transport failure shortens a wait.

#[test]
fn rule_05_each_reason_to_pass_over_a_rung_is_recorded() {
    let mut set = policies();
    let rungs = &mut ladder(&mut set, "person").rungs;
    let deputies = rungs[1].clone();
    for who in [target("standby", "own"), target("grid_person", "own")] {
        rungs.insert(0, deputies.clone());
        rungs[0].who = vec![who];
    }
    set.duties.push(set.duties[0].clone());
    set.duties.last_mut().unwrap().name = "standby".parse().unwrap();
    let mut county = County::unchecked(set, 1);
    county.hold("990101001001/grid_person", &[]);
    county.cut(HOLDER, Channel::Voice);
    county.orange();
    let skip = |rung, reason| Skipped { rung, reason };
    let village = county.at(VILLAGE);
    assert_eq!(
        village.skipped,
        [skip(0, SkipReason::Gap), skip(1, SkipReason::NoPost), skip(2, SkipReason::NoChannel)]
    );
    assert_eq!(village.asked_now()[0].person.as_str(), DEPUTY);
}

#[test]
fn rule_05_a_channel_without_lines_reaches_nobody() {
    let mut county = County::small(1);
    county.lines(Channel::Voice, 0);
    county.orange();
    assert_eq!(
        county.story_of(VILLAGE)[0],
        "   0 opened: rung 1 001001-village_duty-b, skipped 0 no_channel"
    );
}

#[test]
fn rule_05_one_who_cannot_come_is_passed_over_on_every_rung() {
    let mut county = County::small(1);
    county.deputies(VILLAGE, &[HOLDER]);
    county.orange();
    county.decline(HOLDER, VILLAGE);
    assert_eq!(
        county.story_of(VILLAGE)[3],
        "   0 declined: unreached, handed to 001000-duty_officer, skipped 1 declined"
    );
}

#[test]
fn rule_05_an_obligation_that_nobody_can_be_rung_for_is_handed_over_in_the_same_breath() {
    let mut county = County::small(1);
    county.hold(VILLAGE, &[]);
    county.deputies(VILLAGE, &[]);
    county.orange();
    assert_eq!(county.hands(VILLAGE), CLERK);
    assert_eq!(county.phones(), [CLERK]);
}

#[test]
fn rule_05_a_dead_number_shortens_the_wait() {
    let mut county = County::small(1);
    county.orange();
    county.pass(7);
    county.report(HOLDER, Channel::Voice, failed(true));
    assert_eq!(county.story_of(VILLAGE)[3], "   7 unreachable: rung 1 001001-village_duty-b");
}

#[test]
fn rule_05_a_passing_failure_is_tried_again_and_only_the_last_shortens_the_wait() {
    let mut county = County::small(1);
    county.orange();
    for _ in 0..2 {
        county.report(HOLDER, Channel::Voice, failed(false));
        county.pass(100);
        assert_eq!(county.phones(), [HOLDER]);
    }
    county.report(HOLDER, Channel::Voice, failed(false));
    assert_eq!(county.at(VILLAGE).rung, 1);
    assert_eq!(county.phones(), [DEPUTY]);
}

#[test]
fn rule_05_a_failure_on_one_channel_waits_for_the_other() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(299);
    county.pass(1);
    county.report(DEPUTY, Channel::Voice, failed(true));
    county.report(DEPUTY, Channel::Sms, Outcome::Sent);
    county.pass(60);
    assert_eq!(county.state(VILLAGE), StateName::Ringing, "the text may still be answered");
}

#[test]
fn rule_05_a_call_that_was_never_made_does_not_keep_a_dead_rung_waiting() {
    let mut set = policies();
    ladder(&mut set, "person").rungs[0].who.push(target("flood_warden", "own"));
    ladder(&mut set, "person").rungs[0].reach[0].after_s.0 = 60;
    ladder(&mut set, "person").rungs[0].reach.push(set_channel(Channel::Sms));
    let mut county = County::under(set, 1);
    county.orange();
    // The warden was to be rung after a minute, and is off duty before that.
    county.hold("990101001001/flood_warden", &[]);
    county.report("001001-flood_warden", Channel::Sms, Outcome::Sent);
    county.report(HOLDER, Channel::Sms, failed(true));
    county.pass(60);
    county.report(HOLDER, Channel::Voice, failed(true));
    assert_eq!(county.at(VILLAGE).rung, 1, "nothing is left that could reach anybody of rung 0");
}

// 6. Everybody gets a first attempt before anybody gets a second, except that red goes before orange.

#[test]
fn rule_06_everybody_is_tried_once_before_anybody_is_tried_twice() {
    let mut set = policies();
    ladder(&mut set, "person").rungs[0].reach[0].every_s.0 = 0;
    let mut county = County::under(set, 5);
    county.lines(Channel::Voice, 2);
    county.orange();
    let mut order = Vec::new();
    while county.now.since(county.journal[0].at).as_secs() < 250 {
        let (_, call) = county.calling(Channel::Voice)[0];
        order.push(call.obligation.0);
        county.record(call, Outcome::NoAnswer);
        county.pass(25);
    }
    assert_eq!(order, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
}

#[test]
fn rule_06_red_goes_before_orange_even_with_its_second_tries() {
    let mut county = County::small(3);
    county.lines(Channel::Voice, 1);
    county.orange();
    county.called_out(alert("n2", Colour::Red, &["990101001003"]));
    let (_, first) = county.calling(Channel::Voice)[0];
    county.record(first, Outcome::NoAnswer);
    for _ in 0..4 {
        let (_, call) = county.calling(Channel::Voice)[0];
        let callout = county.obligation(call.obligation).callout;
        let severity = county.board.callouts.get(callout).unwrap().severity;
        assert_eq!(severity, Colour::Red, "{call} was made while red still waited");
        county.pass(60);
        county.record(call, Outcome::NoAnswer);
    }
}

#[test]
fn rule_06_a_first_call_that_was_dropped_unmade_does_not_count_as_a_try() {
    let mut county = County::small(2);
    county.lines(Channel::Voice, 1);
    county.orange();
    // He waits for the line, is off duty for a while, and comes back.
    let neighbour = "001002-village_duty";
    county.stand_in(NEIGHBOUR, CLERK, 0, 10);
    county.pass(10);
    let own = county.tried(neighbour, Channel::Voice);
    assert_eq!(own.iter().map(|attempt| attempt.ordinal).collect::<Vec<_>>(), [0]);
}

// 7. Late answers count, are marked late, and never rewrite the escalation that happened.

#[test]
fn rule_07_a_late_answer_counts_and_the_escalation_stays() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(310);
    county.answer(HOLDER, VILLAGE);
    let story = county.story_of(VILLAGE);
    assert_eq!(story.last().unwrap(), " 310 answered: 001001-village_duty via app late");
    assert!(story.contains(&" 300 timeout: rung 1 001001-village_duty-b".to_owned()));
    assert!(county.at(VILLAGE).answer.as_ref().unwrap().late);
}

#[test]
fn rule_07_an_answer_to_the_unreached_counts_late_and_settles_the_errand() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(430);
    let errand = county.errand(VILLAGE).id;
    county.answer(DEPUTY, VILLAGE);
    assert!(county.at(VILLAGE).answer.as_ref().unwrap().late);
    assert_eq!(county.obligation(errand).state.name(), StateName::Withdrawn);
    assert_eq!(county.state(VILLAGE), StateName::Answered);
}

// 8. Delivered is not answered.

#[test]
fn rule_08_only_the_signs_that_the_policy_names_are_answers() {
    let every = [Sign::Read, Sign::HeardInFull, Sign::KeyPressed, Sign::Replied];
    for (channel, outcome, sign) in outcomes() {
        for counted in every {
            let mut set = policies();
            policy(&mut set, "orange").counts = [counted].into();
            ladder(&mut set, "person").rungs[0].reach = vec![set_channel(channel)];
            let mut county = County::unchecked(set, 1);
            county.orange();
            county.report(HOLDER, channel, outcome.clone());
            let answered = county.state(VILLAGE) == StateName::Answered;
            // Whoever presses a key has heard.
            let heard =
                counted == Sign::HeardInFull && matches!(outcome, Outcome::KeyPressed { .. });
            let counts = sign == Some(counted) || heard;
            assert_eq!(answered, counts, "{outcome:?} where {counted:?} counts");
        }
    }
}

#[test]
fn rule_08_each_outcome_is_kept_as_it_was_reported() {
    for (channel, outcome, _) in outcomes() {
        let mut set = policies();
        ladder(&mut set, "person").rungs[0].reach = vec![set_channel(channel)];
        let mut county = County::under(set, 1);
        county.orange();
        county.report(HOLDER, channel, outcome.clone());
        assert_eq!(county.at(VILLAGE).attempts[0].outcome, Some(outcome));
    }
}

#[test]
fn rule_08_heard_in_full_that_does_not_count_is_tried_again_and_that_counts_is_not() {
    for (counts, again) in [(Sign::KeyPressed, true), (Sign::HeardInFull, false)] {
        let mut set = policies();
        policy(&mut set, "orange").counts = [counts].into();
        let mut county = County::under(set, 1);
        county.orange();
        county.report(HOLDER, Channel::Voice, Outcome::HeardInFull);
        let Event::Callout(CalloutEvent::AttemptRecorded(recorded)) =
            county.events("attempt_recorded")[0]
        else {
            panic!()
        };
        assert_eq!(recorded.retry.is_some(), again);
    }
}

#[test]
fn rule_08_a_call_hung_up_early_is_tried_again() {
    let mut county = County::small(1);
    county.orange();
    county.report(HOLDER, Channel::Voice, Outcome::HungUp { after_s: 8 });
    county.sleep(100);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 2);
}

#[test]
fn rule_08_a_receipt_that_comes_twice_or_out_of_order_changes_nothing() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(300);
    let text = county.tried(DEPUTY, Channel::Sms)[0].id;
    let seq = county.board.seq;
    for known in [Outcome::Delivered, Outcome::Sent] {
        county.record(text, known);
    }
    assert_eq!(county.board.seq, seq);
}

// 9. An operator may answer on behalf of someone: callout_answers.rs.

#[test]
fn rule_09_an_answer_on_behalf_names_both_and_the_words_said() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    county.answer_on_behalf(HOLDER, id, "座机", "已到岗，正在敲门").unwrap();
    let answer = county.at(VILLAGE).answer.clone().unwrap();
    assert_eq!(answer.person.unwrap().as_str(), HOLDER);
    assert_eq!(answer.entered_by.unwrap(), "dispatcher");
    assert_eq!(answer.note, "已到岗，正在敲门");
    assert_eq!(serde_json::to_string(&answer.via).unwrap(), r#"{"desk":"座机"}"#);
}

// 10. A policy is frozen when the callout opens: callout_changes.rs has its changes.

#[test]
fn rule_10_a_callout_keeps_its_policy_while_another_set_is_adopted() {
    let mut county = County::small(1);
    county.orange();
    let mut set = policies();
    ladder(&mut set, "person").rungs.truncate(1);
    policy(&mut set, "orange").counts = [Sign::KeyPressed].into();
    policy(&mut set, "orange").hand_over.who = vec![target("township_head", "township")];
    county.must(Command::AdoptPolicies(set));
    county.sleep(430);
    assert_eq!(county.calls(DEPUTY, Channel::Voice), 1, "the old ladder has a second rung");
    assert_eq!(county.hands(VILLAGE), CLERK, "the old policy names the clerk first");
}

#[test]
fn rule_10_errands_of_a_callout_live_by_its_policy_when_the_new_set_has_none_of_its_names() {
    let mut county = County::small(1);
    county.orange();
    let text = include_str!("support/policies.toml");
    let renamed = text.replace("\"knock\"", "\"visit\"").replace("id = \"orange\"", "id = \"o2\"");
    county.must(Command::AdoptPolicies(toml::from_str(&renamed).unwrap()));
    county.sleep(700);
    assert_eq!(county.calls(CLERK, Channel::Voice), 2);
    assert_eq!(county.calls("000000-duty_officer", Channel::Voice), 1, "the errand's second rung");
    county.sleep(625);
    county.press(HEAD, '1');
    assert_eq!(county.errand(VILLAGE).state.name(), StateName::Answered);
}

// 11. Drills run the same code and never go before the real thing.

#[test]
fn rule_11_a_drill_is_called_out_like_the_real_thing_and_marked() {
    let mut county = County::small(1);
    let callout =
        county.called_out(in_status(Status::Exercise, alert("n1", Colour::Orange, &[COUNTY])));
    assert!(county.board.callouts.get(callout).unwrap().drill);
    county.sleep(430);
    let errand = county.errand(VILLAGE).callout;
    assert!(county.board.callouts.get(errand).unwrap().drill, "its errands are drills too");
}

#[test]
fn rule_11_a_drill_never_gets_a_line_that_a_real_call_waits_for() {
    let mut county = County::small(3);
    county.lines(Channel::Voice, 1);
    let drill = OpenCallout { severity: Some(Colour::Red), drill: true, ..by_hand("演练", None) };
    county.open_by_hand(drill).unwrap();
    county.called_out(alert("n1", Colour::Yellow, &[COUNTY]));
    let (_, rung_first) = county.calling(Channel::Voice)[0];
    county.record(rung_first, Outcome::NoAnswer);
    assert_eq!(county.phones(), ["001000-lead_officer"]);
}

#[test]
fn rule_11_tests_system_messages_and_drafts_call_nobody() {
    for status in [Status::Test, Status::System, Status::Draft] {
        let mut county = County::small(1);
        county.warn(in_status(status, alert("n1", Colour::Red, &[COUNTY])));
        assert!(county.events("callout_opened").is_empty(), "{status:?}");
        assert_eq!(county.events("warning_accepted").len(), 1, "it is on the record");
    }
}

// 12. At least once towards people, exactly once in the record.

#[test]
fn rule_12_a_call_whose_end_a_crash_left_unknown_is_repeated_once_and_flagged() {
    let mut county = County::small(1);
    county.orange();
    let call = county.call_to(HOLDER, Channel::Voice);
    county.must(Command::RepeatAttempt(call));
    let attempt = county.at(VILLAGE).attempts[0].clone();
    assert_eq!((attempt.repeats, attempt.progress), (1, Progress::Started));
    assert_eq!(county.board.callouts.queue().calling(Channel::Voice), 1, "one line, not two");
    county.record(call, Outcome::NoAnswer);
    let seq = county.board.seq;
    county.must(Command::RepeatAttempt(call));
    assert_eq!(county.board.seq, seq, "its end is known, so there is nothing to repeat");
}

#[test]
fn rule_12_the_record_is_the_board() {
    let mut county = County::found(SHIPPED, 2, 2);
    county.red();
    county.sleep(1_000);
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn a_red_warning_obliges_every_village_township_and_county_post() {
    let mut county = County::found(SHIPPED, 2, 3);
    let callout = county.red();
    let callout = county.board.callouts.get(callout).unwrap();
    assert_eq!(callout.obligations.len(), 4 + 2 + 6);
    assert_eq!(callout.rollup.of("990101001".parse().unwrap()).ringing, 4);
}

#[test]
fn the_roll_up_adds_up_at_every_level_through_every_state() {
    let mut county = County::found(SHIPPED, 2, 2);
    let id = county.red();
    county.answer(HOLDER, VILLAGE);
    county.sleep(1_000);
    let rollup = county.board.callouts.get(id).unwrap().rollup.clone();
    let of = |code: &str| {
        let tally = rollup.of(code.parse().unwrap());
        (tally.total(), tally.answered, tally.ringing, tally.unreached, tally.withdrawn)
    };
    assert_eq!(of("990101001001"), (1, 1, 0, 0, 0));
    assert_eq!(of("990101001"), (3, 1, 0, 2, 0));
    assert_eq!(of("990101002"), (3, 0, 0, 3, 0));
    assert_eq!(of("990101"), (10, 1, 0, 9, 0));
    county.as_role(Role::Commander, withdraw(id)).unwrap();
    let whole = county.board.callouts.get(id).unwrap().rollup.whole();
    assert_eq!((whole.answered, whole.withdrawn, whole.open()), (1, 9, 0));
}

fn withdraw(callout: jiaoying::domain::ids::CalloutId) -> Command {
    Command::WithdrawCallout { callout, note: "解除".into() }
}

fn failed(lasting: bool) -> Outcome {
    Outcome::Failed { reason: "no route".into(), lasting }
}

fn target(duty: &str, at: &str) -> Target {
    toml::from_str(&format!("duty = \"{duty}\"\nat = \"{at}\"")).unwrap()
}

fn set_channel(channel: Channel) -> jiaoying::domain::callout::policy::Reach {
    toml::from_str(&format!("channel = \"{channel}\"")).unwrap()
}

fn in_status(status: Status, message: Message) -> Message {
    Message { status, ..message }
}

/// Every outcome, on a channel that can report it, and the sign it is.
fn outcomes() -> Vec<(Channel, Outcome, Option<Sign>)> {
    use Channel::*;
    vec![
        (Sms, Outcome::Sent, None),
        (Sms, Outcome::Delivered, None),
        (App, Outcome::Read, Some(Sign::Read)),
        (Voice, Outcome::NoAnswer, None),
        (Voice, Outcome::Busy, None),
        (Voice, Outcome::Rejected, None),
        (Voice, Outcome::HungUp { after_s: 8 }, None),
        (Voice, Outcome::Voicemail, None),
        (Voice, Outcome::HeardInFull, Some(Sign::HeardInFull)),
        (Voice, Outcome::KeyPressed { key: '1' }, Some(Sign::KeyPressed)),
        (Sms, Outcome::Replied { text: "收到".into() }, Some(Sign::Replied)),
        (Voice, Outcome::RungOff, None),
        (Sms, failed(true), None),
    ]
}
