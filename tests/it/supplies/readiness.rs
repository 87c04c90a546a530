//! What is short: below the least, about to expire, and against what a response takes.

use jiaoying::domain::supply::StockLine;

use super::*;

#[test]
fn a_depot_below_its_least_is_listed_with_what_is_free() {
    let mut county = county();
    let day = county.board.day(county.now);
    let short = |county: &County| {
        let all = county.board.supply_shortages(COUNTY.parse().unwrap(), day);
        let boats = all.into_iter().filter(|s| s.item == "boat");
        boats.map(|s| (s.depot.to_string(), s.least, s.free)).collect::<Vec<_>>()
    };
    // The county's depot must hold 16 and a township's 1.
    assert_eq!(short(&county), [("d-1".into(), 16, 12), ("d-2".into(), 1, 0)]);
    count(&mut county, "d-1", vec![line("boat", 17)]);
    count(&mut county, "d-2", vec![line("boat", 1)]);
    assert_eq!(short(&county), []);
    hold(&mut county, wanted("d-1", "boat", 2)).unwrap();
    assert_eq!(short(&county), [("d-1".into(), 16, 15)], "what is promised is not there to be had");
    let township = county.board.supply_shortages(TOWNSHIP.parse().unwrap(), day);
    assert!(township.iter().all(|shortage| shortage.depot == depot("d-2")));
}

#[test]
fn lots_that_expire_soon_are_listed_in_their_order() {
    let mut county = county();
    let lot = |expires: &str, quantity| StockLine {
        expires: expires.parse().ok(),
        ..line("food", quantity)
    };
    let lots = vec![
        lot("2026-08-21", 1),
        lot("2026-07-20", 2),
        lot("2026-07-21", 3),
        lot("2026-08-20", 4),
        lot("2026-07-25", 0),
        line("food", 5),
    ];
    count(&mut county, "d-1", lots);
    let day = county.board.day(county.now);
    let found = county.board.supplies_expiring(COUNTY.parse().unwrap(), day, 30);
    let found: Vec<_> = found.iter().map(|lot| (lot.line.quantity, lot.expired)).collect();
    assert_eq!(found, [(2, true), (3, false), (4, false)]);
}

#[test]
fn a_response_is_checked_item_by_item_for_the_townships_it_touches() {
    let mut county = county();
    count(&mut county, "d-2", vec![line("boat", 3)]);
    let day = county.board.day(county.now);
    let boats = |county: &County, areas: &[&str]| {
        let areas: Vec<_> = areas.iter().map(|area| area.parse().unwrap()).collect();
        let all = county.board.supply_readiness(2, &areas, COUNTY.parse().unwrap(), day);
        let boats = all.into_iter().find(|item| item.item == "boat").unwrap();
        let nearest = boats.nearest.iter().map(|near| (near.depot.to_string(), near.free));
        (boats.needed, boats.free, boats.missing, nearest.collect::<Vec<_>>())
    };
    // Level Ⅱ takes 10 boats and 3 for each township.
    let one = boats(&county, &[TOWNSHIP]);
    assert_eq!((one.0, one.1, one.2), (13, 15, 0));
    let village_too = boats(&county, &[TOWNSHIP, "990101001001"]);
    assert_eq!(village_too.0, 13, "a village is its township's");
    let townships = county.board.townships(&[COUNTY.parse().unwrap()]).len() as u64;
    let whole = boats(&county, &[COUNTY]);
    assert_eq!((whole.0, whole.2), (10 + 3 * townships, (10 + 3 * townships).saturating_sub(15)));
    hold(&mut county, wanted("d-1", "boat", 12)).unwrap();
    let after = boats(&county, &[TOWNSHIP]);
    assert_eq!((after.1, after.2, after.3), (3, 10, vec![("d-2".into(), 3)]));
}
