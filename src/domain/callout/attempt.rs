//! One try to reach one person by one channel, and what became of it.

use std::cmp::Ordering;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AttemptId, PersonId},
    person::Channel,
    time::Timestamp,
};

/// The keys that a call offers: heard, and cannot come.
pub const ANSWER_KEYS: [char; 2] = ['1', '2'];

/// What a channel reported of an attempt. Delivered is not answered: each is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// The carrier took it.
    Sent,
    /// It reached the handset or the page.
    Delivered,
    /// The person's device says it was looked at.
    Read,
    NoAnswer,
    Busy,
    Rejected,
    /// Taken, and put down before the message had been heard in full.
    HungUp {
        after_s: u32,
    },
    Voicemail,
    /// The whole message was played to somebody who stayed on the line (勉县: 20 s).
    HeardInFull,
    KeyPressed {
        key: char,
    },
    /// A text came back.
    Replied {
        text: CompactString,
    },
    /// We rang off, because somebody had answered or nobody is wanted any more.
    RungOff,
    /// The channel could not carry it. `lasting`: trying this address again is useless.
    Failed {
        reason: CompactString,
        lasting: bool,
    },
}

impl Outcome {
    /// Orders reports about one attempt by how much they say: a receipt that comes late or twice
    /// and says no more than is known changes nothing.
    fn weight(&self) -> u8 {
        match self {
            Outcome::Sent => 1,
            Outcome::Delivered => 2,
            Outcome::Read => 3,
            Outcome::RungOff
            | Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::Failed { .. } => 4,
            Outcome::HeardInFull => 5,
            Outcome::KeyPressed { .. } | Outcome::Replied { .. } => 6,
        }
    }

    /// Tells whether this report adds to `known`.
    pub fn outweighs(&self, known: Option<&Outcome>) -> bool {
        known.is_none_or(|known| self.weight().cmp(&known.weight()) == Ordering::Greater)
    }

    /// Tells whether the line is free again: no further report changes what the carrier is doing.
    pub fn ends(&self, channel: Channel) -> bool {
        match self {
            Outcome::Sent => channel == Channel::Sms,
            Outcome::Delivered | Outcome::Read => channel != Channel::Voice,
            Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::HeardInFull
            | Outcome::KeyPressed { .. }
            | Outcome::Replied { .. }
            | Outcome::RungOff
            | Outcome::Failed { .. } => true,
        }
    }

    /// Tells whether the transport, not the person, is why nothing came of it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::Failed { .. })
    }

    /// Returns the text that came back, if one did.
    pub fn words(&self) -> Option<&str> {
        if let Outcome::Replied { text } = self { Some(text) } else { None }
    }

    /// Returns what a policy calls this outcome when it lists what counts as an answer.
    pub fn sign(&self) -> Option<Sign> {
        match self {
            Outcome::Read => Some(Sign::Read),
            Outcome::HeardInFull => Some(Sign::HeardInFull),
            Outcome::KeyPressed { key } if ANSWER_KEYS.contains(key) => Some(Sign::KeyPressed),
            // A wrong key says that somebody is there and has heard, and nothing more.
            Outcome::KeyPressed { .. } => Some(Sign::HeardInFull),
            Outcome::Replied { .. } => Some(Sign::Replied),
            Outcome::Sent
            | Outcome::Delivered
            | Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::RungOff
            | Outcome::Failed { .. } => None,
        }
    }
}

/// A sign from a person that a policy may count as an answer. An answer given on the person's own page or
/// on their behalf always counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Read,
    HeardInFull,
    KeyPressed,
    Replied,
}

/// An attempt still to be made: what an event says when it asks for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub number: u32,
    pub person: PersonId,
    pub channel: Channel,
    /// Milliseconds after the event that plans it before which it must not start.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after_ms: u32,
    /// Which try this is for this person by this channel, from 0: everybody's 0 goes before
    /// anybody's 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ordinal: u32,
    /// A notice tells and demands nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub notice: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Waits for a line.
    Queued,
    /// Handed to the channel; its end is not known.
    Started,
    /// The channel has done with it.
    Ended,
    /// Never made: no longer wanted when its turn came.
    Dropped,
}

/// An attempt as the board knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub person: PersonId,
    pub channel: Channel,
    pub rung: u8,
    pub ordinal: u32,
    pub notice: bool,
    pub not_before: Timestamp,
    pub progress: Progress,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    /// Times it was handed over again after a crash left its end unknown: each may have rung twice.
    pub repeats: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_that_says_no_more_than_is_known_is_not_news() {
        assert!(Outcome::Delivered.outweighs(Some(&Outcome::Sent)));
        assert!(!Outcome::Sent.outweighs(Some(&Outcome::Delivered)));
        assert!(!Outcome::Delivered.outweighs(Some(&Outcome::Delivered)));
        assert!(!Outcome::Busy.outweighs(Some(&Outcome::NoAnswer)));
    }

    #[test]
    fn a_key_pressed_late_outweighs_every_other_end() {
        let key = Outcome::KeyPressed { key: '1' };
        for end in [Outcome::HeardInFull, Outcome::NoAnswer, Outcome::HungUp { after_s: 8 }] {
            assert!(key.outweighs(Some(&end)), "{end:?}");
        }
    }

    #[test]
    fn delivered_is_no_sign_of_a_person() {
        for outcome in [Outcome::Sent, Outcome::Delivered, Outcome::Voicemail] {
            assert_eq!(outcome.sign(), None);
        }
    }
}
