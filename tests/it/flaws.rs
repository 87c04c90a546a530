//! What is wrong with the roster ahead: told to whoever keeps it, once and again when it is near, and over when mended.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        callouts::Callout,
        policy::{CalloutKind, PolicySet},
    },
    command::{AddOverride, AnswerKind, Command, RosterStep},
    event::DutyTableSet,
    flaw::{Care, FlawKind, LookAhead, Place},
    ids::{LeaveId, OverrideId, PostId},
    leave::{LeaveStep, TakeLeave},
    person::Person,
    roster::{Outlook, Post, Rotations, Shift},
    time::Timestamp,
    warning::Colour,
};

use crate::support::county::{County, actor, area, person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const TOWNSHIP: &str = "990101001000";
const STANDBY: &str = "990101001000/standby";
const KEEPER: &str = "001000-duty_officer";
const DAY: u64 = 24 * 3_600;

#[test]
fn a_gap_ahead_is_told_once_to_whoever_keeps_the_roster_and_joined_by_others() {
    let mut county = county(5);
    county.looks_ahead();
    let told = county.calls_to_keepers();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "排班问题：青石镇备勤 7月26日 08:00 无人值班");
    assert_eq!(told[0].severity, Colour::Blue, "it is five days off: nobody is rung for it");
    assert_eq!(county.called_keepers(), [KEEPER]);
    let seq = county.board.seq;
    county.looks_ahead();
    assert_eq!(county.board.seq, seq, "it is known, also to a node that starts anew");
    county.takes_leave("zhang");
    county.looks_ahead();
    assert_eq!(county.calls_to_keepers().len(), 1, "he is being called already");
    let flaws: Vec<FlawKind> = county.board.flaws.iter().map(|flaw| flaw.place.flaw).collect();
    assert_eq!(flaws, [FlawKind::Gap, FlawKind::OnLeave]);
    assert_eq!(county.board.flaws.iter().next().unwrap().first.times, 1);
    assert!(county.replayed() == county.board);
}

#[test]
fn when_it_is_near_it_is_told_once_more_by_telephone() {
    let mut county = county(5);
    county.looks_ahead();
    county.keeper_answers(KEEPER);
    county.pass(4 * DAY - 7_201);
    county.looks_ahead();
    assert_eq!(county.calls_to_keepers().len(), 1, "it is more than a day off");
    county.pass(1);
    county.looks_ahead();
    let told = county.calls_to_keepers();
    assert_eq!((told.len(), told[1].severity), (2, Colour::Yellow));
    assert_eq!(told[1].subject, "临近排班问题：青石镇备勤 7月26日 08:00 无人值班");
    // It goes on being so: nobody is called about what he knows.
    county.keeper_answers(KEEPER);
    for _ in 0..3 {
        county.pass(DAY);
        county.looks_ahead();
    }
    assert_eq!(county.calls_to_keepers().len(), 2);
}

#[test]
fn what_is_mended_is_over_and_whoever_was_called_about_it_is_let_go() {
    let mut county = county(5);
    county.takes_leave("zhang");
    county.looks_ahead();
    county.fill_standby(5, 40);
    county.looks_ahead();
    assert_eq!(county.board.flaws.iter().count(), 1);
    assert!(county.calls_to_keepers()[0].is_open(), "somebody on leave still stands on the roster");
    county.must(Command::Leave(LeaveStep::End(LeaveId(1))));
    county.looks_ahead();
    assert_eq!(county.board.flaws.iter().count(), 0);
    assert!(!county.calls_to_keepers()[0].is_open());
    assert!(county.replayed() == county.board);
}

#[test]
fn an_earlier_time_is_told_anew_and_one_that_was_told_of_goes_by_quietly() {
    let mut county = county(5);
    county.looks_ahead();
    county.keeper_answers(KEEPER);
    let none =
        AddOverride { people: vec!["silent".parse().unwrap()], ..county.standby_substitute(3) };
    county.must(Command::Roster(RosterStep::AddOverride(none)));
    county.looks_ahead();
    let first = |county: &County| {
        let flaw = county.board.flaws.get(&place(FlawKind::NoTelephone)).unwrap();
        (flaw.first.person.as_ref().unwrap().as_str().to_owned(), flaw.first.from)
    };
    assert_eq!(first(&county), ("silent".to_owned(), at(3)));
    assert_eq!(
        county.calls_to_keepers()[1].subject,
        "排班问题：青石镇备勤 7月24日 08:00 姓名silent没有电话"
    );
    county.keeper_answers(KEEPER);
    let earlier = county.standby_substitute(2);
    let earlier = AddOverride { people: vec!["silent".parse().unwrap()], ..earlier };
    county.must(Command::Roster(RosterStep::AddOverride(earlier)));
    county.looks_ahead();
    assert_eq!((county.calls_to_keepers().len(), first(&county).1), (3, at(2)));
}

#[test]
fn whoever_is_put_in_the_place_of_one_on_leave_and_is_on_leave_as_well_is_told_of() {
    let mut county = county(32);
    county.takes_leave("zhang");
    county.looks_ahead();
    county.keeper_answers(KEEPER);
    let take = |who: &str| TakeLeave {
        person: who.parse().unwrap(),
        from: at(2),
        to: at(3),
        reason: "探亲".into(),
    };
    county.must(Command::Leave(LeaveStep::Take(take("li"))));
    let li = AddOverride { people: vec!["li".parse().unwrap()], ..county.standby_substitute(2) };
    county.must(Command::Roster(RosterStep::AddOverride(li)));
    county.looks_ahead();
    let told = county.calls_to_keepers();
    assert_eq!(told.len(), 2);
    assert!(told[1].subject.ends_with("姓名li已请假"), "{}", told[1].subject);
}

#[test]
fn with_the_first_of_several_mended_the_next_stands_in_its_place_and_nobody_is_called_again() {
    let mut county = county(32);
    for day in [3, 6] {
        let silent = vec!["silent".parse().unwrap()];
        let change = AddOverride { people: silent, ..county.standby_substitute(day) };
        county.must(Command::Roster(RosterStep::AddOverride(change)));
    }
    county.looks_ahead();
    county.must(Command::Roster(RosterStep::RemoveOverride(OverrideId(1))));
    county.looks_ahead();
    let flaw = county.board.flaws.get(&place(FlawKind::NoTelephone)).unwrap();
    assert_eq!((flaw.first.from, county.calls_to_keepers().len()), (at(6), 1));
}

#[test]
fn a_look_that_the_roster_has_overtaken_calls_nobody_and_strikes_nothing() {
    let mut county = county(5);
    let stale = county.look_ahead();
    county.fill_standby(5, 40);
    county.note_flaws(stale);
    assert_eq!((county.calls_to_keepers().len(), county.board.flaws.iter().count()), (0, 0));
    let stale = county.look_ahead();
    let removed = county.takes_leave("zhang");
    county.looks_ahead();
    county.note_flaws(stale);
    assert_eq!(county.board.flaws.iter().count(), 1, "it is so, whatever was seen before");
    county.must(Command::Leave(LeaveStep::End(removed)));
}

#[test]
fn somebody_at_two_posts_at_once_is_a_flaw_of_the_later_one() {
    let mut county = county(32);
    let other: PostId = "990101001000/lead_officer".parse().unwrap();
    let twice = AddOverride { post: other.clone(), ..county.standby_substitute(1) };
    county.must(Command::Roster(RosterStep::AddOverride(twice)));
    county.looks_ahead();
    let flaws: Vec<&Place> = county.board.flaws.iter().map(|flaw| &flaw.place).collect();
    assert_eq!(flaws.len(), 1);
    assert_eq!(flaws[0].flaw, FlawKind::TwoPosts);
    county.must(Command::Roster(RosterStep::RemoveOverride(OverrideId(1))));
    county.looks_ahead();
    assert_eq!(county.board.flaws.iter().count(), 0);
}

#[test]
fn nobody_but_the_node_says_what_lies_ahead_and_posts_nobody_cares_for_are_left_alone() {
    let mut county = county(5);
    let command = Command::NoteFlaws(county.look_ahead());
    let refused = county.submit(&actor("dispatcher", Role::Dispatcher), command).unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
    let mut care = county.care_of_roster();
    care.levels.clear();
    assert!(county.look_by(&care).found.is_empty());
}

#[test]
fn without_a_policy_that_calls_anybody_a_flaw_is_on_record_all_the_same() {
    let set = SHIPPED.replace(r#"kinds = ["roster"]"#, r#"kinds = ["notice"]"#);
    let mut set: PolicySet = toml::from_str(&set).unwrap();
    let refused = set.check().unwrap_err().to_string();
    assert!(refused.contains("roster: nobody would be told"), "{refused}");
    set.roster = set.roster.map(|care| Care { ahead_days: 367, ..care });
    assert!(set.check().unwrap_err().to_string().contains("ahead_days is 1 to 366"));
    let mut county = county(5);
    county.must(Command::AdoptPolicies(PolicySet {
        roster: None,
        ..toml::from_str(SHIPPED).unwrap()
    }));
    county.must(Command::Roster(RosterStep::SavePosts(Vec::new())));
    assert!(county.calls_to_keepers().is_empty());
}

/// A county in which a township's standby is held by zhang for so many days from 08:00 of the 21st, and by nobody after;
/// it is ten o'clock.
fn county(days: u64) -> County {
    let mut county = County::found(SHIPPED, 1, 1);
    let mut township = county.board.areas.get(TOWNSHIP.parse().unwrap()).unwrap().clone();
    township.name = "青石镇".into();
    county.must(Command::SaveAreas(vec![township]));
    let silent = Person { contacts: Vec::new(), ..person("silent", TOWNSHIP) };
    let people = vec![person("zhang", TOWNSHIP), person("li", TOWNSHIP), silent];
    county.must(Command::Roster(RosterStep::SavePeople(people)));
    let standby = Post {
        id: STANDBY.parse().unwrap(),
        title: "青石镇备勤".into(),
        holders: Vec::new(),
        deputies: Vec::new(),
        rotations: Rotations::default(),
    };
    county.must(Command::Roster(RosterStep::SavePosts(vec![standby])));
    county.hold_standby(0, days, "zhang");
    county
}

fn place(flaw: FlawKind) -> Place {
    Place { post: STANDBY.parse().unwrap(), flaw }
}

/// Returns 08:00 so many days after the 21st of July.
fn at(day: u64) -> Timestamp {
    let first: Timestamp = "2026-07-21T08:00:00+08:00".parse().unwrap();
    first + Duration::from_secs(DAY * day)
}

impl County {
    fn care_of_roster(&self) -> Care {
        self.board.callouts.policies().unwrap().roster.clone().unwrap()
    }

    fn look_ahead(&self) -> LookAhead {
        self.look_by(&self.care_of_roster())
    }

    fn look_by(&self, care: &Care) -> LookAhead {
        let until = self.now + Duration::from_secs(DAY * u64::from(care.ahead_days));
        LookAhead::of(Outlook::of(&self.board).inspect(area(), self.now, until), care)
    }

    fn note_flaws(&mut self, look: LookAhead) {
        self.submit(&Actor::node(area()), Command::NoteFlaws(look)).unwrap();
    }

    fn looks_ahead(&mut self) {
        let look = self.look_ahead();
        self.note_flaws(look);
    }

    fn calls_to_keepers(&self) -> Vec<&Callout> {
        let callouts = self.board.callouts.iter();
        callouts.filter(|callout| callout.kind == CalloutKind::Roster).collect()
    }

    fn called_keepers(&self) -> Vec<String> {
        let open = self.calls_to_keepers().into_iter().filter(|callout| callout.is_open());
        let of = |callout: &Callout| {
            let all = self.board.callouts.obligations().filter(|o| o.callout == callout.id);
            all.flat_map(|o| o.asked_now().iter().map(|a| a.person.as_str().to_owned()))
                .collect::<Vec<_>>()
        };
        open.flat_map(of).collect()
    }

    #[track_caller]
    fn keeper_answers(&mut self, who: &str) {
        let about: Vec<_> = self.calls_to_keepers().iter().map(|callout| callout.id).collect();
        let all = self.board.callouts.obligations();
        let open = all.filter(|o| about.contains(&o.callout) && o.state.is_open());
        let ids: Vec<_> = open.map(|o| o.id).collect();
        assert_eq!(ids.len(), 1);
        self.answer_as(who, ids[0], AnswerKind::Acknowledged).unwrap();
    }

    fn takes_leave(&mut self, who: &str) -> LeaveId {
        let (from, to) = (at(2), at(3));
        let take = TakeLeave { person: who.parse().unwrap(), from, to, reason: "探亲".into() };
        self.must(Command::Leave(LeaveStep::Take(take)));
        LeaveId(1)
    }

    fn standby_substitute(&self, day: u64) -> AddOverride {
        let (from, to) = (at(day), at(day + 1));
        let (post, people) = (STANDBY.parse().unwrap(), vec!["zhang".parse().unwrap()]);
        AddOverride { post, from, to, people, reason: "代班".into() }
    }

    fn fill_standby(&mut self, from: u64, to: u64) {
        self.hold_standby(from, to, "li");
    }

    fn hold_standby(&mut self, from: u64, to: u64, who: &str) {
        let shift =
            |day| Shift { from: at(day), to: at(day + 1), people: vec![who.parse().unwrap()] };
        let (post, shifts) = (STANDBY.parse().unwrap(), (from..to).map(shift).collect());
        let set = DutyTableSet { post, from: at(from), to: at(to), shifts, import: None };
        self.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    }
}
