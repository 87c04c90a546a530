//! An order by word of mouth is carried out at once, and its paper follows or somebody is called.

use jiaoying::domain::{
    callout::policy::CalloutKind,
    command::{Command, Reply},
    supply::{GivePaper, HoldSupplies, How, SupplyStep},
};

use super::*;
use crate::support::story::{policies, policy};

const DAY_S: u64 = 86_400;

#[test]
fn a_word_is_enough_to_move_supplies_and_the_paper_falls_due_after_two_days() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    let due = |county: &County| county.board.supplies.movement(id).unwrap().paper_due();
    assert_eq!(due(&county), None, "nothing has left yet");
    let ordered = county.now;
    county.pass(1_800);
    carry(&mut county, id, How::Issue, &[]).unwrap();
    let expected = ordered + std::time::Duration::from_secs(2 * DAY_S);
    assert_eq!(due(&county), Some(expected), "it counts from the order");
    county.pass(2 * DAY_S - 1_801);
    assert!(county.events("supply_paper_overdue").is_empty());
    county.pass(1);
    assert_eq!(county.events("supply_paper_overdue").len(), 1);
    county.pass(7 * DAY_S);
    assert_eq!(county.events("supply_paper_overdue").len(), 1, "it is a fact once");
    give(&mut county, id, "调〔2026〕7号").unwrap();
    assert!(county.events("supply_paper_given")[0].encode().contains(r#""late":true"#));
    let movement = county.board.supplies.movement(id).unwrap();
    assert!(movement.overdue && movement.paper_due().is_none());
}

#[test]
fn overdue_paper_calls_somebody() {
    let mut county = county();
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    county.must(Command::AdoptPolicies(set));
    for _ in 0..2 {
        let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
        carry(&mut county, id, How::Issue, &[]).unwrap();
    }
    county.pass(2 * DAY_S);
    let overdue = county.events("supply_paper_overdue");
    assert_eq!(overdue.len(), 2);
    let callout = county.board.callouts.iter().find(|c| c.kind == CalloutKind::Alarm).unwrap();
    assert!(callout.subject.contains("调拨书面指令逾期：m-1 等 2 单"), "{}", callout.subject);
    assert!(overdue.iter().all(|event| event.encode().contains(&callout.id.to_string())));
}

#[test]
fn an_order_that_came_on_paper_falls_due_never() {
    let mut county = county();
    let paper = Some("调〔2026〕6号".into());
    let id = hold(&mut county, HoldSupplies { paper, ..wanted("d-1", "boat", 2) }).unwrap();
    carry(&mut county, id, How::Issue, &[]).unwrap();
    county.pass(3 * DAY_S);
    assert!(county.events("supply_paper_overdue").is_empty());
    let refused = give(&mut county, id, "调〔2026〕7号").unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("supply.paper_given", Some("paper")));
    assert!(refused.to_string().contains("调〔2026〕6号"), "{refused}");
}

#[test]
fn paper_in_time_stops_the_clock() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    carry(&mut county, id, How::Issue, &[]).unwrap();
    assert_eq!(give(&mut county, id, " ").unwrap_err().code(), "field.empty");
    give(&mut county, id, "调〔2026〕7号").unwrap();
    county.pass(3 * DAY_S);
    assert!(county.events("supply_paper_overdue").is_empty());
}

fn give(county: &mut County, movement: MovementId, paper: &str) -> Result<Reply, Rejection> {
    let given = GivePaper { movement, paper: paper.into(), revision: None };
    county.submit(&actor("desk", Role::Dispatcher), Command::Supply(SupplyStep::GivePaper(given)))
}
