//! What the index must find: by example, and beside a look at each area.

use proptest::prelude::*;

use super::*;

#[test]
fn a_polygon_touches_the_villages_whose_centres_it_covers() {
    let areas = county();
    let shape = Shape::Polygon(vec![
        [114.0, 35.0],
        [114.25, 35.0],
        [114.25, 35.3],
        [114.0, 35.3],
        [114.0, 35.0],
    ]);
    let touched = areas.touched_by(&shape);
    assert!(touched.contains(&code("990101001001")));
    assert!(!touched.contains(&code("990101002001")));
    // The county has a boundary and the polygon crosses it.
    assert!(touched.contains(&code("990101")));
}

#[test]
fn a_circle_reaches_across_a_boundary_it_does_not_lie_in() {
    let areas = county();
    // 0.05 degrees of longitude west of the county's edge is about 4.5 km at 35° north.
    let beside = |radius_km| Shape::Circle { center: [113.95, 35.1], radius_km };
    assert!(areas.touched_by(&beside(5.0)).contains(&code("990101")));
    assert!(!areas.touched_by(&beside(4.0)).contains(&code("990101")));
}

#[test]
fn the_villages_of_a_township_are_its_range_of_codes() {
    let areas = county();
    let inside: Vec<AreaCode> = areas.inside(code("990101001")).map(|area| area.code).collect();
    assert_eq!(inside, [code("990101001"), code("990101001001")]);
    assert_eq!(areas.children(code("990101")).count(), 2);
}

#[test]
fn a_point_on_the_boundary_is_touched() {
    let areas = county();
    let square = |[west, south]: LonLat, [east, north]: LonLat| {
        Shape::Polygon(vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ])
    };
    let village = code("990101001001");
    // On a side, on a corner, and a hair beside it.
    for (low, high, touched) in [
        ([114.2, 35.0], [114.3, 35.3], true),
        ([114.0, 35.2], [114.3, 35.3], true),
        ([114.2, 35.2], [114.3, 35.3], true),
        ([114.1, 35.1], [114.2, 35.2], true),
        ([114.200_000_000_1, 35.0], [114.3, 35.3], false),
    ] {
        assert_eq!(areas.touched_by(&square(low, high)).contains(&village), touched, "{low:?}");
    }
}

#[test]
fn an_area_saved_after_a_shape_was_asked_about_is_found_by_the_next() {
    let mut areas = county();
    let shape = Shape::Circle { center: [114.2, 35.2], radius_km: 1.0 };
    assert!(areas.touched_by(&shape).contains(&code("990101001001")));
    areas.save(area("990101001002", Some([114.2, 35.2]), Vec::new()));
    areas.save(area("990101001001", Some([114.4, 35.4]), Vec::new()));
    let touched = areas.touched_by(&shape);
    assert!(touched.contains(&code("990101001002")) && !touched.contains(&code("990101001001")));
}

#[test]
fn the_index_is_neither_kept_nor_compared() {
    let (asked, unasked) = (county(), county());
    asked.touched_by(&Shape::Circle { center: [114.2, 35.2], radius_km: 1.0 });
    assert_eq!(asked, unasked);
    let text = serde_json::to_string(&asked).unwrap();
    assert_eq!(text, serde_json::to_string(&unasked).unwrap());
    assert!(text.starts_with("{\"by_code\":{") && !text.contains("index"), "{text}");
    assert_eq!(serde_json::from_str::<Areas>(&text).unwrap(), asked);
}

#[test]
fn a_circle_is_found_across_the_antimeridian_and_around_a_pole() {
    let mut areas = Areas::default();
    for (text, at) in [("990101001001", [179.9, 0.0]), ("990101001002", [-179.9, 0.0])] {
        areas.save(area(text, Some(at), Vec::new()));
    }
    areas.save(area("990101001003", Some([-60.0, 89.5]), Vec::new()));
    for (center, radius_km, found) in [
        ([180.0, 0.0], 12.0, 2),
        ([-180.0, 0.0], 12.0, 2),
        ([179.9, 0.0], 1.0, 1),
        ([120.0, 89.5], 112.0, 1),
        ([120.0, 89.5], 110.0, 0),
        ([0.0, 0.0], 20_016.0, 3),
    ] {
        let shape = Shape::Circle { center, radius_km };
        assert_eq!(areas.touched_by(&shape).len(), found, "{center:?}");
        assert_eq!(areas.touched_by(&shape), linear::touched_by(&areas, &shape));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_look_at_each_area_finds(
        areas in some_areas(),
        shapes in prop::collection::vec(some_shape(), 1..4),
    ) {
        let jurisdiction = code("990101");
        for shape in &shapes {
            prop_assert_eq!(areas.touched_by(shape), linear::touched_by(&areas, shape));
            let extent = areas.extent(jurisdiction, &[], &[shape]);
            prop_assert_eq!(extent, linear::extent(&areas, jurisdiction, shape));
        }
    }
}

#[test]
fn a_country_of_villages_is_searched_as_it_would_be_one_by_one() {
    let mut areas = Areas::default();
    // Rows on a grid, so that edges run through many of them, and a spiral between.
    for number in 0..8_000_u32 {
        let (n, turn) = (f64::from(number), f64::from(number) * 0.1);
        let at = if number % 2 == 0 {
            [100.0 + f64::from(number % 200) / 10.0, 25.0 + f64::from(number / 200) / 4.0]
        } else {
            [110.0 + turn.cos() * n / 800.0, 30.0 + turn.sin() * n / 800.0]
        };
        let text = format!("990101{:03}{:03}", 1 + number / 900, 1 + number % 900);
        areas.save(area(&text, Some(at), Vec::new()));
    }
    for size in [0.1, 1.0, 4.0, 9.0] {
        // A star of 200 points with as many concave corners.
        let star = (0..=200).map(|point| {
            let turn = f64::from(point % 200) / 200.0 * std::f64::consts::TAU;
            let reach = if point % 2 == 0 { size } else { size * 0.7 };
            [110.0 + reach * turn.cos(), 30.0 + reach * turn.sin()]
        });
        let square = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]];
        let square = square.map(|[x, y]| [110.0 + x * size, 30.0 + y * size]);
        let circle = Shape::Circle { center: [110.0, 30.0], radius_km: size * 100.0 };
        for shape in [Shape::Polygon(star.collect()), Shape::Polygon(square.to_vec()), circle] {
            let touched = areas.touched_by(&shape);
            assert!(!touched.is_empty());
            assert_eq!(touched, linear::touched_by(&areas, &shape));
        }
    }
}

/// A county and a neighbour, with points and outlines on a coarse grid, so that edges and corners meet.
fn some_areas() -> impl Strategy<Value = Areas> {
    let saved = || (some_code(), prop::option::weighted(0.9, on_grid()), some_outline());
    // Few leave townships empty, many fill the tree.
    let few = prop::collection::vec(saved(), 0..20);
    prop_oneof![few, prop::collection::vec(saved(), 0..400)].prop_map(|saved| {
        let mut areas = Areas::default();
        for (text, centroid, outline) in saved {
            areas.save(area(&text, centroid, outline));
        }
        areas
    })
}

fn some_code() -> impl Strategy<Value = String> {
    let village = (1..3_u32, 0..4_u32, 0..999_u32);
    village.prop_map(|(county, township, village)| {
        let village = if village > 900 { 0 } else { village };
        format!("9901{county:02}{township:03}{village:03}")
    })
}

fn on_grid() -> impl Strategy<Value = LonLat> {
    let step = || prop_oneof![4 => (0..40_u32).prop_map(f64::from), 1 => 0.0..40.0_f64];
    (step(), step()).prop_map(|(x, y)| [110.0 + x / 8.0, 30.0 + y / 8.0])
}

/// Mostly none; else one or two pieces, of which some have a hole that may reach out of them.
fn some_outline() -> impl Strategy<Value = Vec<Vec<Vec<LonLat>>>> {
    let piece = prop::collection::vec(some_ring(), 1..3);
    prop_oneof![8 => Just(Vec::new()), 2 => prop::collection::vec(piece, 1..3)]
}

fn some_shape() -> impl Strategy<Value = Shape> {
    let circle = (on_grid(), prop_oneof![Just(0.0), 0.0..50.0_f64, 0.0..1_000.0_f64]);
    prop_oneof![
        3 => some_ring().prop_map(Shape::Polygon),
        1 => circle.prop_map(|(center, radius_km)| Shape::Circle { center, radius_km }),
    ]
}

/// Plain, concave, or with corners anywhere: it may touch or cross itself and run along itself.
fn some_ring() -> impl Strategy<Value = Vec<LonLat>> {
    let around = (on_grid(), prop::collection::vec(0.1..2.0_f64, 3..40));
    let around = around.prop_map(|(center, reaches)| {
        let step = std::f64::consts::TAU / reaches.len() as f64;
        let corner = |(n, reach): (usize, &f64)| {
            let (sin, cos) = (n as f64 * step).sin_cos();
            [center[0] + reach * cos, center[1] + reach * sin]
        };
        reaches.iter().enumerate().map(corner).collect::<Vec<_>>()
    });
    let square = (on_grid(), on_grid())
        .prop_map(|([ax, ay], [bx, by])| vec![[ax, ay], [bx, ay], [bx, by], [ax, by]]);
    let anyhow = prop::collection::vec(on_grid(), 1..12);
    let ring = prop_oneof![2 => around, 2 => square, 3 => anyhow];
    (ring, prop::bool::weighted(0.9)).prop_map(|(mut ring, is_closed)| {
        ring.extend(is_closed.then(|| ring[0]));
        ring
    })
}

fn county() -> Areas {
    let mut areas = Areas::default();
    let square = vec![[114.0, 35.0], [114.5, 35.0], [114.5, 35.5], [114.0, 35.5], [114.0, 35.0]];
    areas.save(area("990101", None, vec![vec![square]]));
    areas.save(area("990101001", Some([114.1, 35.1]), Vec::new()));
    areas.save(area("990101001001", Some([114.2, 35.2]), Vec::new()));
    areas.save(area("990101002", Some([114.4, 35.1]), Vec::new()));
    areas.save(area("990101002001", Some([114.4, 35.2]), Vec::new()));
    areas
}

fn area(text: &str, centroid: Option<LonLat>, outline: Vec<Vec<Vec<LonLat>>>) -> Area {
    Area { code: code(text), name: text.into(), centroid, outline }
}

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}
