//! The rotations of one post, one after the other: who was on duty stays what it was when the order changes.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    calendar::Calendar,
    rotation::{Rotation, Turn},
};
use crate::domain::{ids::PersonId, time::Timestamp};

/// Rotations by their first day; each is in force until the next begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Rotations(Vec<Rotation>);

impl Rotations {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Rotation> {
        self.0.iter()
    }

    /// Returns the rotation that is in force on `date`.
    pub fn on(&self, date: NaiveDate) -> Option<&Rotation> {
        self.0.iter().rev().find(|rotation| rotation.starts_on <= date)
    }

    /// Puts `rotation` in force from its first day on, in place of all that begin then or later. Nothing clears them
    /// all.
    pub fn put(&mut self, rotation: Option<Rotation>) {
        match rotation {
            Some(rotation) => {
                self.0.retain(|earlier| earlier.starts_on < rotation.starts_on);
                self.0.push(rotation);
            }
            None => self.0.clear(),
        }
    }

    /// Returns `rotation` with each order going on where it stands under the one in force before it, if there is one.
    #[must_use]
    pub fn going_on(&self, rotation: Rotation, calendar: &Calendar) -> Rotation {
        match rotation.starts_on.pred_opt().and_then(|day| self.on(day)) {
            Some(earlier) => rotation.going_on_after(earlier, calendar),
            None => rotation,
        }
    }

    /// Returns the shifts that run at any instant of `from..to`, in order of start. A shift belongs to the rotation
    /// in force on the day it begins.
    pub fn turns(
        &self,
        calendar: &Calendar,
        zone: Tz,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Turn<'_>> {
        let nexts = self.0.iter().skip(1).map(|next| Some(next.starts_on)).chain([None]);
        let parts = self.0.iter().zip(nexts);
        let mut turns: Vec<_> = parts
            .flat_map(|(rotation, next)| rotation.turns(calendar, zone, (from, to), next))
            .collect();
        turns.sort_by_key(|turn| turn.from);
        turns
    }

    /// Returns everybody in any crew; somebody in several rotations comes several times.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.0.iter().flat_map(Rotation::people)
    }

    /// Returns what makes one of them unusable, if anything: the field and the remedy.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let ordered = self.0.is_sorted_by(|a, b| a.starts_on < b.starts_on);
        let disordered = (!ordered).then_some(("starts_on", "give each rotation a later day"));
        self.0.iter().find_map(Rotation::fault).or(disordered)
    }
}

impl From<Rotation> for Rotations {
    fn from(rotation: Rotation) -> Self {
        Self(vec![rotation])
    }
}

/// Reads also the one rotation that a post had in journals written before rotations had successors.
impl<'de> Deserialize<'de> for Rotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Many(Vec<Rotation>),
            One(Box<Rotation>),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Many(all) => Self(all),
            Written::One(only) => Self(vec![*only]),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;
    use crate::domain::roster::{DayPlan, DayType, ShiftTime};

    #[test]
    fn each_is_in_force_until_the_next_begins_and_the_past_stays_what_it_was() {
        let mut rotations = Rotations::default();
        rotations.put(Some(rotation(1, "a")));
        rotations.put(Some(rotation(20, "b")));
        assert_eq!(at_noon(&rotations, 19..=21), ["a", "b", "b"]);
        // The shift that began the day before runs to its end.
        let early = Timestamp::from_local(Shanghai, day(20), 7 * 60);
        let turns = rotations.turns(&Calendar::default(), Shanghai, early, early + second());
        assert_eq!(turns.len(), 1);
        assert_eq!(turns[0].crew[0].as_str(), "a");
        rotations.put(Some(rotation(10, "c")));
        assert_eq!(
            at_noon(&rotations, 9..=21),
            ["a", "c", "c", "c", "c", "c", "c", "c", "c", "c", "c", "c", "c"]
        );
        assert_eq!(rotations.on(day(9)), Some(&rotation(1, "a")));
        assert_eq!(rotations.iter().count(), 2);
        rotations.put(None);
        assert!(rotations.is_empty());
    }

    #[test]
    fn a_post_with_one_rotation_is_read_as_it_was_written_before() {
        let one = serde_json::to_value(rotation(1, "a")).unwrap();
        let read: Rotations = serde_json::from_value(one.clone()).unwrap();
        assert_eq!(read, Rotations::from(rotation(1, "a")));
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::json!([one]));
    }

    #[test]
    fn rotations_that_begin_on_one_day_are_a_fault() {
        let mut twice = Rotations::from(rotation(1, "a"));
        assert_eq!(twice.fault(), None);
        twice.0.push(rotation(1, "b"));
        assert_eq!(twice.fault().unwrap().0, "starts_on");
    }

    fn at_noon(rotations: &Rotations, days: std::ops::RangeInclusive<u32>) -> Vec<String> {
        let on = |number| {
            let noon = Timestamp::from_local(Shanghai, day(number), 12 * 60);
            let turns = rotations.turns(&Calendar::default(), Shanghai, noon, noon + second());
            turns.iter().map(|turn| turn.crew[0].to_string()).collect::<String>()
        };
        days.map(on).collect()
    }

    fn rotation(first: u32, name: &str) -> Rotation {
        let shift = ShiftTime { from_minute: 8 * 60, minutes: 24 * 60 };
        let plan = DayPlan::new(vec![shift], vec![vec![name.parse().unwrap()]]);
        Rotation::new(day(first), [(DayType::Workday, plan.clone()), (DayType::Weekend, plan)])
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn second() -> std::time::Duration {
        std::time::Duration::from_secs(1)
    }
}
