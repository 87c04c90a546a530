//! What the record knows of who is in a warned area.

use std::time::Duration;

use jiaoying::domain::{
    actor::{Actor, Role},
    command::Command,
    event::{Event, FenceCrossed},
    fence::Crossing,
    ids::WarningId,
    rejection::Rejection,
    time::Timestamp,
    warning::{Colour, MessageKind},
};

use crate::support::county::{COUNTY, County, about, actor, alert, unit};

const RED: WarningId = WarningId(1);
/// 2026-07-21T10:30:00+08:00.
const START: Timestamp = Timestamp::from_millis(1_784_601_000_000);

#[test]
fn what_several_nodes_see_is_written_once() {
    let mut county = warned();
    let entered = seen("u-1", true, 10);
    note(&mut county, vec![entered.clone(), entered.clone()]);
    note(&mut county, vec![Crossing { lon: 114.6, ..entered }]);
    assert_eq!(crossings(&county), [("u-1", true)]);
    assert_eq!(county.board.fences.inside(RED).count(), 1);
}

#[test]
fn entries_and_exits_alternate_and_none_is_older_than_the_one_before() {
    let mut county = warned();
    let (entered, left) = (seen("u-1", true, 10), seen("u-1", false, 20));
    let stale = seen("u-1", true, 15);
    note(&mut county, vec![seen("u-1", false, 5)]);
    assert_eq!(crossings(&county), [], "who was never inside does not leave");
    note(&mut county, vec![entered.clone(), left, stale, entered]);
    assert_eq!(crossings(&county), [("u-1", true), ("u-1", false)]);
    assert_eq!(county.board.fences.inside(RED).count(), 0);
}

#[test]
fn who_is_inside_is_known_after_a_restart() {
    let mut county = warned();
    note(&mut county, vec![seen("u-1", true, 10), seen("u-2", true, 10)]);
    let mut replayed = jiaoying::domain::board::Board::default();
    county.journal.iter().for_each(|entry| replayed.apply(entry));
    assert_eq!(replayed, county.board);
    let inside: Vec<_> = replayed.fences.inside(RED).map(ToString::to_string).collect();
    assert_eq!(inside, ["u-1", "u-2"]);
}

#[test]
fn a_warning_that_is_over_has_no_inside() {
    let mut county = warned();
    note(&mut county, vec![seen("u-1", true, 10)]);
    county.warn(about("n1", MessageKind::Cancel, alert("n2", Colour::Red, &[COUNTY])));
    assert_eq!(county.board.fences.inside(RED).count(), 0);
    note(&mut county, vec![seen("u-1", false, 20), seen("u-2", true, 20)]);
    assert_eq!(crossings(&county), [("u-1", true)]);
}

#[test]
fn a_unit_that_is_no_more_is_in_no_area() {
    let mut county = warned();
    note(&mut county, vec![seen("u-1", true, 10)]);
    county.must(Command::RemoveUnit("u-1".parse().unwrap()));
    assert_eq!(county.board.fences.inside(RED).count(), 0);
    note(&mut county, vec![seen("u-1", false, 20)]);
    assert_eq!(crossings(&county), [("u-1", true)]);
}

#[test]
fn only_who_reports_positions_may_say_who_crossed() {
    let mut county = warned();
    let command = Command::NoteCrossings(vec![seen("u-1", true, 10)]);
    for role in [Role::Commander, Role::Dispatcher, Role::Leader, Role::Screen, Role::Admin] {
        let refused = county.submit(&actor("somebody", role), command.clone());
        assert!(matches!(refused, Err(Rejection::NotAllowed(_))), "{role}");
    }
    let elsewhere = Actor { area: "990102".parse().unwrap(), ..actor("g", Role::Gateway) };
    let refused = county.submit(&elsewhere, command);
    assert!(matches!(refused, Err(Rejection::OutsideArea(_))));
    assert_eq!(crossings(&county), []);
}

/// Founds a county with two units under a red warning.
fn warned() -> County {
    let mut county = County::small(2);
    county.must(Command::SaveUnits(vec![unit("u-1", COUNTY), unit("u-2", COUNTY)]));
    county.red();
    county
}

fn seen(id: &str, entered: bool, second: u64) -> Crossing {
    Crossing {
        unit: id.parse().unwrap(),
        warning: RED,
        area: Some(COUNTY.parse().unwrap()),
        entered,
        at: START + Duration::from_secs(second),
        lon: 114.5,
        lat: 35.6,
    }
}

fn note(county: &mut County, seen: Vec<Crossing>) {
    let node = Actor::node(COUNTY.parse().unwrap());
    county.submit(&node, Command::NoteCrossings(seen)).unwrap();
}

fn crossings(county: &County) -> Vec<(&str, bool)> {
    let crossed = county.journal.iter().filter_map(|entry| match &entry.event {
        Event::FenceCrossed(FenceCrossed { unit, entered, .. }) => Some((unit.as_str(), *entered)),
        _ => None,
    });
    crossed.collect()
}
