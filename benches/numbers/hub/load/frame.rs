//! WebSocket frames as a client reads and writes them, without copying what comes.

use std::ops::Range;

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// A frame at the head of some bytes.
pub struct Frame {
    pub opcode: u8,
    pub payload: Range<usize>,
}

impl Frame {
    /// Finds the frame that `bytes` begin with, if it is whole.
    pub fn first(bytes: &[u8]) -> Option<Self> {
        let short = usize::from(bytes.get(1)? & 0x7f);
        let (start, length) = match short {
            126 => (4, u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()).into()),
            127 => {
                let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap());
                (10, usize::try_from(length).unwrap())
            }
            length => (2, length),
        };
        let end = start + length;
        (bytes.len() >= end).then_some(Self { opcode: bytes[0] & 0x0f, payload: start..end })
    }
}

/// Returns a client's frame. The mask is zero, which leaves the payload as it is.
pub fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..=125) => bytes.push(0x80 | short),
        _ => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}
