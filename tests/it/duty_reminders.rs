//! Whoever has the next shift is told of it in time, once, and whoever takes it over is told instead.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        callouts::Callout,
        obligation::Obligation,
        policy::{CalloutKind, PolicySet},
    },
    command::{AddOverride, AnswerKind, Command, RosterStep},
    duty_reminder::Coming,
    event::DutyTableSet,
    flaw::Care,
    ids::OverrideId,
    person::Channel,
    roster::{Outlook, Post, Rotations, Shift},
    time::{Seconds, Timestamp},
};

use crate::support::county::{County, actor, area, person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const TOWNSHIP: &str = "990101001000";
const STANDBY: &str = "990101001000/standby";
const HOUR: u64 = 3_600;

#[test]
fn whoever_has_the_next_shift_is_told_once_twelve_hours_before_it_begins() {
    let mut county = county();
    county.reminds();
    assert!(county.reminders().is_empty(), "the shift that runs is nothing to come");
    // The next one begins at eight tomorrow: it is ten in the morning.
    county.pass(10 * HOUR - 1);
    county.reminds();
    assert!(county.reminders().is_empty());
    county.pass(1);
    county.reminds();
    let told = county.reminders();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "值班提醒：7月22日 08:00");
    let asked = county.reminded();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].person.as_ref().unwrap().as_str(), "li");
    assert_eq!(asked[0].task, "青石镇备勤，至 7月23日 08:00；请按时到岗，收到请确认");
    let seq = county.board.seq;
    for _ in 0..3 {
        county.pass(60);
        county.reminds();
    }
    assert_eq!(county.reminders().len(), 1, "also by a node that starts anew");
    county.answers_reminder("li", AnswerKind::Acknowledged);
    county.pass(13 * HOUR);
    county.reminds();
    assert_eq!(county.reminders().len(), 1, "it has begun");
    assert!(seq < county.board.seq && county.replayed() == county.board);
}

#[test]
fn who_took_it_over_is_told_and_who_had_it_is_let_go() {
    let mut county = county();
    county.pass(10 * HOUR);
    county.reminds();
    county.gives_standby_to("zhang");
    county.reminds();
    let asked = county.reminded();
    let standing: Vec<(&str, bool)> = asked
        .iter()
        .map(|one| (one.person.as_ref().unwrap().as_str(), one.state.is_open()))
        .collect();
    assert_eq!(standing, [("li", false), ("zhang", true)]);
    // Given back, he is told anew: he was told that it is not his.
    county.must(Command::Roster(RosterStep::RemoveOverride(OverrideId(1))));
    county.reminds();
    let open: Vec<&str> = county
        .reminded()
        .into_iter()
        .filter(|one| one.state.is_open())
        .map(|one| one.person.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(open, ["li"]);
    assert!(county.replayed() == county.board);
}

#[test]
fn who_has_confirmed_and_is_not_on_duty_after_all_is_told_so() {
    let mut county = county();
    county.pass(10 * HOUR);
    county.reminds();
    county.answers_reminder("li", AnswerKind::Acknowledged);
    county.gives_standby_to("zhang");
    county.reminds();
    let notices = county.tried("li", Channel::Sms).into_iter().filter(|one| one.notice).count();
    assert_eq!(notices, 1, "he would come for nothing");
}

#[test]
fn who_cannot_come_and_who_says_nothing_is_handed_to_the_desk_while_there_is_time() {
    let mut county = county();
    county.pass(10 * HOUR);
    county.reminds();
    let desk_is_told = |county: &County| {
        let errands = county.board.callouts.open();
        errands.filter(|one| one.kind == CalloutKind::Errand).count()
    };
    county.answers_reminder("li", AnswerKind::Declined);
    county.pass(10);
    assert!(county.reminded()[0].state.is_open(), "somebody has to be found");
    county.pass(9 * HOUR);
    assert_eq!(desk_is_told(&county), 1);
}

#[test]
fn nobody_is_told_where_the_policies_do_not_ask_for_it_and_only_the_node_tells() {
    let mut county = county();
    county.pass(10 * HOUR);
    let coming = county.coming();
    assert!(!coming.0.is_empty());
    let desk = actor("dispatcher", Role::Dispatcher);
    let refused = county.submit(&desk, Command::RemindOfDuties(coming)).unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
    county.must(Command::AdoptPolicies(toml::from_str(SHIPPED).unwrap()));
    assert!(county.coming().0.is_empty());
    let wrong = |seconds: u32| {
        let mut set = policies();
        set.roster = set.roster.map(|care| Care { remind_s: Some(Seconds(seconds)), ..care });
        set.check().unwrap_err().to_string()
    };
    assert!(wrong(0).contains("remind_s is 1 to 604800"));
    assert!(wrong(604_801).contains("remind_s is 1 to 604800"));
    let mut none = policies();
    none.policies.retain(|policy| policy.id != "duty_reminder");
    assert!(none.check().unwrap_err().to_string().contains("add a policy for duty_reminder"));
}

fn policies() -> PolicySet {
    let mut set: PolicySet = toml::from_str(SHIPPED).unwrap();
    let half_a_day = Some(Seconds(12 * 3_600));
    set.roster = set.roster.map(|care| Care { remind_s: half_a_day, ..care });
    set
}

/// A county in which zhang and li take a township's standby in turns, changing at eight; it is ten in the morning.
fn county() -> County {
    let mut county = County::found(SHIPPED, 1, 1);
    county.must(Command::AdoptPolicies(policies()));
    let mut township = county.board.areas.get(TOWNSHIP.parse().unwrap()).unwrap().clone();
    township.name = "青石镇".into();
    county.must(Command::SaveAreas(vec![township]));
    let people = vec![person("zhang", TOWNSHIP), person("li", TOWNSHIP)];
    county.must(Command::Roster(RosterStep::SavePeople(people)));
    let standby = Post {
        id: STANDBY.parse().unwrap(),
        title: "青石镇备勤".into(),
        holders: Vec::new(),
        deputies: Vec::new(),
        rotations: Rotations::default(),
    };
    county.must(Command::Roster(RosterStep::SavePosts(vec![standby])));
    let shift = |day: u64| Shift {
        from: morning(day),
        to: morning(day + 1),
        people: vec![["zhang", "li"][usize::from(day % 2 == 1)].parse().unwrap()],
    };
    let (post, shifts) = (STANDBY.parse().unwrap(), (0..3).map(shift).collect());
    let set = DutyTableSet { post, from: morning(0), to: morning(3), shifts, import: None };
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    county
}

/// Returns 08:00 so many days after the 21st of July.
fn morning(day: u64) -> Timestamp {
    let first: Timestamp = "2026-07-21T08:00:00+08:00".parse().unwrap();
    first + Duration::from_secs(24 * HOUR * day)
}

impl County {
    fn coming(&self) -> Coming {
        let care = self.board.callouts.policies().unwrap().roster.clone().unwrap();
        Coming::of(&Outlook::of(&self.board), &care, self.now)
    }

    /// Does what the node does once a minute.
    fn reminds(&mut self) {
        let coming = self.coming();
        if !coming.is_known(&self.board, self.now) {
            self.submit(&Actor::node(area()), Command::RemindOfDuties(coming)).unwrap();
        }
    }

    fn reminders(&self) -> Vec<&Callout> {
        let callouts = self.board.callouts.iter();
        callouts.filter(|callout| callout.kind == CalloutKind::DutyReminder).collect()
    }

    fn reminded(&self) -> Vec<&Obligation> {
        let about: Vec<_> = self.reminders().iter().map(|callout| callout.id).collect();
        let all = self.board.callouts.obligations();
        all.filter(|one| about.contains(&one.callout)).collect()
    }

    #[track_caller]
    fn answers_reminder(&mut self, who: &str, answer: AnswerKind) {
        let open = self.reminded().into_iter().find(|one| one.state.is_open()).unwrap().id;
        self.answer_as(who, open, answer).unwrap();
    }

    fn gives_standby_to(&mut self, who: &str) {
        let (post, people) = (STANDBY.parse().unwrap(), vec![who.parse().unwrap()]);
        let (from, to) = (morning(1), morning(2));
        let change = AddOverride { post, from, to, people, reason: "代班".into() };
        self.must(Command::Roster(RosterStep::AddOverride(change)));
    }
}
