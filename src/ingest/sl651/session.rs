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
    /// Takes bytes as they come. [`Session::next_output`] is to be asked until it has nothing before more are
    /// given.
    pub fn on_bytes(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.stream.push(bytes);
    }

    /// Returns what to do next; nothing when more bytes are needed.
    pub fn next_output(&mut self, memory: &mut Memory) -> Option<Output> {
        loop {
            if let Some(reply) = self.reply.take() {
                return Some(Output::Reply(reply));
            }
            let output = match self.stream.next_frame()? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::{
        Picture, encode,
        testing::{report, report_frame},
    };

    #[test]
    fn a_kept_report_is_answered_and_its_repetition_too_but_comes_out_once() {
        let (mut session, mut memory) = <(Session, Memory)>::default();
        session.on_bytes(&[report_frame(), report_frame()].concat());
        let first = session.next_output(&mut memory).unwrap();
        assert_eq!(first, Output::Report(report()));
        let told = session.on_taken(&report().origin(), Taken::Kept, &mut memory).unwrap();
        assert_eq!(end(&told), End::Ack);
        assert_eq!(session.next_output(&mut memory), Some(Output::Known(told)));
        assert_eq!(session.next_output(&mut memory), None);
    }

    #[test]
    fn a_report_is_known_again_on_another_connection() {
        let mut memory = Memory::default();
        let first = Session::default();
        assert!(matches!(&outputs(&report_frame(), &mut memory)[..], [Output::Report(_)]));
        first.on_taken(&report().origin(), Taken::Kept, &mut memory);
        assert!(matches!(&outputs(&report_frame(), &mut memory)[..], [Output::Known(_)]));
    }

    #[test]
    fn a_report_that_could_not_be_kept_is_not_answered_and_comes_out_again() {
        let mut memory = Memory::default();
        for (taken, told) in [(Taken::Later, None), (Taken::Refused("unknown"), Some(End::Nak))] {
            assert!(matches!(&outputs(&report_frame(), &mut memory)[..], [Output::Report(_)]));
            let answer = Session::default().on_taken(&report().origin(), taken, &mut memory);
            assert_eq!(answer.map(|answer| end(&answer)), told);
        }
        assert!(matches!(&outputs(&report_frame(), &mut memory)[..], [Output::Report(_)]));
    }

    #[test]
    fn nobody_takes_a_report_that_another_connection_is_taking() {
        let mut memory = Memory::default();
        assert_eq!(outputs(&report_frame(), &mut memory).len(), 1);
        assert_eq!(outputs(&report_frame(), &mut memory), []);
    }

    #[test]
    fn a_station_that_says_it_is_there_gets_no_answer() {
        let mut memory = Memory::default();
        let alive = Report { function: Function::KeepAlive, ..report() };
        let alive = Report::of(alive.origin());
        let Report { station, sent_at, .. } = alive;
        let outputs = outputs(&encode(&alive).unwrap(), &mut memory);
        assert_eq!(outputs, [Output::KeepAlive { station, sent_at }]);
    }

    #[test]
    fn a_test_report_is_marked() {
        let test = Report { function: Function::Test, ..report() };
        let outputs = outputs(&encode(&test).unwrap(), &mut Memory::default());
        assert!(matches!(&outputs[..], [Output::Report(report)] if report.is_test()));
    }

    #[test]
    fn a_report_that_is_not_understood_is_refused_and_the_station_told() {
        let frame = Frame::read(&report_frame()).unwrap();
        let body = [&frame.body[..], &[0x39]].concat();
        let outputs = outputs(&Frame { body, ..frame }.write(), &mut Memory::default());
        let [Output::Refused(Fault::Element), Output::Reply(answer)] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!(end(answer), End::Nak);
    }

    #[test]
    fn what_no_station_reports_is_refused_without_a_word() {
        let frame = Frame::read(&report_frame()).unwrap();
        let cases = [
            (Frame { direction: Direction::Down, ..frame.clone() }, Fault::Downlink),
            (Frame { end: End::Enq, ..frame.clone() }, Fault::End),
            (Frame { function: 0x40, ..frame.clone() }, Fault::Unasked),
            (Frame { function: 0xE0, ..frame }, Fault::Function),
        ];
        for (frame, fault) in cases {
            let outputs = outputs(&frame.write(), &mut Memory::default());
            assert_eq!(outputs, [Output::Refused(fault)]);
        }
    }

    #[test]
    fn a_picture_in_packets_is_one_report_and_a_lost_packet_is_asked_for() {
        let picture = Some(Picture((0..=255).cycle().take(3_313).collect()));
        let sent = Report { function: Function::Picture, values: Vec::new(), picture, ..report() };
        let packets = encode(&sent).unwrap();
        let whole = outputs(&packets, &mut Memory::default());
        assert_eq!(whole, [Output::Report(sent.clone())]);

        // The second of the four packets is lost, and all are sent again.
        let second = 14 + 3 + 1_000 + 3;
        let lost = [&packets[..second], &packets[2 * second..], &packets].concat();
        let outputs = outputs(&lost, &mut Memory::default());
        let [Output::Refused(Fault::Packets), Output::Reply(answer), rest @ ..] = &outputs[..]
        else {
            panic!("{outputs:?}")
        };
        assert_eq!(end(answer), End::Nak);
        assert_eq!(rest.first(), Some(&Output::Report(sent)));
    }

    #[test]
    fn garbage_without_end_is_hopeless_and_a_whole_frame_gives_hope() {
        let (mut session, mut memory) = <(Session, Memory)>::default();
        for _ in 0..=HOPELESS_BYTES / 1_000 {
            assert!(!session.is_hopeless());
            session.on_bytes(&[0x7E; 1_000]);
            while session.next_output(&mut memory).is_some() {}
            assert!(session.held() < 2_000);
        }
        assert!(session.is_hopeless());
        session.on_bytes(&report_frame());
        while session.next_output(&mut memory).is_some() {}
        assert!(!session.is_hopeless());
    }

    fn outputs(bytes: &[u8], memory: &mut Memory) -> Vec<Output> {
        let mut session = Session::default();
        session.on_bytes(bytes);
        std::iter::from_fn(|| session.next_output(memory)).collect()
    }

    fn end(answer: &[u8]) -> End {
        Answer::read(&Frame::read(answer).unwrap()).unwrap().end
    }
}
