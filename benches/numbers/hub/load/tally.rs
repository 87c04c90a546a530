//! What came: how often, in which order, and how long after it was published.

use std::time::{Duration, Instant};

use super::arrivals::Arrivals;
use crate::report::Times;

/// Counts over all sockets. Messages are numbered from 1 by whoever publishes, which is this process.
#[derive(Default)]
pub struct Tally {
    published: Vec<Published>,
    /// Messages that everybody who listens has.
    pub complete: usize,
    pub delivered: u64,
    /// Frames that are no messages: pings, boards, positions.
    pub others: u64,
    pub bytes: u64,
    /// Numbers that were passed over, and numbers that came again.
    pub gaps: u64,
    pub repeats: u64,
    /// Whole boards in place of what was missed.
    pub boards: u64,
    /// Sockets that the server has closed, and those of them that were told they were too slow.
    pub closed: u64,
    pub too_slow: u64,
    pub to_last: Times,
    pub arrivals: Arrivals,
}

struct Published {
    at: Instant,
    /// Sockets that do not have it yet.
    left: usize,
}

impl Tally {
    /// Notes that the next message goes out to so many, and returns its number.
    pub fn publish(&mut self, listeners: usize) -> u64 {
        self.published.push(Published { at: Instant::now(), left: listeners });
        self.complete += usize::from(listeners == 0);
        self.published.len() as u64
    }

    pub fn published(&self) -> usize {
        self.published.len()
    }

    pub fn is_complete(&self) -> bool {
        self.complete == self.published.len()
    }

    /// Takes message `number` at one socket, whose last one was `last` in the server's own count and whose
    /// next is `seq`.
    pub fn hear(&mut self, last: &mut u64, seq: u64, number: u64, listens: bool) {
        self.delivered += 1;
        if seq <= *last {
            self.repeats += 1;
            return;
        }
        self.gaps += seq - *last - 1;
        *last = seq;
        let Some(published) = self.published.get_mut(index(number)) else { return };
        if !listens || published.left == 0 {
            return;
        }
        published.left -= 1;
        if published.left == 0 {
            self.complete += 1;
            self.to_last.add(published.at.elapsed());
        }
    }

    /// Forgets the times, so that the next ones are of the next measurement only.
    pub fn begin(&mut self) -> Begun {
        (self.to_last, self.arrivals) = (Times::default(), Arrivals::default());
        Begun { at: Instant::now(), delivered: self.delivered, published: self.published.len() }
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap().wrapping_sub(1)
}

/// Where the counts stood when a measurement began.
pub struct Begun {
    at: Instant,
    pub delivered: u64,
    pub published: usize,
}

impl Begun {
    pub fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }
}
