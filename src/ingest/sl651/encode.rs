//! A report as a station sends it: for stations that are only played, in drills and demonstrations.

use std::time::Duration;

use super::{
    Direction, Element, End, Frame, Packet, Reading, Report, Value, digits, frame::BODY_MAX,
};
use crate::domain::time::Timestamp;

/// Between the values of an hour, and how many are sent at once.
const FIVE_MINUTES: Duration = Duration::from_secs(300);
const HOUR: usize = 12;
/// Bytes of a body that still go in one frame; longer ones go in packets of as much.
const PACKET_BYTES: usize = 1_000;
const _: () = assert!(PACKET_BYTES + 3 <= BODY_MAX);
/// Packets are numbered in twelve bits.
const PACKETS_MAX: usize = 0x0FFF;
/// Bytes of one value have five bits.
const VALUE_BYTES_MAX: usize = 31;

/// Why a report cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    #[error("a time is not of 2000 to 2099, or not to the second, or for a reading to the minute")]
    Time,
    #[error("the function wants the class of the station")]
    Class,
    #[error("a value of {0:?} has more digits than can be sent")]
    Value(Element),
    #[error("the report is longer than packets can hold")]
    TooLong,
}

/// Writes the frame, or the frames of all packets, by which a station sends `report`.
pub fn encode(report: &Report) -> Result<Vec<u8>, Unsayable> {
    let mut writer = Writer { body: Vec::new(), at: report.sent_at };
    writer.body.extend(report.serial.to_be_bytes());
    writer.body.extend(digits::from_time(report.sent_at).ok_or(Unsayable::Time)?);
    if report.function.has_address() {
        writer.body.extend([0xF1, 0xF1]);
        writer.body.extend(report.station.bytes());
    }
    if report.function.has_class() {
        writer.body.push(report.class.ok_or(Unsayable::Class)?.0);
    }
    if let Some(at) = report.observed_at {
        writer.observed_at(at)?;
    }
    let mut rest = &report.values[..];
    while let Some(first) = rest.first() {
        let (group, after) = rest.split_at(group(rest));
        writer.values(first, group)?;
        rest = after;
    }
    if let Some(text) = &report.text {
        writer.body.extend([0xF2, 0xF2]);
        writer.body.extend(&*encoding_rs::GB18030.encode(text).0);
    }
    if let Some(picture) = &report.picture {
        writer.body.extend([0xF3, 0xF3]);
        writer.body.extend(&picture.0);
    }
    frames(report, &writer.body)
}

struct Writer {
    body: Vec<u8>,
    at: Timestamp,
}

impl Writer {
    fn observed_at(&mut self, at: Timestamp) -> Result<(), Unsayable> {
        let [until_the_minute @ .., 0] = digits::from_time(at).ok_or(Unsayable::Time)? else {
            return Err(Unsayable::Time);
        };
        self.body.extend([0xF0, 0xF0]);
        self.body.extend(until_the_minute);
        self.at = at;
        Ok(())
    }

    /// Writes one element with one value, or with those of an hour.
    fn values(&mut self, first: &Reading, group: &[Reading]) -> Result<(), Unsayable> {
        if first.at != self.at {
            self.observed_at(first.at)?;
        }
        let Reading { element, .. } = *first;
        let (mut data, mut decimals) = (Vec::new(), 0);
        for reading in group {
            decimals = write(element, &reading.value, &mut data)?;
        }
        let bytes =
            u8::try_from(data.len()).ok().filter(|bytes| usize::from(*bytes) <= VALUE_BYTES_MAX);
        let definition = bytes.ok_or(Unsayable::Value(element))? << 3 | decimals;
        if let Element::Extended(_) = element {
            self.body.push(0xFF);
        }
        self.body.extend([element.code(), definition]);
        self.body.extend(data);
        Ok(())
    }
}

/// Returns how many of the readings go together: those of an hour, or one.
fn group(readings: &[Reading]) -> usize {
    let hour = readings.iter().take(HOUR).zip(readings.iter().skip(1));
    let following = hour.take_while(|(one, next)| {
        let follows = one.element == next.element && one.at + FIVE_MINUTES == next.at;
        follows && one.element.is_of_hour()
    });
    (1 + following.count()).min(HOUR)
}

/// Writes the data of one value and returns its decimals.
fn write(element: Element, value: &Value, data: &mut Vec<u8>) -> Result<u8, Unsayable> {
    let width = element.width();
    let is_binary = element.is_of_hour() || element == Element::Status;
    match value {
        Value::Missing => data.extend(std::iter::repeat_n(0xFF, width)),
        Value::Raw(bytes) => data.extend(bytes),
        Value::Number(number) if is_binary => {
            let none = (1 << (8 * width)) - 1;
            let fits = (0..none).contains(&number.unscaled);
            if !fits || number.decimals != element.decimals() {
                return Err(Unsayable::Value(element));
            }
            data.extend(&number.unscaled.to_be_bytes()[8 - width..]);
        }
        Value::Number(number) => {
            if number.decimals > 7 {
                return Err(Unsayable::Value(element));
            }
            data.extend(number.to_bcd(width));
            return Ok(number.decimals);
        }
    }
    Ok(if is_binary { 0 } else { element.decimals() })
}

fn frames(report: &Report, body: &[u8]) -> Result<Vec<u8>, Unsayable> {
    let frame = Frame {
        direction: Direction::Up,
        centre: report.centre,
        station: report.station,
        password: report.password,
        function: report.function.code(),
        packet: None,
        body: Vec::new(),
        end: End::Etx,
    };
    if body.len() <= PACKET_BYTES {
        return Ok(Frame { body: body.to_vec(), ..frame }.write());
    }
    let total = body.len().div_ceil(PACKET_BYTES);
    let total = u16::try_from(total).ok().filter(|total| usize::from(*total) <= PACKETS_MAX);
    let total = total.ok_or(Unsayable::TooLong)?;
    let parts = (1..=total).zip(body.chunks(PACKET_BYTES)).map(|(number, part)| {
        let end = if number == total { End::Etx } else { End::Etb };
        let packet = Some(Packet { total, number });
        Frame { packet, body: part.to_vec(), end, ..frame.clone() }.write()
    });
    Ok(parts.collect::<Vec<_>>().concat())
}
