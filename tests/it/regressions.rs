//! Every fault that the simulation has found in the core, as a story that must not come back.

use std::time::Duration;

use jiaoying::domain::{
    callout::{
        attempt::{Attempt, Outcome, Progress},
        obligation::{Obligation, State, StateName},
    },
    command::{AddOverride, AnswerKind, Command, Reply, RosterStep},
    event::RotationSet,
    ids::{CalloutId, ObligationId, PersonId, PostId},
    person::Channel,
    rejection::Rejection,
    roster::{DayPlan, DayType, Post, Rotation, ShiftTime},
    warning::{Colour, MessageKind, Status},
};

use crate::support::county::{COUNTY, County, about, alert, by_hand};

const POLICIES: &str = include_str!("../../config/policies.toml");
const LEAD: &str = "990101000000/lead_officer";
const DUTY: &str = "990101000000/duty_officer";
const VILLAGE: &str = "990101001001/village_duty";
/// Those who hold them.
const LEADER: &str = "000000-lead_officer";
const OFFICER: &str = "000000-duty_officer";
const VILLAGER: &str = "001001-village_duty";

#[test]
fn the_crew_of_a_rotation_is_rung_in_the_order_it_was_written() {
    let mut county = county();
    let (a, b) = (VILLAGER, "001001-grid_person");
    let crew = |names: [&str; 2]| names.iter().map(|name| name.parse().unwrap()).collect();
    let whole_day = ShiftTime { from_minute: 0, minutes: 24 * 60 };
    let plan = DayPlan::new(vec![whole_day], vec![crew([a, b]), crew([b, a])]);
    // Today is the second day, so the second crew's.
    let starts_on = "2026-07-20".parse().unwrap();
    let rotation = Rotation::new(starts_on, [(DayType::Workday, plan)]);
    let set = RotationSet { post: VILLAGE.parse().unwrap(), rotation: Some(rotation) };
    county.must(Command::Roster(RosterStep::SetRotations(vec![set])));
    county.red();
    let asked: Vec<&str> = county.at(VILLAGE).asked.iter().map(|a| a.person.as_str()).collect();
    assert_eq!(asked, [b, a]);
}

#[test]
fn a_second_call_that_waited_in_vain_is_no_try() {
    let mut county = county();
    county.lines(Channel::Voice, 1);
    county.red();
    // The leader's first call rings out; his second waits for the line until the rung is over.
    let call = county.tried(LEADER, Channel::Voice)[0].id;
    county.record(call, Outcome::NoAnswer);
    county.pass(300);
    // The next rung names him once more.
    let calls = calls(county.at(LEAD), LEADER, Channel::Voice);
    let tries: Vec<(u32, Progress)> = calls.map(|call| (call.ordinal, call.progress)).collect();
    assert_eq!(tries, [(0, Progress::Ended), (1, Progress::Dropped), (1, Progress::Queued)]);
}

#[test]
fn who_has_gone_off_duty_or_cannot_come_still_gets_the_notice() {
    let mut county = county();
    county.red();
    for (_, text) in county.calling(Channel::Sms) {
        county.record(text, Outcome::Sent);
    }
    county.lines(Channel::Sms, 1);
    county.lines(Channel::App, 0);
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let township = "990101001000/lead_officer";
    let id = county.at(township).id;
    county.answer_as("001000-lead_officer", id, AnswerKind::Declined).unwrap();
    substitute(&mut county, VILLAGE, "001001-grid_person");
    for post in [VILLAGE, township] {
        let notices = county.at(post).attempts.iter().filter(|attempt| attempt.notice);
        let progress: Vec<Progress> = notices.map(|notice| notice.progress).collect();
        assert_eq!(progress, [Progress::Queued], "{post}");
    }
}

#[test]
fn an_answer_from_a_rung_that_was_left_is_late_on_a_ladder_that_repeats() {
    let mut county = county();
    county.red();
    county.pass(700);
    let id = errand(&county, VILLAGE).id;
    // Two rungs of three minutes; then the first again.
    county.pass(370);
    let again = county.board.callouts.obligation(id).unwrap();
    assert_eq!(again.rung, 0);
    let left = again.asked.iter().find(|asked| asked.rung == 1 && !again.wants(&asked.person));
    let person = left.unwrap().person.to_string();
    county.answer_as(&person, id, AnswerKind::Acknowledged).unwrap();
    let answered = county.board.callouts.obligation(id).unwrap();
    assert!(answered.answer.as_ref().unwrap().late);
}

#[test]
fn an_obligation_that_an_upgrade_replaced_does_not_come_back_to_life() {
    let mut county = county();
    county.warn(alert("n1", Colour::Orange, &[COUNTY]));
    let old = county.at(LEAD).id;
    county.answer_as(LEADER, old, AnswerKind::Acknowledged).unwrap();
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let refused = county.answer_as(LEADER, old, AnswerKind::Declined);
    assert_eq!(refused, Err(Rejection::Withdrawn(old)));
}

#[test]
fn cannot_come_is_heard_whatever_the_policy_counts() {
    let mut county = county_that_counts_only_the_whole_message();
    county.open_by_hand(by_hand("暴雨", Some("mian_county"))).unwrap();
    let call = county.tried(VILLAGER, Channel::Voice)[0].id;
    county.record(call, Outcome::KeyPressed { key: '2' });
    assert_eq!(county.state(VILLAGE), StateName::Unreached);
}

#[test]
fn who_presses_the_right_key_has_heard_no_less_than_who_presses_a_wrong_one() {
    for key in ['1', '7'] {
        let mut county = county_that_counts_only_the_whole_message();
        county.open_by_hand(by_hand("暴雨", Some("mian_county"))).unwrap();
        let call = county.tried(VILLAGER, Channel::Voice)[0].id;
        county.record(call, Outcome::KeyPressed { key });
        assert_eq!(county.state(VILLAGE), StateName::Answered, "{key}");
    }
}

#[test]
fn an_orange_call_does_not_overtake_a_red_one_whose_rung_ends_in_the_same_breath() {
    let mut county = county();
    county.lines(Channel::Voice, 1);
    let red = county.red();
    county.pass(60);
    county.open_by_hand(by_hand("会商", None)).unwrap();
    // The node sleeps through the end of every red rung; then the line becomes free.
    county.prompt = false;
    county.now = county.now + Duration::from_secs(250);
    let (_, call) = county.calling(Channel::Voice)[0];
    county.record(call, Outcome::NoAnswer);
    while county.calling(Channel::Voice).is_empty() {
        county.must(Command::Elapse);
    }
    let (_, call) = county.calling(Channel::Voice)[0];
    assert_eq!(county.board.callouts.attempt(call).unwrap().0.callout, red);
}

#[test]
fn a_late_wake_up_leaves_no_errand_behind_in_other_hands() {
    let mut county = county();
    county.red();
    county.pass(700);
    let first = errand(&county, VILLAGE).id;
    let due = county.at(VILLAGE).state.deadline().unwrap();
    county.prompt = false;
    county.now = due + Duration::from_secs(400);
    county.must(Command::Elapse);
    assert_ne!(errand(&county, VILLAGE).id, first);
    let first = county.board.callouts.obligation(first).unwrap();
    assert_eq!(first.state.name(), StateName::Withdrawn);
}

#[test]
fn an_errand_that_an_upgrade_opens_goes_with_the_new_colour() {
    let mut county = county();
    county.warn(alert("n1", Colour::Yellow, &[COUNTY]));
    for duty in ["lead_officer", "flood_chief"] {
        appoint(&mut county, &format!("{COUNTY}/{duty}"), &[]);
    }
    // Nobody holds the posts that red obliges, so they are handed over in the same decision.
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let errands = errand(&county, LEAD).callout;
    let errands = county.board.callouts.get(errands).unwrap();
    assert_eq!((errands.severity, &*errands.policy), (Colour::Red, "warning_red"));
}

#[test]
fn an_area_is_manned_by_the_rules_of_now() {
    let quorum = POLICIES.find("quorum = [").unwrap();
    let end = quorum + POLICIES[quorum..].find("]\nhand_over").unwrap() + 2;
    // The red policy, which is the first, asks for no quorum; the orange one does.
    let text = format!("{}{}", &POLICIES[..quorum], &POLICIES[end..]);
    let mut county = County::found(&text, 1, 1);
    let callout = county.red();
    for (post, person) in [(LEAD, LEADER), (DUTY, OFFICER)] {
        let id = county.at(post).id;
        county.answer_as(person, id, AnswerKind::Acknowledged).unwrap();
    }
    assert_eq!(manned(&county, callout), 0);
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Orange, &[COUNTY])));
    assert_eq!(manned(&county, callout), 1);
    county.warn(about("n2", MessageKind::Update, alert("n3", Colour::Yellow, &[COUNTY])));
    assert_eq!(manned(&county, callout), 0);
}

#[test]
fn a_late_receipt_spares_no_call_that_was_planned_after_it_ended() {
    let mut county = County::found(POLICIES, 1, 2);
    county.red();
    county.pass(590);
    for (_, text) in county.calling(Channel::Sms) {
        county.record(text, Outcome::Sent);
    }
    county.pass(10);
    let other = errand(&county, "990101001002/village_duty").id;
    let text = calls(errand(&county, VILLAGE), "001000-duty_officer", Channel::Sms).next().unwrap();
    assert!(text.also.contains(&other), "{text:#?}");
    let text = text.id;
    county.record(text, Outcome::Sent);
    // The other errand's next rung names the same person; every line is taken.
    county.lines(Channel::Sms, 1);
    county.pass(180);
    county.record(text, Outcome::Delivered);
    let other = county.board.callouts.obligation(other).unwrap();
    let last = calls(other, "001000-duty_officer", Channel::Sms).last().unwrap();
    assert_eq!((last.ordinal, last.progress), (1, Progress::Queued));
}

#[test]
fn a_text_that_bounces_late_ends_no_rung_whose_own_text_is_on_its_way() {
    let mut county = County::found(POLICIES, 1, 2);
    county.lines(Channel::App, 0);
    county.lines(Channel::Voice, 0);
    county.red();
    county.pass(590);
    send_texts(&mut county);
    county.pass(10);
    let neighbour = "990101001002/village_duty";
    let early =
        calls(errand(&county, VILLAGE), "001000-duty_officer", Channel::Sms).next().unwrap();
    assert!(early.also.contains(&errand(&county, neighbour).id), "{early:#?}");
    let early = early.id;
    // Two rungs later the clerk is texted again, once about both errands.
    for _ in 0..2 {
        send_texts(&mut county);
        county.pass(180);
    }
    let before = errand(&county, neighbour).clone();
    assert_eq!(before.rung, 0);
    county.record(early, Outcome::Failed { reason: "expired".into(), lasting: true });
    assert_eq!(errand(&county, neighbour).state, before.state);
}

#[test]
fn who_comes_back_on_duty_while_his_telephone_still_rings_is_called_once_more_and_not_twice() {
    let mut county = county();
    county.red();
    let first = county.tried(VILLAGER, Channel::Voice)[0].id;
    let (other, back) = ("001001-grid_person", VILLAGER);
    county.stand_in(VILLAGE, other, 10, 20);
    county.pass(20);
    let asked: Vec<&str> = county.at(VILLAGE).asked.iter().map(|a| a.person.as_str()).collect();
    assert_eq!(asked, [back, other, back]);
    county.record(first, Outcome::Busy);
    let calls = calls(county.at(VILLAGE), VILLAGER, Channel::Voice);
    let tries: Vec<(u32, Progress)> = calls.map(|call| (call.ordinal, call.progress)).collect();
    assert_eq!(tries, [(0, Progress::Ended), (1, Progress::Started)]);
}

#[test]
fn an_answered_post_that_a_change_lets_go_still_mans_its_area() {
    let quorum = "quorum = [\n";
    let village = r#"{ level = "village", needs = [{ duty = "village_duty", answered = 1 }] },"#;
    let text = POLICIES.replacen(quorum, &format!("{quorum}  {village}\n"), 1);
    let mut county = County::found(&text, 1, 2);
    let callout = county.called_out(alert("n1", Colour::Orange, &[COUNTY]));
    let id = county.at(VILLAGE).id;
    county.answer_as(VILLAGER, id, AnswerKind::Acknowledged).unwrap();
    assert_eq!(manned(&county, callout), 0, "orange asks for no village");
    let elsewhere = alert("n2", Colour::Red, &["990101001002"]);
    county.warn(about("n1", MessageKind::Update, elsewhere));
    assert_eq!(manned(&county, callout), 1, "red does, and its officer stands answered");
}

#[test]
fn an_exercise_does_not_hide_that_a_warning_was_cancelled_before_it_came() {
    let mut county = county();
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Red, &[COUNTY])));
    let mut exercise = about("n1", MessageKind::Update, alert("n3", Colour::Red, &[COUNTY]));
    exercise.status = Status::Exercise;
    county.warn(exercise);
    let reply = county.warn(alert("n1", Colour::Red, &[COUNTY]));
    assert!(matches!(reply, Reply::Warning { callouts, .. } if callouts.is_empty()));
}

fn county() -> County {
    County::found(POLICIES, 1, 1)
}

/// Every text that is on its way is sent.
fn send_texts(county: &mut County) {
    for (_, text) in county.calling(Channel::Sms) {
        county.record(text, Outcome::Sent);
    }
}

fn county_that_counts_only_the_whole_message() -> County {
    let text = POLICIES.replace(r#"["heard_in_full", "key_pressed"]"#, r#"["heard_in_full"]"#);
    assert_ne!(text, POLICIES);
    County::found(&text, 1, 1)
}

/// Puts `person` on `post` from now on, for an hour.
fn substitute(county: &mut County, post: &str, person: &str) {
    let (from, to) = (county.now, county.now + Duration::from_secs(3_600));
    county.must(Command::Roster(RosterStep::AddOverride(AddOverride {
        post: post.parse().unwrap(),
        from,
        to,
        people: vec![person.parse().unwrap()],
        reason: "代班".into(),
    })));
}

fn appoint(county: &mut County, post: &str, holders: &[&str]) {
    let id: PostId = post.parse().unwrap();
    let holders = holders.iter().map(|name| name.parse().unwrap()).collect();
    let post = Post {
        id,
        title: "岗".into(),
        holders,
        deputies: Vec::new(),
        rotations: Default::default(),
    };
    county.must(Command::Roster(RosterStep::SavePosts(vec![post])));
}

/// Returns the errand about the unreached obligation of `post`.
fn errand<'c>(county: &'c County, post: &str) -> &'c Obligation {
    let post = post.parse().unwrap();
    let mut callouts = county.board.callouts.iter();
    let id: ObligationId = *callouts.find_map(|callout| callout.by_post.get(&post)).unwrap();
    let obligation = county.board.callouts.obligation(id).unwrap();
    let State::Unreached { handed, .. } = &obligation.state else { panic!("{obligation:#?}") };
    county.board.callouts.obligation(handed.errand.unwrap()).unwrap()
}

/// Returns the calls to `person` by `channel`, notices apart, in the order they were planned.
fn calls<'o>(
    obligation: &'o Obligation,
    person: &str,
    channel: Channel,
) -> impl Iterator<Item = &'o Attempt> {
    let person: PersonId = person.parse().unwrap();
    let own = obligation.attempts.iter().filter(move |attempt| attempt.person == person);
    own.filter(move |attempt| attempt.channel == channel && !attempt.notice)
}

fn manned(county: &County, callout: CalloutId) -> usize {
    county.board.callouts.get(callout).unwrap().manned.len()
}
