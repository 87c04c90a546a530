//! Areas that must have a unit near by, and moving up.

use super::*;

#[test]
fn a_hole_is_told_with_the_nearest_unit_and_its_time() {
    let mut world = World::new();
    world.boat("near", 2.0);
    world.boat("busy", 19.0).standing = Standing::Busy { incident: "i".into(), back: None };
    world.pump("pump", 20.0, 500);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 20.0, 30);
    let covered = world.ask(coverage);
    assert_eq!((covered[0].near, covered[0].is_hole()), (1, false));
    assert!(covered[1].is_hole());
    let (unit, eta_s) = covered[1].nearest.clone().unwrap();
    // 18 km at 36 km/h, and two minutes to turn out.
    assert_eq!((unit.as_str(), eta_s / 10), ("near", 192));
    let said = covered[1].zh("青石镇", &catalogue());
    assert_eq!(said, "青石镇：30 分钟内没有水域救援力量，最近的 near 需 32 分钟");
    // Nobody who can get there at all is told as such.
    let mut world = World::new();
    world.cover("990101100", 0.0, 30);
    assert_eq!(world.ask(coverage)[0].nearest, None);
}

#[test]
fn a_unit_that_is_not_needed_where_it_stands_moves_up() {
    let mut world = World::new();
    world.boat("sent", 0.0);
    world.boat("twin-1", 30.0);
    world.boat("twin-2", 30.5);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    let sent = ["sent".parse().unwrap()];
    let moved = world.ask(|scene| move_up(scene, &sent));
    assert_eq!(moved.bare.len(), 1);
    let [moving] = moved.moves.as_slice() else { panic!("{moved:?}") };
    assert_eq!((moving.unit.as_str(), moving.area), ("twin-1", "990101100".parse().unwrap()));
    assert_eq!(moved.still_bare, []);
}

#[test]
fn nobody_moves_up_who_would_bare_another_area() {
    let mut world = World::new();
    world.boat("sent", 0.0);
    world.boat("other", 30.0);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    let sent = ["sent".parse().unwrap()];
    let moved = world.ask(|scene| move_up(scene, &sent));
    assert_eq!(moved.moves, []);
    assert_eq!(moved.still_bare, moved.bare);
    assert_eq!(moved.bare[0].nearest.as_ref().unwrap().0.as_str(), "other");
}

#[test]
fn a_farther_unit_moves_up_where_the_nearest_is_needed_at_home() {
    let mut world = World::new();
    world.boat("sent", 0.0);
    world.boat("needed", 30.0);
    world.boat("spare-1", -40.0);
    world.boat("spare-2", -40.5);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    let moved = world.ask(|scene| move_up(scene, &["sent".parse().unwrap()]));
    let names: Vec<_> = moved.moves.iter().map(|moving| moving.unit.as_str()).collect();
    assert_eq!((names, moved.still_bare), (vec!["spare-1"], vec![]));
}

#[test]
fn two_that_together_bare_an_area_do_not_both_move() {
    let mut world = World::new();
    world.boat("sent-1", 0.0);
    world.boat("sent-2", 60.0);
    world.boat("twin-1", 30.0);
    world.boat("twin-2", 30.5);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    world.cover("990101300", 60.0, 30);
    let sent = ["sent-1", "sent-2"].map(|id| id.parse().unwrap());
    let moved = world.ask(|scene| move_up(scene, &sent));
    assert_eq!((moved.bare.len(), moved.moves.len(), moved.still_bare.len()), (2, 1, 1));
}

#[test]
fn what_was_bare_before_is_not_blamed_on_those_who_are_sent() {
    let mut world = World::new();
    world.boat("sent", 0.0);
    world.cover("990101900", 50.0, 10);
    let moved = world.ask(|scene| move_up(scene, &["sent".parse().unwrap()]));
    assert_eq!(moved, MoveUp::default());
}

#[test]
fn what_keeps_the_units_that_could_cover_a_hole_is_counted() {
    let mut world = World::new();
    world.boat("busy", 1.0).standing = Standing::Busy { incident: "i".into(), back: None };
    world.boat("away", 1.0).standing = Standing::NotReady { reason: "x".into() };
    world.boat("tired", 1.0).standing =
        Standing::Resting { until: NOW + Duration::from_secs(3_600) };
    world.boat("far", 30.0);
    world.pump("pump", 1.0, 500);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    let found = world.ask(|scene| survey(scene).1);
    let [(covered, lacking)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(covered.area, "990101100".parse().unwrap());
    let counts = Lacking { capable: 4, far: 1, busy: 1, not_ready: 1, resting: 1, ..*lacking };
    assert_eq!(*lacking, counts);
    assert_eq!(lacking.zh(), "全县 4 支：1 支在执行任务、1 支太远、1 支未备勤、1 支在休整");
}

#[test]
fn what_is_bare_now_is_filled_and_it_is_said_what_that_leaves() {
    let mut world = World::new();
    world.boat("one", 30.0);
    world.boat("two", 30.5);
    world.cover("990101100", 0.0, 30);
    world.cover("990101200", 30.0, 30);
    let moved = world.ask(move_up_now);
    let [moving] = &moved.moves[..] else { panic!("{moved:?}") };
    assert_eq!((moving.unit.as_str(), moved.bare.len()), ("one", 1));
    let changed = world.ask(|scene| consequences(scene, &[], moving));
    let said = changed.iter().map(|Changed { before, after }| (before.near, after.near));
    assert_eq!(said.collect::<Vec<_>>(), [(0, 1), (2, 1)]);
    assert_eq!(changed[0].after.nearest.as_ref().unwrap().1, 0, "it stands there");
}
