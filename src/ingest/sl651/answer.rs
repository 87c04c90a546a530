//! What a centre says back: that it has a report, or has not.

use super::{Direction, End, Fault, Frame, Function, Origin, digits, station::Station};
use crate::domain::time::Timestamp;

/// An answer to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub station: Station,
    pub function: Function,
    pub serial: u16,
    pub sent_at: Timestamp,
    /// `Ack`, `Eot` or `Esc` when the centre has the report, `Nak` when it is to be said again.
    pub end: End,
}

impl Answer {
    /// Writes the answer to a report: its serial number and time come back to the station.
    pub fn write(origin: &Origin, end: End) -> Vec<u8> {
        let mut body = origin.serial.to_be_bytes().to_vec();
        body.extend(digits::from_time(origin.sent_at).unwrap_or_default());
        let Origin { centre, station, password, function, .. } = *origin;
        let (direction, function) = (Direction::Down, function.code());
        Frame { direction, centre, station, password, function, packet: None, body, end }.write()
    }

    /// Reads an answer, as a station does.
    pub fn read(frame: &Frame) -> Result<Self, Fault> {
        if frame.direction != Direction::Down {
            return Err(Fault::End);
        }
        let Origin { station, function, serial, sent_at, .. } = Origin::read(frame)?;
        Ok(Self { station, function, serial, sent_at, end: frame.end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::{Report, testing::report_frame};

    #[test]
    fn an_answer_names_the_report_it_is_for() {
        let report = Report::read(&Frame::read(&report_frame()).unwrap()).unwrap();
        let bytes = Answer::write(&report.origin(), End::Ack);
        let frame = Frame::read(&bytes).unwrap();
        assert_eq!((frame.centre, frame.password), (report.centre, report.password));
        let answer = Answer::read(&frame).unwrap();
        let Report { station, function, serial, sent_at, .. } = report;
        assert_eq!(answer, Answer { station, function, serial, sent_at, end: End::Ack });
    }

    #[test]
    fn a_report_is_no_answer() {
        assert_eq!(Answer::read(&Frame::read(&report_frame()).unwrap()), Err(Fault::End));
    }
}
