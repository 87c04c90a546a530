//! Counts: the truth about a depot, also when it is less than was promised.

use jiaoying::domain::supply::{How, Stage, StockLine};

use super::*;

#[test]
fn a_count_below_what_is_held_is_taken_and_the_shortage_is_shown() {
    let mut county = county();
    let first = hold(&mut county, wanted("d-1", "boat", 6)).unwrap();
    let second = hold(&mut county, wanted("d-1", "boat", 4)).unwrap();
    count(&mut county, "d-1", vec![line("boat", 7)]);
    let (supplies, day) = (&county.board.supplies, county.board.day(county.now));
    assert_eq!(supplies.held(&depot("d-1"), "boat"), 10, "promises stay");
    assert_eq!((free(&county, "d-1", "boat"), supplies.short(&depot("d-1"), "boat", day)), (0, 3));
    let shortage = county.board.supply_shortages(COUNTY.parse().unwrap(), day);
    let boats = shortage.iter().find(|s| s.item == "boat" && s.depot == depot("d-1")).unwrap();
    assert_eq!((boats.free, boats.missing), (0, 3));
    carry(&mut county, first, How::Issue, &[]).unwrap();
    let refused = carry(&mut county, second, How::Issue, &[]).unwrap_err();
    assert_eq!(refused.code(), "supply.not_there", "{refused}");
    assert!(refused.to_string().contains("only 1 lie there"), "{refused}");
    carry(&mut county, second, How::Issue, &[("boat", 1)]).unwrap();
    assert_eq!(lying(&county, "d-1", "boat"), 0);
    assert_eq!(at(&county, second, "boat"), [(Stage::Held, 3), (Stage::Issued, 1)]);
}

#[test]
fn a_count_while_boats_are_out_leaves_them_out_and_takes_them_back_on_top() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 5)).unwrap();
    carry(&mut county, id, How::Issue, &[]).unwrap();
    count(&mut county, "d-1", vec![line("boat", 6)]);
    assert_eq!(county.board.supplies.out(&depot("d-1"), "boat"), 5);
    carry(&mut county, id, How::Return(None), &[]).unwrap();
    assert_eq!(lying(&county, "d-1", "boat"), 11);
}

#[test]
fn what_the_count_left_out_comes_back_as_a_lot_of_its_own() {
    let mut county = county();
    let id = hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    carry(&mut county, id, How::Issue, &[]).unwrap();
    count(&mut county, "d-1", vec![line("tent", 60)]);
    carry(&mut county, id, How::Return(None), &[]).unwrap();
    let boats = county.board.supplies.stocks.of(&depot("d-1")).last().unwrap();
    assert_eq!((boats.item.as_str(), boats.unit.as_str(), boats.quantity), ("boat", "艘", 2));
}

#[test]
fn a_count_names_items_any_way_the_catalogue_does_and_is_refused_where_it_cannot() {
    let mut county = county();
    let named = |item: &str, unit: &str| StockLine { unit: unit.into(), ..line(item, 9) };
    count(&mut county, "d-1", vec![named("2030101", "艘"), named("瓶装水", "箱")]);
    assert_eq!((lying(&county, "d-1", "boat"), lying(&county, "d-1", "water")), (9, 9));
    let made_after = StockLine {
        produced: "2026-03-02".parse().ok(),
        expires: "2026-03-01".parse().ok(),
        ..line("food", 1)
    };
    for (lines, code, says) in [
        (vec![named("冲峰舟", "艘")], "supply.unknown_item", "boat 冲锋舟"),
        (vec![named("boat", "只")], "supply.unit", "counted in 艘"),
        (vec![line("boat", 1), named("冲锋舟", "艘")], "site.facts", "add the two lines up"),
        (vec![made_after], "supply.dates", "correct the dates"),
    ] {
        let counted = Count { depot: depot("d-1"), lines };
        let refused = county.try_must(Command::Supply(SupplyStep::Count(vec![counted])));
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
    assert_eq!(lying(&county, "d-1", "boat"), 9, "a refused count changes nothing");
}

#[test]
fn a_count_as_it_was_written_before_there_were_lots_is_still_read() {
    let data = r#"{"depot":"d-1","area":"990101000000","lines":[{"item":"boat","name":"冲锋舟","unit":"艘","quantity":12}]}"#;
    let event = jiaoying::domain::event::Event::decode("stock_counted", 1, data).unwrap();
    assert_eq!(event.encode(), data);
}
