//! Exactly what one person does, try by try: for drills that must come out as written, and for tests.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::ids::PersonId;

/// The key that the message asks for.
pub(super) const ASKED_KEY: char = '1';

/// What one person does, one act for each try; the last act is repeated for the tries after it. With no
/// act for a channel, the [`Behaviour`](super::Behaviour) decides there.
///
/// ```toml
/// person = "p-17"
/// voice = ["no_answer", { hang_up = { after_s = 8 } }, "hear"]
/// sms = [{ reply = { text = "收到", after_s = 40 } }]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub person: PersonId,
    #[serde(default)]
    pub voice: Vec<VoiceAct>,
    #[serde(default)]
    pub sms: Vec<SmsAct>,
}

impl Script {
    pub fn of(person: PersonId) -> Self {
        Self { person, voice: Vec::new(), sms: Vec::new() }
    }

    #[must_use]
    pub fn voice(self, acts: impl Into<Vec<VoiceAct>>) -> Self {
        Self { voice: acts.into(), ..self }
    }

    #[must_use]
    pub fn sms(self, acts: impl Into<Vec<SmsAct>>) -> Self {
        Self { sms: acts.into(), ..self }
    }

    pub(super) fn voice_act(&self, ordinal: u32) -> Option<&VoiceAct> {
        at(&self.voice, ordinal)
    }

    pub(super) fn sms_act(&self, ordinal: u32) -> Option<&SmsAct> {
        at(&self.sms, ordinal)
    }
}

fn at<T>(acts: &[T], ordinal: u32) -> Option<&T> {
    acts.get(usize::try_from(ordinal).unwrap_or(usize::MAX)).or(acts.last())
}

/// What comes of one telephone call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum VoiceAct {
    /// Rings until the carrier gives up.
    NoAnswer,
    Busy,
    Reject,
    /// Picks up and puts down this long into the message.
    HangUp {
        after_s: u32,
    },
    /// Hears the message out and presses nothing.
    Hear,
    /// Hears the message out and presses a key.
    Press {
        key: char,
    },
    /// As `press`, but the carrier tells of the key only after it has told of the end of the call.
    PressLate {
        key: char,
    },
    Voicemail,
    /// There is no such number.
    Invalid,
    /// Switched off, or out of coverage.
    Unreachable,
    /// The network is full.
    Congested,
}

/// What comes of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SmsAct {
    /// The carrier took it, and nothing more is ever heard of it.
    Vanish,
    /// Reaches the handset; nobody replies.
    Deliver,
    /// Reaches the handset, and this comes back so long after.
    Reply { text: CompactString, after_s: u32 },
    /// There is no such number.
    Invalid,
    /// The network is full.
    Congested,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_people_write_it() {
        let script: Script = toml::from_str(
            r#"
            person = "p-17"
            voice = ["no_answer", { hang_up = { after_s = 8 } }, { press = { key = "1" } }]
            sms = [{ reply = { text = "收到", after_s = 40 } }]
            "#,
        )
        .unwrap();
        let expected = Script::of("p-17".parse().unwrap())
            .voice([
                VoiceAct::NoAnswer,
                VoiceAct::HangUp { after_s: 8 },
                VoiceAct::Press { key: '1' },
            ])
            .sms([SmsAct::Reply { text: "收到".into(), after_s: 40 }]);
        assert_eq!(script, expected);
    }

    #[test]
    fn a_slip_of_the_pen_is_refused() {
        for text in [
            "person = 'p'\nvoise = ['busy']",
            "person = 'p'\nvoice = ['bussy']",
            "person = 'p'\nvoice = [{ hang_up = { after_s = 8, after_ms = 1 } }]",
        ] {
            assert!(toml::from_str::<Script>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_act_is_repeated() {
        let script = Script::of("p".parse().unwrap()).voice([VoiceAct::NoAnswer, VoiceAct::Hear]);
        let acts: Vec<_> = (0..4).filter_map(|ordinal| script.voice_act(ordinal)).collect();
        assert_eq!(acts, [&VoiceAct::NoAnswer, &VoiceAct::Hear, &VoiceAct::Hear, &VoiceAct::Hear]);
        assert_eq!(script.sms_act(0), None);
    }
}
