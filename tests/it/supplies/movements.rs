//! A movement's way: held, issued, on the road, signed for, back or gone; in whole and in part.

use jiaoying::domain::{
    actor::Role,
    command::{Command, Reply},
    rejection::Rejection,
    supply::{
        Destination, HoldSupplies, How, MoveSupplies, Part, Stage, StockLine, SupplyFault,
        SupplyStep, Wanted,
    },
};

use super::*;

#[test]
fn two_dispatchers_never_promise_the_same_boats() {
    let mut county = county();
    hold(&mut county, wanted("d-1", "boat", 8)).unwrap();
    assert_eq!(free(&county, "d-1", "boat"), 4);
    let refused = hold(&mut county, wanted("d-1", "boat", 5)).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("supply.not_free", Some("quantity")));
    let said = refused.to_string();
    assert!(said.contains("5 艘 of boat") && said.contains("4 are free"), "{said}");
    hold(&mut county, wanted("d-1", "冲锋舟", 4)).unwrap();
    assert_eq!(free(&county, "d-1", "boat"), 0);
}

#[test]
fn a_refusal_says_where_else_there_are_any() {
    let mut county = county();
    count(&mut county, "d-2", vec![line("boat", 3)]);
    let refused = hold(&mut county, wanted("d-1", "boat", 13)).unwrap_err().to_string();
    assert!(refused.contains("free elsewhere: d-2") && refused.ends_with(": 3"), "{refused}");
    let refused = hold(&mut county, wanted("d-1", "tent", 61)).unwrap_err().to_string();
    assert!(refused.contains("none are free at any other depot"), "{refused}");
}

#[test]
fn pieces_go_their_way_in_parts_and_every_step_is_noted() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 10)).unwrap();
    carry(&mut county, id, How::Issue, &[("boat", 6)]).unwrap();
    assert_eq!((lying(&county, "d-1", "boat"), free(&county, "d-1", "boat")), (6, 2));
    carry(&mut county, id, How::Dispatch, &[("boat", 5)]).unwrap();
    carry(&mut county, id, How::Receive, &[("boat", 4)]).unwrap();
    carry(&mut county, id, How::WriteOff(None), &[("boat", 1)]).unwrap();
    carry(&mut county, id, How::Return(None), &[("boat", 2)]).unwrap();
    carry(&mut county, id, How::Return(Some(Stage::Transit)), &[("boat", 1)]).unwrap();
    carry(&mut county, id, How::Release, &[("boat", 3)]).unwrap();
    let expected = [
        (Stage::Held, 1),
        (Stage::Issued, 1),
        (Stage::Received, 1),
        (Stage::Returned, 3),
        (Stage::WrittenOff, 1),
        (Stage::Released, 3),
    ];
    assert_eq!(at(&county, id, "boat"), expected);
    assert_eq!((lying(&county, "d-1", "boat"), free(&county, "d-1", "boat")), (9, 8));
    assert_eq!(county.board.supplies.out(&depot("d-1"), "boat"), 2);
    let movement = county.board.supplies.movement(id).unwrap();
    let stages: Vec<Stage> = movement.steps.iter().map(|step| step.stage).collect();
    let expected = [
        Stage::Held,
        Stage::Issued,
        Stage::Transit,
        Stage::Received,
        Stage::WrittenOff,
        Stage::Returned,
        Stage::Returned,
        Stage::Released,
    ];
    assert_eq!(stages, expected);
    assert!(movement.steps.iter().all(|step| step.by == "desk" && step.at == county.now));
}

#[test]
fn a_movement_is_closed_when_nothing_is_held_or_out() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    for how in [How::Issue, How::Dispatch, How::Receive] {
        carry(&mut county, id, how, &[]).unwrap();
        assert_eq!(county.board.supplies.open().count(), 1, "{how:?}");
    }
    carry(&mut county, id, How::Return(None), &[]).unwrap();
    assert_eq!(county.board.supplies.open().count(), 0);
    assert_eq!((lying(&county, "d-1", "boat"), free(&county, "d-1", "boat")), (12, 12));
}

#[test]
fn a_piece_never_moves_on_from_where_it_is_not() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 4)).unwrap();
    for how in [How::Dispatch, How::Receive] {
        let refused = carry(&mut county, id, how, &[]).unwrap_err();
        assert_eq!(refused.code(), "supply.stage", "{how:?}");
        assert!(refused.to_string().contains("held 4"), "{refused}");
    }
    for how in [How::Return(None), How::WriteOff(Some(Stage::Held))] {
        let refused = carry(&mut county, id, how, &[]).unwrap_err();
        assert_eq!(refused.code(), "supply.still_held", "{how:?}");
    }
    carry(&mut county, id, How::Issue, &[("boat", 3)]).unwrap();
    let refused = carry(&mut county, id, How::Dispatch, &[("boat", 4)]).unwrap_err();
    let Rejection::Supply(SupplyFault::Stage { has: 3, wanted: 4, state, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(state, "held 1, issued 3");
    for twice in [&[("boat", 2), ("boat", 2)][..], &[("boat", u32::MAX), ("boat", 3)]] {
        let refused = carry(&mut county, id, How::Dispatch, twice).unwrap_err();
        assert_eq!(refused.code(), "supply.stage");
    }
    let refused = carry(&mut county, id, How::Dispatch, &[("tent", 1)]).unwrap_err();
    assert_eq!(refused.code(), "supply.not_in_movement");
    let refused = carry(&mut county, id, How::Dispatch, &[("boat", 0)]).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("supply.quantity", Some("quantity")));
    let refused = carry(&mut county, id, How::Return(Some(Stage::Released)), &[]).unwrap_err();
    assert_eq!(refused.code(), "supply.from");
}

#[test]
fn what_expires_first_leaves_first_and_what_has_expired_only_when_it_is_named() {
    let mut county = county();
    let lot = |batch: &str, expires: &str, quantity| StockLine {
        batch: batch.into(),
        expires: expires.parse().ok(),
        ..line("food", quantity)
    };
    let lots = vec![
        lot("never", "", 50),
        lot("late", "2027-05-01", 40),
        lot("soon", "2026-07-21", 30),
        lot("gone", "2026-07-20", 20),
    ];
    count(&mut county, "d-1", lots);
    assert_eq!(free(&county, "d-1", "food"), 120, "what has expired is promised to nobody");
    let id = hold(&mut county, wanted("d-1", "food", 80)).unwrap();
    carry(&mut county, id, How::Issue, &[("food", 75)]).unwrap();
    let movement = county.board.supplies.movement(id).unwrap();
    let took = movement.lines[0].pieces.iter().map(|piece| piece.lot.batch.as_str());
    assert_eq!(took.collect::<Vec<_>>(), ["soon", "late", "never"]);
    let part =
        |batch: &str, quantity| Part { item: "food".into(), quantity, batch: Some(batch.into()) };
    let named = |parts| {
        Command::Supply(SupplyStep::Move(MoveSupplies {
            movement: id,
            how: How::Issue,
            parts,
            party: None,
            note: Default::default(),
            revision: None,
        }))
    };
    let desk = actor("desk", Role::Dispatcher);
    let refused = county.submit(&desk, named(vec![part("late", 1)])).unwrap_err();
    assert_eq!(refused.code(), "supply.not_there", "the batch has left: {refused}");
    county.submit(&desk, named(vec![part("gone", 5)])).unwrap();
    assert_eq!(lying(&county, "d-1", "food"), 140 - 80);
}

#[test]
fn what_comes_back_lies_in_its_own_lot_again() {
    let mut county = county();
    let lots = vec![
        StockLine { batch: "A".into(), position: "1-1".into(), ..line("boat", 3) },
        StockLine { batch: "B".into(), position: "1-2".into(), ..line("boat", 3) },
    ];
    count(&mut county, "d-1", lots.clone());
    let id = hold(&mut county, wanted("d-1", "boat", 5)).unwrap();
    for how in [How::Issue, How::Dispatch, How::Return(None)] {
        carry(&mut county, id, how, &[]).unwrap();
    }
    assert_eq!(county.board.supplies.stocks.of(&depot("d-1")), lots);
}

#[test]
fn what_another_depot_signs_for_is_its_stock_and_comes_back_only_by_another_movement() {
    let mut county = county();
    let to = Destination::Depot(depot("d-2"));
    let id = hold(&mut county, HoldSupplies { to, ..wanted("d-1", "boat", 4) }).unwrap();
    for how in [How::Issue, How::Dispatch, How::Receive] {
        carry(&mut county, id, how, &[]).unwrap();
    }
    assert_eq!((lying(&county, "d-1", "boat"), lying(&county, "d-2", "boat")), (8, 4));
    assert_eq!(free(&county, "d-2", "boat"), 4);
    assert!(!county.board.supplies.movement(id).unwrap().is_open());
    let refused = carry(&mut county, id, How::Return(None), &[]).unwrap_err();
    assert_eq!(refused.code(), "supply.delivered");
    let to = Destination::Depot(depot("d-1"));
    hold(&mut county, HoldSupplies { to, ..wanted("d-2", "boat", 4) }).unwrap();
}

#[test]
fn a_hold_ends_by_itself_and_not_before() {
    let mut county = county();
    let brief = HoldSupplies {
        hold_s: Some(jiaoying::domain::time::Seconds(600)),
        ..wanted("d-1", "boat", 5)
    };
    let id = hold(&mut county, brief).unwrap();
    carry(&mut county, id, How::Issue, &[("boat", 2)]).unwrap();
    county.pass(599);
    assert_eq!(free(&county, "d-1", "boat"), 7);
    county.pass(1);
    assert_eq!(free(&county, "d-1", "boat"), 10);
    assert_eq!(at(&county, id, "boat"), [(Stage::Issued, 2), (Stage::Released, 3)]);
    let released = county.events("supply_released");
    assert!(released[0].encode().contains(r#""reason":"expired""#));
    let refused = carry(&mut county, id, How::Issue, &[]).unwrap_err();
    assert_eq!(refused.code(), "supply.stage", "what has been released is no longer held");
}

#[test]
fn an_order_holds_several_items_or_none_of_them() {
    let mut county = county();
    let two = |boats, tents| {
        let line =
            |item: &str, quantity| Wanted { item: item.into(), quantity, spec: Default::default() };
        let lines = vec![line("boat", boats), line("tent", tents)];
        HoldSupplies { lines, ..wanted("d-1", "boat", 1) }
    };
    assert_eq!(hold(&mut county, two(2, 61)).unwrap_err().code(), "supply.not_free");
    assert_eq!(free(&county, "d-1", "boat"), 12);
    let id = hold(&mut county, two(2, 60)).unwrap();
    carry(&mut county, id, How::Issue, &[("tent", 60)]).unwrap();
    assert_eq!(at(&county, id, "boat"), [(Stage::Held, 2)]);
}

#[test]
fn a_step_on_what_somebody_has_changed_meanwhile_is_refused_and_says_who() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 4)).unwrap();
    let step = |how, revision| {
        Command::Supply(SupplyStep::Move(MoveSupplies {
            movement: id,
            how,
            parts: vec![Part { item: "boat".into(), quantity: 1, batch: None }],
            party: None,
            note: Default::default(),
            revision: Some(revision),
        }))
    };
    county.submit(&actor("zhang", Role::Dispatcher), step(How::Issue, 1)).unwrap();
    let refused = county.submit(&actor("li", Role::Dispatcher), step(How::Issue, 1)).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("supply.changed", Some("revision")));
    assert!(refused.to_string().contains("changed by zhang"), "{refused}");
    assert!(refused.to_string().contains("revision 2"), "{refused}");
    county.submit(&actor("li", Role::Dispatcher), step(How::Issue, 2)).unwrap();
}

#[test]
fn what_cannot_be_ordered_is_refused_with_the_field_and_the_remedy() {
    let mut county = county();
    let good = || wanted("d-1", "boat", 1);
    let to = |to| HoldSupplies { to, ..good() };
    let place = |name: &str, at, area: &str| {
        let area = area.parse().ok();
        to(Destination::Place(Place { name: name.into(), at, area }))
    };
    let phone = |phone| HoldSupplies { receiver: party("", "罗守堤", phone), ..good() };
    let hold_s = |s| HoldSupplies { hold_s: Some(jiaoying::domain::time::Seconds(s)), ..good() };
    let cases = [
        (wanted("d-9", "boat", 1), "site.not_a_depot", "depot", "import depots first"),
        (wanted("d-1", "baot", 1), "supply.unknown_item", "item", "is it boat 冲锋舟"),
        (wanted("d-1", "boat", 0), "supply.quantity", "quantity", "whole number"),
        (HoldSupplies { lines: vec![], ..good() }, "field.empty", "lines", "must not be empty"),
        (to(Destination::Depot(depot("d-1"))), "supply.same_depot", "to", "another place"),
        (to(Destination::Depot(depot("s-1"))), "site.not_a_depot", "depot", "name a depot"),
        (to(Destination::Site(depot("d-2"))), "supply.is_a_depot", "to", "its stock"),
        (to(Destination::Site(depot("x-1"))), "site.unknown", "site", "GET"),
        (place(" ", None, ""), "field.empty", "to.name", "must not be empty"),
        (place("堤", Some([200.0, 1.0]), ""), "field.not_a_point", "lon", "WGS-84"),
        (place("堤", None, "990102"), "area.unknown", "area", "area list"),
        (phone("call me"), "supply.phone", "phone", "digits"),
        (
            HoldSupplies { receiver: party("", "", ""), ..good() },
            "field.empty",
            "receiver",
            "empty",
        ),
        (hold_s(0), "supply.hold_time", "hold_s", "259200 seconds"),
        (hold_s(259_201), "supply.hold_time", "hold_s", "259200 seconds"),
    ];
    let before = county.board.seq;
    for (wanted, code, field, says) in cases {
        let refused = hold(&mut county, wanted).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (code, Some(field)), "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
    let twice = HoldSupplies { lines: [good().lines, good().lines].concat(), ..good() };
    assert_eq!(hold(&mut county, twice).unwrap_err().code(), "supply.twice");
    assert_eq!(county.board.seq, before);
}

#[test]
fn only_those_who_run_incidents_move_supplies_and_only_of_their_own_area() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 1)).unwrap();
    let step = || {
        SupplyStep::Move(MoveSupplies {
            movement: id,
            how: How::Release,
            parts: vec![],
            party: None,
            note: Default::default(),
            revision: None,
        })
    };
    for role in [Role::Leader, Role::Screen, Role::Gateway, Role::Admin] {
        for step in [SupplyStep::Hold(Box::new(wanted("d-1", "boat", 1))), step()] {
            let refused = county.submit(&actor("x", role), Command::Supply(step)).unwrap_err();
            assert_eq!(refused.code(), "access.not_allowed", "{role}");
        }
    }
    let mut township = actor("x", Role::Dispatcher);
    township.area = TOWNSHIP.parse().unwrap();
    let refused = county.submit(&township, Command::Supply(step())).unwrap_err();
    assert_eq!(refused.code(), "access.outside_area");
    assert!(matches!(
        county.submit(&actor("x", Role::Commander), Command::Supply(step())),
        Ok(Reply::Movement { .. })
    ));
}

#[test]
fn a_depot_with_a_movement_is_not_taken_off_the_list() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 1)).unwrap();
    let remove = || Command::RemoveSite(depot("d-1"));
    let refused = county.try_must(remove()).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("supply.depot_busy", Some("site")));
    carry(&mut county, id, How::Release, &[]).unwrap();
    county.must(remove());
}

#[test]
fn a_board_told_again_from_its_journal_is_the_same_board() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 4)).unwrap();
    carry(&mut county, id, How::Issue, &[("boat", 3)]).unwrap();
    carry(&mut county, id, How::Return(None), &[("boat", 1)]).unwrap();
    county.pass(4 * 3_600);
    let mut again = county.replayed();
    again.rebuild();
    assert!(again == county.board);
}
