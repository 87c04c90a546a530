//! The course of one call, from dialling to the last receipt. No clock: every time counts from the
//! moment the call was placed.
//!
//! Invariant: no outcome that ends a call is told while its line is held, so a caller who frees the
//! line on hearing of the end never finds it taken.

use std::time::Duration;

use compact_str::CompactString;

use super::{
    behaviour::{Sms, Spread, Voice},
    chance::Chance,
    script::{SmsAct, VoiceAct},
};
use crate::{channels::Message, domain::callout::attempt::Outcome};

/// One receipt of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When it happens.
    pub happens: Duration,
    /// When its receipt leaves the carrier.
    pub told: Duration,
    pub outcome: Outcome,
}

/// What becomes of a call if nobody rings off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they are told; empty when no receipt ever comes.
    pub reports: Vec<Report>,
    /// How long the call holds a line; zero for a text.
    pub line_free_after: Duration,
    /// When somebody had heard the whole message.
    pub heard: Option<Duration>,
}

impl Plan {
    /// Ends the call at `at`, when the first `told` reports have been told: the line is free, and one last
    /// report says how it ended. Nothing changes where the line was free before.
    pub fn cut(&mut self, at: Duration, told: usize) {
        if at >= self.line_free_after {
            return;
        }
        self.line_free_after = at;
        self.reports.truncate(told);
        // Ringing off does not undo what has been heard.
        let (happens, outcome) = match self.heard.filter(|heard| *heard <= at) {
            Some(heard) => (heard, Outcome::HeardInFull),
            None => (at, Outcome::RungOff),
        };
        self.reports.push(Report { happens, told: at, outcome });
    }

    fn happens(&mut self, at: Duration, outcome: Outcome) {
        self.reports.push(Report { happens: at, told: at, outcome });
    }

    /// Ends the call at `at` with `outcome`.
    fn ends(&mut self, at: Duration, outcome: Outcome) {
        self.ends_after(at, at, outcome);
    }

    /// Frees the line at `over`, which is when what happened at `happens` is told.
    fn ends_after(&mut self, over: Duration, happens: Duration, outcome: Outcome) {
        self.line_free_after = over;
        self.reports.push(Report { happens, told: over, outcome });
    }
}

/// How long things take: drawn, or half way, which is what a scripted person takes.
pub(super) enum Pace {
    Drawn(Chance),
    Median,
}

impl Pace {
    fn take(&mut self, spread: Spread) -> Duration {
        match self {
            Pace::Drawn(chance) => drawn(spread, chance),
            Pace::Median => millis(spread.median),
        }
    }
}

/// Draws a length of time from `spread`.
pub(super) fn drawn(spread: Spread, chance: &mut Chance) -> Duration {
    let Spread { min, median, max } = spread;
    let (from, to) = if chance.below(2) == 0 { (min, median) } else { (median, max) };
    let past = chance.below(u64::from(to - from) + 1);
    millis(from) + Duration::from_millis(past)
}

/// Returns how long it takes to read `message` out.
pub(super) fn message_length(voice: &Voice, message: &Message) -> Duration {
    match voice.message_ms {
        0 => {
            let chars = u32::try_from(message.speech.chars().count()).unwrap_or(u32::MAX);
            Duration::from_secs(u64::from(chars.div_ceil(voice.chars_per_s).max(1)))
        }
        fixed => millis(fixed),
    }
}

/// A call as it goes when the person or the network does what an act says.
pub(super) struct Telephone<'a> {
    pub(super) voice: &'a Voice,
    pub(super) pace: Pace,
    pub(super) message: Duration,
    pub(super) late_key: Spread,
    pub(super) demands_answer: bool,
}

/// What somebody who has heard the message does about the key.
enum Key {
    None,
    Told(char),
    ToldLate(char),
}

impl Telephone<'_> {
    pub(super) fn follow(mut self, act: &VoiceAct) -> Plan {
        let mut plan = Plan::default();
        plan.happens(Duration::ZERO, Outcome::Sent);
        let setup = self.pace.take(self.voice.setup_ms);
        match act {
            VoiceAct::Busy => plan.ends(setup, Outcome::Busy),
            VoiceAct::Invalid => plan.ends(setup, failed("invalid_number", true)),
            VoiceAct::Unreachable => plan.ends(setup, failed("unreachable", false)),
            VoiceAct::Congested => plan.ends(setup, failed("congested", false)),
            VoiceAct::NoAnswer => {
                plan.happens(setup, Outcome::Delivered);
                plan.ends(setup + millis(self.voice.give_up_ms), Outcome::NoAnswer);
            }
            VoiceAct::Reject => {
                plan.happens(setup, Outcome::Delivered);
                plan.ends(setup + self.pace.take(self.voice.reject_ms), Outcome::Rejected);
            }
            VoiceAct::Voicemail => {
                let taken = self.taken(&mut plan, setup);
                plan.ends(taken + self.pace.take(self.voice.mailbox_ms), Outcome::Voicemail);
            }
            VoiceAct::HangUp { after_s } => self.hung_up(&mut plan, setup, *after_s),
            VoiceAct::Hear => self.heard(&mut plan, setup, &Key::None),
            VoiceAct::Press { key } => self.heard(&mut plan, setup, &Key::Told(*key)),
            VoiceAct::PressLate { key } => self.heard(&mut plan, setup, &Key::ToldLate(*key)),
        }
        plan
    }

    fn hung_up(&mut self, plan: &mut Plan, setup: Duration, after_s: u32) {
        if seconds(after_s) >= self.message {
            return self.heard(plan, setup, &Key::None);
        }
        let taken = self.taken(plan, setup);
        plan.ends(taken + seconds(after_s), Outcome::HungUp { after_s });
    }

    /// Plays the message to its end. It asks for the key at its end, so nobody presses one before.
    fn heard(&mut self, plan: &mut Plan, setup: Duration, key: &Key) {
        let heard = self.taken(plan, setup) + self.message;
        plan.heard = Some(heard);
        if !self.demands_answer {
            return plan.ends(heard, Outcome::HeardInFull);
        }
        let pressed = heard + self.pace.take(self.voice.key_ms);
        let waited = heard + millis(self.voice.key_window_ms);
        match *key {
            Key::None => plan.ends_after(waited, heard, Outcome::HeardInFull),
            Key::Told(key) => {
                let over = pressed + millis(self.voice.goodbye_ms);
                plan.ends_after(over, pressed, Outcome::KeyPressed { key });
            }
            Key::ToldLate(key) => {
                plan.ends_after(waited, heard, Outcome::HeardInFull);
                let told = waited + self.pace.take(self.late_key);
                let outcome = Outcome::KeyPressed { key };
                plan.reports.push(Report { happens: pressed, told, outcome });
            }
        }
    }

    /// Rings until the call is taken, and returns when.
    fn taken(&mut self, plan: &mut Plan, setup: Duration) -> Duration {
        plan.happens(setup, Outcome::Delivered);
        setup + self.pace.take(self.voice.answer_ms)
    }
}

/// Lays out a text that fares as `act` says.
pub(super) fn text(sms: &Sms, mut pace: Pace, demands_answer: bool, act: &SmsAct) -> Plan {
    let mut plan = Plan::default();
    let submitted = pace.take(sms.submit_ms);
    let delivered = submitted + pace.take(sms.delivery_ms);
    match act {
        SmsAct::Congested => plan.happens(submitted, failed("congested", false)),
        SmsAct::Vanish => plan.happens(submitted, Outcome::Sent),
        SmsAct::Invalid => {
            plan.happens(submitted, Outcome::Sent);
            plan.happens(delivered, failed("invalid_number", true));
        }
        SmsAct::Deliver => {
            plan.happens(submitted, Outcome::Sent);
            plan.happens(delivered, Outcome::Delivered);
        }
        SmsAct::Reply { text, after_s } => {
            plan.happens(submitted, Outcome::Sent);
            plan.happens(delivered, Outcome::Delivered);
            if demands_answer {
                let reply = Outcome::Replied { text: text.clone() };
                plan.happens(delivered + seconds(*after_s), reply);
            }
        }
    }
    plan
}

fn failed(reason: &'static str, lasting: bool) -> Outcome {
    Outcome::Failed { reason: CompactString::const_new(reason), lasting }
}

fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

fn seconds(s: u32) -> Duration {
    Duration::from_secs(u64::from(s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        channels::{sample, simulated::Behaviour},
        domain::person::Channel,
    };

    #[test]
    fn calls_that_are_not_taken_free_the_line_when_they_end() {
        let sent = (0, 0, Outcome::Sent);
        let rings = (2_000, 2_000, Outcome::Delivered);
        let ends = |at, outcome| (at, at, outcome);
        check(VoiceAct::Busy, 2_000, &[sent.clone(), ends(2_000, Outcome::Busy)]);
        let invalid = failed("invalid_number", true);
        check(VoiceAct::Invalid, 2_000, &[sent.clone(), ends(2_000, invalid)]);
        let unreachable = failed("unreachable", false);
        check(VoiceAct::Unreachable, 2_000, &[sent.clone(), ends(2_000, unreachable)]);
        let congested = failed("congested", false);
        check(VoiceAct::Congested, 2_000, &[sent.clone(), ends(2_000, congested)]);
        let unanswered = [sent.clone(), rings.clone(), ends(32_000, Outcome::NoAnswer)];
        check(VoiceAct::NoAnswer, 32_000, &unanswered);
        let rejected = [sent.clone(), rings.clone(), ends(7_000, Outcome::Rejected)];
        check(VoiceAct::Reject, 7_000, &rejected);
        check(VoiceAct::Voicemail, 8_000, &[sent, rings, ends(8_000, Outcome::Voicemail)]);
    }

    #[test]
    fn who_hangs_up_early_has_not_heard_it_and_who_hangs_up_late_has() {
        let before = [(0, 0, Outcome::Sent), (2_000, 2_000, Outcome::Delivered)];
        let early = (13_000, 13_000, Outcome::HungUp { after_s: 8 });
        let [sent, rings] = before.clone();
        check(VoiceAct::HangUp { after_s: 8 }, 13_000, &[sent, rings, early]);
        let heard = (25_000, 31_000, Outcome::HeardInFull);
        let [sent, rings] = before;
        check(VoiceAct::HangUp { after_s: 20 }, 31_000, &[sent, rings, heard]);
    }

    #[test]
    fn the_line_is_held_until_the_key_is_pressed_or_no_longer_waited_for() {
        let before = [(0, 0, Outcome::Sent), (2_000, 2_000, Outcome::Delivered)];
        let heard = (25_000, 31_000, Outcome::HeardInFull);
        let [sent, rings] = before.clone();
        check(VoiceAct::Hear, 31_000, &[sent, rings, heard.clone()]);
        let pressed = (27_000, 28_500, Outcome::KeyPressed { key: '1' });
        let [sent, rings] = before.clone();
        check(VoiceAct::Press { key: '1' }, 28_500, &[sent, rings, pressed]);
        let told_late = (27_000, 36_000, Outcome::KeyPressed { key: '1' });
        let [sent, rings] = before;
        check(VoiceAct::PressLate { key: '1' }, 31_000, &[sent, rings, heard, told_late]);
    }

    #[test]
    fn a_notice_waits_for_no_key() {
        let plan = follow(&VoiceAct::Press { key: '1' }, false);
        assert_eq!(plan.line_free_after, Duration::from_secs(25));
        assert_eq!(plan.reports.last().unwrap().outcome, Outcome::HeardInFull);
    }

    #[test]
    fn a_message_lasts_as_long_as_it_takes_to_read_it_out() {
        let mut voice = Behaviour::perfect().voice;
        let message = sample::call(1, Channel::Voice).text;
        assert_eq!(message_length(&voice, &message), Duration::from_secs(20));
        voice.message_ms = 0;
        assert_eq!(message.speech.chars().count(), 23);
        assert_eq!(message_length(&voice, &message), Duration::from_secs(6));
    }

    #[test]
    fn ringing_off_ends_the_call_there_and_then() {
        let mut plan = follow(&VoiceAct::Press { key: '1' }, true);
        plan.cut(Duration::from_secs(10), 2);
        let last = plan.reports.last().unwrap();
        assert_eq!(last.outcome, Outcome::RungOff);
        assert_eq!((last.happens, last.told), (Duration::from_secs(10), Duration::from_secs(10)));
        assert_eq!((plan.reports.len(), plan.line_free_after), (3, Duration::from_secs(10)));
    }

    #[test]
    fn ringing_off_does_not_undo_that_the_message_was_heard() {
        let mut plan = follow(&VoiceAct::Press { key: '1' }, true);
        plan.cut(Duration::from_secs(26), 2);
        let last = plan.reports.last().unwrap();
        assert_eq!(last.outcome, Outcome::HeardInFull);
        assert_eq!((last.happens, last.told), (Duration::from_secs(25), Duration::from_secs(26)));
    }

    #[test]
    fn ringing_off_a_call_that_is_over_changes_nothing() {
        let plan = follow(&VoiceAct::PressLate { key: '1' }, true);
        let mut cut = plan.clone();
        cut.cut(Duration::from_secs(31), 3);
        assert_eq!(cut, plan);
    }

    #[test]
    fn a_text_holds_no_line_and_fares_as_it_is_told() {
        let (sent, delivered) = ((500, 500, Outcome::Sent), (2_000, 2_000, Outcome::Delivered));
        let reply = Outcome::Replied { text: "收到".into() };
        let reply_act = SmsAct::Reply { text: "收到".into(), after_s: 40 };
        let replied = (42_000, 42_000, reply);
        check_text(reply_act, &[sent.clone(), delivered.clone(), replied]);
        check_text(SmsAct::Deliver, &[sent.clone(), delivered]);
        check_text(SmsAct::Vanish, std::slice::from_ref(&sent));
        let invalid = failed("invalid_number", true);
        check_text(SmsAct::Invalid, &[sent, (2_000, 2_000, invalid)]);
        check_text(SmsAct::Congested, &[(500, 500, failed("congested", false))]);
    }

    /// When it happens, when it is told (both ms), and what.
    type Expected = (u64, u64, Outcome);

    #[track_caller]
    fn check(act: VoiceAct, line_free_ms: u64, expected: &[Expected]) {
        let plan = follow(&act, true);
        assert_eq!(flat(&plan), expected);
        assert_eq!(plan.line_free_after, Duration::from_millis(line_free_ms));
    }

    #[track_caller]
    fn check_text(act: SmsAct, expected: &[Expected]) {
        let plan = text(&Behaviour::perfect().sms, Pace::Median, true, &act);
        assert_eq!(flat(&plan), expected);
        assert_eq!(plan.line_free_after, Duration::ZERO);
    }

    fn flat(plan: &Plan) -> Vec<Expected> {
        let ms = |length: Duration| u64::try_from(length.as_millis()).unwrap();
        plan.reports.iter().map(|r| (ms(r.happens), ms(r.told), r.outcome.clone())).collect()
    }

    fn follow(act: &VoiceAct, demands_answer: bool) -> Plan {
        let Behaviour { voice, reporting, .. } = Behaviour::perfect();
        let message = Duration::from_secs(20);
        let late_key = reporting.late_key_ms;
        Telephone { voice: &voice, pace: Pace::Median, message, late_key, demands_answer }
            .follow(act)
    }
}
