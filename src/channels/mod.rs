//! Ways out to people: what every gateway promises, whatever carries its calls.
//!
//! Invariant: handing a call over never waits for the person called. What became of it comes back as
//! receipts, in any order, perhaps twice, perhaps never; delivered is not answered.

use std::{fmt, num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use compact_str::CompactString;
use tokio::sync::mpsc;

use crate::domain::{
    callout::attempt::Outcome,
    ids::{AttemptId, PersonId},
    person::{Channel, mask},
    time::Timestamp,
};

pub mod app;
pub mod outbox;
pub mod simulated;
mod wording;

#[cfg(test)]
pub(crate) mod sample;

/// One attempt as a gateway gets it.
#[derive(Clone)]
pub struct Call {
    pub attempt: AttemptId,
    /// Made of callout, obligation, rung, person, channel and attempt number. A gateway that honours
    /// it does not ring twice for a call that is handed over twice.
    pub key: String,
    pub channel: Channel,
    pub person: PersonId,
    /// Which try this is for this person by this channel, from 0.
    pub ordinal: u32,
    /// What to dial or to send to.
    pub address: CompactString,
    pub text: Arc<Message>,
    /// False for a notice, which asks for no key and no reply.
    pub demands_answer: bool,
    pub drill: bool,
    /// Handed over again after a crash left its end unknown: it may have rung already.
    pub repeated: bool,
}

impl fmt::Debug for Call {
    /// Leaves number and text out: neither may reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("attempt", &self.attempt)
            .field("key", &self.key)
            .field("channel", &self.channel)
            .field("person", &self.person)
            .field("ordinal", &self.ordinal)
            .field("address", &format_args!("{}", mask(&self.address)))
            .field("demands_answer", &self.demands_answer)
            .field("drill", &self.drill)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}

/// What is said, in the forms that channels need; shared by all calls of one callout.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub title: CompactString,
    /// The text of an SMS.
    pub body: CompactString,
    /// What the voice reads out.
    pub speech: CompactString,
}

impl fmt::Debug for Message {
    /// Leaves the text out: it must never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").finish_non_exhaustive()
    }
}

/// What a gateway reports of one attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    pub attempt: AttemptId,
    pub outcome: Outcome,
    /// When it happened, which may be well before the receipt arrives.
    pub at: Timestamp,
}

impl fmt::Debug for Receipt {
    /// Leaves out what somebody replied: it must never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut receipt = f.debug_struct("Receipt");
        receipt.field("attempt", &self.attempt);
        if let Outcome::Replied { .. } = self.outcome {
            receipt.field("outcome", &format_args!("Replied"));
        } else {
            receipt.field("outcome", &self.outcome);
        }
        receipt.field("at", &self.at).finish()
    }
}

/// How much a gateway takes; `None` means without a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capacity {
    /// Lines: calls in progress at one moment.
    pub at_once: Option<NonZeroU32>,
    /// Calls taken in any one second.
    pub per_second: Option<NonZeroU32>,
}

/// Why a gateway did not take a call. Nothing rang, and no receipt will come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Whoever keeps to [`Gateway::capacity`] and counts a line as taken until an outcome that
    /// [ends](Outcome::ends) the attempt never sees this.
    #[error("no line is free")]
    NoLine,
    #[error("too many calls in one second, try again in {retry_after:?}")]
    TooFast { retry_after: Duration },
    #[error("this gateway does not carry {0}")]
    WrongChannel(Channel),
    #[error("the gateway is out of order: {reason}")]
    Down { reason: CompactString },
    #[error("the gateway is stopping")]
    Stopped,
}

/// A way to carry calls on one channel.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    fn channel(&self) -> Channel;

    /// What operators know it by.
    fn name(&self) -> &str;

    /// Tells whether nobody is really called; every screen says so.
    fn is_simulated(&self) -> bool;

    fn capacity(&self) -> Capacity;

    /// Hands `call` over and returns when the gateway has taken it. What becomes of it comes through
    /// `receipts`; a gateway waits when that is full, and drops receipts when it is closed.
    async fn place(&self, call: Call, receipts: mpsc::Sender<Receipt>) -> Result<(), PlaceError>;

    /// Rings off: nobody is wanted any more. A call in progress ends at once, with
    /// [`Outcome::RungOff`] unless the whole message had been heard. One that is over, or a text that
    /// has left, is not changed by it.
    async fn ring_off(&self, attempt: AttemptId);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_number_nor_text_shows_in_debug_output() {
        let call = sample::call(7, Channel::Voice);
        let receipt = Receipt {
            attempt: call.attempt,
            outcome: Outcome::Replied { text: "收到,马上转移".into() },
            at: Timestamp::from_millis(0),
        };
        let shown = format!("{call:?} {:?} {receipt:?}", call.text);
        for secret in ["13800990007", "暴雨", "转移", "收到"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("138****0007") && shown.contains("o-7.0"), "{shown}");
    }
}
