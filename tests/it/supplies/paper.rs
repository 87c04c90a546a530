//! An order by word of mouth is carried out at once, and its paper follows or somebody is called.

use jiaoying::domain::{
    callout::policy::CalloutKind,
    command::{Command, Reply},
    supply::{GivePaper, HoldSupplies, How, SupplyStep},
};

use super::*;

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
fn overdue_paper_calls_whoever_has_to_bring_it_until_it_is_there() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    carry(&mut county, id, How::Issue, &[("boat", 1)]).unwrap();
    carry(&mut county, id, How::Issue, &[("boat", 1)]).unwrap();
    let tasks: Vec<_> = county.board.tasks.open().collect();
    assert_eq!(tasks.len(), 1, "one order, one task");
    let (task, due) = (tasks[0].id, tasks[0].due_at);
    assert_eq!(tasks[0].post.to_string(), "990101000000/duty_officer");
    assert_eq!(Some(due), county.board.supplies.movement(id).unwrap().paper_due());
    let calls = |county: &County| {
        let open = county.board.callouts.open();
        open.filter(|callout| callout.kind == CalloutKind::Reminder).count()
    };
    county.pass(2 * DAY_S - 1);
    assert_eq!(calls(&county), 0, "nobody is called before it is late");
    county.pass(1);
    assert_eq!(calls(&county), 1);
    county.pass(3_600);
    assert!(county.board.tasks.get(task).unwrap().reminders > 1, "he is called again");
    give(&mut county, id, "调〔2026〕7号").unwrap();
    assert!(!county.board.tasks.get(task).unwrap().is_open());
    assert_eq!(calls(&county), 0);
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
