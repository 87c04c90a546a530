//! Units that move: what the node lists, what a platform reports of them, and the views they are seen in.

use std::{fmt::Write, time::Duration};

use compact_str::format_compact;
use jiaoying::domain::{
    command::Command,
    time::Timestamp,
    unit::{Unit, UnitKind},
};

use crate::county;

/// West, south, and how far it goes from there, in degrees: about 45 by 45 km.
const CORNER: [f64; 2] = [114.2, 35.4];
const EXTENT: [f64; 2] = [0.5, 0.4];
/// Units founded by one command.
const AT_ONCE: u32 = 1_000;
/// Each goes round a circle of this radius in degrees, about 30 m, at some 11 km/h.
const RADIUS: f64 = 0.000_3;
const ROUND_S: f64 = 60.0;
/// The golden ratio's and the plastic number's shares spread points evenly over a square.
const SPREAD: [f64; 2] = [0.754_877_666_246_692_8, 0.569_840_290_998_053_3];

/// Returns the commands that list `units`.
pub fn founding(units: u32) -> Vec<Command> {
    let numbers: Vec<u32> = (0..units).collect();
    let commands = numbers.chunks(AT_ONCE as usize);
    commands.map(|part| Command::SaveUnits(part.iter().copied().map(unit).collect())).collect()
}

fn unit(number: u32) -> Unit {
    Unit {
        id: id(number).parse().unwrap(),
        name: format_compact!("第{number}车"),
        kind: UnitKind::Truck,
        area: county::COUNTY.parse().unwrap(),
        base: None,
        reports_every_s: 1,
        terminal: None,
        strength: None,
        contact: None,
        capabilities: Vec::new(),
        capacity: Default::default(),
        equipment: Vec::new(),
        members: Vec::new(),
        deputy: None,
    }
}

fn id(number: u32) -> String {
    format!("bench-{number:05}")
}

/// Appends what a platform reports of a unit at `at`, as JSON.
pub fn write_report(out: &mut String, number: u32, at: Timestamp) {
    let [west, south] = home(number);
    let turn = millis(at) / (ROUND_S * 1e3) + f64::from(number) * SPREAD[0];
    let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
    let (lon, lat) = (west + RADIUS * cos, south + RADIUS * sin);
    let id = id(number);
    write!(out, r#"{{"unit":"{id}","lon":{lon:.6},"lat":{lat:.6},"at":"{at}"}}"#).unwrap();
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
fn millis(at: Timestamp) -> f64 {
    at.millis() as f64
}

fn home(number: u32) -> [f64; 2] {
    [0, 1].map(|axis| CORNER[axis] + EXTENT[axis] * (f64::from(number + 1) * SPREAD[axis]).fract())
}

/// Returns view `number` as a client asks for it: a window that is `share` of the extent, somewhere in it.
pub fn view(number: u32, share: f64) -> [f64; 4] {
    let side = share.sqrt();
    let edge = |axis: usize| {
        // Another place in the series than the units' own, so that no view is centred on one.
        let free = (f64::from(number) * SPREAD[axis] + 0.37).fract();
        let low = CORNER[axis] + EXTENT[axis] * free * (1.0 - side);
        (low, low + EXTENT[axis] * side)
    };
    let ((west, east), (south, north)) = (edge(0), edge(1));
    [west, south, east, north]
}

/// How fast units report.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub units: u32,
    pub per_second: u32,
}

impl Pace {
    /// Reports are sent this often: as a platform does that gathers what comes to it.
    pub const EVERY: Duration = Duration::from_millis(50);

    /// Returns which units report in step `step`.
    pub fn reporting(self, step: u32) -> std::ops::Range<u32> {
        let steps = 20 / self.per_second.max(1);
        let part = step % steps;
        (self.units * part / steps)..(self.units * (part + 1) / steps)
    }
}
