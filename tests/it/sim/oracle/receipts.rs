//! What a channel reports: perhaps a word from a person, perhaps the next try, perhaps that a rung is
//! without hope.

use std::time::Duration;

use jiaoying::domain::{
    callout::{
        attempt::{Outcome, Progress, Sign},
        obligation::Via,
    },
    command::Reply,
    ids::AttemptId,
    person::Channel,
    time::Timestamp,
};

use super::{Call, Oracle, State, answers::Who};

/// How long a report is waited for.
pub const REPORT_WITHIN: Duration = Duration::from_secs(600);

impl Oracle {
    /// Takes a receipt: one that says no more than is known, or is about a call never made, is no news.
    pub(super) fn record(
        &mut self,
        attempt: AttemptId,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let (id, number) = self.call_of(attempt).ok_or("attempt.unknown")?;
        let call = &self.obligations[id].calls[number];
        let begun = matches!(call.progress, Progress::Started | Progress::Ended);
        let says_more = call.outcome.as_ref().is_none_or(|known| weight(outcome) > weight(known));
        if begun && says_more {
            self.report(id, number, outcome, now);
        }
        Ok(Reply::Done)
    }

    pub(super) fn report(&mut self, id: usize, number: usize, outcome: &Outcome, now: Timestamp) {
        let counts = self.counts(id, number, outcome);
        let call = &mut self.obligations[id].calls[number];
        call.outcome = Some(outcome.clone());
        let ended = call.progress == Progress::Started && ends(outcome, call.channel);
        if ended {
            call.progress = Progress::Ended;
        }
        let call = call.clone();
        if ended && *outcome != Outcome::RungOff {
            self.share(&call, now);
        }
        let tried_again = ended && !counts && self.try_again(id, number, outcome, now);
        let given_up = matches!(outcome, Outcome::Failed { .. }) && !tried_again;
        for id in std::iter::once(id).chain(call.also.iter().copied()) {
            if counts {
                self.heed(id, &call, outcome, now);
            } else if given_up && self.is_cut_off(id) {
                self.advance(id, now);
            }
        }
    }

    /// A call that told of several errands is over: theirs to the same person, whose time had come, are
    /// not made again, and ended as it did.
    fn share(&mut self, call: &Call, now: Timestamp) {
        for errand in &call.also {
            let calls = self.obligations[*errand].calls.iter_mut().enumerate();
            for (number, other) in calls {
                let same = other.person == call.person
                    && other.channel == call.channel
                    && other.notice == call.notice;
                if same && other.progress == Progress::Queued && other.not_before <= now {
                    if other.ordinal > 0 {
                        self.spared.push((*errand, number));
                    }
                    other.progress = Progress::Ended;
                    other.started_at = call.started_at;
                    other.outcome.clone_from(&call.outcome);
                }
            }
        }
    }

    pub(super) fn call_of(&self, attempt: AttemptId) -> Option<(usize, usize)> {
        let id = usize::try_from(attempt.obligation.0).ok()?.checked_sub(1)?;
        let number = usize::try_from(attempt.number).ok()?;
        (number < self.obligations.get(id)?.calls.len()).then_some((id, number))
    }

    pub(super) fn repeat(
        &mut self,
        attempt: AttemptId,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        let (id, number) = self.call_of(attempt).ok_or("attempt.unknown")?;
        self.make_again(id, number, now);
        Ok(Reply::Done)
    }

    pub(super) fn make_again(&mut self, id: usize, number: usize, now: Timestamp) {
        let call = &mut self.obligations[id].calls[number];
        if call.progress == Progress::Started {
            call.repeats += 1;
            call.started_at = Some(now);
        }
    }

    /// Tells whether the policy takes an outcome for a word from the person.
    fn counts(&self, id: usize, number: usize, outcome: &Outcome) -> bool {
        let obligation = &self.obligations[id];
        let counted = &self.ruling(obligation.callout).policy.counts;
        let signs: &[Sign] = match (outcome, says(outcome)) {
            (_, Some(false)) => return !obligation.calls[number].notice,
            (Outcome::Read, _) => &[Sign::Read],
            (Outcome::HeardInFull, _) => &[Sign::HeardInFull],
            // Who presses a key is there and has heard; only the right one says so.
            (Outcome::KeyPressed { .. }, Some(true)) => &[Sign::KeyPressed, Sign::HeardInFull],
            (Outcome::KeyPressed { .. }, None) => &[Sign::HeardInFull],
            (Outcome::Replied { .. }, Some(true)) => &[Sign::Replied],
            _ => &[],
        };
        !obligation.calls[number].notice && signs.iter().any(|sign| counted.contains(sign))
    }

    /// Takes a word from a person for what it says.
    fn heed(&mut self, id: usize, call: &Call, outcome: &Outcome, now: Timestamp) {
        let who = Who::person(call.person.clone());
        if says(outcome) == Some(false) {
            // What has ended, or was answered by somebody else, is not changed by it.
            let _ = self.declined(id, &who, now);
        } else if self.obligations[id].is_open() {
            let note = match outcome {
                Outcome::Replied { text } => text.to_string(),
                _ => String::new(),
            };
            self.heard(id, who, Via::from(call.channel), note, now);
        }
    }

    /// Plans the next try of a call that has just ended, where the rung has one left.
    fn try_again(&mut self, id: usize, number: usize, outcome: &Outcome, now: Timestamp) -> bool {
        let pointless = match outcome {
            Outcome::RungOff | Outcome::Failed { lasting: true, .. } | Outcome::Replied { .. } => {
                true
            }
            Outcome::KeyPressed { .. } => says(outcome).is_some(),
            _ => false,
        };
        let obligation = &self.obligations[id];
        let call = &obligation.calls[number];
        let State::Ringing { due, .. } = obligation.state else { return false };
        let of_rung = number >= obligation.calls_before && obligation.is_asking(&call.person);
        if pointless || call.notice || !of_rung {
            return false;
        }
        let rung = &obligation.ladder.rungs[obligation.rung];
        let Some(reach) = rung.reach.iter().find(|reach| reach.channel == call.channel) else {
            return false;
        };
        let since = obligation.calls.iter().skip(obligation.calls_before);
        let tries: Vec<&Call> = since
            .filter(|other| {
                other.person == call.person
                    && other.channel == call.channel
                    && !other.notice
                    && other.progress != Progress::Dropped
            })
            .collect();
        if tries.iter().any(|other| other.progress == Progress::Queued) {
            return false;
        }
        let started_at = call.started_at.expect("it has ended");
        let next = (started_at + reach.every_s).max(now);
        if tries.len() >= reach.tries as usize || next >= due {
            return false;
        }
        let (person, channel) = (call.person.clone(), call.channel);
        self.plan(id, &person, channel, next, false);
        true
    }

    /// Tells whether no call of the rung being rung can reach anybody any more.
    fn is_cut_off(&self, id: usize) -> bool {
        let obligation = &self.obligations[id];
        let of_rung = || {
            let since = obligation.calls.iter().skip(obligation.calls_before);
            since.filter(|call| !call.notice)
        };
        let hopeless = |call: &Call| match call.progress {
            Progress::Dropped => true,
            Progress::Ended => matches!(call.outcome, Some(Outcome::Failed { .. })),
            Progress::Queued | Progress::Started => false,
        };
        matches!(obligation.state, State::Ringing { .. })
            && !self.touched.contains(&id)
            && of_rung().next().is_some()
            && of_rung().all(|call| hopeless(call) || !obligation.is_asking(&call.person))
    }
}

/// How much a report says: one that says no more than is known is no news, but "heard" is news after
/// words that say neither, and "cannot come" after both.
fn weight(outcome: &Outcome) -> u8 {
    match outcome {
        _ if says(outcome) == Some(false) => 8,
        _ if says(outcome) == Some(true) => 7,
        Outcome::Sent => 1,
        Outcome::Delivered => 2,
        Outcome::Read => 3,
        Outcome::NoAnswer
        | Outcome::Busy
        | Outcome::Rejected
        | Outcome::HungUp { .. }
        | Outcome::Voicemail
        | Outcome::RungOff
        | Outcome::Failed { .. } => 4,
        Outcome::HeardInFull => 5,
        Outcome::KeyPressed { .. } | Outcome::Replied { .. } => 6,
    }
}

/// Tells whether the line is free: a text's is when it is sent, a page's when it is shown, a call's when
/// it is over.
pub fn ends(outcome: &Outcome, channel: Channel) -> bool {
    match (outcome, channel) {
        (Outcome::Sent, Channel::Sms) => true,
        (Outcome::Sent, _) | (Outcome::Delivered | Outcome::Read, Channel::Voice) => false,
        _ => true,
    }
}

/// What people text in this county, and what it means: "heard", "cannot come", or neither.
pub const WORDS: [(&str, Option<bool>); 10] = [
    ("1", Some(true)),
    ("收到", Some(true)),
    ("好的，马上到岗", Some(true)),
    ("2", Some(false)),
    ("２，去不了", Some(false)),
    ("人在外地无法到岗", Some(false)),
    ("没收到啊", Some(false)),
    ("20人已转移", None),
    ("哪位", None),
    ("", None),
];

/// What a person says by it.
fn says(outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::KeyPressed { key: '1' } => Some(true),
        Outcome::KeyPressed { key: '2' } => Some(false),
        Outcome::Replied { text } => {
            let known = WORDS.iter().find(|(words, _)| words == text);
            known.expect("the carrier sends only these").1
        }
        _ => None,
    }
}
