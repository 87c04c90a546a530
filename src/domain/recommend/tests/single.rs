//! One incident.

use proptest::prelude::*;

use super::*;
use crate::domain::supply::catalogue::Catalogue as Items;

#[test]
fn the_nearest_that_can_are_sent_and_the_next_best_stand_beside_them() {
    let mut world = World::new();
    world.boat("far", 9.0);
    world.boat("near", 1.0);
    world.boat("middle", 4.0);
    world.pump("truck", 0.1, 1_000);
    let found = world.recommend("boat_rescue:2");
    assert_eq!(units(&found.items), ["near", "middle"]);
    assert_eq!(units(&found.alternatives), ["far"]);
    assert_eq!((found.items[0].rank, found.alternatives[0].rank), (1, 3));
    assert_eq!(found.shortfalls, []);
    // 1 km at 36 km/h and two minutes to turn out.
    assert!((219..=221).contains(&found.items[0].eta_s), "{:?}", found.items[0]);
    assert_eq!(found.items[0].way, Way::Straight { factor: 1.0 });
    assert_eq!(found.items[0].from, Place::Base { last_seen_s: None });
    // The pump truck can do nothing here, and is not among those that were passed over.
    assert_eq!(found.rejected.len(), 1, "{:?}", found.rejected);
    assert!(matches!(found.rejected[0].why, Why::Outranked { .. }));
}

#[test]
fn every_second_by_which_a_unit_is_ranked_is_among_its_reasons() {
    let mut world = World::new();
    let team = Unit { strength: Some(20), base: Some(east(2.0)), ..boat_team("t") };
    let state = world.unit(team);
    (state.strength, state.hours, state.seen) = (Some(5), Some(14), Some((east(3.0), 90)));
    world.cover("990101100", 2.0, 30);
    let found = world.recommend("boat_rescue");
    let item = &found.items[0];
    let malus: u32 = item.reasons.iter().map(Reason::malus_s).sum();
    assert_eq!(item.score_s, item.eta_s + malus);
    let Settings { stale_s, short_handed_s, tired_s, bare_s, .. } = Settings::default();
    assert_eq!(malus, stale_s + short_handed_s * 15 / 20 + tired_s + bare_s);
    // It is out, so it need not turn out first.
    assert!((299..=301).contains(&item.eta_s), "{item:?}");
    let said: Vec<String> = item.reasons.iter().map(|r| r.zh(&catalogue())).collect();
    assert_eq!(said[0], "具备水域救援能力");
    assert!(
        said.iter().any(|said| said.contains("现有 5 人") && said.contains("后移")),
        "{said:?}"
    );
    assert_eq!(found.left_bare.len(), 1);
}

#[test]
fn a_unit_that_alone_keeps_an_area_covered_is_sent_after_one_that_does_not() {
    let mut world = World::new();
    world.boat("lonely", 3.0);
    world.boat("spare-1", 6.0);
    world.boat("spare-2", 6.5);
    world.cover("990101100", -8.0, 22);
    assert_eq!(units(&world.recommend("boat_rescue:1").items), ["spare-1"]);
    world.covers.clear();
    assert_eq!(units(&world.recommend("boat_rescue:1").items), ["lonely"]);
}

#[test]
fn what_keeps_most_of_those_that_can_is_why_something_is_missing() {
    let back = NOW + Duration::from_secs(3_600);
    let busy = Standing::Busy { incident: "i-1".into(), back: Some(back) };
    let resting = Standing::Resting { until: back };
    let idle = Standing::NotReady { reason: "检修".into() };
    let cases: [(Standing, ShortfallReason); 4] = [
        (busy, ShortfallReason::AllBusy { first_back: Some(back) }),
        (resting, ShortfallReason::Resting { first_up: Some(back) }),
        (idle, ShortfallReason::NotReady),
        (
            Standing::UnderWay { incident: "i-2".into() },
            ShortfallReason::AllBusy { first_back: None },
        ),
    ];
    for (standing, reason) in cases {
        let mut world = World::new();
        world.boat("a", 1.0).standing = standing.clone();
        world.boat("b", 2.0).standing = standing;
        let found = world.recommend("boat_rescue:2");
        assert_eq!(found.items, []);
        let [shortfall] = found.shortfalls.as_slice() else { panic!() };
        assert_eq!((shortfall.missing, shortfall.reason), (2, reason));
        assert_eq!((shortfall.tally.capable, found.rejected.len()), (2, 2));
    }
}

#[test]
fn whoever_cannot_be_found_reached_or_counted_is_told_apart() {
    let reason = |world: &World, needs: &str| {
        let found = world.recommend(needs);
        assert_eq!(found.items, [], "{needs}");
        found.shortfalls[0].reason
    };
    let mut world = World::new();
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::NoneCapable);
    world.unit(Unit::sample("nowhere", UnitKind::Boat));
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::NoPosition);
    // Last seen an hour ago, ten kilometres from its base.
    let mut world = World::new();
    world.boat("lost", 1.0).seen = Some((east(11.0), 3_600));
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::NoPosition);
    let mut world = World::new();
    world.boat("far", 61.0);
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::OutOfRadius);
    let mut world = World::new();
    world.boat("empty", 1.0).strength = Some(0);
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::NotReady);
    let mut world = World::new();
    world.unit(Unit { base: Some(HERE), ..Unit::sample("p", UnitKind::PumpTruck) });
    assert_eq!(reason(&world, "pump:100"), ShortfallReason::NoFigure);
    let mut world = World::new();
    world.boat("beyond", 5.0);
    world.roads.push(("r-1", vec![vec![east(0.0), east(2.0), east(5.0)]]));
    world.closures.push(Closure::Road("r-1".into()));
    assert_eq!(reason(&world, "boat_rescue:1"), ShortfallReason::RoadsClosed);
    world.closures.clear();
    assert_eq!(units(&world.recommend("boat_rescue:1").items), ["beyond"]);
    let short = world.recommend("boat_rescue:3").shortfalls;
    assert_eq!((short[0].missing, short[0].reason), (2, ShortfallReason::NotEnough));
    assert!(
        short[0]
            .zh(&catalogue(), &Items::default())
            .starts_with("水域救援还差 2 支：可用的已全部推荐")
    );
}

#[test]
fn a_terminal_that_was_switched_off_at_its_base_still_says_where_the_unit_is() {
    let mut world = World::new();
    world.boat("parked", 2.0).seen = Some((east(2.1), 20_000));
    let found = world.recommend("boat_rescue:1");
    assert_eq!(found.items[0].from, Place::Base { last_seen_s: Some(20_000) });
    assert!(found.items[0].from.is_stale());
}

#[test]
fn rest_is_broken_only_where_the_county_says_so_and_then_last() {
    let mut world = World::new();
    let until = NOW + Duration::from_secs(7_200);
    world.boat("resting", 0.5).standing = Standing::Resting { until };
    world.boat("awake", 12.0);
    assert_eq!(units(&world.recommend("boat_rescue:2").items), ["awake"]);
    world.settings.break_rest = true;
    let found = world.recommend("boat_rescue:2");
    assert_eq!(units(&found.items), ["awake", "resting"]);
    assert!(found.items[1].reasons.iter().any(|r| matches!(r, Reason::BreaksRest { .. })));
}

#[test]
fn an_amount_is_covered_by_few_large_ones_before_many_small_ones() {
    let mut world = World::new();
    for (number, km) in (0..12).zip([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1]) {
        world.pump(&format!("small-{number:02}"), km, 100);
    }
    world.pump("large", 5.0, 1_000);
    world.pump("huge", 50.0, 3_000);
    let found = world.recommend("pump:1000");
    assert_eq!(units(&found.items), ["large"]);
    assert_eq!(units(&world.recommend("pump:1150").items), ["small-00", "small-01", "large"]);
    let all = world.recommend("pump:9000");
    assert_eq!((all.items.len(), all.shortfalls[0].missing), (14, 9_000 - 1_200 - 4_000));
}

#[test]
fn two_needs_do_not_take_each_others_only_unit() {
    // The nearest boat is the only one with a doctor.
    let mut world = World::new();
    let both =
        Unit { capabilities: vec!["水域救援".into(), "medical".into()], ..boat_team("both") };
    world.unit(Unit { base: Some(east(1.0)), ..both });
    world.boat("boat", 8.0);
    let found = world.recommend("boat_rescue:1,medical:1");
    assert_eq!(units(&found.items), ["boat", "both"]);
    assert_eq!(found.shortfalls, []);
    assert!(found.rejected.iter().any(|r| r.why == Why::Taken { need: 1 }), "{found:?}");
}

#[test]
fn depots_meet_a_need_for_supplies_from_the_nearest_on() {
    let mut world = World::new();
    world.depot("far", 9.0, &[("sandbag", 900)]);
    world.depot("near", 1.0, &[("sandbag", 300), ("pump", 4)]);
    world.depot("empty", 0.5, &[("sandbag", 0)]);
    let found = world.recommend("item/sandbag:1000");
    let taken: Vec<_> =
        found.depots.iter().map(|o| (o.depot.as_str(), o.quantity, o.free)).collect();
    assert_eq!(taken, [("near", 300, 300), ("far", 700, 900)]);
    assert_eq!(found.shortfalls, []);
    let found = world.recommend("item/sandbag:1500,item/tent:3");
    let missing: Vec<_> = found.shortfalls.iter().map(|s| (s.missing, s.reason)).collect();
    let reason = ShortfallReason::NotStocked;
    assert_eq!(missing, [(300, reason), (3, reason)]);
    // Pumps in a depot pump, but without hands they are no unit.
    let found = world.recommend("pump:200");
    assert_eq!((found.depots[0].quantity, found.depots[0].contributes), (4, 400));
    assert_eq!(found.shortfalls[0].missing, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_need_is_met_or_what_is_missing_is_told(
        pumps in proptest::collection::vec((0.1_f64..70.0, 0_u32..5, 0_u32..600), 0..12),
        boats in proptest::collection::vec((0.1_f64..70.0, 0_u32..5), 0..8),
        (boats_needed, amount) in (1_u32..6, 1_u32..2_500),
    ) {
        let mut world = World::new();
        for (number, (km, standing, amount)) in pumps.iter().enumerate() {
            world.pump(&format!("p-{number}"), *km, *amount).standing = doing(*standing);
        }
        for (number, (km, standing)) in boats.iter().enumerate() {
            world.boat(&format!("b-{number}"), *km).standing = doing(*standing);
        }
        let found = world.recommend(&format!("boat_rescue:{boats_needed},pump:{amount}"));
        for (need, wanted) in [(0, boats_needed), (1, amount)] {
            let items: Vec<_> = found.items.iter().filter(|item| item.need == need).collect();
            let sent: u32 = items.iter().map(|item| item.contributes).sum();
            let code = ["boat_rescue", "pump"][need];
            let wanted_code = |s: &&Shortfall| s.need.wanted == Wanted::Ability(code.into());
            let missing = found.shortfalls.iter().find(wanted_code).map_or(0, |s| s.missing);
            prop_assert_eq!(missing, wanted.saturating_sub(sent));
            // Nobody is sent without whom there is enough.
            prop_assert!(items.iter().all(|item| sent - item.contributes < wanted));
            // Whoever can is sent, or it is said why not.
            let can = if need == 0 { boats.len() } else { pumps.len() };
            let passed_over = found.rejected.iter().filter(|r| r.need == need).count();
            prop_assert_eq!(items.len() + passed_over, can);
            if missing > 0 {
                let free = found.alternatives.iter().filter(|item| item.need == need).count();
                prop_assert_eq!(free, 0);
            }
        }
        let mut once: Vec<_> = found.items.iter().map(|item| &item.unit).collect();
        once.sort_unstable();
        prop_assert!(once.windows(2).all(|two| two[0] != two[1]));
    }
}

fn doing(number: u32) -> Standing {
    match number {
        0 => Standing::Busy { incident: "i-1".into(), back: None },
        1 => Standing::NotReady { reason: "检修".into() },
        2..=4 => Standing::Free,
        _ => Standing::Resting { until: NOW },
    }
}

/// A team with a boat.
fn boat_team(id: &str) -> Unit {
    Unit { capabilities: vec!["水域救援".into()], ..Unit::sample(id, UnitKind::Team) }
}

#[test]
fn a_unit_at_a_drill_is_proposed_as_if_it_were_free_and_it_is_said_where_it_is() {
    let mut world = World::new();
    world.boat("b-1", 5.0).standing = Standing::AtDrill { incident: "i-9".into() };
    world.boat("b-2", 6.0);
    let found = world.recommend("boat_rescue:1");
    assert_eq!(units(&found.items), ["b-1"]);
    let leaves = Reason::LeavesDrill { incident: "i-9".into() };
    assert!(found.items[0].reasons.contains(&leaves), "{:?}", found.items[0].reasons);
    assert!(leaves.zh(&catalogue()).contains("演练"));
    world.cover("990101001000", 5.0, 30);
    let near = world.ask(|scene| coverage(scene)[0].near);
    assert_eq!(near, 2, "it counts as near");
}
