//! Where the vehicles are: on roads, at speeds that can be, and out where it is red.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use super::{roads::metres, *};
use crate::demo::{self, STORM};

/// A steady minute of the clock, so that every period begins with it.
const START: i64 = 1_784_900_000_000 / 60_000 * 60_000;

#[test]
fn the_same_seed_gives_the_same_reports_and_another_seed_others() {
    let night = |seed| {
        let mut fleet = fleet(None, seed);
        (0..600).flat_map(|second| fleet.reports(after(second))).collect::<Vec<_>>()
    };
    let first = night(1);
    assert_eq!(first, night(1));
    assert_ne!(first, night(2));
}

#[test]
fn where_a_vehicle_is_does_not_depend_on_how_often_it_is_asked() {
    let storm = Storm::load(STORM).unwrap();
    let (mut often, mut seldom) = (fleet(Some(&storm), 5), fleet(Some(&storm), 5));
    for second in 0..3_601 {
        let reports = often.reports(after(second));
        if second % 900 == 0 {
            assert_eq!(reports, seldom.reports(after(second)), "after {second} s");
        }
    }
}

#[test]
fn every_vehicle_reports_at_its_own_period_and_some_fall_silent() {
    let mut fleet = fleet(None, 3);
    assert_eq!(fleet.len(), 577);
    let mut heard: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for second in 0..1_200 {
        for report in fleet.reports(after(second)) {
            heard.entry(report.vehicle).or_default().push(second);
        }
    }
    assert_eq!(heard.len(), 577, "everybody is heard within twenty minutes");
    let mut silences = 0;
    for (vehicle, seconds) in heard {
        let period = i64::from(fleet.vehicles[vehicle].unit.reports_every_s);
        for pair in seconds.windows(2) {
            let gap = pair[1] - pair[0];
            assert_eq!(gap % period, 0, "vehicle {vehicle}");
            silences += usize::from(gap > 2 * period);
        }
    }
    assert!((20..400).contains(&silences), "{silences} silences");
}

#[test]
fn nobody_jumps_and_nobody_speeds() {
    let storm = Storm::load(STORM).unwrap();
    let mut fleet = fleet(Some(&storm), 8);
    let mut last: BTreeMap<usize, Report> = BTreeMap::new();
    let mut driven = 0;
    for second in 0..3_600 {
        for report in fleet.reports(after(second)) {
            assert!((0.0..=80.0).contains(&report.speed), "{report:?}");
            assert!(report.heading.is_none_or(|degrees| (0.0..360.0).contains(&degrees)));
            assert_eq!(report.heading.is_none(), report.speed == 0.0);
            driven += usize::from(report.speed > 0.0);
            if let Some(before) = last.insert(report.vehicle, report.clone()) {
                let seconds = report.at.since(before.at).as_secs_f64();
                let metres = metres([before.lon, before.lat], [report.lon, report.lat]);
                let off = 4.0 * JITTER_M;
                // It is at its base first, up to some hundred metres from the road.
                assert!(metres <= seconds * 80.0 / 3.6 + off + 400.0, "{before:?} {report:?}");
            }
        }
    }
    assert!(driven > 5_000, "{driven} reports on the way");
}

#[test]
fn a_red_warning_brings_vehicles_to_the_points_of_risk() {
    let storm = Storm::load(STORM).unwrap();
    let county = demo::county().unwrap();
    let mut out = fleet(Some(&storm), 20_210_721);
    let mut home = fleet(None, 20_210_721);
    let unrepaired = county
        .sites
        .iter()
        .find(|site| matches!(&site.facts, Facts::RiskPoint(point) if !point.repaired));
    let at = unrepaired.unwrap().at;
    // An hour of the storm at sixty times its pace is past the red warnings for the hills.
    let near = |fleet: &mut Fleet| {
        let mut near = std::collections::BTreeSet::new();
        for second in 2_400..3_600 {
            let reports = fleet.reports(after(second));
            let close = reports.iter().filter(|r| metres([r.lon, r.lat], at) < 4_000.0);
            near.extend(close.map(|report| report.vehicle));
        }
        near.len()
    };
    let (out, home) = (near(&mut out), near(&mut home));
    assert!(out > home + 10, "{out} vehicles when it is red, {home} otherwise");
}

#[test]
fn who_is_sent_drives_to_the_very_place_without_a_jump_and_home_again() {
    let mut fleet = fleet(None, 11);
    let scene = [114.447, 35.6304];
    for unit in ["990101-rubber_boat-01", "990101-01t"] {
        let unit: UnitId = unit.parse().unwrap();
        assert!(fleet.send(&unit, scene, after(0)));
        let (mut second, mut last) = (0, None);
        while !fleet.is_there(&unit, after(second)) {
            second += 1;
            let here = place(&mut fleet, &unit, after(second));
            let step = last.map_or(0.0, |before| metres(before, here));
            assert!(step <= 30.0, "{unit} leapt {step} m in a second");
            last = Some(here);
            assert!(second < 3_600, "{unit} did not arrive in an hour");
        }
        let arrived = second;
        assert!(metres(place(&mut fleet, &unit, after(second)), scene) < 2.0);
        second += 3_600;
        assert!(metres(place(&mut fleet, &unit, after(second)), scene) < 2.0, "it stays");
        assert!(!fleet.is_home(&unit));
        fleet.release(&unit, after(second));
        while !fleet.is_home(&unit) {
            second += 10;
            place(&mut fleet, &unit, after(second));
            assert!(second < arrived + 7_200, "{unit} did not come home in an hour");
        }
    }
    assert!(!fleet.send(&"nobody".parse().unwrap(), scene, after(0)));
}

#[test]
fn who_is_on_the_way_elsewhere_turns_at_the_next_crossing() {
    let mut fleet = fleet(None, 12);
    let unit: UnitId = "990101-rubber_boat-02".parse().unwrap();
    fleet.send(&unit, [114.30, 35.60], after(0));
    place(&mut fleet, &unit, after(200));
    let near = place(&mut fleet, &unit, after(260));
    fleet.send(&unit, near, after(260));
    let turned = (260..1_500).find(|second| {
        place(&mut fleet, &unit, after(*second));
        fleet.is_there(&unit, after(*second))
    });
    assert!(turned.is_some(), "it drove on");
}

#[test]
fn one_terminal_reports_in_another_system() {
    let mut fleet = fleet(None, 4);
    let reports: Vec<Report> = (0..120).flat_map(|s| fleet.reports(after(s))).collect();
    let other: Vec<&Report> = reports.iter().filter(|report| report.crs.is_some()).collect();
    assert!(!other.is_empty() && other.iter().all(|report| report.vehicle == GCJ02));
    let written = serde_json::to_value(other[0]).unwrap();
    assert_eq!(written["crs"], "gcj02");
    assert!(written.get("vehicle").is_none() && written["unit"].is_string());
}

fn fleet(storm: Option<&Storm>, seed: u64) -> Fleet {
    let (county, basemap) = (demo::county().unwrap(), demo::basemap().unwrap());
    let pace = Pace { start: after(0), speed: NonZeroU32::new(60).unwrap() };
    Fleet::new(&county, &basemap, storm.map(|storm| (storm, pace)), after(0), seed)
}

fn place(fleet: &mut Fleet, unit: &UnitId, at: Timestamp) -> LonLat {
    let Fleet { roads, vehicles, orders, .. } = fleet;
    let vehicle = vehicles.iter_mut().find(|one| one.unit.id == *unit).unwrap();
    vehicle.motion(at, roads, orders).place
}

fn after(second: i64) -> Timestamp {
    Timestamp::from_millis(START) + Duration::from_secs(second.unsigned_abs())
}
