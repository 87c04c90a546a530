//! The behaviours that come with the program.
//!
//! The numbers are proposals, for a village at night; no source was found that measured them. A county
//! that has called out for real puts its own in their place.

use super::behaviour::{Behaviour, Reporting, Sms, SmsShares, Spread, Voice, VoiceShares};

impl Behaviour {
    /// Returns a village at night: 78 % hear the message out, three in four of whom press the key in
    /// time.
    pub fn realistic() -> Self {
        Self {
            habit: 0.3,
            voice: Voice::default(),
            sms: Sms::default(),
            reporting: Reporting::default(),
        }
    }

    /// Returns a county where everybody answers at the first ring and the carrier makes no mistake.
    pub fn perfect() -> Self {
        Self {
            habit: 0.0,
            voice: Voice {
                shares: VoiceShares { pressed: 1.0, ..VoiceShares::NONE },
                setup_ms: Spread::always(2_000),
                answer_ms: Spread::always(3_000),
                key_ms: Spread::always(2_000),
                ..Voice::default()
            },
            sms: Sms {
                shares: SmsShares { replied: 1.0, ..SmsShares::NONE },
                submit_ms: Spread::always(500),
                delivery_ms: Spread::always(1_500),
                reply_ms: Spread::always(20_000),
                ..Sms::default()
            },
            reporting: Reporting::faithful(),
        }
    }

    /// Returns a county where every telephone rings and nobody takes one up.
    pub fn nobody() -> Self {
        let mut behaviour = Self::perfect();
        behaviour.voice.shares = VoiceShares { no_answer: 1.0, ..VoiceShares::NONE };
        behaviour.sms.shares = SmsShares { delivered: 1.0, ..SmsShares::NONE };
        behaviour
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::realistic()
    }
}

impl Default for Voice {
    fn default() -> Self {
        Self {
            shares: VoiceShares {
                pressed: 0.58,
                pressed_late: 0.05,
                pressed_wrong_key: 0.01,
                heard: 0.14,
                hung_up: 0.03,
                no_answer: 0.09,
                busy: 0.04,
                rejected: 0.01,
                voicemail: 0.03,
                invalid: 0.005,
                unreachable: 0.01,
                congested: 0.005,
            },
            setup_ms: Spread::new(1_500, 3_000, 6_000),
            answer_ms: Spread::new(2_000, 8_000, 25_000),
            reject_ms: Spread::new(2_000, 5_000, 15_000),
            mailbox_ms: Spread::new(2_000, 3_000, 5_000),
            key_ms: Spread::new(500, 2_000, 6_000),
            give_up_ms: 30_000,
            key_window_ms: 6_000,
            goodbye_ms: 1_500,
            // The whole message must be heard (勉县: 20 s).
            message_ms: 20_000,
            chars_per_s: 4,
        }
    }
}

impl Default for Sms {
    fn default() -> Self {
        Self {
            shares: SmsShares {
                replied: 0.45,
                delivered: 0.47,
                vanished: 0.06,
                invalid: 0.01,
                congested: 0.01,
            },
            submit_ms: Spread::new(100, 500, 3_000),
            delivery_ms: Spread::new(500, 3_000, 60_000),
            reply_ms: Spread::new(8_000, 60_000, 600_000),
            replies: ["收到", "1", "好的，收到", "收到，马上去"].map(String::from).to_vec(),
        }
    }
}

impl Default for Reporting {
    fn default() -> Self {
        Self {
            lag_ms: Spread::new(50, 200, 2_000),
            late_key_ms: Spread::new(1_000, 5_000, 20_000),
            duplicated: 0.01,
            out_of_order: 0.01,
            lost: 0.003,
        }
    }
}

impl Reporting {
    /// Returns receipts that come at once, once, in order and always.
    pub fn faithful() -> Self {
        Self {
            lag_ms: Spread::always(0),
            late_key_ms: Spread::always(5_000),
            duplicated: 0.0,
            out_of_order: 0.0,
            lost: 0.0,
        }
    }
}

impl VoiceShares {
    /// No call at all: to be filled in.
    pub const NONE: Self = Self {
        pressed: 0.0,
        pressed_late: 0.0,
        pressed_wrong_key: 0.0,
        heard: 0.0,
        hung_up: 0.0,
        no_answer: 0.0,
        busy: 0.0,
        rejected: 0.0,
        voicemail: 0.0,
        invalid: 0.0,
        unreachable: 0.0,
        congested: 0.0,
    };
}

impl SmsShares {
    /// No text at all: to be filled in.
    pub const NONE: Self =
        Self { replied: 0.0, delivered: 0.0, vanished: 0.0, invalid: 0.0, congested: 0.0 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::simulated::Faults;

    #[test]
    fn the_built_in_behaviours_are_sound() {
        for behaviour in [Behaviour::realistic(), Behaviour::perfect(), Behaviour::nobody()] {
            assert_eq!(behaviour.faults(), Faults::default());
        }
    }
}
