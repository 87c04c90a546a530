//! One conversation with a station: bytes in, what to do out. It has no socket and no clock.
//!
//! Invariant: a report is answered with "I have it" only after [`Session::on_taken`] was told so, or when
//! that was so before; one that is repeated comes out once, and each repetition is answered.

use super::{
    Direction, End, Fault, Frame, Function, Known, Memory, Origin, Report, Stream, answer::Answer,
    packets::Packets, station::Station,
};
use crate::domain::time::Timestamp;

/// Bytes without a single whole frame after which nobody sensible is at the other end: sixteen of the
/// longest frames.
const HOPELESS_BYTES: usize = 64 * 1024;

/// What a conversation makes happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A report that was never kept; [`Session::on_taken`] is to be told what became of it.
    Report(Report),
    /// The station is there, and expects no answer.
    KeepAlive { station: Station, sent_at: Timestamp },
    /// The answer to a report that was kept before.
    Known(Vec<u8>),
    /// Any other bytes for the station.
    Reply(Vec<u8>),
    /// A frame that is not believed.
    Refused(Fault),
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is durable: the station is told.
    Kept,
    /// It is not wanted, and why, as a name for counters: the station is told.
    Refused(&'static str),
    /// It could not be kept just now: the station is told nothing, and repeats it.
    Later,
}

/// The conversation on one connection.
#[derive(Debug, Default)]
pub struct Session {
    stream: Stream,
    packets: Packets,
    reply: Option<Vec<u8>>,
    frames: u64,
    /// Since the last whole frame.
    bytes: usize,
}

impl Session {
    /// Takes bytes as they come. [`Session::next`] is to be asked until it has nothing before more are
    /// given.
    pub fn on_bytes(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.stream.push(bytes);
    }

    /// Returns what to do next; nothing when more bytes are needed.
    #[expect(clippy::should_implement_trait, reason = "it has more after it had nothing")]
    pub fn next(&mut self, memory: &mut Memory) -> Option<Output> {
        loop {
            if let Some(reply) = self.reply.take() {
                return Some(Output::Reply(reply));
            }
            let output = match self.stream.next()? {
                Ok(frame) => self.on_frame(frame, memory),
                Err(fault) => Some(Output::Refused(fault)),
            };
            if output.is_some() {
                return output;
            }
        }
    }

    /// Says what became of a report, and returns what the station is to be told.
    pub fn on_taken(&self, origin: &Origin, taken: Taken, memory: &mut Memory) -> Option<Vec<u8>> {
        memory.settle(origin, taken == Taken::Kept);
        match taken {
            Taken::Kept => Some(Answer::write(origin, End::Ack)),
            Taken::Refused(_) => Some(Answer::write(origin, End::Nak)),
            Taken::Later => None,
        }
    }

    /// Returns how many whole frames have come.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Tells whether so much came without a whole frame that there is no use in listening on.
    pub fn is_hopeless(&self) -> bool {
        self.bytes > HOPELESS_BYTES
    }

    /// Returns how many bytes wait for the rest of their frame.
    pub fn held(&self) -> usize {
        self.stream.held()
    }

    fn on_frame(&mut self, frame: Frame, memory: &mut Memory) -> Option<Output> {
        self.frames += 1;
        self.bytes = 0;
        if frame.direction == Direction::Down {
            return Some(Output::Refused(Fault::Downlink));
        }
        if !matches!(frame.end, End::Etx | End::Etb) {
            return Some(Output::Refused(Fault::End));
        }
        match self.packets.take(frame) {
            Ok(whole) => whole.and_then(|whole| self.on_message(&whole, memory)),
            Err(fault) => {
                let origin = self.packets.first().and_then(|first| Origin::read(first).ok());
                Some(self.refuse(fault, origin))
            }
        }
    }

    fn on_message(&mut self, frame: &Frame, memory: &mut Memory) -> Option<Output> {
        let report = match Report::read(frame) {
            Ok(report) => report,
            Err(fault) => return Some(self.refuse(fault, Origin::read(frame).ok())),
        };
        let Report { station, sent_at, .. } = report;
        if report.function == Function::KeepAlive {
            return Some(Output::KeepAlive { station, sent_at });
        }
        let origin = report.origin();
        match memory.begin(&origin) {
            Known::New => Some(Output::Report(report)),
            Known::Busy => None,
            Known::Kept => Some(Output::Known(Answer::write(&origin, End::Ack))),
        }
    }

    /// Refuses what came; the station is told when it is known which of its reports that was.
    fn refuse(&mut self, fault: Fault, origin: Option<Origin>) -> Output {
        let report = origin.filter(|origin| origin.function != Function::KeepAlive);
        self.reply = report.map(|origin| Answer::write(&origin, End::Nak));
        Output::Refused(fault)
    }
}
