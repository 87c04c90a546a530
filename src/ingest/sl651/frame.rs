//! One frame: header, body, end and checksum. What is read has the right checksum.

use super::{
    Fault,
    station::{Password, Station},
};

/// Bytes up to the one that begins the body.
pub(super) const HEADER: usize = 14;
/// Bytes after the body: its end and the checksum.
const TRAILER: usize = 3;
/// Longest body: its length has twelve bits.
pub(super) const BODY_MAX: usize = 0x0FFF;
/// Longest frame, in bytes.
pub const FRAME_MAX: usize = HEADER + BODY_MAX + TRAILER;
/// Both first bytes of a frame.
const START: u8 = 0x7E;
/// Begins a body.
const STX: u8 = 0x02;
/// Begins a body that is one packet of several.
const SYN: u8 = 0x16;
/// Bytes that say which packet of how many.
const PACKET: usize = 3;

/// Who sends a frame to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the station (上行).
    Up,
    /// From the centre (下行).
    Down,
}

/// How a frame ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// 03: a station has said all.
    Etx,
    /// 17: more packets follow.
    Etb,
    /// 05: a centre asks.
    Enq,
    /// 06: a centre has it.
    Ack,
    /// 04: a centre has it, and the station may hang up.
    Eot,
    /// 15: a centre has it not; say it again.
    Nak,
    /// 1B: a centre has it, and the station stays on the line.
    Esc,
}

/// Which packet of how many, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    pub total: u16,
    pub number: u16,
}

/// A frame whose checksum was right.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    pub direction: Direction,
    pub centre: u8,
    pub station: Station,
    pub password: Password,
    pub function: u8,
    pub packet: Option<Packet>,
    pub body: Vec<u8>,
    pub end: End,
}

/// The body may hold what nobody but its readers should see.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("direction", &self.direction)
            .field("station", &self.station)
            .field("function", &format_args!("{:02X}", self.function))
            .field("packet", &self.packet)
            .field("bytes", &self.body.len())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Frame {
    /// Returns how long a frame is that begins with these bytes, or nothing when none does.
    pub(super) fn length(header: &[u8]) -> Option<usize> {
        let header: &[u8; HEADER] = header.first_chunk()?;
        let begins = header[..2] == [START; 2] && direction(header[11]).is_some();
        let body = usize::from(u16::from_be_bytes([header[11] & 0x0F, header[12]]));
        let fits = match header[13] {
            STX => true,
            SYN => body >= PACKET,
            _ => false,
        };
        (begins && fits).then_some(HEADER + body + TRAILER)
    }

    /// Reads exactly one frame.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if Self::length(bytes) != Some(bytes.len()) {
            return Err(Fault::CutShort);
        }
        let (said, sum) = bytes.split_last_chunk::<2>().ok_or(Fault::CutShort)?;
        if crc(said) != u16::from_be_bytes(*sum) {
            return Err(Fault::Crc);
        }
        let (header, rest) = said.split_first_chunk::<HEADER>().ok_or(Fault::CutShort)?;
        let (end, body) = rest.split_last().ok_or(Fault::CutShort)?;
        let direction = direction(header[11]).ok_or(Fault::Noise)?;
        let (centre, station) = match direction {
            Direction::Up => (header[2], &header[3..8]),
            Direction::Down => (header[7], &header[2..7]),
        };
        let station = station.first_chunk().ok_or(Fault::CutShort)?;
        let (packet, body) = match header[13] {
            SYN => packet(body).map(|(packet, body)| (Some(packet), body))?,
            _ => (None, body),
        };
        Ok(Self {
            direction,
            centre,
            station: Station::from_bytes(*station),
            password: Password::from_bytes([header[8], header[9]]),
            function: header[10],
            packet,
            body: body.to_vec(),
            end: End::from_byte(*end).ok_or(Fault::End)?,
        })
    }

    /// Writes the frame. A body of more than 4,095 bytes, the packet's three included, is cut there.
    pub fn write(&self) -> Vec<u8> {
        let before = if self.packet.is_some() { PACKET } else { 0 };
        let body = &self.body[..self.body.len().min(BODY_MAX - before)];
        let length = u16::try_from(body.len() + before).unwrap_or(0);
        let (bits, addresses) = match self.direction {
            Direction::Up => (0x0000, [&[self.centre][..], &self.station.bytes()].concat()),
            Direction::Down => (0x8000, [&self.station.bytes()[..], &[self.centre]].concat()),
        };
        let mut bytes = Vec::with_capacity(HEADER + usize::from(length) + TRAILER);
        bytes.extend([START; 2]);
        bytes.extend(addresses);
        bytes.extend(self.password.bytes());
        bytes.push(self.function);
        bytes.extend((bits | length).to_be_bytes());
        bytes.push(if self.packet.is_some() { SYN } else { STX });
        if let Some(Packet { total, number }) = self.packet {
            let both = u32::from(total & 0x0FFF) << 12 | u32::from(number & 0x0FFF);
            bytes.extend(&both.to_be_bytes()[1..]);
        }
        bytes.extend(body);
        bytes.push(self.end.byte());
        bytes.extend(crc(&bytes).to_be_bytes());
        bytes
    }
}

impl End {
    fn from_byte(byte: u8) -> Option<Self> {
        let all = [End::Etx, End::Etb, End::Enq, End::Ack, End::Eot, End::Nak, End::Esc];
        all.into_iter().find(|end| end.byte() == byte)
    }

    fn byte(self) -> u8 {
        match self {
            End::Etx => 0x03,
            End::Etb => 0x17,
            End::Enq => 0x05,
            End::Ack => 0x06,
            End::Eot => 0x04,
            End::Nak => 0x15,
            End::Esc => 0x1B,
        }
    }
}

/// Reads the four bits before the length.
fn direction(byte: u8) -> Option<Direction> {
    match byte >> 4 {
        0 => Some(Direction::Up),
        8 => Some(Direction::Down),
        _ => None,
    }
}

fn packet(body: &[u8]) -> Result<(Packet, &[u8]), Fault> {
    let ([a, b, c], rest) = body.split_first_chunk::<PACKET>().ok_or(Fault::Packets)?;
    let total = u16::from(*a) << 4 | u16::from(*b >> 4);
    let number = u16::from(*b & 0x0F) << 8 | u16::from(*c);
    if number == 0 || number > total {
        return Err(Fault::Packets);
    }
    Ok((Packet { total, number }, rest))
}

/// CRC-16/MODBUS.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc: u16, byte| {
        let place = usize::from((crc ^ u16::from(*byte)) & 0x00FF);
        (crc >> 8) ^ CRC_TABLE[place]
    })
}

const CRC_TABLE: [u16; 256] = crc_table();

const fn crc_table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut place = 0_u16;
    while place < 256 {
        let (mut value, mut bit) = (place, 0);
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xA001 } else { value >> 1 };
            bit += 1;
        }
        table[place as usize] = value;
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::testing::{bytes, report_frame};

    #[test]
    fn the_checksum_is_that_of_modbus() {
        assert_eq!(crc(b"123456789"), 0x4B37);
    }

    #[test]
    fn a_downlink_has_the_addresses_the_other_way_round() {
        let said = bytes("7E7E 0012345678 01 1234 39 8008 02 0007 240118100720 05");
        let sum = crc(&said).to_be_bytes();
        let frame = Frame::read(&[&said[..], &sum].concat()).unwrap();
        assert_eq!((frame.direction, frame.end), (Direction::Down, End::Enq));
        assert_eq!((frame.centre, frame.station.to_string()), (1, "12345678".to_owned()));
        assert_eq!(frame.write(), [&said[..], &sum].concat());
    }

    #[test]
    fn any_wrong_bit_is_seen() {
        let right = report_frame();
        assert!(Frame::read(&right).is_ok());
        for bit in 0..right.len() * 8 {
            let mut wrong = right.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::read(&wrong).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_packet_says_which_it_is_of_how_many() {
        let packet = Some(Packet { total: 0x123, number: 0x045 });
        let frame = Frame { packet, ..Frame::read(&report_frame()).unwrap() };
        assert_eq!(Frame::read(&frame.write()).unwrap(), frame);
        for packet in [Packet { total: 3, number: 0 }, Packet { total: 3, number: 4 }] {
            let frame = Frame { packet: Some(packet), ..frame.clone() };
            assert_eq!(Frame::read(&frame.write()), Err(Fault::Packets));
        }
    }
}
