//! Who is called next: the order of waiting attempts, and the lines they wait for.
//!
//! Everybody gets a first attempt before anybody gets a second, except that red goes before orange
//! and so on; a drill never goes before the real thing, a notice never before a call.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AttemptId, PersonId},
    person::Channel,
    time::{Seconds, Timestamp},
    warning::Colour,
};

/// How many calls a channel carries at once, and for how long each holds its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub lines: u32,
    pub hold_ms: u32,
    pub simulated: bool,
}

/// An attempt's place in the order; the fields compare from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub class: Class,
    pub not_before: Timestamp,
    pub attempt: AttemptId,
}

/// What outweighs waiting time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    pub drill: bool,
    pub notice: bool,
    pub severity: Colour,
    /// Which try it is for that person by that channel.
    pub ordinal: u32,
}

/// Attempts that wait or are being made, by channel. Derived from the obligations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    waiting: BTreeMap<Channel, Waiting>,
    calling: BTreeMap<Channel, u32>,
    /// People with a call on the line: nobody is rung on two lines at once.
    on_the_phone: BTreeMap<PersonId, u32>,
}

/// The attempts that wait for one channel, by class, then by earliest start.
type Waiting = BTreeMap<Class, BTreeMap<(Timestamp, AttemptId), PersonId>>;

impl Queue {
    pub(super) fn wait(&mut self, channel: Channel, place: Place, person: PersonId) {
        let waiting = self.waiting.entry(channel).or_default();
        waiting.entry(place.class).or_default().insert((place.not_before, place.attempt), person);
    }

    /// Takes an attempt out of the order; tells whether it was waiting.
    pub(super) fn leave(&mut self, channel: Channel, place: Place) -> bool {
        let Some(waiting) = self.waiting.get_mut(&channel) else { return false };
        let Some(class) = waiting.get_mut(&place.class) else { return false };
        let waited = class.remove(&(place.not_before, place.attempt)).is_some();
        if class.is_empty() {
            waiting.remove(&place.class);
        }
        if waiting.is_empty() {
            self.waiting.remove(&channel);
        }
        waited
    }

    pub(super) fn begin(&mut self, channel: Channel, person: &PersonId) {
        *self.calling.entry(channel).or_default() += 1;
        if channel == Channel::Voice {
            *self.on_the_phone.entry(person.clone()).or_default() += 1;
        }
    }

    pub(super) fn end(&mut self, channel: Channel, person: &PersonId) {
        let calling = self.calling.entry(channel).or_default();
        debug_assert!(*calling > 0, "a call ended that had not begun");
        *calling = calling.saturating_sub(1);
        if *calling == 0 {
            self.calling.remove(&channel);
        }
        if channel != Channel::Voice {
            return;
        }
        if let Some(calls) = self.on_the_phone.get_mut(person) {
            *calls -= 1;
            if *calls == 0 {
                self.on_the_phone.remove(person);
            }
        }
    }

    /// Returns how many attempts are being made.
    pub fn calling(&self, channel: Channel) -> u32 {
        self.calling.get(&channel).copied().unwrap_or(0)
    }

    /// Returns how many attempts wait, those included whose time has not come.
    pub fn waiting(&self, channel: Channel) -> usize {
        self.waiting.get(&channel).map_or(0, |waiting| waiting.values().map(BTreeMap::len).sum())
    }

    /// Returns the attempts to start at `now`, best first, at most as many as there are free lines.
    pub(super) fn next(
        &self,
        channel: Channel,
        lines: u32,
        now: Timestamp,
        may_start: impl Fn(AttemptId) -> bool,
    ) -> Vec<AttemptId> {
        let free = lines.saturating_sub(self.calling(channel)) as usize;
        let mut chosen = Vec::new();
        let mut taken = BTreeSet::new();
        for class in self.waiting.get(&channel).into_iter().flat_map(BTreeMap::values) {
            let due = class.iter().take_while(|((not_before, _), _)| *not_before <= now);
            for ((_, attempt), person) in due {
                if chosen.len() == free {
                    return chosen;
                }
                let busy = channel == Channel::Voice
                    && (self.on_the_phone.contains_key(person) || taken.contains(person));
                if !busy && may_start(*attempt) {
                    taken.insert(person);
                    chosen.push(*attempt);
                }
            }
        }
        chosen
    }

    /// Returns when an attempt can next start, as far as free lines go; in the past when one can now.
    pub(super) fn next_start(&self, channel: Channel, lines: u32) -> Option<Timestamp> {
        if self.calling(channel) >= lines {
            return None;
        }
        let free = |person: &PersonId| {
            channel != Channel::Voice || !self.on_the_phone.contains_key(person)
        };
        let first = |class: &BTreeMap<(Timestamp, AttemptId), PersonId>| {
            class.iter().find(|(_, person)| free(person)).map(|((not_before, _), _)| *not_before)
        };
        self.waiting.get(&channel)?.values().filter_map(first).min()
    }

    /// Returns how many first calls of `class` and those before it still wait.
    pub fn ahead(&self, channel: Channel, class: Class) -> usize {
        let waiting = self.waiting.get(&channel);
        waiting.map_or(0, |waiting| waiting.range(..=class).map(|(_, class)| class.len()).sum())
    }
}

/// Returns when the last of `queued` calls will have been made, with `calling` on the lines now.
pub fn finish_at(lines: Lines, calling: u32, queued: usize, now: Timestamp) -> Option<Timestamp> {
    if lines.lines == 0 {
        return None;
    }
    let queued = u64::try_from(queued).unwrap_or(u64::MAX);
    let rounds = (queued + u64::from(calling)).div_ceil(u64::from(lines.lines));
    let millis = rounds.saturating_mul(u64::from(lines.hold_ms));
    Some(now + std::time::Duration::from_millis(millis))
}

/// Returns when a first call must have begun at the latest, by a policy's own target.
pub fn target_at(opened_at: Timestamp, within: Option<Seconds>) -> Option<Timestamp> {
    within.map(|within| opened_at + within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ObligationId;

    #[test]
    fn everybody_gets_a_first_attempt_before_anybody_gets_a_second() {
        let mut queue = Queue::default();
        queue.wait(Channel::Voice, place(Colour::Red, 1, 0, 1), person("a"));
        queue.wait(Channel::Voice, place(Colour::Red, 0, 50, 2), person("b"));
        assert_eq!(next(&queue, 1, 50), [2]);
        // Before the first attempt's time has come, the line is not left idle.
        assert_eq!(next(&queue, 1, 49), [1]);
    }

    #[test]
    fn red_goes_before_orange_even_with_its_second_tries() {
        let mut queue = Queue::default();
        queue.wait(Channel::Voice, place(Colour::Orange, 0, 0, 1), person("a"));
        queue.wait(Channel::Voice, place(Colour::Red, 1, 0, 2), person("b"));
        assert_eq!(next(&queue, 2, 0), [2, 1]);
    }

    #[test]
    fn a_drill_waits_for_the_real_thing_and_a_notice_for_the_calls() {
        let mut queue = Queue::default();
        let mut drill = place(Colour::Red, 0, 0, 1);
        drill.class.drill = true;
        let mut notice = place(Colour::Red, 0, 0, 2);
        notice.class.notice = true;
        queue.wait(Channel::Voice, drill, person("a"));
        queue.wait(Channel::Voice, notice, person("b"));
        queue.wait(Channel::Voice, place(Colour::Blue, 3, 0, 3), person("c"));
        assert_eq!(next(&queue, 3, 0), [3, 2, 1]);
    }

    #[test]
    fn nobody_is_rung_on_two_lines_at_once() {
        let mut queue = Queue::default();
        queue.wait(Channel::Voice, place(Colour::Red, 0, 0, 1), person("a"));
        queue.wait(Channel::Voice, place(Colour::Red, 0, 0, 2), person("a"));
        queue.wait(Channel::Voice, place(Colour::Red, 0, 0, 3), person("b"));
        assert_eq!(next(&queue, 9, 0), [1, 3]);
        queue.leave(Channel::Voice, place(Colour::Red, 0, 0, 1));
        queue.begin(Channel::Voice, &person("a"));
        assert_eq!(next(&queue, 9, 0), [3]);
        queue.end(Channel::Voice, &person("a"));
        assert_eq!(next(&queue, 9, 0), [2, 3]);
    }

    #[test]
    fn no_more_calls_are_made_than_there_are_lines() {
        let mut queue = Queue::default();
        for number in 1..=9 {
            let name = format!("p{number}");
            queue.wait(Channel::Voice, place(Colour::Red, 0, 0, number), person(&name));
        }
        queue.begin(Channel::Voice, &person("x"));
        assert_eq!(next(&queue, 4, 0).len(), 3);
        assert_eq!(queue.next_start(Channel::Voice, 1), None);
        assert_eq!(queue.next_start(Channel::Voice, 2), Some(Timestamp::from_millis(0)));
    }

    #[test]
    fn the_forecast_counts_whole_rounds_of_the_lines() {
        let lines = Lines { lines: 105, hold_ms: 35_000, simulated: true };
        let finish = finish_at(lines, 0, 506, Timestamp::from_millis(0));
        assert_eq!(finish, Some(Timestamp::from_millis(5 * 35_000)));
        let dead = Lines { lines: 0, ..lines };
        assert_eq!(finish_at(dead, 0, 1, Timestamp::from_millis(0)), None);
    }

    fn next(queue: &Queue, lines: u32, now_ms: i64) -> Vec<u64> {
        let now = Timestamp::from_millis(now_ms);
        let chosen = queue.next(Channel::Voice, lines, now, |_| true);
        chosen.into_iter().map(|attempt| attempt.obligation.0).collect()
    }

    fn place(severity: Colour, ordinal: u32, not_before_ms: i64, obligation: u64) -> Place {
        Place {
            class: Class { drill: false, notice: false, severity, ordinal },
            not_before: Timestamp::from_millis(not_before_ms),
            attempt: AttemptId { obligation: ObligationId(obligation), number: 0 },
        }
    }

    fn person(name: &str) -> PersonId {
        name.parse().unwrap()
    }
}
