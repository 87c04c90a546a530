//! Ways over a small network, as people who know the roads would reckon them.

use super::*;
use crate::domain::area::{LonLat, Shape, distance_m};

/// 0.01° of longitude at 35° north.
const EAST_M: f64 = 910.9;

#[test]
fn a_way_over_roads_takes_what_its_classes_take() {
    let (network, speeds) = (cross(), plain());
    let trip = trip(&network, &[], &speeds, [114.0, 35.0], [114.1, 35.0]);
    // Ten times 910.9 m at 60 km/h.
    let Reach::By(Trip { seconds, metres, way: Way::Road { off_m: 0 } }) = trip else {
        panic!("{trip:?}")
    };
    assert!((f64::from(metres) - 10.0 * EAST_M).abs() < 10.0, "{metres}");
    assert!((f64::from(seconds) - 10.0 * EAST_M / 60.0 * 3.6).abs() < 2.0, "{seconds}");
}

#[test]
fn roads_that_cross_between_their_ends_are_joined_where_they_share_a_position() {
    let (network, speeds) = (cross(), plain());
    assert_eq!((network.places(), network.stretches()), (5, 4));
    let Reach::By(trip) = trip(&network, &[], &speeds, [114.05, 35.05], [114.1, 35.0]) else {
        panic!()
    };
    assert!(matches!(trip.way, Way::Road { .. }), "{trip:?}");
}

#[test]
fn a_place_beside_a_road_is_reached_from_its_nearest_point() {
    let (network, speeds) = (cross(), plain());
    let Reach::By(near) = trip(&network, &[], &speeds, [114.03, 35.001], [114.04, 35.0]) else {
        panic!()
    };
    let Way::Road { off_m } = near.way else { panic!("{near:?}") };
    assert!((110..113).contains(&off_m), "{off_m}");
    // 111 m times 1.4 off the road at 15 km/h, and 911 m on it at 60 km/h.
    assert!((91..94).contains(&near.seconds), "{near:?}");
}

#[test]
fn where_no_road_is_near_the_way_is_straight_times_the_factor_and_says_so() {
    let (network, speeds) = (cross(), plain());
    for network in [Some(&network), None] {
        let cuts = Cuts::default();
        let travel = Travel { network, cuts: &cuts, speeds: &speeds };
        let from = travel.spot([114.0, 35.5]);
        let Reach::By(trip) = travel.to(&travel.spot([114.05, 35.05])).from(&from) else {
            panic!()
        };
        assert_eq!(trip.way, Way::Straight { factor: 1.4 });
        let straight = distance_m([114.0, 35.5], [114.05, 35.05]);
        assert!((f64::from(trip.metres) - 1.4 * straight).abs() < 1.0);
        assert!((f64::from(trip.seconds) - 1.4 * straight / 10.0).abs() < 1.0);
    }
}

#[test]
fn a_closure_is_driven_around_where_one_can() {
    let ring = ring();
    let speeds = plain();
    let [from, to] = [[114.0, 35.0], [114.1, 35.0]];
    let direct = trip(&ring, &[], &speeds, from, to).trip().unwrap();
    let around = trip(&ring, &[flood([114.05, 35.0], 0.3)], &speeds, from, to).trip().unwrap();
    assert!(around.metres > direct.metres + 10_000, "{direct:?} {around:?}");
    let road = Closure::Road("south".into());
    // It begins and ends on the closed road: the open ones are reached where they begin.
    assert_eq!(trip(&ring, &[road], &speeds, from, to).trip().unwrap().metres, around.metres);
}

#[test]
fn what_closures_cut_off_is_told_apart_from_what_no_road_leads_to() {
    let (ring, speeds) = (ring(), plain());
    let [from, to] = [[114.0, 35.0], [114.1, 35.0]];
    let cut = [flood([114.05, 35.0], 0.3), flood([114.05, 35.1], 0.3)];
    let Reach::Closed(while_open) = trip(&ring, &cut, &speeds, from, to) else { panic!() };
    assert!(matches!(while_open.way, Way::Road { .. }));
    // The same for a place in the middle of the flood, farther from open road than one goes off it.
    let wide = [flood([114.05, 35.0], 3.0)];
    let middle = trip(&ring, &wide, &speeds, from, [114.05, 35.0]);
    assert!(matches!(middle, Reach::Closed(_)), "{middle:?}");
    // At its edge one gets near enough: the rest is off the road.
    let edge = trip(&ring, &[flood([114.05, 35.0], 1.0)], &speeds, from, [114.05, 35.0]);
    let Reach::By(Trip { way: Way::Road { off_m }, .. }) = edge else { panic!("{edge:?}") };
    assert!((990..1_010).contains(&off_m), "{off_m}");
    // Where there never was a road, closures change nothing.
    let nowhere = trip(&ring, &cut, &speeds, from, [115.5, 36.5]);
    assert!(matches!(nowhere, Reach::By(Trip { way: Way::Straight { .. }, .. })), "{nowhere:?}");
}

#[test]
fn an_open_stretch_that_leads_nowhere_does_not_hide_the_road_behind_it() {
    // The lane beside the house is closed at both ends; the main road is 500 m away.
    let lane = vec![[114.0, 35.0], [114.01, 35.0]];
    let main = vec![[114.0, 34.9955], [114.01, 34.9955], [114.1, 34.9955]];
    let joins = vec![[114.0, 35.0], [114.0, 34.9955]];
    let network = network(&[("lane", &lane), ("main", &main), ("joins", &joins)]);
    let closed = [flood([114.0, 35.0], 0.2), flood([114.01, 35.0], 0.2)];
    let speeds = plain();
    let reached = trip(&network, &closed, &speeds, [114.005, 35.0], [114.1, 34.9955]);
    let Reach::By(Trip { way: Way::Road { .. }, metres, .. }) = reached else {
        panic!("{reached:?}")
    };
    assert!(metres < 10_000, "{metres}");
}

#[test]
fn every_way_over_a_grid_of_streets_is_as_short_as_a_plain_search_finds_it() {
    // Bellman and Ford over the same streets, node by node, as the oracle.
    let side = 6_usize;
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let at = |x: usize, y: usize| [114.0 + x as f64 * 0.01, 35.0 + y as f64 * 0.01];
    let streets: Vec<(String, Vec<LonLat>)> = (0..side)
        .flat_map(|n| {
            let row = (0..side).map(|x| at(x, n)).collect();
            let column = (0..side).map(|y| at(n, y)).collect();
            [(format!("row-{n}"), row), (format!("column-{n}"), column)]
        })
        .collect();
    let roads: Vec<(&str, &Vec<LonLat>)> =
        streets.iter().map(|(id, at)| (id.as_str(), at)).collect();
    let network = network(&roads);
    assert_eq!(network.places(), side * side);
    let closed = [flood(at(2, 2), 0.4), flood(at(3, 1), 0.4)];
    let is_shut = |a: LonLat| a == at(2, 2) || a == at(3, 1);
    let speeds = Speeds { crossing_s: 0, ..plain() };
    let mut best = vec![f64::MAX; side * side];
    best[0] = 0.0;
    for _ in 0..side * side {
        for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
            let steps =
                [(x + 1, y), (x, y + 1)].into_iter().filter(|(x, y)| *x < side && *y < side);
            for (nx, ny) in steps {
                let length = distance_m(at(x, y), at(nx, ny));
                if is_shut(at(x, y)) || is_shut(at(nx, ny)) {
                    continue;
                }
                let (a, b) = (y * side + x, ny * side + nx);
                best[b] = best[b].min(best[a] + length);
                best[a] = best[a].min(best[b] + length);
            }
        }
    }
    for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
        if is_shut(at(x, y)) {
            continue;
        }
        let reached = trip(&network, &closed, &speeds, at(0, 0), at(x, y)).trip().unwrap();
        let expected = best[y * side + x];
        assert!((f64::from(reached.metres) - expected).abs() < 2.0, "{x} {y}: {reached:?}");
    }
}

fn trip(network: &Network, closed: &[Closure], speeds: &Speeds, from: LonLat, to: LonLat) -> Reach {
    let cuts = Cuts::new(network, closed);
    let travel = Travel { network: Some(network), cuts: &cuts, speeds };
    travel.to(&travel.spot(to)).from(&travel.spot(from))
}

fn flood(center: LonLat, radius_km: f64) -> Closure {
    Closure::Within(Shape::Circle { center, radius_km })
}

fn plain() -> Speeds {
    Speeds {
        class_kmh: [("county".into(), 60)].into(),
        crossing_s: 0,
        off_road_kmh: 15,
        detour: 1.4,
        ..Speeds::default()
    }
}

/// Two roads that cross in the middle.
fn cross() -> Network {
    let west_east = vec![[114.0, 35.0], [114.05, 35.0], [114.1, 35.0]];
    let south_north = vec![[114.05, 34.95], [114.05, 35.0], [114.05, 35.05]];
    network(&[("we", &west_east), ("sn", &south_north)])
}

/// Four roads around a square.
fn ring() -> Network {
    let corners = [[114.0, 35.0], [114.1, 35.0], [114.1, 35.1], [114.0, 35.1]];
    let side = |a: usize, b: usize| vec![corners[a], corners[b]];
    let sides = [side(0, 1), side(1, 2), side(2, 3), side(3, 0)];
    network(&[("south", &sides[0]), ("east", &sides[1]), ("north", &sides[2]), ("west", &sides[3])])
}

fn network(roads: &[(&str, &Vec<LonLat>)]) -> Network {
    let parts: Vec<[Vec<LonLat>; 1]> =
        roads.iter().map(|(_, points)| [(*points).clone()]).collect();
    let roads = roads.iter().zip(&parts);
    let roads = roads.map(|((id, _), parts)| Road { id, class: "county", parts });
    Network::new(roads, &plain())
}
