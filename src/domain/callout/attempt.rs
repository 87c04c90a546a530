//! One try to reach one person by one channel, and what became of it.

use std::cmp::Ordering;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AttemptId, ObligationId, PersonId},
    person::Channel,
    time::Timestamp,
};

/// From one ring to the next, in seconds: one of tone, four of silence, as exchanges in China ring.
const RING_S: u64 = 5;
/// The key that says "heard", also as the first character of a text.
const ANSWER_KEY: char = '1';
/// The key that says "cannot come", likewise. A wrong key says only that somebody is there and has heard.
const DECLINE_KEY: char = '2';
/// Words in a text that say "cannot come"; they outweigh [`YES_WORDS`], as 没收到 does 收到.
const NO_WORDS: [&str; 13] = [
    "不能",
    "无法",
    "不行",
    "没法",
    "来不了",
    "去不了",
    "到不了",
    "不在",
    "没空",
    "没收到",
    "未收到",
    "不知",
    "不到",
];
/// Words in a text that say "heard". A text that says neither is kept for the desk and stops nothing.
const YES_WORDS: [&str; 10] =
    ["收到", "知道", "明白", "好的", "马上", "已到", "到岗", "在岗", "OK", "ok"];

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
    /// and says no more than is known changes nothing. "Heard" says more than "who is this?", and "cannot
    /// come" more than "heard", whichever came first: taking the one for the other wakes one more person,
    /// never one too few.
    fn weight(&self) -> u8 {
        match self {
            _ if self.says() == Some(false) => 8,
            _ if self.says() == Some(true) => 7,
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

    /// Tells whether another try by this channel is pointless: the person has said something, or nobody
    /// is wanted any more, or the address is dead.
    pub fn is_final(&self) -> bool {
        match self {
            Outcome::KeyPressed { key } => [ANSWER_KEY, DECLINE_KEY].contains(key),
            Outcome::Replied { .. } | Outcome::RungOff => true,
            Outcome::Failed { lasting, .. } => *lasting,
            Outcome::Sent
            | Outcome::Delivered
            | Outcome::Read
            | Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::HeardInFull => false,
        }
    }

    /// Tells whether the transport, not the person, is why nothing came of it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::Failed { .. })
    }

    /// Tells whether the person says that he cannot come.
    pub fn says_no(&self) -> bool {
        self.says() == Some(false)
    }

    /// Returns whether the person says that he has heard and comes, or that he cannot; `None` where he
    /// says neither.
    fn says(&self) -> Option<bool> {
        match self {
            Outcome::KeyPressed { key: ANSWER_KEY } => Some(true),
            Outcome::KeyPressed { key: DECLINE_KEY } => Some(false),
            Outcome::Replied { text } => says(text),
            Outcome::KeyPressed { .. }
            | Outcome::Sent
            | Outcome::Delivered
            | Outcome::Read
            | Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::HeardInFull
            | Outcome::RungOff
            | Outcome::Failed { .. } => None,
        }
    }

    /// Returns the text that came back, if one did.
    pub fn words(&self) -> Option<&str> {
        if let Outcome::Replied { text } = self { Some(text) } else { None }
    }

    /// Returns what a policy may call this outcome when it lists what counts as an answer. Whoever presses
    /// a key is there and has heard, the right key or a wrong one.
    pub fn signs(&self) -> &'static [Sign] {
        match self {
            Outcome::Read => &[Sign::Read],
            Outcome::HeardInFull => &[Sign::HeardInFull],
            Outcome::KeyPressed { key } if [ANSWER_KEY, DECLINE_KEY].contains(key) => {
                &[Sign::KeyPressed, Sign::HeardInFull]
            }
            Outcome::KeyPressed { .. } => &[Sign::HeardInFull],
            Outcome::Replied { text } if says(text).is_some() => &[Sign::Replied],
            Outcome::Replied { .. }
            | Outcome::Sent
            | Outcome::Delivered
            | Outcome::NoAnswer
            | Outcome::Busy
            | Outcome::Rejected
            | Outcome::HungUp { .. }
            | Outcome::Voicemail
            | Outcome::RungOff
            | Outcome::Failed { .. } => &[],
        }
    }
}

/// Returns whether a text says that its sender has heard and comes, or that he cannot; `None` where it
/// says neither. "20 人已转移" is a number, not a choice.
fn says(text: &str) -> Option<bool> {
    let mut characters = text.trim_start().chars();
    let first = characters.next();
    let is_choice = !characters.next().is_some_and(char::is_numeric);
    let chosen = |key: char, wide: char| is_choice && first.is_some_and(|c| c == key || c == wide);
    if chosen(DECLINE_KEY, '２') || NO_WORDS.iter().any(|word| text.contains(word)) {
        Some(false)
    } else if chosen(ANSWER_KEY, '１') || YES_WORDS.iter().any(|word| text.contains(word)) {
        Some(true)
    } else {
        None
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
    /// When it was handed to its channel, the last time where it was repeated.
    pub started_at: Option<Timestamp>,
    /// When a telephone began to ring, the last time likewise.
    #[serde(default)]
    pub rang_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    /// Times it was handed over again after a crash left its end unknown: each may have rung twice.
    pub repeats: u32,
    /// The other errands that this call is about: an answer to it is an answer to them.
    pub also: Vec<ObligationId>,
}

impl Attempt {
    /// Returns how often a telephone rang that nobody took.
    pub fn rings_untaken(&self) -> u32 {
        let untaken = self.channel == Channel::Voice && self.outcome == Some(Outcome::NoAnswer);
        let times = self.rang_at.zip(self.ended_at).filter(|_| untaken);
        let rung_s = times.map_or(0, |(rang, ended)| ended.since(rang).as_secs());
        u32::try_from(rung_s / RING_S).unwrap_or(u32::MAX)
    }

    /// Tells whether this call, which is over at `now`, spares `other` that waits: it would have told
    /// the same person by the same channel.
    pub(super) fn covers(&self, other: &Attempt, now: Timestamp) -> bool {
        other.progress == Progress::Queued
            && other.person == self.person
            && other.channel == self.channel
            && other.notice == self.notice
            && other.not_before <= now
    }
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
    fn cannot_come_is_news_after_heard_and_never_the_other_way_round() {
        let (heard, cannot) = (replied("收到"), replied("2 车坏了"));
        assert!(cannot.outweighs(Some(&heard)));
        assert!(!heard.outweighs(Some(&cannot)));
        assert!(!cannot.outweighs(Some(&replied("2"))));
    }

    #[test]
    fn heard_is_news_after_words_that_say_neither() {
        assert!(replied("收到").outweighs(Some(&replied("谁啊"))));
        assert!(!replied("谁啊").outweighs(Some(&replied("收到"))));
        let (wrong, right) = (Outcome::KeyPressed { key: '9' }, Outcome::KeyPressed { key: '1' });
        assert!(right.outweighs(Some(&wrong)));
        assert!(!wrong.outweighs(Some(&right)));
        assert!(wrong.outweighs(Some(&Outcome::HeardInFull)));
    }

    #[test]
    fn a_text_says_no_by_its_first_character_unless_that_begins_a_number() {
        for (text, no) in [("2", true), (" 2，来不了", true), ("２", true), ("2来不了", true)]
        {
            assert_eq!(replied(text).says_no(), no, "{text}");
        }
        for text in ["1", "收到", "20人已转移", "12", ""] {
            assert!(!replied(text).says_no(), "{text}");
        }
    }

    #[test]
    fn a_text_stops_the_ringing_only_when_it_says_yes() {
        for text in ["1", "１", "收到", "明白，马上到岗", "1 已出发"] {
            assert_eq!(replied(text).signs(), [Sign::Replied], "{text}");
            assert!(!replied(text).says_no(), "{text}");
        }
        for text in ["我在外地，无法到岗", "没收到，什么预警？", "不行"] {
            assert!(replied(text).says_no(), "{text}");
        }
        for text in ["", "？", "谁啊", "20人", "请发到另一个号码"] {
            assert!(replied(text).signs().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_wrong_key_says_that_somebody_has_heard_and_no_more() {
        let key = |key| Outcome::KeyPressed { key };
        assert_eq!(key('1').signs(), [Sign::KeyPressed, Sign::HeardInFull]);
        assert_eq!(key('2').signs(), [Sign::KeyPressed, Sign::HeardInFull]);
        assert_eq!(key('7').signs(), [Sign::HeardInFull]);
        assert!(key('1').is_final() && !key('7').is_final());
    }

    #[test]
    fn delivered_is_no_sign_of_a_person() {
        for outcome in [Outcome::Sent, Outcome::Delivered, Outcome::Voicemail] {
            assert!(outcome.signs().is_empty());
        }
    }

    fn replied(text: &str) -> Outcome {
        Outcome::Replied { text: text.into() }
    }
}
