//! Which fixes are kept as a unit's track: enough to see where it went, few enough to keep for weeks.

use super::report::{Fix, Flags};
use crate::domain::area::distance_m;

/// Between two points, whatever happens, in milliseconds.
const RARELY_MS: i64 = 10_000;
/// The longest gap while fixes come.
const AT_LEAST_MS: i64 = 60_000;
/// How long a unit may stand still in its track without being lost there, in seconds.
pub const GAP_S: u32 = 60;
const MOVED_M: f64 = 15.0;
const TURNED_DEGREES: f32 = 15.0;
/// A unit that stands still is turned at random by its receiver; one that turns moves.
const TURNING_M: f64 = 5.0;

/// Tells whether `fix` is kept, when `kept` was the last one that was.
pub(super) fn keeps(kept: Option<&Fix>, fix: &Fix) -> bool {
    let Some(kept) = kept else { return true };
    let since_ms = fix.at.millis() - kept.at.millis();
    if since_ms >= AT_LEAST_MS || fix.flags.contains(Flags::JUMP) {
        return true;
    }
    if since_ms < RARELY_MS {
        return false;
    }
    let moved_m = distance_m(kept.place(), fix.place());
    moved_m >= MOVED_M || (moved_m >= TURNING_M && turned(kept, fix) >= TURNED_DEGREES)
}

/// Returns the angle between two headings, 0 to 180.
fn turned(from: &Fix, to: &Fix) -> f32 {
    let (Some(from), Some(to)) = (from.motion.heading, to.motion.heading) else { return 0.0 };
    let angle = (to - from).abs() % 360.0;
    angle.min(360.0 - angle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positions::{report::Motion, testing::fix};

    #[test]
    fn a_point_is_kept_when_the_unit_moved_or_turned_or_a_minute_passed() {
        // 0.00001 of a degree of latitude is 1.1 m.
        let first = headed(fix(0, 114.5, 35.6, 0), 350.0);
        for (north, second, heading, kept) in [
            (0.0, 9, 350.0, false),
            (1.0, 9, 90.0, false),
            (0.000_1, 10, 350.0, false),
            (0.000_14, 10, 350.0, true),
            (0.000_05, 10, 5.0, true),
            (0.000_05, 10, 4.0, false),
            (0.000_01, 10, 90.0, false),
            (0.0, 59, 350.0, false),
            (0.0, 60, 350.0, true),
        ] {
            let next = headed(fix(0, 114.5, 35.6 + north, second), heading);
            assert_eq!(keeps(Some(&first), &next), kept, "{north} {second} {heading}");
        }
        assert!(keeps(None, &first));
        let jump = Fix { flags: Flags::JUMP, ..fix(0, 114.5, 35.6, 1) };
        assert!(keeps(Some(&first), &jump));
    }

    fn headed(fix: Fix, heading: f32) -> Fix {
        Fix { motion: Motion { heading: Some(heading), ..fix.motion }, ..fix }
    }
}
