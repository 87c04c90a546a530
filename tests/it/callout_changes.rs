//! Rule 10: what an update, an upgrade, a downgrade, a cancel and the end do to an open callout.

use jiaoying::domain::{
    callout::{
        attempt::{Outcome, Progress},
        obligation::{State, StateName, WithdrawReason},
        policy::PolicySet,
    },
    command::{Command, Reply},
    event::{CalloutEvent, Change, CloseReason, Event},
    ids::CalloutId,
    person::Channel,
    rejection::Rejection,
    warning::{Colour, Message, MessageKind},
};

use crate::support::{
    county::{COUNTY, County, about, actor, alert},
    story::{DEPUTY, HOLDER, NEIGHBOUR, VILLAGE, ladder, policies, policy},
};

const TOWNSHIP: &str = "990101001000/lead_officer";
const LEAD: &str = "001000-lead_officer";

// Upgrade.

#[test]
fn an_upgrade_obliges_anew_those_whose_duty_changes_and_an_old_answer_does_not_carry() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.report(HOLDER, Channel::Voice, Outcome::RungOff);
    let old = county.at(VILLAGE).id;
    let callout = update(&mut county, Colour::Red, &[COUNTY]);
    assert_eq!(reason(&county, old), Some(WithdrawReason::Upgraded));
    let new = county.at(VILLAGE);
    assert_eq!(
        (new.replaces, new.state.name(), new.task.as_str()),
        (Some(old), StateName::Ringing, "转移")
    );
    assert_eq!(county.phones(), [LEAD, HOLDER], "and the township, which orange did not oblige");
    assert_eq!(change_of(&county), Change::Upgraded);
    let callout = county.board.callouts.get(callout).unwrap();
    assert_eq!((callout.severity, callout.policy.as_str()), (Colour::Red, "red"));
}

#[test]
fn an_upgrade_leaves_those_whose_duty_stays_the_same_in_peace() {
    let mut county = County::under(same_duty(), 2);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    let (answered, ringing) = (county.at(VILLAGE).id, county.at(NEIGHBOUR).id);
    update(&mut county, Colour::Red, &[COUNTY]);
    assert_eq!(county.at(VILLAGE).id, answered);
    assert_eq!(county.state(VILLAGE), StateName::Answered);
    assert_eq!(county.at(NEIGHBOUR).id, ringing, "it rings on");
    assert_eq!(county.notices(HOLDER), 2, "they are told of the higher colour");
    assert_eq!(county.state(TOWNSHIP), StateName::Ringing, "the township is new");
}

#[test]
fn calls_that_wait_for_a_line_move_up_with_the_colour() {
    let mut county = County::under(same_duty(), 3);
    county.lines(Channel::Voice, 1);
    county.called_out(alert("n1", Colour::Orange, &["990101001001"]));
    county.called_out(alert("n2", Colour::Orange, &["990101001002"]));
    county.called_out(alert("n3", Colour::Orange, &["990101001003"]));
    county.called_out(about(
        "n3",
        MessageKind::Update,
        alert("n4", Colour::Red, &["990101001003"]),
    ));
    county.cut(LEAD, Channel::Voice);
    county.report(HOLDER, Channel::Voice, Outcome::NoAnswer);
    let severities = |county: &County| {
        let (_, call) = county.calling(Channel::Voice)[0];
        let callout = county.obligation(call.obligation).callout;
        county.board.callouts.get(callout).unwrap().severity
    };
    assert_eq!(severities(&county), Colour::Red);
}

#[test]
fn quorum_is_asked_anew_when_an_upgrade_obliges_its_posts_anew() {
    let mut set = policies();
    let desk = policy(&mut set, "desk").clone();
    policy(&mut set, "orange").oblige = desk.oblige.clone();
    policy(&mut set, "orange").quorum = desk.quorum.clone();
    policy(&mut set, "orange").counts = desk.counts.clone();
    policy(&mut set, "red").oblige = desk.oblige.clone();
    policy(&mut set, "red").oblige.iter_mut().for_each(|oblige| oblige.task = "坐镇".into());
    policy(&mut set, "red").quorum = desk.quorum;
    let mut county = County::under(set, 1);
    let id = county.orange();
    let answer = |county: &mut County| {
        for duty in ["lead_officer", "duty_officer"] {
            county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
        }
    };
    let manned = |county: &County| county.board.callouts.get(id).unwrap().manned.len();
    answer(&mut county);
    assert_eq!(manned(&county), 1);
    update(&mut county, Colour::Red, &[COUNTY]);
    assert_eq!(manned(&county), 0);
    answer(&mut county);
    assert_eq!(manned(&county), 1);
}

#[test]
fn an_upgrade_says_so_to_those_whom_the_higher_colour_does_not_oblige() {
    let mut county = County::small(1);
    county.called_out(alert("n1", Colour::Yellow, &[COUNTY]));
    let township = county.at(TOWNSHIP).id;
    update(&mut county, Colour::Orange, &[COUNTY]);
    assert_eq!(reason(&county, township), Some(WithdrawReason::Upgraded));
    assert_eq!(county.notices(LEAD), 2);
}

// Downgrade.

#[test]
fn a_downgrade_lets_go_of_those_it_does_not_oblige_and_tells_them() {
    let mut county = County::small(1);
    county.called_out(alert("n1", Colour::Red, &[COUNTY]));
    let township = county.at(TOWNSHIP).id;
    let village = county.at(VILLAGE).id;
    update(&mut county, Colour::Orange, &[COUNTY]);
    assert_eq!(change_of(&county), Change::Downgraded);
    assert_eq!(reason(&county, township), Some(WithdrawReason::Downgraded));
    assert_eq!(county.notices(LEAD), 2);
    assert_eq!(county.at(VILLAGE).id, village, "who still has to answer is not rung anew");
    assert_eq!(county.at(VILLAGE).ladder, "urgent", "and climbs on as it began");
    county.report(LEAD, Channel::Voice, Outcome::RungOff);
    county.sleep(600);
    assert_eq!(county.calls(LEAD, Channel::Voice), 1);
}

#[test]
fn who_had_answered_is_told_of_the_downgrade_and_asked_for_nothing() {
    let mut county = County::small(1);
    county.called_out(alert("n1", Colour::Red, &[COUNTY]));
    county.answer(HOLDER, VILLAGE);
    update(&mut county, Colour::Orange, &[COUNTY]);
    assert_eq!((county.state(VILLAGE), county.notices(HOLDER)), (StateName::Answered, 2));
}

#[test]
fn an_update_that_says_no_colour_lets_go_of_nobody() {
    let mut county = County::small(1);
    county.called_out(alert("n1", Colour::Red, &[COUNTY]));
    for (earlier, identifier) in [("n1", "n2"), ("n2", "n3")] {
        let message = Message { colour: None, ..alert(identifier, Colour::Red, &[COUNTY]) };
        let callout = county.called_out(about(earlier, MessageKind::Update, message));
        assert_eq!(county.board.callouts.get(callout).unwrap().severity, Colour::Red);
        assert_eq!(change_of(&county), Change::Repeated);
        assert_eq!(county.state(VILLAGE), StateName::Ringing);
    }
}

// The area changes.

#[test]
fn when_the_area_grows_the_new_villages_are_rung_and_the_old_are_told() {
    let mut county = County::small(2);
    county.called_out(alert("n1", Colour::Orange, &["990101001001"]));
    let old = county.at(VILLAGE).id;
    update(&mut county, Colour::Orange, &["990101001"]);
    assert_eq!(change_of(&county), Change::AreaChanged);
    assert_eq!(county.at(VILLAGE).id, old);
    assert_eq!(county.notices(HOLDER), 2);
    assert_eq!(county.phones(), [HOLDER, "001002-village_duty"]);
}

#[test]
fn when_the_area_shrinks_those_outside_are_let_go_and_told() {
    let mut county = County::small(2);
    county.orange();
    let outside = county.at(NEIGHBOUR).id;
    update(&mut county, Colour::Orange, &["990101001001"]);
    assert_eq!(reason(&county, outside), Some(WithdrawReason::AreaReduced));
    assert_eq!(county.notices("001002-village_duty"), 2);
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
}

#[test]
fn a_village_that_comes_back_into_the_area_is_called_anew() {
    let mut county = County::small(2);
    county.orange();
    update(&mut county, Colour::Orange, &["990101001001"]);
    county.called_out(about("u", MessageKind::Update, alert("u2", Colour::Orange, &[COUNTY])));
    assert_eq!(county.state(NEIGHBOUR), StateName::Ringing);
    assert_eq!(county.at(NEIGHBOUR).replaces, None);
}

#[test]
fn a_warning_that_moves_out_of_the_county_lets_go_of_everybody_and_may_come_back() {
    let mut county = County::small(1);
    let id = county.orange();
    let gone = about("n1", MessageKind::Update, alert("n2", Colour::Orange, &["990102"]));
    assert_eq!(county.called_out(gone), id);
    assert_eq!(county.state(VILLAGE), StateName::Withdrawn);
    assert_eq!(county.notices(HOLDER), 2);
    let back = about("n2", MessageKind::Update, alert("n3", Colour::Orange, &[COUNTY]));
    assert_eq!(county.called_out(back), id, "one callout through the whole life of the warning");
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
}

#[test]
fn a_repeat_rings_nobody_again_and_tells_those_who_were_called() {
    let mut county = County::small(1);
    county.orange();
    county.answer(HOLDER, VILLAGE);
    county.report(HOLDER, Channel::Voice, Outcome::RungOff);
    update(&mut county, Colour::Orange, &[COUNTY]);
    assert_eq!(change_of(&county), Change::Repeated);
    assert_eq!((county.notices(HOLDER), county.state(VILLAGE)), (2, StateName::Answered));
    assert!(county.phones().is_empty());
}

#[test]
fn who_was_never_called_is_told_nothing() {
    let mut county = County::small(2);
    county.lines(Channel::Voice, 1);
    county.orange();
    assert_eq!(county.phones(), [HOLDER]);
    county.warn(cancel("n1"));
    assert_eq!(county.notices(HOLDER), 2);
    assert_eq!(county.notices("001002-village_duty"), 0, "his telephone had not rung yet");
}

#[test]
fn a_notice_goes_by_telephone_only_to_who_has_nothing_else() {
    let mut county = County::small(1);
    county.cut(HOLDER, Channel::App);
    county.cut(HOLDER, Channel::Sms);
    county.orange();
    county.report(HOLDER, Channel::Voice, Outcome::NoAnswer);
    county.warn(cancel("n1"));
    let told = county.tried(HOLDER, Channel::Voice);
    assert!(told.last().unwrap().notice);
}

// Cancel, expiry, by hand.

#[test]
fn a_cancel_stops_every_call_and_is_told_to_everybody_who_was_called() {
    let mut county = County::small(2);
    let id = county.orange();
    county.answer("001002-village_duty", NEIGHBOUR);
    county.sleep(310);
    let village = county.at(VILLAGE).id;
    county.warn(cancel("n1"));
    assert_eq!(reason(&county, village), Some(WithdrawReason::Cancelled));
    for person in [HOLDER, DEPUTY, "001002-village_duty"] {
        assert_eq!(county.notices(person), 2, "{person}");
    }
    let callout = county.board.callouts.get(id).unwrap();
    assert_eq!(callout.closed.unwrap().reason, CloseReason::Cancelled);
    assert_eq!(county.state(NEIGHBOUR), StateName::Answered, "what was answered stays answered");
    county.sleep(3_600);
    let queued = county.obligation(village).attempts.iter();
    assert_eq!(queued.filter(|attempt| attempt.progress == Progress::Queued).count(), 0);
}

#[test]
fn the_end_of_its_time_lets_go_of_the_open_and_tells_those_who_had_been_called_in_vain() {
    let mut county = County::small(2);
    let expires = county.now + std::time::Duration::from_secs(310);
    let short = alert("n1", Colour::Orange, &[COUNTY]);
    let id = county.called_out(Message { expires: Some(expires), ..short });
    county.answer("001002-village_duty", NEIGHBOUR);
    county.sleep(310);
    assert_eq!(county.state(VILLAGE), StateName::Withdrawn);
    assert_eq!(county.notices(HOLDER), 2);
    assert_eq!(county.notices("001002-village_duty"), 0, "the text said until when");
    assert_eq!(closed(&county, id), Some(CloseReason::Expired));
}

#[test]
fn an_operator_who_withdraws_a_callout_says_why() {
    let mut county = County::small(1);
    let callout = county.orange();
    let commander = actor("commander", jiaoying::domain::actor::Role::Commander);
    let withdraw = |note: &str| Command::WithdrawCallout { callout, note: note.into() };
    let refused = county.submit(&commander, withdraw(" "));
    assert_eq!(refused, Err(Rejection::Empty { field: "reason" }));
    county.submit(&commander, withdraw("误发")).unwrap();
    let Event::Callout(CalloutEvent::CalloutClosed(event)) = county.events("callout_closed")[0]
    else {
        panic!()
    };
    assert_eq!((event.reason, event.note.as_str()), (CloseReason::ByHand, "误发"));
    assert_eq!(county.submit(&commander, withdraw("再")), Err(Rejection::CalloutClosed(callout)));
}

#[test]
fn a_callout_by_hand_closes_when_everybody_has_answered() {
    let mut county = County::small(1);
    let id = county.desk();
    for duty in ["lead_officer", "duty_officer", "flood_chief"] {
        assert_eq!(closed(&county, id), None);
        county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
    }
    assert_eq!(closed(&county, id), Some(CloseReason::Complete));
}

#[test]
fn a_warnings_callout_stays_open_while_the_warning_lasts() {
    let mut county = County::small(1);
    let id = county.orange();
    county.answer(HOLDER, VILLAGE);
    assert_eq!(closed(&county, id), None, "an upgrade will act on it");
}

// Which callout a message acts on.

#[test]
fn a_cancel_of_two_warnings_ends_the_callouts_of_both() {
    let mut county = County::small(2);
    let first = county.called_out(alert("n1", Colour::Orange, &["990101001001"]));
    let second = county.called_out(alert("n2", Colour::Orange, &["990101001002"]));
    let reply = county.warn(naming(&["n1", "n2"], MessageKind::Cancel, "n3"));
    let Reply::Warning { callouts, .. } = reply else { panic!() };
    assert_eq!(callouts, [first, second]);
    for id in [first, second] {
        assert_eq!(closed(&county, id), Some(CloseReason::Cancelled));
    }
}

#[test]
fn an_update_of_two_warnings_goes_on_with_one_callout_and_ends_the_other() {
    let mut county = County::small(2);
    let first = county.called_out(alert("n1", Colour::Orange, &["990101001001"]));
    let second = county.called_out(alert("n2", Colour::Orange, &["990101001002"]));
    let merged = naming(&["n1", "n2"], MessageKind::Update, "n3");
    assert_eq!(county.called_out(merged), second);
    assert_eq!(closed(&county, first), Some(CloseReason::Superseded));
    assert_eq!(county.state(VILLAGE), StateName::Ringing, "the other obliges the village now");
    assert_eq!(closed(&county, second), None);
}

#[test]
fn an_update_that_names_only_the_first_of_its_chain_acts_on_the_last() {
    let mut county = County::small(1);
    let id = county.orange();
    let update = |n: &str| about("n1", MessageKind::Update, alert(n, Colour::Orange, &[COUNTY]));
    assert_eq!(county.called_out(update("n2")), id);
    let longer = county.now + std::time::Duration::from_secs(100_000);
    let last = Message { expires: Some(longer), ..update("n3") };
    assert_eq!(county.called_out(last), id);
    assert_eq!(county.board.active_warnings().count(), 1);
    county.sleep(99_000);
    assert_eq!(closed(&county, id), None, "the last message says until when");
}

#[test]
fn a_cancel_that_names_only_the_first_of_its_chain_ends_the_last() {
    let mut county = County::small(1);
    let id = county.orange();
    update(&mut county, Colour::Orange, &[COUNTY]);
    county.warn(cancel("n1"));
    assert_eq!(closed(&county, id), Some(CloseReason::Cancelled));
    assert_eq!(county.board.active_warnings().count(), 0);
}

#[test]
fn a_cancel_older_than_the_update_that_came_before_it_does_not_end_that() {
    let mut county = County::small(1);
    let id = county.orange();
    let newer = alert("n2", Colour::Orange, &[COUNTY]);
    let newer = Message { sent: newer.sent + std::time::Duration::from_secs(60), ..newer };
    county.called_out(about("n1", MessageKind::Update, newer));
    county.warn(cancel("n1"));
    assert_eq!(closed(&county, id), None);
    assert_eq!(county.board.active_warnings().count(), 1);
}

#[test]
fn an_update_that_had_run_out_before_it_came_ends_the_callout_of_what_it_replaces() {
    let mut county = County::small(1);
    let id = county.orange();
    county.sleep(3_600);
    let stale = alert("n2", Colour::Orange, &[COUNTY]);
    let expires = Some(stale.sent + std::time::Duration::from_secs(600));
    county.warn(about("n1", MessageKind::Update, Message { expires, ..stale }));
    assert_eq!(closed(&county, id), Some(CloseReason::Expired));
}

#[test]
fn an_update_that_comes_after_its_own_cancel_ends_what_it_replaces() {
    let mut county = County::small(1);
    let id = county.orange();
    county.warn(cancel("n2"));
    assert_eq!(closed(&county, id), None, "n2 has not come yet");
    county.warn(about("n1", MessageKind::Update, alert("n2", Colour::Orange, &[COUNTY])));
    assert_eq!(closed(&county, id), Some(CloseReason::Cancelled));
}

#[test]
fn a_revised_callout_takes_the_policies_in_force_and_its_standing_ladders_stay() {
    let mut county = County::small(1);
    county.orange();
    let mut set = policies();
    ladder(&mut set, "person").rungs[1].wait_s.0 = 999;
    policy(&mut set, "orange").hand_over.within_s.0 = 777;
    county.must(Command::AdoptPolicies(set));
    update(&mut county, Colour::Orange, &[COUNTY]);
    county.sleep(420);
    let handed = county.at(VILLAGE).handed().expect("its own ladder waits 120 s").clone();
    assert_eq!(handed.by.since(county.now).as_secs(), 777, "the revised callout's time");
}

/// Red obliges the villages as orange does.
fn same_duty() -> PolicySet {
    let mut set = policies();
    let village = policy(&mut set, "orange").oblige[0].clone();
    policy(&mut set, "red").oblige[1] = village;
    set
}

/// Accepts an update `u` of the first warning.
fn update(county: &mut County, colour: Colour, areas: &[&str]) -> CalloutId {
    county.called_out(about("n1", MessageKind::Update, alert("u", colour, areas)))
}

fn cancel(earlier: &str) -> Message {
    about(earlier, MessageKind::Cancel, alert("cancel", Colour::Orange, &[COUNTY]))
}

/// Writes a message about several earlier ones.
fn naming(earlier: &[&str], kind: MessageKind, identifier: &str) -> Message {
    let message = alert(identifier, Colour::Orange, &["990101001"]);
    let references =
        earlier.iter().flat_map(|earlier| about(earlier, kind, message.clone()).references);
    Message { kind, references: references.collect(), ..message.clone() }
}

fn closed(county: &County, id: CalloutId) -> Option<CloseReason> {
    county.board.callouts.get(id)?.closed.map(|closed| closed.reason)
}

fn change_of(county: &County) -> Change {
    let Event::Callout(CalloutEvent::CalloutRevised(revised)) =
        county.events("callout_revised").pop().unwrap()
    else {
        panic!()
    };
    revised.change
}

fn reason(county: &County, id: jiaoying::domain::ids::ObligationId) -> Option<WithdrawReason> {
    if let State::Withdrawn { reason } = county.obligation(id).state { Some(reason) } else { None }
}
