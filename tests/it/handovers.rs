//! Posts handed over by signature: who is called to sign, who is rung meanwhile, and what is handed over with it.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{obligation::StateName, policy::CalloutKind},
    command::{
        AnswerKind::{self, *},
        Command, Reply, RosterStep,
    },
    event::DutyTableSet,
    handover::{Handover, Side, SignHandover},
    ids::{CalloutId, ObligationId, PostId},
    rejection::Rejection,
    roster::Shift,
    time::Timestamp,
};

use crate::support::county::{COUNTY, County, actor, by_hand, in_person, person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const DESK: &str = "990101000000/duty_officer";
const LEADER: &str = "000000-lead_officer";
const HOUR: u64 = 3_600;

#[test]
fn at_the_change_of_shift_both_sides_are_called_to_sign_and_an_answer_is_the_signature() {
    let found = County::found(SHIPPED, 1, 1);
    assert!(found.board.handovers.iter().next().is_none(), "the first look learns who is there");
    let mut county = county();
    county.until("07-22T08:00:00");
    assert_eq!(county.signing(), ["li", "zhang"]);
    let handover = county.last();
    assert_eq!((handover.outgoing[0].as_str(), handover.incoming[0].as_str()), ("zhang", "li"));
    county.replies("li", Acknowledged);
    assert_eq!(county.signing(), ["zhang"]);
    county.replies("zhang", Acknowledged);
    let handover = county.last();
    assert!(!handover.is_open());
    let signer = |side| handover.signature(side).unwrap().person.as_ref().unwrap().as_str();
    assert_eq!((signer(Side::Outgoing), signer(Side::Incoming)), ("zhang", "li"));
    assert!(county.board.callouts.open().next().is_none(), "nothing is left open");
    assert!(county.replayed() == county.board);
}

#[test]
fn a_call_a_minute_after_the_signature_rings_whoever_signed_and_nobody_else() {
    let mut county = county();
    county.until("07-22T08:00:00");
    county.replies("li", Acknowledged);
    county.pass(60);
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li"]);
}

#[test]
fn until_somebody_who_comes_has_signed_a_call_rings_those_who_went_as_well_for_a_while() {
    let mut county = county();
    county.until("07-22T08:01:00");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li", "zhang"]);
    // A signature decides it: who went is let go at once.
    county.replies("li", Acknowledged);
    assert_eq!(county.rung(callout), ["li"]);

    let mut county = self::county();
    county.until("07-22T09:59:00");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li", "zhang"]);
    county.pass(2 * 60);
    assert_eq!(county.rung(callout), ["li"], "after two hours who went has gone");
}

#[test]
fn what_was_being_rung_before_the_change_goes_on_with_both_until_it_is_signed() {
    let mut county = county();
    county.until("07-22T07:59:00");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["zhang"]);
    county.pass(60);
    assert_eq!(county.rung(callout), ["li", "zhang"]);
    county.replies("li", Acknowledged);
    assert_eq!(county.rung(callout), ["li"], "open obligations move with the post");
}

#[test]
fn what_nobody_signs_goes_to_the_leader_whose_word_counts() {
    let mut county = county();
    county.until("07-22T08:10:01");
    assert!(county.signing().contains(&LEADER.to_owned()), "{:?}", county.signing());
    county.replies("zhang", Acknowledged);
    county.replies(LEADER, Acknowledged);
    let handover = county.last();
    assert!(!handover.is_open());
    assert_eq!(handover.taken.as_ref().unwrap().person.as_ref().unwrap().as_str(), LEADER);
}

#[test]
fn both_may_sign_up_to_an_hour_early_and_are_not_called_then() {
    let mut county = county();
    county.until("07-22T06:59:00");
    let refused = county.sign("zhang", Side::Outgoing, "").unwrap_err();
    assert_eq!(refused.code(), "handover.not_yet");
    county.pass(120);
    county.sign("zhang", Side::Outgoing, "3 号闸今晚再看一次").unwrap();
    assert_eq!(county.sign("zhang", Side::Outgoing, "").unwrap_err().code(), "handover.already");
    assert_eq!(county.sign("wang", Side::Incoming, "").unwrap_err().code(), "handover.not_yours");
    county.sign("li", Side::Incoming, "").unwrap();
    assert_eq!(county.holder(), "zhang", "the shift changes when it changes");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["zhang"]);
    county.until("07-22T08:01:00");
    assert!(county.signing().is_empty(), "nobody is called to sign again");
    assert_eq!(county.board.handovers.iter().count(), 2);
    assert_eq!(county.last().handed.as_ref().unwrap().note, "3 号闸今晚再看一次");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li"]);
    assert!(county.replayed() == county.board);
}

#[test]
fn what_is_open_is_handed_over_with_the_post() {
    let mut county = county();
    county.until("07-22T07:55:00");
    let callout = county.call_desk();
    county.pass(300);
    county.replies("li", Acknowledged);
    let matters = &county.last().taken.as_ref().unwrap().matters;
    assert!(matters.callouts.contains(&callout), "{matters:?}");
}

#[test]
fn a_change_that_nobody_signs_is_over_when_the_next_comes() {
    let mut county = county();
    county.until("07-23T08:00:30");
    let passed = county.board.handovers.iter().nth(1).unwrap();
    assert!(passed.passed && !passed.is_open());
    let handover = county.last();
    assert_eq!((handover.outgoing[0].as_str(), handover.incoming[0].as_str()), ("li", "wang"));
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li", "wang"], "not who went two days ago");
}

#[test]
fn a_substitute_signs_too_and_one_who_was_put_back_need_not() {
    let mut county = county();
    county.until("07-22T08:00:00");
    county.replies("li", Acknowledged);
    county.replies("zhang", Acknowledged);
    county.pass(HOUR);
    let Reply::Override { id } = county.stand_in(DESK, "wang", 0, 4 * 3_600) else { panic!() };
    assert_eq!(county.signing(), ["li", "wang"]);
    county.pass(60);
    county.must(Command::Roster(RosterStep::RemoveOverride(id)));
    assert!(county.signing().is_empty(), "li has signed for it and is there");
    let callout = county.call_desk();
    assert_eq!(county.rung(callout), ["li"]);
    assert!(county.replayed() == county.board);
}

#[test]
fn the_desk_enters_a_signature_for_somebody_who_is_there_and_only_there() {
    let mut county = county();
    county.until("07-22T08:05:00");
    let sign = |post: &str, person: Option<&str>| {
        Command::SignHandover(SignHandover {
            post: post.parse().unwrap(),
            side: Side::Incoming,
            person: person.map(|person| person.parse().unwrap()),
            note: String::new(),
        })
    };
    let desk = actor("dispatcher", Role::Dispatcher);
    let elsewhere = Actor { area: "990101001000".parse().unwrap(), ..desk.clone() };
    for (actor, post, person, code) in [
        (&desk, "990101000000/nobody", Some("li"), "post.unknown"),
        (&desk, "990101000000/flood_chief", Some("li"), "handover.not_signed"),
        (&desk, DESK, Some("wang"), "handover.not_yours"),
        (&desk, DESK, None, "handover.not_yours"),
        (&desk, DESK, Some("nobody"), "person.unknown"),
    ] {
        let refused = county.submit(actor, sign(post, person)).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let refused = county.submit(&elsewhere, sign(DESK, Some("li"))).unwrap_err();
    assert!(matches!(refused, Rejection::OutsideArea(_)));
    let refused = county.submit(&in_person("wang"), sign(DESK, Some("li"))).unwrap_err();
    assert!(matches!(refused, Rejection::NotAllowed(_)));
    county.submit(&desk, sign(DESK, Some("li"))).unwrap();
    assert_eq!(county.signing(), ["zhang"]);
    assert_eq!(county.last().taken.as_ref().unwrap().by, "dispatcher");
}

#[test]
fn policies_that_could_call_nobody_to_sign_are_refused() {
    let broken = |from: &str, to: &str| {
        let set: Result<jiaoying::domain::callout::policy::PolicySet, _> =
            toml::from_str(&SHIPPED.replace(from, to));
        set.unwrap().check().unwrap_err().to_string()
    };
    for (from, to, says) in [
        (r#"kinds = ["handover"]"#, r#"kinds = ["notice"]"#, "add a policy for handover"),
        ("both_s = 7200", "both_s = 86401", "longer than a day"),
        (r#"duties = ["duty_officer", "#, r#"duties = ["gatekeeper", "#, "gatekeeper is no duty"),
    ] {
        let fault = broken(from, to);
        assert!(fault.starts_with("handover: ") && fault.contains(says), "{fault}");
    }
}

/// A county whose desk is held by three officers in turn, from 08:00 to 08:00; it is the 21st, ten o'clock.
fn county() -> County {
    let mut county = County::found(SHIPPED, 1, 1);
    let officers = ["zhang", "li", "wang"];
    let people = officers.iter().map(|id| person(id, COUNTY)).collect();
    county.must(Command::Roster(RosterStep::SavePeople(people)));
    let first: Timestamp = "2026-07-21T08:00:00+08:00".parse().unwrap();
    let shift = |n: u32| {
        let from = first + Duration::from_secs(24 * HOUR) * n;
        let people = vec![officers[n as usize % 3].parse().unwrap()];
        Shift { from, to: from + Duration::from_secs(24 * HOUR), people }
    };
    let shifts: Vec<Shift> = (0..9).map(shift).collect();
    let (from, to) = (shifts[0].from, shifts[8].to);
    let set = DutyTableSet { post: DESK.parse().unwrap(), from, to, shifts, import: None };
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    // Whoever had it before the table hands it over like anybody.
    for who in county.signing() {
        county.replies(&who, Acknowledged);
    }
    assert!(!county.last().is_open());
    county
}

impl County {
    /// Lets time pass until an instant of this July, such as `07-22T08:00:00`.
    fn until(&mut self, text: &str) {
        let at: Timestamp = format!("2026-{text}+08:00").parse().unwrap();
        self.pass(at.since(self.now).as_secs());
    }

    fn last(&self) -> &Handover {
        self.board.handovers.last(&desk_post()).unwrap()
    }

    fn holder(&self) -> String {
        let staffing = self.board.roster.get(&desk_post()).unwrap();
        self.board.on_duty(staffing, self.now).people[0].as_str().to_owned()
    }

    fn sign(&mut self, who: &str, side: Side, note: &str) -> Result<Reply, Rejection> {
        let (post, note) = (desk_post(), note.to_owned());
        let sign = SignHandover { post, side, person: None, note };
        self.submit(&in_person(who), Command::SignHandover(sign))
    }

    /// Returns who is being called to sign for the desk.
    fn signing(&self) -> Vec<String> {
        let mut names: Vec<String> = self.to_sign().map(|(_, person)| person).collect();
        names.sort();
        names.dedup();
        names
    }

    fn to_sign(&self) -> impl Iterator<Item = (ObligationId, String)> {
        let about =
            |callout| self.board.callouts.get(callout).unwrap().kind == CalloutKind::Handover;
        let all = self.board.callouts.obligations();
        let ringing = all.filter(move |o| {
            about(o.callout) && o.post == desk_post() && o.state.name() == StateName::Ringing
        });
        ringing.flat_map(|o| o.asked_now().iter().map(|a| (o.id, a.person.as_str().to_owned())))
    }

    #[track_caller]
    fn replies(&mut self, who: &str, answer: AnswerKind) {
        let (id, _) = self.to_sign().find(|(_, person)| person == who).expect("he is asked");
        self.answer_as(who, id, answer).unwrap();
    }

    /// Calls the desk, among others, about something.
    fn call_desk(&mut self) -> CalloutId {
        let reply = self.open_by_hand(by_hand("请到指挥中心", None)).unwrap();
        let Reply::Callout { id } = reply else { panic!("{reply:?}") };
        id
    }

    /// Returns who is rung at the desk about a callout.
    fn rung(&self, callout: CalloutId) -> Vec<String> {
        let callout = self.board.callouts.get(callout).unwrap();
        let obligation = self.board.callouts.obligation(callout.by_post[&desk_post()]).unwrap();
        let wanted = obligation.asked_now().iter().filter(|asked| asked.is_wanted());
        let mut names: Vec<String> = wanted.map(|asked| asked.person.as_str().to_owned()).collect();
        names.sort();
        names
    }
}

fn desk_post() -> PostId {
    DESK.parse().unwrap()
}
