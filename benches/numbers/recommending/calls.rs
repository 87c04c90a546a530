//! Two months of a fire district's real calls, and the stations that are derived from them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use chrono::NaiveDateTime;
use jiaoying::domain::area::{LonLat, distance_m};

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Seconds since the epoch at which units are told.
    pub at_s: i64,
    pub place: LonLat,
    /// From arrival until the unit is free again.
    pub on_scene_s: i64,
    pub emergent: bool,
    /// Somebody is ill or hurt: a medic is wanted beside an engine.
    pub medical: bool,
    /// How long the real unit took; `None` where none arrived.
    pub real_s: Option<i64>,
    pub station: u32,
    pub medic_station: u32,
}

/// Calls in order of time, and stations by number.
pub struct Calls {
    pub calls: Vec<Call>,
    pub stations: BTreeMap<u32, LonLat>,
    pub medics: Vec<u32>,
}

impl Calls {
    /// Reads the calls; `None` where they do not lie beside the project.
    pub fn read() -> Option<Self> {
        let text = fs::read_to_string(file()?).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let mut calls: Vec<Call> = reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                let field = |name: &str| {
                    record.get(headers.iter().position(|h| h == name).unwrap()).unwrap().to_owned()
                };
                call(field)
            })
            .collect();
        calls.sort_by_key(|call| call.at_s);
        let mut medics: Vec<u32> = calls.iter().map(|call| call.medic_station).collect();
        medics.sort_unstable();
        medics.dedup();
        let stations = stations(&calls);
        Some(Self { calls, stations, medics })
    }
}

fn call(field: impl Fn(&str) -> String) -> Call {
    let told = time(&field("Notify Date")).unwrap();
    let arrived = time(&field("Arrival Date"));
    let cleared = time(&field("Clear Date")).unwrap();
    let number = |name: &str| field(name).parse().unwrap();
    Call {
        at_s: told,
        place: [number("lon"), number("lat")],
        on_scene_s: (cleared - arrived.unwrap_or(told)).max(0),
        emergent: field("Response Type").starts_with("Emergent"),
        medical: field("Incident Category") == "RESCUE, EMS",
        real_s: arrived.and(minutes(&field("Unit Response Time"))).filter(|s| *s > 0),
        station: field("Station First Due").parse().unwrap(),
        medic_station: field("Medic First Due").parse().unwrap(),
    }
}

/// Puts each station where those of its calls were that its unit reached soonest: the middle (by coordinate) of the
/// quickest tenth, at least five.
fn stations(calls: &[Call]) -> BTreeMap<u32, LonLat> {
    let mut by_station: BTreeMap<u32, Vec<(i64, LonLat)>> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.emergent) {
        let near = by_station.entry(call.station).or_default();
        near.extend(call.real_s.map(|seconds| (seconds, call.place)));
    }
    let middle = |mut near: Vec<(i64, LonLat)>| {
        near.sort_by_key(|(seconds, _)| *seconds);
        near.truncate((near.len() / 10).max(5));
        [0, 1].map(|axis| {
            let mut values: Vec<f64> = near.iter().map(|(_, place)| place[axis]).collect();
            values.sort_unstable_by(f64::total_cmp);
            values[values.len() / 2]
        })
    };
    by_station.into_iter().map(|(station, near)| (station, middle(near))).collect()
}

/// Returns the speed in km/h by which the median emergent call takes as long as it took, over the straight way from its
/// first-due station times `detour`, after `turnout_s`.
pub fn fitted_kmh(calls: &Calls, detour: f64, turnout_s: i64) -> u32 {
    let speed = |call: &Call| {
        let seconds = call.real_s.filter(|s| call.emergent && *s > turnout_s)? - turnout_s;
        let metres = distance_m(calls.stations[&call.station], call.place) * detour;
        Some(metres / f64::from(i32::try_from(seconds).unwrap()) * 3.6)
    };
    let mut speeds: Vec<f64> = calls.calls.iter().filter_map(speed).collect();
    speeds.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "km/h")]
    let kmh = speeds[speeds.len() / 2].round() as u32;
    kmh
}

fn time(text: &str) -> Option<i64> {
    let time = NaiveDateTime::parse_from_str(text, "%m/%d/%Y %H:%M").ok()?;
    Some(time.and_utc().timestamp())
}

/// Reads `5:15` or `1:05:15`.
fn minutes(text: &str) -> Option<i64> {
    text.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<i64>().ok()?))
}

fn file() -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/data/calls", "../../shared/data/calls"]
        .map(|folder| project.join(folder).join("smfr_2019_nov_dec.csv"))
        .into_iter()
        .find(|file| file.exists())
}
