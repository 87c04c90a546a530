//! How much duty falls to whom: shifts by type of day, hours, nights, and rest that is too short.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;

use super::{DayType, Outlook};
use crate::domain::{
    ids::{AreaCode, PersonId, PostId},
    time::Timestamp,
};

/// A shift holds a night when it holds the whole of these hours, in minutes after midnight.
const NIGHT_MIN: [u32; 2] = [0, 5 * 60];

/// What somebody is on duty for in a time, at all posts together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// Shifts by the type of the day on which they begin.
    pub shifts: BTreeMap<DayType, u32>,
    /// At a post, whichever it is; at two at once counts once.
    pub on_duty: Duration,
    pub nights: u32,
    /// Rests between two shifts that are shorter than they should be, by time.
    pub short_rests: Vec<ShortRest>,
}

/// A rest that is too short: from the end of one shift to the start of the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortRest {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Where the next shift is.
    pub post: PostId,
}

/// One shift of one person.
struct Own<'a> {
    from: Timestamp,
    to: Timestamp,
    on_duty: Duration,
    post: &'a PostId,
}

impl Outlook {
    /// Adds up the shifts that begin within `from..to` at the posts of `area` and of what lies in it. Who holds a post for
    /// good is not counted: that is no shift.
    pub fn load(
        &self,
        area: AreaCode,
        from: Timestamp,
        to: Timestamp,
        rest: Duration,
    ) -> BTreeMap<PersonId, Load> {
        let mut shifts: BTreeMap<PersonId, Vec<Own<'_>>> = BTreeMap::new();
        for staffing in self.roster.within(area) {
            let post = &staffing.post.id;
            for held in staffing.shifts(&self.calendar, self.zone, from, to) {
                let (from, to, on_duty) = (held.from, held.to, held.on_duty);
                for person in held.people {
                    shifts.entry(person).or_default().push(Own { from, to, on_duty, post });
                }
            }
        }
        shifts.into_iter().map(|(person, own)| (person, self.added_up(own, rest))).collect()
    }

    fn added_up(&self, mut shifts: Vec<Own<'_>>, rest: Duration) -> Load {
        shifts.sort_by_key(|shift| (shift.from, shift.post));
        let mut load = Load::default();
        let mut last: Option<(Timestamp, &PostId)> = None;
        for shift in shifts {
            let day = shift.from.local(self.zone).date();
            *load.shifts.entry(self.calendar.day_type(day)).or_default() += 1;
            load.nights += self.nights(&shift);
            let twice =
                last.map_or(Duration::ZERO, |(free, _)| free.min(shift.to).since(shift.from));
            load.on_duty += shift.on_duty.saturating_sub(twice);
            // Both days of a weekend at one post are one duty, and meant so.
            let goes_on =
                |(free, post): &(Timestamp, &PostId)| *free == shift.from && *post == shift.post;
            let ended = last.filter(|(free, _)| *free <= shift.from).filter(|last| !goes_on(last));
            if let Some((from, _)) = ended.filter(|(free, _)| shift.from.since(*free) < rest) {
                let (to, post) = (shift.from, shift.post.clone());
                load.short_rests.push(ShortRest { from, to, post });
            }
            last = last.max(Some((shift.to, shift.post)));
        }
        load
    }

    fn nights(&self, shift: &Own<'_>) -> u32 {
        let (first, last) = (shift.from.local(self.zone).date(), shift.to.local(self.zone).date());
        let holds = |day: &NaiveDate| {
            let [from, to] = NIGHT_MIN.map(|minute| Timestamp::from_local(self.zone, *day, minute));
            shift.from <= from && to <= shift.to
        };
        let nights = first.iter_days().take_while(|day| *day <= last).filter(holds).count();
        u32::try_from(nights).unwrap_or(u32::MAX)
    }
}
