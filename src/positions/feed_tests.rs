//! The feed as those around it see it: reports in, fixes out.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    check::{Fault, Ground, Settings},
    feed::{Outcome, Positions},
    report::{Fix, Flags, Report},
    testing::{NOW, gateway, report, settings, unit, units},
    units::UnitNumber,
    wire,
};
use crate::domain::time::Timestamp;

#[test]
fn good_positions_are_taken_and_bad_ones_named_with_their_place() {
    let positions = county(2);
    let outcome = positions.report(
        &[
            report("v-0", 114.5, 35.6, 0),
            report("nobody", 114.5, 35.6, 0),
            report("v-1", 35.6, 114.5, 0),
            report("v-1", f64::NAN, 35.6, 0),
            report("v-1", 114.6, 35.6, 61),
            report("v-1", 114.6, 35.6, -86_401),
            report("v-1", 114.6, 35.6, 0),
        ],
        &gateway("g"),
        NOW,
    );
    assert_eq!((outcome.accepted, outcome.dropped), (2, 5));
    let named: Vec<_> = outcome.refusals.iter().map(|r| (r.index, r.fault)).collect();
    let expected = [
        (1, Fault::UnknownUnit),
        (2, Fault::Swapped),
        (3, Fault::OutOfRange),
        (4, Fault::FromTheFuture),
        (5, Fault::TooOld),
    ];
    assert_eq!(named, expected);
    assert_eq!(places(&positions), [(0, 114.5), (1, 114.6)]);
    let rows = positions.refusals();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.count == 1 && row.speaker == "g"));
}

#[test]
fn a_gateway_of_one_township_moves_nobody_elses_units() {
    let positions = Positions::new(settings());
    positions.know(vec![unit("own", "990101001"), unit("other", "990101002")], None);
    let mut speaker = gateway("g");
    speaker.area = "990101001".parse().unwrap();
    let both = [report("own", 114.5, 35.6, 0), report("other", 114.5, 35.6, 0)];
    let outcome = positions.report(&both, &speaker, NOW);
    assert_eq!((outcome.accepted, outcome.refusals[0].fault), (1, Fault::NotYours));
    assert_eq!(places(&positions), [(0, 114.5)]);
}

#[test]
fn late_and_repeated_positions_are_counted_and_not_complained_about() {
    let positions = county(1);
    let again = [
        report("v-0", 114.5, 35.6, 5),
        report("v-0", 114.4, 35.6, 4),
        report("v-0", 114.5, 35.6, 5),
    ];
    let outcome = positions.report(&again, &gateway("g"), NOW);
    let expected = Outcome { accepted: 1, dropped: 2, ..Outcome::default() };
    assert_eq!(outcome, expected);
    assert!(positions.refusals().is_empty());
    assert_eq!(refused(&positions, Fault::OutOfOrder), 2);
}

#[test]
fn a_flood_from_one_login_is_cut_and_no_other_pays_for_it() {
    let positions = Positions::new(Settings { per_login_burst: 10_000, ..settings() });
    positions.know(units(2), None);
    let flood: Vec<Report> = (0..15_000_i64).map(|ms| at_ms("v-0", 114.5, ms - 20_000)).collect();
    let outcome = positions.report(&flood, &gateway("loud"), NOW);
    assert_eq!((outcome.accepted, outcome.dropped, outcome.flooded), (10_000, 5_000, false));
    assert_eq!((outcome.refusals[0].index, outcome.refusals[0].fault), (10_000, Fault::Flood));
    assert!(positions.report(&flood, &gateway("loud"), NOW).flooded);
    let quiet = positions.report(&[report("v-1", 114.5, 35.6, 0)], &gateway("quiet"), NOW);
    assert_eq!(quiet.accepted, 1);
    let rows = positions.refusals();
    assert_eq!((rows[0].fault, rows[0].count), (Fault::Flood, 20_000));
}

#[test]
fn garbage_from_redis_is_counted_and_shown_and_never_on_the_map() {
    let positions = county(1);
    let redis = super::Speaker::redis("990101".parse().unwrap());
    assert!(positions.raw(b"\xff\xfe garbage", &redis, NOW).is_err());
    assert!(positions.raw(b"7", &redis, NOW).is_err());
    let mixed =
        format!(r#"[7,{{"unit":"v-0","lon":114.5,"lat":35.6,"at":"{NOW}"}},{{"unit":"v-0"}}]"#);
    let outcome = positions.raw(mixed.as_bytes(), &redis, NOW).unwrap();
    assert_eq!((outcome.accepted, outcome.dropped), (1, 2));
    assert_eq!(outcome.refusals[1].field.as_deref(), Some("lon"));
    let rows = positions.refusals();
    assert_eq!((rows.len(), rows[0].count, rows[0].speaker.as_str()), (1, 4, "redis"));
    assert!(rows[0].example.text.contains("garbage"), "{:?}", rows[0].example);
}

#[test]
fn listeners_get_what_was_accepted_in_order() {
    let positions = county(2);
    let mut feed = positions.subscribe();
    for second in 0..600 {
        let moved = 114.5 + 0.000_1 * second as f64;
        positions.report(
            &[report("v-0", moved, 35.6, second), report("v-1", moved, 35.6, second - 1)],
            &gateway("g"),
            Timestamp::from_millis(NOW.millis() + second * 1_000),
        );
    }
    let mut last = [None, None];
    while let Ok(fixes) = feed.try_recv() {
        for fix in fixes.iter() {
            assert!(last[fix.unit.index()].replace(fix.at) < Some(fix.at));
        }
    }
    assert!(last.iter().all(Option::is_some));
}

#[test]
fn twenty_thousand_positions_in_one_go_are_all_taken() {
    let positions = county(20_000);
    let all: Vec<Report> = (0..20_000)
        .map(|number| report(&format!("v-{number}"), 114.3 + f64::from(number) * 1e-5, 35.6, 0))
        .collect();
    let outcome = positions.report(&all, &gateway("g"), NOW);
    assert_eq!((outcome.accepted, outcome.dropped), (20_000, 0));
    assert_eq!(positions.latest().len(), 20_000);
    let pending = positions.take_pending();
    assert_eq!((pending.points.len(), pending.last.len()), (20_000, 5_000));
    let rest: usize = (0..4).map(|_| positions.take_pending().last.len()).sum();
    assert_eq!(rest, 15_000);
}

#[test]
fn another_nodes_fixes_are_followed_without_being_asked_again() {
    let (here, there) = (county(2), county(3));
    here.report(&[report("v-0", 114.5, 35.6, 10)], &gateway("g"), NOW);
    let mut heard = there.subscribe();
    there.report(
        &[
            report("v-0", 114.6, 35.6, 5),
            report("v-1", 114.7, 35.6, 6),
            report("v-2", 114.7, 35.6, 6),
        ],
        &gateway("g"),
        NOW,
    );
    let fixes = heard.try_recv().unwrap();
    let mut told = here.subscribe();
    here.follow(&wire::encode(&there.registry(), &fixes), NOW);
    assert_eq!(places(&here), [(0, 114.5), (1, 114.7)]);
    let told = told.try_recv().unwrap();
    assert!(told.len() == 1 && told[0].flags.contains(Flags::FOLLOWED));
    let counts = here.counts();
    assert_eq!((counts.followed, refused(&here, Fault::UnknownUnit)), (1, 1));
    here.follow(b"garbage", NOW);
    assert_eq!(here.counts().garbled, 1);
}

#[test]
fn a_node_whose_clock_is_ahead_puts_nobody_elses_units_into_the_future() {
    let (here, ahead) = (county(2), county(2));
    let mut heard = ahead.subscribe();
    let later = NOW + std::time::Duration::from_secs(3_600);
    let reports = [report("v-0", 114.6, 35.6, 3_600), report("v-1", 114.6, 35.6, -86_401)];
    ahead.report(&reports[..1], &gateway("g"), later);
    ahead.report(&reports[1..], &gateway("g"), NOW - std::time::Duration::from_secs(3_600));
    while let Ok(fixes) = heard.try_recv() {
        here.follow(&wire::encode(&ahead.registry(), &fixes), NOW);
    }
    assert!(places(&here).is_empty());
    // What it would otherwise have kept away for an hour.
    here.report(&[report("v-0", 114.5, 35.6, 0)], &gateway("g"), NOW);
    assert_eq!(places(&here), [(0, 114.5)]);
}

#[test]
fn a_unit_off_the_list_is_off_the_map() {
    let positions = county(2);
    positions.report(
        &[report("v-0", 114.5, 35.6, 0), report("v-1", 114.5, 35.6, 0)],
        &gateway("g"),
        NOW,
    );
    positions.know(units(1), None);
    assert_eq!(places(&positions), [(0, 114.5)]);
    let outcome = positions.report(&[report("v-1", 114.5, 35.6, 1)], &gateway("g"), NOW);
    assert_eq!(outcome.refusals[0].fault, Fault::UnknownUnit);
}

#[test]
fn units_are_put_back_where_they_were_but_never_ahead_of_the_clock() {
    let positions = county(3);
    let all = [report("v-0", 114.5, 35.6, 0), report("v-1", 114.5, 35.6, 50)];
    positions.report(&all, &gateway("g"), NOW);
    let pending = positions.take_pending();
    let records: Vec<Vec<u8>> =
        pending.last.iter().map(|fix| wire::encode(&pending.registry, &[*fix])).collect();
    let restarted = county(3);
    let earlier = Timestamp::from_millis(NOW.millis() - 30_000);
    assert_eq!(restarted.restore(&records, earlier), 1);
    assert_eq!(places(&restarted), [(0, 114.5)]);
    assert_eq!(restarted.restore(&[b"garbage".to_vec()], NOW), 0);
}

proptest! {
    #[test]
    fn the_map_shows_what_a_naive_reading_of_all_reports_shows(
        reports in prop::collection::vec((0_u32..5, 0_i64..200, 0_u32..1_000), 1..300),
    ) {
        let positions = county(5);
        let all: Vec<Report> = reports
            .iter()
            .map(|(unit, second, east)| {
                let lon = 114.5 + f64::from(*east) * 1e-6;
                report(&format!("v-{unit}"), lon, 35.6, *second - 200)
            })
            .collect();
        for part in all.chunks(7) {
            positions.report(part, &gateway("g"), NOW);
        }
        let mut naive = std::collections::BTreeMap::new();
        for report in &all {
            let entry = naive.entry(report.unit.to_string()).or_insert((report.at, report.lon));
            if report.at > entry.0 {
                *entry = (report.at, report.lon);
            }
        }
        let registry = positions.registry();
        for fix in positions.latest() {
            let id = registry.get(fix.unit).unwrap().id.to_string();
            let (at, lon) = naive.remove(&id).unwrap();
            prop_assert!(fix.at == at && (fix.lon - lon).abs() < 1e-7);
        }
        prop_assert!(naive.is_empty());
    }
}

fn county(count: usize) -> Positions {
    let positions = Positions::new(settings());
    positions.know(units(count), Some(Ground([114.2, 35.4, 114.7, 35.8])));
    positions
}

fn places(positions: &Positions) -> Vec<(usize, f64)> {
    let latest: Vec<Fix> = positions.latest();
    latest.iter().map(|fix| (UnitNumber::index(fix.unit), fix.lon)).collect()
}

fn refused(positions: &Positions, fault: Fault) -> u64 {
    let counts = positions.counts();
    counts.refused.iter().find(|(other, _)| *other == fault).unwrap().1
}

fn at_ms(unit: &str, lon: f64, ms: i64) -> Report {
    let at = Timestamp::from_millis(NOW.millis() + ms);
    Report { at, ..report(unit, lon, 35.6, 0) }
}

#[test]
fn a_position_is_small_and_so_is_the_handle() {
    assert!(size_of::<Fix>() <= 80, "{}", size_of::<Fix>());
    assert_eq!(size_of::<Positions>(), size_of::<Arc<()>>());
}
