//! Damaged samples for every parser of bytes from outside, and what must hold of whatever they make of it.

mod doors;
mod frames;
mod lists;
mod mutate;
mod rules;
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
    ("capabilities", rules::capabilities),
    ("supplies", rules::supplies),
    ("deadlines", rules::deadlines),
    ("plans", rules::plans),
    ("hotspots", lists::hotspots),
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
