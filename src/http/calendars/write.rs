//! A calendar as text.

use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Alarm, Calendar, Component, Event, EventLike, EventStatus, Trigger};

use crate::domain::time::Timestamp;

/// Who made it, as the standard wants to know.
const MADE_BY: &str = "-//Jiaoying//Duty roster//ZH";
/// How often a program should look for changes.
const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);
/// How long before a duty its holder's telephone reminds him.
const REMINDERS: [TimeDelta; 2] = [TimeDelta::hours(12), TimeDelta::hours(1)];

/// A shift as a calendar shows it.
pub(super) struct Shift {
    pub uid: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub summary: String,
    pub description: String,
    pub place: String,
    pub remind: bool,
}

/// Writes a calendar. Times are in UTC, which every program shows in its own zone.
pub(super) fn written(title: &str, shifts: impl Iterator<Item = Shift>, now: Timestamp) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", MADE_BY))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .name(title)
        .ttl(&LOOK_EVERY);
    for shift in shifts {
        calendar.push(event(&shift, now));
    }
    calendar.to_string()
}

fn event(shift: &Shift, now: Timestamp) -> Event {
    let mut event = Event::with_uid(&format!("{}@jiaoying", shift.uid));
    event
        .timestamp(utc(now))
        .starts(utc(shift.from))
        .ends(utc(shift.to))
        .summary(&shift.summary)
        .location(&shift.place)
        .status(EventStatus::Confirmed);
    if !shift.description.is_empty() {
        event.description(&shift.description);
    }
    if shift.remind {
        for before in REMINDERS {
            event.alarm(Alarm::display(&shift.summary, Trigger::before_start(before)));
        }
    }
    event.done()
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default()
}
