//! Damaged samples for every parser of bytes from outside, and what must hold of whatever they make of it.

mod doors;
mod frames;
mod lists;
mod mutate;
pub mod run;
mod texts;

use self::run::Target;

/// Every target by name.
type Named = (&'static str, fn() -> Target);

pub const TARGETS: &[Named] = &[
    ("cap", texts::cap),
    ("nmc", texts::nmc),
    ("weathercn", texts::weathercn),
    ("qweather", texts::qweather),
    ("national", texts::national),
    ("atom", texts::atom),
    ("policies", texts::policies),
    ("calendar", texts::calendar),
    ("sl651", frames::sl651),
    ("cut_frames", frames::cut_frames),
    ("readings", frames::readings),
    ("positions", frames::positions),
    ("packed", frames::packed),
    ("sheets", lists::sheets),
    ("geojson", lists::geojson),
    ("http", doors::http),
    ("websocket", doors::websocket),
];
