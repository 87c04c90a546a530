//! A set of policies that could call nobody somewhere is refused whole, with the place and the reason.

use std::collections::BTreeSet;

use jiaoying::domain::{
    callout::{
        attempt::Sign,
        policy::{Applies, CalloutKind, Policy, PolicySet, Rung, Then},
    },
    command::Command,
    person::Channel,
    rejection::Rejection,
    warning::Colour,
};

use crate::support::{
    county::County,
    story::{ladder, policies, policy},
};

type Change = fn(&mut PolicySet);

#[test]
fn each_fault_is_refused_with_its_place_and_its_reason_and_the_set_in_force_stays() {
    let faults: &[(Change, &str, &str)] = &[
        (|set| set.duties.push(set.duties[0].clone()), "duty lead_officer", "a name of its own"),
        (|set| set.ladders.push(set.ladders[0].clone()), "ladder person", "a name of its own"),
        (|set| set.policies.push(set.policies[0].clone()), "policy red", "a name of its own"),
        (|set| set.policies[0].id = "".into(), "policy ", "a name of its own"),
        (|set| person(set).rungs.clear(), "ladder person", "give 1 to 32 rungs"),
        (|set| person(set).rungs = vec![rung(set).clone(); 33], "ladder person", "1 to 32 rungs"),
        (|set| rung(set).who.clear(), "ladder person, rung 1", "who is empty"),
        (|set| rung(set).reach.clear(), "ladder person, rung 1", "reach names no channel"),
        (|set| rung(set).wait_s.0 = 0, "ladder person, rung 1", "wait_s must be at least 1"),
        (twice_by_voice, "ladder person, rung 1", "names voice twice"),
        (|set| rung(set).reach[0].tries = 0, "rung 1", "voice: tries must be at least 1"),
        (
            |set| rung(set).reach[0].after_s.0 = 300,
            "rung 1",
            "not before wait_s, so it never rings",
        ),
        (|set| rung(set).who[0].duty = cook(), "rung 1", "cook is no duty listed"),
        (|set| orange(set).oblige.clear(), "policy orange", "obliges nobody"),
        (|set| orange(set).oblige[0].duty = "cook".parse().unwrap(), "policy orange", "no duty"),
        (|set| orange(set).oblige[0].ladder = "rope".into(), "policy orange", "no ladder rope"),
        (|set| orange(set).oblige[0].ladder = "knock".into(), "policy orange", "knock repeats"),
        (oblige_twice, "policy orange", "obliges village_duty twice"),
        (
            |set| person(set).rungs[1].reach.truncate(1),
            "policy orange",
            "counts Replied, which none",
        ),
        (|set| quorum(set).needs[0].duty = "flood_warden".parse().unwrap(), "desk", "obliges it 0"),
        (|set| quorum(set).needs[0].answered = 2, "policy desk", "can never be met"),
        (|set| orange(set).hand_over.who.clear(), "policy orange, hand_over", "names nobody"),
        (too_many_takers, "policy orange, hand_over", "at most 32"),
        (|set| orange(set).hand_over.within_s.0 = 0, "orange, hand_over", "within_s must be"),
        (|set| orange(set).hand_over.who[0].duty = cook(), "orange, hand_over", "cook is no duty"),
        (|set| orange(set).hand_over.ladder = "person".into(), "hand_over", "then = \"repeat\""),
        (|set| orange(set).hand_over.ladder = "rope".into(), "orange, hand_over", "no ladder rope"),
        (|set| set.last_resort.clear(), "last_resort", "always manned"),
        (|set| set.last_resort[0].duty = cook(), "last_resort", "cook is no duty"),
        (
            |set| orange(set).applies.colours = [Colour::Red].into(),
            "policy",
            "every orange warning",
        ),
        (|set| yellow(set).applies.uncoloured = false, "policy", "warnings without a colour"),
        (only_floods, "policy", "every red warning"),
        (|set| presence(set, "off_post_rings = 0"), "presence", "off_post_rings is 1 to 20"),
        (|set| presence(set, "within_m = 5"), "presence", "within_m is 20 to 50000"),
        (
            |set| presence(set, "rooms = { \"990101000000\" = [114.5, 35.6] }"),
            "presence",
            "with within_m",
        ),
    ];
    for (change, place, problem) in faults {
        let mut county = County::small(1);
        let mut set = policies();
        change(&mut set);
        let before = county.board.clone();
        let refused = county.try_must(Command::AdoptPolicies(set));
        let Err(rejection) = refused else { panic!("{place}: {problem}: was adopted") };
        let text = rejection.to_string();
        assert!(text.contains(place) && text.contains(problem), "{text} — {place}: {problem}");
        assert_eq!((rejection.code(), rejection.field()), ("policy.faulty", Some("policy")));
        assert!(county.board == before, "{text}");
    }
}

#[test]
fn a_rung_that_nobody_of_the_county_could_answer_is_refused_once_posts_are_known() {
    let mut county = County::small(2);
    for village in ["001001", "001002"] {
        county.deputies(&format!("990101{village}/village_duty"), &[]);
    }
    let refused = county.try_must(Command::AdoptPolicies(different())).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("ladder person, rung 2: nobody can be reached by it for village_duty"));
    // One village with a deputy who has an address is enough: the others pass the rung over.
    county.deputies("990101001001/village_duty", &["001001-village_duty-b"]);
    county.must(Command::AdoptPolicies(different()));
    for channel in [Channel::Voice, Channel::Sms] {
        county.cut("001001-village_duty-b", channel);
    }
    let mut again = different();
    again.duties.pop();
    let refused = county.try_must(Command::AdoptPolicies(again));
    assert!(matches!(refused, Err(Rejection::Policy(_))), "{refused:?}");
}

#[test]
fn a_policy_that_is_only_taken_by_name_may_name_posts_the_county_has_not_filled() {
    let mut county = County::small(1);
    let mut set = policies();
    let mut named = set.policies[1].clone();
    named.id = "only_by_name".into();
    named.applies = Applies::default();
    named.oblige[0].level = jiaoying::domain::ids::Level::City;
    set.policies.push(named);
    county.must(Command::AdoptPolicies(set));
}

#[test]
fn a_sign_that_only_the_errands_ladder_can_give_may_count() {
    let mut set = policies();
    let rungs = &mut ladder(&mut set, "person").rungs;
    rungs.iter_mut().for_each(|rung| rung.reach = vec![reach("app")]);
    policy(&mut set, "orange").counts = [Sign::KeyPressed, Sign::Read].into();
    for id in ["red", "yellow", "desk"] {
        policy(&mut set, id).counts = [Sign::KeyPressed].into();
    }
    set.check().unwrap();
}

#[test]
fn the_shipped_policies_are_adopted_and_adopting_them_again_is_no_news() {
    let shipped = include_str!("../../config/policies.toml");
    let mut county = County::found(shipped, 1, 1);
    let seq = county.board.seq;
    county.must(Command::AdoptPolicies(toml::from_str(shipped).unwrap()));
    assert_eq!(county.board.seq, seq);
}

#[test]
fn an_unknown_field_anywhere_in_the_file_is_refused_by_its_name() {
    let text = include_str!("support/policies.toml");
    let read = |text: &str| toml::from_str::<PolicySet>(text);
    read(text).unwrap();
    let places = [
        ("last_resort = ", "colour = 1\nlast_resort = "),
        ("zh = \"带班领导\"", "zh = \"带班领导\", colour = 1"),
        ("name = \"person\"", "name = \"person\"\ncolour = 1"),
        ("wait_s = 300", "wait_s = 300\ncolour = 1"),
        ("tries = 3", "tries = 3, colour = 1"),
        ("who = [{}]", "who = [{ colour = 1 }]"),
        ("id = \"red\"", "id = \"red\"\ncolour = 1"),
        ("uncoloured = true", "uncoloured = true, colour = 1"),
        ("task = \"巡查\"", "task = \"巡查\", colour = 1"),
        ("within_s = 900", "within_s = 900, colour = 1"),
        ("level = \"county\", needs", "colour = 1, level = \"county\", needs"),
        ("answered = 1", "answered = 1, colour = 1"),
    ];
    for (known, unknown) in places {
        let error = read(&text.replacen(known, unknown, 1)).expect_err(unknown).to_string();
        assert!(error.contains("unknown field `colour`"), "{unknown}: {error}");
    }
}

fn person(set: &mut PolicySet) -> &mut jiaoying::domain::callout::policy::Ladder {
    ladder(set, "person")
}

fn rung(set: &mut PolicySet) -> &mut Rung {
    &mut person(set).rungs[0]
}

fn orange(set: &mut PolicySet) -> &mut Policy {
    policy(set, "orange")
}

fn yellow(set: &mut PolicySet) -> &mut Policy {
    policy(set, "yellow")
}

fn quorum(set: &mut PolicySet) -> &mut jiaoying::domain::callout::policy::Quorum {
    &mut policy(set, "desk").quorum[0]
}

fn cook() -> Option<jiaoying::domain::ids::Duty> {
    Some("cook".parse().unwrap())
}

fn reach(channel: &str) -> jiaoying::domain::callout::policy::Reach {
    toml::from_str(&format!("channel = \"{channel}\"")).unwrap()
}

fn twice_by_voice(set: &mut PolicySet) {
    rung(set).reach.push(reach("voice"));
}

fn oblige_twice(set: &mut PolicySet) {
    let again = orange(set).oblige[0].clone();
    orange(set).oblige.push(again);
}

fn too_many_takers(set: &mut PolicySet) {
    let taker = orange(set).hand_over.who[0].clone();
    orange(set).hand_over.who = vec![taker; 33];
}

fn presence(set: &mut PolicySet, text: &str) {
    set.presence = Some(toml::from_str(text).unwrap());
}

fn only_floods(set: &mut PolicySet) {
    policy(set, "red").applies.events = vec!["11A".into()];
}

/// A set that differs from the one in force, so that adopting it is news.
fn different() -> PolicySet {
    let mut set = policies();
    set.duties.push(set.duties[0].clone());
    set.duties.last_mut().unwrap().name = "standby".parse().unwrap();
    assert_eq!(ladder(&mut set, "knock").then, Then::Repeat);
    assert_eq!(policy(&mut set, "desk").applies.kinds, kinds());
    set
}

fn kinds() -> BTreeSet<CalloutKind> {
    [CalloutKind::Manual, CalloutKind::SpotCheck].into()
}
