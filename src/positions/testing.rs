//! Units, reports and fixes for the tests of this folder.

use super::{
    check::{Settings, Speaker},
    report::{Fix, Flags, Motion, Report, Source},
    units::{Known, Registry, UnitNumber},
};
use crate::domain::{
    actor::{Actor, Role},
    coordinates::Crs,
    time::Timestamp,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(super) fn settings() -> Settings {
    Settings {
        per_login_s: 25_000,
        per_login_burst: 50_000,
        max_speed_kmh: 250,
        ahead_s: 60,
        too_old_s: 86_400,
        far_away_km: 3_000,
        track_days: 30,
    }
}

/// Returns a report of so many seconds after [`NOW`].
pub(super) fn report(unit: &str, lon: f64, lat: f64, second: i64) -> Report {
    Report {
        unit: unit.into(),
        lon,
        lat,
        at: Timestamp::from_millis(NOW.millis() + second * 1_000),
        speed: None,
        heading: None,
        accuracy: None,
        crs: Crs::Wgs84,
    }
}

pub(super) fn fix(unit: u32, lon: f64, lat: f64, second: i64) -> Fix {
    let at = Timestamp::from_millis(NOW.millis() + second * 1_000);
    Fix {
        unit: UnitNumber(unit),
        lon,
        lat,
        at,
        received_at: at,
        motion: Motion::default(),
        crs: Crs::Wgs84,
        source: Source::Gateway,
        flags: Flags::default(),
    }
}

pub(super) fn unit(id: &str, area: &str) -> Known {
    Known {
        id: id.parse().unwrap(),
        area: area.parse().unwrap(),
        reports_every_s: 10,
        terminal: None,
        contact: None,
    }
}

/// Returns `v-0`, `v-1` …, each under its own number.
pub(super) fn units(count: usize) -> Vec<Known> {
    (0..count).map(|number| unit(&format!("v-{number}"), "990101001")).collect()
}

pub(super) fn registry(count: usize) -> Registry {
    let mut registry = Registry::default();
    registry.list(units(count));
    registry
}

/// Returns a gateway of the whole county.
pub(super) fn gateway(name: &str) -> Speaker {
    let area = "990101".parse().unwrap();
    let actor = Actor { login: name.into(), role: Role::Gateway, area, person: None };
    Speaker::of(&actor, Source::Gateway)
}
