//! What users of other pagers suffer from, row by row of the list of pains: each is shown not to happen.
//!
//! Told elsewhere: 10 (local carriers) and 16 (page on the telephone) by the channels and the pages, 18
//! (a product that is given up) by nobody's code, 19 (dispatch) by incidents and assignments, and of 11 and
//! 17 what is spoken on the telephone and what two nodes do at once.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        attempt::Outcome,
        obligation::{SkipReason, StateName},
        policy::PolicySet,
    },
    command::{AnswerKind, Command, Reply, RosterStep},
    event::RotationSet,
    person::Channel,
    rejection::Rejection,
    roster::{DayPlan, DayType, Rotation, ShiftTime},
    time::Timestamp,
    warning::Colour,
};

use crate::support::{
    county::{COUNTY, County, actor, alert, given},
    story::{CLERK, DEPUTY, HEAD, HOLDER, NEIGHBOUR, VILLAGE},
};

const SHIPPED: &str = include_str!("../../config/policies.toml");

#[test]
fn pain_01_an_escalation_that_came_due_while_the_node_was_down_is_made_when_it_is_back() {
    let mut county = County::small(2);
    county.orange();
    // Nobody asks the board for two hours.
    county.now = county.now + Duration::from_secs(7_200);
    county.must(Command::Elapse);
    for post in [VILLAGE, NEIGHBOUR] {
        assert_eq!(county.at(post).rung, 1, "{post}");
    }
    assert!(county.phones().contains(&DEPUTY.to_owned()));
    assert!(county.board.next_deadline().unwrap() > county.now);
}

#[test]
fn pain_01_no_open_obligation_is_ever_without_a_deadline() {
    let mut county = County::found(SHIPPED, 2, 2);
    county.red();
    for _ in 0..30 {
        county.sleep(60);
        let mut open = county.board.callouts.obligations().filter(|o| o.state.is_open());
        assert!(open.all(|o| o.state.deadline().is_some_and(|at| at > county.now)));
    }
}

#[test]
fn pain_02_where_nobody_is_on_call_nobody_is_waited_for() {
    let mut county = County::small(1);
    county.hold(VILLAGE, &[]);
    county.deputies(VILLAGE, &[]);
    county.orange();
    assert_eq!(
        (county.state(VILLAGE), county.hands(VILLAGE)),
        (StateName::Unreached, CLERK.into())
    );
    assert_eq!(county.phones(), [CLERK], "in the same second");
}

#[test]
fn pain_03_who_has_no_address_is_passed_over_at_once_and_the_record_says_why() {
    let mut county = County::small(1);
    county.cut(HOLDER, Channel::Voice);
    county.orange();
    assert_eq!(county.at(VILLAGE).skipped[0].reason, SkipReason::NoChannel);
    assert_eq!(county.phones(), [DEPUTY]);
}

#[test]
fn pain_03_a_policy_with_a_rung_that_reaches_nobody_is_refused_before_the_storm() {
    let mut county = County::small(1);
    county.cut(DEPUTY, Channel::Voice);
    county.cut(DEPUTY, Channel::Sms);
    let mut set: PolicySet = crate::support::story::policies();
    set.policies[0].title = "新".into();
    let refused = county.try_must(Command::AdoptPolicies(set)).unwrap_err();
    assert!(refused.to_string().contains("nobody can be reached"), "{refused}");
}

#[test]
fn pain_04_an_unanswered_call_is_made_again_within_three_minutes() {
    // The second call within three minutes from one number breaks through "do not disturb".
    let set: PolicySet = toml::from_str(SHIPPED).unwrap();
    for name in ["county_red", "township_red", "village_red"] {
        let rung = &set.ladder(name).unwrap().rungs[0];
        let voice = rung.reach(Channel::Voice).unwrap();
        assert!(voice.tries >= 2 && voice.every_s.0 < 180, "{name}");
    }
    let mut county = County::found(SHIPPED, 1, 1);
    county.red();
    county.sleep(179);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 2);
}

#[test]
fn pain_04_a_voicemail_is_not_an_answer_and_does_not_end_the_chase() {
    let mut county = County::small(1);
    county.orange();
    county.report(HOLDER, Channel::Voice, Outcome::Voicemail);
    assert_eq!(county.state(VILLAGE), StateName::Ringing);
    county.sleep(100);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 2);
}

#[test]
fn pain_05_the_first_answer_silences_nobody_else() {
    let mut county = County::found(SHIPPED, 2, 3);
    let id = county.red();
    county.answer(HOLDER, VILLAGE);
    let whole = county.board.callouts.get(id).unwrap().rollup.whole();
    assert_eq!((whole.answered, whole.ringing), (1, whole.total() - 1));
    county.sleep(310);
    let others = county.board.callouts.obligations().filter(|o| o.post.to_string() != VILLAGE);
    assert!(others.into_iter().all(|o| o.rung == 1 && o.state.is_open()));
}

#[test]
fn pain_06_nothing_is_sent_after_the_answer_and_nothing_twice() {
    let mut county = County::found(SHIPPED, 1, 1);
    county.red();
    county.sleep(95);
    county.answer(HOLDER, VILLAGE);
    county.sleep(3_600);
    assert_eq!(county.calls(HOLDER, Channel::Sms), 1);
    assert_eq!(county.calls(HOLDER, Channel::Voice), 2, "before the answer");
    assert_eq!(county.calls(DEPUTY, Channel::Voice), 0);
}

#[test]
fn pain_06_two_runs_of_the_clock_at_one_instant_page_nobody_twice() {
    let mut county = County::small(1);
    county.prompt = false;
    county.orange();
    county.must(Command::Elapse);
    let seq = county.board.seq;
    county.must(Command::Elapse);
    assert_eq!(county.board.seq, seq);
}

#[test]
fn pain_07_the_change_of_shift_is_met_to_the_second_through_weekends_and_clock_changes() {
    // (zone, an evening before a change of shift at 08:00 local time)
    let evenings = [
        ("Asia/Shanghai", "2026-07-19T20:00:00+08:00"), // Sunday to Monday
        ("Asia/Shanghai", "2026-12-31T20:00:00+08:00"), // into another year
        ("Europe/Berlin", "2026-03-28T20:00:00+01:00"), // clocks go forward in the night
        ("Europe/Berlin", "2026-10-24T20:00:00+02:00"), // and back
    ];
    for (zone, evening) in evenings {
        let mut county = County::small(1);
        let zone: Tz = zone.parse().unwrap();
        let area = COUNTY.parse().unwrap();
        county.must(Command::SetJurisdiction { area, timezone: zone });
        county.now = evening.parse().unwrap();
        let starts_on = county.now.local(zone).date();
        county.must(Command::Roster(RosterStep::SetRotations(vec![every_morning(
            starts_on,
            &[HOLDER, DEPUTY],
        )])));
        let morning = county.now.local(zone).date().succ_opt().unwrap();
        let change = Timestamp::from_local(zone, morning, 8 * 60);
        county.now = change - Duration::from_secs(60);
        county.desk_of_the_village();
        let before = county.phones();
        county.pass(59);
        assert_eq!(county.phones(), before, "{evening}: a second too early");
        county.pass(1);
        assert_eq!(county.phones().len(), 2, "{evening}: the new shift is rung");
    }
}

#[test]
fn pain_08_a_gap_in_the_roster_shows_on_what_it_left_unanswered() {
    let mut county = County::small(1);
    county.hold(VILLAGE, &[]);
    county.orange();
    let village = county.at(VILLAGE);
    assert_eq!(village.skipped[0].reason, SkipReason::Gap);
    let staffing = county.board.roster.get(&village.post).unwrap();
    assert_eq!(
        county.board.on_duty(staffing, county.now).source,
        None,
        "and it is asked for as one"
    );
}

#[test]
fn pain_09_thirteen_hundred_people_are_called_in_the_same_second() {
    let set = toml::to_string(&crate::support::story::policies()).unwrap();
    let mut county = County::found(&set, 2, 650);
    county.lines(Channel::Voice, 1_300);
    county.orange();
    assert_eq!(county.calling(Channel::Voice).len(), 1_300);
}

#[test]
fn pain_09_only_the_lines_there_are_hold_anybody_up() {
    let mut county = County::small(506);
    county.lines(Channel::Voice, 105);
    county.orange();
    let mut rounds = 0;
    while county.board.callouts.queue().waiting(Channel::Voice) > 0 {
        assert_eq!(county.calling(Channel::Voice).len(), 105, "no line is idle");
        county.pass(35);
        county.report_all(Outcome::KeyPressed { key: '1' });
        rounds += 1;
    }
    assert_eq!(rounds, 4, "the fifth round is the last: 506 people on 105 lines");
}

#[test]
fn pain_11_who_answers_is_told_that_it_counted_and_whose_call_it_was() {
    let mut county = County::small(1);
    county.orange();
    let reply = county.answer(HOLDER, VILLAGE);
    assert!(matches!(reply, Reply::Answer { late: false, .. }));
    assert_eq!(county.answer(HOLDER, VILLAGE), reply, "pressing twice is no error");
    let id = county.at(VILLAGE).id;
    let mine = |county: &County, person: &str| {
        let mut resting = county.board.callouts.resting_on(&person.parse().unwrap());
        resting.any(|obligation| obligation.id == id)
    };
    assert!(!mine(&county, HOLDER), "it rests on him no more");
    let refused = county.answer_as(CLERK, id, AnswerKind::Acknowledged);
    assert_eq!(refused, Err(Rejection::NotYours), "somebody else's call is named as such");
}

#[test]
fn pain_12_no_role_keeps_a_responder_from_being_called_or_from_answering() {
    let mut county = County::small(1);
    county.orange();
    let id = county.at(VILLAGE).id;
    let person = Some(HOLDER.parse().unwrap());
    let keeper = Actor { person, ..actor("keeper", Role::Admin) };
    county.submit(&keeper, given(id, AnswerKind::Acknowledged, None)).unwrap();
    assert_eq!(county.state(VILLAGE), StateName::Answered);
}

#[test]
fn pain_13_an_errand_that_was_taken_and_forgotten_comes_back() {
    let mut county = County::small(1);
    county.orange();
    county.sleep(420);
    county.press(CLERK, '1');
    county.sleep(900);
    assert_eq!((county.hands(VILLAGE), county.phones()), (HEAD.into(), vec![HEAD.to_owned()]));
}

#[test]
fn pain_14_the_record_says_who_changed_what() {
    let mut county = County::small(1);
    county.as_role(Role::Dispatcher, override_of(&county, 0, 100)).unwrap();
    county.orange();
    let id = county.at(VILLAGE).id;
    county.answer_for(HOLDER, id, AnswerKind::Acknowledged).unwrap();
    county.pass(1_000);
    let by = |kind: &str| {
        let mut entries = county.journal.iter().filter(|entry| entry.event.kind() == kind);
        entries.next().unwrap().actor.to_string()
    };
    assert_eq!(by("override_added"), "dispatcher");
    assert_eq!(by("warning_accepted"), "gateway");
    assert_eq!(by("obligation_answered"), "dispatcher");
    assert_eq!(by("attempt_started"), "node");
    assert_eq!(by("policies_adopted"), "console");
}

#[test]
fn pain_15_a_dispatcher_puts_somebody_on_the_injured_mans_shift_while_his_telephone_rings() {
    let mut county = County::small(1);
    county.orange();
    county.as_role(Role::Dispatcher, override_of(&county, 0, 3_600)).unwrap();
    assert!(county.phones().contains(&CLERK.to_owned()), "who takes it now is rung now");
}

#[test]
fn pain_15_two_swaps_of_the_same_hours_are_refused() {
    let mut county = County::small(1);
    county.as_role(Role::Dispatcher, override_of(&county, 0, 100)).unwrap();
    for (from, to) in [(0, 100), (99, 200), (50, 60), (0, 1)] {
        let refused = county.as_role(Role::Dispatcher, override_of(&county, from, to));
        assert_eq!(refused.unwrap_err().code(), "roster.overlap", "{from}..{to}");
    }
    county.as_role(Role::Dispatcher, override_of(&county, 100, 200)).unwrap();
}

#[test]
fn pain_17_a_second_decider_finds_nothing_left_to_do() {
    let mut county = County::found(SHIPPED, 1, 3);
    county.red();
    county.sleep(299);
    county.prompt = false;
    county.now = county.now + Duration::from_secs(1);
    let node = Actor::node(COUNTY.parse().unwrap());
    let stale = county.board.clone();
    let first = county.board.decide(&node, &Command::Elapse, county.now).unwrap();
    let second = stale.decide(&node, &Command::Elapse, county.now).unwrap();
    assert_eq!(first, second, "two nodes decide alike, so one append wins and nothing differs");
    for _ in 0..4 {
        county.must(Command::Elapse);
    }
    let after = county.board.decide(&node, &Command::Elapse, county.now).unwrap();
    assert_eq!(after.events, Vec::new());
}

impl County {
    /// Calls out the first village alone.
    fn desk_of_the_village(&mut self) {
        let (sent, effective) = (self.now, self.now);
        let message = alert("n1", Colour::Orange, &["990101001001"]);
        let expires = Some(sent + Duration::from_secs(7_200));
        self.called_out(jiaoying::domain::warning::Message { sent, effective, expires, ..message });
    }
}

fn override_of(county: &County, from_s: u64, to_s: u64) -> Command {
    Command::Roster(RosterStep::AddOverride(jiaoying::domain::command::AddOverride {
        post: VILLAGE.parse().unwrap(),
        from: county.now + Duration::from_secs(from_s),
        to: county.now + Duration::from_secs(to_s),
        people: vec![CLERK.parse().unwrap()],
        reason: "代班".into(),
    }))
}

/// Shifts of the village's post from 08:00 to 08:00, one person after the other on every kind of day.
fn every_morning(starts_on: NaiveDate, crews: &[&str]) -> RotationSet {
    let shift = ShiftTime { from_minute: 480, minutes: 1_440 };
    let crews = crews.iter().map(|person| vec![person.parse().unwrap()]).collect();
    let plan = DayPlan::new(vec![shift], crews);
    // The weekend's order begins with the other, so that each morning brings a change.
    let mut weekend = plan.clone();
    weekend.crews.rotate_left(1);
    let days = [(DayType::Workday, plan), (DayType::Weekend, weekend)];
    let rotation = Some(Rotation::new(starts_on, days));
    RotationSet { post: VILLAGE.parse().unwrap(), rotation }
}
