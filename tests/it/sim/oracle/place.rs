//! Division codes as the standard writes them: twelve digits, of which 2, 4, 6, 9 or 12 say where it is.

use jiaoying::domain::ids::{AreaCode, Level};

/// The code as a number.
pub fn number(area: AreaCode) -> u64 {
    area.to_string().parse().expect("a code is twelve digits")
}

pub fn code(number: u64) -> AreaCode {
    format!("{number:012}").parse().expect("twelve digits are a code")
}

/// How many codes begin with the digits that count.
fn span(number: u64) -> u64 {
    [10_000_000_000, 100_000_000, 1_000_000, 1_000]
        .into_iter()
        .find(|span| number.is_multiple_of(*span))
        .unwrap_or(1)
}

fn span_of(level: Level) -> u64 {
    match level {
        Level::Province => 10_000_000_000,
        Level::City => 100_000_000,
        Level::County => 1_000_000,
        Level::Township => 1_000,
        Level::Village => 1,
    }
}

pub fn level(number: u64) -> Level {
    let levels = [Level::Province, Level::City, Level::County, Level::Township, Level::Village];
    let own = span(number);
    levels.into_iter().find(|level| span_of(*level) == own).expect("every span has its level")
}

/// Tells whether `inner` is `outer` or lies in it.
pub fn within(inner: u64, outer: u64) -> bool {
    inner / span(outer) == outer / span(outer)
}

/// Returns the area of `level` that this one is or lies in.
pub fn at(number: u64, wanted: Level) -> Option<u64> {
    let span_wanted = span_of(wanted);
    (span(number) <= span_wanted).then(|| number / span_wanted * span_wanted)
}

/// Returns the area directly above.
pub fn parent(number: u64) -> Option<u64> {
    let above = match level(number) {
        Level::Province => return None,
        Level::City => Level::Province,
        Level::County => Level::City,
        Level::Township => Level::County,
        Level::Village => Level::Township,
    };
    at(number, above)
}
