//! The twelve rules of calling out, each by name, against the policies that ship.

use jiaoying::domain::{
    callout::{attempt::Outcome, obligation::StateName},
    command::{AnswerKind, Reply},
    person::Channel,
};

use crate::support::county::County;

const POLICIES: &str = include_str!("../../config/policies.toml");
const VILLAGE: &str = "990101001001/village_duty";

#[test]
fn a_red_warning_obliges_every_village_township_and_county_post() {
    let mut county = County::found(POLICIES, 2, 3);
    let callout = county.red();
    let callout = county.board.callouts.get(callout).unwrap();
    assert_eq!(callout.obligations.len(), 4 + 2 + 6);
    assert_eq!(callout.rollup.of("990101001".parse().unwrap()).ringing, 4);
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn unanswered_ladder_ends_in_the_hands_of_a_named_human() {
    let mut county = County::found(POLICIES, 1, 1);
    county.red();
    county.pass(3_600);
    let village = county.at(VILLAGE);
    assert_eq!(village.state.name(), StateName::Unreached);
    assert_eq!(county.replayed(), county.board);
}

#[test]
fn an_answer_stops_the_ringing_at_once() {
    let mut county = County::found(POLICIES, 1, 2);
    county.lines(Channel::Voice, 1);
    county.red();
    let id = county.at(VILLAGE).id;
    let reply = county.answer_as("001001-village_duty", id, AnswerKind::Acknowledged).unwrap();
    assert!(matches!(reply, Reply::Answer { late: false, .. }));
    let calling = county.calling(Channel::Voice)[0].id;
    county.record(calling, Outcome::NoAnswer);
    county.pass(900);
    assert!(county.tried("001001-village_duty", Channel::Voice).is_empty());
}
