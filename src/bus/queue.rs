//! A queue of perishable things: it has a bound in number and in bytes, and lets go of the oldest.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Things that wait, and a bell for who takes them. One taker.
#[derive(Debug)]
pub(super) struct Perishables<T> {
    waiting: Mutex<Waiting<T>>,
    bell: Notify,
    count_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    things: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> Perishables<T> {
    pub fn new(count_max: usize, bytes_max: usize) -> Self {
        let waiting = Waiting { things: VecDeque::new(), bytes: 0 };
        Self { waiting: Mutex::new(waiting), bell: Notify::new(), count_max, bytes_max }
    }

    /// Adds a thing of `bytes`; returns how many older ones had to go for it.
    pub fn push(&self, thing: T, bytes: usize) -> u64 {
        let mut dropped = 0;
        {
            let mut waiting = self.lock();
            waiting.things.push_back((thing, bytes));
            waiting.bytes += bytes;
            while waiting.things.len() > self.count_max || waiting.bytes > self.bytes_max {
                // The newest alone is kept even when it is larger than the bound.
                if waiting.things.len() == 1 || waiting.pop().is_none() {
                    break;
                }
                dropped += 1;
            }
        }
        self.bell.notify_one();
        dropped
    }

    pub fn pop(&self) -> Option<T> {
        self.lock().pop()
    }

    /// Waits until something waits.
    pub async fn ready(&self) {
        while self.lock().things.is_empty() {
            self.bell.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        // A panic elsewhere cannot leave it half changed: the bytes are only a sum.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Waiting<T> {
    fn pop(&mut self) -> Option<T> {
        let (thing, bytes) = self.things.pop_front()?;
        self.bytes = self.bytes.saturating_sub(bytes);
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_give_way_by_number_and_by_bytes() {
        let queue = Perishables::new(3, 100);
        let dropped: u64 = (1..=5).map(|number| queue.push(number, 10)).sum();
        assert_eq!(dropped, 2);
        assert_eq!(queue.push(6, 85), 2, "5 and 6 are within 100 bytes, 4 is not");
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(5), Some(6), None));
    }

    #[test]
    fn one_thing_above_the_bound_is_still_handed_over() {
        let queue = Perishables::new(3, 100);
        queue.push("small", 1);
        assert_eq!(queue.push("huge", 1_000), 1);
        assert_eq!(queue.pop(), Some("huge"));
    }
}
