//! Where each unit is now: the newest fix of each, and what a new one means beside it.
//!
//! Invariant: a unit's fixes are taken in order of their own time, and no single wild place moves it.

use super::{
    check::Fault,
    report::{Fix, Flags},
};
use crate::domain::area::distance_m;

/// Metres that receivers are off by without anybody having moved.
const SLACK_M: f64 = 200.0;

/// What is remembered of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Place {
    pub last: Option<Fix>,
    /// A place too far from the last one, until a second report confirms or refutes it.
    held: Option<Fix>,
}

impl Place {
    /// Takes the next fix of this unit and returns it as it now stands.
    pub fn take(&mut self, fix: Fix, max_speed_kmh: u32) -> Result<Fix, Fault> {
        let Some(last) = self.last else { return Ok(self.settle(fix)) };
        if fix.at <= last.at {
            return Err(Fault::OutOfOrder);
        }
        if reachable(&last, &fix, max_speed_kmh) {
            return Ok(self.settle(fix));
        }
        let confirmed =
            self.held.is_some_and(|held| fix.at > held.at && reachable(&held, &fix, max_speed_kmh));
        if !confirmed {
            self.held = Some(fix);
            return Err(Fault::Jump);
        }
        Ok(self.settle(Fix { flags: fix.flags.with(Flags::JUMP), ..fix }))
    }

    /// Takes a fix that another node has checked.
    pub fn follow(&mut self, fix: Fix) -> Result<Fix, Fault> {
        match self.last {
            Some(last) if fix.at <= last.at => Err(Fault::OutOfOrder),
            Some(_) | None => Ok(self.settle(fix)),
        }
    }

    fn settle(&mut self, fix: Fix) -> Fix {
        *self = Self { last: Some(fix), held: None };
        fix
    }
}

/// Tells whether a unit can have come from one place to the other in the time between.
fn reachable(from: &Fix, to: &Fix, max_speed_kmh: u32) -> bool {
    let reach_m = to.at.since(from.at).as_secs_f64() * f64::from(max_speed_kmh) / 3.6 + SLACK_M;
    // A degree is at most 111.4 km: what is near by is known to be without a sine.
    let (dx, dy) = ((to.lon - from.lon).abs(), (to.lat - from.lat).abs());
    (dx + dy) * 111_400.0 <= reach_m || distance_m(from.place(), to.place()) <= reach_m
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positions::testing::fix;

    const LIMIT: u32 = 250;

    #[test]
    fn a_single_wild_place_moves_nobody() {
        let mut place = Place::default();
        assert!(place.take(fix(0, 114.50, 35.6, 0), LIMIT).is_ok());
        assert_eq!(place.take(fix(0, 116.50, 39.9, 10), LIMIT), Err(Fault::Jump));
        assert_eq!(place.take(fix(0, 114.51, 35.6, 20), LIMIT).unwrap().flags, Flags::default());
        // Two devices under one name: the second is never confirmed.
        assert_eq!(place.take(fix(0, 116.50, 39.9, 30), LIMIT), Err(Fault::Jump));
        assert!(place.take(fix(0, 114.51, 35.6, 40), LIMIT).is_ok());
        assert_eq!(place.take(fix(0, 116.50, 39.9, 50), LIMIT), Err(Fault::Jump));
        assert_eq!(place.last.unwrap().lon, 114.51);
    }

    #[test]
    fn a_second_report_from_there_confirms_a_jump_and_it_is_marked() {
        let mut place = Place::default();
        place.take(fix(0, 114.50, 35.6, 0), LIMIT).unwrap();
        assert_eq!(place.take(fix(0, 116.50, 39.9, 10), LIMIT), Err(Fault::Jump));
        let there = place.take(fix(0, 116.501, 39.9, 20), LIMIT).unwrap();
        assert!(there.flags.contains(Flags::JUMP));
        assert!(!place.take(fix(0, 116.502, 39.9, 30), LIMIT).unwrap().flags.contains(Flags::JUMP));
    }

    #[test]
    fn wild_places_that_agree_with_nothing_are_all_held() {
        let mut place = Place::default();
        place.take(fix(0, 114.50, 35.6, 0), LIMIT).unwrap();
        for second in 1..20 {
            let lon = 100.0 + f64::from(second);
            let wild = fix(0, lon, 30.0, i64::from(second));
            assert_eq!(place.take(wild, LIMIT), Err(Fault::Jump));
        }
        assert_eq!(place.last.unwrap().lon, 114.5);
    }

    #[test]
    fn after_a_silence_a_unit_may_be_far_away() {
        let mut place = Place::default();
        place.take(fix(0, 114.50, 35.6, 0), LIMIT).unwrap();
        // 170 km in an hour.
        let there = place.take(fix(0, 116.38, 35.6, 3_600), LIMIT).unwrap();
        assert_eq!(there.flags, Flags::default());
    }

    #[test]
    fn what_is_not_newer_changes_nothing() {
        let mut place = Place::default();
        place.take(fix(0, 114.50, 35.6, 100), LIMIT).unwrap();
        for second in [100, 99, -1_000] {
            assert_eq!(place.take(fix(0, 114.51, 35.6, second), LIMIT), Err(Fault::OutOfOrder));
            assert_eq!(place.follow(fix(0, 114.51, 35.6, second)), Err(Fault::OutOfOrder));
        }
        assert_eq!(place.last.unwrap().lon, 114.5);
    }
}
