//! The world outside: what telephones, text gateways and people do with an attempt that is handed to
//! them. It outlives a crash of the node, and it does not know what was meant.
//!
//! What becomes of an attempt depends on the seed and the attempt alone.

use std::collections::BTreeMap;

use compact_str::CompactString;
use jiaoying::domain::{
    callout::attempt::Outcome,
    ids::{AttemptId, PersonId},
    person::Channel,
    time::Timestamp,
};

use super::{dice::Dice, oracle::receipts::WORDS};

/// Receipts under way.
#[derive(Debug, Clone)]
pub struct Carrier {
    seed: u64,
    receipts: BTreeMap<(Timestamp, u64), (AttemptId, Outcome)>,
    handed: u64,
}

impl Carrier {
    pub fn new(seed: u64) -> Self {
        Self { seed, receipts: BTreeMap::new(), handed: 0 }
    }

    /// Takes an attempt; `repeat` counts the times it has been handed over before.
    pub fn take(
        &mut self,
        id: AttemptId,
        person: &PersonId,
        channel: Channel,
        repeat: u32,
        at: Timestamp,
    ) {
        let mut dice =
            Dice::about(&[self.seed, 2, id.obligation.0, u64::from(id.number), u64::from(repeat)]);
        // A gateway mostly knows the key of a call that it is handed again, and carries on with it.
        if repeat > 0 && dice.chance(50) {
            return;
        }
        let habit = Dice::about(&[self.seed, 3, hash(person)]).below(100);
        for (after_ms, outcome) in story(&mut dice, channel, habit) {
            self.report(id, outcome, at, after_ms);
        }
    }

    /// The node rings off: mostly the carrier says so.
    pub fn ring_off(&mut self, id: AttemptId, at: Timestamp) {
        let mut dice = Dice::about(&[self.seed, 4, id.obligation.0, u64::from(id.number)]);
        if dice.chance(70) {
            self.receipts.retain(|_, (other, _)| *other != id || dice.chance(20));
            self.report(id, Outcome::RungOff, at, 150);
        }
    }

    pub fn report(&mut self, id: AttemptId, outcome: Outcome, at: Timestamp, after_ms: u64) {
        self.handed += 1;
        let arrives = at + std::time::Duration::from_millis(after_ms);
        self.receipts.insert((arrives, self.handed), (id, outcome));
    }

    /// Returns when the next receipt arrives.
    pub fn next(&self) -> Option<Timestamp> {
        self.receipts.first_key_value().map(|((at, _), _)| *at)
    }

    /// Returns the next receipt that has arrived by `now`.
    pub fn receive(&mut self, now: Timestamp) -> Option<(AttemptId, Outcome)> {
        if self.next()? > now {
            return None;
        }
        self.receipts.pop_first().map(|(_, receipt)| receipt)
    }
}

fn hash(person: &PersonId) -> u64 {
    person.as_str().bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// Tells what happens, each receipt with its delay in milliseconds.
///
/// `habit` is what kind of person it is: below 25 nobody ever answers, from 80 on they always do.
fn story(dice: &mut Dice, channel: Channel, habit: u64) -> Vec<(u64, Outcome)> {
    let mut receipts = match channel {
        Channel::Voice => call(dice, habit),
        Channel::Sms => text(dice, habit),
        Channel::App => page(dice, habit),
    };
    if dice.chance(6) {
        let lasting = dice.chance(40);
        let after_ms = dice.within(0, 3_000);
        receipts = vec![(after_ms, Outcome::Failed { reason: "congested".into(), lasting })];
    }
    if dice.chance(4) {
        let lost = usize::try_from(dice.below(receipts.len() as u64)).expect("few");
        receipts.remove(lost);
    }
    if dice.chance(8) && !receipts.is_empty() {
        let (after_ms, outcome) = dice.pick(&receipts).clone();
        receipts.push((after_ms + dice.within(0, 20_000), outcome));
    }
    if dice.chance(6) {
        for (after_ms, _) in &mut receipts {
            *after_ms = dice.within(0, 30_000);
        }
    }
    receipts
}

fn call(dice: &mut Dice, habit: u64) -> Vec<(u64, Outcome)> {
    let ring_ms = dice.within(1_000, 40_000);
    let answers = habit >= 80 || (habit >= 25 && dice.chance(50));
    let mut receipts = Vec::new();
    if dice.chance(50) {
        receipts.push((200, Outcome::Sent));
    }
    if !answers {
        let end = match dice.below(5) {
            0 => Outcome::Busy,
            1 => Outcome::Rejected,
            2 => Outcome::Voicemail,
            _ => Outcome::NoAnswer,
        };
        receipts.push((ring_ms, end));
        return receipts;
    }
    match dice.below(6) {
        0 => {
            let after_s = u32::try_from(dice.within(1, 19)).expect("small");
            receipts.push((ring_ms + u64::from(after_s) * 1_000, Outcome::HungUp { after_s }));
        }
        1 => receipts.push((ring_ms + 20_000, Outcome::HeardInFull)),
        2 => {
            receipts.push((ring_ms + 20_000, Outcome::HeardInFull));
            let key_ms = dice.within(20_500, 60_000);
            receipts.push((ring_ms + key_ms, Outcome::KeyPressed { key: key(dice) }));
        }
        _ => {
            let key_ms = dice.within(2_000, 25_000);
            receipts.push((ring_ms + key_ms, Outcome::KeyPressed { key: key(dice) }));
            if dice.chance(15) {
                let again_ms = key_ms + dice.within(500, 9_000);
                receipts.push((ring_ms + again_ms, Outcome::KeyPressed { key: key(dice) }));
            }
        }
    }
    receipts
}

fn key(dice: &mut Dice) -> char {
    *dice.pick(&['1', '1', '1', '2', '9'])
}

fn text(dice: &mut Dice, habit: u64) -> Vec<(u64, Outcome)> {
    let mut receipts = vec![(dice.within(200, 4_000), Outcome::Sent)];
    if dice.chance(80) {
        receipts.push((dice.within(1_000, 9_000), Outcome::Delivered));
    }
    if dice.chance(20) {
        receipts.push((dice.within(5_000, 60_000), Outcome::Read));
    }
    if habit >= 25 && dice.chance(30) {
        let after_ms = dice.within(5_000, 240_000);
        receipts.push((after_ms, Outcome::Replied { text: words(dice) }));
        // Who asked back, or thought again, writes once more.
        if dice.chance(30) {
            let later_ms = after_ms + dice.within(2_000, 60_000);
            receipts.push((later_ms, Outcome::Replied { text: words(dice) }));
        }
    }
    if dice.chance(5) {
        let lasting = dice.chance(70);
        let bounced = Outcome::Failed { reason: "expired".into(), lasting };
        receipts.push((dice.within(1_000, 60_000), bounced));
    }
    receipts
}

fn words(dice: &mut Dice) -> CompactString {
    dice.pick(&WORDS).0.into()
}

fn page(dice: &mut Dice, habit: u64) -> Vec<(u64, Outcome)> {
    if dice.chance(30) {
        let failed = Outcome::Failed { reason: "no session".into(), lasting: dice.chance(50) };
        return vec![(dice.within(0, 500), failed)];
    }
    let mut receipts = vec![(dice.within(50, 900), Outcome::Delivered)];
    if habit >= 40 && dice.chance(40) {
        receipts.push((dice.within(1_000, 120_000), Outcome::Read));
    }
    receipts
}

/// Returns any outcome at all.
pub fn any_outcome(dice: &mut Dice) -> Outcome {
    match dice.below(13) {
        0 => Outcome::Sent,
        1 => Outcome::Delivered,
        2 => Outcome::Read,
        3 => Outcome::NoAnswer,
        4 => Outcome::Busy,
        5 => Outcome::HungUp { after_s: 8 },
        6 => Outcome::Voicemail,
        7 => Outcome::HeardInFull,
        8 => Outcome::KeyPressed { key: key(dice) },
        9 => Outcome::Replied { text: words(dice) },
        10 => Outcome::RungOff,
        11 => Outcome::Failed { reason: "line down".into(), lasting: true },
        _ => Outcome::Failed { reason: "congested".into(), lasting: false },
    }
}
