//! Who is called next: the order of waiting attempts, and the lines they wait for.
//!
//! Everybody gets a first attempt before anybody gets a second, except that red goes before orange
//! and so on; a drill never goes before the real thing, a notice never before a call.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AttemptId, CalloutId, ObligationId, PersonId},
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

/// Somebody who gets one call at a time: by telephone whatever it is about, by the other channels
/// about the errands of one callout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listener {
    pub channel: Channel,
    pub person: PersonId,
    /// The callout that holds the errands; none for the telephone.
    pub errands: Option<CalloutId>,
}

/// Attempts that wait or are being made, by channel. Derived from the obligations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// Those that a free line is all they wait for.
    ready: BTreeMap<Channel, Ready>,
    /// Every waiting attempt to somebody who gets one call at a time.
    by_listener: BTreeSet<(Listener, Place)>,
    /// Listeners with a call under way; what waits for them is not ready.
    busy: BTreeMap<Listener, u32>,
    waiting: BTreeMap<Channel, u32>,
    calling: BTreeMap<Channel, u32>,
}

/// Attempts by class, then by earliest start.
type Ready = BTreeMap<Class, BTreeSet<(Timestamp, AttemptId)>>;

impl Queue {
    pub(super) fn wait(&mut self, channel: Channel, place: Place, listener: Option<Listener>) {
        *self.waiting.entry(channel).or_default() += 1;
        if listener.as_ref().is_none_or(|who| !self.busy.contains_key(who)) {
            self.admit(channel, place);
        }
        self.by_listener.extend(listener.map(|who| (who, place)));
    }

    /// Takes an attempt out of the order.
    pub(super) fn leave(&mut self, channel: Channel, place: Place, listener: Option<Listener>) {
        lower(&mut self.waiting, channel);
        if listener.as_ref().is_none_or(|who| !self.busy.contains_key(who)) {
            self.dismiss(channel, place);
        }
        if let Some(listener) = listener {
            self.by_listener.remove(&(listener, place));
        }
    }

    /// Takes a line for a call.
    pub(super) fn begin(&mut self, channel: Channel, listener: Option<Listener>) {
        *self.calling.entry(channel).or_default() += 1;
        let Some(listener) = listener else { return };
        if !self.busy.contains_key(&listener) {
            for place in self.waiting_for(&listener) {
                self.dismiss(channel, place);
            }
        }
        *self.busy.entry(listener).or_default() += 1;
    }

    /// Frees the line of a call.
    pub(super) fn end(&mut self, channel: Channel, listener: Option<Listener>) {
        lower(&mut self.calling, channel);
        let Some(listener) = listener else { return };
        lower(&mut self.busy, listener.clone());
        if !self.busy.contains_key(&listener) {
            for place in self.waiting_for(&listener) {
                self.admit(channel, place);
            }
        }
    }

    fn admit(&mut self, channel: Channel, place: Place) {
        let ready = self.ready.entry(channel).or_default();
        ready.entry(place.class).or_default().insert((place.not_before, place.attempt));
    }

    fn dismiss(&mut self, channel: Channel, place: Place) {
        let Some(ready) = self.ready.get_mut(&channel) else { return };
        let Some(class) = ready.get_mut(&place.class) else { return };
        let waited = class.remove(&(place.not_before, place.attempt));
        debug_assert!(waited, "an attempt left a queue it was not in");
        if class.is_empty() {
            ready.remove(&place.class);
        }
        if ready.is_empty() {
            self.ready.remove(&channel);
        }
    }

    fn waiting_for(&self, listener: &Listener) -> Vec<Place> {
        let first = (listener.clone(), Place::FIRST);
        let all = self.by_listener.range(first..);
        all.take_while(|(other, _)| other == listener).map(|(_, place)| *place).collect()
    }

    /// Returns how many attempts are being made.
    pub fn calling(&self, channel: Channel) -> u32 {
        self.calling.get(&channel).copied().unwrap_or(0)
    }

    /// Returns how many attempts wait, those included whose time has not come.
    pub fn waiting(&self, channel: Channel) -> u32 {
        self.waiting.get(&channel).copied().unwrap_or(0)
    }

    /// Returns the attempts to start at `now`, best first, at most as many as there are free lines,
    /// and one for each listener. One that may not start yet keeps its line and its listener: nothing
    /// that goes after it overtakes it.
    pub(super) fn next(
        &self,
        channel: Channel,
        lines: u32,
        now: Timestamp,
        listener: impl Fn(AttemptId) -> Option<Listener>,
        may_start: impl Fn(AttemptId) -> bool,
    ) -> Vec<AttemptId> {
        let free = lines.saturating_sub(self.calling(channel)) as usize;
        let mut chosen = Vec::new();
        let mut kept = 0;
        let mut taken = BTreeSet::new();
        for class in self.ready.get(&channel).into_iter().flat_map(BTreeMap::values) {
            for (_, attempt) in class.iter().take_while(|(not_before, _)| *not_before <= now) {
                if chosen.len() + kept == free {
                    return chosen;
                }
                if !listener(*attempt).is_none_or(|who| taken.insert(who)) {
                    continue;
                }
                if may_start(*attempt) {
                    chosen.push(*attempt);
                } else {
                    kept += 1;
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
        let first = |class: &BTreeSet<(Timestamp, AttemptId)>| class.first().map(|(at, _)| *at);
        self.ready.get(&channel)?.values().filter_map(first).min()
    }

    /// Returns how many calls of `class` and those before it are ready.
    pub fn ahead(&self, channel: Channel, class: Class) -> usize {
        let ready = self.ready.get(&channel);
        ready.map_or(0, |ready| ready.range(..=class).map(|(_, class)| class.len()).sum())
    }
}

impl Place {
    /// Sorts before every other.
    const FIRST: Place = Place {
        class: Class { drill: false, notice: false, severity: Colour::Red, ordinal: 0 },
        not_before: Timestamp::from_millis(i64::MIN),
        attempt: AttemptId { obligation: ObligationId(0), number: 0 },
    };
}

/// Counts one less of `key`, and leaves no trace of none.
fn lower<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) {
    let btree_map::Entry::Occupied(mut count) = counts.entry(key) else {
        debug_assert!(false, "what was never counted is counted no more");
        return;
    };
    *count.get_mut() -= 1;
    if *count.get() == 0 {
        count.remove();
    }
}

/// When the last of some calls begins, and when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastCall {
    pub begun_at: Timestamp,
    pub finish_at: Timestamp,
}

/// Returns when the last of `queued` calls will have been made, with `calling` on the lines now; nothing
/// where there is no line to make it.
pub fn last_call(lines: Lines, calling: u32, queued: usize, now: Timestamp) -> Option<LastCall> {
    let calls = u64::try_from(queued).unwrap_or(u64::MAX).saturating_add(u64::from(calling));
    let in_rounds = |rounds: u64| {
        let millis = rounds.saturating_mul(u64::from(lines.hold_ms));
        now + std::time::Duration::from_millis(millis)
    };
    // With nothing queued all have begun.
    let before = if queued == 0 { 0 } else { (calls - 1).checked_div(u64::from(lines.lines))? };
    let begun_at = in_rounds(before);
    Some(LastCall { begun_at, finish_at: in_rounds(calls.div_ceil(u64::from(lines.lines.max(1)))) })
}

/// Returns when a first call must have begun at the latest, by a policy's own target.
pub fn target_at(opened_at: Timestamp, within: Option<Seconds>) -> Option<Timestamp> {
    within.map(|within| opened_at + within)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        queue.leave(Channel::Voice, place(Colour::Red, 0, 0, 1), person("a"));
        queue.begin(Channel::Voice, person("a"));
        assert_eq!(next(&queue, 9, 0), [3]);
        queue.end(Channel::Voice, person("a"));
        assert_eq!(next(&queue, 9, 0), [2, 3]);
    }

    #[test]
    fn what_waits_for_somebody_on_the_telephone_is_no_reason_to_look_again() {
        let mut queue = Queue::default();
        queue.begin(Channel::Voice, person("a"));
        queue.wait(Channel::Voice, place(Colour::Red, 0, 0, 1), person("a"));
        assert_eq!(queue.next_start(Channel::Voice, 9), None);
        assert_eq!(queue.waiting(Channel::Voice), 1);
        queue.end(Channel::Voice, person("a"));
        assert_eq!(queue.next_start(Channel::Voice, 9), Some(Timestamp::from_millis(0)));
        queue.leave(Channel::Voice, place(Colour::Red, 0, 0, 1), person("a"));
        assert_eq!(queue, Queue::default(), "nothing is left behind");
    }

    #[test]
    fn no_more_calls_are_made_than_there_are_lines() {
        let mut queue = Queue::default();
        for number in 1..=9 {
            let name = format!("p{number}");
            queue.wait(Channel::Voice, place(Colour::Red, 0, 0, number), person(&name));
        }
        queue.begin(Channel::Voice, person("x"));
        assert_eq!(next(&queue, 4, 0).len(), 3);
        assert_eq!(queue.next_start(Channel::Voice, 1), None);
        assert_eq!(queue.next_start(Channel::Voice, 2), Some(Timestamp::from_millis(0)));
    }

    #[test]
    fn the_forecast_counts_whole_rounds_of_the_lines() {
        let lines = Lines { lines: 105, hold_ms: 35_000, simulated: true };
        let last = |calling, queued| {
            let last = last_call(lines, calling, queued, Timestamp::from_millis(0)).unwrap();
            (last.begun_at.millis(), last.finish_at.millis())
        };
        assert_eq!(last(0, 506), (4 * 35_000, 5 * 35_000));
        assert_eq!(last(0, 525), (4 * 35_000, 5 * 35_000));
        assert_eq!(last(1, 525), (5 * 35_000, 6 * 35_000));
        assert_eq!(last(105, 1), (35_000, 2 * 35_000));
        assert_eq!(last(20, 0), (0, 35_000), "they have all begun");
        let dead = Lines { lines: 0, ..lines };
        assert_eq!(last_call(dead, 0, 1, Timestamp::from_millis(0)), None);
    }

    fn next(queue: &Queue, lines: u32, now_ms: i64) -> Vec<u64> {
        let now = Timestamp::from_millis(now_ms);
        let whose = |attempt: AttemptId| {
            let mut all = queue.by_listener.iter();
            all.find(|(_, place)| place.attempt == attempt).map(|(who, _)| who.clone())
        };
        let chosen = queue.next(Channel::Voice, lines, now, whose, |_| true);
        chosen.into_iter().map(|attempt| attempt.obligation.0).collect()
    }

    fn place(severity: Colour, ordinal: u32, not_before_ms: i64, obligation: u64) -> Place {
        Place {
            class: Class { drill: false, notice: false, severity, ordinal },
            not_before: Timestamp::from_millis(not_before_ms),
            attempt: AttemptId { obligation: ObligationId(obligation), number: 0 },
        }
    }

    fn person(name: &str) -> Option<Listener> {
        let person = name.parse().unwrap();
        Some(Listener { channel: Channel::Voice, person, errands: None })
    }
}
