//! How people, handsets and the carrier behave, as data that a drill can change.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Shares of one table may miss 1 by so much, as 0.1 cannot be written exactly in binary.
const SUM_TOLERANCE: f64 = 1e-6;
/// Longest time a simulation may be told to take over anything: an hour.
const LONGEST_MS: u32 = 3_600_000;

/// How calls and texts fare. What a file leaves out is as in [`Behaviour::realistic`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How much a person's tries resemble each other, from 0 (each is drawn anew) to 1 (whoever does not
    /// hear the first call hears none). The shares among all calls stay as given.
    pub habit: f64,
    pub voice: Voice,
    pub sms: Sms,
    pub reporting: Reporting,
}

/// Telephone calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Voice {
    pub shares: VoiceShares,
    /// From dialling until it rings, or until the network says why it does not.
    pub setup_ms: Spread,
    /// From the first ring until it is taken, by a person or a mailbox.
    pub answer_ms: Spread,
    /// From the first ring until it is pushed away.
    pub reject_ms: Spread,
    /// How long a mailbox is listened to before it is known for one.
    pub mailbox_ms: Spread,
    /// From the end of the message until the key is pressed.
    pub key_ms: Spread,
    /// How long it rings before the carrier gives up.
    pub give_up_ms: u32,
    /// How long the line waits for a key after the message.
    pub key_window_ms: u32,
    /// The words spoken once a key has been pressed, such as 已确认.
    pub goodbye_ms: u32,
    /// How long the message takes; 0 means by its length, at `chars_per_s`.
    pub message_ms: u32,
    pub chars_per_s: u32,
}

/// What part of telephone calls ends in which way; together 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceShares {
    pub pressed: f64,
    pub pressed_late: f64,
    pub pressed_wrong_key: f64,
    pub heard: f64,
    pub hung_up: f64,
    pub no_answer: f64,
    pub busy: f64,
    pub rejected: f64,
    pub voicemail: f64,
    /// Wrong numbers: a property of the address, the same at every try.
    pub invalid: f64,
    pub unreachable: f64,
    pub congested: f64,
}

/// Texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    pub shares: SmsShares,
    /// From handing over until the carrier says it took it.
    pub submit_ms: Spread,
    /// From then until it reaches the handset.
    pub delivery_ms: Spread,
    /// From then until a reply comes.
    pub reply_ms: Spread,
    /// What people reply, each as often.
    pub replies: Vec<String>,
}

/// What part of texts ends in which way; together 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsShares {
    pub replied: f64,
    pub delivered: f64,
    /// Taken by the carrier and never heard of again.
    pub vanished: f64,
    /// Wrong numbers: a property of the address, the same at every try.
    pub invalid: f64,
    pub congested: f64,
}

/// What becomes of the carrier's receipts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reporting {
    /// From what happened until its receipt comes.
    pub lag_ms: Spread,
    /// How much later than the end of the call a late key press is told.
    pub late_key_ms: Spread,
    /// Chance that a receipt comes twice.
    pub duplicated: f64,
    /// Chance that the first receipt of a call comes after its last.
    pub out_of_order: f64,
    /// Chance that no receipt of a call ever comes.
    pub lost: f64,
}

/// A length of time that varies: half of the draws lie between `min` and `median`, half between `median` and
/// `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    pub min: u32,
    pub median: u32,
    pub max: u32,
}

impl Spread {
    pub const fn new(min: u32, median: u32, max: u32) -> Self {
        Self { min, median, max }
    }

    pub const fn always(ms: u32) -> Self {
        Self::new(ms, ms, ms)
    }
}

impl Behaviour {
    /// Tells everything that is wrong with it.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.probability("habit", self.habit);
        self.voice.check(&mut faults);
        self.sms.check(&mut faults);
        self.reporting.check(&mut faults);
        faults
    }
}

impl Reporting {
    fn check(&self, faults: &mut Faults) {
        faults.spread("reporting.lag_ms", self.lag_ms);
        faults.spread("reporting.late_key_ms", self.late_key_ms);
        faults.probability("reporting.duplicated", self.duplicated);
        faults.probability("reporting.out_of_order", self.out_of_order);
        faults.probability("reporting.lost", self.lost);
    }
}

impl VoiceShares {
    fn all(&self) -> [f64; 12] {
        [
            self.pressed,
            self.pressed_late,
            self.pressed_wrong_key,
            self.heard,
            self.hung_up,
            self.no_answer,
            self.busy,
            self.rejected,
            self.voicemail,
            self.invalid,
            self.unreachable,
            self.congested,
        ]
    }
}

impl SmsShares {
    fn all(&self) -> [f64; 5] {
        [self.replied, self.delivered, self.vanished, self.invalid, self.congested]
    }
}

impl Voice {
    fn check(&self, faults: &mut Faults) {
        faults.shares("voice.shares", &self.shares.all());
        faults.spread("voice.setup_ms", self.setup_ms);
        faults.spread("voice.answer_ms", self.answer_ms);
        faults.spread("voice.reject_ms", self.reject_ms);
        faults.spread("voice.mailbox_ms", self.mailbox_ms);
        faults.spread("voice.key_ms", self.key_ms);
        faults.length("voice.give_up_ms", self.give_up_ms);
        faults.length("voice.key_window_ms", self.key_window_ms);
        faults.length("voice.goodbye_ms", self.goodbye_ms);
        faults.length("voice.message_ms", self.message_ms);
        if self.answer_ms.max.max(self.reject_ms.max) > self.give_up_ms {
            faults.add("voice.give_up_ms", "is shorter than the longest answer_ms or reject_ms");
        }
        if self.key_ms.max > self.key_window_ms {
            faults.add("voice.key_window_ms", "is shorter than the longest key_ms");
        }
        if !(1..=100).contains(&self.chars_per_s) {
            faults.add("voice.chars_per_s", "must be from 1 to 100");
        }
    }
}

impl Sms {
    fn check(&self, faults: &mut Faults) {
        faults.shares("sms.shares", &self.shares.all());
        faults.spread("sms.submit_ms", self.submit_ms);
        faults.spread("sms.delivery_ms", self.delivery_ms);
        faults.spread("sms.reply_ms", self.reply_ms);
        if self.shares.replied > 0.0 && self.replies.is_empty() {
            faults.add("sms.replies", "is empty, but some people reply");
        }
    }
}

/// Everything that is wrong with a [`Behaviour`], by field.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<(&'static str, String)>);

impl Faults {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each fault as the field it is in and what is wrong there.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, problem)| (*field, problem.as_str()))
    }

    fn add(&mut self, field: &'static str, problem: impl Into<String>) {
        self.0.push((field, problem.into()));
    }

    fn probability(&mut self, field: &'static str, value: f64) {
        // NaN is in no range.
        if !(0.0..=1.0).contains(&value) {
            self.add(field, format!("{value} is not from 0 to 1"));
        }
    }

    fn shares(&mut self, field: &'static str, shares: &[f64]) {
        for share in shares {
            self.probability(field, *share);
        }
        let sum: f64 = shares.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            self.add(field, format!("together {sum}, not 1"));
        }
    }

    fn spread(&mut self, field: &'static str, spread: Spread) {
        if !(spread.min <= spread.median && spread.median <= spread.max) {
            self.add(field, "must have min <= median <= max");
        }
        self.length(field, spread.max);
    }

    fn length(&mut self, field: &'static str, ms: u32) {
        if ms > LONGEST_MS {
            self.add(field, format!("{ms} ms is more than an hour"));
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (field, problem)) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{field}: {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_behaviour_is_read_as_it_is_written_and_may_be_given_in_part() {
        let written = toml::to_string(&Behaviour::nobody()).unwrap();
        assert_eq!(toml::from_str::<Behaviour>(&written).unwrap(), Behaviour::nobody());
        let part: Behaviour =
            toml::from_str("[reporting]\nlost = 0.5\n[voice]\ngive_up_ms = 45000").unwrap();
        let mut expected = Behaviour::realistic();
        expected.reporting.lost = 0.5;
        expected.voice.give_up_ms = 45_000;
        assert_eq!(part, expected);
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused() {
        for text in ["habits = 1", "[voice]\nring = 3", "[voice.setup_ms]\nmin=1\nmax=2\nmean=1"] {
            assert!(toml::from_str::<Behaviour>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut behaviour = Behaviour::perfect();
        behaviour.habit = 1.5;
        behaviour.voice.shares.busy = 0.25;
        behaviour.voice.setup_ms = Spread::new(3, 2, 1);
        behaviour.voice.give_up_ms = 2_000;
        behaviour.sms.replies.clear();
        behaviour.reporting.lost = f64::NAN;
        let faults = behaviour.faults();
        let fields: Vec<_> = faults.iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            [
                "habit",
                "voice.shares",
                "voice.setup_ms",
                "voice.give_up_ms",
                "sms.replies",
                "reporting.lost",
            ]
        );
        assert!(faults.to_string().contains("voice.shares: together 1.25, not 1"), "{faults}");
    }
}
